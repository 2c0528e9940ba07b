"""People, money and signed-in clients for these tests."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from pathlib import Path
from threading import Barrier
from typing import Any

from django.db import connections
from django.utils import timezone
from rest_framework.test import APIClient

from beneficiaries.models import Household, Person
from mobile import devices
from mobile.models import Sms
from wallet import ledger, wallets
from wallet.models import Account, PurseTerms, Wallet

PHONE = "+6281234567890"
STRANGER = "+6281398765432"
_serial = itertools.count(1)


def register(
    name: str = "Siti Aminah", phone: str = PHONE, birth_date: date = date(1970, 12, 31), *, wallet: bool = True
) -> Person:
    """A person of the registry, with a household and, unless told otherwise, a wallet.

    The numbers are of another district than those of `tests.beneficiaries.cases`, which are counted on their own.
    """
    number = next(_serial)
    household = Household(kelurahan="31.71.01.1001", decile=2)
    household.kk = f"317103311270{number:04}"
    household.address = "Jalan Contoh 1"
    household.save()
    person = Person(household=household, name=name, sex="P", birth_date=birth_date)
    person.nik = f"317103711270{number:04}"
    person.phone = phone
    if wallet:
        person.wallet_id = wallets.open_for([person.uid])[person.uid]
    person.save()
    return person


def grant(
    wallet: Wallet,
    amount: int,
    title: str = "Sembako November 2026",
    *,
    usable_from: datetime | None = None,
    usable_until: datetime | None = None,
    **terms: Any,
) -> None:
    """Opens a purse with money, paid for by the budget."""
    number = next(_serial)
    fund = ledger.open_account(Account.Kind.FUND, f"Dana {number}")
    budget = ledger.singleton(Account.Kind.BUDGET)
    ledger.post([ledger.Leg(budget.pk, fund.pk, amount, "funding", f"funding:{number}")])
    if terms.pop("lapses", False):
        terms["lapses_to"] = fund
    terms_row = PurseTerms.objects.create(name=f"Aturan {number}", **terms)
    start = usable_from or timezone.now()
    one = ledger.Grant(key=f"grant:{number}", wallet=wallet.pk, amount=amount)
    ledger.open_purses(fund.pk, terms_row, title, start, usable_until, [one])


def client_of(person: Person, name: str = "HP Ibu") -> APIClient:
    """A client signed in with a new device of the person."""
    _device, token = devices.issue(person, name)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


def sent_otp() -> str:
    """The code in the newest message of the outbox, before delivery wipes it."""
    found = re.search("[0-9]{6}", Sms.objects.latest("id").text)
    assert found
    return found[0]


def spooled(folder: Path) -> list[dict[str, str]]:
    """What a simulated gateway was given, in the order of time."""
    return [json.loads(file.read_text()) for file in sorted(folder.glob("*.json"))]


def texts(folder: Path) -> list[tuple[str, str]]:
    """The text messages that went out: to whom, and what."""
    return [(message["to"], message["text"]) for message in spooled(folder)]


def other_than(otp: str) -> str:
    """A wrong code."""
    return f"{(int(otp) + 1) % 1_000_000:06}"


def at_once(count: int, work: Callable[[int], Any]) -> list[Any]:
    """Runs work(0…count-1) in threads that start together, each on its own connection; errors come back as results."""
    barrier = Barrier(count)

    def run(number: int) -> Any:
        try:
            barrier.wait(10)
            return work(number)
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def error_of(response: Any) -> dict[str, Any]:
    """The error of a response, whose shape is checked on the way."""
    body = response.json()
    assert body.keys() == {"error"}, body
    error: dict[str, Any] = body["error"]
    assert {"code", "message"} <= error.keys() <= {"code", "message", "field", "data"}
    return error
