"""What the database refuses of offline allowances, claims, fraud rules and holds by itself; and the till's check of a fraud hold."""

from django.db import migrations


GUARDS = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON wallet_offlineclaimstep
    FOR EACH STATEMENT EXECUTE FUNCTION wallet_is_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON wallet_lossfund
    FOR EACH STATEMENT EXECUTE FUNCTION wallet_is_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON wallet_fraudscan
    FOR EACH STATEMENT EXECUTE FUNCTION wallet_is_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON wallet_deviceuse
    FOR EACH STATEMENT EXECUTE FUNCTION wallet_is_append_only();

-- What was signed stays as it was signed; its claims may end sooner (revoked), never later; what the loss fund paid only grows.
CREATE FUNCTION wallet_allowance_as_signed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'offline allowance %: what was signed stays, and only ends sooner.', OLD.number
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER as_signed BEFORE UPDATE ON wallet_offlineallowance FOR EACH ROW WHEN (
    (OLD.number, OLD.hold_id, OLD.wallet_id, OLD.kind, OLD.alias, OLD.ceiling, OLD.voucher_amounts, OLD.device_key, OLD.mccs,
     OLD.regions, OLD.cash_allowed, OLD.key_id, OLD.certificate, OLD.valid_from, OLD.valid_until)
    IS DISTINCT FROM
    (NEW.number, NEW.hold_id, NEW.wallet_id, NEW.kind, NEW.alias, NEW.ceiling, NEW.voucher_amounts, NEW.device_key, NEW.mccs,
     NEW.regions, NEW.cash_allowed, NEW.key_id, NEW.certificate, NEW.valid_from, NEW.valid_until)
    OR NEW.claims_until > OLD.claims_until OR NEW.loss_paid < OLD.loss_paid
    OR (OLD.revoked_at IS NOT NULL AND OLD.revoked_at IS DISTINCT FROM NEW.revoked_at)
    OR (OLD.ended_at IS NOT NULL AND OLD.ended_at IS DISTINCT FROM NEW.ended_at))
    EXECUTE FUNCTION wallet_allowance_as_signed();

-- The first answer of a claim stays, and its status goes only the ways of wallet.offline.losses.
CREATE FUNCTION wallet_claim_as_sent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'offline claim %: % to % is no step of a claim, or something else of it was changed.',
        OLD.reference_no, OLD.status, NEW.status USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER as_sent BEFORE UPDATE ON wallet_offlineclaim FOR EACH ROW WHEN (
    (OLD.partner_id, OLD.partner_reference_no, OLD.request_hash, OLD.reference_no, OLD.merchant_id, OLD.allowance_id, OLD.number,
     OLD.amount, OLD.code, OLD.taken_at, OLD.received_at, OLD.first_status, OLD.first_reason)
    IS DISTINCT FROM
    (NEW.partner_id, NEW.partner_reference_no, NEW.request_hash, NEW.reference_no, NEW.merchant_id, NEW.allowance_id, NEW.number,
     NEW.amount, NEW.code, NEW.taken_at, NEW.received_at, NEW.first_status, NEW.first_reason)
    OR (OLD.status <> NEW.status AND (OLD.status, NEW.status) NOT IN (
        ('queued', 'paid'), ('queued', 'proposed'), ('queued', 'refused'),
        ('proposed', 'covered'), ('proposed', 'queued'), ('proposed', 'refused'))))
    EXECUTE FUNCTION wallet_claim_as_sent();

-- A rule that was ever in force stays as it was agreed, and only ends.
CREATE FUNCTION wallet_rule_as_agreed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'fraud rule %: % to % is no step of a rule, or one in force was changed.', OLD.id, OLD.status, NEW.status
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER as_agreed BEFORE UPDATE ON wallet_fraudrule FOR EACH ROW WHEN (
    (OLD.status <> NEW.status AND (OLD.status, NEW.status) NOT IN (
        ('draft', 'proposed'), ('proposed', 'agreed'), ('proposed', 'draft'), ('draft', 'withdrawn'), ('proposed', 'withdrawn')))
    OR (OLD.status <> 'draft' AND
        (OLD.signal, OLD.threshold, OLD.window, OLD.minimum_amount, OLD.minimum_count, OLD.from_hour, OLD.to_hour, OLD.weight,
         OLD.action)
        IS DISTINCT FROM
        (NEW.signal, NEW.threshold, NEW.window, NEW.minimum_amount, NEW.minimum_count, NEW.from_hour, NEW.to_hour, NEW.weight,
         NEW.action))
    OR (OLD.status IN ('agreed', 'withdrawn') AND
        ((OLD.valid_from, OLD.proposed_by_id, OLD.decided_by_id, OLD.reason, OLD.tried_found)
         IS DISTINCT FROM (NEW.valid_from, NEW.proposed_by_id, NEW.decided_by_id, NEW.reason, NEW.tried_found)
         OR (OLD.valid_until IS NOT NULL AND OLD.valid_until IS DISTINCT FROM NEW.valid_until))))
    EXECUTE FUNCTION wallet_rule_as_agreed();

-- A hold's reason stays, and so does its release.
CREATE FUNCTION wallet_fraud_hold_as_placed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'fraud hold %: who held what and why stays, and so does its release.', OLD.id
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER as_placed BEFORE UPDATE ON wallet_fraudhold FOR EACH ROW WHEN (
    (OLD.case_id, OLD.wallet_id, OLD.merchant_id, OLD.kind, OLD.reason, OLD.placed_by_id, OLD.placed_at, OLD.until)
    IS DISTINCT FROM
    (NEW.case_id, NEW.wallet_id, NEW.merchant_id, NEW.kind, NEW.reason, NEW.placed_by_id, NEW.placed_at, NEW.until)
    OR (OLD.released_at IS NOT NULL AND
        (OLD.released_at, OLD.released_by_id, OLD.release_reason)
        IS DISTINCT FROM (NEW.released_at, NEW.released_by_id, NEW.release_reason)))
    EXECUTE FUNCTION wallet_fraud_hold_as_placed();
"""

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
    dependencies = [("wallet", "0170_offline_and_fraud")]
    operations = [
        migrations.RunSQL(FOREIGN_KEYS_AT_ONCE, migrations.RunSQL.noop),
        migrations.RunSQL(GUARDS),
    ]
