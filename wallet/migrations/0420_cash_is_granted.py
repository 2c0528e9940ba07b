"""What wallet_redeem and wallet_choose (wallet/sql) have learnt.

A code that shows a balance pays nothing; a number of a debit order pays nothing else, and a payment keeps its answer; a cash-out
has no notice of another service, and is for partners that were granted it.
"""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"
# Of another signature: it would stay beside the new one.
OLD = """
DROP FUNCTION IF EXISTS wallet_redeem(
    bigint, text, bytea, bigint, text, text, bytea, text, text, timestamptz, wallet_limits, text, jsonb, bigint, bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("wallet", "0411_returns_are_agreed_to")]
    operations = [migrations.RunSQL(OLD + (SQL / "redemption.sql").read_text())]
