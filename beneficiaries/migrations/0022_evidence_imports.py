"""A file of evidence is read in the background: where it is in that, and what was refused, sealed. Those before were read at once."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('beneficiaries', '0021_evidence_numbers'),
    ]

    operations = [
        migrations.CreateModel(
            name='EvidenceProgress',
            fields=[
                ('run', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='progress', serialize=False, to='beneficiaries.evidenceimport')),
                ('rows', models.PositiveIntegerField(db_default=0, default=0)),
                ('refused', models.PositiveIntegerField(db_default=0, default=0)),
                ('permille', models.PositiveSmallIntegerField(db_default=0, default=0)),
                ('attempts', models.PositiveSmallIntegerField(db_default=0, default=0)),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'verbose_name': 'kemajuan impor bukti',
                'verbose_name_plural': 'kemajuan impor bukti',
            },
        ),
        migrations.AddField(
            model_name='evidenceimport',
            name='ended_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='selesai'),
        ),
        migrations.AddField(
            model_name='evidenceimport',
            name='error_code',
            field=models.CharField(blank=True, db_default='', default='', editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name='evidenceimport',
            name='error_data',
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict, editable=False),
        ),
        migrations.AddField(
            model_name='evidenceimport',
            name='file_sha256',
            field=models.CharField(blank=True, db_default='', default='', max_length=64, verbose_name='SHA-256 berkas'),
        ),
        migrations.AddField(
            model_name='evidenceimport',
            name='refused_size',
            field=models.BigIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name='evidenceimport',
            name='refused_upload',
            field=models.UUIDField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='evidenceimport',
            name='size',
            field=models.BigIntegerField(db_default=0, default=0, verbose_name='ukuran (byte)'),
        ),
        migrations.AddField(
            model_name='evidenceimport',
            name='state',
            field=models.CharField(choices=[('waiting', 'Sedang dikerjakan'), ('done', 'Selesai'), ('failed', 'Gagal')], db_default='waiting', db_index=True, default='waiting', max_length=7, verbose_name='status'),
        ),
        migrations.AddField(
            model_name='evidenceimport',
            name='upload',
            field=models.UUIDField(editable=False, null=True),
        ),
        migrations.AlterField(
            model_name='evidenceimport',
            name='added',
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name='baru'),
        ),
        migrations.AlterField(
            model_name='evidenceimport',
            name='known',
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name='sudah ada'),
        ),
        migrations.AlterField(
            model_name='evidenceimport',
            name='refusals',
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict, verbose_name='alasan penolakan'),
        ),
        migrations.AlterField(
            model_name='evidenceimport',
            name='refused',
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name='ditolak'),
        ),
        migrations.AlterField(
            model_name='evidenceimport',
            name='rows',
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name='baris'),
        ),
        migrations.RunSQL(
            "UPDATE beneficiaries_evidenceimport SET state = 'done', ended_at = created_at", migrations.RunSQL.noop
        ),
    ]
