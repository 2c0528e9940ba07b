"""What the last import said of a person or household, as a keyed digest: tells an unchanged row without opening anything.

It has a half for the columns that every file has and another for those that a file may leave out, both made under the keys
of the blind index: so it too knows several of them while they are replaced. A correction made here leaves the digest, so that
importing the same file again does not undo it.
"""

from __future__ import annotations

from collections.abc import Iterable

from beneficiaries.registry_rows import CleanRow
from vault.sealing import INDEX_BYTES, UNNUMBERED, blind_index, index_key_of, index_keys

SEPARATOR = "\x1f"  # no cell contains it: it is not printable
PERSON, HOUSEHOLD = "person-source", "household-source"
OPTIONAL = {
    PERSON: ("relation", "schooling", "disability", "occupation", "pregnant"),
    HOUSEHOLD: ("rt", "rw"),
}


def _told(row: CleanRow, subject: str) -> tuple[str, ...]:
    # With a number in it, equal digests of two households tell nobody that they share an address.
    if subject == HOUSEHOLD:
        return (row.kk, row.address, row.kelurahan, str(row.decile))
    return (row.nik, row.kk, row.name, row.sex, row.birth_date.isoformat(), row.phone)


def first_half(row: CleanRow, subject: str, key: int | None = None) -> bytes:
    """Of the columns that every file has."""
    return blind_index(SEPARATOR.join(_told(row, subject)), subject=subject, key=key)


def second_half(row: CleanRow, subject: str, columns: Iterable[str], key: int | None = None) -> bytes:
    """Of those columns of the others, and nothing if there are none."""
    more = [f"{column}={value}" for column in columns if (value := getattr(row, column)) is not None]
    if not more:
        return b""
    number = row.kk if subject == HOUSEHOLD else row.nik
    return blind_index(SEPARATOR.join((number, *more)), subject=f"{subject}-optional", key=key)


def compared(row: CleanRow, subject: str, known: bytes) -> bytes:
    """What the row says: the known digest if it says the same, under whatever key that was, else under the key in use.

    A file that leaves columns out says nothing new of them: then the known digest keeps its second half.
    """
    if known:
        in_use, *older = index_keys()
        number = index_key_of(known)
        if number in older and _digest(row, subject, known, number) == known:
            return known
        if number != in_use:
            known = b""
    return _digest(row, subject, known, None)


def halves(known: bytes) -> tuple[bytes, bytes]:
    """A digest's two halves; the second may be empty."""
    long = INDEX_BYTES if index_key_of(known) == UNNUMBERED else INDEX_BYTES + 1
    return known[:long], known[long:]


def _digest(row: CleanRow, subject: str, known: bytes, key: int | None) -> bytes:
    more = second_half(row, subject, OPTIONAL[subject], key)
    return first_half(row, subject, key) + (more or (halves(known)[1] if known else b""))
