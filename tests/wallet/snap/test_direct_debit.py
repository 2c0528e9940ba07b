"""Direct debit as a partner meets it: one row for each response code, the answers' fields, and retries."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from tests.wallet.snap.conftest import World, rupiah
from tests.wallet.snap.sender import Answer
from tests.wallet.snap.test_goods import BOOK, SMOKE
from wallet import debits, ledger
from wallet.models import Account, DebitOrder, Merchant, Partner, Payment, Transfer, Webhook
from wallet.snap.timestamps import emit
from wallet.webhooks import bodies

PAY, STATUS = "/v1.0/debit/payment-host-to-host", "/v1.0/debit/status"
CANCEL, REFUND = "/v1.0/debit/cancel", "/v1.0/debit/refund"
TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\+07:00")
RETURN = {"url": "https://toko.example/kembali?order=1", "type": "PAY_RETURN", "isDeeplink": "N"}
NOTIFY = {"url": "https://toko.example/hook", "type": "PAY_NOTIFY", "isDeeplink": "N"}


@pytest.fixture(autouse=True)
def _registered(world: World, settings: Any) -> None:
    settings.WEBHOOKS = settings.WEBHOOKS | {"local": False}
    Partner.objects.filter(pk=world.partner.pk).update(
        return_hosts=["toko.example"], notify_url="https://mitra.example/snap"
    )


def fields(**changes: Any) -> dict[str, Any]:
    given = {
        "partnerReferenceNo": uuid.uuid4().hex,
        "merchantId": "WARUNG",
        "amount": rupiah(10_000),
        "urlParams": [RETURN],
    } | changes
    return {name: value for name, value in given.items() if value is not None}


def placed(world: World, **changes: Any) -> DebitOrder:
    asked = fields(**changes)
    answer = world.sender.post(PAY, asked)
    assert answer.code == "2005400", answer.body
    return DebitOrder.objects.get(partner_reference_no=asked["partnerReferenceNo"])


def approve(world: World, order: DebitOrder) -> DebitOrder:
    assert debits.approve_with_code(order.uid, world.code()).decline == ""
    order.refresh_from_db()
    return order


@pytest.fixture(autouse=True)
def _no_own_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tries at an order are committed apart, which a test inside a transaction cannot do; see test_debit_races."""
    monkeypatch.setattr(debits, "_count_try", lambda uid: DebitOrder.objects.get(uid=uid).attempts + 1)


def send(world: World, path: str, order: DebitOrder, **changes: Any) -> Answer:
    given = {"originalPartnerReferenceNo": order.partner_reference_no} | changes
    if path == STATUS:
        given = {"serviceCode": "54"} | given
    if path == REFUND:
        given = {"partnerRefundNo": uuid.uuid4().hex} | given
    return world.sender.post(path, {name: value for name, value in given.items() if value is not None})


def _pay(**changes: Any) -> Callable[[World], Answer]:
    return lambda world: world.sender.post(PAY, fields(**changes))


def _on(path: str, *, paid: bool = False, **changes: Any) -> Callable[[World], Answer]:
    def act(world: World) -> Answer:
        order = placed(world)
        if paid:
            approve(world, order)
        return send(world, path, order, **changes)

    return act


def _closed(world: World) -> Answer:
    Merchant.objects.filter(merchant_id="WARUNG").update(status="closed")
    return world.sender.post(PAY, fields())


def _addresses(*params: Any) -> Callable[[World], Answer]:
    return _pay(urlParams=list(params))


def _other_body(world: World) -> Answer:
    asked = fields()
    world.sender.post(PAY, asked)
    return world.sender.post(PAY, asked | {"amount": rupiah(20_000)})


def _other_goods(world: World) -> Answer:
    asked = fields(additionalInfo={"items": [BOOK]})
    world.sender.post(PAY, asked)
    return world.sender.post(PAY, asked | {"additionalInfo": {"items": [SMOKE]}})


def _reference_of_a_payment(world: World) -> Answer:
    paid = world.order()
    world.sender.post("/v1.0/qr/qr-cpm-payment", paid)
    return world.sender.post(PAY, fields(partnerReferenceNo=paid["partnerReferenceNo"]))


def _expired(path: str) -> Callable[[World], Answer]:
    def act(world: World) -> Answer:
        order = placed(world)
        with time_machine.travel(timezone.now() + timedelta(minutes=31)):
            world.sender.token = ""
            return send(world, path, order)

    return act


def _cancelled(path: str) -> Callable[[World], Answer]:
    def act(world: World) -> Answer:
        order = placed(world)
        debits.cancel(order.partner, debits.Numbers(reference_no=order.reference_no))
        return send(world, path, order)

    return act


def _failed(world: World) -> Answer:
    order = placed(world)
    DebitOrder.objects.filter(pk=order.pk).update(status="failed", ended_at=timezone.now())
    return send(world, CANCEL, order)


def _partly_refunded(world: World) -> Answer:
    order = approve(world, placed(world))
    send(world, REFUND, order, refundAmount=rupiah(1_000))
    return send(world, CANCEL, order)


def _settled(path: str) -> Callable[[World], Answer]:
    def act(world: World) -> Answer:
        order = approve(world, placed(world))
        merchant = Merchant.objects.get(merchant_id="WARUNG").account_id
        clearing = ledger.singleton(Account.Kind.SETTLEMENT).pk
        ledger.post([ledger.Leg(merchant, clearing, 10_000, Transfer.Kind.SETTLEMENT, "settled")])
        return send(world, path, order)

    return act


def _other_refund(world: World) -> Answer:
    order = approve(world, placed(world))
    send(world, REFUND, order, partnerRefundNo="R", refundAmount=rupiah(1_000))
    return send(world, REFUND, order, partnerRefundNo="R", refundAmount=rupiah(2_000))


def _of_another_partner(path: str) -> Callable[[World], Answer]:
    def act(world: World) -> Answer:
        order = placed(world)
        world.sender = world.other
        return send(world, path, order)

    return act


def _unknown(path: str) -> Callable[[World], Answer]:
    return lambda world: send(world, path, DebitOrder(partner_reference_no="NEVER"))


def _until(moved: timedelta) -> Callable[[World], Answer]:
    return lambda world: world.sender.post(PAY, fields(validUpTo=emit(timezone.now() + moved)))


ROWS: list[tuple[str, str, str, Callable[[World], Answer]]] = [
    ("2005400", "Successful", "", _pay()),
    ("4005401", "Invalid Field Format amount.value", "", _pay(amount=rupiah(0))),
    ("4005401", "Invalid Field Format amount.currency", "", _pay(amount={"value": "1.00", "currency": "USD"})),
    ("4005401", "Invalid Field Format partnerReferenceNo", "", _pay(partnerReferenceNo="a b")),
    ("4005401", "Invalid Field Format urlParams", "", _pay(urlParams="x")),
    ("2005400", "Successful", "", _addresses(NOTIFY, NOTIFY | {"type": "NOTIFICATION"})),
    (
        "4005401",
        "Invalid Field Format urlParams[1].url",
        "",
        _addresses(RETURN, NOTIFY | {"url": "https://lain.example/"}),
    ),
    ("4005402", "Invalid Mandatory Field urlParam[0].type", "", _pay(urlParams=None, urlParam={"url": "x"})),
    ("2005400", "Successful", "", _addresses(RETURN, RETURN)),
    ("4005401", "Invalid Field Format urlParams", "", _addresses(*[RETURN] * 11)),
    (
        "4005401",
        "Invalid Field Format urlParams[2].url",
        "",
        _addresses(RETURN, RETURN, NOTIFY | {"url": "https://lain.example/"}),
    ),
    ("4005401", "Invalid Field Format urlParams[0].type", "", _addresses(RETURN | {"type": "PAY"})),
    ("4005401", "Invalid Field Format urlParams[0].isDeeplink", "", _addresses(RETURN | {"isDeeplink": "X"})),
    ("4005402", "Invalid Mandatory Field urlParams[0].url", "", _addresses({"type": "PAY_RETURN"})),
    ("4005401", "Invalid Field Format urlParams[0].url", "", _addresses(RETURN | {"url": "https://lain.example/"})),
    ("4005401", "Invalid Field Format urlParams[0].url", "", _addresses(RETURN | {"url": "http://toko.example/"})),
    ("4005401", "Invalid Field Format urlParams[0].url", "", _addresses(NOTIFY | {"url": "https://10.0.0.1/"})),
    ("4005401", "Invalid Field Format validUpTo", "", _pay(validUpTo="besok")),
    ("4005401", "Invalid Field Format validUpTo", "", _until(timedelta(seconds=-1))),
    ("4005401", "Invalid Field Format validUpTo", "", _until(timedelta(days=8))),
    ("4005402", "Invalid Mandatory Field amount", "", _pay(amount=None)),
    ("4005402", "Invalid Mandatory Field partnerReferenceNo", "", _pay(partnerReferenceNo=None)),
    ("4005402", "Invalid Mandatory Field merchantId", "", _pay(merchantId=None)),
    ("4035402", "Exceeds Transaction Amount Limit", "limit_exceeded", _pay(amount=rupiah(10_000_001))),
    ("4035419", "Merchant Blacklisted", "merchant_suspended", _pay(merchantId="TUTUP")),
    ("4045408", "Invalid Merchant", "merchant_unknown", _pay(merchantId="TETANGGA")),
    ("4045408", "Invalid Merchant", "merchant_unknown", _pay(merchantId="TIDAKADA")),
    ("4045408", "Invalid Merchant", "merchant_inactive", _closed),
    ("4045418", "Inconsistent Request", "idempotency_conflict", _other_body),
    ("4045418", "Inconsistent Request", "idempotency_conflict", _other_goods),
    ("2005400", "Successful", "", _pay(additionalInfo={"items": [BOOK]})),
    ("4045413", "Invalid Amount", "basket_differs", _pay(amount=rupiah(10_001), additionalInfo={"items": [BOOK]})),
    ("4005401", "Invalid Field Format additionalInfo.items", "", _pay(additionalInfo={"items": "buku"})),
    (
        "4005402",
        "Invalid Mandatory Field additionalInfo.items[0].name",
        "",
        _pay(additionalInfo={"items": [BOOK | {"name": ""}]}),
    ),
    ("4045418", "Inconsistent Request", "idempotency_conflict", _reference_of_a_payment),
    ("2005500", "Successful", "", _on(STATUS)),
    ("4005501", "Invalid Field Format serviceCode", "", _on(STATUS, serviceCode="60")),
    ("4005502", "Invalid Mandatory Field serviceCode", "", _on(STATUS, serviceCode=None)),
    (
        "4005502",
        "Invalid Mandatory Field originalPartnerReferenceNo",
        "",
        _on(STATUS, originalPartnerReferenceNo=None),
    ),
    ("4045501", "Transaction Not Found", "debit_unknown", _unknown(STATUS)),
    ("4045501", "Transaction Not Found", "debit_unknown", _of_another_partner(STATUS)),
    ("4045508", "Invalid Merchant", "merchant_unknown", _on(STATUS, merchantId="BIOSKOP")),
    ("4045513", "Invalid Amount", "", _on(STATUS, amount=rupiah(9_999))),
    ("2005700", "Successful", "", _on(CANCEL)),
    ("2005700", "Successful", "", _on(CANCEL, paid=True)),
    ("2005700", "Successful", "", _cancelled(CANCEL)),
    (
        "4005702",
        "Invalid Mandatory Field originalPartnerReferenceNo",
        "",
        _on(CANCEL, originalPartnerReferenceNo=None),
    ),
    ("4005701", "Invalid Field Format reason", "", _on(CANCEL, reason="a\nb")),
    ("4035700", "Transaction Expired", "debit_expired", _expired(CANCEL)),
    ("4035714", "Insufficient Funds", "insufficient_funds", _settled(CANCEL)),
    ("4045700", "Invalid Transaction Status", "debit_ended", _failed),
    ("4055701", "Requested Operation Is Not Allowed", "debit_partly_refunded", _partly_refunded),
    ("4045701", "Transaction Not Found", "debit_unknown", _unknown(CANCEL)),
    ("4045701", "Transaction Not Found", "debit_unknown", _of_another_partner(CANCEL)),
    ("4045708", "Invalid Merchant", "merchant_unknown", _on(CANCEL, merchantId="BIOSKOP")),
    ("4045713", "Invalid Amount", "", _on(CANCEL, amount=rupiah(9_999))),
    ("2005800", "Successful", "", _on(REFUND, paid=True)),
    ("4005801", "Invalid Field Format refundAmount.value", "", _on(REFUND, paid=True, refundAmount=rupiah(0))),
    ("4005802", "Invalid Mandatory Field partnerRefundNo", "", _on(REFUND, paid=True, partnerRefundNo=None)),
    ("4035814", "Insufficient Funds", "insufficient_funds", _settled(REFUND)),
    ("4045800", "Invalid Transaction Status", "refund_not_possible", _on(REFUND)),
    ("4045801", "Transaction Not Found", "debit_unknown", _unknown(REFUND)),
    ("4045801", "Transaction Not Found", "debit_unknown", _of_another_partner(REFUND)),
    ("4045804", "Transaction Cancelled", "debit_cancelled", _cancelled(REFUND)),
    ("4045808", "Invalid Merchant", "merchant_unknown", _on(REFUND, paid=True, merchantId="BIOSKOP")),
    ("4045813", "Invalid Amount", "refund_too_large", _on(REFUND, paid=True, refundAmount=rupiah(10_001))),
    ("4045818", "Inconsistent Request", "idempotency_conflict", _other_refund),
]


@pytest.mark.parametrize(
    ("code", "message", "reason", "act"), ROWS, ids=[f"{code} {reason or message}" for code, message, reason, _ in ROWS]
)
def test_each_response_code(world: World, code: str, message: str, reason: str, act: Callable[[World], Answer]) -> None:
    answer = act(world)
    assert (answer.code, answer.body["responseMessage"]) == (code, message)
    assert answer.body.get("additionalInfo", {}).get("reason", "") == reason


def test_an_order_that_waits_is_not_called_declined(world: World) -> None:
    refused = _on(REFUND)(world)
    assert refused.body["additionalInfo"]["reasonMessage"].startswith("Belanja itu tidak dibayar")


@pytest.mark.parametrize("suffix", ["", ".htm"])
def test_an_order_is_answered_with_the_standards_fields(world: World, suffix: str) -> None:
    asked = fields(additionalInfo={"kasir": "02"}, title="Buku")
    answer = world.sender.post(PAY + suffix, asked, external_id="41")
    order = DebitOrder.objects.get()
    assert answer.body == {
        "responseCode": "2005400",
        "responseMessage": "Successful",
        "referenceNo": order.reference_no,
        "partnerReferenceNo": asked["partnerReferenceNo"],
        "webRedirectUrl": f"http://testserver/bayar/{order.uid}/",
        "additionalInfo": {"kasir": "02"},
    }
    assert (order.amount, order.title, order.external_id, order.return_url) == (10_000, "Buku", "41", RETURN["url"])
    assert order.expires_at - order.created_at == timedelta(minutes=30)
    assert not Payment.objects.exists() and world.balance() == 100_000


def test_of_two_addresses_of_one_type_the_first_is_used(world: World) -> None:
    """The standard's own sample has two."""
    second = RETURN | {"url": "https://lain.example/", "isDeeplink": "Y"}
    order = placed(world, urlParams=[RETURN, second, NOTIFY])
    assert (order.return_url, order.notify_url) == (RETURN["url"], NOTIFY["url"])


def test_the_page_is_under_the_public_address(world: World, settings: Any) -> None:
    settings.PUBLIC_URL = "https://bayar.example/"
    order = placed(world)
    again = world.sender.post(PAY, fields(partnerReferenceNo=order.partner_reference_no))
    assert again.body["webRedirectUrl"] == f"https://bayar.example/bayar/{order.uid}/"


def test_an_identical_retry_gets_the_first_answer_whatever_became_of_the_order(world: World) -> None:
    asked = fields(validUpTo=emit(timezone.now() + timedelta(minutes=5)))
    first = world.sender.post(PAY, asked)
    assert world.sender.post(PAY, asked).body == first.body
    approve(world, DebitOrder.objects.get())
    assert world.sender.post(PAY, asked).body == first.body
    with time_machine.travel(timezone.now() + timedelta(minutes=10)):
        assert world.sender.post(PAY, asked).body == first.body
    assert (DebitOrder.objects.count(), world.balance()) == (1, 90_000)


@pytest.mark.parametrize(
    "change",
    [
        {"amount": rupiah(10_001)},
        {"merchantId": "BIOSKOP"},
        {"title": "lain"},
        {"urlParams": [RETURN | {"url": "https://toko.example/lain"}]},
        {"urlParams": [RETURN, NOTIFY]},
        {"validUpTo": "2099-01-01T00:00:00+07:00"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_same_reference_with_another_content_is_refused(world: World, change: dict[str, Any]) -> None:
    asked = fields()
    world.sender.post(PAY, asked)
    assert world.sender.post(PAY, asked | change).code == "4045418"
    assert DebitOrder.objects.count() == 1


def test_two_partners_may_use_the_same_reference(world: World) -> None:
    placed(world, partnerReferenceNo="INV-1")
    asked = fields(partnerReferenceNo="INV-1", merchantId="TETANGGA", urlParams=None)
    assert world.other.post(PAY, asked).code == "2005400"


def test_a_partner_with_one_merchant_need_not_name_it(world: World) -> None:
    answer = world.other.post(PAY, fields(merchantId=None, urlParams=None))
    assert answer.code == "2005400"
    assert DebitOrder.objects.get().merchant.merchant_id == "TETANGGA"


def _status(world: World, order: DebitOrder) -> tuple[str, str]:
    body = send(world, STATUS, order).body
    return body["latestTransactionStatus"], body["transactionStatusDesc"]


def test_the_status_through_an_orders_life(world: World) -> None:
    order = placed(world)
    assert _status(world, order) == ("01", "Initiated")
    approve(world, order)
    answer = send(world, STATUS, order).body
    payment = Payment.objects.get()
    assert TIME.fullmatch(answer["paidTime"])
    assert answer | {"paidTime": ""} == {
        "responseCode": "2005500",
        "responseMessage": "Successful",
        "originalReferenceNo": order.reference_no,
        "originalPartnerReferenceNo": order.partner_reference_no,
        "originalExternalId": order.external_id,
        "serviceCode": "54",
        "latestTransactionStatus": "00",
        "transactionStatusDesc": "Success",
        "transAmount": rupiah(10_000),
        "amount": rupiah(10_000),
        "paidTime": "",
        "refundHistory": [],
        "additionalInfo": {},
    }
    assert (payment.partner_reference_no, payment.amount) == (order.partner_reference_no, 10_000)
    send(world, REFUND, order, partnerRefundNo="R1", refundAmount=rupiah(4_000), reason="Retur")
    assert _status(world, order) == ("00", "Success")
    send(world, REFUND, order, partnerRefundNo="R2")
    answer = send(world, STATUS, order).body
    assert (answer["latestTransactionStatus"], answer["transactionStatusDesc"]) == ("04", "Refunded")
    assert [(one["partnerRefundNo"], one["refundAmount"], one["reason"]) for one in answer["refundHistory"]] == [
        ("R1", rupiah(4_000), "Retur"),
        ("R2", rupiah(6_000), ""),
    ]
    assert world.balance() == 100_000


def test_an_order_is_found_by_any_of_its_numbers(world: World) -> None:
    order = placed(world)
    for numbers in (
        {"originalReferenceNo": order.reference_no},
        {"originalExternalId": order.external_id},
        {"originalReferenceNo": order.reference_no, "originalExternalId": order.external_id},
    ):
        assert world.sender.post(STATUS, {"serviceCode": "54"} | numbers).code == "2005500"
    mixed = {"serviceCode": "54", "originalReferenceNo": order.reference_no, "originalExternalId": "lain"}
    assert world.sender.post(STATUS, mixed).code == "4045501"


def test_expired_orders_say_so_before_and_after_the_sweep(world: World) -> None:
    order = placed(world)
    with time_machine.travel(timezone.now() + timedelta(minutes=31)):
        world.sender.token = ""
        assert _status(world, order) == ("06", "Failed")
        assert [ended.pk for ended in debits.expire_due()] == [order.pk]
        assert list(debits.expire_due()) == []
        assert _status(world, order) == ("06", "Failed")
    [kept] = Webhook.objects.all()
    assert (kept.service, kept.ordering_key, kept.body["latestTransactionStatus"]) == ("56", order.reference_no, "06")
    assert kept.body["additionalInfo"]["reason"] == "expired"


def test_cancelling_before_payment(world: World) -> None:
    order = placed(world)
    answer = send(world, CANCEL, order)
    assert TIME.fullmatch(answer.body["cancelTime"])
    assert _status(world, order) == ("05", "Canceled")
    assert send(world, CANCEL, order).body == answer.body
    with pytest.raises(debits.DebitCancelled):
        debits.approve_with_code(order.uid, world.code())
    assert world.balance() == 100_000 and not Webhook.objects.exists()  # the partner did it itself


def test_cancelling_after_payment_gives_all_of_it_back(world: World) -> None:
    order = approve(world, placed(world))
    assert world.balance() == 90_000
    answer = send(world, CANCEL, order)
    assert answer.code == "2005700"
    assert send(world, CANCEL, order).body == answer.body
    assert world.balance() == 100_000
    assert _status(world, order) == ("05", "Canceled")
    assert Payment.objects.get().refunded == 10_000
    assert send(world, REFUND, order).code == "4045804"  # nothing is left


def test_a_refund_retried_is_made_once(world: World) -> None:
    order = approve(world, placed(world))
    answers = [send(world, REFUND, order, partnerRefundNo="R", refundAmount=rupiah(4_000)).body for _ in range(2)]
    assert answers[0] == answers[1]
    assert world.balance() == 94_000


def test_a_paid_order_tells_its_partner_where_the_order_said(world: World) -> None:
    order = approve(world, placed(world, urlParams=[RETURN, NOTIFY], additionalInfo={"kasir": "02"}))
    [kept] = Webhook.objects.all()  # one: the money of an order is no CPM payment
    assert (kept.service, kept.path, kept.url) == ("56", "/v1.0/debit/notify", NOTIFY["url"])
    assert TIME.fullmatch(kept.body["createdTime"]) and TIME.fullmatch(kept.body["finishedTime"])
    assert kept.body | {"createdTime": "", "finishedTime": ""} == {
        "originalPartnerReferenceNo": order.partner_reference_no,
        "originalReferenceNo": order.reference_no,
        "originalExternalId": order.external_id,
        "merchantId": "WARUNG",
        "amount": rupiah(10_000),
        "latestTransactionStatus": "00",
        "transactionStatusDesc": "Success",
        "createdTime": "",
        "finishedTime": "",
        "additionalInfo": {},
    }
    assert bodies.whole(kept) == kept.body | {"additionalInfo": {"kasir": "02"}}


def test_without_an_address_of_its_own_the_partners_is_used(world: World) -> None:
    approve(world, placed(world))
    assert Webhook.objects.get().url == ""
