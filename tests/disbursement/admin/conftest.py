"""One populated house, small, with an officer of each role."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from unittest.mock import patch

import pytest
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from beneficiaries.models import DuplicatePair, Household, Person
from disbursement import (
    appeals,
    approval_tiers,
    approvals,
    batches,
    breaks,
    budgets,
    clawback,
    confirmations,
    conflicts,
    corrections,
    delegations,
    eligibility,
    enrolments,
    execution,
    owed,
    preflight,
    programmes,
    schedules,
    trials,
    versions,
)
from disbursement.models import Batch, Enrolment, EnrolmentAppeal, EnrolmentStep, Programme, ProgrammeConflict
from disbursement.reports import making
from tests import money
from tests.disbursement import scheduling, statement_files
from tests.wallet import books, shops
from tests.wallet.snap.keys import PUBLIC_KEY
from wallet import (
    bank_answers,
    codes,
    credentials,
    holds,
    ledger,
    onboarding,
    payouts,
    redemption,
    refunds,
    seals,
    settlement,
    settlement_runs,
    top_ups,
    verification,
)
from wallet.models import AccessToken, Account, ExternalId, Merchant, Partner, PurseTerms, SettlementRun, Wallet


def add_people(many: int, start: int = 0) -> list[Person]:
    people = []
    for number in range(start, start + many):
        household = Household(kelurahan="31.71.01.1001", decile=1 + number % 4)
        household.kk, household.address = f"317101010199{number:04d}", "Jl. Mawar"
        household.save()
        person = Person(household=household, name=f"Warga {number}", sex="LP"[number % 2], birth_date=date(1950, 1, 2))
        person.nik = f"317101420150{number:04d}"
        person.save()
        people.append(person)
    return people


@dataclass
class House:
    programme: Programme
    closed: Batch
    submitted: Batch
    prepared: Batch
    officers: dict[str, User]

    def client(self, name: str) -> Client:
        client = Client()
        client.force_login(self.officers[name])
        return client


@pytest.fixture
def house(db: None, settings: object) -> House:
    return build_house()


def build_house() -> House:
    _sealed_yesterday()
    call_command("roles", verbosity=0, stdout=open(os.devnull, "w"))  # noqa: SIM115
    officers = {}
    for name, role in (
        ("petugas", "Petugas"),
        ("penyetuju", "Penyetuju"),
        ("bendahara", "Bendahara"),
        ("auditor", "Auditor"),
    ):
        officers[name] = User.objects.create_user(name, password="x", is_staff=True)
        officers[name].groups.add(Group.objects.get(name=role))
    officers["kosong"] = User.objects.create_user("kosong", password="x", is_staff=True)
    officers["admin"] = User.objects.create_superuser("admin", password="x")
    add_people(6)
    terms = PurseTerms.objects.create(name="Sembako", mccs=["5411"])
    programme = programmes.create(
        code="KLJ", name="Kartu Lansia", amount=300_000, eligibility="person.age >= 60", terms=terms
    )
    programmes.fund(programme, 10_000_000, "SP2D-1")
    eligibility.enrol_eligible(programme)
    maker, approver = officers["petugas"], officers["penyetuju"]

    def prepared(month: int) -> Batch:
        return batches.prepare(batches.cycle_of(programme, date(2026, month, 1)))

    closed = approvals.submit(prepared(9), by=maker)
    closed = money.approve(closed, approver, reason="cocok")
    _delegated(officers)
    while execution.pay_next_chunk(closed.pk):
        pass
    execution.close_if_done(closed.pk)
    closed.refresh_from_db()
    house = House(programme, closed, approvals.submit(prepared(10), by=maker), prepared(11), officers)
    _suspect_twins()
    preflight.soon(house.submitted)
    _shop()
    verification.record(verification.verify())
    _reconciled(closed)
    making.make(making.request(making.Question("region"), officers["petugas"]))
    _claimed_back(closed, officers)
    budgets.set_budget(programme, 2026, "31.71", 100_000_000, decree="DPA 1", by=officers["bendahara"])
    return house


def tried(programme: Programme) -> None:
    """A draft that gives to nobody, and who would leave under it."""
    newest = versions.newest(programme)
    assert newest is not None
    later = versions.copy(newest, timezone.localdate() + timedelta(days=365))
    later.eligibility = "person.age > 150"
    later.save(update_fields=["eligibility"])
    trials.request(later, None)
    assert trials.run_next()


def lived(house: House) -> None:
    """Somebody of another programme who was suspended and appeals, and those whom it leaves out because they are in the first."""
    other = programmes.create(
        code="KPDJ",
        name="Kartu Disabilitas",
        amount=300_000,
        eligibility="person.age >= 60",
        terms=PurseTerms.objects.first(),
    )
    person = ProgrammeConflict.Scope.PERSON
    today = timezone.localdate()
    conflicts.set_up(house.programme, other, scope=person, starts_on=today, decree="SK 7/2026")
    add_people(1, start=50)
    eligibility.enrol_eligible(other)
    row = Enrolment.objects.filter(programme=other).latest("pk")
    officer = house.officers["petugas"]
    enrolments.suspend([row.pk], reason=EnrolmentStep.Reason.NOT_FOUND, words="rumah kosong", by=officer)
    appeals.file(row, "Saya dirawat di rumah anak.", channel=EnrolmentAppeal.Channel.OFFICE, by=officer)


def scheduled(house: House) -> None:
    """The programme has a schedule, somebody is owed August, and September was calculated anew under a dearer version."""
    schedules.establish(scheduling.unsaved(house.programme), house.officers["bendahara"])
    newest = versions.newest(house.programme)
    assert newest is not None
    dearer = versions.copy(newest, newest.starts_on)
    dearer.components.update(amount=350_000)
    versions.enforce(dearer)
    august = batches.cycle_of(house.programme, date(2026, 8, 1))
    owed.owe(Enrolment.objects.order_by("pk")[:1], august, "terlewat", house.officers["petugas"], decree="BA 1/2026")
    row = corrections.request(house.closed.cycle, house.officers["petugas"])
    assert corrections.run(row.pk)


def _suspect_twins() -> None:
    """Two of the people may be one: the check before approval names both."""
    low, high = Person.objects.order_by("pk")[:2]
    prints = {"low_fingerprint": uuid.uuid4(), "high_fingerprint": uuid.uuid4()}
    DuplicatePair.objects.create(low=low, high=high, score=90, reasons={}, **prints)


def _reconciled(batch: Batch) -> None:
    """A booked statement that knows of nothing but a charge, and somebody who has not received."""
    line = batch.instructions.order_by("pk")[0]
    confirmations.confirm(line, received=False, channel="app")
    now = timezone.localdate()
    charge = statement_files.Entry(-7, day=now, text="Biaya")
    statement_files.booked(statement_files.camt(charge, since=now, until=now), statement_files.account("funding"))
    breaks.find()


def _claimed_back(batch: Batch, officers: dict[str, User]) -> None:
    """Somebody was paid too much, and is told so: nothing is withheld yet."""
    line = batch.instructions.order_by("-pk")[0]
    words = {"reason": "Dibayar dua kali.", "evidence": "BA-7/2026", "by": officers["petugas"]}
    clawback.notify(clawback.propose({line.pk: 60_000}, **words), by=officers["petugas"], reason="surat dikirim")


def _delegated(officers: dict[str, User]) -> None:
    """Somebody may sign for the approver next year, and tiers are proposed for then: rows for their pages."""
    next_year = timezone.now() + timedelta(days=365)
    delegations.delegate(
        officers["penyetuju"],
        officers["bendahara"],
        starts_at=next_year,
        ends_at=next_year + timedelta(days=7),
        reason="cuti",
        by=officers["penyetuju"],
    )
    tier = approval_tiers.Tier(0, (Group.objects.get(name="Penyetuju"),))
    approval_tiers.propose([tier], starts_on=next_year.date(), decree="SK 1/2027", by=officers["bendahara"])


def _sealed_yesterday() -> None:
    """A thousand rupiah there and back, as of yesterday, so that there is a day to seal."""
    budget, fund = ledger.singleton(Account.Kind.BUDGET), ledger.open_account(Account.Kind.FUND, "Dana lama")
    moment = books.at(books.days_ago(1))
    books.post_between(budget, fund, moment)
    books.post_between(fund, budget, moment)
    list(seals.seal_due())


def _shop() -> None:
    partner = Partner(client_id=str(uuid.uuid4()), name="Mitra")
    partner.save()
    merchant = Merchant(partner=partner, merchant_id="W1", name="Warung", mcc="5411", bank_code="014")
    merchant.account = ledger.open_account(Account.Kind.MERCHANT, "Warung")
    merchant.bank_account = "1234567890"
    merchant.save()
    for number, wallet in enumerate(Wallet.objects.order_by("pk")[:3]):
        order = redemption.PaymentOrder(
            partner=partner,
            merchant_id="W1",
            qr_content=codes.issue(wallet).qr_content,
            amount=20_000,
            partner_reference_no=f"R{number}",
            external_id=str(number),
            request_hash=bytes(32),
        )
        paid = redemption.pay(order)
    refunds.refund(refunds.RefundOrder(partner, "K1", bytes(32), 5_000, original_reference_no=paid.reference_no))
    held = redemption.PaymentOrder(partner, "W1", codes.issue(wallet).qr_content, 10_000, "H1", "h1", bytes(32))
    holds.authorise(held)
    top_ups.top_up(top_ups.TopUpOrder(partner, "U1", bytes(32), wallet, 50_000))
    list(settlement.settle_all())
    _sealed_papers_and_files()
    credentials.install(partner, public_key=PUBLIC_KEY, since=money.LONG_AGO)
    soon = timezone.now() + timedelta(minutes=5)
    AccessToken.objects.create(partner=partner, key=partner.credentials.get(), digest=bytes(32), expires_at=soon)
    ExternalId.objects.create(partner=partner, day=timezone.localdate(), external_id="1")


def _sealed_papers_and_files() -> None:
    """An application whose document somebody opened, a settlement run, a file for the bank and its answer."""
    asked = shops.application(User.objects.get(username="bendahara"))
    document = asked.documents.order_by("pk")[0]
    onboarding.open_document(document, "memeriksa", User.objects.get(username="bendahara"))
    run = SettlementRun.objects.create(business_day=timezone.localdate(), cut_off=timezone.now())
    list(settlement_runs.settle_all(run))
    payer = {"name": "Dinas Sosial", "bank": "BDKIIDJ1", "account": "10101010101"}
    with patch.dict(settings.WALLET, settlement_payer=payer):
        payouts.make(User.objects.get(username="bendahara"))
    answers = b"reference,status,amount\nTIDAK-ADA,paid,1\n"
    list(bank_answers.apply_waiting(bank_answers.take_in("bank.csv", answers, User.objects.get(username="bendahara"))))


@pytest.fixture
def signed_in(house: House) -> Callable[[str], Client]:
    return house.client
