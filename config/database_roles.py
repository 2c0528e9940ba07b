"""What the application may do with each table: its role owns none of them (docs/adr/0013).

The owner (`OWNER_DATABASE_URL`) migrates, the application (`DATABASE_URL`) works. `manage.py migrate` ends by granting what is
written here; a table that is not named gets ORDINARY. A name or a column that no migration has made yet is passed over.
"""

from __future__ import annotations

from django.db import connections, transaction

READ_ONLY = "SELECT"
APPEND_ONLY = "SELECT, INSERT"
NEVER_DELETED = "SELECT, INSERT, UPDATE"
ORDINARY = "SELECT, INSERT, UPDATE, DELETE"


def changing(*columns: str) -> str:
    """Rows that stay for good and of which only these columns change (`save` must name them in `update_fields`)."""
    return ", ".join([APPEND_ONLY, *(f"UPDATE ({column})" for column in columns)])


RESTRICTED = {
    "django_migrations": READ_ONLY,
    "wallet_transfer": APPEND_ONLY,
    "wallet_account": changing("balance", "counted_to"),
    "wallet_wallet": NEVER_DELETED,
    "wallet_purseterms": NEVER_DELETED,
    "wallet_purse": NEVER_DELETED,
    "wallet_merchant": NEVER_DELETED,
    "wallet_paymentcode": NEVER_DELETED,
    "wallet_payment": changing("refunded"),
    "wallet_refund": APPEND_ONLY,
    "wallet_settlement": NEVER_DELETED,
    "disbursement_approval": APPEND_ONLY,
}

TABLES = """
SELECT c.relname, array_agg(a.attname) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm') AND pg_has_role(c.relowner, 'USAGE')
GROUP BY c.relname ORDER BY c.relname
"""
SEQUENCES = """
SELECT oid::regclass::text FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'S' AND pg_has_role(relowner, 'USAGE')
"""
ROUTINES = """
SELECT oid::regprocedure::text FROM pg_proc
WHERE pronamespace = 'public'::regnamespace AND pg_has_role(proowner, 'USAGE')
"""
GRANT_LOCK = 0x6772616E  # two migrate at once would change the same rows of the catalogue


def grant(owner: str = "owner") -> None:
    """Gives the application's role exactly what is written here, whatever it had. Safe to repeat.

    Nothing happens where that role is the owner itself, or is not named in DATABASE_URL: a server with one role.
    """
    connection = connections[owner]
    name = connections["default"].settings_dict["USER"]
    if name in ("", connection.settings_dict["USER"]):
        return
    role, database = (connection.ops.quote_name(it) for it in (name, connection.settings_dict["NAME"]))
    with transaction.atomic(using=owner), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [GRANT_LOCK])
        cursor.execute(f"GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {role}")
        cursor.execute(f"REVOKE CREATE ON SCHEMA public FROM PUBLIC, {role}; GRANT USAGE ON SCHEMA public TO {role}")
        cursor.execute(TABLES)
        for table, columns in cursor.fetchall():
            target = f"{connection.ops.quote_name(table)}"
            cursor.execute(f"REVOKE ALL ON {target} FROM PUBLIC, {role}")
            cursor.execute(f"GRANT {_privileges(table, columns)} ON {target} TO {role}")
        cursor.execute(SEQUENCES)
        for (sequence,) in cursor.fetchall():
            cursor.execute(
                f"REVOKE ALL ON SEQUENCE {sequence} FROM PUBLIC, {role}; GRANT USAGE ON SEQUENCE {sequence} TO {role}"
            )
        cursor.execute(ROUTINES)
        for (routine,) in cursor.fetchall():
            cursor.execute(f"GRANT EXECUTE ON ROUTINE {routine} TO {role}")


def _privileges(table: str, columns: list[str]) -> str:
    """The privileges of that table, without those on columns that it does not have."""
    wanted = RESTRICTED.get(table, ORDINARY).split(", ")
    return ", ".join(it for it in wanted if "(" not in it or it.partition("(")[2].rstrip(")") in columns)
