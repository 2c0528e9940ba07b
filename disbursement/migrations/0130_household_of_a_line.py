"""A line says whose only place it pays; of what is pending or paid already, the first for each family, cycle and part."""

import django.db.models.deletion
from django.db import migrations, models

# Where a family was paid twice before, the second stays without: the key is for what comes.
OF_BEFORE = """
UPDATE disbursement_instruction i SET household_id = first.household_id
FROM (SELECT DISTINCT ON (e.household_id, i.cycle_id, i.part) i.id, e.household_id
      FROM disbursement_instruction i JOIN disbursement_enrolment e ON e.id = i.enrolment_id
      WHERE e.household_id IS NOT NULL AND i.live AND i.kind <> 'correction'
      ORDER BY e.household_id, i.cycle_id, i.part, i.id) first
WHERE i.id = first.id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("disbursement", "0121_two_officers"),
        ("beneficiaries", "0001_initial"),
    ]
    operations = [
        migrations.AddField(
            model_name="instruction",
            name="household",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="beneficiaries.household",
                verbose_name="keluarga",
            ),
        ),
        migrations.RunSQL(OF_BEFORE, migrations.RunSQL.noop),
    ]
