"""The beneficiaries' and merchants' part, over HTTP: activation, codes, payments, and everything that must be refused."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings

from beneficiaries.models import Household, Person
from demo import screen
from demo.phone_client import Inbox, Phone, Refused
from demo.proof import Proof, stopwatch
from demo.shops import SHOPS
from demo.world import Credentials
from disbursement.models import Programme
from snap_client import SnapClient

PAYMENTS_EACH = 3
THREADS = 6
FOOD_SHOPS = [shop for shop in SHOPS if shop[2] in ("5411", "5462", "5499")]
SHOE_SHOP = next(shop for shop in SHOPS if shop[2] == "5661")


@dataclass(slots=True)
class Shopper:
    """A beneficiary with a phone; only people of different phone numbers are chosen."""

    name: str
    phone: str
    birth_date: str
    programme: str
    client: Phone
    paid: int = 0


@dataclass(slots=True)
class Takings:
    """What the shops saw: answers by code, money paid and given back."""

    codes: Counter[str] = field(default_factory=Counter)
    paid: int = 0
    paid_count: int = 0
    refunded: int = 0


class Market:
    """One day of shopping against a running web server."""

    def __init__(self, base_url: str, credentials: Credentials, spool: Path, seed: int, proof: Proof) -> None:
        self.base_url, self.credentials, self.proof = base_url, credentials, proof
        self.inbox = Inbox(spool)
        self.random = random.Random(seed)
        self.run = f"{time.time_ns():x}"  # partner reference numbers of this run
        self.takings = Takings()
        self.lock = threading.Lock()
        self.local = threading.local()

    def client(self) -> SnapClient:
        """This thread's client of the payment API."""
        if not hasattr(self.local, "client"):
            self.local.client = self._new_client(self.credentials.client_secret)
        client: SnapClient = self.local.client
        return client

    def _new_client(self, secret: str) -> SnapClient:
        return SnapClient(self.base_url, self.credentials.client_id, self.credentials.private_key, secret)

    def shoppers(self, count: int, without: Household) -> list[Shopper]:
        """Enrolled people with phones, half of each programme, first those who have not activated yet.

        Nobody of that household, which was not paid.
        """
        chosen: dict[bytes, Shopper] = {}
        for programme in Programme.objects.order_by("-code"):
            people = (
                Person.objects.filter(enrolments__programme=programme, phone_index__isnull=False)
                .filter(enrolments__status="active", status=Person.Status.ACTIVE)
                .exclude(household=without)
                # Whoever is in both programmes may buy shoes out of the other's purse.
                .exclude(
                    pk__in=Person.objects.filter(enrolments__programme__in=Programme.objects.exclude(pk=programme.pk))
                )
                .order_by("wallet__pin_hash", "pk")
            )
            wanted = len(chosen) + count // 2
            for person in people[: count * 3]:
                number = bytes(person.phone_index or b"")
                if len(chosen) < wanted and number not in chosen:
                    born = person.birth_date.isoformat()
                    phone = Phone(self.base_url, person.phone, born)
                    chosen[number] = Shopper(person.name, person.phone, born, programme.code, phone)
        return list(chosen.values())

    def open(self, shoppers: list[Shopper]) -> None:
        """Everyone activates the app by text message, sets a PIN and shops; shows progress."""
        with screen.bars() as bars, ThreadPoolExecutor(THREADS) as pool:
            for done, _ in enumerate(pool.map(self._activate, shoppers), 1):
                bars.show("activate by SMS, set PIN", done, len(shoppers))
            with stopwatch() as seconds:
                errands = [(shopper, number) for number in range(PAYMENTS_EACH) for shopper in shoppers]
                for done, _ in enumerate(pool.map(self._shop, errands), 1):
                    bars.show("code with PIN, pay by QR", done, len(errands))
                self.proof.figures["redemptions, with PIN and code"] = f"{len(errands) / seconds():,.0f} /s over HTTP"

    def _activate(self, shopper: Shopper) -> None:
        shopper.client.activate(self.inbox)
        try:
            shopper.client.set_pin(self.credentials.pin)
        except Refused as refused:
            if refused.code != "pin_already_set":  # an earlier demo's shopper, with this same PIN
                raise

    def _shop(self, errand: tuple[Shopper, int]) -> None:
        shopper, number = errand
        shop = self.random.choice(FOOD_SHOPS if shopper.programme == "SEMBAKO" else SHOPS)
        amount = self.random.randrange(15_000, 60_000, 500)
        status, answer = self.pay(shopper, shop, amount, f"{self.run}-{shopper.phone[-6:]}-{number}")
        if status != 200:
            raise RuntimeError(f"payment refused: {answer}")

    def pay(
        self, shopper: Shopper, shop: tuple[str, str, str], amount: int, reference: str
    ) -> tuple[int, dict[str, Any]]:
        """The shopper makes a code with the PIN, the shop takes the amount with it."""
        code = shopper.client.code(self.credentials.pin)
        status, answer = self.client().pay(reference, code, shop[0], amount, title="Belanja")
        with self.lock:
            self.takings.codes[str(answer["responseCode"])] += 1
            if status == 200:
                self.takings.paid += amount
                self.takings.paid_count += 1
                shopper.paid += amount
        return status, answer

    def show_refusals(self, shoppers: list[Shopper]) -> None:
        """A replay, a refund, a query, and one of each thing that must be refused, with the codes that came."""
        proof, client = self.proof, self.client()
        on_food = next(shopper for shopper in shoppers if shopper.programme == "SEMBAKO")
        lapsing = on_food.client.code(self.credentials.pin)
        made = time.monotonic()

        reference, amount = f"{self.run}-REPLAY", 20_000
        code = on_food.client.code(self.credentials.pin)
        before = on_food.client.purses()["book_balance"]
        first = client.pay(reference, code, FOOD_SHOPS[0][0], amount)
        again = client.pay(reference, code, FOOD_SHOPS[0][0], amount)
        self.takings.paid += amount
        self.takings.paid_count += 1
        proof.claim("a replay gets the same answer", first[1].get("referenceNo"), again[1].get("referenceNo"))
        proof.claim("a replay moves no money twice", before - amount, on_food.client.purses()["book_balance"])
        screen.line(f"replayed {reference}: {again[1]['responseCode']}, same referenceNo, money moved once")

        def refused(tried: str, expected: str, answer: tuple[int, dict[str, Any]]) -> None:
            proof.refused(f"{tried} ({answer[1].get('responseMessage')})", expected, str(answer[1].get("responseCode")))

        refused("same number, other amount", "4046018", client.pay(reference, code, FOOD_SHOPS[0][0], amount + 1))
        refused("a used code again", "4046000", client.pay(f"{self.run}-USED", code, FOOD_SHOPS[0][0], amount))
        refused("food aid at a shoe shop", "4036015", self.pay(on_food, SHOE_SHOP, 15_000, f"{self.run}-SHOES"))
        refused("more than the purses hold", "4036014", self.pay(on_food, FOOD_SHOPS[0], 9_000_000, f"{self.run}-MUCH"))
        forger = self._new_client("not-the-secret")
        refused("a wrong signature", "4016000", forger.pay(f"{self.run}-FORGED", code, FOOD_SHOPS[0][0], amount))
        refused("an unknown shop", "4046008", client.pay(f"{self.run}-NOBODY", lapsing, "999999999999999", amount))
        proof.must_refuse("a wrong PIN", "pin_wrong", lambda: on_food.client.code("918273"))

        _, answer = client.refund(reference, f"{self.run}-R1", 5_000, reason="Barang dikembalikan")
        self.takings.refunded += 5_000
        proof.claim("a part is refunded", "2008000", answer["responseCode"])
        screen.line(f"refunded Rp 5.000 of {reference}: {answer['responseCode']}")
        refused("a refund above the rest", "4048013", client.refund(reference, f"{self.run}-R2", 15_001))
        _, answer = client.query(reference)
        proof.claim("the query tells it is paid", "00", answer.get("latestTransactionStatus"))
        screen.line(f"query {reference}: {answer['responseCode']}, status {answer.get('latestTransactionStatus')}")
        proof.claim("the purse has the refund", before - amount + 5_000, on_food.client.purses()["book_balance"])
        history = on_food.client.history()["entries"]
        proof.claim("the holder's history leads with the refund", "refund", history[0]["kind"])

        lifetime = settings.WALLET["code_lifetime"].total_seconds()
        time.sleep(max(0.0, made + lifetime + 0.5 - time.monotonic()))
        refused("an expired code", "4036000", client.pay(f"{self.run}-LATE", lapsing, FOOD_SHOPS[0][0], amount))
