"""Who sends a transaction request: its headers, its clock, its token and its signature, in that order."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from wallet.models import Partner
from wallet.snap import access_token, signature, timestamps
from wallet.snap.codes import Case, SnapError

PARTNER_ID = re.compile(r"[\x21-\x7e]{1,36}")
# Numeric in one table of the standard, alphanumeric in another; UUIDs with hyphens, 36 long, are what many senders use.
EXTERNAL_ID = re.compile(r"[0-9A-Za-z-]{1,36}")
CHANNEL_ID = re.compile(r"[0-9A-Za-z]{1,5}")
SIGNATURE = re.compile(r"[\x21-\x7e]{1,2048}")
CONTENT_TYPE = re.compile(r"application/json *(;.*)?", re.IGNORECASE)
BEARER = re.compile(r"Bearer +([0-9A-Za-z._~+/=-]{16,512})", re.IGNORECASE)


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

    The header decides the kind and each kind has a key of its own, so neither can be passed off as the other.
    """

    def authenticate(self, request: Request) -> tuple[Partner, Caller]:
        """The partner and the Caller. Raises SnapError (400 or 401)."""
        header(request, "Content-Type", CONTENT_TYPE)
        timestamp = header(request, "X-TIMESTAMP", timestamps.SHAPE)
        given = header(request, "X-SIGNATURE", SIGNATURE)
        partner_id = header(request, "X-PARTNER-ID", PARTNER_ID)
        external_id = header(request, "X-EXTERNAL-ID", EXTERNAL_ID)
        header(request, "CHANNEL-ID", CHANNEL_ID)
        moment = current(timestamp)
        authorization: str | None = request.headers.get("Authorization")
        if authorization is None:
            partner = _by_key(request, partner_id, timestamp, given)
        else:
            partner = _by_token(request, authorization, timestamp, given)
            if partner.client_id != partner_id:
                raise SnapError(Case.UNAUTHORIZED, "X-PARTNER-ID")
        # The day of the signed timestamp, not of our clock: what was recorded before midnight cannot be replayed after.
        return partner, Caller(partner, external_id, moment.astimezone(timestamps.JAKARTA).date())


def _by_token(request: Request, authorization: str, timestamp: str, given: str) -> Partner:
    match = BEARER.fullmatch(authorization)
    if match is None:
        raise SnapError(Case.INVALID_TOKEN)
    partner = access_token.bearer(match[1])
    texts = signature.accepted_strings(str(request.method), endpoint_url(request), _body(request), timestamp, match[1])
    if not signature.verify_symmetric(partner.secret, texts, given):
        raise SnapError(Case.UNAUTHORIZED, "Signature")
    return partner


def _by_key(request: Request, partner_id: str, timestamp: str, given: str) -> Partner:
    """As for the access token: unknown partner, inactive partner and wrong signature are one answer."""
    partner = Partner.objects.filter(client_id=partner_id).first()
    pem = partner.public_key if partner else signature.NOBODYS_KEY
    texts = signature.accepted_strings(str(request.method), endpoint_url(request), _body(request), timestamp)
    signed = signature.verify_asymmetric(pem, texts, given)
    if partner is None or not partner.active or not signed:
        raise SnapError(Case.UNAUTHORIZED, "Signature")
    return partner


def endpoint_url(request: Request) -> str:
    """The relative path including the query, as the sender signs it."""
    query = request.META.get("QUERY_STRING", "")
    return f"{request.path}?{query}" if query else request.path


def _body(request: Request) -> bytes:
    """The bytes as sent: read before the parser, which then reads this copy."""
    body: bytes = request._request.body
    return body
