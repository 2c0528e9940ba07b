"""What other providers' clients send (tests/wallet/snap/clients.py) works here as it is, with the partner's own merchant."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.wallet.snap import clients
from tests.wallet.snap.conftest import World, rupiah
from tests.wallet.snap.qr_shop import CPM, MPM
from tests.wallet.snap.sender import Answer
from tests.wallet.snap.test_goods import school
from wallet import debits, six_digits
from wallet.models import BasketItem, DebitOrder, Partner, Payment
from wallet.snap.timestamps import emit

ORDER = "/v1.0/debit/payment-host-to-host"


@pytest.fixture(autouse=True)
def _registered(world: World, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.WEBHOOKS = settings.WEBHOOKS | {"local": False}
    Partner.objects.filter(pk=world.partner.pk).update(return_hosts=["toko.example"])
    monkeypatch.setattr(debits, "_count_try", lambda uid: DebitOrder.objects.get(uid=uid).attempts + 1)


def sent(world: World, path: str, body: dict[str, Any], **changes: Any) -> Answer:
    """The body as it is, with our merchant's id and a moment that lies ahead, each way of writing the address."""
    end = emit(timezone.now() + timedelta(minutes=20))
    filled = {"merchantId": "WARUNG", "validUpTo": end, "validityPeriod": end, "expiryTime": end}
    own = {name: value for name, value in filled.items() if body.get(name) == ""}
    return world.sender.post(path, body | own | changes)


def order(reference: str) -> DebitOrder:
    return DebitOrder.objects.get(partner_reference_no=reference)


def test_an_order_of_dana_from_the_first_call_to_the_refund(world: World) -> None:
    placed = sent(world, f"{ORDER}.htm", clients.DANA_ORDER)
    assert (placed.code, placed.body["additionalInfo"]) == ("2005400", clients.DANA_ORDER["additionalInfo"])
    kept = order("2026113000000001")
    assert (kept.return_url, kept.notify_url) == ("https://toko.example/selesai", "https://toko.example/kabar")
    assert sent(world, "/v1.0/debit/status.htm", clients.DANA_STATUS).body["latestTransactionStatus"] == "01"
    # The goods that its client lists are enough for money that asks for goods.
    assert debits.approve_with_code(kept.uid, school(world)).decline == ""
    bought = Payment.objects.get().items.order_by("number")
    assert [(one.sku, one.name, one.category, one.quantity, one.price) for one in bought] == [
        (f"BT-{number:04}", f"Buku tulis {number}", "alat-tulis/buku", 1, 2_500) for number in range(20)
    ]
    assert sent(world, "/v1.0/debit/status.htm", clients.DANA_STATUS).body["latestTransactionStatus"] == "00"
    refunded = sent(world, "/v1.0/debit/refund.htm", clients.DANA_REFUND)
    assert (refunded.code, refunded.body["refundAmount"]) == ("2005800", rupiah(10_000))


@pytest.mark.parametrize(
    "goods",
    [
        clients.DANA_GOODS[1:],  # what is left of the amount is the delivery's
        [*clients.DANA_GOODS[1:], clients.DANA_GOODS[0] | {"quantity": "1.5"}],
        [*clients.DANA_GOODS[1:], clients.DANA_GOODS[0] | {"name": "x" * 101}],
        [*clients.DANA_GOODS[1:], "buku"],
        [{"name": "Buku tulis", "quantity": "1", "price": rupiah(200)}] * 250,
        {},
    ],
)
def test_goods_of_dana_that_are_no_basket_refuse_no_order(world: World, goods: Any) -> None:
    info = clients.DANA_ORDER["additionalInfo"]
    answer = sent(world, ORDER, clients.DANA_ORDER, additionalInfo=info | {"order": info["order"] | {"goods": goods}})
    assert answer.code == "2005400"
    kept = order("2026113000000001")
    assert kept.items == []
    assert debits.approve_with_code(kept.uid, school(world)).decline == "items_missing"
    told = sent(world, "/v1.0/debit/status", clients.DANA_STATUS).body["additionalInfo"]
    assert told["reason"] == "items_missing" and "additionalInfo.items" in told["reasonMessage"]
    DebitOrder.objects.update(attempts=1)  # which is not counted here
    assert debits.approve_with_code(kept.uid, world.code()).decline == ""


def test_an_order_of_dana_is_cancelled(world: World) -> None:
    sent(world, ORDER, clients.DANA_ORDER, partnerReferenceNo="2026113000000002")
    assert sent(world, "/v1.0/debit/cancel.htm", clients.DANA_CANCEL).code == "2005700"
    assert order("2026113000000002").status == "cancelled"


@pytest.mark.parametrize("body", [clients.DOKU_ORDER, clients.LISTED_ORDER], ids=["alone", "listed"])
def test_the_address_under_its_other_name_is_read(world: World, body: dict[str, Any]) -> None:
    answer = sent(world, ORDER, body, merchantId="WARUNG")
    assert (answer.code, answer.body["additionalInfo"]) == ("2005400", body["additionalInfo"])
    assert order(body["partnerReferenceNo"]).return_url == "https://toko.example/selesai"


@pytest.mark.parametrize("body", [clients.DOKU_QRIS, clients.MIDTRANS_QRIS], ids=["doku", "midtrans"])
def test_a_qris_code_is_made(world: World, body: dict[str, Any]) -> None:
    made = sent(world, f"{MPM}generate", body)
    assert made.code == "2004700" and made.body["qrContent"]
    assert body["additionalInfo"].items() <= made.body["additionalInfo"].items()
    asked = clients.DOKU_QRIS_QUERY | {"originalPartnerReferenceNo": body["partnerReferenceNo"]}
    told = sent(world, f"{MPM}query", asked).body
    assert (told["latestTransactionStatus"], told["amount"]) == ("01", rupiah(20_000))


def test_a_qris_code_of_midtrans_is_paid_with_money_for_its_goods(world: World) -> None:
    content = sent(world, f"{MPM}generate", clients.MIDTRANS_QRIS).body["qrContent"]
    asked = {"partnerReferenceNo": "1", "otp": school(world), "additionalInfo": {"qrContent": content}}
    assert world.other.post(f"{MPM}payment", asked).code == "2005000"
    [bought] = Payment.objects.get().items.all()
    assert (bought.name, bought.quantity, bought.price) == ("Buku", 1, 20_000)


def test_a_till_of_shopeepays_from_the_payment_to_the_refund(world: World) -> None:
    paid = sent(world, f"{CPM}payment", clients.SHOPEE_CPM, qrContent=world.code())
    assert (paid.code, paid.body["additionalInfo"]) == ("2006000", clients.SHOPEE_CPM["additionalInfo"])
    assert Payment.objects.get().terminal_id == clients.SHOPEE_CPM["terminalId"]
    told = sent(world, f"{CPM}query", clients.SHOPEE_CPM_QUERY).body
    assert (told["latestTransactionStatus"], told["paidTime"]) == ("00", paid.body["transactionDate"])
    refunded = sent(world, f"{CPM}refund", clients.SHOPEE_CPM_REFUND)
    assert (refunded.code, world.balance()) == ("2008000", 80_000)


def test_a_library_by_the_standards_tables_pays_with_a_customers_digits(world: World) -> None:
    digits = six_digits.issue(world.wallet).qr_content
    made = sent(world, f"{CPM}generate", clients.STANDARD_CPM_CODE, userAccessToken=digits).body
    assert made["responseCode"] == "2005900" and made["expiryTime"]
    paid = sent(world, f"{CPM}payment", clients.STANDARD_CPM, qrContent=made["qrContent"])
    assert (paid.code, paid.body["additionalInfo"]) == ("2006000", clients.STANDARD_DEVICE)
    row = BasketItem.objects.get()
    assert (row.sku, row.name, row.quantity, row.price) == ("777", "Beras", 5, 2_400)
    told = sent(world, f"{CPM}query", clients.STANDARD_CPM_QUERY).body
    assert (told["latestTransactionStatus"], told["title"]) == ("00", "Belanja")
    assert sent(world, f"{CPM}cancel", clients.STANDARD_CPM_CANCEL).code == "2006200"
    assert world.balance() == 100_000


def test_a_library_by_the_standards_tables_gives_up_a_code_by_our_number(world: World) -> None:
    made = sent(world, f"{MPM}generate", clients.DOKU_QRIS).body
    gone = sent(world, f"{MPM}cancel", clients.STANDARD_MPM_CANCEL, originalReferenceNo=made["referenceNo"])
    assert (gone.code, gone.body["originalPartnerReferenceNo"]) == ("2007700", made["partnerReferenceNo"])
