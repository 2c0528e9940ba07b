"""People and households changed by hand: what cannot be is refused, what is done is told, two officers undo nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from beneficiaries import households
from beneficiaries.household_rules import EntryRefused, Problem
from beneficiaries.models import Change, Household, Person, RegistryImport
from beneficiaries.models.household import REGISTRY_LOCK
from tests.beneficiaries.conftest import person as row
from tests.beneficiaries.family import entry, family, home, member, officer, told
from tests.owner import as_owner
from tests.processes import together

Load = Callable[..., RegistryImport]


def relations(of: Household) -> dict[str, str]:
    return dict(of.members.filter(status="active").values_list("name", "relation"))


def fields(refused: pytest.ExceptionInfo[EntryRefused]) -> list[tuple[str, int | None]]:
    return [(problem.field, problem.member) for problem in refused.value.problems]


def test_a_family_is_registered_with_its_members_and_told_of(db: None) -> None:
    made = family()
    assert relations(made) == {"Sutrisno": "head", "Sri Wahyuni": "wife", "Ani": "child"}
    made = Household.objects.get(pk=made.pk)
    assert (made.address, made.kelurahan, made.rt, made.decile) == ("Jl. Melati 7", "31.74.01.1001", "003", 2)
    assert member(made, "Sutrisno").phone == "+6281234567890"
    changes = Change.objects.all()
    assert {(one.source, one.reason, one.by_id) for one in changes} == {("office", "KK baru", officer().pk)}
    assert len(changes) == 4


def test_everything_wrong_is_told_at_once_with_its_field_and_member(db: None) -> None:
    wrong = [
        entry(name="BUDI 2"),
        entry("head", "L", nik="3174011708700000"),
        entry("wife", "L"),
        entry("child", "L", date(2010, 5, 5), nik=entry("child", "P", date(2010, 5, 5)).nik, schooling="s4"),
    ]
    with pytest.raises(EntryRefused) as refused:
        households.register(home(kk="1", kelurahan="31.99.01.1001", rt="3"), wrong, by=officer(), reason="x")
    assert fields(refused) == [
        ("kk", None), ("kelurahan", None), ("rt", None), ("name", 0), ("nik", 1), ("relation", 2), ("nik", 3),
        ("schooling", 3), ("relation", 1),
    ]  # fmt: skip
    assert not Household.objects.exists() and not Person.objects.exists()


def test_an_rt_or_rw_of_zeros_is_none(db: None) -> None:
    with pytest.raises(EntryRefused) as refused:
        households.register(home(rt="000", rw="000"), [entry()], by=officer(), reason="x")
    assert fields(refused) == [("rt", None), ("rw", None)]


def test_whoever_types_a_number_is_told_nothing_of_spreadsheets(db: None) -> None:
    with pytest.raises(EntryRefused) as refused:
        households.register(home(kk="31740115"), [entry(nik="31740117O8700001")], by=officer(), reason="x")
    assert fields(refused) == [("kk", None), ("nik", 0)]
    assert all(one.said.endswith("Ketik ulang nomornya dari kartu.") for one in refused.value.problems)


@pytest.mark.parametrize(
    ("members", "wrong"),
    [
        ([("wife", "P")], ("relation", 0)),
        ([("head", "L"), ("wife", "P"), ("wife", "P")], ("relation", 2)),
        ([("head", "L"), ("husband", "P")], ("relation", 1)),
        ([], ("relation", None)),
    ],
)
def test_a_family_that_cannot_be_is_refused(db: None, members: list[tuple[str, str]], wrong: Any) -> None:
    people = [entry(relation, sex) for relation, sex in members]
    with pytest.raises(EntryRefused) as refused:
        households.register(home(), people, by=officer(), reason="x")
    assert wrong in fields(refused)


def test_numbers_that_are_known_are_refused(db: None) -> None:
    made = family()
    with pytest.raises(households.KkKnown):
        households.register(home(kk=made.kk), [entry()], by=officer(), reason="x")
    known = member(made, "Ani")
    with pytest.raises(households.NikKnown):
        households.register(home(), [entry(), entry("wife", "P", known.birth_date, nik=known.nik)],
                            by=officer(), reason="x")  # fmt: skip
    assert Household.objects.count() == 1


def test_a_deed_needs_a_reason(db: None) -> None:
    with pytest.raises(households.ReasonMissing):
        households.register(home(), [entry()], by=officer(), reason="  ")


def test_an_unlikely_age_needs_an_explanation_which_is_kept(db: None) -> None:
    made = family()
    elder = entry("child", "L", date(1965, 1, 1), name="Tono")
    with pytest.raises(households.Doubtful) as doubtful:
        households.add_member(made, elder, **told(made))
    assert len(doubtful.value.doubts) == 1 and "Tono" in doubtful.value.doubts[0]
    added = households.add_member(made, elder, despite="anak tiri", **told(made))
    assert Change.objects.get(person=added).reason == "laporan RT (anak tiri)"


def test_a_household_has_one_head_and_one_spouse_of_the_head(db: None) -> None:
    made = family()
    for relation, sex in (("head", "L"), ("wife", "P")):
        with pytest.raises(EntryRefused):
            households.add_member(made, entry(relation, sex), **told(made))


def test_a_member_moves_and_what_is_theirs_goes_along(db: None) -> None:
    made = family()
    other = households.register(home(), [entry(name="Budi")], by=officer(), reason="x")
    moved = households.move_member(member(made, "Ani"), other, "relative", **told(made, "ikut paman"))
    assert (moved.household_id, moved.relation) == (other.pk, "relative")
    assert "Ani" not in relations(made)
    last = Change.objects.filter(person=moved).latest("pk")
    assert (last.before["household_id"], last.after["household_id"], last.reason) == (made.pk, other.pk, "ikut paman")
    with pytest.raises(households.SameHousehold):
        households.move_member(moved, other, "relative", **told(other))


def test_a_head_does_not_leave_others_without_one(db: None) -> None:
    made = family()
    other = households.register(home(), [entry(name="Budi")], by=officer(), reason="x")
    head = member(made, "Sutrisno")
    with pytest.raises(households.HeadLeaves):
        households.move_member(head, other, "relative", **told(made))
    with pytest.raises(households.HeadLeaves):
        households.mark_deceased(head, timezone.localdate(), **told(made))
    with pytest.raises(households.HeadLeaves):
        households.correct_person(head, entry("relative", nik=head.nik), **told(made))


def test_the_head_is_changed_with_everyone_s_relation(db: None) -> None:
    made = family()
    ids = dict(made.members.values_list("name", "pk"))
    two_heads = {ids["Sutrisno"]: "head", ids["Sri Wahyuni"]: "head", ids["Ani"]: "child"}
    none = {ids["Sutrisno"]: "husband", ids["Sri Wahyuni"]: "relative", ids["Ani"]: "child"}
    for wrong in (two_heads, none):
        with pytest.raises(EntryRefused):
            households.change_head(made, wrong, **told(made))
    right = {ids["Sutrisno"]: "husband", ids["Sri Wahyuni"]: "head", ids["Ani"]: "child"}
    households.change_head(made, right, **told(made))
    assert relations(made) == {"Sutrisno": "husband", "Sri Wahyuni": "head", "Ani": "child"}


def test_a_death_is_recorded_with_its_day(db: None) -> None:
    made = family()
    person, today = member(made, "Sri Wahyuni"), timezone.localdate()
    for wrong in (today + timedelta(days=1), person.birth_date - timedelta(days=1)):
        with pytest.raises(households.DeathDateWrong):
            households.mark_deceased(person, wrong, **told(made))
    dead = households.mark_deceased(person, today, **told(made))
    assert (dead.status, dead.deceased_on) == ("deceased", today)
    for again in (
        lambda: households.mark_deceased(dead, today, **told(made)),
        lambda: households.move_member(dead, made, "wife", **told(made)),
        lambda: households.correct_person(dead, entry("wife", "P", dead.birth_date, nik=dead.nik), **told(made)),
    ):
        with pytest.raises(households.NotHere):
            again()
    households.add_member(made, entry("wife", "P", date(1975, 1, 1), name="Rini"), **told(made))  # a widower may marry


def test_a_closed_household_has_nobody_active_and_members_may_come_back(db: None) -> None:
    made = family()
    assert households.close(made, **told(made)) == 3
    assert set(made.members.values_list("status", flat=True)) == {"left"}
    with pytest.raises(households.AlreadyClosed):
        households.close(made, **told(made))
    back = households.move_member(member(made, "Sutrisno"), made, "head", **told(made))
    assert (back.status, back.relation) == ("active", "head")


def test_only_what_changed_is_told(db: None) -> None:
    made = family()
    person = member(made, "Sutrisno")
    same = entry(nik=person.nik, name="Soetrisno", phone="0812-3456-7890")
    households.correct_person(person, same, **told(made))
    assert Change.objects.filter(person=person).latest("pk").before == {"name": "Sutrisno"}
    households.correct_household(made, home(kk=made.kk, decile=4), **told(made))
    assert Change.objects.filter(household=made).latest("pk").before == {"decile": 2}


def test_a_correction_by_hand_is_not_undone_by_the_same_file(load: Load) -> None:
    rows = (row(), row(2, NAMA="NENENG"))
    load(*rows)
    corrected = Person.objects.with_nik(row(2)["NIK"]).get()
    other = households.register(home(), [entry(name="Budi")], by=officer(), reason="x")
    fixed = entry("child", "P", corrected.birth_date, nik=corrected.nik, name="NENENG SARI")
    households.correct_person(corrected, fixed, **told(corrected.household))
    corrected.refresh_from_db()
    households.move_member(corrected, other, "relative", despite="sepupu", **told(corrected.household))
    households.correct_household(
        Person.objects.with_nik(row()["NIK"]).get().household,
        home(kk=row()["KK"], decile=9),
        **told(Person.objects.with_nik(row()["NIK"]).get().household),
    )
    done = load(*rows)
    assert (done.changed, done.households_changed, done.unchanged) == (0, 0, 2)
    corrected.refresh_from_db()
    assert (corrected.name, corrected.household_id) == ("NENENG SARI", other.pk)
    assert Person.objects.with_nik(row()["NIK"]).get().household.decile == 9


def test_the_second_of_two_officers_is_told(db: None) -> None:
    made = family()
    person, opened = member(made, "Ani"), told(made)
    households.add_member(made, entry("relative", name="Budi"), **told(made))
    with pytest.raises(households.ChangedMeanwhile):
        households.mark_deceased(person, timezone.localdate(), **opened)
    moved_away = told(made)
    other = households.register(home(), [entry(name="Joko")], by=officer(), reason="x")
    households.move_member(person, other, "relative", **told(made))
    with pytest.raises(households.ChangedMeanwhile):
        households.close(made, **moved_away)


def add_with(household: int, seen: str, number: int) -> int:
    made = Household.objects.get(pk=household)
    person = entry("relative", nik=f"317401170870{number:04d}", name=f"Budi{'abcd'[number % 4]}")
    return households.add_member(made, person, seen=seen, by=officer(), reason="x").pk


def register_with(kk: str, nik: str) -> int:
    return households.register(home(kk=kk), [entry(nik=nik)], by=officer(), reason="x").pk


def move_between(person: int, to: int, relation: str, seen: str) -> int:
    one = Person.objects.get(pk=person)
    moved = households.move_member(one, Household.objects.get(pk=to), relation, seen=seen, by=officer(), reason="x")
    return moved.pk


def test_of_officers_at_the_same_moment_one_is_heard_and_the_others_are_told(processes: None) -> None:
    made = family()
    seen = households.version_of(made)
    outcomes = together([(add_with, (made.pk, seen, 9_001 + number)) for number in range(4)])
    assert sorted(outcome.error for outcome in outcomes) == ["", *["changed_meanwhile"] * 3]
    assert made.members.count() == 4


def test_a_number_registered_twice_at_the_same_moment_exists_once(processes: None) -> None:
    officer()
    kk, nik = home().kk, entry().nik
    outcomes = together([(register_with, (kk, nik)) for _ in range(4)])
    assert sorted(outcome.error for outcome in outcomes) == ["", *["kk_known"] * 3]
    assert (Household.objects.count(), Person.objects.count()) == (1, 1)


def test_moves_across_each_other_do_not_lock_each_other_out(processes: None) -> None:
    one, two = family(), family()
    jobs = [
        (move_between, (member(one, "Ani").pk, two.pk, "relative", households.version_of(one))),
        (move_between, (member(two, "Ani").pk, one.pk, "relative", households.version_of(two))),
    ]
    outcomes = together(jobs)
    assert {outcome.error for outcome in outcomes} <= {"", "changed_meanwhile"}
    assert any(not outcome.error for outcome in outcomes)


def test_a_problem_says_what_to_do(db: None) -> None:
    with pytest.raises(EntryRefused) as refused:
        households.register(home(decile=11), [entry()], by=officer(), reason="x")
    assert refused.value.problems == [Problem("decile", "Isi desil DTSEN keluarga ini, 1 sampai 10.")]


@pytest.mark.parametrize("keys_change", [True, False])
def test_who_enters_numbers_stands_in_line_with_imports_while_index_keys_change(
    committed_db: None, settings: Any, keys_change: bool
) -> None:
    made = family()
    child = member(made, "Ani")
    corrected = entry("child", "P", child.birth_date, name="Ani")
    if keys_change:
        settings.BLIND_INDEX_KEYS = {7: bytes(32)}
    with as_owner() as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [REGISTRY_LOCK])  # an import is being saved
        for deed in (
            lambda: households.add_member(
                made,
                entry("child", "L", date(2010, 5, 5)),
                seen=households.version_of(made),
                by=officer(),
                reason="lahir",
            ),
            lambda: households.register(home(), [entry()], by=officer(), reason="KK baru"),
            lambda: households.correct_person(child, corrected, **told(made)),
            lambda: households.correct_household(made, home(), **told(made)),
        ):
            waits = pytest.raises(OperationalError, match="lock timeout") if keys_change else contextlib.nullcontext()
            with waits, transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '200ms'")
                deed()
