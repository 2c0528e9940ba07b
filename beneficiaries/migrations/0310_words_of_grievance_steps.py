"""An officer's words at a step of a grievance go where the grievance's own words are gone: they become 'dihapus', nothing else."""

from django.db import migrations

KEPT = """
DROP TRIGGER append_only ON beneficiaries_grievancestep;
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON beneficiaries_grievancestep
    FOR EACH STATEMENT EXECUTE FUNCTION beneficiaries_written_once();

CREATE FUNCTION beneficiaries_grievancestep_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - 'reason' = to_jsonb(OLD) - 'reason' AND OLD.reason <> '' AND NEW.reason = 'dihapus'
        AND EXISTS (SELECT FROM beneficiaries_grievance WHERE id = OLD.grievance_id AND text_sealed = '') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'step % of a grievance is append-only: its words are forgotten with the grievance''s own.', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER kept BEFORE UPDATE ON beneficiaries_grievancestep
    FOR EACH ROW EXECUTE FUNCTION beneficiaries_grievancestep_is_kept();
"""
BEFORE = """
DROP TRIGGER kept ON beneficiaries_grievancestep;
DROP FUNCTION beneficiaries_grievancestep_is_kept();
DROP TRIGGER append_only ON beneficiaries_grievancestep;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON beneficiaries_grievancestep
    FOR EACH STATEMENT EXECUTE FUNCTION beneficiaries_written_once();
"""


class Migration(migrations.Migration):
    dependencies = [("beneficiaries", "0304_sender_pace")]
    operations = [migrations.RunSQL(KEPT, BEFORE)]
