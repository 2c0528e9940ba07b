"""Enrolments of before have a first step too: as what they stand, since they were made; who took the later ones is in the log."""

from django.db import migrations

FIRST = """
INSERT INTO disbursement_enrolmentstep (enrolment_id, from_status, to_status, reason, at)
SELECT id, '', status, 'enrolled', created_at FROM disbursement_enrolment ORDER BY id
"""


class Migration(migrations.Migration):
    dependencies = [("disbursement", "0050_enrolment_life")]
    operations = [migrations.RunSQL(FIRST, migrations.RunSQL.noop)]
