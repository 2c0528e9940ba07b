"""What a seal waits for: every transaction that is writing transfers."""

from django.db import migrations

# Owned by the tables' owner, because a role with SELECT and INSERT alone may not lock a table against writers. The
# time-out bounds how long the payments that queue behind the lock can be kept waiting.
WAIT = """
CREATE FUNCTION wallet_wait_for_transfers() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET lock_timeout = '1500ms' AS $$
BEGIN
    LOCK TABLE public.wallet_transfer IN SHARE MODE;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("wallet", "0006_wallet_steps")]
    operations = [migrations.RunSQL(WAIT, "DROP FUNCTION wallet_wait_for_transfers()")]
