"""Whoever proposed a case of clawback drops it alone as long as nobody has objected; not after another officer's ruling either."""

from django.db import migrations

BEFORE = """
CREATE OR REPLACE FUNCTION disbursement_clawback_step_follows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of_case disbursement_clawback;
    before text;
    taken bigint;
BEGIN
    SELECT * INTO of_case FROM disbursement_clawback WHERE id = NEW.clawback_id FOR NO KEY UPDATE;
    SELECT to_status INTO before FROM disbursement_clawbackstep WHERE clawback_id = NEW.clawback_id ORDER BY id DESC LIMIT 1;
    NEW.at := statement_timestamp();
    IF (NEW.from_status, NEW.to_status, NEW.claim) IS DISTINCT FROM (coalesce(before, ''), of_case.status, of_case.claim)
       OR (NEW.from_status, NEW.to_status) NOT IN (
            ('', 'proposed'), ('proposed', 'noticed'), ('proposed', 'dropped'), ('noticed', 'objected'),
            ('noticed', 'in_force'), ('noticed', 'dropped'), ('noticed', 'written_off'), ('objected', 'decided'),
            ('objected', 'dropped'), ('objected', 'written_off'), ('decided', 'in_force'), ('decided', 'dropped'),
            ('decided', 'written_off'), ('in_force', 'settled'), ('in_force', 'written_off'), ('settled', 'in_force')) THEN
        RAISE EXCEPTION 'clawback %: no step leads from % to %.', NEW.clawback_id, coalesce(before, '-'), NEW.to_status
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.from_status, NEW.to_status) IN (('in_force', 'settled'), ('settled', 'in_force')) THEN
        taken := disbursement_clawback_taken(NEW.clawback_id);
        IF (NEW.to_status = 'settled') <> (taken >= of_case.claim) THEN
            RAISE EXCEPTION 'clawback % has % of %.', NEW.clawback_id, taken, of_case.claim USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    -- An objection may come from the person, in the application.
    IF NEW.reason = '' OR (NEW.by_id IS NULL AND (NEW.to_status <> 'objected' OR of_case.objection_channel <> 'app')) THEN
        RAISE EXCEPTION 'a step of a clawback has an officer and a reason.' USING ERRCODE = 'restrict_violation';
    END IF;
    -- What one proposes, another decides: the objection, its force, and giving it up.
    IF NEW.by_id = of_case.proposed_by_id
       AND (NEW.from_status = 'objected' OR NEW.to_status IN ('in_force', 'written_off')) THEN
        RAISE EXCEPTION 'clawback % is decided by another officer.', NEW.clawback_id USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.to_status = 'in_force' AND NEW.by_id IS DISTINCT FROM of_case.enforced_by_id THEN
        RAISE EXCEPTION 'clawback % is put into force by who is named.', NEW.clawback_id USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.from_status, NEW.to_status) = ('noticed', 'in_force') AND of_case.objection_until >= disbursement_today() THEN
        RAISE EXCEPTION 'clawback %: an objection is possible until %.', NEW.clawback_id, of_case.objection_until
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""
NOW = """
CREATE OR REPLACE FUNCTION disbursement_clawback_step_follows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of_case disbursement_clawback;
    before text;
    taken bigint;
BEGIN
    SELECT * INTO of_case FROM disbursement_clawback WHERE id = NEW.clawback_id FOR NO KEY UPDATE;
    SELECT to_status INTO before FROM disbursement_clawbackstep WHERE clawback_id = NEW.clawback_id ORDER BY id DESC LIMIT 1;
    NEW.at := statement_timestamp();
    IF (NEW.from_status, NEW.to_status, NEW.claim) IS DISTINCT FROM (coalesce(before, ''), of_case.status, of_case.claim)
       OR (NEW.from_status, NEW.to_status) NOT IN (
            ('', 'proposed'), ('proposed', 'noticed'), ('proposed', 'dropped'), ('noticed', 'objected'),
            ('noticed', 'in_force'), ('noticed', 'dropped'), ('noticed', 'written_off'), ('objected', 'decided'),
            ('objected', 'dropped'), ('objected', 'written_off'), ('decided', 'in_force'), ('decided', 'dropped'),
            ('decided', 'written_off'), ('in_force', 'settled'), ('in_force', 'written_off'), ('settled', 'in_force')) THEN
        RAISE EXCEPTION 'clawback %: no step leads from % to %.', NEW.clawback_id, coalesce(before, '-'), NEW.to_status
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.from_status, NEW.to_status) IN (('in_force', 'settled'), ('settled', 'in_force')) THEN
        taken := disbursement_clawback_taken(NEW.clawback_id);
        IF (NEW.to_status = 'settled') <> (taken >= of_case.claim) THEN
            RAISE EXCEPTION 'clawback % has % of %.', NEW.clawback_id, taken, of_case.claim USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    -- An objection may come from the person, in the application.
    IF NEW.reason = '' OR (NEW.by_id IS NULL AND (NEW.to_status <> 'objected' OR of_case.objection_channel <> 'app')) THEN
        RAISE EXCEPTION 'a step of a clawback has an officer and a reason.' USING ERRCODE = 'restrict_violation';
    END IF;
    -- What one proposes, another decides: whatever comes after an objection, its force, and giving it up.
    IF NEW.by_id = of_case.proposed_by_id
       AND (NEW.from_status IN ('objected', 'decided') OR NEW.to_status IN ('in_force', 'written_off')) THEN
        RAISE EXCEPTION 'clawback % is decided by another officer.', NEW.clawback_id USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.to_status = 'in_force' AND NEW.by_id IS DISTINCT FROM of_case.enforced_by_id THEN
        RAISE EXCEPTION 'clawback % is put into force by who is named.', NEW.clawback_id USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.from_status, NEW.to_status) = ('noticed', 'in_force') AND of_case.objection_until >= disbursement_today() THEN
        RAISE EXCEPTION 'clawback %: an objection is possible until %.', NEW.clawback_id, of_case.objection_until
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("disbursement", "0430_words_of_the_forgotten")]
    operations = [migrations.RunSQL(NOW, BEFORE)]
