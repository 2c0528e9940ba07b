"""What `manage.py check --database default` has to say about the application's role in its database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DEFAULT_DB_ALIAS, connections

from config.database_roles import RESTRICTED

# What no privilege on a table shows: a role that is, or may become, the owner gives itself whatever it lacks.
POWERS = """
SELECT 'is a superuser' FROM pg_roles WHERE rolname = current_user AND rolsuper
UNION ALL
SELECT 'owns the database, or may become its owner' FROM pg_database
WHERE datname = current_database() AND pg_has_role(datdba, 'MEMBER')
UNION ALL
SELECT 'may create tables and functions in the schema public' WHERE has_schema_privilege('public', 'CREATE')
UNION ALL
SELECT 'owns the table ' || relname || ', or may become its owner' FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relname = ANY(%(tables)s) AND pg_has_role(relowner, 'MEMBER')
UNION ALL
SELECT 'may ' || wish.privilege || ' ' || wish.name
FROM unnest(%(names)s::text[], %(privileges)s::text[]) AS wish (name, privilege)
WHERE has_table_privilege(to_regclass('public.' || quote_ident(wish.name)), wish.privilege)
"""


@register(Tags.database)
def the_application_does_not_own_its_ledger(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """The application's role can neither rewrite what is written once, nor lift what protects it."""
    if DEFAULT_DB_ALIAS not in (databases or ()):
        return []
    refused = [
        (table, privilege)
        for table, allowed in RESTRICTED.items()
        for privilege in ("UPDATE", "DELETE", "TRUNCATE", "TRIGGER", "REFERENCES")
        if privilege not in allowed.split(", ")
    ]
    names, privileges = [name for name, _ in refused], [privilege for _, privilege in refused]
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(POWERS, {"tables": list(RESTRICTED), "names": names, "privileges": privileges})
        powers = [power for (power,) in cursor.fetchall()]
    if not powers:
        return []
    return [
        Error(
            f"The role of DATABASE_URL can rewrite its ledger: it {'; it '.join(powers[:3])}.",
            hint="Give the application a role that owns nothing, and migrate as the owner: see the README, In production.",
            id="config.E001",
        )
    ]
