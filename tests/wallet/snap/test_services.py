"""Payment, query and refund as a partner meets them: one row for each response code, and the answers' fields."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from tests.wallet.snap.conftest import CINEMA, World, rupiah
from tests.wallet.snap.qr_shop import CPM
from tests.wallet.snap.sender import PAY, QUERY, REFUND, Answer
from wallet import ledger, refunds, six_digits, wallets
from wallet.errors import WalletError
from wallet.models import Account, DigitGuesses, Merchant, Payment, Refund, Transfer
from wallet.snap.codes import WALLET_CASES, Case, of_wallet_error
from wallet.snap.timestamps import emit

TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\+07:00")
NOT_REACHABLE_HERE = {
    "already_reversed",  # reversals are the agency's
    "not_reversible",
    "transfer_unknown",
    "bank_account_missing",  # settlement is the agency's
    "settlement_returned",
    "wallet_not_empty",  # closing wallets and passing them on is the agency's, and so is its counter
    "money_held",
    "reason_missing",
    "already_succeeded",
    "successor_unfit",
    "frozen_not_pooled",  # so is merging two rows of one person, and parting them
    "purses_gone",
    "money_moved",
    "day_not_over",  # seals and proofs are made on the command line and at night
    "seal_out_of_order",
    "seal_removed",
    "ledger_busy",
    "day_not_sealed",
    "seal_differs",
    "pin_not_set",  # the PIN belongs to the holder's own app
    "pin_already_set",
    "pin_invalid",
    "pin_wrong",
    "pin_locked",
    "payer_refused",  # told on the payment page, to whoever typed it
    "page_pins_stopped",
    "pin_not_enough",
    "digits_not_taken",
    "digits_exhausted",  # so do the six digits
    "not_registered_for_qris",  # stickers are printed in the office
}
FAMILY = {"wallet.errors", "wallet.debit_errors", "wallet.qr_errors"}


def test_a_payment_is_answered_with_the_standards_fields(world: World) -> None:
    order = world.order(title="Beras 5 kg", additionalInfo={"kasir": "02", "baris": [1, {"a": None}]})
    answer = world.sender.post(PAY, order, external_id="41")
    payment = Payment.objects.get()
    assert answer.status == 200
    assert TIME.fullmatch(answer.body.pop("transactionDate"))
    assert answer.body == {
        "responseCode": "2006000",
        "responseMessage": "Successful",
        "referenceNo": payment.reference_no,
        "partnerReferenceNo": order["partnerReferenceNo"],
        "amount": rupiah(10_000),
        "additionalInfo": {"kasir": "02", "baris": [1, {"a": None}]},
    }
    assert (payment.title, payment.external_id, payment.amount) == ("Beras 5 kg", "41", 10_000)
    assert world.balance() == 90_000
    assert ledger.balance_of(Merchant.objects.get(merchant_id="WARUNG").account_id) == 10_000


def _used(world: World) -> Answer:
    code = world.code()
    world.pay(qrContent=code)
    return world.pay(qrContent=code)


def _expired(world: World) -> Answer:
    order = world.order()
    world.sender.access_token()
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        return world.sender.post(PAY, order)


def _frozen(world: World) -> Answer:
    order = world.order()
    wallets.freeze(world.wallet, "kartu hilang")
    return world.sender.post(PAY, order)


def _other_body(world: World) -> Answer:
    order = world.order()
    world.sender.post(PAY, order)
    return world.sender.post(PAY, order | {"amount": rupiah(20_000)})


def _refund(**changes: object) -> Callable[[World], Answer]:
    def send(world: World) -> Answer:
        order = world.order()
        world.sender.post(PAY, order)
        return world.refund(order["partnerReferenceNo"], **changes)

    return send


def _refund_declined(world: World) -> Answer:
    order = world.order(amount=rupiah(200_000))
    world.sender.post(PAY, order)
    return world.refund(order["partnerReferenceNo"])


def _refund_settled(world: World) -> Answer:
    order = world.order()
    world.sender.post(PAY, order)
    merchant = Merchant.objects.get(merchant_id="WARUNG").account_id
    clearing = ledger.singleton(Account.Kind.SETTLEMENT).pk
    ledger.post([ledger.Leg(merchant, clearing, 10_000, Transfer.Kind.SETTLEMENT, "settled")])
    return world.refund(order["partnerReferenceNo"])


def _refund_other_body(world: World) -> Answer:
    order = world.order()
    world.sender.post(PAY, order)
    world.refund(order["partnerReferenceNo"], partnerRefundNo="R", refundAmount=rupiah(1_000))
    return world.refund(order["partnerReferenceNo"], partnerRefundNo="R", refundAmount=rupiah(2_000))


def _refund_cancelled(world: World) -> Answer:
    order = world.order()
    world.sender.post(PAY, order)
    world.sender.post(f"{CPM}cancel", {"originalPartnerReferenceNo": order["partnerReferenceNo"]})
    return world.refund(order["partnerReferenceNo"])


def _queried(world: World, **changes: object) -> Answer:
    order = world.order()
    world.sender.post(PAY, order)
    return world.query(originalPartnerReferenceNo=order["partnerReferenceNo"], **changes)


def _held(officer: bool) -> Callable[[World], Answer]:
    def send(world: World) -> Answer:
        world.hold(officer=officer)
        return world.pay()

    return send


def _spent_today(world: World) -> Answer:
    settings.WALLET = settings.WALLET | {"daily_limit": 9_999}
    return world.pay()


def _guessed(world: World) -> Answer:
    for _ in range(settings.WALLET["digits_wrong"]):
        world.pay(qrContent="000000")
    return world.pay(qrContent="000000")


def _until(**moved: int) -> str:
    return emit(timezone.now() + timedelta(**moved))


ROWS: list[tuple[str, str, str, Callable[[World], Answer]]] = [
    ("2006000", "Successful", "", lambda w: w.pay()),
    ("2006000", "Successful", "", lambda w: w.pay(expiryTime=_until(seconds=30))),
    ("4036000", "Transaction Expired", "payment_late", lambda w: w.pay(expiryTime=_until(seconds=-1))),
    ("4006001", "Invalid Field Format expiryTime", "", lambda w: w.pay(expiryTime="2026-12-01")),
    ("4036000", "Transaction Expired", "code_expired", _expired),
    ("4036002", "Exceeds Transaction Amount Limit", "limit_exceeded", lambda w: w.pay(amount=rupiah(10_000_001))),
    ("4036003", "Suspected Fraud", "suspected_fraud", _held(officer=False)),
    ("4036004", "Activity Count Limit Exceeded", "digit_guesses_exceeded", _guessed),
    ("4036014", "Insufficient Funds", "insufficient_funds", lambda w: w.pay(amount=rupiah(100_001))),
    ("4036015", "Transaction Not Permitted", "surcharge_refused", lambda w: w.pay(feeAmount=rupiah(1))),
    ("2006000", "Successful", "", lambda w: w.pay(feeAmount=rupiah(0))),
    ("4036015", "Transaction Not Permitted", "not_permitted", lambda w: w.pay(merchantId="BIOSKOP")),
    ("4036016", "Suspend Transaction", "transaction_suspended", _held(officer=True)),
    ("4036023", "Account Limit Exceed", "daily_limit_exceeded", _spent_today),
    ("4036018", "Inactive Card/Account/Customer", "wallet_inactive", _frozen),
    ("4036019", "Merchant Blacklisted", "merchant_suspended", lambda w: w.pay(merchantId="TUTUP")),
    ("4046000", "Invalid Transaction Status", "code_used", _used),
    ("4046001", "Transaction Not Found", "code_unknown", lambda w: w.pay(qrContent="NEVERISSUED")),
    ("4046008", "Invalid Merchant", "merchant_unknown", lambda w: w.pay(merchantId="TIDAKADA")),
    ("4046008", "Invalid Merchant", "merchant_unknown", lambda w: w.pay(merchantId="TETANGGA")),
    ("4046018", "Inconsistent Request", "idempotency_conflict", _other_body),
    ("4006001", "Invalid Field Format merchantId", "", lambda w: w.pay(merchantId="a b")),
    ("4006002", "Invalid Mandatory Field merchantId", "", lambda w: w.pay(merchantId=None)),
    ("2006100", "Successful", "", _queried),
    ("2006100", "Successful", "", lambda w: _queried(w, serviceCode=None)),
    ("4046101", "Transaction Not Found", "payment_unknown", lambda w: w.query(originalReferenceNo="1")),
    ("4046108", "Invalid Merchant", "merchant_unknown", lambda w: _queried(w, merchantId="BIOSKOP")),
    ("4046113", "Invalid Amount", "", lambda w: _queried(w, amount=rupiah(9_999))),
    ("4006101", "Invalid Field Format serviceCode", "", lambda w: w.query(serviceCode="50", originalReferenceNo="1")),
    ("4006102", "Invalid Mandatory Field originalPartnerReferenceNo", "", lambda w: w.query()),
    ("2008000", "Successful", "", _refund()),
    ("4038014", "Insufficient Funds", "insufficient_funds", _refund_settled),
    ("4048000", "Invalid Transaction Status", "refund_not_possible", _refund_declined),
    ("4048001", "Transaction Not Found", "payment_unknown", lambda w: w.refund("NEVER")),
    ("4048004", "Transaction Cancelled", "payment_cancelled", _refund_cancelled),
    ("4048008", "Invalid Merchant", "merchant_unknown", _refund(merchantId="BIOSKOP")),
    ("4048013", "Invalid Amount", "refund_too_large", _refund(refundAmount=rupiah(10_001))),
    ("4048018", "Inconsistent Request", "idempotency_conflict", _refund_other_body),
    ("4008001", "Invalid Field Format refundAmount.value", "", _refund(refundAmount=rupiah(0))),
    ("4008002", "Invalid Mandatory Field partnerRefundNo", "", _refund(partnerRefundNo=None)),
]


@pytest.mark.parametrize(
    ("code", "message", "reason", "act"), ROWS, ids=[f"{code} {reason or message}" for code, message, reason, _ in ROWS]
)
def test_each_response_code(
    world: World, wallet_settings: None, code: str, message: str, reason: str, act: Callable[[World], Answer]
) -> None:
    answer = act(world)
    assert (answer.code, answer.body["responseMessage"]) == (code, message)
    assert answer.body.get("additionalInfo", {}).get("reason", "") == reason
    if reason:
        assert answer.body["additionalInfo"]["reasonMessage"]


def test_every_reason_of_the_wallet_has_its_case() -> None:
    family = {kind.code for kind in WalletError.__subclasses__() if kind.__module__ in FAMILY}
    assert family >= NOT_REACHABLE_HERE
    assert family - NOT_REACHABLE_HERE == WALLET_CASES.keys()


def test_a_reason_nobody_mapped_is_a_general_error() -> None:
    assert of_wallet_error(WalletError()).case is Case.GENERAL_ERROR


def test_every_code_and_message_fits_the_standard() -> None:
    assert len({(case.status, case.number) for case in Case}) == len(Case)
    for case in Case:
        assert re.fullmatch(r"[245][0-9]{2}60[0-9]{2}", case.code("60"))
        assert len(case.message("x" * 500)) <= 150
        assert not case.message().endswith((" ", "."))


def test_what_comes_late_is_not_paid_and_may_come_again_in_time(world: World) -> None:
    order = world.order(expiryTime=_until(seconds=-1))
    assert world.sender.post(PAY, order).code == "4036000"
    assert (Payment.objects.count(), world.balance()) == (0, 100_000)
    assert world.sender.post(PAY, order | {"expiryTime": _until(seconds=30)}).code == "2006000"
    assert world.balance() == 90_000


def test_a_retry_after_the_tills_patience_hears_what_became_of_it(world: World) -> None:
    order = world.order(expiryTime=_until(seconds=30))
    first = world.sender.post(PAY, order)
    with time_machine.travel(timezone.now() + timedelta(seconds=60)):
        assert world.sender.post(PAY, order).body == first.body
        assert world.sender.post(PAY, order | {"expiryTime": _until(seconds=30)}).body == first.body
    assert world.balance() == 90_000


def test_six_digits_that_come_late_are_no_guess_and_stay_good(world: World) -> None:
    order = world.order(qrContent=six_digits.issue(world.wallet).qr_content, expiryTime=_until(seconds=-1))
    assert world.sender.post(PAY, order).code == "4036000"
    assert not DigitGuesses.objects.filter(wrong__gt=0).exists()
    assert world.sender.post(PAY, order | {"expiryTime": _until(seconds=30)}).code == "2006000"


def test_a_tills_name_may_be_as_long_as_the_standard_says(world: World) -> None:
    assert world.pay(terminalId="K" * 32).code == "2006000"
    assert Payment.objects.get().terminal_id == "K" * 32


def test_a_query_by_the_standards_fields_alone_tells_when_it_was_paid_and_what_for(world: World) -> None:
    order = world.order(title="Beras 5 kg")
    world.sender.post(PAY, order)
    body = world.sender.post(QUERY, {"originalPartnerReferenceNo": order["partnerReferenceNo"]}).body
    assert (body["title"], body["paidTime"]) == ("Beras 5 kg", emit(Payment.objects.get().created_at))
    assert (body["serviceCode"], body["latestTransactionStatus"]) == ("60", "00")


def test_a_declined_payment_tells_its_number_and_why(world: World) -> None:
    order = world.order(amount=rupiah(500_000), additionalInfo={"kasir": "1", "reason": "mine"})
    answer = world.sender.post(PAY, order)
    payment = Payment.objects.get()
    assert answer.body["referenceNo"] == payment.reference_no
    assert answer.body["partnerReferenceNo"] == order["partnerReferenceNo"]
    assert answer.body["additionalInfo"] | {"reasonMessage": ""} == {
        "kasir": "1",
        "reason": "insufficient_funds",
        "reasonMessage": "",
    }
    again = world.sender.post(PAY, order)
    assert (again.status, again.body) == (answer.status, answer.body)


def test_the_common_limit_is_told_and_the_holders_own_is_not(world: World) -> None:
    ceiling = world.sender.post(PAY, world.order(qrContent=world.code(ceiling=5_000)))
    assert (ceiling.body["responseCode"], ceiling.body["additionalInfo"]["reason"]) == ("4036002", "code_ceiling")
    assert "5" not in ceiling.body["additionalInfo"]["reasonMessage"]
    assert "Rp 10.000.000" in world.pay(amount=rupiah(10_000_001)).body["additionalInfo"]["reasonMessage"]


def test_a_retry_with_a_new_external_id_gets_the_first_answer(world: World) -> None:
    order = world.order()
    first = world.sender.post(PAY, order, external_id="1")
    again = world.sender.post(PAY, order | {"additionalInfo": {"kasir": "9"}}, external_id="2", symmetric=False)
    assert again.body == first.body | {"additionalInfo": {"kasir": "9"}}
    assert Payment.objects.get().external_id == "1"
    assert world.balance() == 90_000


@pytest.mark.parametrize(
    "change",
    [
        {"amount": rupiah(10_001)},
        {"merchantId": "BIOSKOP"},
        {"title": "lain"},
        {"qrContent": "LAIN"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_same_reference_with_another_content_is_refused(world: World, change: dict[str, object]) -> None:
    order = world.order()
    world.sender.post(PAY, order)
    assert world.sender.post(PAY, order | change).code == "4046018"
    assert (Payment.objects.count(), world.balance()) == (1, 90_000)


def test_two_partners_may_use_the_same_reference(world: World) -> None:
    assert world.pay(partnerReferenceNo="INV-1").code == "2006000"
    order = world.order(partnerReferenceNo="INV-1", merchantId="TETANGGA")
    assert world.other.post(PAY, order).code == "2006000"


def test_query_of_a_paid_payment(world: World) -> None:
    order = world.order()
    paid = world.sender.post(PAY, order, external_id="77").body
    for numbers in (
        {"originalPartnerReferenceNo": order["partnerReferenceNo"]},
        {"originalReferenceNo": paid["referenceNo"]},
        {"originalExternalId": "77"},
        {
            "originalPartnerReferenceNo": order["partnerReferenceNo"],
            "originalReferenceNo": paid["referenceNo"],
            "originalExternalId": "77",
            "amount": rupiah(10_000),
            "transactionDate": paid["transactionDate"],
        },
    ):
        answer = world.query(**numbers)
        assert answer.body == {
            "responseCode": "2006100",
            "responseMessage": "Successful",
            "originalReferenceNo": paid["referenceNo"],
            "originalPartnerReferenceNo": order["partnerReferenceNo"],
            "originalExternalId": "77",
            "serviceCode": "60",
            "latestTransactionStatus": "00",
            "transactionStatusDesc": "Success",
            "paidTime": paid["transactionDate"],
            "transactionDate": paid["transactionDate"],
            "amount": rupiah(10_000),
            "additionalInfo": {},
        }


def test_query_with_numbers_of_two_payments_finds_none(world: World) -> None:
    one, two = world.order(), world.order()
    world.sender.post(PAY, one)
    reference = world.sender.post(PAY, two).body["referenceNo"]
    answer = world.query(originalPartnerReferenceNo=one["partnerReferenceNo"], originalReferenceNo=reference)
    assert answer.code == "4046101"


def test_query_of_a_declined_payment(world: World) -> None:
    order = world.order(amount=rupiah(500_000))
    world.sender.post(PAY, order)
    answer = world.query(originalPartnerReferenceNo=order["partnerReferenceNo"])
    assert (answer.code, answer.body["latestTransactionStatus"]) == ("2006100", "06")
    assert answer.body["additionalInfo"]["reason"] == "insufficient_funds"


def test_refunds_in_parts_then_the_rest(world: World) -> None:
    order = world.order()
    paid = world.sender.post(PAY, order).body
    first = world.refund(order["partnerReferenceNo"], partnerRefundNo="R1", refundAmount=rupiah(4_000), reason="Retur")
    assert TIME.fullmatch(first.body.pop("refundTime"))
    assert first.body == {
        "responseCode": "2008000",
        "responseMessage": "Successful",
        "originalPartnerReferenceNo": order["partnerReferenceNo"],
        "originalReferenceNo": paid["referenceNo"],
        "refundNo": Refund.objects.get().refund_no,
        "partnerRefundNo": "R1",
        "refundAmount": rupiah(4_000),
        "additionalInfo": {},
    }
    partly = world.query(originalReferenceNo=paid["referenceNo"]).body
    assert partly["latestTransactionStatus"] == "00"
    assert partly["additionalInfo"]["refundedAmount"] == rupiah(4_000)
    rest = world.refund(order["partnerReferenceNo"], partnerRefundNo="R2")
    assert rest.body["refundAmount"] == rupiah(6_000)
    whole = world.query(originalReferenceNo=paid["referenceNo"]).body
    assert (whole["latestTransactionStatus"], whole["transactionStatusDesc"]) == ("04", "Refunded")
    history = whole["additionalInfo"]["refundHistory"]
    assert [(one["partnerRefundNo"], one["refundAmount"], one["reason"]) for one in history] == [
        ("R1", rupiah(4_000), "Retur"),
        ("R2", rupiah(6_000), ""),
    ]
    assert all(TIME.fullmatch(one["refundTime"]) for one in history)
    assert world.balance() == 100_000
    assert world.refund(order["partnerReferenceNo"]).code == "4048013"


def test_a_refund_retried_is_made_once(world: World) -> None:
    order = world.order()
    world.sender.post(PAY, order)
    answers = [
        world.refund(order["partnerReferenceNo"], partnerRefundNo="R", refundAmount=rupiah(4_000)) for _ in range(2)
    ]
    assert answers[0].body == answers[1].body
    assert world.balance() == 94_000


def test_a_whole_refund_retried_is_made_once(world: World) -> None:
    """Without an amount it means all that is left, which a retry must not read anew."""
    order = world.order()
    world.sender.post(PAY, order)
    answers = [world.refund(order["partnerReferenceNo"], partnerRefundNo="R") for _ in range(2)]
    assert answers[0].body == answers[1].body
    assert world.balance() == 100_000


def test_what_returns_to_the_fund_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    order = world.order()
    world.sender.post(PAY, order)
    later = SimpleNamespace(now=lambda: timezone.now() + timedelta(days=31))  # the purse has expired by then
    monkeypatch.setattr(refunds, "timezone", later)
    answer = world.refund(order["partnerReferenceNo"], partnerRefundNo="R", additionalInfo={"kasir": "1"})
    assert answer.body["additionalInfo"] == {"kasir": "1", "returnedToProgrammeFund": rupiah(10_000)}
    history = world.query(originalPartnerReferenceNo=order["partnerReferenceNo"]).body["additionalInfo"]
    assert history["refundHistory"][0]["returnedToProgrammeFund"] == rupiah(10_000)
    assert world.balance() == 90_000


def test_another_partners_payment_is_not_visible(world: World) -> None:
    order = world.order()
    paid = world.sender.post(PAY, order, external_id="55").body
    for numbers in (
        {"originalPartnerReferenceNo": order["partnerReferenceNo"]},
        {"originalReferenceNo": paid["referenceNo"]},
        {"originalExternalId": "55"},
    ):
        assert world.other.post(QUERY, {"serviceCode": "60"} | numbers).code == "4046101"
    for reference in (order["partnerReferenceNo"], "x"):
        fields = {"originalPartnerReferenceNo": reference, "originalReferenceNo": paid["referenceNo"]}
        assert world.other.post(REFUND, fields | {"partnerRefundNo": "R"}).code == "4048001"
    assert world.balance() == 90_000


def test_purses_of_other_rules_are_not_touched(world: World) -> None:
    world.give(50_000, mcc=CINEMA)
    assert world.pay(amount=rupiah(120_000)).code == "4036015"
    assert world.pay(amount=rupiah(100_000)).code == "2006000"
    assert world.balance() == 50_000
