"""An approval's maker is its batch's, for good; approvals and what they approve are never changed."""

from django.db import migrations

TIE = """
ALTER TABLE disbursement_approval ADD CONSTRAINT approval_of_the_batchs_maker
    FOREIGN KEY (batch_id, maker_id) REFERENCES disbursement_batch (id, maker_id);

CREATE FUNCTION disbursement_approval_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'disbursement_approval is append-only: % refused.', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON disbursement_approval
    FOR EACH STATEMENT EXECUTE FUNCTION disbursement_approval_is_append_only();

CREATE FUNCTION disbursement_batch_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'batch % was submitted: maker, count, total and digest stay as they are.', OLD.id
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER frozen BEFORE UPDATE ON disbursement_batch FOR EACH ROW
    WHEN (OLD.status <> 'prepared' AND (OLD.maker_id, OLD.count, OLD.total, OLD.digest)
          IS DISTINCT FROM (NEW.maker_id, NEW.count, NEW.total, NEW.digest))
    EXECUTE FUNCTION disbursement_batch_is_frozen();
"""
UNDO = """
DROP TRIGGER frozen ON disbursement_batch;
DROP FUNCTION disbursement_batch_is_frozen();
DROP TRIGGER append_only ON disbursement_approval;
DROP FUNCTION disbursement_approval_is_append_only();
ALTER TABLE disbursement_approval DROP CONSTRAINT approval_of_the_batchs_maker;
"""


class Migration(migrations.Migration):
    dependencies = [("disbursement", "0001_initial")]
    operations = [migrations.RunSQL(TIE, UNDO)]
