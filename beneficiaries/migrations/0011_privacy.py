"""Consents, access log, requests of subjects, breaches, and what erasure and key changes need of people."""

import django.db.models.deletion
import django.db.models.functions.datetime
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('beneficiaries', '0010_written_once'),
        ('wallet', '0006_changed_in_place'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Breach',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('discovered_at', models.DateTimeField(verbose_name='diketahui')),
                ('due_at', models.DateTimeField(editable=False, verbose_name='harus diberitahukan sebelum')),
                ('happened', models.CharField(help_text='Tanggal, atau perkiraan rentangnya.', max_length=120, verbose_name='kapan terjadi')),
                ('what', models.TextField(verbose_name='data pribadi yang terungkap')),
                ('how', models.TextField(verbose_name='bagaimana terungkap')),
                ('people', models.PositiveIntegerField(blank=True, null=True, verbose_name='jumlah orang')),
                ('remedy', models.TextField(verbose_name='penanganan dan pemulihan')),
                ('told', models.TextField(blank=True, verbose_name='siapa yang diberi tahu, dan bagaimana')),
                ('subjects_told_at', models.DateTimeField(blank=True, null=True, verbose_name='subjek diberi tahu')),
                ('agency_told_at', models.DateTimeField(blank=True, null=True, verbose_name='lembaga diberi tahu')),
                ('public', models.BooleanField(default=False, help_text='Wajib bila mengganggu layanan publik atau berdampak serius.', verbose_name='diumumkan ke masyarakat')),
                ('flagged_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='ditandai terlambat')),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='dicatat')),
            ],
            options={
                'verbose_name': 'kegagalan pelindungan data',
                'verbose_name_plural': 'kegagalan pelindungan data',
            },
        ),
        migrations.CreateModel(
            name='Consent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('given', models.BooleanField(verbose_name='setuju')),
                ('channel', models.CharField(choices=[('office', 'Di kantor'), ('visit', 'Kunjungan rumah'), ('phone', 'Telepon'), ('app', 'Aplikasi'), ('letter', 'Surat')], max_length=6, verbose_name='lewat')),
                ('evidence', models.CharField(blank=True, help_text='Nomor formulir atau rekaman yang membuktikannya.', max_length=200, verbose_name='bukti')),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='waktu')),
            ],
            options={
                'verbose_name': 'persetujuan',
                'verbose_name_plural': 'persetujuan',
            },
        ),
        migrations.CreateModel(
            name='ConsentText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('purpose', models.SlugField(db_index=False, max_length=40, verbose_name='kode tujuan')),
                ('version', models.PositiveSmallIntegerField(verbose_name='versi')),
                ('title', models.CharField(max_length=120, verbose_name='tujuan')),
                ('text', models.TextField(verbose_name='isi persetujuan')),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='waktu')),
            ],
            options={
                'verbose_name': 'teks persetujuan',
                'verbose_name_plural': 'teks persetujuan',
            },
        ),
        migrations.CreateModel(
            name='DataRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('access', 'Akses dan salinan'), ('correction', 'Perbaikan'), ('restriction', 'Pembatasan'), ('release', 'Pencabutan pembatasan'), ('erasure', 'Penghapusan')], max_length=11, verbose_name='permintaan')),
                ('state', models.CharField(choices=[('open', 'Diterima'), ('proposed', 'Menunggu orang kedua'), ('done', 'Selesai'), ('refused', 'Ditolak')], default='open', max_length=8, verbose_name='status')),
                ('channel', models.CharField(blank=True, max_length=60, verbose_name='diterima lewat')),
                ('received_at', models.DateTimeField(verbose_name='diterima')),
                ('due_at', models.DateTimeField(verbose_name='harus dijawab sebelum')),
                ('flagged_at', models.DateTimeField(blank=True, null=True, verbose_name='ditandai terlambat')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='diputuskan')),
                ('reason', models.TextField(blank=True, verbose_name='alasan keputusan')),
            ],
            options={
                'verbose_name': 'permintaan data',
                'verbose_name_plural': 'permintaan data',
                'permissions': [('decide_datarequest', 'Dapat memutuskan permintaan data')],
            },
        ),
        migrations.CreateModel(
            name='IndexKeyTurn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(unique=True)),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name='ProposedChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('field', models.CharField(max_length=20, verbose_name='kolom')),
                ('value_sealed', models.BinaryField()),
            ],
            options={
                'verbose_name': 'usulan perbaikan',
                'verbose_name_plural': 'usulan perbaikan',
            },
        ),
        migrations.CreateModel(
            name='Reveal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('fields', models.CharField(max_length=60, verbose_name='yang dibuka')),
                ('reason', models.CharField(choices=[('request', 'Diminta orangnya sendiri'), ('verify', 'Mencocokkan identitas'), ('contact', 'Menghubungi penerima'), ('complaint', 'Menangani pengaduan'), ('audit', 'Pemeriksaan'), ('other', 'Lainnya')], max_length=9, verbose_name='alasan')),
                ('note', models.CharField(max_length=200, verbose_name='keterangan')),
                ('address', models.GenericIPAddressField(null=True, verbose_name='dari alamat')),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), db_index=True, verbose_name='waktu')),
            ],
            options={
                'verbose_name': 'pembukaan data',
                'verbose_name_plural': 'catatan akses',
            },
        ),
        migrations.CreateModel(
            name='RevealAllowance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='hari')),
                ('more', models.PositiveSmallIntegerField(verbose_name='tambahan')),
                ('reason', models.CharField(max_length=200, verbose_name='alasan')),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='waktu')),
            ],
            options={
                'verbose_name': 'izin tambahan membuka data',
                'verbose_name_plural': 'izin tambahan membuka data',
            },
        ),
        migrations.AddField(
            model_name='person',
            name='erased_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='data dihapus'),
        ),
        migrations.AddField(
            model_name='person',
            name='restricted',
            field=models.BooleanField(db_default=False, default=False, verbose_name='pemrosesan dibatasi'),
        ),
        migrations.AlterField(
            model_name='household',
            name='kk_index',
            field=models.BinaryField(null=True, unique=True),
        ),
        migrations.AlterField(
            model_name='person',
            name='nik_index',
            field=models.BinaryField(null=True, unique=True),
        ),
        migrations.AddConstraint(
            model_name='person',
            constraint=models.CheckConstraint(condition=models.Q(('nik_index__isnull', False), ('erased_at__isnull', False), _connector='OR'), name='person_without_nik_is_erased'),
        ),
        migrations.AddField(
            model_name='breach',
            name='recorded_by',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='dicatat oleh'),
        ),
        migrations.AddField(
            model_name='consent',
            name='by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='dicatat oleh'),
        ),
        migrations.AddField(
            model_name='consent',
            name='guardian',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='beneficiaries.person', verbose_name='wali'),
        ),
        migrations.AddField(
            model_name='consent',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='consents', to='beneficiaries.person', verbose_name='orang'),
        ),
        migrations.AddField(
            model_name='consenttext',
            name='by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='oleh'),
        ),
        migrations.AddField(
            model_name='consent',
            name='text',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='consents', to='beneficiaries.consenttext', verbose_name='persetujuan'),
        ),
        migrations.AddField(
            model_name='datarequest',
            name='decided_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='diputuskan oleh'),
        ),
        migrations.AddField(
            model_name='datarequest',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='data_requests', to='beneficiaries.person', verbose_name='orang'),
        ),
        migrations.AddField(
            model_name='datarequest',
            name='proposed_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='diusulkan oleh'),
        ),
        migrations.AddField(
            model_name='datarequest',
            name='recorded_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='dicatat oleh'),
        ),
        migrations.AddField(
            model_name='proposedchange',
            name='request',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='beneficiaries.datarequest', verbose_name='permintaan'),
        ),
        migrations.AddField(
            model_name='reveal',
            name='by',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='oleh'),
        ),
        migrations.AddField(
            model_name='reveal',
            name='household',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='reveals', to='beneficiaries.household', verbose_name='keluarga'),
        ),
        migrations.AddField(
            model_name='reveal',
            name='person',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='reveals', to='beneficiaries.person', verbose_name='orang'),
        ),
        migrations.AddField(
            model_name='revealallowance',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='oleh'),
        ),
        migrations.AddField(
            model_name='revealallowance',
            name='officer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='petugas'),
        ),
        migrations.AddConstraint(
            model_name='breach',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('agency_told_at__isnull', True), ('subjects_told_at__isnull', True)), models.Q(('told', ''), _negated=True), _connector='OR'), name='breach_told_whom'),
        ),
        migrations.AddConstraint(
            model_name='consenttext',
            constraint=models.UniqueConstraint(fields=('purpose', 'version'), name='consent_text_version'),
        ),
        migrations.AddConstraint(
            model_name='consent',
            constraint=models.CheckConstraint(condition=models.Q(('guardian__isnull', True), models.Q(('guardian', models.F('person')), _negated=True), _connector='OR'), name='consent_guardian_is_another'),
        ),
        migrations.AddIndex(
            model_name='datarequest',
            index=models.Index(condition=models.Q(('state__in', ['open', 'proposed'])), fields=['due_at'], name='data_request_due'),
        ),
        migrations.AddConstraint(
            model_name='datarequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('state__in', ['open', 'proposed'])), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), ('state__in', ['done', 'refused']), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='data_request_decided'),
        ),
        migrations.AddConstraint(
            model_name='datarequest',
            constraint=models.CheckConstraint(condition=models.Q(('proposed_by__isnull', True), ('decided_by__isnull', True), models.Q(('proposed_by', models.F('decided_by')), _negated=True), _connector='OR'), name='data_request_two_people'),
        ),
        migrations.AddConstraint(
            model_name='datarequest',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['open', 'proposed'])), fields=('person', 'kind'), name='data_request_once'),
        ),
        migrations.AddConstraint(
            model_name='proposedchange',
            constraint=models.UniqueConstraint(fields=('request', 'field'), name='proposed_change_once'),
        ),
        migrations.AddIndex(
            model_name='reveal',
            index=models.Index(fields=['by', 'at'], name='reveal_by_day'),
        ),
        migrations.AddConstraint(
            model_name='reveal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('household__isnull', True), ('person__isnull', False)), models.Q(('household__isnull', False), ('person__isnull', True)), _connector='OR'), name='reveal_of_one'),
        ),
        migrations.AddConstraint(
            model_name='reveal',
            constraint=models.CheckConstraint(condition=models.Q(('note', ''), _negated=True), name='reveal_says_why'),
        ),
        migrations.AddConstraint(
            model_name='revealallowance',
            constraint=models.CheckConstraint(condition=models.Q(('officer', models.F('by')), _negated=True), name='allowance_by_another'),
        ),
        migrations.AddConstraint(
            model_name='revealallowance',
            constraint=models.CheckConstraint(condition=models.Q(('more__gt', 0)), name='allowance_some'),
        ),
    ]
