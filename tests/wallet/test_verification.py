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
from wallet.models import Account, Checkpoint, Hold, HoldPart, Merchant, Payment, Refund, Settlement, Transfer
from wallet.verification import CHECKS, PASSED, Finding

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
        " SELECT %s, id, 41, 'lapse', 'raw' FROM wallet_account WHERE kind = 'settlement'",
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


RETURNED = "status = 'returned', returned_at = now(), return_reason = 'x'"


def test_a_settlement_called_paid_whose_money_never_went_to_the_bank_is_found(shop: Merchant) -> None:
    settled = settlement.settle(shop, date(2026, 11, 25))
    assert settled is not None
    tamper("UPDATE wallet_settlement SET status = 'paid', paid_at = now() WHERE id = %s", settled.pk)
    assert findings() == [Finding("settlement payout", settled.pk, 40, 0)]


def test_a_settlement_called_pending_whose_money_went_to_the_bank_is_found(shop: Merchant) -> None:
    settled = Settlement.objects.get()
    tamper("UPDATE wallet_settlement SET status = 'pending', paid_at = NULL WHERE id = %s", settled.pk)
    assert findings() == [Finding("settlement payout", settled.pk, 0, 250)]


def test_a_settlement_called_returned_whose_money_the_merchant_never_got_back_is_found(shop: Merchant) -> None:
    settled = settlement.settle(shop, date(2026, 11, 25))
    assert settled is not None
    tamper(f"UPDATE wallet_settlement SET {RETURNED} WHERE id = %s", settled.pk)
    assert findings() == [Finding("settlement returned", settled.pk, 40, 0)]


@pytest.mark.parametrize("kind", ["top_up", "redemption", "cash_out", "refund", "settlement", "payout"])
def test_a_transfer_that_claims_a_row_which_is_not_there_is_found(shop: Merchant, kind: str) -> None:
    slipped_in = money.move(ledger.singleton(Account.Kind.BANK), money.fund(), 500, kind=kind, key="x:999999")
    assert findings() == [Finding("transfer without its row", slipped_in.pk, 0, 500)]


def test_a_top_up_that_says_more_than_was_moved_is_found(shop: Merchant) -> None:
    made = money.top_up(money.wallet(), 500)
    tamper("UPDATE wallet_topup SET amount = 600 WHERE id = %s", made.pk)
    assert findings() == [Finding("top-up amount", made.pk, 600, 500)]


def test_a_reversal_that_is_not_the_mirror_of_its_transfer_is_found(shop: Merchant) -> None:
    fund, clearing = money.fund(100), ledger.open_account(Account.Kind.CLEARING)
    wrong = money.move(fund, clearing, 30)
    back = ledger.reverse(wrong)
    tamper("UPDATE wallet_transfer SET amount = 20 WHERE id = %s", back.pk)
    tamper("UPDATE wallet_account SET balance = balance - 10 WHERE id = %s", fund.pk)
    tamper("UPDATE wallet_account SET balance = balance + 10 WHERE id = %s", clearing.pk)
    assert findings() == [Finding("reversal mirrors", back.pk, 20, 30)]


# --- holds ---


@pytest.fixture
def hold(committed_db: None) -> Hold:
    """250 held out of purses of 100, 100 and 500; 120 captured of it, in two captures."""
    wallet, shop = money.wallet(), money.merchant()
    for amount in (100, 100, 500):
        money.purse(wallet, amount)
    made = money.hold(wallet, shop, 250)
    for amount in (70, 50):
        money.capture(made, amount, final=False)
    assert verification.verify().holds
    made.refresh_from_db()
    return made


def part_of(hold: Hold, number: int) -> HoldPart:
    return HoldPart.objects.get(hold=hold, number=number)


def test_an_account_that_holds_more_or_less_than_its_holds_is_found(hold: Hold) -> None:
    last = part_of(hold, 2).purse_id
    tamper("UPDATE wallet_account SET held = 51 WHERE id = %s", last)
    assert findings() == [Finding("held by holds", last, 51, 50)]
    tamper("UPDATE wallet_account SET held = 0 WHERE id = %s", last)
    assert findings() == [Finding("held by holds", last, 0, 50)]


def test_a_hold_that_ended_without_its_release_is_found(hold: Hold) -> None:
    tamper("UPDATE wallet_hold SET status = 'voided', ended_at = now() WHERE id = %s", hold.pk)
    still = [(part_of(hold, number).purse_id, held) for number, held in ((1, 80), (2, 50))]
    assert findings() == [Finding("held by holds", purse, held, 0) for purse, held in still]


def test_a_hold_that_says_more_than_its_parts_is_found(hold: Hold) -> None:
    tamper("UPDATE wallet_hold SET amount = 251 WHERE id = %s", hold.pk)
    assert findings() == [Finding("hold parts", hold.pk, 251, 250)]


def test_a_declined_hold_with_parts_is_found(hold: Hold) -> None:
    declined = money.hold(hold.wallet, hold.merchant, 9_000)
    tamper(
        "INSERT INTO wallet_holdpart (hold_id, purse_id, number, amount) VALUES (%s, %s, 0, 10)",
        declined.pk,
        part_of(hold, 0).purse_id,
    )
    assert findings() == [Finding("hold parts", declined.pk, 0, 10)]


def test_a_hold_that_says_more_was_captured_than_its_payments_is_found(hold: Hold) -> None:
    tamper("UPDATE wallet_hold SET captured = 130 WHERE id = %s", hold.pk)
    assert findings() == [
        Finding("hold captures", hold.pk, 130, 120),
        Finding("hold parts captured", hold.pk, 130, 120),
    ]


def test_a_capture_that_was_cut_off_from_its_hold_is_found(hold: Hold) -> None:
    payment = Payment.objects.earliest("pk")
    tamper("UPDATE wallet_payment SET hold_id = NULL WHERE id = %s", payment.pk)
    assert Finding("hold captures", hold.pk, 120, 50) in findings()


def test_a_part_that_says_more_was_captured_of_it_is_found(hold: Hold) -> None:
    last = part_of(hold, 2)
    tamper("UPDATE wallet_holdpart SET captured = 10 WHERE id = %s", last.pk)
    tamper("UPDATE wallet_account SET held = 40 WHERE id = %s", last.purse_id)
    assert findings() == [
        Finding("hold parts captured", hold.pk, 120, 130),
        Finding("capture of its purse", hold.pk, 10, 0),
    ]


def test_a_capture_out_of_another_purse_than_the_hold_reserved_is_found(hold: Hold) -> None:
    other = money.purse(hold.wallet, 100)
    first = Transfer.objects.filter(kind="redemption").earliest("pk")  # 70 out of the first purse
    tamper("UPDATE wallet_transfer SET debit_id = %s WHERE id = %s", other.pk, first.pk)
    tamper("UPDATE wallet_account SET balance = balance - 70 WHERE id = %s", other.pk)
    tamper("UPDATE wallet_account SET balance = balance + 70 WHERE id = %s", first.debit_id)
    assert sorted(findings(), key=lambda found: found.stored) == [
        Finding("capture of its purse", hold.pk, 0, 70),
        Finding("capture of its purse", hold.pk, 100, 30),
    ]


def test_a_purse_that_gave_more_than_it_had_promised_is_found(hold: Hold) -> None:
    first = part_of(hold, 0)
    tamper("UPDATE wallet_holdpart SET amount = 90, captured = 90 WHERE id = %s", first.pk)
    checks = {found.check for found in findings()}
    assert {"hold parts", "hold parts captured", "capture of its purse"} <= checks


# --- settlements that came back ---


def settled_and_paid() -> Settlement:
    made = settlement.settle(money.owed(100), date(2026, 11, 24))
    assert made is not None
    return settlement.confirm_paid(made)


@pytest.mark.parametrize(
    ("lie", "check"),
    [
        ("status = 'paid', returned_at = NULL, return_reason = ''", {"settlement payout", "settlement returned"}),
        ("status = 'pending', returned_at = NULL, paid_at = NULL, return_reason = ''", {"settlement returned"}),
        ("amount = amount + 1", {"settlement amount", "settlement returned"}),
    ],
)
def test_a_return_that_the_row_denies_is_found(lie: str, check: set[str]) -> None:
    made = settled_and_paid()
    settlement.returned(made, "rekening ditutup")
    tamper(f"UPDATE wallet_settlement SET {lie} WHERE id = %s", made.pk)
    assert {finding.check for finding in verification.verify().findings} == check


def test_a_settlement_called_returned_that_was_not_is_found() -> None:
    made = settled_and_paid()
    tamper(f"UPDATE wallet_settlement SET {RETURNED} WHERE id = %s", made.pk)
    assert {finding.check for finding in verification.verify().findings} == {"settlement payout", "settlement returned"}


def test_a_checkpoint_of_the_past_that_was_changed_is_found(shop: Merchant) -> None:
    first = Transfer.objects.filter(credit=shop.account_id).earliest("pk")
    last = Transfer.objects.filter(credit=shop.account_id).latest("pk")
    true, wrong, latest = (
        Checkpoint.objects.create(account_id=shop.account_id, counted_to=counted_to, balance=balance)
        for counted_to, balance in ((first.pk, 200), (first.pk + 1, 299), (last.pk, 40))
    )
    found = [(finding.check, finding.row, finding.stored) for finding in findings()]
    assert found == [("checkpoint history", wrong.pk, 299)]
    assert true.pk < wrong.pk < latest.pk


def test_a_loss_that_no_claim_tells_of_is_found() -> None:
    money.move(money.fund(100), money.merchant().account, 100, kind=Transfer.Kind.LOSS)
    assert {finding.check for finding in verification.verify().findings} == {"loss amount"}


def test_every_check_has_a_test_here() -> None:
    source = Path(__file__).read_text()
    assert [check for check in (*CHECKS, *PASSED) if f'"{check}"' not in source] == []
