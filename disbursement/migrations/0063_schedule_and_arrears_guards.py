"""What a schedule says, what is owed, and what should have been paid stay as they were written; each ends in one way only."""

from django.db import migrations

GUARD = """
CREATE FUNCTION disbursement_schedule_is_written_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ending text[] := ARRAY['planned_at', 'stopped_at', 'stopped_by_id', 'stop_reason'];
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - ending = to_jsonb(OLD) - ending
        AND (OLD.stopped_at IS NULL
             OR (OLD.stopped_at, OLD.stopped_by_id, OLD.stop_reason) = (NEW.stopped_at, NEW.stopped_by_id, NEW.stop_reason))
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'schedule % is written once, and only ever stopped: % refused.', OLD.id, TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER written_once BEFORE UPDATE OR DELETE ON disbursement_schedule
    FOR EACH ROW EXECUTE FUNCTION disbursement_schedule_is_written_once();

-- A run that has a batch is the proof that its period was made: it neither goes nor becomes another.
CREATE FUNCTION disbursement_run_was_made() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.batch_id IS NOT NULL
        AND (OLD.programme_id, OLD.schedule_id, OLD.period, OLD.due_at, OLD.prepare_at, OLD.cycle_id)
            IS NOT DISTINCT FROM
            (NEW.programme_id, NEW.schedule_id, NEW.period, NEW.due_at, NEW.prepare_at, NEW.cycle_id) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'scheduled run % was made: % refused.', OLD.id, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER was_made BEFORE UPDATE OR DELETE ON disbursement_scheduledrun FOR EACH ROW
    WHEN (OLD.batch_id IS NOT NULL) EXECUTE FUNCTION disbursement_run_was_made();
CREATE FUNCTION disbursement_run_is_of_its_programme() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.batch_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM disbursement_batch b JOIN disbursement_cycle c ON c.id = b.cycle_id
            WHERE b.id = NEW.batch_id AND c.id = NEW.cycle_id
                AND (c.programme_id, c.period) = (NEW.programme_id, NEW.period)) THEN
        RAISE EXCEPTION 'batch % is not of the run''s period.', NEW.batch_id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER of_its_programme BEFORE INSERT OR UPDATE OF batch_id, cycle_id ON disbursement_scheduledrun
    FOR EACH ROW EXECUTE FUNCTION disbursement_run_is_of_its_programme();

CREATE FUNCTION disbursement_owed_is_written_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ending text[] := ARRAY['withdrawn_at', 'withdrawn_by_id', 'withdraw_reason'];
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.withdrawn_at IS NULL AND to_jsonb(NEW) - ending = to_jsonb(OLD) - ending THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'what is owed (%) is written once, and withdrawn once: % refused.', OLD.id, TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER written_once BEFORE UPDATE OR DELETE ON disbursement_owedcycle
    FOR EACH ROW EXECUTE FUNCTION disbursement_owed_is_written_once();
CREATE FUNCTION disbursement_owed_of_its_programme() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM added JOIN disbursement_enrolment e ON e.id = added.enrolment_id
               JOIN disbursement_cycle c ON c.id = added.cycle_id WHERE c.programme_id <> e.programme_id) THEN
        RAISE EXCEPTION 'an enrolment is owed cycles of its own programme only.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER of_its_programme AFTER INSERT ON disbursement_owedcycle REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION disbursement_owed_of_its_programme();

CREATE FUNCTION disbursement_recalculation_is_decided() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'recalculation % is %: % refused.', OLD.id, OLD.status, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER decided BEFORE UPDATE ON disbursement_recalculation FOR EACH ROW
    WHEN (OLD.status IN ('confirmed', 'dropped', 'failed')
          OR (OLD.cycle_id, OLD.enrolment_id) IS DISTINCT FROM (NEW.cycle_id, NEW.enrolment_id)
          OR (OLD.status = 'done' AND (NEW.status NOT IN ('done', 'confirmed', 'dropped')
              OR (OLD.seen, OLD.more, OLD.more_total, OLD.less, OLD.less_total)
                 IS DISTINCT FROM (NEW.seen, NEW.more, NEW.more_total, NEW.less, NEW.less_total)))
          OR (OLD.status = 'waiting' AND NEW.status IN ('confirmed', 'dropped')))
    EXECUTE FUNCTION disbursement_recalculation_is_decided();
CREATE TRIGGER kept BEFORE DELETE ON disbursement_recalculation
    FOR EACH ROW EXECUTE FUNCTION disbursement_recalculation_is_decided();

CREATE FUNCTION disbursement_correction_is_written_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (to_jsonb(NEW) - 'facts' - 'members') = (to_jsonb(OLD) - 'facts' - 'members')
        AND (NEW.facts = OLD.facts OR NEW.facts = '{}') AND (NEW.members = OLD.members OR NEW.members = '[]') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'disbursement_correction is written once: % refused.', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER written_once BEFORE UPDATE OR DELETE ON disbursement_correction
    FOR EACH ROW EXECUTE FUNCTION disbursement_correction_is_written_once();
CREATE FUNCTION disbursement_correction_comes_with_it() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM added JOIN disbursement_recalculation r ON r.id = added.recalculation_id
               JOIN disbursement_enrolment e ON e.id = added.enrolment_id JOIN disbursement_cycle c ON c.id = added.cycle_id
               WHERE r.status <> 'waiting' OR r.cycle_id <> added.cycle_id OR c.programme_id <> e.programme_id) THEN
        RAISE EXCEPTION 'a correction is written when its recalculation is filled, and for its cycle.'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER comes_with_it AFTER INSERT ON disbursement_correction REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION disbursement_correction_comes_with_it();

CREATE FUNCTION disbursement_is_never_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is kept: TRUNCATE refused.', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON disbursement_schedule
    FOR EACH STATEMENT EXECUTE FUNCTION disbursement_is_never_emptied();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON disbursement_scheduledrun
    FOR EACH STATEMENT EXECUTE FUNCTION disbursement_is_never_emptied();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON disbursement_owedcycle
    FOR EACH STATEMENT EXECUTE FUNCTION disbursement_is_never_emptied();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON disbursement_recalculation
    FOR EACH STATEMENT EXECUTE FUNCTION disbursement_is_never_emptied();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON disbursement_correction
    FOR EACH STATEMENT EXECUTE FUNCTION disbursement_is_never_emptied();

-- In whose corrections a member of a family was counted: asked when that member is forgotten.
CREATE INDEX correction_members ON disbursement_correction USING gin (members jsonb_path_ops) WHERE members <> '[]';
"""
UNDO = """
DROP INDEX correction_members;
DROP TRIGGER never_emptied ON disbursement_correction;
DROP TRIGGER never_emptied ON disbursement_recalculation;
DROP TRIGGER never_emptied ON disbursement_owedcycle;
DROP TRIGGER never_emptied ON disbursement_scheduledrun;
DROP TRIGGER never_emptied ON disbursement_schedule;
DROP FUNCTION disbursement_is_never_emptied();
DROP TRIGGER comes_with_it ON disbursement_correction;
DROP FUNCTION disbursement_correction_comes_with_it();
DROP TRIGGER written_once ON disbursement_correction;
DROP FUNCTION disbursement_correction_is_written_once();
DROP TRIGGER kept ON disbursement_recalculation;
DROP TRIGGER decided ON disbursement_recalculation;
DROP FUNCTION disbursement_recalculation_is_decided();
DROP TRIGGER of_its_programme ON disbursement_owedcycle;
DROP FUNCTION disbursement_owed_of_its_programme();
DROP TRIGGER written_once ON disbursement_owedcycle;
DROP FUNCTION disbursement_owed_is_written_once();
DROP TRIGGER of_its_programme ON disbursement_scheduledrun;
DROP FUNCTION disbursement_run_is_of_its_programme();
DROP TRIGGER was_made ON disbursement_scheduledrun;
DROP FUNCTION disbursement_run_was_made();
DROP TRIGGER written_once ON disbursement_schedule;
DROP FUNCTION disbursement_schedule_is_written_once();
"""


class Migration(migrations.Migration):
    dependencies = [("disbursement", "0062_one_calculation_a_cycle")]
    operations = [migrations.RunSQL(GUARD, UNDO)]
