"""A payment is found, cancelled and given back by the services of its own kind, by numbers that all agree, and by nobody else."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests import money
from tests.wallet.offline import world as offline
from tests.wallet.snap import emoney
from tests.wallet.snap.conftest import World, rupiah
from tests.wallet.snap.emoney import Till, furnish
from tests.wallet.snap.qr_shop import CPM, MPM, Shop, later, opened
from tests.wallet.snap.sender import PAY, QUERY, REFUND, Answer
from wallet import debits, mpm_codes
from wallet.models import DebitOrder, Merchant, MpmCode, Partner, Payment, Webhook
from wallet.offline import allowances
from wallet.snap import scopes
from wallet.snap.timestamps import emit

ORDER = "/v1.0/debit/payment-host-to-host"


@pytest.fixture
def till(world: World, monkeypatch: pytest.MonkeyPatch) -> Till:
    monkeypatch.setattr(debits, "_count_try", lambda uid: DebitOrder.objects.get(uid=uid).attempts + 1)
    Partner.objects.update(notify_url="https://mitra.example/notifikasi")
    return furnish(world)


@pytest.fixture
def shop(world: World, settings: Any) -> Shop:
    return opened(world, settings)


def _ordered(world: World, number: str = "D-1", **changes: Any) -> dict[str, Any]:
    asked = {"partnerReferenceNo": number, "merchantId": "WARUNG", "amount": rupiah(10_000)} | changes
    assert world.sender.post(ORDER, asked).code == "2005400"
    return asked


def _paid_order(till: Till) -> str:
    _ordered(till.world)
    assert debits.approve_with_code(DebitOrder.objects.get().uid, till.world.code()).decline == ""
    return "D-1"


def _cash_out(till: Till) -> str:
    assert till.cash_out(partnerReferenceNo="C-1").code == "2004400"
    return "C-1"


@pytest.mark.parametrize("make", [_paid_order, _cash_out], ids=["debit order", "cash-out"])
def test_the_services_of_customers_codes_know_no_other_kind(till: Till, make: Callable[[Till], str]) -> None:
    world = till.world
    number, before = make(till), world.balance()
    named = {"originalPartnerReferenceNo": number}
    answers = [
        world.sender.post(QUERY, named | {"serviceCode": "60"}),
        world.sender.post(f"{CPM}cancel", named),
        world.sender.post(REFUND, named | {"partnerRefundNo": "R-1"}),
        world.sender.post(f"{MPM}query", named | {"serviceCode": "50"}),
        world.sender.post(f"{MPM}refund", named | {"partnerRefundNo": "R-1"}),
    ]
    assert [answer.code[3:] for answer in answers] == ["6101", "6201", "8001", "5101", "7801"]
    assert world.balance() == before


def test_the_services_of_others_know_no_payment_with_a_customers_code(till: Till) -> None:
    order = till.world.order()
    till.world.sender.post(PAY, order)
    named = {"originalPartnerReferenceNo": order["partnerReferenceNo"]}
    assert till.otc_status(**named).code == "4044501"
    assert till.world.sender.post("/v1.0/debit/status", named | {"serviceCode": "54"}).code == "4045501"


def test_a_cash_out_tells_its_own_service_how_it_stands(till: Till) -> None:
    number = _cash_out(till)
    assert till.otc_status(originalPartnerReferenceNo=number).body["latestTransactionStatus"] == "00"


def test_a_cash_out_sends_no_notice_of_another_service(till: Till) -> None:
    _cash_out(till)
    assert not Webhook.objects.exists()
    till.world.pay()
    assert Webhook.objects.get().service == "79"


def _grant(world: World, *, cash: bool) -> None:
    granted = [one for one in scopes.services() if cash or one != "44"]
    Partner.objects.filter(pk=world.partner.pk).update(scopes=granted)


def _asked(world: World, service: str, merchant_id: str) -> tuple[str, dict[str, Any]]:
    """The path and a new request of the service at that merchant, of one that does not take what is asked twice."""
    fields = {"partnerReferenceNo": uuid.uuid4().hex, "merchantId": merchant_id, "amount": rupiah(10_000)}
    path = {"60": PAY, "47": f"{MPM}generate", "54": ORDER, "50": f"{MPM}payment"}[service]
    shown: dict[str, dict[str, Any]] = {"60": {"qrContent": world.code()}, "50": {"otp": world.code()}}
    return path, fields | shown.get(service, {})


@pytest.mark.parametrize("service", ["60", "47", "54", "50"])
def test_a_partner_that_may_not_hand_out_cash_is_paid_at_no_agent(till: Till, service: str) -> None:
    world = till.world
    _grant(world, cash=False)
    assert world.sender.post(*_asked(world, service, "AGEN")).code == f"403{service}01"
    assert not Payment.objects.filter(status="paid").exists()
    assert world.sender.post(*_asked(world, service, "WARUNG")).status == 200
    _grant(world, cash=True)
    assert world.sender.post(*_asked(world, service, "AGEN")).status == 200


@pytest.mark.parametrize("service", ["60", "47", "54", "50"])
def test_what_was_done_at_an_agent_is_told_again_when_cash_is_granted_no_more(till: Till, service: str) -> None:
    """Else the partner would take it for not done, and ask for it under another number."""
    world = till.world
    asked = _asked(world, service, "AGEN")
    first = world.sender.post(*asked)
    assert first.status == 200
    _grant(world, cash=False)
    assert world.sender.post(*asked).body == first.body


def test_an_agent_claims_nothing_offline_for_a_partner_that_may_not_hand_out_cash(till: Till, settings: Any) -> None:
    settings.OFFLINE_KEYS, settings.OFFLINE_KEY_IN_USE = dict(offline.KEYS), None
    world = till.world
    agent = Merchant.objects.get(merchant_id="AGEN")
    moment = emit(timezone.now())
    card = allowances.issue_card(offline.holder(cash=True), [10_000, 10_000], by="petugas", reason="KTP asli")

    def claim(serial: int) -> str:
        fields = {
            "partnerReferenceNo": f"K-{serial}",
            "qrContent": allowances.vouchers(card)[serial],
            "merchantId": "AGEN",
            "amount": rupiah(10_000),
            "transactionDate": moment,
        }
        answer = world.sender.post("/v1.0/offline/claims", {"partnerBulkId": "B", "claims": [fields]})
        return str(answer.body["claims"][0]["responseCode"])

    _grant(world, cash=False)
    assert claim(0) == "4039701"
    assert money.balance(agent.account_id) == 0
    _grant(world, cash=True)
    assert (claim(0), claim(1)) == ("4039701", "2009700")


@pytest.mark.parametrize(("was", "became"), [("5411", "6010"), ("6010", "5411")])
def test_a_payment_stays_of_its_kind_when_the_merchant_becomes_another(till: Till, was: str, became: str) -> None:
    world = till.world
    drawn = was == "6010"
    number = _cash_out(till) if drawn else world.pay(partnerReferenceNo="P-1").body["partnerReferenceNo"]
    Merchant.objects.filter(mcc=was, partner=world.partner).update(mcc=became)
    named = {"originalPartnerReferenceNo": number}
    found = (200, 404) if drawn else (404, 200)
    assert (till.otc_status(**named).status, world.sender.post(QUERY, named | {"serviceCode": "60"}).status) == found
    given_back = world.sender.post(REFUND, named | {"partnerRefundNo": "R-1"})
    assert given_back.status == found[1]


# --- one number, one thing ---


def test_a_number_of_an_open_order_pays_nothing_else(till: Till) -> None:
    """Or the order could never be paid: its payment has its number."""
    world = till.world
    _ordered(world)
    static = mpm_codes.static_content(Merchant.objects.get(merchant_id="WARUNG"))
    taken = [
        world.pay(partnerReferenceNo="D-1"),
        till.cash_out(partnerReferenceNo="D-1"),
        world.sender.post(
            f"{MPM}payment",
            {
                "partnerReferenceNo": "D-1",
                "otp": world.code(),
                "amount": rupiah(1),
                "additionalInfo": {"qrContent": static},
            },
        ),
    ]
    assert [answer.code for answer in taken] == ["4046018", "4044418", "4045018"]
    assert not Payment.objects.exists()
    assert debits.approve_with_code(DebitOrder.objects.get().uid, world.code()).decline == ""


def test_a_payment_keeps_its_answer_whatever_order_has_its_number(till: Till) -> None:
    """There was a time when both could be made at once."""
    world = till.world
    order = world.order(partnerReferenceNo="D-1")
    first = world.sender.post(PAY, order)
    _ordered(world, "D-2")
    other = DebitOrder.objects.get()
    other.pk, other.uid, other.reference_no, other.partner_reference_no = None, uuid.uuid4(), "O-1", "D-1"
    other.save(force_insert=True)
    assert world.sender.post(PAY, order).body == first.body
    assert world.sender.post(PAY, order | {"amount": rupiah(1)}).code == "4046018"


# --- all numbers that are given must agree ---


@pytest.mark.parametrize(
    ("path", "fields", "make"),
    [
        (QUERY, {"serviceCode": "60"}, lambda s: s.till_paid()),
        (f"{CPM}cancel", {}, lambda s: s.till_paid()),
        (REFUND, {"partnerRefundNo": "R"}, lambda s: s.till_paid()),
        (f"{MPM}query", {"serviceCode": "47"}, lambda s: s.paid()),
        (f"{MPM}cancel", {}, lambda s: s.paid()),
        (f"{MPM}refund", {"partnerRefundNo": "R"}, lambda s: s.paid()),
        (f"{MPM}query", {"serviceCode": "47"}, lambda s: s.generate(partnerReferenceNo="M").body["partnerReferenceNo"]),
        (f"{MPM}cancel", {}, lambda s: s.generate(partnerReferenceNo="M").body["partnerReferenceNo"]),
    ],
    ids=["61", "62", "80", "51 paid", "77 paid", "78", "51 open", "77 open"],
)
def test_a_wrong_number_beside_a_right_one_is_refused(
    shop: Shop, path: str, fields: dict[str, Any], make: Callable[[Shop], str]
) -> None:
    named = fields | {"originalPartnerReferenceNo": make(shop)}
    before = shop.world.balance()
    refused = [
        shop.send(path, named | {"originalExternalId": "1234"}).code[3:],
        shop.send(path, named | {"originalReferenceNo": "1234"}).code[3:],
        shop.send(path, named | {"merchantId": "BIOSKOP"}).code[3:],
        shop.send(path, named | {"merchantId": "TIDAKADA"}).code[3:],
    ]
    assert [code[2:] for code in refused] == ["01", "01", "08", "08"]
    assert shop.world.balance() == before and not MpmCode.objects.filter(state="cancelled").exists()
    assert shop.send(path, named | {"merchantId": "WARUNG"}).status == 200


# --- a retry is answered from what was decided, not from what has changed since ---


@pytest.mark.parametrize("service", ["47", "59"])
def test_a_retry_after_the_end_that_was_asked_for_gets_the_first_answer(shop: Shop, service: str) -> None:
    end = emit(timezone.now() + timedelta(minutes=1))

    def send(number: str) -> Answer:
        if service == "47":
            return shop.generate(partnerReferenceNo=number, validityPeriod=end)
        return shop.exchange(partnerReferenceNo=number, validityPeriod=end, otp=digits)

    digits = shop.digits()
    first = send("V")
    assert first.status == 200
    shop.world.sender.token = shop.world.other.token = ""
    with later(minutes=2):
        assert send("V").body == first.body
        assert send("W").code == f"400{service}01"


def test_a_payment_at_a_sticker_is_told_again_when_the_sticker_leads_elsewhere(shop: Shop, settings: Any) -> None:
    order = shop.order(shop.static())
    first = shop.send(f"{MPM}payment", order, shop.world.other)
    settings.WALLET = settings.WALLET | {"qris_guid": "ID.CO.LAIN.WWW"}
    assert shop.send(f"{MPM}payment", order, shop.world.other).body == first.body
    assert shop.send(f"{MPM}payment", order | {"amount": rupiah(1)}, shop.world.other).code == "4045018"


def test_an_order_is_told_again_when_merchants_and_hosts_have_changed(till: Till, settings: Any) -> None:
    settings.WEBHOOKS = settings.WEBHOOKS | {"local": False}
    world, other = till.world, till.world.other_partner
    Partner.objects.filter(pk=other.pk).update(return_hosts=["toko.example"])
    address = [{"url": "https://toko.example/k", "type": "PAY_RETURN", "isDeeplink": "N"}]
    asked = {"partnerReferenceNo": "D-1", "amount": rupiah(10_000), "urlParams": address}
    first = world.other.post(ORDER, asked)
    assert first.code == "2005400"
    Partner.objects.filter(pk=other.pk).update(return_hosts=[])
    emoney.agent(other, "AGEN-TETANGGA")
    assert world.other.post(ORDER, asked).body == first.body
    assert world.other.post(ORDER, asked | {"partnerReferenceNo": uuid.uuid4().hex}).code == "4005402"


# --- what was cancelled ---


def test_what_was_cancelled_is_told_as_cancelled_and_has_nothing_to_give_back(till: Till) -> None:
    number = _paid_order(till)
    named = {"originalPartnerReferenceNo": number}
    post = till.world.sender.post
    assert post("/v1.0/debit/cancel", named).code == "2005700"
    assert post("/v1.0/debit/status", named | {"serviceCode": "54"}).body["latestTransactionStatus"] == "05"
    refused = post("/v1.0/debit/refund", named | {"partnerRefundNo": "R"})
    assert (refused.code, refused.body["additionalInfo"]["reason"]) == ("4045804", "payment_cancelled")
    order = till.world.order()
    post(PAY, order)
    named = {"originalPartnerReferenceNo": order["partnerReferenceNo"]}
    assert post(f"{CPM}cancel", named).code == "2006200"
    assert post(REFUND, named | {"partnerRefundNo": "R"}).code == "4048004"
