"""Who sends a transaction request: its headers, clock, token, signature, address and granted services, in that order."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from wallet import credentials
from wallet.credentials import Held
from wallet.models import Partner
from wallet.snap import access_token, callers, signature, timestamps
from wallet.snap.codes import Case, SnapError

PARTNER_ID = re.compile(r"[\x21-\x7e]{1,36}")
# Numeric in one table of the standard, alphanumeric in another; UUIDs with hyphens, 36 long, are what many senders use.
EXTERNAL_ID = re.compile(r"[0-9A-Za-z-]{1,36}")
CHANNEL_ID = re.compile(r"[0-9A-Za-z]{1,5}")
SIGNATURE = re.compile(r"[\x21-\x7e]{1,2048}")
CONTENT_TYPE = re.compile(r"application/json *(;.*)?", re.IGNORECASE)
BEARER = re.compile(r"Bearer +([0-9A-Za-z._~+/=-]{16,512})", re.IGNORECASE)
CUSTOMER_HEADER = "Authorization-Customer"
CUSTOMER_BEARER = re.compile(r"Bearer +([\x21-\x7e]{1,512})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated request: whose it is, and the X-EXTERNAL-ID it spends on which Jakarta day."""

    partner: Partner
    external_id: str
    day: date


def header(request: Request, name: str, shape: re.Pattern[str]) -> str:
    """A mandatory header. Raises SnapError: 400/02 if it is missing, 400/01 if it does not have the shape."""
    text: str = request.headers.get(name, "")
    if not text:
        raise SnapError(Case.INVALID_MANDATORY, name)
    if not shape.fullmatch(text):
        raise SnapError(Case.INVALID_FORMAT, name)
    return text


def customer_token(authorization: str) -> str:
    """What a customer gave the partner, as `CUSTOMER_HEADER` carries it. Raises SnapError (401/02): it is no bearer token."""
    match = CUSTOMER_BEARER.fullmatch(authorization)
    if match is None:
        raise SnapError(Case.INVALID_CUSTOMER_TOKEN)
    return match[1]


def current(timestamp: str) -> datetime:
    """The moment in X-TIMESTAMP. Raises SnapError: 400/01 if it is no time, 401/00 if it is too far from our clock."""
    try:
        moment = timestamps.parse(timestamp)
    except ValueError:
        raise SnapError(Case.INVALID_FORMAT, "X-TIMESTAMP") from None
    if not timestamps.is_current(moment):
        raise SnapError(Case.UNAUTHORIZED, "X-TIMESTAMP")
    return moment


class SnapAuthentication(BaseAuthentication):
    """Signature (1) where there is a bearer token, signature (2) where there is none; `request.auth` is the Caller.

    The header decides the kind and each kind has a key of its own, so neither can be passed off as the other. Who signed is then
    asked where from, and whether the service was granted: a partner reaches what it was given, and nothing else.
    """

    def authenticate(self, request: Request) -> tuple[Partner, Caller]:
        """The partner and the Caller. Raises SnapError (400, 401, 403/01)."""
        header(request, "Content-Type", CONTENT_TYPE)
        timestamp = header(request, "X-TIMESTAMP", timestamps.SHAPE)
        given = header(request, "X-SIGNATURE", SIGNATURE)
        partner_id = header(request, "X-PARTNER-ID", PARTNER_ID)
        external_id = header(request, "X-EXTERNAL-ID", EXTERNAL_ID)
        header(request, "CHANNEL-ID", CHANNEL_ID)
        moment = current(timestamp)
        authorization: str | None = request.headers.get("Authorization")
        if authorization is None:
            partner, held = _by_key(request, partner_id, timestamp, given)
        else:
            partner, held = _by_token(request, authorization, timestamp, given)
            if partner.client_id != partner_id:
                raise SnapError(Case.UNAUTHORIZED, "X-PARTNER-ID")
        callers.check_network(partner, request)
        callers.check_scope(partner, request.parser_context["view"].service)
        credentials.note_use(held, timezone.now())
        # The day of the signed timestamp, not of our clock: what was recorded before midnight cannot be replayed after.
        return partner, Caller(partner, external_id, moment.astimezone(timestamps.JAKARTA).date())


def _by_token(request: Request, authorization: str, timestamp: str, given: str) -> tuple[Partner, Held]:
    match = BEARER.fullmatch(authorization)
    if match is None:
        raise SnapError(Case.INVALID_TOKEN)
    holder = access_token.bearer(match[1])
    texts = signature.accepted_strings(str(request.method), endpoint_url(request), _body(request), timestamp, match[1])
    secrets = [held.secret for held in holder.held]
    place = signature.matching_secret(secrets, credentials.MOST_AT_ONCE, texts, given)
    if place is None or not secrets[place]:
        raise SnapError(Case.UNAUTHORIZED, "Signature")
    return holder.partner, holder.held[place]


def _by_key(request: Request, partner_id: str, timestamp: str, given: str) -> tuple[Partner, Held]:
    """As for the access token: unknown partner, inactive partner and wrong signature are one answer."""
    texts = signature.accepted_strings(str(request.method), endpoint_url(request), _body(request), timestamp)
    proved = access_token.prove(partner_id, texts, given)
    return proved.partner, proved.key


def endpoint_url(request: Request) -> str:
    """The relative path including the query, as the sender signs it."""
    query = request.META.get("QUERY_STRING", "")
    return f"{request.path}?{query}" if query else request.path


def _body(request: Request) -> bytes:
    """The bytes as sent: read before the parser, which then reads this copy."""
    body: bytes = request._request.body
    return body
