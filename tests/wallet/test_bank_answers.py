"""What the bank answers is taken in once, applied line by line, and told where it cannot be."""

from __future__ import annotations

import contextlib
from collections import Counter
from datetime import date
from typing import Any
from unittest.mock import patch

import pytest
from django.conf import settings as live
from django.db import DatabaseError, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from tests import money, steps
from tests.processes import together
from wallet import bank_answer_files, bank_answers, payouts, proposals, settlement, settlement_returns
from wallet.bank_answer_files import Answer
from wallet.errors import ReasonMissing
from wallet.models import AnswerReturns, AnswerReview, BankAnswer, BankAnswerFile, Settlement
from wallet.payout_errors import (
    AnswerFileEmpty,
    AnswerFileForeign,
    AnswerFileKnown,
    AnswerFileTooLarge,
    AnswerFileUnknown,
    AnswerFileUnreadable,
    AnswerFileUnsafe,
    AnswerNotOpen,
    AnswerWrong,
    PayoutError,
)
from wallet.proposal_errors import OwnProposal

DAY = date(2026, 11, 24)


def pain002(*lines: str, version: str = "10") -> bytes:
    return (
        f'<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.{version}"><CstmrPmtStsRpt>'
        "<GrpHdr><MsgId>1</MsgId></GrpHdr><OrgnlGrpInfAndSts><GrpSts>PART</GrpSts></OrgnlGrpInfAndSts><OrgnlPmtInfAndSts>"
        f"{''.join(lines)}</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>"
    ).encode()


def line(reference: str, status: str, amount: str = "", reason: str = "") -> str:
    why = f"<StsRsnInf><Rsn><Cd>{reason}</Cd></Rsn><AddtlInf>Rekening ditutup</AddtlInf></StsRsnInf>" if reason else ""
    of = f'<OrgnlTxRef><Amt><InstdAmt Ccy="IDR">{amount}</InstdAmt></Amt></OrgnlTxRef>' if amount else ""
    return f"<TxInfAndSts><OrgnlEndToEndId>{reference}</OrgnlEndToEndId><TxSts>{status}</TxSts>{why}{of}</TxInfAndSts>"


@pytest.mark.parametrize("version", ["03", "10"])
def test_pain_002_is_read(version: str) -> None:
    content = pain002(
        line("A1", "ACSC", "100.00"), line("A2", "RJCT", "5.0", "AC04"), line("A3", "ACSP"), line("A4", "RJCT"),
        version=version,
    )  # fmt: skip
    assert bank_answer_files.read(content) == (
        "pain.002",
        [
            Answer(1, "A1", "paid", 100, ""),
            Answer(2, "A2", "returned", 5, "AC04 Rekening ditutup"),
            Answer(3, "A3", "pending", None, ""),
            Answer(4, "A4", "returned", None, "RJCT"),
        ],
    )


@pytest.mark.parametrize("sign", [",", ";"])
def test_csv_is_read(sign: str) -> None:
    rows = ["reference,status,amount,reason", "A1,paid,100.00,", "", "A2,Dikembalikan,5,rekening ditutup"]
    content = "\ufeff" + "\r\n".join(rows).replace(",", sign)
    assert bank_answer_files.read(content.encode()) == (
        "csv",
        [Answer(2, "A1", "paid", 100, ""), Answer(4, "A2", "returned", 5, "rekening ditutup")],
    )


@pytest.mark.parametrize(
    ("content", "error", "data"),
    [
        (b"", AnswerFileForeign, {}),
        (b"reference,status\n", AnswerFileEmpty, {}),
        (b"a,b\n1,2\n", AnswerFileForeign, {}),
        (b"reference,status\nA1,maybe\n", AnswerWrong, {"line": 2, "element": "status"}),
        (b"reference,status\nA 1,paid\n", AnswerWrong, {"line": 2, "element": "reference"}),
        (b"reference,status,amount\nA1,paid,1.5\n", AnswerWrong, {"line": 2, "element": "amount"}),
        (b"reference,status\nA1,paid\n", AnswerWrong, {"line": 2, "element": "amount"}),
        (b"reference,status\nA1\n", AnswerWrong, {"line": 2, "element": "status"}),
        (b"status,reference\npending\n", AnswerWrong, {"line": 2, "element": "reference"}),
        (b"reference,status,amount\nA1,paid,-1\n", AnswerWrong, {"line": 2, "element": "amount"}),
        (b"reference,status\nA1,paid,1,2\n", AnswerFileUnreadable, {"line": 2}),
        (b"reference,status\nA1,\xff\n", AnswerFileUnreadable, {"line": 2}),
        (b"reference,status\nA\x00,paid\n", AnswerFileUnreadable, {"line": 2}),
        (b"<Document", AnswerFileUnreadable, {"line": 1}),
        (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', AnswerFileUnsafe, {}),
        (b"<a/>", AnswerFileForeign, {}),
        (pain002(line("A1", "WHAT")), AnswerWrong, {"line": 1, "element": "TxSts"}),
        (pain002(line("A1", "ACSC"), line("", "ACSC")), AnswerWrong, {"line": 2, "element": "OrgnlEndToEndId"}),
        (pain002(line("A1", "ACSC", "1.50")), AnswerWrong, {"line": 1, "element": "amount"}),
        (pain002(line("A1", "ACSC", "1.00").replace("IDR", "USD")), AnswerWrong, {"element": "InstdAmt"}),
        (pain002(), AnswerFileEmpty, {}),
    ],
)
def test_a_broken_file_says_what_and_where(content: bytes, error: type[PayoutError], data: dict[str, Any]) -> None:
    with pytest.raises(error) as caught:
        bank_answer_files.read(content)
    assert data.items() <= caught.value.data.items()
    assert str(caught.value)


def rejected(message_id: str, *, of: str = "group", status: str = "RJCT") -> bytes:
    """What a bank answers to a file that it does not take at all."""
    why = "<StsRsnInf><Rsn><Cd>AC02</Cd></Rsn><AddtlInf>Rekening pembayar salah</AddtlInf></StsRsnInf>"
    names = ("OrgnlGrpInfAndSts", "OrgnlMsgId", "GrpSts"), ("OrgnlPmtInfAndSts", "OrgnlPmtInfId", "PmtInfSts")
    block, named, said = names[of == "block"]
    told = f"<{block}><{named}>{message_id}</{named}><{said}>{status}</{said}>{why}</{block}>"
    head = '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt><GrpHdr><MsgId>1</MsgId></GrpHdr>'
    return f"{head}{told}</CstmrPmtStsRpt></Document>".encode()


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: f"reference,status\n{text}".encode()))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with contextlib.suppress(PayoutError):
        _form, answers = bank_answer_files.read(content)
        assert answers


# --- applied ---


PAYER = {"name": "Dinas Sosial", "bank": "BDKIIDJ1", "account": "10101010101"}


def waiting(amount: int = 100, *, sent: bool = True) -> Settlement:
    """In a file that the bank was sent, alone, if nothing else is said."""
    made = settlement.settle(money.owed(amount), DAY)
    assert made is not None
    if sent:
        with patch.dict(live.WALLET, settlement_payer=PAYER):
            payouts.send(payouts.make(money.officer()), money.officer())
        made.refresh_from_db()
    return made


def take_in(*rows: str, name: str = "bank.csv") -> BankAnswerFile:
    content = "\n".join(["reference,status,amount,reason", *rows]).encode()
    return bank_answers.take_in(name, content, money.officer())


def agreed(file: BankAnswerFile) -> BankAnswerFile:
    """The file, with what it says came back agreed to by another officer."""
    for returns in AnswerReturns.objects.filter(file=file, status="proposed"):
        bank_answers.agree(returns, money.officer())
    return file


def states(file: BankAnswerFile) -> list[tuple[str, str]]:
    agreed(file)
    list(bank_answers.apply_waiting(file))
    return [(one.state, one.refusal) for one in file.answers.order_by("line")]


@pytest.mark.django_db
def test_each_line_is_applied_or_says_why_not() -> None:
    paid, back, wrong, late = waiting(), waiting(), waiting(), waiting()
    proposal = settlement_returns.propose(late, "ditutup", "BCA 17/3", money.officer())
    settlement_returns.agree(proposal, money.officer())
    file = take_in(
        f"{paid.uid.hex.upper()},paid,100,",
        f"{back.uid},returned,100,rekening ditutup",
        f"{wrong.uid.hex},paid,99,",
        f"{late.uid.hex},paid,100,",
        "TIDAK-ADA,paid,1,",
        f"{wrong.uid.hex},pending,,",
    )
    assert states(file) == [
        ("applied", ""),
        ("applied", ""),
        ("refused", "amount_differs"),
        ("refused", "returned_before"),
        ("refused", "unknown_reference"),
        ("known", ""),
    ]
    told = [(row.status, row.return_reason) for row in Settlement.objects.order_by("pk")]
    assert told == [("paid", ""), ("returned", "rekening ditutup"), ("pending", ""), ("returned", "ditutup")]
    money.assert_books_hold()


@pytest.mark.django_db
def test_what_came_back_waits_for_another_officer_than_who_uploaded_it() -> None:
    paid, back = waiting(), waiting(200)
    uploader = money.officer()
    content = f"reference,status,amount\n{paid.uid.hex},paid,100\n{back.uid.hex},returned,\nTIDAK-ADA,returned,"
    file = bank_answers.take_in("bank.csv", content.encode(), uploader)
    assert len(list(bank_answers.apply_waiting())) == 1
    paid.refresh_from_db(), back.refresh_from_db()
    assert (paid.status, back.status, file.answers.filter(state="waiting").count()) == ("paid", "pending", 2)
    assert bank_answers.told_back(file) == (1, 200)
    with pytest.raises(OwnProposal):
        bank_answers.agree(file.returns, uploader)
    told = {"status": "agreed", "decided_by": uploader, "decided_at": timezone.now()}
    with pytest.raises(DatabaseError, match="answerreturns_by_two"), transaction.atomic():
        AnswerReturns.objects.update(**told)
    with transaction.atomic():
        BankAnswer.objects.filter(reference=back.uid.hex).update(state="applied", settlement=back)
        with pytest.raises(DatabaseError, match="two officers say"):
            settlement.returned(back, "ditutup")
        transaction.set_rollback(True)
    with pytest.raises(DatabaseError, match="is complete"), transaction.atomic():
        BankAnswer.objects.create(file=file, line=9, reference=paid.uid.hex, says="returned")
    assert states(file) == [("applied", ""), ("applied", ""), ("refused", "unknown_reference")]
    back.refresh_from_db()
    assert back.status == "returned"
    money.assert_books_hold()


@pytest.mark.django_db
def test_what_nobody_agrees_to_is_not_applied() -> None:
    row = waiting()
    file = take_in(f"{row.uid.hex},returned,100,ditutup")
    proposals.drop(file.returns, money.officer(), "tidak ada di mutasi bank")
    assert states(file) == [("dropped", "")]
    row.refresh_from_db()
    assert row.status == "pending"
    assert not hasattr(take_in(f"{row.uid.hex},paid,100,"), "returns")  # what was paid needs nobody else


@pytest.mark.django_db
@pytest.mark.parametrize("says", ["paid", "returned"])
def test_the_bank_says_nothing_of_what_no_file_sent(says: str) -> None:
    row = waiting(sent=False)
    file = take_in(f"{row.uid.hex},{says},100,")
    assert states(file) == [("refused", "not_sent")]
    with patch.dict(live.WALLET, settlement_payer=PAYER):
        payouts.make(money.officer())  # made, and not sent yet
    again = take_in(f"{row.uid},{says},100,")
    assert states(again) == [("refused", "not_sent")]
    row.refresh_from_db()
    assert (row.status, money.balance(row.merchant.account)) == ("pending", 0)


@pytest.mark.django_db
@pytest.mark.parametrize("of", ["group", "block"])
def test_a_file_that_the_bank_does_not_take_at_all_comes_back_whole(of: str) -> None:
    rows = [waiting(100, sent=False), waiting(200, sent=False)]
    with patch.dict(live.WALLET, settlement_payer=PAYER):
        sent = payouts.send(payouts.make(money.officer()), money.officer())
    other = waiting(300)
    for wrong in ("TIDAK-ADA", sent.message_id.lower()):
        with pytest.raises(AnswerFileUnknown):
            bank_answers.take_in("x.xml", rejected(wrong, of=of), money.officer())
    with pytest.raises(AnswerFileEmpty):
        bank_answers.take_in("x.xml", rejected(sent.message_id, of=of, status="ACCP"), money.officer())
    file = bank_answers.take_in("x.xml", rejected(sent.message_id, of=of), money.officer())
    assert states(file) == [("applied", ""), ("applied", "")]
    for row in (*rows, other):
        row.refresh_from_db()
    assert [(row.status, row.return_reason) for row in rows] == [("returned", "AC02 Rekening pembayar salah")] * 2
    assert other.status == "pending"
    money.assert_books_hold()


@pytest.mark.django_db
def test_a_payment_may_come_back_after_it_was_made_and_another_file_tells_nothing_new() -> None:
    row = waiting()
    assert states(take_in(f"{row.uid.hex},paid,100,")) == [("applied", "")]
    assert states(take_in(f"{row.uid.hex},returned,100,ditutup")) == [("applied", "")]
    assert states(take_in(f"{row.uid.hex},returned,100,lagi")) == [("known", "")]
    row.refresh_from_db()
    assert (row.status, row.return_reason) == ("returned", "ditutup")
    assert money.balance(row.merchant.account) == 100
    money.assert_books_hold()


@pytest.mark.django_db
def test_the_same_file_is_taken_in_once(settings: Any) -> None:
    first = take_in("A1,paid,1,")
    with pytest.raises(AnswerFileKnown) as caught:
        take_in("A1,paid,1,", name="lain.csv")
    assert caught.value.data["known"] == first.pk
    settings.WALLET = settings.WALLET | {"answer_bytes": 10}
    with pytest.raises(AnswerFileTooLarge):
        take_in("A2,paid,1,")
    assert BankAnswerFile.objects.count() == 1


@pytest.mark.django_db
def test_an_answer_that_ended_stays_as_it_is() -> None:
    file = take_in("A1,paid,1,")
    states(file)
    with pytest.raises(DatabaseError, match="applied once"), transaction.atomic():
        BankAnswer.objects.update(state="waiting", refusal="")


@pytest.mark.django_db
def test_an_answer_that_could_not_be_applied_waits_until_an_officer_says_what_came_of_it() -> None:
    file, officer = take_in("A1,paid,1,"), money.officer()
    answer = file.answers.get()
    with pytest.raises(AnswerNotOpen):
        bank_answers.review(answer, "x", officer)  # it waits to be applied
    states(file)
    with pytest.raises(ReasonMissing):
        bank_answers.review(answer, " ", officer)
    assert bank_answers.review(answer, "milik rekening lain", officer).answer == answer
    with pytest.raises(AnswerNotOpen):
        bank_answers.review(answer, "lagi", officer)
    with pytest.raises(DatabaseError, match=r"permission denied|append-only"), transaction.atomic():
        AnswerReview.objects.update(reason="lain")


def _do_apply() -> int:
    return len(list(bank_answers.apply_waiting()))


def _told() -> Settlement:
    row = waiting()
    settlement.confirm_paid(row)
    agreed(take_in(f"{row.uid.hex},returned,100,ditutup"))
    return row


@pytest.mark.usefixtures("processes")
def test_workers_at_the_same_moment_apply_each_line_once() -> None:
    rows = [_told() for _ in range(4)]
    told = together([(_do_apply, ())] * 3)
    assert sum(outcome.value for outcome in told) == len(rows)
    assert Counter(Settlement.objects.values_list("status", flat=True)) == {"returned": len(rows)}
    assert all(money.balance(row.merchant.account) == 100 for row in rows)
    money.assert_books_hold()


@pytest.mark.usefixtures("processes")
def test_a_worker_that_is_killed_after_any_step_leaves_nothing_half_done() -> None:
    row = _told()
    many = len(steps.of(_do_apply))
    assert many > 5
    settlement_before = Settlement.objects.get(pk=row.pk)
    assert settlement_before.status == "returned"
    for step in range(1, many + 1):
        row = _told()
        steps.killed_after(step, _do_apply)
        _do_apply()
        row.refresh_from_db()
        assert (row.status, money.balance(row.merchant.account)) == ("returned", 100)
    assert not BankAnswer.objects.filter(state="waiting").exists()
    money.assert_books_hold()
