"""A version in force never changes, nor do its components; a calculation is only ever forgotten."""

from django.db import migrations

GUARD = """
CREATE FUNCTION disbursement_version_is_in_force() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'version % is in force: % refused.', OLD.id, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER in_force BEFORE UPDATE OR DELETE ON disbursement_programmeversion FOR EACH ROW
    WHEN (OLD.enforced_at IS NOT NULL) EXECUTE FUNCTION disbursement_version_is_in_force();

-- The version's row is locked, or it could come into force between the look and the commit.
CREATE FUNCTION disbursement_component_is_in_force() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of_version bigint;
BEGIN
    FOREACH of_version IN ARRAY CASE TG_OP WHEN 'INSERT' THEN ARRAY[NEW.version_id] WHEN 'DELETE' THEN ARRAY[OLD.version_id]
                                ELSE ARRAY[OLD.version_id, NEW.version_id] END
    LOOP
        PERFORM FROM disbursement_programmeversion WHERE id = of_version AND enforced_at IS NULL FOR SHARE;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'version % is in force: its components stay as they are.', of_version
                USING ERRCODE = 'restrict_violation';
        END IF;
    END LOOP;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER in_force BEFORE INSERT OR UPDATE OR DELETE ON disbursement_component
    FOR EACH ROW EXECUTE FUNCTION disbursement_component_is_in_force();

CREATE FUNCTION disbursement_calculation_is_written_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (to_jsonb(NEW) - 'facts' - 'members') = (to_jsonb(OLD) - 'facts' - 'members')
        AND (NEW.facts = OLD.facts OR NEW.facts = '{}') AND (NEW.members = OLD.members OR NEW.members = '[]') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'disbursement_calculation is written once: % refused.', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER written_once BEFORE UPDATE OR DELETE ON disbursement_calculation
    FOR EACH ROW EXECUTE FUNCTION disbursement_calculation_is_written_once();
CREATE FUNCTION disbursement_calculation_is_never_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'disbursement_calculation is written once: TRUNCATE refused.' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON disbursement_calculation
    FOR EACH STATEMENT EXECUTE FUNCTION disbursement_calculation_is_never_emptied();

-- In whose calculations a member of a family was counted: asked when that member is forgotten.
CREATE INDEX calculation_members ON disbursement_calculation USING gin (members jsonb_path_ops) WHERE members <> '[]';
"""
UNDO = """
DROP INDEX calculation_members;
DROP TRIGGER never_emptied ON disbursement_calculation;
DROP FUNCTION disbursement_calculation_is_never_emptied();
DROP TRIGGER written_once ON disbursement_calculation;
DROP FUNCTION disbursement_calculation_is_written_once();
DROP TRIGGER in_force ON disbursement_component;
DROP FUNCTION disbursement_component_is_in_force();
DROP TRIGGER in_force ON disbursement_programmeversion;
DROP FUNCTION disbursement_version_is_in_force();
"""


class Migration(migrations.Migration):
    dependencies = [("disbursement", "0025_programme_columns")]
    operations = [migrations.RunSQL(GUARD, UNDO)]
