"""A partner that pays for us, as a real process that answers over HTTP, and people who are paid through it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from django.db import connection
from django.utils import timezone

from disbursement import eligibility, execution, programmes, reconciliation
from disbursement.models import Batch, BulkRequest, Enrolment, Instruction, PayoutLine, ProviderAccount
from disbursement.providers import accounts, calling, routes
from disbursement.providers.protocol import Answer, Inquiry, Outcome, Sent, Told
from tests import money
from tests.wallet.snap.keys import PRIVATE_KEY, PUBLIC_KEY
from wallet import credentials, position
from wallet.models import Partner, Transfer

AMOUNT = 300_000
SECRET = "rahasia-mitra"
FROZEN, UNKNOWN_ACCOUNT = "9001", "9002"  # ends of account numbers that the partner does not pay


def provider(code: str = "emp", *, base_url: str = "http://127.0.0.1:9", bulk_size: int = 500) -> ProviderAccount:
    """Our account at a partner whose notices are signed with the tests' key."""
    partner = Partner.objects.create(client_id=money.unique("EMP"), name="Uang Elektronik", scopes=["41"])
    credentials.install(partner, public_key=PUBLIC_KEY, secret="rahasia")
    made = ProviderAccount(
        code=code, name="Uang Elektronik", base_url=base_url, client_id="SALUR", bulk_size=bulk_size, partner=partner
    )
    return accounts.open_account(made, SECRET)


def account_number(number: int, end: str = "1000") -> str:
    return f"6281{number:06}{end}"


def batch_through(
    through: ProviderAccount, how_many: int = 3, *, ends: dict[int, str] | None = None, own: int = 0
) -> Batch:
    """An approved batch of so many people whom the partner pays, and some whom our own wallet pays.

    `ends` gives the end of the account number of the n-th person.
    """
    money.people(how_many + own)
    programme = money.programme(amount=AMOUNT)
    eligibility.enrol_eligible(programme)
    enrolled = list(Enrolment.objects.filter(programme=programme).order_by("pk"))
    programmes.fund(programme, len(enrolled) * AMOUNT, "DIPA-1")
    for number, enrolment in enumerate(enrolled[:how_many]):
        routes.set_partner(enrolment, through, account_number(number, (ends or {}).get(number, "1000")))
    return money.approve(money.submitted(programme))


def handed_over(batch: Batch) -> None:
    """The batch's chunks are paid or in the partner's outbox."""
    while execution.pay_next_chunk(batch.pk):
        pass


def hurry(batch: Batch | None = None) -> None:
    """Whatever waits for its time need not wait here."""
    del batch
    BulkRequest.objects.filter(state="ready").update(due_at=timezone.now())
    PayoutLine.objects.filter(state__in=["sent", "unknown"]).update(due_at=timezone.now())


def work(through: ProviderAccount) -> None:
    """Everything that is due at the partner is done."""
    while calling.work_next(through.pk):
        pass


def states(batch: Batch) -> Counter[str]:
    return Counter(batch.instructions.values_list("status", flat=True))


def finished(batch: Batch) -> Batch:
    """The batch after everything that was known of it was done: closed, if nothing is open."""
    return money.pay_out(batch)


@dataclass
class Running:
    """The partner's process."""

    port: int
    process: subprocess.Popen[str]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _call(self, path: str, fields: dict[str, Any] | None = None) -> dict[str, Any]:
        body = None if fields is None else json.dumps(fields).encode()
        with urlopen(Request(self.url + path, data=body), timeout=20) as answer:  # noqa: S310
            told: dict[str, Any] = json.loads(answer.read())
            return told

    def state(self) -> dict[str, Any]:
        return self._call("/_partner/state")

    def credits(self) -> Counter[str]:
        """How often each reference was paid."""
        return Counter(reference for reference, _account, _amount in self.state()["credits"])

    def plan(self, **plan: Any) -> None:
        self._call("/_partner/plan", plan)

    def notify(self) -> int:
        """Sends what was held; returns how many notices."""
        return int(self._call("/_partner/notify", {})["sent"])

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


def start(
    through: ProviderAccount, *, notify_url: str = "http://127.0.0.1:9", hang_seconds: float = 1, **plan: Any
) -> Running:
    """Starts the partner; from now on our account leads to it."""
    config = {
        "client_id": through.client_id,
        "public_key": accounts.public_key(through),
        "secret": SECRET,
        "notify_url": notify_url,
        "notify_client_id": through.partner.client_id,
        "private_key": PRIVATE_KEY,
        "hang_seconds": hang_seconds,
        "plan": {"notices": {"lost": True}} | plan,
    }
    descriptor, name = tempfile.mkstemp(suffix=".json")
    with os.fdopen(descriptor, "w") as file:
        json.dump(config, file)
    process = subprocess.Popen(
        [sys.executable, "-m", "demo.emoney_partner", name],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout is not None
    port = int(process.stdout.readline())
    Path(name).unlink()
    ProviderAccount.objects.filter(pk=through.pk).update(base_url=f"http://127.0.0.1:{port}")
    through.refresh_from_db()
    return Running(port, process)


def assert_settled(batch: Batch, through: ProviderAccount, running: Running, *, paid: int, failed: int = 0) -> None:
    """The batch is closed, the partner paid each paid line once and no other, and every rupiah is somewhere."""
    finished(batch)
    assert batch.status == Batch.Status.CLOSED
    assert states(batch) == Counter({"paid": paid, "failed": failed}) - Counter()
    wanted = PayoutLine.objects.filter(chunk__batch=batch, state="paid").values_list("reference", flat=True)
    assert running.credits() == Counter(wanted)
    assert_money(through, paid=paid, failed=failed)


def assert_money(through: ProviderAccount, *, paid: int, failed: int) -> None:
    """What was paid is the partner's, what failed is in the fund again, nothing is in between."""
    left = {kind.value: amount for kind, amount in position.by_kind().items() if amount}
    total = (paid + failed) * AMOUNT
    wanted = {"budget": -total, "provider": paid * AMOUNT, "fund": failed * AMOUNT}
    assert left == {kind: amount for kind, amount in wanted.items() if amount}
    assert money.balance(through.account_id) == paid * AMOUNT
    assert Transfer.objects.filter(kind=Transfer.Kind.REMITTANCE).count() == paid
    assert reconciliation.differences() == []
    money.assert_books_hold()


def wait_until(true: Any, seconds: float = 10) -> None:
    """Waits for another process. Fails after the seconds."""
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until
        time.sleep(0.02)
        connection.close_if_unusable_or_obsolete()


def line_of(batch: Batch, number: int = 0) -> PayoutLine:
    """The n-th line at the partner."""
    return PayoutLine.objects.select_related("provider").filter(chunk__batch=batch).order_by("pk")[number]


def instruction_of(line: PayoutLine) -> Instruction:
    return Instruction.objects.get(pk=line.pk)


class Scripted:
    """A channel without a wire: `sends` and `asks` are what it answers, the last of each for good; `asked` what it was asked."""

    def __init__(self, sends: list[Answer] | None = None, asks: list[Told] | None = None) -> None:
        self.sends = sends or [Answer(Sent.ACCEPTED, "2004000", 200)]
        self.asks = asks or [Told(Outcome.PAID, "2003900/00")]
        self.asked: list[Any] = []

    def __call__(self, provider: ProviderAccount) -> Scripted:
        return self

    def send(self, bulk_id: str, payees: Any, external_id: str, at: Any) -> Answer:
        self.asked.append([payee.reference for payee in payees])
        return self.sends.pop(0) if len(self.sends) > 1 else self.sends[0]

    def ask(self, reference: str, external_id: str) -> Inquiry:
        self.asked.append(reference)
        return Inquiry(self.asks.pop(0) if len(self.asks) > 1 else self.asks[0], 200)


def unknown(through: ProviderAccount, how_many: int = 1, **rest: Any) -> Batch:
    """A batch whose lines were sent, and nobody knows what became of them."""
    batch = batch_through(through, how_many, **rest)
    handed_over(batch)
    calling.send_next(through.pk, Scripted([Answer(Sent.UNKNOWN, "TimeoutError")]))
    return batch
