"""Whoever wrote in an application, at any time, does not decide on it: the database asks for them too."""

from django.db import migrations

RULES = """
DO $$
DECLARE fk record;
BEGIN
    FOR fk IN SELECT conname FROM pg_constraint
              WHERE contype = 'f' AND condeferrable AND conrelid = 'wallet_applicationwriter'::regclass LOOP
        EXECUTE format('ALTER TABLE wallet_applicationwriter ALTER CONSTRAINT %I NOT DEFERRABLE', fk.conname);
    END LOOP;
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON wallet_applicationwriter
    FOR EACH STATEMENT EXECUTE FUNCTION wallet_is_append_only();

CREATE FUNCTION wallet_application_by_another() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM wallet_applicationwriter WHERE application_id = NEW.id AND by_id = NEW.decided_by_id) THEN
        RAISE EXCEPTION 'application %: who wrote in it does not decide on it.', NEW.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER by_another BEFORE UPDATE OF decided_by_id ON wallet_merchantapplication FOR EACH ROW
    WHEN (NEW.decided_by_id IS NOT NULL AND OLD.decided_by_id IS DISTINCT FROM NEW.decided_by_id)
    EXECUTE FUNCTION wallet_application_by_another();
"""


# Who wrote until now: whoever made it, and whoever uploaded its documents.
KNOWN = """
INSERT INTO wallet_applicationwriter (application_id, by_id)
SELECT id, made_by_id FROM wallet_merchantapplication
UNION SELECT application_id, by_id FROM wallet_applicationdocument;
"""


class Migration(migrations.Migration):
    dependencies = [("wallet", "0300_who_wrote_an_application")]
    operations = [migrations.RunSQL(RULES), migrations.RunSQL(KNOWN)]
