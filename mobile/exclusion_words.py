"""The words about exclusions, their lifting and decisions on objections, for those whom they strike."""

from __future__ import annotations

import re
from datetime import date

from django.conf import settings
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from beneficiaries.models import Exclusion, Objection, Person
from mobile.gsm import plain

REASON_MOST = 200  # characters: a message of three parts at most
# Officers write reasons, and a phone is read by whoever holds it: a NIK, a KK number or a phone has no place there.
LONG_NUMBER = re.compile(r"\d(?:[ .-]?\d){8,}")


def of_exclusion(exclusion: Exclusion) -> str:
    """From when, why, and until when and how to object."""
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


def of_lifting(exclusion: Exclusion, receiver: Person | None) -> str:
    """From when on it does not strike, and whether another goes on. Why is not in it: a phone is read by whoever holds it."""
    if exclusion.annulled:
        whole = _("Penghentian bantuan %(whose)s batal sejak awal%(but)s. Ada pertanyaan? Hubungi kami lewat %(ways)s.")
    else:
        whole = _(
            "Penghentian bantuan %(whose)s dicabut mulai %(ends_on)s%(but)s. Ada pertanyaan? Hubungi kami lewat"
            " %(ways)s."
        )
    ends_on = _day(exclusion.ends_on) if exclusion.ends_on else ""
    but = _but_stopped(exclusion, receiver)
    return whole % {"whose": _whose(exclusion), "ends_on": ends_on, "but": but, "ways": _ways()}


def of_decision(objection: Objection, receiver: Person | None) -> str:
    """What became of the objection, and why."""
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


def _but_stopped(ended: Exclusion, receiver: Person | None) -> str:
    """That another exclusion keeps the receiver from aid when this one does not any more; empty if none does."""
    if receiver is None:
        return ""
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
