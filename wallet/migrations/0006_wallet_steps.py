"""What was done to a wallet, by whom and why; written once."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


APPEND_ONLY = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON wallet_walletstep
    FOR EACH STATEMENT EXECUTE FUNCTION wallet_is_append_only();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('wallet', '0005_holds'),
    ]

    operations = [
        migrations.CreateModel(
            name='WalletStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('frozen', 'Dibekukan'), ('unfrozen', 'Dibuka kembali'), ('recovered', 'Dipulihkan setelah telepon hilang'), ('closed', 'Ditutup')], max_length=9, verbose_name='langkah')),
                ('reason', models.CharField(max_length=200, verbose_name='alasan')),
                ('by', models.CharField(blank=True, max_length=150, verbose_name='oleh')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='waktu')),
                ('wallet', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='wallet.wallet', verbose_name='dompet')),
            ],
            options={
                'verbose_name': 'langkah dompet',
                'verbose_name_plural': 'langkah dompet',
            },
        ),
        migrations.RunSQL(APPEND_ONLY, migrations.RunSQL.noop),
    ]
