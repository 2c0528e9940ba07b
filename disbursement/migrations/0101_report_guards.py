"""What a report was asked stays, and so does all of one that has ended: whoever reads it later reads what was reported."""

from django.db import migrations

GUARD = """
CREATE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON disbursement_report
    FOR EACH STATEMENT EXECUTE FUNCTION disbursement_is_append_only();

CREATE FUNCTION disbursement_report_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'report % stays as it was asked, and as it ended.', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER ended BEFORE UPDATE ON disbursement_report FOR EACH ROW
    WHEN (OLD.status IN ('done', 'failed', 'cancelled')) EXECUTE FUNCTION disbursement_report_is_kept();
CREATE TRIGGER asked BEFORE UPDATE ON disbursement_report FOR EACH ROW
    WHEN ((OLD.id, OLD.grouping, OLD.programmes, OLD.period_from, OLD.period_to, OLD.region, OLD.kind, OLD.batch_id, OLD.by_id,
           OLD.created_at)
          IS DISTINCT FROM (NEW.id, NEW.grouping, NEW.programmes, NEW.period_from, NEW.period_to, NEW.region, NEW.kind,
                            NEW.batch_id, NEW.by_id, NEW.created_at))
    EXECUTE FUNCTION disbursement_report_is_kept();
"""
UNDO = """
DROP TRIGGER asked ON disbursement_report;
DROP TRIGGER ended ON disbursement_report;
DROP FUNCTION disbursement_report_is_kept();
DROP TRIGGER never_deleted ON disbursement_report;
"""


class Migration(migrations.Migration):
    dependencies = [("disbursement", "0100_reports")]
    operations = [migrations.RunSQL(GUARD, UNDO)]
