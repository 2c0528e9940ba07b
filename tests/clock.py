"""Another moment, for what the database does not let anybody write into a row afterwards."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from unittest import mock

from django.utils import timezone


@contextlib.contextmanager
def moved(**by: float) -> Iterator[None]:
    """Within it our clock is ahead by that much, or behind (``days=-9``); the database's own goes on as it does."""
    now, ahead = timezone.now, timedelta(**by)

    def then() -> datetime:
        return now() + ahead

    with mock.patch.object(timezone, "now", then):
        yield
