"""A wallet is passed on when two officers agree."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('wallet', '0453_account_holders_held'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='wallet',
            options={'permissions': [('close_wallet', 'Dapat menutup dompet'), ('recover_wallet', 'Dapat memulihkan dompet setelah telepon hilang'), ('cash_in_wallet', 'Dapat mengisi saldo di loket'), ('cash_out_wallet', 'Dapat menyerahkan tunai di loket')], 'verbose_name': 'dompet', 'verbose_name_plural': 'dompet'},
        ),
        migrations.CreateModel(
            name='SuccessionProposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=200, verbose_name='alasan')),
                ('status', models.CharField(choices=[('proposed', 'Menunggu petugas lain'), ('agreed', 'Disetujui'), ('dropped', 'Tidak jadi')], db_default='proposed', default='proposed', max_length=8, verbose_name='status')),
                ('proposed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='diusulkan')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='diputuskan')),
                ('decision_reason', models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='alasan keputusan')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='diputuskan oleh')),
                ('predecessor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='successions_proposed', to='wallet.wallet', verbose_name='dompet lama')),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='diusulkan oleh')),
                ('successor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='inheritances_proposed', to='wallet.wallet', verbose_name='dompet penerus')),
            ],
            options={
                'verbose_name': 'usulan pewarisan',
                'verbose_name_plural': 'usulan pewarisan',
                'permissions': [('agree_successionproposal', 'Dapat menyetujui pewarisan dompet')],
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='succession',
            name='proposal',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='succession', to='wallet.successionproposal', verbose_name='usulan'),
        ),
        migrations.AddConstraint(
            model_name='successionproposal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'agreed'), _negated=True), models.Q(('decided_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='successionproposal_by_two'),
        ),
        migrations.AddConstraint(
            model_name='successionproposal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('status', 'proposed')), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), ('status', 'agreed')), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), ('status', 'dropped'), models.Q(('decision_reason', ''), _negated=True)), _connector='OR'), name='successionproposal_decided'),
        ),
        migrations.AddConstraint(
            model_name='successionproposal',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='successionproposal_says_why'),
        ),
        migrations.AddConstraint(
            model_name='successionproposal',
            constraint=models.CheckConstraint(condition=models.Q(('predecessor', models.F('successor')), _negated=True), name='successionproposal_moves'),
        ),
        migrations.AddConstraint(
            model_name='successionproposal',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'proposed')), fields=('predecessor',), name='successionproposal_one_open'),
        ),
    ]
