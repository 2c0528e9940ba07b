"""The office's own counter: cash paid in over it, and drawn with the holder's one-time code.

For the ledger it is a merchant of a cash category under a partner of our own. That partner is inactive and has no key, so nobody
can call the API as it: what happens at the counter happens in the office.
"""

from __future__ import annotations

import hashlib
import uuid

from django.db import IntegrityError, transaction
from django.utils import timezone

from wallet import ledger, purses, redemption, top_ups
from wallet.models import Account, Merchant, Partner, Payment, TopUp, Wallet
from wallet.transactions import retried

CLIENT_ID = "loket"
MERCHANT_ID = "LOKET"
CATEGORY = "6010"  # ISO 18245: cash over a counter


def desk() -> Merchant:
    """The counter as a merchant; opened with its partner the first time. Safe to repeat and to race."""
    return _found() or _open()


def new_reference() -> str:
    """The number of one form of the counter: whatever is sent with it again is the same deed."""
    return f"LOKET-{uuid.uuid4().hex.upper()}"


def pay_in(wallet: Wallet, amount: int, reference: str) -> TopUp:
    """Cash taken over the counter into the purse of the holder's own money, once for each reference. Rupiah.

    Raises what `top_ups.top_up` raises.
    """
    order = top_ups.TopUpOrder(
        partner=desk().partner,
        partner_reference_no=reference,
        request_hash=_hash("in", wallet, amount),
        wallet=wallet,
        amount=amount,
    )
    return top_ups.top_up(order)


def pay_out(wallet: Wallet, qr_content: str, amount: int, reference: str, by: str) -> Payment:
    """Cash handed out for the holder's code, once for each reference: paid, or declined for good. Rupiah.

    A code of another wallet is declined as one that never was.
    Raises DigitGuessesExceeded (nothing is kept), InvalidAmount, IdempotencyConflict.
    """
    order = redemption.PaymentOrder(
        partner=desk().partner,
        merchant_id=MERCHANT_ID,
        qr_content=qr_content,
        amount=amount,
        partner_reference_no=reference,
        external_id=reference[:36],
        request_hash=_hash("out", wallet, amount, qr_content),
        title=f"Loket: {by}",
        holder=wallet.pk,
    )
    return redemption.pay(order)


def cash_available(wallet: Wallet) -> int:
    """Rupiah that the wallet's purses would give at the counter now, before limits."""
    if wallet.status != Wallet.Status.ACTIVE:
        return 0
    at = _found() or Merchant(mcc=CATEGORY)
    return sum(purse.available for purse in purses.spendable_at(wallet, at, timezone.now()))


def _found() -> Merchant | None:
    ours = Merchant.objects.select_related("partner").filter(merchant_id=MERCHANT_ID, partner__client_id=CLIENT_ID)
    return ours.first()


@retried
def _open() -> Merchant:
    partner = Partner(client_id=CLIENT_ID, name="Loket", active=False)
    try:
        with transaction.atomic():
            partner.save(force_insert=True)
    except IntegrityError as error:
        if getattr(error.__cause__, "pgcode", None) != "23505":
            raise
    # Under its lock: the account must not be opened twice, because it would never go away again.
    partner = Partner.objects.select_for_update().get(client_id=CLIENT_ID)
    return _found() or Merchant.objects.create(
        partner=partner,
        merchant_id=MERCHANT_ID,
        name="Loket kantor",
        mcc=CATEGORY,
        account=ledger.open_account(Account.Kind.MERCHANT, "Loket kantor"),
    )


def _hash(deed: str, wallet: Wallet, *parts: object) -> bytes:
    return hashlib.sha256("|".join([deed, str(wallet.pk), *map(str, parts)]).encode()).digest()
