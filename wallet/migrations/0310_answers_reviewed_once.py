"""What came of looking into an answer is written once."""

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
APPEND_ONLY = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON wallet_answerreview
    FOR EACH STATEMENT EXECUTE FUNCTION wallet_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("wallet", "0309_answers_looked_into")]
    operations = [migrations.RunSQL(FOREIGN_KEYS_AT_ONCE), migrations.RunSQL(APPEND_ONLY)]
