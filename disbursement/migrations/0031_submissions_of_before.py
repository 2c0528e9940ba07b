"""What was submitted and approved before there were tiers: one submission each, which needed one approval."""

from django.db import migrations

FILL = """
INSERT INTO disbursement_submission (batch_id, number, maker_id, count, total, digest, needed, submitted_at)
SELECT id, 1, maker_id, count, total, digest, 1, coalesce(submitted_at, prepared_at)
FROM disbursement_batch WHERE maker_id IS NOT NULL AND digest <> '' ORDER BY id;

UPDATE disbursement_batch b SET submission_id = s.id FROM disbursement_submission s WHERE s.batch_id = b.id;

ALTER TABLE disbursement_approval DISABLE TRIGGER append_only;
UPDATE disbursement_approval a SET submission_id = s.id, holder_id = a.approver_id
FROM disbursement_submission s WHERE s.batch_id = a.batch_id;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE disbursement_approval ENABLE TRIGGER append_only;
"""
# Going back, the columns and the table go with the migration before.
UNDO = """
ALTER TABLE disbursement_approval DISABLE TRIGGER append_only;
UPDATE disbursement_approval SET submission_id = NULL;
UPDATE disbursement_batch SET submission_id = NULL;
DELETE FROM disbursement_submission;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE disbursement_approval ENABLE TRIGGER append_only;
"""


class Migration(migrations.Migration):
    dependencies = [("disbursement", "0030_approval_tiers")]
    operations = [migrations.RunSQL(FILL, UNDO)]
