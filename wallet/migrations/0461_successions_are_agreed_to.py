"""A wallet is passed on only by what two officers agreed to in the same moment; what was proposed stays."""

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
AGREED = """
CREATE TRIGGER step BEFORE INSERT OR UPDATE ON wallet_successionproposal FOR EACH ROW
    EXECUTE FUNCTION wallet_proposal_step();

CREATE FUNCTION wallet_succession_agreed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM wallet_successionproposal
        WHERE id = NEW.proposal_id AND status = 'agreed' AND decided_at = transaction_timestamp()
            AND (predecessor_id, successor_id) = (NEW.predecessor_id, NEW.successor_id)) THEN
        RAISE EXCEPTION 'wallet %: it is passed on when two officers agree.', NEW.predecessor_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreed BEFORE INSERT ON wallet_succession FOR EACH ROW EXECUTE FUNCTION wallet_succession_agreed();
"""
BACK = """
DROP TRIGGER agreed ON wallet_succession;
DROP FUNCTION wallet_succession_agreed();
DROP TRIGGER step ON wallet_successionproposal;
"""


class Migration(migrations.Migration):
    dependencies = [("wallet", "0460_wallets_passed_on_by_two")]
    operations = [
        migrations.RunSQL(FOREIGN_KEYS_AT_ONCE, migrations.RunSQL.noop),
        migrations.RunSQL(AGREED, BACK),
    ]
