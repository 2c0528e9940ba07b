"""The lookup `household__among=[…]`, `pk__among=[…]`: one of many rows, asked with one array.

Django's own `__in` writes a parameter for each, and with eight thousand of them spends more time on writing the question than
PostgreSQL on answering it. Given as a set, the rows' numbers are not even looked at one by one: a list could hold expressions.
"""

from __future__ import annotations

from typing import Any

from django.db.models import BigIntegerField, ForeignKey, Lookup


@BigIntegerField.register_lookup
@ForeignKey.register_lookup
class Among(Lookup):  # type: ignore[type-arg]
    """``column = ANY(array)``; true for none of an empty list."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s)", [*parameters, list(self.rhs)]
