"""Grievances: filed, worked on, answered in time or escalated, closed when the citizen is content.

Every step is one conditional update and one row of the history, in one transaction. Deadlines are working days of the
category. What is late goes to the category's supervisors, once for each level, whoever asks and however often.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_noop

from beneficiaries import grievance_numbers, working_days
from beneficiaries.errors import AboutNothingNew, GrievanceEmpty, GrievanceMoved, NotInGroup, SameCategory
from beneficiaries.models import Grievance, GrievanceCategory, GrievanceMessage, GrievanceStep, Person
from beneficiaries.models.grievance import MOST_LEVEL
from beneficiaries.privacy_errors import PersonErased
from wallet.transactions import retried

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from wallet.models import Payment

TEXT_MOST = 2_000
# Reasons that no officer gives: kept in the project's own language and translated where they are shown.
WROTE_AGAIN, TOO_LATE = gettext_noop("Pelapor menulis lagi."), gettext_noop("Lewat tenggat.")
SATISFIED, NOT_SATISFIED = gettext_noop("Pelapor puas."), gettext_noop("Pelapor tidak puas.")
S, M = Grievance.Status, GrievanceMessage.Kind
TRANSITIONS = {
    (S.RECEIVED, S.ASSIGNED),  # an officer took it, or was given it
    (S.RECEIVED, S.ESCALATED),  # nobody took it in time
    (S.ASSIGNED, S.ASSIGNED),  # given to somebody else
    (S.ASSIGNED, S.ANSWERED),  # the citizen has an answer
    (S.ASSIGNED, S.ESCALATED),  # not answered in time: the supervisors have it
    (S.ESCALATED, S.ASSIGNED),  # a supervisor took it, or gave it to an officer
    (S.ESCALATED, S.ESCALATED),  # the supervisors are late themselves: it is urgent
    (S.ANSWERED, S.CLOSED),  # the citizen said whether it helped, or nothing more is to come
    (S.ANSWERED, S.REOPENED),  # the answer did not help, or the citizen wrote again
    (S.CLOSED, S.REOPENED),  # closed too early
    (S.REOPENED, S.ASSIGNED),
    (S.REOPENED, S.ESCALATED),
}
# What a new house begins with: code, name, working days until the answer. Officers change them as they please.
STANDARD = (
    ("belum-terima", "Bantuan belum diterima", 5),
    ("jumlah-salah", "Jumlah bantuan tidak sesuai", 5),
    ("tidak-terdaftar", "Tidak terdaftar padahal berhak", 10),
    ("tidak-tepat", "Penerima tidak tepat sasaran", 10),
    ("pedagang", "Pedagang menolak atau mengambil lebih", 3),
    ("pungutan", "Pungutan atau potongan", 3),
    ("data-salah", "Data diri salah", 5),
    ("kartu-hp", "Telepon, PIN, atau kode bayar", 2),
    ("lainnya", "Lainnya", 5),
)


@dataclass(frozen=True, slots=True)
class Report:
    """What somebody complains about. An anonymous report has neither reporter, name nor phone (E.164)."""

    origin: Grievance.Origin
    category: GrievanceCategory
    text: str
    priority: Grievance.Priority = Grievance.Priority.NORMAL
    reporter: Person | None = None
    reporter_name: str = ""
    phone: str = ""
    person: Person | None = None
    payment: Payment | None = None
    subject: tuple[str, int] | None = None
    reference: UUID | None = None


def standard_categories(workers: Group, supervisors: Group) -> int:
    """Makes the categories of STANDARD that are missing by code, and returns how many; what is there stays as it is."""
    made = 0
    for code, name, days in STANDARD:
        defaults = {"name": name, "deadline_days": days, "group": workers, "supervisors": supervisors}
        made += GrievanceCategory.objects.get_or_create(code=code, defaults=defaults)[1]
    return made


@retried
def file(report: Report, *, by: User | None = None) -> Grievance:
    """Opens the ticket with its number and deadline, or returns the one that was opened with the same reference.

    Raises GrievanceEmpty, PersonErased.
    """
    text, now = _text(report.text), timezone.now()
    if report.reference is not None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [report.reference.int % 2**63])
        of_nobody = Grievance.objects.filter(reporter__isnull=True)
        mine = Grievance.objects.reported_by(report.reporter) if report.reporter else of_nobody
        earlier = mine.filter(reference=report.reference).first()
        if earlier is not None:
            return earlier
    _none_erased(report.reporter, report.person)
    category = report.category
    kind, number = report.subject or ("", None)
    row = Grievance(
        number=grievance_numbers.draw(timezone.localdate(now).year),
        origin=report.origin,
        category=category,
        priority=report.priority,
        reporter=report.reporter,
        person=report.person,
        household=report.person.household if report.person else None,
        payment=report.payment,
        subject_kind=kind,
        subject_id=number,
        reference=report.reference,
        group_id=category.group_id,
        due_at=working_days.deadline(now, category.deadline_days),
        created_by=by,
    )
    row.text, row.reporter_name, row.phone = text, report.reporter_name, report.phone
    row.save(force_insert=True)
    _note_step(row, "", by, "")
    return row


@retried
def take(row: Grievance, *, by: User) -> Grievance:
    """The officer works on it from now on; nobody else does yet. Raises NotInGroup, GrievanceMoved."""
    if row.assignee_id is not None:
        raise GrievanceMoved(status=row.get_status_display())
    if not by.is_superuser and not by.groups.filter(pk=row.group_id).exists():
        raise NotInGroup(group=row.group)
    return _advance(row, S.ASSIGNED, by, "", assignee=by)


@retried
def assign(row: Grievance, to: User, reason: str, *, by: User) -> Grievance:
    """Gives it to an officer of the category's group or of its supervisors. Raises NotInGroup, GrievanceMoved."""
    category = row.category
    group = to.groups.filter(pk__in=[category.group_id, category.supervisors_id]).order_by("pk").first()
    if group is None:
        raise NotInGroup(group=category.group)
    keeps = to.groups.filter(pk=row.group_id).exists()
    return _advance(row, S.ASSIGNED, by, reason, assignee=to, group=row.group if keeps else group)


@retried
def answer(row: Grievance, text: str, *, by: User) -> GrievanceMessage:
    """Answers the citizen, as the officer who works on it. Raises GrievanceEmpty, GrievanceMoved."""
    said = _text(text)
    if row.assignee_id != by.pk:
        raise GrievanceMoved(status=row.get_status_display())
    _advance(row, S.ANSWERED, by, "", answered_at=Now(), satisfied=None)
    return _say(row, M.ANSWER, said, by)


@retried
def note(row: Grievance, text: str, *, by: User) -> GrievanceMessage:
    """Adds a note that only officers read. Raises GrievanceEmpty."""
    return _say(row, M.NOTE, _text(text), by)


@retried
def say(row: Grievance, text: str, *, by: User | None = None) -> GrievanceMessage:
    """Adds what the citizen says; an officer may write it down for them. Said after an answer, it opens the ticket again.

    Raises GrievanceEmpty, and GrievanceMoved for a closed ticket, which is opened again first.
    """
    said = _text(text)
    # Under its lock: an answer written at the same moment would otherwise leave the citizen's words unread.
    row = Grievance.objects.select_for_update(of=("self",)).select_related("category").get(pk=row.pk)
    if row.status == S.CLOSED:
        raise GrievanceMoved(status=row.get_status_display())
    if row.status == S.ANSWERED:
        _reopen(row, WROTE_AGAIN, by)
    return _say(row, M.CITIZEN, said, by)


@retried
def close(row: Grievance, reason: str, *, satisfied: bool | None, by: User | None) -> Grievance:
    """Ends it after its answer; `satisfied` is what the citizen says of it, None if they say nothing.

    Raises GrievanceMoved. `by` is empty for the citizen.
    """
    return _advance(row, S.CLOSED, by, reason, satisfied=satisfied, closed_at=Now())


@retried
def reopen(row: Grievance, reason: str, *, by: User | None) -> Grievance:
    """Takes it up again with a new deadline, in the group where it began. Raises GrievanceMoved."""
    return _reopen(row, reason, by)


def _reopen(row: Grievance, reason: str, by: User | None) -> Grievance:
    category = row.category
    return _advance(
        row,
        S.REOPENED,
        by,
        reason,
        group=category.group,
        assignee=None,
        level=0,
        rounds=row.rounds + 1,
        closed_at=None,
        due_at=working_days.deadline(timezone.now(), category.deadline_days),
    )


@retried
def sort(row: Grievance, category: GrievanceCategory, priority: Grievance.Priority, reason: str, *, by: User) -> None:
    """Gives an open ticket another category or priority; whoever works on it keeps it.

    Until it was escalated, the new category's deadline counts from when the ticket began or was opened again.
    Raises SameCategory, GrievanceMoved.
    """
    row = Grievance.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if row.status not in Grievance.OPEN:
        raise GrievanceMoved(status=row.get_status_display())
    if (row.category_id, row.priority) == (category.pk, priority):
        raise SameCategory
    changes: dict[str, Any] = {"priority": priority, "category": category}
    if row.category_id != category.pk and row.level == 0:
        began = row.steps.filter(to_status__in=[S.RECEIVED, S.REOPENED]).latest("pk").at
        changes["due_at"] = working_days.deadline(began, category.deadline_days)
        if row.assignee_id is None:
            changes["group"] = category.group
    Grievance.objects.filter(pk=row.pk).update(**changes)
    _say(row, M.NOTE, f"{category.name}, {Grievance.Priority(priority).label}: {reason}", by)


@retried
def relate(
    row: Grievance,
    *,
    person: Person | None = None,
    payment: Payment | None = None,
    subject: tuple[str, int] | None = None,
    told: str,
    by: User,
) -> None:
    """Says whom and what it is about, which whoever wrote on the open page could not; what is not given stays as it is.

    `told` says it in words, in a note for officers, and names nobody: the note stays when somebody else turns out to be meant,
    and would outlast whoever was named. Raises AboutNothingNew, PersonErased, and GrievanceMoved for a closed ticket.
    """
    _none_erased(person)  # whoever is forgotten is locked before the tickets about them
    row = Grievance.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if row.status == S.CLOSED:
        raise GrievanceMoved(status=row.get_status_display())
    changes: dict[str, Any] = {}
    if person is not None:
        changes |= {"person_id": person.pk, "household_id": person.household_id}
    if payment is not None:
        changes["payment_id"] = payment.pk
    if subject is not None:
        changes |= {"subject_kind": subject[0], "subject_id": subject[1]}
    if all(getattr(row, name) == value for name, value in changes.items()):
        raise AboutNothingNew
    Grievance.objects.filter(pk=row.pk).update(**changes)
    _say(row, M.NOTE, told, by)


def escalate_late(moment: datetime | None = None) -> Iterator[Grievance]:
    """Marks each late ticket and gives it to its supervisors, once for each level; a generator, one transaction each.

    Safe to repeat and to race: who finds a row locked leaves it, and an escalated row has a new deadline.
    """
    now = moment or timezone.now()
    while (row := _escalate_next(now)) is not None:
        yield row


@retried
def _escalate_next(now: datetime) -> Grievance | None:
    late = Grievance.objects.escalating(now).order_by("due_at", "pk").select_related("category")
    row = late.select_for_update(skip_locked=True, of=("self",)).first()
    if row is None:
        return None
    level = row.level + 1
    priority = Grievance.Priority.URGENT if level == MOST_LEVEL else row.priority
    return _advance(
        row,
        S.ESCALATED,
        None,
        TOO_LATE,
        group=row.category.supervisors,
        assignee=None,
        level=level,
        priority=priority,
        due_at=working_days.deadline(now, row.category.escalation_days),
    )


def _none_erased(*people: Person | None) -> None:
    """Raises PersonErased. Locks them: nobody is forgotten before the ticket stands with what is forgotten then."""
    numbers = [person.pk for person in people if person is not None]
    if not numbers:
        return
    rows = Person.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=numbers).order_by("pk")
    if any(row.erased_at for row in rows):
        raise PersonErased


def _advance(row: Grievance, to: Grievance.Status, by: User | None, reason: str, **changes: Any) -> Grievance:
    """Moves the ticket, in memory and in the database, and keeps the step.

    Raises GrievanceMoved if it is elsewhere by now: in another status, with somebody else, or on another level.
    """
    before = row.status
    origins = [origin for origin, target in TRANSITIONS if target == to]
    as_seen = {"status": before, "assignee": row.assignee_id, "level": row.level, "rounds": row.rounds}
    with transaction.atomic():
        unmoved = Grievance.objects.filter(pk=row.pk, **{k: v for k, v in as_seen.items() if v is not None})
        if row.assignee_id is None:
            unmoved = unmoved.filter(assignee__isnull=True)
        hit = unmoved.filter(status__in=origins).update(status=to, **changes)
        if hit != 1:
            row.refresh_from_db(fields=["status", "assignee", "level", "rounds"])
            raise GrievanceMoved(status=row.get_status_display())
        row.refresh_from_db()
        _note_step(row, before, by, reason)
    return row


def _note_step(row: Grievance, before: str, by: User | None, reason: str) -> None:
    GrievanceStep.objects.create(
        grievance=row,
        from_status=before,
        to_status=row.status,
        by=by,
        reason=reason,
        group_id=row.group_id,
        assignee_id=row.assignee_id,
        round=row.rounds,
        level=row.level,
    )


def _say(row: Grievance, kind: GrievanceMessage.Kind, text: str, by: User | None) -> GrievanceMessage:
    message = GrievanceMessage(grievance=row, kind=kind, by=by)
    message.text = text
    message.save(force_insert=True)
    return message


def _text(text: str) -> str:
    """The text without blanks around it. Raises GrievanceEmpty for none, for too much, and for what cannot be stored."""
    text = text.replace("\r\n", "\n").strip()
    if not text or len(text) > TEXT_MOST or "\x00" in text:
        raise GrievanceEmpty(most=TEXT_MOST)
    return text
