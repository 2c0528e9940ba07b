"""How each process says which keys it was started with: in the name that its connections have at the database.

Numbers of keys are no secret. While keys are replaced, a process that does not know the new ones cannot read what is sealed anew,
and one that still writes under the old ones undoes the work: whoever rotates looks for them first (`vault.rotation.others`).
Free of Django, for the settings make the mark.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

NAME = "salur keys "
LIMIT = 63  # bytes that PostgreSQL keeps of a connection's name
SHOWN = 3  # numbers of each list, for people: the digest tells whole lists apart
DIGEST = 12  # hex digits


def mark(sealing: Sequence[int], index: Sequence[int]) -> str:
    """The connections' name of a process with these keys, as PostgreSQL keeps it: two marks are one only if the keys are.

    The key in use comes first, then the others, shortened to what fits (``9,8,7+12/1,0 3f0c…``); a digest of both whole
    lists follows.
    """
    whole = "/".join(",".join(map(str, numbers)) for numbers in (sealing, index))
    digest = hashlib.sha256(whole.encode()).hexdigest()[:DIGEST]
    return f"{NAME}{_shortened(sealing)}/{_shortened(index)} {digest}"


def _shortened(numbers: Sequence[int]) -> str:
    shown, more = ",".join(map(str, numbers[:SHOWN])), len(numbers) - SHOWN
    return f"{shown}+{more}" if more > 0 else shown


def in_order(known: Sequence[int], in_use: int | None) -> list[int]:
    """The numbers of the keys, the newest first, but for the one in use where that is another."""
    numbers = sorted(known, reverse=True)
    return numbers if in_use is None else [in_use, *(number for number in numbers if number != in_use)]
