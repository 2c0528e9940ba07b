"""Grievances: numbered, due in working days, moved only along their table, escalated once a level, and never rewritten."""

from __future__ import annotations

import random
import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from beneficiaries import erasure, grievance_numbers, grievances, working_days
from beneficiaries.errors import GrievanceEmpty, GrievanceMoved, NotInGroup, SameCategory
from beneficiaries.history import telling
from beneficiaries.models import Grievance, GrievanceCategory, GrievanceMessage, GrievanceStep, Person
from beneficiaries.privacy_errors import PersonErased
from beneficiaries.tasks import escalate_grievances
from tests.beneficiaries import cases
from tests.owner import as_owner
from tests.processes import together

S = Grievance.Status


@pytest.fixture
def petugas(db: None) -> User:
    return cases.officer("petugas", "Petugas")


@pytest.fixture
def penyelia(db: None) -> User:
    return cases.officer("penyelia", "Penyetuju")


@pytest.fixture
def taken(petugas: User) -> Grievance:
    return grievances.take(cases.grievance(), by=petugas)


@pytest.fixture
def answered(taken: Grievance, petugas: User) -> Grievance:
    grievances.answer(taken, "Dibayar tanggal 27.", by=petugas)
    return taken


def fresh(row: Grievance) -> Grievance:
    return Grievance.objects.get(pk=row.pk)


def steps(row: Grievance) -> list[tuple[str, str]]:
    return list(row.steps.order_by("pk").values_list("from_status", "to_status"))


# --- numbers ---


def test_the_check_digit_is_damms() -> None:
    assert grievance_numbers.check_digit("572") == 4  # the example of Damm's thesis
    assert grievance_numbers.check_digit("5724") == 0


def test_a_misheard_digit_and_swapped_neighbours_are_found() -> None:
    draw = random.Random(1)
    for _ in range(50):
        number = grievance_numbers.written(2026, draw.randrange(1, 999_999))
        digits = number.removeprefix("ADU-").replace("-", "")
        for place in range(len(digits)):
            for other in set("0123456789") - {digits[place]}:
                assert grievance_numbers.read(digits[:place] + other + digits[place + 1 :]) is None
        for place in range(len(digits) - 1):
            if digits[place] != digits[place + 1]:
                swapped = digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
                assert grievance_numbers.read(swapped) is None


@pytest.mark.parametrize("typed", ["{}", " {} ", "{n}", "adu {n}", "ADU–2026 {s}"])
def test_a_number_is_read_as_people_type_it(typed: str) -> None:
    number = grievance_numbers.written(2026, 123)
    digits = number.removeprefix("ADU-").replace("-", "")
    assert grievance_numbers.read(typed.format(number.lower(), n=digits, s=digits[4:])) == number


@pytest.mark.parametrize("typed", ["", "ADU", "123", "ADU-2026-000123", "٢٠٢٦٠٠٠١٢٣١", "3171014201500001"])
def test_what_is_no_number_is_none(typed: str) -> None:
    assert grievance_numbers.read(typed) is None


@pytest.mark.django_db
def test_numbers_follow_each_other_within_a_year() -> None:
    assert [grievance_numbers.draw(2026) for _ in range(2)] + [grievance_numbers.draw(2027)] == [
        grievance_numbers.written(2026, 1),
        grievance_numbers.written(2026, 2),
        grievance_numbers.written(2027, 1),
    ]


# --- filing ---


@pytest.mark.django_db
def test_a_ticket_knows_its_group_deadline_and_household_and_hides_its_text() -> None:
    person = cases.person()
    row = cases.grievance(
        origin="officer",
        reporter=person,
        person=person,
        text=" Bantuan Siti belum masuk.\r\nSejak Mei. ",
        reporter_name="Siti",
    )
    row.refresh_from_db()
    assert (row.status, row.group, row.household) == (S.RECEIVED, row.category.group, person.household)
    assert row.due_at == working_days.deadline(timezone.now(), 5)
    assert row.text == "Bantuan Siti belum masuk.\nSejak Mei." and row.reporter_name == "Siti"
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM beneficiaries_grievance t")
        assert "Siti" not in cursor.fetchone()[0]
    assert steps(row) == [("", S.RECEIVED)]


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["", " \n ", "x" * 2_001, "a\x00b"])
def test_no_text_is_no_ticket_and_uses_no_number(text: str) -> None:
    with pytest.raises(GrievanceEmpty):
        cases.grievance(text=text)
    assert cases.grievance().number == grievance_numbers.written(timezone.localdate().year, 1)


@pytest.mark.django_db
def test_the_same_reference_opens_one_ticket_for_each_reporter() -> None:
    one, other, reference = cases.person(), cases.person(), uuid.uuid4()
    first = cases.grievance(reporter=one, reference=reference)
    assert cases.grievance(reporter=one, reference=reference, text="lain") == first
    assert cases.grievance(reporter=other, reference=reference) != first
    assert Grievance.objects.count() == 2


@pytest.mark.django_db
def test_what_others_say_about_a_person_is_not_theirs_to_read() -> None:
    person, neighbour = cases.person(), cases.person()
    cases.grievance(reporter=neighbour, person=person)
    assert not Grievance.objects.reported_by(person).exists()
    assert Grievance.objects.reported_by(neighbour).count() == 1
    with telling(source="test"):
        Person.objects.filter(pk=neighbour.pk).update(status=Person.Status.MERGED, merged_into=cases.person())
    assert Grievance.objects.reported_by(Person.objects.latest("pk")).count() == 1


@pytest.mark.django_db
def test_standard_categories_are_made_once_and_changes_stay() -> None:
    group = cases.category("lain").group
    assert grievances.standard_categories(group, group) == len(grievances.STANDARD)
    GrievanceCategory.objects.filter(code="pungutan").update(deadline_days=1)
    assert grievances.standard_categories(group, group) == 0
    assert GrievanceCategory.objects.get(code="pungutan").deadline_days == 1


# --- working ---


def test_received_taken_answered_closed(answered: Grievance, petugas: User) -> None:
    assert answered.status == S.ANSWERED and answered.answered_at is not None
    closed = grievances.close(answered, "pelapor setuju", satisfied=True, by=petugas)
    assert (closed.status, closed.satisfied) == (S.CLOSED, True)
    assert steps(closed) == [
        ("", S.RECEIVED),
        (S.RECEIVED, S.ASSIGNED),
        (S.ASSIGNED, S.ANSWERED),
        (S.ANSWERED, S.CLOSED),
    ]


def test_only_the_groups_officers_take_it_and_only_who_took_it_answers(petugas: User, penyelia: User) -> None:
    row = cases.grievance()
    with pytest.raises(NotInGroup):
        grievances.take(row, by=penyelia)
    grievances.take(row, by=petugas)
    for other in (penyelia, cases.officer("lain", "Petugas")):
        with pytest.raises(GrievanceMoved):
            grievances.answer(fresh(row), "Ya.", by=other)
        with pytest.raises(GrievanceMoved):
            grievances.take(fresh(row), by=other)
    assert not row.messages.exists()


def test_a_supervisor_gives_it_to_officers_of_its_groups_alone(taken: Grievance, penyelia: User) -> None:
    other, stranger = cases.officer("lain", "Petugas"), cases.officer("asing", "Bendahara")
    grievances.assign(taken, other, "cuti", by=penyelia)
    assert (taken.assignee, taken.group.name) == (other, "Petugas")
    with pytest.raises(NotInGroup):
        grievances.assign(taken, stranger, "cuti", by=penyelia)
    grievances.assign(taken, penyelia, "saya sendiri", by=penyelia)
    assert (taken.assignee, taken.group.name) == (penyelia, "Penyetuju")
    assert list(taken.steps.order_by("pk").values_list("reason", flat=True)) == ["", "", "cuti", "saya sendiri"]


def test_a_step_on_what_moved_meanwhile_is_refused_and_leaves_nothing(petugas: User, penyelia: User) -> None:
    row = cases.grievance()
    stale = fresh(row)
    grievances.take(row, by=petugas)
    with pytest.raises(GrievanceMoved):
        grievances.take(stale, by=cases.officer("lain", "Petugas"))
    stale = fresh(row)
    grievances.assign(row, penyelia, "ambil alih", by=penyelia)
    with pytest.raises(GrievanceMoved):
        grievances.answer(stale, "Ya.", by=petugas)
    assert not row.messages.exists() and row.steps.count() == 3


@pytest.mark.django_db
@pytest.mark.parametrize("status", list(S))
def test_no_status_is_reached_but_along_the_table(status: S) -> None:
    officer = cases.officer("petugas", "Petugas")
    moment = timezone.now()
    deeds: dict[S, Any] = {
        S.ASSIGNED: lambda row: grievances.assign(row, officer, "x", by=officer),
        S.ANSWERED: lambda row: grievances.answer(row, "x", by=officer),
        S.CLOSED: lambda row: grievances.close(row, "x", satisfied=None, by=officer),
        S.REOPENED: lambda row: grievances.reopen(row, "x", by=officer),
        S.ESCALATED: lambda row: next(grievances.escalate_late(moment), None),
    }
    for target, deed in deeds.items():
        row = cases.overdue()
        held = {"assignee": officer, "closed_at": moment if status == S.CLOSED else None}
        Grievance.objects.filter(pk=row.pk).update(status=status, **held)
        row.refresh_from_db()
        try:
            deed(row)
        except GrievanceMoved:
            assert (status, target) not in grievances.TRANSITIONS
        moved = steps(row)[-1]
        assert (moved == (status, target)) == ((status, target) in grievances.TRANSITIONS), (status, target)
        # Out of the way of the next deed's clock.
        Grievance.objects.filter(pk=row.pk).update(due_at=moment + timedelta(days=30))


def test_what_the_citizen_writes_after_an_answer_opens_it_again(answered: Grievance) -> None:
    grievances.say(answered, "Belum masuk juga.")
    row = fresh(answered)
    assert (row.status, row.assignee, row.rounds, row.level) == (S.REOPENED, None, 1, 0)
    assert row.due_at == working_days.deadline(timezone.now(), 5)
    grievances.say(row, "Halo?")
    assert fresh(row).rounds == 1
    kinds = list(row.messages.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["answer", "citizen", "citizen"]


def test_a_closed_ticket_hears_nothing_until_it_is_opened_again(answered: Grievance, petugas: User) -> None:
    grievances.close(answered, "selesai", satisfied=None, by=petugas)
    with pytest.raises(GrievanceMoved):
        grievances.say(answered, "Belum masuk juga.")
    grievances.reopen(answered, "pelapor datang", by=petugas)
    grievances.say(answered, "Belum masuk juga.")
    assert fresh(answered).closed_at is None


def test_another_category_counts_from_the_beginning(taken: Grievance, penyelia: User, petugas: User) -> None:
    quick = cases.category("kartu-hp", deadline_days=2)
    grievances.sort(taken, quick, Grievance.Priority.HIGH, "soal PIN", by=penyelia)
    row = fresh(taken)
    assert (row.category, row.priority, row.assignee) == (quick, "high", petugas)
    assert row.due_at == working_days.deadline(row.created_at, 2)
    with pytest.raises(SameCategory):
        grievances.sort(taken, quick, Grievance.Priority.HIGH, "lagi", by=penyelia)
    assert row.messages.get().kind == GrievanceMessage.Kind.NOTE


# --- escalation ---


def test_what_is_late_goes_to_the_supervisors_once_a_level(taken: Grievance, petugas: User, penyelia: User) -> None:
    Grievance.objects.filter(pk=taken.pk).update(due_at=timezone.now() - timedelta(minutes=1))
    assert escalate_grievances() == 1
    assert escalate_grievances() == 0
    row = fresh(taken)
    assert (row.status, row.level, row.assignee, row.group.name) == (S.ESCALATED, 1, None, "Penyetuju")
    assert row.due_at == working_days.deadline(timezone.now(), 3) and row.priority == "normal"
    with pytest.raises(NotInGroup):
        grievances.take(row, by=petugas)
    grievances.take(row, by=penyelia)
    [again] = grievances.escalate_late(row.due_at)
    assert (again.level, again.priority, again.assignee) == (2, "urgent", None)
    assert list(grievances.escalate_late(again.due_at + timedelta(days=365))) == []
    grievances.take(again, by=penyelia)
    grievances.answer(again, "Maaf terlambat.", by=penyelia)
    assert [(step.to_status, step.level) for step in row.steps.order_by("pk")] == [
        (S.RECEIVED, 0),
        (S.ASSIGNED, 0),
        (S.ESCALATED, 1),
        (S.ASSIGNED, 1),
        (S.ESCALATED, 2),
        (S.ASSIGNED, 2),
        (S.ANSWERED, 2),
    ]


@pytest.mark.django_db
def test_the_deadline_itself_is_late_and_a_moment_before_is_not() -> None:
    row = cases.grievance()
    assert not list(grievances.escalate_late(row.due_at - timedelta(microseconds=1)))
    assert list(grievances.escalate_late(row.due_at)) == [row]


def test_opened_again_it_is_escalated_anew(answered: Grievance) -> None:
    Grievance.objects.filter(pk=answered.pk).update(level=1)
    row = grievances.reopen(fresh(answered), "belum", by=None)
    assert [again.level for again in grievances.escalate_late(row.due_at)] == [1]


@pytest.mark.django_db
def test_the_database_refuses_a_second_escalation_to_a_level() -> None:
    row = cases.overdue()
    list(grievances.escalate_late())
    step = row.steps.get(to_status=S.ESCALATED)
    step.pk = None
    with pytest.raises(IntegrityError, match="grievance_escalated_once"), transaction.atomic():
        step.save(force_insert=True)


def _escalate(moment: str) -> list[int]:
    return [row.pk for row in grievances.escalate_late(datetime.fromisoformat(moment))]


def _take_it(row: int, by: int) -> str:
    return grievances.take(Grievance.objects.get(pk=row), by=User.objects.get(pk=by)).status


def _answer_it(row: int, by: int) -> str:
    return grievances.answer(Grievance.objects.get(pk=row), "Sudah dibayar.", by=User.objects.get(pk=by)).kind


@pytest.mark.usefixtures("processes")
def test_beats_at_once_escalate_each_ticket_once() -> None:
    rows = [cases.overdue().pk for _ in range(20)]
    moment = timezone.now().isoformat()
    outcomes = together([(_escalate, (moment,))] * 4)
    assert not any(outcome.error for outcome in outcomes), outcomes
    assert sorted(row for outcome in outcomes for row in outcome.value) == sorted(rows)
    assert GrievanceStep.objects.filter(to_status=S.ESCALATED).count() == 20
    assert set(Grievance.objects.values_list("status", "level")) == {(S.ESCALATED, 1)}


@pytest.mark.usefixtures("processes")
def test_an_answer_and_the_clock_at_once_leave_one_of_the_two() -> None:
    officer = cases.officer("petugas", "Petugas")
    rows = []
    for _ in range(5):
        row = grievances.take(cases.overdue(), by=officer)
        rows.append(row.pk)
    jobs: list[Any] = [(_answer_it, (row, officer.pk)) for row in rows]
    outcomes = together([*jobs, (_escalate, (timezone.now().isoformat(),))])
    assert {outcome.error for outcome in outcomes} <= {"", "grievance_moved"}
    for row, outcome in zip(rows, outcomes, strict=False):
        ticket = Grievance.objects.get(pk=row)
        assert ticket.status == (S.ESCALATED if outcome.error else S.ANSWERED)
        assert ticket.messages.count() == (0 if outcome.error else 1)
        assert ticket.steps.count() == 3


@pytest.mark.usefixtures("processes")
def test_officers_at_once_and_one_of_them_takes_it() -> None:
    officers = [cases.officer(f"petugas{number}", "Petugas") for number in range(4)]
    row = cases.grievance()
    outcomes = together([(_take_it, (row.pk, officer.pk)) for officer in officers])
    assert sorted(outcome.error for outcome in outcomes) == [""] + ["grievance_moved"] * 3
    assert row.steps.filter(to_status=S.ASSIGNED).count() == 1


def _file(number: int) -> str:
    return cases.grievance(text=f"Aduan {number}").number


@pytest.mark.usefixtures("processes")
def test_tickets_filed_at_once_have_numbers_without_a_gap() -> None:
    cases.category()
    outcomes = together([(_file, (number,)) for number in range(8)])
    year = timezone.localdate().year
    assert sorted(outcome.value for outcome in outcomes) == [grievance_numbers.written(year, n) for n in range(1, 9)]


# --- written once ---


@pytest.mark.usefixtures("committed_db")
@pytest.mark.parametrize("statement", ["UPDATE {} SET reason = 'lain'", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_nobody_rewrites_the_steps(statement: str) -> None:
    cases.grievance()
    with pytest.raises(DatabaseError, match="append-only"), as_owner() as cursor:
        cursor.execute(statement.format("beneficiaries_grievancestep"))


@pytest.mark.django_db
def test_the_application_does_not_delete_or_reword_what_was_said() -> None:
    row = cases.grievance()
    grievances.say(row, "Halo?")
    for statement in (
        "DELETE FROM beneficiaries_grievancemessage",
        "UPDATE beneficiaries_grievancemessage SET kind = 'note'",
        "DELETE FROM beneficiaries_grievance",
        "UPDATE beneficiaries_collection SET reference = ''",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_nothing_is_filed_about_who_is_forgotten_nor_related_to_them(petugas: User) -> None:
    """Read before that, as by whoever has the form open: their words would stay with nobody to forget them."""
    person, row = cases.person(), cases.grievance()
    erasure.erase(Person.objects.get(pk=person.pk), by=None, reason="diminta")
    for whose in ("reporter", "person"):
        with pytest.raises(PersonErased):
            cases.grievance(**{whose: person})
    with pytest.raises(PersonErased):
        grievances.relate(row, person=person, told="Tentang: orang #1", by=petugas)
    assert list(Grievance.objects.values_list("person", "reporter")) == [(None, None)]
