"""What the database refuses by itself. The functions of wallet/sql are made where the last migration changed them."""

from django.db import migrations

# Checked at the end of each statement: deferred to the commit, a batch's checks would run while its last lock is held.
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

REFUSALS = """
CREATE FUNCTION wallet_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused.', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON wallet_checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION wallet_is_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON wallet_seal
    FOR EACH STATEMENT EXECUTE FUNCTION wallet_is_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON wallet_sealblock
    FOR EACH STATEMENT EXECUTE FUNCTION wallet_is_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON wallet_refund
    FOR EACH STATEMENT EXECUTE FUNCTION wallet_is_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON wallet_topup
    FOR EACH STATEMENT EXECUTE FUNCTION wallet_is_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON wallet_succession
    FOR EACH STATEMENT EXECUTE FUNCTION wallet_is_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON wallet_walletstep
    FOR EACH STATEMENT EXECUTE FUNCTION wallet_is_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON wallet_verification
    FOR EACH STATEMENT EXECUTE FUNCTION wallet_is_append_only();

CREATE FUNCTION wallet_granted_terms_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'purse terms % were granted: where, how and until when the money may be used stays as it is.', OLD.id
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER granted_terms_stay BEFORE UPDATE ON wallet_purseterms FOR EACH ROW
    WHEN (OLD.granted_at IS NOT NULL AND
          (OLD.mccs, OLD.regions, OLD.cash_allowed, OLD.lapses_to_id, OLD.own_money, OLD.granted_at)
          IS DISTINCT FROM (NEW.mccs, NEW.regions, NEW.cash_allowed, NEW.lapses_to_id, NEW.own_money, NEW.granted_at))
    EXECUTE FUNCTION wallet_granted_terms_stay();

UPDATE wallet_purseterms SET granted_at = now() WHERE EXISTS (SELECT FROM wallet_purse WHERE terms_id = wallet_purseterms.id);
"""


# What a seal waits for: every transaction that is writing transfers. The tables' owner owns it, because a role with SELECT and
# INSERT alone may not lock a table against writers. The time-out bounds how long it
# waits, and payments behind it; the caller ends its transaction at once (wallet/seals.py).
WAIT = """
CREATE FUNCTION wallet_wait_for_transfers() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET lock_timeout = '1500ms' AS $$
BEGIN
    LOCK TABLE public.wallet_transfer IN SHARE MODE;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("wallet", "0003_ledger_depth")]
    operations = [
        migrations.RunSQL(FOREIGN_KEYS_AT_ONCE),
        migrations.RunSQL(REFUSALS),
        migrations.RunSQL(WAIT),
    ]
