"""What a chunk is handed to, and what comes back of each line. The words of both are here, and nothing that speaks HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Protocol

from disbursement.models import Chunk


class Outcome(Enum):
    """What is known of a line now. Only PAID and FAILED are final; UNKNOWN and MISSING are no failures."""

    PAID = "paid"
    FAILED = "failed"
    PENDING = "pending"  # the partner has it and works on it
    UNKNOWN = "unknown"  # nobody can say whether it was paid
    MISSING = "missing"  # the partner says that it never heard of it


FINAL = (Outcome.PAID, Outcome.FAILED)


@dataclass(frozen=True, slots=True)
class Told:
    """What was told of one line: its outcome, the code it was told with, and why it failed (a code of `failures`).

    `amount` in rupiah if it was named, `reference` the partner's own number.
    """

    outcome: Outcome
    code: str = ""
    failure: str = ""
    amount: int | None = None
    reference: str = ""


class Sent(Enum):
    """What became of a bulk request that was to be sent."""

    ACCEPTED = "accepted"  # the lines' outcomes come by notice, or are asked for
    REFUSED = "refused"  # the partner says, finally, that it does none of it
    NOT_SENT = "not_sent"  # it cannot have arrived: nobody was there
    LATER = "later"  # it arrived and was turned away before anything was done with it
    UNKNOWN = "unknown"  # it may have arrived


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a bulk request. `failure` is the lines' code where it was refused."""

    sent: Sent
    code: str = ""
    http_status: int | None = None
    failure: str = ""
    partner_bulk_id: str = ""


@dataclass(frozen=True, slots=True)
class Inquiry:
    """The answer to a question about one line."""

    told: Told
    http_status: int | None = None


@dataclass(frozen=True, slots=True)
class Payee:
    """One line as a partner needs it. The account number is in the clear: it goes into the request and nowhere else."""

    reference: str
    account: str = field(repr=False)
    amount: int


class Provider(Protocol):
    """What a claimed chunk is handed to."""

    def hand_over(self, chunk: Chunk, now: datetime) -> None:
        """Pays the chunk's pending lines, or commits to rows what a partner will be asked; in the caller's transaction.

        Marks every line and the chunk. Raises what keeps the chunk from being tried now.
        """
        ...


class Channel(Protocol):
    """How a partner is spoken to. It is called outside of any transaction, and never raises for what the partner does."""

    def send(self, bulk_id: str, payees: Sequence[Payee], external_id: str, at: datetime) -> Answer:
        """Asks the partner to pay these. Called again with the same references it pays nobody twice."""
        ...

    def ask(self, reference: str, external_id: str) -> Inquiry:
        """Asks what became of one line."""
        ...
