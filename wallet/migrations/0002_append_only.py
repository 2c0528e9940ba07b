"""Transfers are written once: the database itself refuses to change, delete or truncate them."""

from django.db import migrations

APPEND_ONLY = """
CREATE FUNCTION wallet_transfer_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'wallet_transfer is append-only: % refused. Correct a mistake with a reversing transfer.', TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON wallet_transfer
    FOR EACH STATEMENT EXECUTE FUNCTION wallet_transfer_is_append_only();
"""
UNDO = """
DROP TRIGGER append_only ON wallet_transfer;
DROP FUNCTION wallet_transfer_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("wallet", "0001_initial")]
    operations = [migrations.RunSQL(APPEND_ONLY, UNDO)]
