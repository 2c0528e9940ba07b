"""What a take-back that was decided, or arrears, say of a person can be forgotten with them: it becomes 'dihapus', nothing else."""

import json

from django.db import migrations

BEFORE = {"agreed": "with decided_at", "decided_by_id": "with decided_at", "decided_at": "once", "note": "with decided_at"}
RULES = {**BEFORE, "reason": "free", "note": "free"}  # in the trigger below


def kept(rules):
    return (
        "CREATE TRIGGER kept BEFORE UPDATE ON disbursement_takeback"
        f" FOR EACH ROW EXECUTE FUNCTION registry_kept_as_written('{json.dumps(rules)}')"
    )


LET_GO = "DROP TRIGGER kept ON disbursement_takeback"
WORDS = """
CREATE FUNCTION disbursement_takeback_words_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    decided CONSTANT boolean := OLD.decided_at IS NOT NULL;
BEGIN
    IF (NEW.reason <> OLD.reason AND NOT (decided AND NEW.reason = 'dihapus'))
       OR (NEW.note <> OLD.note AND decided AND NEW.note <> 'dihapus') THEN
        RAISE EXCEPTION 'take-back %: its words are kept as they were written.', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER words_are_kept BEFORE UPDATE OF reason, note ON disbursement_takeback
    FOR EACH ROW EXECUTE FUNCTION disbursement_takeback_words_are_kept();
"""
OWED = """
CREATE OR REPLACE FUNCTION disbursement_owed_is_written_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ending text[] := ARRAY['withdrawn_at', 'withdrawn_by_id', 'withdraw_reason'];
    words text[] := ARRAY['why', 'withdraw_reason'];
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.withdrawn_at IS NULL AND to_jsonb(NEW) - ending = to_jsonb(OLD) - ending THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - words = to_jsonb(OLD) - words AND NEW.why IN (OLD.why, 'dihapus')
       AND (NEW.withdraw_reason = OLD.withdraw_reason OR (OLD.withdraw_reason <> '' AND NEW.withdraw_reason = 'dihapus')) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'what is owed (%) is written once, and withdrawn once: % refused.', OLD.id, TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;
"""
OWED_BEFORE = """
CREATE OR REPLACE FUNCTION disbursement_owed_is_written_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ending text[] := ARRAY['withdrawn_at', 'withdrawn_by_id', 'withdraw_reason'];
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.withdrawn_at IS NULL AND to_jsonb(NEW) - ending = to_jsonb(OLD) - ending THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'what is owed (%) is written once, and withdrawn once: % refused.', OLD.id, TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("disbursement", "0411_places_of_who_is_gone")]

    operations = [
        migrations.RunSQL(
            [LET_GO, kept(RULES), WORDS],
            ["DROP FUNCTION disbursement_takeback_words_are_kept CASCADE", LET_GO, kept(BEFORE)],
        ),
        migrations.RunSQL(OWED, OWED_BEFORE),
    ]
