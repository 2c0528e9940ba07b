"""A settlement's steps, and that what the bank was told to pay comes back by its answer or two officers; held by the database."""

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
# As they were paid until now: files made before were made of these.
PAYEES = """
UPDATE wallet_settlement s SET payee = m.name FROM wallet_merchant m
WHERE m.id = s.merchant_id AND s.payout_file_id IS NOT NULL;
"""
RULES = """
CREATE TRIGGER step BEFORE INSERT OR UPDATE ON wallet_settlementreturn FOR EACH ROW
    EXECUTE FUNCTION wallet_proposal_step();

-- The steps of wallet.settlement. In a file that was sent, the bank may have paid it: the next settlement would pay it again.
CREATE FUNCTION wallet_settlement_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.status, NEW.status) NOT IN (('pending', 'paid'), ('pending', 'returned'), ('paid', 'returned')) THEN
        RAISE EXCEPTION 'settlement %: from % to % is no step.', OLD.id, OLD.status, NEW.status
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.status = 'returned'
        AND EXISTS (SELECT FROM wallet_payoutfile WHERE id = NEW.payout_file_id AND status = 'sent')
        AND NOT EXISTS (SELECT FROM wallet_bankanswer
                        WHERE settlement_id = NEW.id AND says = 'returned' AND state = 'applied')
        AND NOT EXISTS (SELECT FROM wallet_settlementreturn
                        WHERE settlement_id = NEW.id AND status = 'agreed' AND decided_at = transaction_timestamp()) THEN
        RAISE EXCEPTION 'settlement %: it was sent; that it came back, the bank says, or two officers.', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER step BEFORE UPDATE OF status ON wallet_settlement FOR EACH ROW
    WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION wallet_settlement_step();

CREATE FUNCTION wallet_payout_file_all_pending() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM wallet_settlement WHERE payout_file_id = NEW.id AND status <> 'pending') THEN
        RAISE EXCEPTION 'payout file %: one of its settlements was paid or came back.', NEW.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER all_pending BEFORE UPDATE OF status ON wallet_payoutfile FOR EACH ROW
    WHEN (NEW.status = 'sent' AND OLD.status <> 'sent') EXECUTE FUNCTION wallet_payout_file_all_pending();

CREATE FUNCTION wallet_payout_content_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(current_setting('vault.resealing', true), '') <> 'on' THEN
        RAISE EXCEPTION 'the bytes of payout file % stay as they were made.', OLD.file_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER stays BEFORE UPDATE ON wallet_payoutcontent FOR EACH ROW EXECUTE FUNCTION wallet_payout_content_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("wallet", "0304_what_was_sent_is_kept")]
    operations = [
        migrations.RunSQL(FOREIGN_KEYS_AT_ONCE),
        migrations.RunSQL(RULES),
        migrations.RunSQL(PAYEES),
    ]
