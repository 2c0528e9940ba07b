"""What may be done with money, in plain Python: the model that the machine's every step is compared with.

Lists and sums only, written from the rules and not from the code. Rupiah throughout.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

CASH = ("6010", "6011")


@dataclass
class Purse:
    account: int
    wallet: int
    mccs: list[str]
    regions: list[str]
    cash: bool
    begin: datetime
    until: datetime | None
    lapses_to: int | None
    own_money: bool = False

    def usable(self, now: datetime) -> bool:
        return self.begin <= now and not self.expired(now)

    def expired(self, now: datetime) -> bool:
        return self.until is not None and self.until <= now


@dataclass
class Wallet:
    number: int
    registered: bool = True
    status: str = "active"
    successor: Wallet | None = None


@dataclass
class Shop:
    account: int
    mcc: str
    region: str
    suspended: bool = False


@dataclass
class Code:
    content: str
    wallet: Wallet
    ceiling: int | None
    until: datetime
    used: bool = False
    declines: int = 0


@dataclass
class HoldPart:
    purse: Purse
    amount: int
    captured: int = 0

    @property
    def left(self) -> int:
        return self.amount - self.captured


@dataclass
class Hold:
    row: int
    wallet: Wallet
    shop: Shop
    parts: list[HoldPart]
    at: datetime
    until: datetime
    status: str = "held"

    @property
    def left(self) -> int:
        return sum(part.left for part in self.parts)

    @property
    def counted(self) -> int:
        """What it takes from the day's limit."""
        return sum(part.amount if self.status == "held" else part.captured for part in self.parts)

    def over(self, now: datetime) -> bool:
        return self.status != "held" or self.until <= now


@dataclass
class Payment:
    row: int
    wallet: Wallet
    shop: Shop
    parts: list[tuple[Purse, int]]
    at: datetime
    refunded: int = 0
    hold: Hold | None = None

    @property
    def amount(self) -> int:
        return sum(part for _, part in self.parts)


@dataclass(frozen=True)
class Limits:
    payment: int
    daily: int
    declines: int
    code: timedelta
    hold: timedelta
    balance: dict[bool, int]  # by whether the wallet is registered
    monthly: dict[bool, int]


@dataclass
class Model:
    """Balances by account, and all that decides about them."""

    limits: Limits
    balances: Counter[int] = field(default_factory=Counter)
    held: Counter[int] = field(default_factory=Counter)
    external: set[int] = field(default_factory=set)
    purses: list[Purse] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    incoming: dict[int, tuple[Purse, int]] = field(default_factory=dict)  # by transfer, those not reversed

    def move(self, debit: int, credit: int, amount: int) -> None:
        self.balances[debit] -= amount
        self.balances[credit] += amount

    def available(self, account: int) -> int:
        return self.balances[account] - self.held[account]

    def affords(self, account: int, amount: int) -> bool:
        return account in self.external or self.available(account) >= amount

    def in_wallet(self, wallet: Wallet) -> list[Purse]:
        """In the order in which they are spent."""
        mine = [purse for purse in self.purses if purse.wallet == wallet.number]
        return sorted(mine, key=lambda one: (one.until is None, one.until.timestamp() if one.until else 0, one.account))

    @staticmethod
    def admits(purse: Purse, shop: Shop) -> bool:
        below = [region for region in purse.regions if f"{shop.region}.".startswith(f"{region}.")]
        return (
            (not purse.mccs or shop.mcc in purse.mccs)
            and (purse.cash or shop.mcc not in CASH)
            and (not purse.regions or bool(below))
        )

    def spent_on_the_day_of(self, wallet: Wallet, now: datetime) -> int:
        """What was paid or held today, less what was given back of it today."""
        total = sum(hold.counted for hold in self.holds if hold.wallet is wallet and hold.at.date() == now.date())
        for payment in self.payments:
            if payment.wallet is not wallet or payment.at.date() != now.date():
                continue
            if payment.hold is None:
                total += payment.amount - payment.refunded
            elif payment.hold.at.date() == now.date():  # a capture counts with its hold, and its refund with it
                total -= payment.refunded
        return total

    def kept(self, wallet: Wallet) -> int:
        return sum(self.balances[purse.account] for purse in self.in_wallet(wallet))

    def may_not_receive(self, wallet: Wallet, amount: int, this_month: bool) -> str:
        """Why the amount may not arrive; all that came in came at one moment, this month or before."""
        came = sum(arrived for purse, arrived in self.incoming.values() if purse.wallet == wallet.number)
        if self.kept(wallet) + amount > self.limits.balance[wallet.registered]:
            return "balance_limit_exceeded"
        if came * this_month + amount > self.limits.monthly[wallet.registered]:
            return "monthly_limit_exceeded"
        return ""

    def choose(self, code: Code | None, shop: Shop, amount: int, now: datetime) -> tuple[str, list[tuple[Purse, int]]]:
        """Why not, or nothing and out of which purses how much."""
        if shop.suspended:
            return "merchant_suspended", []
        if amount > self.limits.payment:
            return "limit_exceeded", []
        if code is None:
            return "code_unknown", []
        if code.used or code.declines >= self.limits.declines:
            return "code_used", []
        if code.until <= now:
            return "code_expired", []
        if code.ceiling is not None and amount > code.ceiling:
            return "code_ceiling", []
        if code.wallet.status != "active":
            return "wallet_inactive", []
        if self.spent_on_the_day_of(code.wallet, now) + amount > self.limits.daily:
            return "daily_limit_exceeded", []
        parts, left, elsewhere = [], amount, False
        for purse in self.in_wallet(code.wallet):
            if not purse.usable(now) or self.available(purse.account) == 0:
                continue
            if not self.admits(purse, shop):
                elsewhere = True
            elif left:
                parts.append((purse, min(left, self.available(purse.account))))
                left -= parts[-1][1]
        if left:
            return "not_permitted" if elsewhere else "insufficient_funds", []
        return "", parts

    def returns(self, payment: Payment, amount: int, now: datetime) -> list[tuple[int, int, bool]]:
        """Where the next so many rupiah of a refund go: account, amount, whether to the fund. Last spent, first filled."""
        line = [purse for purse, part in reversed(payment.parts) for _ in range(part)]
        going: dict[int, tuple[int, int, bool]] = {}
        for purse in line[payment.refunded : payment.refunded + amount]:
            to_fund = purse.expired(now) and purse.lapses_to is not None
            account = purse.lapses_to if to_fund and purse.lapses_to is not None else purse.account
            _, so_far, _ = going.get(purse.account, (account, 0, to_fund))
            going[purse.account] = (account, so_far + 1, to_fund)
        return list(going.values())

    def capture(self, hold: Hold, amount: int, final: bool) -> list[tuple[Purse, int]]:
        """Out of which purses, after the holds on them are lowered; a final capture releases all."""
        taken = []
        for part in hold.parts:
            given = min(amount, part.left)
            if given:
                taken.append((part.purse, given))
                amount -= given
                part.captured += given
                self.held[part.purse.account] -= given
        if final or not hold.left:
            self.end(hold, "captured")
        return taken

    def end(self, hold: Hold, status: str) -> None:
        for part in hold.parts:
            self.held[part.purse.account] -= part.left
        hold.status = status

    @staticmethod
    def holds_until(parts: list[tuple[Purse, int]], latest: datetime) -> datetime:
        return min([latest] + [purse.until for purse, _ in parts if purse.until is not None])
