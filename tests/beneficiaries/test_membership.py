"""What is known of a household is told to each of its people for their own time there, and of no other time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from beneficiaries import (
    duplicates_merge,
    membership,
    merged_rows,
    objections,
    retention,
    reveals,
    screening,
    subject_data,
)
from beneficiaries.history import telling
from beneficiaries.models import Change, Evidence, Household, Merge, Objection, Person
from tests import money
from tests.beneficiaries import cases
from tests.beneficiaries.conftest import person as line
from tests.beneficiaries.evidence_told import CAR, excluded, tell
from tests.beneficiaries.imports import OTHER_KK, committed, undone
from tests.beneficiaries.test_subject_data import copy_of, kept, merged

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer() -> User:
    return money.officer("dewi")


@pytest.fixture
def home() -> Household:
    """A household with somebody in it, of which much is known: a car and a reveal, and it has moved from Jalan Lama."""
    made = cases.person().household
    known(made, "B 1111 AAA")
    reveals.reveal(made, "kk", by=money.officer("rudi"), reason="verify", note="dahulu")
    moved_house(made, "Jalan Baru 2")
    return made


def known(home: Household, plate: str) -> Evidence:
    return tell(home, "vehicle", CAR | {"plate": plate})


def moved_house(home: Household, address: str) -> None:
    home.refresh_from_db()
    home.address = address
    with telling(source="office", reason=f"pindah ke {address}"):
        home.save()


def move(person: Person, to: Household, source: str = "office") -> None:
    with telling(source=source, reason="pindah"):
        Person.objects.filter(pk=person.pk).update(household=to)
    person.refresh_from_db()


def notes(person: Person) -> list[str]:
    return [row["keterangan"] for row in kept(person).get("pembukaan data (keluarga)", [])]


def spans(person: Person) -> dict[int, list[tuple[bool, bool]]]:
    """Of each household, whether each time there has a beginning and an end."""
    households = membership.of(merged_rows.of(person))
    return {number: [(bool(since), bool(until)) for since, until in times] for number, times in households.items()}


def empty_history() -> None:
    """As if all that the history holds had been kept long enough."""
    rule = next(rule for rule in retention.RULES if rule.name == "history")
    rule.drop(Change.objects.all())


# --- whose what is ---


def test_who_moves_in_is_told_nothing_from_before(home: Household, officer: User) -> None:
    comer = cases.person()
    move(comer, home)
    known(home, "B 2222 BBB")
    reveals.reveal(home, "kk", by=officer, reason="verify", note="sekarang")
    moved_house(home, "Jalan Terbaru 3")
    told = subject_data.collect(comer)
    text = subject_data.as_json(told)
    assert "B 1111 AAA" not in text and "Jalan Contoh 1" not in str(told["household_history"])
    assert [change["before"] for change in told["household_history"] if change["before"]] == [
        {"address": "Jalan Baru 2"}
    ]
    assert "B 2222 BBB" in text and told["household"]["address"] == "Jalan Terbaru 3"
    assert notes(comer) == ["sekarang"]


def test_who_is_added_to_a_household_is_told_nothing_from_before(home: Household) -> None:
    baby = cases.child(home)
    known(home, "B 2222 BBB")
    text = copy_of(baby)
    assert "B 1111 AAA" not in text and "B 2222 BBB" in text
    assert notes(baby) == [] and spans(baby) == {home.pk: [(True, False)]}


def test_who_came_with_the_household_is_told_when_it_was_added() -> None:
    with telling(source="import:7"):
        person, other = cases.person(), cases.person()
    with telling(source="import:8"):
        later = cases.person(person.household)
    [added] = subject_data.collect(person)["household_history"]
    assert (added["kind"], added["source"]) == ("Ditambahkan", "import:7")
    assert subject_data.collect(later)["household_history"] == []
    move(person, other.household)  # which the same import added, with another
    assert subject_data.collect(person)["household_history"] == [added]


def test_who_moved_away_is_told_of_their_time_there_and_not_of_what_came_after(officer: User) -> None:
    leaver = cases.person()
    left = leaver.household
    known(left, "B 1111 AAA")
    reveals.reveal(left, "kk", by=officer, reason="verify", note="dahulu")
    moved_house(left, "Jalan Baru 2")
    move(leaver, cases.person().household)
    known(left, "B 2222 BBB")
    known(leaver.household, "B 3333 CCC")
    reveals.reveal(left, "kk", by=officer, reason="verify", note="sekarang")
    moved_house(left, "Jalan Terbaru 3")
    Household.objects.filter(pk=left.pk).update(decile=9)
    told = subject_data.collect(leaver)
    text = subject_data.as_json(told)
    assert "B 1111 AAA" in text and "B 3333 CCC" in text and "B 2222 BBB" not in text and "Terbaru" not in text
    assert notes(leaver) == ["dahulu"]
    [then] = told["former_households"]
    assert (then["address"], then["desil DTSEN"], then["kk"]) == ("Jalan Baru 2", 2, left.kk)
    [period] = then["masa keanggotaan"]
    assert period["sejak"] < period["sampai"] < told["made_at"]
    assert {"address": "Jalan Contoh 1"} in [change["before"] for change in told["household_history"]]
    assert "Jalan Baru 2" in subject_data.as_text(told)


def test_who_comes_back_is_not_told_of_the_time_between(home: Household) -> None:
    person = cases.person(home)
    known(home, "B 2222 BBB")
    elsewhere = cases.person().household
    move(person, elsewhere)
    known(home, "B 3333 CCC")
    known(elsewhere, "B 4444 DDD")
    move(person, home)
    known(home, "B 5555 EEE")
    told = subject_data.collect(person)
    text = subject_data.as_json(told)
    assert (
        "B 2222 BBB" in text
        and "B 4444 DDD" in text
        and "B 5555 EEE" in text
        and "B 1111 AAA" not in text
        and "B 3333 CCC" not in text
    )
    assert len(told["household"]["masa keanggotaan"]) == 2 and len(told["former_households"]) == 1


def test_where_the_history_begins_later_everything_is_theirs() -> None:
    person = cases.person()
    tell(person.household, "vehicle", CAR)
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM beneficiaries_person")
        [last] = cursor.fetchone()
    unknown = Person(pk=last + 1, household=person.household)  # no row of the history is of them
    assert membership.of([unknown]) == {person.household_id: [(None, None)]}


def test_a_household_s_state_that_the_history_does_not_hold_any_more_is_not_made_up() -> None:
    leaver = cases.person()
    left = leaver.household
    move(leaver, cases.person().household)
    moved_house(left, "Jalan Terbaru 3")
    empty_history()
    [then] = subject_data.collect(leaver)["former_households"]
    assert then["ID"] == left.pk and "address" not in then and "Terbaru" not in copy_of(leaver)


# --- exclusions last ---


def struck(person: Person) -> list[int]:
    return [row["ID"] for row in kept(person).get("pengecualian (keluarga)", [])]


def test_who_moves_in_under_an_exclusion_is_told_of_it_and_not_of_what_it_rests_on(home: Household) -> None:
    made = excluded(home)
    objections.file(made, "Itu truk tetangga", channel=Objection.Channel.OFFICE)
    comer, earlier = cases.person(), home.members.earliest("pk")
    move(comer, home)
    assert struck(comer) == struck(earlier) == [made.pk]
    assert "usulan pengecualian (keluarga)" not in kept(comer) and "B 1234 XYZ" not in copy_of(comer)
    assert "truk tetangga" in copy_of(earlier) and "truk tetangga" not in copy_of(comer)


@pytest.mark.parametrize(
    ("starts", "ends", "told"), [(-30, 1, 1), (-30, 0, 0), (-30, -30, 0), (5, 20, 1), (5, 5, 0), (-30, None, 1)]
)
def test_one_is_told_of_an_exclusion_from_before_that_struck_them_for_a_day(
    home: Household, starts: int, ends: int | None, told: int
) -> None:
    today = timezone.localdate()
    made = excluded(home, today + timedelta(days=starts))
    if ends is not None:
        screening.lift(made, money.officer("yuni"), "mobil dijual", today + timedelta(days=ends))
    comer = cases.person()
    move(comer, home)
    assert len(struck(comer)) == told


def test_who_was_gone_before_the_exclusion_struck_is_told_of_it_if_they_were_there_when_it_was_made(
    home: Household,
) -> None:
    made, elsewhere = excluded(home, timezone.localdate() + timedelta(days=5)), cases.person().household
    guest, earlier = cases.person(), home.members.earliest("pk")
    move(guest, home)
    for person in (guest, earlier):
        move(person, elsewhere)
    assert struck(guest) == [] and struck(earlier) == [made.pk]


# --- rows of the same person, imports taken back ---


def test_the_time_of_a_merged_row_is_theirs_up_to_the_merge(home: Household, officer: User) -> None:
    survivor, joined = cases.person(), cases.person(home)
    known(home, "B 2222 BBB")
    second = cases.person().household
    known(second, "B 3333 CCC")
    move(joined, second)
    known(second, "B 4444 DDD")
    known(home, "B 5555 EEE")
    merged(joined, survivor, officer)
    known(second, "B 6666 FFF")
    moved_house(second, "Jalan Terbaru 3")
    for asked in (survivor, joined):
        told = subject_data.collect(asked)
        text = subject_data.as_json(told)
        for plate, theirs in {
            "B 1111 AAA": 0,
            "B 2222 BBB": 1,
            "B 3333 CCC": 0,
            "B 4444 DDD": 1,
            "B 5555 EEE": 0,
            "B 6666 FFF": 0,
        }.items():
            assert (plate in text) == bool(theirs), plate
        assert [row["ID"] for row in told["former_households"]] == [second.pk, home.pk]
        assert "Terbaru" not in text


def test_two_rows_in_one_household_make_one_time(officer: User) -> None:
    joined = cases.person()
    tell(joined.household, "vehicle", CAR)
    survivor = cases.person(joined.household)
    merged(joined, survivor, officer)
    assert spans(survivor) == {joined.household_id: [(True, False)]} and "B 1234 XYZ" in copy_of(survivor)


def test_a_merged_row_of_which_no_merge_is_known_is_told_as_it_is() -> None:
    survivor, joined = cases.person(), cases.person()
    with telling(source="office"):
        Person.objects.filter(pk=joined.pk).update(status="merged", merged_into=survivor)
    moved_house(joined.household, "Jalan Baru 2")
    [home] = subject_data.collect(survivor)["former_households"]
    assert home["address"] == "Jalan Baru 2"


def test_who_is_parted_again_was_at_home_all_along(officer: User) -> None:
    survivor, other = cases.person(), cases.person()
    done = merged(other, survivor, officer)
    known(other.household, "B 2222 BBB")
    duplicates_merge.unmerge(Merge.objects.get(pk=done.pk), officer, "bukan dia")
    assert "B 2222 BBB" in copy_of(other) and "B 2222 BBB" not in copy_of(survivor)


def test_a_move_that_an_import_only_seemed_to_tell_was_none(home: Household) -> None:
    person, elsewhere = cases.person(), home
    own = person.household
    move(person, elsewhere, source="import:7")
    known(own, "B 2222 BBB")
    known(elsewhere, "B 3333 CCC")
    move(person, own, source="undo:7")
    text = copy_of(person)
    assert "B 2222 BBB" in text and "B 3333 CCC" not in text and spans(person) == {own.pk: [(True, False)]}


def test_what_came_with_the_import_that_told_of_the_move_is_of_those_who_stayed() -> None:
    committed(line(), line(2))
    committed(line(KK=OTHER_KK), line(2, ALAMAT="JL. SESUDAH 1"))
    leaver, stayer = Person.objects.order_by("pk")
    assert "SESUDAH" in copy_of(stayer) and "SESUDAH" not in copy_of(leaver)
    [then] = subject_data.collect(leaver)["former_households"]
    assert (then["ID"], then["address"]) == (stayer.household_id, line()["ALAMAT"])


def test_an_import_that_is_taken_back_leaves_no_household_behind() -> None:
    committed(line())
    committed_move = committed(line(KK=OTHER_KK))
    undone(committed_move, by=money.officer("dewi"))
    person = Person.objects.get()
    assert spans(person) == {person.household_id: [(True, False)]}
    assert subject_data.collect(person)["former_households"] == []


# --- however old, however much ---


def test_times_outlive_the_contents_of_the_history(home: Household, officer: User) -> None:
    person = cases.person()
    first = person.household
    known(first, "B 2222 BBB")
    move(person, home)
    known(first, "B 3333 CCC")
    known(home, "B 4444 DDD")
    before = spans(person), notes(person)
    empty_history()
    assert (spans(person), notes(person)) == before
    text = copy_of(person)
    assert "B 2222 BBB" in text and "B 4444 DDD" in text and "B 1111 AAA" not in text and "B 3333 CCC" not in text
    assert "Jalan Contoh 1" not in [change["before"] for change in subject_data.collect(person)["household_history"]]


def test_what_was_emptied_is_not_due_again_and_nothing_personal_is_left() -> None:
    person = cases.person(phone="+6281211112222")
    with telling(source="office"):
        person.phone, person.name, person.household = "", "Lain", cases.person().household
        person.save()
    rule = next(rule for rule in retention.RULES if rule.name == "history")
    moment = timezone.now() + timedelta(hours=1)
    was = Change.objects.get(person=person, kind="changed").before["household_id"]
    assert rule.older(moment).count() == 1
    rule.drop(rule.older(moment))
    assert not rule.older(moment).exists()
    left = Change.objects.get(person=person, kind="changed")
    assert (left.before, left.after) == ({"household_id": was}, {})


def test_the_access_log_tells_of_a_household_for_their_time_there(home: Household, officer: User) -> None:
    person = cases.person()
    first = person.household

    def look(target: Any, note: str) -> None:
        reveals.reveal(target, "kk", by=officer, reason="verify", note=note)

    look(first, "di rumah lama")
    move(person, home)
    look(first, "sesudah pindah")
    look(home, "di rumah baru")
    empty_history()
    assert set(reveals.about(person).values_list("note", flat=True)) == {"di rumah lama", "di rumah baru"}


def test_many_moves_take_as_many_queries_as_one(home: Household) -> None:
    person, other = cases.person(), cases.person().household
    move(person, home)
    few = queries(person)
    for _ in range(5):
        for to in (other, home, cases.person().household):
            move(person, to)
            moved_house(to, f"Jalan {to.pk}")
    move(person, home)
    assert queries(person) == few < 100
    assert len(subject_data.collect(person)["former_households"]) == 7


def queries(person: Person) -> int:
    with CaptureQueriesContext(connection) as caught:
        subject_data.collect(Person.objects.get(pk=person.pk))
    return len(caught)
