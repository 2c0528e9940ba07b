"""What the last import said of a person or household, as a keyed digest: tells an unchanged row without opening anything.

It is made under the keys of the blind index, so it too knows several of them while they are replaced. A correction made
here leaves the digest, so that importing the same file again does not undo it.
"""

from __future__ import annotations

from beneficiaries.registry_rows import CleanRow
from vault.sealing import blind_index, index_key_of, index_keys

SEPARATOR = "\x1f"  # no cell contains it: it is not printable


def of_person(row: CleanRow, key: int | None = None) -> bytes:
    """The digest of what a row says of its person, under one key; by default under the one in use."""
    told = (row.nik, row.kk, row.name, row.sex, row.birth_date.isoformat(), row.phone)
    return blind_index(SEPARATOR.join(told), subject="person-source", key=key)


def of_household(row: CleanRow, key: int | None = None) -> bytes:
    """The digest of what a row says of its household, under one key; by default under the one in use."""
    # With the KK number in it, equal digests of two households tell nobody that they share an address.
    told = (row.kk, row.address, row.kelurahan, str(row.decile))
    return blind_index(SEPARATOR.join(told), subject="household-source", key=key)


def key_to_compare(known: bytes) -> int | None:
    """The number of the older key that a known digest was made under; None if it is the key in use, or not configured."""
    if not known:
        return None
    _in_use, *older = index_keys()
    number = index_key_of(known)
    return number if number in older else None
