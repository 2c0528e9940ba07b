"""What the programmes know of a person, for the registry that is asked for it (``settings.PRIVACY``)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from beneficiaries import erasure, erasure_traces, undecided
from beneficiaries.erasure_traces import FORGOTTEN
from beneficiaries.models import Change, Person
from beneficiaries.retention import Rule
from beneficiaries.subject_rows import Declaration, Subject, Table
from disbursement import owed, taking_back
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
    TakeBack,
    TrialChange,
    Withholding,
)
from wallet.models import Purse, Transfer

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
            TakeBack,
            ("instruction__enrolment__person",),
            without=("proposed_by", "decided_by"),
            moment="proposed_at",
        ),
        Table(
            Route,
            ("enrolment__person",),
            without=("set_by", "agreed_by", "ended_by"),
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
        "disbursement.TakeBack.instruction__household": OF_ANOTHER,
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
        "disbursement.TakeBack.instruction__wallet": "as with the instruction itself",
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


# What has not reached them yet, or has and may be taken back or objected to: all of it needs to know who they are.
IN_BATCHES = (Instruction.Status.PENDING, Instruction.Status.SENT, Instruction.Status.UNKNOWN)
OVER = (Batch.Status.CLOSED, Batch.Status.CANCELLED)


def hold_of(person: Person) -> str:
    """Who receives aid or waits for it, may have received some, or is claimed back from, is known by name until that ends."""
    own = {"enrolment__person": person}
    programmes = Enrolment.objects.filter(person=person).values("programme")
    # By the batch, too: no index begins with the enrolment alone.
    under_way = Batch.objects.filter(cycle__programme__in=programmes).exclude(status__in=OVER)
    for rows, ground in (
        (
            PayoutLine.objects.filter(instruction__enrolment__person=person, state__in=PayoutLine.OPEN),
            gettext("masih ada pembayaran lewat mitra yang belum diketahui hasilnya."),
        ),
        (
            Instruction.objects.filter(**own, batch__in=under_way, status__in=IN_BATCHES),
            gettext("bantuannya masih ada dalam batch yang belum selesai dibayar."),
        ),
        (
            owed.waiting(OwedCycle.objects.filter(**own)),
            gettext("rapelnya belum dibayar; bayarkan atau cabut dahulu."),
        ),
        (
            EnrolmentAppeal.objects.filter(step__enrolment__person=person, status=EnrolmentAppeal.Status.FILED),
            gettext("keberatannya atas kepesertaan belum diputuskan."),
        ),
        (
            taking_back.waiting().filter(instruction__enrolment__person=person),
            gettext("ada penarikan kembali bantuannya yang belum diputuskan."),
        ),
        (
            Clawback.objects.filter(person=person, status__in=OPEN),
            gettext("ada perkara pengembalian kelebihan bayar yang belum selesai; selesaikan dahulu."),
        ),
    ):
        if rows.exists():
            return ground
    live = Enrolment.objects.filter(person=person).exclude(status=Enrolment.Status.ENDED).select_related("programme")
    names = ", ".join(enrolment.programme.name for enrolment in live)
    return (
        gettext("masih terdaftar pada %(programmes)s; akhiri kepesertaannya dahulu.") % {"programmes": names}
        if names
        else ""
    )


def _left_without_money(moment: datetime) -> QuerySet[Person]:
    """Who left the registry before the moment, is in no programme, and never received anything: nothing needs their data.

    Nobody has changed their row since, which is asked of the history: when they left, the row itself does not say.
    """
    # One transfer of each purse is looked for, in the ledger's indexes. EXISTS would leave the planner the choice to read
    # the whole ledger into a hash first, and it took it on a machine whose statistics were a little different.
    out, into = (
        Subquery(Transfer.objects.filter(**{side: OuterRef("pk")}).values("pk")[:1]) for side in ("debit", "credit")
    )
    moved = Purse.objects.filter(wallet=OuterRef("wallet")).alias(transfer=Coalesce(out, into))
    rows = Person.objects.filter(status=Person.Status.LEFT, erased_at__isnull=True, created_at__lt=moment)
    return rows.filter(
        ~Exists(Change.objects.filter(person=OuterRef("pk"), at__gte=moment)),
        ~Exists(Person.objects.filter(merged_into=OuterRef("pk"))),
        ~Exists(Enrolment.objects.filter(person=OuterRef("pk")).exclude(status=Enrolment.Status.ENDED)),
        ~Exists(Instruction.objects.filter(enrolment__person=OuterRef("pk"), live=True)),
        ~Exists(Clawback.objects.filter(person=OuterRef("pk"))),
        # `hold_of` here and in `undecided` keep who waits for these; one of them here would end the rule for everybody.
        ~Exists(OwedCycle.objects.filter(enrolment__person=OuterRef("pk"), withdrawn_at__isnull=True)),
        ~Exists(
            EnrolmentAppeal.objects.filter(step__enrolment__person=OuterRef("pk"), status=EnrolmentAppeal.Status.FILED)
        ),
        *(~Exists(waiting) for waiting in undecided.of_person(OuterRef("pk"))),
        *(~Exists(waiting) for waiting in undecided.of_wallet(OuterRef("wallet"))),
        *(~Exists(waiting) for waiting in undecided.of_household(OuterRef("household"))),
        ~Exists(moved.filter(transfer__isnull=False)),
    )


def _erase_all(rows: QuerySet[Any]) -> None:
    for person in rows.order_by("pk"):
        erasure.erase(person, by=None, reason=gettext("Masa simpannya habis."))


def _routes_of_before(moment: datetime) -> QuerySet[Route]:
    """Refused, replaced or ended before the moment; one through which something was paid, when its books are no longer kept."""
    told = Route.objects.exclude(number_sealed=b"", number_index=None, why="")
    # By the enrolment, too: that has an index.
    paid = Exists(Instruction.objects.filter(enrolment=OuterRef("enrolment"), route=OuterRef("pk")))
    books = timezone.now() - timedelta(days=round(365.25 * settings.PRIVACY["financial_years"]))
    return told.filter(Q(~paid, ended_at__lt=moment) | Q(ended_at__lt=min(moment, books)))


def _without_numbers(rows: QuerySet[Any]) -> None:
    rows.update(number_sealed=b"", number_index=None, why="")


RULES = (
    Rule(
        "ended_routes",
        _("Nomor rekening pada jalur bayar yang ditolak atau berakhir"),
        _routes_of_before,
        _without_numbers,
    ),
    Rule(
        "left_people",
        _("Orang yang keluar dari registri dan tidak pernah menerima bantuan"),
        _left_without_money,
        _erase_all,
        most=50,
    ),
    Rule(
        "programme_trials",
        _("Nama dalam percobaan program"),
        lambda moment: TrialChange.objects.filter(trial__finished_at__lt=moment),
    ),
    Rule(
        "preflights",
        _("Temuan pemeriksaan awal batch yang sudah selesai"),
        lambda moment: PreflightFinding.objects.filter(
            batch__status__in=[Batch.Status.CLOSED, Batch.Status.CANCELLED], batch__prepared_at__lt=moment
        ),
    ),
)


def forget(person: Person) -> None:
    """Drops the facts that once made the person eligible, those that amounts rest on, their own or their family's, and where
    partners paid them.

    That they were in the programme, with the steps but not their words, and the arithmetic, stays with its money.
    """
    Enrolment.objects.filter(person=person).update(facts={})
    _without_numbers(Route.objects.filter(enrolment__person=person))
    decided = TakeBack.objects.filter(instruction__enrolment__person=person, decided_at__isnull=False)
    decided.update(reason=FORGOTTEN)
    decided.exclude(note="").update(note=FORGOTTEN)
    # The reason of a take-back stands in both, in an officer's words.
    Instruction.objects.filter(enrolment__person=person, status=Instruction.Status.RETURNED).update(failure=FORGOTTEN)
    arrears = OwedCycle.objects.filter(enrolment__person=person)
    arrears.update(why=FORGOTTEN)
    arrears.exclude(withdraw_reason="").update(withdraw_reason=FORGOTTEN)
    EnrolmentStep.objects.filter(enrolment__person=person).update(words="", reference="")
    appeals = EnrolmentAppeal.objects.filter(step__enrolment__person=person)
    appeals.update(text="")
    appeals.exclude(decision_reason="").update(decision_reason=FORGOTTEN)
    ConflictNote.objects.filter(person=person).delete()
    TrialChange.objects.filter(person=person).delete()
    ended = Clawback.objects.filter(person=person)
    ended.update(reason=FORGOTTEN, evidence=FORGOTTEN)
    ended.exclude(objection="").update(objection=FORGOTTEN)
    ClawbackStep.objects.filter(clawback__person=person).exclude(reason="").update(reason=FORGOTTEN)
    Calculation.objects.filter(enrolment__person=person).update(facts={}, members=[])
    # The second condition is the index's own.
    Calculation.objects.exclude(members=[]).filter(members__contains=[{"id": person.pk}]).update(members=[])
    Correction.objects.filter(enrolment__person=person).update(facts={}, members=[])
    Correction.objects.exclude(members=[]).filter(members__contains=[{"id": person.pk}]).update(members=[])
    _unname(person)


def _unname(person: Person) -> None:
    """The office's log quotes officers' words on the pages of these too; what refers to the person itself, the registry does."""
    of_lines = {"instruction__enrolment__person": person}
    for rows in (
        Instruction.objects.filter(enrolment__person=person),
        TakeBack.objects.filter(**of_lines),
        PayoutLine.objects.filter(**of_lines),
        Break.objects.filter(**of_lines),
        Confirmation.objects.filter(**of_lines),
        OwedCycle.objects.filter(enrolment__person=person),
        Route.objects.filter(enrolment__person=person),
        EnrolmentStep.objects.filter(enrolment__person=person),
        EnrolmentAppeal.objects.filter(step__enrolment__person=person),
        Correction.objects.filter(enrolment__person=person),
        Calculation.objects.filter(enrolment__person=person),
    ):
        erasure_traces.unname(rows.model, list(rows.values_list("pk", flat=True)))
