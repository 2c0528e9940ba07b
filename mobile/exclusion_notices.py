"""Notices of exclusions, their lifting and decisions on objections: a text message, or a line on the kelurahan office's list.

A notice's row and its message are written in the transaction of what it tells; the outbox then sends the message at least
once. A household is told once for each phone that its active members have; where none has one, its head is on the list.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import Case, F, When
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from beneficiaries.models import Exclusion, Objection, Person
from mobile import sms
from mobile.lapse_notices import plain
from mobile.models import ExclusionNotice
from vault.sealing import CannotOpen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.contrib.auth.models import User

REASON_MOST = 200  # characters: a message of three parts at most
ALIVE = (Person.Status.ACTIVE, Person.Status.LEFT)
# Officers write reasons, and a phone is read by whoever holds it: a NIK, a KK number or a phone has no place there.
LONG_NUMBER = re.compile(r"\d(?:[ .-]?\d){8,}")


def tell_of_exclusion(exclusion: Exclusion) -> list[ExclusionNotice]:
    """Tells whoever the exclusion strikes: from when, why, and until when and how to object."""
    return _tell(exclusion, lambda _receiver: text_of_exclusion(exclusion))


def tell_of_lifting(exclusion: Exclusion) -> list[ExclusionNotice]:
    """Tells whoever the exclusion struck from when on it does not, and whether another goes on."""
    return _tell(exclusion, lambda receiver: text_of_lifting(exclusion, receiver), lifted=True)


def tell_of_decision(objection: Objection) -> list[ExclusionNotice]:
    """Tells whoever the exclusion strikes what became of the objection, and why."""
    return _tell(objection.exclusion, lambda receiver: text_of_decision(objection, receiver), objection=objection)


@transaction.atomic
def mark_told(notices: Iterable[int], by: User) -> int:
    """The officer told these people; of how many nobody had said so before."""
    rows = ExclusionNotice.objects.to_tell().filter(pk__in=list(notices))
    numbers = list(rows.values_list("pk", flat=True))
    return ExclusionNotice.objects.filter(pk__in=numbers, told_at=None).update(told_by=by, told_at=timezone.now())


def text_of_exclusion(exclusion: Exclusion) -> str:
    """The message, in the project's own language: nobody has told us the reader's."""
    with translation.override(settings.LANGUAGE_CODE):
        whole = _(
            "Bantuan %(whose)s dihentikan mulai %(starts_on)s. Alasan: %(reason)s Keberatan? Sanggah sampai %(until)s"
            " lewat %(ways)s."
        )
        return whole % {
            "whose": _whose(exclusion),
            "starts_on": _day(exclusion.starts_on),
            "reason": _sentence(exclusion.reason),
            "until": _day(exclusion.objection_until),
            "ways": _ways(),
        }


def text_of_lifting(exclusion: Exclusion, receiver: Person) -> str:
    """The message, in the project's own language. Why is not in it: a phone is read by whoever holds it."""
    with translation.override(settings.LANGUAGE_CODE):
        if exclusion.annulled:
            whole = _(
                "Penghentian bantuan %(whose)s batal sejak awal%(but)s. Ada pertanyaan? Hubungi kami lewat %(ways)s."
            )
        else:
            whole = _(
                "Penghentian bantuan %(whose)s dicabut mulai %(ends_on)s%(but)s. Ada pertanyaan? Hubungi kami lewat"
                " %(ways)s."
            )
        ends_on = _day(exclusion.ends_on) if exclusion.ends_on else ""
        but = _but_stopped(exclusion, receiver)
        return whole % {"whose": _whose(exclusion), "ends_on": ends_on, "but": but, "ways": _ways()}


def text_of_decision(objection: Objection, receiver: Person) -> str:
    """The message, in the project's own language."""
    with translation.override(settings.LANGUAGE_CODE):
        if objection.status == Objection.Status.UPHELD:
            whole = _("Sanggahan Anda dikabulkan: pengecualian batal sejak awal%(but)s. Alasan: %(reason)s")
            but = _but_stopped(objection.exclusion, receiver)
        else:
            but = ""
            whole = _(
                "Sanggahan Anda ditolak: bantuan tetap dihentikan. Alasan: %(reason)s Anda dapat bertanya atau menyanggah"
                " lagi lewat %(ways)s."
            )
        return whole % {"reason": _sentence(objection.decision_reason), "but": but, "ways": _ways()}


def _but_stopped(ended: Exclusion, receiver: Person) -> str:
    """That another exclusion keeps the receiver from aid when this one does not any more; empty if none does."""
    day = max(timezone.localdate(), ended.ends_on or ended.starts_on)
    others = Exclusion.objects.of(receiver).on(day).exclude(pk=ended.pk)
    other = others.order_by(F("household").asc(nulls_last=True), "pk").first()  # the family's first: it stops more
    return (
        _(", tetapi bantuan %(whose)s tetap dihentikan karena alasan lain") % {"whose": _whose(other)} if other else ""
    )


def _whose(exclusion: Exclusion) -> str:
    return _("keluarga Anda") if exclusion.household_id else _("Anda")


def _ways() -> str:
    phone = settings.SCREENING["objection_phone"]
    if phone:
        return _("aplikasi Salur, kantor kelurahan, atau telepon %(phone)s") % {"phone": phone}
    return _("aplikasi Salur atau kantor kelurahan")


def _sentence(reason: str) -> str:
    """The reason on one line in plain letters, without long numbers, cut at a word, with a full stop."""
    whole = LONG_NUMBER.sub("...", " ".join(reason.split()))
    said = plain(whole, REASON_MOST)
    if len(whole) > REASON_MOST:
        return said.rpartition(" ")[0].rstrip(".,;") + " ..."
    return said if said.endswith((".", "!", "?")) else f"{said}."


def _day(day: date) -> str:
    return f"{day:%d-%m-%Y}"


def _tell(
    exclusion: Exclusion, text_for: Callable[[Person], str], *, lifted: bool = False, objection: Objection | None = None
) -> list[ExclusionNotice]:
    told: list[ExclusionNotice] = []
    for person, phone in _receivers(exclusion):
        message = sms.queue(phone, text_for(person)) if phone else None
        outcome = ExclusionNotice.Outcome.QUEUED if phone else ExclusionNotice.Outcome.NO_PHONE
        of = {"exclusion": exclusion, "lifted": lifted, "objection": objection}
        told.append(ExclusionNotice(person=person, outcome=outcome, sms=message, **of))
    return ExclusionNotice.objects.bulk_create(told)


def _receivers(exclusion: Exclusion) -> list[tuple[Person, str]]:
    """Whom to tell, with their phones; one without a phone if nobody has any, nobody if nobody is left."""
    if exclusion.person is not None:
        person = exclusion.person.merged_into or exclusion.person
        return [(person, _phone(person))] if person.status in ALIVE and person.erased_at is None else []
    head_first = Case(When(relation=Person.Relation.HEAD, then=0), default=1)
    members = list(
        Person.objects.filter(household=exclusion.household_id, status=Person.Status.ACTIVE).order_by(
            head_first, "birth_date", "pk"
        )
    )
    by_phone: dict[str, Person] = {}
    for member in members:
        by_phone.setdefault(_phone(member), member)
    by_phone.pop("", None)
    return [(member, phone) for phone, member in by_phone.items()] or [(member, "") for member in members[:1]]


def _phone(person: Person) -> str:
    """None is as good as one that does not open: the decision stands, and the office tells them."""
    try:
        return person.phone
    except CannotOpen:
        return ""
