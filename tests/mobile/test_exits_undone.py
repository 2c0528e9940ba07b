"""Who was told that their place ended is told when it has not ended after all; nobody is told of rows that were put in order."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from beneficiaries.models import Person
from disbursement import eligibility, enrolments, places
from disbursement.enrolment_states import R
from disbursement.models import Enrolment, EnrolmentStep, Programme
from mobile import gsm, notice_words
from mobile.models import Notice
from mobile.tasks import tell_decisions
from tests import money
from tests.beneficiaries.conftest import Row, person
from tests.beneficiaries.imports import committed, undone
from tests.disbursement import merging
from tests.mobile.telling import K

KK = ["3171011506150003", "3171011506150004"]


def row(number: int, home: int) -> Row:
    return person(number, KK=KK[home])


def enrolled(*rows: Row) -> Programme:
    """A programme of one per household, in which everybody of the file has a place."""
    committed(*rows)
    made = money.programme(one_per_household=True, name="Kartu Lansia Jakarta")
    eligibility.enrol_eligible(made)
    return made


def told() -> list[tuple[str, str, str]]:
    rows = list(Notice.objects.filter(kind__in=[K.SUSPENDED, K.RESUMED]).order_by("pk"))
    words = notice_words.of(rows)
    assert all(len(words[one.pk].message) <= gsm.ONE_PART for one in rows)
    return [(one.kind, words[one.pk].title, words[one.pk].message) for one in rows]


def place_of(number: int) -> Enrolment:
    return Enrolment.objects.get(person=Person.objects.with_nik(person(number)["NIK"]).get())


def test_whom_an_imports_move_put_out_is_told_that_the_import_was_undone(committed_db: None) -> None:
    enrolled(row(1, 0), row(2, 1))
    run = committed(row(1, 1), row(2, 1))
    assert (tell_decisions(), tell_decisions()) == (1, 0)
    undone(run)
    assert (tell_decisions(), tell_decisions()) == (1, 0)
    (first, ended, _message), (second, _title, again) = told()
    assert (first, ended, second) == (K.SUSPENDED, "Kepesertaan berakhir", K.RESUMED)
    assert "Kartu Lansia Jakarta aktif lagi" in again


def test_who_is_told_of_both_at_once_reads_the_exit_first(committed_db: None) -> None:
    enrolled(row(1, 0), row(2, 1))
    undone(committed(row(1, 1), row(2, 1)))
    assert tell_decisions() == 2
    assert [kind for kind, _title, _message in told()] == [K.SUSPENDED, K.RESUMED]


def test_who_is_suspended_again_with_the_undoing_is_told_so_and_nothing_of_an_appeal(committed_db: None) -> None:
    enrolled(row(1, 0), row(2, 1))
    until = timezone.localdate() + timedelta(days=30)
    enrolments.suspend([place_of(1).pk], reason=R.VERIFY, words="cek", by=money.officer(), until=until)
    run = committed(row(1, 1), row(2, 1))
    assert tell_decisions() == 2
    undone(run)
    assert (place_of(1).status, tell_decisions()) == ("suspended", 1)
    kind, title, message = told()[-1]
    assert (kind, title) == (K.RESUMED, "Kepesertaan tidak jadi berakhir")
    assert "ditangguhkan seperti sebelumnya" in message and "Keberatan" not in message


def test_whose_place_rested_on_the_import_is_told_that_it_ended_and_when_they_have_one_again(
    committed_db: None,
) -> None:
    made = enrolled(row(1, 0))
    run = committed(row(2, 1))
    eligibility.enrol_eligible(made)
    undone(run)
    assert (tell_decisions(), tell_decisions()) == (1, 0)
    [(kind, title, message)] = told()
    assert (kind, title) == (K.SUSPENDED, "Kepesertaan berakhir")
    assert "Pendataan yang mendasarinya dibatalkan" in message and "Keberatan" in message
    committed(row(2, 1))
    eligibility.enrol_eligible(made)
    assert place_of(2).status == "active"
    assert (tell_decisions(), tell_decisions()) == (1, 0)
    assert told()[-1][0] == K.RESUMED


@pytest.mark.django_db
def test_who_was_put_out_and_is_readmitted_is_told_when_they_have_a_place(siti: Any) -> None:
    made = money.programme()
    row = Enrolment.objects.create(programme=made, person=siti)
    enrolments.end(row, reason=R.NOT_ELIGIBLE, words="desil naik", by=money.officer())
    enrolments.readmit(row, words="keliru", by=money.officer())
    assert tell_decisions() == 1  # they wait: the exit is true until a place is free
    places.fill(made.pk)
    assert (Enrolment.objects.get(pk=row.pk).status, tell_decisions()) == ("active", 1)
    assert [kind for kind, _title, _message in told()] == [K.SUSPENDED, K.RESUMED]


@pytest.mark.django_db
def test_who_gets_a_place_for_the_first_time_is_told_by_their_aid(siti: Any) -> None:
    made = money.programme()
    waiting = Enrolment.objects.create(programme=made, person=siti, status="waiting")
    places.fill(made.pk)
    assert Enrolment.objects.get(pk=waiting.pk).status == "active"
    assert tell_decisions() == 0


@pytest.mark.django_db
def test_merging_and_parting_two_rows_is_told_to_nobody() -> None:
    survivor, other = merging.twice()
    merging.programme()
    done = merging.merged(survivor, other)
    merging.parted(done)
    assert EnrolmentStep.objects.filter(from_status="ended", reason="undone").count() == 1
    assert tell_decisions() == 0
