"""Dynamic codes and debit orders say what is bought, for money that is spent on named goods only; what they say stays."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"
CODES_STAY = """
CREATE OR REPLACE TRIGGER mpm_code_steps BEFORE UPDATE ON wallet_mpmcode FOR EACH ROW
    WHEN (OLD.state <> 'open' OR
          (OLD.partner_id, OLD.partner_reference_no, OLD.request_hash, OLD.reference_no, OLD.merchant_id, OLD.amount,
           OLD.content, OLD.items, OLD.expires_at, OLD.created_at)
          IS DISTINCT FROM
          (NEW.partner_id, NEW.partner_reference_no, NEW.request_hash, NEW.reference_no, NEW.merchant_id, NEW.amount,
           NEW.content, NEW.items, NEW.expires_at, NEW.created_at))
    EXECUTE FUNCTION wallet_mpm_code_steps();
"""
# Backwards, both let go of the columns first, for these go after them.
CODES_STAYED = CODES_STAY.replace("OLD.items, ", "").replace("NEW.items, ", "")
ORDERS_STAY = (SQL / "debit_orders.sql").read_text()
ORDERS_STAYED = ORDERS_STAY.replace("OLD.items, ", "").replace("NEW.items, ", "")


def items() -> models.JSONField:
    return models.JSONField(blank=True, db_default=[], default=list, editable=False, verbose_name="barang")


class Migration(migrations.Migration):
    dependencies = [("wallet", "0430_fields_as_published")]
    operations = [
        migrations.AddField("mpmcode", "items", items()),
        migrations.AddField("debitorder", "items", items()),
        migrations.AddField(
            "debitorder",
            "decline_detail",
            models.CharField(blank=True, db_default="", default="", max_length=100, verbose_name="yang ditolak"),
        ),
        migrations.AddConstraint(
            "mpmcode",
            models.CheckConstraint(
                name="mpm_code_items_have_amount",
                condition=models.Q(items=[]) | models.Q(amount__isnull=False),
            ),
        ),
        migrations.RunSQL(CODES_STAY, CODES_STAYED),
        migrations.RunSQL(ORDERS_STAY, ORDERS_STAYED),
    ]
