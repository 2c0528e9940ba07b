"""How far the filling of a draft is, told over a second connection: its transaction shows nothing before its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection

from disbursement.models import Batch, Filling
from wallet import doorbell

Tell = Callable[[int, int], None]  # lines written, of how many


def nobody(lines: int, of: int) -> None:
    """For whoever fills a batch while its officer waits."""


class Telling:
    """One draft's row of progress, changed and committed at once."""

    def __init__(self, batch: int) -> None:
        self.batch = batch
        self.connection = connection.copy()

    def begun(self) -> int:
        """Counts an attempt; returns how many there were, with this one."""
        with self.connection.cursor() as cursor:
            cursor.execute(
                "UPDATE disbursement_filling SET attempts = attempts + 1, lines = 0, at = clock_timestamp()"
                " WHERE batch_id = %s RETURNING attempts",
                [self.batch],
            )
            return int((cursor.fetchone() or (1,))[0])

    def lines(self, lines: int, of: int) -> None:
        """Keeps how far it is."""
        with self.connection.cursor() as cursor:
            cursor.execute(
                'UPDATE disbursement_filling SET lines = %s, "of" = %s, at = clock_timestamp() WHERE batch_id = %s',
                [lines, of, self.batch],
            )


@contextmanager
def told(batch: int) -> Iterator[Telling]:
    """Telling about that draft, with a connection of its own that is closed in the end."""
    telling = Telling(batch)
    try:
        yield telling
    finally:
        telling.connection.close()


def progress(batch: Batch) -> Filling | None:
    """How far the draft is; None for a batch that was prepared at once."""
    return Filling.objects.filter(batch=batch).first()


def sweep() -> int:
    """Rings for every draft that is not filled, whoever was at it and died; returns how many."""
    drafts = list(Batch.objects.filter(status=Batch.Status.DRAFT).order_by("pk").values_list("pk", flat=True))
    for batch in drafts:
        doorbell.ring("disbursement.tasks.fill", batch)
    return len(drafts)
