"""Nothing is taken back on one officer's word: an instruction becomes `returned` only with a take-back that another agreed to."""

import json

from django.db import migrations

RULES = {"agreed": "with decided_at", "decided_by_id": "with decided_at", "decided_at": "once", "note": "with decided_at"}
KEPT = [
    "CREATE TRIGGER kept BEFORE UPDATE ON disbursement_takeback"
    f" FOR EACH ROW EXECUTE FUNCTION registry_kept_as_written('{json.dumps(RULES)}')",
    "CREATE TRIGGER not_taken_away BEFORE DELETE OR TRUNCATE ON disbursement_takeback"
    " FOR EACH STATEMENT EXECUTE FUNCTION disbursement_is_append_only()",
]
TWO = """
CREATE FUNCTION disbursement_taken_back_by_two() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM public.disbursement_takeback t WHERE t.instruction_id = NEW.id AND t.agreed) THEN
        RAISE EXCEPTION 'instruction % is taken back by nobody alone.', NEW.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER taken_back_by_two BEFORE UPDATE OF status ON disbursement_instruction FOR EACH ROW
    WHEN (NEW.status = 'returned' AND OLD.status IS DISTINCT FROM NEW.status)
    EXECUTE FUNCTION disbursement_taken_back_by_two();
"""


class Migration(migrations.Migration):
    dependencies = [("disbursement", "0402_take_backs")]

    operations = [
        migrations.RunSQL(
            [*KEPT, TWO],
            [
                "DROP TRIGGER kept ON disbursement_takeback",
                "DROP TRIGGER not_taken_away ON disbursement_takeback",
                "DROP FUNCTION disbursement_taken_back_by_two CASCADE",
            ],
        ),
    ]
