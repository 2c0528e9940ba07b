"""A hold that has ended says when; the functions of wallet/sql again (a capture's refund counts against the day's limit)."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("wallet", "0004_functions")]
    operations = [
        migrations.RemoveConstraint(model_name="hold", name="hold_ended"),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(
                name="hold_ended",
                condition=models.Q(("ended_at__isnull", True), ("status", "held"))
                | models.Q(models.Q(("status", "held"), _negated=True), ("ended_at__isnull", False)),
            ),
        ),
        migrations.RunSQL((SQL / "redemption.sql").read_text(), migrations.RunSQL.noop),
    ]
