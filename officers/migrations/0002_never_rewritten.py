"""What became of an authenticator, and what was proven with it, is never changed; one that was ended stays ended."""

from django.db import migrations

GUARD = """
CREATE FUNCTION officers_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused.', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON officers_authenticatorstep
    FOR EACH STATEMENT EXECUTE FUNCTION officers_is_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON officers_proof
    FOR EACH STATEMENT EXECUTE FUNCTION officers_is_append_only();

CREATE FUNCTION officers_authenticator_stays_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'authenticator % was ended: it proves nobody any more.', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER stays_ended BEFORE UPDATE ON officers_authenticator FOR EACH ROW
    WHEN (OLD.ended_at IS NOT NULL AND (OLD.ended_at, OLD.confirmed) IS DISTINCT FROM (NEW.ended_at, NEW.confirmed))
    EXECUTE FUNCTION officers_authenticator_stays_ended();
"""
UNDO = """
DROP TRIGGER stays_ended ON officers_authenticator;
DROP FUNCTION officers_authenticator_stays_ended();
DROP TRIGGER append_only ON officers_proof;
DROP TRIGGER append_only ON officers_authenticatorstep;
DROP FUNCTION officers_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("officers", "0001_authenticators")]
    operations = [migrations.RunSQL(GUARD, UNDO)]
