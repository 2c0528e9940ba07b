"""Enrolments after they were made: ending one."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

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
