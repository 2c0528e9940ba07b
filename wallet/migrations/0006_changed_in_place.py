"""Balances and payment codes change in place: their pages keep room for the next version of the rows on them.

Without room a new version goes elsewhere, with an entry in every index. And a clearing account's row is looked up for every
transfer out of it: after many chunks through all the versions it ever had.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("wallet", "0005_office_permissions")]

    operations = [
        migrations.RunSQL(f"ALTER TABLE {table} SET (fillfactor = 90)", f"ALTER TABLE {table} RESET (fillfactor)")
        for table in ("wallet_account", "wallet_paymentcode")
    ]
