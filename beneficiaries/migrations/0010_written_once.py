"""A grievance's steps and who fetched money for whom are written once: the database refuses to change or delete them."""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION beneficiaries_written_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused.', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$
"""
TRIGGER = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {}
    FOR EACH STATEMENT EXECUTE FUNCTION beneficiaries_written_once()
"""
TABLES = ("beneficiaries_grievancestep", "beneficiaries_collection")


class Migration(migrations.Migration):
    dependencies = [("beneficiaries", "0009_representation_and_grievances")]
    operations = [
        migrations.RunSQL(
            [(FUNCTION, None), *((TRIGGER.format(table), None) for table in TABLES)],
            "DROP FUNCTION beneficiaries_written_once CASCADE",
        )
    ]
