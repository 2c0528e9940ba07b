"""Evidence told, and agencies calling, at the same moment from several processes."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.conf import settings
from django.utils import timezone

from beneficiaries import evidence
from beneficiaries.api import pace
from beneficiaries.models import Evidence, EvidenceSource, Person
from tests import money
from tests.beneficiaries.evidence_told import CAR, TODAY, told
from tests.processes import together

pytestmark = pytest.mark.usefixtures("processes")


def _call(source: int, moment: datetime) -> float | None:
    settings.EVIDENCE = settings.EVIDENCE | {"calls_a_minute": 3}
    return pace.admit(source, moment)


def test_of_many_calls_at_once_no_more_than_allowed_get_in() -> None:
    source = EvidenceSource.objects.create(code="b", name="B", kinds=[], key_sha256=b"x")
    outcomes = together([(_call, (source.pk, timezone.now()))] * 12)
    assert not any(outcome.error for outcome in outcomes)
    assert sum(outcome.value is None for outcome in outcomes) == 3


def _tell(person: int, day: str, key: int) -> str:
    settings.BLIND_INDEX_KEYS = {1: bytes([44]) * 32}
    settings.BLIND_INDEX_KEY_IN_USE = key
    row = told(Person.objects.get(pk=person), "vehicle", CAR, date=day)
    return evidence.record([(evidence.Subject(person=person), row)])[0].value


def test_a_car_told_at_once_under_two_keys_stands_once() -> None:
    siti = money.person()
    days = ["2026-10-01", "2026-10-02", "2026-10-03"]
    outcomes = together([(_tell, (siti.pk, day, key)) for day in days for key in (0, 1)])
    assert sorted(outcome.value for outcome in outcomes) == ["added"] * 3 + ["known"] * 3
    [newest] = Evidence.objects.standing(TODAY)
    assert newest.fact_date.isoformat() == days[-1]
