"""Seals: each Jakarta day's transfers as one Merkle root, chained to the day before and signed.

Whoever keeps a day's signed statement, or reads it where it is published, can tell later whether one transfer of that
day, or of any day before it, was changed, removed or added (`ledger verify`), and whoever holds a proof of a transfer
needs nothing of us to check it (audit/check_proof.py).

Why no transfer of a day can appear after its seal: `posted_at` is the database's clock at the moment the row is
written, and the statement that writes it has locked the table (ROW EXCLUSIVE) before that moment and until its
transaction ends. Sealing begins after the day's end by the same clock, and waits once for the lock that excludes those
(SHARE). Whoever wrote in the day had the lock before we asked, so we waited until it was committed or gone; whoever got
it after us writes a later `posted_at`. So what is read from then on is the whole day. It supposes a clock that is not
set back across midnight, and nobody who writes `posted_at` himself; what such a one adds, `ledger verify` names.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date, timedelta
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.models import Max

from wallet import leaves, merkle
from wallet.errors import DayNotOver, LedgerBusy, SealOutOfOrder, SealRemoved
from wallet.models import Seal, SealBlock, Transfer, Verification

NO_PREVIOUS = bytes(32)  # what the first seal is chained to
LOCK_NOT_AVAILABLE = "55P03"
ATTEMPTS = 5
SECONDS_BETWEEN = 1.0  # payments that queued behind the lock go on meanwhile
SEALING = 7_305_001  # the advisory lock of whoever is sealing


def statement(day: date, count: int, amount: int, root: bytes, previous: bytes) -> bytes:
    """The text that is signed: six lines of ASCII, each ended by a newline. Rupiah; hashes in hex."""
    lines = [
        "salur seal 1",
        f"day {day:%Y-%m-%d}",
        f"count {count}",
        f"amount {amount}",
        f"root {root.hex()}",
        f"previous {previous.hex()}",
    ]
    return "".join(f"{line}\n" for line in lines).encode()


def statement_of(seal: Seal) -> bytes:
    """The statement a seal's signature is over."""
    return statement(seal.day, seal.count, seal.amount, bytes(seal.root), bytes(seal.previous))


def digest(seal: Seal) -> bytes:
    """What the next day's seal is chained to."""
    return sha256(statement_of(seal)).digest()


def public_keys() -> dict[int, bytes]:
    """The 32 bytes of each Ed25519 public key, by number; the highest one signs."""
    return {
        number: Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        for number, seed in sorted(settings.SEAL_KEYS.items())
    }


def signature_holds(seal: Seal, public_key: bytes) -> bool:
    """True if the seal was signed, as it is, by the owner of that key."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(bytes(seal.signature), statement_of(seal))
    except InvalidSignature:
        return False
    return True


def today() -> date:
    """The Jakarta day by the database's clock, which is the one that `posted_at` tells."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        [now] = cursor.fetchone()
    return leaves.day_of(now)


def seal_due() -> Iterator[Seal]:
    """Seals each day that is over and has no seal yet, the oldest first; safe to repeat and to race.

    Raises LedgerBusy, SealRemoved (a verification saw that day sealed).
    """
    end = today()
    if not unsealed_days(end):
        return
    _wait_for_transfers()
    day = next_day()
    while day is not None and day < end:
        yield _seal(day)
        day += timedelta(days=1)


def next_day() -> date | None:
    """The first day without a seal: after the last seal, or the day of the first transfer; None in an empty ledger."""
    last = sealed_to()
    return leaves.first_day() if last is None else last + timedelta(days=1)


def unsealed_days(end: date) -> int:
    """How many days before this one have transfers or lie after them, and no seal."""
    last = sealed_to()
    if last is None:
        first = Transfer.objects.order_by("pk").values_list("posted_at", flat=True).first()
        return 0 if first is None else max(0, (end - leaves.day_of(first)).days)
    return max(0, (end - last).days - 1)


def sealed_to() -> date | None:
    """The last sealed day; None before the first seal."""
    return Seal.objects.order_by("-day").values_list("day", flat=True).first()


def seal_day(day: date) -> Seal:
    """The day's seal, made if there is none. Raises DayNotOver, SealOutOfOrder (an earlier day has none), LedgerBusy."""
    if day >= today():
        raise DayNotOver(day=day)
    if made := Seal.objects.filter(day=day).first():
        return made
    _wait_for_transfers()
    if day != next_day():
        raise SealOutOfOrder(day=day)
    return _seal(day)


def _wait_for_transfers() -> None:
    """Returns once every transaction that was writing transfers has ended; holds nothing afterwards. Raises LedgerBusy.

    New transfers queue behind the lock while it waits, at most the 1.5 s of its time-out; then they go first.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction.atomic(durable=True), connection.cursor() as cursor:
                cursor.execute("SELECT wallet_wait_for_transfers()")
                return
        except OperationalError as error:
            if getattr(error.__cause__, "pgcode", None) != LOCK_NOT_AVAILABLE:
                raise
        if attempt < ATTEMPTS:
            time.sleep(SECONDS_BETWEEN)
    raise LedgerBusy


@transaction.atomic
def _seal(day: date) -> Seal:
    """Reads the day, which is complete by now, and writes its seal; whoever comes second gets the first one's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEALING])
    if made := Seal.objects.filter(day=day).first():
        return made
    seen: date | None = Verification.objects.aggregate(seen=Max("sealed_to"))["seen"]
    if seen is not None and day <= seen:
        raise SealRemoved(day=day)
    before = Seal.objects.filter(day=day - timedelta(days=1)).first()
    if before is None and Seal.objects.exists():
        raise SealOutOfOrder(day=day)
    found = leaves.totals(day)
    blocks: list[leaves.Block] = []
    if leaves.read_blocks(day, found.first, found.last, blocks.append) != found.count:
        raise DayNotOver(day=day)  # it grew between two statements: the database's clock was set back
    seal = Seal(
        day=day,
        count=found.count,
        amount=found.amount,
        root=merkle.root(block.root for block in blocks),
        previous=digest(before) if before else NO_PREVIOUS,
        key_id=max(settings.SEAL_KEYS),
    )
    seal.signature = Ed25519PrivateKey.from_private_bytes(settings.SEAL_KEYS[seal.key_id]).sign(statement_of(seal))
    seal.save(force_insert=True)
    SealBlock.objects.bulk_create(
        (
            SealBlock(seal=seal, number=number, count=block.count, root=block.root, marks=block.marks)
            for number, block in enumerate(blocks)
        ),
        batch_size=50,
    )
    return seal
