"""Officers' words about somebody can be forgotten with them in clawbacks' steps and evidence and in what was decided on an
appeal, too: they become 'dihapus', nothing else, once that is over."""

from django.db import migrations

STEPS = """
DROP TRIGGER append_only ON disbursement_clawbackstep;
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON disbursement_clawbackstep
    FOR EACH STATEMENT EXECUTE FUNCTION disbursement_is_append_only();

CREATE FUNCTION disbursement_clawbackstep_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - 'reason' = to_jsonb(OLD) - 'reason' AND OLD.reason <> '' AND NEW.reason = 'dihapus'
        AND EXISTS (SELECT FROM disbursement_clawback
                    WHERE id = OLD.clawback_id AND status IN ('settled', 'dropped', 'written_off')) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'step % of a clawback is written once.', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER kept BEFORE UPDATE ON disbursement_clawbackstep
    FOR EACH ROW EXECUTE FUNCTION disbursement_clawbackstep_is_kept();
"""
STEPS_BEFORE = """
DROP TRIGGER kept ON disbursement_clawbackstep;
DROP FUNCTION disbursement_clawbackstep_is_kept();
DROP TRIGGER append_only ON disbursement_clawbackstep;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON disbursement_clawbackstep
    FOR EACH STATEMENT EXECUTE FUNCTION disbursement_is_append_only();
"""
CASES = """
CREATE OR REPLACE FUNCTION disbursement_clawback_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ended boolean := OLD.status IN ('settled', 'dropped', 'written_off');
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'clawback % is never deleted.', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF (OLD.id, OLD.programme_id, OLD.person_id, OLD.share, OLD.proposed_by_id, OLD.proposed_at)
        IS DISTINCT FROM (NEW.id, NEW.programme_id, NEW.person_id, NEW.share, NEW.proposed_by_id, NEW.proposed_at)
       OR (NEW.reason <> OLD.reason AND NOT (ended AND NEW.reason = 'dihapus'))
       OR (NEW.evidence <> OLD.evidence AND NOT (ended AND NEW.evidence = 'dihapus'))
       OR (NEW.objection <> OLD.objection AND NOT (OLD.status = 'noticed' AND NEW.status = 'objected')
           AND NOT (ended AND NEW.objection = 'dihapus')) THEN
        RAISE EXCEPTION 'clawback %: what it is about stays as it was proposed.', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF (OLD.noticed_at IS NOT NULL AND (OLD.noticed_at, OLD.objection_until) IS DISTINCT FROM (NEW.noticed_at, NEW.objection_until))
       OR (OLD.objected_on IS NOT NULL AND (OLD.objected_on, OLD.answer_by) IS DISTINCT FROM (NEW.objected_on, NEW.answer_by))
       OR (OLD.enforced_by_id IS NOT NULL
           AND (OLD.enforced_by_id, OLD.enforced_at) IS DISTINCT FROM (NEW.enforced_by_id, NEW.enforced_at)) THEN
        RAISE EXCEPTION 'clawback %: who did what when stays as it was.', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.claim <> OLD.claim AND NOT (NEW.claim < OLD.claim AND OLD.status = 'objected' AND NEW.status = 'decided') THEN
        RAISE EXCEPTION 'clawback %: only the decision on an objection lowers the claim.', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""
CASES_BEFORE = """
CREATE OR REPLACE FUNCTION disbursement_clawback_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ended boolean := OLD.status IN ('settled', 'dropped', 'written_off');
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'clawback % is never deleted.', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF (OLD.id, OLD.programme_id, OLD.person_id, OLD.share, OLD.evidence, OLD.proposed_by_id, OLD.proposed_at)
        IS DISTINCT FROM (NEW.id, NEW.programme_id, NEW.person_id, NEW.share, NEW.evidence, NEW.proposed_by_id, NEW.proposed_at)
       OR (NEW.reason <> OLD.reason AND NOT (ended AND NEW.reason = 'dihapus'))
       OR (NEW.objection <> OLD.objection AND NOT (OLD.status = 'noticed' AND NEW.status = 'objected')
           AND NOT (ended AND NEW.objection = 'dihapus')) THEN
        RAISE EXCEPTION 'clawback %: what it is about stays as it was proposed.', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF (OLD.noticed_at IS NOT NULL AND (OLD.noticed_at, OLD.objection_until) IS DISTINCT FROM (NEW.noticed_at, NEW.objection_until))
       OR (OLD.objected_on IS NOT NULL AND (OLD.objected_on, OLD.answer_by) IS DISTINCT FROM (NEW.objected_on, NEW.answer_by))
       OR (OLD.enforced_by_id IS NOT NULL
           AND (OLD.enforced_by_id, OLD.enforced_at) IS DISTINCT FROM (NEW.enforced_by_id, NEW.enforced_at)) THEN
        RAISE EXCEPTION 'clawback %: who did what when stays as it was.', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.claim <> OLD.claim AND NOT (NEW.claim < OLD.claim AND OLD.status = 'objected' AND NEW.status = 'decided') THEN
        RAISE EXCEPTION 'clawback %: only the decision on an objection lowers the claim.', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""
APPEALS = """
CREATE OR REPLACE FUNCTION disbursement_enrolmentappeal_is_decided_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    decision text[] := ARRAY['status', 'decided_by_id', 'decided_at', 'decision_reason'];
BEGIN
    IF (to_jsonb(NEW) - 'text' - decision) = (to_jsonb(OLD) - 'text' - decision) AND NEW.text IN (OLD.text, '')
        AND (OLD.status = 'filed' OR (
            (to_jsonb(NEW) - 'text' - 'decision_reason') = (to_jsonb(OLD) - 'text' - 'decision_reason')
            AND NEW.decision_reason IN (OLD.decision_reason, 'dihapus'))) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'appeal % is decided once.', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
"""
APPEALS_BEFORE = """
CREATE OR REPLACE FUNCTION disbursement_enrolmentappeal_is_decided_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    decision text[] := ARRAY['status', 'decided_by_id', 'decided_at', 'decision_reason'];
BEGIN
    IF (to_jsonb(NEW) - 'text' - decision) = (to_jsonb(OLD) - 'text' - decision) AND NEW.text IN (OLD.text, '')
        AND (OLD.status = 'filed' OR (to_jsonb(NEW) - 'text') = (to_jsonb(OLD) - 'text')) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'appeal % is decided once.', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("disbursement", "0420_take_back_words")]
    operations = [
        migrations.RunSQL(STEPS, STEPS_BEFORE),
        migrations.RunSQL(CASES, CASES_BEFORE),
        migrations.RunSQL(APPEALS, APPEALS_BEFORE),
    ]
