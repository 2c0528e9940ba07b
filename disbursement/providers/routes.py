"""Through which partner an enrolment is paid, and into which account there; without a route, into our own wallet.

Where somebody's aid goes is one officer's proposal and another's decision: it takes effect with the second, and the person is
told (mobile.decision_notices). Back to our own wallet it goes on one officer's word, because that wallet is the person's.

What a batch holds already goes the way that was approved; the next one goes the new way.
"""

from __future__ import annotations

import re
from datetime import datetime

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from beneficiaries import merged_rows
from beneficiaries.models import Person
from disbursement.enrolments import note
from disbursement.models import Enrolment, ProviderAccount, Route
from disbursement.provider_errors import (
    InvalidAccount,
    NoProposal,
    NumberDiffers,
    ProposalIsOwn,
    ProviderInactive,
    RouteProposed,
    RouteUnchanged,
)
from wallet import wallets
from wallet.transactions import retried

NUMBER = re.compile(r"[0-9]{8,20}")


def of(enrolment: Enrolment) -> Route | None:
    """The route in force, None for our own wallet."""
    rows = Route.objects.select_related("provider").filter(enrolment=enrolment, ended_at=None)
    return rows.filter(agreed_at__isnull=False).first()


def proposed(enrolment: Enrolment) -> Route | None:
    """The route that waits for a second officer, if one does."""
    return waiting().select_related("provider", "set_by").filter(enrolment=enrolment).first()


def waiting() -> QuerySet[Route]:
    """Every route that waits for a second officer."""
    return Route.objects.filter(ended_at=None, agreed_at=None)


@retried
def propose(enrolment: Enrolment, provider: ProviderAccount, number: str, why: str, by: User) -> Route:
    """Asks that the partner pay this account; nothing changes until another officer agrees. `number`: digits alone.

    Raises InvalidAccount, ProviderInactive, RouteUnchanged, RouteProposed, wallet.errors.ReasonMissing.
    """
    why = wallets.required(why)
    _check(enrolment, provider, number)
    made = _row(enrolment, provider, number, set_by=by, why=why[:200])
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        raise RouteProposed from error
    note(enrolment, by, _("Diusulkan dibayar lewat %(provider)s, akun %(number)s") % _said(made))
    return made


@retried
def agree(enrolment: Enrolment, number: str, by: User) -> Route:
    """The second officer agrees: from the next batch on the partner pays this account.

    `number` as that officer reads it in the person's own papers: nobody agrees to a number that they have not seen there.
    Raises NoProposal, ProposalIsOwn, NumberDiffers, ProviderInactive.
    """
    row = _proposal(enrolment, by)
    if number != row.number:
        raise NumberDiffers
    if not row.provider.active:
        raise ProviderInactive(provider=row.provider.name)
    row.agreed_by, row.agreed_at = by, timezone.now()
    _end(of(enrolment), by, row.agreed_at)
    row.save(update_fields=["agreed_by", "agreed_at"])
    note(enrolment, by, _("Dibayar lewat %(provider)s, akun %(number)s") % _said(row))
    return row


@retried
def refuse(enrolment: Enrolment, by: User, reason: str) -> Route:
    """The proposal comes to nothing. Whoever made it may take it back so too.

    Raises NoProposal, wallet.errors.ReasonMissing.
    """
    reason = wallets.required(reason)
    row = _proposal(enrolment, None)
    _end(row, by, timezone.now())
    note(enrolment, by, _("Usulan jalur bayar ditolak: %(reason)s") % {"reason": reason})
    return row


@retried
def set_partner(enrolment: Enrolment, provider: ProviderAccount, number: str) -> Route:
    """Takes a route over from a partner's list, for which no single officer stands: in force from the next batch on.

    Not for an officer's page: there, `propose` and `agree`. Raises InvalidAccount, ProviderInactive, RouteUnchanged.
    """
    _check(enrolment, provider, number)
    moment = timezone.now()
    _end(of(enrolment), None, moment)
    made = _row(enrolment, provider, number, agreed_at=moment)
    made.save(force_insert=True)
    return made


@retried
def set_own_wallet(enrolment: Enrolment, by: User | None) -> None:
    """From the next batch on it is paid into our own wallet. Raises RouteUnchanged."""
    _lock(enrolment)
    before = of(enrolment)
    if before is None:
        raise RouteUnchanged
    _end(before, by, timezone.now())
    if by is not None:
        note(enrolment, by, _("Dibayar ke dompet sendiri"))


def sharing(route: Route) -> int:
    """How many other people are paid into an account with the same number, or would be."""
    if not route.number:
        return 0
    same = Route.objects.filter(number_index__in=Route.number.indexes_of(route.number), ended_at=None)
    others = same.exclude(enrolment__person__in=merged_rows.numbers(route.enrolment.person))
    people = Person.objects.filter(pk__in=others.values("enrolment__person"))
    return len({merged_rows.survivor(person).pk for person in people})


def masked(route: Route) -> str:
    """The account number with its last three digits only; a dash where it was taken away."""
    number = route.number
    return f"•••••{number[-3:]}" if number else "–"


def _said(route: Route) -> dict[str, object]:
    return {"provider": route.provider, "number": masked(route)}


def _lock(enrolment: Enrolment) -> None:
    """Two officers at once: one after the other."""
    Enrolment.objects.select_for_update().get(pk=enrolment.pk)


def _check(enrolment: Enrolment, provider: ProviderAccount, number: str) -> None:
    if not NUMBER.fullmatch(number):
        raise InvalidAccount
    if not provider.active:
        raise ProviderInactive(provider=provider.name)
    _lock(enrolment)
    before = of(enrolment)
    if before is not None and (before.provider_id, before.number) == (provider.pk, number):
        raise RouteUnchanged


def _row(enrolment: Enrolment, provider: ProviderAccount, number: str, **fields: object) -> Route:
    made = Route(enrolment=enrolment, provider=provider, **fields)
    made.number = number
    return made


def _proposal(enrolment: Enrolment, decider: User | None) -> Route:
    _lock(enrolment)
    row = proposed(enrolment)
    if row is None:
        raise NoProposal
    if decider is not None and row.set_by_id == decider.pk:
        raise ProposalIsOwn
    return row


def _end(route: Route | None, by: User | None, moment: datetime) -> None:
    if route is not None:
        Route.objects.filter(pk=route.pk).update(ended_at=moment, ended_by=by)
