"""What widens what a partner may do is agreed to by two officers; held by the database.

It holds for partners that were opened. Those that a programme set up (demo, sandbox: their keys name nobody who put them there)
stay as they are until an officer changes something of them.
"""

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
OPENED = """
UPDATE wallet_partner p SET opened_at = now()
WHERE active AND NOT EXISTS (SELECT FROM wallet_credential WHERE partner_id = p.id AND created_by IN ('', 'sandbox'));
"""
GUARDS = """
CREATE TRIGGER step BEFORE INSERT OR UPDATE ON wallet_partnerchange FOR EACH ROW
    EXECUTE FUNCTION wallet_proposal_step();

-- As wallet.partner_changes.wider. None admits everybody.
CREATE FUNCTION wallet_networks_loosened(before text[], after text[]) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT cardinality(before) > 0 AND (cardinality(after) = 0 OR EXISTS (
        SELECT FROM unnest(after) AS one
        WHERE NOT EXISTS (SELECT FROM unnest(before) AS other WHERE one::inet <<= other::inet)))
$$;

CREATE FUNCTION wallet_partner_agreed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    asked jsonb := '{}';
BEGIN
    IF OLD.opened_at IS NOT NULL AND NEW.opened_at IS DISTINCT FROM OLD.opened_at THEN
        RAISE EXCEPTION 'partner %: two officers stand behind it, and go on to.', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.active AND NOT OLD.active THEN
        asked := '{"active": true}';
        IF EXISTS (SELECT FROM wallet_partnerinvitation WHERE partner_id = NEW.id AND ended_at IS NULL) THEN
            RAISE EXCEPTION 'partner %: an invitation is open.', NEW.id USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
    IF OLD.opened_at IS NOT NULL THEN
        IF NOT NEW.scopes <@ OLD.scopes THEN
            asked := asked || jsonb_build_object('scopes', NEW.scopes);
        END IF;
        IF wallet_networks_loosened(OLD.networks, NEW.networks) THEN
            asked := asked || jsonb_build_object('networks', NEW.networks);
        END IF;
        IF NEW.notify_url NOT IN ('', OLD.notify_url) THEN
            asked := asked || jsonb_build_object('notify_url', NEW.notify_url);
        END IF;
        IF NOT NEW.return_hosts <@ OLD.return_hosts THEN
            asked := asked || jsonb_build_object('return_hosts', NEW.return_hosts);
        END IF;
    END IF;
    IF (asked <> '{}' OR NEW.opened_at IS DISTINCT FROM OLD.opened_at) AND NOT EXISTS (
        SELECT FROM wallet_partnerchange
        WHERE partner_id = NEW.id AND status = 'agreed' AND decided_at = transaction_timestamp() AND after @> asked) THEN
        RAISE EXCEPTION 'partner %: what it may do is widened when two officers agree.', NEW.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreed BEFORE UPDATE OF active, scopes, networks, notify_url, return_hosts, opened_at ON wallet_partner
    FOR EACH ROW
    WHEN ((OLD.active, OLD.scopes, OLD.networks, OLD.notify_url, OLD.return_hosts, OLD.opened_at)
        IS DISTINCT FROM (NEW.active, NEW.scopes, NEW.networks, NEW.notify_url, NEW.return_hosts, NEW.opened_at))
    EXECUTE FUNCTION wallet_partner_agreed();

-- By two officers, or by the partner itself on the page that two officers invited it to.
CREATE FUNCTION wallet_credential_agreed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM wallet_partner WHERE id = NEW.partner_id AND opened_at IS NOT NULL)
        AND NOT EXISTS (
            SELECT FROM wallet_partnerchange change
            WHERE change.partner_id = NEW.partner_id AND change.kind = NEW.kind AND change.fingerprint = NEW.fingerprint
                AND change.status = 'agreed' AND change.decided_at = transaction_timestamp())
        AND NOT EXISTS (
            SELECT FROM wallet_partnerinvitation
            WHERE partner_id = NEW.partner_id AND NEW.created_by = 'undangan ' || id
                AND used_at IS NOT NULL AND ended_at IS NULL) THEN
        RAISE EXCEPTION 'partner %: a key or secret is put in by itself, or by two officers.', NEW.partner_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreed BEFORE INSERT ON wallet_credential FOR EACH ROW EXECUTE FUNCTION wallet_credential_agreed();

CREATE FUNCTION wallet_invitation_agreed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM wallet_partner WHERE id = NEW.partner_id AND opened_at IS NOT NULL)
        AND NOT EXISTS (
            SELECT FROM wallet_partnerchange
            WHERE partner_id = NEW.partner_id AND kind = 'invitation' AND status = 'agreed'
                AND decided_at = transaction_timestamp()) THEN
        RAISE EXCEPTION 'partner %: two officers invite it.', NEW.partner_id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreed BEFORE INSERT ON wallet_partnerinvitation FOR EACH ROW EXECUTE FUNCTION wallet_invitation_agreed();

-- As before (0421), and another secret cannot be put where one was: only keys of the vault may be replaced.
CREATE OR REPLACE FUNCTION wallet_credential_ends_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.uid, OLD.partner_id, OLD.kind, OLD.public_key, OLD.fingerprint, OLD.valid_from, OLD.created_at, OLD.created_by,
        OLD.form)
       IS DISTINCT FROM
       (NEW.uid, NEW.partner_id, NEW.kind, NEW.public_key, NEW.fingerprint, NEW.valid_from, NEW.created_at, NEW.created_by,
        NEW.form)
       OR (OLD.secret_sealed IS DISTINCT FROM NEW.secret_sealed
           AND coalesce(current_setting('vault.resealing', true), '') <> 'on')
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
"""


class Migration(migrations.Migration):
    # No way back: a guard that was once there is taken away by a migration that says why.
    dependencies = [("wallet", "0450_partners_by_two")]
    operations = [
        migrations.RunSQL(FOREIGN_KEYS_AT_ONCE),
        migrations.RunSQL(OPENED),
        migrations.RunSQL(GUARDS),
    ]
