"""One decision for codes that customers show and codes that merchants present: the functions of wallet/sql anew."""

from django.db import migrations


# With another list of parameters they would be functions beside the old ones, and a call could mean either.
# Checked at the end of each statement, as 0004 has it for the tables of before.
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

# What a dynamic code says stays; it ends once. What was paid with which code stays too.
GUARDS = """
CREATE FUNCTION wallet_mpm_code_steps() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'QR code %: % -> % is no step, and what the code says stays.', OLD.reference_no, OLD.state, NEW.state
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER mpm_code_steps BEFORE UPDATE ON wallet_mpmcode FOR EACH ROW
    WHEN (OLD.state <> 'open' OR
          (OLD.partner_id, OLD.partner_reference_no, OLD.request_hash, OLD.reference_no, OLD.merchant_id, OLD.amount,
           OLD.content, OLD.expires_at, OLD.created_at)
          IS DISTINCT FROM
          (NEW.partner_id, NEW.partner_reference_no, NEW.request_hash, NEW.reference_no, NEW.merchant_id, NEW.amount,
           NEW.content, NEW.expires_at, NEW.created_at))
    EXECUTE FUNCTION wallet_mpm_code_steps();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON wallet_mpmpayment
    FOR EACH STATEMENT EXECUTE FUNCTION wallet_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("wallet", "0120_qr_codes")]
    operations = [
        migrations.RunSQL(FOREIGN_KEYS_AT_ONCE),
        migrations.RunSQL(GUARDS),
    ]
