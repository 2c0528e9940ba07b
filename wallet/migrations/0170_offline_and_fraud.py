

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('wallet', '0151_merchant_rules'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='hold',
            name='merchant',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='holds', to='wallet.merchant', verbose_name='pedagang'),
        ),
        migrations.AlterField(
            model_name='transfer',
            name='kind',
            field=models.CharField(choices=[('funding', 'Pendanaan'), ('reservation', 'Pencadangan'), ('release', 'Pengembalian cadangan'), ('disbursement', 'Penyaluran'), ('remittance', 'Penyaluran lewat mitra'), ('top_up', 'Isi saldo'), ('redemption', 'Belanja'), ('cash_out', 'Tarik tunai'), ('refund', 'Pengembalian belanja'), ('lapse', 'Hangus ke dana program'), ('give_back', 'Dikembalikan penerima'), ('settlement', 'Penyelesaian ke pedagang'), ('payout', 'Setor ke bank'), ('loss', 'Dibayar dari dana kerugian'), ('reversal', 'Pembatalan')], max_length=12, verbose_name='jenis'),
        ),
        migrations.CreateModel(
            name='FraudCase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('device', models.BinaryField(blank=True, null=True, verbose_name='perangkat')),
                ('day', models.DateField(verbose_name='hari')),
                ('score', models.PositiveSmallIntegerField(verbose_name='nilai')),
                ('status', models.CharField(choices=[('open', 'Menunggu petugas'), ('dismissed', 'Tidak terbukti'), ('confirmed', 'Terbukti')], default='open', max_length=9, verbose_name='status')),
                ('opened_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='dibuka')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='diputuskan')),
                ('decision_reason', models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='alasan keputusan')),
                ('decided_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='diputuskan oleh')),
                ('merchant', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='fraud_cases', to='wallet.merchant', verbose_name='pedagang')),
                ('wallet', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='fraud_cases', to='wallet.wallet', verbose_name='dompet')),
            ],
            options={
                'verbose_name': 'dugaan kecurangan',
                'verbose_name_plural': 'dugaan kecurangan',
                'permissions': [('decide_fraudcase', 'Dapat memutuskan dugaan kecurangan'), ('hold_fraudcase', 'Dapat menahan dan melepas karena dugaan kecurangan')],
            },
        ),
        migrations.CreateModel(
            name='FraudHold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('payments', 'Belanja baru ditahan'), ('settlement', 'Penyelesaian ditahan')], max_length=10, verbose_name='yang ditahan')),
                ('reason', models.CharField(max_length=300, verbose_name='alasan')),
                ('placed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='ditahan')),
                ('until', models.DateTimeField(blank=True, null=True, verbose_name='paling lama sampai')),
                ('released_at', models.DateTimeField(blank=True, null=True, verbose_name='dilepas')),
                ('release_reason', models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='alasan dilepas')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='holds', to='wallet.fraudcase', verbose_name='dugaan')),
                ('merchant', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='fraud_holds', to='wallet.merchant', verbose_name='pedagang')),
                ('placed_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='ditahan oleh')),
                ('released_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='dilepas oleh')),
                ('wallet', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='fraud_holds', to='wallet.wallet', verbose_name='dompet')),
            ],
            options={
                'verbose_name': 'penahanan karena kecurangan',
                'verbose_name_plural': 'penahanan karena kecurangan',
            },
        ),
        migrations.CreateModel(
            name='FraudRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('signal', models.CharField(choices=[('full_drain', 'Habis seketika setelah bantuan masuk'), ('shared_device', 'Satu perangkat untuk banyak orang'), ('concentration', 'Belanja terpusat di satu pedagang'), ('round_trip', 'Belanja lalu dikembalikan'), ('odd_hours', 'Belanja di jam tidak wajar'), ('velocity', 'Belanja beruntun')], max_length=13, verbose_name='sinyal')),
                ('threshold', models.PositiveBigIntegerField(help_text='Dalam satuan sinyalnya: persen, orang, atau kali.', verbose_name='ambang')),
                ('window', models.PositiveIntegerField(verbose_name='rentang (detik)')),
                ('minimum_amount', models.PositiveBigIntegerField(default=0, verbose_name='jumlah terkecil (Rp)')),
                ('minimum_count', models.PositiveIntegerField(default=0, verbose_name='kejadian terkecil')),
                ('from_hour', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='dari jam')),
                ('to_hour', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='sampai jam')),
                ('weight', models.PositiveSmallIntegerField(help_text='Nilai pada ambang; dua kali ambang memberi dua kali bobot.', verbose_name='bobot')),
                ('action', models.CharField(choices=[('queue', 'Masuk antrean'), ('payments', 'Tahan belanja baru'), ('settlement', 'Tahan penyelesaian')], default='queue', max_length=10, verbose_name='tindakan')),
                ('reason', models.CharField(max_length=200, verbose_name='alasan')),
                ('status', models.CharField(choices=[('draft', 'Rancangan'), ('proposed', 'Diusulkan'), ('agreed', 'Berlaku'), ('withdrawn', 'Ditarik')], default='draft', max_length=9, verbose_name='status')),
                ('valid_from', models.DateTimeField(blank=True, null=True, verbose_name='berlaku mulai')),
                ('valid_until', models.DateTimeField(blank=True, null=True, verbose_name='berlaku sampai')),
                ('tried_from', models.DateTimeField(blank=True, null=True, verbose_name='dicoba dari')),
                ('tried_until', models.DateTimeField(blank=True, null=True, verbose_name='dicoba sampai')),
                ('tried_found', models.PositiveIntegerField(blank=True, null=True, verbose_name='akan menandai')),
                ('tried_confirmed', models.PositiveIntegerField(blank=True, null=True, verbose_name='di antaranya terbukti')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='disetujui')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='dibuat')),
                ('decided_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='disetujui oleh')),
                ('proposed_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='diusulkan oleh')),
            ],
            options={
                'verbose_name': 'aturan kecurangan',
                'verbose_name_plural': 'aturan kecurangan',
                'permissions': [('propose_fraudrule', 'Dapat mengusulkan aturan kecurangan'), ('agree_fraudrule', 'Dapat menyetujui aturan kecurangan')],
            },
        ),
        migrations.CreateModel(
            name='FraudScan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField(unique=True, verbose_name='dari')),
                ('until', models.DateTimeField(unique=True, verbose_name='sampai')),
                ('found', models.PositiveIntegerField(verbose_name='tanda')),
                ('opened', models.PositiveIntegerField(verbose_name='perkara baru')),
                ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='dijalankan')),
            ],
            options={
                'verbose_name': 'penelusuran kecurangan',
                'verbose_name_plural': 'penelusuran kecurangan',
                'constraints': [models.CheckConstraint(condition=models.Q(('since__lt', models.F('until'))), name='fraud_scan_forward')],
            },
        ),
        migrations.CreateModel(
            name='FraudSignal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('measured', models.PositiveBigIntegerField(verbose_name='terukur')),
                ('points', models.PositiveSmallIntegerField(verbose_name='nilai')),
                ('at', models.DateTimeField(verbose_name='terakhir terjadi')),
                ('transfers', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None, verbose_name='transfer')),
                ('wallets', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None, verbose_name='dompet')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='dicatat')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signals', to='wallet.fraudcase', verbose_name='dugaan')),
                ('rule', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signals', to='wallet.fraudrule', verbose_name='aturan')),
            ],
            options={
                'verbose_name': 'sinyal kecurangan',
                'verbose_name_plural': 'sinyal kecurangan',
            },
        ),
        migrations.CreateModel(
            name='LossFund',
            fields=[
                ('number', models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='dibuat')),
                ('account', models.OneToOneField(editable=False, on_delete=django.db.models.deletion.PROTECT, to='wallet.account', verbose_name='akun')),
            ],
            options={
                'verbose_name': 'dana kerugian',
                'verbose_name_plural': 'dana kerugian',
                'permissions': [('fund_lossfund', 'Dapat mengisi dana kerugian')],
            },
        ),
        migrations.CreateModel(
            name='OfflineAllowance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=16, unique=True, verbose_name='nomor')),
                ('kind', models.CharField(choices=[('phone', 'Ponsel'), ('card', 'Kartu cetak')], max_length=5, verbose_name='bentuk')),
                ('alias', models.CharField(max_length=10, verbose_name='alias dompet')),
                ('ceiling', models.BigIntegerField(verbose_name='pagu')),
                ('voucher_amounts', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), blank=True, default=list, editable=False, size=None, verbose_name='lembar kupon')),
                ('device_key', models.BinaryField(default=b'')),
                ('device', models.BinaryField(null=True)),
                ('mccs', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=4), blank=True, default=list, size=None, verbose_name='kategori pedagang (MCC)')),
                ('regions', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=13), blank=True, default=list, size=None, verbose_name='wilayah')),
                ('cash_allowed', models.BooleanField(default=False, verbose_name='boleh tunai')),
                ('key_id', models.PositiveSmallIntegerField(verbose_name='kunci')),
                ('certificate', models.TextField(blank=True, default='', editable=False)),
                ('valid_from', models.DateTimeField(verbose_name='berlaku mulai')),
                ('valid_until', models.DateTimeField(verbose_name='berlaku sampai')),
                ('claims_until', models.DateTimeField(verbose_name='dapat ditagih sampai')),
                ('issued_by', models.CharField(blank=True, default='', max_length=150, verbose_name='dicetak oleh')),
                ('issue_reason', models.CharField(blank=True, default='', max_length=200, verbose_name='bukti jati diri')),
                ('loss_paid', models.BigIntegerField(db_default=0, default=0, verbose_name='dibayar dari dana kerugian')),
                ('revoked_at', models.DateTimeField(blank=True, null=True, verbose_name='dicabut')),
                ('revoke_reason', models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='alasan dicabut')),
                ('revoked_by', models.CharField(blank=True, db_default='', default='', max_length=150, verbose_name='dicabut oleh')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='berakhir')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='dibuat')),
                ('hold', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='offline', to='wallet.hold', verbose_name='penahanan')),
                ('wallet', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='offline_allowances', to='wallet.wallet', verbose_name='dompet')),
            ],
            options={
                'verbose_name': 'pagu luring',
                'verbose_name_plural': 'pagu luring',
                'permissions': [('issue_offline_card', 'Dapat membuat dan mencetak kartu luring'), ('revoke_offlineallowance', 'Dapat mencabut pagu luring')],
            },
        ),
        migrations.CreateModel(
            name='DeviceUse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('device', models.BinaryField()),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='waktu')),
                ('code', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='device_use', to='wallet.paymentcode', verbose_name='kode bayar')),
                ('wallet', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='device_uses', to='wallet.wallet', verbose_name='dompet')),
                ('allowance', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='device_use', to='wallet.offlineallowance', verbose_name='pagu luring')),
            ],
            options={
                'verbose_name': 'pemakaian perangkat',
                'verbose_name_plural': 'pemakaian perangkat',
            },
        ),
        migrations.CreateModel(
            name='OfflineClaim',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('partner_reference_no', models.CharField(max_length=64, verbose_name='nomor mitra')),
                ('bulk_reference_no', models.CharField(blank=True, default='', max_length=64, verbose_name='nomor kiriman mitra')),
                ('external_id', models.CharField(max_length=36, verbose_name='X-EXTERNAL-ID')),
                ('request_hash', models.BinaryField()),
                ('reference_no', models.CharField(max_length=64, verbose_name='nomor kami')),
                ('number', models.PositiveIntegerField(blank=True, null=True, verbose_name='nomor kupon')),
                ('amount', models.BigIntegerField(verbose_name='jumlah')),
                ('code', models.TextField(max_length=1024, verbose_name='kode')),
                ('taken_at', models.DateTimeField(verbose_name='diterima kasir')),
                ('received_at', models.DateTimeField(verbose_name='diterima di sini')),
                ('status', models.CharField(choices=[('paid', 'Dibayar dari pagu'), ('refused', 'Ditolak'), ('queued', 'Menunggu petugas'), ('proposed', 'Diusulkan dibayar'), ('covered', 'Dibayar dari dana kerugian')], max_length=8, verbose_name='status')),
                ('reason', models.CharField(blank=True, default='', max_length=40, verbose_name='alasan')),
                ('first_status', models.CharField(choices=[('paid', 'Dibayar dari pagu'), ('refused', 'Ditolak'), ('queued', 'Menunggu petugas'), ('proposed', 'Diusulkan dibayar'), ('covered', 'Dibayar dari dana kerugian')], editable=False, max_length=8)),
                ('first_reason', models.CharField(blank=True, default='', editable=False, max_length=40)),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='diputuskan')),
                ('allowance', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='claims', to='wallet.offlineallowance', verbose_name='pagu luring')),
                ('decided_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='diputuskan oleh')),
                ('merchant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='offline_claims', to='wallet.merchant', verbose_name='pedagang')),
                ('partner', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='offline_claims', to='wallet.partner', verbose_name='mitra')),
                ('payment', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='offline_claim', to='wallet.payment', verbose_name='belanja')),
                ('proposed_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='diusulkan oleh')),
            ],
            options={
                'verbose_name': 'tagihan luring',
                'verbose_name_plural': 'tagihan luring',
                'permissions': [('work_offlineclaim', 'Dapat mengusulkan atau menolak tagihan luring'), ('cover_offlineclaim', 'Dapat membayar tagihan luring dari dana kerugian')],
            },
        ),
        migrations.CreateModel(
            name='OfflineClaimStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('proposed', 'Diusulkan dibayar'), ('returned', 'Usul dikembalikan'), ('covered', 'Dibayar dari dana kerugian'), ('refused', 'Ditolak'), ('judged', 'Diperiksa ulang menurut aturan')], max_length=8, verbose_name='langkah')),
                ('reason', models.CharField(max_length=200, verbose_name='alasan')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='waktu')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='oleh')),
                ('claim', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='wallet.offlineclaim', verbose_name='tagihan luring')),
            ],
            options={
                'verbose_name': 'langkah tagihan luring',
                'verbose_name_plural': 'langkah tagihan luring',
            },
        ),
        migrations.AddIndex(
            model_name='fraudcase',
            index=models.Index(condition=models.Q(('status', 'open')), fields=['-score', 'id'], name='fraud_case_queue'),
        ),
        migrations.AddConstraint(
            model_name='fraudcase',
            constraint=models.UniqueConstraint(condition=models.Q(('wallet__isnull', False)), fields=('wallet', 'day'), name='fraud_case_wallet_day'),
        ),
        migrations.AddConstraint(
            model_name='fraudcase',
            constraint=models.UniqueConstraint(condition=models.Q(('merchant__isnull', False)), fields=('merchant', 'day'), name='fraud_case_merchant_day'),
        ),
        migrations.AddConstraint(
            model_name='fraudcase',
            constraint=models.UniqueConstraint(condition=models.Q(('device__isnull', False)), fields=('device', 'day'), name='fraud_case_device_day'),
        ),
        migrations.AddConstraint(
            model_name='fraudcase',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('device__isnull', True), ('merchant__isnull', True), ('wallet__isnull', False)), models.Q(('device__isnull', True), ('merchant__isnull', False), ('wallet__isnull', True)), models.Q(('device__isnull', False), ('merchant__isnull', True), ('wallet__isnull', True)), _connector='OR'), name='fraud_case_one_subject'),
        ),
        migrations.AddConstraint(
            model_name='fraudcase',
            constraint=models.CheckConstraint(condition=models.Q(('score__gte', 1), ('score__lte', 100)), name='fraud_case_score'),
        ),
        migrations.AddConstraint(
            model_name='fraudcase',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decision_reason', ''), ('status', 'open')), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), models.Q(('status', 'open'), _negated=True), models.Q(('decision_reason', ''), _negated=True)), _connector='OR'), name='fraud_case_decided_why'),
        ),
        migrations.AddConstraint(
            model_name='fraudhold',
            constraint=models.UniqueConstraint(condition=models.Q(('released_at__isnull', True), ('wallet__isnull', False)), fields=('wallet', 'kind'), name='fraud_hold_wallet'),
        ),
        migrations.AddConstraint(
            model_name='fraudhold',
            constraint=models.UniqueConstraint(condition=models.Q(('merchant__isnull', False), ('released_at__isnull', True)), fields=('merchant', 'kind'), name='fraud_hold_merchant'),
        ),
        migrations.AddConstraint(
            model_name='fraudhold',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('merchant__isnull', True), ('wallet__isnull', False)), models.Q(('merchant__isnull', False), ('wallet__isnull', True)), _connector='OR'), name='fraud_hold_one_subject'),
        ),
        migrations.AddConstraint(
            model_name='fraudhold',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'settlement'), _negated=True), ('merchant__isnull', False), _connector='OR'), name='fraud_hold_settlement'),
        ),
        migrations.AddConstraint(
            model_name='fraudhold',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='fraud_hold_why'),
        ),
        migrations.AddConstraint(
            model_name='fraudhold',
            constraint=models.CheckConstraint(condition=models.Q(('placed_by__isnull', False), ('until__isnull', False), _connector='OR'), name='fraud_hold_of_a_rule_ends'),
        ),
        migrations.AddConstraint(
            model_name='fraudhold',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('release_reason', ''), ('released_at__isnull', True)), models.Q(('released_at__isnull', False), models.Q(('release_reason', ''), _negated=True)), _connector='OR'), name='fraud_hold_released_why'),
        ),
        migrations.AddConstraint(
            model_name='fraudrule',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'agreed'), ('valid_until__isnull', True)), fields=('signal',), name='fraud_rule_one_in_force'),
        ),
        migrations.AddConstraint(
            model_name='fraudrule',
            constraint=models.CheckConstraint(condition=models.Q(('threshold__gt', 0), ('window__gt', 0)), name='fraud_rule_positive'),
        ),
        migrations.AddConstraint(
            model_name='fraudrule',
            constraint=models.CheckConstraint(condition=models.Q(('weight__gte', 1), ('weight__lte', 100)), name='fraud_rule_weight'),
        ),
        migrations.AddConstraint(
            model_name='fraudrule',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('from_hour__isnull', True), ('to_hour__isnull', True)), models.Q(('from_hour__lte', 23), ('to_hour__lte', 23), models.Q(('from_hour', models.F('to_hour')), _negated=True)), _connector='OR'), name='fraud_rule_hours'),
        ),
        migrations.AddConstraint(
            model_name='fraudrule',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('signal', 'odd_hours'), _negated=True), ('from_hour__isnull', False), _connector='OR'), name='fraud_rule_needs_hours'),
        ),
        migrations.AddConstraint(
            model_name='fraudrule',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('signal', 'shared_device'), _negated=True), ('action', 'queue'), _connector='OR'), name='fraud_rule_device_queues'),
        ),
        migrations.AddConstraint(
            model_name='fraudrule',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('action', 'settlement'), _negated=True), ('signal__in', ['concentration', 'round_trip', 'odd_hours']), _connector='OR'), name='fraud_rule_action'),
        ),
        migrations.AddConstraint(
            model_name='fraudrule',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'agreed'), _negated=True), models.Q(('decided_by__isnull', False), ('proposed_by__isnull', False), ('tried_found__isnull', False), ('valid_from__isnull', False), models.Q(('proposed_by', models.F('decided_by')), _negated=True)), _connector='OR'), name='fraud_rule_two_officers'),
        ),
        migrations.AddConstraint(
            model_name='fraudsignal',
            constraint=models.UniqueConstraint(fields=('case', 'rule'), name='fraud_signal_once'),
        ),
        migrations.AddConstraint(
            model_name='lossfund',
            constraint=models.CheckConstraint(condition=models.Q(('number', 1)), name='loss_fund_alone'),
        ),
        migrations.AddIndex(
            model_name='offlineallowance',
            index=models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['claims_until'], name='offline_due'),
        ),
        migrations.AddIndex(
            model_name='offlineallowance',
            index=models.Index(condition=models.Q(('revoked_at__isnull', False)), fields=['revoked_at'], name='offline_revoked'),
        ),
        migrations.AddConstraint(
            model_name='offlineallowance',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('wallet', 'kind'), name='offline_one_open'),
        ),
        migrations.AddConstraint(
            model_name='offlineallowance',
            constraint=models.CheckConstraint(condition=models.Q(('ceiling__gt', 0)), name='offline_ceiling_positive'),
        ),
        migrations.AddConstraint(
            model_name='offlineallowance',
            constraint=models.CheckConstraint(condition=models.Q(('loss_paid__gte', 0), ('loss_paid__lte', models.F('ceiling'))), name='offline_loss_bounded'),
        ),
        migrations.AddConstraint(
            model_name='offlineallowance',
            constraint=models.CheckConstraint(condition=models.Q(('valid_from__lt', models.F('valid_until')), ('claims_until__gte', models.F('valid_from'))), name='offline_times'),
        ),
        migrations.AddConstraint(
            model_name='offlineallowance',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('revoke_reason', ''), ('revoked_at__isnull', True)), models.Q(('revoked_at__isnull', False), models.Q(('revoke_reason', ''), _negated=True)), _connector='OR'), name='offline_revoked_why'),
        ),
        migrations.AddIndex(
            model_name='deviceuse',
            index=models.Index(fields=['device', 'at'], name='device_use_of'),
        ),
        migrations.AddIndex(
            model_name='deviceuse',
            index=models.Index(fields=['at'], name='device_use_at'),
        ),
        migrations.AddConstraint(
            model_name='deviceuse',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('allowance__isnull', True), ('code__isnull', False)), models.Q(('allowance__isnull', False), ('code__isnull', True)), _connector='OR'), name='device_use_of_one'),
        ),
        migrations.AddIndex(
            model_name='offlineclaim',
            index=models.Index(fields=['allowance', 'number'], name='offline_claim_of'),
        ),
        migrations.AddIndex(
            model_name='offlineclaim',
            index=models.Index(condition=models.Q(('status__in', ['queued', 'proposed'])), fields=['received_at'], name='offline_claim_queue'),
        ),
        migrations.AddConstraint(
            model_name='offlineclaim',
            constraint=models.UniqueConstraint(fields=('partner', 'partner_reference_no'), name='offline_claim_once'),
        ),
        migrations.AddConstraint(
            model_name='offlineclaim',
            constraint=models.UniqueConstraint(fields=('reference_no',), name='offline_claim_reference'),
        ),
        migrations.AddConstraint(
            model_name='offlineclaim',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'paid')), fields=('allowance', 'number'), name='offline_voucher_paid_once'),
        ),
        migrations.AddConstraint(
            model_name='offlineclaim',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='offline_claim_positive'),
        ),
        migrations.AddConstraint(
            model_name='offlineclaim',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('payment__isnull', False), ('status', 'paid')), models.Q(models.Q(('status', 'paid'), _negated=True), ('payment__isnull', True)), _connector='OR'), name='offline_claim_payment'),
        ),
        migrations.AddConstraint(
            model_name='offlineclaim',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'covered'), _negated=True), models.Q(('decided_by__isnull', False), ('proposed_by__isnull', False), models.Q(('proposed_by', models.F('decided_by')), _negated=True)), _connector='OR'), name='offline_claim_two_officers'),
        ),
        migrations.AddConstraint(
            model_name='offlineclaim',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), ('status', 'paid')), models.Q(models.Q(('status', 'paid'), _negated=True), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='offline_claim_why'),
        ),
    ]
