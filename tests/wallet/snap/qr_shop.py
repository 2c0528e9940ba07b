"""A shop that presents codes and whose customer pays by way of another partner, for the tests of the QR services."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import time_machine
from django.utils import timezone

from tests.wallet.snap import sender
from tests.wallet.snap.conftest import World, rupiah
from tests.wallet.snap.sender import Answer, Sender
from wallet import mpm_codes, six_digits
from wallet.models import Merchant, Partner, Webhook
from wallet.snap.timestamps import emit

MPM = "/v1.0/qr/qr-mpm-"
CPM = "/v1.0/qr/qr-cpm-"
NMID = "ID1020012345678"
NEVER = "000000"  # six digits that nobody was given


@dataclass
class Shop:
    """The world as PARTNER-1, whose merchant WARUNG presents codes, and PARTNER-2, whose customer pays, see it."""

    world: World

    @property
    def told(self) -> list[dict[str, Any]]:
        """The notices that are kept for partners."""
        return [
            {
                "partner": notice.partner.client_id,
                "service": notice.service,
                "path": notice.path,
                "ordering_key": notice.ordering_key,
                "body": notice.body,
            }
            for notice in Webhook.objects.select_related("partner").order_by("pk")
        ]

    def send(self, path: str, fields: dict[str, Any], by: Sender | None = None, **how: Any) -> Answer:
        kept = {name: value for name, value in fields.items() if value is not None}
        return (by or self.world.sender).post(path, kept, **how)

    def generate(self, **changes: Any) -> Answer:
        fields = {"partnerReferenceNo": uuid.uuid4().hex, "merchantId": "WARUNG", "amount": rupiah(10_000)} | changes
        return self.send(f"{MPM}generate", fields)

    def content(self, **changes: Any) -> str:
        return str(self.generate(**changes).body["qrContent"])

    def static(self) -> str:
        return mpm_codes.static_content(Merchant.objects.get(merchant_id="WARUNG"))

    def decode(self, content: str | None, **changes: Any) -> Answer:
        return self.send(f"{MPM}decode", {"qrContent": content, "scanTime": emit(timezone.now())} | changes)

    def digits(self, **how: Any) -> str:
        return six_digits.issue(self.world.wallet, **how).qr_content

    def order(self, content: str | None = None, **changes: Any) -> dict[str, Any]:
        """The fields of a payment (50) that passes."""
        fields: dict[str, Any] = {
            "partnerReferenceNo": uuid.uuid4().hex,
            "amount": rupiah(10_000),
            "otp": changes.get("otp") or self.digits(),
            "additionalInfo": {"qrContent": content or self.content()},
        } | changes
        return {name: value for name, value in fields.items() if value is not None}

    def pay(self, content: str | None = None, **changes: Any) -> Answer:
        return self.send(f"{MPM}payment", self.order(content, **changes), self.world.other)

    def query(self, by: Sender | None = None, **fields: Any) -> Answer:
        return self.send(f"{MPM}query", {"serviceCode": "47"} | fields, by)

    def cancel(self, reference: str | None, **changes: Any) -> Answer:
        return self.send(f"{MPM}cancel", {"originalPartnerReferenceNo": reference} | changes)

    def refund(self, reference: str | None, **changes: Any) -> Answer:
        fields = {"originalPartnerReferenceNo": reference, "partnerRefundNo": uuid.uuid4().hex} | changes
        return self.send(f"{MPM}refund", fields)

    def exchange(self, **changes: Any) -> Answer:
        digits = {} if "otp" in changes else {"otp": self.digits()}
        fields = {"partnerReferenceNo": uuid.uuid4().hex} | digits | changes
        return self.send(f"{CPM}generate", fields, self.world.other)

    def cpm_cancel(self, reference: str | None, by: Sender | None = None, **changes: Any) -> Answer:
        return self.send(f"{CPM}cancel", {"originalPartnerReferenceNo": reference} | changes, by)

    def paid(self, **changes: Any) -> str:
        """The partner's number of a code that was paid."""
        reference = uuid.uuid4().hex
        assert self.pay(self.content(partnerReferenceNo=reference, **changes)).code == "2005000"
        return reference

    def till_paid(self, **changes: Any) -> str:
        """The merchant's number of a payment by a customer's code."""
        order = self.world.order(**changes)
        self.world.sender.post(sender.PAY, order)
        return str(order["partnerReferenceNo"])


def opened(world: World, settings: Any) -> Shop:
    """The shop has its NMID, and both partners an address for notices."""
    settings.WALLET = dict(settings.WALLET)
    Partner.objects.update(notify_url="https://mitra.example/notifikasi")
    Merchant.objects.filter(merchant_id="WARUNG").update(nmid=NMID, criteria="UMI", postcode="13330")
    return Shop(world)


def later(**time: int) -> Any:
    return time_machine.travel(timezone.now() + timedelta(**time))
