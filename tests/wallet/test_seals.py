"""Each day that is over gets one seal, chained and signed; a proof from it can be checked without us."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import threading
import time
from datetime import time as clock
from datetime import timedelta
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from tests import money
from tests.owner import tamper
from tests.processes import together, waiting_for_locks
from tests.wallet import books
from wallet import leaves, ledger, merkle, proofs, seals
from wallet.errors import DayNotOver, DayNotSealed, LedgerBusy, SealDiffers, SealOutOfOrder, TransferUnknown
from wallet.models import Account, Seal, SealBlock, Transfer

CHECKER = Path(settings.BASE_DIR) / "audit" / "check_proof.py"


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of four leaves, so that a day of a dozen transfers has several."""
    monkeypatch.setattr(merkle, "BLOCK", 4)


# --- what is hashed and signed ---


@pytest.mark.django_db
def test_the_database_hashes_the_same_bytes_as_python() -> None:
    wallet, shop = money.wallet(), money.merchant()
    money.purse(wallet, 900)
    money.refund(money.pay(wallet, shop, 300), 100)
    money.ledger.reverse(
        money.move(money.ledger.singleton(money.Account.Kind.BUDGET), money.fund(), 7, key="münchen|é")
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, {leaves.LEAF_HASH} FROM wallet_transfer")
        hashed = {number: bytes(leaf) for number, leaf in cursor.fetchall()}
    rows = list(Transfer.objects.all())
    assert {row.pk: merkle.leaf_hash(leaves.leaf(row)) for row in rows} == hashed
    assert any(row.payment_id for row in rows) and any(row.reverses_id for row in rows)


@pytest.mark.django_db
def test_a_day_is_the_jakarta_day_and_its_order_is_the_ids() -> None:
    day = books.days_ago(2)
    late = books.post_on(books.at(day, clock(23, 59, 59, 999_990)), 2, 500)
    early = books.post_on(books.at(day, clock(0)), 3, 100)
    books.post_on(books.at(day + timedelta(days=1), clock(0)), 1)
    [sealed, after] = seals.seal_due()
    expected = merkle.root(merkle.leaf_hash(leaves.leaf(row)) for row in [*late, *early])
    assert (sealed.day, sealed.count, sealed.amount, bytes(sealed.root)) == (day, 5, 1_300, expected)
    assert (after.day, after.count) == (day + timedelta(days=1), 1)


@pytest.mark.django_db
def test_a_seal_signs_its_whole_statement() -> None:
    books.post_on(books.at(books.days_ago(1)))
    [seal] = seals.seal_due()
    assert seals.statement_of(seal).decode().splitlines() == [
        "salur seal 1",
        f"day {seal.day}",
        "count 1",
        "amount 1000",
        f"root {bytes(seal.root).hex()}",
        f"previous {'00' * 32}",
    ]
    key = seals.public_keys()[seal.key_id]
    assert seals.signature_holds(seal, key)
    for change in (
        {"day": seal.day - timedelta(days=1)},
        {"count": 2},
        {"amount": 1_001},
        {"root": bytes(32)},
        {"previous": bytes([1]) * 32},
    ):
        fields = {name: getattr(seal, name) for name in ("day", "count", "amount", "root", "previous", "signature")}
        assert not seals.signature_holds(Seal(**(fields | change)), key)


@pytest.mark.django_db
def test_the_highest_key_signs_and_earlier_ones_still_verify(settings: Any) -> None:
    books.post_on(books.at(books.days_ago(2)))
    first = seals.seal_day(books.days_ago(2))
    settings.SEAL_KEYS = {**settings.SEAL_KEYS, 9: base64.b64decode("A" * 43 + "=")}
    second = seals.seal_day(books.days_ago(1))
    assert (first.key_id, second.key_id) == (1, 9)
    assert all(seals.signature_holds(seal, seals.public_keys()[seal.key_id]) for seal in (first, second))


# --- which days ---


@pytest.mark.django_db
def test_days_without_transfers_are_sealed_too_and_every_seal_holds_the_one_before() -> None:
    books.post_on(books.at(books.days_ago(4)), 2)
    books.post_on(books.at(books.days_ago(1)), 1)
    made = list(seals.seal_due())
    assert [(seal.day, seal.count) for seal in made] == [
        (books.days_ago(n), c) for n, c in ((4, 2), (3, 0), (2, 0), (1, 1))
    ]
    assert bytes(made[1].root) == sha256(b"").digest()
    assert [bytes(seal.previous) for seal in made] == [
        bytes(32),
        *(sha256(seals.statement_of(seal)).digest() for seal in made[:-1]),
    ]


@pytest.mark.django_db
def test_nothing_is_sealed_twice_nor_before_its_day_is_over() -> None:
    assert list(seals.seal_due()) == []
    books.post_on(books.at(books.days_ago(1)))
    money.fund(10)
    assert seals.unsealed_days(seals.today()) == 1
    assert [seal.day for seal in seals.seal_due()] == [books.days_ago(1)]
    assert list(seals.seal_due()) == []
    assert seals.unsealed_days(seals.today()) == 0
    assert seals.seal_day(books.days_ago(1)) == Seal.objects.get()
    for day in (seals.today(), seals.today() + timedelta(days=1)):
        with pytest.raises(DayNotOver):
            seals.seal_day(day)


@pytest.mark.django_db
def test_a_day_is_not_sealed_before_the_days_before_it() -> None:
    books.post_on(books.at(books.days_ago(3)))
    for days in (2, 4):
        with pytest.raises(SealOutOfOrder):
            seals.seal_day(books.days_ago(days))
    seals.seal_day(books.days_ago(3))
    with pytest.raises(SealOutOfOrder):
        seals.seal_day(books.days_ago(1))


@pytest.mark.django_db
def test_a_day_of_several_blocks_has_the_root_of_its_whole_tree(small_blocks: None) -> None:
    rows = books.post_on(books.at(books.days_ago(1)), 11)
    [seal] = seals.seal_due()
    hashes = [merkle.leaf_hash(leaves.leaf(row)) for row in rows]
    assert bytes(seal.root) == merkle.root(hashes)
    blocks = list(SealBlock.objects.order_by("number"))
    assert [block.count for block in blocks] == [4, 4, 3]
    assert list(leaves.in_order(bytes(block.marks) for block in blocks)) == [
        (row.pk, leaf[:8]) for row, leaf in zip(rows, hashes, strict=True)
    ]


# --- together with others (real commits) ---


def seal_all() -> list[str]:
    return [str(seal.day) for seal in seals.seal_due()]


def test_two_sealers_at_once_make_one_seal_a_day(processes: None) -> None:
    books.post_on(books.at(books.days_ago(3)), 3)
    outcomes = together([(seal_all, ())] * 4)
    assert [outcome.error for outcome in outcomes] == [""] * 4
    assert [seal.day for seal in Seal.objects.order_by("day")] == [books.days_ago(days) for days in (3, 2, 1)]
    assert SealBlock.objects.count() == 1


def in_thread(work: Any) -> tuple[threading.Thread, list[Any]]:
    outcome: list[Any] = []

    def run() -> None:
        try:
            outcome.append(work())
        except Exception as error:
            outcome.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread, outcome


def wait_for_a_waiter() -> None:
    until = time.monotonic() + 20
    while not waiting_for_locks():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_sealing_waits_for_a_transfer_that_is_being_written(committed_db: None) -> None:
    """What was inserted in the day and commits after the sealing began is in the seal."""
    day = books.days_ago(1)
    account = money.fund()
    books.post_on(books.at(day))
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO wallet_transfer (debit_id, credit_id, amount, kind, key, posted_at)"
                " SELECT id, %s, 5, 'funding', 'late', %s FROM wallet_account WHERE kind = 'budget'",
                [account.pk, books.at(day, clock(23, 59))],
            )
        thread, outcome = in_thread(seal_all)
        wait_for_a_waiter()
        assert not outcome and not Seal.objects.exists()
    thread.join()
    assert outcome == [[str(day)]]
    assert Seal.objects.get().count == 2


def test_a_writer_that_does_not_end_stops_the_seal_and_never_the_payments(
    committed_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seals, "ATTEMPTS", 2)
    monkeypatch.setattr(seals, "SECONDS_BETWEEN", 0.5)
    books.post_on(books.at(books.days_ago(1)))
    long, payer, payee = money.fund(), money.fund(50), money.fund()
    with transaction.atomic():
        money.move(ledger.singleton(Account.Kind.BUDGET), long, 5)
        sealing, sealed = in_thread(seal_all)
        wait_for_a_waiter()
        paying, paid = in_thread(lambda: money.move(payer, payee, 10))
        paying.join(10)
        assert [row.amount for row in paid] == [
            10
        ]  # it queued behind the lock, and was let through before the writer ended
        sealing.join(20)
        assert [type(error) for error in sealed] == [LedgerBusy]
    assert not Seal.objects.exists()
    assert seal_all() == [str(books.days_ago(1))]


# --- proofs ---


def check(proof: Any, tmp_path: Path, key: str = "") -> subprocess.CompletedProcess[str]:
    """What an auditor runs: the shipped file, in a directory of its own, without this project."""
    file = tmp_path / "proof.json"
    file.write_text(proof if isinstance(proof, str) else json.dumps(proof))
    key = key or seals.public_keys()[1].hex()
    return subprocess.run(
        [sys.executable, "-I", CHECKER, str(file), "--public-key", key], cwd=tmp_path, capture_output=True, text=True
    )


@pytest.mark.django_db
@pytest.mark.parametrize("how_many", [1, 2, 5, 11])
def test_every_transfer_of_a_day_can_be_proved(small_blocks: None, how_many: int) -> None:
    rows = books.post_on(books.at(books.days_ago(1)), how_many)
    [seal] = seals.seal_due()
    for index, row in enumerate(rows):
        proof = proofs.prove(row.pk)
        siblings = [bytes.fromhex(sibling) for sibling in proof["path"]]
        assert proof["index"] == index and proof["size"] == how_many
        leaf = merkle.leaf_hash(leaves.leaf(row))
        assert merkle.root_from_path(leaf, index, how_many, siblings) == bytes(seal.root)


@pytest.mark.django_db
def test_the_shipped_program_accepts_a_proof_and_refuses_any_change_of_it(small_blocks: None, tmp_path: Path) -> None:
    rows = books.post_on(books.at(books.days_ago(1), clock(0)), 6)
    list(seals.seal_due())
    out = StringIO()
    call_command("ledger", "prove", str(rows[4].pk), stdout=out)
    proof = json.loads(out.getvalue())
    good = check(out.getvalue(), tmp_path)
    assert (good.returncode, good.stderr) == (0, "")
    assert f"Rp 1000 from account {rows[4].debit_id} to {rows[4].credit_id}" in good.stdout

    leaf = proof["transfer"]
    changed = [proof | {"transfer": leaf | {name: value + 1}} for name, value in leaf.items() if isinstance(value, int)]
    changed += [proof | {"transfer": leaf | {name: "x"}} for name in ("kind", "key")]
    changed += [proof | {"index": 5}, proof | {"index": -1}, proof | {"size": 7}, proof | {"path": proof["path"][1:]}]
    changed += [proof | {"path": [*proof["path"], "00" * 32]}, proof | {"path": ["00" * 32, *proof["path"][1:]]}]
    changed += [proof | {"statement": proof["statement"].replace("count 6", "count 7"), "size": 7}]
    changed += [proof | {"signature": "00" * 64}, {}]
    for wrong in changed:
        refused = check(wrong, tmp_path)
        assert refused.returncode == 1 and refused.stderr.startswith("NOT proved: "), wrong
        assert len(refused.stderr.strip()) > len("NOT proved:")
    other = check(proof | {"public_key": "11" * 32}, tmp_path, key="11" * 32)
    assert other.returncode == 1 and "signature" in other.stderr


def test_the_shipped_program_is_short_and_needs_nothing_of_us() -> None:
    source = CHECKER.read_text()
    assert len(source.splitlines()) <= 40
    assert "django" not in source and "wallet" not in source


@pytest.mark.django_db
def test_what_cannot_be_proved_is_said() -> None:
    [row] = books.post_on(books.at(books.days_ago(1)))
    with pytest.raises(DayNotSealed, match="belum disegel"):
        proofs.prove(row.pk)
    with pytest.raises(CommandError, match="belum disegel"):
        call_command("ledger", "prove", str(row.pk))
    with pytest.raises(TransferUnknown):
        proofs.prove(row.pk + 1_000)
    list(seals.seal_due())
    [late] = books.post_on(books.at(books.days_ago(1)))
    with pytest.raises(SealDiffers):
        proofs.prove(late.pk)


def test_a_transfer_that_was_changed_cannot_be_proved(committed_db: None) -> None:
    first, second = books.post_on(books.at(books.days_ago(1)), 2)
    list(seals.seal_due())
    tamper("UPDATE wallet_transfer SET amount = 9 WHERE id = %s", first.pk)
    for row in (first, second):  # the changed row, and its neighbour, whose path holds it
        with pytest.raises(SealDiffers, match="ledger verify"):
            proofs.prove(row.pk)


# --- the command ---


@pytest.mark.django_db
def test_the_command_seals_and_tells_the_public_key() -> None:
    books.post_on(books.at(books.days_ago(2)))
    out = StringIO()
    call_command("ledger", "seal", stdout=out)
    assert [line.split()[0] for line in out.getvalue().splitlines()[:2]] == [
        str(books.days_ago(2)),
        str(books.days_ago(1)),
    ]
    out = StringIO()
    call_command("ledger", "public-key", stdout=out)
    assert out.getvalue().split() == ["1", seals.public_keys()[1].hex()]
