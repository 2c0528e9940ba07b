"""An application may be rejected for good, and is emptied of its owner with its last document."""

from django.db import migrations

STEP = """
CREATE OR REPLACE FUNCTION wallet_application_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.status <> 'draft' THEN
            RAISE EXCEPTION 'an application begins as a draft.' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.status <> NEW.status AND (OLD.status, NEW.status) NOT IN (
        ('draft', 'submitted'), ('returned', 'submitted'), ('submitted', 'approved'), ('submitted', 'returned'),
        ('submitted', 'rejected'), ('returned', 'rejected')) THEN
        RAISE EXCEPTION 'application %: from % to % is no step.', OLD.id, OLD.status, NEW.status
            USING ERRCODE = 'restrict_violation';
    END IF;
    -- What is decided on is what was submitted. Only keys may be replaced: to the same text, which the sealing proves; and what
    -- is sealed is emptied with the last of the documents.
    IF OLD.status IN ('submitted', 'approved', 'rejected') AND (
        (OLD.partner_id, OLD.merchant_id, OLD.name, OLD.legal_name, OLD.mcc, OLD.criteria, OLD.nmid, OLD.address, OLD.city,
         OLD.region, OLD.postcode, OLD.bank_code, OLD.limit_payment, OLD.limit_daily, OLD.limit_monthly, OLD.limit_count,
         OLD.made_by_id, OLD.submitted_by_id, OLD.submitted_at)
        IS DISTINCT FROM
        (NEW.partner_id, NEW.merchant_id, NEW.name, NEW.legal_name, NEW.mcc, NEW.criteria, NEW.nmid, NEW.address, NEW.city,
         NEW.region, NEW.postcode, NEW.bank_code, NEW.limit_payment, NEW.limit_daily, NEW.limit_monthly, NEW.limit_count,
         NEW.made_by_id, NEW.submitted_by_id, NEW.submitted_at)
        OR ((OLD.owner_name_sealed, OLD.owner_nik_sealed, OLD.bank_account_sealed)
            IS DISTINCT FROM (NEW.owner_name_sealed, NEW.owner_nik_sealed, NEW.bank_account_sealed)
            AND coalesce(current_setting('vault.resealing', true), '') <> 'on'
            AND NOT (NEW.owner_name_sealed = '' AND NEW.owner_nik_sealed = '' AND NEW.bank_account_sealed = ''
                AND NOT EXISTS (SELECT FROM wallet_applicationdocument
                                WHERE application_id = NEW.id AND erased_at IS NULL)))) THEN
        RAISE EXCEPTION 'application % was submitted: what it says stays.', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.status IN ('approved', 'rejected') AND (OLD.became_id, OLD.decided_by_id, OLD.decided_at, OLD.decision_reason)
        IS DISTINCT FROM (NEW.became_id, NEW.decided_by_id, NEW.decided_at, NEW.decision_reason) THEN
        RAISE EXCEPTION 'application % was decided on: the decision stays.', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("wallet", "0313_applications_rejected")]
    operations = [migrations.RunSQL(STEP)]
