"""The new keys of fraud rules are looked at with the statement that writes them, as all of this app's."""

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


class Migration(migrations.Migration):
    dependencies = [("wallet", "0311_rules_end_by_two")]
    operations = [migrations.RunSQL(FOREIGN_KEYS_AT_ONCE)]
