"""Pay-out files: settlements that wait go into one file, which a second officer sends; each settlement is in one file once.

The file's bytes are made once and kept sealed: what one officer made, another sends, and both can be shown later.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from vault.sealing import CannotOpen
from wallet import business_days, pain001
from wallet.errors import ReasonMissing
from wallet.models import FraudHold, Merchant, PayoutContent, PayoutFile, Settlement
from wallet.payout_errors import (
    NothingToPay,
    OwnPayoutFile,
    PayerUnknown,
    PayoutFileDiffers,
    PayoutFileMoved,
    PayoutFileNotSent,
    PayoutFileWithheld,
)
from wallet.transactions import retried

S = PayoutFile.Status
TRANSITIONS = {  # a file begins made, its settlements in it for good unless it is withdrawn
    (S.MADE, S.SENT),  # by another officer than who made it; from now on it may be downloaded
    (S.MADE, S.WITHDRAWN),  # its settlements wait again
}
MOST_LINES = 10_000
TITLES = ("reference", "bank_code", "account", "name", "amount", "business_day", "text")


def waiting() -> QuerySet[Settlement]:
    """Settlements that no file pays yet, the oldest first; none of merchants whose money is withheld for suspected fraud."""
    rows = Settlement.objects.filter(status=Settlement.Status.PENDING, payout_file=None)
    return rows.exclude(merchant__in=_withheld()).order_by("pk")


def _withheld() -> QuerySet[FraudHold, Any]:
    return FraudHold.withholding().filter(merchant__isnull=False).values_list("merchant", flat=True)


@retried
def make(by: User) -> PayoutFile:
    """One file of all that waits (at most 10,000 settlements, the oldest). Raises NothingToPay, PayerUnknown, CannotOpen."""
    payer = settings.WALLET["settlement_payer"]
    if not all(payer.values()):
        raise PayerUnknown
    rows = list(waiting().select_for_update(of=("self",)).select_related("merchant")[:MOST_LINES])
    if not rows:
        raise NothingToPay
    now = timezone.now().replace(microsecond=0)
    file = PayoutFile(
        message_id=f"SALUR-{timezone.localtime(now):%Y%m%d}-{secrets.token_hex(6).upper()}",
        execution_day=business_days.on_or_after(timezone.localdate(now)),
        debtor_name=payer["name"],
        debtor_bank=payer["bank"],
        debtor_account=payer["account"],
        count=len(rows),
        total=sum(row.amount for row in rows),
        made_by=by,
        made_at=now,
    )
    for row in rows:
        row.payout_file, row.payee = file, row.merchant.name
    written = _written(file, rows)
    file.digest = hashlib.sha256(written).hexdigest()
    file.save(force_insert=True)
    content = PayoutContent(file=file)
    content.xml = written.decode()
    content.save(force_insert=True)
    Settlement.objects.bulk_update(rows, ["payout_file", "payee"], batch_size=2_000)
    return file


@retried
def send(file: PayoutFile, by: User) -> PayoutFile:
    """Lets the file go to the bank; safe to repeat.

    Raises OwnPayoutFile, PayoutFileMoved, PayoutFileDiffers, PayoutFileWithheld, CannotOpen.
    """
    file = PayoutFile.objects.select_for_update(of=("self",)).get(pk=file.pk)
    if file.status == S.SENT:
        return file
    if file.made_by_id == by.pk:
        raise OwnPayoutFile
    if file.status != S.MADE:
        raise PayoutFileMoved
    content(file, sent=False)
    # Locked: one that comes back, or is paid by hand, at this moment would be paid twice.
    rows = list(Settlement.objects.select_for_update(of=("self",)).filter(payout_file=file).only("status", "amount"))
    pending = [row.amount for row in rows if row.status == Settlement.Status.PENDING]
    if (len(rows), len(pending), sum(pending)) != (file.count, file.count, file.total):
        raise PayoutFileDiffers
    held = Merchant.objects.filter(settlements__payout_file=file, pk__in=_withheld()).distinct()
    if held:
        raise PayoutFileWithheld(merchants=", ".join(merchant.name for merchant in held))
    return _end(file, S.SENT, by)


@retried
def withdraw(file: PayoutFile, reason: str, by: User) -> PayoutFile:
    """Takes back a file that was not sent: its settlements wait for another. Raises ReasonMissing, PayoutFileMoved."""
    if not reason.strip():
        raise ReasonMissing
    file = PayoutFile.objects.select_for_update(of=("self",)).get(pk=file.pk)
    if file.status != S.MADE:
        raise PayoutFileMoved
    Settlement.objects.filter(payout_file=file).update(payout_file=None)
    return _end(file, S.WITHDRAWN, by, reason.strip())


def content(file: PayoutFile, *, sent: bool = True) -> bytes:
    """The pain.001 file as it was made. Raises PayoutFileNotSent (unless `sent` is False), PayoutFileDiffers, CannotOpen."""
    if sent and file.status != S.SENT:
        raise PayoutFileNotSent
    kept = PayoutContent.objects.filter(file=file).first()
    written = (
        kept.xml.encode() if kept else _written(file, _rows(file))
    )  # of a file that was made before they were kept
    if hashlib.sha256(written).hexdigest() != file.digest:
        raise PayoutFileDiffers
    return written


def table(file: PayoutFile) -> Iterator[tuple[object, ...]]:
    """The same payments as rows under TITLES. Raises what `content` raises."""
    content(file)
    for row in _rows(file):
        line = _line(row)
        yield line.reference, line.to.bank, line.to.account, line.to.name, line.amount, row.business_day, line.text


class NewAccount(StrEnum):
    """Why whoever sends a file should look at a line's account."""

    FIRST = "first"  # nothing went to the merchant before
    CHANGED = "changed"  # what went to it before went elsewhere


def new_accounts(file: PayoutFile) -> dict[int, NewAccount]:
    """The file's settlements, by id, that do not go where the merchant's pay-out before went."""
    went = Settlement.objects.filter(Q(payout_file__status=S.SENT) | Q(status=Settlement.Status.PAID))
    before = went.filter(merchant=OuterRef("merchant"), pk__lt=OuterRef("pk")).exclude(payout_file=file)
    rows = Settlement.objects.filter(payout_file=file).annotate(
        before=Subquery(before.order_by("-pk").values("pk")[:1])
    )
    earlier = Settlement.objects.in_bulk([row.before for row in rows if row.before is not None])
    return {
        row.pk: NewAccount.FIRST if row.before is None else NewAccount.CHANGED
        for row in rows
        if row.before is None or _destination(row) != _destination(earlier[row.before])
    }


def _destination(row: Settlement) -> tuple[str, str] | None:
    try:
        return row.bank_code, row.bank_account
    except CannotOpen:
        return None


def _rows(file: PayoutFile) -> list[Settlement]:
    return list(Settlement.objects.filter(payout_file=file).select_related("merchant").order_by("pk"))


def _written(file: PayoutFile, rows: list[Settlement]) -> bytes:
    payer = pain001.Party(file.debtor_name, file.debtor_bank, file.debtor_account)
    head = pain001.Head(file.message_id, file.made_at, file.execution_day, payer)
    return pain001.document(head, (_line(row) for row in rows))


def _line(row: Settlement) -> pain001.Line:
    return pain001.Line(
        reference=row.uid.hex,
        amount=row.amount,
        # Banks compare the name with the account's: the shop's own is only for accounts whose holder nobody told.
        to=pain001.Party(row.account_holder or row.payee, row.bank_code, row.bank_account),
        text=f"Penyelesaian {row.business_day:%d-%m-%Y} {row.merchant.merchant_id}",
    )


def _end(file: PayoutFile, ending: PayoutFile.Status, by: User, reason: str = "") -> PayoutFile:
    origins = [origin for origin, target in TRANSITIONS if target == ending]
    rows = PayoutFile.objects.filter(pk=file.pk, status__in=origins)
    if rows.update(status=ending, ended_by=by, ended_at=timezone.now(), end_reason=reason) != 1:
        raise PayoutFileMoved
    file.refresh_from_db()
    return file
