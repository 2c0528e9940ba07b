"""The bank's number of an entry, however somebody wrote it down: banks, files and people change case and separators."""

from __future__ import annotations

import re

_CHANGED_ON_THE_WAY = re.compile(r"[^A-Za-z0-9]+")


def subject(shown: str) -> str:
    """What is the same in every spelling of a reference: ``BCA/001`` and ``bca 001`` are ``BCA-001``. Empty if there is none.

    That something parts it stays: without, the references of two entries could be one.
    The same in SQL: `disbursement.books.SUBJECT`, and a CHECK of the deposits' bookings.
    """
    return _CHANGED_ON_THE_WAY.sub("-", shown).strip("-").upper()
