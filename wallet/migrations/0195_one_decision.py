"""One decision for every way to pay: baskets, limits, codes and holds of fraud are asked in wallet_choose (wallet/sql)."""

from django.db import migrations

OLD = """
DROP FUNCTION IF EXISTS wallet_redeem(
    bigint, text, bytea, bigint, text, text, bytea, text, text, timestamptz, wallet_limits);
DROP FUNCTION IF EXISTS wallet_authorise(
    bigint, text, bytea, bigint, text, text, bytea, text, text, timestamptz, wallet_limits, timestamptz);
DROP FUNCTION IF EXISTS wallet_choose(bytea, wallet_merchant, bigint, timestamptz, wallet_limits);
DROP FUNCTION IF EXISTS wallet_spendable(bigint, text, text, timestamptz);
"""


class Migration(migrations.Migration):
    dependencies = [("wallet", "0171_offline_and_fraud_guards")]
    operations = [migrations.RunSQL(OLD)]
