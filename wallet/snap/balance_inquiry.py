"""Balances (service 11): what the partner itself has with us, and what a holder has who lets it be seen."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from wallet import account_numbers, checkpoints, codes, customers, ledger, limits, purses
from wallet.models import Account, Merchant, Partner, PaymentCode, Wallet
from wallet.snap.authentication import CUSTOMER_HEADER, Caller, customer_token
from wallet.snap.codes import Case, SnapError
from wallet.snap.envelope import Reply
from wallet.snap.fields import money

BALANCE_TYPE = "Cash"
ACTIVE, CLOSED, RESTRICTED, FROZEN = "0001", "0002", "0006", "0007"
REGISTERED, UNREGISTERED = "0001", "0002"
WALLET_STATUS = {Wallet.Status.ACTIVE: ACTIVE, Wallet.Status.CLOSED: CLOSED, Wallet.Status.FROZEN: FROZEN}


def inquire(caller: Caller, fields: dict[str, Any], authorization_customer: str) -> Reply:
    """The balance of one of the partner's merchants or of its deposit; of a wallet, what it may spend, if its holder shows it.

    The holder does so by a code that was made for this and pays nothing. It is good until it ends: a retry tells the same.
    """
    number = fields["accountNo"]
    if authorization_customer:
        wallet = _shown(authorization_customer)
        if number and account_numbers.wallet_of(number) != wallet.pk and not _leads_to(number, wallet):
            raise SnapError(Case.INVALID_CUSTOMER_TOKEN)
        return _told(fields, account_numbers.of_wallet(wallet.pk), customers.plain_name(wallet.pk), _of_wallet(wallet))
    if not number:
        raise SnapError(Case.INVALID_MANDATORY, "accountNo")
    if account_numbers.wallet_of(number) is not None:
        # The same for every such number, whether or not there is a wallet: the holder has not shown a code.
        raise SnapError(Case.INVALID_MANDATORY, CUSTOMER_HEADER)
    return _of_partner(caller.partner, fields, number)


def _of_partner(partner: Partner, fields: dict[str, Any], number: str) -> Reply:
    deposit = account_numbers.deposit_of(number)
    if deposit is not None and deposit == partner.deposit_id:
        return _told(fields, number, partner.name, _info(deposit, ACTIVE))
    merchant = Merchant.objects.filter(partner=partner, merchant_id=number).first()
    if merchant is None:
        # Another partner's is as unknown as one that nobody has.
        raise SnapError(Case.INVALID_CUSTOMER)
    active = merchant.status == Merchant.Status.ACTIVE
    return _told(
        fields, merchant.merchant_id, merchant.name, _info(merchant.account_id, ACTIVE if active else RESTRICTED)
    )


def _shown(authorization: str) -> Wallet:
    """The wallet whose holder shows this code. Raises SnapError: 401/04 for an unknown code, 401/02 for one that is over.

    A code that pays is as unknown: whoever takes money with it once would else read the whole wallet first.
    """
    found = PaymentCode.objects.select_related("wallet").filter(
        digest=codes.digest(customer_token(authorization)), kind=PaymentCode.Kind.FUNDS
    )
    code = found.first()
    if code is None:
        raise SnapError(Case.CUSTOMER_TOKEN_NOT_FOUND)
    if code.used_at is not None or code.expires_at <= timezone.now():
        raise SnapError(Case.INVALID_CUSTOMER_TOKEN)
    return code.wallet


def _leads_to(number: str, wallet: Wallet) -> bool:
    customer = customers.find_one(number)
    return customer is not None and customer.wallet.pk == wallet.pk


def _of_wallet(wallet: Wallet) -> dict[str, Any]:
    """What can be spent now, and no more of it: neither what is held elsewhere nor what is to come is a partner's to know."""
    usable = money(purses.balance(purses.in_wallet(wallet)).usable)
    return {
        "balanceType": BALANCE_TYPE,
        "amount": usable,
        "availableBalance": usable,
        "registrationStatusCode": REGISTERED if wallet.registered else UNREGISTERED,
        "status": WALLET_STATUS[Wallet.Status(wallet.status)],
    }


def _info(account: int, status: str) -> dict[str, Any]:
    balance = ledger.balance_of(account)
    return {
        "balanceType": BALANCE_TYPE,
        "amount": money(balance),
        "floatAmount": money(0),
        "holdAmount": money(0),
        "availableBalance": money(balance),
        "ledgerBalance": money(_when_the_day_began(account, timezone.now())),
        "registrationStatusCode": REGISTERED,
        "status": status,
    }


def _when_the_day_began(account: int, now: datetime) -> int:
    midnight = limits.today_began(now)
    opened = Account.objects.filter(pk=account, created_at__lt=midnight).exists()
    return checkpoints.balance_at(account, midnight) if opened else 0


def _told(fields: dict[str, Any], number: str, name: str, info: dict[str, Any]) -> Reply:
    """Kinds of balance that were asked for and that there are not, are left out, as an account has none of them."""
    asked = {kind.casefold() for kind in fields["balanceTypes"]}
    return Reply(
        Case.SUCCESSFUL,
        {
            **({"partnerReferenceNo": fields["partnerReferenceNo"]} if fields["partnerReferenceNo"] else {}),
            "accountNo": number,
            "name": name,
            "accountInfos": [info] if not asked or asked & {BALANCE_TYPE.casefold(), "balance"} else [],
            "additionalInfo": fields["additionalInfo"],
        },
    )
