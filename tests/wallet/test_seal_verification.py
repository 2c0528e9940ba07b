"""`verify` names the sealed transfer that differs, and its day: each kind of tampering, as only the owner can do it."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import time as clock
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from tests import money
from tests.owner import tamper
from tests.wallet import books
from wallet import leaves, merkle, seals, verification
from wallet.errors import SealRemoved
from wallet.findings import Finding
from wallet.models import Seal, Transfer, Verification

DAYS = (5, 4, 3)  # ago


@pytest.fixture
def sealed(committed_db: None, monkeypatch: pytest.MonkeyPatch) -> list[Transfer]:
    """Six transfers on each of three days, sealed in blocks of four, and one of today. Several connections verify them."""
    monkeypatch.setattr(merkle, "BLOCK", 4)
    rows = [row for days in DAYS for row in books.post_on(books.at(books.days_ago(days)), 6)]
    money.fund(70)
    list(seals.seal_due())
    report = verification.verify()
    assert report.holds, report
    assert report.sealed_to == books.days_ago(1)
    return rows


def findings(**options: Any) -> list[Finding]:
    report = verification.verify(**options)
    assert report.holds is (not report.findings)
    return report.findings


def about_seals(found: list[Finding]) -> list[Finding]:
    return [finding for finding in found if finding.day is not None]


COLUMNS = [
    ("amount", "amount # 1"),
    ("debit_id", "(SELECT min(id) FROM wallet_account WHERE kind = 'fund' AND id <> credit_id)"),
    ("key", "key || ' '"),
    ("kind", "'release'"),
    ("posted_at", "posted_at + interval '1 microsecond'"),
    ("id", "1000000"),
]


@pytest.mark.parametrize(("column", "value"), COLUMNS)
def test_one_changed_column_of_a_sealed_transfer_is_named_with_its_day(
    sealed: list[Transfer], column: str, value: str
) -> None:
    row, day = sealed[8], books.days_ago(4)
    tamper(f"UPDATE wallet_transfer SET {column} = {value} WHERE id = %s", row.pk)
    expected = [Finding("transfer changed after its seal", row.pk, day=day)]
    if column == "id":
        expected = [
            Finding("transfer missing since its seal", row.pk, day=day),
            Finding("transfer added after its seal", 1_000_000, day=day),
        ]
    assert about_seals(findings()) == expected


def test_a_deleted_transfer_is_named(sealed: list[Transfer]) -> None:
    row = sealed[7]
    tamper("DELETE FROM wallet_transfer WHERE id = %s", row.pk)
    assert about_seals(findings()) == [Finding("transfer missing since its seal", row.pk, day=books.days_ago(4))]


def test_every_transfer_of_a_day_deleted_is_named(sealed: list[Transfer]) -> None:
    day = books.days_ago(3)
    tamper("DELETE FROM wallet_transfer WHERE id = ANY(%s)", [row.pk for row in sealed[12:]])
    assert about_seals(findings()) == [
        Finding("transfer missing since its seal", row.pk, day=day) for row in sealed[12:]
    ]


@pytest.mark.parametrize("days", [4, 2, 30])
def test_a_transfer_dated_back_into_a_sealed_day_or_before_all_is_named(sealed: list[Transfer], days: int) -> None:
    day = books.days_ago(days)
    [late] = books.post_on(books.at(day, clock(12)))
    assert findings() == [Finding("transfer added after its seal", late.pk, day=day)]


def test_a_transfer_moved_to_another_day_is_named_in_both(sealed: list[Transfer]) -> None:
    row = sealed[2]
    books.date_to([row], books.at(books.days_ago(3), clock(9)))
    assert findings() == [
        Finding("transfer missing since its seal", row.pk, day=books.days_ago(5)),
        Finding("transfer added after its seal", row.pk, day=books.days_ago(3)),
    ]


@pytest.mark.parametrize("inside", [False, True])
def test_the_first_row_that_differs_comes_first(sealed: list[Transfer], inside: bool) -> None:
    """On several connections, and on one inside a transaction, alike."""
    rows = sealed
    for row in (rows[14], rows[3]):
        tamper("UPDATE wallet_transfer SET amount = amount + 1 WHERE id = %s", row.pk)
    with transaction.atomic() if inside else nullcontext():
        found = findings()
    assert found[:2] == [
        Finding("transfer changed after its seal", rows[3].pk, day=books.days_ago(5)),
        Finding("transfer changed after its seal", rows[14].pk, day=books.days_ago(3)),
    ]
    assert {finding.check for finding in found[2:]} == {"account balance"}


@pytest.mark.parametrize("assignment", ["signature = set_byte(signature, 0, get_byte(signature, 0) # 1)", "key_id = 1"])
def test_a_changed_signature_is_found(sealed: list[Transfer], assignment: str) -> None:
    seal = Seal.objects.get(day=books.days_ago(4))
    if assignment == "key_id = 1":
        assignment = "key_id = 77"
        expected = Finding("seal key", seal.pk, 77, None, seal.day)
    else:
        expected = Finding("seal signature", seal.pk, day=seal.day)
    tamper(f"UPDATE wallet_seal SET {assignment} WHERE id = %s", seal.pk)
    assert findings() == [expected]


@pytest.mark.parametrize("assignment", ["amount = amount + 1", "count = count + 1", "root = set_byte(root, 0, 1)"])
def test_a_seal_whose_numbers_were_changed_is_found_by_signature_chain_and_recount(
    sealed: list[Transfer], assignment: str
) -> None:
    seal = Seal.objects.get(day=books.days_ago(4))
    tamper(f"UPDATE wallet_seal SET {assignment} WHERE id = %s", seal.pk)
    after = Seal.objects.get(day=books.days_ago(3))
    assert [(finding.check, finding.row) for finding in findings()] == [
        ("seal root", seal.pk),
        ("seal signature", seal.pk),
        ("seal chain", after.pk),
    ]


def test_two_seals_that_changed_places_are_found(sealed: list[Transfer]) -> None:
    first, second = books.days_ago(5), books.days_ago(4)
    for old, new in ((first, first - timedelta(days=99)), (second, first), (first - timedelta(days=99), second)):
        tamper("UPDATE wallet_seal SET day = %s WHERE day = %s", new, old)
    checks = {finding.check for finding in findings()}
    assert {"seal signature", "seal chain", "transfer missing since its seal"} <= checks


def test_a_seal_made_anew_over_changed_transfers_breaks_the_chain(sealed: list[Transfer]) -> None:
    """Even whoever holds the key cannot replace one day: the day after it names the statement that was."""
    day = books.days_ago(4)
    seal = Seal.objects.get(day=day)
    tamper("UPDATE wallet_transfer SET amount = amount + 1 WHERE id = %s", sealed[8].pk)
    tamper("DELETE FROM wallet_sealblock WHERE seal_id = %s", seal.pk)
    tamper("DELETE FROM wallet_seal WHERE id = %s", seal.pk)
    anew = seals._seal(day)
    after = Seal.objects.get(day=books.days_ago(3))
    assert seals.signature_holds(anew, seals.public_keys()[1])
    assert about_seals(findings()) == [Finding("seal chain", after.pk, day=after.day)]


def test_a_missing_day_is_found_between_at_the_beginning_and_at_the_end(sealed: list[Transfer]) -> None:
    verification.record(verification.verify())
    for days, expected in (
        (4, [("seal missing", books.days_ago(4))]),
        (5, [("seal chain", books.days_ago(3))]),
        (1, [("seal missing", books.days_ago(1))]),
    ):
        seal = Seal.objects.get(day=books.days_ago(days))
        if seal.count:
            tamper("DELETE FROM wallet_sealblock WHERE seal_id = %s", seal.pk)
        tamper("DELETE FROM wallet_seal WHERE id = %s", seal.pk)
        found = [(finding.check, finding.day) for finding in findings()]
        assert [pair for pair in expected if pair not in found] == []


def test_the_last_day_once_seen_is_not_sealed_anew_over_what_was_done_to_it(sealed: list[Transfer]) -> None:
    verification.record(verification.verify())
    seal = Seal.objects.get(day=books.days_ago(1))
    tamper("DELETE FROM wallet_seal WHERE id = %s", seal.pk)
    with pytest.raises(SealRemoved):
        list(seals.seal_due())
    assert ("seal missing", seal.day) in [(finding.check, finding.day) for finding in findings()]


@pytest.mark.parametrize(
    "statement", ["UPDATE wallet_sealblock SET marks = set_byte(marks, 8, 0)", "DELETE FROM wallet_sealblock"]
)
def test_a_changed_block_of_a_sound_day_is_found(sealed: list[Transfer], statement: str) -> None:
    seal = Seal.objects.get(day=books.days_ago(5))
    tamper(f"{statement} WHERE seal_id = %s AND number = 1", seal.pk)
    assert [(finding.check, finding.row) for finding in findings()] == [("seal block", seal.pk)]


def test_a_row_changed_together_with_its_mark_still_fails_the_signed_root(sealed: list[Transfer]) -> None:
    row, seal = sealed[0], Seal.objects.get(day=books.days_ago(5))
    tamper("UPDATE wallet_transfer SET key = 'other' WHERE id = %s", row.pk)
    marks: list[leaves.Block] = []
    leaves.read_blocks(seal.day, sealed[0].pk, sealed[5].pk, marks.append)
    block = marks[0]
    tamper(
        "UPDATE wallet_sealblock SET marks = %s, root = %s WHERE seal_id = %s AND number = 0",
        block.marks,
        block.root,
        seal.pk,
    )
    assert findings() == [Finding("seal root", seal.pk, 6, 6, seal.day)]


def test_days_before_the_wanted_one_are_not_recomputed_but_their_chain_is_checked(sealed: list[Transfer]) -> None:
    row = sealed[0]
    tamper("UPDATE wallet_transfer SET key = 'other' WHERE id = %s", row.pk)
    assert findings(since=books.days_ago(4)) == []
    assert findings(since=books.days_ago(5)) == [
        Finding("transfer changed after its seal", row.pk, day=books.days_ago(5))
    ]
    seal = Seal.objects.get(day=books.days_ago(5))
    tamper("UPDATE wallet_seal SET signature = '' WHERE id = %s", seal.pk)
    assert findings(since=books.days_ago(4)) == [Finding("seal signature", seal.pk, day=seal.day)]


def test_no_more_than_a_hundred_rows_of_a_check_are_told(sealed: list[Transfer]) -> None:
    books.post_on(books.at(books.days_ago(4)), 70)
    books.post_on(books.at(books.days_ago(3)), 70)
    assert len(findings()) == 100


# --- the command, and what is kept ---


def test_the_command_names_the_row_first_and_ends_in_failure(sealed: list[Transfer]) -> None:
    out, err = StringIO(), StringIO()
    call_command("ledger", "verify", stdout=out, stderr=err)
    assert "Buku besar cocok." in out.getvalue() and f"{books.days_ago(1)}" in out.getvalue()
    assert f"{books.days_ago(4)}" in err.getvalue()  # progress, day by day
    tamper("UPDATE wallet_transfer SET amount = amount + 1 WHERE id = %s", sealed[8].pk)
    out = StringIO()
    with pytest.raises(CommandError, match=f"transfer changed after its seal: {sealed[8].pk}"):
        call_command("ledger", "verify", stdout=out, stderr=err)
    first = out.getvalue().splitlines()[0]
    assert first == f"transfer changed after its seal: {sealed[8].pk}, hari {books.days_ago(4)}"
    with pytest.raises(CommandError, match="account balance"):
        call_command("ledger", "verify", "--from", f"{books.days_ago(3)}", stdout=out, stderr=err)
    kept = list(Verification.objects.order_by("pk"))
    assert [(row.holds, bool(row.findings)) for row in kept] == [(True, False), (False, True), (False, True)]
    assert kept[1].findings[0] == {
        "check": "transfer changed after its seal",
        "row": sealed[8].pk,
        "stored": None,
        "recomputed": None,
        "day": f"{books.days_ago(4)}",
    }
