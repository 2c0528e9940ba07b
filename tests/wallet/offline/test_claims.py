"""Allowances and their claims: what is reserved, what is paid, refused or queued, and what returns."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, transaction
from django.utils import timezone

from tests import money
from tests.wallet import shops
from tests.wallet.offline import world
from tests.wallet.test_debit_races import place
from wallet import holds, tasks, wallets
from wallet.errors import (
    DailyLimitExceeded,
    HoldUnknown,
    IdempotencyConflict,
    InsufficientFunds,
    MerchantUnknown,
    MoneyHeld,
    ReasonMissing,
    TransactionSuspended,
    WalletError,
    WalletInactive,
)
from wallet.fraud import holds as fraud_holds
from wallet.models import (
    FraudCase,
    FraudHold,
    Hold,
    Merchant,
    MerchantUsage,
    OfflineAllowance,
    OfflineClaim,
    Payment,
    PurseTerms,
    Transfer,
)
from wallet.offline import allowances, claims, errors, keys, losses

pytestmark = pytest.mark.django_db
S = OfflineClaim.Status


# --- issuing ---


def test_an_allowance_reserves_purses_of_one_set_of_rules(settings: Any) -> None:
    owner = money.wallet()
    food = money.terms(["5411"], regions=["31.74"])
    first = money.purse(owner, 30_000, rules=food, usable_until=timezone.now() + timedelta(days=60))
    second = money.purse(owner, 50_000, rules=food)
    other = money.purse(owner, 60_000, rules=money.terms(["7832"]))
    allowance = world.phone(owner, 40_000).allowance
    assert money.held_in(first, second, other) == [(30_000, 30_000), (50_000, 10_000), (60_000, 0)]
    assert (allowance.mccs, allowance.regions, allowance.cash_allowed) == (["5411"], ["31.74"], False)
    assert allowance.hold.merchant is None and allowance.hold.expires_at == allowance.claims_until
    assert allowance.valid_until - allowance.valid_from == settings.WALLET["offline_lifetime"]["phone"]
    money.assert_books_hold()


@pytest.mark.parametrize(
    "rules", [{"items_required": True, "banned_items": ["rokok"]}, {"regions": [f"31.{n:02}" for n in range(21)]}]
)
def test_what_a_till_without_a_network_cannot_hold_to_is_not_reserved(rules: dict[str, Any]) -> None:
    owner = money.wallet()
    bound = money.purse(owner, 90_000, rules=PurseTerms.objects.create(name=money.unique("terms"), **rules))
    with pytest.raises(errors.OfflineNotForMoney):
        world.phone(owner, 1_000)
    with pytest.raises(errors.OfflineNotForMoney):
        world.card(owner, 10_000)
    free = money.purse(owner, 20_000)
    key = world.public(world.device())
    with pytest.raises(InsufficientFunds):
        allowances.issue_for_phone(owner, 20_001, key)
    with pytest.raises(errors.OfflineNotForMoney):
        allowances.issue_for_phone(owner, 1_000, key, purse=bound.pk)
    assert allowances.issue_for_phone(owner, 20_000, key).ceiling == 20_000
    assert money.held_in(bound, free) == [(90_000, 0), (20_000, 20_000)]


def test_an_officer_makes_so_many_cards_a_day(settings: Any, time_machine: Any) -> None:
    settings.WALLET = settings.WALLET | {"offline_cards_a_day": 2}
    for _ in range(2):
        world.card(world.holder(), 10_000)
    with pytest.raises(errors.OfflineCardsADay):
        world.card(world.holder(), 10_000)
    allowances.issue_card(world.holder(), [10_000], by="lain", reason="KTP asli")
    time_machine.move_to(timezone.now() + timedelta(days=1))
    world.card(world.holder(), 10_000)


def test_a_chosen_purse_decides_the_rules() -> None:
    owner = money.wallet()
    money.purse(owner, 90_000, mccs=["5411"])
    small = money.purse(owner, 20_000, mccs=["7832"])
    key = world.public(world.device())
    with pytest.raises(InsufficientFunds):
        allowances.issue_for_phone(owner, 20_001, key, purse=small.pk)
    assert allowances.issue_for_phone(owner, 20_000, key, purse=small.pk).mccs == ["7832"]


def test_what_expires_within_the_grace_is_not_reserved_and_shortens_what_does_later() -> None:
    owner = money.wallet()
    money.purse(owner, 90_000, usable_until=timezone.now() + world.grace() + timedelta(minutes=50))
    with pytest.raises(InsufficientFunds):
        world.phone(owner, 1_000)
    end = timezone.now() + world.grace() + timedelta(hours=5)
    money.purse(owner, 90_000, usable_until=end)
    allowance = world.phone(owner, 1_000).allowance
    assert allowance.claims_until <= end
    assert timedelta(hours=4) < allowance.valid_until - allowance.valid_from <= timedelta(hours=5)


@pytest.mark.parametrize(
    ("spoil", "refusal"),
    [
        (lambda owner: world.phone(owner, 1_000), errors.OfflineAlreadyOpen),
        (lambda owner: world.card(owner, *[10_000] * 25), errors.OfflineCeilingExceeded),
        (lambda owner: wallets.freeze(owner, "dicuri"), WalletInactive),
        (lambda owner: money.pay(owner, money.merchant(), 5_000_000), DailyLimitExceeded),
    ],
)
def test_why_none_is_issued(settings: Any, spoil: Callable[[Any], Any], refusal: type[WalletError]) -> None:
    settings.WALLET = settings.WALLET | {"daily_limit": 5_050_000}
    owner = world.holder(10_000_000)
    spoil(owner)
    with pytest.raises(refusal):
        world.phone(owner, 100_000)
    money.assert_books_hold()


def test_a_card_needs_vouchers_and_the_officers_reason() -> None:
    owner = world.holder()
    with pytest.raises(errors.OfflineVouchersInvalid):
        world.card(owner)
    with pytest.raises(errors.OfflineVouchersInvalid):
        world.card(owner, *[1_000] * 41)
    with pytest.raises(ReasonMissing):
        allowances.issue_card(owner, [1_000], by="petugas", reason=" ")
    with pytest.raises(errors.OfflineDeviceKeyInvalid):
        allowances.issue_for_phone(owner, 1_000, b"kurang")


# --- claims ---


def test_a_phones_payments_are_claimed_out_of_the_reserve() -> None:
    owner = world.holder(200_000, mccs=["5411"])
    phone, till = world.phone(owner, 100_000), world.till()
    assert till.accept(phone.pay(30_000, merchant=till.shop.merchant_id)) and till.accept(phone.pay(70_000))
    made = [claims.adjudicate(order) for order in till.waiting]
    assert [(claim.status, claim.reason, claim.number) for claim in made] == [(S.PAID, "", 1), (S.PAID, "", 2)]
    assert money.balance(till.shop.account_id) == 100_000
    assert [payment.hold_id for payment in Payment.objects.order_by("pk")] == [phone.allowance.hold_id] * 2
    phone.allowance.refresh_from_db()
    assert phone.allowance.hold.status == Hold.Status.CAPTURED and phone.allowance.ended_at is not None
    assert world.phone(owner, 100_000)  # the next one
    money.assert_books_hold()


def test_a_card_pays_up_to_each_vouchers_amount_and_the_rest_returns(time_machine: Any) -> None:
    owner = world.holder(100_000)
    card, till = world.card(owner, 10_000, 25_000), world.till()
    first, second = allowances.vouchers(card)
    assert till.accept(first, 8_500) and not till.accept(first, 1_000) and till.accept(second)
    assert [claims.adjudicate(order).status for order in till.waiting] == [S.PAID, S.PAID]
    assert world.reserved(card) == 1_500
    time_machine.move_to(card.claims_until)
    assert [ended.pk for ended in allowances.end_due()] == [card.pk] and list(allowances.end_due()) == []
    assert world.reserved(card) == 0 and money.balance(till.shop.account_id) == 33_500
    card.refresh_from_db()
    assert card.hold.status == Hold.Status.EXPIRED
    money.assert_books_hold()


def test_the_tasks_end_what_is_due_and_scan(time_machine: Any) -> None:
    card = world.card(world.holder(), 10_000)
    assert tasks.end_offline_allowances() == 0
    time_machine.move_to(card.claims_until)
    assert tasks.end_offline_allowances() == 1 and world.reserved(card) == 0
    assert tasks.scan_for_fraud() > 0


def test_a_hold_of_an_allowance_ends_with_it_alone(time_machine: Any) -> None:
    card = world.card(world.holder(), 10_000)
    with pytest.raises(HoldUnknown):
        holds.void(card.hold.partner, reference_no=card.hold.reference_no)
    with pytest.raises(HoldUnknown):
        money.capture(card.hold, 1_000)
    with pytest.raises(MoneyHeld):
        wallets.close(card.wallet, "pindah", "petugas")
    time_machine.move_to(card.claims_until)
    assert list(holds.expire_due()) == [] and world.reserved(card) == 10_000


def _late(shop: Merchant, card: OfflineAllowance, time_machine: Any) -> None:
    time_machine.move_to(card.claims_until + timedelta(seconds=1))


def _ended(shop: Merchant, card: OfflineAllowance, time_machine: Any) -> None:
    _late(shop, card, time_machine)
    assert list(allowances.end_due())


def _elsewhere(shop: Merchant, card: OfflineAllowance, time_machine: Any) -> None:
    assert world.claim(money.merchant(), allowances.vouchers(card)[0], 10_000).status == S.PAID


def _here(shop: Merchant, card: OfflineAllowance, time_machine: Any) -> None:
    assert world.claim(shop, allowances.vouchers(card)[0], 10_000).status == S.PAID


def _held_by_a_rule(shop: Merchant, card: OfflineAllowance, time_machine: Any) -> None:
    case = FraudCase.objects.create(wallet=card.wallet, day=timezone.localdate(), score=1)
    until = timezone.now() + timedelta(days=1)
    FraudHold.objects.create(case=case, wallet=card.wallet, kind="payments", reason="Aturan 1", until=until)


def _suspended(shop: Merchant, card: OfflineAllowance, time_machine: Any) -> None:
    money.suspend(shop)


@pytest.mark.parametrize(
    ("before", "status", "reason"),
    [
        (_late, S.QUEUED, "offline_claim_late"),
        (_ended, S.QUEUED, "offline_claim_late"),
        (_elsewhere, S.QUEUED, "offline_voucher_doubled"),
        (_here, S.REFUSED, "offline_voucher_spent"),
        (_held_by_a_rule, S.QUEUED, "suspected_fraud"),
        (_suspended, S.QUEUED, "merchant_suspended"),
    ],
)
def test_the_rule_for_a_good_code(before: Callable[..., None], status: str, reason: str, time_machine: Any) -> None:
    time_machine.move_to(timezone.now())
    shop = money.merchant()
    card = world.card(world.holder(), 10_000, 10_000)
    taken = timezone.now()
    before(shop, card, time_machine)
    claim = world.claim(shop, allowances.vouchers(card)[0], 10_000, taken_at=taken)
    assert (claim.status, claim.reason, claim.first_status, claim.first_reason) == (status, reason, status, reason)
    assert claim.payment is None
    money.assert_books_hold()


@pytest.mark.parametrize(
    ("shop", "change", "reason"),
    [
        ({"mcc": "7832", "region": "31.74"}, {}, "not_permitted"),
        ({"region": "31.75"}, {}, "not_permitted"),
        ({"region": "31.74"}, {"amount": 10_001}, "offline_amount_not_vouched"),
        ({"region": "31.74"}, {"taken_at": timedelta(days=15)}, "offline_outside_validity"),
        ({"region": "31.74"}, {"taken_at": timedelta(hours=1)}, "offline_outside_validity"),
        ({"region": "31.74"}, {"taken_at": -timedelta(minutes=6)}, "offline_outside_validity"),
        ({"region": "31.74"}, {"code": "SLR1:C:9"}, "offline_code_malformed"),
    ],
)
def test_what_a_till_could_have_seen_is_refused(shop: dict[str, str], change: dict[str, Any], reason: str) -> None:
    at = money.merchant(shop.get("mcc", "5411"), region=shop.get("region", ""))
    card = world.card(world.holder(mccs=["5411"], regions=["31.74"]), 10_000)
    taken = timezone.now() + change.get("taken_at", timedelta())
    claim = world.claim(
        at, change.get("code", allowances.vouchers(card)[0]), change.get("amount", 10_000), taken_at=taken
    )
    assert (claim.status, claim.reason) == (S.REFUSED, reason)
    assert world.reserved(card) == 10_000


def test_a_phones_lies_are_refused_or_queued() -> None:
    phone, shop, other = world.phone(world.holder(), 50_000), money.merchant(), money.merchant()
    bound = phone.pay(10_000, merchant=shop.merchant_id, honest=False)
    assert world.claim(other, bound, 10_000).reason == "offline_other_merchant"
    assert world.claim(shop, phone.pay(10_000, honest=False), 9_999).reason == "offline_amount_not_vouched"
    assert (
        world.claim(shop, phone.pay(10_000, honest=False, spent=45_000), 10_000).reason == "offline_amount_not_vouched"
    )
    assert world.claim(shop, phone.pay(30_000, honest=False), 30_000).status == S.PAID
    again = world.claim(other, phone.pay(20_000, honest=False), 20_000)  # another voucher of the same count
    assert (again.status, again.reason) == (S.QUEUED, "offline_count_reused")
    over = world.claim(other, phone.pay(30_000, honest=False, count=2), 30_000)  # it forgot what it had spent
    assert (over.status, over.reason) == (S.QUEUED, "offline_over_ceiling")
    money.assert_books_hold()


def test_a_forged_or_foreign_code_is_refused_and_kept() -> None:
    card, shop = world.card(world.holder(), 10_000), money.merchant()
    code = allowances.vouchers(card)[0]
    forged = code.replace(":1:1:10000:", ":1:1:90000:")
    assert forged != code
    assert world.claim(shop, forged, 90_000).reason == "offline_code_forged"
    stranger = allowances.stated(card)
    elsewhere = type(stranger)(
        **{name: getattr(stranger, name) for name in stranger.__slots__} | {"allowance": "0" * 16}
    )
    from wallet.offline import codes

    made = codes.card_voucher(elsewhere, 1, 1, 10_000)
    assert world.claim(shop, made, 10_000).reason == "offline_allowance_unknown"
    assert OfflineClaim.objects.filter(status=S.REFUSED, allowance=None).count() == 2


def test_an_identical_retry_gets_the_first_answer_whatever_happened_since() -> None:
    card, shop = world.card(world.holder(), 10_000), money.merchant()
    money.suspend(shop)
    order = world.claim_order(shop, allowances.vouchers(card)[0], 10_000)
    first = claims.adjudicate(order)
    Merchant.objects.filter(pk=shop.pk).update(status=Merchant.Status.ACTIVE)
    assert claims.judge_again(first).status == S.PAID
    again = claims.adjudicate(order)
    assert (again.pk, again.first_status, again.first_reason, again.status) == (
        first.pk,
        S.QUEUED,
        "merchant_suspended",
        S.PAID,
    )
    assert OfflineClaim.objects.count() == Payment.objects.count() == 1
    changed = world.claim_order(shop, allowances.vouchers(card)[0], 9_000, reference=order.partner_reference_no)
    with pytest.raises(IdempotencyConflict):
        claims.adjudicate(changed)
    with pytest.raises(MerchantUnknown):
        claims.adjudicate(world.claim_order(Merchant(partner=shop.partner, merchant_id="TIADA"), "x", 1))


def test_a_claim_that_came_in_time_keeps_its_reserve_while_officers_think(time_machine: Any) -> None:
    time_machine.move_to(timezone.now())
    card, shop = world.card(world.holder(), 10_000, 20_000), money.merchant()
    first, second = allowances.vouchers(card)
    money.suspend(shop)
    claim = world.claim(shop, first, 10_000)
    assert (claim.status, claim.reason) == (S.QUEUED, "merchant_suspended")
    time_machine.move_to(card.claims_until + timedelta(minutes=1))
    late = world.claim(money.merchant(), second, 20_000, taken_at=card.valid_until)
    assert (late.status, late.reason) == (S.QUEUED, "offline_claim_late")
    assert list(allowances.end_due()) == [] and world.reserved(card) == 30_000
    assert claims.judge_again(late).reason == "offline_claim_late"
    Merchant.objects.filter(pk=shop.pk).update(status=Merchant.Status.ACTIVE)
    assert claims.judge_again(claim).status == S.PAID
    assert [ended.pk for ended in allowances.end_due()] == [card.pk] and world.reserved(card) == 0
    money.assert_books_hold()


def test_revoking_tells_the_tills_and_keeps_the_reserve_for_the_grace(time_machine: Any) -> None:
    time_machine.move_to(timezone.now())
    card, before = world.card(world.holder(), 10_000, 20_000), world.till()
    first, second = allowances.vouchers(card)
    assert before.accept(first)
    allowances.revoke(card.number, "kartu hilang", by="petugas")
    assert card.number in str(keys.published()["revocations"])
    assert not world.till(before.shop).accept(second)
    time_machine.shift(world.grace() - timedelta(minutes=1))
    assert list(allowances.end_due()) == []
    assert claims.adjudicate(before.waiting[0]).status == S.PAID
    time_machine.shift(timedelta(minutes=2))
    assert [ended.pk for ended in allowances.end_due()] == [card.pk] and world.reserved(card) == 0
    with pytest.raises(errors.OfflineUnknown):
        allowances.revoke("0" * 16, "x", by="")
    money.assert_books_hold()


def test_no_limit_of_a_merchant_refuses_a_claim_and_what_is_sold_online_sees_it() -> None:
    card = world.card(world.holder(), 10_000, 10_000)
    first, second = allowances.vouchers(card)
    shop, buyer = shops.changed(money.merchant(), limit_daily=15_000), money.wallet()
    money.purse(buyer, 50_000)
    assert world.claim(shop, first, 10_000).status == S.PAID
    usage = MerchantUsage.objects.get()
    assert (usage.day_amount, usage.day_count, usage.month_amount) == (10_000, 1, 10_000)
    assert [money.pay(buyer, shop, amount).decline for amount in (5_001, 5_000)] == ["merchant_limit_exceeded", ""]
    assert world.claim(shop, second, 10_000).status == S.PAID  # above the limit by now
    assert money.pay(buyer, shop, 1).decline == "merchant_limit_exceeded"
    assert MerchantUsage.objects.get().day_amount == 25_000 == money.balance(shop.account)
    money.assert_books_hold()


def test_claims_from_before_a_limit_count_once_it_is_set() -> None:
    card, shop = world.card(world.holder(), 10_000, 10_000), money.merchant()
    buyer = money.wallet()
    money.purse(buyer, 50_000)
    first, second = allowances.vouchers(card)
    world.claim(shop, first, 10_000)
    money.capture(money.hold(buyer, shop, 2_000), 500)
    assert not MerchantUsage.objects.exists()
    shop = shops.changed(shop, limit_monthly=20_000, limit_count=9)
    assert world.claim(shop, second, 10_000).status == S.PAID
    usage = MerchantUsage.objects.get()
    assert (usage.day_amount, usage.day_count, usage.month_amount) == (22_000, 3, 22_000)
    assert money.pay(buyer, shop, 1).decline == "merchant_limit_exceeded"


@pytest.mark.parametrize("code", [True, False], ids=["a good code", "a code that is none"])
def test_a_claim_has_no_number_that_an_order_or_a_payment_has(code: bool) -> None:
    card, shop = world.card(world.holder(), 10_000), money.merchant()
    buyer = money.wallet()
    money.purse(buyer, 50_000)
    claimed = allowances.vouchers(card)[0] if code else "SLR1:C:tidak-terbaca"
    order, paid, declined = place(shop), money.pay(buyer, shop, 1_000), money.pay(buyer, shop, 90_000)
    for number in (one.partner_reference_no for one in (order, paid, declined)):
        with pytest.raises(IdempotencyConflict):
            world.claim(shop, claimed, 10_000, reference=number)
    assert not OfflineClaim.objects.exists() and Payment.objects.count() == 2
    assert world.reserved(card) == 10_000 and money.balance(shop.account) == 1_000


@pytest.mark.parametrize("by_order", [True, False], ids=["an order", "a payment"])
def test_a_queued_claim_is_paid_although_something_else_has_its_number_since(by_order: bool) -> None:
    card, shop = world.card(world.holder(), 10_000), money.merchant()
    buyer = money.wallet()
    money.purse(buyer, 50_000)
    money.suspend(shop)
    queued = world.claim(shop, allowances.vouchers(card)[0], 10_000, reference="LURING-1")
    assert (queued.status, queued.reason) == (S.QUEUED, "merchant_suspended")
    Merchant.objects.filter(pk=shop.pk).update(status="active")
    shop.refresh_from_db()
    order = place(shop, partner_reference_no="LURING-1") if by_order else None
    if order is None:
        assert money.pay(buyer, shop, 10_000, "LURING-1").status == "paid"
    judged = claims.judge_again(queued)
    assert judged.status == S.PAID and judged.payment is not None
    assert judged.payment.partner_reference_no == f"LURING-{queued.reference_no}"
    assert world.reserved(card) == 0
    assert claims.judge_again(judged).payment == judged.payment
    if order is not None:
        hold = money.hold(buyer, shop, order.amount)
        assert money.capture(hold, order.amount, "LURING-1").status == "paid"
    assert money.balance(shop.account) == 20_000
    money.assert_books_hold()


def test_a_frozen_wallets_reserve_still_pays() -> None:
    card, shop = world.card(world.holder(), 10_000), money.merchant()
    wallets.freeze(card.wallet, "dicuri")
    assert world.claim(shop, allowances.vouchers(card)[0], 10_000).status == S.PAID


def test_a_refund_goes_back_to_the_purse() -> None:
    card, shop = world.card(world.holder(50_000), 10_000), money.merchant()
    claim = world.claim(shop, allowances.vouchers(card)[0], 10_000)
    assert claim.payment is not None
    money.refund(claim.payment, None)
    assert money.balance(shop.account_id) == 0
    assert sum(purse.account.balance for purse in card.wallet.purses.select_related("account")) == 50_000
    money.assert_books_hold()


# --- officers ---


def doubled(amount: int = 10_000) -> OfflineClaim:
    card, shop = world.card(world.holder(), amount), money.merchant()
    world.claim(money.merchant(), allowances.vouchers(card)[0], amount)
    return world.claim(shop, allowances.vouchers(card)[0], amount)


def test_two_officers_pay_a_disputed_claim_from_the_loss_fund_once() -> None:
    claim, maker, checker = doubled(), money.officer(), money.officer()
    with pytest.raises(errors.ClaimMoved):
        losses.cover(claim, checker, "langsung")
    losses.propose(claim, maker, "kasir beritikad baik")
    with pytest.raises(errors.AnotherOfficer):
        losses.cover(claim, maker, "sendiri")
    case = FraudCase.objects.create(merchant=claim.merchant, day=timezone.localdate(), score=40)
    held = fraud_holds.place(case, FraudHold.Kind.PAYMENTS, checker, "laporan warga")
    with pytest.raises(TransactionSuspended):
        losses.cover(claim, checker, "setuju")
    fraud_holds.release(held, checker, "jelas")
    with pytest.raises(errors.NoLossFund):
        losses.cover(claim, checker, "setuju")
    losses.fund(5_000, "SK-1")
    with pytest.raises(InsufficientFunds):
        losses.cover(claim, checker, "setuju")
    losses.fund(20_000, "SK-2")
    found = losses.fund(20_000, "SK-2")
    done = losses.cover(claim, checker, "setuju")
    assert (done.status, done.reason) == (S.COVERED, "offline_voucher_doubled")
    assert money.balance(claim.merchant.account_id) == 10_000 and money.balance(found.account_id) == 15_000
    with pytest.raises(errors.ClaimMoved):
        losses.cover(claim, checker, "lagi")
    assert [step.kind for step in done.steps.order_by("pk")] == ["proposed", "covered"]
    assert Transfer.objects.filter(kind=Transfer.Kind.LOSS).count() == 1
    money.assert_books_hold()


def test_losses_of_one_allowance_stop_at_its_ceiling() -> None:
    card = world.card(world.holder(), 10_000)
    code = allowances.vouchers(card)[0]
    disputed = [world.claim(money.merchant(), code, 10_000) for _ in range(3)][1:]
    maker, checker = money.officer(), money.officer()
    losses.fund(100_000, "SK")
    for claim in disputed:
        losses.propose(claim, maker, "usul")
    losses.cover(disputed[0], checker, "setuju")
    with pytest.raises(errors.LossBound):
        losses.cover(disputed[1], checker, "setuju")
    losses.refuse(disputed[1], checker, "sudah cukup")
    card.refresh_from_db()
    assert card.loss_paid == card.ceiling == 10_000


def test_a_proposal_is_sent_back_or_refused_with_a_reason(officer_pair: tuple[User, User]) -> None:
    claim, (maker, checker) = doubled(), officer_pair
    with pytest.raises(ReasonMissing):
        losses.propose(claim, maker, " ")
    losses.propose(claim, maker, "usul")
    assert losses.send_back(claim, checker, "bukti kurang").status == S.QUEUED
    assert losses.refuse(claim, maker, "dua kali").status == S.REFUSED
    with pytest.raises(errors.ClaimMoved):
        losses.propose(claim, maker, "usul")


@pytest.fixture
def officer_pair() -> tuple[User, User]:
    return money.officer(), money.officer()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE wallet_offlineclaim SET status = 'covered' WHERE id = {claim}",
        "UPDATE wallet_offlineclaim SET first_status = 'paid'",
        "UPDATE wallet_offlineclaim SET amount = 1",
        "UPDATE wallet_offlineallowance SET ceiling = ceiling + 1",
        "UPDATE wallet_offlineallowance SET loss_paid = ceiling + 1",
        "UPDATE wallet_offlineallowance SET claims_until = claims_until + interval '1 day'",
        "UPDATE wallet_offlineallowance SET ended_at = now() + interval '1 day' WHERE ended_at IS NOT NULL",
        "DELETE FROM wallet_offlineclaim",
        "DELETE FROM wallet_lossfund",
        "DELETE FROM wallet_offlineclaimstep",
    ],
)
def test_the_database_refuses_by_itself(statement: str) -> None:
    from django.db import connection

    claim = doubled()
    losses.fund(1_000, "SK")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(claim=claim.pk))
