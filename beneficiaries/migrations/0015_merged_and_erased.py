"""Whoever was erased is not active; whoever was merged points at the row that is left, in one step."""

from django.db import migrations, models

NOT_ACTIVE = """
UPDATE beneficiaries_person SET status = 'left' WHERE erased_at IS NOT NULL AND status = 'active'
"""
ONE_STEP = """
WITH RECURSIVE chain (id, target) AS (
    SELECT id, merged_into_id FROM beneficiaries_person WHERE merged_into_id IS NOT NULL
    UNION
    SELECT chain.id, next.merged_into_id FROM chain JOIN beneficiaries_person next ON next.id = chain.target
    WHERE next.merged_into_id IS NOT NULL
)
UPDATE beneficiaries_person person SET merged_into_id = chain.target
FROM chain JOIN beneficiaries_person survivor ON survivor.id = chain.target AND survivor.merged_into_id IS NULL
WHERE person.id = chain.id AND person.merged_into_id <> chain.target
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
        migrations.RunSQL(ONE_STEP, migrations.RunSQL.noop),
    ]
