"""What merchants may take and what may be bought, decided with the payment; and the steps that the database itself refuses."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"

# They ask for more now: under their old names and arguments they would stay beside the new ones.
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
TERMS_STAY = """
DROP TRIGGER granted_terms_stay ON wallet_purseterms;
CREATE TRIGGER granted_terms_stay BEFORE UPDATE ON wallet_purseterms FOR EACH ROW
    WHEN (OLD.granted_at IS NOT NULL AND
          (OLD.mccs, OLD.regions, OLD.cash_allowed, OLD.lapses_to_id, OLD.own_money, OLD.granted_at,
           OLD.items_required, OLD.banned_items, OLD.allowed_items, OLD.price_ceilings)
          IS DISTINCT FROM
          (NEW.mccs, NEW.regions, NEW.cash_allowed, NEW.lapses_to_id, NEW.own_money, NEW.granted_at,
           NEW.items_required, NEW.banned_items, NEW.allowed_items, NEW.price_ceilings))
    EXECUTE FUNCTION wallet_granted_terms_stay();
"""
# The steps of wallet.merchant_states, wallet.payouts and wallet.bank_answers.
STEPS = """
CREATE FUNCTION wallet_merchant_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.status, NEW.status) NOT IN (
        ('approved', 'active'), ('approved', 'closed'), ('active', 'suspended'), ('active', 'closed'),
        ('suspended', 'active'), ('suspended', 'closed')) THEN
        RAISE EXCEPTION 'merchant %: from % to % is no step.', OLD.id, OLD.status, NEW.status
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER step BEFORE UPDATE OF status ON wallet_merchant FOR EACH ROW
    WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION wallet_merchant_step();

CREATE FUNCTION wallet_application_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.status <> 'draft' THEN
            RAISE EXCEPTION 'an application begins as a draft.' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.status <> NEW.status AND (OLD.status, NEW.status) NOT IN (
        ('draft', 'submitted'), ('returned', 'submitted'), ('submitted', 'approved'), ('submitted', 'returned')) THEN
        RAISE EXCEPTION 'application %: from % to % is no step.', OLD.id, OLD.status, NEW.status
            USING ERRCODE = 'restrict_violation';
    END IF;
    -- What is decided on is what was submitted. Only keys may be replaced: to the same text, which the sealing proves.
    IF OLD.status IN ('submitted', 'approved') AND (
        (OLD.partner_id, OLD.merchant_id, OLD.name, OLD.legal_name, OLD.mcc, OLD.criteria, OLD.nmid, OLD.address, OLD.city,
         OLD.region, OLD.postcode, OLD.bank_code, OLD.limit_payment, OLD.limit_daily, OLD.limit_monthly, OLD.limit_count,
         OLD.made_by_id, OLD.submitted_by_id, OLD.submitted_at)
        IS DISTINCT FROM
        (NEW.partner_id, NEW.merchant_id, NEW.name, NEW.legal_name, NEW.mcc, NEW.criteria, NEW.nmid, NEW.address, NEW.city,
         NEW.region, NEW.postcode, NEW.bank_code, NEW.limit_payment, NEW.limit_daily, NEW.limit_monthly, NEW.limit_count,
         NEW.made_by_id, NEW.submitted_by_id, NEW.submitted_at)
        OR ((OLD.owner_name_sealed, OLD.owner_nik_sealed, OLD.bank_account_sealed)
            IS DISTINCT FROM (NEW.owner_name_sealed, NEW.owner_nik_sealed, NEW.bank_account_sealed)
            AND coalesce(current_setting('vault.resealing', true), '') <> 'on')) THEN
        RAISE EXCEPTION 'application % was submitted: what it says stays.', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.status = 'approved' AND (OLD.became_id, OLD.decided_by_id, OLD.decided_at, OLD.decision_reason)
        IS DISTINCT FROM (NEW.became_id, NEW.decided_by_id, NEW.decided_at, NEW.decision_reason) THEN
        RAISE EXCEPTION 'application % was approved: the decision stays.', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER step BEFORE INSERT OR UPDATE ON wallet_merchantapplication FOR EACH ROW
    EXECUTE FUNCTION wallet_application_step();

CREATE FUNCTION wallet_application_document_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.erased_at IS NOT NULL OR (NEW.erased_at IS NULL AND coalesce(current_setting('vault.resealing', true), '') <> 'on')
    THEN
        RAISE EXCEPTION 'document % stays as it was, until its content is emptied for good.', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER stays BEFORE UPDATE ON wallet_applicationdocument FOR EACH ROW
    EXECUTE FUNCTION wallet_application_document_stays();

CREATE FUNCTION wallet_payout_file_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status <> 'made' OR NEW.status = 'made'
        OR (OLD.message_id, OLD.execution_day, OLD.debtor_name, OLD.debtor_bank, OLD.debtor_account, OLD.count, OLD.total,
            OLD.digest, OLD.made_by_id, OLD.made_at)
        IS DISTINCT FROM
           (NEW.message_id, NEW.execution_day, NEW.debtor_name, NEW.debtor_bank, NEW.debtor_account, NEW.count, NEW.total,
            NEW.digest, NEW.made_by_id, NEW.made_at) THEN
        RAISE EXCEPTION 'payout file %: it is sent or withdrawn once, as it was made.', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER step BEFORE UPDATE ON wallet_payoutfile FOR EACH ROW EXECUTE FUNCTION wallet_payout_file_step();

-- Into a file while it is only made, out of it only before it is sent; and never from one file into another.
CREATE FUNCTION wallet_settlement_in_one_file() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    at text;
BEGIN
    SELECT status INTO at FROM wallet_payoutfile WHERE id = coalesce(OLD.payout_file_id, NEW.payout_file_id);
    IF (OLD.payout_file_id IS NOT NULL AND NEW.payout_file_id IS NOT NULL) OR at IS DISTINCT FROM 'made'
        OR (NEW.payout_file_id IS NOT NULL AND OLD.status <> 'pending') THEN
        RAISE EXCEPTION 'settlement %: it is in one file, and stays there once that is sent.', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER in_one_file BEFORE UPDATE OF payout_file_id ON wallet_settlement FOR EACH ROW
    WHEN (OLD.payout_file_id IS DISTINCT FROM NEW.payout_file_id) EXECUTE FUNCTION wallet_settlement_in_one_file();

CREATE FUNCTION wallet_bank_answer_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'answer % was ended: it is applied once.', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER once BEFORE UPDATE ON wallet_bankanswer FOR EACH ROW
    WHEN (OLD.state <> 'waiting') EXECUTE FUNCTION wallet_bank_answer_once();
"""
APPEND_ONLY = "\n".join(
    f"""
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION wallet_is_append_only();
"""
    for table in (
        "wallet_basketitem",
        "wallet_documentview",
        "wallet_merchantstep",
        "wallet_settlementoutcome",
        "wallet_bankanswerfile",
    )
)


class Migration(migrations.Migration):
    dependencies = [("wallet", "0150_merchants_and_settlement")]
    operations = [
        migrations.RunSQL(FOREIGN_KEYS_AT_ONCE),
        migrations.RunSQL((SQL / "merchants.sql").read_text()),
        migrations.RunSQL(TERMS_STAY),
        migrations.RunSQL(STEPS),
        migrations.RunSQL(APPEND_ONLY),
    ]
