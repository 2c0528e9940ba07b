"""What is written once stays so; sealing anew is no change; nobody enters under an index key that is closed."""

from django.db import migrations

APPEND_ONLY = r"""
CREATE FUNCTION registry_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused.', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
"""
ONCE = [
    f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON beneficiaries_{name}"
    " FOR EACH STATEMENT EXECUTE FUNCTION registry_is_append_only()"
    for name in ("consent", "consenttext", "revealallowance", "indexkeyturn")
]
# The access log is kept ten years (the floor; the settings may ask for more), and then may go.
LOG = r"""
CREATE TRIGGER append_only BEFORE UPDATE OR TRUNCATE ON beneficiaries_reveal
    FOR EACH STATEMENT EXECUTE FUNCTION registry_is_append_only();
CREATE FUNCTION registry_access_log_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.at > now() - interval '10 years' THEN
        RAISE EXCEPTION '% is kept ten years: % refused.', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER kept BEFORE DELETE ON beneficiaries_reveal
    FOR EACH ROW EXECUTE FUNCTION registry_access_log_is_kept();
"""
# Sealing anew changes bytes and says nothing new: the history is not told, and nothing else may change on that ticket.
RESEALED = r"""
CREATE FUNCTION registry_resealed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    -- Columns by their names, so that one added later is known too.
    renewed text[] := ARRAY(
        SELECT attname FROM pg_attribute WHERE attrelid = TG_RELID AND attnum > 0 AND attname ~ '_(sealed|index|digest)$'
    );
BEGIN
    IF EXISTS (
        SELECT FROM old_rows was JOIN new_rows became USING (id)
        WHERE to_jsonb(was) - renewed <> to_jsonb(became) - renewed
    ) THEN
        RAISE EXCEPTION '%: sealing anew changes nothing else', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
"""
TRANSITION = "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT"
RESEALING = "coalesce(current_setting('vault.resealing', true), '')"
HISTORY = [
    statement
    for name in ("person", "household")
    for statement in (
        f"DROP TRIGGER {name}_update_history ON beneficiaries_{name}",
        f"CREATE TRIGGER {name}_update_history AFTER UPDATE ON beneficiaries_{name} {TRANSITION}"
        f" WHEN ({RESEALING} <> 'on') EXECUTE FUNCTION registry_history('{name}')",
        f"CREATE TRIGGER {name}_resealed AFTER UPDATE ON beneficiaries_{name} {TRANSITION}"
        f" WHEN ({RESEALING} = 'on') EXECUTE FUNCTION registry_resealed()",
    )
]
HISTORY_BACK = [
    statement
    for name in ("person", "household")
    for statement in (
        f"DROP TRIGGER {name}_resealed ON beneficiaries_{name}",
        f"DROP TRIGGER {name}_update_history ON beneficiaries_{name}",
        f"CREATE TRIGGER {name}_update_history AFTER UPDATE ON beneficiaries_{name} {TRANSITION}"
        f" EXECUTE FUNCTION registry_history('{name}')",
    )
]
# The number is the index's first byte; an index of 32 bytes is of key 0 (vault.sealing).
CLOSED = r"""
CREATE FUNCTION registry_index_keys() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    lowest integer := coalesce((SELECT max(number) FROM beneficiaries_indexkeyturn), 0);
    entered boolean;
BEGIN
    IF lowest = 0 THEN
        RETURN NULL;
    END IF;
    IF TG_TABLE_NAME = 'beneficiaries_person' THEN
        entered := EXISTS (
            SELECT FROM new_rows
            WHERE (CASE octet_length(nik_index) WHEN 32 THEN 0 ELSE get_byte(nik_index, 0) END) < lowest
        );
    ELSE
        entered := EXISTS (
            SELECT FROM new_rows
            WHERE (CASE octet_length(kk_index) WHEN 32 THEN 0 ELSE get_byte(kk_index, 0) END) < lowest
        );
    END IF;
    IF entered THEN
        RAISE EXCEPTION '%: the index key of a new row is closed since keys were changed', TG_TABLE_NAME
            USING ERRCODE = 'check_violation', CONSTRAINT = 'registry_index_key';
    END IF;
    RETURN NULL;
END $$;
"""
ENTRY = [
    f"CREATE TRIGGER {name}_index_key AFTER INSERT ON beneficiaries_{name}"
    " REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION registry_index_keys()"
    for name in ("person", "household")
]


def statements(*texts):
    return [(text, None) for text in texts]


class Migration(migrations.Migration):
    dependencies = [("beneficiaries", "0011_privacy")]

    operations = [
        migrations.RunSQL(
            statements(APPEND_ONLY, *ONCE, LOG), "DROP FUNCTION registry_is_append_only, registry_access_log_is_kept CASCADE"
        ),
        migrations.RunSQL(
            statements(RESEALED, *HISTORY), statements(*HISTORY_BACK, "DROP FUNCTION registry_resealed")
        ),
        migrations.RunSQL(statements(CLOSED, *ENTRY), "DROP FUNCTION registry_index_keys CASCADE"),
    ]
