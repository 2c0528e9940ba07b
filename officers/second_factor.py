"""The second factor: an authenticator app on an officer's own phone, asked for at the moment of a deed that matters.

The algorithm and the waiting after wrong codes are django-otp's. What is ours: the secret is sealed, a code is looked at under
a lock, takes six ASCII digits only, and may be one step (30 s) early or late, never more; a step that was used is never
taken again, which the database sees to as well. Every code that was right leaves a `Proof` that names its deed.
"""

from __future__ import annotations

import os
import re
import time
from base64 import b32encode
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django_otp.oath import TOTP

from officers.errors import (
    NoAuthenticator,
    NothingToConfirm,
    NothingToReset,
    ReasonMissing,
    ResetsOneself,
    TooManyCodes,
    TooManyPasswords,
    WrongCode,
    WrongPassword,
)
from officers.models import Authenticator, AuthenticatorStep, PasswordGuesses, Proof

STEP_SECONDS, DIGITS, TOLERANCE = 30, 6, 1  # what every authenticator app offers; steps early or late
KEY_BYTES = 20
MOST_DOUBLINGS = 24  # of the wait after wrong passwords: half a year, and no overflow
CODE = re.compile(r"[0-9]{6}")
K = AuthenticatorStep.Kind


def in_force(user: User) -> Authenticator | None:
    """The authenticator that proves this officer, if there is one."""
    device: Authenticator | None = Authenticator.objects.filter(user=user, confirmed=True, ended_at=None).first()
    return device


def begin(user: User, *, name: str, password: str) -> Authenticator:
    """A new authenticator that waits for its first code; one that waited already is given up.

    Who took over an open session guesses passwords no faster than codes. Raises WrongPassword, TooManyPasswords.
    """
    _check_password(user, password)
    return _begun(user, name)


@transaction.atomic
def _begun(user: User, name: str) -> Authenticator:
    User.objects.select_for_update().get(pk=user.pk)  # two pages at once make one after the other
    Authenticator.objects.filter(user=user, confirmed=False, ended_at=None).update(ended_at=timezone.now())
    made = Authenticator(user=user, name=name)
    made.key = os.urandom(KEY_BYTES).hex()
    made.save(force_insert=True)
    AuthenticatorStep.objects.create(authenticator=made, kind=K.BEGUN, by=user)
    return made


def confirm(user: User, code: str, *, present: str = "") -> Authenticator:
    """The waiting authenticator is in force once its first code is right; it takes the place of the one before.

    `present` is a code of the one in force: who only holds the password cannot put another phone in its place. Raises
    NothingToConfirm, WrongCode, TooManyCodes.
    """
    waiting: Authenticator | None = Authenticator.objects.filter(user=user, confirmed=False, ended_at=None).first()
    if waiting is None:
        raise NothingToConfirm
    if (before := in_force(user)) is not None:
        prove(user, present, purpose=f"replace:{before.pk}")
    _taken(waiting, code, purpose=f"confirm:{waiting.pk}")
    with transaction.atomic():
        now = timezone.now()
        if before is not None:
            Authenticator.objects.filter(pk=before.pk).update(ended_at=now)
            AuthenticatorStep.objects.create(authenticator=before, kind=K.REPLACED, by=user)
        hit = Authenticator.objects.filter(pk=waiting.pk, ended_at=None).update(confirmed=True, confirmed_at=now)
        if not hit:
            raise NothingToConfirm
        AuthenticatorStep.objects.create(authenticator=waiting, kind=K.CONFIRMED, by=user)
    waiting.refresh_from_db()
    return waiting


def prove(user: User, code: str, *, purpose: str) -> Proof:
    """The officer is there, with their phone: a proof for that one deed. Committed by itself, as a wrong code is.

    Raises NoAuthenticator, WrongCode, TooManyCodes (until when, in `until`).
    """
    device = in_force(user)
    if device is None:
        raise NoAuthenticator
    return _taken(device, code, purpose)


@transaction.atomic
def reset(device: Authenticator, *, by: User, reason: str) -> None:
    """A lost phone proves nothing any more; its officer can install another. Never one's own.

    Raises ResetsOneself, ReasonMissing, NothingToReset.
    """
    reason = reason.strip()
    if not reason:
        raise ReasonMissing
    if by.pk == device.user_id:
        raise ResetsOneself
    ended = Authenticator.objects.filter(pk=device.pk, ended_at=None).update(ended_at=timezone.now())
    if not ended:
        raise NothingToReset
    AuthenticatorStep.objects.create(authenticator=device, kind=K.RESET, by=by, reason=reason)


def code_at(key: str, step: int) -> str:
    """The six digits that an app with that secret (hex) shows in that time step: for demo and tests, and to compare."""
    totp = TOTP(bytes.fromhex(key), STEP_SECONDS, 0, DIGITS)
    totp.time = step * STEP_SECONDS
    return f"{totp.token():0{DIGITS}d}"


def step_now() -> int:
    """The time step that an app with the right clock is in."""
    return int(time.time()) // STEP_SECONDS


def secret_of(device: Authenticator) -> str:
    """The secret as it is typed into an app: base 32, in groups of four."""
    text = b32encode(bytes.fromhex(device.key)).decode()
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def address_of(device: Authenticator, issuer: str) -> str:
    """The secret as an app scans it (otpauth://…)."""
    label = f"{issuer}:{device.user.get_username()}"
    secret = b32encode(bytes.fromhex(device.key)).decode()
    asked = {"secret": secret, "issuer": issuer, "algorithm": "SHA1", "digits": DIGITS, "period": STEP_SECONDS}
    return f"otpauth://totp/{quote(label)}?{urlencode(asked)}"


def _check_password(user: User, password: str) -> None:
    """Raises WrongPassword, which is counted, TooManyPasswords."""
    PasswordGuesses.objects.get_or_create(user=user)
    right = False
    with transaction.atomic():
        row = PasswordGuesses.objects.select_for_update(of=("self",)).get(pk=user.pk)
        now, until = timezone.now(), _free_again(row)
        if allowed := until is None or until <= now:
            right = user.check_password(password)
            row.failures, row.failed_at = (0, None) if right else (row.failures + 1, now)
            row.save(update_fields=["failures", "failed_at"])
    # After the commit: whoever guesses must not get the count back with an error.
    if until is not None and not allowed:
        raise TooManyPasswords(until=_moment(until))
    if not right:
        raise WrongPassword


def _free_again(row: PasswordGuesses) -> datetime | None:
    """Until when no password is looked at; None if none was wrong."""
    if row.failed_at is None:
        return None
    doublings = min(row.failures - 1, MOST_DOUBLINGS)
    wait: timedelta = settings.OFFICERS["wait_after_wrong_code"] * timedelta(seconds=2**doublings)
    return row.failed_at + wait


def _moment(until: datetime) -> str:
    """In words: a time of today, or a day and its time."""
    local = timezone.localtime(until)
    said = {"time": f"{local:%H:%M:%S}", "day": date_format(local, "j F Y")}
    if local.date() == timezone.localdate():
        return _("pukul %(time)s") % said
    return _("tanggal %(day)s pukul %(time)s") % said


def _taken(device: Authenticator, code: str, purpose: str) -> Proof:
    """The proof of a right code, which is spent with this; a wrong one is counted. Raises WrongCode, TooManyCodes."""
    proof = None
    with transaction.atomic():
        row = Authenticator.objects.select_for_update().get(pk=device.pk)
        allowed, why_not = row.verify_is_allowed()
        step = _step_of(row, code) if allowed and row.ended_at is None else None
        if step is not None:
            row.last_step, row.last_used_at = step, timezone.now()
            row.throttle_reset(commit=False)
        elif allowed:
            row.throttle_increment(commit=False)
        row.save(
            update_fields=["last_step", "last_used_at", "throttling_failure_count", "throttling_failure_timestamp"]
        )
        if step is not None:
            proof = Proof.objects.create(authenticator=row, user_id=row.user_id, purpose=purpose, step=step)
    # After the commit: whoever guesses must not get the count back with an error.
    if not allowed:
        raise TooManyCodes(until=_moment(why_not["locked_until"]))
    if proof is None:
        raise WrongCode
    return proof


def _step_of(row: Authenticator, code: str) -> int | None:
    digits = "".join(code.split(" "))  # apps show 123 456
    if not CODE.fullmatch(digits):
        return None
    totp = TOTP(bytes.fromhex(row.key), STEP_SECONDS, 0, DIGITS)
    totp.time = time.time()
    return int(totp.t()) if totp.verify(int(digits), TOLERANCE, row.last_step + 1) else None
