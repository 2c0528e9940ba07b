"""Phones, cards and tills without a network: what each of them can do, and no more."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone

from tests import money
from wallet.fraud import holds, scans
from wallet.models import FraudCase, Merchant, OfflineAllowance, OfflineClaim, Wallet
from wallet.offline import allowances, claims, codes, keys, losses

KEYS = {1: b"\x01" * 32, 2: b"\x02" * 32}
SCRIPT = Path(__file__).resolve().parents[3] / "audit" / "check_offline_code.py"


@cache
def script() -> ModuleType:
    """The till makers' script, as a module."""
    spec = importlib.util.spec_from_file_location("check_offline_code", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def device(seed: int = 7) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)


def public(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def holder(amount: int = 200_000, **rules: Any) -> Wallet:
    owner = money.wallet()
    money.purse(owner, amount, rules=money.terms(**rules))
    return owner


@dataclass
class Phone:
    """A phone with an allowance: counts what it has spent, unless it cheats."""

    allowance: OfflineAllowance
    key: Ed25519PrivateKey = field(default_factory=device)
    count: int = 0
    spent: int = 0

    def pay(self, amount: int, *, merchant: str = "", honest: bool = True, **lies: int) -> str:
        """The QR code of one payment. A dishonest phone may lie about its count or what it has spent, or forget the payment."""
        said = {"count": self.count + 1, "spent": self.spent} | lies
        code = codes.phone_voucher(
            self.allowance.certificate,
            self.key.sign,
            count=said["count"],
            spent=said["spent"],
            amount=amount,
            made_at=timezone.now(),
            merchant=merchant,
        )
        if honest:
            self.count, self.spent = self.count + 1, self.spent + amount
        return code


def phone(owner: Wallet, amount: int = 100_000, seed: int = 7) -> Phone:
    key = device(seed)
    return Phone(allowances.issue_for_phone(owner, amount, public(key)), key)


def card(owner: Wallet, *amounts: int) -> OfflineAllowance:
    return allowances.issue_card(owner, amounts, by="petugas", reason="KTP asli")


@dataclass
class Till:
    """A till without a network, which follows the published rules: it checks, remembers, and keeps its claims for later."""

    shop: Merchant
    keys: dict[str, Any]
    accepted: dict[str, int] = field(default_factory=dict)
    numbers: set[tuple[str, int]] = field(default_factory=set)
    waiting: list[claims.ClaimOrder] = field(default_factory=list)

    def accept(self, code: str, amount: int | None = None, at: datetime | None = None) -> bool:
        moment = at or timezone.now()
        try:
            told = script().check(
                code,
                self.keys,
                mcc=self.shop.mcc,
                region=self.shop.region,
                merchant=self.shop.merchant_id,
                amount=amount,
                accepted=self.accepted.get(code.split(":")[3], 0) if code.count(":") > 3 else 0,
                at=moment.timestamp(),
            )
        except ValueError:
            return False
        if (told["allowance"], told["number"]) in self.numbers:
            return False
        self.numbers.add((told["allowance"], told["number"]))
        self.accepted[told["allowance"]] = self.accepted.get(told["allowance"], 0) + told["amount"]
        self.waiting.append(claim_order(self.shop, code, told["amount"], taken_at=moment))
        return True


def till(shop: Merchant | None = None) -> Till:
    return Till(shop or money.merchant(), keys.published())


def claim_order(
    shop: Merchant, code: str, amount: int, *, reference: str = "", taken_at: datetime | None = None
) -> claims.ClaimOrder:
    taken_at = taken_at or timezone.now()
    body = f"{shop.merchant_id}|{code}|{amount}|{taken_at}"
    return claims.ClaimOrder(
        partner=shop.partner,
        merchant_id=shop.merchant_id,
        code=code,
        amount=amount,
        taken_at=taken_at,
        partner_reference_no=reference or money.unique("claim"),
        external_id=money.unique("ext"),
        request_hash=hashlib.sha256(body.encode()).digest(),
    )


def claim(shop: Merchant, code: str, amount: int, **how: Any) -> OfflineClaim:
    return claims.adjudicate(claim_order(shop, code, amount, **how))


def grace() -> timedelta:
    return settings.WALLET["offline_grace"]


def reserved(allowance: OfflineAllowance) -> int:
    """What is held on the purses of its wallet."""
    return sum(purse.account.held for purse in allowance.wallet.purses.select_related("account"))


def disputed(officer: User) -> OfflineClaim:
    """A claim that waits for an officer, a loss fund, and a held case: something in each of their tables."""
    made, shop = card(holder(), 10_000, 20_000), money.merchant()
    code = allowances.vouchers(made)[0]
    claim(money.merchant(), code, 10_000)
    losses.fund(100_000, money.unique("SK"))
    case = FraudCase.objects.create(wallet=made.wallet, day=timezone.localdate(), score=20)
    waiting = claim(shop, code, 10_000)
    holds.place(case, "payments", officer, "laporan warga")
    assert next(scans.scan_due())
    return waiting
