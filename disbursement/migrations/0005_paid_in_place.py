"""Marking an instruction paid writes its row and no index: the unique key asks `live`, and pages keep room."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('disbursement', '0004_office_permissions'),
        ('wallet', '0005_office_permissions'),
    ]

    operations = [
        # Room on each page for the paid version of the rows on it: without it the update is written elsewhere, with every index.
        migrations.RunSQL(
            "ALTER TABLE disbursement_instruction SET (fillfactor = 50)",
            "ALTER TABLE disbursement_instruction RESET (fillfactor)",
        ),
        migrations.RemoveConstraint(
            model_name='instruction',
            name='instruction_once_a_cycle',
        ),
        migrations.AddField(
            model_name='instruction',
            name='live',
            field=models.GeneratedField(db_persist=True, expression=models.Q(('status__in', ['pending', 'paid'])), output_field=models.BooleanField()),
        ),
        migrations.AddConstraint(
            model_name='instruction',
            constraint=models.UniqueConstraint(condition=models.Q(('live', True)), fields=('enrolment', 'cycle'), name='instruction_once_a_cycle'),
        ),
    ]
