import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('disbursement', '0041_reconciliation_guards'),
        ('wallet', '0040_provider_accounts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='chunk',
            name='open_count',
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name='menunggu hasil mitra'),
        ),
        migrations.AlterField(
            model_name='break',
            name='kind',
            field=models.CharField(choices=[('missing_in_statement', 'Tidak ada di rekening koran'), ('missing_in_ledger', 'Tidak ada di buku besar'), ('amount', 'Jumlahnya berbeda'), ('duplicate', 'Berulang di rekening koran'), ('balance_gap', 'Saldo awal tidak menyambung'), ('instruction', 'Instruksi berbeda dengan buku besar'), ('not_received', 'Penerima menyatakan belum menerima'), ('provider', 'Mitra penyalur membantah hasilnya sendiri')], max_length=20, verbose_name='jenis'),
        ),
        migrations.AlterField(
            model_name='chunk',
            name='status',
            field=models.CharField(choices=[('pending', 'Menunggu'), ('sent', 'Menunggu hasil mitra'), ('done', 'Selesai'), ('blocked', 'Tidak dibayar'), ('failed', 'Gagal, perlu diperiksa')], db_default='pending', default='pending', max_length=7, verbose_name='status'),
        ),
        # A generated column cannot be altered before PostgreSQL 17: it is made again, and with it the key that reads it.
        migrations.RemoveConstraint(model_name='instruction', name='instruction_once_a_cycle'),
        migrations.RemoveField(model_name='instruction', name='live'),
        migrations.AddField(
            model_name='instruction',
            name='live',
            field=models.GeneratedField(db_persist=True, expression=models.Q(('status__in', ['pending', 'sent', 'unknown', 'paid'])), output_field=models.BooleanField()),
        ),
        migrations.AddConstraint(
            model_name='instruction',
            constraint=models.UniqueConstraint(condition=models.Q(('live', True)), fields=('enrolment', 'cycle', 'part', 'kind'), name='instruction_once_a_cycle'),
        ),
        migrations.AlterField(
            model_name='instruction',
            name='status',
            field=models.CharField(choices=[('pending', 'Menunggu'), ('sent', 'Diserahkan ke mitra'), ('unknown', 'Hasil belum diketahui'), ('paid', 'Dibayar'), ('failed', 'Gagal'), ('cancelled', 'Dibatalkan'), ('returned', 'Ditarik kembali')], db_default='pending', default='pending', max_length=9, verbose_name='status'),
        ),
        migrations.CreateModel(
            name='BulkRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('bulk_id', models.CharField(max_length=36, unique=True, verbose_name='nomor permintaan')),
                ('partner_bulk_id', models.CharField(blank=True, db_default='', max_length=64, verbose_name='nomor dari mitra')),
                ('count', models.PositiveIntegerField(verbose_name='banyak')),
                ('state', models.CharField(choices=[('ready', 'Menunggu dikirim'), ('sending', 'Sedang dikirim'), ('accepted', 'Diterima mitra'), ('unknown', 'Tidak diketahui sampai atau tidak'), ('refused', 'Ditolak mitra'), ('empty', 'Tidak jadi dikirim')], db_default='ready', default='ready', max_length=8, verbose_name='keadaan')),
                ('attempts', models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name='percobaan')),
                ('due_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='dikirim mulai')),
                ('claimed_at', models.DateTimeField(blank=True, null=True, verbose_name='mulai dikirim')),
                ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='dijawab')),
                ('last_code', models.CharField(blank=True, db_default='', default='', max_length=20, verbose_name='jawaban terakhir')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='disiapkan')),
                ('chunk', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='requests', to='disbursement.chunk', verbose_name='potongan')),
            ],
            options={
                'verbose_name': 'permintaan ke mitra',
                'verbose_name_plural': 'permintaan ke mitra',
            },
        ),
        migrations.CreateModel(
            name='ProviderAccount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('code', models.SlugField(max_length=14, unique=True, verbose_name='kode')),
                ('name', models.CharField(max_length=100, verbose_name='nama')),
                ('base_url', models.CharField(help_text='Alamat mitra di depan /v1.0, misalnya https://api.mitra.co.id', max_length=200, verbose_name='alamat')),
                ('client_id', models.CharField(help_text='X-CLIENT-KEY dan X-PARTNER-ID yang diberikan mitra kepada kita.', max_length=36, verbose_name='client id kita')),
                ('channel_id', models.CharField(default='95221', max_length=5, validators=[django.core.validators.RegexValidator('\\A[0-9A-Za-z]{1,5}\\Z', 'Isi 1 sampai 5 huruf atau angka.')], verbose_name='CHANNEL-ID')),
                ('reference_prefix', models.CharField(default='SLR', help_text='Membedakan pemasangan ini dari yang lain pada mitra yang sama; tidak diganti sesudah dipakai.', max_length=8, validators=[django.core.validators.RegexValidator('\\A[A-Z0-9]{2,8}\\Z', 'Isi 2 sampai 8 huruf besar atau angka.')], verbose_name='awalan rujukan')),
                ('bulk_size', models.PositiveIntegerField(default=500, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1000)], verbose_name='penerima per permintaan')),
                ('private_key_sealed', models.BinaryField(default=b'')),
                ('secret_sealed', models.BinaryField(default=b'')),
                ('active', models.BooleanField(db_default=True, default=True, help_text='Yang tidak aktif tidak dikirimi; hasil kiriman terdahulu tetap ditanyakan.', verbose_name='aktif')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='dibuat')),
                ('account', models.OneToOneField(editable=False, on_delete=django.db.models.deletion.PROTECT, to='wallet.account', verbose_name='akun')),
                ('partner', models.OneToOneField(help_text='Dengan kunci publiknya pemberitahuan hasil dari mitra ini diperiksa.', on_delete=django.db.models.deletion.PROTECT, related_name='pays_for_us', to='wallet.partner', verbose_name='mitra pengirim pemberitahuan')),
            ],
            options={
                'verbose_name': 'mitra penyalur',
                'verbose_name_plural': 'mitra penyalur',
            },
        ),
        migrations.CreateModel(
            name='PayoutLine',
            fields=[
                ('instruction', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='payout', serialize=False, to='disbursement.instruction', verbose_name='instruksi bayar')),
                ('reference', models.CharField(max_length=40, verbose_name='rujukan')),
                ('amount', models.BigIntegerField(verbose_name='jumlah (Rp)')),
                ('state', models.CharField(choices=[('ready', 'Menunggu dikirim'), ('sent', 'Dikirim, menunggu hasil'), ('unknown', 'Hasil belum diketahui'), ('paid', 'Dibayar'), ('failed', 'Gagal')], db_default='ready', default='ready', max_length=7, verbose_name='keadaan')),
                ('sends', models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name='kali dikirim')),
                ('asks', models.PositiveIntegerField(db_default=0, default=0, verbose_name='kali ditanyakan')),
                ('due_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='ditanyakan mulai')),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='terakhir dikirim')),
                ('opened_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='diserahkan')),
                ('last_code', models.CharField(blank=True, db_default='', default='', max_length=20, verbose_name='jawaban terakhir')),
                ('last_at', models.DateTimeField(blank=True, null=True, verbose_name='dijawab')),
                ('partner_reference', models.CharField(blank=True, db_default='', default='', max_length=64, verbose_name='rujukan mitra')),
                ('settled_at', models.DateTimeField(blank=True, null=True, verbose_name='hasil diketahui')),
                ('settled_by', models.CharField(blank=True, choices=[('answer', 'jawaban permintaan'), ('inquiry', 'jawaban pertanyaan'), ('notice', 'pemberitahuan mitra'), ('officer', 'keputusan petugas')], db_default='', default='', max_length=7, verbose_name='menurut')),
                ('contradiction', models.CharField(blank=True, db_default='', default='', max_length=20, verbose_name='dibantah dengan')),
                ('contradicted_at', models.DateTimeField(blank=True, null=True, verbose_name='dibantah')),
                ('chunk', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='disbursement.chunk', verbose_name='potongan')),
                ('request', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='disbursement.bulkrequest', verbose_name='permintaan ke mitra')),
                ('provider', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='disbursement.provideraccount', verbose_name='mitra penyalur')),
            ],
            options={
                'verbose_name': 'pembayaran lewat mitra',
                'verbose_name_plural': 'pembayaran lewat mitra',
                'permissions': [('work_payoutline', 'Dapat menanyakan dan mengusulkan hasil pembayaran lewat mitra'), ('resolve_payoutline', 'Dapat menyetujui hasil pembayaran lewat mitra')],
            },
        ),
        migrations.CreateModel(
            name='Exchange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('send', 'Pengiriman'), ('inquiry', 'Pertanyaan status')], max_length=7, verbose_name='jenis')),
                ('external_id', models.CharField(max_length=36, verbose_name='X-EXTERNAL-ID')),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='ditanyakan')),
                ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='dijawab')),
                ('http_status', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='HTTP')),
                ('code', models.CharField(blank=True, db_default='', default='', max_length=20, verbose_name='kode jawaban')),
                ('outcome', models.CharField(blank=True, db_default='', default='', max_length=10, verbose_name='berarti')),
                ('request', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='exchanges', to='disbursement.bulkrequest', verbose_name='permintaan ke mitra')),
                ('line', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='exchanges', to='disbursement.payoutline', verbose_name='pembayaran')),
                ('provider', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='disbursement.provideraccount', verbose_name='mitra penyalur')),
            ],
            options={
                'verbose_name': 'percakapan dengan mitra',
                'verbose_name_plural': 'percakapan dengan mitra',
            },
        ),
        migrations.AddField(
            model_name='bulkrequest',
            name='provider',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='requests', to='disbursement.provideraccount', verbose_name='mitra penyalur'),
        ),
        migrations.CreateModel(
            name='BulkNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('bulk_id', models.CharField(max_length=64, verbose_name='nomor permintaan')),
                ('external_id', models.CharField(max_length=36, verbose_name='X-EXTERNAL-ID')),
                ('digest', models.CharField(max_length=64, verbose_name='sidik isi (SHA-256)')),
                ('received_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='diterima')),
                ('lines', models.PositiveIntegerField(verbose_name='baris')),
                ('settled', models.PositiveIntegerField(verbose_name='hasil baru')),
                ('repeated', models.PositiveIntegerField(verbose_name='sudah diketahui')),
                ('contradicted', models.PositiveIntegerField(verbose_name='bertentangan')),
                ('unknown', models.PositiveIntegerField(verbose_name='tidak dikenal')),
                ('provider', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='disbursement.provideraccount', verbose_name='mitra penyalur')),
            ],
            options={
                'verbose_name': 'pemberitahuan mitra',
                'verbose_name_plural': 'pemberitahuan mitra',
            },
        ),
        migrations.AddField(
            model_name='chunk',
            name='provider',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='disbursement.provideraccount', verbose_name='mitra penyalur'),
        ),
        migrations.CreateModel(
            name='ProviderToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('token_sealed', models.BinaryField(default=b'')),
                ('expires_at', models.DateTimeField(verbose_name='berlaku sampai')),
                ('provider', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='token', to='disbursement.provideraccount', verbose_name='mitra penyalur')),
            ],
            options={
                'verbose_name': 'token pada mitra',
                'verbose_name_plural': 'token pada mitra',
            },
        ),
        migrations.CreateModel(
            name='Resolution',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('outcome', models.CharField(choices=[('paid', 'Dibayar oleh mitra'), ('failed', 'Tidak dibayar oleh mitra')], max_length=6, verbose_name='hasil')),
                ('evidence', models.CharField(max_length=300, verbose_name='bukti')),
                ('proposed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='diusulkan')),
                ('agreed', models.BooleanField(blank=True, null=True, verbose_name='disetujui')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='diputuskan')),
                ('note', models.CharField(blank=True, db_default='', default='', max_length=300, verbose_name='catatan')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='diputuskan oleh')),
                ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='resolutions', to='disbursement.payoutline', verbose_name='pembayaran')),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='diusulkan oleh')),
            ],
            options={
                'verbose_name': 'penetapan hasil',
                'verbose_name_plural': 'penetapan hasil',
            },
        ),
        migrations.CreateModel(
            name='Route',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('number_sealed', models.BinaryField(default=b'')),
                ('set_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='berlaku sejak')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='berlaku sampai')),
                ('enrolment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='routes', to='disbursement.enrolment', verbose_name='kepesertaan')),
                ('provider', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='routes', to='disbursement.provideraccount', verbose_name='mitra penyalur')),
                ('set_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='ditetapkan oleh')),
            ],
            options={
                'verbose_name': 'jalur bayar',
                'verbose_name_plural': 'jalur bayar',
                'permissions': [('set_route', 'Dapat menetapkan jalur bayar penerima')],
            },
        ),
        migrations.AddField(
            model_name='instruction',
            name='route',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='disbursement.route', verbose_name='jalur bayar'),
        ),
        migrations.AddConstraint(
            model_name='provideraccount',
            constraint=models.CheckConstraint(condition=models.Q(('bulk_size__gte', 1), ('bulk_size__lte', 1000)), name='provider_bulk_size'),
        ),
        migrations.AddIndex(
            model_name='payoutline',
            index=models.Index(condition=models.Q(('state__in', ['sent', 'unknown'])), fields=['provider', 'due_at'], name='payout_due'),
        ),
        migrations.AddIndex(
            model_name='payoutline',
            index=models.Index(condition=models.Q(('state__in', ['ready', 'sent', 'unknown'])), fields=['chunk'], name='payout_open'),
        ),
        migrations.AddIndex(
            model_name='payoutline',
            index=models.Index(condition=models.Q(('state__in', ['ready', 'sent', 'unknown'])), fields=['opened_at'], name='payout_aged'),
        ),
        migrations.AddIndex(
            model_name='payoutline',
            index=models.Index(condition=models.Q(('contradiction', ''), _negated=True), fields=['contradicted_at'], name='payout_contradicted'),
        ),
        migrations.AddConstraint(
            model_name='payoutline',
            constraint=models.UniqueConstraint(fields=('provider', 'reference'), name='payout_reference_once'),
        ),
        migrations.AddConstraint(
            model_name='payoutline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('settled_at__isnull', False), ('state__in', ['paid', 'failed'])), models.Q(('settled_at__isnull', True), ('state__in', ['ready', 'sent', 'unknown'])), _connector='OR'), name='payout_settled'),
        ),
        migrations.AddConstraint(
            model_name='payoutline',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='payout_positive'),
        ),
        migrations.AddIndex(
            model_name='bulkrequest',
            index=models.Index(condition=models.Q(('state', 'ready')), fields=['provider', 'due_at'], name='bulk_ready'),
        ),
        migrations.AddIndex(
            model_name='bulkrequest',
            index=models.Index(condition=models.Q(('state', 'sending')), fields=['claimed_at'], name='bulk_sending'),
        ),
        migrations.AddConstraint(
            model_name='resolution',
            constraint=models.UniqueConstraint(condition=models.Q(('decided_at__isnull', True)), fields=('line',), name='resolution_one_open'),
        ),
        migrations.AddConstraint(
            model_name='resolution',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('agreed__isnull', True), ('decided_at__isnull', True), ('decided_by__isnull', True)), models.Q(('agreed__isnull', False), ('decided_at__isnull', False), ('decided_by__isnull', False), models.Q(('decided_by', models.F('proposed_by')), _negated=True)), _connector='OR'), name='resolution_second_look'),
        ),
        migrations.AddConstraint(
            model_name='resolution',
            constraint=models.CheckConstraint(condition=models.Q(('evidence', ''), _negated=True), name='resolution_has_evidence'),
        ),
        migrations.AddConstraint(
            model_name='route',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('enrolment',), name='route_in_force'),
        ),
    ]
