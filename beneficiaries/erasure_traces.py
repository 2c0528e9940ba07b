"""What else tells of a person, table by table, emptied with them: the rows stay where others rest on them.

Each emptier is given the erased row as it was read before, and its household if nobody of it is left, else None.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models
from django.db.models import F, Q, Value
from django.db.models.functions import Concat, Now
from django.utils import timezone

from beneficiaries import evidence, objection_files
from beneficiaries.models import (
    Change,
    Consent,
    Evidence,
    Exclusion,
    Grievance,
    GrievanceMessage,
    GrievanceStep,
    Household,
    Objection,
    ObjectionFile,
    Person,
    PersonBlock,
    PersonKey,
    Proposal,
    ProposedChange,
    RefusedRow,
    Replaced,
    Representation,
    RepresentationScan,
)

R = Representation.Status
FORGOTTEN = "dihapus"  # what officers' words about somebody may become in the database, and nothing else
# And the household that a preview moves them to, if nobody else comes to live there or does already.
_UNSTAGE = """
WITH gone AS (DELETE FROM beneficiaries_stagedperson WHERE nik_index = ANY(%s) RETURNING run_id, kk_index, nik_index)
DELETE FROM beneficiaries_stagedhousehold AS home USING gone
WHERE home.run_id = gone.run_id AND home.kk_index = gone.kk_index AND NOT home.known AND NOT EXISTS (
    SELECT FROM beneficiaries_stagedperson AS other
    WHERE other.run_id = gone.run_id AND other.kk_index = gone.kk_index AND other.nik_index <> gone.nik_index)
"""


def forget(person: Person, household: Household | None, reason: str) -> None:
    """Empties all of it. `reason` takes the place of what officers wrote where the database wants a reason."""
    for empty in EMPTIERS:
        empty(person, household, reason)


def _of(person: Person, household: Household | None) -> Q:
    """Rows about the person, or about the household that nobody of is left."""
    return Q(person=person) | (Q(household=household) if household else Q(pk__in=[]))


def _grievances(person: Person, household: Household | None, reason: str) -> None:
    told = Q(reporter=person) | _of(person, household)
    if person.wallet_id is not None:
        told |= Q(payment__wallet=person.wallet_id)
    about = list(Grievance.objects.filter(told).order_by("pk").values_list("pk", flat=True))
    Grievance.objects.filter(pk__in=about).update(text_sealed=b"", reporter_name_sealed=b"", phone_sealed=b"")
    GrievanceMessage.objects.filter(grievance__in=about).update(text_sealed=b"")
    # Last: the database lets the words of a step go only where the grievance's own are gone.
    GrievanceStep.objects.filter(grievance__in=about).exclude(reason="").update(reason=FORGOTTEN)


def _representations(person: Person, household: Household | None, reason: str) -> None:
    """Nobody acts for who is forgotten, nor they for others: what was in force ends."""
    party = Q(for_person=person) | Q(representative=person)
    if indexes := Person.nik.indexes_of_row(person):
        party |= Q(representative__isnull=True, nik_index__in=indexes)
    numbers = list(Representation.objects.filter(party).order_by("pk").values_list("pk", flat=True))
    rows = Representation.objects.filter(pk__in=numbers)
    now = timezone.now()
    rows.filter(status=R.PROPOSED).update(status=R.REFUSED, decided_by=F("proposed_by"), decided_at=now)
    rows.filter(status=R.APPROVED).update(status=R.ENDED, ended_at=now, end_reason=reason)
    rows.update(
        name_sealed=b"",
        nik_sealed=b"",
        nik_index=None,
        phone_sealed=b"",
        phone_index=None,
        document_number="",
        decision_reason="",
    )
    # Last: the database lets a reason be replaced only where nobody is known any more.
    rows.filter(status=R.ENDED).update(end_reason=reason)
    RepresentationScan.objects.filter(representation__in=numbers).update(content_sealed=b"")


def _evidence(person: Person, household: Household | None, reason: str) -> None:
    """It does not stand any more either: an item without its name would be told twice."""
    rows = Evidence.objects.filter(_of(person, household))
    rows.filter(superseded_at__isnull=True).update(superseded_at=Now())
    rows.filter(contested_at__isnull=False).update(contest_reason=reason)
    rows.update(value={}, item="", document="")
    evidence.forget_numbers(rows)


def _exclusions(person: Person, household: Household | None, reason: str) -> None:
    proposals = Proposal.objects.filter(_of(person, household))
    proposals.exclude(decision_reason="").update(decision_reason=reason)
    proposals.update(facts={})
    exclusions = Exclusion.objects.filter(_of(person, household))
    exclusions.exclude(lift_reason="").update(lift_reason=reason)
    objections = Objection.objects.filter(exclusion__in=exclusions.values("pk"))
    objections.exclude(decision_reason="").update(decision_reason=reason)
    objections.update(text="")
    objection_files.drop(ObjectionFile.objects.filter(objection__in=objections.values("pk")))


def _consents(person: Person, household: Household | None, reason: str) -> None:
    Consent.objects.filter(person=person).exclude(evidence="").update(evidence="")


def _imports(person: Person, household: Household | None, reason: str) -> None:
    """Of imports' own tables; what their files hold goes with `kept_files`."""
    Replaced.objects.filter(_of(person, household)).update(source_digest=b"", phone_index=None)
    if indexes := Person.nik.indexes_of_row(person):
        RefusedRow.objects.filter(nik_index__in=indexes).update(nik_index=None)
        with connection.cursor() as cursor:
            cursor.execute(_UNSTAGE, [indexes])
    if household and (indexes := Household.kk.indexes_of_row(household)):
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM beneficiaries_stagedhousehold WHERE kk_index = ANY(%s)", [indexes])


def _derived(person: Person, household: Household | None, reason: str) -> None:
    ProposedChange.objects.filter(request__person=person).delete()
    PersonBlock.objects.filter(person=person).delete()
    PersonKey.objects.filter(person=person).delete()


def _office_log(person: Person, household: Household | None, reason: str) -> None:
    """The office's log quotes what a row was called then, and why an officer did it: of the person, of whatever refers to them,
    and of their wallet. That something was done, when and by whom stays."""
    if person.wallet_id is not None:
        unname(type(person)._meta.get_field("wallet").related_model, [person.wallet_id])
    for row in (person, household) if household else (person,):
        unname(type(row), [row.pk])
        for relation in row._meta.get_fields(include_hidden=True):
            if isinstance(relation, models.ManyToOneRel) and relation.related_model not in (Change, PersonBlock):
                rows = relation.related_model._base_manager.filter(**{relation.field.name: row.pk})
                unname(relation.related_model, list(rows.values_list("pk", flat=True)))


def unname(model: type[models.Model], numbers: Sequence[int]) -> None:
    """Of these rows the office's log says neither what they were called nor in which words something was done with them."""
    if numbers:
        LogEntry.objects.filter(
            content_type=ContentType.objects.get_for_model(model), object_id__in=[str(number) for number in numbers]
        ).update(object_repr=Concat(Value("#"), F("object_id")), change_message="")


EMPTIERS: tuple[Callable[[Person, Household | None, str], None], ...] = (
    _grievances,
    _representations,
    _evidence,
    _exclusions,
    _consents,
    _imports,
    _derived,
    _office_log,
)
