"""Codes that merchants present, and customers' codes by way of a partner (47, 48, 50, 51, 59, 62, 77, 78): each response code.

One row for each; what the answers tell, and who may touch what, is in test_qr_services.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings

from tests.wallet.snap.conftest import World, rupiah
from tests.wallet.snap.qr_shop import CPM, MPM, NEVER, Shop, later, opened
from tests.wallet.snap.sender import Answer
from tests.wallet.snap.test_goods import BOOK, SMOKE, school
from wallet import codes, ledger, mpm_codes, qris, wallets
from wallet.models import Account, Merchant, Outlet, RegulatedPrice, Terminal, Transfer


@pytest.fixture
def shop(world: World, settings: Any) -> Shop:  # its `settings` puts back whatever a test changes in them
    return opened(world, settings)


def _again(send: Callable[..., Answer], *arguments: Any, **changes: Any) -> Answer:
    send(*arguments, **changes)
    return send(*arguments, **changes)


def _other_body(send: Callable[..., Answer], first: dict[str, Any], second: dict[str, Any]) -> Answer:
    assert send(partnerReferenceNo="SAME", **first).status == 200
    return send(partnerReferenceNo="SAME", **second)


def _expired(s: Shop, act: Callable[[str, str], Answer]) -> Answer:
    content = s.content(partnerReferenceNo="SOON")
    s.world.sender.token = s.world.other.token = ""
    with later(minutes=16):
        return act(content, "SOON")


def _cancelled(s: Shop, act: Callable[[str, str], Answer]) -> Answer:
    content = s.content(partnerReferenceNo="GONE")
    assert s.cancel("GONE").code == "2007700"
    return act(content, "GONE")


def _frozen(s: Shop) -> Answer:
    order = s.order()
    wallets.freeze(s.world.wallet, "kartu hilang")
    return s.send(f"{MPM}payment", order, s.world.other)


def _frozen_exchange(s: Shop) -> Answer:
    digits = s.digits()
    wallets.freeze(s.world.wallet, "kartu hilang")
    return s.exchange(otp=digits)


def _expired_otp(s: Shop) -> Answer:
    content, code = s.content(), codes.issue(s.world.wallet).qr_content
    with later(minutes=4):
        return s.pay(content, otp=code)


def _used_otp(s: Shop) -> Answer:
    code = codes.issue(s.world.wallet).qr_content
    s.pay(otp=code)
    return s.pay(otp=code)


def _blocked(send: Callable[..., Answer]) -> Answer:
    for _ in range(10):
        assert send(otp=NEVER).code[3:] in ("5015", "5915")
    return send(otp=NEVER)


def _suspended(s: Shop) -> Answer:
    content = s.content()
    Merchant.objects.filter(merchant_id="WARUNG").update(status="suspended")
    return s.pay(content)


def _daily_limit(s: Shop) -> Answer:
    # The fixture `settings` puts it back.
    settings.WALLET = settings.WALLET | {"daily_limit": 9_999}
    return s.pay()


def _held(officer: bool) -> Callable[[Shop], Answer]:
    def send(s: Shop) -> Answer:
        order = s.order()
        s.world.hold(officer=officer)
        return s.send(f"{MPM}payment", order, s.world.other)

    return send


def _limited(s: Shop) -> Answer:
    Merchant.objects.filter(merchant_id="WARUNG").update(limit_payment=9_999)
    return s.pay(s.static())


def _closed(act: Callable[[Shop], Answer]) -> Callable[[Shop], Answer]:
    def send(s: Shop) -> Answer:
        Merchant.objects.filter(merchant_id="WARUNG").update(status="closed")
        return act(s)

    return send


def _retired(act: Callable[[Shop], Answer]) -> Callable[[Shop], Answer]:
    """The merchant has a terminal at work, K1, and one that is not, K2."""

    def send(s: Shop) -> Answer:
        outlet = Outlet.objects.create(merchant=Merchant.objects.get(merchant_id="WARUNG"), code="G1", name="Pasar")
        Terminal.objects.create(outlet=outlet, terminal_id="K1")
        Terminal.objects.create(outlet=outlet, terminal_id="K2", active=False)
        return act(s)

    return send


def _sticker(s: Shop, terminal: str) -> Answer:
    return s.pay(mpm_codes.static_content(Merchant.objects.get(merchant_id="WARUNG"), terminal=terminal))


def _needs_goods(s: Shop) -> Answer:
    """The only money is for goods that are named; at a sticker nobody names them, for the payer's side says what it likes."""
    info = {"qrContent": s.static(), "items": [BOOK]}
    return s.pay(otp=school(s.world), additionalInfo=info)


def _with_goods(*items: Any) -> dict[str, Any]:
    return {"additionalInfo": {"items": list(items)}}


def _pays_goods(*items: Any, **prices: int) -> Callable[[Shop], Answer]:
    """A dynamic code for these goods, paid with money that is for named goods only."""

    def send(s: Shop) -> Answer:
        for item, price in prices.items():
            RegulatedPrice.objects.create(merchant=Merchant.objects.get(merchant_id="WARUNG"), item=item, price=price)
        return s.pay(s.content(**_with_goods(*items)), otp=school(s.world))

    return send


def _settled(s: Shop) -> str:
    reference = s.paid()
    merchant = Merchant.objects.get(merchant_id="WARUNG").account_id
    clearing = ledger.singleton(Account.Kind.SETTLEMENT).pk
    ledger.post([ledger.Leg(merchant, clearing, 10_000, Transfer.Kind.SETTLEMENT, "settled")])
    return reference


def _cancel_yesterdays(s: Shop) -> Answer:
    reference = s.paid()
    s.world.sender.token = ""
    with later(hours=25):
        return s.cancel(reference)


def _cancel_partly_refunded(s: Shop) -> Answer:
    reference = s.paid()
    s.refund(reference, refundAmount=rupiah(1_000))
    return s.cancel(reference)


def _refund_other_body(s: Shop) -> Answer:
    reference = s.paid()
    s.refund(reference, partnerRefundNo="R", refundAmount=rupiah(1_000))
    return s.refund(reference, partnerRefundNo="R", refundAmount=rupiah(2_000))


def _refund_cancelled(s: Shop) -> Answer:
    reference = s.paid()
    assert s.cancel(reference).code == "2007700"
    return s.refund(reference)


def _refund_unpaid(s: Shop) -> Answer:
    s.generate(partnerReferenceNo="OPEN")
    return s.refund("OPEN")


def _foreign(s: Shop) -> str:
    account = qris.Account("26", "ID.CO.CONTOH.WWW", merchant_id="WARUNG")
    return qris.encode(qris.Code(name="X", city="Y", mcc="5411", accounts=(account,)))


def _of_merchant(merchant_id: str) -> str:
    account = qris.Account("26", "ID.CO.SALUR.WWW", merchant_id=merchant_id)
    return qris.encode(qris.Code(name="X", city="Y", mcc="5411", accounts=(account,)))


def _with_tip(s: Shop, kind: qris.TipKind) -> str:
    """The merchant's static code, with a tip in it."""
    tip = qris.Tip(kind, amount=500 if kind == qris.TipKind.FIXED else None)
    return qris.encode(replace(qris.decode(s.static()), tip=tip))


def _forged(s: Shop) -> str:
    """A dynamic code of ours for another amount, its checksum put right."""
    return qris.encode(replace(qris.decode(s.content()), amount=1))


def _cpm_yesterdays(s: Shop) -> Answer:
    reference = s.till_paid()
    s.world.sender.token = ""
    with later(hours=25):
        return s.cpm_cancel(reference)


def _cpm_partly_refunded(s: Shop) -> Answer:
    reference = s.till_paid()
    assert s.world.refund(reference, refundAmount=rupiah(1_000)).code == "2008000"
    return s.cpm_cancel(reference)


def _exchange_by_header(s: Shop, authorization: str) -> Answer:
    return s.send(f"{CPM}generate", {"partnerReferenceNo": "H"}, s.world.other, Authorization_Customer=authorization)


def _cpm_used(s: Shop) -> Answer:
    content = s.exchange(partnerReferenceNo="C").body["qrContent"]
    s.world.pay(qrContent=content)
    return s.cpm_cancel("C", s.world.other)


def _cpm_expired(s: Shop) -> Answer:
    s.exchange(partnerReferenceNo="C")
    s.world.other.token = ""
    with later(minutes=4):
        return s.cpm_cancel("C", s.world.other)


def _cpm_settled(s: Shop) -> Answer:
    reference = s.till_paid()
    merchant = Merchant.objects.get(merchant_id="WARUNG").account_id
    clearing = ledger.singleton(Account.Kind.SETTLEMENT).pk
    ledger.post([ledger.Leg(merchant, clearing, 10_000, Transfer.Kind.SETTLEMENT, "settled")])
    return s.cpm_cancel(reference)


PAST = "2009-07-03T12:08:56-07:00"
Row = tuple[str, str, str, Callable[[Shop], Answer]]
GENERATE: list[Row] = [
    ("2004700", "Successful", "", lambda s: s.generate()),
    ("2004700", "Successful", "", lambda s: _again(s.generate, partnerReferenceNo="A")),
    ("4004701", "Invalid Field Format merchantId", "", lambda s: s.generate(merchantId="a b")),
    ("4004701", "Invalid Field Format amount.value", "", lambda s: s.generate(amount=rupiah(0))),
    ("4004701", "Invalid Field Format amount.currency", "", lambda s: s.generate(amount={"value": "1.00", "currency": "USD"})),
    ("4004701", "Invalid Field Format validityPeriod", "", lambda s: s.generate(validityPeriod=PAST)),
    ("4004701", "Invalid Field Format terminalId", "", lambda s: s.generate(terminalId="1" * 17)),
    ("4004702", "Invalid Mandatory Field merchantId", "", lambda s: s.generate(merchantId=None)),
    ("4004702", "Invalid Mandatory Field merchantId", "", lambda s: s.generate(merchantId="")),
    ("2004700", "Successful", "", lambda s: s.generate(partnerReferenceNo=None)),
    ("2004700", "Successful", "", lambda s: s.send(f"{MPM}generate", {}, s.world.other)),
    ("2004700", "Successful", "", lambda s: s.generate(storeId="S" * 64)),
    ("4004701", "Invalid Field Format storeId", "", lambda s: s.generate(storeId="S" * 65)),
    ("4034702", "Exceeds Transaction Amount Limit", "limit_exceeded", lambda s: s.generate(amount=rupiah(10_000_001))),
    ("4034715", "Transaction Not Permitted", "surcharge_refused", lambda s: s.generate(feeAmount=rupiah(1))),
    ("4034719", "Merchant Blacklisted", "merchant_suspended", lambda s: s.generate(merchantId="TUTUP")),
    ("4044708", "Invalid Merchant", "merchant_unknown", lambda s: s.generate(merchantId="TETANGGA")),
    ("4044708", "Invalid Merchant", "merchant_inactive", _closed(lambda s: s.generate())),
    ("2004700", "Successful", "", _retired(lambda s: s.generate(terminalId="K1"))),
    ("4044717", "Invalid Terminal", "terminal_unknown", _retired(lambda s: s.generate(terminalId="K2"))),
    ("4044717", "Invalid Terminal", "terminal_unknown", _retired(lambda s: s.generate(terminalId="K3"))),
    ("4044718", "Inconsistent Request", "idempotency_conflict",
     lambda s: _other_body(s.generate, {}, {"amount": rupiah(1)})),
    ("2004700", "Successful", "", lambda s: s.generate(**_with_goods(BOOK))),
    ("4004701", "Invalid Field Format additionalInfo.items[0].quantity", "",
     lambda s: s.generate(**_with_goods(BOOK | {"quantity": "2"}))),
    ("4004702", "Invalid Mandatory Field amount", "amount_missing",
     lambda s: s.generate(amount=None, **_with_goods(BOOK))),
    ("4044713", "Invalid Amount", "basket_differs", lambda s: s.generate(amount=rupiah(10_001), **_with_goods(BOOK))),
    ("4044718", "Inconsistent Request", "idempotency_conflict",
     lambda s: _other_body(s.generate, _with_goods(BOOK), _with_goods(SMOKE))),
]  # fmt: skip
DECODE: list[Row] = [
    ("2004800", "Successful", "", lambda s: s.decode(s.content())),
    ("2004800", "Successful", "", lambda s: s.decode(s.static())),
    ("4004801", "Invalid Field Format qrContent", "qris_malformed", lambda s: s.decode("hello")),
    ("4004801", "Invalid Field Format scanTime", "", lambda s: s.decode(s.static(), scanTime="today")),
    ("4004802", "Invalid Mandatory Field qrContent", "", lambda s: s.decode(None)),
    ("4004802", "Invalid Mandatory Field scanTime", "", lambda s: s.decode(s.static(), scanTime=None)),
    ("4034800", "Transaction Expired", "qr_expired", lambda s: _expired(s, lambda content, _: s.decode(content))),
    ("4034815", "Transaction Not Permitted", "tip_refused", lambda s: s.decode(_with_tip(s, qris.TipKind.FIXED))),
    ("2004800", "Successful", "", lambda s: s.decode(_with_tip(s, qris.TipKind.PROMPT))),
    ("4044801", "Transaction Not Found", "qr_unknown", lambda s: s.decode(_forged(s))),
    ("4044802", "Invalid Routing", "qr_not_ours", lambda s: s.decode(_foreign(s))),
    ("4044804", "Transaction Cancelled", "qr_cancelled", lambda s: _cancelled(s, lambda content, _: s.decode(content))),
    ("4044808", "Invalid Merchant", "merchant_unknown", lambda s: s.decode(_of_merchant("NOBODY"))),
    ("4044808", "Invalid Merchant", "merchant_unknown", lambda s: s.decode(s.static(), merchantId="OTHER")),
    ("4044813", "Invalid Amount", "", lambda s: s.decode(s.content(), amount=rupiah(1))),
    ("4044814", "Paid Bill", "qr_paid", lambda s: (content := s.content(), s.pay(content), s.decode(content))[2]),
]  # fmt: skip
PAYMENT: list[Row] = [
    ("2005000", "Successful", "", lambda s: s.pay()),
    ("2005000", "Successful", "", lambda s: s.pay(s.static())),
    ("2005000", "Successful", "", lambda s: s.pay(additionalInfo={}, merchantId="WARUNG")),
    ("2005000", "Successful", "", lambda s: s.pay(otp=codes.issue(s.world.wallet).qr_content)),
    ("4005001", "Invalid Field Format additionalInfo.qrContent", "qris_malformed", lambda s: s.pay("hello")),
    ("4005001", "Invalid Field Format additionalInfo.qrContent", "", lambda s: s.pay(additionalInfo={"qrContent": 5})),
    ("4005002", "Invalid Mandatory Field otp", "", lambda s: s.send(
        f"{MPM}payment", {"partnerReferenceNo": "1", "merchantId": "WARUNG", "amount": rupiah(1)}, s.world.other)),
    ("4005002", "Invalid Mandatory Field merchantId", "", lambda s: s.pay(additionalInfo={})),
    ("4005002", "Invalid Mandatory Field amount", "amount_missing", lambda s: s.pay(s.static(), amount=None)),
    ("4035000", "Transaction Expired", "qr_expired", lambda s: _expired(s, lambda content, _: s.pay(content))),
    ("4035002", "Exceeds Transaction Amount Limit", "code_ceiling", lambda s: s.pay(otp=s.digits(ceiling=9_999))),
    ("4035002", "Exceeds Transaction Amount Limit", "limit_exceeded",
     lambda s: s.pay(s.static(), amount=rupiah(10_000_001))),
    ("4035011", "OTP Blocked", "digit_guesses_exceeded", lambda s: _blocked(s.pay)),
    ("4035012", "OTP Lifetime Expired", "code_expired", _expired_otp),
    ("4035003", "Suspected Fraud", "suspected_fraud", _held(officer=False)),
    ("4035015", "Transaction Not Permitted. Aid for named goods only", "items_missing", _needs_goods),
    ("4035015", "Transaction Not Permitted. Aid for named goods only", "items_missing", _pays_goods()),
    ("2005000", "Successful", "", _pays_goods(BOOK)),
    ("4035015", "Transaction Not Permitted. Item not allowed: Rokok Surya 12", "item_banned", _pays_goods(SMOKE)),
    ("4035015", "Transaction Not Permitted. Price too high: Buku tulis", "item_too_dear", _pays_goods(BOOK, buku=4_999)),
    ("4035016", "Suspend Transaction", "transaction_suspended", _held(officer=True)),
    ("4035020", "Merchant Limit Exceed", "merchant_limit_exceeded", _limited),
    ("4045008", "Invalid Merchant", "merchant_inactive", _closed(lambda s: s.pay(s.static()))),
    ("2005000", "Successful", "", _retired(lambda s: _sticker(s, "K1"))),
    ("4045017", "Invalid Terminal", "terminal_unknown", _retired(lambda s: _sticker(s, "K2"))),
    ("2005000", "Successful", "", lambda s: _sticker(s, "K" * 25)),
    ("4035014", "Insufficient Funds", "insufficient_funds", lambda s: s.pay(s.static(), amount=rupiah(100_001))),
    ("4035015", "Transaction Not Permitted", "not_permitted", lambda s: s.pay(additionalInfo={}, merchantId="BIOSKOP")),
    ("4035015", "Transaction Not Permitted", "surcharge_refused", lambda s: s.pay(feeAmount=rupiah(1))),
    ("4035015", "Transaction Not Permitted", "tip_refused", lambda s: s.pay(_with_tip(s, qris.TipKind.FIXED))),
    ("4035018", "Inactive Card/Account/Customer", "wallet_inactive", _frozen),
    ("4035019", "Merchant Blacklisted", "merchant_suspended", _suspended),
    ("4035023", "Account Limit Exceed", "daily_limit_exceeded", _daily_limit),
    ("4045001", "Transaction Not Found", "qr_unknown", lambda s: s.pay(_forged(s))),
    ("4045002", "Invalid Routing", "qr_not_ours", lambda s: s.pay(_foreign(s))),
    ("4045004", "Transaction Cancelled", "qr_cancelled", lambda s: _cancelled(s, lambda content, _: s.pay(content))),
    ("4045008", "Invalid Merchant", "merchant_unknown", lambda s: s.pay(merchantId="BIOSKOP")),
    ("4045008", "Invalid Merchant", "merchant_unknown", lambda s: s.pay(additionalInfo={}, merchantId="NOBODY")),
    ("4045013", "Invalid Amount", "amount_differs", lambda s: s.pay(amount=rupiah(9_999))),
    ("4045014", "Paid Bill", "qr_paid", lambda s: _again(s.pay, s.content())),
    ("4045015", "Invalid OTP", "code_unknown", lambda s: s.pay(otp=NEVER)),
    ("4045015", "Invalid OTP", "code_used", _used_otp),
    ("4045018", "Inconsistent Request", "idempotency_conflict",
     lambda s: _other_body(lambda **c: s.pay(s.static(), **c), {}, {"amount": rupiah(1)})),
]  # fmt: skip
QUERY: list[Row] = [
    ("2005100", "Successful", "", lambda s: s.query(originalPartnerReferenceNo=s.paid())),
    ("4005101", "Invalid Field Format serviceCode", "", lambda s: s.query(serviceCode="60", originalReferenceNo="1")),
    ("4005102", "Invalid Mandatory Field originalPartnerReferenceNo", "", lambda s: s.query()),
    ("4045101", "Transaction Not Found", "payment_unknown", lambda s: s.query(originalReferenceNo="1")),
    ("4045101", "Transaction Not Found", "payment_unknown",
     lambda s: s.query(serviceCode="50", originalReferenceNo="1")),
    ("4045108", "Invalid Merchant", "merchant_unknown",
     lambda s: s.query(originalPartnerReferenceNo=s.paid(), merchantId="BIOSKOP")),
    ("4045113", "Invalid Amount", "",
     lambda s: s.query(originalPartnerReferenceNo=s.paid(), amount=rupiah(1))),
]  # fmt: skip
CANCEL: list[Row] = [
    ("2007700", "Successful", "", lambda s: _cancelled(s, lambda _, reference: s.cancel(reference))),
    ("2007700", "Successful", "", lambda s: s.cancel(s.paid())),
    ("4007702", "Invalid Mandatory Field originalPartnerReferenceNo", "", lambda s: s.cancel(None)),
    ("4037700", "Transaction Expired", "qr_expired", lambda s: _expired(s, lambda _, reference: s.cancel(reference))),
    ("4037714", "Insufficient Funds", "insufficient_funds", lambda s: s.cancel(_settled(s))),
    ("4057701", "Requested Operation Is Not Allowed", "cancel_not_possible", _cancel_yesterdays),
    ("4057701", "Requested Operation Is Not Allowed", "cancel_not_possible", _cancel_partly_refunded),
    ("4047701", "Transaction Not Found", "payment_unknown", lambda s: s.cancel("NEVER")),
    ("4047708", "Invalid Merchant", "merchant_unknown", lambda s: s.cancel(s.paid(), merchantId="BIOSKOP")),
    ("4047713", "Invalid Amount", "amount_differs", lambda s: s.cancel(s.paid(), amount=rupiah(1))),
]  # fmt: skip
REFUND: list[Row] = [
    ("2007800", "Successful", "", lambda s: s.refund(s.paid())),
    ("4007801", "Invalid Field Format refundAmount.value", "", lambda s: s.refund(s.paid(), refundAmount=rupiah(0))),
    ("4007802", "Invalid Mandatory Field partnerRefundNo", "", lambda s: s.refund("X", partnerRefundNo=None)),
    ("4037814", "Insufficient Funds", "insufficient_funds", lambda s: s.refund(_settled(s))),
    ("4047800", "Invalid Transaction Status", "not_paid", _refund_unpaid),
    ("4047801", "Transaction Not Found", "payment_unknown", lambda s: s.refund("NEVER")),
    ("4047804", "Transaction Cancelled", "payment_cancelled", _refund_cancelled),
    ("4047808", "Invalid Merchant", "merchant_unknown", lambda s: s.refund(s.paid(), merchantId="BIOSKOP")),
    ("4047813", "Invalid Amount", "refund_too_large", lambda s: s.refund(s.paid(), refundAmount=rupiah(10_001))),
    ("4047818", "Inconsistent Request", "idempotency_conflict", _refund_other_body),
]  # fmt: skip
CPM_GENERATE: list[Row] = [
    ("2005900", "Successful", "", lambda s: s.exchange()),
    ("4005901", "Invalid Field Format otp", "", lambda s: s.exchange(otp="12345")),
    ("4005901", "Invalid Field Format validityPeriod", "", lambda s: s.exchange(validityPeriod=PAST)),
    ("2005900", "Successful", "", lambda s: s.exchange(partnerReferenceNo=None)),
    ("2005900", "Successful", "", lambda s: s.exchange(otp=None, userAccessToken=s.digits(), partnerTrxDate=PAST)),
    ("2005900", "Successful", "", lambda s: _exchange_by_header(s, f"Bearer {s.digits()}")),
    ("4005901", "Invalid Field Format userAccessToken", "", lambda s: s.exchange(otp=None, userAccessToken="xxxxxx")),
    ("4005901", "Invalid Field Format partnerTrxDate", "", lambda s: s.exchange(partnerTrxDate="today")),
    ("4005902", "Invalid Mandatory Field userAccessToken", "", lambda s: s.exchange(otp=None)),
    ("4015902", "Invalid Customer Token", "", lambda s: _exchange_by_header(s, "Bearer fa8sjjEj813Y9JGoqwOeOPWbnt4CUpvI")),
    ("4015902", "Invalid Customer Token", "", lambda s: _exchange_by_header(s, "493027")),
    ("4045915", "Invalid OTP", "code_unknown", lambda s: s.exchange(otp=None, userAccessToken=NEVER)),
    ("4045915", "Invalid OTP", "code_unknown", lambda s: _exchange_by_header(s, f"Bearer {NEVER}")),
    ("4035911", "OTP Blocked", "digit_guesses_exceeded", lambda s: _blocked(s.exchange)),
    ("4035918", "Inactive Card/Account/Customer", "wallet_inactive", _frozen_exchange),
    ("4045915", "Invalid OTP", "code_unknown", lambda s: s.exchange(otp=NEVER)),
    ("4045918", "Inconsistent Request", "idempotency_conflict",
     lambda s: _other_body(s.exchange, {}, {"amount": rupiah(1)})),
]  # fmt: skip
CPM_CANCEL: list[Row] = [
    ("2006200", "Successful", "", lambda s: s.cpm_cancel(s.till_paid())),
    ("4006202", "Invalid Mandatory Field originalPartnerReferenceNo", "", lambda s: s.cpm_cancel(None)),
    ("4036200", "Transaction Expired", "code_expired", _cpm_expired),
    ("4036214", "Insufficient Funds", "insufficient_funds", _cpm_settled),
    ("4056201", "Requested Operation Is Not Allowed", "cancel_not_possible", _cpm_yesterdays),
    ("4056201", "Requested Operation Is Not Allowed", "cancel_not_possible", _cpm_partly_refunded),
    ("4046200", "Invalid Transaction Status", "refund_not_possible",
     lambda s: s.cpm_cancel(s.till_paid(amount=rupiah(200_000)))),
    ("4046200", "Invalid Transaction Status", "code_used", _cpm_used),
    ("4046201", "Transaction Not Found", "payment_unknown", lambda s: s.cpm_cancel("NEVER")),
    ("4046208", "Invalid Merchant", "merchant_unknown", lambda s: s.cpm_cancel(s.till_paid(), merchantId="BIOSKOP")),
    ("4046213", "Invalid Amount", "amount_differs", lambda s: s.cpm_cancel(s.till_paid(), amount=rupiah(1))),
]  # fmt: skip
ROWS = [*GENERATE, *DECODE, *PAYMENT, *QUERY, *CANCEL, *REFUND, *CPM_GENERATE, *CPM_CANCEL]


@pytest.mark.parametrize(
    ("code", "message", "reason", "act"), ROWS, ids=[f"{code} {reason or message}" for code, message, reason, _ in ROWS]
)
def test_each_response_code(shop: Shop, code: str, message: str, reason: str, act: Callable[[Shop], Answer]) -> None:
    before = shop.world.balance()
    answer = act(shop)
    assert (answer.code, answer.body["responseMessage"]) == (code, message)
    assert answer.body.get("additionalInfo", {}).get("reason", "") == reason
    assert shop.world.balance() <= before


EVERY = (
    *((f"{MPM}{name}", number) for name, number in (("generate", "47"), ("decode", "48"), ("payment", "50"),
                                                     ("query", "51"), ("cancel", "77"), ("refund", "78"))),
    *((f"{CPM}{name}", number) for name, number in (("generate", "59"), ("cancel", "62"))),
)  # fmt: skip


@pytest.mark.parametrize(("path", "service"), EVERY)
def test_each_address_answers_with_and_without_htm_and_under_its_own_number(
    shop: Shop, path: str, service: str
) -> None:
    for address in (path, f"{path}.htm"):
        assert shop.send(address, {}).code == f"400{service}02"
        assert shop.send(address, {}, symmetric=False).code == f"400{service}02"
        assert shop.send(address, {}, X_SIGNATURE="forged").code == f"401{service}00"
        assert shop.send(address, {}, without="X-PARTNER-ID").code == f"400{service}02"
    shop.send(path, {}, external_id="777")
    assert shop.send(path, {}, external_id="777").code == f"409{service}00"
    assert shop.world.sender.send(path, b"", {}, method="GET").code == f"405{service}00"
    assert shop.world.sender.post(path, b'{"a":1,"a":2}').code == f"400{service}00"
