"""Offline claims as a partner meets them: one row for each answer, batches that are no transaction, and what a till fetches."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests import money
from tests.wallet.offline import world as offline
from tests.wallet.snap.conftest import World, rupiah
from tests.wallet.snap.sender import Answer
from wallet.fraud import holds
from wallet.models import FraudCase, Merchant, OfflineAllowance, OfflineClaim
from wallet.offline import allowances, errors, losses
from wallet.snap import offline as between
from wallet.snap.timestamps import emit

CLAIMS, STATUS, KEYS = "/v1.0/offline/claims", "/v1.0/offline/claim-status", "/v1.0/offline/keys"


@pytest.fixture(autouse=True)
def _keys(settings: Any) -> None:
    settings.OFFLINE_KEYS, settings.OFFLINE_KEY_IN_USE = dict(offline.KEYS), None


@pytest.fixture
def card(world: World) -> OfflineAllowance:
    return allowances.issue_card(world.wallet, [10_000, 20_000], by="petugas", reason="KTP asli")


def item(card: OfflineAllowance, serial: int = 1, **changes: Any) -> dict[str, Any]:
    fields = {
        "partnerReferenceNo": money.unique("claim"),
        "qrContent": allowances.vouchers(card)[serial - 1],
        "merchantId": "WARUNG",
        "amount": rupiah(card.voucher_amounts[serial - 1]),
        "transactionDate": emit(timezone.now()),
    } | changes
    return {name: value for name, value in fields.items() if value is not None}


def send(world: World, *items: Any, **how: Any) -> Answer:
    return world.sender.post(CLAIMS, {"partnerBulkId": "B1", "claims": list(items), "additionalInfo": {"a": 1}}, **how)


def test_a_batch_is_answered_claim_by_claim(world: World, card: OfflineAllowance) -> None:
    good, doubled = item(card, additionalInfo={"kasir": "02"}), item(card)
    answer = send(world, good, doubled, item(card, 2, amount=rupiah(15_000)))
    assert (
        answer.code == "2009700" and answer.body["partnerBulkId"] == "B1" and answer.body["additionalInfo"] == {"a": 1}
    )
    told = answer.body["claims"]
    assert [one["responseCode"] for one in told] == ["2009700", "4049700", "2009700"]
    first = OfflineClaim.objects.get(partner_reference_no=good["partnerReferenceNo"])
    assert told[0] == {
        "responseCode": "2009700",
        "responseMessage": "Successful",
        "partnerReferenceNo": good["partnerReferenceNo"],
        "referenceNo": first.reference_no,
        "amount": rupiah(10_000),
        "transactionDate": good["transactionDate"],
        "latestTransactionStatus": "00",
        "additionalInfo": {"kasir": "02"},
    }
    assert told[1]["additionalInfo"]["reason"] == "offline_voucher_spent" and told[1]["additionalInfo"]["reasonMessage"]
    assert money.balance(Merchant.objects.get(merchant_id="WARUNG").account_id) == 25_000


def test_a_batch_sent_again_gets_its_first_answers(world: World, card: OfflineAllowance) -> None:
    batch = [item(card), item(card, 2, merchantId="TUTUP")]
    first, again = send(world, *batch), send(world, *batch)
    assert first.body == again.body and [one["responseCode"][:3] for one in first.body["claims"]] == ["200", "202"]
    assert OfflineClaim.objects.count() == 2
    assert send(world, *batch, external_id="77").code == "2009700"
    assert send(world, *batch, external_id="77").code == "4099700"


def _suspended(world: World, card: OfflineAllowance) -> dict[str, Any]:
    return item(card, merchantId="TUTUP")


def _held(world: World, card: OfflineAllowance) -> dict[str, Any]:
    case = FraudCase.objects.create(wallet=card.wallet, day=timezone.localdate(), score=50)
    holds.place(case, "payments", money.officer(), "diperiksa")
    return item(card)


def _stranger(world: World, card: OfflineAllowance) -> dict[str, Any]:
    return item(card, merchantId="TETANGGA")


def _yesterday(world: World, card: OfflineAllowance) -> dict[str, Any]:
    return item(card, transactionDate=emit(timezone.now() - timedelta(days=1)))


def _forged(world: World, card: OfflineAllowance) -> dict[str, Any]:
    return item(card, qrContent=allowances.vouchers(card)[0].replace(":1:2:10000:", ":1:2:99999:"))


def _again_with_another_body(world: World, card: OfflineAllowance) -> dict[str, Any]:
    sent = item(card)
    send(world, sent)
    return sent | {"amount": rupiah(9_000)}


@pytest.mark.parametrize(
    ("made", "code", "reason"),
    [
        (lambda world, card: item(card), "2009700", None),
        (_suspended, "2029700", "merchant_suspended"),
        (_held, "2029700", "transaction_suspended"),
        (lambda world, card: item(card, qrContent="SLR1:X"), "4009701", "offline_code_malformed"),
        (lambda world, card: item(card, amount={"value": "1.50", "currency": "IDR"}), "4009701", None),
        (lambda world, card: item(card, transactionDate="kemarin"), "4009701", None),
        (lambda world, card: item(card, qrContent=None), "4009702", None),
        (lambda world, card: "x", "4009701", None),
        (_yesterday, "4039700", "offline_outside_validity"),
        (lambda world, card: item(card, merchantId="BIOSKOP"), "4039715", "not_permitted"),
        (_forged, "4049701", "offline_code_forged"),
        (_stranger, "4049708", "merchant_unknown"),
        (lambda world, card: item(card, amount=rupiah(10_001)), "4049713", "offline_amount_not_vouched"),
        (_again_with_another_body, "4049718", "idempotency_conflict"),
    ],
)  # fmt: skip
def test_one_row_for_each_answer(
    world: World, card: OfflineAllowance, made: Any, code: str, reason: str | None
) -> None:
    sent = made(world, card)
    answer = send(world, sent)
    assert answer.code == "2009700"
    [told] = answer.body["claims"]
    assert (told["responseCode"], told.get("additionalInfo", {}).get("reason")) == (code, reason)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "4009702"),
        ({"claims": []}, "4009701"),
        ({"claims": [{}] * 101}, "4009701"),
        ({"claims": {"a": 1}}, "4009701"),
        ({"claims": [{}], "partnerBulkId": 5}, "4009701"),
    ],
)
def test_a_batch_that_is_none(world: World, body: dict[str, Any], code: str) -> None:
    assert world.sender.post(CLAIMS, body).code == code


def test_every_reason_of_a_claim_has_its_case_and_sentence() -> None:
    for name in ("Malformed", "Forged"):
        assert getattr(errors, f"Code{name}").code in between.CASES
    for reason in between.CASES:
        assert between.sentence(reason)
    assert between.sentence("offline_tidak_ada") == ""


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (lambda code: "HTTPS://CONTOH.ID", "awalan SLR1"),
        (lambda code: code + ":1", "panjang atau hurufnya"),
        (lambda code: code.replace(":1:2:", ":X:2:"), "nomor kupon"),
        (lambda code: code[:-1], "tanda tangan"),
        (lambda code: "SLR1:P:" + code[7:], "kupon /V"),
    ],
)
def test_an_unreadable_code_is_refused_with_what_is_wrong_named(
    world: World, card: OfflineAllowance, change: Any, part: str
) -> None:
    code = change(allowances.vouchers(card)[0])
    [told] = send(world, item(card, qrContent=code)).body["claims"]
    assert (told["responseCode"], told["responseMessage"]) == ("4009701", "Invalid Field Format qrContent")
    said = f"Kode luring tidak terbaca ({part} tidak benar). Pindai ulang kodenya."
    assert told["additionalInfo"]["reasonMessage"] == said


def test_where_a_claim_stands_is_told_to_its_partner_alone(world: World, card: OfflineAllowance) -> None:
    sent = item(card, merchantId="TUTUP")
    send(world, sent)
    asked = {"serviceCode": "97", "originalPartnerReferenceNo": sent["partnerReferenceNo"]}
    waiting = world.sender.post(STATUS, asked)
    assert (waiting.code, waiting.body["latestTransactionStatus"]) == ("2009800", "03")
    assert waiting.body["additionalInfo"]["reason"] == "merchant_suspended"
    assert waiting.body["additionalInfo"]["reasonMessage"].endswith(". Menunggu keputusan petugas.")
    losses.refuse(OfflineClaim.objects.get(), money.officer(), "pedagang ditutup")
    refused = world.sender.post(STATUS, asked).body
    assert refused["latestTransactionStatus"] == "06"
    assert "Menunggu" not in refused["additionalInfo"]["reasonMessage"]
    assert world.other.post(STATUS, asked).code == "4049801"


def test_a_till_fetches_keys_and_revocations_without_a_signature(
    world: World, card: OfflineAllowance, settings: Any
) -> None:
    allowances.revoke(card.number, "hilang", by="")
    answer = Client().get(KEYS)
    told = answer.json()
    assert [(key["id"], key["use"]) for key in told["keys"]] == [(1, "verify"), (2, "sign")]
    assert told["revocations"]["text"].endswith(f":{card.number}") and "max-age" in answer["Cache-Control"]
    with pytest.raises(ValueError, match="revoked"):
        offline.script().check(allowances.vouchers(card)[0], told, mcc="5411")
    assert Client().post(KEYS, {}).status_code == 405
    settings.OFFLINE_KEYS = {}
    assert Client().get(KEYS).status_code == 503
