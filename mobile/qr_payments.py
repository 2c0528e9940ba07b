"""Paying at a code that a merchant presents, from a device of the beneficiary's."""

from __future__ import annotations

import hashlib
import json

from mobile import devices
from mobile.models import Device
from wallet import declines, mpm
from wallet.models import Payment, Wallet
from wallet.mpm_codes import Scan
from wallet.transactions import retried


def pay(device: Device, wallet: Wallet, scan: Scan, *, content: str, amount: int | None, reference: str) -> Payment:
    """The payment that the holder, whose PIN was proved, made of what was scanned; once for each reference of the wallet.

    Raises TokenRevoked (the device was revoked meanwhile), what `wallet.mpm.pay` raises, and the error that the payment was
    declined with: it is kept, and whoever sends it again is told the same.
    """
    payment = _pay(device, _order(wallet, scan, content, amount, reference))
    if payment.status == Payment.Status.DECLINED:
        raise declines.for_the_payer(payment)
    return payment


@retried
def _pay(device: Device, order: mpm.PayOrder) -> Payment:
    devices.stay_signed_in(device)
    return mpm.pay(order)


def _order(wallet: Wallet, scan: Scan, content: str, amount: int | None, reference: str) -> mpm.PayOrder:
    # Numbered among those of the merchant's partner, who asked for the money; derived, so that no reference of an
    # application's can be made to meet a number of the partner's own.
    number = hashlib.sha256(f"{wallet.pk}|{reference}".encode()).hexdigest()[:40]
    repeated = json.dumps([scan.merchant.merchant_id, content, amount])
    return mpm.PayOrder(
        scan=scan,
        partner=scan.merchant.partner,
        partner_reference_no=f"APP-{number}",
        external_id=number[:36],
        request_hash=hashlib.sha256(repeated.encode()).digest(),
        amount=amount,
        wallet=wallet,
    )
