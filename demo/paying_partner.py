"""An e-money partner pays some people, and its connection breaks after the credit: asked and told twice, each is paid once."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.contrib.auth.models import User

from demo import authenticators, screen
from demo.proof import Proof, stopwatch
from disbursement import approvals, batches, programmes
from disbursement.models import Batch, Enrolment, Instruction, PayoutLine, Programme, ProviderAccount
from disbursement.provider_errors import RouteUnchanged
from disbursement.providers import accounts, routes
from wallet import credentials, ledger
from wallet.models import Partner, PurseTerms
from wallet.snap.codes import Service

CODE, CLIENT_ID, SECRET = "EMONEY", "DEMO-UANG-ELEKTRONIK", "rahasia-demo"
PEOPLE, AMOUNT = 5, 100_000
WAIT = 30  # seconds


def pay(base_url: str, period: date, proof: Proof) -> list[Batch]:
    """One batch through the partner while web and workers run; [] if nobody is left to pay."""
    provider, private_key = _provider()
    programme = _programme(period, provider)
    if not programme.enrolments.exists():
        return []
    broken = {"bulk": ["reset_after_credit"], "notices": {"held": True, "times": 2, "scattered": True}}
    with _partner(provider, private_key, base_url, broken) as address, stopwatch() as seconds:
        before = ledger.balance_of(provider.account_id)
        batch = _approved(programme, period)
        lines = PayoutLine.objects.filter(chunk__batch=batch)
        _wait(lambda: lines.filter(state=PayoutLine.State.UNKNOWN).count() == batch.count)
        screen.line(f"the connection broke after the credit: nobody knows the outcome of {batch.count} payments")
        batch.refresh_from_db()
        proof.claim("an outcome that nobody knows is neither paid nor failed", {"unknown": batch.count}, _states(batch))
        proof.claim("a batch with an unknown outcome stays open", Batch.Status.PAYING.value, batch.status)
        proof.claim("its money is in clearing, not at the partner", batch.total, ledger.balance_of(_clearing(batch)))
        _call(address, "/_partner/notify")  # late, twice, and backwards
        _wait(lambda: Batch.objects.filter(pk=batch.pk, status=Batch.Status.CLOSED).exists())
        proof.claim("told twice, each is paid", {"paid": batch.count}, _states(batch))
        once = dict.fromkeys(sorted(lines.values_list("reference", flat=True)), 1)
        credited = dict(sorted(_credits(address).items()))
        proof.claim("a partner whose connection breaks after the credit has paid each once", once, credited)
        proof.claim("the partner's account holds it", before + batch.total, ledger.balance_of(provider.account_id))
        proof.figures["an outcome nobody knew"] = f"settled after {seconds():.1f} s"
    Programme.objects.filter(pk=programme.pk).update(active=False)  # until the next run of the demo
    batch.refresh_from_db()
    return [batch]


@contextmanager
def at_hand(base_url: str) -> Iterator[str]:
    """The partner while the demo is served, and a programme that it pays; the address of its page, "" before anybody was paid."""
    paid = Instruction.objects.filter(status=Instruction.Status.PAID, enrolment__programme__code="KLJ")
    newest = paid.order_by("-cycle__period").values_list("cycle__period", flat=True).first()
    if newest is None:
        yield ""
        return
    provider, private_key = _provider()
    programme = _programme(newest, provider)
    try:
        with _partner(provider, private_key, base_url, {}) as address:
            yield address
    finally:
        Programme.objects.filter(pk=programme.pk).update(active=False)  # its partner is gone


def _provider() -> tuple[ProviderAccount, str]:
    """Our account at the partner, and the partner's private key, drawn for this run."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    partner = Partner.objects.filter(client_id=CLIENT_ID).first() or Partner(
        client_id=CLIENT_ID, name="Uang elektronik"
    )
    partner.scopes = [Service.BULK_CASHIN_NOTIFY]
    partner.save()
    credentials.install(partner, public_key=public.decode(), secret=SECRET)
    provider = ProviderAccount.objects.filter(partner=partner).first()
    if provider is None:
        provider = ProviderAccount(
            code="emoney-demo",
            name="Uang elektronik (demo)",
            base_url="http://127.0.0.1",
            client_id="SALUR",
            partner=partner,
        )
        accounts.open_account(provider, SECRET)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return provider, private.decode()


def _programme(period: date, provider: ProviderAccount) -> Programme:
    """A programme of a few people who were paid this month, each with an account at the partner."""
    programme = Programme.objects.filter(code=CODE).first()
    if programme is None:
        terms = PurseTerms.objects.create(name="Uang elektronik (demo)")
        programme = programmes.create(
            code=CODE, name="Bantuan lewat uang elektronik", amount=AMOUNT, eligibility="person.age >= 60", terms=terms
        )
    Programme.objects.filter(pk=programme.pk).update(active=True)
    paid = Instruction.objects.filter(cycle__period=period, status=Instruction.Status.PAID)
    old = paid.filter(enrolment__programme__code="KLJ").order_by("pk").values_list("enrolment__person", flat=True)
    for number, person in enumerate(old[:PEOPLE]):
        enrolment, _ = Enrolment.objects.get_or_create(programme=programme, person_id=person)
        try:
            routes.set_partner(enrolment, provider, f"62812000{number:04}1000")
        except RouteUnchanged:  # since the last run of the demo
            continue
    programme.refresh_from_db()
    return programme


def _approved(programme: Programme, period: date) -> Batch:
    maker, approver = User.objects.get(username="petugas"), User.objects.get(username="admin")
    batch = approvals.submit(batches.prepare(batches.cycle_of(programme, period)), by=maker)
    programmes.fund(programme, batch.total, f"DEMO-{CODE}-{period:%Y%m}-{batch.pk}")
    return authenticators.approve(batch, approver, "Lewat uang elektronik")


@contextmanager
def _partner(provider: ProviderAccount, private_key: str, base_url: str, plan: dict[str, Any]) -> Iterator[str]:
    """The partner's process, to which our account leads meanwhile; its address. The plan is of `demo.emoney_partner.faults`."""
    config = Path(".data") / "demo" / "emoney-partner.json"
    config.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    config.touch(mode=0o600)
    config.write_text(
        json.dumps(
            {
                "client_id": provider.client_id,
                "public_key": accounts.public_key(provider),
                "secret": SECRET,
                "notify_url": base_url,
                "notify_client_id": CLIENT_ID,
                "private_key": private_key,
                "plan": plan,
            }
        )
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "demo.emoney_partner", str(config)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        address = f"http://127.0.0.1:{int(process.stdout.readline())}"
        config.unlink()  # it has read its keys
        ProviderAccount.objects.filter(pk=provider.pk).update(base_url=address)
        provider.refresh_from_db()
        yield address
    finally:
        process.terminate()
        process.wait(10)


def _call(address: str, path: str, *, asks: bool = False) -> dict[str, Any]:
    with urlopen(Request(address + path, data=None if asks else b"{}"), timeout=20) as answer:  # noqa: S310
        told: dict[str, Any] = json.loads(answer.read())
        return told


def _credits(address: str) -> Counter[str]:
    return Counter(
        reference for reference, _account, _amount in _call(address, "/_partner/state", asks=True)["credits"]
    )


def _states(batch: Batch) -> dict[str, int]:
    return dict(Counter(batch.instructions.values_list("status", flat=True)))


def _clearing(batch: Batch) -> int:
    return int(batch.clearing_id or 0)


def _wait(true: Callable[[], bool]) -> None:
    until = time.monotonic() + WAIT
    while not true():
        if time.monotonic() > until:
            raise TimeoutError("the partner's payments do not come to an end: see .data/run/worker.log")
        time.sleep(0.1)
