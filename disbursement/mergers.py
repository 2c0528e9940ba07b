"""Two people of the registry are one: their enrolments and wallets are joined, and can be parted again.

The registry calls `join` and `part` (settings.REGISTRY) within its own transaction, both people locked. It keeps what `join`
returns and hands it to `part`.

A person has one enrolment a programme: the survivor's stays as it is, ended or not, and the other's is ended; where the survivor
only waits, they get the place that the other had. What the survivor has none of moves over, payments and all, unless a place of
the survivor, or in their household, excludes it: then it is ended. The wallet of the other is pooled (wallet.pooling) into the
survivor's, or becomes the survivor's where there is none. An instruction that a batch still holds for the pooled wallet fails
there (``merged``), its money returns to the fund, and a later batch pays the enrolment that is left.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Q
from django.utils.translation import gettext as _

from beneficiaries import merged_rows
from beneficiaries.duplicates_merge import came_with
from beneficiaries.errors import MergeRefused
from beneficiaries.models import Person
from disbursement import conflicts
from disbursement.clawback_states import OPEN
from disbursement.enrolment_states import HOLDING, R, S, advance
from disbursement.enrolments import note, offer_places
from disbursement.models import ClawbackPayment, Enrolment, EnrolmentStep, Instruction
from wallet import pooling, wallets
from wallet.errors import MoneyMoved, PursesGone, WalletError
from wallet.models import Purse, Transfer, Wallet

Kept = dict[str, Any]


def join(survivor: Person, merged: Person, *, by: User, reason: str) -> Kept:
    """Everything of the merged person becomes the survivor's; returns what `part` needs. Raises MergeRefused."""
    kept = _join_enrolments(survivor, merged, by, reason)
    try:
        return kept | _join_wallets(survivor, merged, by, reason)
    except WalletError as error:
        raise MergeRefused(said=str(error)) from error


def part(survivor: Person, merged: Person, kept: Kept, *, by: User, reason: str) -> None:
    """Everything is as before the merge, and what was paid since through a moved enrolment goes with it.

    Raises MergeRefused if the purses are gone or their money has moved since (wallet.pooling says when), or if the survivor is
    claimed back from for what was paid to the other. An enrolment whose household has another one in that programme by now
    comes back ended.
    """
    _check_claims(survivor, merged, kept)
    try:
        _part_wallets(survivor, merged, kept, by, reason)
    except WalletError as error:
        raise MergeRefused(said=str(error)) from error
    for number in kept.get("took", []):
        advance([number], S.WAITING, reason=R.UNDONE, words=reason, by=by, origins=[S.ACTIVE])
    for moved in kept["moved"]:
        row = Enrolment.objects.select_for_update(no_key=True).get(pk=moved["enrolment"])
        row.person, row.household_id = merged, moved["household"]
        if row.status != S.ENDED and (_household_has_another(row) or _excluded(row, merged)):
            _ended([row.pk], R.HOUSEHOLD, reason, by)
        row.save(update_fields=["person", "household"])
        note(row, by, _("Kembali ke orangnya: %(reason)s") % {"reason": reason})
    was = kept.get("was", {})
    for number in kept["ended"]:
        row = Enrolment.objects.select_for_update(no_key=True).get(pk=number)
        before = S(was.get(str(number), S.ACTIVE))
        if (
            row.status == S.ENDED
            and not _household_has_another(row)
            and not (before in HOLDING and _excluded(row, merged))
        ):
            advance([row.pk], before, reason=R.UNDONE, words=reason, by=by, origins=[S.ENDED])
            note(row, by, _("Berlaku lagi: %(reason)s") % {"reason": reason})


def _check_claims(survivor: Person, merged: Person, kept: Kept) -> None:
    """Raises MergeRefused while a case would stay with the survivor, and its payments go with the other."""
    moved = [row["enrolment"] for row in kept["moved"]]
    theirs = Enrolment.objects.filter(Q(pk__in=moved) | Q(person__in=[merged.pk, *came_with(merged)])).order_by("pk")
    numbers = [row.pk for row in theirs.select_for_update(of=("self",), no_key=True)]  # nobody begins one meanwhile
    claims = ClawbackPayment.objects.filter(
        clawback__person=survivor, clawback__status__in=OPEN, instruction__enrolment__in=numbers
    )
    if claim := claims.order_by("clawback").first():
        said = _(
            "Perkara #%(number)s menagih kembali pembayaran kepada orang yang akan dipisahkan. Akhiri dahulu perkara itu."
        )
        raise MergeRefused(said=said % {"number": claim.clawback_id})


# --- enrolments ---


def _join_enrolments(survivor: Person, merged: Person, by: User, reason: str) -> Kept:
    of_both = Enrolment.objects.select_for_update(no_key=True).filter(person__in=[survivor, merged]).order_by("pk")
    rows = list(of_both)
    has = {row.programme_id: row for row in rows if row.person_id == survivor.pk}
    moved, ended, took = [], [], []
    was: dict[str, str] = {}
    for row in rows:
        if row.person_id != merged.pk:
            continue
        before = row.household_id
        if before is not None:
            row.household_id = survivor.household_id
        mine = has.get(row.programme_id)
        taken = row.status != S.ENDED and (_household_has_another(row) or _excluded(row, survivor, merged))
        if mine is not None or taken:
            if row.status != S.ENDED:
                was[str(row.pk)] = row.status
                _ended([row.pk], R.MERGED, reason, by)
                ended.append(row.pk)
                note(row, by, _("Kepesertaan berakhir, orangnya terdaftar ganda: %(reason)s") % {"reason": reason})
            if (
                mine is not None
                and mine.status == S.WAITING
                and row.status == S.ACTIVE
                and not _excluded(mine, survivor)
            ):
                took += advance([mine.pk], S.ACTIVE, reason=R.PLACE, words=reason, by=by, origins=[S.WAITING])
            continue
        row.person = survivor
        row.save(update_fields=["person", "household"])
        moved.append({"enrolment": row.pk, "household": before})
        note(row, by, _("Pindah ke orang yang sama yang terdaftar ganda: %(reason)s") % {"reason": reason})
    offer_places(ended)
    return {"moved": moved, "ended": ended, "was": was, "took": took}


def _ended(enrolments: list[int], why: EnrolmentStep.Reason, reason: str, by: User) -> None:
    advance(enrolments, S.ENDED, reason=why, words=reason, by=by)


def _excluded(row: Enrolment, person: Person, *others: Person) -> bool:
    """True if a place of the person, or of somebody else in their household, excludes this one."""
    never = [other.pk for other in others]
    return row.status != S.WAITING and conflicts.in_the_way(
        row.programme_id, person.pk, person.household_id, never=never
    )


def _household_has_another(row: Enrolment) -> bool:
    """True if another enrolment holds the household's only place in the programme, or waits for it."""
    others = Enrolment.objects.filter(programme=row.programme_id, household=row.household_id).exclude(status=S.ENDED)
    return row.household_id is not None and others.exclude(pk=row.pk).exists()


# --- wallets ---


def _join_wallets(survivor: Person, merged: Person, by: User, reason: str) -> Kept:
    if merged.wallet is None:
        return {}
    if survivor.wallet is None:
        wallets.lock([merged.wallet.pk])
        _hand_over(merged.wallet, merged, survivor)
        return {"taken": {"wallet": merged.wallet_id, "last": pooling.last_transfer()}}
    other_phone = merged_rows.other_phone(survivor, merged)
    pooled = pooling.pool(merged.wallet, survivor.wallet, reason, by.get_username(), other_phone=other_phone)
    return {"pooled": dataclasses.asdict(pooled)}


def _part_wallets(survivor: Person, merged: Person, kept: Kept, by: User, reason: str) -> None:
    if "pooled" in kept:
        pooled = pooling.Pooled(**kept["pooled"])
        if survivor.wallet_id != pooled.target or merged.wallet_id != pooled.source:
            raise PursesGone
        opened = _opened_since(kept, pooled.target, pooled.last)
        pooling.part(pooled, reason, by.get_username(), opened_since=opened)
    elif "taken" in kept:
        taken, last = kept["taken"]["wallet"], kept["taken"]["last"]
        if survivor.wallet_id != taken or merged.wallet_id is not None:
            raise PursesGone
        wallet = wallets.lock([taken])[taken]
        purses = set(Purse.objects.filter(wallet=wallet).values_list("pk", flat=True))
        pooling.check_untouched(purses, since=last)
        since = set(Transfer.objects.filter(pk__gt=last, credit__in=purses, kind=Transfer.Kind.DISBURSEMENT)
                    .values_list("credit_id", flat=True))  # fmt: skip
        if since - set(_opened_since(kept, taken, last)):  # aid of the survivor's own
            raise MoneyMoved
        _hand_over(wallet, survivor, merged)


def _hand_over(wallet: Wallet, giver: Person, taker: Person) -> None:
    # One after the other: a wallet has one person.
    Person.objects.filter(pk=giver.pk).update(wallet=None)
    Person.objects.filter(pk=taker.pk).update(wallet=wallet)


def _opened_since(kept: Kept, wallet: int, last: int) -> list[int]:
    """Purses that were paid since through the enrolments that moved, and are in the wallet."""
    moved = [row["enrolment"] for row in kept["moved"]]
    paid = Instruction.objects.filter(enrolment__in=moved, wallet=wallet, status=Instruction.Status.PAID)
    keys = [instruction.key for instruction in paid]
    opened = Transfer.objects.filter(key__in=keys, pk__gt=last).values_list("credit_id", flat=True)
    return list(Purse.objects.filter(pk__in=opened, wallet=wallet).values_list("pk", flat=True))
