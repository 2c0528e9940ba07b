"""Who acts for whom: proposed by one officer, approved by a second, in force on its days, ended with a reason.

A guardian (wali) may do what the person could; a collector (kuasa) may fetch money, for a few people at most. Whether
somebody may act is asked anew each time (`may_act`), because people die and periods end without anybody touching a row.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_noop

from beneficiaries import identity
from beneficiaries.errors import (
    CollectsForTooMany,
    GuardianExists,
    NotActing,
    PersonDeceased,
    RepresentationApproverIsMaker,
    RepresentationDouble,
    RepresentationMoved,
    RepresentationPeriod,
    RepresentativeNamed,
    RepresentativeUnfit,
    RepresentsOneself,
    ScanRefused,
)
from beneficiaries.models import Collection, Person, Representation, RepresentationScan, Ward
from beneficiaries.models.representation import RepresentationQuerySet
from beneficiaries.privacy_errors import PersonErased, ProcessingRestricted
from vault.sealing import index_key_of
from wallet.transactions import retried

if TYPE_CHECKING:
    from uuid import UUID

    from django.contrib.auth.models import User

K, S = Representation.Kind, Representation.Status
TRANSITIONS = {
    (S.PROPOSED, S.APPROVED),  # a second officer saw the document
    (S.PROPOSED, S.REFUSED),  # a second officer did not agree, or the maker withdrew it
    (S.APPROVED, S.ENDED),  # revoked, replaced, or its time is over
}
# What a file begins with tells what it is; its name and what the browser says of it do not.
BEGINNINGS = {b"%PDF-": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
# Kept in the project's own language and translated where it is shown.
REPLACED = gettext_noop("Digantikan oleh yang baru.")
_GUARDIAN = "representation_one_guardian"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What an officer proposes. The representative is named by NIK; name and phone are for outsiders only."""

    kind: Representation.Kind
    for_person: Person
    nik: str
    starts_on: date
    document: Representation.Document
    document_number: str
    ends_on: date | None = None
    name: str = ""
    phone: str = ""
    scan: bytes = b""


@retried
def propose(proposal: Proposal, *, by: User) -> Representation:
    """Writes the proposal, with its scan if there is one; it has no effect until somebody else approves it.

    Raises FieldRefused (NIK or phone), RepresentsOneself, RepresentativeNamed, RepresentativeUnfit, PersonDeceased,
    PersonErased, ProcessingRestricted (of either), RepresentationPeriod, RepresentationDouble, ScanRefused.
    """
    person, today = proposal.for_person, timezone.localdate()
    _check_holder(Person.objects.get(pk=person.pk))
    if proposal.ends_on is not None and proposal.ends_on < max(proposal.starts_on, today):
        raise RepresentationPeriod
    row = Representation(
        kind=proposal.kind,
        for_person=person,
        starts_on=proposal.starts_on,
        ends_on=proposal.ends_on,
        document=proposal.document,
        document_number=proposal.document_number,
        proposed_by=by,
    )
    _name_representative(row, proposal, today)
    if row.representative is None:
        # The unique constraint knows one index key; while there are several, who proposes for one outsider stands in line.
        _stand_in_line(row.nik)
        same = Representation.objects.waiting().filter(for_person=person, kind=row.kind)
        if same.by_outsider(row.nik).exists():
            raise RepresentationDouble
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if "representation_once" in _constraint(error):
            raise RepresentationDouble from None
        raise
    if proposal.scan:
        _keep_scan(row, proposal.scan, by)
    return row


def _name_representative(row: Representation, proposal: Proposal, today: date) -> None:
    nik = identity.check_nik(proposal.nik)
    if nik == row.for_person.nik:
        raise RepresentsOneself
    found = Person.objects.with_nik(nik).select_related("merged_into").first()
    if found is not None:
        found = found.merged_into or found
        if found.pk == row.for_person_id:
            raise RepresentsOneself
        _check_fit(found, today)
        row.representative = found
        return
    name = " ".join(proposal.name.split())
    if not name:
        raise RepresentativeNamed
    row.nik, row.name = nik, name
    if proposal.phone:
        row.phone = identity.parse_phone(proposal.phone)


def _check_holder(person: Person) -> None:
    if person.status == Person.Status.DECEASED:
        raise PersonDeceased
    _check_processable(person)


def _check_processable(person: Person) -> None:
    if person.erased_at:
        raise PersonErased
    if person.restricted:
        raise ProcessingRestricted


def _check_fit(person: Person, today: date) -> None:
    _check_processable(person)
    if person.status == Person.Status.DECEASED or Ward.objects.needing(today).filter(pk=person.pk).exists():
        raise RepresentativeUnfit


def _keep_scan(row: Representation, content: bytes, by: User) -> None:
    kind = scan_type(content)
    scan = RepresentationScan(representation=row, content_type=kind, size=len(content), by=by)
    scan.sha256 = hashlib.sha256(content).hexdigest()
    scan.content = base64.b64encode(content).decode()
    scan.save(force_insert=True)


def scan_type(content: bytes) -> str:
    """The media type of a scan by its first bytes. Raises ScanRefused for what is too large or none of the three."""
    most: int = settings.REGISTRY["scan_bytes"]
    kind = next((kind for beginning, kind in BEGINNINGS.items() if content.startswith(beginning)), "")
    if not kind or len(content) > most:
        raise ScanRefused(most=most // 1000)
    return kind


def opened_scan(scan: RepresentationScan) -> bytes:
    """The file as it was uploaded. Raises CannotOpen."""
    return base64.b64decode(scan.content)


@retried
def approve(row: Representation, *, by: User, reason: str = "") -> Representation:
    """Puts it in force. An earlier one that is over, or that it renews from today, ends with that; another guardian does not.

    Raises RepresentationApproverIsMaker, RepresentationMoved, RepresentationPeriod, RepresentativeUnfit, PersonDeceased,
    PersonErased, ProcessingRestricted, GuardianExists, CollectsForTooMany.
    """
    if row.proposed_by_id == by.pk:
        raise RepresentationApproverIsMaker
    today = timezone.localdate()
    row = Representation.objects.select_related("for_person", "representative").get(pk=row.pk)
    if row.ends_on is not None and row.ends_on < today:
        raise RepresentationPeriod
    _check_holder(row.for_person)
    if row.representative is not None:
        _check_fit(row.representative, today)
    if row.kind == K.COLLECTOR:
        _check_number(row, today)
    _end_replaced(row, today, by)
    try:
        with transaction.atomic():
            _advance(row, S.APPROVED, decided_by=by, decided_at=Now(), decision_reason=reason)
    except IntegrityError as error:
        if _constraint(error) == _GUARDIAN:
            raise GuardianExists from None
        raise
    return row


def _check_number(row: Representation, today: date) -> None:
    """Lock, then count in the next statement: approvals made at once would otherwise all count the same past."""
    _stand_in_line(row.representative.nik if row.representative else row.nik)
    most: int = settings.REGISTRY["collector_people"]
    # Those that begin later count as well: on that day nobody would ask.
    holding = _theirs(row).filter(kind=K.COLLECTOR, status=S.APPROVED).exclude(ends_on__lt=today)
    others = holding.exclude(for_person__status=Person.Status.DECEASED).exclude(for_person=row.for_person_id)
    if others.values("for_person").distinct().count() >= most:
        raise CollectsForTooMany(most=most)


def _stand_in_line(nik: str) -> None:
    """One at a time for a representative, whichever index key each process writes: by the key that stays longest."""
    index = max(Representation.nik.indexes_of(nik), key=index_key_of)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(index[-8:], signed=True)])


def _theirs(row: Representation) -> RepresentationQuerySet:
    """All that the row's representative does, for whomever."""
    if row.representative is not None:
        return Representation.objects.by_person(row.representative)
    return Representation.objects.by_outsider(row.nik)


def _end_replaced(row: Representation, today: date, by: User) -> None:
    earlier = Representation.objects.filter(for_person=row.for_person_id, kind=row.kind, status=S.APPROVED)
    over = Representation.objects.lapsed(today)
    # A renewal that begins later leaves the present one to its end.
    renewed = _theirs(row) if row.starts_on <= today else Representation.objects.none()
    replaced = Q(pk__in=over.values("pk")) | Q(pk__in=renewed.values("pk"))
    earlier.filter(replaced).update(status=S.ENDED, ended_by=by, ended_at=Now(), end_reason=REPLACED)


@retried
def refuse(row: Representation, reason: str, *, by: User) -> Representation:
    """Ends a proposal before it has an effect; whoever proposed it withdraws it so. Raises RepresentationMoved."""
    _advance(row, S.REFUSED, decided_by=by, decided_at=Now(), decision_reason=reason)
    return row


@retried
def end(row: Representation, reason: str, *, by: User) -> Representation:
    """Takes the right away, from now on. Raises RepresentationMoved."""
    _advance(row, S.ENDED, ended_by=by, ended_at=Now(), end_reason=reason)
    return row


def _advance(row: Representation, to: Representation.Status, **changes: Any) -> None:
    """Moves the row to the status, in memory and in the database. Raises RepresentationMoved if it is elsewhere by now."""
    origins = [origin for origin, target in TRANSITIONS if target == to]
    hit = Representation.objects.filter(pk=row.pk, status__in=origins).update(status=to, **changes)
    if hit != 1:
        row.refresh_from_db(fields=["status"])
        raise RepresentationMoved(status=row.get_status_display())
    row.refresh_from_db()


def may_act(representative: Person | UUID, for_person: Person, on: date | None = None) -> bool:
    """True if they may act for the person on the day (today): as guardian, or to collect.

    The representative is a person, or the uid of a representation, which is how an outsider is named.
    """
    acting = Representation.objects.acting(on or timezone.localdate()).for_holder(for_person)
    if isinstance(representative, Person):
        return acting.by_person(representative).exists()
    return acting.filter(uid=representative).exists()


def may_decide(representative: Person | UUID, for_person: Person, on: date | None = None) -> bool:
    """As `may_act`, for what only a guardian may do: consent, choices, and all but fetching money."""
    acting = Representation.objects.acting(on or timezone.localdate()).for_holder(for_person).filter(kind=K.GUARDIAN)
    if isinstance(representative, Person):
        return acting.by_person(representative).exists()
    return acting.filter(uid=representative).exists()


def needs_guardian(person: Person, on: date | None = None) -> bool:
    """True if the person cannot act alone on the day (today), whether or not somebody acts for them."""
    return Ward.objects.needing(on or timezone.localdate()).filter(pk=person.pk).exists()


def note_collection(uid: str, holder: Person, reference: str, *, by: User) -> Collection:
    """Keeps who fetches the holder's money with this form of the counter; the first that is said of a form stays.

    Raises NotActing if that representation does not hold for this holder today.
    """
    acting = Representation.objects.acting(timezone.localdate()).for_holder(holder)
    row = acting.filter(uid=uid).first()
    if row is None:
        raise NotActing
    noted, _made = Collection.objects.get_or_create(reference=reference, defaults={"representation": row, "by": by})
    if noted.representation_id != row.pk:
        raise NotActing
    return noted


def _constraint(error: IntegrityError) -> str:
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
