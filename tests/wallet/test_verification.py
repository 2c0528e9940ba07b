"""`verify` names the first rows that differ from the transfers: each kind of tampering is found by the check meant for it.

The tampering is done as only the database's owner can: with the append-only trigger and the checks lifted.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests import money
from tests.owner import tamper
from wallet import ledger, settlement, verification
from wallet.models import Account, Merchant, Payment, Refund, Settlement, Transfer
from wallet.verification import CHECKS, Finding

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def shop(committed_db: None) -> Merchant:
    """A merchant that was paid 300, gave 50 back, was settled and paid 250, and was paid 40 more."""
    wallet, shop = money.wallet(), money.merchant()
    money.purse(wallet, 200)
    money.purse(wallet, 500)
    payment = money.pay(wallet, shop, 300)
    money.refund(payment, 50)
    settled = settlement.settle(shop, date(2026, 11, 24))
    assert settled is not None
    settlement.confirm_paid(settled)
    money.pay(wallet, shop, 40)
    assert verification.verify().holds
    return shop


def findings() -> list[Finding]:
    report = verification.verify()
    assert not report.holds
    return report.findings


def test_sound_books_hold_and_are_counted(shop: Merchant) -> None:
    report = verification.verify()
    assert report.holds
    assert report.transfers == Transfer.objects.count()
    assert report.accounts == Account.objects.count()
    assert sum(report.balances.values()) == 0
    assert (report.balances["budget"], report.balances["bank"], report.balances["merchant"]) == (-700, 250, 40)


def test_a_balance_that_was_raised_is_found(shop: Merchant) -> None:
    purse = Account.objects.filter(kind="purse").order_by("pk").first()
    assert purse is not None
    tamper("UPDATE wallet_account SET balance = balance + 1000000 WHERE id = %s", purse.pk)
    assert findings() == [Finding("account balance", purse.pk, purse.balance + 1_000_000, purse.balance)]


def test_a_transfer_whose_amount_was_raised_is_found(shop: Merchant) -> None:
    funding = Transfer.objects.filter(kind="funding").earliest("pk")
    tamper("UPDATE wallet_transfer SET amount = amount + 7 WHERE id = %s", funding.pk)
    assert {(found.check, found.row) for found in findings()} == {
        ("account balance", funding.debit_id),
        ("account balance", funding.credit_id),
    }


def test_a_deleted_transfer_is_found(shop: Merchant) -> None:
    payout = Transfer.objects.get(kind="payout")
    tamper("DELETE FROM wallet_transfer WHERE id = %s", payout.pk)
    assert ("account balance", payout.credit_id) in {(found.check, found.row) for found in findings()}


def test_a_merchants_raised_checkpoint_is_found(shop: Merchant) -> None:
    tamper("UPDATE wallet_account SET balance = 90 WHERE id = %s", shop.account_id)
    assert findings() == [Finding("merchant checkpoint", shop.account_id, 90, 0)]


def test_a_merchants_checkpoint_moved_past_a_payment_is_found(shop: Merchant) -> None:
    last = Transfer.objects.latest("pk").pk
    tamper("UPDATE wallet_account SET counted_to = %s WHERE id = %s", last, shop.account_id)
    assert findings() == [Finding("merchant checkpoint", shop.account_id, 0, 40)]


def test_a_merchant_that_gave_more_than_it_got_is_found(shop: Merchant) -> None:
    tamper(
        "INSERT INTO wallet_transfer (debit_id, credit_id, amount, kind, key)"
        " SELECT %s, id, 41, 'settlement', 'raw' FROM wallet_account WHERE kind = 'settlement'",
        shop.account_id,
    )
    tamper("UPDATE wallet_account SET balance = balance + 41 WHERE kind = 'settlement'")
    assert findings() == [Finding("merchant below zero", shop.account_id, 0, -1)]


def test_a_payment_that_says_more_than_was_moved_is_found(shop: Merchant) -> None:
    payment = Payment.objects.latest("pk")
    tamper("UPDATE wallet_payment SET amount = 41 WHERE id = %s", payment.pk)
    assert findings() == [Finding("payment amount", payment.pk, 41, 40)]


def test_a_declined_payment_that_moved_money_is_found(shop: Merchant) -> None:
    payment = Payment.objects.latest("pk")
    tamper("UPDATE wallet_payment SET status = 'declined' WHERE id = %s", payment.pk)
    assert findings() == [Finding("payment amount", payment.pk, 0, 40)]


def test_a_payment_that_hides_its_refunds_is_found(shop: Merchant) -> None:
    payment = Payment.objects.earliest("pk")
    tamper("UPDATE wallet_payment SET refunded = 0 WHERE id = %s", payment.pk)
    assert findings() == [Finding("payment refunds", payment.pk, 0, 50)]


def test_a_purse_that_got_back_more_than_it_gave_is_found(shop: Merchant) -> None:
    payment = Payment.objects.latest("pk")  # 40 out of the second purse
    first = Account.objects.filter(kind="purse").earliest("pk")
    tamper(
        "INSERT INTO wallet_transfer (debit_id, credit_id, amount, kind, key, payment_id)"
        " VALUES (%s, %s, 10, 'refund', 'raw', %s)",
        shop.account_id,
        first.pk,
        payment.pk,
    )
    tamper("UPDATE wallet_account SET balance = balance + 10 WHERE id = %s", first.pk)
    tamper("UPDATE wallet_payment SET refunded = 10 WHERE id = %s", payment.pk)
    assert Finding("refund above its purse", payment.pk, 0, 10) in findings()


def test_a_refund_that_says_more_than_was_moved_is_found(shop: Merchant) -> None:
    refund = Refund.objects.get()
    tamper("UPDATE wallet_refund SET amount = 51 WHERE id = %s", refund.pk)
    assert findings() == [Finding("refund amount", refund.pk, 51, 50)]


def test_a_settlement_that_says_more_than_was_moved_is_found(shop: Merchant) -> None:
    settled = Settlement.objects.get()
    tamper("UPDATE wallet_settlement SET amount = 260 WHERE id = %s", settled.pk)
    assert Finding("settlement amount", settled.pk, 260, 250) in findings()


def test_a_settlement_called_paid_whose_money_never_went_to_the_bank_is_found(shop: Merchant) -> None:
    settled = settlement.settle(shop, date(2026, 11, 25))
    assert settled is not None
    tamper("UPDATE wallet_settlement SET status = 'paid' WHERE id = %s", settled.pk)
    assert findings() == [Finding("settlement payout", settled.pk, 40, 0)]


def test_a_settlement_called_pending_whose_money_went_to_the_bank_is_found(shop: Merchant) -> None:
    settled = Settlement.objects.get()
    tamper("UPDATE wallet_settlement SET status = 'pending' WHERE id = %s", settled.pk)
    assert findings() == [Finding("settlement payout", settled.pk, 0, 250)]


def test_a_reversal_that_is_not_the_mirror_of_its_transfer_is_found(shop: Merchant) -> None:
    fund, clearing = money.fund(100), ledger.open_account(Account.Kind.CLEARING)
    wrong = money.move(fund, clearing, 30)
    back = ledger.reverse(wrong)
    tamper("UPDATE wallet_transfer SET amount = 20 WHERE id = %s", back.pk)
    tamper("UPDATE wallet_account SET balance = balance - 10 WHERE id = %s", fund.pk)
    tamper("UPDATE wallet_account SET balance = balance + 10 WHERE id = %s", clearing.pk)
    assert findings() == [Finding("reversal mirrors", back.pk, 20, 30)]


def test_every_check_has_a_test_here() -> None:
    source = Path(__file__).read_text()
    assert [check for check in CHECKS if f'"{check}"' not in source] == []
