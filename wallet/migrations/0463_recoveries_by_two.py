"""While a holder's telephone is new, two officers give the wallet back; that a PIN was reset is kept."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


FOREIGN_KEYS_AT_ONCE = """
DO $$
DECLARE fk record;
BEGIN
    FOR fk IN SELECT conrelid::regclass AS of_table, conname FROM pg_constraint
              WHERE contype = 'f' AND condeferrable AND conrelid::regclass::text ~ '^(public[.])?wallet_' LOOP
        EXECUTE format('ALTER TABLE %s ALTER CONSTRAINT %I NOT DEFERRABLE', fk.of_table, fk.conname);
    END LOOP;
END $$;
"""
STEP = """
CREATE TRIGGER step BEFORE INSERT OR UPDATE ON wallet_recoveryproposal FOR EACH ROW
    EXECUTE FUNCTION wallet_proposal_step();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('wallet', '0462_one_spelling_of_a_bank_reference'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='walletstep',
            name='kind',
            field=models.CharField(choices=[('frozen', 'Dibekukan'), ('unfrozen', 'Dibuka kembali'), ('recovered', 'Dipulihkan setelah telepon hilang'), ('pin_reset', 'PIN diatur ulang'), ('closed', 'Ditutup')], max_length=9, verbose_name='langkah'),
        ),
        migrations.CreateModel(
            name='RecoveryProposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=200, verbose_name='alasan')),
                ('status', models.CharField(choices=[('proposed', 'Menunggu petugas lain'), ('agreed', 'Disetujui'), ('dropped', 'Tidak jadi')], db_default='proposed', default='proposed', max_length=8, verbose_name='status')),
                ('proposed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='diusulkan')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='diputuskan')),
                ('decision_reason', models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='alasan keputusan')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='diputuskan oleh')),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='diusulkan oleh')),
                ('wallet', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recoveries', to='wallet.wallet', verbose_name='dompet')),
            ],
            options={
                'verbose_name': 'usulan pemulihan dompet',
                'verbose_name_plural': 'usulan pemulihan dompet',
                'permissions': [('agree_recoveryproposal', 'Dapat menyetujui pemulihan dompet')],
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('status', 'agreed'), _negated=True), models.Q(('decided_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='recoveryproposal_by_two'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('status', 'proposed')), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), ('status', 'agreed')), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), ('status', 'dropped'), models.Q(('decision_reason', ''), _negated=True)), _connector='OR'), name='recoveryproposal_decided'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='recoveryproposal_says_why'), models.UniqueConstraint(condition=models.Q(('status', 'proposed')), fields=('wallet',), name='recoveryproposal_one_open')],
            },
        ),
        migrations.RunSQL(FOREIGN_KEYS_AT_ONCE, migrations.RunSQL.noop),
        migrations.RunSQL(STEP, "DROP TRIGGER step ON wallet_recoveryproposal"),
    ]
