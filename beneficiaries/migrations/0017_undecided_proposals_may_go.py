"""A proposal goes with the import that added whom it is about, as long as nobody has decided on it."""

from django.db import migrations

FUNCTION = r"""
CREATE FUNCTION screening_decisions_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status <> 'undecided' THEN
        RAISE EXCEPTION '%: what was decided is kept: % refused.', TG_TABLE_NAME, TG_OP
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END $$
"""
TRIGGER = """
CREATE TRIGGER kept BEFORE DELETE ON beneficiaries_proposal
    FOR EACH ROW EXECUTE FUNCTION screening_decisions_are_kept()
"""


class Migration(migrations.Migration):
    dependencies = [("beneficiaries", "0016_merged_and_erased")]
    operations = [
        migrations.RunSQL([(FUNCTION, None), (TRIGGER, None)], "DROP FUNCTION screening_decisions_are_kept CASCADE")
    ]
