"""A wallet ends: closed when empty, or passed on to an heir with its purses, their rules and their history."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from beneficiaries.models import Person
from tests import money
from wallet import codes, holds, ledger, limits, pins, proposals, purses, redemption, succession, wallets
from wallet.errors import (
    AlreadySucceeded,
    MoneyHeld,
    PinAlreadySet,
    PinNotSet,
    ReasonMissing,
    SuccessorUnfit,
    WalletInactive,
    WalletNotEmpty,
)
from wallet.models import Merchant, PaymentCode, Purse, Succession, SuccessionProposal, Transfer, Wallet, WalletStep
from wallet.proposal_errors import HolderLives, OwnProposal, ProposalMoved, ProposalWaits

pytestmark = pytest.mark.django_db
PIN = "482913"


@pytest.fixture
def wallet() -> Wallet:
    return money.wallet()


@pytest.fixture
def heir() -> Wallet:
    return money.wallet()


@pytest.fixture
def shop() -> Merchant:
    return money.merchant()


def succeed(predecessor: Wallet, heir: Wallet) -> Succession:
    return money.passed_on(predecessor, heir)


# --- freezing ---


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_nothing_is_done_to_a_wallet_without_a_reason(wallet: Wallet, heir: Wallet, reason: str) -> None:
    steps: list[Any] = [
        lambda: wallets.freeze(wallet, reason),
        lambda: wallets.unfreeze(wallet, reason),
        lambda: wallets.close(wallet, reason, "dewi"),
        lambda: wallets.recover(wallet, reason, "dewi"),
        lambda: succession.propose(wallet, heir.holder, reason, money.officer()),
    ]
    for step in steps:
        with pytest.raises(ReasonMissing):
            step()
    wallet.refresh_from_db()
    assert (wallet.status, WalletStep.objects.count()) == ("active", 0)


def test_each_step_is_recorded_once_with_who_and_why_and_never_rewritten(wallet: Wallet) -> None:
    for _ in range(2):
        wallets.freeze(wallet, "sengketa", "dewi")
    wallets.unfreeze(wallet, "selesai", "budi")
    wallets.close(wallet, "pindah", "dewi")
    wallets.close(wallet, "pindah lagi", "budi")
    assert list(WalletStep.objects.order_by("pk").values_list("kind", "reason", "by")) == [
        ("frozen", "sengketa", "dewi"),
        ("unfrozen", "selesai", "budi"),
        ("closed", "pindah", "dewi"),
    ]
    with pytest.raises(DatabaseError), transaction.atomic():
        WalletStep.objects.update(reason="lain")


# --- closing ---


def test_a_wallet_with_money_is_not_closed(wallet: Wallet, shop: Merchant) -> None:
    money.purse(wallet, 300)
    with pytest.raises(WalletNotEmpty) as refusal:
        wallets.close(wallet, "pindah", "dewi")
    assert refusal.value.data == {"left": 300}
    money.hold(wallet, shop, 100)
    with pytest.raises(MoneyHeld) as held:
        wallets.close(wallet, "pindah", "dewi")
    assert held.value.data == {"held": 100}
    wallet.refresh_from_db()
    assert wallet.status == "active"


def test_codes_and_pin_of_a_closed_wallet_are_dead(wallet: Wallet, shop: Merchant) -> None:
    pins.create(wallet, PIN)
    code = codes.issue(wallet).qr_content
    wallets.close(wallet, "pindah", "dewi")
    assert redemption.pay(money.order(shop, code, 1)).decline == "code_used"
    for dead in (
        lambda: pins.check(wallet, PIN),
        lambda: pins.create(wallet, PIN),
        lambda: codes.issue(wallet),
        lambda: wallets.recover(wallet, "telepon hilang", "dewi"),
    ):
        with pytest.raises(WalletInactive):
            dead()
    wallets.freeze(wallet, "sengketa")
    wallets.unfreeze(wallet, "selesai")
    wallet.refresh_from_db()
    assert (wallet.status, wallet.status_reason, wallet.pin_hash, wallet.pin_failures) == ("closed", "pindah", "", 0)


def test_a_code_that_escaped_pays_nothing_out_of_a_closed_wallet(wallet: Wallet, shop: Merchant) -> None:
    code = codes.issue(wallet).qr_content
    wallets.close(wallet, "pindah", "dewi")
    PaymentCode.objects.update(used_at=None)
    assert redemption.pay(money.order(shop, code, 1)).decline == "wallet_inactive"


def test_a_closed_wallet_gets_no_new_purse_but_what_it_was_granted_before_is_told_again(wallet: Wallet) -> None:
    fund, terms, now = money.fund(1_000), money.terms(), timezone.now()

    def grant(key: str) -> int:
        return ledger.open_purses(fund.pk, terms, "Bantuan", now, None, [ledger.Grant(key, wallet.pk, 100)])

    grant("first")
    money.pay(wallet, money.merchant(), 100)
    wallets.close(wallet, "pindah", "dewi")
    assert grant("first") == 0
    with pytest.raises(WalletInactive):
        grant("second")
    assert (money.balance(fund), Purse.objects.count()) == (900, 1)


def test_a_refund_into_a_closed_wallet_is_not_lost_and_can_be_passed_on(
    wallet: Wallet, heir: Wallet, shop: Merchant
) -> None:
    money.purse(wallet, 100)
    payment = money.pay(wallet, shop, 100)
    wallets.close(wallet, "pindah", "dewi")
    money.refund(payment, None)
    assert succeed(wallet, heir).amount == 100
    assert money.pay(heir, shop, 100).status == "paid"
    money.assert_books_hold()


# --- a lost phone ---


def test_after_a_lost_phone_codes_are_dead_and_the_pin_is_made_anew_and_the_money_stays(
    wallet: Wallet, shop: Merchant
) -> None:
    money.purse(wallet, 500)
    money.pay(wallet, shop, 100)
    pins.create(wallet, PIN)
    code = codes.issue(wallet).qr_content
    wallets.recover(wallet, "telepon hilang", "dewi")
    assert redemption.pay(money.order(shop, code, 1)).decline == "code_used"
    with pytest.raises(PinNotSet):
        pins.check(wallet, PIN)
    assert len(purses.history(wallet)) == 2
    assert money.pay(wallet, shop, 400).status == "paid"
    assert WalletStep.objects.get().kind == "recovered"


def test_recovering_does_not_unfreeze(wallet: Wallet) -> None:
    wallets.freeze(wallet, "telepon hilang")
    wallets.recover(wallet, "telepon hilang", "dewi")
    wallet.refresh_from_db()
    assert wallet.status == "frozen"


# --- succession ---


def test_purses_go_to_the_heir_with_rules_expiry_and_history(wallet: Wallet, heir: Wallet, shop: Merchant) -> None:
    until = timezone.now() + timedelta(days=9)
    bound = money.purse(wallet, 500, mccs=["5411"], usable_until=until)
    empty, free = money.purse(wallet, 100), money.purse(wallet, 50)
    money.pay(wallet, shop, 100)
    before = Transfer.objects.count()
    made = succeed(wallet, heir)
    assert (made.amount, made.purses, made.successor_id) == (550, [bound.pk, empty.pk, free.pk], heir.pk)
    assert Transfer.objects.count() == before
    moved = Purse.objects.get(pk=bound.pk)
    assert (moved.wallet_id, moved.terms_id, moved.usable_until) == (heir.pk, bound.terms_id, bound.usable_until)
    assert len(purses.history(heir)) == 4
    assert money.pay(heir, money.merchant("5912"), 151).decline == "not_permitted"
    assert money.pay(heir, shop, 550).status == "paid"
    money.assert_books_hold()


def test_the_predecessors_wallet_is_closed_with_its_codes_and_pin(wallet: Wallet, heir: Wallet, shop: Merchant) -> None:
    money.purse(wallet, 500)
    pins.create(wallet, PIN)
    code = codes.issue(wallet).qr_content
    succeed(wallet, heir)
    wallet.refresh_from_db()
    assert (wallet.status, wallet.status_reason, wallet.pin_hash) == ("closed", "meninggal dunia", "")
    assert redemption.pay(money.order(shop, code, 1)).decline == "code_used"
    with pytest.raises(WalletInactive):
        codes.issue(wallet)


def test_what_is_held_stays_held_in_the_heirs_wallet_and_is_captured_there(
    wallet: Wallet, heir: Wallet, shop: Merchant
) -> None:
    purse = money.purse(wallet, 500)
    held, partly = money.hold(wallet, shop, 200), money.hold(wallet, shop, 100)
    money.capture(partly, 40, final=False)
    assert succeed(wallet, heir).amount == 460
    purse.account.refresh_from_db()
    assert (purse.account.balance, purse.account.held) == (460, 260)
    assert money.pay(heir, shop, 201).decline == "insufficient_funds"
    assert money.pay(heir, shop, 200).status == "paid"
    assert money.capture(held, 200).status == "paid"
    assert holds.void(partly.partner, reference_no=partly.reference_no).status == "voided"
    purse.account.refresh_from_db()
    assert (purse.account.balance, purse.account.held) == (60, 0)
    money.assert_books_hold()


def test_what_the_predecessor_received_does_not_count_as_the_heirs(wallet: Wallet, heir: Wallet, settings: Any) -> None:
    money.purse(wallet, 500)
    succeed(wallet, heir)
    settings.WALLET = settings.WALLET | {"monthly_limit": {"registered": 400, "unregistered": 0}}
    assert limits.exceeded({heir.pk: 400}, timezone.now()) == {}
    assert limits.exceeded({heir.pk: 401}, timezone.now()) == {heir.pk: "monthly_limit_exceeded"}


def test_a_wallet_is_passed_on_once(wallet: Wallet, heir: Wallet) -> None:
    money.purse(wallet, 500)
    succeed(wallet, heir)
    for another in (heir, money.wallet()):
        with pytest.raises(AlreadySucceeded):
            succeed(wallet, another)
    assert Succession.objects.count() == 1
    with pytest.raises(DatabaseError), transaction.atomic():
        Succession.objects.update(amount=1)


def test_the_heir_may_be_new_here(wallet: Wallet) -> None:
    money.purse(wallet, 500)
    holder = uuid.uuid4()
    proposal = succession.propose(money.died(wallet), holder, "meninggal dunia", money.officer())
    assert succession.agree(proposal, money.officer()).successor.holder == holder


def test_nothing_is_passed_on_before_another_officer_agrees(wallet: Wallet, heir: Wallet) -> None:
    purse, officer = money.purse(wallet, 500), money.officer()
    proposal = succession.propose(money.died(wallet), heir.holder, "akta 12", officer)
    with pytest.raises(OwnProposal):
        succession.agree(proposal, officer)
    with pytest.raises(ProposalWaits):
        succession.propose(wallet, money.wallet().holder, "akta 13", money.officer())
    told = {"status": "agreed", "decided_by": officer, "decided_at": timezone.now()}
    with pytest.raises(DatabaseError, match="successionproposal_by_two"), transaction.atomic():
        SuccessionProposal.objects.filter(pk=proposal.pk).update(**told)
    purse.refresh_from_db()
    wallet.refresh_from_db()
    assert (purse.wallet_id, wallet.status, Succession.objects.count()) == (wallet.pk, "active", 0)
    second = money.officer()
    made = succession.agree(proposal, second)
    assert (made.amount, made.by, made.reason, made.proposal) == (500, second.username, "akta 12", proposal)
    with pytest.raises(ProposalMoved):
        succession.agree(proposal, money.officer())
    money.assert_books_hold()


def test_what_was_dropped_is_not_agreed_to_and_may_be_proposed_anew(wallet: Wallet, heir: Wallet) -> None:
    proposal = money.to_be_passed_on(wallet, heir)
    proposals.drop(proposal, money.officer(), "salah orang")
    with pytest.raises(ProposalMoved):
        succession.agree(proposal, money.officer())
    assert succeed(wallet, money.wallet()).proposal != proposal


def test_the_database_passes_nothing_on_without_two(wallet: Wallet, heir: Wallet) -> None:
    proposal = money.to_be_passed_on(wallet, heir)
    other = money.wallet()
    row = {"reason": "x", "by": "dewi", "amount": 0, "purses": []}
    for of in (None, proposal):
        with pytest.raises(DatabaseError, match="two officers"), transaction.atomic():
            Succession.objects.create(proposal=of, predecessor=wallet, successor=heir, **row)
    with transaction.atomic():
        agreed = proposals.agree(proposal, money.officer())
        with pytest.raises(DatabaseError, match="two officers"), transaction.atomic():
            Succession.objects.create(proposal=agreed, predecessor=wallet, successor=other, **row)
    assert not Succession.objects.exists()


def test_nobody_inherits_from_the_living(wallet: Wallet, heir: Wallet, settings: Any) -> None:
    money.purse(wallet, 500)
    with pytest.raises(HolderLives):  # the registry does not know them
        succession.propose(wallet, heir.holder, "akta 12", money.officer())
    proposal = money.to_be_passed_on(wallet, heir)
    Person.objects.filter(wallet=wallet).update(status="active")  # the registry was wrong
    with pytest.raises(HolderLives):
        succession.agree(proposal, money.officer())
    proposal.refresh_from_db()
    assert (proposal.status, Succession.objects.count()) == ("proposed", 0)
    money.died(wallet)
    settings.WALLET = settings.WALLET | {"has_died": ""}
    with pytest.raises(HolderLives):  # nobody is asked
        succession.agree(proposal, money.officer())


def test_a_death_that_is_told_of_a_merged_row_counts() -> None:
    row, stays = money.person(), money.person()
    owner = money.wallet()
    Person.objects.filter(pk=row.pk).update(wallet=owner, status="merged", merged_into=stays)
    assert not succession.has_died(owner)
    Person.objects.filter(pk=stays.pk).update(status="deceased")
    assert succession.has_died(owner)


def test_nobody_inherits_from_oneself_or_into_a_wallet_that_is_not_active(wallet: Wallet, heir: Wallet) -> None:
    money.purse(wallet, 500)
    wallets.freeze(heir, "sengketa")
    for unfit in (wallet, heir):
        with pytest.raises(SuccessorUnfit):
            succeed(wallet, unfit)
    wallet.refresh_from_db()
    assert (wallet.status, Succession.objects.count()) == ("active", 0)


def test_an_heir_is_succeeded_in_turn(wallet: Wallet, heir: Wallet, shop: Merchant) -> None:
    money.purse(wallet, 500)
    money.purse(heir, 70)
    payment = money.pay(wallet, shop, 200)
    last = money.wallet()
    assert succeed(wallet, heir).amount == 300
    assert succeed(heir, last).amount == 370
    with pytest.raises(SuccessorUnfit):  # the dead inherit nothing
        succeed(last, wallet)
    money.refund(payment, 150)
    assert sum(view.balance for view in purses.in_wallet(last)) == 520
    assert money.pay(last, shop, 520).status == "paid"
    money.assert_books_hold()


def test_what_was_granted_to_the_predecessor_is_not_granted_again(wallet: Wallet, heir: Wallet) -> None:
    fund, terms, now = money.fund(1_000), money.terms(), timezone.now()
    grants = [ledger.Grant("once", wallet.pk, 100)]
    assert ledger.open_purses(fund.pk, terms, "Bantuan", now, None, grants) == 1
    succeed(wallet, heir)
    succeed(heir, money.wallet())
    assert ledger.open_purses(fund.pk, terms, "Bantuan", now, None, grants) == 0
    assert money.balance(fund) == 900


def test_what_lapses_after_a_succession_returns_to_its_fund(wallet: Wallet, heir: Wallet) -> None:
    fund, until = money.fund(), timezone.now() + timedelta(days=1)
    money.purse(wallet, 500, usable_until=until, lapses_to=fund)
    succeed(wallet, heir)
    assert [transfer.amount for transfer in purses.lapse_due(until)] == [500]
    money.assert_books_hold()


def test_a_first_pin_is_made_once(wallet: Wallet) -> None:
    pins.create(wallet, PIN)
    with pytest.raises(PinAlreadySet):
        pins.create(wallet, PIN)
