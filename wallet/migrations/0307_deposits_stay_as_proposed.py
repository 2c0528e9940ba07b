"""What was proposed to be booked for a deposit stays, and is decided on once."""

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
STEP = """
CREATE TRIGGER step BEFORE INSERT OR UPDATE ON wallet_depositbooking FOR EACH ROW
    EXECUTE FUNCTION wallet_proposal_step();
"""


class Migration(migrations.Migration):
    dependencies = [("wallet", "0306_deposits_by_two")]
    operations = [migrations.RunSQL(FOREIGN_KEYS_AT_ONCE), migrations.RunSQL(STEP)]
