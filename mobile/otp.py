"""One-time passwords by SMS: proof that somebody holds a phone, and the way in for a new device.

Nothing here tells whether a phone is registered: `request` does the same work for every phone and leaves the question
to the delivery; `confirm` answers an unknown phone as it answers a wrong code. Limits are counted in the database, and
an attempt is committed before the code is compared: that is why both refuse to run inside a transaction.
"""

from __future__ import annotations

import hashlib
import hmac
import math
import secrets
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from beneficiaries import identity
from beneficiaries.errors import FieldRefused
from beneficiaries.models import Person
from mobile import devices, sms
from mobile.errors import ChoosePerson, OtpLocked, OtpWrong, PersonUnclear, PhoneInvalid, TooManyCodes
from mobile.models import Device, OtpChallenge
from vault.sealing import index_key_of


def request(phone: str) -> datetime:
    """Makes a new code for the phone, sends it if somebody registered has that phone, and returns when it expires.

    Earlier codes of that phone stop working. Raises PhoneInvalid, and TooManyCodes(wait=seconds).
    """
    phone = _stored_form(phone)
    indexes = Person.phone.indexes_of(phone)
    otp = f"{secrets.randbelow(1_000_000):06}"
    with transaction.atomic(durable=True):
        # Lock, then count in the next statement: requests made at once would otherwise all count the same past.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_lock_of(indexes)])
        now = timezone.now()
        _check_limits(indexes, now)
        expires_at: datetime = now + settings.MOBILE["otp_lifetime"]
        challenge = OtpChallenge(phone_index=indexes[0], expires_at=expires_at, created_at=now)
        challenge.digest = _digest(challenge, otp)
        challenge.save()
        text = _("%(otp)s adalah kode masuk Salur Anda, berlaku %(minutes)s menit. Jangan beri tahu siapa pun.")
        minutes = settings.MOBILE["otp_lifetime"] // timedelta(minutes=1)
        sms.queue(phone, text % {"otp": otp, "minutes": minutes}, send_until=expires_at, registered_only=True)
    return expires_at


def confirm(phone: str, otp: str, *, birth_date: date | None = None, device_name: str = "") -> tuple[Device, str]:
    """Signs in a device of the person who has the phone and the code; returns it with its token.

    Where several people share the phone, the birth date tells which. Raises PhoneInvalid; OtpWrong, OtpLocked;
    ChoosePerson and PersonUnclear, after which the code can be sent again (each sending is an attempt).
    """
    indexes = Person.phone.indexes_of(_stored_form(phone))
    challenge = _count_attempt(indexes)
    if not hmac.compare_digest(bytes(challenge.digest), _digest(challenge, otp)):
        raise OtpWrong
    person = _person(indexes, birth_date)
    with transaction.atomic(durable=True):
        # Of several right answers at once, one finds the code unused.
        if not OtpChallenge.objects.filter(pk=challenge.pk, used_at__isnull=True).update(used_at=timezone.now()):
            raise OtpWrong
        return devices.issue(person, device_name)


def _lock_of(indexes: list[bytes]) -> int:
    """One number for one phone, whichever key writes: of all its indexes, under the key that stays configured longest."""
    return int.from_bytes(max(indexes, key=index_key_of)[-8:], signed=True)


def _stored_form(phone: str) -> str:
    """The phone as the registry stores it. Raises PhoneInvalid."""
    try:
        return identity.parse_phone(phone.strip())
    except FieldRefused:
        raise PhoneInvalid from None


def _digest(challenge: OtpChallenge, otp: str) -> bytes:
    """Bound to the challenge and keyed: a stolen table alone does not tell a million codes apart."""
    return hmac.new(settings.PIN_PEPPER, f"otp|{challenge.uid}|{otp}".encode(), hashlib.sha256).digest()


def _check_limits(indexes: list[bytes], now: datetime) -> None:
    """Raises TooManyCodes if another code would exceed a limit of this phone."""
    rules = settings.MOBILE
    # The short limit alone would leave 1,440 guesses a day; the daily one leaves fifty.
    limits = [
        (rules["otp_requests"], rules["otp_window"]),
        (rules["otp_requests_a_day"], timedelta(days=1)),
    ]
    deepest = max(allowed for allowed, _window in limits)
    of_phone = OtpChallenge.objects.filter(phone_index__in=indexes).order_by("-id")
    past = of_phone.values_list("created_at", flat=True)[:deepest]
    asked = list(past)
    waits = [
        asked[allowed - 1] + window - now
        for allowed, window in limits
        if len(asked) >= allowed and asked[allowed - 1] + window > now
    ]
    if waits:
        raise TooManyCodes(wait=math.ceil(max(waits).total_seconds()))


def _count_attempt(indexes: list[bytes]) -> OtpChallenge:
    """Counts, and commits, one attempt at the phone's newest code. Raises OtpWrong, OtpLocked."""
    challenge = OtpChallenge.objects.filter(phone_index__in=indexes).order_by("-id").first()
    if challenge is None:
        raise OtpWrong
    now = timezone.now()
    live = OtpChallenge.objects.filter(pk=challenge.pk, used_at__isnull=True, expires_at__gt=now)
    with transaction.atomic(durable=True):
        counted = live.filter(attempts__lt=settings.MOBILE["otp_attempts"]).update(attempts=F("attempts") + 1)
    if counted:
        return challenge
    raise OtpLocked if live.exists() else OtpWrong


def _person(indexes: list[bytes], birth_date: date | None) -> Person:
    """Whose device it is. Raises OtpWrong (nobody has the phone), ChoosePerson, PersonUnclear."""
    sharing = list(Person.objects.filter(phone_index__in=indexes, status__in=devices.SIGNING_IN))
    if not sharing:
        raise OtpWrong
    if birth_date is None:
        if len(sharing) > 1:
            raise ChoosePerson
        return sharing[0]
    # Checked even for one person: somebody else of the family must not enter as the one who is registered.
    meant = [person for person in sharing if person.birth_date == birth_date]
    if len(meant) != 1:
        raise PersonUnclear
    return meant[0]


def forget(before: datetime) -> int:
    """Deletes challenges made before then; returns how many. Keep those of a day, which the limits count."""
    deleted, _ = OtpChallenge.objects.filter(created_at__lt=before).delete()
    return deleted
