"""The proof that one transfer is in its day's seal, complete enough to be checked without us (audit/check_proof.py)."""

from __future__ import annotations

from typing import Any

from django.db import connection

from wallet import leaves, merkle, seals
from wallet.errors import DayNotSealed, SealDiffers, TransferUnknown
from wallet.models import Seal, SealBlock, Transfer


def prove(number: int) -> dict[str, Any]:
    """The transfer's leaf, its path to the root (hashes in hex), and the signed statement of its day, as JSON can say it.

    Reads one block of the day and the roots of the others. Raises TransferUnknown, DayNotSealed, SealDiffers.
    """
    transfer = Transfer.objects.filter(pk=number).first()
    if transfer is None:
        raise TransferUnknown(transfer=number)
    day = leaves.day_of(transfer.posted_at)
    seal = Seal.objects.filter(day=day).first()
    if seal is None:
        raise DayNotSealed(day=day)
    index, path = _path(seal, transfer)
    leaf = merkle.leaf_hash(leaves.leaf(transfer))
    if merkle.root_from_path(leaf, index, seal.count, path) != bytes(seal.root):
        raise SealDiffers(day=day)
    return {
        "transfer": {
            "id": transfer.pk,
            "debit": transfer.debit_id,
            "credit": transfer.credit_id,
            "amount": transfer.amount,
            "payment": transfer.payment_id or 0,
            "reverses": transfer.reverses_id or 0,
            "posted_at": leaves.microseconds(transfer.posted_at),
            "kind": transfer.kind,
            "key": transfer.key,
        },
        "index": index,
        "size": seal.count,
        "path": [sibling.hex() for sibling in path],
        "statement": seals.statement_of(seal).decode(),
        "signature": bytes(seal.signature).hex(),
        "key_id": seal.key_id,
        "public_key": seals.public_keys().get(seal.key_id, b"").hex(),
    }


def _path(seal: Seal, transfer: Transfer) -> tuple[int, list[bytes]]:
    """The transfer's index in its day, and its siblings: those in its block, then those among the blocks' roots."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT root, substring(marks FROM length(marks) - 15 FOR 8) FROM wallet_sealblock"
            " WHERE seal_id = %s ORDER BY number",
            [seal.pk],
        )
        blocks = [(bytes(root), int.from_bytes(bytes(last_id), "big")) for root, last_id in cursor.fetchall()]
    number = next((number for number, (_, last_id) in enumerate(blocks) if transfer.pk <= last_id), None)
    if number is None:
        raise SealDiffers(day=seal.day)
    marks = SealBlock.objects.values_list("marks", flat=True).get(seal=seal, number=number)
    ids = [each for each, _ in leaves.marks_in(bytes(marks))]
    hashes = _hashes(ids)
    if transfer.pk not in ids or len(hashes) != len(ids):
        raise SealDiffers(day=seal.day)
    inside = ids.index(transfer.pk)
    path = merkle.path(hashes, inside) + merkle.path([root for root, _ in blocks], number)
    return number * merkle.BLOCK + inside, path


def _hashes(ids: list[int]) -> list[bytes]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {leaves.LEAF_HASH} FROM wallet_transfer WHERE id = ANY(%s) ORDER BY id", [ids])  # noqa: S608
        return [bytes(leaf) for (leaf,) in cursor.fetchall()]
