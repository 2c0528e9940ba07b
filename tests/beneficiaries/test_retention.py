"""Retention: a rule that fails stops none of the others, and is not passed over in silence."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from beneficiaries import retention
from beneficiaries.models import Change, Person, Reveal
from beneficiaries.tasks import apply_retention
from disbursement import subjects
from tests import clock, money
from wallet import doorbell

pytestmark = pytest.mark.django_db


def refuse(rows: Any) -> None:
    """As a guard of the database would."""
    rows.update(reason="")
    with connection.cursor() as cursor:
        cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'refused'; END $$")


BROKEN = (retention.Rule("broken", "Rusak", lambda moment: Change.objects.filter(at__lt=moment), refuse),)


@pytest.fixture(autouse=True)
def broken_rule_first(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule that fails, with something to do, before the access log's: three looks are over their time."""
    monkeypatch.setattr(retention, "BROKEN", BROKEN, raising=False)
    paths = ["beneficiaries.retention.BROKEN", "beneficiaries.retention.RULES"]
    settings.PRIVACY = settings.PRIVACY | {"retention": {"broken": 1, "access_log": 3_653}, "retention_rules": paths}
    officer, person, long_ago = money.officer(), money.person(), timezone.now() - timedelta(days=3_700)
    Change.objects.create(person=person, kind="changed", before={}, after={}, at=long_ago, reason="salah tulis")
    for _ in range(3):
        Reveal.objects.create(person=person, fields="nik", reason="audit", note="x", by=officer, at=long_ago)


def test_a_rule_that_fails_stops_none_of_the_others_and_is_raised_at_the_end() -> None:
    with pytest.raises(retention.RulesFailed, match="broken") as failed:
        retention.drop()
    assert failed.value.dropped == {"access_log": 3} and not Reveal.objects.exists()
    assert isinstance(failed.value.__cause__, ExceptionGroup) and len(failed.value.__cause__.exceptions) == 1
    assert Change.objects.filter(reason="salah tulis").exists()  # of the failed rule nothing stays


def test_what_is_left_of_the_others_is_rung_for_though_one_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[str] = []
    monkeypatch.setattr(doorbell, "ring", lambda name, *_: rung.append(name))
    monkeypatch.setattr(retention, "BATCH", 3)
    with pytest.raises(retention.RulesFailed):
        apply_retention()
    assert rung == ["beneficiaries.tasks.apply_retention"]


def test_a_rule_whose_rows_are_work_rings_for_the_rest_of_them_too(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    rung: list[str] = []
    monkeypatch.setattr(doorbell, "ring", lambda name, *_: rung.append(name))
    paths = ["disbursement.subjects.RULES"]
    settings.PRIVACY = settings.PRIVACY | {"retention": {"left_people": 1}, "retention_rules": paths}
    [rule] = [one for one in subjects.RULES if one.name == "left_people"]
    money.people(rule.most + 1)
    Person.objects.update(status="left")
    with clock.moved(days=2):
        assert (apply_retention(), len(rung)) == (rule.most, 1)
        assert (apply_retention(), len(rung)) == (1 + 1, 1)  # the person of the other rules' fixture too
    assert not Person.objects.filter(erased_at=None).exists()


def test_the_command_drops_all_that_can_go_and_then_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = retention.drop
    monkeypatch.setattr(retention, "drop", lambda: whole(batch=2))
    with pytest.raises(retention.RulesFailed):
        call_command("retention", "drop")
    assert not Reveal.objects.exists() and capsys.readouterr().out.split() == ["access_log", "3"]
