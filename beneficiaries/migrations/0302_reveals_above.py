"""The access log tells of rows of the apps above, too."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('beneficiaries', '0301_two_officers_exclude'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='reveal',
            name='reveal_of_one',
        ),
        migrations.AddField(
            model_name='reveal',
            name='subject_id',
            field=models.BigIntegerField(null=True, verbose_name='nomornya'),
        ),
        migrations.AddField(
            model_name='reveal',
            name='subject_kind',
            field=models.CharField(blank=True, db_default='', default='', max_length=16, verbose_name='tentang'),
        ),
        migrations.AddConstraint(
            model_name='reveal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('evidence_run__isnull', True), ('household__isnull', True), ('person__isnull', False), ('run__isnull', True), ('subject_id__isnull', True)), models.Q(('evidence_run__isnull', True), ('household__isnull', False), ('person__isnull', True), ('run__isnull', True), ('subject_id__isnull', True)), models.Q(('evidence_run__isnull', True), ('household__isnull', True), ('person__isnull', True), ('run__isnull', False), ('subject_id__isnull', True)), models.Q(('evidence_run__isnull', False), ('household__isnull', True), ('person__isnull', True), ('run__isnull', True), ('subject_id__isnull', True)), models.Q(('evidence_run__isnull', True), ('household__isnull', True), ('person__isnull', True), ('run__isnull', True), ('subject_id__isnull', False)), _connector='OR'), name='reveal_of_one'),
        ),
        migrations.AddConstraint(
            model_name='reveal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('subject_id__isnull', True), ('subject_kind', '')), models.Q(models.Q(('subject_kind', ''), _negated=True), ('subject_id__isnull', False)), _connector='OR'), name='reveal_subject_has_kind'),
        ),
    ]
