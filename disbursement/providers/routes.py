"""Through which partner an enrolment is paid, and into which account there; without a route, into our own wallet.

What a batch holds already goes the way that was approved; the next one goes the new way.
"""

from __future__ import annotations

import re

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _

from disbursement.enrolments import note
from disbursement.models import Enrolment, ProviderAccount, Route
from disbursement.provider_errors import InvalidAccount, ProviderInactive, RouteUnchanged
from wallet.transactions import retried

NUMBER = re.compile(r"[0-9]{8,20}")


def of(enrolment: Enrolment) -> Route | None:
    """The route in force, None for our own wallet."""
    return Route.objects.select_related("provider").filter(enrolment=enrolment, ended_at=None).first()


@retried
def set_partner(enrolment: Enrolment, provider: ProviderAccount, number: str, by: User | None) -> Route:
    """From the next batch on the partner pays this account. `number` as the partner writes it: digits alone.

    Raises InvalidAccount, ProviderInactive, RouteUnchanged.
    """
    if not NUMBER.fullmatch(number):
        raise InvalidAccount
    if not provider.active:
        raise ProviderInactive(provider=provider.name)
    before = _locked(enrolment)
    if before is not None and (before.provider_id, before.number) == (provider.pk, number):
        raise RouteUnchanged
    _end(before)
    made = Route(enrolment=enrolment, provider=provider, set_by=by)
    made.number = number
    made.save(force_insert=True)
    if by is not None:
        note(enrolment, by, _("Dibayar lewat %(provider)s, akun %(number)s") % {
            "provider": provider, "number": masked(made)})  # fmt: skip
    return made


@retried
def set_own_wallet(enrolment: Enrolment, by: User | None) -> None:
    """From the next batch on it is paid into our own wallet. Raises RouteUnchanged."""
    before = _locked(enrolment)
    if before is None:
        raise RouteUnchanged
    _end(before)
    if by is not None:
        note(enrolment, by, _("Dibayar ke dompet sendiri"))


def masked(route: Route) -> str:
    """The account number with its last three digits only; a dash where it was taken away."""
    number = route.number
    return f"•••••{number[-3:]}" if number else "–"


def _locked(enrolment: Enrolment) -> Route | None:
    Enrolment.objects.select_for_update().get(pk=enrolment.pk)  # two officers at once: one after the other
    return of(enrolment)


def _end(route: Route | None) -> None:
    if route is not None:
        Route.objects.filter(pk=route.pk).update(ended_at=timezone.now())
