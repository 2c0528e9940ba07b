"""The lines of a batch that was submitted stay as they are: what an approver saw need not be read again line by line.

Whoever adds a column to an instruction that the digest covers, adds it to `fixed` too. Marking a line paid changes none of
them, and so fires nothing.
"""

from django.db import migrations

GUARD = """
CREATE FUNCTION disbursement_line_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM disbursement_batch WHERE id IN (OLD.batch_id, NEW.batch_id)
               AND status NOT IN ('draft', 'prepared', 'cancelled')) THEN
        RAISE EXCEPTION 'a line of a batch that was submitted is not changed.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fixed
    BEFORE UPDATE OF batch_id, chunk_id, cycle_id, enrolment_id, wallet_id, amount, attempt ON disbursement_instruction
    FOR EACH ROW
    WHEN ((OLD.batch_id, OLD.chunk_id, OLD.cycle_id, OLD.enrolment_id, OLD.wallet_id, OLD.amount, OLD.attempt)
          IS DISTINCT FROM
          (NEW.batch_id, NEW.chunk_id, NEW.cycle_id, NEW.enrolment_id, NEW.wallet_id, NEW.amount, NEW.attempt))
    EXECUTE FUNCTION disbursement_line_is_fixed();
CREATE TRIGGER fixed BEFORE UPDATE OF batch_id, number, count, digest ON disbursement_chunk FOR EACH ROW
    WHEN ((OLD.batch_id, OLD.number, OLD.count, OLD.digest)
          IS DISTINCT FROM (NEW.batch_id, NEW.number, NEW.count, NEW.digest))
    EXECUTE FUNCTION disbursement_line_is_fixed();

-- Whole statements at once: a batch of a million lines is written by one.
CREATE FUNCTION disbursement_no_line_comes_or_goes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM disbursement_batch WHERE id IN (SELECT DISTINCT batch_id FROM touched)
               AND status NOT IN ('draft', 'prepared', 'cancelled')) THEN
        RAISE EXCEPTION 'a line of a batch that was submitted is not changed.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER no_line_comes AFTER INSERT ON disbursement_instruction REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION disbursement_no_line_comes_or_goes();
CREATE TRIGGER no_line_goes AFTER DELETE ON disbursement_instruction REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION disbursement_no_line_comes_or_goes();
"""
UNDO = """
DROP TRIGGER no_line_goes ON disbursement_instruction;
DROP TRIGGER no_line_comes ON disbursement_instruction;
DROP FUNCTION disbursement_no_line_comes_or_goes();
DROP TRIGGER fixed ON disbursement_chunk;
DROP TRIGGER fixed ON disbursement_instruction;
DROP FUNCTION disbursement_line_is_fixed();
"""


class Migration(migrations.Migration):
    dependencies = [("disbursement", "0033_approval_guards")]
    operations = [migrations.RunSQL(GUARD, UNDO)]
