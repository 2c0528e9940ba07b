"""Evidence told, and agencies calling, at the same moment from several processes."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from beneficiaries import data_requests, erasure, evidence, evidence_file
from beneficiaries.api import pace
from beneficiaries.api.authentication import new_key
from beneficiaries.models import DataRequest, Evidence, EvidenceAccess, EvidenceSource, Person
from beneficiaries.models.evidence import EVIDENCE_LOCK
from beneficiaries.screening_errors import EvidenceBusy
from tests import money
from tests.beneficiaries.evidence_told import CAR, TODAY, told
from tests.processes import together, waiting_for_locks

pytestmark = pytest.mark.usefixtures("processes")
NIK, KK = "3171015708900001", "3171011506150003"


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


def test_an_agency_does_not_wait_for_a_long_file_to_be_kept(key: str) -> None:
    siti = money.person()
    siti.nik = NIK
    siti.save()
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


# --- erased between the look-up and the turn ---

OTHER = "3171015708900002"
HEADER = "NIK,KK,JENIS,SUMBER,TANGGAL,KENDARAAN,PLAT,NJOP,NOP"
CAR_OF = ",vehicle,Bapenda,2026-10-01,car,B 1234 XYZ,,"


def _by_an_agency(key: str) -> list[tuple[str, list[str]]]:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    item = {"kind": "vehicle", "value": CAR, "date": "2026-10-01"}
    items = [
        item | {"reference": "B-1", "nik": OTHER},
        item | {"reference": "B-2", "nik": NIK},
        item | {"reference": "B-3", "kk": KK},
    ]
    answer = client.post("/evidence/v1/items", {"items": items}, format="json", HTTP_HOST="localhost").json()
    return [(one["status"], [f"{why['field']}.{why['code']}" for why in one["refusals"]]) for one in answer["items"]]


def _by_a_file() -> tuple[dict[str, int], list[str]]:
    rows = [HEADER, f"{NIK},{CAR_OF}", f"{OTHER},{CAR_OF}", f",{KK}{CAR_OF}"]
    out = StringIO()
    with transaction.atomic():
        counts = evidence_file.read(BytesIO("\n".join(rows).encode()), out, today=TODAY)
    assert (counts.rows, counts.added, counts.known, counts.refused) == (3, 1, 0, 2)
    return dict(counts.refusals), [line.split(",")[0] for line in out.getvalue().splitlines()[1:]]


def _by_hand(officer: int, number: str) -> str:
    client = Client()
    client.force_login(User.objects.get(pk=officer))
    form = {"number": number, "kind": "vehicle", "source": "RW 03", "date": "2026-10-01"}
    form |= {"KENDARAAN": "Mobil", "PLAT": "B 1 A"}
    page = client.post("/admin/beneficiaries/evidence/note/", form, HTTP_HOST="localhost")
    return page.content.decode() if page.status_code == 200 else f"noted: {page.status_code}"


def _forgotten_meanwhile(person: Person, when: str, *job: Any) -> Any:
    """What the job ends with if the person is forgotten after it has looked them up and before it may write."""
    with ThreadPoolExecutor() as helper:
        with transaction.atomic(), connection.cursor() as cursor:
            if when == "waits for its turn":
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [EVIDENCE_LOCK])
            else:
                erasure.erase(person, by=None, reason="diminta")
            telling = helper.submit(together, [job])
            until = time.monotonic() + 30
            while not waiting_for_locks():
                assert time.monotonic() < until and not telling.done(), telling.result(0)
                time.sleep(0.02)
            if when == "waits for its turn":
                erasure.erase(person, by=None, reason="diminta")
        [outcome] = telling.result()
    assert not outcome.error, outcome
    return outcome.value


@pytest.fixture
def siti(processes: None) -> Person:
    """Alone in her household, which is forgotten with her; beside her somebody who stays."""
    for nik, kk in ((NIK, KK), (OTHER, "")):
        made = money.person()
        made.nik = nik
        made.save()
        if kk:
            made.household.kk = kk
            made.household.save()
    return Person.objects.with_nik(NIK).get()


@pytest.fixture
def key(processes: None) -> str:
    """An agency's, that may tell of vehicles."""
    source = EvidenceSource(code="bapenda", name="Bapenda", kinds=["vehicle"])
    drawn = new_key(source)
    source.save()
    return drawn


MEANWHILE = pytest.mark.parametrize("when", ["waits for its turn", "is not committed yet"])


def _only_of_the_other() -> None:
    [row] = Evidence.objects.all()
    assert row.person and row.person.nik == OTHER


@MEANWHILE
def test_what_an_agency_tells_of_who_is_erased_meanwhile_is_of_nobody_known(siti: Person, key: str, when: str) -> None:
    told = _forgotten_meanwhile(siti, when, _by_an_agency, (key,))
    assert told == [("added", []), ("refused", ["nik.not_known"]), ("refused", ["kk.not_known"])]
    assert EvidenceAccess.objects.get().refused == 2
    _only_of_the_other()


@MEANWHILE
def test_what_a_file_tells_of_who_is_erased_meanwhile_comes_back_as_not_known(siti: Person, when: str) -> None:
    refusals, lines = _forgotten_meanwhile(siti, when, _by_a_file, ())
    assert refusals == {"NIK.not_known": 1, "KK.not_known": 1} and lines == [NIK, ""]
    _only_of_the_other()


def _forget_when_told_of(request: int, officer: int) -> None:
    """Has locked the person, and comes to the household when somebody who tells of both waits for the person."""
    real = erasure._empty

    def empty(*arguments: Any, **more: Any) -> None:
        until = time.monotonic() + 30
        while not waiting_for_locks() and time.monotonic() < until:
            time.sleep(0.02)
        real(*arguments, **more)

    erasure._empty = empty
    row = DataRequest.objects.get(pk=request)
    data_requests.approve(row, by=User.objects.get(pk=officer), reason="sesuai kartu")


def _by_an_agency_when_locked(key: str, person: int) -> list[str]:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            with transaction.atomic():
                Person.objects.select_for_update(nowait=True).get(pk=person)
        except OperationalError:  # somebody else has it
            break
        time.sleep(0.02)
    return [status for status, _why in _by_an_agency(key)]


def test_telling_of_a_household_and_its_last_member_while_they_are_forgotten_ends_neither(
    siti: Person, key: str
) -> None:
    dewi, rudi = money.officer(), money.officer()
    request = data_requests.receive(siti, DataRequest.Kind.ERASURE, by=dewi)
    data_requests.propose(request, by=dewi, changes={})
    jobs = [(_forget_when_told_of, (request.pk, rudi.pk)), (_by_an_agency_when_locked, (key, siti.pk))]
    forgotten, told = together(jobs)
    assert (forgotten.error, told.error) == ("", "") and told.value[0] == "added"
    siti.refresh_from_db()
    assert siti.erased_at
    assert Evidence.objects.exclude(value={}).get().person != siti


@MEANWHILE
@pytest.mark.parametrize("number", [NIK, KK])
def test_what_an_officer_notes_of_who_is_erased_meanwhile_is_refused(siti: Person, when: str, number: str) -> None:
    officer = User.objects.create_superuser("admin")
    page = _forgotten_meanwhile(siti, when, _by_hand, (officer.pk, number))
    assert "Nomor ini tidak ada di registri" in page
    assert not Evidence.objects.exists()
