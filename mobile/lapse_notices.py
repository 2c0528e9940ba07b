"""Notices before money lapses: a holder is told of each purse that returns to its fund, once for each end it is given."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils import timezone

from beneficiaries.models import Person
from mobile import notices
from mobile.models import Notice
from wallet import purses
from wallet.models import Purse
from wallet.transactions import retried

WALLETS_A_ROUND = 200


def warn_all(moment: datetime | None = None) -> Iterator[int]:
    """Tells each wallet's holder of what lapses within `settings.WALLET["lapse_notice"]`; one number of notices a wallet.

    A transaction a wallet, safe to repeat and to race. A generator: whoever runs it decides how far it goes.
    """
    now = moment or timezone.now()
    after = 0
    while found := _untold(now, after):
        for wallet, lapsing in groupby(found, key=lambda purse: purse.wallet_id):
            after = wallet
            if made := _warn(wallet, list(lapsing)):
                yield made


def _untold(now: datetime, after: int) -> list[Purse]:
    """What lapses in the next wallets that have not been told, all of each wallet."""
    told = Notice.objects.filter(kind=Notice.Kind.LAPSE, subject=OuterRef("pk"), until=OuterRef("usable_until"))
    within: timedelta = settings.WALLET["lapse_notice"]
    untold = purses.lapsing(within, now).filter(~Exists(told), wallet_id__gt=after)
    wallets = untold.order_by("wallet_id").values_list("wallet_id", flat=True).distinct()[:WALLETS_A_ROUND]
    rows = untold.filter(wallet_id__in=list(wallets)).order_by("wallet_id", "usable_until", "pk")
    return list(rows)


@retried
def _warn(wallet: int, lapsing: list[Purse]) -> int:
    """Tells one wallet's holder of these purses; that nobody is known to hold it is kept too."""
    holder = Person.objects.filter(wallet=wallet).values_list("pk", flat=True).first()
    made = 0
    for purse in lapsing:
        unspent: int = purse.unspent  # type: ignore[attr-defined]  # `purses.lapsing` says it of each
        made += notices.tell(Notice.Kind.LAPSE, purse.pk, [holder], until=purse.usable_until, amount=unspent)
    return made
