"""What the beneficiaries' client tells and forgets: of a person who is erased, and of messages that were kept long enough."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from beneficiaries.models import Person
from beneficiaries.retention import Rule
from beneficiaries.subject_rows import Declaration, Table
from mobile.models import Delivery, Device, Notice, OtpChallenge, PushToken, Sms
from vault.sealing import CannotOpen

TOLD = Declaration(
    tables=(
        Table(Device, ("person",)),
        Table(PushToken, ("device__person",), without=("token",)),
        Table(Notice, ("person",)),
        Table(Delivery, ("notice__person",), without=("told_by",)),
    ),
    absent={},
)


def _ended(moment: datetime) -> QuerySet[Sms]:
    return Sms.objects.filter(created_at__lt=moment).exclude(state=Sms.State.QUEUED)


def _told(moment: datetime) -> QuerySet[Notice]:
    """Those that nothing waits for any more, since the last channel took over: a young delivery is not to be deleted."""
    waiting = Delivery.objects.filter(Q(state=Delivery.State.QUEUED) | Q(created_at__gte=moment), notice=OuterRef("pk"))
    return Notice.objects.filter(~Exists(waiting), created_at__lt=moment)


def _drop(notices: QuerySet[Notice]) -> None:
    Delivery.objects.filter(notice__in=notices).delete()
    notices.delete()


RULES = (
    Rule("ended_messages", _("SMS yang sudah selesai"), _ended),
    Rule("notices", _("Pemberitahuan yang sudah disampaikan"), _told, _drop),
)


def forget(person: Person) -> None:
    """Signs the person's devices out, takes the names off them, and drops where they were woken and the codes sent to the phone.

    What they were told of stays without words, as what it was about does; what waits is told to nobody.
    """
    devices = Device.objects.filter(person=person)
    devices.filter(revoked_at__isnull=True).update(revoked_at=Now(), revoked_reason=Device.Revocation.OFFICER)
    devices.update(name="")
    PushToken.objects.filter(device__person=person).delete()
    waiting = Delivery.objects.filter(notice__person=person, state=Delivery.State.QUEUED)
    waiting.update(state=Delivery.State.DROPPED, ended_at=Now(), error="gone")
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
