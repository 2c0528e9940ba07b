"""Migration 0027: a property that was kept in several spellings of its tax number is one, whatever key it was indexed under."""

from __future__ import annotations

import uuid
from importlib import import_module
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from beneficiaries.models import Evidence, Household
from tests.beneficiaries import cases
from tests.beneficiaries.evidence_told import TODAY
from tests.owner import as_owner, lift_triggers
from tests.vault.test_rotation import BEFORE, DURING, use
from vault.sealing import blind_index, index_key_of, seal

DIGITS = "317101000100100010"
DOTTED, DASHED, SPACED = "31.71.010.001.001-0001.0", "31-71-010-001-001-0001-0", "31 71 010 001 001 0001 0"
SAME_WORDS = b"what was told but for the number"
migration = import_module("beneficiaries.migrations.0027_kept_files")
pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def home() -> Household:
    return cases.person().household


def kept(home: Household, spelled: str, date: str = "2026-10-01", **more: Any) -> Evidence:
    """A row as it was kept when a number had the spelling that it was told in."""
    uid = uuid.uuid4()
    box = seal(spelled, table="beneficiaries_evidence", field="number", row=uid)
    index = blind_index(spelled, subject="number")
    columns = {"number_sealed": box, "number_index": index, "fingerprint": uid.bytes, "value": {"njop": 5}} | more
    return Evidence.objects.create(uid=uid, household=home, kind="property", source="PBB", fact_date=date, **columns)


def migrate() -> None:
    """As it ran, before the guard of 0028 was there."""
    with as_owner() as cursor, lift_triggers(cursor):
        migration.one_spelling(None, connections["owner"].schema_editor())


def standing() -> list[int]:
    rows = Evidence.objects.standing(TODAY).order_by("pk")
    assert all(row.number == DIGITS for row in rows)
    return [row.pk for row in rows]


def test_every_spelling_becomes_the_digits_and_is_found_by_them(home: Household) -> None:
    for spelled in (DOTTED, DASHED, SPACED, DIGITS):
        kept(home, spelled)
    migrate()
    assert [row.number for row in Evidence.objects.with_number(DIGITS)] == [DIGITS] * 4
    assert len(standing()) == 1


def test_of_two_spellings_the_newer_fact_stands(home: Household) -> None:
    newest = kept(home, DOTTED, "2026-10-03")
    kept(home, DASHED, "2026-10-02")
    kept(home, DIGITS, "2026-10-01")
    migrate()
    assert standing() == [newest.pk]


def test_what_no_longer_stood_stays_as_it_was(home: Household) -> None:
    gone = kept(home, DOTTED, "2026-10-03", superseded_at=timezone.now())
    stands = kept(home, DIGITS, "2026-10-01")
    migrate()
    assert standing() == [stands.pk]
    assert Evidence.objects.get(pk=gone.pk).superseded_at == gone.superseded_at


def test_of_two_households_each_keeps_its_own(home: Household) -> None:
    rows = [kept(home, DOTTED), kept(cases.person().household, DIGITS)]
    migrate()
    assert standing() == [row.pk for row in rows]


def test_what_was_told_twice_word_for_word_is_told_once(home: Household) -> None:
    dotted, first = kept(home, DOTTED, fingerprint=SAME_WORDS), kept(home, DIGITS, fingerprint=SAME_WORDS)
    migrate()
    assert standing() == [first.pk]
    assert bytes(Evidence.objects.get(pk=dotted.pk).fingerprint) == dotted.uid.bytes


@pytest.mark.parametrize("words", [{}, {"fingerprint": SAME_WORDS}], ids=["newer", "the same"])
def test_the_other_spelling_is_found_under_another_key(settings: Any, words: dict[str, Any]) -> None:
    use(settings, BEFORE)
    home = cases.person().household
    older = kept(home, DIGITS, "2026-10-01", **words)
    dotted = kept(home, DOTTED, "2026-10-02", **words)
    use(settings, DURING)
    migrate()
    rows = {row.pk: row for row in Evidence.objects.all()}
    assert [index_key_of(bytes(rows[pk].number_index)) for pk in (older.pk, dotted.pk)] == [0, 1]
    assert standing() == [older.pk if words else dotted.pk]


def test_a_number_that_does_not_open_stays_and_stops_nothing(home: Household) -> None:
    other = kept(home, SPACED, "2026-09-01")
    elsewhere = kept(cases.person().household, DOTTED)
    moved = {"number_sealed": bytes(elsewhere.number_sealed), "number_index": bytes(elsewhere.number_index)}
    damaged = kept(cases.person().household, DOTTED, **moved)
    migrate()
    row = Evidence.objects.get(pk=damaged.pk)
    assert {name: bytes(getattr(row, name)) for name in moved} == moved
    assert [Evidence.objects.get(pk=one.pk).number for one in (other, elsewhere)] == [DIGITS, DIGITS]
