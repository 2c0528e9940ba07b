"""The small world with what the e-money services need: a deposit, an agent, and a customer with a telephone."""

from __future__ import annotations

import itertools
import uuid
from dataclasses import dataclass
from typing import Any

from beneficiaries.models import Person
from tests import money
from tests.wallet.snap.conftest import World, rupiah
from tests.wallet.snap.sender import Answer
from wallet import account_numbers, codes, deposits, ledger
from wallet.models import Account, Merchant, Partner, PurseTerms, Wallet

BALANCE, INQUIRY, TOPUP, STATUS = (
    "/v1.0/balance-inquiry",
    "/v1.0/emoney/account-inquiry",
    "/v1.0/emoney/topup",
    "/v1.0/emoney/topup-status",
)
BULK, CASHOUT, OTC_STATUS = "/v1.0/emoney/bulk-cashin-payment", "/v1.0/emoney/otc-cashout", "/v1.0/emoney/otc-status"
DEPOSIT = 1_000_000
MOMENT = "2026-11-24T10:37:16+07:00"
_phones = itertools.count(81_234_000_000)


@dataclass
class Till:
    """A partner that tops up and hands out cash. `phone` is the customer's, as SNAP writes it; so is `number`, of the account."""

    world: World
    phone: str
    number: str

    def send(self, path: str, fields: dict[str, Any], changes: dict[str, Any]) -> Answer:
        """The fields with the changes, of which None leaves one out."""
        kept = {name: value for name, value in (fields | changes).items() if value is not None}
        return self.world.sender.post(path, kept)

    def inquire(self, **changes: Any) -> Answer:
        return self.send(INQUIRY, {"customerNumber": self.phone, "amount": rupiah(50_000)}, changes)

    def order(self, **changes: Any) -> dict[str, Any]:
        fields = {"partnerReferenceNo": uuid.uuid4().hex, "customerNumber": self.phone, "amount": rupiah(50_000)}
        return fields | changes

    def top_up(self, **changes: Any) -> Answer:
        return self.send(TOPUP, self.order(), changes)

    def status(self, **changes: Any) -> Answer:
        return self.send(STATUS, {"serviceCode": "38"}, changes)

    def line(self, **changes: Any) -> dict[str, Any]:
        fields = {"partnerReferenceNo": uuid.uuid4().hex, "accountNumber": self.phone, "amount": rupiah(20_000)}
        return {name: value for name, value in (fields | changes).items() if value is not None}

    def bulk(self, lines: list[dict[str, Any]] | None = None, **changes: Any) -> Answer:
        fields = {
            "partnerBulkId": uuid.uuid4().hex,
            "transactionDate": MOMENT,
            "currency": "IDR",
            "bulkObject": [self.line()] if lines is None else lines,
        }
        return self.send(BULK, fields, changes)

    def cash_out(self, **changes: Any) -> Answer:
        fields = {
            "partnerReferenceNo": uuid.uuid4().hex,
            "customerNumber": self.phone,
            "otp": changes.pop("otp", None) or self.world.code(),
            "amount": rupiah(30_000),
        }
        return self.send(CASHOUT, fields, changes)

    def otc_status(self, **changes: Any) -> Answer:
        return self.send(OTC_STATUS, {"serviceCode": "44"}, changes)

    def balance(self, **changes: Any) -> Answer:
        return self.send(BALANCE, {}, changes)

    def deposit(self) -> int:
        self.world.partner.refresh_from_db()
        return deposits.balance(self.world.partner)


def furnish(world: World) -> Till:
    """The till of the first partner; the purse of 100,000 rupiah may not be drawn as cash, another of 60,000 may."""
    deposits.receive(world.partner, DEPOSIT, reference="BCA-1")
    agent(world.partner, "AGEN")
    person = money.person()
    person.phone = f"+62{next(_phones)}"
    person.wallet = world.wallet
    person.save()
    terms = PurseTerms.objects.create(name=uuid.uuid4().hex, cash_allowed=True)
    money.purse(world.wallet, 60_000, rules=terms)
    return Till(world, person.phone.removeprefix("+"), account_numbers.of_wallet(world.wallet.pk))


def agent(of: Partner, merchant_id: str) -> Merchant:
    account = ledger.open_account(Account.Kind.MERCHANT, merchant_id)
    return Merchant.objects.create(partner=of, merchant_id=merchant_id, name=merchant_id, mcc="6010", account=account)


def person_with(phone: str) -> Wallet:
    """Another wallet whose holder has this telephone, which somebody else may have too."""
    person: Person = money.person()
    person.phone, person.wallet = f"+{phone}", money.wallet()
    person.save()
    return person.wallet


def code_of(wallet: Wallet) -> str:
    return codes.issue(wallet).qr_content
