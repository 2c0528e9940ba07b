"""Ticket numbers that survive a telephone: ``ADU-2026-000123-1``, the last digit checking the others.

The check digit is Damm's: it finds every single wrong digit and every swap of neighbours (H. M. Damm, 2004).
"""

from __future__ import annotations

import re

from django.db import connection

PREFIX = "ADU"
# The totally anti-symmetric quasigroup of order 10 from Damm's thesis.
QUASIGROUP = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)
_TYPED = re.compile(r"(?:ADU)?([0-9]{4})([0-9]{6,9})([0-9])")
_NEXT = """
    INSERT INTO beneficiaries_grievanceyear AS y (year, last) VALUES (%s, 1)
    ON CONFLICT (year) DO UPDATE SET last = y.last + 1 RETURNING last
"""


def check_digit(digits: str) -> int:
    """Damm's check digit of ASCII digits."""
    interim = 0
    for digit in digits:
        interim = QUASIGROUP[interim][int(digit)]
    return interim


def written(year: int, serial: int) -> str:
    """The number as it is stored and shown."""
    return f"{PREFIX}-{year:04}-{serial:06}-{check_digit(f'{year:04}{serial:06}')}"


def draw(year: int) -> str:
    """The next number of the year. It holds the year's row until the transaction ends, so none is left out."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [year])
        [(serial,)] = cursor.fetchall()
    return written(year, serial)


def read(text: str) -> str | None:
    """The stored form of a number as people type it, with or without ADU, blanks and dashes.

    None for what is no number, or was misheard: its check digit does not fit.
    """
    found = _TYPED.fullmatch(re.sub(r"[\s.–-]", "", text).upper())
    if found is None:
        return None
    year, serial, digit = found[1], found[2], int(found[3])
    number = written(int(year), int(serial))
    return number if check_digit(year + serial) == digit and number.endswith(f"{serial}-{digit}") else None
