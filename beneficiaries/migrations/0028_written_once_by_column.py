"""What stands in a record beside its steps is kept as it was written: the database refuses to reword it, whoever asks.

A column of a guarded table never changes, unless it has a rule here. The owner is refused as well: a later migration that has
to rewrite such a column disables the table's trigger `kept_as_written` for itself.

A new column is kept by itself, but for evidence: its trigger names its columns, so a migration that adds one makes it again.

Whether sealed bytes say the same as before, SQL cannot know. As with people and households (0012), sealing anew takes the
ticket `vault.resealing`; here a new box must, besides, be of another key and as long as the old one.
"""

import json

from django.db import migrations

FREE = "free"  # a step of the row's life, which other tables or checks keep in order
ONCE = "once"  # from nothing to something, and then no more
EMPTIED = "emptied"  # kept long enough, or its subject is forgotten
FORGOTTEN = "forgotten"  # emptied, but only with its subject
SEALED = "sealed"  # emptied, or sealed (or indexed) anew
NUMBER = "number"  # as SEALED, but emptied only as a whole, and of evidence that stands no more
UNLIKE = "unlike"  # without its number: becomes the row's own uid, and no digest of anything any more
HISTORY = "history"  # emptied but for the household that was left, or the sealed values in it sealed anew
ENDS = "ends"  # once; or set back to the day it began: it never was


def step(moment):
    """What is written with that moment, and then no more."""
    return f"with {moment}"


def reason(moment):
    """As `step`; but when its subject is forgotten, the reason for that takes its place."""
    return f"said {moment}"


def until(*statuses):
    """A status that changes only as long as it is one of these."""
    return list(statuses)


RULES = {
    "evidence": {
        "superseded_at": ONCE,
        "contested_at": ONCE,
        "contested_by_id": step("contested_at"),
        "contest_reason": reason("contested_at"),
        "value": FORGOTTEN,
        "item": FORGOTTEN,
        "document": FORGOTTEN,
        "number_sealed": NUMBER,
        "number_index": NUMBER,
        "fingerprint": UNLIKE,
    },
    "exclusionrule": {"valid_until": ONCE, "enforced_at": ONCE, "enforced_by_id": step("enforced_at")},
    "proposal": {
        "status": until("undecided"),
        "decided_by_id": step("decided_at"),
        "decided_at": ONCE,
        "decision_reason": reason("decided_at"),
        "facts": FORGOTTEN,
    },
    "proposal_evidence": {},
    "exclusion": {"ends_on": ENDS, "lifted_by_id": step("lifted_at"), "lifted_at": ONCE, "lift_reason": reason("lifted_at")},
    "objection": {
        "status": until("filed"),
        "decided_by_id": step("decided_at"),
        "decided_at": ONCE,
        "decision_reason": reason("decided_at"),
        "text": FORGOTTEN,
    },
    "objectionfile": {"name_sealed": SEALED},
    "change": {"before": HISTORY, "after": EMPTIED, "reason": EMPTIED},
    "merge": {"undone_by_id": step("undone_at"), "undone_at": ONCE, "undone_reason": step("undone_at")},
    "representation": {
        "status": until("proposed", "approved"),
        "decided_by_id": step("decided_at"),
        "decided_at": ONCE,
        "decision_reason": reason("decided_at"),
        "ended_by_id": step("ended_at"),
        "ended_at": ONCE,
        "end_reason": reason("ended_at"),
        "document_number": FORGOTTEN,
        **dict.fromkeys(("name_sealed", "nik_sealed", "nik_index", "phone_sealed", "phone_index"), SEALED),
    },
    "representationscan": {"content_sealed": SEALED},
    "grievance": {
        **dict.fromkeys(("text_sealed", "reporter_name_sealed", "phone_sealed"), SEALED),
        **dict.fromkeys(("category_id", "priority", "status", "group_id", "assignee_id", "due_at"), FREE),
        **dict.fromkeys(("level", "rounds", "satisfied", "answered_at", "closed_at"), FREE),
    },
    "grievancemessage": {"text_sealed": SEALED},
    "datarequest": {
        "state": until("open", "proposed"),
        "flagged_at": ONCE,
        "proposed_by_id": ONCE,
        "decided_by_id": step("decided_at"),
        "decided_at": ONCE,
        "reason": step("decided_at"),
    },
    "breach": {
        **dict.fromkeys(("discovered_at", "due_at", "happened", "what", "how", "people", "remedy"), FREE),
        **dict.fromkeys(("told", "subjects_told_at", "agency_told_at", "public", "flagged_at"), FREE),
    },
}

# Columns as JSON has them, sealed ones as `\x…` in hex. No statement of the function names a table that a temporary one could hide.
FUNCTIONS = r"""
CREATE FUNCTION registry_is_nothing(value jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT value IN ('null', '""', '{}', '"\\x"')
$$;
CREATE FUNCTION registry_is_sealed_anew(name text, was jsonb, became jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN name LIKE '%\_index' THEN NOT registry_is_nothing(was) AND NOT registry_is_nothing(became)
        ELSE left(was #>> '{}', 4) = '\x01' AND left(became #>> '{}', 4) = '\x01'
         AND substr(was #>> '{}', 5, 2) <> substr(became #>> '{}', 5, 2)
         AND length(was #>> '{}') = length(became #>> '{}')
    END
$$;
CREATE FUNCTION registry_is_forgotten(about jsonb) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF about ? 'exclusion_id' THEN
        SELECT to_jsonb(one) INTO about FROM public.beneficiaries_exclusion one
        WHERE one.id = (about ->> 'exclusion_id')::bigint;
    END IF;
    IF about ->> 'household_id' IS NOT NULL THEN
        RETURN EXISTS (
            SELECT FROM public.beneficiaries_household home
            WHERE home.id = (about ->> 'household_id')::bigint AND home.kk_index IS NULL AND home.kk_sealed = ''
        );
    END IF;
    RETURN (about ? 'representative_id' AND about ->> 'representative_id' IS NULL AND about ->> 'nik_sealed' = '\x')
        OR EXISTS (
            SELECT FROM public.beneficiaries_person person
            WHERE person.erased_at IS NOT NULL AND person.id IN (
                (about ->> 'person_id')::bigint, (about ->> 'for_person_id')::bigint, (about ->> 'representative_id')::bigint
            )
        );
END $$;
CREATE FUNCTION registry_kept_as_written() RETURNS trigger LANGUAGE plpgsql SET bytea_output = 'hex' AS $$
DECLARE
    resealing CONSTANT boolean := coalesce(current_setting('vault.resealing', true), '') = 'on';
    rules CONSTANT jsonb := TG_ARGV[0];
    before CONSTANT jsonb := to_jsonb(OLD);
    after CONSTANT jsonb := to_jsonb(NEW);
    numberless CONSTANT boolean := before ->> 'superseded_at' IS NOT NULL AND after ->> 'number_sealed' = '\x';
    changed text;
    rule text;
    was jsonb;
    became jsonb;
BEGIN
    FOR changed, was IN SELECT key, value FROM jsonb_each(before) WHERE value IS DISTINCT FROM after -> key LOOP
        became := after -> changed;
        rule := rules ->> changed;
        CONTINUE WHEN CASE split_part(rule, ' ', 1)
            WHEN 'free' THEN true
            WHEN 'once' THEN registry_is_nothing(was)
            WHEN 'emptied' THEN registry_is_nothing(became)
            WHEN 'forgotten' THEN registry_is_nothing(became) AND registry_is_forgotten(after)
            WHEN 'with' THEN registry_is_nothing(before -> split_part(rule, ' ', 2))
            WHEN 'said' THEN registry_is_nothing(before -> split_part(rule, ' ', 2)) OR registry_is_forgotten(after)
            WHEN 'ends' THEN registry_is_nothing(was) OR became = after -> 'starts_on'
            WHEN 'unlike' THEN numberless AND became = to_jsonb(uuid_send((after ->> 'uid')::uuid))
            WHEN 'sealed' THEN registry_is_nothing(became) OR (resealing AND registry_is_sealed_anew(changed, was, became))
            WHEN 'number' THEN (numberless AND registry_is_nothing(became))
                OR (resealing AND registry_is_sealed_anew(changed, was, became))
            WHEN 'history' THEN registry_is_nothing(became)
                OR (was ? 'household_id' AND became = jsonb_build_object('household_id', was -> 'household_id'))
                OR (resealing AND NOT EXISTS (
                    SELECT FROM jsonb_each(was) held FULL JOIN jsonb_each(became) holds USING (key)
                    WHERE held.value IS DISTINCT FROM holds.value
                      AND (key NOT LIKE '%\_sealed' OR registry_is_sealed_anew(key, held.value, holds.value) IS NOT TRUE)
                ))
            ELSE jsonb_typeof(rules -> changed) = 'array' AND rules -> changed @> jsonb_build_array(was)
        END;
        RAISE EXCEPTION '%.% is kept as it was written: % refused.', TG_TABLE_NAME, changed, TG_OP USING
            ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, COLUMN = changed,
            HINT = format('What may become of the column: %s.', coalesce(rule, 'nothing'));
    END LOOP;
    RETURN NEW;
END $$;
"""
KEPT = [
    f"CREATE TRIGGER kept_as_written BEFORE UPDATE ON beneficiaries_{name}"
    f" FOR EACH ROW EXECUTE FUNCTION registry_kept_as_written('{json.dumps(rules)}')"
    for name, rules in RULES.items()
    if name != "evidence"
]
# Files of evidence supersede by the hundred thousand: where that is all that is said, the function is not asked.
KEPT_EVIDENCE = f"""
DO $$
DECLARE
    others text := (
        SELECT string_agg(format('OLD.%1$I IS DISTINCT FROM NEW.%1$I', attname), ' OR ' ORDER BY attnum)
        FROM pg_attribute WHERE attrelid = 'beneficiaries_evidence'::regclass AND attnum > 0 AND NOT attisdropped
          AND attname <> 'superseded_at'
    );
BEGIN
    EXECUTE format(
        'CREATE TRIGGER kept_as_written BEFORE UPDATE ON beneficiaries_evidence FOR EACH ROW'
        ' WHEN (OLD.superseded_at IS NOT NULL OR %s) EXECUTE FUNCTION registry_kept_as_written(%L)',
        others, '{json.dumps(RULES["evidence"])}'
    );
END $$
"""
# What a decision rests on goes with a proposal that nobody decided on; a request goes when it was answered, and kept.
GONE = r"""
CREATE FUNCTION screening_basis_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM public.beneficiaries_proposal proposal
        WHERE proposal.id = OLD.proposal_id AND proposal.status <> 'undecided'
    ) THEN
        RAISE EXCEPTION '%: what a decision rests on is kept: % refused.', TG_TABLE_NAME, TG_OP
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER kept BEFORE DELETE ON beneficiaries_proposal_evidence
    FOR EACH ROW EXECUTE FUNCTION screening_basis_is_kept();
CREATE FUNCTION registry_requests_are_answered() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.decided_at IS NULL THEN
        RAISE EXCEPTION '%: nobody has answered it: % refused.', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER kept BEFORE DELETE ON beneficiaries_datarequest
    FOR EACH ROW EXECUTE FUNCTION registry_requests_are_answered();
"""
ONCE_FOR_ALL = (
    "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON beneficiaries_evidenceaccess"
    " FOR EACH STATEMENT EXECUTE FUNCTION registry_is_append_only()"
)
BACK = [
    "DROP FUNCTION registry_kept_as_written, screening_basis_is_kept, registry_requests_are_answered CASCADE",
    "DROP FUNCTION registry_is_forgotten, registry_is_sealed_anew, registry_is_nothing",
    "DROP TRIGGER append_only ON beneficiaries_evidenceaccess",
]


def statements(*texts):
    return [(text, None) for text in texts]


class Migration(migrations.Migration):
    dependencies = [("beneficiaries", "0027_kept_files")]

    operations = [
        migrations.RunSQL(statements(FUNCTIONS, *KEPT, KEPT_EVIDENCE, GONE, ONCE_FOR_ALL), statements(*BACK)),
    ]
