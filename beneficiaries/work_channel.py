"""What is seen of a worker's deed while it lasts: over a second connection, for its transaction shows nothing before its end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Self

from django.db import connection

from beneficiaries.import_errors import ImportKeptDying

ATTEMPTS = 3
SILENT = timedelta(seconds=30)  # a worker tells how far it is every few seconds; whoever does not is lost, or waits


class Channel:
    """One run's row of a table of progress (`run_id`, `attempts`, `at`), changed and committed at once."""

    def __init__(self, table: str, run: int) -> None:
        self.table, self.run = table, run
        self.connection = connection.copy()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def count_attempt(self) -> None:
        """Raises ImportKeptDying if so many (ATTEMPTS) before this one have come to no end."""
        found = self._update("attempts = attempts + 1, rows = 0, refused = 0, permille = 0", {}, "attempts")
        if found and found[0] > ATTEMPTS:
            raise ImportKeptDying(attempts=ATTEMPTS)

    def keep(self, *, rows: int, refused: int, share: float, returning: str = "rows", **more: Any) -> Any:
        """Keeps how far it is (share of the file, 0 to 1) and whatever else the table has; the column asked for, or None."""
        told = {"rows": rows, "refused": refused, "permille": min(1000, round(1000 * share))} | more
        found = self._update(", ".join(f"{name} = %({name})s" for name in told), told, returning)
        return found[0] if found else None

    def _update(self, changes: str, values: dict[str, Any], returning: str) -> tuple[Any, ...] | None:
        """Changes the row (SQL with named placeholders), and says something of it; None if there is none."""
        with self.connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {self.table} SET {changes}, at = clock_timestamp()"  # noqa: S608  # our own names
                f" WHERE run_id = %(run)s RETURNING {returning}",
                values | {"run": self.run},
            )
            row: tuple[Any, ...] | None = cursor.fetchone()
            return row
