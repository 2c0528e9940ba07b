"""Cash-outs at partners' agents: money handed out to a customer who is named and who shows a one-time code."""

from __future__ import annotations

from dataclasses import replace

from wallet import merchant_categories, redemption
from wallet.errors import MerchantUnknown, NotAnAgent
from wallet.models import Merchant, Partner, Payment, Wallet


def agent_of(partner: Partner, merchant_id: str) -> Merchant:
    """The partner's agent by its merchant id, or its only one where none is named.

    Raises MerchantUnknown (the partner has none by that id, or not exactly one), NotAnAgent.
    """
    own = Merchant.objects.filter(partner=partner)
    if merchant_id:
        agent = own.filter(merchant_id=merchant_id).first()
        if agent is None:
            raise MerchantUnknown(merchant_id=merchant_id)
        if agent.mcc not in merchant_categories.CASH:
            raise NotAnAgent
        return agent
    agents = list(own.filter(mcc__in=merchant_categories.CASH)[:2])
    if len(agents) != 1:
        raise MerchantUnknown(merchant_id="")
    return agents[0]


def pay_out(wallet: Wallet, order: redemption.PaymentOrder, agent: Merchant) -> Payment:
    """Cash handed out for the wallet's own code: paid, or declined for good; an identical retry gets the first answer again.

    A code of another wallet is declined as one that never was. Raises what `redemption.pay` raises.
    """
    return redemption.pay(replace(order, merchant_id=agent.merchant_id, holder=wallet.pk))
