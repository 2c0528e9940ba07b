"""What was booked of a statement stays; steps and confirmations are never changed."""

from django.db import migrations

GUARD = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON disbursement_confirmation
    FOR EACH STATEMENT EXECUTE FUNCTION disbursement_is_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON disbursement_breakstep
    FOR EACH STATEMENT EXECUTE FUNCTION disbursement_is_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON disbursement_comparison
    FOR EACH STATEMENT EXECUTE FUNCTION disbursement_is_append_only();

CREATE FUNCTION disbursement_statement_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'statement % was booked: it stays as it is.', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON disbursement_statement FOR EACH ROW
    WHEN (OLD.state = 'booked') EXECUTE FUNCTION disbursement_statement_is_frozen();

CREATE FUNCTION disbursement_statemententry_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM touched JOIN disbursement_statement s ON s.id = touched.statement_id WHERE s.state = 'booked')
    THEN
        RAISE EXCEPTION 'entries of a booked statement stay as they are: % refused.', TG_OP
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER frozen_insert AFTER INSERT ON disbursement_statemententry REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION disbursement_statemententry_is_frozen();
CREATE TRIGGER frozen_delete AFTER DELETE ON disbursement_statemententry REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION disbursement_statemententry_is_frozen();

-- Only the seal may be made anew, when keys rotate.
CREATE FUNCTION disbursement_statemententry_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'entry % stays as the statement says it.', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER kept BEFORE UPDATE ON disbursement_statemententry FOR EACH ROW
    WHEN ((OLD.uid, OLD.statement_id, OLD.line, OLD.booked_on, OLD.amount_sen, OLD.settled, OLD.reversal, OLD.reference,
           OLD.subject, OLD.bank_reference)
          IS DISTINCT FROM (NEW.uid, NEW.statement_id, NEW.line, NEW.booked_on, NEW.amount_sen, NEW.settled, NEW.reversal,
                            NEW.reference, NEW.subject, NEW.bank_reference))
    EXECUTE FUNCTION disbursement_statemententry_is_kept();
"""
UNDO = """
DROP TRIGGER kept ON disbursement_statemententry;
DROP FUNCTION disbursement_statemententry_is_kept();
DROP TRIGGER frozen_delete ON disbursement_statemententry;
DROP TRIGGER frozen_insert ON disbursement_statemententry;
DROP FUNCTION disbursement_statemententry_is_frozen();
DROP TRIGGER frozen ON disbursement_statement;
DROP FUNCTION disbursement_statement_is_frozen();
DROP TRIGGER append_only ON disbursement_comparison;
DROP TRIGGER append_only ON disbursement_breakstep;
DROP TRIGGER append_only ON disbursement_confirmation;
"""


class Migration(migrations.Migration):
    dependencies = [("disbursement", "0040_reconciliation")]
    operations = [migrations.RunSQL(GUARD, UNDO)]
