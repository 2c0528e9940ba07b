"""A book is one account's on any one day, and what a compared account expects stays."""

from django.db import migrations

GUARD = """
CREATE FUNCTION disbursement_statementaccount_expects_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    other text;
BEGIN
    -- One at a time: the next statement sees what another session has written.
    PERFORM pg_advisory_xact_lock(x'61636331'::bigint);
    SELECT o.code INTO other FROM disbursement_statementaccount o
    WHERE o.id <> NEW.id AND o.books && NEW.books
        AND daterange(o.starts_on, CASE WHEN o.end_agreed_by_id IS NOT NULL THEN o.ends_on END, '[]')
            && daterange(NEW.starts_on, CASE WHEN NEW.end_agreed_by_id IS NOT NULL THEN NEW.ends_on END, '[]')
    LIMIT 1;
    IF other IS NOT NULL THEN
        RAISE EXCEPTION 'account % expects one of these books on the same days.', other USING ERRCODE = 'exclusion_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER expects_once AFTER INSERT OR UPDATE OF books, starts_on, ends_on, end_agreed_by_id
    ON disbursement_statementaccount FOR EACH ROW EXECUTE FUNCTION disbursement_statementaccount_expects_once();

CREATE FUNCTION disbursement_statementaccount_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    compared date;
BEGIN
    IF OLD.end_agreed_by_id IS NOT NULL THEN
        RAISE EXCEPTION 'account % has ended: what it expected stays.', OLD.code USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT max(period_to) INTO compared FROM disbursement_statement WHERE account_id = OLD.id AND state = 'booked';
    IF compared IS NOT NULL AND (OLD.books, OLD.starts_on, OLD.grace_days)
            IS DISTINCT FROM (NEW.books, NEW.starts_on, NEW.grace_days) THEN
        RAISE EXCEPTION 'account % was compared: what it expects stays.', OLD.code USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.end_agreed_by_id IS NOT NULL THEN
        IF (OLD.ends_on, OLD.end_by_id) IS DISTINCT FROM (NEW.ends_on, NEW.end_by_id) THEN
            RAISE EXCEPTION 'the end of account % is not what was proposed.', OLD.code USING ERRCODE = 'restrict_violation';
        END IF;
        IF NEW.ends_on < compared THEN
            RAISE EXCEPTION 'account % was compared until %.', OLD.code, compared USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER kept BEFORE UPDATE ON disbursement_statementaccount FOR EACH ROW
    WHEN ((OLD.books, OLD.starts_on, OLD.grace_days, OLD.ends_on, OLD.end_by_id, OLD.end_agreed_by_id)
          IS DISTINCT FROM (NEW.books, NEW.starts_on, NEW.grace_days, NEW.ends_on, NEW.end_by_id, NEW.end_agreed_by_id))
    EXECUTE FUNCTION disbursement_statementaccount_is_kept();
"""
UNDO = """
DROP TRIGGER kept ON disbursement_statementaccount;
DROP FUNCTION disbursement_statementaccount_is_kept();
DROP TRIGGER expects_once ON disbursement_statementaccount;
DROP FUNCTION disbursement_statementaccount_expects_once();
"""


class Migration(migrations.Migration):
    dependencies = [("disbursement", "0110_account_ends")]
    operations = [migrations.RunSQL(GUARD, UNDO)]
