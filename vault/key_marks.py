"""How each process says which keys it was started with: in the name that its connections have at the database.

Numbers of keys are no secret. While keys are replaced, a process that does not know the new ones cannot read what is sealed anew,
and one that still writes under the old ones undoes the work: whoever rotates looks for them first (`vault.rotation.others`).
Free of Django, for the settings make the mark.
"""

from __future__ import annotations

from collections.abc import Sequence

NAME = "salur keys "
LIMIT = 63  # bytes that PostgreSQL keeps of a connection's name


def mark(sealing: Sequence[int], index: Sequence[int]) -> str:
    """The connections' name of a process with these keys: the one in use first, then all others that it knows."""
    written = "/".join(",".join(map(str, numbers)) for numbers in (sealing, index))
    return f"{NAME}{written}"[:LIMIT]


def in_order(known: Sequence[int], in_use: int | None) -> list[int]:
    """The numbers of the keys, the newest first, but for the one in use where that is another."""
    numbers = sorted(known, reverse=True)
    return numbers if in_use is None else [in_use, *(number for number in numbers if number != in_use)]
