"""Whoever was erased is not active; whoever was merged points at the row that is left, in one step."""

from django.db import migrations, models

NOT_ACTIVE = """
UPDATE beneficiaries_person SET status = 'left' WHERE erased_at IS NOT NULL AND status = 'active'
"""


class Migration(migrations.Migration):
    dependencies = [("beneficiaries", "0014_death_dates")]

    operations = [
        migrations.RunSQL(NOT_ACTIVE, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.CheckConstraint(
                name="person_erased_is_not_active",
                condition=models.Q(("erased_at__isnull", True), models.Q(("status", "active"), _negated=True), _connector="OR"),
            ),
        ),
    ]
