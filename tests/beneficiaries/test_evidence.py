"""Evidence: what each kind may say, telling twice, superseding, contesting."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from beneficiaries import evidence, evidence_values
from beneficiaries.errors import FieldRefused
from beneficiaries.models import Evidence
from beneficiaries.screening_errors import EvidenceContested
from tests import money
from tests.beneficiaries.evidence_told import CAR, TODAY, tell, told

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("written", "plate"),
    [
        ("B 1234 XYZ", "B 1234 XYZ"),
        ("b1234xyz", "B 1234 XYZ"),
        ("AB-12-C", "AB 12 C"),
        (" dk 7 ", "DK 7"),
        ("B.1.SB", "B 1 SB"),
    ],
)
def test_a_plate_has_one_spelling(written: str, plate: str) -> None:
    assert evidence_values.plate(written) == plate


@pytest.mark.parametrize(
    "written", ["", "1234", "B 0123 XY", "B 12345 XY", "ABC 12", "B 12 WXYZ", "B １２ X", None, 12]
)
def test_what_is_no_plate_is_refused(written: Any) -> None:
    with pytest.raises(FieldRefused):
        evidence_values.plate(written)


GOOD: dict[str, Any] = {
    "nik": "3171011506900003",
    "kind": "vehicle",
    "value": CAR,
    "source": "Bapenda",
    "date": "2026-10-01",
}


@pytest.mark.parametrize(
    ("changed", "field", "code"),
    [
        ({"nik": ""}, "nik", "one_number"),
        ({"kk": "3171011506150003"}, "nik", "one_number"),
        ({"nik": "123"}, "nik", "length"),
        ({"kind": "boat"}, "kind", "choice"),
        ({"value": CAR | {"vehicle": "boat"}}, "vehicle", "choice"),
        ({"value": CAR | {"colour": "red"}}, "colour", "unknown_field"),
        ({"value": CAR | {"owned": "yes"}}, "owned", "yes_no"),
        ({"kind": "property", "value": {"njop": 1.5, "object": "1"}}, "njop", "rupiah"),
        ({"kind": "property", "value": {"njop": True, "object": "1"}}, "njop", "rupiah"),
        ({"kind": "property", "value": {"njop": -1, "object": "1"}}, "njop", "rupiah"),
        ({"kind": "community_judgement", "value": {"judgement": "poor"}}, "nik", "needs_kk"),
        ({"nik": "", "kk": "3171011506150003", "kind": "death", "value": {}}, "kk", "needs_nik"),
        ({"source": ""}, "source", "missing"),
        ({"document": "NIK 3171 0115 0690 0003"}, "document", "evidence_text"),
        ({"date": "10-2026"}, "date", "date_iso"),
        ({"date": "02/10/2026"}, "date", "date_iso"),
        ({"date": "2026-02-31"}, "date", "date_iso"),
        ({"date": 20261001}, "date", "date_iso"),
        ({"valid_until": "02/10/2026"}, "valid_until", "date_iso"),
        ({"date": "1-10-26"}, "date", "date_two_digits"),
        ({"date": "2027-01-01"}, "date", "evidence_future"),
        ({"valid_until": "2026-09-30"}, "valid_until", "evidence_ends_early"),
    ],
)
def test_what_is_wrong_is_named_by_its_field(changed: dict[str, Any], field: str, code: str) -> None:
    assert isinstance(evidence.read(GOOD, today=TODAY), evidence.Told)
    wrong = evidence.read(GOOD | changed, today=TODAY)
    assert isinstance(wrong, list)
    assert (field, code) in [(refusal.field, refusal.code) for refusal in wrong]
    assert all(refusal.reason and refusal.remedy for refusal in wrong)
    assert "3171011506900003" not in str([(refusal.reason, refusal.remedy) for refusal in wrong])


def test_everything_wrong_is_told_at_once() -> None:
    wrong = evidence.read(
        {"kind": "vehicle", "value": CAR | {"plate": "?"}, "date": "x", "valid_until": "y", "document": 7}, today=TODAY
    )
    assert isinstance(wrong, list)
    assert {one.field for one in wrong} == {"nik", "plate", "source", "document", "date", "valid_until"}


def test_telling_it_again_writes_nothing() -> None:
    siti = money.person()
    row = (evidence.Subject(person=siti.pk), told(siti, "vehicle", CAR))
    assert evidence.record([row, row]) == [evidence.Outcome.ADDED, evidence.Outcome.KNOWN]
    assert evidence.record([row]) == [evidence.Outcome.KNOWN]
    assert Evidence.objects.count() == 1


def test_newer_supersedes_and_older_that_comes_late_does_not() -> None:
    siti = money.person()
    old = tell(siti, "vehicle", CAR, date="2026-03-01")
    sold = tell(siti, "vehicle", CAR | {"owned": False}, date="2026-06-01")
    late = tell(siti, "vehicle", CAR | {"pkb": "due"}, date="2026-01-01")
    other = tell(siti, "vehicle", CAR | {"plate": "B 9 ZZ"}, date="2026-01-01")
    old.refresh_from_db()
    assert old.superseded_at is not None and old.value["owned"] is True
    assert sold.supersedes == old
    assert late.superseded_at is not None and late.supersedes is None
    assert set(Evidence.objects.standing(TODAY)) == {sold, other}


def test_many_of_one_thing_in_one_set_leave_the_newest() -> None:
    siti = money.person()
    subject = evidence.Subject(person=siti.pk)
    days = ["2026-02-01", "2026-04-01", "2026-03-01"]
    evidence.record([(subject, told(siti, "employment", {"employer": "pns"}, date=day)) for day in days])
    [newest] = Evidence.objects.standing(TODAY)
    assert newest.fact_date == date(2026, 4, 1)


def test_evidence_counts_from_its_day_until_its_end() -> None:
    tell(money.person(), "employment", {"employer": "pns"}, date="2026-03-01", valid_until="2026-05-31")
    days = [date(2026, 2, 28), date(2026, 3, 1), date(2026, 5, 31), date(2026, 6, 1)]
    assert [Evidence.objects.standing(day).exists() for day in days] == [False, True, True, False]


def test_contested_evidence_stays_on_file_and_does_not_count() -> None:
    row, officer = tell(money.person(), "vehicle", CAR), money.officer()
    evidence.contest(row, officer, "dijual, belum balik nama")
    assert not Evidence.objects.standing(TODAY).exists()
    assert Evidence.objects.get().contest_reason == "dijual, belum balik nama"
    with pytest.raises(EvidenceContested):
        evidence.contest(row, officer, "lagi")


def test_a_contested_car_told_again_word_for_word_does_not_come_back() -> None:
    siti = money.person()
    row = (evidence.Subject(person=siti.pk), told(siti, "vehicle", CAR))
    evidence.record([row])
    evidence.contest(Evidence.objects.get(), money.officer(), "dijual")
    assert evidence.record([row]) == [evidence.Outcome.KNOWN]
    assert not Evidence.objects.standing(TODAY).exists()


def test_the_database_keeps_one_newest_of_a_thing() -> None:
    row = tell(money.person(), "vehicle", CAR)
    row.pk, row.uid, row.fingerprint = None, uuid.uuid4(), b"another"
    with pytest.raises(IntegrityError, match="evidence_newest_of_person"), transaction.atomic():
        row.save(force_insert=True)


def test_numbers_are_looked_up_together_and_who_was_merged_is_the_other() -> None:
    siti, twin = money.person(), money.person()
    twin.status, twin.merged_into = "merged", siti
    twin.save()
    rows = [told(siti, "death", {}), told(twin, "death", {}), told(siti.household, "vehicle", CAR)]
    unknown = replace(rows[0], nik="3171011506900003")
    with CaptureQueriesContext(connection) as asked:
        found = evidence.subjects([*rows, unknown])
    assert len(asked) == 2
    assert [subject and (subject.person, subject.household) for subject in found] == [
        (siti.pk, None),
        (siti.pk, None),
        (None, siti.household_id),
        None,
    ]
