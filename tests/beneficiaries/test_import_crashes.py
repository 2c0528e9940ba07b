"""A worker is killed right after each of its steps: nothing is half done, and the next one finishes.

As in tests/wallet/test_crashes.py: each deed has its steps in a table, and the table is compared with what the deed really does.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any

import pytest

from beneficiaries import errors, registry, registry_undo, registry_work
from beneficiaries.models import Change, Household, ImportProgress, Listing, Person, RefusedRow, RegistryImport
from tests import steps
from tests.beneficiaries.conftest import person
from tests.beneficiaries.imports import committed, previewed, uploaded
from tests.processes import together

pytestmark = pytest.mark.usefixtures("processes")
S = RegistryImport.State
OTHER_KK = "3171011506150004"
ROWS = (person(NAMA="LAIN"), person(2, DESIL="2"), person(4, KK="3171011506150005"), person(5, NIK="1"))


def _first() -> RegistryImport:
    return committed(person(), person(2), person(3, KK=OTHER_KK))


def _due_for_check() -> RegistryImport:
    _first()
    return uploaded(*ROWS, complete=True)


def _due_for_commit() -> RegistryImport:
    _first()
    run = previewed(*ROWS, complete=True)
    registry.request_commit(run, by=None, leaving_confirmed=True)
    return run


def _due_for_undo() -> RegistryImport:
    run = _due_for_commit()
    registry_work.commit(run.pk)
    run.refresh_from_db()
    registry_undo.request_undo(run, by=None, reason="x")
    return run


DEEDS: dict[str, tuple[Callable[[], RegistryImport], Callable[..., None], RegistryImport.State]] = {
    "check": (_due_for_check, registry_work.check, S.PREVIEWED),
    "commit": (_due_for_commit, registry_work.commit, S.COMMITTED),
    "undo": (_due_for_undo, registry_work.undo, S.UNDONE),
}


def _standing() -> list[Any]:
    """The registry, and all that imports keep, but for ids that a rollback skips and for how far a worker was."""
    people = [
        (row.nik, row.name, row.status, row.phone, row.household.kk, bytes(row.source_digest))
        for row in Person.objects.select_related("household")
    ]
    homes = [(row.kk, row.address, row.decile, bytes(row.source_digest)) for row in Household.objects.all()]
    listed = [
        (row.source, row.person.nik, row.since_id, row.until_id) for row in Listing.objects.select_related("person")
    ]
    return [sorted(people), sorted(homes), sorted(listed, key=str), Change.objects.count(), RefusedRow.objects.count()]


@pytest.mark.parametrize("name", DEEDS)
def test_killed_after_any_step_nothing_is_half_done_and_the_next_worker_finishes(name: str) -> None:
    prepare, deed, end = DEEDS[name]
    run = prepare()
    before, number = _standing(), 0
    while True:
        number += 1
        outcome = steps.killed_after(number, deed, run.pk)
        assert not outcome.error
        run.refresh_from_db()
        if run.state == end:
            break
        assert outcome.signal == signal.SIGKILL, "it ended and did not do it"
        assert run.state in RegistryImport.WORKING and _standing() == before, number
        ImportProgress.objects.update(attempts=0)  # that it gives up after three is shown below
    assert number > 5  # the kill that came too late was after the last commit
    finished = _standing()
    assert finished != before
    deed(run.pk)
    assert _standing() == finished


@pytest.mark.parametrize("name", DEEDS)
def test_two_workers_at_once_do_it_once(name: str) -> None:
    prepare, deed, end = DEEDS[name]
    run = prepare()
    outcomes = together([(deed, (run.pk,))] * 3)
    assert not any(outcome.error or outcome.signal for outcome in outcomes)
    deed(run.pk)  # the one who lost may have been too early to see the end
    run.refresh_from_db()
    assert run.state == end
    assert ImportProgress.objects.get(run=run).attempts == 1
    assert Person.objects.count() == (3 if name != "commit" else 4)


def test_what_kills_every_worker_is_given_up_after_three() -> None:
    run = uploaded(person())
    for _ in range(3):
        assert steps.killed_after(3, registry_work.check, run.pk).signal == signal.SIGKILL
    registry_work.check(run.pk)
    run.refresh_from_db()
    assert (run.state, run.error_code) == (S.FAILED, "import_kept_dying")
    assert "3 kali" in errors.said(run.error_code, run.error_data)
    registry.request_check(run)
    registry_work.check(run.pk)
    run.refresh_from_db()
    assert run.state == S.PREVIEWED
