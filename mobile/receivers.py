"""Whom a notice reaches now: people are merged, die, restrict their data and change their phones after it was made."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from django.conf import settings

from beneficiaries import consents, merged_rows
from beneficiaries.models import GrievanceMessage, Person
from mobile.models import Notice
from vault.sealing import CannotOpen


class Standing(Enum):
    """Whether somebody may be told now."""

    OPEN = "open"
    HELD = "held"  # the data is kept and not worked with: told when that ends
    GONE = "gone"  # died or was erased


@dataclass(frozen=True, slots=True)
class Receiver:
    """The row that stands for the human being, or None where nobody is known by name; the phone as it is now, or empty."""

    person: Person | None
    phone: str
    standing: Standing
    messages_refused: bool = False  # took back the consent to messages: told in the application or in person


def receiver_of(notice: Notice) -> Receiver:
    """Who is to be told of the notice now."""
    own_phone = _reporters_phone(notice) if notice.kind == Notice.Kind.ANSWERED else ""
    if notice.person is None:
        return Receiver(None, own_phone, Standing.OPEN)
    person = merged_rows.survivor(notice.person)
    standing = standing_of(person)
    # Whom the registry takes for dead is told of this: their phone is read by whoever knows better, perhaps by themselves.
    if notice.kind == Notice.Kind.PASSED_ON and person.erased_at is None:
        standing = Standing.HELD if person.restricted else Standing.OPEN
    return Receiver(person, own_phone or phone_of(person), standing, _refuses(person))


def standing_of(person: Person) -> Standing:
    """Where the person stands; of a merged one, ask for the row that stayed."""
    if person.erased_at is not None or person.status == Person.Status.DECEASED:
        return Standing.GONE
    return Standing.HELD if person.restricted else Standing.OPEN


def phone_of(person: Person) -> str:
    """None is as good as one that does not open: the office tells them."""
    try:
        return person.phone
    except CannotOpen:
        return ""


def _reporters_phone(notice: Notice) -> str:
    """The number that was left with the grievance, which is where its reporter wants to be reached."""
    answer = GrievanceMessage.objects.select_related("grievance").filter(pk=notice.subject).first()
    try:
        return answer.grievance.phone if answer else ""
    except CannotOpen:
        return ""


def _refuses(person: Person) -> bool:
    purpose = settings.MOBILE["message_purpose"]
    return any(not word.given for word in consents.last_words(person).filter(text__purpose=purpose))
