"""A partner that has one of everything, and how its objects are named in a request: for the access matrix."""

from __future__ import annotations

import copy
import json
import uuid
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.utils import timezone

from tests.wallet.offline import world as offline
from tests.wallet.snap import emoney
from tests.wallet.snap.conftest import World, rupiah
from tests.wallet.snap.emoney import furnish
from tests.wallet.snap.published import fields
from tests.wallet.snap.qr_shop import CPM, MPM
from tests.wallet.snap.sender import PAY, REFUND
from wallet import account_numbers, bulk_cash_ins, debits, deposits, six_digits
from wallet.models import DebitOrder, OfflineAllowance, Partner
from wallet.offline import allowances
from wallet.snap.examples import REQUESTS as EXAMPLES
from wallet.snap.timestamps import emit

NUMBERS = "originalPartnerReferenceNo", "originalReferenceNo", "originalExternalId"
AMOUNT = 31_337  # rupiah: in an answer, it has leaked
NOBODYS = "TIDAKADA"
# The services whose transactions a query may be asked about, by the query's own; the first is the example's.
ORIGINALS = {"39": ("38", "40"), "45": ("44",), "51": ("47", "50"), "55": ("54",), "98": ("97",)}
# What a partner has that no service of its makes: it comes from an office, a page of its own, or a try that failed.
NOT_MADE_BY_CALLS = {"MerchantApplication", "PartnerChange", "PartnerInvitation", "DepositBooking", "Hold"}


@dataclass
class Neighbour:
    """The other partner's objects by their numbers, the fields that name its shops and accounts, and what must never be told."""

    objects: list[dict[str, str]]
    names: list[tuple[str, str]]
    secrets: set[str]
    customer: str  # a number of somebody whom everyone may pay
    card: OfflineAllowance = field(repr=False)


def kinds() -> list[type[models.Model]]:
    """Every table whose rows are of one partner."""
    return [
        model
        for model in apps.get_models()
        if any(one.many_to_one and one.related_model is Partner for one in model._meta.get_fields() if one.concrete)
    ]


def everything(partner: Partner) -> dict[str, list[Any]]:
    """All rows that are the partner's."""
    return {
        model.__name__: list(model._base_manager.filter(partner=partner).order_by("pk").values()) for model in kinds()
    }


def settle_in(world: World, monkeypatch: pytest.MonkeyPatch) -> Neighbour:
    """The other partner calls every service once, and so has what each of them makes."""
    # The tries at an order are committed apart, which a test inside a transaction cannot do.
    monkeypatch.setattr(debits, "_count_try", lambda uid: DebitOrder.objects.get(uid=uid).attempts + 1)
    furnish(world)
    world.give(500_000)
    other, customer, amount = world.other_partner, account_numbers.of_wallet(world.wallet.pk), rupiah(AMOUNT)
    Partner.objects.filter(pk=other.pk).update(notify_url="https://tetangga.example/snap")
    deposits.receive(other, 10 * AMOUNT, reference="B")
    agent = emoney.agent(other, "AGEN-TETANGGA")
    objects: list[dict[str, str]] = []

    def send(path: str, **fields: Any) -> dict[str, Any]:
        external_id = uuid.uuid4().hex
        answer = world.other.post(path, fields, external_id=external_id)
        assert answer.status in (200, 202), answer.body
        if number := fields.get("partnerReferenceNo"):
            told = (number, answer.body.get("referenceNo", ""), external_id)
            objects.append({name: value for name, value in zip(NUMBERS, told, strict=True) if value})
        return answer.body

    def digits() -> str:
        return six_digits.issue(world.wallet).qr_content

    send(PAY, **world.order(partnerReferenceNo="P-1", merchantId="TETANGGA", amount=amount))
    send(REFUND, originalPartnerReferenceNo="P-1", partnerRefundNo="R-1", refundAmount=rupiah(1_000))
    send(emoney.TOPUP, partnerReferenceNo="T-1", customerNumber=customer, amount=amount)
    send(emoney.CASHOUT, partnerReferenceNo="C-1", customerNumber=customer, amount=amount, otp=world.code())
    line = {"partnerReferenceNo": "L-1", "accountNumber": customer, "amount": amount}
    bulk = send(emoney.BULK, partnerBulkId="B-1", transactionDate=emoney.MOMENT, bulkObject=[line])
    list(bulk_cash_ins.pay_due(lambda _: None))
    send(f"{MPM}generate", partnerReferenceNo="M-1", merchantId="TETANGGA", amount=amount)
    content = send(f"{MPM}generate", partnerReferenceNo="M-2", merchantId="TETANGGA", amount=amount)["qrContent"]
    paid = {"otp": digits(), "additionalInfo": {"qrContent": content}}
    send(f"{MPM}payment", partnerReferenceNo="M-3", amount=amount, **paid)
    code = send(f"{CPM}generate", partnerReferenceNo="G-1", otp=digits())["qrContent"]
    for number in ("D-1", "D-2"):
        send("/v1.0/debit/payment-host-to-host", partnerReferenceNo=number, merchantId="TETANGGA", amount=amount)
    order = DebitOrder.objects.get(partner_reference_no="D-2")
    assert debits.approve_with_code(order.uid, world.code()).decline == ""
    card = allowances.issue_card(world.wallet, [AMOUNT, AMOUNT], by="petugas", reason="KTP asli")
    claimed = send("/v1.0/offline/claims", claims=[claim(card, "TETANGGA") | {"partnerReferenceNo": "O-1"}])
    objects.append({NUMBERS[0]: "O-1"})
    other.refresh_from_db()
    had = everything(other)
    objects += [
        {NUMBERS[0]: row["partner_reference_no"], NUMBERS[1]: row["reference_no"]} for row in had["BulkCashInLine"]
    ]
    missing = {name for name, rows in had.items() if not rows}
    assert missing <= NOT_MADE_BY_CALLS, "make them here, by what a service does, or say that none makes them"
    return Neighbour(
        objects,
        names=[
            ("merchantId", "TETANGGA"),
            ("merchantId", agent.merchant_id),
            ("accountNo", "TETANGGA"),
            ("accountNo", account_numbers.of_deposit(other.deposit_id)),
        ],
        secrets={
            *(value for one in objects for value in one.values() if len(value) > 8),
            *(row["refund_no"] for row in had["Refund"]),
            f"{AMOUNT}.00",
            bulk["bulkId"],
            claimed["claims"][0]["referenceNo"],
            code,
            content,
        },
        customer=customer,
        card=card,
    )


def keys(settings: Any) -> None:
    """The keys that offline cards are signed with."""
    settings.OFFLINE_KEYS, settings.OFFLINE_KEY_IN_USE = dict(offline.KEYS), None


def claim(card: OfflineAllowance, merchant_id: str, serial: int = 1) -> dict[str, Any]:
    """A claim of one of the card's vouchers, as a till of the merchant sends it."""
    return {
        "partnerReferenceNo": uuid.uuid4().hex,
        "qrContent": allowances.vouchers(card)[serial - 1],
        "merchantId": merchant_id,
        "amount": rupiah(AMOUNT),
        "transactionDate": emit(timezone.now()),
    }


def looked_up_by(service: str) -> dict[str, bool]:
    """The numbers by which the service finds what was made before, and whether it must be given that one."""
    return {one.name: one.mandatory for one in fields(service) if one.name in NUMBERS}


def ways_to_name(service: str, numbers: dict[str, str]) -> list[dict[str, str]]:
    """The object by each of its numbers alone, as far as the service lets it, and by all of them."""
    known = looked_up_by(service)
    needed = {name: value for name, value in numbers.items() if known.get(name)}
    ways = [needed | {name: numbers[name]} for name in known if name in numbers]
    ways.append({name: value for name, value in numbers.items() if name in known})
    return [way for number, way in enumerate(ways) if way and way not in ways[:number]]


def request(neighbour: Neighbour, service: str, named: dict[str, str], original: str = "") -> dict[str, Any]:
    """The service's example, made to name that; fresh numbers of its own, so that it is never taken for a retry."""
    body: dict[str, Any] = copy.deepcopy(EXAMPLES[service])
    for name in ("partnerReferenceNo", "partnerRefundNo", "partnerBulkId"):
        if name in body:
            body[name] = uuid.uuid4().hex
    for name in ("validityPeriod", "validUpTo", "refundAmount", "urlParams"):
        body.pop(name, None)
    if "refundAmount" in EXAMPLES[service]:
        body["refundAmount"] = rupiah(10)
    if "customerNumber" in body:
        body["customerNumber"] = neighbour.customer
    for line in body.get("bulkObject", []):
        line["partnerReferenceNo"] = uuid.uuid4().hex
    if named.keys() & set(NUMBERS):
        body = {name: kept for name, kept in body.items() if name not in NUMBERS}
    if "merchantId" in named:
        body["additionalInfo"] = {"merchantId": named["merchantId"]}
        if "claims" in body:
            body["claims"] = [claim(neighbour.card, named["merchantId"], serial=2)]
    if original and "serviceCode" in body:
        body["serviceCode"] = original
    return body | named


def told(answer: dict[str, Any]) -> list[tuple[str, str]]:
    """The codes and messages of an answer, and of each claim in it."""
    parts = [answer, *answer.get("claims", [])]
    return [(part["responseCode"], part["responseMessage"]) for part in parts]


def text(answer: dict[str, Any]) -> str:
    """All of an answer, to look for what must not be in it."""
    return json.dumps(answer)
