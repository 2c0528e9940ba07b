"""What the programmes know of a person, for the registry that is asked for it (``settings.PRIVACY``)."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from beneficiaries.models import Person
from beneficiaries.subject_rows import Declaration, Subject, Table
from disbursement.clawback_states import OPEN
from disbursement.models import (
    Batch,
    Break,
    Calculation,
    Clawback,
    ClawbackPayment,
    ClawbackStep,
    Confirmation,
    ConflictNote,
    Correction,
    Enrolment,
    EnrolmentAppeal,
    EnrolmentStep,
    GiveBack,
    Instruction,
    LeftOut,
    OwedCycle,
    PayoutLine,
    PreflightFinding,
    Route,
    TrialChange,
    Withholding,
)

OF_ANOTHER = "paid to, or kept from, another member of the family"


def _in_batches_of_their_programmes(subject: Subject) -> Q:
    """Excludes nothing: no index begins with the enrolment alone, and one begins with the batch."""
    programmes = Enrolment.objects.filter(person__in=subject.numbers).values("programme")
    return Q(batch__in=Batch.objects.filter(cycle__programme__in=programmes))


TOLD = Declaration(
    tables=(
        Table(Enrolment, ("person",), without=("by",), also=((_("nama program"), "programme.name"),)),
        # Another of the family is in it: the facts are theirs.
        Table(Enrolment, ("household",), without=("facts", "by"), also=((_("nama program"), "programme.name"),)),
        Table(
            EnrolmentStep,
            ("enrolment__person",),
            without=("by",),
            also=((_("nama program"), "enrolment.programme.name"),),
            moment="at",
        ),
        Table(
            EnrolmentAppeal,
            ("step__enrolment__person",),
            without=("filed_by", "taken_by", "decided_by"),
            also=((_("nama program"), "step.enrolment.programme.name"),),
        ),
        Table(
            ConflictNote,
            ("person",),
            without=("enrolment",),
            also=((_("nama program"), "programme.name"), (_("dasar hukum"), "conflict.decree")),
            moment="at",
        ),
        Table(
            Instruction,
            ("enrolment__person",),
            without=("live", "household"),
            where=_in_batches_of_their_programmes,
            also=((_("periode"), "cycle.period"), (_("nama program"), "cycle.programme.name")),
        ),
        # The members counted are others of the family: their facts are theirs.
        Table(
            Calculation,
            ("enrolment__person",),
            without=("members",),
            also=((_("periode"), "cycle.period"), (_("nama program"), "version.programme.name")),
        ),
        Table(
            OwedCycle,
            ("enrolment__person",),
            without=("by", "withdrawn_by"),
            also=((_("periode"), "cycle.period"), (_("nama program"), "cycle.programme.name")),
        ),
        Table(
            Correction,
            ("enrolment__person",),
            without=("members",),
            also=((_("periode"), "cycle.period"), (_("alasan"), "recalculation.reason")),
        ),
        Table(TrialChange, ("person",), also=((_("nama program"), "trial.version.programme.name"),)),
        Table(
            LeftOut,
            ("enrolment__person", "exclusion__person"),
            also=((_("periode"), "cycle.period"), (_("alasan"), "exclusion.reason")),
        ),
        Table(PreflightFinding, ("enrolment__person",), also=((_("nama program"), "enrolment.programme.name"),)),
        Table(Confirmation, ("instruction__enrolment__person",), without=("by",), moment="at"),
        Table(
            Route,
            ("enrolment__person",),
            without=("set_by",),
            also=((_("mitra penyalur"), "provider.name"),),
            moment="set_at",
        ),
        # How often a partner was asked is not about them; where and when it paid them is.
        Table(
            PayoutLine,
            ("instruction__enrolment__person",),
            without=(
                "chunk",
                "request",
                "sends",
                "asks",
                "due_at",
                "last_code",
                "last_at",
                "contradiction",
                "contradicted_at",
            ),
            also=((_("mitra penyalur"), "provider.name"),),
            moment="opened_at",
        ),
        # What is between the agency and its banks is not about them; what they said themselves is told above.
        Table(
            Break,
            ("instruction__enrolment__person",),
            without=("owner", "proposed_by", "resolved_by", "account", "book", "present"),
            moment="opened_at",
        ),
        Table(
            Clawback,
            ("person",),
            without=("proposed_by", "enforced_by"),
            also=((_("nama program"), "programme.name"),),
            moment="proposed_at",
        ),
        Table(ClawbackPayment, ("clawback__person",), moment="clawback__proposed_at"),
        Table(ClawbackStep, ("clawback__person",), without=("by",), moment="at"),
        Table(Withholding, ("clawback__person",), moment="at"),
        Table(GiveBack, ("clawback__person",), without=("by",), moment="at"),
    ),
    absent={
        "disbursement.EnrolmentStep.enrolment__household": OF_ANOTHER,
        "disbursement.ConflictNote.enrolment__household": OF_ANOTHER,
        "disbursement.Instruction.household": OF_ANOTHER,
        "disbursement.Confirmation.instruction__household": OF_ANOTHER,
        "disbursement.Break.instruction__household": OF_ANOTHER,
        "disbursement.PayoutLine.instruction__household": OF_ANOTHER,
        "disbursement.ClawbackPayment.instruction__household": OF_ANOTHER,
        "disbursement.Withholding.instruction__household": OF_ANOTHER,
        "disbursement.Instruction.wallet": "what is paid into the subject's wallet is paid to an enrolment of theirs",
        "disbursement.Calculation.enrolment__household": OF_ANOTHER,
        "disbursement.OwedCycle.enrolment__household": OF_ANOTHER,
        "disbursement.Correction.enrolment__household": OF_ANOTHER,
        "disbursement.Recalculation": "an order to calculate a cycle anew: what it came to for the subject is told",
        "disbursement.Confirmation.instruction__wallet": "as with the instruction itself",
        "disbursement.Break.instruction__wallet": "as with the instruction itself",
        "disbursement.PayoutLine.instruction__wallet": "as with the instruction itself",
        "disbursement.Route.enrolment__household": OF_ANOTHER,
        "disbursement.Exchange": "that a partner was asked about a payment: the payment itself is told",
        "disbursement.Resolution": "what officers decided of a payment's outcome: the payment itself is told",
        "disbursement.BreakStep": "who in the office did what about a difference between books: the break itself is told",
        "disbursement.ClawbackPayment.instruction__wallet": "as with the instruction itself",
        "disbursement.Withholding.instruction__wallet": "as with the instruction itself",
        "disbursement.GiveBack.purse": "told with the case that it was given back for",
        "disbursement.LeftOut.enrolment__household": OF_ANOTHER,
        "disbursement.LeftOut.exclusion__household": OF_ANOTHER,
        "disbursement.PreflightFinding.enrolment__household": OF_ANOTHER,
        "disbursement.FollowedMove.household": "where an enrolment was before an import moved it: for taking the import back",
        "disbursement.FollowedMove.enrolment__person": "as above: the enrolment itself is told, with where it is now",
    },
)


FORGOTTEN = "dihapus"  # the database lets what a case says of a person become this, once it has ended, and nothing else


def hold_of(person: Person) -> str:
    """Who receives aid or waits for it, may have received some, or is claimed back from, is known by name until that ends."""
    waiting = PayoutLine.objects.filter(instruction__enrolment__person=person, state__in=PayoutLine.OPEN)
    if waiting.exists():
        return gettext("masih ada pembayaran lewat mitra yang belum diketahui hasilnya.")
    if Clawback.objects.filter(person=person, status__in=OPEN).exists():
        return gettext("ada perkara pengembalian kelebihan bayar yang belum selesai; selesaikan dahulu.")
    live = Enrolment.objects.filter(person=person).exclude(status=Enrolment.Status.ENDED).select_related("programme")
    names = ", ".join(enrolment.programme.name for enrolment in live)
    return (
        gettext("masih terdaftar pada %(programmes)s; akhiri kepesertaannya dahulu.") % {"programmes": names}
        if names
        else ""
    )


def forget(person: Person) -> None:
    """Drops the facts that once made the person eligible, those that amounts rest on, their own or their family's, and where
    partners paid them.

    That they were in the programme, with the steps but not their words, and the arithmetic, stays with its money.
    """
    Enrolment.objects.filter(person=person).update(facts={})
    Route.objects.filter(enrolment__person=person).update(number_sealed=b"")
    EnrolmentStep.objects.filter(enrolment__person=person).update(words="", reference="")
    EnrolmentAppeal.objects.filter(step__enrolment__person=person).update(text="")
    ConflictNote.objects.filter(person=person).delete()
    TrialChange.objects.filter(person=person).delete()
    ended = Clawback.objects.filter(person=person)
    ended.update(reason=FORGOTTEN)
    ended.exclude(objection="").update(objection=FORGOTTEN)
    Calculation.objects.filter(enrolment__person=person).update(facts={}, members=[])
    # The second condition is the index's own.
    Calculation.objects.exclude(members=[]).filter(members__contains=[{"id": person.pk}]).update(members=[])
    Correction.objects.filter(enrolment__person=person).update(facts={}, members=[])
    Correction.objects.exclude(members=[]).filter(members__contains=[{"id": person.pk}]).update(members=[])
