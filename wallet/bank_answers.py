"""The bank's answers, taken in: a file once, each of its lines applied once, in one transaction with the money it moves.

A file that says something impossible of a payment is taken in all the same: its other lines count, and that line says why it
does not. A file is what an officer uploads, and what came back is paid again: lines that say so wait until another officer has
compared them with the bank's statement (`AnswerReturns`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Count, Q, Sum
from django.utils.translation import gettext

from wallet import bank_answer_files, proposals, settlement
from wallet.errors import ReasonMissing
from wallet.models import AnswerReturns, AnswerReview, BankAnswer, BankAnswerFile, PayoutFile, Settlement
from wallet.payout_errors import AnswerFileEmpty, AnswerFileKnown, AnswerFileTooLarge, AnswerFileUnknown, AnswerNotOpen
from wallet.transactions import retried

Says, State, Paid, Back = BankAnswer.Says, BankAnswer.State, Settlement.Status, AnswerReturns.Status
NAME_LENGTH = 120


@retried
def take_in(name: str, content: bytes, by: User) -> BankAnswerFile:
    """Keeps the file's lines, to be applied; what it says came back, once another officer agrees.

    Raises PayoutError: AnswerFileKnown, what is wrong with it, and where.
    """
    limit: int = settings.WALLET["answer_bytes"]
    if len(content) > limit:
        raise AnswerFileTooLarge(limit=limit // 1_000_000)
    digest = hashlib.sha256(content).hexdigest()
    _refuse_known(digest)
    form, read = bank_answer_files.read(content)
    answers = list(_of_payments(read))
    try:
        with transaction.atomic():
            file = BankAnswerFile.objects.create(
                name=name[-NAME_LENGTH:] or "-", form=form, digest=digest, count=len(answers), by=by
            )
    except IntegrityError:  # the same file, at the same moment
        _refuse_known(digest)
        raise
    BankAnswer.objects.bulk_create(
        (
            BankAnswer(
                file=file,
                line=answer.line,
                reference=answer.reference,
                says=answer.says,
                amount=answer.amount,
                reason=answer.reason,
            )
            for answer in answers
        ),
        batch_size=1_000,
    )
    if back := sum(answer.says == Says.RETURNED for answer in answers):
        reason = gettext("%(count)s pembayaran kembali menurut %(file)s") % {"count": back, "file": file.name}
        AnswerReturns.objects.create(file=file, reason=reason, proposed_by=by)
    return file


def _of_payments(answers: list[bank_answer_files.Answer]) -> Iterator[bank_answer_files.Answer]:
    """One answer a payment: of a file that was rejected whole, each that still waits.

    Raises AnswerFileUnknown, AnswerFileEmpty.
    """
    for answer in answers:
        if not answer.whole:
            yield answer
            continue
        file = PayoutFile.objects.filter(message_id=answer.reference, status=PayoutFile.Status.SENT).first()
        if file is None:
            raise AnswerFileUnknown(reference=answer.reference)
        rows = list(file.settlements.filter(status=Paid.PENDING).order_by("pk"))
        if not rows:
            raise AnswerFileEmpty
        for line, row in enumerate(rows, 1):
            yield replace(answer, line=line, reference=row.uid.hex, amount=row.amount, whole=False)


@retried
def agree(returns: AnswerReturns, by: User) -> AnswerReturns:
    """Its payments came back: their lines are applied from now on. Raises OwnProposal, ProposalMoved."""
    return proposals.agree(returns, by)


def told_back(file: BankAnswerFile) -> tuple[int, int]:
    """Of the settlements that the bank was sent, how many the file says came back, and their rupiah."""
    named = [_uid(answer) for answer in file.answers.filter(says=Says.RETURNED).only("reference")]
    sent = Settlement.objects.filter(uid__in=filter(None, named), payout_file__status=PayoutFile.Status.SENT)
    told = sent.aggregate(count=Count("pk"), total=Sum("amount", default=0))
    return told["count"], told["total"]


def apply_waiting(file: BankAnswerFile | None = None) -> Iterator[BankAnswer]:
    """Applies each line that waits, one transaction each; safe to repeat, to cut short and to race. Yields those it ended.

    A line that says a payment came back is left until that was agreed to, or dropped.
    """
    rows = BankAnswer.objects.filter(
        ~Q(says=Says.RETURNED) | ~Q(file__returns__status=Back.PROPOSED), state=State.WAITING
    )
    if file is not None:
        rows = rows.filter(file=file)
    for number in rows.order_by("pk").values_list("pk", flat=True).iterator():
        if (ended := _apply(number)) is not None:
            yield ended


@retried
def review(answer: BankAnswer, reason: str, by: User) -> AnswerReview:
    """Ends the wait of an answer that could not be applied: an officer looked into it. Raises ReasonMissing, AnswerNotOpen."""
    if not reason.strip():
        raise ReasonMissing
    answer = BankAnswer.objects.select_for_update(of=("self",)).get(pk=answer.pk)
    if answer.state != State.REFUSED or AnswerReview.objects.filter(answer=answer).exists():
        raise AnswerNotOpen
    return AnswerReview.objects.create(answer=answer, reason=reason.strip(), by=by)


@retried
def _apply(number: int) -> BankAnswer | None:
    answer = BankAnswer.objects.select_for_update().get(pk=number)
    if answer.state != State.WAITING:
        return None
    if answer.says == Says.RETURNED:
        decided = AnswerReturns.objects.values_list("status", flat=True).get(file=answer.file_id)
        if decided == Back.DROPPED:
            return _end(answer, State.DROPPED)
        if decided == Back.PROPOSED:
            return None
    row = _settlement_of(answer)
    if row is None:
        return _end(answer, State.REFUSED, refusal="unknown_reference")
    if answer.amount not in (None, row.amount):
        return _end(answer, State.REFUSED, row, "amount_differs")
    if answer.says == Says.PENDING:
        return _end(answer, State.KNOWN, row)
    if row.status == (Paid.PAID if answer.says == Says.PAID else Paid.RETURNED):
        return _end(answer, State.KNOWN, row)
    if not PayoutFile.objects.filter(settlements=row.pk, status=PayoutFile.Status.SENT).exists():
        return _end(
            answer, State.REFUSED, row, "not_sent"
        )  # the bank was not told of it: somebody else's, or a mistake
    if answer.says == Says.PAID:
        if row.status == Paid.RETURNED:
            return _end(answer, State.REFUSED, row, "returned_before")
        settlement.confirm_paid(row)
        return _end(answer, State.APPLIED, row)
    ended = _end(answer, State.APPLIED, row)  # first: the settlement's trigger asks for it, and for who agreed
    settlement.returned(row, answer.reason or gettext("Dikembalikan bank"))
    return ended


def _settlement_of(answer: BankAnswer) -> Settlement | None:
    """Locked, and read after the lock. Banks write references in capitals, or with hyphens: UUIDs read them all."""
    if (uid := _uid(answer)) is None:
        return None
    return Settlement.objects.select_for_update(of=("self",)).filter(uid=uid).first()


def _uid(answer: BankAnswer) -> UUID | None:
    try:
        return UUID(hex=answer.reference)
    except ValueError:
        return None


def _end(answer: BankAnswer, state: str, row: Settlement | None = None, refusal: str = "") -> BankAnswer:
    answer.state, answer.settlement, answer.refusal = state, row, refusal
    answer.save(update_fields=["state", "settlement", "refusal"])
    return answer


def _refuse_known(digest: str) -> None:
    known = BankAnswerFile.objects.filter(digest=digest).values_list("pk", flat=True).first()
    if known is not None:
        raise AnswerFileKnown(known=known)
