"""What `manage.py check --database default` has to say about the application's role in its database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DEFAULT_DB_ALIAS, connections

from config.database_roles import RESTRICTED, changeable

# What no privilege on a table shows: a role that is, or may become, the owner gives itself whatever it lacks.
POWERS = """
SELECT 'is a superuser' FROM pg_roles WHERE rolname = current_user AND rolsuper
UNION ALL
SELECT 'owns the database, or may become its owner' FROM pg_database
WHERE datname = current_database() AND pg_has_role(datdba, 'MEMBER')
UNION ALL
SELECT 'may create tables and functions in the schema public' WHERE has_schema_privilege('public', 'CREATE')
"""
# Partitions count as the table that they are partitions of.
TABLES = """
SELECT root.relname, c.relname, pg_has_role(c.relowner, 'MEMBER'),
    ARRAY(SELECT wish FROM unnest(ARRAY['DELETE', 'TRUNCATE', 'TRIGGER', 'REFERENCES']) wish
          WHERE has_table_privilege(c.oid, wish)),
    ARRAY(SELECT attname FROM pg_attribute a
          WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
              AND has_column_privilege(c.oid, a.attnum, 'UPDATE'))
FROM pg_class c JOIN pg_class root ON root.oid = coalesce(pg_partition_root(c.oid), c.oid)
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND root.relname = ANY(%s)
ORDER BY c.relname
"""


@register(Tags.database)
def the_application_does_not_own_its_ledger(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """The application's role can neither rewrite what is written once, nor lift what protects it."""
    if DEFAULT_DB_ALIAS not in (databases or ()):
        return []
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(POWERS)
        powers = [power for (power,) in cursor.fetchall()]
        cursor.execute(TABLES, [list(RESTRICTED)])
        for rights_of, table, owned, privileges, columns in cursor.fetchall():
            allowed = RESTRICTED[rights_of].split(", ")
            if owned:
                powers.append(f"owns {table}, or may become its owner")
            powers += [f"may {privilege} {table}" for privilege in privileges if privilege not in allowed]
            if "UPDATE" not in allowed and set(columns) - changeable(RESTRICTED[rights_of]):
                powers.append(f"may UPDATE {table}")
    if not powers:
        return []
    return [
        Error(
            f"The role of DATABASE_URL can rewrite its ledger: it {'; it '.join(powers[:3])}.",
            hint="Give the application a role that owns nothing, and migrate as the owner: see the README, In production.",
            id="config.E001",
        )
    ]
