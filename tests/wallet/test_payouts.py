"""Pay-out files: each settlement in one file once, made by one officer and sent by another; pain.001 as the standard has it."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections import Counter
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring
from django.contrib.auth.models import User
from django.db import DatabaseError, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from xmlschema import XMLSchema

from tests import money, steps
from tests.processes import together
from tests.wallet import shops
from wallet import pain001, payouts, settlement, settlement_returns
from wallet.admin.sheets import cell
from wallet.errors import ReasonMissing
from wallet.fraud import holds as fraud_holds
from wallet.models import FraudCase, FraudHold, Merchant, PayoutContent, PayoutFile, Settlement
from wallet.payout_errors import (
    EvidenceMissing,
    NothingToPay,
    OwnPayoutFile,
    PayerUnknown,
    PayoutFileDiffers,
    PayoutFileMoved,
    PayoutFileNotSent,
    PayoutFileWithheld,
    ReturnTakesTwo,
    SettlementReturnedBefore,
)
from wallet.proposal_errors import OwnProposal, ProposalWaits
from wallet.settlement import TRANSITIONS

DAY = date(2026, 11, 24)
PAYER = {"name": "Dinas Sosial", "bank": "BDKIIDJ1", "account": "10101010101"}


@pytest.fixture(autouse=True)
def _payer(settings: Any) -> None:
    settings.WALLET = settings.WALLET | {"settlement_payer": PAYER}


def waiting(*amounts: int) -> list[Settlement]:
    made = [settlement.settle(money.owed(amount), DAY) for amount in amounts]
    return [row for row in made if row is not None]


def withhold(shop: Merchant) -> FraudHold:
    case = FraudCase.objects.create(merchant=shop, day=timezone.localdate(), score=40)
    return fraud_holds.place(case, FraudHold.Kind.SETTLEMENT, money.officer(), "laporan warga")


def sent(*amounts: int) -> PayoutFile:
    waiting(*amounts)
    return payouts.send(payouts.make(money.officer()), money.officer())


# --- pain.001.001.09, against the message definition of ISO 20022 ---

LATIN = re.compile(r"[A-Za-z0-9/\-?:().,'+ ]{1,140}")  # what the definition leaves open: the letters that banks take


@cache
def definition() -> XMLSchema:
    return XMLSchema(str(files("sepaxml") / "schemas" / "pain.001.001.09.xsd"))


def checked(content: bytes) -> Element:
    """The document. Raises XMLSchemaValidationError, which names the element that the definition does not have so."""
    definition().validate(content.decode())
    root: Element = fromstring(content)
    at = {"p": pain001.NAMESPACE}
    assert all(LATIN.fullmatch(one.text or "") for path in (".//p:Nm", ".//p:Ustrd") for one in root.iterfind(path, at))
    return root


@pytest.mark.django_db
def test_the_file_is_a_pain_001_whose_sums_and_counts_are_its_lines() -> None:
    rows = waiting(100, 2_500)
    Merchant.objects.filter(pk=rows[0].merchant_id).update(name="Kafé <Ibu> & 海")
    file = payouts.make(money.officer())
    root = checked(payouts.content(file, sent=False))
    at = {"p": pain001.NAMESPACE}
    amounts = [Decimal(one.text or "") for one in root.findall(".//p:InstdAmt", at)]
    assert sorted(amounts) == [100, 2_500]
    assert {one.get("Ccy") for one in root.findall(".//p:InstdAmt", at)} == {"IDR"}
    assert {Decimal(one.text or "") for one in root.findall(".//p:CtrlSum", at)} == {Decimal(2_600)}
    assert {one.text for one in root.findall(".//p:NbOfTxs", at)} == {"2"}
    names = [one.text for one in root.findall(".//p:EndToEndId", at)]
    assert names == [row.uid.hex for row in rows]
    assert root.findall(".//p:Cdtr/p:Nm", at)[0].text == "Kafe Ibu"
    assert (file.count, file.total) == (2, 2_600)


@pytest.mark.django_db
def test_a_payment_is_in_the_name_of_who_holds_the_account() -> None:
    told, untold = money.owed(100), money.owed(200)
    shops.changed(told, account_holder="Siti Rahayu binti Ahmad Sanusi, CV")  # longer than a receipt's name
    rows = [settlement.settle(shop, DAY) for shop in (told, untold)]
    shops.changed(told, bank_account="9876543210", account_holder="Orang Lain")  # from the next settlement on
    file = payouts.send(payouts.make(money.officer()), money.officer())
    root = checked(payouts.content(file))
    names = [one.text for one in root.findall(".//p:Cdtr/p:Nm", {"p": pain001.NAMESPACE})]
    assert names == ["Siti Rahayu binti Ahmad Sanusi, CV", untold.name]
    assert [(line[2], line[3]) for line in payouts.table(file)] == [("1234567890", name) for name in names]
    assert rows[0] is not None and b"Siti" not in bytes(rows[0].account_holder_sealed)
    again = settlement.settle(_owed_again(told), DAY)
    assert again is not None and (again.bank_account, again.account_holder) == ("9876543210", "Orang Lain")


def _owed_again(shop: Merchant) -> Merchant:
    wallet = money.wallet()
    money.purse(wallet, 50)
    money.pay(wallet, shop, 50)
    return Merchant.objects.get(pk=shop.pk)


@pytest.mark.parametrize(("bank", "element"), [("CENAIDJA", "BICFI"), ("BDKIIDJ1XXX", "BICFI"), ("014", "MmbId")])
def test_a_bank_is_told_by_bic_or_as_a_member_of_the_clearing(bank: str, element: str) -> None:
    party = pain001.Party("Warung", bank, "1234567890")
    head = pain001.Head("SALUR-1", timezone.now(), DAY, party)
    root = checked(pain001.document(head, [pain001.Line("R1", 100, party, "Penyelesaian")]))
    told = root.find(f".//{{{pain001.NAMESPACE}}}CdtrAgt//{{{pain001.NAMESPACE}}}{element}")
    assert told is not None and told.text == bank


@given(name=st.text(max_size=300), text=st.text(max_size=300), amounts=st.lists(st.integers(1, 10**15), min_size=1))
def test_whatever_a_merchant_is_called_the_file_is_as_the_definition_has_it(
    name: str, text: str, amounts: list[int]
) -> None:
    party = pain001.Party(name, "014", "1234567890")
    lines = [pain001.Line(f"R{number}", amount, party, text) for number, amount in enumerate(amounts)]
    checked(pain001.document(pain001.Head("SALUR-1", timezone.now(), DAY, party), lines))


# --- one file, two officers ---


@pytest.mark.django_db
def test_who_made_a_file_does_not_send_it_not_even_past_the_code() -> None:
    maker = money.officer()
    waiting(100)
    file = payouts.make(maker)
    with pytest.raises(OwnPayoutFile):
        payouts.send(file, maker)
    with pytest.raises(DatabaseError, match="payout_file_sender_is_not_maker"), transaction.atomic():
        PayoutFile.objects.filter(pk=file.pk).update(status="sent", ended_by=maker, ended_at=timezone.now())
    with pytest.raises(PayoutFileNotSent):
        payouts.content(file)
    checker = money.officer()
    assert payouts.send(file, checker).ended_by == checker
    assert payouts.send(file, checker).status == "sent"
    file.refresh_from_db()
    assert hashlib.sha256(payouts.content(file)).hexdigest() == file.digest
    with pytest.raises(PayoutFileMoved):
        payouts.withdraw(file, "salah", maker)
    with pytest.raises(DatabaseError, match="sent or withdrawn once"), transaction.atomic():
        PayoutFile.objects.filter(pk=file.pk).update(status="made", ended_by=None, ended_at=None)


@pytest.mark.django_db
def test_a_settlement_is_in_one_file_and_again_only_after_that_was_withdrawn() -> None:
    [row] = waiting(100)
    maker = money.officer()
    first = payouts.make(maker)
    with pytest.raises(NothingToPay):
        payouts.make(maker)
    with pytest.raises(ReasonMissing):
        payouts.withdraw(first, " ", maker)
    payouts.withdraw(first, "salah hari", maker)
    second = payouts.make(maker)
    row.refresh_from_db()
    assert row.payout_file == second
    payouts.send(second, money.officer())
    for other in (None, first):
        with pytest.raises(DatabaseError, match="in one file"), transaction.atomic():
            Settlement.objects.filter(pk=row.pk).update(payout_file=other)


@pytest.mark.django_db
def test_a_file_that_says_something_else_by_now_is_not_sent() -> None:
    [row, _other] = waiting(100, 200)
    file = payouts.make(money.officer())
    settlement.returned(row, "rekening ditutup")  # it would be paid here and with the next settlement
    with pytest.raises(PayoutFileDiffers):
        payouts.send(file, money.officer())
    told = {"status": "sent", "ended_by": money.officer(), "ended_at": timezone.now()}
    with pytest.raises(DatabaseError, match="was paid or came back"), transaction.atomic():
        PayoutFile.objects.filter(pk=file.pk).update(**told)
    payouts.withdraw(file, "ada yang kembali", money.officer())
    again = payouts.make(money.officer())
    assert (again.count, again.total) == (1, 200)


@pytest.mark.django_db
def test_a_file_is_kept_as_it_was_made_whatever_becomes_of_its_merchants() -> None:
    [row] = waiting(100)
    file = payouts.make(money.officer())
    as_made = payouts.content(file, sent=False)
    Merchant.objects.filter(pk=row.merchant_id).update(name="Nama Lain")
    payouts.send(file, money.officer())
    file.refresh_from_db()
    assert payouts.content(file) == as_made and b"Nama Lain" not in as_made
    assert next(iter(payouts.table(file)))[3] == f"Warung {row.merchant.account_id}"
    kept = PayoutContent.objects.get(file=file)
    assert b"CstmrCdtTrfInitn" not in bytes(kept.xml_sealed)
    with pytest.raises(DatabaseError, match="stay as they were made"), transaction.atomic():
        PayoutContent.objects.update(xml_sealed=b"x")


@pytest.mark.django_db
def test_money_withheld_for_suspected_fraud_goes_into_no_file_and_out_with_none() -> None:
    free, held = waiting(100, 200)
    file = payouts.make(money.officer())
    placed = withhold(held.merchant)
    with pytest.raises(PayoutFileWithheld) as caught:
        payouts.send(file, money.officer())
    assert held.merchant.name in str(caught.value)
    payouts.withdraw(file, "ditahan", money.officer())
    assert payouts.make(money.officer()).total == free.amount
    with pytest.raises(NothingToPay):
        payouts.make(money.officer())
    fraud_holds.release(placed, money.officer(), "jelas")
    assert payouts.make(money.officer()).total == held.amount


# --- what came back ---


@pytest.mark.django_db
def test_what_the_bank_was_told_to_pay_comes_back_by_its_answer_or_two_officers() -> None:
    [row] = waiting(100)
    payouts.send(payouts.make(money.officer()), money.officer())
    row.refresh_from_db()
    with pytest.raises(ReturnTakesTwo):
        settlement_returns.take_back(row, "rekening ditutup")
    with pytest.raises(DatabaseError, match="that it came back, two officers say"), transaction.atomic():
        settlement.returned(row, "rekening ditutup")
    proposer = money.officer()
    with pytest.raises(EvidenceMissing):
        settlement_returns.propose(row, "rekening ditutup", " ", proposer)
    proposal = settlement_returns.propose(row, "rekening ditutup", "BCA 17/3", proposer)
    with pytest.raises(ProposalWaits):
        settlement_returns.propose(row, "lagi", "BCA 17/3", proposer)
    with pytest.raises(OwnProposal):
        settlement_returns.agree(proposal, proposer)
    back = settlement_returns.agree(proposal, money.officer())
    assert (back.status, back.return_reason) == ("returned", "rekening ditutup")
    assert money.balance(back.merchant.account) == 100
    with pytest.raises(SettlementReturnedBefore):
        settlement_returns.propose(back, "lagi", "BCA 17/3", proposer)
    money.assert_books_hold()


@pytest.mark.django_db
def test_what_was_marked_as_paid_comes_back_by_two_and_what_went_nowhere_by_one() -> None:
    paid, waits = waiting(100, 200)
    settlement.confirm_paid(paid)
    with pytest.raises(ReturnTakesTwo):
        settlement_returns.take_back(paid, "ditutup")
    told = [settlement_returns.take_back(waits, reason).return_reason for reason in ("salah hari", "lagi")]
    assert told == ["salah hari", "salah hari"]
    money.assert_books_hold()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("origin", "target"),
    [
        (a, b)
        for a in Settlement.Status.values
        for b in Settlement.Status.values
        if a != b and (a, b) not in TRANSITIONS
    ],
)
def test_the_database_takes_no_other_step_of_a_settlement(origin: str, target: str) -> None:
    [row] = waiting(100)
    if origin == "paid":
        settlement.confirm_paid(row)
    elif origin == "returned":
        settlement.returned(row, "ditutup")
    with pytest.raises(DatabaseError, match="is no step"), transaction.atomic():
        Settlement.objects.filter(pk=row.pk).update(status=target)


@pytest.mark.django_db
def test_a_settlement_says_when_it_was_paid_exactly_if_it_was() -> None:
    [row] = waiting(100)
    for wrong in (
        {"status": "paid"},
        {"paid_at": timezone.now()},
        {"status": "returned", "returned_at": timezone.now()},
    ):
        with pytest.raises(DatabaseError, match="settlement_ended"), transaction.atomic():
            Settlement.objects.filter(pk=row.pk).update(**wrong)


@pytest.mark.django_db
def test_nothing_is_made_without_a_payer(settings: Any) -> None:
    settings.WALLET = settings.WALLET | {"settlement_payer": PAYER | {"account": ""}}
    waiting(100)
    with pytest.raises(PayerUnknown) as caught:
        payouts.make(money.officer())
    assert "SETTLEMENT_PAYER_ACCOUNT" in str(caught.value)
    assert not PayoutFile.objects.exists()


def _do_make(officer: int) -> int:
    from django.conf import settings

    settings.WALLET["settlement_payer"] = PAYER  # a process of its own knows nothing of the fixture
    return payouts.make(User.objects.get(pk=officer)).count


def _do_send(file: int, officer: int) -> str:
    return payouts.send(PayoutFile.objects.get(pk=file), User.objects.get(pk=officer)).status


def _do_take_back(row: int) -> str:
    return settlement_returns.take_back(Settlement.objects.get(pk=row), "ditutup").status


def _do_withdraw(file: int, officer: int) -> str:
    return payouts.withdraw(PayoutFile.objects.get(pk=file), "salah", User.objects.get(pk=officer)).status


@pytest.mark.usefixtures("processes")
@pytest.mark.parametrize("attempt", range(3))
def test_what_comes_back_while_its_file_is_sent_is_either_sent_or_back(attempt: int) -> None:
    rows = waiting(100, 200, 300)
    file = payouts.make(money.officer())
    jobs: list[Any] = [(_do_take_back, (row.pk,)) for row in rows]
    jobs.insert(attempt, (_do_send, (file.pk, money.officer().pk)))
    told = together(jobs)
    file.refresh_from_db()
    back = Settlement.objects.filter(status="returned").count()
    errors = Counter(outcome.error for outcome in told if outcome.error)
    if file.status == "sent":
        assert (back, errors) == (0, {"return_takes_two": 3})
    else:
        assert back == 3 and errors == {"payout_file_differs": 1}
    money.assert_books_hold()


@pytest.mark.usefixtures("processes")
def test_a_file_is_sent_or_withdrawn() -> None:
    [row] = waiting(100)
    file = payouts.make(money.officer())
    told = together([(_do_send, (file.pk, money.officer().pk)), (_do_withdraw, (file.pk, money.officer().pk))])
    assert Counter(outcome.error for outcome in told) == {"": 1, "payout_file_moved": 1}
    file.refresh_from_db()
    row.refresh_from_db()
    assert (file.status, row.payout_file_id) in {("sent", file.pk), ("withdrawn", None)}


@pytest.mark.usefixtures("processes")
def test_who_is_killed_while_making_or_sending_leaves_nothing_half_done() -> None:
    waiting(100, 200)
    maker, sender = money.officer().pk, money.officer().pk
    many = len(steps.of(_do_make, maker))
    assert many > 3
    made = PayoutFile.objects.get()
    payouts.withdraw(made, "coba", User.objects.get(pk=maker))
    for step in range(1, many + 1):
        steps.killed_after(step, _do_make, maker)
        if payouts.waiting().exists():  # else the commit was its last step
            _do_make(maker)
        file = PayoutFile.objects.get(status="made")
        assert (file.settlements.count(), file.total) == (2, 300)
        assert hashlib.sha256(payouts.content(file, sent=False)).hexdigest() == file.digest
        payouts.withdraw(file, "lagi", User.objects.get(pk=maker))
    _do_make(maker)
    file = PayoutFile.objects.get(status="made")
    steps.killed_after(3, _do_send, file.pk, sender)
    file.refresh_from_db()
    assert file.status == "made"
    assert _do_send(file.pk, sender) == "sent"


@pytest.mark.usefixtures("processes")
def test_files_made_at_the_same_moment_share_nothing() -> None:
    waiting(100, 200, 300)
    jobs = [(_do_make, (money.officer().pk,)) for _ in range(4)]
    told = together(jobs)
    assert Counter(outcome.error for outcome in told) == {"": 1, "nothing_to_pay": 3}
    assert PayoutFile.objects.get().total == 600
    assert not payouts.waiting().exists()


# --- for spreadsheets ---


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+62", "@SUM(A1)", "-1+1", "\t=1"])
def test_no_cell_of_the_table_runs_as_a_formula(name: str) -> None:
    [row] = waiting(100)
    Merchant.objects.filter(pk=row.merchant_id).update(name=name)
    file = payouts.send(payouts.make(money.officer()), money.officer())
    [told] = list(payouts.table(file))
    sink = io.StringIO()
    csv.writer(sink).writerow([cell(value) for value in told])
    [read] = list(csv.reader(io.StringIO(sink.getvalue())))
    assert read[3] == f"'{name}"
    assert (read[0], read[2], read[4]) == (row.uid.hex, "1234567890", "100")
