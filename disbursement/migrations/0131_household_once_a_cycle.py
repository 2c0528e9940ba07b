"""A family with one place has a part of a cycle once, whoever of it held the place: a key, and lines that cannot go round it."""

from django.db import migrations, models

HELD = """
CREATE FUNCTION disbursement_line_names_its_household() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM added JOIN disbursement_enrolment e ON e.id = added.enrolment_id
               WHERE added.household_id IS NULL AND e.household_id IS NOT NULL AND added.kind <> 'correction') THEN
        RAISE EXCEPTION 'a line names the household whose only place it pays.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER names_its_household AFTER INSERT ON disbursement_instruction REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION disbursement_line_names_its_household();

CREATE FUNCTION disbursement_line_keeps_its_household() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the household of line % stays as it is.', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER keeps_its_household BEFORE UPDATE OF household_id ON disbursement_instruction FOR EACH ROW
    WHEN (OLD.household_id IS DISTINCT FROM NEW.household_id)
    EXECUTE FUNCTION disbursement_line_keeps_its_household();
"""
UNDO = """
DROP TRIGGER keeps_its_household ON disbursement_instruction;
DROP FUNCTION disbursement_line_keeps_its_household();
DROP TRIGGER names_its_household ON disbursement_instruction;
DROP FUNCTION disbursement_line_names_its_household();
"""


class Migration(migrations.Migration):
    dependencies = [("disbursement", "0130_household_of_a_line")]
    operations = [
        migrations.AddConstraint(
            model_name="instruction",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("household__isnull", False),
                    ("live", True),
                    models.Q(("kind", "correction"), _negated=True),
                ),
                fields=("household", "cycle", "part"),
                name="household_once_a_cycle",
            ),
        ),
        migrations.RunSQL(HELD, UNDO),
    ]
