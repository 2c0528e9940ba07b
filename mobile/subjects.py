"""What the beneficiaries' client tells and forgets: of a person who is erased, and of messages that were kept long enough."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from beneficiaries.models import Person
from beneficiaries.retention import Rule
from beneficiaries.subject_rows import Declaration, Table
from mobile.models import Device, ExclusionNotice, GrievanceNotice, LapseNotice, OtpChallenge, Sms
from vault.sealing import CannotOpen

REPORTER = "answer__grievance__reporter"
MESSAGES = ("lapse_notices__person", f"grievance_notices__{REPORTER}", "exclusion_notices__person")
TOLD = Declaration(
    tables=(
        Table(Device, ("person",)),
        Table(LapseNotice, ("person",)),
        Table(GrievanceNotice, (REPORTER,)),
        Table(ExclusionNotice, ("person",)),
        Table(Sms, MESSAGES),
    ),
    absent={
        "mobile.LapseNotice.purse": "a purse may have been inherited: who was told of it then is another",
        "mobile.ExclusionNotice.exclusion__household": "of whom at home was told: each notice is its person's",
    },
)


def _ended(moment: datetime) -> QuerySet[Sms]:
    """Of those that failed while the office has still to tell of them: while they have a number or words."""
    awaited = ExclusionNotice.objects.to_tell().filter(sms=OuterRef("pk"))
    ended = Sms.objects.filter(created_at__lt=moment).exclude(state=Sms.State.QUEUED)
    return ended.filter(~Q(phone_sealed=b"", text_sealed=b"") | ~Exists(awaited))


def _drop(messages: QuerySet[Sms]) -> None:
    """That a message failed is why the office has somebody to tell: until it has, that alone stays, without number and words."""
    awaited = set(ExclusionNotice.objects.to_tell().filter(sms__in=messages.values("pk")).values_list("sms", flat=True))
    Sms.objects.filter(pk__in=awaited).update(phone_sealed=b"", text_sealed=b"")
    messages.exclude(pk__in=awaited).delete()


RULES = (Rule("ended_messages", _("SMS yang sudah selesai"), _ended, _drop),)


def forget(person: Person) -> None:
    """Signs the person's devices out, takes the names off them, and drops the codes sent to the phone and every message."""
    devices = Device.objects.filter(person=person)
    devices.filter(revoked_at__isnull=True).update(revoked_at=Now(), revoked_reason=Device.Revocation.OFFICER)
    devices.update(name="")
    for path in MESSAGES:  # sent or not: its number and its words tell of them
        Sms.objects.filter(pk__in=Sms.objects.filter(**{path: person}).values("pk")).delete()
    if phone := Person.phone.indexes_of_row(person):
        codes = OtpChallenge.objects.filter(phone_index__in=phone)
        # The message with a code knows nobody but its phone, which is sealed: it ends with its code, to the microsecond.
        sent = Sms.objects.filter(send_until__in=codes.values("expires_at"))
        Sms.objects.filter(pk__in=[sms.pk for sms in sent if _is_to(sms, phone)]).delete()
        codes.delete()


def _is_to(sms: Sms, phone: list[bytes]) -> bool:
    """Whether it is to the phone of these indexes; one that does not open is taken for another's, and ends with its time."""
    try:
        return bool(sms.phone) and not set(phone).isdisjoint(Person.phone.indexes_of(sms.phone))
    except CannotOpen:
        return False
