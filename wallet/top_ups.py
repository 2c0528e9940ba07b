"""Top-ups: money paid in for a holder, at a partner's cash agent, over our own counter, or out of a partner's deposit."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from wallet import ledger, limits, merchant_categories
from wallet.errors import (
    CashNotAllowed,
    DepositUsedUp,
    IdempotencyConflict,
    InsufficientFunds,
    MerchantSuspended,
    MerchantUnknown,
    NotAnAgent,
    WalletInactive,
)
from wallet.models import Account, Merchant, Partner, Purse, PurseTerms, TopUp, Transfer, Wallet
from wallet.redemption import new_reference
from wallet.transactions import retried


@dataclass(frozen=True, slots=True)
class TopUpOrder:
    """A top-up as a partner asks for it. `request_hash` covers all that must be the same in a retry.

    `agent` is the merchant id of the partner's agent who took the cash, None at a counter; `from_deposit` says that the partner
    pays out of its deposit instead. `purse` is the account of one of the wallet's purses, None for the purse of the holder's own
    money.
    """

    partner: Partner
    partner_reference_no: str
    request_hash: bytes
    wallet: Wallet
    amount: int
    agent: str | None = None
    purse: int | None = None
    from_deposit: bool = False
    external_id: str = ""


@retried
def top_up(order: TopUpOrder) -> TopUp:
    """The top-up, made once; an identical retry gets the first one again. The amount is in rupiah.

    An agent's cash comes out of what we owe the agent, a counter's out of the bank, a partner's own out of its deposit.
    Raises InvalidAmount, MerchantUnknown, MerchantSuspended, NotAnAgent, WalletInactive, CashNotAllowed (the purse is not
    the wallet's, expires, or allows no cash), BalanceLimitExceeded, MonthlyLimitExceeded, InsufficientFunds (we owe the
    agent less than that), DepositUsedUp, LimitExceeded (more than such a wallet may ever hold), IdempotencyConflict.
    """
    ledger.check_amount(order.amount)
    # Not shared even with a batch that pins the wallet: what decides about the limits stays true until we commit.
    wallet = Wallet.objects.select_for_update().get(pk=order.wallet.pk)
    earlier = TopUp.objects.filter(partner=order.partner, partner_reference_no=order.partner_reference_no).first()
    if earlier is not None:
        if bytes(earlier.request_hash) != order.request_hash:
            raise IdempotencyConflict(partner_reference_no=order.partner_reference_no)
        return earlier
    agent = None if order.agent is None else _agent(order.partner, order.agent)
    if wallet.status != Wallet.Status.ACTIVE:
        raise WalletInactive
    if order.from_deposit:
        limits.check_top_up(wallet, order.amount)
    limits.check_incoming(wallet, order.amount, timezone.now())
    purse = _own_purse(wallet) if order.purse is None else _given_purse(wallet, order.purse)
    source = _source(order, agent)
    made = _record(order, agent, purse)
    try:
        ledger.post([ledger.Leg(source, purse, order.amount, Transfer.Kind.TOP_UP, key=f"top_up:{made.pk}")])
    except InsufficientFunds as refusal:
        raise (DepositUsedUp() if order.from_deposit else refusal) from refusal
    return made


def _source(order: TopUpOrder, agent: Merchant | None) -> int:
    if agent is not None:
        return agent.account_id
    if not order.from_deposit:
        return ledger.singleton(Account.Kind.BANK).pk
    deposit = Partner.objects.values_list("deposit_id", flat=True).get(pk=order.partner.pk)
    if deposit is None:
        raise DepositUsedUp
    return deposit


def _agent(partner: Partner, merchant_id: str) -> Merchant:
    agent = Merchant.objects.filter(partner=partner, merchant_id=merchant_id).first()
    if agent is None:
        raise MerchantUnknown(merchant_id=merchant_id)
    if agent.status != Merchant.Status.ACTIVE:
        raise MerchantSuspended
    if agent.mcc not in merchant_categories.CASH:
        raise NotAnAgent
    return agent


def _given_purse(wallet: Wallet, account: int) -> int:
    fit = Purse.objects.filter(pk=account, wallet=wallet, terms__cash_allowed=True, usable_until__isnull=True)
    if not fit.exists():
        raise CashNotAllowed
    return account


def _own_purse(wallet: Wallet) -> int:
    """The purse of the holder's own money; opened if there is none yet, under the wallet's lock."""
    terms, _created = PurseTerms.objects.get_or_create(
        own_money=True, defaults={"name": "Uang sendiri", "cash_allowed": True}
    )
    # Whoever inherited has several: their own is not told from the other's by then, so the oldest is filled.
    purse = Purse.objects.filter(wallet=wallet, terms=terms).order_by("pk").values_list("pk", flat=True).first()
    return purse or ledger.open_empty_purse(wallet.pk, terms, title=terms.name, usable_from=timezone.now())


def _record(order: TopUpOrder, agent: Merchant | None, purse: int) -> TopUp:
    try:
        with transaction.atomic():
            return TopUp.objects.create(
                partner=order.partner,
                partner_reference_no=order.partner_reference_no,
                request_hash=order.request_hash,
                reference_no=new_reference(),
                agent=agent,
                from_deposit=order.from_deposit,
                external_id=order.external_id,
                wallet_id=order.wallet.pk,
                purse_id=purse,
                amount=order.amount,
            )
    except IntegrityError as error:
        # The number was taken meanwhile for another wallet: for this one we had waited.
        if getattr(error.__cause__, "pgcode", None) == "23505":
            raise IdempotencyConflict(partner_reference_no=order.partner_reference_no) from error
        raise
