"""A cycle covers months; a version says how many, where its components do not."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("disbursement", "0137_returned_count")]
    operations = [
        migrations.AddField(
            "cycle",
            "months",
            models.PositiveSmallIntegerField(db_default=1, default=1, editable=False, verbose_name="mencakup (bulan)"),
        ),
        migrations.AddField(
            "cycle",
            "held",
            models.BooleanField(db_default=False, default=False, editable=False, verbose_name="memegang bulannya"),
        ),
        migrations.AddField(
            "programmeversion",
            "months",
            models.PositiveSmallIntegerField(
                blank=True,
                help_text="Berapa bulan dibayar oleh satu siklus. Kosong berarti sebanyak bulan sekaligus terbanyak dari komponennya.",
                null=True,
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(12),
                ],
                verbose_name="bulan tiap siklus",
            ),
        ),
        migrations.AddConstraint(
            "cycle",
            models.CheckConstraint(condition=models.Q(months__gte=1, months__lte=12), name="cycle_months"),
        ),
        migrations.AddConstraint(
            "programmeversion",
            models.CheckConstraint(
                condition=models.Q(months__isnull=True) | models.Q(months__gte=1, months__lte=12),
                name="version_months",
            ),
        ),
    ]
