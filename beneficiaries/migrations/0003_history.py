"""The registry's history, written by the database: one statement a changing statement, whoever runs it."""

from django.db import migrations

# Not told: what is derived from other columns, and the wallet, whose history the wallet has.
FUNCTION = r"""
CREATE FUNCTION registry_history() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    untold CONSTANT text[] := '{id,uid,wallet_id,nik_index,kk_index,phone_index,source_digest,created_at}';
    who integer := nullif(current_setting('registry.by', true), '')::integer;
    why text := coalesce(current_setting('registry.reason', true), '');
    whence text := coalesce(current_setting('registry.source', true), '');
BEGIN
    IF TG_OP = 'UPDATE' THEN
        INSERT INTO beneficiaries_change (person_id, household_id, kind, before, after, by_id, reason, source)
        SELECT CASE TG_ARGV[0] WHEN 'person' THEN id END, CASE TG_ARGV[0] WHEN 'household' THEN id END,
               'changed', difference.before, difference.after, who, why, whence
        FROM (
            SELECT was.id, to_jsonb(was) - untold AS was, to_jsonb(became) - untold AS became
            FROM old_rows was JOIN new_rows became USING (id)
        ) both_rows CROSS JOIN LATERAL (
            SELECT jsonb_object_agg(key, value) AS before,
                   jsonb_object_agg(key, CASE WHEN key LIKE '%\_sealed' THEN 'null'::jsonb ELSE became -> key END) AS after
            FROM jsonb_each(was) WHERE value IS DISTINCT FROM became -> key
        ) difference
        WHERE was <> became ORDER BY id;
    ELSIF TG_OP = 'INSERT' THEN
        INSERT INTO beneficiaries_change (person_id, household_id, kind, before, after, by_id, reason, source)
        SELECT CASE TG_ARGV[0] WHEN 'person' THEN id END, CASE TG_ARGV[0] WHEN 'household' THEN id END,
               'added', '{}', '{}', who, why, whence
        FROM new_rows ORDER BY id;
    ELSE
        INSERT INTO beneficiaries_change (person_id, household_id, kind, before, after, by_id, reason, source)
        SELECT CASE TG_ARGV[0] WHEN 'person' THEN id END, CASE TG_ARGV[0] WHEN 'household' THEN id END,
               'removed', '{}', '{}', who, why, whence
        FROM old_rows ORDER BY id;
    END IF;
    RETURN NULL;
END $$
"""
TRIGGERS = [
    f"CREATE TRIGGER {name}_{event.lower()}_history AFTER {event} ON beneficiaries_{name} REFERENCING {rows}"
    f" FOR EACH STATEMENT EXECUTE FUNCTION registry_history('{name}')"
    for name in ("person", "household")
    for event, rows in (
        ("INSERT", "NEW TABLE AS new_rows"),
        ("UPDATE", "OLD TABLE AS old_rows NEW TABLE AS new_rows"),
        ("DELETE", "OLD TABLE AS old_rows"),
    )
]


class Migration(migrations.Migration):
    dependencies = [("beneficiaries", "0002_people_as_dtsen")]

    operations = [
        migrations.RunSQL(
            [(FUNCTION, None), *((trigger, None) for trigger in TRIGGERS)],
            "DROP FUNCTION registry_history CASCADE",
        )
    ]
