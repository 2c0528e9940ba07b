"""What was claimed from offline allowances counts towards a merchant's limits, which refuse what is sold online.

merchants.sql stays where 0151 runs it too: the functions of redemption.sql, which later migrations run, cannot be made without it.
"""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("wallet", "0440_goods_of_codes_and_orders")]
    # Backwards nothing: the functions of before asked for less and are asked in the same way.
    operations = [migrations.RunSQL((SQL / "merchants.sql").read_text(), migrations.RunSQL.noop)]
