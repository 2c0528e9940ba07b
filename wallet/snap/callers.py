"""Where a request comes from, and whether its partner calls from there."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request

from wallet import networks
from wallet.models import Partner
from wallet.snap.codes import Case, Service, SnapError


def address_of(request: Request | HttpRequest) -> str:
    """The caller's IP address: behind our proxy the one that it saw, which it appends to X-Forwarded-For.

    What stands before that in the header, the caller may have written; without a proxy, all of it.
    """
    told: str = request.META.get("REMOTE_ADDR", "")
    if settings.SECURE_PROXY_SSL_HEADER:
        told = request.META.get("HTTP_X_FORWARDED_FOR", told).rpartition(",")[2]
    return told.strip()


def check_network(partner: Partner, request: Request) -> None:
    """Returns if the partner may call from there. Raises SnapError (401/00).

    Only for a partner whose signature was right: to anybody else an address tells nothing about who is a partner.
    """
    if partner.networks and not networks.admits(partner.networks, address_of(request)):
        raise SnapError(Case.UNAUTHORIZED, "IP Address")


def may_pay_cash(partner: Partner) -> bool:
    """True if the partner was granted cash-outs (44), whatever service asks for one: a payment at an agent is cash drawn."""
    return Service.OTC_CASHOUT in partner.scopes


def check_scope(partner: Partner, service: str) -> None:
    """Returns if the partner was granted the service. Raises SnapError (403/01)."""
    if service not in partner.scopes:
        raise SnapError(Case.FEATURE_NOT_ALLOWED)
