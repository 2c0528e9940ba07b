"""Partners' keys and secrets: issued, replaced with an overlap, revoked at once, and read where requests are checked.

A partner's private key never reaches us; a secret is drawn here and told once. Several keys and several secrets may be in
force at once, `MOST_AT_ONCE` of each kind, so that a partner changes over without standing still.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone

from vault.sealing import CannotOpen
from wallet.credential_errors import (
    CredentialEnded,
    FormUsed,
    KeyKnown,
    KeyNotRsa,
    KeyTooLong,
    KeyTooShort,
    NotAPublicKey,
    PrivateKeyGiven,
    TooManyCredentials,
)
from wallet.models import AccessToken, Credential, Partner
from wallet.transactions import retried
from wallet.wallets import required

SECRET_BYTES = 32
LEAST_BITS = 2048
MOST_BITS = 4096  # a longer one takes longer to verify than nobody's, and would tell that there is a partner
MOST_AT_ONCE = 3
# A row that every request of a partner would write is a row that they all wait for.
USE_NOTED_EVERY = timedelta(minutes=1)
Kind = Credential.Kind

_PARTNER_FIELDS = [field.attname for field in Partner._meta.concrete_fields]
_HELD_FIELDS = ["id", "uid", "public_key", "secret_sealed", "valid_until", "last_used_at"]
_COLUMNS = ", ".join([*(f"partner.{name}" for name in _PARTNER_FIELDS), *(f"held.{name}" for name in _HELD_FIELDS)])
_IN_FORCE = (
    "held.partner_id = partner.id AND held.kind = %s AND held.revoked_at IS NULL AND held.valid_from <= %s"
    " AND (held.valid_until IS NULL OR held.valid_until > %s)"
)
# One query each: the partner comes along even if it holds nothing, so that a partner without keys costs what one with them does.
_KEYS = (
    f"SELECT {_COLUMNS} FROM wallet_partner partner LEFT JOIN wallet_credential held ON {_IN_FORCE}"  # noqa: S608
    " WHERE partner.client_id = %s ORDER BY held.id DESC"
)
_SECRETS = (
    "SELECT token.expires_at, key.revoked_at IS NULL AND (key.valid_until IS NULL OR key.valid_until > %s),"  # noqa: S608
    f" {_COLUMNS} FROM wallet_accesstoken token JOIN wallet_credential key ON key.id = token.key_id"
    f" JOIN wallet_partner partner ON partner.id = token.partner_id LEFT JOIN wallet_credential held ON {_IN_FORCE}"
    " WHERE token.digest = %s ORDER BY held.id DESC"
)


@dataclass(frozen=True, slots=True)
class Held:
    """One credential in force. `public_key` is PEM; `secret_sealed` opens with `secret`."""

    id: int
    uid: Any
    public_key: str
    secret_sealed: bytes
    valid_until: datetime | None
    last_used_at: datetime | None

    @property
    def secret(self) -> str:
        """The secret in the clear; nothing for one that does not open, which then verifies nothing."""
        try:
            return Credential.secret.unseal(Credential._meta.db_table, self.uid, self.secret_sealed)
        except CannotOpen:
            return ""


@dataclass(frozen=True, slots=True)
class Holder:
    """A partner and what it holds of one kind, the newest first: at most `MOST_AT_ONCE`."""

    partner: Partner
    held: Sequence[Held]


@dataclass(frozen=True, slots=True)
class TokenHolder:
    """As `Holder`, of a bearer token: until when it lives, and whether the key that asked for it is still in force."""

    partner: Partner
    held: Sequence[Held]
    expires_at: datetime
    key_in_force: bool


@dataclass(frozen=True, slots=True)
class IssuedSecret:
    """A secret as it is told, once."""

    credential: Credential
    text: str


# --- Reading: the way of every request ---


def keys_of(client_id: str, now: datetime) -> Holder | None:
    """The partner of that client id and its keys in force; None if there is no such partner. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_KEYS, [Kind.KEY, now, now, client_id])
        rows = cursor.fetchall()
    return Holder(*_read(rows)) if rows else None


def secrets_of(token_digest: bytes, now: datetime) -> TokenHolder | None:
    """The partner whose token that is, and its secrets in force; None if there is no such token. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_SECRETS, [now, Kind.SECRET, now, now, token_digest])
        rows = cursor.fetchall()
    if not rows:
        return None
    partner, held = _read([row[2:] for row in rows])
    return TokenHolder(partner, held, expires_at=rows[0][0], key_in_force=rows[0][1])


def _read(rows: Sequence[Sequence[Any]]) -> tuple[Partner, list[Held]]:
    width = len(_PARTNER_FIELDS)
    partner = Partner.from_db("default", _PARTNER_FIELDS, rows[0][:width])
    held = [Held(*row[width:]) for row in rows if row[width] is not None]
    return partner, held[:MOST_AT_ONCE]


def note_use(held: Held, now: datetime) -> None:
    """Remembers that it was used, to the nearest minute; nobody waits for whoever is just noting the same."""
    if held.last_used_at is not None and held.last_used_at > now - USE_NOTED_EVERY:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE wallet_credential SET last_used_at = %s WHERE id = (SELECT id FROM wallet_credential WHERE id = %s"
            " AND (last_used_at IS NULL OR last_used_at <= %s) FOR NO KEY UPDATE SKIP LOCKED)",
            [now, held.id, now - USE_NOTED_EVERY],
        )


# --- Writing: an officer, or the partner on its own page ---


def checked_key(pem: str) -> tuple[str, str]:
    """The public key in its normal form, and its fingerprint: hex SHA-256 of its DER.

    Raises PrivateKeyGiven, NotAPublicKey, KeyNotRsa, KeyTooShort, KeyTooLong.
    """
    if "PRIVATE KEY" in pem:
        raise PrivateKeyGiven
    try:
        key = serialization.load_pem_public_key(pem.strip().encode())
    except Exception as error:  # the library has several kinds, all of which mean: this text is not a key
        raise NotAPublicKey from error
    if not isinstance(key, rsa.RSAPublicKey):
        raise KeyNotRsa
    if key.key_size < LEAST_BITS:
        raise KeyTooShort(bits=key.key_size, least=str(LEAST_BITS))
    if key.key_size > MOST_BITS:
        raise KeyTooLong(bits=key.key_size, most=str(MOST_BITS))
    der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    normal = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return normal.decode(), hashlib.sha256(der).hexdigest()


@retried
def add_key(partner: Partner, pem: str, *, overlap: timedelta = timedelta(), by: str = "") -> Credential:
    """Puts a public key in force now; those before it end after the overlap.

    Raises KeyKnown, TooManyCredentials, and what `checked_key` raises.
    """
    pem, fingerprint = checked_key(pem)
    now = _turn(partner)
    if Credential.objects.filter(partner=partner, fingerprint=fingerprint).exists():
        raise KeyKnown
    _end_others(partner, Kind.KEY, now, overlap)
    return Credential.objects.create(
        partner=partner, kind=Kind.KEY, public_key=pem, fingerprint=fingerprint, valid_from=now, created_by=by
    )


@retried
def issue_secret(
    partner: Partner, *, overlap: timedelta = timedelta(), by: str = "", form: str | None = None
) -> IssuedSecret:
    """Draws a secret that is in force now; those before it end after the overlap. One for each `form`, however often it is sent.

    Raises TooManyCredentials, FormUsed.
    """
    now = _turn(partner)
    if form is not None and Credential.objects.filter(partner=partner, form=form).exists():
        raise FormUsed
    _end_others(partner, Kind.SECRET, now, overlap)
    text = secrets.token_urlsafe(SECRET_BYTES)
    return IssuedSecret(_keep_secret(partner, text, now, by, form), text)


@retried
def install(
    partner: Partner, *, public_key: str = "", secret: str = "", since: datetime | None = None, by: str = ""
) -> None:
    """Puts exactly these in force, known from elsewhere: for a counterpart that is set up together with us. Safe to repeat.

    They count since that moment, by default from now on. What was in force of a kind that is given is revoked, but for the same
    key or secret. Raises what `checked_key` raises.
    """
    now = _turn(partner)
    since = since or now
    if public_key:
        pem, fingerprint = checked_key(public_key)
        same = in_force(partner, now).filter(kind=Kind.KEY, fingerprint=fingerprint)
        _revoke(in_force(partner, now).filter(kind=Kind.KEY).exclude(pk__in=same), now, by, "diganti")
        if not same.exists():
            Credential.objects.create(
                partner=partner, kind=Kind.KEY, public_key=pem, fingerprint=fingerprint, valid_from=since, created_by=by
            )
    if secret:
        held = list(in_force(partner, now).filter(kind=Kind.SECRET))
        known = [row.pk for row in held if row.secret == secret]
        _revoke(in_force(partner, now).filter(kind=Kind.SECRET).exclude(pk__in=known), now, by, "diganti")
        if not known:
            _keep_secret(partner, secret, since, by)


@retried
def revoke(credential: Credential, *, reason: str, by: str) -> Credential:
    """Ends it at once, and every token that a revoked key asked for with it. Raises ReasonMissing, CredentialEnded."""
    reason = required(reason)
    now = _turn(credential.partner)
    if not _revoke(Credential.objects.filter(pk=credential.pk, revoked_at__isnull=True), now, by, reason):
        raise CredentialEnded
    # They are dead already: whoever shows one is refused because of its key. A secret's partner simply asks anew.
    AccessToken.objects.filter(partner=credential.partner).delete()
    credential.refresh_from_db()
    return credential


def in_force(partner: Partner, now: datetime | None = None) -> QuerySet[Credential]:
    """What counts now or will, the newest first."""
    now = now or timezone.now()
    open_ended = Q(valid_until__isnull=True) | Q(valid_until__gt=now)
    return Credential.objects.filter(open_ended, partner=partner, revoked_at__isnull=True).order_by("-pk")


def _turn(partner: Partner) -> datetime:
    """Now, with nobody else changing this partner's credentials. The clock is read after the wait."""
    Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
    return timezone.now()


def _end_others(partner: Partner, kind: Credential.Kind, now: datetime, overlap: timedelta) -> None:
    others = in_force(partner, now).filter(kind=kind)
    end = now + overlap
    others.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=end)).update(valid_until=end)
    if in_force(partner, now).filter(kind=kind).count() >= MOST_AT_ONCE:
        raise TooManyCredentials(most=MOST_AT_ONCE)


def _keep_secret(partner: Partner, text: str, since: datetime, by: str, form: str | None = None) -> Credential:
    made = Credential(partner=partner, kind=Kind.SECRET, valid_from=since, created_by=by, form=form)
    made.secret = text
    made.save(force_insert=True)
    return made


def _revoke(rows: QuerySet[Credential], now: datetime, by: str, reason: str) -> int:
    return rows.order_by().update(revoked_at=now, revoked_by=by, revoke_reason=reason)
