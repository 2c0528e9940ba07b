"""A purse whose terms ask for goods is spent on goods that are named and allowed, and on nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from tests import money
from wallet import baskets, codes, holds, purses, redemption
from wallet.baskets import Item
from wallet.errors import BasketDiffers
from wallet.models import BasketItem, Merchant, Payment, PurseTerms, Wallet

BOOK, PEN = Item("Buku tulis 38 lembar", 2, 5_000, sku="BT-38", category="Alat tulis"), Item("Pulpen", 1, 3_000)


def school(**rules: Any) -> PurseTerms:
    return PurseTerms.objects.create(name=money.unique("terms"), items_required=True, **rules)


def order(at: Merchant, wallet: Wallet, items: tuple[Item, ...], amount: int = 0) -> redemption.PaymentOrder:
    asked = money.order(at, codes.issue(wallet).qr_content, amount or sum(item.total for item in items) or 10_000)
    return redemption.PaymentOrder(**{name: getattr(asked, name) for name in asked.__slots__} | {"items": items})


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rules", "items", "decline", "detail"),
    [
        ({}, (BOOK, PEN), "", ""),
        ({}, (), "items_missing", "additionalInfo.items"),
        ({"banned_items": ["rokok"]}, (BOOK, PEN), "", ""),
        ({"banned_items": ["rokok"]}, (BOOK, Item("ROKOK Surya-12", 1, 25_000)), "item_banned", "ROKOK Surya-12"),
        ({"banned_items": ["rokok"]}, (Item("Ｒｏｋｏｋ kretek", 1, 25_000),), "item_banned", "Ｒｏｋｏｋ kretek"),
        ({"banned_items": ["rokok"]}, (Item("Surya 12", 1, 25_000, category="Rokok"),), "item_banned", "Surya 12"),
        ({"banned_items": ["r 012"]}, (Item("Surya 12", 1, 25_000, sku="R-012"),), "item_banned", "Surya 12"),
        ({"banned_items": ["rokok"]}, (Item("Rokokan mainan", 1, 5_000),), "", ""),  # whole words only
        ({"banned_items": ["paket data"]}, (Item("Paket buku data", 1, 5_000),), "", ""),
        ({"allowed_items": ["alat tulis", "pulpen"]}, (BOOK, PEN), "", ""),
        ({"allowed_items": ["alat tulis"]}, (BOOK, PEN), "item_not_allowed", "Pulpen"),
        ({"price_ceilings": {"alat tulis": 5_000}}, (BOOK,), "", ""),
        ({"price_ceilings": {"buku tulis": 4_999}}, (PEN, BOOK), "item_too_dear", "Buku tulis 38 lembar"),
    ],
)
def test_terms_refuse_a_basket_by_name(
    rules: dict[str, Any], items: tuple[Item, ...], decline: str, detail: str
) -> None:
    wallet, shop = money.wallet(), money.merchant()
    money.purse(wallet, 100_000, rules=school(**rules))
    payment = redemption.pay(order(shop, wallet, items))
    assert (payment.decline, payment.decline_detail) == (decline, detail)
    held = holds.authorise(order(shop, wallet, items))
    assert (held.decline, held.decline_detail) == (decline, detail)
    assert [(row.name, row.quantity, row.price) for row in payment.items.order_by("number")] == [
        (item.name, item.quantity, item.price) for item in items
    ]
    assert held.items.count() == len(items)
    money.assert_books_hold()


@pytest.mark.django_db
def test_what_one_purse_refuses_another_may_pay() -> None:
    wallet, shop = money.wallet(), money.merchant()
    aid = money.purse(wallet, 100_000, rules=school(banned_items=["rokok"]))
    own = money.purse(wallet, 30_000)
    assert redemption.pay(order(shop, wallet, (Item("Rokok", 1, 25_000),))).status == "paid"
    assert [money.balance(one.pk) for one in (aid, own)] == [100_000, 5_000]
    refused = redemption.pay(order(shop, wallet, (Item("Rokok", 1, 25_000),)))
    assert (refused.decline, refused.decline_detail) == ("item_banned", "Rokok")
    assert redemption.pay(order(shop, wallet, (BOOK,))).status == "paid"


@pytest.mark.django_db
@pytest.mark.parametrize("amount", [12_999, 13_001])
def test_goods_that_do_not_cost_the_amount_are_refused_and_nothing_is_kept(amount: int) -> None:
    wallet, shop = money.wallet(), money.merchant()
    money.purse(wallet, 100_000, rules=school())
    for ask in (redemption.pay, holds.authorise):
        with pytest.raises(BasketDiffers) as caught:
            ask(order(shop, wallet, (BOOK, PEN), amount))
        assert "Rp 13.000" in str(caught.value)
    assert not Payment.objects.exists() and not BasketItem.objects.exists()


@pytest.mark.django_db
def test_a_replayed_payment_keeps_one_basket() -> None:
    wallet, shop = money.wallet(), money.merchant()
    money.purse(wallet, 100_000, rules=school())
    asked = order(shop, wallet, (BOOK, PEN))
    assert redemption.pay(asked).pk == redemption.pay(asked).pk
    assert BasketItem.objects.count() == 2


@pytest.mark.django_db
def test_only_fitting_goods_open_a_purse_in_what_can_be_spent() -> None:
    wallet, shop = money.wallet(), money.merchant()
    money.purse(wallet, 700, rules=school(banned_items=["rokok"]))

    def spendable(*items: Item) -> int:
        return sum(one.available for one in purses.spendable_at(wallet, shop, timezone.now(), items))

    assert (spendable(), spendable(BOOK), spendable(Item("Rokok", 1, 1))) == (0, 700, 0)


@pytest.mark.django_db
def test_rules_for_goods_need_goods_and_stay_once_money_was_granted() -> None:
    with pytest.raises(DatabaseError, match="terms_item_rules_need_items"), transaction.atomic():
        PurseTerms.objects.create(name="x", banned_items=["rokok"])
    rules = school(banned_items=["rokok"])
    money.purse(money.wallet(), 100, rules=rules)
    for change in ({"banned_items": []}, {"items_required": False, "banned_items": []}, {"price_ceilings": {"a": 1}}):
        with pytest.raises(DatabaseError, match="were granted"), transaction.atomic():
            PurseTerms.objects.filter(pk=rules.pk).update(**change)


@pytest.mark.django_db
def test_a_basket_is_written_once() -> None:
    wallet = money.wallet()
    money.purse(wallet, 100_000)
    redemption.pay(order(money.merchant(), wallet, (BOOK,)))
    with pytest.raises(DatabaseError), transaction.atomic():
        BasketItem.objects.update(name="Beras")


@given(st.text(max_size=40))
def test_words_are_the_same_once_taken_and_in_any_case(text: str) -> None:
    found = baskets.words(text)
    assert baskets.words(found) == found
    assert "  " not in found and found == found.strip()


@pytest.mark.parametrize(
    ("text", "found"),
    [("ROKOK-Surya  12", "rokok surya 12"), ("  ", ""), ("½ kg", "1 2 kg"), ("Straße_5", "strasse 5"), ("--", "")],
)
def test_words_of(text: str, found: str) -> None:
    assert baskets.words(text) == found
