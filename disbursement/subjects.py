"""What the programmes know of a person, for the registry that is asked for it (``settings.PRIVACY``)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from beneficiaries.models import Person
from disbursement.models import Enrolment, Instruction


def aid_of(person: Person) -> list[dict[str, Any]]:
    """The programmes that the person is or was in, and each payment of theirs: in JSON's types, amounts in rupiah."""
    told = []
    for enrolment in Enrolment.objects.filter(person=person).select_related("programme").order_by("pk"):
        payments = Instruction.objects.filter(enrolment=enrolment).select_related("batch__cycle").order_by("pk")
        told.append(
            {
                "programme": enrolment.programme.name,
                "status": str(enrolment.get_status_display()),
                "since": enrolment.created_at.isoformat(),
                "facts": enrolment.facts,
                "payments": [
                    {
                        "period": payment.batch.cycle.period.isoformat(),
                        "amount": payment.amount,
                        "status": str(payment.get_status_display()),
                    }
                    for payment in payments
                ],
            }
        )
    return told


def hold_of(person: Person) -> str:
    """Who still receives aid is known by name until that ends."""
    active = Enrolment.objects.filter(person=person, status=Enrolment.Status.ACTIVE).select_related("programme")
    names = ", ".join(enrolment.programme.name for enrolment in active)
    return (
        _("masih terdaftar pada %(programmes)s; akhiri kepesertaannya dahulu.") % {"programmes": names} if names else ""
    )


def forget(person: Person) -> None:
    """Drops the facts that once made the person eligible; that they were in the programme stays with its money."""
    Enrolment.objects.filter(person=person).update(facts={})
