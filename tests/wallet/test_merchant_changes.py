"""A merchant's data change when two officers agree, its bank account by nothing else; who sends a file sees where it is new."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from tests import money
from tests.wallet import shops
from wallet import merchant_changes, payouts, proposals, settlement
from wallet.errors import InvalidAmount, ReasonMissing
from wallet.merchant_errors import AccountWithoutBank, MerchantIdTaken
from wallet.models import Merchant, MerchantApplication, MerchantChange, MerchantStep, Settlement
from wallet.proposal_errors import NothingToChange, OwnProposal, ProposalMoved, ProposalWaits

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 24)
PAYER = {"name": "Dinas Sosial", "bank": "BDKIIDJ1", "account": "10101010101"}


def refused(function: Any, *arguments: Any, **named: Any) -> str:
    """What the database says to it."""
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        function(*arguments, **named)
    return str(caught.value)


def test_until_another_officer_agrees_the_old_account_is_paid() -> None:
    shop, proposer = money.owed(100), money.officer()
    told = {"bank_code": "014", "name": "Warung Baru", "refund_credit": 70}
    change = merchant_changes.propose(shop, told, "pindah bank", proposer, bank_account="9876543210")
    first = settlement.settle(shop, DAY)
    assert first is not None and (first.bank_code, first.bank_account) == ("CENAIDJA", "1234567890")
    with pytest.raises(OwnProposal):
        merchant_changes.agree(change, proposer)
    made = merchant_changes.agree(change, checker := money.officer("checker"))
    made.refresh_from_db()
    assert (made.bank_code, made.bank_account, made.name) == ("014", "9876543210", "Warung Baru")
    assert made.refund_credit == 70 and made.advance is not None
    change.refresh_from_db()
    assert (change.status, change.decided_by, change.before) == (
        "agreed",
        checker,
        {"bank_code": "CENAIDJA", "name": shop.name, "refund_credit": 0},
    )
    assert [(step.kind, step.by) for step in MerchantStep.objects.filter(merchant=shop)] == [("changed", "checker")]
    with pytest.raises(ProposalMoved):
        merchant_changes.agree(change, money.officer())


def test_what_is_proposed_is_looked_at_first() -> None:
    shop, officer = money.merchant(), money.officer()
    with pytest.raises(ReasonMissing):
        merchant_changes.propose(shop, {"name": "Lain"}, " ", officer)
    with pytest.raises(NothingToChange):
        merchant_changes.propose(shop, {"name": shop.name}, "x", officer, bank_account="1234567890")
    with pytest.raises(InvalidAmount):
        merchant_changes.propose(shop, {"limit_daily": -1}, "x", officer)
    with pytest.raises(AccountWithoutBank):
        merchant_changes.propose(shop, {"bank_code": ""}, "x", officer)
    change = merchant_changes.propose(shop, {"name": "Lain"}, "x", officer)
    with pytest.raises(ProposalWaits):
        merchant_changes.propose(shop, {"name": "Lain lagi"}, "x", officer)
    with pytest.raises(ReasonMissing):
        proposals.drop(change, officer, " ")
    proposals.drop(change, officer, "keliru")
    merchant_changes.propose(shop, {"name": "Lain lagi"}, "x", officer)
    assert Merchant.objects.get(pk=shop.pk).name == shop.name


def test_an_accounts_holder_changes_with_it_or_alone_and_by_two() -> None:
    shop = shops.at_work()
    assert shop.account_holder == "SITI RAHAYU"  # as in its application
    merchant = Merchant.objects.filter(pk=shop.pk)
    assert "two officers agree" in refused(merchant.update, account_holder_sealed=b"x")
    with pytest.raises(NothingToChange):
        merchant_changes.propose(shop, {}, "x", money.officer(), account_holder="SITI RAHAYU")
    shop = shops.changed(shop, account_holder="CV SUMBER PANGAN")
    assert (shop.bank_account, shop.account_holder) == ("1234567890", "CV SUMBER PANGAN")
    shop = shops.changed(shop, bank_account="9876543210", account_holder="CV SUMBER PANGAN")  # another bank of the same
    assert (shop.bank_account, shop.account_holder) == ("9876543210", "CV SUMBER PANGAN")
    shop = shops.changed(shop, bank_account="1111111111")
    assert shop.account_holder == ""  # never the old holder's name on a new account
    bare = money.merchant()
    assert bare.account_holder == ""  # of before: paid by the shop's name


def test_a_price_list_changes_too_and_the_application_goes_on_saying_what_was_asked() -> None:
    shop = shops.at_work()
    old = merchant_changes.prices_of(shop)
    assert old == {"minyakita 1 l": 15_700}
    with pytest.raises(NothingToChange):
        merchant_changes.propose(shop, {"prices": old}, "x", money.officer())
    for prices in ({"beras medium": 13_500, "minyakita 1 l": 16_000}, {"beras medium": 13_600}, {}):
        shops.changed(shop, prices=prices)
        assert merchant_changes.prices_of(shop) == prices
    asked = MerchantApplication.objects.get(became=shop)
    assert dict(asked.prices.values_list("item", "price")) == old
    bare = money.merchant()
    assert merchant_changes.prices_of(shops.changed(bare, prices={"beras": 1})) == {"beras": 1}


def test_an_nmid_that_another_merchant_has_is_refused() -> None:
    taken = shops.approved().nmid
    change = merchant_changes.propose(money.merchant(), {"nmid": taken}, "x", money.officer())
    with pytest.raises(MerchantIdTaken):
        merchant_changes.agree(change, money.officer())
    change.refresh_from_db()
    assert change.status == "proposed"


def test_the_database_asks_for_two_officers_too() -> None:
    shop, officer = money.merchant(), money.officer()
    merchant = Merchant.objects.filter(pk=shop.pk)
    assert "two officers agree" in refused(merchant.update, bank_code="014")
    assert "two officers agree" in refused(merchant.update, bank_account_sealed=b"x")
    change = merchant_changes.propose(shop, {"name": "Lain"}, "x", officer)
    rows = MerchantChange.objects.filter(pk=change.pk)
    told = {"status": "agreed", "decided_at": timezone.now() - timedelta(days=1)}
    assert "merchantchange_by_two" in refused(rows.update, decided_by=officer, **told)
    rows.update(decided_by=money.officer(), **told)  # agreed to, but not in this transaction
    assert "two officers agree" in refused(merchant.update, bank_code="014")
    assert "decided on once" in refused(rows.update, status="dropped", decision_reason="x")
    assert "permission denied" in refused(rows.update, after={"name": "Curang"})


def test_whoever_sends_a_file_sees_which_accounts_are_new(settings: Any) -> None:
    settings.WALLET = settings.WALLET | {"settlement_payer": PAYER}
    same, moved = money.owed(100), money.owed(200)

    def file() -> dict[Merchant, str]:
        for shop in Merchant.objects.filter(pk__in=[same.pk, moved.pk]):
            wallet = money.wallet()
            money.purse(wallet, 50)
            money.pay(wallet, shop, 50)
            settlement.settle(shop, DAY)
        made = payouts.send(payouts.make(money.officer()), money.officer())
        found = payouts.new_accounts(made)
        return {row.merchant: str(found[row.pk]) for row in Settlement.objects.filter(pk__in=found)}

    assert file() == {same: "first", moved: "first"}
    assert file() == {}
    shops.changed(moved, bank_account="9876543210")
    assert file() == {moved: "changed"}
    assert file() == {}
