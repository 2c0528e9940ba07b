import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('wallet', '0103_credentials_end_once'),
    ]

    operations = [
        migrations.AddField(
            model_name='paymentcode',
            name='device',
            field=models.UUIDField(blank=True, editable=False, null=True, verbose_name='perangkat'),
        ),
        migrations.AddField(
            model_name='paymentcode',
            name='kind',
            field=models.CharField(choices=[('qr', 'QR'), ('digits', 'Enam angka')], db_default='qr', default='qr', max_length=6, verbose_name='bentuk'),
        ),
        migrations.AddField(
            model_name='refund',
            name='cancels',
            field=models.BooleanField(db_default=False, default=False, verbose_name='membatalkan belanja'),
        ),
        migrations.CreateModel(
            name='CpmCode',
            fields=[
                ('code', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='made_for', serialize=False, to='wallet.paymentcode', verbose_name='kode')),
                ('partner_reference_no', models.CharField(max_length=64, verbose_name='nomor mitra')),
                ('external_id', models.CharField(max_length=36, verbose_name='X-EXTERNAL-ID')),
                ('request_hash', models.BinaryField()),
                ('reference_no', models.CharField(max_length=64, unique=True, verbose_name='nomor kami')),
                ('salt', models.BinaryField()),
                ('cancelled_at', models.DateTimeField(blank=True, null=True, verbose_name='dibatalkan')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='dibuat')),
                ('partner', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='cpm_codes', to='wallet.partner', verbose_name='mitra')),
            ],
            options={
                'verbose_name': 'QR pembeli lewat mitra',
                'verbose_name_plural': 'QR pembeli lewat mitra',
            },
        ),
        migrations.CreateModel(
            name='SixDigits',
            fields=[
                ('digest', models.BinaryField(primary_key=True, serialize=False)),
                ('expires_at', models.DateTimeField(verbose_name='berlaku sampai')),
                ('code', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='six_digits', to='wallet.paymentcode', verbose_name='kode')),
            ],
            options={
                'verbose_name': 'enam angka',
                'verbose_name_plural': 'enam angka',
            },
        ),
        migrations.CreateModel(
            name='DigitGuesses',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField(verbose_name='sejak')),
                ('wrong', models.PositiveIntegerField(default=0, verbose_name='salah')),
                ('blocked_until', models.DateTimeField(blank=True, null=True, verbose_name='ditutup sampai')),
                ('merchant', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='digit_guesses', to='wallet.merchant', verbose_name='pedagang')),
                ('partner', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='digit_guesses', to='wallet.partner', verbose_name='mitra')),
            ],
            options={
                'verbose_name': 'tebakan kode',
                'verbose_name_plural': 'tebakan kode',
            },
        ),
        migrations.CreateModel(
            name='MpmCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('partner_reference_no', models.CharField(max_length=64, verbose_name='nomor mitra')),
                ('external_id', models.CharField(max_length=36, verbose_name='X-EXTERNAL-ID')),
                ('request_hash', models.BinaryField()),
                ('reference_no', models.CharField(max_length=25, verbose_name='nomor kami')),
                ('store', models.CharField(blank=True, max_length=25, verbose_name='toko')),
                ('terminal', models.CharField(blank=True, max_length=25, verbose_name='terminal')),
                ('amount', models.BigIntegerField(blank=True, null=True, verbose_name='jumlah')),
                ('content', models.CharField(max_length=512, verbose_name='isi QR')),
                ('state', models.CharField(choices=[('open', 'Menunggu dibayar'), ('paid', 'Dibayar'), ('cancelled', 'Dibatalkan'), ('expired', 'Kedaluwarsa')], default='open', max_length=9, verbose_name='keadaan')),
                ('expires_at', models.DateTimeField(verbose_name='berlaku sampai')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='dibuat')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='berakhir')),
                ('merchant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='mpm_codes', to='wallet.merchant', verbose_name='pedagang')),
                ('partner', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='mpm_codes', to='wallet.partner', verbose_name='mitra')),
                ('payment', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='mpm_code', to='wallet.payment', verbose_name='belanja')),
            ],
            options={
                'verbose_name': 'QR dinamis',
                'verbose_name_plural': 'QR dinamis',
            },
        ),
        migrations.CreateModel(
            name='MpmPayment',
            fields=[
                ('payment', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='mpm', serialize=False, to='wallet.payment', verbose_name='belanja')),
                ('way', models.CharField(choices=[('app', 'Aplikasi penerima'), ('issuer', 'Mitra pembayar')], max_length=6, verbose_name='jalan')),
                ('store', models.CharField(blank=True, max_length=25, verbose_name='toko')),
                ('terminal', models.CharField(blank=True, max_length=25, verbose_name='terminal')),
                ('code', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='attempts', to='wallet.mpmcode', verbose_name='QR dinamis')),
            ],
            options={
                'verbose_name': 'belanja dengan QR pedagang',
                'verbose_name_plural': 'belanja dengan QR pedagang',
            },
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.UniqueConstraint(condition=models.Q(('cancels', True)), fields=('payment',), name='refund_cancels_once'),
        ),
        migrations.AddConstraint(
            model_name='cpmcode',
            constraint=models.UniqueConstraint(fields=('partner', 'partner_reference_no'), name='cpm_code_once'),
        ),
        migrations.AddConstraint(
            model_name='digitguesses',
            constraint=models.UniqueConstraint(fields=('partner', 'merchant'), name='digit_guesses_once', nulls_distinct=False),
        ),
        migrations.AddIndex(
            model_name='mpmcode',
            index=models.Index(condition=models.Q(('state', 'open')), fields=['expires_at'], name='mpm_code_expiry'),
        ),
        migrations.AddConstraint(
            model_name='mpmcode',
            constraint=models.UniqueConstraint(fields=('partner', 'partner_reference_no'), name='mpm_code_once'),
        ),
        migrations.AddConstraint(
            model_name='mpmcode',
            constraint=models.UniqueConstraint(fields=('reference_no',), name='mpm_code_reference'),
        ),
        migrations.AddConstraint(
            model_name='mpmcode',
            constraint=models.CheckConstraint(condition=models.Q(('amount__isnull', True), ('amount__gt', 0), _connector='OR'), name='mpm_code_positive'),
        ),
        migrations.AddConstraint(
            model_name='mpmcode',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('payment__isnull', False), ('state', 'paid')), models.Q(models.Q(('state', 'paid'), _negated=True), ('payment__isnull', True)), _connector='OR'), name='mpm_code_paid_by'),
        ),
        migrations.AddConstraint(
            model_name='mpmcode',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('state', 'open')), models.Q(models.Q(('state', 'open'), _negated=True), ('ended_at__isnull', False)), _connector='OR'), name='mpm_code_ended'),
        ),
    ]
