"""Transfers as the leaves of a day's Merkle tree: their bytes, and a day's leaf hashes streamed out of the database.

A leaf is seven big-endian 64-bit integers and a text: id, debited account, credited account, rupiah, payment (0 without
one), reversed transfer (0 without one), `posted_at` in microseconds since 2000-01-01 UTC, then UTF-8 ``kind|key``.
The database hashes them: a million a second or two, where reading the rows into Python would take ten.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from wallet import merkle
from wallet.models import Transfer

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)  # PostgreSQL's own: timestamptz_send counts from here
FIELDS = struct.Struct(">7q")
MARK = struct.Struct(">q8s")  # id, first 8 bytes of the leaf hash

LEAF_HASH = """
sha256('\\x00'::bytea || int8send(id) || int8send(debit_id) || int8send(credit_id) || int8send(amount)
    || int8send(coalesce(payment_id, 0)) || int8send(coalesce(reverses_id, 0)) || timestamptz_send(posted_at)
    || convert_to(kind || '|' || key, 'UTF8'))
"""
COPY_HEADER = 19
# COPY's binary format: 2 bytes count the columns, 4 the column's length; then id (8) and leaf hash (32).
ROW = struct.Struct(">6x8s32s")


@dataclass(frozen=True, slots=True)
class Totals:
    """How many transfers a day has, their rupiah, and the lowest and highest id."""

    count: int
    amount: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Block:
    """Up to 4,096 leaves in order: the root over them, and for each its id and the first 8 bytes of its hash."""

    count: int
    root: bytes
    marks: bytes


def microseconds(moment: datetime) -> int:
    """Microseconds since 2000-01-01 UTC."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def leaf(transfer: Transfer) -> bytes:
    """One transfer's leaf, byte for byte what the database hashes."""
    return (
        FIELDS.pack(
            transfer.pk,
            transfer.debit_id,
            transfer.credit_id,
            transfer.amount,
            transfer.payment_id or 0,
            transfer.reverses_id or 0,
            microseconds(transfer.posted_at),
        )
        + f"{transfer.kind}|{transfer.key}".encode()
    )


def bounds(day: date) -> tuple[datetime, datetime]:
    """When a Jakarta day begins, and when the next one does."""
    zone = timezone.get_default_timezone()
    return datetime.combine(day, time(), zone), datetime.combine(day + timedelta(days=1), time(), zone)


def day_of(moment: datetime) -> date:
    """The Jakarta day of a moment."""
    return timezone.localdate(moment, timezone.get_default_timezone())


def totals(day: date) -> Totals:
    """The day's count, rupiah and range of ids, in one scan of the day's pages."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), coalesce(sum(amount), 0), coalesce(min(id), 0), coalesce(max(id), 0)"
            " FROM wallet_transfer WHERE posted_at >= %s AND posted_at < %s",
            bounds(day),
        )
        count, amount, first, last = cursor.fetchone()
        return Totals(int(count), int(amount), int(first), int(last))


def read_blocks(day: date, first: int, last: int, take: Callable[[Block], None]) -> int:
    """Gives `take` the day's transfers block by block, by id from `first` to `last`; returns how many there were.

    The ids bound the scan of the primary key, whose order saves sorting. `take` must not use this thread's connection.
    """
    stream = _Stream(take)
    with connection.cursor() as cursor:
        query = cursor.mogrify(
            f"COPY (SELECT int8send(id) || {LEAF_HASH} FROM wallet_transfer"  # noqa: S608
            " WHERE id BETWEEN %s AND %s AND posted_at >= %s AND posted_at < %s ORDER BY id)"
            " TO STDOUT (FORMAT binary)",
            [first, last, *bounds(day)],
        )
        cursor.copy_expert(query, stream)
    stream.finish()
    return stream.count


def marks_in(joined: bytes) -> Iterator[tuple[int, bytes]]:
    """The (id, first 8 bytes of the leaf hash) that a block's marks hold."""
    return MARK.iter_unpack(joined)


def first_day() -> date | None:
    """The Jakarta day of the earliest transfer; None if there is none. Reads the whole table, once in its life."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(posted_at) FROM wallet_transfer")
        [moment] = cursor.fetchone()
    return None if moment is None else day_of(moment)


def posted_before(day: date, limit: int) -> list[tuple[int, datetime]]:
    """Transfers posted before the day began: (id, posted_at), by id."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, posted_at FROM wallet_transfer WHERE posted_at < %s ORDER BY id LIMIT %s",
            [bounds(day)[0], limit],
        )
        rows: list[Any] = cursor.fetchall()
        return rows


def in_order(blocks: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """The marks of several blocks, one after the other."""
    for marks in blocks:
        yield from marks_in(marks)


class _Stream:
    """Takes what COPY sends, a row a call, and cuts it into blocks."""

    def __init__(self, take: Callable[[Block], None]) -> None:
        self.take, self.count, self.header = take, 0, COPY_HEADER
        self.parts: list[bytes] = []

    def write(self, data: bytes) -> None:
        self.parts.append(data)
        if len(self.parts) == merkle.BLOCK:
            self._cut(merkle.BLOCK)

    def finish(self) -> None:
        self._cut(1)

    def _cut(self, least: int) -> None:
        joined = b"".join(self.parts)[self.header :]
        self.header = 0
        whole = len(joined) // ROW.size
        position = 0
        while whole >= least:
            size = min(whole, merkle.BLOCK)
            end = position + size * ROW.size
            self._block(joined[position:end])
            position, whole, self.count = end, whole - size, self.count + size
        self.parts = [joined[position:]] if position < len(joined) else []

    def _block(self, rows: bytes) -> None:
        pairs = list(ROW.iter_unpack(rows))
        marks = b"".join([number + leaf[:8] for number, leaf in pairs])
        root = merkle.root_of_joined(b"".join([leaf for _, leaf in pairs]))
        self.take(Block(len(pairs), root, marks))
