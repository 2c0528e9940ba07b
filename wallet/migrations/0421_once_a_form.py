"""A form of the partner's page draws one secret, from however many tabs and clicks it is sent; and it stays that one's."""

from django.db import migrations, models

STAYS = """
CREATE OR REPLACE FUNCTION wallet_credential_ends_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.uid, OLD.partner_id, OLD.kind, OLD.public_key, OLD.fingerprint, OLD.valid_from, OLD.created_at, OLD.created_by,
        OLD.form)
       IS DISTINCT FROM
       (NEW.uid, NEW.partner_id, NEW.kind, NEW.public_key, NEW.fingerprint, NEW.valid_from, NEW.created_at, NEW.created_by,
        NEW.form)
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
    dependencies = [("wallet", "0420_cash_is_granted")]
    operations = [
        migrations.AddField(
            model_name="credential",
            name="form",
            field=models.CharField(blank=True, editable=False, max_length=64, null=True),
        ),
        migrations.AddConstraint(
            model_name="credential",
            constraint=models.UniqueConstraint(fields=("partner", "form"), name="credential_once_a_form"),
        ),
        migrations.RunSQL(STAYS),
    ]
