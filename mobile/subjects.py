"""What the beneficiaries' client forgets: of a person who is erased, and of messages that were kept long enough."""

from __future__ import annotations

from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from beneficiaries.models import Person
from beneficiaries.retention import Rule
from mobile.models import Device, OtpChallenge, Sms

RULES = (
    Rule(
        "ended_messages",
        _("SMS yang sudah selesai"),
        lambda moment: Sms.objects.filter(created_at__lt=moment).exclude(state=Sms.State.QUEUED),
    ),
)


def forget(person: Person) -> None:
    """Signs the person's devices out, takes the names off them, and drops the codes sent to the phone."""
    devices = Device.objects.filter(person=person)
    devices.filter(revoked_at__isnull=True).update(revoked_at=Now(), revoked_reason=Device.Revocation.OFFICER)
    devices.update(name="")
    if person.phone:
        OtpChallenge.objects.filter(phone_index__in=Person.phone.indexes_of(person.phone)).delete()
