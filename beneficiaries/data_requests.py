"""A subject's requests: received, prepared, decided by another officer, carried out; within 72 hours or flagged as late.

Who asks is a human being: what is asked under a row that was merged into another is the survivor's, whether the merge came
before the request or after it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext

from beneficiaries import erasure, households, identity, merged_rows, registry_lock, reveals, subject_data
from beneficiaries.errors import FieldRefused
from beneficiaries.history import telling
from beneficiaries.household_rules import (
    EntryRefused,
    HomeEntry,
    PersonEntry,
    Problem,
    choice_problems,
    clean_home,
    home_as_stored,
)
from beneficiaries.models import Breach, DataRequest, Household, Person, ProposedChange, Reveal
from beneficiaries.privacy_errors import (
    AlreadyAsked,
    NikOnMergedRow,
    NikTaken,
    NothingProposed,
    PersonErased,
    ReasonMissing,
    ReceivedInFuture,
    RequestMoved,
    SecondOfficerNeeded,
)
from beneficiaries.refusals import KK, SEX, Refusal
from beneficiaries.registry_rows import name_refusal
from beneficiaries.subject_rows import Told
from wallet.transactions import retried

if TYPE_CHECKING:
    from django.contrib.auth.models import User

K, S = DataRequest.Kind, DataRequest.State
SOURCE = "request:"  # and its number: whatever the history has of it, two officers did
CHOICES = ("relation", "schooling", "disability", "occupation", "pregnant")
OF_PERSON = ("nik", "name", "sex", "birth_date", "phone", *CHOICES)
OF_HOME = ("kk", "address", "kelurahan", "rt", "rw")  # of everybody who lives there
MOVE = "household"  # the KK number of the family that the person belongs to, with their relation in it
CORRECTED = (*OF_PERSON, *OF_HOME, MOVE)
PREGNANT = {"yes": True, "no": False}


def receive(
    person: Person, kind: str, *, by: User, channel: str = "", received_at: datetime | None = None
) -> DataRequest:
    """A request of the human being, with its clock running since it was received: kept with the row that stays of them.

    Raises PersonErased, AlreadyAsked, ReceivedInFuture.
    """
    now = timezone.now()
    if received_at and received_at > now:
        raise ReceivedInFuture
    person = merged_rows.survivor(person)
    if person.erased_at:
        raise PersonErased
    try:
        with transaction.atomic():
            return DataRequest.objects.create(
                person=person, kind=kind, channel=channel, received_at=received_at or now, recorded_by=by
            )
    except IntegrityError:
        raise AlreadyAsked from None


@transaction.atomic
def propose(request: DataRequest, *, by: User, changes: dict[str, str] | None = None) -> DataRequest:
    """Lays it before a second officer; of a correction with what each field is to become (`CORRECTED`).

    A birth date is ``YYYY-MM-DD``, `pregnant` yes or no. Raises RequestMoved, FieldRefused, EntryRefused, NothingProposed.
    """
    _move(request, S.OPEN, S.PROPOSED, proposed_by=by)
    if request.kind == K.CORRECTION:
        changes = {name: value.strip() for name, value in (changes or {}).items() if value.strip()}
        if not changes:
            raise NothingProposed
        for name, value in checked(merged_rows.survivor(request.person), changes).items():
            proposed = ProposedChange(request=request, field=name)
            proposed.value = value
            proposed.save()
    return request


def checked(person: Person, changes: dict[str, str]) -> dict[str, str]:
    """The changes as they are stored, each possible in itself and all together with what stays.

    Raises FieldRefused, EntryRefused.
    """
    unknown = set(changes) - set(CORRECTED)
    if unknown:
        raise ValueError(f"not to be corrected here: {sorted(unknown)}")
    today = timezone.localdate()
    told = dict(changes)
    if "name" in told and (refusal := name_refusal(told["name"])):
        raise FieldRefused(refusal)
    if "sex" in told and told["sex"] not in Person.Sex.values:
        raise FieldRefused(Refusal(SEX, "sex"))
    if "phone" in told:
        told["phone"] = identity.parse_phone(told["phone"])
    born = identity.parse_birth_date(told["birth_date"], today=today) if "birth_date" in told else person.birth_date
    if {"nik", "sex", "birth_date"} & told.keys():
        identity.check_nik(told.get("nik", person.nik), birth_date=born, sex=told.get("sex", person.sex))
    _check_choices(person, told, born)
    if MOVE in told:
        _check_move(told)
    elif set(OF_HOME) & told.keys():
        told |= _checked_home(person.household, told)
    return told


def _check_choices(person: Person, told: dict[str, str], born: date) -> None:
    """Of what was stored before, nothing stands in the way of a correction: only what is told is refused."""
    if told.get("pregnant", "no") not in PREGNANT:
        raise EntryRefused([Problem("pregnant", gettext("Pilih satu dari daftar."))])
    entry = PersonEntry(
        nik="",
        name="",
        sex=told.get("sex", person.sex),
        birth_date=born,
        relation=told.get("relation", person.relation),
        schooling=told.get("schooling", ""),
        disability=told.get("disability", ""),
        occupation=told.get("occupation", ""),
        pregnant=PREGNANT.get(told.get("pregnant", "no")),
    )
    told_of = told.keys() | ({"relation"} if "sex" in told and person.relation else set())
    if problems := [problem for problem in choice_problems(entry) if problem.field in told_of]:
        raise EntryRefused(problems)


def _check_move(told: dict[str, str]) -> None:
    if set(OF_HOME) & told.keys():
        said = gettext("Alamat dan nomor KK ikut keluarga tujuan. Kosongkan, atau perbaiki dalam permintaan lain.")
        raise EntryRefused([Problem(MOVE, said)])
    if "relation" not in told:
        raise EntryRefused([Problem("relation", gettext("Pilih hubungannya dengan kepala keluarga yang dituju."))])
    if not Household.objects.with_kk(told[MOVE]).exists():
        raise FieldRefused(Refusal(KK, "not_known"))


def _checked_home(home: Household, told: dict[str, str]) -> dict[str, str]:
    """What is told of the home, as it is stored; what stood there before may be wrong and stands in nobody's way."""
    entry = HomeEntry(
        kk=told.get("kk", home.kk),
        address=told.get("address", home.address),
        kelurahan=told.get("kelurahan", home.kelurahan),
        decile=home.decile,
        rt=told.get("rt", home.rt),
        rw=told.get("rw", home.rw),
    )
    try:
        clean_home(entry)
    except EntryRefused as error:
        if problems := [problem for problem in error.problems if problem.field in told]:
            raise EntryRefused(problems) from None
    entry = home_as_stored(entry)
    return {name: getattr(entry, name) for name in OF_HOME if name in told}


@retried
def approve(request: DataRequest, *, by: User, reason: str) -> DataRequest:
    """A second officer agrees, and it is carried out in the same transaction.

    Raises SecondOfficerNeeded, ReasonMissing, RequestMoved, LegalHold, NikTaken, NikOnMergedRow, PersonErased; for a correction
    that the family does not allow EntryRefused, HeadLeaves, KkKnown, SameHousehold, ChangedMeanwhile.
    """
    request.refresh_from_db()
    if request.proposed_by_id == by.pk:
        raise SecondOfficerNeeded
    if not reason.strip():
        raise ReasonMissing
    _move(request, S.PROPOSED, S.DONE, decided_by=by, decided_at=timezone.now(), reason=reason.strip())
    carry_out: dict[str, Callable[[DataRequest, User], None]] = {
        K.CORRECTION: _correct,
        K.RESTRICTION: lambda made, officer: _restrict(made, officer, True),
        K.RELEASE: lambda made, officer: _restrict(made, officer, False),
        K.ERASURE: lambda made, officer: erasure.erase(made.person, by=officer, reason=f"#{made.pk}"),
    }
    carry_out[request.kind](request, by)
    request.changes.all().delete()
    return request


def answer(request: DataRequest, *, by: User, reason: str, address: str | None = None) -> Told:
    """All that is kept about the subject, for an access request, which is done then; the access log says so first.

    Raises ReasonMissing, RequestMoved, RevealLimitReached.
    """
    if not reason.strip():
        raise ReasonMissing
    if request.kind != K.ACCESS or request.state != S.OPEN:
        raise RequestMoved
    note, person = f"#{request.pk}", merged_rows.survivor(request.person)
    reveals.log(person, reveals.EVERYTHING, reason=Reveal.Reason.REQUEST, note=note, by=by, address=address)
    told = subject_data.collect(person)
    _move(request, S.OPEN, S.DONE, decided_by=by, decided_at=timezone.now(), reason=reason.strip())
    return told


@transaction.atomic
def refuse(request: DataRequest, *, by: User, reason: str) -> DataRequest:
    """It is not done, for a reason that the subject is told. Raises ReasonMissing, RequestMoved, SecondOfficerNeeded."""
    if not reason.strip():
        raise ReasonMissing
    request.refresh_from_db()
    if request.proposed_by_id == by.pk:
        raise SecondOfficerNeeded
    decided = {"decided_by": by, "decided_at": timezone.now(), "reason": reason.strip()}
    _move(request, S(request.state), S.REFUSED, **decided)
    request.changes.all().delete()
    return request


def flag_late() -> int:
    """Marks what is past its 72 hours and was not marked yet, requests and breaches; returns how many."""
    now = timezone.now()
    return sum(
        late.filter(flagged_at__isnull=True).update(flagged_at=now)
        for late in (DataRequest.objects.late().order_by(), Breach.objects.late().order_by())
    )


def _move(request: DataRequest, before: DataRequest.State, after: DataRequest.State, **changes: object) -> None:
    """OPEN → PROPOSED → DONE | REFUSED, OPEN → DONE | REFUSED; nobody moves what another has moved. Raises RequestMoved."""
    steps = {S.OPEN: {S.PROPOSED, S.REFUSED}, S.PROPOSED: {S.DONE, S.REFUSED}}
    if request.kind == K.ACCESS:
        steps = {S.OPEN: {S.DONE, S.REFUSED}}
    if after not in steps.get(before, set()):
        raise RequestMoved
    if not DataRequest.objects.filter(pk=request.pk, state=before).update(state=after, **changes):
        raise RequestMoved
    request.refresh_from_db()


def _correct(request: DataRequest, by: User) -> None:
    """In the order of locks of whoever changes people by hand: a NIK's and KK's comparison, homes, people."""
    registry_lock.wait()
    told = {change.field: change.value for change in request.changes.all()}
    at_home = merged_rows.survivor(request.person).household_id
    there = Household.objects.with_kk(told[MOVE]).first() if MOVE in told else None
    homes = {at_home, there.pk} if there else {at_home}
    # As they are under the lock: an officer may have changed one while we waited, and a decile put back is aid put back.
    locked = {row.pk: row for row in Household.objects.select_for_update().filter(pk__in=homes).order_by("pk")}
    home = locked[at_home]
    person, *merged = merged_rows.locked(request.person)
    if person.household_id != home.pk:
        raise households.ChangedMeanwhile
    if person.erased_at:
        raise PersonErased
    told = checked(person, told)
    if "nik" in told and (holder := Person.objects.with_nik(told["nik"]).exclude(pk=person.pk).first()):
        if holder in merged:
            raise NikOnMergedRow(row=holder.pk, survivor=person.pk)
        raise NikTaken
    source = f"{SOURCE}{request.pk}"
    with telling(source=source, by=by, reason=request.reason):
        _correct_person(person, told)
        _correct_home(home, told)
    if there:
        households.move_member(
            person,
            there,
            told["relation"],
            seen=households.version_of(person.household),
            by=by,
            reason=request.reason,
            despite=request.reason,
            source=source,
        )


def _correct_person(person: Person, told: dict[str, str]) -> None:
    former = households.phone_of(person) if "phone" in told else ""
    was_head = person.relation == Person.Relation.HEAD
    for name in OF_PERSON:
        if name not in told or (name == "relation" and MOVE in told):
            continue
        value: object = told[name]
        if name == "birth_date":
            value = identity.parse_birth_date(told[name], today=timezone.localdate())
        elif name == "pregnant":
            value = PREGNANT[told[name]]
        setattr(person, name, value)
    if person.sex == Person.Sex.MALE:
        person.pregnant = None
    if person.status == Person.Status.ACTIVE and "relation" in told and MOVE not in told:
        at_home = Person.objects.filter(household=person.household_id, status=Person.Status.ACTIVE)
        households.refuse_family(person, list(at_home.exclude(pk=person.pk)), was_head=was_head)
    try:
        households.save(person)
    except households.NikKnown:
        raise NikTaken from None
    if "phone" in told:
        households.tell_former_phone(former, told["phone"])


def _correct_home(home: Household, told: dict[str, str]) -> None:
    changed = {name: value for name, value in told.items() if name in OF_HOME}
    if not changed:
        return
    if "kk" in changed and Household.objects.with_kk(changed["kk"]).exclude(pk=home.pk).exists():
        raise households.KkKnown
    for name, value in changed.items():
        setattr(home, name, value)
    households.save(home)


def _restrict(request: DataRequest, by: User, restricted: bool) -> None:
    rows = [row.pk for row in merged_rows.locked(request.person)]
    with telling(source=f"{SOURCE}{request.pk}", by=by, reason=request.reason):
        Person.objects.filter(pk__in=rows).update(restricted=restricted)
