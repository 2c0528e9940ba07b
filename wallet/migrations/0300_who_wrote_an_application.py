"""Who wrote in an application, one row an officer."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models.functions import Now

class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("wallet", "0196_kinds_of_all"),
    ]
    operations = [
        migrations.CreateModel(
            name="ApplicationWriter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(db_default=Now(), verbose_name="waktu")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="writers",
                        to="wallet.merchantapplication",
                        verbose_name="pengajuan",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="ditulis oleh",
                    ),
                ),
            ],
            options={
                "verbose_name": "penulis pengajuan",
                "verbose_name_plural": "penulis pengajuan",
                "constraints": [
                    models.UniqueConstraint(fields=("application", "by"), name="application_writer_once")
                ],
            },
        ),
    ]
