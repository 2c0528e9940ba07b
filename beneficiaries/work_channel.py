"""What is seen of a worker's deed while it lasts: over a second connection, for its transaction shows nothing before its end."""

from __future__ import annotations

from typing import Any, Self

from django.db import connection


class Channel:
    """One run's row of a table of progress (`run_id`, `attempts`, `at`), changed and committed at once."""

    def __init__(self, table: str, run: int) -> None:
        self.table, self.run = table, run
        self.connection = connection.copy()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def update(self, changes: str, values: dict[str, Any], returning: str) -> tuple[Any, ...] | None:
        """Changes the row (SQL with named placeholders), and says something of it; None if there is none."""
        with self.connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {self.table} SET {changes}, at = clock_timestamp()"  # noqa: S608  # our own names
                f" WHERE run_id = %(run)s RETURNING {returning}",
                values | {"run": self.run},
            )
            row: tuple[Any, ...] | None = cursor.fetchone()
            return row
