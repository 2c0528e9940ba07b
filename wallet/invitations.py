"""Invitations: how a partner's own staff open the partner's page once, without an account and a password with us.

A link goes to them one way and a code another; each alone opens nothing. Guesses at the code are counted, and committed, before
they are compared, and a few wrong ones end the invitation.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from wallet.credential_errors import InvitationInvalid
from wallet.models import Partner, PartnerInvitation
from wallet.transactions import retried

TOKEN_BYTES = 32
CODE_DIGITS = 8


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation as it is told, once: `token` for the link, `code` for another channel."""

    invitation: PartnerInvitation
    token: str
    code: str


def invite(partner: Partner, *, by: str) -> Invited:
    """A new invitation with both of its halves; an earlier one, and the page that it opened, end.

    Of a partner that two officers stand behind, the database asks for their word: `partner_changes.ask_invitation`.
    """
    code = new_code()
    token = open_for(partner, digest_of_code(code), by=by)
    return Invited(PartnerInvitation.objects.get(digest=_digest(token)), token, code)


@retried
def open_for(partner: Partner, code: bytes, *, by: str) -> str:
    """A new invitation for a code that is known by its digest; returns the token of its link. An earlier one ends."""
    now = timezone.now()
    Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
    end(partner, now)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    PartnerInvitation.objects.create(
        partner=partner,
        digest=_digest(token),
        code_digest=_bound(token, code),
        expires_at=now + settings.WALLET["invitation_lifetime"],
        created_by=by,
    )
    return token


def new_code() -> str:
    """A code of an invitation that is yet to be made: eight digits."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"


def digest_of_code(code: str) -> bytes:
    """What is kept of a code before its invitation has a link; keyed, for there are only so many codes."""
    return hmac.digest(settings.PIN_PEPPER, f"invitation|{code}".encode(), "sha256")


def end(partner: Partner, now: datetime | None = None) -> int:
    """Ends the partner's open invitation and the page that it opened; returns how many there were."""
    return PartnerInvitation.objects.filter(partner=partner, ended_at__isnull=True).update(
        ended_at=now or timezone.now()
    )


def enter(token: str, code: str) -> PartnerInvitation:
    """The invitation, used by this. Raises InvitationInvalid, whatever is wrong."""
    with transaction.atomic(durable=True):
        row = PartnerInvitation.objects.select_for_update(no_key=True).filter(digest=_digest(token)).first()
        if row is None or not _usable(row) or not row.partner.active:
            raise InvitationInvalid
        # Counted before it is compared, and kept even if this process ends now: tries made at once do not share one.
        PartnerInvitation.objects.filter(pk=row.pk).update(failures=F("failures") + 1)
    if not hmac.compare_digest(bytes(row.code_digest), _bound(token, digest_of_code(code))):
        raise InvitationInvalid
    now = timezone.now()
    unused = PartnerInvitation.objects.filter(pk=row.pk, used_at__isnull=True, ended_at__isnull=True)
    if not unused.update(used_at=now, failures=row.failures):
        raise InvitationInvalid  # somebody was faster
    row.used_at = now
    return row


def opened(number: int) -> PartnerInvitation:
    """The invitation that opened a page, while that page may still be used. Raises InvitationInvalid."""
    row = PartnerInvitation.objects.select_related("partner").filter(pk=number).first()
    if row is None or row.used_at is None or row.ended_at is not None or not row.partner.active:
        raise InvitationInvalid
    if row.used_at + settings.WALLET["partner_page_time"] <= timezone.now():
        raise InvitationInvalid
    return row


def by_name(invitation: PartnerInvitation) -> str:
    """Who acts on a page, for the record: nobody of ours, but whoever was invited."""
    return f"undangan {invitation.pk}"


def _usable(row: PartnerInvitation) -> bool:
    return (
        row.used_at is None
        and row.ended_at is None
        and row.expires_at > timezone.now()
        and row.failures < settings.WALLET["invitation_attempts"]
    )


def _digest(token: str) -> bytes:
    # 256 random bits need no salt and no slow hash: there is nothing to guess.
    return hashlib.sha256(b"invitation|" + token.encode()).digest()


def _bound(token: str, code: bytes) -> bytes:
    """Keyed and bound to the link: a stolen table alone does not tell the codes apart."""
    return hmac.digest(settings.PIN_PEPPER, b"invitation|" + token.encode() + b"|" + code, "sha256")
