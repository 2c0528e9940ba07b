"""What of a programme has a first day gets tables of its own; instructions get parts; calculations are kept."""

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('disbursement', '0022_followed_moves'),
        ('beneficiaries', '0026_looked_at_evidence'),
        ('wallet', '0006_changed_in_place'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Calculation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('facts', models.JSONField(default=dict, verbose_name='fakta')),
                ('members', models.JSONField(default=list, verbose_name='anggota keluarga yang dihitung')),
                ('lines', models.JSONField(default=list, verbose_name='perhitungan')),
                ('parts', models.JSONField(default=dict, verbose_name='bagian')),
                ('total', models.BigIntegerField(verbose_name='jumlah (Rp)')),
                ('reason', models.CharField(blank=True, choices=[('no_component', 'Tidak ada komponen yang syaratnya terpenuhi.')], default='', max_length=12, verbose_name='alasan tidak dibayar')),
            ],
            options={
                'verbose_name': 'perhitungan bantuan',
                'verbose_name_plural': 'perhitungan bantuan',
            },
        ),
        migrations.CreateModel(
            name='Component',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=30, verbose_name='kode')),
                ('name', models.CharField(max_length=60, verbose_name='nama')),
                ('condition', models.CharField(blank=True, default='', help_text='Ungkapan CEL; kosong berarti selalu.', max_length=1000, verbose_name='syarat')),
                ('amount', models.BigIntegerField(help_text='Rupiah bulat, per orang dan per bulan (atau per siklus bila bulannya 1).', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1000000000)], verbose_name='jumlah (Rp)')),
                ('per', models.CharField(choices=[('person', 'Peserta'), ('members', 'Tiap anggota keluarga yang memenuhi')], db_default='person', default='person', max_length=7, verbose_name='untuk')),
                ('most_people', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='paling banyak orang')),
                ('months', models.PositiveSmallIntegerField(db_default=1, default=1, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(12)], verbose_name='bulan sekaligus')),
                ('cash_limit', models.BigIntegerField(blank=True, help_text='Kosong berarti tidak dipisah.', null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='batas tunai sebulan (Rp)')),
            ],
            options={
                'verbose_name': 'komponen',
                'verbose_name_plural': 'komponen',
            },
        ),
        migrations.CreateModel(
            name='ProgrammeVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(verbose_name='versi')),
                ('starts_on', models.DateField(help_text='Siklus yang periodenya mulai pada atau sesudah hari ini.', verbose_name='berlaku sejak')),
                ('decree', models.CharField(blank=True, default='', help_text='Misalnya: Kepgub 1204/2024.', max_length=200, verbose_name='dasar hukum')),
                ('eligibility', models.CharField(help_text='Ungkapan CEL, misalnya: person.age >= 60 && household.decile <= 4', max_length=2000, verbose_name='syarat')),
                ('purse_days', models.PositiveIntegerField(blank=True, help_text='Kosong berarti tanpa batas waktu.', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(3660)], verbose_name='masa pakai (hari)')),
                ('most_people', models.PositiveSmallIntegerField(blank=True, help_text='Berapa anggota keluarga yang dihitung, yang bernilai paling besar dahulu. Kosong berarti semua.', null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='paling banyak orang sekeluarga')),
                ('quota', models.PositiveIntegerField(blank=True, help_text='Kosong berarti tanpa kuota.', null=True, verbose_name='kuota peserta')),
                ('priority', models.CharField(choices=[('poorest', 'Desil terendah dahulu'), ('oldest', 'Tertua dahulu'), ('youngest', 'Termuda dahulu'), ('earliest', 'Yang lebih dahulu tercatat')], db_default='oldest', default='oldest', max_length=8, verbose_name='urutan prioritas')),
                ('enforced_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='diberlakukan')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='disusun')),
            ],
            options={
                'verbose_name': 'versi program',
                'verbose_name_plural': 'versi program',
                'permissions': [('enforce_programmeversion', 'Dapat memberlakukan versi program')],
            },
        ),
        migrations.RemoveConstraint(
            model_name='instruction',
            name='instruction_attempt',
        ),
        migrations.RemoveConstraint(
            model_name='instruction',
            name='instruction_once_a_cycle',
        ),
        migrations.AddField(
            model_name='chunk',
            name='purse_days',
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name='masa pakai (hari)'),
        ),
        migrations.AddField(
            model_name='chunk',
            name='terms',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='wallet.purseterms', verbose_name='aturan kantong'),
        ),
        migrations.AddField(
            model_name='chunk',
            name='title',
            field=models.CharField(null=True, max_length=120, verbose_name='judul kantong'),
        ),
        migrations.AddField(
            model_name='instruction',
            name='kind',
            field=models.CharField(choices=[('regular', 'Rutin'), ('arrears', 'Rapel'), ('correction', 'Koreksi')], db_default='regular', default='regular', max_length=10, verbose_name='jenis'),
        ),
        migrations.AddField(
            model_name='instruction',
            name='part',
            field=models.SlugField(db_default='main', db_index=False, default='main', max_length=30, verbose_name='bagian'),
        ),
        migrations.AddConstraint(
            model_name='instruction',
            constraint=models.UniqueConstraint(condition=models.Q(('live', True)), fields=('enrolment', 'cycle', 'part', 'kind'), name='instruction_once_a_cycle'),
        ),
        migrations.AddConstraint(
            model_name='instruction',
            constraint=models.UniqueConstraint(fields=('batch', 'enrolment', 'cycle', 'part', 'kind', 'attempt'), name='instruction_attempt'),
        ),
        migrations.AddField(
            model_name='calculation',
            name='batch',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='calculations', to='disbursement.batch', verbose_name='batch'),
        ),
        migrations.AddField(
            model_name='calculation',
            name='enrolment',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='calculations', to='disbursement.enrolment', verbose_name='kepesertaan'),
        ),
        migrations.AddField(
            model_name='component',
            name='terms',
            field=models.ForeignKey(blank=True, help_text='Kosong berarti aturan versi ini.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='wallet.purseterms', verbose_name='aturan kantong sendiri'),
        ),
        migrations.AddField(
            model_name='programmeversion',
            name='by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='disusun oleh'),
        ),
        migrations.AddField(
            model_name='programmeversion',
            name='cash_terms',
            field=models.ForeignKey(blank=True, help_text='Untuk bagian tunai komponen yang berbatas tunai.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='wallet.purseterms', verbose_name='aturan kantong tunai'),
        ),
        migrations.AddField(
            model_name='programmeversion',
            name='enforced_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='diberlakukan oleh'),
        ),
        migrations.AddField(
            model_name='programmeversion',
            name='programme',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='disbursement.programme', verbose_name='program'),
        ),
        migrations.AddField(
            model_name='programmeversion',
            name='terms',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='wallet.purseterms', verbose_name='aturan kantong'),
        ),
        migrations.AddField(
            model_name='component',
            name='version',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='components', to='disbursement.programmeversion', verbose_name='versi'),
        ),
        migrations.AddField(
            model_name='calculation',
            name='version',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='disbursement.programmeversion', verbose_name='versi program'),
        ),
        migrations.AddField(
            model_name='batch',
            name='version',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='batches', to='disbursement.programmeversion', verbose_name='versi program'),
        ),
        migrations.AddConstraint(
            model_name='programmeversion',
            constraint=models.UniqueConstraint(fields=('programme', 'number'), name='version_number'),
        ),
        migrations.AddConstraint(
            model_name='programmeversion',
            constraint=models.CheckConstraint(condition=models.Q(('purse_days__isnull', True), models.Q(('purse_days__gte', 1), ('purse_days__lte', 3660)), _connector='OR'), name='version_purse_days'),
        ),
        migrations.AddConstraint(
            model_name='programmeversion',
            constraint=models.CheckConstraint(condition=models.Q(('most_people__isnull', True), ('most_people__gte', 1), _connector='OR'), name='version_most_people'),
        ),
        migrations.AddConstraint(
            model_name='component',
            constraint=models.UniqueConstraint(fields=('version', 'code'), name='component_code'),
        ),
        migrations.AddConstraint(
            model_name='component',
            constraint=models.CheckConstraint(condition=models.Q(('code__in', ['main', 'cash']), _negated=True), name='component_code_is_no_part_of_ours'),
        ),
        migrations.AddConstraint(
            model_name='component',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gte', 1), ('amount__lte', 1000000000)), name='component_amount'),
        ),
        migrations.AddConstraint(
            model_name='component',
            constraint=models.CheckConstraint(condition=models.Q(('months__gte', 1), ('months__lte', 12)), name='component_months'),
        ),
        migrations.AddConstraint(
            model_name='component',
            constraint=models.CheckConstraint(condition=models.Q(('cash_limit__isnull', True), ('cash_limit__gte', 1), _connector='OR'), name='component_cash_limit'),
        ),
        migrations.AddConstraint(
            model_name='component',
            constraint=models.CheckConstraint(condition=models.Q(('most_people__isnull', True), ('most_people__gte', 1), _connector='OR'), name='component_most_people'),
        ),
        migrations.AddConstraint(
            model_name='calculation',
            constraint=models.UniqueConstraint(fields=('batch', 'enrolment'), name='calculation_once'),
        ),
        migrations.AddConstraint(
            model_name='calculation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), ('total__gt', 0)), models.Q(('total', 0), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='calculation_pays_or_says_why'),
        ),
    ]
