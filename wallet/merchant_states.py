"""The one table of what may become of a merchant, from the first draft of its application to its end.

Until it is approved the state is the application's, from then on the merchant's. The triggers of migrations 0151 and 0314 hold
the same steps in the database.
"""

from __future__ import annotations

from wallet.errors import MerchantInactive, MerchantSuspended
from wallet.models import Merchant, MerchantApplication

A, M = MerchantApplication.Status, Merchant.Status
TRANSITIONS: dict[str, tuple[str, ...]] = {
    A.DRAFT: (A.SUBMITTED,),  # complete, with its documents; from now on nobody changes it
    A.SUBMITTED: (A.APPROVED, A.RETURNED, A.REJECTED),  # by another officer than whoever wrote in it or submitted it
    A.RETURNED: (A.SUBMITTED, A.REJECTED),  # corrected, and submitted anew; or it will never be
    A.REJECTED: (),  # for good: its merchant id is free again
    # Now there is a merchant. It takes no payment until it is activated: its NMID is known and its tills are ready.
    M.APPROVED: (M.ACTIVE, M.CLOSED),
    M.ACTIVE: (M.SUSPENDED, M.CLOSED),
    M.SUSPENDED: (M.ACTIVE, M.CLOSED),  # back by an officer, or by itself when its time is over
    M.CLOSED: (),  # for good; what it is owed is still settled
}


def origins(target: str) -> list[str]:
    """The states from which one may come to this one."""
    return [origin for origin, targets in TRANSITIONS.items() if target in targets]


def refuse_idle(merchant: Merchant) -> None:
    """Returns if the merchant is at work, which wallet_choose (wallet/sql) asks of every payment in the same words.

    Raises MerchantInactive (not yet at work, or closed: for payments it is none), MerchantSuspended.
    """
    if merchant.status in (M.APPROVED, M.CLOSED):
        raise MerchantInactive
    if merchant.status != M.ACTIVE:
        raise MerchantSuspended
