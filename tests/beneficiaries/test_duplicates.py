"""People who may be registered twice are found, each with its reasons; what an officer decided is remembered."""

from __future__ import annotations

from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from beneficiaries import duplicates, duplicates_merge, tasks
from beneficiaries.duplicates_scoring import THRESHOLD, Compared, name_likeness, score
from beneficiaries.errors import DecisionReasonMissing, PairDecided, PairNotToldApart, PersonNotActive
from beneficiaries.models import Change, DuplicatePair, Household, Person, PersonBlock, PersonKey
from beneficiaries.names import normalise
from beneficiaries.privacy_errors import ProcessingRestricted
from tests import money

BORN = date(1960, 3, 4)


def person(
    name: str, born: date = BORN, *, home: Household | None = None, sex: str = "P", phone: str = "", place: str = ""
) -> Person:
    made = money.person(home or money.household(kelurahan=place or "31.71.01.1001"), born=born, sex=sex)
    made.name = name
    made.phone = phone
    made.save()
    return made


def found() -> dict[tuple[str, str], DuplicatePair]:
    duplicates.find()
    rows = DuplicatePair.objects.waiting().select_related("low", "high")
    return {(pair.low.name, pair.high.name): pair for pair in rows}


# --- finding ---


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "born", "seen"),
    [
        ("Soetrisno Wibowo", BORN, {"name": "same", "birth_date": "same"}),
        ("Drs. H. Sutrisno Wibowo, M.Pd.", BORN, {"name": "same"}),
        ("Wibowo Sutrisno", BORN, {"name": "order"}),
        ("Sutrisnowibowo", BORN, {"name": "spaces"}),
        ("S. Wibowo", BORN, {"name": "alike"}),
        ("Sutrisno", BORN, {"name": "alike"}),
        ("Sutrinso Wibowo", BORN, {"name": "alike"}),
        ("Sutrisno Wibowo", date(1960, 4, 3), {"birth_date": "swapped"}),
        ("Sutrisno Wibowo", date(1960, 3, 14), {"birth_date": "digit"}),
        ("Sutrisno Wibowo", date(1960, 1, 1), {"birth_date": "stand_in"}),
    ],
)
def test_one_person_under_two_niks_is_proposed_with_its_reasons(name: str, born: date, seen: dict[str, str]) -> None:
    person("Sutrisno Wibowo")
    person(name, born)
    person("Ngatiyem", date(1980, 7, 9))
    [pair] = found().values()
    assert {field: what for field, (_points, what) in pair.reasons.items()}.items() >= seen.items()
    assert pair.score == min(100, sum(points for points, _what in pair.reasons.values())) >= THRESHOLD


@pytest.mark.django_db
def test_twins_neighbours_and_father_and_son_are_not_proposed() -> None:
    home = money.household()
    person("Rina Wibowo", date(2010, 5, 6), home=home)
    person("Rini Wibowo", date(2010, 5, 6), home=home)
    person("Sutrisno Wibowo", date(1960, 3, 4), home=home, sex="L")
    person("Sutrisno Wibowo", date(1988, 11, 23), home=home, sex="L")
    person("Ngatiyem Lestari", date(1971, 6, 28))
    person("Ngatiyem Lestari", date(1965, 10, 15))
    assert found() == {}


@pytest.mark.django_db
def test_who_moved_is_found_far_away_and_a_phone_adds_points() -> None:
    person("Ngatiyem Lestari", phone="+6281234567890")
    person("Ngatiyem Lestari", place="31.75.01.1001", phone="+6281234567890")
    [pair] = found().values()
    assert "place" not in pair.reasons and pair.reasons["phone"] == [10, "same"]


@pytest.mark.django_db
def test_only_active_people_are_compared() -> None:
    person("Ngatiyem Lestari")
    gone = person("Ngatiyem Lestari")
    assert len(found()) == 1
    Person.objects.filter(pk=gone.pk).update(status=Person.Status.DECEASED)
    assert found() == {}
    assert not DuplicatePair.objects.exists()
    assert not PersonKey.objects.filter(person=gone).exists() and not PersonBlock.objects.filter(person=gone).exists()


@pytest.mark.django_db
def test_a_second_run_has_nothing_to_do_and_leaves_no_trace_in_histories() -> None:
    person("Ngatiyem Lestari")
    person("Ngatijem Lestari")
    first = duplicates.find()
    changes = Change.objects.count()
    again = duplicates.find()
    assert (first.people, first.proposed) == (2, 1)
    assert (again.people, again.compared, again.proposed, again.withdrawn) == (0, 0, 0, 0)
    assert Change.objects.count() == changes


@pytest.mark.django_db
def test_a_later_run_compares_the_new_and_the_changed_with_everybody() -> None:
    old = person("Ngatiyem Lestari")
    person("Somebody Else", date(1999, 9, 9))
    duplicates.find()
    new = person("Ngatijem Lestari")
    second = duplicates.find()
    assert (second.people, second.proposed) == (1, 1)
    assert DuplicatePair.objects.waiting().get().low_id == min(old.pk, new.pk)
    Person.objects.filter(pk=new.pk).update(birth_date=date(2001, 8, 17))
    third = duplicates.find()
    assert (third.people, third.withdrawn) == (1, 1)
    assert not DuplicatePair.objects.exists()


@pytest.mark.django_db
def test_a_house_that_moves_makes_its_people_new_to_the_comparison() -> None:
    member = person("Ngatiyem Lestari")
    duplicates.find()
    Household.objects.filter(pk=member.household_id).update(kelurahan="31.75.01.1001")
    assert duplicates.find().people == 1


@pytest.mark.django_db
def test_a_block_of_very_many_is_passed_over_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duplicates, "MOST_IN_A_BLOCK", 2)
    for _ in range(3):
        person("Ngatiyem Lestari")
    run = duplicates.find()
    assert run.crowded > 0 and run.compared == 0


@pytest.mark.django_db
def test_a_name_without_latin_letters_is_no_trouble() -> None:
    person("李小龍")
    person("李小龍")
    assert duplicates.find().proposed == 0


@pytest.mark.django_db
def test_the_task_does_not_wait_for_a_run_under_way() -> None:
    person("Ngatiyem Lestari")
    person("Ngatijem Lestari")
    under_way = connection.copy()
    try:
        with under_way.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [duplicates.LOCK])
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '1s'")
        assert tasks.find_duplicates() == 0
        with under_way.cursor() as cursor:  # closing alone lets go when the server gets to it
            cursor.execute("SELECT pg_advisory_unlock(%s)", [duplicates.LOCK])
    finally:
        under_way.close()
    assert tasks.find_duplicates() == 1


@pytest.mark.django_db
def test_the_command_says_what_was_found() -> None:
    person("Ngatiyem Lestari")
    person("Ngatijem Lestari")
    out = StringIO()
    call_command("duplicates", "find", stdout=out, stderr=StringIO())
    lines = dict(line.rsplit(maxsplit=1) for line in out.getvalue().splitlines() if not line.endswith("detik."))
    assert (lines["Orang baru atau berubah"], lines["Masuk antrean"], lines["Menunggu keputusan"]) == ("2", "1", "1")


# --- "not the same person" ---


@pytest.mark.django_db
def test_two_who_are_not_one_are_not_proposed_again_until_a_compared_field_changes() -> None:
    person("Ngatiyem Lestari")
    second = person("Ngatijem Lestari")
    [pair] = found().values()
    officer = money.officer()
    duplicates_merge.different(pair, officer, "dua KTP, dua orang")
    Person.objects.filter(pk=second.pk).update(occupation=Person.Occupation.TRADER)  # not compared
    assert found() == {}
    PersonKey.objects.all().delete()  # as after a new version of the rules: everybody is compared anew
    assert found() == {}
    pair.refresh_from_db()
    assert (pair.status, pair.decision, pair.decided_by) == ("different", "dua KTP, dua orang", officer)
    Person.objects.filter(pk=second.pk).update(name="Ngatiyem Lestari")
    assert len(found()) == 1
    pair.refresh_from_db()
    assert (pair.status, pair.decision, pair.decided_by) == ("open", "", None)


@pytest.mark.django_db
def test_a_change_of_index_keys_reopens_no_decision_and_makes_everybodys_keys_anew() -> None:
    people = [person("Ngatiyem Lestari", phone="+6281234567890"), person("Ngatijem Lestari", phone="+6281234567890")]
    [pair] = found().values()
    duplicates_merge.different(pair, money.officer(), "dua KTP, dua orang")
    for one in people:  # one after the other, as it is done: the comparison may run in between
        Person.objects.filter(pk=one.pk).update(phone_index=b"under another key")
        assert duplicates.find().people == 1
        pair.refresh_from_db()
        assert pair.status == "different"


@pytest.mark.django_db
def test_two_who_are_not_one_are_asked_about_again_once_they_share_a_phone() -> None:
    first, second = person("Ngatiyem Lestari", phone="+6281234567890"), person("Ngatijem Lestari")
    [pair] = found().values()
    duplicates_merge.different(pair, money.officer(), "dua KTP, dua orang")
    second.phone = "+6281234567891"
    second.save()
    assert found() == {}
    second.phone = first.phone
    second.save()
    assert list(found().values()) == [pair]


@pytest.mark.django_db
def test_a_decision_needs_a_reason_and_is_made_once() -> None:
    person("Ngatiyem Lestari")
    person("Ngatijem Lestari")
    [pair] = found().values()
    with pytest.raises(DecisionReasonMissing):
        duplicates_merge.different(pair, money.officer(), "  ")
    duplicates_merge.different(pair, money.officer(), "dua orang")
    with pytest.raises(PairDecided):
        duplicates_merge.different(pair, money.officer(), "dua orang")


@pytest.mark.django_db
def test_two_who_were_told_apart_by_mistake_wait_again_and_stay_in_the_queue() -> None:
    first = person("Ngatiyem Lestari")
    person("Ngatijem Lestari")
    [pair] = found().values()
    with pytest.raises(PairNotToldApart):
        duplicates_merge.reconsider(pair, "salah pencet")
    duplicates_merge.different(pair, money.officer(), "dua orang")
    with pytest.raises(DecisionReasonMissing):
        duplicates_merge.reconsider(pair, "  ")
    duplicates_merge.reconsider(pair, "salah pencet")
    assert list(found().values()) == [pair]
    pair.refresh_from_db()
    assert (pair.status, pair.decision, pair.decided_by, pair.decided_at) == ("open", "", None, None)
    duplicates_merge.merge(pair, first, money.officer(), "KTP sama")
    with pytest.raises(PairNotToldApart):
        duplicates_merge.reconsider(pair, "salah pencet")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changed", "refused"),
    [({"status": "deceased"}, PersonNotActive), ({"restricted": True}, ProcessingRestricted)],
    ids=["gone", "restricted"],
)
def test_nobody_whose_pair_the_queue_would_not_show_waits_for_a_decision_again(
    changed: dict[str, Any], refused: type[Exception]
) -> None:
    person("Ngatiyem Lestari")
    second = person("Ngatijem Lestari")
    [pair] = found().values()
    duplicates_merge.different(pair, money.officer(), "dua orang")
    Person.objects.filter(pk=second.pk).update(**changed)
    with pytest.raises(refused):
        duplicates_merge.reconsider(pair, "salah pencet")


# --- points ---

WORDS = st.lists(st.text("ABDEIMNORSTU", min_size=1, max_size=9), min_size=1, max_size=4)
PEOPLE = st.builds(
    Compared,
    name=WORDS.map(" ".join).map(normalise),
    name_key=st.just("A"),
    sex=st.sampled_from("LP"),
    birth_date=st.dates(date(1930, 1, 1), date(2026, 1, 1)),
    household=st.integers(1, 3),
    kelurahan=st.sampled_from(["31.71.01.1001", "31.71.01.1002", "31.75.01.1001"]),
    phone=st.sampled_from([b"", b"x", b"y"]),
    bearers=st.integers(1, 10_000),
)


@given(PEOPLE, PEOPLE)
def test_points_do_not_depend_on_who_comes_first_and_stay_within_bounds(one: Compared, other: Compared) -> None:
    points, reasons = score(one, other)
    assert score(other, one) == (points, reasons)
    assert 0 <= points <= 100
    assert points == max(0, min(100, sum(found for found, _what in reasons.values())))


@given(WORDS, WORDS)
def test_the_likeness_of_names_is_a_share_and_whole_for_the_same_words(one: list[str], other: list[str]) -> None:
    likeness = name_likeness(one, other)
    assert 0 <= likeness <= 1 and likeness == pytest.approx(name_likeness(other, one))
    assert name_likeness(one, one) == pytest.approx(1)
