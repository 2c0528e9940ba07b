"""Showing what every page masks: with a reason, to the one who asks, and only after the access log has it.

An officer may look so often a day; more needs a supervisor. What was opened is counted, so that looking around is seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Protocol

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from beneficiaries import identity, membership, merged_rows
from beneficiaries.models import Evidence, EvidenceImport, Household, Person, RegistryImport, Reveal, RevealAllowance
from beneficiaries.privacy_errors import (
    OwnAllowance,
    PersonErased,
    ProcessingRestricted,
    ReasonMissing,
    RevealLimitReached,
)

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class Masked(Protocol):
    """A row of an app above whose sealed text speaks of people: its kind in the access log, and what of it is masked."""

    pk: int
    reveal_kind: str
    masked: tuple[str, ...]


PERSON_FIELDS = ("nik", "phone")
HOUSEHOLD_FIELDS = ("kk", "address")
EVIDENCE_FIELDS = ("number",)  # a plate or tax number: logged as looked at of whom the evidence is about
EVERYTHING = "all"  # of a subject's own request to see it
PROPOSED = "proposed"  # what a subject wants a number corrected to, before whoever decides
REFUSED_ROWS = "refused_rows"  # of an import: lines of its file, whoever they are of
SCAN = "scan"  # the document of who acts for a person
PROOF = "proof"  # a file that came with an objection, before whoever decides
_LOCK = int.from_bytes(b"look")


def reveal(
    target: Person | Household | Evidence | Masked,
    field: str,
    *,
    reason: str,
    note: str,
    by: User,
    address: str | None = None,
) -> str:
    """One masked value in the clear. The access log says so first, for good, even if the value then does not open.

    `address` is the IP address that asks. Raises PersonErased, ProcessingRestricted, ReasonMissing, RevealLimitReached,
    ValueError (no such field), CannotOpen.
    """
    if field not in fields_of(target):
        raise ValueError(field)
    about = target.about if isinstance(target, Evidence) else target
    if isinstance(about, Person | Household):
        _check_subject(about, reason)
    log(about, field, reason=reason, note=note, by=by, address=address)
    value: str = getattr(target, field)
    return identity.show_phone(value) if field == "phone" else value


def fields_of(target: Person | Household | Evidence | Masked) -> tuple[str, ...]:
    """What of it pages mask."""
    if isinstance(target, Evidence):
        return EVIDENCE_FIELDS
    if isinstance(target, Person):
        return PERSON_FIELDS
    return HOUSEHOLD_FIELDS if isinstance(target, Household) else target.masked


def _check_subject(target: Person | Household, reason: str) -> None:
    if isinstance(target, Person):
        erased, restricted = target.erased_at is not None, target.restricted
    else:
        members = list(target.members.filter(erased_at__isnull=True).values_list("restricted", flat=True))
        erased, restricted = target.kk_index is None, bool(members) and all(members)
    if erased:
        raise PersonErased
    if restricted and reason != Reveal.Reason.REQUEST:
        raise ProcessingRestricted


def log(
    target: Person | Household | RegistryImport | EvidenceImport | Masked,
    fields: str,
    *,
    reason: str,
    note: str,
    by: User,
    address: str | None,
) -> Reveal:
    """Writes, and commits, that an officer is about to see something. Raises ReasonMissing, RevealLimitReached."""
    if not note.strip() or reason not in Reveal.Reason.values:
        raise ReasonMissing
    above = None if isinstance(target, Person | Household | RegistryImport | EvidenceImport) else target
    with transaction.atomic(durable=True):
        # One officer's requests at once would otherwise all count the same past.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, by.pk])
        limit = limit_today(by)
        if Reveal.objects.of_today().filter(by=by).count() >= limit:
            raise RevealLimitReached(limit=limit)
        return Reveal.objects.create(
            person=target if isinstance(target, Person) else None,
            household=target if isinstance(target, Household) else None,
            run=target if isinstance(target, RegistryImport) else None,
            evidence_run=target if isinstance(target, EvidenceImport) else None,
            subject_kind=above.reveal_kind if above else "",
            subject_id=above.pk if above else None,
            fields=fields,
            reason=reason,
            note=note.strip(),
            by=by,
            address=address,
        )


def about(person: Person) -> QuerySet[Reveal]:
    """Who looked at the human being, whichever of their rows it was, and at their households while they belonged to them."""
    people = merged_rows.of(person)
    at_home = membership.during(membership.of(people), "household", "at")
    return Reveal.objects.filter(Q(person__in=people) | at_home)


def limit_today(officer: User) -> int:
    """How often the officer may look today, with what supervisors have added."""
    more = RevealAllowance.objects.filter(officer=officer, day=timezone.localdate()).aggregate(more=Sum("more"))["more"]
    return int(settings.PRIVACY["reveals_a_day"]) + (more or 0)


def allow(officer: User, more: int, reason: str, *, by: User) -> RevealAllowance:
    """A supervisor lets the officer look more often today. Raises OwnAllowance, ReasonMissing."""
    if officer.pk == by.pk:
        raise OwnAllowance
    if not reason.strip():
        raise ReasonMissing
    return RevealAllowance.objects.create(
        officer=officer, day=timezone.localdate(), more=more, reason=reason.strip(), by=by
    )


@dataclass(frozen=True, slots=True)
class Looking:
    """How often an officer looked on one day, and at how many people and households."""

    officer: str
    officer_id: int
    day: date
    reveals: int
    subjects: int


def unusual(since: date) -> list[Looking]:
    """Officers' days from then on with more reveals than is usual (settings), most first."""
    days = (
        Reveal.objects.filter(at__date__gte=since)
        .annotate(day=TruncDate("at"))
        .values("by_id", "by__username", "day")
        .annotate(
            reveals=Count("pk"),
            people=Count("person", distinct=True),
            households=Count("household", distinct=True),
        )
        .filter(reveals__gte=settings.PRIVACY["unusual_reveals"])
        .order_by("-reveals", "-day")
    )
    return [
        Looking(row["by__username"], row["by_id"], row["day"], row["reveals"], row["people"] + row["households"])
        for row in days
    ]
