"""Compares the sealed days with their seals, and tells which transfer differs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from itertools import islice

from django.db import connection
from django.db.models import Max

from wallet import leaves, merkle, seals
from wallet.findings import MOST_A_CHECK, Finding
from wallet.models import Seal, SealBlock, Verification

CHANGED = "transfer changed after its seal"
MISSING = "transfer missing since its seal"
ADDED = "transfer added after its seal"
ROOT = "seal root"
BLOCK = "seal block"
CHAIN = "seal chain"
SIGNATURE = "seal signature"
KEY = "seal key"
DAY_MISSING = "seal missing"
SEAL_CHECKS = (CHANGED, MISSING, ADDED, ROOT, BLOCK, CHAIN, SIGNATURE, KEY, DAY_MISSING)


@dataclass(frozen=True, slots=True)
class _Sum:
    """What must be the same of a block, sealed and recomputed; its marks as their SHA-256."""

    count: int
    root: bytes
    marks: bytes


def check_chain() -> list[Finding]:
    """Every seal's signature and its link to the day before, whatever is recomputed; a day between without a seal.

    The first seal is chained to nothing, so that the beginning cannot be cut off; the end cannot either, as far as
    earlier verifications saw it.
    """
    keys, findings = seals.public_keys(), []
    before: Seal | None = None
    for seal in Seal.objects.order_by("day").iterator():
        if seal.key_id not in keys:
            findings.append(Finding(KEY, seal.pk, seal.key_id, None, seal.day))
        elif not seals.signature_holds(seal, keys[seal.key_id]):
            findings.append(Finding(SIGNATURE, seal.pk, day=seal.day))
        expected = seals.NO_PREVIOUS if before is None else seals.digest(before)
        if before is not None and before.day + timedelta(days=1) != seal.day:
            findings.append(Finding(DAY_MISSING, seal.pk, day=before.day + timedelta(days=1)))
        elif bytes(seal.previous) != expected:
            findings.append(Finding(CHAIN, seal.pk, day=seal.day))
        before = seal
    seen: date | None = Verification.objects.aggregate(seen=Max("sealed_to"))["seen"]
    if seen is not None and (before is None or before.day < seen):
        findings.append(Finding(DAY_MISSING, 0, day=seen))
    return findings


def check_before_first_seal() -> list[Finding]:
    """Transfers dated before the first sealed day were slipped in: sealing began with the first of all."""
    first = Seal.objects.order_by("day").values_list("day", flat=True).first()
    if first is None:
        return []
    return [
        Finding(ADDED, number, day=leaves.day_of(moment))
        for number, moment in leaves.posted_before(first, MOST_A_CHECK)
    ]


def check_day(day: date) -> list[Finding]:
    """Recomputes one sealed day from its transfers. If it differs, names what was changed, removed or added."""
    seal = Seal.objects.get(day=day)
    sealed = _sealed_blocks(seal)
    found = leaves.totals(day)
    recomputed: list[_Sum] = []
    leaves.read_blocks(
        day,
        found.first,
        found.last,
        lambda block: recomputed.append(_Sum(block.count, block.root, sha256(block.marks).digest())),
    )
    root = merkle.root(block.root for block in recomputed)
    holds = (seal.count, seal.amount, bytes(seal.root)) == (found.count, found.amount, root)
    if holds and sealed == recomputed:
        return []
    findings = [] if holds else list(_named(seal, found))
    if not holds and not findings:
        findings.append(Finding(ROOT, seal.pk, seal.count, found.count, day))
    if holds:  # the transfers are what was signed; what should tell them apart is not
        findings.append(Finding(BLOCK, seal.pk, len(sealed), len(recomputed), day))
    return findings


def _sealed_blocks(seal: Seal) -> list[_Sum]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count, root, sha256(marks) FROM wallet_sealblock WHERE seal_id = %s ORDER BY number", [seal.pk]
        )
        return [_Sum(count, bytes(root), bytes(marks)) for count, root, marks in cursor.fetchall()]


def _named(seal: Seal, found: leaves.Totals) -> Iterator[Finding]:
    """The transfers that differ, by id: both sides are in that order, so they are walked side by side."""
    now: list[bytes] = []
    leaves.read_blocks(seal.day, found.first, found.last, lambda block: now.append(block.marks))
    then = SealBlock.objects.filter(seal=seal).order_by("number").values_list("marks", flat=True)
    walked = _differences(leaves.in_order(bytes(marks) for marks in then), leaves.in_order(now))
    for check, number in islice(walked, MOST_A_CHECK):
        yield Finding(check, number, day=seal.day)


def _differences(then: Iterator[tuple[int, bytes]], now: Iterator[tuple[int, bytes]]) -> Iterator[tuple[str, int]]:
    sealed, present = next(then, None), next(now, None)
    while sealed is not None or present is not None:
        if present is None or (sealed is not None and sealed[0] < present[0]):
            if sealed is not None:
                yield MISSING, sealed[0]
            sealed = next(then, None)
        elif sealed is None or present[0] < sealed[0]:
            yield ADDED, present[0]
            present = next(now, None)
        else:
            if sealed[1] != present[1]:
                yield CHANGED, present[0]
            sealed, present = next(then, None), next(now, None)
