"""Notices that a documented value makes late: due later than they were made, from their first moment on."""

from django.db import migrations

LATE = """
CREATE FUNCTION sandbox_late_notice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.due_at := NEW.due_at + make_interval(secs => current_setting('sandbox.late_seconds')::integer);
    RETURN NEW;
END $$;
CREATE TRIGGER sandbox_late_notice BEFORE INSERT ON wallet_webhook FOR EACH ROW
    WHEN (coalesce(current_setting('sandbox.late_seconds', true), '') <> '') EXECUTE FUNCTION sandbox_late_notice();
"""
DROP = """
DROP TRIGGER sandbox_late_notice ON wallet_webhook;
DROP FUNCTION sandbox_late_notice();
"""


class Migration(migrations.Migration):
    dependencies = [("sandbox", "0001_initial"), ("wallet", "0131_webhook_functions")]
    operations = [migrations.RunSQL(LATE, DROP)]
