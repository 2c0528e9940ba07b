"""A settlement goes to the account it was made for, and to nobody without one."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection

from tests import money
from tests.wallet import shops
from vault import rotation
from wallet import ledger, settlement
from wallet.errors import BankAccountMissing, ReasonMissing, SettlementReturned
from wallet.models import Account, Merchant, Settlement

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)


def positions(shop: Merchant) -> tuple[int, int, int]:
    """Rupiah owed to the merchant, on its way to banks, and gone to banks."""
    clearing, bank = ledger.singleton(Account.Kind.SETTLEMENT), ledger.singleton(Account.Kind.BANK)
    return money.balance(shop.account), money.balance(clearing), money.balance(bank)


def settled(shop: Merchant, *, paid: bool) -> Settlement:
    made = settlement.settle(shop, TODAY)
    assert made is not None
    return settlement.confirm_paid(made) if paid else made


def test_a_settlement_keeps_the_account_it_was_made_for() -> None:
    shop = money.owed(100)
    [made] = settlement.settle_all(TODAY)
    shops.changed(shop, bank_code="008", bank_account="9999999999")
    made = Settlement.objects.get(pk=made.pk)
    assert (made.bank_code, made.bank_account) == ("CENAIDJA", "1234567890")


def test_a_merchant_without_an_account_keeps_what_it_is_owed() -> None:
    shop = money.owed(100)
    with connection.cursor() as cursor, rotation.resealing(cursor):  # no officer takes an account away
        Merchant.objects.filter(pk=shop.pk).update(bank_code="", bank_account_sealed=b"")
    assert list(settlement.settle_all(TODAY)) == []
    with pytest.raises(BankAccountMissing):
        settlement.settle(shop, TODAY)
    assert money.balance(shop.account) == 100


# --- what the bank sends back ---


@pytest.mark.parametrize("paid", [True, False])
def test_what_the_bank_returns_is_owed_again_and_the_next_settlement_pays_it_anew(paid: bool) -> None:
    shop = money.owed(100)
    first = settled(shop, paid=paid)
    back = settlement.returned(first, " rekening ditutup ")
    assert (back.status, back.return_reason) == ("returned", "rekening ditutup")
    assert back.returned_at is not None
    assert positions(shop) == (100, 0, 0)
    money.assert_books_hold()
    second = settled(shop, paid=True)
    assert (second.amount, second.pk != first.pk, positions(shop)) == (100, True, (0, 0, 100))
    money.assert_books_hold()


@pytest.mark.parametrize("paid", [True, False])
def test_a_return_told_twice_moves_money_once_and_keeps_its_first_reason(paid: bool) -> None:
    shop = money.owed(100)
    first = settled(shop, paid=paid)
    told = [settlement.returned(first, reason) for reason in ("rekening ditutup", "salah nama")]
    assert {(back.returned_at, back.return_reason) for back in told} == {(told[0].returned_at, "rekening ditutup")}
    assert positions(shop) == (100, 0, 0)


def test_a_return_needs_a_reason() -> None:
    made = settled(money.owed(100), paid=True)
    with pytest.raises(ReasonMissing):
        settlement.returned(made, " ")


@pytest.mark.parametrize("paid", [True, False])
def test_what_was_returned_is_not_confirmed_any_more(paid: bool) -> None:
    shop = money.owed(100)
    first = settled(shop, paid=paid)
    settlement.returned(first, "rekening ditutup")
    with pytest.raises(SettlementReturned):
        settlement.confirm_paid(first)
    assert positions(shop) == (100, 0, 0)


def test_a_refund_may_come_out_of_what_the_bank_returned() -> None:
    shop, wallet = money.merchant(), money.wallet()
    money.purse(wallet, 100)
    payment = money.pay(wallet, shop, 100)
    settlement.returned(settled(shop, paid=True), "rekening ditutup")
    money.refund(payment, None)
    assert settlement.settle(shop, TODAY) is None
    money.assert_books_hold()
