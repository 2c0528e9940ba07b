"""From its submission on, a batch's lines and chunks stay as they are; its steps are written once.

The check reads the batch under a lock that its submission does not share: a change that comes at the same moment is either
in what is submitted, or refused.
"""

from django.db import migrations

LINE = "batch_id, chunk_id, cycle_id, enrolment_id, wallet_id, part, kind, amount, attempt"
CHUNK = "batch_id, number, title, terms_id, purse_days, count, digest"


def row(prefix: str, columns: str) -> str:
    return ", ".join(f"{prefix}.{column}" for column in columns.split(", "))


FROZEN = f"""
CREATE FUNCTION disbursement_refuse_if_submitted(batches bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    submitted bigint;
BEGIN
    PERFORM FROM disbursement_batch WHERE id = ANY (batches) ORDER BY id FOR KEY SHARE;
    SELECT id INTO submitted FROM disbursement_batch WHERE id = ANY (batches) AND status NOT IN ('draft', 'prepared') LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'batch % was submitted: its lines and chunks stay as they are.', submitted
            USING ERRCODE = 'restrict_violation';
    END IF;
END $$;

CREATE FUNCTION disbursement_content_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM disbursement_refuse_if_submitted(ARRAY[OLD.batch_id, NEW.batch_id]);
    RETURN NEW;
END $$;

CREATE FUNCTION disbursement_content_added_or_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM disbursement_refuse_if_submitted(ARRAY(SELECT DISTINCT batch_id FROM changed));
    RETURN NULL;
END $$;
""" + "".join(
    f"""
CREATE TRIGGER frozen BEFORE UPDATE OF {columns} ON {table} FOR EACH ROW
    WHEN (({row("OLD", columns)}) IS DISTINCT FROM ({row("NEW", columns)}))
    EXECUTE FUNCTION disbursement_content_changed();
CREATE TRIGGER frozen_added AFTER INSERT ON {table} REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION disbursement_content_added_or_removed();
CREATE TRIGGER frozen_removed AFTER DELETE ON {table} REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION disbursement_content_added_or_removed();
"""
    for table, columns in (("disbursement_instruction", LINE), ("disbursement_chunk", CHUNK))
) + """
DROP TRIGGER frozen ON disbursement_batch;
-- Being sent back (0033) lets go of who submitted it and when it was to be paid, and of nothing else.
CREATE TRIGGER frozen BEFORE UPDATE ON disbursement_batch FOR EACH ROW
    WHEN (OLD.status NOT IN ('draft', 'prepared')
          AND ((OLD.cycle_id, OLD.version_id, OLD.count, OLD.total, OLD.purse_title)
                  IS DISTINCT FROM (NEW.cycle_id, NEW.version_id, NEW.count, NEW.total, NEW.purse_title)
               OR (OLD.maker_id, OLD.digest, OLD.submission_id, OLD.pay_at)
                  IS DISTINCT FROM (NEW.maker_id, NEW.digest, NEW.submission_id, NEW.pay_at)
                  AND NOT (OLD.status = 'submitted' AND NEW.status = 'prepared' AND NEW.maker_id IS NULL
                           AND NEW.digest = '' AND NEW.submission_id IS NULL AND NEW.pay_at IS NULL)))
    EXECUTE FUNCTION disbursement_batch_is_frozen();
CREATE OR REPLACE FUNCTION disbursement_batch_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'batch % was submitted: maker, count, total, digest, title and moment stay as they are.', OLD.id
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION disbursement_batchstep_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'disbursement_batchstep is append-only: % refused.', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON disbursement_batchstep
    FOR EACH STATEMENT EXECUTE FUNCTION disbursement_batchstep_is_append_only();
"""
UNDO = """
DROP TRIGGER append_only ON disbursement_batchstep;
DROP FUNCTION disbursement_batchstep_is_append_only();
DROP TRIGGER frozen ON disbursement_batch;
CREATE TRIGGER frozen BEFORE UPDATE ON disbursement_batch FOR EACH ROW
    WHEN (OLD.status NOT IN ('draft', 'prepared')
          AND (OLD.maker_id, OLD.count, OLD.total, OLD.digest, OLD.submission_id)
              IS DISTINCT FROM (NEW.maker_id, NEW.count, NEW.total, NEW.digest, NEW.submission_id)
          AND NOT (OLD.status = 'submitted' AND NEW.status = 'prepared'
                   AND NEW.maker_id IS NULL AND NEW.digest = '' AND NEW.submission_id IS NULL
                   AND (OLD.count, OLD.total) = (NEW.count, NEW.total)))
    EXECUTE FUNCTION disbursement_batch_is_frozen();
""" + "".join(
    f"""
DROP TRIGGER frozen ON {table};
DROP TRIGGER frozen_added ON {table};
DROP TRIGGER frozen_removed ON {table};
"""
    for table in ("disbursement_instruction", "disbursement_chunk")
) + """
DROP FUNCTION disbursement_content_added_or_removed();
DROP FUNCTION disbursement_content_changed();
DROP FUNCTION disbursement_refuse_if_submitted(bigint[]);
"""


class Migration(migrations.Migration):
    dependencies = [("disbursement", "0035_batch_life")]
    operations = [migrations.RunSQL(FROZEN, UNDO)]
