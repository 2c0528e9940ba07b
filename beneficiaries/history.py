"""History of the registry: every change of a person or household is kept, with who did it, why, and from which source.

The database writes it: triggers see bulk statements and the office's forms alike. Who, why and whence they learn from
`telling`, which sets three variables of the current transaction.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import connection, transaction

if TYPE_CHECKING:
    from django.contrib.auth.models import User

_SET = (
    "SELECT set_config('registry.by', %s, true), set_config('registry.reason', %s, true),"
    " set_config('registry.source', %s, true)"
)
_TOLD = (
    "SELECT coalesce(current_setting('registry.by', true), ''), coalesce(current_setting('registry.reason', true), ''),"
    " coalesce(current_setting('registry.source', true), '')"
)


@contextmanager
def telling(*, source: str, by: User | None = None, reason: str = "") -> Iterator[None]:
    """Within it, in one transaction, changes of people and households are kept as of this person, reason and source."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_TOLD)
        before = cursor.fetchone()
        cursor.execute(_SET, [str(by.pk) if by else "", reason, source])
        yield
        cursor.execute(_SET, before)
