"""What passes by itself is tried again by itself, and nothing else; each reason is said with what to do."""

from __future__ import annotations

from typing import Any

import psycopg2
import pytest
from django.db import InterfaceError, OperationalError, connection, transaction

from disbursement import batches, execution, failures
from disbursement.failures import Retry
from disbursement.models import Chunk, Programme
from disbursement.preflight import SEVERITY
from tests import money
from wallet.errors import InsufficientFunds

PASSES = ["deadlock", "timeout", "connection", "exhausted"]


def _caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConnectionResetError(), "connection"),
        (TimeoutError(), "timeout"),
        (InterfaceError("connection already closed"), "connection"),
        (_caused(OperationalError(), psycopg2.OperationalError("server closed the connection")), "connection"),
        (ValueError("x"), "unexpected"),
        (InsufficientFunds(), "unexpected"),
        (KeyError("x"), "unexpected"),
    ],
)
def test_errors_have_a_code(error: Exception, code: str) -> None:
    assert failures.code_of(error) == code
    assert failures.is_retried(code) is (code in PASSES)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("SET LOCAL statement_timeout = 1; SELECT pg_sleep(1)", "timeout"),
        ("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40P01'; END $$", "deadlock"),
        ("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '55P03'; END $$", "timeout"),
        ("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '57P01'; END $$", "connection"),
        ("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '53300'; END $$", "exhausted"),
        ("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '08006'; END $$", "connection"),
        ("SELECT 1 / 0", "unexpected"),
        ("SELECT nothing", "unexpected"),
    ],
)
def test_what_the_database_says_has_a_code(statement: str, code: str) -> None:
    with pytest.raises(Exception) as raised, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert failures.code_of(raised.value) == code


def test_every_code_says_what_to_do() -> None:
    assert set(SEVERITY) <= set(failures.KNOWN)
    for code, failure in failures.KNOWN.items():
        assert str(failure.words) and str(failure.remedy), code
        assert (failure.retry is Retry.AUTOMATIC) == (code in PASSES)
    assert failures.of("salah orang").words == "salah orang"  # taken back, in the officer's words


@pytest.mark.parametrize(("error", "status"), [(ConnectionError("x"), "pending"), (ZeroDivisionError("x"), "failed")])
def test_a_chunk_is_tried_again_only_after_what_passes(
    programme: Programme, monkeypatch: pytest.MonkeyPatch, error: Exception, status: str
) -> None:
    def fail(**_: Any) -> None:
        raise error

    batch = money.approved(programme)
    monkeypatch.setattr(execution.ledger, "open_purses", fail)
    assert execution.pay_next_chunk(batch.pk)
    chunk = batch.chunks.get()
    assert (chunk.status, chunk.attempts, chunk.failure) == (status, 1, failures.code_of(error))
    assert set(batch.instructions.values_list("status", flat=True)) == {"pending"}
    monkeypatch.undo()
    Chunk.objects.filter(pk=chunk.pk).update(due_at=money.timezone.now())
    if status == "failed":  # nobody tries again until an officer says so
        assert execution.pay_next_chunk(batch.pk) is False
        assert batches.retry_failed(batch, by=money.officer(), reason="penyebab diatasi") == 1
    money.assert_paid_once(money.pay_out(batch), 5)
    assert batch.chunks.get().failure == ""


def test_what_is_wrong_with_a_line_is_not_tried_again(programme: Programme) -> None:
    batch = money.approved(programme)
    line = batch.instructions.earliest("pk")
    money.wallets.freeze(line.wallet, "sengketa")
    money.pay_out(batch)
    money.wallets.unfreeze(line.wallet, "selesai")
    execution.sweep()
    assert execution.pay_next_chunk(batch.pk) is False
    line.refresh_from_db()
    assert (line.status, line.failure) == ("failed", "wallet_frozen")
    assert failures.of(line.failure).retry is Retry.FOLLOW_UP
