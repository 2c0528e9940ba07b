"""An approved batch was one that is being paid: now these are two states. Old batches get the steps that their moments tell."""

from django.db import migrations

STATES = """
INSERT INTO disbursement_batchstep (batch_id, from_status, to_status, by_id, reason, at)
SELECT b.id, past.from_status, past.to_status, past.by_id, past.reason, past.at
FROM disbursement_batch b
LEFT JOIN LATERAL (SELECT approver_id, reason FROM disbursement_approval WHERE batch_id = b.id ORDER BY id DESC LIMIT 1) a ON true
CROSS JOIN LATERAL (VALUES
    (1, '', 'prepared', NULL, '', b.prepared_at), (2, 'prepared', 'submitted', b.maker_id, '', b.submitted_at),
    (3, 'submitted', 'approved', a.approver_id, coalesce(a.reason, ''), b.approved_at),
    (4, 'approved', 'paying', NULL, '', b.approved_at), (5, 'paying', 'closed', NULL, '', b.closed_at)
) AS past (number, from_status, to_status, by_id, reason, at)
WHERE past.at IS NOT NULL ORDER BY b.id, past.number;
UPDATE disbursement_batch SET status = 'paying' WHERE status = 'approved';
"""
STATES_UNDO = "UPDATE disbursement_batch SET status = 'approved' WHERE status IN ('paying', 'paused')"


class Migration(migrations.Migration):
    dependencies = [("disbursement", "0036_content_is_frozen")]
    operations = [migrations.RunSQL(STATES, STATES_UNDO)]
