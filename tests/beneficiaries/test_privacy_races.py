"""The access log among many processes, and against the owner of its table."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError

from beneficiaries import reveals
from beneficiaries.models import Person, Reveal
from tests import money
from tests.owner import as_owner
from tests.processes import together

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
