"""Each calculation is for its batch's own cycle: until now there was no other."""

from django.db import migrations

FILL = """
ALTER TABLE disbursement_calculation DISABLE TRIGGER written_once;
UPDATE disbursement_calculation c SET cycle_id = b.cycle_id FROM disbursement_batch b WHERE b.id = c.batch_id;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE disbursement_calculation ENABLE TRIGGER written_once;
"""


class Migration(migrations.Migration):
    dependencies = [("disbursement", "0060_schedules_and_arrears")]
    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
