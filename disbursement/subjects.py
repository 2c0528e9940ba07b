"""What the programmes know of a person, for the registry that is asked for it (``settings.PRIVACY``)."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from beneficiaries.models import Person
from beneficiaries.subject_rows import Declaration, Table
from disbursement.models import Enrolment, Instruction, LeftOut

OF_ANOTHER = "paid to, or kept from, another member of the family"

TOLD = Declaration(
    tables=(
        Table(Enrolment, ("person",), also=((_("nama program"), "programme.name"),)),
        # Another of the family is in it: the facts are theirs.
        Table(Enrolment, ("household",), without=("facts",), also=((_("nama program"), "programme.name"),)),
        Table(
            Instruction,
            ("enrolment__person", "wallet"),
            without=("live",),
            also=((_("periode"), "cycle.period"), (_("nama program"), "cycle.programme.name")),
        ),
        Table(
            LeftOut,
            ("enrolment__person", "exclusion__person"),
            also=((_("periode"), "cycle.period"), (_("alasan"), "exclusion.reason")),
        ),
    ),
    absent={
        "disbursement.Instruction.enrolment__household": OF_ANOTHER,
        "disbursement.LeftOut.enrolment__household": OF_ANOTHER,
        "disbursement.LeftOut.exclusion__household": OF_ANOTHER,
    },
)


def hold_of(person: Person) -> str:
    """Who still receives aid is known by name until that ends."""
    active = Enrolment.objects.filter(person=person, status=Enrolment.Status.ACTIVE).select_related("programme")
    names = ", ".join(enrolment.programme.name for enrolment in active)
    return (
        gettext("masih terdaftar pada %(programmes)s; akhiri kepesertaannya dahulu.") % {"programmes": names}
        if names
        else ""
    )


def forget(person: Person) -> None:
    """Drops the facts that once made the person eligible; that they were in the programme stays with its money."""
    Enrolment.objects.filter(person=person).update(facts={})
