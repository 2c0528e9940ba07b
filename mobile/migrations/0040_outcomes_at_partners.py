"""Who was paid through a partner is told so, although others of the same chunk still wait for their outcome."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("disbursement", "0070_providers"),
        ("mobile", "0013_decision_notices"),
    ]
    operations = [
        migrations.CreateModel(
            name="NoticedOutcomes",
            fields=[
                (
                    "chunk",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="disbursement.chunk",
                        verbose_name="potongan",
                    ),
                ),
                (
                    "settled",
                    models.PositiveIntegerField(db_default=0, default=0, verbose_name="hasil yang diketahui"),
                ),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="waktu"
                    ),
                ),
            ],
            options={
                "verbose_name": "hasil yang diberitahukan",
                "verbose_name_plural": "hasil yang diberitahukan",
            },
        ),
    ]
