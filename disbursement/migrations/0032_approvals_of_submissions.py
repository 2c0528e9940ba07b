"""From now on every approval belongs to a submission, and a batch that was submitted has one."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("disbursement", "0031_submissions_of_before")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE disbursement_approval DROP CONSTRAINT approval_of_the_batchs_maker",
            "ALTER TABLE disbursement_approval ADD CONSTRAINT approval_of_the_batchs_maker"
            " FOREIGN KEY (batch_id, maker_id) REFERENCES disbursement_batch (id, maker_id)",
        ),
        migrations.AlterField(
            model_name='approval',
            name='holder',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='atas nama'),
        ),
        migrations.AlterField(
            model_name='approval',
            name='submission',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='approvals', to='disbursement.submission', verbose_name='pengajuan'),
        ),
        migrations.RemoveConstraint(
            model_name='approval',
            name='approval_once',
        ),
        migrations.RemoveConstraint(
            model_name='batch',
            name='batch_maker',
        ),
        migrations.RemoveConstraint(
            model_name='batch',
            name='batch_submitted_is_bound',
        ),
        migrations.AddConstraint(
            model_name='approval',
            constraint=models.UniqueConstraint(fields=('submission', 'approver'), name='approval_once'),
        ),
        migrations.AddConstraint(
            model_name='approval',
            constraint=models.UniqueConstraint(fields=('submission', 'holder'), name='approval_once_for'),
        ),
        migrations.AddConstraint(
            model_name='approval',
            constraint=models.UniqueConstraint(fields=('submission', 'position'), name='approval_position'),
        ),
        migrations.AddConstraint(
            model_name='approval',
            constraint=models.CheckConstraint(condition=models.Q(('holder', models.F('maker')), _negated=True), name='holder_is_not_maker'),
        ),
        migrations.AddConstraint(
            model_name='approval',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('delegation', None), ('holder', models.F('approver'))), models.Q(('delegation__isnull', False), models.Q(('holder', models.F('approver')), _negated=True)), _connector='OR'), name='approval_for_another_by_delegation'),
        ),
        migrations.AddConstraint(
            model_name='batch',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['prepared', 'cancelled']), models.Q(('maker__isnull', False), ('submission__isnull', False), models.Q(('digest', ''), _negated=True)), _connector='OR'), name='batch_submitted_is_bound'),
        ),
    ]
