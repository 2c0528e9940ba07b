"""Every code that a payment may be declined with, read from the functions in the database that decline."""

from __future__ import annotations

import re

from django.db import connection

from wallet.errors import WalletError

DECLINING = (
    "wallet_choose",
    "wallet_redeem",
    "wallet_authorise",
    "wallet_fraud_decline",
    "wallet_merchant_refusal",
    "wallet_basket_refusal",
    "wallet_price_refusal",
)


def codes() -> set[str]:
    """The codes of errors that stand as literals in those functions."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT proname, prosrc FROM pg_proc WHERE proname = ANY (%s)", [list(DECLINING)])
        sources = dict(cursor.fetchall())
    assert sources.keys() == set(DECLINING)
    known = {kind.code for kind in WalletError.__subclasses__()}
    return {word for source in sources.values() for word in re.findall("'([a-z_]+)'", source)} & known
