"""The area `merchants`: paying over HTTP with real signatures, beside a view of the same server that does next to nothing.

Server, database and tills share the machine's cores. Every payment that was counted must be there afterwards, and the ledger must
verify. With Redis down or frozen every payment must be answered as ever, its notice kept for the beat.
"""

from __future__ import annotations

import json
import math
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from http.client import HTTPConnection

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.contrib.auth import get_user_model
from django.utils import timezone

from bench import clients, database
from bench.ledger import queue_world
from bench.ledger.queue_world import Queue
from bench.measure import Aim, Figures, Plan, Row, Tell, in_rounds
from bench.merchants import tills
from bench.merchants.server import serving
from bench.merchants.tills import Access, Served
from wallet import credentials, verification
from wallet.models import Partner, Payment, Webhook
from wallet.snap import signature, timestamps
from wallet.snap.codes import Service

AREA = "merchants"
SHOPS = 20
SECONDS = 10
WALLETS_EACH = 200
WARM_UP = 50  # requests of each till before it counts
MOST = 2_000  # payments a second that the codes last for
SECRET = "bench-secret"  # of a database that is dropped
AWAY = "redis://127.0.0.1:1/0"  # nobody listens on the first port
NOWHERE = "https://mitra.invalid"
CEILING, OURS, ONE = "the ceiling", "CPM payment", "CPM payment at one merchant"
DOWN, FROZEN = "CPM payment, Redis down", "CPM payment, Redis frozen"


def rows(plan: Plan, tell: Tell) -> list[Row]:
    """Requests a second and the slowest in a hundred, with as many tills as are planned."""
    queue = _queue(plan)
    tell(f"merchants: {queue.wallets:,} wallets, {queue.codes_each:,} codes for each of {queue.clients} tills")
    database.copy(plan.empty, plan.database)
    queue_world.build(queue)
    access = _set_up()
    with (
        serving(plan.database) as port,
        serving(plan.database, broker=AWAY) as without,
        _silent() as broker,
        serving(plan.database, broker=broker) as waiting,
    ):
        street = Street(plan, access[0], access[1], port, {DOWN: without, FROZEN: waiting})
        found = [row for count in plan.clients for row in _side_by_side(street, count, plan, tell)]
    if not verification.verify().holds:
        raise RuntimeError("the ledger does not verify")
    return found


@contextmanager
def _silent() -> Iterator[str]:
    """The address of a Redis that takes connections and never says a word, as one that is frozen."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(1_000)
        yield f"redis://127.0.0.1:{listening.getsockname()[1]}/0"


def _queue(plan: Plan) -> Queue:
    """Codes for every run of a till: of few tills each needs most."""
    runs = plan.rounds * (len(plan.clients) + 3)
    each = WARM_UP + math.ceil(MOST * _seconds(plan) / plan.clients[0])
    return Queue(plan.clients[-1], plan.count(WALLETS_EACH), runs * each, past=1)


def _seconds(plan: Plan) -> float:
    return max(1.0, SECONDS * plan.scale)


def _set_up() -> tuple[str, str]:
    """What the partner and the ceiling's caller need; returns the partner's private key and the other's token."""
    # Here, because it is installed under `bench.settings` alone.
    from rest_framework.authtoken.models import Token

    key = rsa.generate_private_key(65537, 2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    partner = Partner.objects.get()
    partner.scopes = [Service.QR_CPM_PAYMENT]
    partner.save()
    credentials.install(partner, public_key=public.decode(), secret=SECRET)
    user = get_user_model().objects.create_user("bench")
    return private.decode(), Token.objects.create(user=user).key


class Street:
    """Tills before one server, and before others whose Redis is down or frozen (`dark_ports`, by the run's name)."""

    def __init__(
        self, plan: Plan, private_key: str, ceiling_token: str, port: int, dark_ports: Mapping[str, int]
    ) -> None:
        self.name, self.seconds = plan.database, _seconds(plan)
        self.warm_up = max(2, plan.count(WARM_UP))
        self.private_key, self.ceiling_token = private_key, ceiling_token
        self.port, self.dark_ports = port, dark_ports
        self.spent = 0  # codes of each till that earlier runs have used
        self.p99: dict[tuple[str, int], list[float]] = {}

    def ceiling(self, count: int) -> float:
        """Answers a second of the view beside ours to so many tills."""
        access = Access(self.port, token=self.ceiling_token)
        jobs = [(access, client, SHOPS, self.warm_up, self.seconds) for client in range(count)]
        return self._noted(CEILING, count, clients.together(self.name, tills.ask_ceiling, jobs))

    def ours(self, name: str, count: int, shops: int = SHOPS) -> float:
        """Payments a second of so many tills at so many shops."""
        return self._paid(name, count, shops, self.port)

    def in_the_dark(self, name: str, count: int) -> float:
        """The same with notices to be sent and no Redis to ring at. Raises RuntimeError if one notice is missing."""
        notices = Webhook.objects.count()
        before = Payment.objects.count()
        Partner.objects.update(notify_url=NOWHERE)
        rate = self._paid(name, count, SHOPS, self.dark_ports[name])
        Partner.objects.update(notify_url="")
        kept, paid = Webhook.objects.count() - notices, Payment.objects.count() - before
        if kept != paid:
            raise RuntimeError(f"{paid} payments left {kept} notices without Redis")
        return rate

    def _paid(self, name: str, count: int, shops: int, port: int) -> float:
        database.use(self.name)
        before = Payment.objects.count()
        access = self._signed_in(port)
        jobs = [(access, client, self.spent, shops, self.warm_up, self.seconds) for client in range(count)]
        served = clients.together(self.name, tills.pay, jobs)
        counted = sum(one.tally.done for one in served) + count * self.warm_up
        found = Payment.objects.filter(status=Payment.Status.PAID).count() - before
        if found != counted:
            raise RuntimeError(f"{counted} payments were answered, {found} are there")
        self.spent += self.warm_up + max(one.tally.done for one in served)
        return self._noted(name, count, served)

    def _signed_in(self, port: int) -> Access:
        """A token as any partner gets one, for the key's signature."""
        partner = Partner.objects.get().client_id
        now = timestamps.emit(timezone.now())
        signed = signature.sign_asymmetric(self.private_key, signature.token_string(partner, now))
        connection = HTTPConnection("127.0.0.1", port, timeout=tills.PATIENCE)
        headers = {"X-TIMESTAMP": now, "X-CLIENT-KEY": partner, "X-SIGNATURE": signed}
        headers["Content-Type"] = "application/json"
        connection.request("POST", "/v1.0/access-token/b2b", '{"grantType":"client_credentials"}', headers)
        answer = json.loads(connection.getresponse().read())
        connection.close()
        return Access(port, partner, SECRET, answer["accessToken"])

    def _noted(self, name: str, count: int, served: Sequence[Served]) -> float:
        took = sorted(moment for one in served for moment in one.took)
        self.p99.setdefault((name, count), []).append(1000 * took[math.ceil(len(took) * 0.99) - 1])
        return clients.rate([one.tally for one in served])


def _side_by_side(street: Street, count: int, plan: Plan, tell: Tell) -> list[Row]:
    tell(f"paying over HTTP with {count} tills, requests a second")
    competitors: dict[str, Callable[[], float]] = {
        CEILING: partial(street.ceiling, count),
        OURS: partial(street.ours, OURS, count),
    }
    most = count == plan.clients[-1]
    if most:
        competitors[ONE] = partial(street.ours, ONE, count, 1)
        competitors |= {name: partial(street.in_the_dark, name, count) for name in street.dark_ports}
    rates = in_rounds(competitors, plan.rounds, tell)
    p99 = {name: Figures(tuple(street.p99[name, count])) for name in competitors}
    work, beside, unit = f"CPM payment, {count} tills", "a minimal view, one query", "requests/s"
    found = [
        Row(AREA, work, unit, rates[OURS], rates[CEILING], beside, Aim(">=", 0.6)),
        Row(AREA, work, "ms (p99)", p99[OURS], p99[CEILING], beside, Aim("<=", 3)),
    ]
    if most:
        spread = f"over {SHOPS} merchants"
        found.append(Row(AREA, f"{work} at one merchant", unit, rates[ONE], rates[OURS], spread, Aim(">=", 0.95)))
        for name, state in ((DOWN, "down"), (FROZEN, "frozen")):
            served = f"{work}, with notices, Redis {state}"
            found.append(Row(AREA, served, unit, rates[name], rates[OURS], "without notices", Aim(">=", 0.5)))
    return found
