"""What the database itself refuses about credentials and bulk cash-ins, whoever asks."""

from django.db import migrations

GUARDS = """
CREATE FUNCTION wallet_credential_ends_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.uid, OLD.partner_id, OLD.kind, OLD.public_key, OLD.fingerprint, OLD.valid_from, OLD.created_at, OLD.created_by)
       IS DISTINCT FROM
       (NEW.uid, NEW.partner_id, NEW.kind, NEW.public_key, NEW.fingerprint, NEW.valid_from, NEW.created_at, NEW.created_by)
    THEN
        RAISE EXCEPTION 'wallet_credential is written once. Issue another.' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.valid_until IS NOT NULL AND (NEW.valid_until IS NULL OR NEW.valid_until > OLD.valid_until) THEN
        RAISE EXCEPTION 'a credential may end earlier, never later' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.revoked_at IS NOT NULL AND (OLD.revoked_at, OLD.revoked_by, OLD.revoke_reason)
       IS DISTINCT FROM (NEW.revoked_at, NEW.revoked_by, NEW.revoke_reason) THEN
        RAISE EXCEPTION 'a revoked credential stays revoked' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ends_once BEFORE UPDATE ON wallet_credential
    FOR EACH ROW EXECUTE FUNCTION wallet_credential_ends_once();

CREATE FUNCTION wallet_bulkcashinline_settles_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'waiting' THEN
        RAISE EXCEPTION 'line % of a bulk cash-in was settled', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER settles_once BEFORE UPDATE ON wallet_bulkcashinline
    FOR EACH ROW EXECUTE FUNCTION wallet_bulkcashinline_settles_once();

CREATE FUNCTION wallet_bulkcashin_is_done_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'done' AND (NEW.state, NEW.done_at) IS DISTINCT FROM (OLD.state, OLD.done_at) THEN
        RAISE EXCEPTION 'bulk cash-in % is done', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state = 'done' AND OLD.state <> 'done'
       AND EXISTS (SELECT FROM wallet_bulkcashinline WHERE bulk_id = NEW.id AND state = 'waiting') THEN
        RAISE EXCEPTION 'bulk cash-in % has lines that wait', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER done_once BEFORE UPDATE ON wallet_bulkcashin
    FOR EACH ROW EXECUTE FUNCTION wallet_bulkcashin_is_done_once();
"""
UNDO = """
DROP TRIGGER ends_once ON wallet_credential;
DROP FUNCTION wallet_credential_ends_once();
DROP TRIGGER settles_once ON wallet_bulkcashinline;
DROP FUNCTION wallet_bulkcashinline_settles_once();
DROP TRIGGER done_once ON wallet_bulkcashin;
DROP FUNCTION wallet_bulkcashin_is_done_once();
"""


class Migration(migrations.Migration):
    dependencies = [("wallet", "0102_partners_without_keys")]
    operations = [migrations.RunSQL(GUARDS, UNDO)]
