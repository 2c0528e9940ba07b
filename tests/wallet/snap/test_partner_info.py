"""What a partner says in additionalInfo: kept sealed, told again in retries, queries and notices, and forgotten in the end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.wallet.snap.conftest import World, rupiah
from tests.wallet.snap.emoney import CASHOUT, OTC_STATUS, STATUS, TOPUP, furnish
from tests.wallet.snap.qr_shop import CPM, MPM, NMID
from tests.wallet.snap.sender import PAY, QUERY
from wallet import account_numbers, debits, mpm_codes, partner_info, six_digits
from wallet.models import DebitOrder, Merchant, Partner, PartnerInfo, Webhook
from wallet.webhooks import bodies

SAID = {"kasir": "Siti Rahasia", "meja": [7, None]}
ORDER = "/v1.0/debit/payment-host-to-host"


@pytest.fixture
def shop(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(debits, "_count_try", lambda uid: DebitOrder.objects.get(uid=uid).attempts + 1)
    furnish(world)
    Partner.objects.update(notify_url="https://mitra.example/snap")
    Merchant.objects.filter(merchant_id="WARUNG").update(nmid=NMID, criteria="UMI", postcode="13330")
    return world


def _top_up(world: World) -> dict[str, Any]:
    return {"customerNumber": account_numbers.of_wallet(world.wallet.pk), "amount": rupiah(1_000)}


def _cash_out(world: World) -> dict[str, Any]:
    return _top_up(world) | {"otp": world.code()}


def _at_sticker(world: World) -> dict[str, Any]:
    static = mpm_codes.static_content(Merchant.objects.get(merchant_id="WARUNG"))
    return {"otp": world.code(), "amount": rupiah(1_000), "additionalInfo": SAID | {"qrContent": static}}


MADE: dict[str, tuple[str, Callable[[World], dict[str, Any]], str]] = {
    "38": (TOPUP, _top_up, STATUS),
    "44": (CASHOUT, _cash_out, OTC_STATUS),
    "47": (f"{MPM}generate", lambda w: {"merchantId": "WARUNG", "amount": rupiah(1_000)}, f"{MPM}query"),
    "50": (f"{MPM}payment", _at_sticker, f"{MPM}query"),
    "54": (ORDER, lambda w: {"merchantId": "WARUNG", "amount": rupiah(1_000)}, "/v1.0/debit/status"),
    "59": (f"{CPM}generate", lambda w: {"otp": six_digits.issue(w.wallet).qr_content}, ""),
    "60": (PAY, lambda w: {"merchantId": "WARUNG", "qrContent": w.code(), "amount": rupiah(1_000)}, QUERY),
}


@pytest.mark.parametrize("service", MADE)
def test_it_comes_back_in_the_answer_a_retry_and_a_query(shop: World, service: str) -> None:
    path, fields, query = MADE[service]
    asked = {"partnerReferenceNo": "N-1", "additionalInfo": SAID} | fields(shop)
    first = shop.sender.post(path, asked)
    assert first.status == 200 and first.body["additionalInfo"].items() >= SAID.items()
    retry = asked | {"additionalInfo": {"qrContent": asked["additionalInfo"].get("qrContent"), "lain": 1}}
    assert shop.sender.post(path, retry).body == first.body
    if query:
        told = shop.sender.post(
            query, {"serviceCode": service, "originalPartnerReferenceNo": "N-1", "additionalInfo": {"tanya": 1}}
        )
        assert told.body["additionalInfo"].items() >= (SAID | {"tanya": 1}).items()
    assert b"Rahasia" not in bytes(PartnerInfo.objects.get().info_sealed)


def _paid(world: World) -> None:
    world.pay(additionalInfo=SAID)


def _order_paid(world: World) -> None:
    order = {"partnerReferenceNo": "N-1", "merchantId": "WARUNG", "amount": rupiah(1_000), "additionalInfo": SAID}
    world.sender.post(ORDER, order)
    assert debits.approve_with_code(DebitOrder.objects.get().uid, world.code()).decline == ""


def _code_paid(world: World) -> None:
    code = {"partnerReferenceNo": "N-1", "merchantId": "WARUNG", "amount": rupiah(1_000), "additionalInfo": SAID}
    content = world.sender.post(f"{MPM}generate", code).body["qrContent"]
    paid = {"partnerReferenceNo": "P-1", "otp": world.code(), "additionalInfo": {"qrContent": content, "lain": "x"}}
    assert world.other.post(f"{MPM}payment", paid).code == "2005000"


@pytest.mark.parametrize(("act", "service"), [(_paid, "79"), (_order_paid, "56"), (_code_paid, "52")])
def test_the_notice_tells_it_and_nothing_stands_in_the_clear(
    shop: World, act: Callable[[World], None], service: str
) -> None:
    act(shop)
    hook = Webhook.objects.get(service=service)
    assert "Rahasia" not in str(hook.body)
    told = bodies.whole(hook)
    assert told["additionalInfo"].items() >= (SAID | hook.body["additionalInfo"]).items()
    assert "lain" not in told["additionalInfo"]  # what the payer's partner said is the payer's
    assert {name: value for name, value in told.items() if name != "additionalInfo"} == {
        name: value for name, value in hook.body.items() if name != "additionalInfo"
    }


def test_the_first_word_stays_and_is_one_partners(shop: World) -> None:
    partner_info.keep(shop.partner, "60", "N-1", {"a": 1})
    partner_info.keep(shop.partner, "60", "N-1", {"a": 2})
    partner_info.keep(shop.partner, "60", "N-2", {})
    assert partner_info.kept(shop.partner, "60", "N-1") == {"a": 1}
    assert partner_info.kept(shop.other_partner, "60", "N-1") == partner_info.kept(shop.partner, "54", "N-1") == {}
    assert PartnerInfo.objects.count() == 1


def test_what_does_not_open_is_not_told_and_stops_no_notice(shop: World) -> None:
    _paid(shop)
    PartnerInfo.objects.update(info_sealed=b"kosong")
    hook = Webhook.objects.get()
    assert bodies.whole(hook) == hook.body


def test_it_is_forgotten_in_the_end(shop: World, settings: Any) -> None:
    _paid(shop)
    assert partner_info.forget(timezone.now() + timedelta(days=179)) == 0
    assert partner_info.forget(timezone.now() + timedelta(days=181)) == 1
