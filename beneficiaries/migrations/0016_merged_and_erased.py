"""Whoever was erased is not active; whoever was merged points at the row that is left, in one step.

What pairs were decided on stands without the phone from now on: it was told by its index, which changes with the keys.
"""

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
_OF = """
UPDATE beneficiaries_duplicatepair pair SET {0}_fingerprint = known.without_phone
FROM (
    SELECT person.id,
           md5(concat_ws('|', name, sex, birth_date, household_id, kelurahan, encode(phone_index, 'hex')))::uuid AS with_phone,
           md5(concat_ws('|', name, sex, birth_date, household_id, kelurahan))::uuid AS without_phone
    FROM beneficiaries_person person JOIN beneficiaries_household household ON household.id = person.household_id
) known
WHERE known.id = pair.{0}_id AND pair.{0}_fingerprint = known.with_phone
"""
WITHOUT_PHONE = [_OF.format("low"), _OF.format("high")]


class Migration(migrations.Migration):
    dependencies = [("beneficiaries", "0015_forgotten_elsewhere")]

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
        migrations.RunSQL(WITHOUT_PHONE, migrations.RunSQL.noop),
    ]
