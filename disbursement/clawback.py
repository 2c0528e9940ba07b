"""Clawback with due process: proposed, told, objected to, decided; recovered from later aid of the programme, or given back.

A case is about what one programme paid to one person, and is recovered from that programme's aid to that person alone: its
fund bore the loss, and another programme's money has another purpose, another member's another owner. It never takes what
is in a purse unless the person agrees, and never more than is there. It is about the human being: who is merged into another
row is claimed back from as the survivor, without a row here changing.

What was recovered is added up from rows: what lines that were paid withheld (withholding.py), and what was given back.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import BigIntegerField, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from beneficiaries import merged_rows, working_days
from beneficiaries.models import Person
from disbursement.clawback_errors import (
    ClaimNotLower,
    ClaimsTooMuch,
    ClawbackMoved,
    ConsentUsed,
    GivesBackTooMuch,
    NothingClaimed,
    NotOneRecipient,
    ObjectionStillPossible,
    ObjectionTooLate,
    PaymentNotPaid,
    ProposerDecides,
    PurseNotOfCase,
    RecipientDied,
    ShareOutOfRange,
    UnderClawback,
)
from disbursement.clawback_states import advance, begin
from disbursement.errors import ReasonMissing
from disbursement.models import Clawback, ClawbackPayment, Enrolment, GiveBack, Instruction, Withholding
from wallet import ledger
from wallet.errors import WalletInactive
from wallet.models import Purse, Transfer, Wallet
from wallet.money import rupiah
from wallet.transactions import retried

logger = logging.getLogger(__name__)
S = Clawback.Status
Line = Instruction.Status
MOST_SHARE = 99
HEARD = (S.OBJECTED, S.DECIDED)  # the person has objected: from here on nothing is the proposer's alone


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a case stands, in rupiah: what is claimed, what paid lines withheld, what waiting lines will, what was given back."""

    claim: int
    withheld: int
    waiting: int
    given: int
    given_up: bool = False  # the case was dropped, or the rest of it written off

    @property
    def recovered(self) -> int:
        return self.withheld + self.given

    @property
    def left(self) -> int:
        """What the next line may still withhold, or the person give back."""
        return 0 if self.given_up else max(self.claim - self.withheld - self.waiting - self.given, 0)


def standing(case: Clawback) -> Standing:
    """Where the case stands now. What a line withholds counts as recovered once the line is paid, and no longer if it is not."""
    live = case.withholdings.filter(instruction__live=True)
    sums = live.aggregate(
        all=Sum("amount", default=0), paid=Sum("amount", filter=Q(instruction__status=Line.PAID), default=0)
    )
    given = case.given_back.aggregate(total=Sum("amount", default=0))["total"]
    given_up = case.status in (S.DROPPED, S.WRITTEN_OFF)
    return Standing(case.claim, sums["paid"], sums["all"] - sums["paid"], given, given_up)


def claimable(instruction: Instruction) -> int:
    """Rupiah of the payment that no case claims yet; nothing of one that was not paid, or was taken back."""
    if instruction.status != Line.PAID:
        return 0
    return instruction.amount - _claimed([instruction.pk]).get(instruction.pk, 0)


@retried
def propose(payments: Mapping[int, int], *, reason: str, evidence: str, by: User, share: int | None = None) -> Clawback:
    """A case about these payments: by instruction, how many rupiah of each were too much.

    `share` is the most that is withheld of a cycle's aid, in percent (the settings' by default). Nothing happens to anybody
    before a notice, its time, and a second officer. It names the row that was paid, also where that is merged into another:
    whoever is parted takes it along. Raises NothingClaimed, ReasonMissing, ShareOutOfRange, NotOneRecipient, PaymentNotPaid,
    ClaimsTooMuch.
    """
    chosen = {number: amount for number, amount in payments.items() if amount}
    reason, evidence = _required(reason), _required(evidence)
    share = settings.DISBURSEMENT["clawback_share"] if share is None else share
    if not 1 <= share <= MOST_SHARE:
        raise ShareOutOfRange(most=MOST_SHARE)
    if not chosen or any(amount < 0 for amount in chosen.values()):
        raise NothingClaimed
    paid = Instruction.objects.filter(pk__in=chosen)
    # Whoever joins or parts two rows of a person meanwhile is waited for, or waits.
    list(Enrolment.objects.select_for_update(no_key=True).filter(pk__in=paid.values("enrolment")).order_by("pk"))
    locked = paid.select_for_update(of=("self",), no_key=True).order_by("pk")
    rows = list(locked.select_related("enrolment__person"))
    of_rows = {row.enrolment.person_id for row in rows}
    people = {row.enrolment.person.merged_into_id or row.enrolment.person_id for row in rows}
    programmes = {row.enrolment.programme_id for row in rows}
    if len(rows) != len(chosen) or len(people) != 1 or len(programmes) != 1:
        raise NotOneRecipient
    claimed = _claimed(list(chosen))
    for row in rows:
        if row.status != Line.PAID:
            raise PaymentNotPaid(instruction=row.pk, status=row.get_status_display())
        most = row.amount - claimed.get(row.pk, 0)
        if chosen[row.pk] > most:
            raise ClaimsTooMuch(instruction=row.pk, most=rupiah(most))
    case = begin(
        by,
        programme_id=programmes.pop(),
        person_id=(of_rows if len(of_rows) == 1 else people).pop(),
        claim=sum(chosen.values()),
        share=share,
        reason=reason,
        evidence=evidence,
    )
    ClawbackPayment.objects.bulk_create(
        ClawbackPayment(clawback=case, instruction_id=number, amount=chosen[number]) for number in sorted(chosen)
    )
    return case


@retried
def notify(case: Clawback, *, by: User, reason: str) -> Clawback:
    """The person is told (`notice`, `notices_due`), and may object from now on until a day.

    Raises ReasonMissing, ClawbackMoved.
    """
    reason, case = _required(reason), _locked(case)
    until = working_days.after(timezone.localdate(), settings.DISBURSEMENT["clawback_objection_days"])
    advance(case, S.NOTICED, by=by, reason=reason, noticed_at=timezone.now(), objection_until=until)
    return case


@retried
def object_to(
    case: Clawback, text: str, *, channel: Clawback.Channel, by: User | None = None, objected_on: date | None = None
) -> Clawback:
    """The person objects: nothing is withheld before another officer than the proposer has decided.

    `by` is the officer who writes it down: nobody where the person brings it in the application. `objected_on` is the day that
    it was brought, where it is written down later. Raises ReasonMissing, ClawbackMoved,
    ObjectionTooLate.
    """
    text, case = _required(text), _locked(case)
    day = min(objected_on or timezone.localdate(), timezone.localdate())
    if case.status != S.NOTICED or case.objection_until is None:
        raise ClawbackMoved(status=case.get_status_display())
    if day > case.objection_until:
        raise ObjectionTooLate(until=date_format(case.objection_until, "j F Y"))
    advance(
        case,
        S.OBJECTED,
        by=by,
        reason=str(_("Penerima mengajukan keberatan.")),
        objection=text,
        objection_channel=channel,
        objected_on=day,
        answer_by=working_days.after(day, settings.DISBURSEMENT["clawback_answer_days"]),
    )
    return case


@retried
def decide(case: Clawback, *, by: User, reason: str, claim: int | None = None) -> Clawback:
    """Another officer than the proposer decides on the objection: the claim stands, or (`claim`) is lowered, with 0 dropped.

    Raises ReasonMissing, ProposerDecides, ClawbackMoved, ClaimNotLower.
    """
    reason, case = _required(reason), _locked(case)
    _another(case, by)
    if case.status != S.OBJECTED:
        raise ClawbackMoved(status=case.get_status_display())
    if claim is not None and not 0 <= claim < case.claim:
        raise ClaimNotLower(claim=rupiah(case.claim))
    if claim == 0:
        advance(case, S.DROPPED, by=by, reason=reason)
    else:
        advance(case, S.DECIDED, by=by, reason=reason, **({} if claim is None else {"claim": claim}))
    return case


@retried
def enforce(case: Clawback, *, by: User, reason: str) -> Clawback:
    """From the next batch on it is recovered. By another officer than the proposer, when nobody can object any more.

    Raises ReasonMissing, ProposerDecides, ObjectionStillPossible, RecipientDied, ClawbackMoved.
    """
    reason, case = _required(reason), _locked(case)
    _another(case, by)
    if case.status == S.NOTICED and case.objection_until and timezone.localdate() <= case.objection_until:
        raise ObjectionStillPossible(until=date_format(case.objection_until, "j F Y"))
    if _survivor(case).status == Person.Status.DECEASED:
        raise RecipientDied
    advance(case, S.IN_FORCE, by=by, reason=reason, enforced_by=by, enforced_at=timezone.now())
    return case


@retried
def drop(case: Clawback, *, by: User, reason: str) -> Clawback:
    """It was no overpayment: nothing is recovered, and the payments may be claimed anew.

    Where the person has objected, by another officer than the proposer, before and after that is decided. Never once it is in
    force: what was recovered by then is owed. Raises ReasonMissing, ProposerDecides, ClawbackMoved.
    """
    reason, case = _required(reason), _locked(case)
    if case.status in HEARD:
        _another(case, by)
    advance(case, S.DROPPED, by=by, reason=reason)
    return case


@retried
def write_off(case: Clawback, *, by: User, reason: str) -> Clawback:
    """What is left is not recovered, as where the person died; what was, stays recovered. By another officer than the proposer.

    What batches that are prepared withhold already is paid out as they say. Raises ReasonMissing, ProposerDecides, ClawbackMoved.
    """
    reason, case = _required(reason), _locked(case)
    _another(case, by)
    advance(case, S.WRITTEN_OFF, by=by, reason=reason)
    return case


@retried
def give_back(case: Clawback, purse: Purse, amount: int, *, agreed_on: date, consent: str, by: User) -> GiveBack:
    """The person agreed, in a paper with that number, to give back so much from a purse: it goes to the programme's fund now.

    Out of purses of the case's programme, or of money that the person paid in, which are in their wallet now. Once a paper:
    asked for again, it moves nothing. Raises ReasonMissing (no paper), ConsentUsed (for something else), ClawbackMoved,
    GivesBackTooMuch, PurseNotOfCase, wallet.errors.InsufficientFunds (or what is held), InvalidAmount, WalletInactive.
    """
    consent, case = " ".join(_required(consent).split()).upper(), _locked(case)
    ledger.check_amount(amount)
    if earlier := case.given_back.filter(consent=consent).first():
        if (earlier.purse_id, earlier.amount) != (purse.pk, amount):
            raise ConsentUsed(consent=consent)
        return earlier
    if case.status != S.IN_FORCE:
        raise ClawbackMoved(status=case.get_status_display())
    left = standing(case).left
    if amount > left:
        raise GivesBackTooMuch(most=rupiah(left))
    ledger.lock_wallets_of([purse.pk])  # nobody passes the purse on, or closes the wallet, meanwhile
    purse = Purse.objects.select_related("wallet").get(pk=purse.pk)
    if purse.wallet.status != Wallet.Status.ACTIVE:
        raise WalletInactive(wallet=purse.wallet_id)
    if not purses_for(case).filter(pk=purse.pk).exists():
        raise PurseNotOfCase
    made = GiveBack.objects.create(
        clawback=case, purse=purse, amount=amount, agreed_on=agreed_on, consent=consent, by=by
    )
    ledger.post([ledger.Leg(purse.pk, case.programme.fund_id, amount, Transfer.Kind.GIVE_BACK, made.key)])
    _settle(case)
    return made


def purses_for(case: Clawback) -> QuerySet[Purse]:
    """The person's purses with money that may be given back in this case."""
    paid_in = Transfer.objects.filter(kind=Transfer.Kind.DISBURSEMENT, credit=OuterRef("pk"))
    by_programme = paid_in.filter(debit__batch__cycle__programme=case.programme_id)
    return (
        Purse.objects.filter(wallet=_survivor(case).wallet_id, account__balance__gt=F("account__held"))
        .filter(Exists(by_programme) | ~Exists(paid_in))
        .select_related("account", "terms")
        .order_by(F("usable_until").asc(nulls_last=True), "pk")
    )


def sweep() -> int:
    """Settles each case of which everything is recovered; returns how many that were."""
    paid = Withholding.objects.filter(clawback=OuterRef("pk"), instruction__status=Line.PAID)
    given = GiveBack.objects.filter(clawback=OuterRef("pk"))
    due = Clawback.objects.filter(status=S.IN_FORCE, claim__lte=_sum(paid) + _sum(given)).order_by("pk")
    settled = 0
    for number in list(due.values_list("pk", flat=True)):
        try:
            settled += _settled(number)
        except Exception:  # one case's trouble must not keep the others waiting
            logger.exception("sweep: clawback %s", number)
    return settled


def lock_of(instruction: Instruction) -> list[Clawback]:
    """The cases that the line withholds for, locked: the caller takes the payment back. Needs a transaction.

    Raises UnderClawback if the payment itself is claimed back.
    """
    claimed = ClawbackPayment.objects.filter(instruction=instruction).exclude(clawback__status=S.DROPPED).first()
    if claimed is not None:
        raise UnderClawback(clawback=claimed.clawback_id)
    cases = Clawback.objects.select_for_update(of=("self",), no_key=True)
    return list(cases.filter(withholdings__instruction=instruction).order_by("pk"))


def reopen(cases: list[Clawback]) -> None:
    """A line that withheld for these locked cases was taken back: who had everything has it no longer."""
    for case in cases:
        if case.status == S.SETTLED and standing(case).recovered < case.claim:
            advance(case, S.IN_FORCE, by=None, reason=str(_("Pembayaran yang dipotong ditarik kembali.")))


@retried
def _settled(number: int) -> bool:
    return _settle(Clawback.objects.select_for_update(of=("self",), no_key=True).get(pk=number))


def _settle(case: Clawback) -> bool:
    """Settles the locked case if all of it is recovered: a line that still waits has not recovered anything."""
    if case.status != S.IN_FORCE or standing(case).recovered < case.claim:
        return False
    advance(case, S.SETTLED, by=None, reason=str(_("Seluruhnya sudah dikembalikan.")))
    return True


def _sum(rows: QuerySet[Any]) -> Coalesce:
    totals = rows.order_by().values("clawback").annotate(total=Sum("amount")).values("total")
    return Coalesce(Subquery(totals, output_field=BigIntegerField()), 0, output_field=BigIntegerField())


# --- telling the person ---


def notices_due() -> QuerySet[Clawback]:
    """Cases whose person has to be told now that they may object; `notice` says what. Telling twice is theirs who tell."""
    return (
        Clawback.objects.filter(status=S.NOTICED, objection_until__gte=timezone.localdate())
        .select_related("person", "programme")
        .order_by("pk")
    )


def reason_told(case: Clawback) -> str:
    """The reason as a sentence, for others follow it; whoever typed it may have left out the stop."""
    return case.reason if case.reason.endswith((".", "!", "?")) else f"{case.reason}."


def notice(case: Clawback) -> str:
    """What the person is told, in a few sentences without names: how much, why, how it is recovered, until when to object."""
    said = {
        "number": case.pk,
        "programme": case.programme.after_aid,
        "claim": rupiah(case.claim),
        "reason": reason_told(case),
        "share": case.share,
        "until": date_format(case.objection_until, "j F Y") if case.objection_until else "-",
    }
    return (
        _(
            "Perkara %(number)s: bantuan %(programme)s yang Anda terima kelebihan %(claim)s. Alasan: %(reason)s Kelebihan itu "
            "dipotong dari bantuan %(programme)s berikutnya, paling banyak %(share)s%% setiap kali. Uang yang sudah ada di "
            "dompet Anda tidak diambil. Bila tidak setuju, ajukan keberatan lewat aplikasi atau kelurahan sampai %(until)s."
        )
        % said
    )


# --- shared ---


def _claimed(instructions: list[int]) -> dict[int, int]:
    """By instruction, the rupiah that cases claim of it; what was dropped claims nothing."""
    rows = ClawbackPayment.objects.filter(instruction__in=instructions).exclude(clawback__status=S.DROPPED)
    return dict(rows.order_by().values_list("instruction").annotate(Sum("amount")))


def _survivor(case: Clawback) -> Person:
    return merged_rows.survivor(case.person)


def _another(case: Clawback, by: User) -> None:
    if case.proposed_by_id == by.pk:
        raise ProposerDecides


def _locked(case: Clawback) -> Clawback:
    """The case as it is now, for this transaction alone; a batch that withholds for it waits, or is waited for."""
    locked = Clawback.objects.select_for_update(of=("self",), no_key=True)
    return locked.select_related("programme", "person").get(pk=case.pk)


def _required(text: str) -> str:
    text = text.strip()
    if not text:
        raise ReasonMissing
    return text
