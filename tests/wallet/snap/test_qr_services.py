"""Codes that merchants present, and customers' codes by way of a partner: services 47, 48, 50, 51, 59, 62, 77 and 78.

What the answers tell, what a retry gets, and who may touch what; each response code is in test_qr_response_codes.py.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from tests.wallet.snap import sender
from tests.wallet.snap.conftest import World, rupiah
from tests.wallet.snap.qr_shop import CPM, MPM, NEVER, NMID, Shop, later, opened
from tests.wallet.snap.sender import Answer
from wallet import ledger, mpm_codes, qris
from wallet.models import CpmCode, Merchant, MpmCode, MpmPayment, Payment, Refund
from wallet.snap.timestamps import emit


@pytest.fixture
def shop(world: World, settings: Any) -> Shop:  # its `settings` puts back whatever a test changes in them
    return opened(world, settings)


# --- 47: what the code says, and what a retry gets ---


def test_a_code_says_who_how_much_and_which_payment(shop: Shop) -> None:
    ends = timezone.now() + timedelta(hours=2)
    answer = shop.generate(
        partnerReferenceNo="INV-1", storeId="CABANG 2", terminalId="A01", validityPeriod=emit(ends),
        additionalInfo={"kasir": "7"},
    )  # fmt: skip
    row = MpmCode.objects.get()
    assert answer.body == {
        "responseCode": "2004700",
        "responseMessage": "Successful",
        "referenceNo": row.reference_no,
        "partnerReferenceNo": "INV-1",
        "qrContent": row.content,
        "merchantName": "WARUNG",
        "storeId": "CABANG 2",
        "terminalId": "A01",
        "additionalInfo": {"kasir": "7", "validUntil": emit(ends)},
    }
    said = qris.decode(row.content)
    assert (said.dynamic, said.amount, said.name, said.city, said.mcc) == (True, 10_000, "WARUNG", "JAKARTA", "5411")
    assert (said.nmid, said.postcode) == (NMID, "13330")
    assert (said.additional.reference, said.additional.terminal, said.additional.store) == (
        row.reference_no, "A01", "CABANG 2",
    )  # fmt: skip


def test_a_retry_gets_the_same_code_whatever_became_of_it(shop: Shop) -> None:
    first = shop.generate(partnerReferenceNo="INV-1")
    assert shop.generate(partnerReferenceNo="INV-1", additionalInfo={}).body == first.body
    shop.pay(first.body["qrContent"])
    Merchant.objects.update(name="NAMA BARU", status="suspended")
    assert shop.generate(partnerReferenceNo="INV-1").body["qrContent"] == first.body["qrContent"]
    assert MpmCode.objects.count() == 1


def test_a_code_without_an_amount_is_paid_with_the_payers(shop: Shop) -> None:
    content = shop.content(amount=None)
    assert "transactionAmount" not in shop.decode(content).body
    assert shop.pay(content, amount=None).code == "4005002"
    assert shop.pay(content, amount=rupiah(1_234)).code == "2005000"
    assert MpmCode.objects.get(content=content).state == "paid"
    assert shop.world.balance() == 98_766


# --- 48 ---


def test_a_decoded_code_tells_the_merchant_as_we_know_it(shop: Shop) -> None:
    content = shop.content()
    Merchant.objects.filter(merchant_id="WARUNG").update(name="WARUNG BARU")
    body = shop.decode(content, partnerReferenceNo="D-1").body
    merchant = Merchant.objects.get(merchant_id="WARUNG")
    assert body == {
        "responseCode": "2004800",
        "responseMessage": "Successful",
        "partnerReferenceNo": "D-1",
        "referenceNo": MpmCode.objects.get().reference_no,
        "merchantName": "WARUNG BARU",
        "merchantCategory": "5411",
        "merchantLocation": "JAKARTA",
        "merchantInfos": [{"merchantPAN": f"936009993{merchant.pk:09}", "acquirerName": "ID.CO.SALUR.WWW"}],
        "transactionAmount": rupiah(10_000),
        "additionalInfo": {"merchantId": "WARUNG"},
    }


def test_a_malformed_code_is_told_with_the_tag(shop: Shop) -> None:
    info = shop.decode(shop.static()[:-4] + "0000").body["additionalInfo"]
    assert (info["tag"], info["fault"]) == ("63", "crc") and "63" in info["reasonMessage"]


# --- 50 ---


def test_a_payment_ends_the_code_and_moves_the_money(shop: Shop) -> None:
    content = shop.content(partnerReferenceNo="INV-1", terminalId="A01")
    order = shop.order(content)
    answer = shop.send(f"{MPM}payment", order, shop.world.other, external_id="55")
    payment, code = Payment.objects.get(), MpmCode.objects.get()
    assert answer.body == {
        "responseCode": "2005000",
        "responseMessage": "Successful",
        "referenceNo": payment.reference_no,
        "partnerReferenceNo": order["partnerReferenceNo"],
        "amount": rupiah(10_000),
        "transactionDate": emit(payment.created_at),
        "additionalInfo": {"qrContent": content},
    }
    assert (payment.partner.client_id, payment.external_id) == ("PARTNER-2", "55")
    assert (code.state, code.payment_id) == ("paid", payment.pk)
    assert (payment.mpm.code_id, payment.mpm.way, payment.mpm.terminal) == (code.pk, "issuer", "A01")
    assert (shop.world.balance(), ledger.balance_of(payment.merchant.account_id)) == (90_000, 10_000)


def test_the_merchants_partner_is_told_once_and_not_who_paid(shop: Shop) -> None:
    order = shop.order(shop.content(partnerReferenceNo="INV-1", storeId="S1", terminalId="A01"))
    for _ in range(2):
        assert shop.send(f"{MPM}payment", order, shop.world.other).code == "2005000"
    payment = Payment.objects.get()
    assert shop.told == [
        {
            "partner": "PARTNER-1",
            "service": "52",
            "path": "/v1.0/qr/qr-mpm-notify",
            "ordering_key": payment.reference_no,
            "body": {
                "originalReferenceNo": MpmCode.objects.get().reference_no,
                "originalPartnerReferenceNo": "INV-1",
                "latestTransactionStatus": "00",
                "transactionStatusDesc": "Success",
                "amount": rupiah(10_000),
                "externalStoreId": "S1",
                "additionalInfo": {
                    "merchantId": "WARUNG",
                    "terminalId": "A01",
                    "paymentReferenceNo": payment.reference_no,
                    "paidTime": emit(payment.created_at),
                },
            },
        }
    ]


def test_a_declined_payment_tells_nobody_and_leaves_the_code_open(shop: Shop) -> None:
    content = shop.content()
    order = shop.order(content, otp=shop.digits(ceiling=5))
    first = shop.send(f"{MPM}payment", order, shop.world.other)
    again = shop.send(f"{MPM}payment", order, shop.world.other)
    assert first.code == "4035002" and again.body == first.body
    assert shop.told == [] and MpmCode.objects.get().state == "open"
    assert shop.pay(content).code == "2005000"


def test_a_retry_of_a_payment_gets_the_first_answer_even_after_the_codes_end(shop: Shop) -> None:
    order = shop.order()
    first = shop.send(f"{MPM}payment", order, shop.world.other)
    shop.world.other.token = ""
    with later(hours=1):
        assert shop.send(f"{MPM}payment", order, shop.world.other).body == first.body
    assert shop.world.balance() == 90_000


@pytest.mark.parametrize("change", [{"otp": "111111"}, {"additionalInfo": {}, "merchantId": "WARUNG"}, {"title": "x"}])
def test_the_same_number_with_another_payer_or_code_is_refused(shop: Shop, change: dict[str, Any]) -> None:
    order = shop.order(shop.static())
    assert shop.send(f"{MPM}payment", order, shop.world.other).code == "2005000"
    assert shop.send(f"{MPM}payment", order | change, shop.world.other).code == "4045018"
    assert shop.world.balance() == 90_000


def test_a_till_that_sends_customers_codes_meets_the_standards_case_for_too_many_wrong_ones(shop: Shop) -> None:
    for _ in range(10):
        assert shop.world.pay(qrContent=NEVER).code == "4046001"
    answer = shop.world.pay(qrContent=NEVER)
    assert (answer.code, answer.body["additionalInfo"]["reason"]) == ("4036004", "digit_guesses_exceeded")
    assert shop.world.pay().code == "2006000"


# --- 47 ---


def test_a_partner_with_one_merchant_needs_neither_name_nor_number(shop: Shop) -> None:
    told = shop.send(f"{MPM}generate", {"amount": rupiah(10_000)}, shop.world.other).body
    code = MpmCode.objects.get()
    assert (code.merchant.merchant_id, code.reference_no) == ("TETANGGA", told["partnerReferenceNo"])
    assert told["referenceNo"] == told["partnerReferenceNo"]
    asked = {"originalPartnerReferenceNo": told["partnerReferenceNo"]}
    assert _status(shop.query(shop.world.other, **asked)) == ("01", "Initiated")
    assert shop.send(f"{MPM}cancel", asked, shop.world.other).code == "2007700"


def test_a_long_name_of_a_store_is_kept_and_stands_in_no_code(shop: Shop) -> None:
    for store, in_code in (("S" * 25, "S" * 25), ("S" * 64, "")):
        told = shop.generate(storeId=store).body
        assert told["storeId"] == store
        assert qris.decode(told["qrContent"]).additional.store == in_code
        assert shop.pay(told["qrContent"]).code == "2005000"
        assert shop.told[-1]["body"]["externalStoreId"] == store


# --- 51 ---


def _status(answer: Answer) -> tuple[str, str]:
    assert answer.code == "2005100"
    return answer.body["latestTransactionStatus"], answer.body["transactionStatusDesc"]


def test_a_code_is_followed_from_open_to_refunded(shop: Shop) -> None:
    content = shop.content(partnerReferenceNo="INV-1")
    numbers = {"originalPartnerReferenceNo": "INV-1"}
    assert _status(shop.query(**numbers)) == ("01", "Initiated")
    shop.pay(content)
    body = shop.query(**numbers).body
    payment = Payment.objects.get()
    assert (body["paidTime"], body["amount"]) == (emit(payment.created_at), rupiah(10_000))
    assert body["additionalInfo"] == {"paymentReferenceNo": payment.reference_no}
    shop.refund("INV-1", refundAmount=rupiah(4_000))
    assert _status(shop.query(**numbers)) == ("00", "Success")
    shop.refund("INV-1")
    assert _status(shop.query(**numbers)) == ("04", "Refunded")
    assert len(shop.query(**numbers).body["additionalInfo"]["refundHistory"]) == 2
    assert shop.world.balance() == 100_000


def test_ends_without_payment_are_told(shop: Shop) -> None:
    shop.generate(partnerReferenceNo="OVER"), shop.generate(partnerReferenceNo="GONE")
    shop.cancel("GONE")
    assert _status(shop.query(originalPartnerReferenceNo="GONE")) == ("05", "Canceled")
    shop.world.sender.token = ""
    with later(minutes=16):
        before = shop.query(originalPartnerReferenceNo="OVER")
        assert _status(before) == ("06", "Failed") and before.body["additionalInfo"]["reason"] == "qr_expired"
        assert mpm_codes.expire_due() == 1 and mpm_codes.expire_due() == 0
        assert shop.query(originalPartnerReferenceNo="OVER").body == before.body


def test_the_sender_asks_by_its_own_numbers(shop: Shop) -> None:
    order = shop.order()
    shop.send(f"{MPM}payment", order, shop.world.other, external_id="91")
    for numbers in (
        {"originalPartnerReferenceNo": order["partnerReferenceNo"]},
        {"originalReferenceNo": Payment.objects.get().reference_no},
        {"originalExternalId": "91"},
    ):
        answer = shop.query(shop.world.other, serviceCode="50", **numbers)
        assert _status(answer) == ("00", "Success")
        assert answer.body["originalPartnerReferenceNo"] == order["partnerReferenceNo"]


def test_the_merchants_partner_is_not_told_the_senders_numbers(shop: Shop) -> None:
    content = shop.content(partnerReferenceNo="INV-1")
    code = MpmCode.objects.get()
    for paid, number in ((content, "91"), (shop.static(), "92")):
        shop.send(f"{MPM}payment", shop.order(paid), shop.world.other, external_id=number)
    dynamic, static = Payment.objects.order_by("pk")
    told = shop.query(originalReferenceNo=dynamic.reference_no).body
    assert told == shop.query(originalPartnerReferenceNo="INV-1").body  # by whichever number it is asked for
    assert (told["originalReferenceNo"], told["originalExternalId"]) == (code.reference_no, code.external_id)
    told = shop.query(originalReferenceNo=static.reference_no).body
    assert (told["originalReferenceNo"], told["originalPartnerReferenceNo"]) == (static.reference_no,) * 2
    assert told["originalExternalId"] == ""
    sent = shop.query(shop.world.other, serviceCode="50", originalReferenceNo=static.reference_no).body
    assert sent["originalExternalId"] == "92"


# --- 77, 78 ---


def test_a_paid_code_is_cancelled_whole_and_once(shop: Shop) -> None:
    reference = shop.paid()
    first = shop.cancel(reference, reason="salah")
    assert first.body["originalReferenceNo"] == MpmCode.objects.get().reference_no
    assert shop.cancel(reference, reason="lain").body == first.body
    assert (Refund.objects.get().cancels, shop.world.balance()) == (True, 100_000)
    assert _status(shop.query(originalPartnerReferenceNo=reference)) == ("05", "Canceled")
    assert shop.refund(reference).code == "4047804"


def test_a_code_is_cancelled_by_any_of_its_numbers(shop: Shop) -> None:
    made = shop.generate().body
    answer = shop.cancel(None, originalReferenceNo=made["referenceNo"])
    assert (answer.code, answer.body["originalPartnerReferenceNo"]) == ("2007700", made["partnerReferenceNo"])
    reference = shop.paid()
    payment = Payment.objects.get()
    answer = shop.cancel(None, originalReferenceNo=payment.reference_no)
    assert (answer.code, answer.body["originalPartnerReferenceNo"]) == ("2007700", reference)
    assert shop.world.balance() == 100_000


def test_a_payment_at_a_static_code_goes_by_our_number(shop: Shop) -> None:
    shop.pay(shop.static(), amount=rupiah(3_000))
    shop.pay(shop.static(), amount=rupiah(2_000))
    [kept, cancelled] = [notice["body"]["originalPartnerReferenceNo"] for notice in shop.told]
    assert _status(shop.query(originalPartnerReferenceNo=kept)) == ("00", "Success")
    assert shop.refund(kept, refundAmount=rupiah(500)).code == "2007800"
    assert shop.cancel(cancelled).code == "2007700"
    assert shop.world.balance() == 100_000 - 3_000 + 500


def test_a_refund_retried_is_made_once(shop: Shop) -> None:
    reference = shop.paid()
    answers = [shop.refund(reference, partnerRefundNo="R", refundAmount=rupiah(4_000)) for _ in range(2)]
    assert answers[0].body == answers[1].body and shop.world.balance() == 94_000


# --- 59, 62 ---


def test_six_digits_are_exchanged_for_a_qr_code_that_pays_no_more_than_they(shop: Shop) -> None:
    digits = shop.digits(ceiling=8_000)
    first = shop.exchange(partnerReferenceNo="C", otp=digits)
    assert shop.exchange(partnerReferenceNo="C", otp=digits).body == first.body
    assert shop.exchange(otp=digits).code == "4045915"
    content = first.body["qrContent"]
    assert shop.world.pay(qrContent=content, amount=rupiah(8_001)).code == "4036002"
    assert shop.world.pay(qrContent=content, amount=rupiah(8_000)).code == "2006000"
    smaller = shop.exchange(otp=shop.digits(ceiling=8_000), amount=rupiah(50)).body["qrContent"]
    assert shop.world.pay(qrContent=smaller, amount=rupiah(51)).code == "4036002"


def test_digits_are_one_wherever_they_stand_and_are_told_their_end(shop: Shop) -> None:
    digits = shop.digits()
    first = shop.exchange(partnerReferenceNo="C", otp=None, userAccessToken=digits, partnerTrxDate=emit(timezone.now()))
    assert first.body["expiryTime"] == first.body["additionalInfo"]["validUntil"]
    assert emit(CpmCode.objects.get().code.expires_at) == first.body["expiryTime"]
    again = shop.exchange(partnerReferenceNo="C", otp=digits)
    third = shop.send(
        f"{CPM}generate", {"partnerReferenceNo": "C"}, shop.world.other, Authorization_Customer=f"bearer {digits}"
    )
    assert again.body == third.body == first.body
    assert shop.exchange(partnerReferenceNo="C", otp="111111").code == "4045918"


def test_what_stands_in_the_body_comes_before_the_header(shop: Shop) -> None:
    for field in ("otp", "userAccessToken"):
        fields = {"partnerReferenceNo": field, field: shop.digits()}
        answer = shop.send(
            f"{CPM}generate", fields, shop.world.other, Authorization_Customer="Bearer of something else"
        )
        assert answer.code == "2005900"
    both = shop.exchange(otp=shop.digits(), userAccessToken=NEVER)
    assert both.code == "2005900"


def test_a_code_without_the_partners_number_goes_by_ours(shop: Shop) -> None:
    told = [shop.exchange(partnerReferenceNo=None).body for _ in range(2)]
    for body in told:
        assert body["partnerReferenceNo"] == body["referenceNo"]
    content = told[0]["qrContent"]
    assert shop.cpm_cancel(told[0]["partnerReferenceNo"], shop.world.other).code == "2006200"
    assert shop.world.pay(qrContent=content).code == "4046000"
    assert shop.world.pay(qrContent=told[1]["qrContent"]).code == "2006000"


def test_an_exchanged_code_lives_no_longer_than_asked(shop: Shop) -> None:
    ends = timezone.now() + timedelta(seconds=30)
    body = shop.exchange(validityPeriod=emit(ends)).body
    assert body["additionalInfo"]["validUntil"] == emit(ends)
    far = timezone.now() + timedelta(days=1)
    assert shop.exchange(validityPeriod=emit(far)).body["additionalInfo"]["validUntil"] < emit(far)


def test_a_code_is_killed_by_whoever_had_it_made(shop: Shop) -> None:
    content = shop.exchange(partnerReferenceNo="C").body["qrContent"]
    assert shop.cpm_cancel("C").code == "4046201"  # another partner's
    first = shop.cpm_cancel("C", shop.world.other)
    assert first.code == "2006200" and shop.cpm_cancel("C", shop.world.other).body == first.body
    assert shop.world.pay(qrContent=content).code == "4046000"


def test_a_till_takes_back_todays_payment_once(shop: Shop) -> None:
    reference = shop.till_paid()
    first = shop.cpm_cancel(reference)
    assert first.code == "2006200" and shop.cpm_cancel(reference).body == first.body
    assert shop.world.balance() == 100_000
    answer = shop.world.query(originalPartnerReferenceNo=reference)
    assert answer.body["latestTransactionStatus"] == "05"


# --- what is another partner's, or another service's ---


def test_no_partner_reaches_anothers_codes_or_payments(shop: Shop) -> None:
    content = shop.content(partnerReferenceNo="INV-1")
    ours, theirs = shop.world.sender, shop.world.other
    numbers = {"originalPartnerReferenceNo": "INV-1"}
    refund = numbers | {"partnerRefundNo": "R"}
    for state in ("open", "paid"):
        assert shop.query(theirs, **numbers).code == "4045101", state
        assert shop.query(theirs, originalReferenceNo=MpmCode.objects.get().reference_no).code == "4045101"
        assert shop.send(f"{MPM}cancel", numbers, theirs).code == "4047701"
        assert shop.send(f"{MPM}refund", refund, theirs).code == "4047801"
        shop.pay(content)
    sent = Payment.objects.get()
    sent_numbers = {"originalPartnerReferenceNo": sent.partner_reference_no}
    assert shop.query(ours, serviceCode="50", **sent_numbers).code == "4045101"
    assert shop.query(theirs, serviceCode="47", **sent_numbers).code == "4045101"
    assert shop.send(f"{MPM}cancel", sent_numbers, theirs).code == "4047701"  # the payer's side takes nothing back
    assert shop.send(f"{MPM}refund", sent_numbers | {"partnerRefundNo": "R"}, theirs).code == "4047801"
    assert shop.world.balance() == 90_000


def test_payments_at_merchants_codes_are_none_of_the_customers_codes_services(shop: Shop) -> None:
    shop.pay()
    payment = Payment.objects.get()
    numbers = {"originalPartnerReferenceNo": payment.partner_reference_no}
    assert shop.send(sender.QUERY, {"serviceCode": "60"} | numbers, shop.world.other).code == "4046101"
    assert shop.send(sender.REFUND, numbers | {"partnerRefundNo": "R"}, shop.world.other).code == "4048001"
    assert shop.cpm_cancel(payment.partner_reference_no, shop.world.other).code == "4046201"
    reference = shop.till_paid()
    assert shop.query(originalPartnerReferenceNo=reference).code == "4045101"
    assert shop.cancel(reference).code == "4047701" and shop.refund(reference).code == "4047801"


def test_the_application_cannot_change_what_a_code_says_or_how_it_ended(shop: Shop) -> None:
    shop.paid()
    for change in ({"amount": 1}, {"content": "x"}, {"state": "open", "payment": None, "ended_at": None}):
        with pytest.raises(DatabaseError), transaction.atomic():
            MpmCode.objects.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        MpmPayment.objects.update(terminal="x")
