"""What a verification of the ledger can find."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

MOST_A_CHECK = 100


@dataclass(frozen=True, slots=True)
class Finding:
    """One row that does not agree with the transfers, or a transfer that does not agree with its day's seal.

    `stored` and `recomputed` are rupiah, or transfers where a seal's count is compared; None where there is no number to
    tell: a seal keeps hashes, not amounts. `day` is the sealed Jakarta day.
    """

    check: str
    row: int
    stored: int | None = None
    recomputed: int | None = None
    day: date | None = None
