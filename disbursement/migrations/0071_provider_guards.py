"""What was asked of partners, and what became of it, is held by the database: outcomes are final, routes are written once.

The registry's function keeps each column as it was written but for the rules given here (beneficiaries 0028).
"""

import json

from django.db import migrations

FREE, ONCE, SEALED = "free", "once", "sealed"
OPEN_LINE = ["ready", "sent", "unknown"]
RULES = {
    "route": {"number_sealed": SEALED, "ended_at": ONCE},
    "bulkrequest": {
        "state": ["ready", "sending"],
        "attempts": FREE,
        "due_at": FREE,
        "claimed_at": FREE,
        "answered_at": FREE,
        "last_code": FREE,
        "partner_bulk_id": ONCE,
    },
    "payoutline": {
        "state": OPEN_LINE,
        "request_id": FREE,
        "sends": FREE,
        "asks": FREE,
        "due_at": FREE,
        "sent_at": FREE,
        "last_code": FREE,
        "last_at": FREE,
        "partner_reference": FREE,
        "settled_at": ONCE,
        "settled_by": "with settled_at",
        "contradiction": "with contradicted_at",
        "contradicted_at": ONCE,
    },
    "exchange": {
        "answered_at": ONCE,
        "http_status": "with answered_at",
        "code": "with answered_at",
        "outcome": "with answered_at",
    },
    "resolution": {
        "decided_at": ONCE,
        "decided_by_id": "with decided_at",
        "agreed": "with decided_at",
        "note": "with decided_at",
    },
}
KEPT = [
    f"CREATE TRIGGER kept BEFORE UPDATE ON disbursement_{table}"
    f" FOR EACH ROW EXECUTE FUNCTION registry_kept_as_written('{json.dumps(rules)}')"
    for table, rules in RULES.items()
]
NOT_TAKEN_AWAY = [
    f"CREATE TRIGGER not_taken_away BEFORE DELETE OR TRUNCATE ON disbursement_{table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION disbursement_is_append_only()"
    for table in RULES
] + [
    "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON disbursement_bulknotice"
    " FOR EACH STATEMENT EXECUTE FUNCTION disbursement_is_append_only()"
]
# A batch whose money may still be on its way cannot end; a line goes to a partner, and is told paid, with its row beside it.
OUTCOMES = """
CREATE FUNCTION disbursement_batch_waits_for_outcomes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM public.disbursement_chunk c JOIN public.disbursement_payoutline l ON l.chunk_id = c.id
        WHERE c.batch_id = NEW.id AND l.state IN ('ready', 'sent', 'unknown')
    ) THEN
        RAISE EXCEPTION 'batch % has lines at a partner whose outcome is not known: it stays open.', NEW.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER waits_for_outcomes BEFORE UPDATE OF status ON disbursement_batch FOR EACH ROW
    WHEN (NEW.status = 'closed' AND OLD.status <> 'closed') EXECUTE FUNCTION disbursement_batch_waits_for_outcomes();

CREATE FUNCTION disbursement_routed_as_its_payout() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    told CONSTANT text := (SELECT state FROM public.disbursement_payoutline WHERE instruction_id = NEW.id);
BEGIN
    -- A line that was never handed over may fail, or be cancelled.
    IF NEW.status NOT IN ('failed', 'cancelled', 'sent', 'unknown') AND told IS DISTINCT FROM NEW.status
        OR NEW.status IN ('failed', 'cancelled') AND told <> 'failed'
        OR NEW.status IN ('sent', 'unknown') AND coalesce(told, 'paid') IN ('paid', 'failed')
    THEN
        RAISE EXCEPTION 'instruction %: % is not what is known of it at the partner (%).', NEW.id, NEW.status, told
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER routed_as_its_payout BEFORE UPDATE OF status ON disbursement_instruction FOR EACH ROW
    WHEN (NEW.route_id IS NOT NULL AND OLD.status IS DISTINCT FROM NEW.status)
    EXECUTE FUNCTION disbursement_routed_as_its_payout();

-- Through which partner, and into which account there, is content like the amount is (0036).
CREATE TRIGGER frozen_route BEFORE UPDATE OF route_id ON disbursement_instruction FOR EACH ROW
    WHEN (OLD.route_id IS DISTINCT FROM NEW.route_id) EXECUTE FUNCTION disbursement_content_changed();
CREATE TRIGGER frozen_provider BEFORE UPDATE OF provider_id ON disbursement_chunk FOR EACH ROW
    WHEN (OLD.provider_id IS DISTINCT FROM NEW.provider_id) EXECUTE FUNCTION disbursement_content_changed();
"""
UNDO = [
    "DROP TRIGGER frozen_provider ON disbursement_chunk",
    "DROP TRIGGER frozen_route ON disbursement_instruction",
    "DROP FUNCTION disbursement_routed_as_its_payout, disbursement_batch_waits_for_outcomes CASCADE",
    "DROP TRIGGER append_only ON disbursement_bulknotice",
    *(f"DROP TRIGGER {name} ON disbursement_{table}" for table in RULES for name in ("not_taken_away", "kept")),
]


class Migration(migrations.Migration):
    dependencies = [("disbursement", "0070_providers"), ("beneficiaries", "0028_written_once_by_column")]
    operations = [
        migrations.RunSQL(
            [(text, None) for text in (*KEPT, *NOT_TAKEN_AWAY, OUTCOMES)], [(text, None) for text in UNDO]
        )
    ]
