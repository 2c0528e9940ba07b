"""Small worlds of money for tests, built through the real functions only: people, programmes, purses, shops, batches."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from django.contrib.auth.models import Permission, User
from django.utils import timezone

from beneficiaries.models import Household, Person
from disbursement import approvals, batches, eligibility, execution, programmes, taking_back
from disbursement.models import Batch, Instruction, Programme
from officers import second_factor
from officers.models import Authenticator
from wallet import codes, credentials, holds, ledger, redemption, refunds, succession, top_ups, verification, wallets
from wallet.models import (
    Account,
    Hold,
    Merchant,
    Partner,
    Payment,
    Purse,
    PurseTerms,
    Refund,
    Succession,
    SuccessionProposal,
    TopUp,
    Transfer,
    Wallet,
)
from wallet.snap import scopes

_numbers = count(1)
START = uuid.uuid4().int % 10**10
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)  # tests travel


def number() -> int:
    """A number not handed out before in this process."""
    return next(_numbers)


def serial() -> int:
    """Ten digits of a NIK or KK: drawn once and counted on, because among thousands drawn at random two are soon equal."""
    return (START + number()) % 10**10


def unique(prefix: str = "T") -> str:
    """A short text that no other process draws either."""
    return f"{prefix}-{uuid.uuid4().hex[:12]}"


# --- the ledger alone ---


def fund(amount: int = 0) -> Account:
    """A fund account holding the amount, come from the budget."""
    account = ledger.open_account(Account.Kind.FUND, unique("fund"))
    if amount:
        move(ledger.singleton(Account.Kind.BUDGET), account, amount, kind=Transfer.Kind.FUNDING)
    return account


def move(debit: Account, credit: Account, amount: int, *, kind: str = Transfer.Kind.FUNDING, key: str = "") -> Transfer:
    """One posted transfer."""
    [transfer] = ledger.post([ledger.Leg(debit.pk, credit.pk, amount, kind, key or unique("move"))])
    return transfer


def terms(
    mccs: Sequence[str] = (), *, lapses_to: Account | None = None, cash: bool = False, regions: Sequence[str] = ()
) -> PurseTerms:
    return PurseTerms.objects.create(
        name=unique("terms"), mccs=list(mccs), lapses_to=lapses_to, cash_allowed=cash, regions=list(regions)
    )


# --- wallets, purses, shops ---


def wallet() -> Wallet:
    holder = uuid.uuid4()
    return Wallet.objects.get(pk=wallets.open_for([holder])[holder])


def purse(
    owner: Wallet,
    amount: int,
    *,
    rules: PurseTerms | None = None,
    mccs: Sequence[str] = (),
    lapses_to: Account | None = None,
    usable_from: datetime | None = None,
    usable_until: datetime | None = None,
    source: Account | None = None,
) -> Purse:
    """A purse of the wallet holding the amount, paid out of the source (by default a clearing account funded for it)."""
    key = unique("grant")
    if source is None:
        source = ledger.open_account(Account.Kind.CLEARING)
        move(fund(amount), source, amount)
    ledger.open_purses(
        source=source.pk,
        terms=rules or terms(mccs, lapses_to=lapses_to),
        title=key,
        usable_from=usable_from or timezone.now() - timedelta(minutes=1),
        usable_until=usable_until,
        grants=[ledger.Grant(key, owner.pk, amount)],
    )
    return Purse.objects.get(title=key)


def partner() -> Partner:
    """A partner that may call every service; its secret is `rahasia`, and it has no key."""
    made = Partner.objects.create(client_id=unique("client"), name="Toko Bersama", scopes=list(scopes.services()))
    credentials.install(made, secret="rahasia", since=LONG_AGO)
    return made


def merchant(mcc: str = "5411", *, of: Partner | None = None, region: str = "") -> Merchant:
    account = ledger.open_account(Account.Kind.MERCHANT)
    made = Merchant(
        partner=of or partner(),
        merchant_id=f"{account.pk:015}",
        name=f"Warung {account.pk}",
        mcc=mcc,
        region=region,
        account=account,
    )
    made.bank_code, made.bank_account = "CENAIDJA", "1234567890"
    made.save()
    return made


def suspend(shop: Merchant) -> None:
    Merchant.objects.filter(pk=shop.pk).update(status=Merchant.Status.SUSPENDED)


def order(at: Merchant, qr_content: str, amount: int, reference: str = "", title: str = "") -> redemption.PaymentOrder:
    """The payment as a till would ask for it; its request hash covers what must be the same in a retry."""
    reference = reference or unique("pay")
    body = f"{at.merchant_id}|{qr_content}|{amount}|{title}"
    return redemption.PaymentOrder(
        partner=at.partner,
        merchant_id=at.merchant_id,
        qr_content=qr_content,
        amount=amount,
        partner_reference_no=reference,
        external_id=unique("ext"),
        request_hash=hashlib.sha256(body.encode()).digest(),
        title=title,
    )


def pay(owner: Wallet, at: Merchant, amount: int, reference: str = "") -> Payment:
    """A payment with a code made for it."""
    return redemption.pay(order(at, codes.issue(owner).qr_content, amount, reference))


def hold_order(at: Merchant, qr_content: str, amount: int, reference: str = "") -> redemption.PaymentOrder:
    asked = order(at, qr_content, amount, reference or unique("hold"))
    return redemption.PaymentOrder(
        partner=asked.partner,
        merchant_id=asked.merchant_id,
        qr_content=qr_content,
        amount=amount,
        partner_reference_no=asked.partner_reference_no,
        external_id=asked.external_id,
        request_hash=asked.request_hash,
    )


def hold(owner: Wallet, at: Merchant, amount: int, reference: str = "") -> Hold:
    """A hold with a code made for it."""
    return holds.authorise(hold_order(at, codes.issue(owner).qr_content, amount, reference))


def capture_order(held: Hold, amount: int, reference: str = "", *, final: bool = True) -> holds.CaptureOrder:
    return holds.CaptureOrder(
        partner=held.partner,
        amount=amount,
        partner_reference_no=reference or unique("capture"),
        external_id=unique("ext"),
        request_hash=hashlib.sha256(f"{held.partner_reference_no}|{amount}|{final}".encode()).digest(),
        original_partner_reference_no=held.partner_reference_no,
        final=final,
    )


def capture(held: Hold, amount: int, reference: str = "", *, final: bool = True) -> Payment:
    return holds.capture(capture_order(held, amount, reference, final=final))


def refund_order(payment: Payment, amount: int | None, refund_no: str = "", reason: str = "") -> refunds.RefundOrder:
    body = f"{payment.partner_reference_no}|{amount}|{reason}"
    return refunds.RefundOrder(
        partner=payment.partner,
        partner_refund_no=refund_no or unique("refund"),
        request_hash=hashlib.sha256(body.encode()).digest(),
        amount=amount,
        reason=reason,
        original_partner_reference_no=payment.partner_reference_no,
    )


def refund(payment: Payment, amount: int | None, refund_no: str = "") -> Refund:
    return refunds.refund(refund_order(payment, amount, refund_no), of=payment)


def owed(amount: int, mcc: str = "5411", *, of: Partner | None = None) -> Merchant:
    """A merchant that we owe the amount, for what somebody bought there."""
    shop, buyer = merchant(mcc, of=of), wallet()
    purse(buyer, amount, rules=terms(cash=True))
    pay(buyer, shop, amount)
    return shop


def died(owner: Wallet) -> Wallet:
    """The registry says that the wallet's holder has died; they are registered if they were not."""
    if not Person.objects.filter(wallet=owner).exists():
        holder = person()
        Person.objects.filter(pk=holder.pk).update(wallet=owner)
    Person.objects.filter(wallet=owner).update(status=Person.Status.DECEASED)
    return owner


def to_be_passed_on(owner: Wallet, heir: Wallet, reason: str = "meninggal dunia") -> SuccessionProposal:
    """The holder has died, and an officer proposes the heir."""
    return succession.propose(died(owner), heir.holder, reason, officer())


def passed_on(owner: Wallet, heir: Wallet, reason: str = "meninggal dunia") -> Succession:
    """The same, and another officer agrees."""
    return succession.agree(to_be_passed_on(owner, heir, reason), officer())


def top_up_order(
    owner: Wallet, amount: int, *, agent: Merchant | None = None, into: Purse | None = None, reference: str = ""
) -> top_ups.TopUpOrder:
    """A top-up as an agent, or our counter, would ask for it."""
    body = f"{owner.pk}|{amount}|{agent and agent.pk}|{into and into.pk}"
    return top_ups.TopUpOrder(
        partner=agent.partner if agent else partner(),
        partner_reference_no=reference or unique("top-up"),
        request_hash=hashlib.sha256(body.encode()).digest(),
        wallet=owner,
        amount=amount,
        agent=agent.merchant_id if agent else None,
        purse=into.pk if into else None,
    )


def top_up(owner: Wallet, amount: int, **how: Any) -> TopUp:
    return top_ups.top_up(top_up_order(owner, amount, **how))


# --- people, programmes, batches ---


def household(*, decile: int = 2, kelurahan: str = "31.71.01.1001") -> Household:
    made = Household(decile=decile, kelurahan=kelurahan)
    made.kk, made.address = f"317101{serial():010}", "Jl. Merdeka 1"
    made.save()
    return made


def person(home: Household | None = None, *, born: date = date(1960, 1, 1), sex: str = "P") -> Person:
    made = Person(household=home or household(), name=f"Sutini {number()}", sex=sex, birth_date=born)
    made.nik = f"317101{serial():010}"
    made.save()
    return made


def people(how_many: int) -> None:
    """Eligible people, one household each, in two statements: for crowds."""
    homes, crowd = [], []
    for _ in range(how_many):
        home = Household(decile=2, kelurahan="31.71.01.1001")
        home.kk, home.address = f"317101{serial():010}", "Jl. Merdeka 1"
        resident = Person(household=home, name=f"Sutini {number()}", sex="P", birth_date=date(1960, 1, 1))
        resident.nik = f"317101{serial():010}"
        homes.append(home)
        crowd.append(resident)
    Household.objects.bulk_create(homes)
    for resident in crowd:
        resident.household_id = resident.household.pk
    Person.objects.bulk_create(crowd)


def programme(*, amount: int = 300_000, budget: int = 0, **fields: Any) -> Programme:
    """A programme for everyone of decile 4 and below, with its budget in its fund."""
    code = unique("P")
    rules = {"code": code, "name": f"Bantuan {code}", "amount": amount, "eligibility": "household.decile <= 4"}
    made = programmes.create(**(rules | {"terms": terms()} | fields))
    if budget:
        programmes.fund(made, budget, "DIPA-1")
    return made


def officer(name: str = "") -> User:
    return User.objects.create_user(name or unique("officer"))


def prepared(made: Programme, period: date = date(2026, 11, 1)) -> Batch:
    """A prepared batch of everyone eligible."""
    eligibility.enrol_eligible(made)
    return batches.prepare(batches.cycle_of(made, period))


def submitted(made: Programme, by: User | None = None) -> Batch:
    return approvals.submit(prepared(made), by=by or officer())


def approver(name: str = "") -> User:
    """An officer whom the office lets approve."""
    made = officer(name)
    made.user_permissions.add(Permission.objects.get(codename="approve_batch"))
    return made


def phone(user: User) -> Authenticator:
    """A new authenticator of the officer, in force: its codes were never used. One that was there has gone."""
    now = timezone.now()
    Authenticator.objects.filter(user=user, ended_at=None).update(ended_at=now)
    device = Authenticator(user=user, name="Ponsel", confirmed=True, confirmed_at=now)
    device.key = uuid.uuid4().hex + "00000000"
    device.save(force_insert=True)
    return device


def code(device: Authenticator, later: int = 0) -> str:
    """What the authenticator shows now, or so many steps of 30 s later."""
    return second_factor.code_at(device.key, second_factor.step_now() + later)


def next_code(user: User) -> str:
    """A code of the officer's authenticator that was not used yet: this moment's, or the next one's."""
    device = Authenticator.objects.get(user=user, confirmed=True, ended_at=None)
    return second_factor.code_at(device.key, max(second_factor.step_now(), device.last_step + 1))


def approve(batch: Batch, by: User | None = None, *, digest: str | None = None, reason: str = "sesuai SK") -> Batch:
    """The officer (by default a new one) approves the batch as it was submitted, with a code of a new authenticator."""
    by = by or approver()
    return approvals.approve(
        batch, by=by, digest=batch.digest if digest is None else digest, reason=reason, code=code(phone(by))
    )


def taken_back(line: Instruction, reason: str) -> Instruction:
    """The instruction is taken back: an officer proposes it, unless it is proposed already, and another agrees."""
    if taking_back.proposed(line) is None:
        taking_back.propose(line, reason, officer())
    return taking_back.agree(line, officer())


def approved(made: Programme) -> Batch:
    return approve(submitted(made))


def approved_crowd(how_many: int, *, amount: int = 300_000) -> Batch:
    """An approved batch that pays so many new people, and whoever was there before, exactly funded."""
    people(how_many)
    batch = submitted(programme(amount=amount))
    programmes.fund(batch.cycle.programme, batch.total, "DIPA-1")
    return approve(batch)


def pay_out(batch: Batch) -> Batch:
    """Pays all that is due of the batch and closes it if that was all, as the worker's task does."""
    while execution.pay_next_chunk(batch.pk):
        pass
    execution.close_if_done(batch.pk)
    batch.refresh_from_db()
    return batch


# --- what must be true ---


def balance(account: Account | int) -> int:
    return ledger.balance_of(account if isinstance(account, int) else account.pk)


def held_in(*chosen: Purse) -> list[tuple[int, int]]:
    """Balance and held of each purse."""
    return [Account.objects.values_list("balance", "held").get(pk=purse.pk) for purse in chosen]


def assert_books_hold() -> None:
    """The ledger agrees with its transfers in every check."""
    report = verification.verify()
    assert report.holds, report


def assert_paid_once(batch: Batch, how_many: int) -> None:
    """Each of so many instructions is paid, by exactly one transfer into one purse of its own wallet; the batch is closed."""
    batch.refresh_from_db()
    assert batch.status == Batch.Status.CLOSED
    lines = list(batch.instructions.values_list("status", "wallet_id", "amount"))
    assert [status for status, _, _ in lines] == ["paid"] * how_many
    opened = Purse.objects.filter(account__credits__debit=batch.clearing).values_list("wallet_id", "account__balance")
    assert sorted(opened) == sorted((owner, amount) for _, owner, amount in lines)
    assert Transfer.objects.filter(kind=Transfer.Kind.DISBURSEMENT, debit=batch.clearing).count() == how_many
    assert balance(batch.clearing_id) == 0
    assert_books_hold()
