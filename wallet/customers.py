"""Whose wallet a partner means: by its account number, or by a number that whoever knows the holders can tell.

This app knows no person. `settings.WALLET["directory"]` names the function that knows telephone numbers: it is given numbers as
they were sent, and tells for each the wallets it leads to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.module_loading import import_string

from wallet import account_numbers
from wallet.models import Wallet


@dataclass(frozen=True, slots=True)
class Listed:
    """What a directory knows of one number: a wallet's id, and the holder's name as outsiders may read it."""

    wallet: int
    name: str


@dataclass(frozen=True, slots=True)
class Customer:
    """A wallet that a number leads to, and how its holder is called towards partners."""

    wallet: Wallet
    name: str


def find(numbers: Sequence[str]) -> dict[str, Customer]:
    """The customer of each number; numbers that lead to no wallet, or to more than one, are left out.

    Several people may share a telephone: money for one of them must not reach another, so such a number leads nowhere, and the
    account number has to be used.
    """
    found: dict[str, Listed] = {}
    others = []
    for number in dict.fromkeys(numbers):
        wallet = account_numbers.wallet_of(number)
        if wallet is None:
            others.append(number)
        else:
            found[number] = Listed(wallet, "")
    for number, listed in _directory(others).items():
        if len({entry.wallet for entry in listed}) == 1:
            found[number] = listed[0]
    wallets = Wallet.objects.in_bulk({listed.wallet for listed in found.values()})
    return {
        number: Customer(wallets[listed.wallet], listed.name or plain_name(listed.wallet))
        for number, listed in found.items()
        if listed.wallet in wallets
    }


def find_one(number: str) -> Customer | None:
    """As `find`, for one number; None if it leads to no wallet, or to more than one."""
    return find([number]).get(number)


def _directory(numbers: Sequence[str]) -> Mapping[str, Sequence[Listed]]:
    path: str = settings.WALLET["directory"]
    if not path or not numbers:
        return {}
    told: Mapping[str, Sequence[Listed]] = import_string(path)(numbers)
    return told


def plain_name(wallet: int) -> str:
    """How a wallet is called towards partners where no directory knows its holder."""
    return f"Dompet {account_numbers.of_wallet(wallet)[-4:]}"
