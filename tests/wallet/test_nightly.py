"""Each night seals and verifies once, however often and by however many beats it is rung."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from tests.processes import together
from tests.wallet import books
from wallet import seals, tasks, verification
from wallet.errors import LedgerBusy
from wallet.models import Seal, Verification


def verify_due() -> bool:
    return verification.verify_due() is not None


def test_the_beat_rings_for_both() -> None:
    rung = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert {tasks.seal_days.name, tasks.verify_ledger.name} <= rung


@pytest.mark.django_db
def test_the_task_seals_what_is_due_and_then_has_nothing_to_do() -> None:
    books.post_on(books.at(books.days_ago(2)))
    assert tasks.seal_days() == 2
    assert tasks.seal_days() == 0
    assert Seal.objects.count() == 2


@pytest.mark.django_db
def test_a_busy_ledger_is_left_to_the_next_tick(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def busy() -> Any:
        raise LedgerBusy

    monkeypatch.setattr(seals, "seal_due", busy)
    assert tasks.seal_days() == 0
    assert "next tick" in caplog.text


@pytest.mark.django_db
def test_the_ledger_is_verified_once_a_night() -> None:
    assert tasks.verify_ledger() is True
    assert tasks.verify_ledger() is False
    run = Verification.objects.get()
    assert run.holds and run.findings == [] and run.started_at < run.finished_at


@pytest.mark.parametrize(
    ("now", "last", "due"),
    [
        # 18:00 UTC is 01:00 in Jakarta
        (datetime(2026, 11, 24, 17, 59, tzinfo=UTC), datetime(2026, 11, 23, 18, 0, tzinfo=UTC), False),
        (datetime(2026, 11, 24, 18, 0, tzinfo=UTC), datetime(2026, 11, 24, 17, 59, tzinfo=UTC), True),
        (datetime(2026, 11, 24, 18, 5, tzinfo=UTC), datetime(2026, 11, 24, 18, 0, tzinfo=UTC), False),
        (datetime(2026, 11, 25, 9, 0, tzinfo=UTC), datetime(2026, 11, 24, 18, 0, tzinfo=UTC), False),
        (datetime(2026, 11, 26, 9, 0, tzinfo=UTC), datetime(2026, 11, 24, 18, 0, tzinfo=UTC), True),
    ],
)
@pytest.mark.django_db
def test_the_night_begins_at_one_in_jakarta(now: datetime, last: datetime, due: bool) -> None:
    Verification.objects.create(started_at=last, accounts=0, transfers=0, holds=True)
    with connection.cursor() as cursor:
        cursor.execute(verification.DUE.replace("clock_timestamp()", "%s::timestamptz"), [now])
        assert cursor.fetchone() == (due,)


def test_two_beats_verify_once(processes: None) -> None:
    outcomes = together([(verify_due, ())] * 3)
    assert [outcome.error for outcome in outcomes] == [""] * 3
    assert sum(outcome.value for outcome in outcomes) == Verification.objects.count() == 1


@pytest.mark.django_db
def test_books_that_do_not_hold_are_kept_and_logged_as_an_error(caplog: pytest.LogCaptureFixture) -> None:
    books.post_on(books.at(books.days_ago(1)))
    tasks.seal_days()
    [row] = books.post_on(books.at(books.days_ago(1)))
    with caplog.at_level(logging.ERROR):
        assert tasks.verify_ledger() is True
    run = Verification.objects.get()
    assert not run.holds and [finding["row"] for finding in run.findings] == [row.pk]
    assert f"row={row.pk}" in caplog.text
    assert run.sealed_to == timezone.localdate() - timedelta(days=1)
