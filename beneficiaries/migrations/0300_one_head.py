"""A household has at most one active head, and one active husband or wife of the head.

Asked at the end of a transaction: an import, or whoever names another head, changes one row after the other.
"""

from django.db import migrations

TWICE = """
SELECT household_id FROM beneficiaries_person
WHERE status = 'active' AND relation IN ('head', 'husband', 'wife')
GROUP BY household_id, relation = 'head' HAVING count(*) > 1 ORDER BY 1 LIMIT 20
"""
ONE = """
ALTER TABLE beneficiaries_person
    ADD CONSTRAINT person_one_head EXCLUDE USING btree (household_id WITH =)
        WHERE (status = 'active' AND relation = 'head') DEFERRABLE INITIALLY DEFERRED,
    ADD CONSTRAINT person_one_spouse EXCLUDE USING btree (household_id WITH =)
        WHERE (status = 'active' AND relation IN ('husband', 'wife')) DEFERRABLE INITIALLY DEFERRED
"""
ANY_NUMBER = """
ALTER TABLE beneficiaries_person DROP CONSTRAINT person_one_head, DROP CONSTRAINT person_one_spouse
"""


def refuse_where_there_are_two(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(TWICE)
        homes = ", ".join(str(household) for (household,) in cursor.fetchall())
    if homes:
        raise RuntimeError(
            "Some households have two active heads, or two husbands or wives of the head. Before migrating, open them in the"
            f" office (Keluarga) and say who is who with 'Ganti kepala keluarga': {homes} (the first 20)."
        )


class Migration(migrations.Migration):
    dependencies = [("beneficiaries", "0029_school_evidence")]

    operations = [
        migrations.RunPython(refuse_where_there_are_two, migrations.RunPython.noop),
        migrations.RunSQL(ONE, ANY_NUMBER),
    ]
