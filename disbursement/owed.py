"""Arrears (rapel): who is owed a cycle that is over, on whose word, and why. The next batch of the programme pays it.

Being owed is a row; being paid is an instruction of the enrolment and that cycle. Regular pay and arrears exclude each other by
a key of the database, so a row too many never pays twice: who has the cycle already is passed over.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.db import IntegrityError, connection, transaction
from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.expressions import RawSQL
from django.utils import timezone

from beneficiaries.models import Person
from disbursement import cycles, failures, versions
from disbursement.due_dates import months_later
from disbursement.due_lines import TAKEN
from disbursement.enrolment_states import R
from disbursement.errors import NothingOwed, OwedNoMore
from disbursement.exclusions import EXCLUDED
from disbursement.failures import Retry
from disbursement.models import Batch, Calculation, Cycle, Enrolment, EnrolmentStep, Instruction, LeftOut, OwedCycle
from wallet import wallets
from wallet.transactions import retried

if TYPE_CHECKING:
    from django.contrib.auth.models import User

G = OwedCycle.Ground
E = Enrolment.Status
CORRECTION = Instruction.Kind.CORRECTION
# Why a line is left out that may be owed after all. What suspended or excluded somebody may be over: whether it is, the
# enrolment's status and the cycle's exclusions say.
_TO_BE_PAID = ("suspended", "excluded", *(code for code, of in failures.KNOWN.items() if of.retry is Retry.FOLLOW_UP))
_OWE = """
INSERT INTO disbursement_owedcycle (cycle_id, enrolment_id, ground, why, decree, by_id)
SELECT %s, e.id, %s, %s, %s, %s FROM disbursement_enrolment e WHERE e.id IN ({asked})
ORDER BY e.id ON CONFLICT DO NOTHING
"""


@retried
def owe(
    enrolments: QuerySet[Enrolment],
    cycle: Cycle,
    why: str,
    by: User | None,
    *,
    ground: str = G.OTHER,
    decree: str = "",
) -> int:
    """Keeps that these enrolments are owed the cycle; returns how many were new. The next batch of the programme pays them.

    Passed over are those of another programme, who has the cycle pending or paid, who was excluded on its first day, and who is
    on the list already. Raises NothingOwed (that leaves nobody), CyclesOverlap, NoVersion, NowhereToLapse,
    wallet.errors.ReasonMissing.
    """
    why = wallets.required(why)
    versions.check_ends(versions.of(cycle.programme, cycle.period))
    asked = open_to(cycle).filter(pk__in=enrolments.values("pk")).order_by().values("pk")
    sql, parameters = asked.query.sql_with_params()
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                _OWE.format(asked=sql), [cycle.pk, str(ground), why, decree.strip(), by.pk if by else None, *parameters]
            )
            count = int(cursor.rowcount)
    except IntegrityError as error:
        if cycles.is_overlap(error):
            cycles.check(cycle.programme_id, cycle.period)
        raise
    if not count:
        raise NothingOwed
    return count


@retried
def withdraw(row: OwedCycle, by: User | None, reason: str) -> OwedCycle:
    """Nobody is owed it any more. Raises OwedNoMore (withdrawn, paid, or in a batch), wallet.errors.ReasonMissing."""
    reason = wallets.required(reason)
    Cycle.objects.select_for_update().get(pk=row.cycle_id)  # whoever prepares a batch of it is waited for
    row = OwedCycle.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if row.withdrawn_at is not None or _live(row.cycle_id, row.enrolment_id).exists():
        raise OwedNoMore
    row.withdrawn_at, row.withdrawn_by, row.withdraw_reason = timezone.now(), by, reason
    row.save(update_fields=["withdrawn_at", "withdrawn_by", "withdraw_reason"])
    return row


def open_to(cycle: Cycle) -> QuerySet[Enrolment]:
    """Enrolments of the programme that have nothing of the cycle, pending or paid, and may be owed it.

    What another row of the same person has, or another of a family with one place, they have.
    """
    rows = Enrolment.objects.filter(programme=cycle.programme_id, status__in=[E.ACTIVE, E.ENDED])
    excluded = RawSQL(f"SELECT person FROM ({EXCLUDED}) excluded", [cycle.period] * 4)  # noqa: S608, S611  # our own constant
    of_cycle = TAKEN.format(of="i.cycle_id = %s", programme="%s")
    taken = RawSQL(f"SELECT enrolment FROM ({of_cycle}) taken", [cycle.pk, cycle.programme_id] * 2)  # noqa: S608, S611
    owed = OwedCycle.objects.filter(cycle=cycle, enrolment=OuterRef("pk"), withdrawn_at__isnull=True)
    return (
        rows.exclude(pk__in=taken)
        .exclude(person__in=excluded)
        .exclude(Exists(_live(cycle.pk, OuterRef("pk"))))
        .exclude(Exists(owed))
    )


def proposals(cycle: Cycle) -> Mapping[str, QuerySet[Enrolment]]:
    """Who may be owed the cycle, by ground, each enrolment under the first that fits; nothing is kept.

    Left out by an exclusion that was annulled; failed in a batch that is closed, or moved while it was filled; left out of it by
    an officer, active and not for a reason that says they are not to be paid; enrolled after the cycle was prepared, as far back
    as the cycle's version allows; and, for an officer to choose from by name, every other active one. Nobody whose enrolment
    ended because their data were untrue. All of them empty as long as no batch of the cycle has been prepared: who is due then
    is paid by it. Raises NoVersion.
    """
    untrue = EnrolmentStep.objects.filter(enrolment=OuterRef("pk"), to_status=E.ENDED, reason=R.UNTRUE)
    rows = open_to(cycle).exclude(Q(status=E.ENDED) & Q(Exists(untrue)))
    first = Batch.objects.filter(cycle=cycle).exclude(status=Batch.Status.CANCELLED).order_by("prepared_at").first()
    if first is None:
        return dict.fromkeys((G.EXCLUSION, G.FAILED, G.LEFT_OUT, G.LATE, G.OTHER), rows.none())
    annulled = LeftOut.objects.filter(
        cycle=cycle, enrolment=OuterRef("pk"), exclusion__ends_on__lte=F("exclusion__starts_on")
    )
    of_closed = Instruction.objects.filter(
        cycle=cycle, batch__status=Batch.Status.CLOSED, enrolment=OuterRef("pk")
    ).exclude(kind=CORRECTION)
    failed = of_closed.filter(status=Instruction.Status.FAILED)
    dropped = of_closed.filter(status=Instruction.Status.CANCELLED, failure__in=_TO_BE_PAID)
    back = versions.of(cycle.programme, cycle.period).back_pay_months
    until = months_later(cycle.period, back)
    late = Q(status=E.ACTIVE, created_at__gt=first.prepared_at, created_at__date__lt=until) if back else Q(pk__in=[])
    passed_over = Q(Exists(_passed_over(cycle)), status=E.ACTIVE, person__status=Person.Status.ACTIVE)
    by_exclusion, by_failure = Q(Exists(annulled)), Q(Exists(failed)) | passed_over
    by_officer = Q(Exists(dropped), status=E.ACTIVE)
    return {
        G.EXCLUSION: rows.filter(by_exclusion),
        G.FAILED: rows.filter(by_failure).exclude(by_exclusion),
        G.LEFT_OUT: rows.filter(by_officer).exclude(by_exclusion | by_failure),
        G.LATE: rows.filter(late).exclude(by_exclusion | by_failure | by_officer),
        G.OTHER: rows.filter(status=E.ACTIVE).exclude(by_exclusion | by_failure | by_officer | late),
    }


def restored_by_objections() -> QuerySet[Enrolment]:
    """Active enrolments that an exclusion, annulled since, left out of a cycle that is still open to them, and nobody noted.

    Arrears that were withdrawn were noted: somebody decided.
    """
    noted = OwedCycle.objects.filter(cycle=OuterRef("cycle"), enrolment=OuterRef("enrolment"))
    rows = LeftOut.objects.filter(
        ~Exists(_live(OuterRef("cycle"), OuterRef("enrolment"))),
        ~Exists(noted),
        exclusion__ends_on=F("exclusion__starts_on"),
        enrolment__status=E.ACTIVE,
    )
    found: set[int] = set()
    # Mostly none: what the cycle itself says of them, others' exclusions above all, is asked of those cycles alone.
    for cycle in Cycle.objects.filter(pk__in=rows.values("cycle")):
        of_cycle = rows.filter(cycle=cycle).values("enrolment")
        found.update(open_to(cycle).filter(pk__in=of_cycle).values_list("pk", flat=True))
    return Enrolment.objects.filter(pk__in=found)


def with_state(rows: QuerySet[OwedCycle]) -> QuerySet[OwedCycle]:
    """The rows with `state`: withdrawn, paid, in_batch, nothing (calculated, and it came to zero), or waiting."""
    live = _live(OuterRef("cycle"), OuterRef("enrolment"))
    return rows.annotate(
        state=Case(
            When(withdrawn_at__isnull=False, then=Value("withdrawn")),
            When(Exists(live.filter(status=Instruction.Status.PAID)), then=Value("paid")),
            When(Exists(live), then=Value("in_batch")),
            When(Exists(_came_to_nothing()), then=Value("nothing")),
            default=Value("waiting"),
            output_field=CharField(),
        )
    )


def waiting(rows: QuerySet[OwedCycle]) -> QuerySet[OwedCycle]:
    """Those of the rows whose state is waiting: the next batch of the programme is to pay them."""
    live = _live(OuterRef("cycle"), OuterRef("enrolment"))
    return rows.filter(~Exists(live), ~Exists(_came_to_nothing()), withdrawn_at__isnull=True)


def _came_to_nothing() -> QuerySet[Calculation]:
    """What says of an owed cycle that it came to nothing by the rules."""
    return reckoned_nothing().filter(
        enrolment=OuterRef("enrolment"), cycle=OuterRef("cycle"), kind=Instruction.Kind.ARREARS
    )


def reckoned_nothing() -> QuerySet[Calculation]:
    """Calculations that came to nothing by the rules, and not because somebody moved while their batch was filled."""
    counting = Calculation.objects.exclude(batch__status=Batch.Status.CANCELLED)
    return counting.filter(total=0).exclude(reason=Calculation.Reason.CHANGED)


def _passed_over(cycle: Cycle) -> QuerySet[Calculation]:
    """Of enrolments whose data changed while a batch that is closed was filled, and which nothing has reckoned since."""
    again = (
        Calculation.objects.filter(cycle=cycle, enrolment=OuterRef("enrolment"), pk__gt=OuterRef("pk"))
        .exclude(kind=CORRECTION)
        .exclude(batch__status=Batch.Status.CANCELLED)
    )
    # Of arrears the row is there still, and the next batch asks again. By the batch's cycle, too: an index begins with the batch.
    return Calculation.objects.filter(
        ~Exists(again),
        batch__cycle=cycle,
        batch__status=Batch.Status.CLOSED,
        cycle=cycle,
        enrolment=OuterRef("pk"),
        kind=Instruction.Kind.REGULAR,
        reason=Calculation.Reason.CHANGED,
    )


def _live(cycle: int | OuterRef, enrolment: int | OuterRef) -> QuerySet[Instruction]:
    """What the enrolment has of the cycle, pending or paid, corrections apart."""
    rows = Instruction.objects.filter(cycle=cycle, enrolment=enrolment, live=True)
    return rows.exclude(kind=CORRECTION)
