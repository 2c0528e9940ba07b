"""What somebody asks for under a row that was merged into another is done to the human being: to all their rows."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from beneficiaries import data_requests, duplicates_merge, erasure, grievances, privacy_errors
from beneficiaries.history import telling
from beneficiaries.models import DataRequest, Evidence, Person, Reveal
from mobile import devices
from tests import money
from tests.beneficiaries import cases
from tests.beneficiaries.evidence_told import CAR, tell
from tests.beneficiaries.test_subject_data import merged

pytestmark = pytest.mark.django_db
K, S = DataRequest.Kind, DataRequest.State


@pytest.fixture
def officer() -> User:
    return money.officer("dewi")


@pytest.fixture
def second() -> User:
    return money.officer("budi")


@pytest.fixture
def rows(officer: User) -> list[Person]:
    """The row that stays, the one merged into it, and the one that was merged into that before."""
    made = [cases.person(name=name) for name in ("Siti Satu", "Siti Dua", "Siti Tiga")]
    merged(made[2], made[1], officer)
    merged(made[1], made[0], officer)
    return [Person.objects.get(pk=row.pk) for row in made]


def test_a_request_under_a_merged_row_is_the_survivors(officer: User, rows: list[Person]) -> None:
    request = data_requests.receive(rows[2], K.ACCESS, by=officer)
    assert request.person == rows[0]
    with pytest.raises(privacy_errors.AlreadyAsked):
        data_requests.receive(rows[1], K.ACCESS, by=officer)
    told = data_requests.answer(request, by=officer, reason="diserahkan")
    assert (told["person"]["nik"], len(told["merged_rows"])) == (rows[0].nik, 2)
    assert Reveal.objects.get().person == rows[0]


def test_what_was_asked_before_the_merge_is_done_to_the_survivor(officer: User, second: User) -> None:
    survivor, joined = cases.person(name="Siti Satu"), cases.person(name="Siti Dua")
    asked = {kind: data_requests.receive(joined, kind, by=officer) for kind in (K.ACCESS, K.CORRECTION, K.RESTRICTION)}
    data_requests.propose(asked[K.CORRECTION], by=officer, changes={"name": "Siti Betul"})
    data_requests.propose(asked[K.RESTRICTION], by=officer)
    merged(joined, survivor, officer)
    told = data_requests.answer(DataRequest.objects.get(pk=asked[K.ACCESS].pk), by=officer, reason="x")
    assert told["person"]["nik"] == survivor.nik and Reveal.objects.get().person == survivor
    for kind in (K.CORRECTION, K.RESTRICTION):
        data_requests.approve(DataRequest.objects.get(pk=asked[kind].pk), by=second, reason="sesuai")
    survivor.refresh_from_db()
    joined.refresh_from_db()
    assert (survivor.name, joined.name) == ("Siti Betul", "Siti Dua")
    assert survivor.restricted and joined.restricted


def test_a_number_that_a_merged_row_of_the_same_person_has_is_not_taken_twice(
    officer: User, second: User, rows: list[Person]
) -> None:
    request = data_requests.receive(rows[1], K.CORRECTION, by=officer)
    data_requests.propose(request, by=officer, changes={"nik": rows[1].nik})
    with pytest.raises(privacy_errors.NikOnMergedRow, match=f"#{rows[1].pk}"):
        data_requests.approve(request, by=second, reason="sesuai KTP")


def test_a_release_lifts_the_restriction_from_all_rows(officer: User, second: User, rows: list[Person]) -> None:
    for kind, restricted in ((K.RESTRICTION, True), (K.RELEASE, False)):
        request = data_requests.receive(rows[1], kind, by=officer)
        data_requests.propose(request, by=officer)
        data_requests.approve(request, by=second, reason="diminta")
        assert set(Person.objects.values_list("restricted", flat=True)) == {restricted}


def restricted() -> list[bool]:
    return list(Person.objects.order_by("pk").values_list("restricted", flat=True))


def restrict(person: Person, officer: User, second: User) -> None:
    request = data_requests.receive(person, K.RESTRICTION, by=officer)
    data_requests.propose(request, by=officer)
    data_requests.approve(request, by=second, reason="diminta")
    person.refresh_from_db()


@pytest.mark.parametrize("whose", [0, 1], ids=["of who stays", "of who is joined"])
def test_a_merge_lifts_no_restriction_and_parting_puts_everybody_back(whose: int, officer: User, second: User) -> None:
    survivor, joined, third = (cases.person(name=name) for name in ("Siti Satu", "Siti Dua", "Siti Tiga"))
    merged(third, joined, officer)
    restrict((survivor, joined)[whose], officer, second)
    before = restricted()
    done = merged(joined, survivor, officer)
    assert before == ([True, False, False], [False, True, True])[whose]
    assert restricted() == [True, True, True]
    duplicates_merge.unmerge(done, officer, "bukan dia")
    assert restricted() == before


def test_a_restriction_asked_for_since_a_merge_stays_with_both_when_they_are_parted(
    officer: User, second: User
) -> None:
    survivor, joined = cases.person(name="Siti Satu"), cases.person(name="Siti Dua")
    restrict(joined, officer, second)
    done = merged(joined, survivor, officer)
    restrict(survivor, officer, second)
    duplicates_merge.unmerge(done, officer, "bukan dia")
    assert restricted() == [True, True]


def test_who_is_restricted_by_two_merges_stays_so_until_both_are_parted_or_two_officers_release_them(
    officer: User, second: User
) -> None:
    survivor, one, other = (cases.person(name=name) for name in ("Siti Satu", "Siti Dua", "Siti Tiga"))
    restrict(one, officer, second)
    restrict(other, officer, second)
    first = merged(one, survivor, officer)
    merged(other, survivor, officer)
    duplicates_merge.unmerge(first, officer, "bukan dia")
    assert restricted() == [True, True, True]


def test_who_was_released_since_the_merge_is_not_restricted_by_its_end(officer: User, second: User) -> None:
    survivor, joined = cases.person(name="Siti Satu"), cases.person(name="Siti Dua")
    restrict(joined, officer, second)
    done = merged(joined, survivor, officer)
    request = data_requests.receive(survivor, K.RELEASE, by=officer)
    data_requests.propose(request, by=officer)
    data_requests.approve(request, by=second, reason="diminta")
    duplicates_merge.unmerge(done, officer, "bukan dia")
    assert restricted() == [False, False]


@pytest.mark.parametrize("which", [0, 1, 2])
def test_who_asks_under_any_row_to_be_forgotten_is_forgotten_in_all(
    which: int, officer: User, second: User, rows: list[Person]
) -> None:
    worker = cases.officer("petugas", "Petugas")
    for row in rows:
        tell(row, "vehicle", CAR | {"plate": f"B {row.pk % 9_000 + 1} XYZ"})
        devices.issue(row, f"HP {row.name}")
        told = cases.grievance(reporter=row, text="Lama sekali")
        grievances.answer(grievances.assign(told, worker, "", by=worker), "Sudah.", by=worker)
    request = data_requests.receive(rows[which], K.ERASURE, by=officer)
    data_requests.propose(request, by=officer)
    data_requests.approve(request, by=second, reason="diminta")
    for row in rows:
        row.refresh_from_db()
        assert row.erased_at and row.nik == "" and "Siti" not in row.name
        assert row.devices.get().name == "" and not row.grievances_reported.exclude(text_sealed=b"").exists()
    assert not Evidence.objects.exclude(value={}).exists()
    with pytest.raises(privacy_errors.PersonErased):
        data_requests.receive(rows[which], K.ACCESS, by=officer)


def test_erasing_a_merged_row_alone_does_not_leave_the_survivor(officer: User, rows: list[Person]) -> None:
    erasure.erase(rows[2], by=officer, reason="#1")
    assert not Person.objects.filter(erased_at=None).exists()


def test_a_ground_that_keeps_the_survivors_data_keeps_the_merged_rows_too(officer: User, second: User) -> None:
    money.pay_out(money.approved_crowd(1))
    survivor, joined = Person.objects.get(), cases.person()
    merged(joined, survivor, officer)
    joined.refresh_from_db()
    assert erasure.grounds(joined) == erasure.grounds(survivor) != []
    with pytest.raises(privacy_errors.LegalHold):
        erasure.erase(joined, by=officer, reason="#1")
    assert not Person.objects.exclude(erased_at=None).exists()


def test_who_was_parted_again_asks_for_themselves(officer: User) -> None:
    survivor, joined = cases.person(), cases.person()
    duplicates_merge.unmerge(merged(joined, survivor, officer), officer, "bukan dia")
    joined.refresh_from_db()
    assert data_requests.receive(joined, K.ERASURE, by=officer).person == joined
    with telling(source="office"):
        erasure.erase(joined, by=officer, reason="#1")
    survivor.refresh_from_db()
    assert survivor.erased_at is None
