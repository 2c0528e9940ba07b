"""A batch, a chunk and a line change their status only as the code does: what was paid is at most taken back.

The steps are in the triggers' conditions, so that no function runs for the million lines of a batch that take a legal one. A
line counts as returned only with the transfer that gave its money back, and no chunk ends unless its batch's money is reserved.
"""

from django.db import migrations

STEPS = {
    "batch": {
        "draft": ["prepared", "cancelled"],
        "prepared": ["submitted", "cancelled"],
        "submitted": ["approved", "prepared"],
        "approved": ["paying", "paused"],
        "paying": ["paused", "closed"],
        "paused": ["paying", "approved", "closed"],
    },
    "chunk": {
        "pending": ["sent", "done", "blocked", "failed"],
        "sent": ["done"],
        "failed": ["pending", "blocked"],  # an officer has it tried again, or gives it up
    },
    "instruction": {
        "pending": ["sent", "paid", "failed", "cancelled"],
        "sent": ["unknown", "paid", "failed"],
        "unknown": ["sent", "paid", "failed"],
        "paid": ["returned"],
    },
}


def _legal(steps: dict[str, list[str]]) -> str:
    ways = (
        f"OLD.status = '{before}' AND NEW.status IN ({', '.join(repr(after) for after in afters)})"
        for before, afters in steps.items()
    )
    return " OR ".join(f"({way})" for way in ways)


IN_ORDER = [
    """
    CREATE FUNCTION disbursement_status_out_of_order() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% %: nothing leads from % to %.', TG_TABLE_NAME, OLD.id, OLD.status, NEW.status
            USING ERRCODE = 'restrict_violation';
    END $$
    """,
    *(
        f"""
        CREATE TRIGGER status_in_order BEFORE UPDATE OF status ON disbursement_{table} FOR EACH ROW
            WHEN (OLD.status IS DISTINCT FROM NEW.status AND NOT ({_legal(steps)}))
            EXECUTE FUNCTION disbursement_status_out_of_order()
        """
        for table, steps in STEPS.items()
    ),
    """
    CREATE FUNCTION disbursement_chunk_of_reserved_batch() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NOT EXISTS (SELECT FROM public.disbursement_batch
                       WHERE id = NEW.batch_id AND status IN ('approved', 'paying', 'paused')) THEN
            RAISE EXCEPTION 'chunk %: the money of batch % is not reserved.', NEW.id, NEW.batch_id
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER with_reserved_money BEFORE UPDATE OF status ON disbursement_chunk FOR EACH ROW
        WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION disbursement_chunk_of_reserved_batch();

    CREATE FUNCTION disbursement_returned_was_reversed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NOT EXISTS (
            SELECT FROM public.wallet_transfer paid JOIN public.wallet_transfer back ON back.reverses_id = paid.id
            WHERE paid.key = 'disburse:' || NEW.batch_id || ':' || NEW.enrolment_id || ':' || NEW.attempt
                || CASE NEW.part WHEN 'main' THEN '' ELSE ':' || NEW.part END
                || CASE NEW.kind WHEN 'regular' THEN '' ELSE ':' || NEW.kind || ':' || NEW.cycle_id END
        ) THEN
            RAISE EXCEPTION 'instruction %: no transfer has taken it back.', NEW.id USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER returned_was_reversed BEFORE UPDATE OF status ON disbursement_instruction FOR EACH ROW
        WHEN (NEW.status = 'returned' AND OLD.status = 'paid') EXECUTE FUNCTION disbursement_returned_was_reversed();
    """,
]
UNDO = """
DROP FUNCTION disbursement_status_out_of_order, disbursement_chunk_of_reserved_batch, disbursement_returned_was_reversed CASCADE
"""


class Migration(migrations.Migration):
    dependencies = [("disbursement", "0135_clearing_is_frozen")]
    operations = [migrations.RunSQL([(text, None) for text in IN_ORDER], UNDO)]
