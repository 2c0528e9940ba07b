"""Baskets, terminals and merchants' limits as a partner meets them: one row for each refusal of its own."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from tests import money
from tests.wallet import shops
from tests.wallet.snap import qr_shop
from tests.wallet.snap.conftest import World, rupiah
from tests.wallet.snap.sender import PAY, Answer
from wallet import codes, debits, ledger, merchant_reports, merchants, wallets
from wallet.models import (
    Account,
    BasketItem,
    DebitOrder,
    Hold,
    Merchant,
    MpmCode,
    Outlet,
    Payment,
    PurseTerms,
    RegulatedPrice,
    Terminal,
    Wallet,
)

BOOK = {"sku": "BT-38", "name": "Buku tulis", "category": "Alat tulis", "quantity": 2, "price": rupiah(5_000)}
SMOKE = {"name": "Rokok Surya 12", "quantity": 1, "price": rupiah(10_000)}
# As the standard's own sample writes goods: texts for quantities, and no prices.
STANDARDS = {"productId": "BT-38", "productName": "Buku tulis", "qty": "2", "desc": "barang"}
PEN = {"productId": "P-1", "productName": "Pulpen", "qty": "1", "price": rupiah(2_000)}


def shop() -> Merchant:
    return Merchant.objects.get(merchant_id="WARUNG")


def school(world: World) -> str:
    """A code of a wallet whose only purse is for goods that are named."""
    [number] = wallets.open_for([uuid.uuid4()]).values()
    terms = PurseTerms.objects.create(
        name=uuid.uuid4().hex, items_required=True, banned_items=["rokok"], price_ceilings={"beras": 15_000}
    )
    now = timezone.now()
    grant = ledger.Grant(key=uuid.uuid4().hex, wallet=number, amount=100_000)
    ledger.open_purses(world.fund.pk, terms, "KJP", now - timedelta(days=1), None, [grant])
    return codes.issue(Wallet.objects.get(pk=number)).qr_content


def pay_goods(*items: Any, amount: int = 10_000, **changes: Any) -> Callable[[World], Answer]:
    def send(world: World) -> Answer:
        info = {"additionalInfo": {"kasir": "02", "items": list(items)}} if items else {}
        return world.pay(qrContent=school(world), amount=rupiah(amount), **(info | changes))

    return send


def by_the_standard(items: Any, *, amount: int = 10_000, **changes: Any) -> Callable[[World], Answer]:
    return lambda world: world.pay(qrContent=school(world), amount=rupiah(amount), items=items, **changes)


def _limited(**at_most: int) -> Callable[[World], Answer]:
    def send(world: World) -> Answer:
        shops.changed(shop(), **{f"limit_{name}": most for name, most in at_most.items()})
        world.pay(amount=rupiah(1_000))
        return world.pay()

    return send


def _closed(world: World) -> Answer:
    merchants.close(shop(), "pindah", "petugas")
    return world.pay()


def _not_yet(world: World) -> Answer:
    account = ledger.open_account(Account.Kind.MERCHANT)
    Merchant.objects.create(
        partner=world.partner, merchant_id="BARU", name="Baru", mcc="5411", status="approved", account=account
    )
    return world.pay(merchantId="BARU")


def _terminal(terminal: str) -> Callable[[World], Answer]:
    def send(world: World) -> Answer:
        outlet = Outlet.objects.create(merchant=shop(), code="G1", name="Pasar")
        Terminal.objects.create(outlet=outlet, terminal_id="K1")
        Terminal.objects.create(outlet=outlet, terminal_id="K2", active=False)
        return world.pay(terminalId=terminal)

    return send


def _too_dear_here(world: World) -> Answer:
    RegulatedPrice.objects.create(merchant=shop(), item="buku tulis", price=4_999)
    return pay_goods(BOOK)(world)


ROWS: list[tuple[str, str, str, Callable[[World], Answer]]] = [
    ("2006000", "Successful", "", pay_goods(BOOK)),
    ("4006002", "Invalid Mandatory Field additionalInfo.items", "items_missing", pay_goods()),
    ("4036015", "Transaction Not Permitted. Item not allowed: Rokok Surya 12", "item_banned", pay_goods(SMOKE)),
    (
        "4036015",
        "Transaction Not Permitted. Price too high: Beras 5 kg",
        "item_too_dear",
        pay_goods({"name": "Beras 5 kg", "quantity": 1, "price": rupiah(15_001)}, amount=15_001),
    ),
    ("4036015", "Transaction Not Permitted. Price too high: Buku tulis", "item_too_dear", _too_dear_here),
    ("4046013", "Invalid Amount", "basket_differs", pay_goods(BOOK, amount=10_001)),
    ("4006001", "Invalid Field Format additionalInfo.items", "", pay_goods(additionalInfo={"items": "buku"})),
    ("4006001", "Invalid Field Format additionalInfo.items", "", pay_goods(*[BOOK] * 201)),
    ("4006001", "Invalid Field Format additionalInfo.items[1]", "", pay_goods(BOOK, "buku")),
    ("4006002", "Invalid Mandatory Field additionalInfo.items[0].name", "", pay_goods(BOOK | {"name": ""})),
    ("4006002", "Invalid Mandatory Field additionalInfo.items[0].price", "", pay_goods(BOOK | {"price": None})),
    (
        "4006001",
        "Invalid Field Format additionalInfo.items[0].price.value",
        "",
        pay_goods(BOOK | {"price": {"value": "5000", "currency": "IDR"}}),
    ),
    ("4006001", "Invalid Field Format additionalInfo.items[0].quantity", "", pay_goods(BOOK | {"quantity": "2"})),
    ("4006001", "Invalid Field Format additionalInfo.items[0].quantity", "", pay_goods(BOOK | {"quantity": 0})),
    ("4006001", "Invalid Field Format additionalInfo.items[0].quantity", "", pay_goods(BOOK | {"quantity": True})),
    ("4036020", "Merchant Limit Exceed", "merchant_limit_exceeded", _limited(payment=9_999)),
    ("4036020", "Merchant Limit Exceed", "merchant_limit_exceeded", _limited(daily=10_999)),
    ("4036020", "Merchant Limit Exceed", "merchant_limit_exceeded", _limited(monthly=10_999)),
    ("4036020", "Merchant Limit Exceed", "merchant_limit_exceeded", _limited(count=1)),
    ("2006000", "Successful", "", _limited(payment=10_000, daily=11_000, monthly=11_000, count=2)),
    ("4046008", "Invalid Merchant", "merchant_inactive", _closed),
    ("4046008", "Invalid Merchant", "merchant_inactive", _not_yet),
    ("2006000", "Successful", "", _terminal("K1")),
    ("4046017", "Invalid Terminal", "terminal_unknown", _terminal("K2")),
    ("4046017", "Invalid Terminal", "terminal_unknown", _terminal("K3")),
    ("4006001", "Invalid Field Format terminalId", "", _terminal("K" * 33)),
    # The standard's own list.
    ("2006000", "Successful", "", by_the_standard(STANDARDS)),
    ("2006000", "Successful", "", by_the_standard([STANDARDS])),
    ("2006000", "Successful", "", by_the_standard([STANDARDS | {"price": rupiah(4_000)}, PEN])),
    ("2006000", "Successful", "", by_the_standard([BOOK])),
    (
        "4036015",
        "Transaction Not Permitted. Item not allowed: Rokok Surya",
        "item_banned",
        by_the_standard(STANDARDS | {"productName": "Rokok Surya"}),
    ),
    (
        "4036015",
        "Transaction Not Permitted. Price too high: Beras",
        "item_too_dear",
        by_the_standard(STANDARDS | {"productName": "Beras", "qty": 1}, amount=15_001),
    ),
    ("4006002", "Invalid Mandatory Field items[0].price", "items_missing", by_the_standard([STANDARDS, PEN])),
    ("4006002", "Invalid Mandatory Field items[0].price", "items_missing", by_the_standard(STANDARDS, amount=10_001)),
    ("4006002", "Invalid Mandatory Field items[0].qty", "items_missing", by_the_standard(STANDARDS | {"qty": "1.5"})),
    ("4006002", "Invalid Mandatory Field items[0].qty", "items_missing", by_the_standard({"productName": "Buku"})),
    ("4006002", "Invalid Mandatory Field items[0].productName", "items_missing", by_the_standard({"qty": "1"})),
    ("4006002", "Invalid Mandatory Field items[1]", "items_missing", by_the_standard([PEN, "buku"])),
    ("4006002", "Invalid Mandatory Field items", "items_missing", by_the_standard([PEN])),
    ("4006002", "Invalid Mandatory Field items", "items_missing", by_the_standard([PEN] * 201)),
    (
        "4006002",
        "Invalid Mandatory Field items[0].price.value",
        "items_missing",
        by_the_standard(STANDARDS | {"price": {"value": 5_000, "currency": "IDR"}}),
    ),
    ("4006001", "Invalid Field Format items", "", by_the_standard("buku")),
    ("4006002", "Invalid Mandatory Field additionalInfo.items", "items_missing", by_the_standard([])),
]


@pytest.mark.parametrize(("code", "message", "reason", "send"), ROWS)
def test_each_refusal_has_its_own_code(
    world: World, code: str, message: str, reason: str, send: Callable[[World], Answer]
) -> None:
    answer = send(world)
    assert (answer.body["responseCode"], answer.body["responseMessage"]) == (code, message)
    assert answer.body.get("additionalInfo", {}).get("reason", "") == reason
    assert answer.status == int(code[:3])


def test_goods_are_kept_and_come_back_and_a_retry_must_repeat_them(world: World) -> None:
    order = world.order(qrContent=school(world), additionalInfo={"items": [BOOK]}, terminalId="K9")
    first = world.sender.post(PAY, order)
    again = world.sender.post(PAY, order)
    assert first.body == again.body
    assert first.body["additionalInfo"] == {"items": [BOOK]}
    row = BasketItem.objects.get()
    assert (row.sku, row.name, row.category, row.quantity, row.price) == ("BT-38", "Buku tulis", "Alat tulis", 2, 5_000)
    assert Payment.objects.get().terminal_id == "K9"
    other = order | {"additionalInfo": {"items": [BOOK | {"name": "Rokok"}]}}
    assert world.sender.post(PAY, other).body["responseCode"] == "4046018"


def test_the_goods_of_a_dynamic_code_are_the_payments(world: World) -> None:
    shop_ = opened_shop(world)
    asked = {"partnerReferenceNo": "QR-1", "additionalInfo": {"kasir": "02", "items": [BOOK]}}
    content = shop_.content(**asked)
    assert shop_.content(**asked) == content
    declined = shop_.pay(shop_.static(), otp=school(world))
    assert "Tunjukkan kode bayar Anda kepada kasir" in declined.body["additionalInfo"]["reasonMessage"]
    assert shop_.pay(content, otp=school(world)).code == "2005000"
    paid = Payment.objects.get(status="paid")
    [row] = paid.items.all()
    assert (row.sku, row.name, row.category, row.quantity, row.price) == ("BT-38", "Buku tulis", "Alat tulis", 2, 5_000)
    assert ledger.balance_of(paid.merchant.account_id) == 10_000
    told = shop_.query(originalPartnerReferenceNo="QR-1").body["additionalInfo"]
    assert told["items"] == [BOOK]
    money.assert_books_hold()


def test_what_a_code_or_an_order_says_is_bought_stays(world: World) -> None:
    shop_ = opened_shop(world)
    shop_.content(additionalInfo={"items": [BOOK]})
    order = placed_order(world, BOOK)
    for row in (MpmCode.objects.get(), order):
        with pytest.raises(DatabaseError), transaction.atomic():
            type(row).objects.filter(pk=row.pk).update(items=[])
    code = MpmCode.objects.get()
    code.pk, code.reference_no, code.partner_reference_no, code.amount = None, "X", "X", None
    with pytest.raises(DatabaseError, match="mpm_code_items_have_amount"), transaction.atomic():
        code.save(force_insert=True)


def test_an_order_is_paid_with_money_for_its_goods_and_a_banned_one_is_named(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Tries are committed apart, which a test inside a transaction cannot do.
    monkeypatch.setattr(debits, "_count_try", lambda uid: 1 + Hold.objects.count())
    smoke, books = placed_order(world, SMOKE), placed_order(world, BOOK)
    for order, decline, detail in ((smoke, "item_banned", "Rokok Surya 12"), (books, "", "")):
        approval = debits.approve_with_code(order.uid, school(world))
        assert (approval.decline, approval.detail) == (decline, detail)
        order.refresh_from_db()
        assert (order.decline, order.decline_detail) == (decline, detail)
    status = {"serviceCode": "54", "originalPartnerReferenceNo": smoke.partner_reference_no}
    told = world.sender.post("/v1.0/debit/status", status).body["additionalInfo"]
    assert told["reason"] == "item_banned" and "Rokok Surya 12" in told["reasonMessage"]
    assert smoke.payment is None and books.payment is not None
    assert [(row.name, row.quantity) for row in books.payment.items.all()] == [("Buku tulis", 2)]
    assert ledger.balance_of(shop().account_id) == 10_000
    report = merchant_reports.of(shop(), timezone.localdate(), timezone.localdate())
    assert [sale.items for sale in merchant_reports.sales(report)] == ["2 x Buku tulis"]
    money.assert_books_hold()


def opened_shop(world: World) -> Any:
    Merchant.objects.filter(merchant_id="WARUNG").update(nmid=qr_shop.NMID, criteria="UMI", postcode="13330")
    return qr_shop.Shop(world)


def placed_order(world: World, *items: Any) -> DebitOrder:
    fields = {
        "partnerReferenceNo": uuid.uuid4().hex,
        "merchantId": "WARUNG",
        "amount": rupiah(10_000),
        "additionalInfo": {"items": list(items)},
    }
    assert world.sender.post("/v1.0/debit/payment-host-to-host", fields).code == "2005400"
    return DebitOrder.objects.get(partner_reference_no=fields["partnerReferenceNo"])


def test_goods_by_the_standard_are_kept_and_a_retry_must_repeat_them(world: World) -> None:
    order = world.order(qrContent=school(world), items=STANDARDS)
    first = world.sender.post(PAY, order)
    assert first.code == "2006000" and world.sender.post(PAY, order).body == first.body
    row = BasketItem.objects.get()
    assert (row.sku, row.name, row.category, row.quantity, row.price) == ("BT-38", "Buku tulis", "", 2, 5_000)
    assert world.sender.post(PAY, order | {"items": STANDARDS | {"productName": "Rokok"}}).code == "4046018"


def test_our_list_wins_over_the_standards(world: World) -> None:
    info = {"items": [BOOK]}
    smoke = STANDARDS | {"productName": "Rokok"}
    answer = world.pay(qrContent=school(world), items=smoke, additionalInfo=info)
    assert (answer.code, BasketItem.objects.get().name) == ("2006000", "Buku tulis")


@pytest.mark.parametrize(
    "items", [{"any": ["thing", 1]}, [], {}, ["x", None, 1], [STANDARDS, PEN], [{"qty": -1}] * 300, [PEN], {"name": 5}]
)
def test_a_list_that_cannot_be_read_as_goods_holds_up_no_money_that_asks_for_none(world: World, items: Any) -> None:
    order = world.order(items=items)
    first = world.sender.post(PAY, order)
    assert first.code == "2006000" and world.sender.post(PAY, order).body == first.body
    assert not BasketItem.objects.exists() and world.balance() == 90_000


def test_what_was_in_the_way_is_told_in_the_cashiers_words_too(world: World) -> None:
    body = by_the_standard([STANDARDS, PEN])(world).body
    assert "items[0].price" in body["additionalInfo"]["reasonMessage"]


def test_a_registered_till_may_have_a_long_name(world: World) -> None:
    assert _terminal("K" * 32)(world).code == "4046017"
    Terminal.objects.create(outlet=Outlet.objects.get(), terminal_id="K" * 32)
    assert world.pay(terminalId="K" * 32).code == "2006000"


def test_a_long_basket_is_taken_beside_a_short_additional_info(world: World) -> None:
    items = [{"name": f"Barang {number} " + "x" * 60, "quantity": 1, "price": rupiah(100)} for number in range(100)]
    answer = pay_goods(*items)(world)
    assert answer.body["responseCode"] == "2006000"
    assert BasketItem.objects.count() == 100
