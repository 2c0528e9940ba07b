"""What is taken back is proposed by one officer and agreed to by another."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('disbursement', '0401_route_guards'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='instruction',
            options={'permissions': [('propose_take_back', 'Dapat mengusulkan penarikan kembali bantuan'), ('take_back_instruction', 'Dapat menyetujui penarikan kembali bantuan')], 'verbose_name': 'instruksi bayar', 'verbose_name_plural': 'instruksi bayar'},
        ),
        migrations.CreateModel(
            name='TakeBack',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=200, verbose_name='alasan')),
                ('proposed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='diusulkan')),
                ('agreed', models.BooleanField(blank=True, null=True, verbose_name='disetujui')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='diputuskan')),
                ('note', models.CharField(blank=True, db_default='', default='', max_length=300, verbose_name='catatan')),
                ('decided_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='diputuskan oleh')),
                ('instruction', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='take_backs', to='disbursement.instruction', verbose_name='instruksi bayar')),
                ('proposed_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='diusulkan oleh')),
            ],
            options={
                'verbose_name': 'penarikan kembali',
                'verbose_name_plural': 'penarikan kembali',
                'indexes': [models.Index(condition=models.Q(('agreed', True)), fields=['decided_at'], name='takeback_agreed')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('decided_at', None)), fields=('instruction',), name='takeback_one_open'), models.CheckConstraint(condition=models.Q(models.Q(('agreed', None), ('decided_at', None), ('decided_by', None)), models.Q(('agreed__isnull', False), ('decided_at__isnull', False), ('decided_by__isnull', False), models.Q(('decided_by', models.F('proposed_by')), _negated=True)), _connector='OR'), name='takeback_second_look'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='takeback_has_a_reason')],
            },
        ),
    ]
