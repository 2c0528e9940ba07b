"""Who may act for whom: two officers, a period, one guardian, few people a collector, and nothing after a death."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as live
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from beneficiaries import representation
from beneficiaries.errors import (
    CollectsForTooMany,
    FieldRefused,
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
from beneficiaries.history import telling
from beneficiaries.models import Collection, Person, Representation, RepresentationScan, Ward
from beneficiaries.privacy_errors import PersonErased, ProcessingRestricted
from tests.beneficiaries import cases
from tests.processes import together
from vault.rotation import resealing

K, S = Representation.Kind, Representation.Status


@pytest.fixture
def maker(db: None) -> User:
    return cases.officer("pengusul", "Petugas")


@pytest.fixture
def approver(db: None) -> User:
    return cases.officer("penyetuju", "Penyetuju")


@pytest.fixture
def approved(maker: User, approver: User) -> Callable[..., Representation]:
    def make(for_person: Person, nik: str, **changed: Any) -> Representation:
        row = representation.propose(cases.proposal(for_person, nik, **changed), by=maker)
        return representation.approve(row, by=approver)

    return make


def died(person: Person) -> None:
    with telling(source="test"):
        Person.objects.filter(pk=person.pk).update(status=Person.Status.DECEASED)


# --- proposing and approving ---


def test_a_proposal_has_no_effect_until_a_second_officer_approves_it(maker: User, approver: User) -> None:
    holder, daughter = cases.person(), cases.person()
    row = representation.propose(cases.proposal(holder, daughter.nik), by=maker)
    assert row.representative == daughter and not row.nik_sealed
    assert not representation.may_act(daughter, holder)
    with pytest.raises(RepresentationApproverIsMaker):
        representation.approve(row, by=maker)
    representation.approve(row, by=approver, reason="cocok")
    assert representation.may_act(daughter, holder)
    assert not representation.may_act(holder, daughter)
    with pytest.raises(RepresentationMoved):
        representation.approve(row, by=approver)


def test_the_database_refuses_the_maker_as_approver_whoever_it_is(maker: User) -> None:
    User.objects.filter(pk=maker.pk).update(is_superuser=True)
    row = representation.propose(cases.proposal(cases.person(), cases.person().nik), by=maker)
    values = {"status": S.APPROVED, "decided_by": maker, "decided_at": timezone.now()}
    with pytest.raises(IntegrityError, match="approver_is_not_maker"), transaction.atomic():
        Representation.objects.filter(pk=row.pk).update(**values)


def test_an_outsider_is_sealed_and_acts_by_the_uid(approved: Callable[..., Representation]) -> None:
    holder, nik = cases.person(), cases.outsider_nik()
    row = approved(holder, nik, name="  Budi   Santoso ", phone="0812-3456-7890")
    row.refresh_from_db()
    assert (row.name, row.nik, row.phone) == ("Budi Santoso", nik, "+6281234567890")
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM beneficiaries_representation t")
        stored = cursor.fetchone()[0]
    assert "Budi" not in stored and nik not in stored and "812345" not in stored
    assert representation.may_act(row.uid, holder)
    assert not representation.may_act(row.uid, cases.person())
    # Once the registry knows the outsider, it is the same human being.
    known = cases.person()
    known.nik = nik
    known.save()
    assert representation.may_act(known, holder)


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"nik": "317101"}, FieldRefused),
        ({"nik": "own"}, RepresentsOneself),
        ({}, RepresentativeNamed),
        ({"name": "Budi", "phone": "12"}, FieldRefused),
        ({"name": "Budi", "ends_on": -1}, RepresentationPeriod),
        ({"name": "Budi", "scan": b"<html>"}, ScanRefused),
        ({"name": "Budi", "scan": cases.PNG + bytes(2_000_000)}, ScanRefused),
    ],
)
def test_what_cannot_be_proposed_leaves_nothing(maker: User, changed: dict[str, Any], error: type[Exception]) -> None:
    holder = cases.person()
    values = {"nik": cases.outsider_nik()} | changed
    if values["nik"] == "own":
        values["nik"] = holder.nik
    if "ends_on" in values:
        values["ends_on"] = timezone.localdate() + timedelta(days=values["ends_on"])
    with pytest.raises(error):
        representation.propose(cases.proposal(holder, **values), by=maker)
    assert not Representation.objects.exists() and not RepresentationScan.objects.exists()


def test_children_the_dead_and_those_who_need_a_guardian_represent_nobody(maker: User) -> None:
    gone = cases.person()
    died(gone)
    for unfit in (gone, cases.child(), cases.person(disability="mental")):
        with pytest.raises(RepresentativeUnfit):
            representation.propose(cases.proposal(cases.person(), unfit.nik), by=maker)
    with pytest.raises(PersonDeceased):
        representation.propose(cases.proposal(gone, cases.person().nik), by=maker)


@pytest.mark.parametrize(
    ("changed", "error"),
    [({"restricted": True}, ProcessingRestricted), ({"erased_at": timezone.now(), "status": "left"}, PersonErased)],
)
@pytest.mark.parametrize("whose", ["holder", "representative"])
def test_nothing_new_is_done_with_who_restricted_or_erased_their_data(
    maker: User, approver: User, whose: str, changed: dict[str, Any], error: type[Exception]
) -> None:
    people = {"holder": cases.person(), "representative": cases.person()}
    asked = cases.proposal(people["holder"], people["representative"].nik)
    row = representation.propose(asked, by=maker)
    with telling(source="test"):
        Person.objects.filter(pk=people[whose].pk).update(**changed)
    with pytest.raises(error):
        representation.approve(row, by=approver)
    representation.refuse(row, "dibatasi", by=maker)
    with pytest.raises(error):
        representation.propose(asked, by=maker)


@pytest.mark.parametrize("whose", ["holder", "representative"])
def test_nobody_acts_for_or_as_one_whose_data_are_erased(approved: Callable[..., Representation], whose: str) -> None:
    people = {"holder": cases.person(), "representative": cases.person()}
    row = approved(people["holder"], people["representative"].nik)
    today = timezone.localdate()
    assert row in Representation.objects.acting(today)
    with telling(source="test"):
        Person.objects.filter(pk=people[whose].pk).update(erased_at=timezone.now(), status="left")
    assert row not in Representation.objects.acting(today)
    assert (row in Representation.objects.lapsed(today)) == (whose == "representative")


def test_the_same_is_not_proposed_twice(maker: User) -> None:
    holder, daughter, nik = cases.person(), cases.person(), cases.outsider_nik()
    for _ in range(2):
        first = representation.propose(cases.proposal(holder, daughter.nik), by=maker)
        outside = representation.propose(cases.proposal(holder, nik, name="Budi"), by=maker)
        for again in (cases.proposal(holder, daughter.nik), cases.proposal(holder, nik, name="Budi S")):
            with pytest.raises(RepresentationDouble):
                representation.propose(again, by=maker)
        representation.refuse(first, "keliru", by=maker)
        representation.refuse(outside, "keliru", by=maker)
    assert set(Representation.objects.values_list("status", flat=True)) == {S.REFUSED}


def test_a_scan_is_sealed_and_comes_back_as_it_was(maker: User) -> None:
    row = representation.propose(
        cases.proposal(cases.person(), cases.outsider_nik(), name="Budi", scan=cases.PNG), by=maker
    )
    scan = RepresentationScan.objects.get(representation=row)
    assert (scan.content_type, scan.size) == ("image/png", len(cases.PNG))
    assert b"synthetic" not in bytes(scan.content_sealed)
    assert representation.opened_scan(scan) == cases.PNG


# --- in force ---


def test_a_period_begins_and_ends_with_its_days(approved: Callable[..., Representation]) -> None:
    holder, daughter, today = cases.person(), cases.person(), timezone.localdate()
    first, last = today + timedelta(days=2), today + timedelta(days=4)
    row = approved(holder, daughter.nik, starts_on=first, ends_on=last)
    days = [today + timedelta(days=number) for number in range(7)]
    assert [representation.may_act(daughter, holder, day) for day in days] == [False] * 2 + [True] * 3 + [False] * 2
    assert list(Representation.objects.ending(today, timedelta(days=4))) == [row]
    assert not Representation.objects.ending(today, timedelta(days=3)).exists()
    assert not Representation.objects.lapsed(last).exists()
    assert list(Representation.objects.lapsed(last + timedelta(days=1))) == [row]


def test_whoever_dies_acts_no_more_and_nobody_acts_for_the_dead(approved: Callable[..., Representation]) -> None:
    holder, daughter, son = cases.person(), cases.person(), cases.person()
    row = approved(holder, daughter.nik)
    approved(holder, son.nik)
    died(daughter)
    assert not representation.may_act(daughter, holder) and not representation.may_act(row.uid, holder)
    assert list(Representation.objects.lapsed(timezone.localdate())) == [row]
    assert representation.may_act(son, holder)
    died(holder)
    assert not representation.may_act(son, holder)


def test_an_ended_right_is_over_at_once_and_says_why(approved: Callable[..., Representation], maker: User) -> None:
    holder, daughter = cases.person(), cases.person()
    row = representation.end(approved(holder, daughter.nik), "dicabut pemegang", by=maker)
    assert (row.status, row.end_reason, row.ended_by) == (S.ENDED, "dicabut pemegang", maker)
    assert not representation.may_act(daughter, holder)
    with pytest.raises(RepresentationMoved):
        representation.end(row, "lagi", by=maker)


def test_a_row_merged_into_another_counts_as_that_one(approved: Callable[..., Representation]) -> None:
    holder, daughter, kept_holder, kept_daughter = (cases.person() for _ in range(4))
    approved(holder, daughter.nik)
    with telling(source="test"):
        for gone, kept in ((holder, kept_holder), (daughter, kept_daughter)):
            Person.objects.filter(pk=gone.pk).update(status=Person.Status.MERGED, merged_into=kept)
    assert representation.may_act(kept_daughter, kept_holder)
    died(kept_daughter)
    assert not representation.may_act(kept_daughter, kept_holder)


def test_a_collector_fetches_and_only_a_guardian_decides(approved: Callable[..., Representation]) -> None:
    minor, mother, aunt = cases.child(), cases.person(), cases.person()
    approved(minor, mother.nik, kind=K.GUARDIAN)
    approved(minor, aunt.nik)
    assert representation.may_act(mother, minor) and representation.may_act(aunt, minor)
    assert representation.may_decide(mother, minor) and not representation.may_decide(aunt, minor)


# --- one guardian, few people ---


def test_one_guardian_at_a_time_but_one_whose_time_is_over_makes_room(
    approved: Callable[..., Representation], maker: User, approver: User
) -> None:
    minor, mother, aunt = cases.child(), cases.person(), cases.person()
    first = approved(minor, mother.nik, kind=K.GUARDIAN)
    second = representation.propose(cases.proposal(minor, aunt.nik, kind=K.GUARDIAN), by=maker)
    with pytest.raises(GuardianExists):
        representation.approve(second, by=approver)
    died(mother)
    representation.approve(second, by=approver)
    first.refresh_from_db()
    assert first.status == S.ENDED and first.end_reason
    assert representation.may_decide(aunt, minor)


def test_a_collector_fetches_for_few_people(approved: Callable[..., Representation], settings: Any) -> None:
    settings.REGISTRY = settings.REGISTRY | {"collector_people": 2}
    collector, nik = cases.person(), cases.outsider_nik()
    first = approved(cases.person(), collector.nik)
    approved(cases.person(), collector.nik)
    with pytest.raises(CollectsForTooMany):
        approved(cases.person(), collector.nik)
    approved(cases.child(), collector.nik, kind=K.GUARDIAN)
    died(first.for_person)
    approved(cases.person(), collector.nik)
    for _ in range(2):
        approved(cases.person(), nik, name="Budi")
    with pytest.raises(CollectsForTooMany):
        approved(cases.person(), nik, name="Budi")


def test_a_renewal_replaces_the_earlier_one_and_is_not_counted_twice(
    approved: Callable[..., Representation], settings: Any
) -> None:
    settings.REGISTRY = settings.REGISTRY | {"collector_people": 1}
    today, minor, holder = timezone.localdate(), cases.child(), cases.person()
    mother, nik = cases.person(), cases.outsider_nik()
    for kind, person, who, name in ((K.GUARDIAN, minor, mother.nik, ""), (K.COLLECTOR, holder, nik, "Budi")):
        first = approved(person, who, kind=kind, name=name, ends_on=today + timedelta(days=9))
        second = approved(person, who, kind=kind, name=name, ends_on=today + timedelta(days=99))
        first.refresh_from_db()
        assert (first.status, second.status) == (S.ENDED, S.APPROVED) and first.end_reason
        assert representation.may_act(second.uid, person)


def test_an_outsider_is_the_same_while_index_keys_change(
    approved: Callable[..., Representation], maker: User, settings: Any
) -> None:
    settings.REGISTRY = settings.REGISTRY | {"collector_people": 2}
    holder, other, nik = cases.person(), cases.person(), cases.outsider_nik()
    first = approved(holder, nik, name="Budi")
    waiting = representation.propose(cases.proposal(other, nik, name="Budi"), by=maker)
    settings.BLIND_INDEX_KEYS = {1: bytes([1]) * 32}
    with pytest.raises(RepresentationDouble):
        representation.propose(cases.proposal(other, nik, name="Budi"), by=maker)
    representation.refuse(waiting, "keliru", by=maker)
    approved(holder, nik, name="Budi")
    first.refresh_from_db()
    assert first.status == S.ENDED
    approved(other, nik, name="Budi")
    with pytest.raises(CollectsForTooMany):
        approved(cases.person(), nik, name="Budi")
    with connection.cursor() as cursor, resealing(cursor):
        Representation.objects.filter(for_person=holder).exclude(pk=first.pk).update(nik_index=first.nik_index)
    known = cases.person()
    known.nik = nik
    known.save()
    assert representation.may_act(known, holder) and representation.may_act(known, other)


def test_a_renewal_that_begins_later_leaves_no_gap(approved: Callable[..., Representation]) -> None:
    today, minor, mother = timezone.localdate(), cases.child(), cases.person()
    last = today + timedelta(days=9)
    first = approved(minor, mother.nik, kind=K.GUARDIAN, ends_on=last)
    with pytest.raises(GuardianExists):
        approved(minor, mother.nik, kind=K.GUARDIAN, starts_on=last + timedelta(days=1))
    first.refresh_from_db()
    assert first.status == S.APPROVED
    holder = cases.person()
    first = approved(holder, mother.nik, ends_on=last)
    approved(holder, mother.nik, starts_on=last + timedelta(days=1))
    assert [representation.may_act(mother, holder, last + timedelta(days=n)) for n in (0, 1)] == [True, True]


def _approve(row: int, by: int) -> str:
    row_now = Representation.objects.get(pk=row)
    return str(representation.approve(row_now, by=User.objects.get(pk=by)).status)


@pytest.mark.usefixtures("processes")
def test_approvals_at_once_do_not_pass_the_limit_nor_make_two_guardians() -> None:
    maker, approver = cases.officer("pengusul"), cases.officer("penyetuju")
    collector, minor = cases.person(), cases.child()
    many = [representation.propose(cases.proposal(cases.person(), collector.nik), by=maker) for _ in range(8)]
    outcomes = together([(_approve, (row.pk, approver.pk)) for row in many])
    assert sorted(outcome.error for outcome in outcomes) == [""] * 5 + ["collects_for_too_many"] * 3
    guardians = [
        representation.propose(cases.proposal(minor, cases.person().nik, kind=K.GUARDIAN), by=maker) for _ in range(4)
    ]
    outcomes = together([(_approve, (row.pk, approver.pk)) for row in guardians])
    assert sorted(outcome.error for outcome in outcomes) == [""] + ["guardian_exists"] * 3
    assert Representation.objects.filter(status=S.APPROVED, kind=K.GUARDIAN).count() == 1


def _propose_and_approve(holder: int, nik: str, maker: int, approver: int, key: int) -> None:
    live.BLIND_INDEX_KEYS, live.BLIND_INDEX_KEY_IN_USE = {1: bytes([1]) * 32}, key
    proposal = cases.proposal(Person.objects.get(pk=holder), nik, name="Budi")
    row = representation.propose(proposal, by=User.objects.get(pk=maker))
    representation.approve(row, by=User.objects.get(pk=approver))


@pytest.mark.usefixtures("processes")
def test_the_limit_stands_whichever_index_key_each_process_uses() -> None:
    maker, approver, nik = cases.officer("pengusul"), cases.officer("penyetuju"), cases.outsider_nik()
    holders = [cases.person() for _ in range(8)]
    outcomes = together(
        [(_propose_and_approve, (one.pk, nik, maker.pk, approver.pk, n % 2)) for n, one in enumerate(holders)]
    )
    assert sorted(outcome.error for outcome in outcomes) == [""] * 5 + ["collects_for_too_many"] * 3


# --- who needs a guardian ---


@pytest.mark.django_db
def test_children_without_spouse_and_some_disabilities_need_a_guardian() -> None:
    today = timezone.localdate()
    young, head, wife = cases.child(), cases.child(relation="head"), cases.child(relation="wife")
    married_head = cases.child(relation="head")
    cases.person(married_head.household, relation="wife")
    disabled = [cases.person(disability=kind) for kind in ("intellectual", "mental", "multiple")]
    others = [cases.person(disability=kind) for kind in ("", "none", "physical", "sight", "hearing", "speech")]
    gone = cases.child(status="left")
    found = set(Ward.objects.needing(today).values_list("pk", flat=True))
    assert found == {row.pk for row in (young, head, *disabled)}
    assert not found & {row.pk for row in (wife, married_head, gone, *others)}


@pytest.mark.django_db
def test_seventeen_is_reached_on_the_birthday() -> None:
    today = timezone.localdate()
    birthday = today.replace(year=today.year - 17)
    assert not representation.needs_guardian(cases.person(birth_date=birthday))
    assert representation.needs_guardian(cases.person(birth_date=birthday + timedelta(days=1)))


def test_a_guardian_who_acts_takes_the_person_off_the_queue(approved: Callable[..., Representation]) -> None:
    today, minor, mother = timezone.localdate(), cases.child(), cases.person()
    approved(minor, cases.person().nik)
    assert Ward.objects.needing(today).without_guardian(today).count() == 1
    approved(minor, mother.nik, kind=K.GUARDIAN)
    assert not Ward.objects.needing(today).without_guardian(today).exists()
    died(mother)
    assert Ward.objects.needing(today).without_guardian(today).count() == 1


# --- at the counter ---


def test_who_fetches_is_noted_once_a_form_and_only_if_they_may(
    approved: Callable[..., Representation], maker: User
) -> None:
    holder, daughter = cases.person(), cases.person()
    row, other = approved(holder, daughter.nik), approved(holder, cases.person().nik)
    for _ in range(2):
        representation.note_collection(str(row.uid), holder, "LOKET-1", by=maker)
    with pytest.raises(NotActing):
        representation.note_collection(str(other.uid), holder, "LOKET-1", by=maker)
    with pytest.raises(NotActing):
        representation.note_collection(str(row.uid), cases.person(), "LOKET-2", by=maker)
    representation.end(row, "dicabut", by=maker)
    with pytest.raises(NotActing):
        representation.note_collection(str(row.uid), holder, "LOKET-3", by=maker)
    assert [(noted.reference, noted.representation) for noted in Collection.objects.all()] == [("LOKET-1", row)]
