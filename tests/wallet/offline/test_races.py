"""However many processes claim at once, a voucher is captured once and the reserve pays its ceiling: real commits.

The functions named `_do_…` run in those processes.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from django.conf import settings as configured

from tests import money
from tests.processes import Outcome, together
from tests.wallet.offline import world
from tests.wallet.test_debit_races import place
from wallet.models import DebitOrder, Merchant, OfflineClaim, Payment, Wallet
from wallet.offline import allowances, claims, losses

pytestmark = pytest.mark.usefixtures("processes")
S = OfflineClaim.Status


def _do_claim(order: claims.ClaimOrder) -> tuple[int, str, str]:
    configured.OFFLINE_KEYS, configured.OFFLINE_KEY_IN_USE = dict(world.KEYS), None
    made = claims.adjudicate(order)
    return made.pk, made.first_status, made.first_reason


def _do_cover(claim: int, by: Any) -> str:
    return losses.cover(OfflineClaim.objects.get(pk=claim), by, "setuju").status


def _do_end(moment: Any) -> int:
    return len(list(allowances.end_due(moment)))


def _do_make(owner: Wallet) -> str:
    configured.OFFLINE_KEYS, configured.OFFLINE_KEY_IN_USE = dict(world.KEYS), None
    configured.WALLET["offline_cards_a_day"] = 2
    return world.card(owner, 10_000).kind


def values(outcomes: list[Outcome]) -> list[Any]:
    assert [outcome for outcome in outcomes if outcome.error or outcome.signal] == []
    return [outcome.value for outcome in outcomes]


def test_one_voucher_at_many_merchants_is_paid_once() -> None:
    card = world.card(world.holder(), 10_000, 10_000)
    code = allowances.vouchers(card)[0]
    orders = [world.claim_order(money.merchant(), code, 10_000) for _ in range(6)]
    told = values(together([(_do_claim, (order,)) for order in orders]))
    assert sorted(status for _, status, _ in told) == [S.PAID, *[S.QUEUED] * 5]
    assert world.reserved(card) == 10_000 and Payment.objects.count() == 1
    money.assert_books_hold()


def test_an_officer_who_makes_cards_at_once_makes_no_more_than_one_by_one() -> None:
    told = together([(_do_make, (world.holder(),)) for _ in range(6)])
    assert Counter(outcome.value or outcome.error for outcome in told) == {"card": 2, "offline_cards_a_day": 4}


def test_the_same_upload_at_once_is_one_claim_with_one_answer() -> None:
    card, shop = world.card(world.holder(), 10_000), money.merchant()
    for order in (
        world.claim_order(shop, allowances.vouchers(card)[0], 10_000),
        world.claim_order(shop, "SLR1:C:tidak-terbaca", 10_000),  # refused before there is a reserve to meet at
    ):
        told = values(together([(_do_claim, (order,)) for _ in range(6)]))
        assert len(set(told)) == 1
    assert OfflineClaim.objects.count() == 2 and Payment.objects.count() == 1
    money.assert_books_hold()


def _do_place(shop: Merchant, number: str) -> int:
    return place(shop, partner_reference_no=number).pk


def test_of_a_claim_and_an_order_under_one_number_one_is_taken() -> None:
    card, shop = world.card(world.holder(), *[10_000] * 6), money.merchant()
    jobs: list[Any] = []
    for number, code in enumerate(allowances.vouchers(card)):
        order = world.claim_order(shop, code, 10_000, reference=f"N-{number}")
        jobs += [(_do_claim, (order,)), (_do_place, (shop, f"N-{number}"))]
    told = together(jobs)
    pairs = list(zip(told[::2], told[1::2], strict=True))
    assert all([one.error, other.error].count("idempotency_conflict") == 1 for one, other in pairs)
    claimed = OfflineClaim.objects.count()
    assert claimed + DebitOrder.objects.count() == 6
    assert money.balance(shop.account) == claimed * 10_000
    money.assert_books_hold()


def test_a_lying_phones_vouchers_never_take_more_than_the_ceiling() -> None:
    phone = world.phone(world.holder(200_000), 50_000)
    codes = [phone.pay(20_000, honest=False, count=count) for count in range(1, 7)]
    orders = [world.claim_order(money.merchant(), code, 20_000) for code in codes]
    told = values(together([(_do_claim, (order,)) for order in orders]))
    assert sorted(status for _, status, _ in told) == [S.PAID, S.PAID, *[S.QUEUED] * 4]
    assert {reason for _, status, reason in told if status == S.QUEUED} == {"offline_over_ceiling"}
    assert world.reserved(phone.allowance) == 10_000
    money.assert_books_hold()


def test_claims_meet_the_end_of_the_allowance() -> None:
    card, shop = world.card(world.holder(), *[10_000] * 4), money.merchant()
    orders = [world.claim_order(shop, code, 10_000) for code in allowances.vouchers(card)]
    jobs: list[Any] = [(_do_claim, (order,)) for order in orders]
    told = together([*jobs, (_do_end, (card.claims_until,))])
    paid = [outcome.value for outcome in told[:4] if outcome.value and outcome.value[1] == S.PAID]
    assert all(not outcome.error for outcome in told)
    assert world.reserved(card) in (0, 40_000 - 10_000 * len(paid))
    assert money.balance(shop.account_id) == 10_000 * len(paid)
    money.assert_books_hold()


def test_the_loss_fund_pays_a_claim_once() -> None:
    card, shop = world.card(world.holder(), 10_000), money.merchant()
    code = allowances.vouchers(card)[0]
    world.claim(money.merchant(), code, 10_000)
    claim = world.claim(shop, code, 10_000)
    losses.fund(100_000, "SK")
    losses.propose(claim, money.officer(), "usul")
    told = together([(_do_cover, (claim.pk, money.officer())) for _ in range(4)])
    assert sorted(outcome.error for outcome in told) == ["", *["offline_claim_moved"] * 3]
    assert money.balance(shop.account_id) == 10_000
    money.assert_books_hold()
