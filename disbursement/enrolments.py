"""Enrolments after they were made: ending one, and what becomes of them when a person moves to another household."""

from __future__ import annotations

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from beneficiaries.models import Person
from disbursement.errors import DisbursementError
from disbursement.models import Enrolment


class EnrolmentEnded(DisbursementError):
    code = "enrolment_ended"
    message = _("Kepesertaan ini sudah berakhir.")


def end(enrolment: Enrolment) -> None:
    """No later batch pays it; what was paid stays, what is in a batch already is that batch's. Raises EnrolmentEnded."""
    hit = Enrolment.objects.filter(pk=enrolment.pk, status=Enrolment.Status.ACTIVE).update(
        status=Enrolment.Status.ENDED
    )
    if not hit:
        raise EnrolmentEnded
    enrolment.refresh_from_db(fields=["status"])


def follow(person: Person, *, by: User, reason: str) -> None:
    """The person has moved: their places in programmes of one per household are the new household's from now on.

    Where that household has its one already, the person's is ended, and its history says why. The registry calls this
    (settings.REGISTRY) within its own transaction, with both households and the person locked.
    """
    rows = Enrolment.objects.select_for_update().filter(person=person, household__isnull=False)
    for row in rows.exclude(household=person.household_id).order_by("pk"):
        row.household_id = person.household_id
        try:
            with transaction.atomic():
                row.save(update_fields=["household"])
        except IntegrityError:  # tried rather than asked: another may be enrolled there at this moment
            row.status = Enrolment.Status.ENDED
            row.save(update_fields=["household", "status"])
            note(row, by, reason)


def note(row: Enrolment, by: User, message: str) -> None:
    """Why, in the enrolment's history, where ending one by hand keeps it too."""
    LogEntry.objects.create(
        user=by,
        content_type=ContentType.objects.get_for_model(Enrolment),
        object_id=str(row.pk),
        object_repr=str(row)[:200],
        action_flag=CHANGE,
        change_message=message,
    )
