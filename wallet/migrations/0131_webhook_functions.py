"""What keeps notices and watches their steps, and payments that tell their partner (wallet/sql)."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("wallet", "0130_webhooks_and_debit_orders")]
    operations = [
        migrations.RunSQL((SQL / "webhooks.sql").read_text()),
        migrations.RunSQL((SQL / "debit_orders.sql").read_text()),
    ]
