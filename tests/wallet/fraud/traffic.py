"""Traffic of the past for fraud rules: rows at chosen moments, ordinary ones and injected patterns. Balances are not kept.

Written straight into the tables, because the ledger's clock cannot be set; nothing else in the tests does so.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils import timezone

from tests import money
from wallet.models import (
    Account,
    DeviceUse,
    Merchant,
    Partner,
    Payment,
    PaymentCode,
    Purse,
    PurseTerms,
    Transfer,
    Wallet,
)

NOON = timedelta(hours=12)


@dataclass
class Town:
    """Shops of one district, and people with a purse each."""

    day: datetime  # midnight in Jakarta
    partner: Partner = field(default_factory=money.partner)
    rules: PurseTerms = field(default_factory=money.terms)
    source: Account = field(default_factory=money.fund)
    shops: list[Merchant] = field(default_factory=list)
    serial: int = 0

    def __post_init__(self) -> None:
        self.shops = [money.merchant(of=self.partner, region="31.74.01.1001") for _ in range(6)]

    def at(self, hours: float) -> datetime:
        return self.day + timedelta(hours=hours)

    def person(self) -> Purse:
        owner = money.wallet()
        account = Account.objects.create(kind=Account.Kind.PURSE, balance=0)
        start = self.day - timedelta(days=60)
        return Purse.objects.create(account=account, wallet=owner, terms=self.rules, title="Sembako", usable_from=start)

    def credit(self, purse: Purse, amount: int, at: datetime) -> Transfer:
        return self._transfer(self.source.pk, purse.pk, amount, Transfer.Kind.DISBURSEMENT, at)

    def sell(self, purse: Purse, shop: Merchant, amount: int, at: datetime, device: bytes = b"") -> Payment:
        self.serial += 1
        code = None
        if device:
            code = PaymentCode.objects.create(
                wallet=purse.wallet, digest=f"{self.partner.pk}-{self.serial}".encode(), expires_at=at, created_at=at
            )
            DeviceUse.objects.create(device=device, wallet=purse.wallet, code=code, at=at)
        made = Payment.objects.create(
            partner=self.partner,
            partner_reference_no=f"T{self.serial}",
            external_id=f"T{self.serial}",
            request_hash=b"",
            reference_no=money.unique("ref"),
            merchant=shop,
            wallet=purse.wallet,
            code=code,
            amount=amount,
            status=Payment.Status.PAID,
            created_at=at,
        )
        self._transfer(purse.pk, shop.account_id, amount, Transfer.Kind.REDEMPTION, at, made)
        return made

    def give_back(self, payment: Payment, purse: Purse, at: datetime) -> None:
        self._transfer(payment.merchant.account_id, purse.pk, payment.amount, Transfer.Kind.REFUND, at, payment)

    def _transfer(
        self, debit: int, credit: int, amount: int, kind: str, at: datetime, payment: Payment | None = None
    ) -> Transfer:
        self.serial += 1
        return Transfer.objects.create(
            debit_id=debit,
            credit_id=credit,
            amount=amount,
            kind=kind,
            key=f"traffic:{self.partner.pk}:{self.serial}",
            payment=payment,
            posted_at=at,
        )


def town() -> Town:
    """A town whose day is yesterday."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return Town(midnight - timedelta(days=1))


def ordinary(place: Town, people: int = 40, seed: int = 1) -> list[Purse]:
    """A usual day: everyone is paid in the morning and buys one to three times at different shops; some give one thing back."""
    chance = random.Random(seed)
    found = []
    for number in range(people):
        purse = place.person()
        place.credit(purse, 300_000, place.at(6))
        for visit in range(chance.randint(1, 3)):
            when = place.at(8 + 4 * visit + chance.random() * 3)
            paid = place.sell(
                purse, chance.choice(place.shops), chance.randint(2, 9) * 10_000, when, b"own-%d" % purse.pk
            )
            if number % 20 == 0 and visit == 0:
                place.give_back(paid, purse, when + timedelta(hours=1))
        found.append(purse)
    return found


def drained(place: Town) -> Wallet:
    """Paid, and empty within minutes."""
    purse = place.person()
    place.credit(purse, 300_000, place.at(9))
    for minute in (2, 4):
        place.sell(purse, place.shops[0], 150_000, place.at(9 + minute / 60))
    return purse.wallet


def shared(place: Town, device: bytes = b"satu-perangkat", people: int = 8) -> Sequence[Wallet]:
    """One device makes the codes of many."""
    purses = [place.person() for _ in range(people)]
    for number, purse in enumerate(purses):
        place.sell(purse, place.shops[number % 6], 20_000, place.at(10 + number / 2), device)
    return [purse.wallet for purse in purses]


def concentrated(place: Town) -> Merchant:
    """A shop of another district takes nearly all that is sold there."""
    shops = [money.merchant(of=place.partner, region="31.75.02.1001") for _ in range(3)]
    for number in range(15):
        place.sell(place.person(), shops[0], 200_000, place.at(9 + number / 4))
    for shop in shops[1:]:
        place.sell(place.person(), shop, 50_000, place.at(11))
    return shops[0]


def round_trips(place: Town) -> Merchant:
    """A shop sells and gives back in full, again and again."""
    shop = money.merchant(of=place.partner, region="31.74.01.1001")
    for number in range(4):
        purse = place.person()
        place.give_back(place.sell(purse, shop, 60_000, place.at(9 + number)), purse, place.at(9.5 + number))
    return shop


def by_night(place: Town) -> Merchant:
    """A shop that sells between two and four in the morning."""
    shop = money.merchant(of=place.partner, region="31.74.01.1001")
    for number in range(6):
        place.sell(place.person(), shop, 30_000, place.at(2 + number / 4))
    return shop


def hasty(place: Town) -> Wallet:
    """One wallet pays seven times within ten minutes."""
    purse = place.person()
    for number in range(7):
        place.sell(purse, place.shops[number % 6], 11_000, place.at(15 + number / 60))
    return purse.wallet


# --- the same again, a little later ---


def hastily(place: Town, wallet: Wallet, times: int) -> None:
    for number in range(times):
        place.sell(wallet.purses.get(), place.shops[0], 11_000, place.at(15.15 + times / 160 + number / 90))


def drain(place: Town, wallet: Wallet, times: int) -> None:
    """Paid once more, and so many tenths of it spent."""
    purse = wallet.purses.get()
    place.credit(purse, 300_000, place.at(9.2 + times / 20))
    for number in range(times):
        place.sell(purse, place.shops[0], 37_500, place.at(9.2 + times / 20 + (number + 1) / 120))


def give_all_back(place: Town, shop: Merchant, times: int) -> None:
    for number in range(times):
        purse, start = place.person(), 13 + times / 10 + number / 4
        place.give_back(place.sell(purse, shop, 60_000, place.at(start)), purse, place.at(start + 0.5))


def sell_by_night(place: Town, shop: Merchant, times: int) -> None:
    for number in range(times):
        place.sell(place.person(), shop, 30_000, place.at(3.3 + times / 40 + number / 60))


def sell_nearly_all(place: Town, shop: Merchant, times: int) -> None:
    for number in range(2 * times):
        place.sell(place.person(), shop, 200_000, place.at(14 + times / 10 + number / 10))
