"""The functions of wallet/sql again: plain statements in place of sets where most payments take from one purse."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("wallet", "0007_seals")]
    operations = [migrations.RunSQL((SQL / "redemption.sql").read_text(), migrations.RunSQL.noop)]
