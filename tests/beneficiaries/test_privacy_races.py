"""The access log among many processes, and against the owner of its table."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError

from beneficiaries import data_requests, households, reveals
from beneficiaries.errors import BeneficiaryError
from beneficiaries.models import DataRequest, Household, Person, Reveal
from tests import money
from tests.beneficiaries import family
from tests.owner import as_owner
from tests.processes import alone, together

WHY = {"reason": Reveal.Reason.VERIFY, "note": "dicocokkan dengan KTP"}


def _look(person: int, officer: int) -> str:
    return reveals.reveal(Person.objects.get(pk=person), "nik", by=User.objects.get(pk=officer), **WHY)


def _look_with_limit(person: int, officer: int) -> str:
    from django.conf import settings

    settings.PRIVACY["reveals_a_day"] = 3
    return _look(person, officer)


@pytest.mark.usefixtures("processes")
def test_the_limit_holds_when_one_officer_looks_many_times_at_once() -> None:
    person, officer = money.person(), money.officer()
    outcomes = together([(_look_with_limit, (person.pk, officer.pk))] * 8)
    assert sorted(outcome.error for outcome in outcomes) == [""] * 3 + ["reveal_limit_reached"] * 5
    assert Reveal.objects.count() == 3


@pytest.mark.usefixtures("committed_db")
def test_not_even_the_owner_rewrites_the_log() -> None:
    reveals.reveal(money.person(), "nik", by=money.officer(), **WHY)
    for statement in ("UPDATE beneficiaries_reveal SET note = 'x'", "DELETE FROM beneficiaries_reveal"):
        with pytest.raises(DatabaseError), as_owner() as cursor:
            cursor.execute(statement)


# --- a number that somebody registers at the same moment ---


def _register(kk: str, nik: str) -> None:
    household = family.home(kk=kk)
    households.register(household, [family.entry(nik=nik)], by=family.officer(), reason="KK baru")


@pytest.mark.usefixtures("processes")
@pytest.mark.parametrize(("field", "of", "error"), [("nik", Person, "nik_taken"), ("kk", Household, "kk_known")])
def test_a_number_registered_while_a_correction_to_it_is_carried_out_is_told_in_words(
    field: str, of: type[Household | Person], error: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = family.member(family.family(), "Sutrisno")
    officer, second = money.officer(), money.officer()
    numbers = {"nik": "3174011708700099", "kk": "3174011506159999"}
    request = data_requests.receive(person, DataRequest.Kind.CORRECTION, by=officer)
    data_requests.propose(request, by=officer, changes={field: numbers[field]})
    saved = of.save

    def save_after_the_other(row: Any, **how: Any) -> None:
        assert alone(_register, numbers["kk"], numbers["nik"]).error == ""
        saved(row, **how)

    monkeypatch.setattr(of, "save", save_after_the_other)
    with pytest.raises(BeneficiaryError) as refused:
        data_requests.approve(request, by=second, reason="sesuai kartu")
    assert refused.value.code == error
    request.refresh_from_db()
    assert request.state == "proposed"
