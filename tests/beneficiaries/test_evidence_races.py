"""Evidence told, and agencies calling, at the same moment from several processes."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from rest_framework.test import APIClient

from beneficiaries import evidence
from beneficiaries.api import pace
from beneficiaries.api.authentication import new_key
from beneficiaries.models import Evidence, EvidenceAccess, EvidenceSource, Person
from beneficiaries.models.evidence import EVIDENCE_LOCK
from beneficiaries.screening_errors import EvidenceBusy
from tests import money
from tests.beneficiaries.evidence_told import CAR, TODAY, told
from tests.processes import together

pytestmark = pytest.mark.usefixtures("processes")
NIK = "3171015708900001"


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


def _call_while_a_file_is_kept(key: str) -> tuple[int, str, dict[str, str]]:
    evidence.PATIENCE = 0.1
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    item = {"reference": "B-1", "nik": NIK, "kind": "vehicle", "value": CAR, "date": "2026-10-01"}
    answer = client.post("/evidence/v1/items", {"items": [item]}, format="json", HTTP_HOST="localhost")
    return answer.status_code, answer.headers.get("Retry-After", ""), answer.json()


def test_an_agency_does_not_wait_for_a_long_file_to_be_kept() -> None:
    siti = money.person()
    siti.nik = NIK
    siti.save()
    source = EvidenceSource(code="bapenda", name="Bapenda", kinds=["vehicle"])
    key = new_key(source)
    source.save()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [EVIDENCE_LOCK])
        [outcome] = together([(_call_while_a_file_is_kept, (key,))])
    assert not outcome.error
    status, wait, body = outcome.value
    assert (status, wait, list(body)) == (503, "60", ["detail"]) and "Berkas bukti sedang disimpan" in body["detail"]
    assert list(EvidenceAccess.objects.values_list("status", "added")) == [(503, 0)]
    assert not Evidence.objects.exists()
    assert together([(_call_while_a_file_is_kept, (key,))])[0].value[0] == 200


def _in_vain(rows: list[tuple[evidence.Subject, evidence.Told]]) -> tuple[int, str]:
    with transaction.atomic():
        with pytest.raises(EvidenceBusy):
            evidence.record(rows, patience=0.1)
        with connection.cursor() as cursor:
            cursor.execute("SHOW lock_timeout")
            return Person.objects.count(), cursor.fetchone()[0]


def test_whoever_came_in_vain_leaves_the_transaction_whole() -> None:
    rows = [(evidence.Subject(person=money.person().pk), told(Person.objects.get(), "vehicle", CAR))]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [EVIDENCE_LOCK])
        [outcome] = together([(_in_vain, (rows,))])
    assert outcome.value == (1, "0")
