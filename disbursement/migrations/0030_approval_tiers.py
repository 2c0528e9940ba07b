"""The tables of approvals by tier: tiers, submissions, delegations, what was sent back."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ("disbursement", "0027_version_trials"),
        ('officers', '0002_never_rewritten'),
        ('wallet', '0006_changed_in_place'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ApprovalScheme',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(verbose_name='berlaku mulai')),
                ('decree', models.CharField(help_text='Nomor keputusan atau alasan perubahan.', max_length=200, verbose_name='dasar')),
                ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='ditetapkan')),
            ],
            options={
                'verbose_name': 'jenjang persetujuan',
                'verbose_name_plural': 'jenjang persetujuan',
            },
        ),
        migrations.CreateModel(
            name='ApprovalTier',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_total', models.BigIntegerField(verbose_name='mulai jumlah (Rp)')),
            ],
            options={
                'verbose_name': 'tingkat',
                'verbose_name_plural': 'tingkat',
                'ordering': ('from_total',),
            },
        ),
        migrations.CreateModel(
            name='Delegation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_at', models.DateTimeField(verbose_name='mulai')),
                ('ends_at', models.DateTimeField(verbose_name='sampai')),
                ('reason', models.CharField(max_length=300, verbose_name='alasan')),
                ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='dibuat')),
                ('revoked_at', models.DateTimeField(blank=True, null=True, verbose_name='dicabut')),
                ('revoke_reason', models.CharField(blank=True, db_default='', default='', max_length=300, verbose_name='alasan pencabutan')),
            ],
            options={
                'verbose_name': 'pelimpahan persetujuan',
                'verbose_name_plural': 'pelimpahan persetujuan',
                'permissions': [('delegate_for_others', 'Dapat melimpahkan persetujuan petugas lain')],
            },
        ),
        migrations.CreateModel(
            name='SentBack',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('refused', 'Ditolak'), ('withdrawn', 'Ditarik pengaju')], max_length=9, verbose_name='keputusan')),
                ('reason', models.CharField(max_length=300, verbose_name='alasan')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='waktu')),
            ],
            options={
                'verbose_name': 'pengembalian batch',
                'verbose_name_plural': 'pengembalian batch',
            },
        ),
        migrations.CreateModel(
            name='Submission',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(verbose_name='pengajuan ke')),
                ('count', models.PositiveIntegerField(verbose_name='banyak')),
                ('total', models.BigIntegerField(verbose_name='jumlah (Rp)')),
                ('digest', models.CharField(max_length=64, verbose_name='sidik isi (SHA-256)')),
                ('needed', models.PositiveSmallIntegerField(default=1, verbose_name='persetujuan yang diperlukan')),
                ('submitted_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='diajukan')),
            ],
            options={
                'verbose_name': 'pengajuan',
                'verbose_name_plural': 'pengajuan',
            },
        ),
        migrations.AddField(
            model_name='approval',
            name='holder',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='atas nama'),
        ),
        migrations.AddField(
            model_name='approval',
            name='position',
            field=models.PositiveSmallIntegerField(default=1, verbose_name='urutan'),
        ),
        migrations.AddField(
            model_name='approval',
            name='proof',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='officers.proof', verbose_name='faktor kedua'),
        ),
        migrations.AddField(
            model_name='approvalscheme',
            name='made_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='ditetapkan oleh'),
        ),
        migrations.AddField(
            model_name='approvaltier',
            name='first',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='auth.group', verbose_name='penyetuju pertama'),
        ),
        migrations.AddField(
            model_name='approvaltier',
            name='scheme',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tiers', to='disbursement.approvalscheme', verbose_name='jenjang'),
        ),
        migrations.AddField(
            model_name='approvaltier',
            name='second',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='auth.group', verbose_name='penyetuju kedua'),
        ),
        migrations.AddField(
            model_name='approvaltier',
            name='third',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='auth.group', verbose_name='penyetuju ketiga'),
        ),
        migrations.AddField(
            model_name='delegation',
            name='delegate',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='delegations_held', to=settings.AUTH_USER_MODEL, verbose_name='pelaksana harian'),
        ),
        migrations.AddField(
            model_name='delegation',
            name='made_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='dibuat oleh'),
        ),
        migrations.AddField(
            model_name='delegation',
            name='principal',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='delegations_given', to=settings.AUTH_USER_MODEL, verbose_name='pejabat yang berhalangan'),
        ),
        migrations.AddField(
            model_name='delegation',
            name='revoked_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='dicabut oleh'),
        ),
        migrations.AddField(
            model_name='approval',
            name='delegation',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='disbursement.delegation', verbose_name='pelimpahan'),
        ),
        migrations.AddField(
            model_name='sentback',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='oleh'),
        ),
        migrations.AddField(
            model_name='submission',
            name='batch',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='submissions', to='disbursement.batch', verbose_name='batch'),
        ),
        migrations.AddField(
            model_name='submission',
            name='maker',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='diajukan oleh'),
        ),
        migrations.AddField(
            model_name='submission',
            name='tier',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='disbursement.approvaltier', verbose_name='tingkat'),
        ),
        migrations.AddField(
            model_name='sentback',
            name='submission',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='sent_back', to='disbursement.submission', verbose_name='pengajuan'),
        ),
        migrations.AddField(
            model_name='approval',
            name='submission',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='approvals', to='disbursement.submission', verbose_name='pengajuan'),
        ),
        migrations.AddField(
            model_name='batch',
            name='submission',
            field=models.OneToOneField(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='disbursement.submission', verbose_name='pengajuan yang berlaku'),
        ),
        migrations.AddConstraint(
            model_name='approvaltier',
            constraint=models.UniqueConstraint(fields=('scheme', 'from_total'), name='approval_tier_once'),
        ),
        migrations.AddConstraint(
            model_name='approvaltier',
            constraint=models.CheckConstraint(condition=models.Q(('from_total__gte', 0)), name='approval_tier_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='approvaltier',
            constraint=models.CheckConstraint(condition=models.Q(('second__isnull', False), ('third__isnull', True), _connector='OR'), name='approval_tier_without_gap'),
        ),
        migrations.AddIndex(
            model_name='delegation',
            index=models.Index(fields=['delegate', 'ends_at'], name='delegation_held'),
        ),
        migrations.AddConstraint(
            model_name='delegation',
            constraint=models.CheckConstraint(condition=models.Q(('principal', models.F('delegate')), _negated=True), name='delegation_to_another'),
        ),
        migrations.AddConstraint(
            model_name='delegation',
            constraint=models.CheckConstraint(condition=models.Q(('made_by', models.F('delegate')), _negated=True), name='delegation_not_to_oneself'),
        ),
        migrations.AddConstraint(
            model_name='delegation',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='delegation_ends_later'),
        ),
        migrations.AddConstraint(
            model_name='delegation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('revoked_at', None), ('revoked_by', None)), models.Q(('revoked_at__isnull', False), ('revoked_by__isnull', False)), _connector='OR'), name='delegation_revoked_by'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.UniqueConstraint(fields=('batch', 'number'), name='submission_number'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.UniqueConstraint(fields=('id', 'batch', 'maker', 'digest'), name='submission_content'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.UniqueConstraint(fields=('id', 'batch', 'maker', 'digest', 'count', 'total'), name='submission_whole'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.CheckConstraint(condition=models.Q(('needed__gte', 1), ('needed__lte', 3)), name='submission_needs_one_to_three'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.CheckConstraint(condition=models.Q(('digest', ''), _negated=True), name='submission_has_a_digest'),
        ),
        migrations.AddConstraint(
            model_name='sentback',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='sent_back_with_a_reason'),
        ),
    ]
