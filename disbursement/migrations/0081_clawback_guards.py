"""What the database itself sees to in clawbacks: the steps and who takes them, never above what was paid, never above the claim.

What is withheld counts while its line is pending or paid; both who withholds and who gives back hold the case's lock.
"""

from django.db import migrations

APPEND_ONLY = ("clawbackpayment", "clawbackstep", "withholding", "giveback")

CASES = """
-- Rupiah that count as recovered, or will if the lines that wait are paid.
CREATE FUNCTION disbursement_clawback_taken(of_case bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT sum(w.amount) FROM disbursement_withholding w
                     JOIN disbursement_instruction i ON i.id = w.instruction_id
                     WHERE w.clawback_id = of_case AND i.live), 0)::bigint
         + coalesce((SELECT sum(g.amount) FROM disbursement_giveback g WHERE g.clawback_id = of_case), 0)::bigint
$$;

-- Whom a row of the registry is: itself, or who it was merged into.
CREATE FUNCTION disbursement_is_one_person(one bigint, other bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT (SELECT coalesce(merged_into_id, id) FROM beneficiaries_person WHERE id = one)
         = (SELECT coalesce(merged_into_id, id) FROM beneficiaries_person WHERE id = other)
$$;

CREATE FUNCTION disbursement_clawback_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status <> 'proposed' OR NEW.enforced_by_id IS NOT NULL OR NEW.noticed_at IS NOT NULL THEN
        RAISE EXCEPTION 'a clawback begins as a proposal.' USING ERRCODE = 'restrict_violation';
    END IF;
    NEW.proposed_at := statement_timestamp();
    RETURN NEW;
END $$;
CREATE TRIGGER begins BEFORE INSERT ON disbursement_clawback
    FOR EACH ROW EXECUTE FUNCTION disbursement_clawback_begins();

-- What a case is about stays; the claim is lowered by the decision on an objection, and in no other way.
CREATE FUNCTION disbursement_clawback_stays() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON disbursement_clawback
    FOR EACH ROW EXECUTE FUNCTION disbursement_clawback_stays();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON disbursement_clawback
    FOR EACH STATEMENT EXECUTE FUNCTION disbursement_is_append_only();

-- A status is what the last step says, and a step follows from the one before.
CREATE FUNCTION disbursement_clawback_has_its_step() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    now_is text;
    said text;
BEGIN
    SELECT status INTO now_is FROM disbursement_clawback WHERE id = NEW.id;
    SELECT to_status INTO said FROM disbursement_clawbackstep WHERE clawback_id = NEW.id ORDER BY id DESC LIMIT 1;
    IF said IS DISTINCT FROM now_is THEN
        RAISE EXCEPTION 'clawback % is %, and no step says so.', NEW.id, now_is USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER has_its_step AFTER INSERT OR UPDATE OF status ON disbursement_clawback
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION disbursement_clawback_has_its_step();

CREATE FUNCTION disbursement_clawback_step_follows() RETURNS trigger LANGUAGE plpgsql AS $$
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
    IF NEW.by_id IS NULL OR NEW.reason = '' THEN
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
CREATE TRIGGER follows BEFORE INSERT ON disbursement_clawbackstep
    FOR EACH ROW EXECUTE FUNCTION disbursement_clawback_step_follows();
"""

PAYMENTS = """
-- Under the payment's lock, which taking it back needs too.
CREATE FUNCTION disbursement_clawback_payment_was_paid() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    paid disbursement_instruction;
    of_case disbursement_clawback;
    claimed bigint;
BEGIN
    SELECT * INTO paid FROM disbursement_instruction WHERE id = NEW.instruction_id FOR NO KEY UPDATE;
    SELECT * INTO of_case FROM disbursement_clawback WHERE id = NEW.clawback_id;
    IF of_case.status <> 'proposed' OR of_case.proposed_at < transaction_timestamp() THEN
        RAISE EXCEPTION 'clawback % is about what it was proposed for.', NEW.clawback_id USING ERRCODE = 'restrict_violation';
    END IF;
    IF paid.status <> 'paid' OR NOT EXISTS (
        SELECT FROM disbursement_enrolment e WHERE e.id = paid.enrolment_id AND e.programme_id = of_case.programme_id
            AND disbursement_is_one_person(e.person_id, of_case.person_id)) THEN
        RAISE EXCEPTION 'instruction % was not paid by this programme to this person.', NEW.instruction_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT coalesce(sum(p.amount), 0) INTO claimed FROM disbursement_clawbackpayment p
    JOIN disbursement_clawback c ON c.id = p.clawback_id
    WHERE p.instruction_id = NEW.instruction_id AND c.status <> 'dropped';
    IF claimed + NEW.amount > paid.amount THEN
        RAISE EXCEPTION 'instruction % paid %: % of it is claimed already.', NEW.instruction_id, paid.amount, claimed
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER was_paid BEFORE INSERT ON disbursement_clawbackpayment
    FOR EACH ROW EXECUTE FUNCTION disbursement_clawback_payment_was_paid();

CREATE FUNCTION disbursement_clawback_adds_up() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    together bigint;
BEGIN
    SELECT coalesce(sum(amount), 0) INTO together FROM disbursement_clawbackpayment WHERE clawback_id = NEW.id;
    IF together <> NEW.claim THEN
        RAISE EXCEPTION 'clawback % claims %, its payments %.', NEW.id, NEW.claim, together USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER adds_up AFTER INSERT ON disbursement_clawback
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION disbursement_clawback_adds_up();

-- AFTER, with the status alone: what is marked paid by the million is only compared, never locked or looked up for this.
CREATE FUNCTION disbursement_returned_is_not_claimed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    claimed_in bigint;
BEGIN
    SELECT c.id INTO claimed_in FROM disbursement_clawbackpayment p JOIN disbursement_clawback c ON c.id = p.clawback_id
    WHERE p.instruction_id = NEW.id AND c.status <> 'dropped' LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'instruction % is claimed back in clawback %.', NEW.id, claimed_in USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER returned_is_not_claimed AFTER UPDATE OF status ON disbursement_instruction FOR EACH ROW
    WHEN (NEW.status = 'returned' AND OLD.status <> 'returned') EXECUTE FUNCTION disbursement_returned_is_not_claimed();
"""

RECOVERING = """
CREATE FUNCTION disbursement_withholding_is_due() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of_case disbursement_clawback;
    line record;
    of_line bigint;
    taken bigint;
BEGIN
    SELECT * INTO of_case FROM disbursement_clawback WHERE id = NEW.clawback_id FOR NO KEY UPDATE;
    SELECT i.status, i.amount, b.status AS batch_status, e.programme_id, e.person_id INTO line
    FROM disbursement_instruction i JOIN disbursement_batch b ON b.id = i.batch_id
    JOIN disbursement_enrolment e ON e.id = i.enrolment_id WHERE i.id = NEW.instruction_id;
    IF of_case.status <> 'in_force' OR line.status <> 'pending' OR line.batch_status NOT IN ('draft', 'prepared')
       OR line.programme_id <> of_case.programme_id
       OR NOT disbursement_is_one_person(line.person_id, of_case.person_id) THEN
        RAISE EXCEPTION 'instruction % withholds nothing for clawback %.', NEW.instruction_id, NEW.clawback_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    taken := disbursement_clawback_taken(NEW.clawback_id) + NEW.amount;
    SELECT coalesce(sum(amount), 0) + NEW.amount INTO of_line FROM disbursement_withholding
    WHERE instruction_id = NEW.instruction_id;
    IF taken > of_case.claim OR NEW.left <> of_case.claim - taken OR of_line * 100 > NEW.entitled * of_case.share THEN
        RAISE EXCEPTION 'clawback % of %: % would be withheld, % of this line.', NEW.clawback_id, of_case.claim, taken, of_line
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER is_due BEFORE INSERT ON disbursement_withholding
    FOR EACH ROW EXECUTE FUNCTION disbursement_withholding_is_due();

CREATE FUNCTION disbursement_withholding_lowers_its_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.entitled <> (SELECT amount FROM disbursement_instruction WHERE id = NEW.instruction_id)
                     + (SELECT sum(amount) FROM disbursement_withholding WHERE instruction_id = NEW.instruction_id) THEN
        RAISE EXCEPTION 'instruction % is not lower by what it withholds.', NEW.instruction_id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER lowers_its_line AFTER INSERT ON disbursement_withholding
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION disbursement_withholding_lowers_its_line();

CREATE FUNCTION disbursement_give_back_is_claimed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of_case disbursement_clawback;
BEGIN
    SELECT * INTO of_case FROM disbursement_clawback WHERE id = NEW.clawback_id FOR NO KEY UPDATE;
    IF of_case.status <> 'in_force' THEN
        RAISE EXCEPTION 'clawback % is not in force.', NEW.clawback_id USING ERRCODE = 'restrict_violation';
    END IF;
    IF disbursement_clawback_taken(NEW.clawback_id) + NEW.amount > of_case.claim THEN
        RAISE EXCEPTION 'clawback % claims %.', NEW.clawback_id, of_case.claim USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER is_claimed BEFORE INSERT ON disbursement_giveback
    FOR EACH ROW EXECUTE FUNCTION disbursement_give_back_is_claimed();
"""
UNDO = """
DROP TRIGGER is_claimed ON disbursement_giveback;
DROP FUNCTION disbursement_give_back_is_claimed();
DROP TRIGGER lowers_its_line ON disbursement_withholding;
DROP FUNCTION disbursement_withholding_lowers_its_line();
DROP TRIGGER is_due ON disbursement_withholding;
DROP FUNCTION disbursement_withholding_is_due();
DROP TRIGGER returned_is_not_claimed ON disbursement_instruction;
DROP FUNCTION disbursement_returned_is_not_claimed();
DROP TRIGGER adds_up ON disbursement_clawback;
DROP FUNCTION disbursement_clawback_adds_up();
DROP TRIGGER was_paid ON disbursement_clawbackpayment;
DROP FUNCTION disbursement_clawback_payment_was_paid();
DROP TRIGGER follows ON disbursement_clawbackstep;
DROP FUNCTION disbursement_clawback_step_follows();
DROP TRIGGER has_its_step ON disbursement_clawback;
DROP FUNCTION disbursement_clawback_has_its_step();
DROP TRIGGER never_emptied ON disbursement_clawback;
DROP TRIGGER stays ON disbursement_clawback;
DROP FUNCTION disbursement_clawback_stays();
DROP TRIGGER begins ON disbursement_clawback;
DROP FUNCTION disbursement_clawback_begins();
DROP FUNCTION disbursement_is_one_person(bigint, bigint);
DROP FUNCTION disbursement_clawback_taken(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("disbursement", "0080_clawback")]
    operations = [
        migrations.RunSQL(CASES + PAYMENTS + RECOVERING, UNDO),
        *(
            migrations.RunSQL(
                f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON disbursement_{table}"
                " FOR EACH STATEMENT EXECUTE FUNCTION disbursement_is_append_only()",
                f"DROP TRIGGER append_only ON disbursement_{table}",
            )
            for table in APPEND_ONLY
        ),
    ]
