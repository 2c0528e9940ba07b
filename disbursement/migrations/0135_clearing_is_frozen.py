"""An approved batch is paid from the account that was made for it, and its rest leaves that account: never from another.

Until its approval a batch has no clearing account; from then on it has one, of that kind, and keeps it.
"""

from django.db import migrations

FROZEN = """
CREATE FUNCTION disbursement_batch_keeps_its_clearing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.clearing_id IS NULL AND OLD.status = 'submitted' AND NEW.status = 'approved' THEN
        IF (SELECT kind FROM public.wallet_account WHERE id = NEW.clearing_id) IS DISTINCT FROM 'clearing' THEN
            RAISE EXCEPTION 'batch %: account % is no clearing account.', NEW.id, NEW.clearing_id
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'batch %: its clearing account comes with its approval, and stays.', NEW.id
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER keeps_its_clearing BEFORE UPDATE OF clearing_id ON disbursement_batch FOR EACH ROW
    WHEN (OLD.clearing_id IS DISTINCT FROM NEW.clearing_id) EXECUTE FUNCTION disbursement_batch_keeps_its_clearing();
CREATE TRIGGER keeps_its_clearing_from_the_first BEFORE INSERT ON disbursement_batch FOR EACH ROW
    WHEN (NEW.clearing_id IS NOT NULL) EXECUTE FUNCTION disbursement_batch_keeps_its_clearing();
"""
UNDO = "DROP FUNCTION disbursement_batch_keeps_its_clearing CASCADE"


class Migration(migrations.Migration):
    dependencies = [("disbursement", "0132_calculation_changed")]
    operations = [migrations.RunSQL(FROZEN, UNDO)]
