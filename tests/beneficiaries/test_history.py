"""Every change of a person or household is kept, whoever made it and however."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db import connection

from beneficiaries import erasure, retention, subject_data
from beneficiaries.admin.shown import what_changed
from beneficiaries.history import telling
from beneficiaries.models import Change, Person
from tests import money


def told(person: Person) -> list[tuple[Any, ...]]:
    rows = Change.objects.filter(person=person).order_by("pk")
    return [(row.kind, row.before, row.after, row.by_id, row.reason, row.source) for row in rows]


def test_a_person_s_history_says_who_what_why_and_whence(db: None) -> None:
    officer = User.objects.create_user("dewi")
    person = money.person()
    with telling(source="office", by=officer, reason="salah tulis"):
        person.name = "Siti Aminah"
        person.save()
    person.schooling = Person.Schooling.SMP
    person.save()
    was = told(person)[1][1]["name"]
    assert told(person) == [
        ("added", {}, {}, None, "", ""),
        ("changed", {"name": was}, {"name": "Siti Aminah"}, officer.pk, "salah tulis", "office"),
        ("changed", {"schooling": ""}, {"schooling": "smp"}, None, "", ""),
    ]


def test_a_bulk_statement_is_told_a_row_each_and_only_of_rows_that_changed(db: None) -> None:
    people = [money.person() for _ in range(3)]
    Person.objects.filter(pk=people[0].pk).update(occupation="trader")
    with telling(source="import:7"):
        Person.objects.filter(pk__in=[person.pk for person in people]).update(occupation="trader")
    changes = Change.objects.filter(source="import:7").order_by("person")
    assert [change.person_id for change in changes] == [people[1].pk, people[2].pk]
    assert {change.kind for change in changes} == {"changed"}


def test_a_sealed_value_is_kept_sealed_and_opens_at_its_row(db: None) -> None:
    person = money.person()
    person.phone = "+6281234567890"
    person.save()
    person.phone = "+6281200000000"
    person.save()
    change = Change.objects.filter(person=person).latest("pk")
    assert set(change.before) == {"phone_sealed"} and change.after == {"phone_sealed": None}
    before = bytes.fromhex(change.before["phone_sealed"].removeprefix("\\x"))
    assert Person(uid=person.uid, phone_sealed=before).phone == "+6281234567890"


def test_a_plan_made_for_one_row_is_not_used_for_a_million(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT proconfig FROM pg_proc WHERE proname = 'registry_history'")
        # Else a session that has told of one row joins a million with a million row by row: hours.
        assert cursor.fetchone() == (["enable_nestloop=off"],)


GONE = "Isinya tidak disimpan lagi."


def moved() -> Person:
    """Somebody who has moved, and been named anew."""
    person, to = money.person(), money.person().household
    with telling(source="office", reason="pindah"):
        Person.objects.filter(pk=person.pk).update(household=to, name="Siti Pindah")
    person.refresh_from_db()
    return person


def test_a_change_whose_contents_were_kept_long_enough_says_so_and_not_that_somebody_moved_to_nowhere(db: None) -> None:
    person = moved()
    change = Change.objects.get(person=person, kind="changed")
    assert "Keluarga" in what_changed(change) and GONE not in what_changed(change)
    next(rule for rule in retention.RULES if rule.name == "history").drop(Change.objects.filter(pk=change.pk))
    change.refresh_from_db()
    assert change.before and what_changed(change) == GONE
    added, emptied = subject_data.collect(person)["history"]
    assert (emptied["note"], emptied["before"], emptied["after"]) == (GONE, change.before, {})
    assert "note" not in added and GONE in subject_data.as_text(subject_data.collect(person))


def test_what_an_erased_person_s_changes_were_is_not_kept_either(db: None) -> None:
    person = moved()
    erasure.erase(person, by=money.officer(), reason="#7")
    assert {what_changed(change) for change in Change.objects.filter(person=person, kind="changed")} == {GONE}
