"""A small world: one programme's fund, a wallet with a purse for food, a partner with three shops, and another partner."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from tests import money
from tests.money import LONG_AGO
from tests.wallet.snap import sender
from tests.wallet.snap.keys import OTHER_PRIVATE_KEY, OTHER_PUBLIC_KEY, PUBLIC_KEY
from tests.wallet.snap.sender import Answer, Sender
from wallet import codes, credentials, ledger, wallets
from wallet.fraud import holds
from wallet.models import Account, FraudCase, FraudHold, Merchant, Partner, PurseTerms, Transfer, Wallet
from wallet.snap import scopes

FOOD, CINEMA = "5411", "7832"


@dataclass
class World:
    partner: Partner
    other_partner: Partner
    fund: Account
    wallet: Wallet
    sender: Sender
    other: Sender

    def code(self, **options: Any) -> str:
        return codes.issue(self.wallet, **options).qr_content

    def order(self, **changes: Any) -> dict[str, Any]:
        """The fields of a payment that passes, or of one changed on purpose (None leaves a field out)."""
        fields = {
            "partnerReferenceNo": uuid.uuid4().hex,
            "qrContent": changes.get("qrContent") or self.code(),
            "merchantId": "WARUNG",
            "amount": {"value": "10000.00", "currency": "IDR"},
        } | changes
        return {name: value for name, value in fields.items() if value is not None}

    def pay(self, **changes: Any) -> Answer:
        return self.sender.post(sender.PAY, self.order(**changes))

    def refund(self, reference: str, **changes: Any) -> Answer:
        fields = {"originalPartnerReferenceNo": reference, "partnerRefundNo": uuid.uuid4().hex} | changes
        return self.sender.post(sender.REFUND, fields)

    def query(self, **numbers: Any) -> Answer:
        return self.sender.post(sender.QUERY, {"serviceCode": "60"} | numbers)

    def balance(self) -> int:
        return sum(purse.account.balance for purse in self.wallet.purses.select_related("account"))

    def hold(self, *, officer: bool) -> None:
        """New payments of the wallet are held for suspected fraud: by a rule, or by an officer."""
        case = FraudCase.objects.create(wallet=self.wallet, day=timezone.localdate(), score=50)
        if officer:
            holds.place(case, FraudHold.Kind.PAYMENTS, money.officer(), "diperiksa")
        else:
            until = timezone.now() + timedelta(hours=1)
            FraudHold.objects.create(
                case=case, wallet=self.wallet, kind=FraudHold.Kind.PAYMENTS, reason="aturan", until=until
            )

    def give(self, amount: int, *, mcc: str = FOOD, days: int = 30) -> None:
        terms, _ = PurseTerms.objects.get_or_create(name=f"{mcc}", defaults={"mccs": [mcc], "lapses_to": self.fund})
        now = timezone.now()
        grant = ledger.Grant(key=uuid.uuid4().hex, wallet=self.wallet.pk, amount=amount)
        ledger.open_purses(self.fund.pk, terms, "Sembako", now - timedelta(days=1), now + timedelta(days=days), [grant])


def rupiah(value: int) -> dict[str, str]:
    return {"value": f"{value}.00", "currency": "IDR"}


def _partner(client_id: str, public_key: str, secret: str) -> Partner:
    """A partner that may call every service there is."""
    partner = Partner.objects.create(client_id=client_id, name=client_id, scopes=list(scopes.services()))
    credentials.install(partner, public_key=public_key, secret=secret, since=LONG_AGO)
    return partner


def _merchant(partner: Partner, merchant_id: str, mcc: str, status: str = "active") -> Merchant:
    account = ledger.open_account(Account.Kind.MERCHANT, merchant_id)
    return Merchant.objects.create(
        partner=partner, merchant_id=merchant_id, name=merchant_id, mcc=mcc, status=status, account=account
    )


def build() -> World:
    """The world, made anew; 100,000 rupiah are in the purse."""
    fund = ledger.open_account(Account.Kind.FUND, "Dana")
    budget = ledger.singleton(Account.Kind.BUDGET)
    ledger.post([ledger.Leg(budget.pk, fund.pk, 100_000_000, Transfer.Kind.FUNDING, "funding")])
    [wallet_id] = wallets.open_for([uuid.uuid4()]).values()
    mine = _partner("PARTNER-1", PUBLIC_KEY, sender.SECRET)
    theirs = _partner("PARTNER-2", OTHER_PUBLIC_KEY, "other-secret")
    _merchant(mine, "WARUNG", FOOD)
    _merchant(mine, "BIOSKOP", CINEMA)
    _merchant(mine, "TUTUP", FOOD, Merchant.Status.SUSPENDED)
    _merchant(theirs, "TETANGGA", FOOD)
    world = World(
        partner=mine,
        other_partner=theirs,
        fund=fund,
        wallet=Wallet.objects.get(pk=wallet_id),
        sender=Sender(),
        other=Sender(client_id="PARTNER-2", secret="other-secret", private_key=OTHER_PRIVATE_KEY),
    )
    world.give(100_000)
    return world


@pytest.fixture
def world(db: None) -> World:
    return build()


@pytest.fixture
def wallet_settings(settings: Any) -> None:
    """A row may change settings.WALLET for itself: it is put back after it."""
    settings.WALLET = dict(settings.WALLET)


@pytest.fixture
def own_database(django_db_setup: None) -> None:
    """Stops a test that would empty a database that is not the tests' own.

    pytest-django makes a test database only if some selected test asks for `db`; without one, the settings' database stays.
    """
    name = connection.settings_dict["NAME"]
    if not name.startswith("test_"):
        pytest.fail(f"{name} is no test database: select a test that uses `db` along with this one.")


@pytest.fixture
def committed_world(own_database: None, committed_db: None) -> World:
    """The same, with real commits."""
    return build()
