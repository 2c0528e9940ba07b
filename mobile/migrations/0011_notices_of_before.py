"""What people were told of until now moves into the outbox, and its three tables go.

A message that waits is sent by the outbox; of one that ended the state is kept, and its number and words go with its row. What an
office had to tell stays on its list. Nobody is told of what was paid before there were notices of it.
"""

from django.db import migrations

MOVE = """
CREATE TEMPORARY TABLE told ON COMMIT DROP AS
SELECT 'lapse' AS kind, purse_id AS subject, person_id AS person, usable_until AS until, amount, created_at, outcome, sms_id AS sms,
       NULL::integer AS told_by, NULL::timestamptz AS told_at
FROM mobile_lapsenotice
UNION ALL
SELECT 'answered', n.answer_id, g.reporter_id, NULL, NULL, n.created_at, n.outcome, n.sms_id, NULL, NULL
FROM mobile_grievancenotice n JOIN beneficiaries_grievancemessage m ON m.id = n.answer_id
JOIN beneficiaries_grievance g ON g.id = m.grievance_id
UNION ALL
SELECT CASE WHEN objection_id IS NOT NULL THEN 'decided' WHEN lifted THEN 'lifted' ELSE 'excluded' END,
       coalesce(objection_id, exclusion_id), person_id, NULL, NULL, created_at, outcome, sms_id, told_by_id, told_at
FROM mobile_exclusionnotice;

INSERT INTO mobile_notice (kind, subject, person_id, until, amount, created_at)
SELECT kind, subject, person, until, amount, created_at FROM told ORDER BY created_at;

CREATE TEMPORARY TABLE moved ON COMMIT DROP AS
SELECT n.id AS notice, n.person_id AS person, told.outcome, told.told_by, told.told_at, told.created_at, sms.state, sms.attempts,
       sms.error, sms.sent_at, sms.due_at, n.kind, n.until
FROM told JOIN mobile_notice n ON n.kind = told.kind AND n.subject = told.subject
    AND n.person_id IS NOT DISTINCT FROM told.person AND n.until IS NOT DISTINCT FROM told.until
LEFT JOIN mobile_sms sms ON sms.id = told.sms;

INSERT INTO mobile_delivery (notice_id, channel, state, due_at, attempts, error, created_at, ended_at, parts)
SELECT notice, 'sms', CASE state WHEN 'queued' THEN 'queued' WHEN 'sent' THEN 'sent' WHEN 'failed' THEN 'failed'
                                 WHEN 'dropped' THEN 'dropped' ELSE 'sent' END,
       coalesce(due_at, created_at), coalesce(attempts, 0), coalesce(error, ''), created_at,
       CASE WHEN state = 'queued' THEN NULL ELSE coalesce(sent_at, created_at) END,
       CASE WHEN state = 'sent' THEN 1 ELSE 0 END
FROM moved WHERE outcome = 'queued';

INSERT INTO mobile_delivery (notice_id, channel, state, created_at, ended_at, told_by_id)
SELECT notice, 'list', CASE WHEN told_at IS NULL THEN 'queued' ELSE 'told' END, created_at, told_at, told_by
FROM moved WHERE person IS NOT NULL AND (outcome = 'no_phone' OR state IN ('failed', 'lapsed', 'dropped') OR told_at IS NOT NULL);

UPDATE mobile_lapsenotice SET sms_id = NULL WHERE sms_id IS NOT NULL;
UPDATE mobile_grievancenotice SET sms_id = NULL WHERE sms_id IS NOT NULL;
UPDATE mobile_exclusionnotice SET sms_id = NULL WHERE sms_id IS NOT NULL;
SET CONSTRAINTS ALL IMMEDIATE;
DELETE FROM mobile_sms WHERE id IN (SELECT sms FROM told WHERE sms IS NOT NULL);

INSERT INTO mobile_noticedchunk (chunk_id, count) SELECT id, 0 FROM disbursement_chunk WHERE status IN ('done', 'blocked');
INSERT INTO mobile_noticedbatch (batch_id, reached, done) SELECT id, 0, true FROM disbursement_batch WHERE status = 'closed';
SET CONSTRAINTS ALL IMMEDIATE;
"""


class Migration(migrations.Migration):
    dependencies = [("mobile", "0010_notices")]
    operations = [
        migrations.RunSQL(MOVE, migrations.RunSQL.noop),
        migrations.DeleteModel(name="LapseNotice"),
        migrations.DeleteModel(name="GrievanceNotice"),
        migrations.DeleteModel(name="ExclusionNotice"),
    ]
