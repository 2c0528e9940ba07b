"""What was proposed stays, what was decided too; and a merchant's bank account changes by an agreed change alone."""

from django.db import migrations

FOREIGN_KEYS_AT_ONCE = """
DO $$
DECLARE fk record;
BEGIN
    FOR fk IN SELECT conrelid::regclass AS of_table, conname FROM pg_constraint
              WHERE contype = 'f' AND condeferrable AND conrelid::regclass::text ~ '^(public[.])?wallet_' LOOP
        EXECUTE format('ALTER TABLE %s ALTER CONSTRAINT %I NOT DEFERRABLE', fk.of_table, fk.conname);
    END LOOP;
END $$;
"""
# One function for every table of proposals (wallet.models.proposal); keys may be replaced.
PROPOSALS = """
CREATE FUNCTION wallet_proposal_step() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    decision text[] := ARRAY['status', 'decided_by_id', 'decided_at', 'decision_reason'];
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.status <> 'proposed' THEN
            RAISE EXCEPTION '%: it begins as a proposal.', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
        END IF;
    ELSIF coalesce(current_setting('vault.resealing', true), '') <> 'on' AND (
        OLD.status <> 'proposed' OR to_jsonb(OLD) - decision IS DISTINCT FROM to_jsonb(NEW) - decision) THEN
        RAISE EXCEPTION '% %: what was proposed stays, and is decided on once.', TG_TABLE_NAME, OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER step BEFORE INSERT OR UPDATE ON wallet_merchantchange FOR EACH ROW
    EXECUTE FUNCTION wallet_proposal_step();
"""
ACCOUNT = """
CREATE FUNCTION wallet_merchant_account_agreed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(current_setting('vault.resealing', true), '') <> 'on' AND NOT EXISTS (
        SELECT FROM wallet_merchantchange
        WHERE merchant_id = NEW.id AND status = 'agreed' AND decided_at = transaction_timestamp()) THEN
        RAISE EXCEPTION 'merchant %: its bank account changes when two officers agree.', NEW.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER account_agreed BEFORE UPDATE OF bank_code, bank_account_sealed ON wallet_merchant FOR EACH ROW
    WHEN ((OLD.bank_code, OLD.bank_account_sealed) IS DISTINCT FROM (NEW.bank_code, NEW.bank_account_sealed))
    EXECUTE FUNCTION wallet_merchant_account_agreed();
"""


class Migration(migrations.Migration):
    dependencies = [("wallet", "0302_merchant_changes_by_two")]
    operations = [
        migrations.RunSQL(FOREIGN_KEYS_AT_ONCE),
        migrations.RunSQL(PROPOSALS),
        migrations.RunSQL(ACCOUNT),
    ]
