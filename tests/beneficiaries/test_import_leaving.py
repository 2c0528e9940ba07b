"""Complete files: who leaves with one, who stays, who returns, and who must stand for it."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from beneficiaries import import_errors, registry
from beneficiaries.history import telling
from beneficiaries.models import (
    Change,
    Listing,
    Person,
    RegistryImport,
)
from tests.beneficiaries.conftest import person
from tests.beneficiaries.imports import OTHER_KK, committed, previewed, saved, statuses, uploaded

S = RegistryImport.State
pytestmark = pytest.mark.usefixtures("committed_db")


def test_who_is_not_in_a_complete_file_leaves_and_comes_back_with_another() -> None:
    committed(person(), person(2), person(3, KK=OTHER_KK))
    committed(person(4, KK=OTHER_KK), source="Dinsos")
    run = previewed(person(), person(2), complete=True)
    assert (run.left, run.left_of, run.unchanged) == (1, 3, 2)
    assert [row.person.nik[-1] for row in run.leaving.all()] == ["3"]
    assert set(statuses().values()) == {"active"}
    saved(run)
    assert statuses() == {"1": "active", "2": "active", "3": "left", "4": "active"}
    [change] = Change.objects.filter(source=run.told_as)
    assert (change.before, change.after) == ({"status": "active"}, {"status": "left"})
    back = committed(person(), person(2), person(3, KK=OTHER_KK), complete=True)
    assert (back.returned, back.left, back.changed, back.unchanged) == (1, 0, 1, 2)
    assert set(statuses().values()) == {"active"}
    assert Listing.objects.filter(until__isnull=True, source="DTSEN").count() == 3


def test_whom_another_source_names_stays() -> None:
    committed(person(), person(2))
    committed(person(2), source="Dinsos")
    run = committed(person(), complete=True)
    assert (run.left, statuses()) == (0, {"1": "active", "2": "active"})
    # Of the first source's list they are off all the same: once the other lets go, they leave.
    assert committed(person(9, KK=OTHER_KK), source="Dinsos", complete=True).left == 1
    assert statuses()["2"] == "left"


def test_whose_line_was_refused_does_not_leave() -> None:
    committed(person(), person(2), person(3, KK=OTHER_KK), person(4, KK=OTHER_KK))
    run = previewed(
        person(), person(2, TELEPON="x"), person(3, KK=OTHER_KK), person(4, KK=OTHER_KK, DESIL="7"), complete=True
    )
    assert (run.refused, run.left) == (2, 0)
    assert saved(run).state == S.COMMITTED
    assert set(statuses().values()) == {"active"}


def test_whom_the_file_names_by_a_row_that_was_merged_into_theirs_stays() -> None:
    committed(person(), person(2), person(3))
    first, second, _third = Person.objects.order_by("pk")
    Person.objects.filter(pk=second.pk).update(status="merged", merged_into=first)
    run = committed(person(2), complete=True)
    assert (run.left, statuses()) == (1, {"1": "active", "2": "merged", "3": "left"})


@pytest.mark.parametrize("refused", [{}, {"TELEPON": "x"}])
def test_whom_the_file_names_by_the_nik_they_had_before_a_correction_stays(refused: dict[str, str]) -> None:
    committed(person(), person(2), person(3))
    corrected = Person.objects.order_by("pk")[1]
    corrected.nik = person(9)["NIK"]
    with telling(source="office"):
        corrected.save()
    for _ in range(2):
        run = committed(person(), person(2, **refused), person(3), complete=True)
        assert (run.state, run.left, statuses()["9"]) == (S.COMMITTED, 0, "active")
    run = committed(person(), person(3), complete=True)
    assert (statuses()["9"], statuses()["1"]) == ("left", "active")


def test_many_who_leave_need_a_second_word(settings: Any) -> None:
    committed(*(person(number) for number in range(1, 6)))
    run = previewed(*(person(number) for number in range(1, 4)), complete=True)
    with pytest.raises(import_errors.LeavingNotConfirmed, match=r"2 dari 5 orang sumber ini keluar \(40 %\)"):
        registry.request_commit(run, by=None)
    settings.REGISTRY = settings.REGISTRY | {"leaving_share": 40}
    registry.request_commit(run, by=None)


def test_somebody_who_comes_to_leave_after_the_preview_is_not_passed_over() -> None:
    committed(person(), person(2))
    run = previewed(person(), complete=True)
    committed(person(3))
    run = saved(run)
    assert (run.state, run.error_code) == (S.FAILED, "preview_outdated")
    assert set(statuses().values()) == {"active"}


def test_a_complete_file_names_its_source_and_is_saved_by_somebody_else() -> None:
    with pytest.raises(import_errors.SourceMissing):
        uploaded(person(), source=" ", complete=True)
    maker, other = User.objects.create_user("dewi"), User.objects.create_user("rudi")
    run = previewed(person(), by=maker, complete=True)
    with pytest.raises(import_errors.MakerCommits):
        registry.request_commit(run, by=maker)
    with pytest.raises(IntegrityError), transaction.atomic():  # the database says so too
        RegistryImport.objects.filter(pk=run.pk).update(committed_by=maker)
    assert saved(run, by=other).state == S.COMMITTED
