"""A settlement goes to the account it was made for, and to nobody without one."""

from __future__ import annotations

from datetime import date

import pytest

from tests import money
from wallet import settlement
from wallet.errors import BankAccountMissing
from wallet.models import Merchant, Settlement

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)


def owed(amount: int) -> Merchant:
    """A merchant that is owed the amount."""
    shop, wallet = money.merchant(), money.wallet()
    money.purse(wallet, amount)
    money.pay(wallet, shop, amount)
    return shop


def test_a_settlement_keeps_the_account_it_was_made_for() -> None:
    shop = owed(100)
    [made] = settlement.settle_all(TODAY)
    shop.bank_code, shop.bank_account = "008", "9999999999"
    shop.save()
    made = Settlement.objects.get(pk=made.pk)
    assert (made.bank_code, made.bank_account) == ("CENAIDJA", "1234567890")


def test_a_merchant_without_an_account_keeps_what_it_is_owed() -> None:
    shop = owed(100)
    shop.bank_code, shop.bank_account = "", ""
    shop.save()
    assert list(settlement.settle_all(TODAY)) == []
    with pytest.raises(BankAccountMissing):
        settlement.settle(shop, TODAY)
    assert money.balance(shop.account) == 100
