"""Where somebody's aid goes is proposed by one officer and agreed to by another; its number is found again by a blind index."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('disbursement', '0151_latest_steps'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='route',
            options={'permissions': [('set_route', 'Dapat mengusulkan jalur bayar penerima'), ('agree_route', 'Dapat menyetujui jalur bayar penerima')], 'verbose_name': 'jalur bayar', 'verbose_name_plural': 'jalur bayar'},
        ),
        migrations.RemoveConstraint(
            model_name='route',
            name='route_in_force',
        ),
        migrations.AddField(
            model_name='route',
            name='agreed_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='berlaku sejak'),
        ),
        migrations.AddField(
            model_name='route',
            name='agreed_by',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='disetujui oleh'),
        ),
        migrations.AddField(
            model_name='route',
            name='ended_by',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='diakhiri oleh'),
        ),
        migrations.AddField(
            model_name='route',
            name='number_index',
            field=models.BinaryField(null=True),
        ),
        migrations.AddField(
            model_name='route',
            name='why',
            field=models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='alasan'),
        ),
        migrations.AlterField(
            model_name='route',
            name='set_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='diusulkan'),
        ),
        migrations.AlterField(
            model_name='route',
            name='set_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='diusulkan oleh'),
        ),
        migrations.AddIndex(
            model_name='route',
            index=models.Index(condition=models.Q(('ended_at', None)), fields=['number_index'], name='route_by_number'),
        ),
        migrations.AddIndex(
            model_name='route',
            index=models.Index(condition=models.Q(('agreed_at', None), ('ended_at', None)), fields=['set_at'], name='route_waiting'),
        ),
        migrations.AddConstraint(
            model_name='route',
            constraint=models.UniqueConstraint(condition=models.Q(('agreed_at__isnull', False), ('ended_at', None)), fields=('enrolment',), name='route_in_force'),
        ),
        migrations.AddConstraint(
            model_name='route',
            constraint=models.UniqueConstraint(condition=models.Q(('agreed_at', None), ('ended_at', None)), fields=('enrolment',), name='route_proposed'),
        ),
        migrations.AddConstraint(
            model_name='route',
            constraint=models.CheckConstraint(condition=models.Q(('agreed_by', None), ('set_by', None), models.Q(('agreed_by', models.F('set_by')), _negated=True), _connector='OR'), name='route_agreed_by_another'),
        ),
        migrations.AddConstraint(
            model_name='route',
            constraint=models.CheckConstraint(condition=models.Q(('agreed_by', None), ('agreed_at__isnull', False), _connector='OR'), name='route_agreed_when'),
        ),
    ]
