"""Codes that merchants present, when several reach for one at once: each is paid once, or cancelled, and never both."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any

import pytest

from tests import money
from tests.processes import together
from wallet import cpm_codes, mpm, mpm_codes, six_digits
from wallet.models import CpmCode, Merchant, MpmCode, MpmPayment, Partner, Payment, Refund, Wallet

pytestmark = pytest.mark.usefixtures("processes")
MANY = 12


def code_order(shop: Merchant, reference: str = "", amount: int | None = 700) -> mpm_codes.CodeOrder:
    reference = reference or money.unique("qr")
    return mpm_codes.CodeOrder(
        partner=shop.partner,
        merchant_id=shop.merchant_id,
        amount=amount,
        partner_reference_no=reference,
        external_id=reference,
        request_hash=hashlib.sha256(f"{reference}|{amount}".encode()).digest(),
    )


def pay_order(content: str, owner: Wallet, reference: str = "", amount: int | None = None) -> mpm.PayOrder:
    reference = reference or money.unique("app")
    scan = mpm_codes.scan(content)
    return mpm.PayOrder(
        scan=scan,
        partner=scan.merchant.partner,
        partner_reference_no=reference,
        external_id=reference,
        request_hash=hashlib.sha256(f"{reference}|{content}".encode()).digest(),
        amount=amount,
        wallet=owner,
    )


def buyer(amount: int = 10_000) -> Wallet:
    owner = money.wallet()
    money.purse(owner, amount)
    return owner


def _do_pay(order: mpm.PayOrder) -> tuple[int, str]:
    made = mpm.pay(order)
    return made.pk, made.decline or made.status


def _do_generate(order: mpm_codes.CodeOrder) -> str:
    return mpm_codes.generate(order).content


def _do_cancel(partner: int, reference: str) -> str:
    done = mpm.cancel(Partner.objects.get(pk=partner), partner_reference_no=reference)
    return "taken back" if done.refund else "given up"


def _do_expire() -> int:
    return mpm_codes.expire_due()


def test_many_payers_race_for_one_dynamic_code_and_one_wins() -> None:
    shop, owners = money.merchant(), [buyer() for _ in range(MANY)]
    code = mpm_codes.generate(code_order(shop))
    outcomes = together([(_do_pay, (pay_order(code.content, owner),)) for owner in owners])
    assert Counter(outcome.error or outcome.value[1] for outcome in outcomes) == {"paid": 1, "qr_paid": MANY - 1}
    code.refresh_from_db()
    assert (code.state, code.payment) == ("paid", Payment.objects.get())
    assert money.balance(shop.account) == 700
    money.assert_books_hold()


@pytest.mark.parametrize("dynamic", [True, False])
def test_one_payment_sent_many_times_at_once_is_made_once(dynamic: bool) -> None:
    shop, owner = money.merchant(), buyer()
    content = mpm_codes.generate(code_order(shop)).content if dynamic else mpm_codes.static_content(shop)
    order = pay_order(content, owner, "once", 700)
    outcomes = together([(_do_pay, (order,))] * MANY)
    assert len({outcome.value for outcome in outcomes}) == 1 and not any(outcome.error for outcome in outcomes)
    assert (Payment.objects.count(), MpmPayment.objects.count(), money.balance(shop.account)) == (1, 1, 700)
    money.assert_books_hold()


def test_one_wallet_pays_at_many_static_codes_no_more_than_it_holds() -> None:
    owner, shops = buyer(1_000), [money.merchant() for _ in range(MANY)]
    jobs = [(_do_pay, (pay_order(mpm_codes.static_content(shop), owner, amount=300),)) for shop in shops]
    outcomes = Counter(outcome.error or outcome.value[1] for outcome in together(jobs))
    assert outcomes == {"paid": 3, "insufficient_funds": MANY - 3}
    money.assert_books_hold()


def test_a_cancellation_races_payers_and_the_merchant_never_keeps_what_was_cancelled() -> None:
    for _ in range(4):
        shop = money.merchant()
        code = mpm_codes.generate(code_order(shop))
        jobs: list[Any] = [(_do_pay, (pay_order(code.content, buyer()),)) for _ in range(3)]
        jobs.insert(1, (_do_cancel, (shop.partner_id, code.partner_reference_no)))
        outcomes = together(jobs)
        said = [outcome.error or outcome.value for outcome in outcomes]
        code.refresh_from_db()
        if said[1] == "given up":
            assert code.state == "cancelled" and [said[0], *said[2:]] == ["qr_cancelled"] * 3
        else:
            assert said[1] == "taken back" and code.state == "paid"
            assert Refund.objects.filter(payment=code.payment, cancels=True).count() == 1
        assert money.balance(shop.account) == 0
    money.assert_books_hold()


def test_one_payment_cancelled_many_times_at_once_is_taken_back_once() -> None:
    shop, owner = money.merchant(), buyer()
    code = mpm_codes.generate(code_order(shop))
    mpm.pay(pay_order(code.content, owner))
    outcomes = together([(_do_cancel, (shop.partner_id, code.partner_reference_no))] * 8)
    assert [outcome.value for outcome in outcomes] == ["taken back"] * 8
    assert (Refund.objects.count(), money.balance(shop.account)) == (1, 0)
    money.assert_books_hold()


def test_one_code_asked_for_many_times_at_once_is_made_once() -> None:
    order = code_order(money.merchant())
    outcomes = together([(_do_generate, (order,))] * MANY)
    assert len({outcome.value for outcome in outcomes}) == 1 and MpmCode.objects.count() == 1


def _do_exchange(partner: int, digits: str, reference: str) -> str | None:
    body = f"{digits}|{reference}".encode()
    return cpm_codes.exchange(
        cpm_codes.ExchangeOrder(
            partner=Partner.objects.get(pk=partner),
            digits=digits,
            amount=None,
            partner_reference_no=reference,
            external_id=reference,
            request_hash=hashlib.sha256(body).digest(),
        )
    ).content


def test_six_digits_are_exchanged_for_one_code_however_many_ask_at_once() -> None:
    partner, digits = money.partner(), six_digits.issue(buyer()).qr_content
    jobs = [(_do_exchange, (partner.pk, digits, f"C-{number % 2}")) for number in range(8)]
    outcomes = together(jobs)
    assert not any(outcome.error for outcome in outcomes)
    assert CpmCode.objects.count() == 1
    assert len({outcome.value for outcome in outcomes if outcome.value}) == 1
