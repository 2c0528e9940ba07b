"""What the database itself sees to: no status without its step, no appeal decided by who took the step, no two places in conflict.

An enrolment's status moves because a step is written, whoever writes it; the first step is written here, with the enrolment.
"""

from django.db import migrations

STEPS = """
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON disbursement_enrolmentstep
    FOR EACH STATEMENT EXECUTE FUNCTION disbursement_is_append_only();

CREATE FUNCTION disbursement_enrolmentstep_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(NEW) - 'words' - 'reference') = (to_jsonb(OLD) - 'words' - 'reference')
        AND NEW.words IN (OLD.words, '') AND NEW.reference IN (OLD.reference, '') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'step % is written once: only its words may be emptied.', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER kept BEFORE UPDATE ON disbursement_enrolmentstep
    FOR EACH ROW EXECUTE FUNCTION disbursement_enrolmentstep_is_kept();

-- The same table as disbursement/enrolment_states.py, which says what each line is for.
CREATE FUNCTION disbursement_enrolmentstep_is_legal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.at := statement_timestamp();
    IF NEW.from_status = '' THEN
        IF pg_trigger_depth() < 2 THEN
            RAISE EXCEPTION 'the first step comes with the enrolment.' USING ERRCODE = 'restrict_violation';
        END IF;
    ELSIF NOT (NEW.from_status || '>' || NEW.to_status) = ANY (ARRAY[
        'waiting>active', 'waiting>ended', 'active>suspended', 'active>ended', 'active>waiting',
        'suspended>active', 'suspended>ended', 'ended>active', 'ended>suspended', 'ended>waiting']) THEN
        RAISE EXCEPTION 'no enrolment goes from % to %.', NEW.from_status, NEW.to_status
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER legal BEFORE INSERT ON disbursement_enrolmentstep
    FOR EACH ROW EXECUTE FUNCTION disbursement_enrolmentstep_is_legal();

CREATE FUNCTION disbursement_enrolmentstep_is_the_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    steps bigint;
    moved bigint;
BEGIN
    SELECT count(*) INTO steps FROM fresh WHERE from_status <> '';
    IF steps = 0 THEN
        RETURN NULL;
    END IF;
    UPDATE disbursement_enrolment e SET status = fresh.to_status, passed_over = '' FROM fresh
    WHERE fresh.from_status <> '' AND e.id = fresh.enrolment_id AND e.status = fresh.from_status;
    GET DIAGNOSTICS moved = ROW_COUNT;
    IF moved <> steps THEN
        RAISE EXCEPTION '% of % enrolments are where their step says.', moved, steps USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER the_change AFTER INSERT ON disbursement_enrolmentstep REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION disbursement_enrolmentstep_is_the_change();

CREATE FUNCTION disbursement_enrolment_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO disbursement_enrolmentstep (enrolment_id, from_status, to_status, reason, by_id)
    SELECT id, '', status, CASE WHEN version_id IS NULL THEN 'enrolled' ELSE 'rule' END, by_id FROM fresh ORDER BY id;
    RETURN NULL;
END $$;
CREATE TRIGGER begins AFTER INSERT ON disbursement_enrolment REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION disbursement_enrolment_begins();

CREATE FUNCTION disbursement_enrolment_moves_by_steps() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'enrolment %: its status moves with a step.', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER by_steps BEFORE UPDATE OF status ON disbursement_enrolment FOR EACH ROW
    WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION disbursement_enrolment_moves_by_steps();

-- Who waits is looked at again when a place is free, and admitted for what is true then.
CREATE FUNCTION disbursement_enrolment_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.programme_id, OLD.by_id, OLD.created_at) IS NOT DISTINCT FROM (NEW.programme_id, NEW.by_id, NEW.created_at)
        AND (OLD.status = 'waiting'
             OR (NEW.version_id IS NOT DISTINCT FROM OLD.version_id AND NEW.facts IN (OLD.facts, '{}'))) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'enrolment %: why it was made stays.', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER kept BEFORE UPDATE ON disbursement_enrolment FOR EACH ROW
    WHEN ((OLD.programme_id, OLD.by_id, OLD.created_at, OLD.version_id, OLD.facts)
          IS DISTINCT FROM (NEW.programme_id, NEW.by_id, NEW.created_at, NEW.version_id, NEW.facts))
    EXECUTE FUNCTION disbursement_enrolment_is_kept();
"""
APPEALS = """
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON disbursement_enrolmentappeal
    FOR EACH STATEMENT EXECUTE FUNCTION disbursement_is_append_only();

CREATE FUNCTION disbursement_enrolmentappeal_is_filed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    step disbursement_enrolmentstep;
BEGIN
    SELECT s.* INTO step FROM disbursement_enrolmentstep s WHERE s.id = NEW.step_id;
    IF step.to_status NOT IN ('suspended', 'ended') OR step.from_status = '' OR NEW.status <> 'filed' THEN
        RAISE EXCEPTION 'step % is nothing to appeal against.', NEW.step_id USING ERRCODE = 'restrict_violation';
    END IF;
    NEW.taken_by_id := step.by_id;
    RETURN NEW;
END $$;
CREATE TRIGGER filed BEFORE INSERT ON disbursement_enrolmentappeal
    FOR EACH ROW EXECUTE FUNCTION disbursement_enrolmentappeal_is_filed();

-- Decided once; what the citizen wrote may be emptied when they are forgotten.
CREATE FUNCTION disbursement_enrolmentappeal_is_decided_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    decision text[] := ARRAY['status', 'decided_by_id', 'decided_at', 'decision_reason'];
BEGIN
    IF (to_jsonb(NEW) - 'text' - decision) = (to_jsonb(OLD) - 'text' - decision) AND NEW.text IN (OLD.text, '')
        AND (OLD.status = 'filed' OR (to_jsonb(NEW) - 'text') = (to_jsonb(OLD) - 'text')) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'appeal % is decided once.', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER decided_once BEFORE UPDATE ON disbursement_enrolmentappeal
    FOR EACH ROW EXECUTE FUNCTION disbursement_enrolmentappeal_is_decided_once();
"""
CONFLICTS = """
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON disbursement_programmeconflict
    FOR EACH STATEMENT EXECUTE FUNCTION disbursement_is_append_only();

CREATE FUNCTION disbursement_programmeconflict_is_ended_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.ends_on IS NULL AND (to_jsonb(NEW) - 'ends_on') = (to_jsonb(OLD) - 'ends_on') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'conflict % is written once: it can only be ended.', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER ended_once BEFORE UPDATE ON disbursement_programmeconflict
    FOR EACH ROW EXECUTE FUNCTION disbursement_programmeconflict_is_ended_once();

-- Of places that are new: the people, and where it matters their households, are locked, and then looked at in a statement of
-- its own, which sees what others committed meanwhile.
CREATE FUNCTION disbursement_refuse_conflicts(fresh bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    clash record;
BEGIN
    IF fresh IS NULL THEN
        RETURN;
    END IF;
    PERFORM FROM beneficiaries_person p WHERE p.id IN (SELECT person_id FROM disbursement_enrolment WHERE id = ANY (fresh))
    ORDER BY p.id FOR NO KEY UPDATE;
    PERFORM FROM beneficiaries_household h WHERE h.id IN (
        SELECT p.household_id FROM disbursement_enrolment e JOIN beneficiaries_person p ON p.id = e.person_id
        JOIN disbursement_programmeconflict c ON e.programme_id IN (c.first_id, c.second_id)
        WHERE e.id = ANY (fresh) AND c.scope = 'household' AND c.starts_on <= disbursement_today()
            AND (c.ends_on IS NULL OR c.ends_on > disbursement_today()))
    ORDER BY h.id FOR NO KEY UPDATE;
    SELECT mine.id AS mine, other.id AS other INTO clash
    FROM disbursement_enrolment mine
    JOIN disbursement_programmeconflict c ON mine.programme_id IN (c.first_id, c.second_id)
    JOIN disbursement_enrolment other ON other.person_id = mine.person_id
        AND other.programme_id = c.first_id + c.second_id - mine.programme_id
    WHERE mine.id = ANY (fresh) AND other.status IN ('active', 'suspended') AND c.starts_on <= disbursement_today()
        AND (c.ends_on IS NULL OR c.ends_on > disbursement_today())
    LIMIT 1;
    IF NOT FOUND THEN
        SELECT mine.id AS mine, other.id AS other INTO clash
        FROM disbursement_enrolment mine JOIN beneficiaries_person p ON p.id = mine.person_id
        JOIN disbursement_programmeconflict c ON mine.programme_id IN (c.first_id, c.second_id)
        JOIN beneficiaries_person q ON q.household_id = p.household_id
        JOIN disbursement_enrolment other ON other.person_id = q.id
            AND other.programme_id = c.first_id + c.second_id - mine.programme_id
        WHERE mine.id = ANY (fresh) AND c.scope = 'household' AND other.status IN ('active', 'suspended')
            AND c.starts_on <= disbursement_today() AND (c.ends_on IS NULL OR c.ends_on > disbursement_today())
        LIMIT 1;
    END IF;
    IF FOUND THEN
        RAISE EXCEPTION 'enrolments % and % may not be held at once.', clash.mine, clash.other
            USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'enrolment_no_conflict';
    END IF;
END $$;

CREATE FUNCTION disbursement_enrolment_takes_no_conflict() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM disbursement_refuse_conflicts((
        SELECT array_agg(f.id) FROM fresh f WHERE f.status IN ('active', 'suspended') AND f.programme_id IN (
            SELECT unnest(ARRAY[c.first_id, c.second_id]) FROM disbursement_programmeconflict c
            WHERE c.starts_on <= disbursement_today() AND (c.ends_on IS NULL OR c.ends_on > disbursement_today()))));
    RETURN NULL;
END $$;
CREATE TRIGGER no_conflict_made AFTER INSERT ON disbursement_enrolment REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION disbursement_enrolment_takes_no_conflict();

CREATE FUNCTION disbursement_enrolment_comes_to_no_conflict() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM disbursement_refuse_conflicts((
        SELECT array_agg(f.id) FROM fresh f JOIN stale s ON s.id = f.id
        WHERE f.status IN ('active', 'suspended')
            AND (s.status NOT IN ('active', 'suspended') OR s.person_id <> f.person_id) AND f.programme_id IN (
                SELECT unnest(ARRAY[c.first_id, c.second_id]) FROM disbursement_programmeconflict c
                WHERE c.starts_on <= disbursement_today() AND (c.ends_on IS NULL OR c.ends_on > disbursement_today()))));
    RETURN NULL;
END $$;
CREATE TRIGGER no_conflict_come_to AFTER UPDATE ON disbursement_enrolment REFERENCING NEW TABLE AS fresh OLD TABLE AS stale
    FOR EACH STATEMENT EXECUTE FUNCTION disbursement_enrolment_comes_to_no_conflict();
"""
UNDO = """
DROP TRIGGER no_conflict_come_to ON disbursement_enrolment;
DROP FUNCTION disbursement_enrolment_comes_to_no_conflict();
DROP TRIGGER no_conflict_made ON disbursement_enrolment;
DROP FUNCTION disbursement_enrolment_takes_no_conflict();
DROP FUNCTION disbursement_refuse_conflicts(bigint[]);
DROP TRIGGER ended_once ON disbursement_programmeconflict;
DROP FUNCTION disbursement_programmeconflict_is_ended_once();
DROP TRIGGER append_only ON disbursement_programmeconflict;
DROP TRIGGER decided_once ON disbursement_enrolmentappeal;
DROP FUNCTION disbursement_enrolmentappeal_is_decided_once();
DROP TRIGGER filed ON disbursement_enrolmentappeal;
DROP FUNCTION disbursement_enrolmentappeal_is_filed();
DROP TRIGGER append_only ON disbursement_enrolmentappeal;
DROP TRIGGER kept ON disbursement_enrolment;
DROP FUNCTION disbursement_enrolment_is_kept();
DROP TRIGGER by_steps ON disbursement_enrolment;
DROP FUNCTION disbursement_enrolment_moves_by_steps();
DROP TRIGGER begins ON disbursement_enrolment;
DROP FUNCTION disbursement_enrolment_begins();
DROP TRIGGER the_change ON disbursement_enrolmentstep;
DROP FUNCTION disbursement_enrolmentstep_is_the_change();
DROP TRIGGER legal ON disbursement_enrolmentstep;
DROP FUNCTION disbursement_enrolmentstep_is_legal();
DROP TRIGGER kept ON disbursement_enrolmentstep;
DROP FUNCTION disbursement_enrolmentstep_is_kept();
DROP TRIGGER append_only ON disbursement_enrolmentstep;
"""


class Migration(migrations.Migration):
    dependencies = [("disbursement", "0051_steps_of_before")]
    operations = [migrations.RunSQL(STEPS + APPEALS + CONFLICTS, UNDO)]
