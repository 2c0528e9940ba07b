"""Which people of the registry the programmes have come to rely on: the answer to `REGISTRY["paid_since"]`."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext

from beneficiaries.models import Person
from disbursement.models import Enrolment, Instruction


def on_people(people: QuerySet[Person], since: datetime) -> tuple[int, str] | None:
    """How many of the people were enrolled, or came into a payment batch, since the moment, and in words which; or None."""
    instructions = Instruction.objects.filter(live=True, batch__prepared_at__gte=since, enrolment__person__in=people)
    if count := instructions.values("enrolment__person").distinct().count():
        return count, gettext("sudah masuk batch pembayaran sesudahnya")
    if count := Enrolment.objects.filter(created_at__gte=since, person__in=people).values("person").distinct().count():
        return count, gettext("didaftarkan pada program sesudahnya")
    return None
