"""Wallets: opening, freezing, closing."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from wallet.models import Wallet


def open_for(holders: Sequence[UUID]) -> dict[UUID, int]:
    """Each holder's wallet id; wallets that were missing are opened. Safe to repeat and to race."""
    with connection.cursor() as cursor:
        # Sorted: two that open the same wallets in another order would wait for each other's.
        cursor.execute(
            "INSERT INTO wallet_wallet (holder) SELECT holder FROM unnest(%s::uuid[]) AS holder ORDER BY holder"
            " ON CONFLICT (holder) DO NOTHING",
            [[str(holder) for holder in holders]],
        )
    return dict(Wallet.objects.filter(holder__in=holders).values_list("holder", "id"))


def freeze(wallet: Wallet, reason: str) -> None:
    """Stops spending and new codes until `unfreeze`; money still arrives nowhere else. The reason is recorded."""
    Wallet.objects.filter(pk=wallet.pk, status=Wallet.Status.ACTIVE).update(
        status=Wallet.Status.FROZEN, status_reason=reason
    )


def unfreeze(wallet: Wallet) -> None:
    """Lets a frozen wallet be used again."""
    Wallet.objects.filter(pk=wallet.pk, status=Wallet.Status.FROZEN).update(
        status=Wallet.Status.ACTIVE, status_reason=""
    )
