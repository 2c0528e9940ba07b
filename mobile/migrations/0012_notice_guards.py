"""What was told, to whom, and by whom, stays as it was: for the application's role and for superusers alike."""

from django.db import migrations

GUARD = """
CREATE FUNCTION mobile_notice_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%: what people were told stays as it was: % refused.', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER kept BEFORE UPDATE ON mobile_notice FOR EACH ROW
    WHEN ((OLD.id, OLD.uid, OLD.kind, OLD.subject, OLD.person_id, OLD.until, OLD.amount, OLD.created_at)
          IS DISTINCT FROM (NEW.id, NEW.uid, NEW.kind, NEW.subject, NEW.person_id, NEW.until, NEW.amount, NEW.created_at)
          OR OLD.shown_at IS NOT NULL AND OLD.shown_at IS DISTINCT FROM NEW.shown_at)
    EXECUTE FUNCTION mobile_notice_is_kept();
CREATE TRIGGER kept_a_year BEFORE DELETE ON mobile_notice FOR EACH ROW
    WHEN (OLD.created_at > now() - interval '1 year') EXECUTE FUNCTION mobile_notice_is_kept();
CREATE TRIGGER kept_whole BEFORE TRUNCATE ON mobile_notice FOR EACH STATEMENT EXECUTE FUNCTION mobile_notice_is_kept();

-- What was sent, told, read or dropped was; only what failed may be tried again, and what was pushed and not read passed on.
CREATE TRIGGER kept BEFORE UPDATE ON mobile_delivery FOR EACH ROW
    WHEN ((OLD.id, OLD.notice_id, OLD.channel, OLD.created_at) IS DISTINCT FROM
          (NEW.id, NEW.notice_id, NEW.channel, NEW.created_at)
          OR OLD.state IN ('told', 'shown', 'passed', 'dropped') AND
             (OLD.state, OLD.ended_at, OLD.told_by_id) IS DISTINCT FROM (NEW.state, NEW.ended_at, NEW.told_by_id)
          OR OLD.state = 'failed' AND NEW.state NOT IN ('failed', 'queued')
          OR OLD.state = 'sent' AND NOT (NEW.state = 'sent' AND OLD.ended_at IS NOT DISTINCT FROM NEW.ended_at
                                         OR OLD.channel = 'push' AND NEW.state IN ('shown', 'passed')))
    EXECUTE FUNCTION mobile_notice_is_kept();
CREATE TRIGGER kept_a_year BEFORE DELETE ON mobile_delivery FOR EACH ROW
    WHEN (OLD.created_at > now() - interval '1 year') EXECUTE FUNCTION mobile_notice_is_kept();
CREATE TRIGGER kept_whole BEFORE TRUNCATE ON mobile_delivery FOR EACH STATEMENT EXECUTE FUNCTION mobile_notice_is_kept();

-- Without its mark a chunk's people would be told anew.
CREATE TRIGGER kept BEFORE UPDATE OR DELETE OR TRUNCATE ON mobile_noticedchunk
    FOR EACH STATEMENT EXECUTE FUNCTION mobile_notice_is_kept();
CREATE TRIGGER kept BEFORE UPDATE ON mobile_noticedbatch FOR EACH ROW
    WHEN (OLD.batch_id <> NEW.batch_id OR NEW.reached < OLD.reached OR OLD.done AND NOT NEW.done)
    EXECUTE FUNCTION mobile_notice_is_kept();
CREATE TRIGGER kept_whole BEFORE DELETE OR TRUNCATE ON mobile_noticedbatch
    FOR EACH STATEMENT EXECUTE FUNCTION mobile_notice_is_kept();
"""
UNDO = """
DROP TRIGGER kept_whole ON mobile_noticedbatch;
DROP TRIGGER kept ON mobile_noticedbatch;
DROP TRIGGER kept ON mobile_noticedchunk;
DROP TRIGGER kept_whole ON mobile_delivery;
DROP TRIGGER kept_a_year ON mobile_delivery;
DROP TRIGGER kept ON mobile_delivery;
DROP TRIGGER kept_whole ON mobile_notice;
DROP TRIGGER kept_a_year ON mobile_notice;
DROP TRIGGER kept ON mobile_notice;
DROP FUNCTION mobile_notice_is_kept();
"""


class Migration(migrations.Migration):
    dependencies = [("mobile", "0011_notices_of_before")]
    operations = [migrations.RunSQL(GUARD, UNDO)]
