"""Where a purse may be spent: category, cash, region and time, each alone and together; which purse pays first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import money
from wallet import purses
from wallet.models import Account, Purse, Transfer, Wallet

pytestmark = pytest.mark.django_db
FOOD, MEDICINE, COUNTER, MACHINE = "5411", "5912", "6010", "6011"


@pytest.fixture
def wallet() -> Wallet:
    return money.wallet()


def days(number: float) -> datetime:
    return timezone.now() + timedelta(days=number)


def answer(wallet: Wallet, mcc: str = FOOD, region: str = "", amount: int = 10) -> str:
    """'paid', or why not, of a payment at such a merchant."""
    made = money.pay(wallet, money.merchant(mcc, region=region), amount)
    return made.decline or made.status


# --- cash ---


@pytest.mark.parametrize("mcc", [COUNTER, MACHINE])
def test_cash_is_drawn_from_a_purse_that_allows_it_and_booked_as_such(wallet: Wallet, mcc: str) -> None:
    purse = money.purse(wallet, 100, rules=money.terms(cash=True))
    agent = money.merchant(mcc)
    payment = money.pay(wallet, agent, 60)
    [part] = Transfer.objects.filter(payment=payment)
    assert (payment.status, part.kind, part.debit_id, part.credit_id) == (
        "paid",
        "cash_out",
        purse.pk,
        agent.account_id,
    )
    money.refund(payment, 10)
    assert money.balance(purse.pk) == 50
    money.assert_books_hold()


@pytest.mark.parametrize("mcc", [COUNTER, MACHINE])
@pytest.mark.parametrize("mccs", [[], [COUNTER, MACHINE, FOOD]])
def test_no_cash_is_drawn_from_a_purse_that_does_not_allow_it_even_where_its_category_is_named(
    wallet: Wallet, mcc: str, mccs: list[str]
) -> None:
    money.purse(wallet, 100, rules=money.terms(mccs))
    assert answer(wallet, mcc) == "not_permitted"
    assert answer(wallet, FOOD) == "paid"


def test_cash_that_is_allowed_is_still_bound_to_the_categories(wallet: Wallet) -> None:
    money.purse(wallet, 100, rules=money.terms([COUNTER], cash=True))
    assert (answer(wallet, MACHINE), answer(wallet, FOOD), answer(wallet, COUNTER)) == (
        "not_permitted",
        "not_permitted",
        "paid",
    )


def test_goods_are_no_cash(wallet: Wallet) -> None:
    money.purse(wallet, 100, rules=money.terms(cash=True))
    money.pay(wallet, money.merchant(FOOD), 10)
    assert Transfer.objects.filter(kind="cash_out").count() == 0


# --- regions ---


@pytest.mark.parametrize(
    ("region", "shop", "fits"),
    [
        ("31", "31", True),
        ("31", "31.74", True),
        ("31", "31.74.01.1001", True),
        ("31", "32.74", False),
        ("31.74", "31.74", True),
        ("31.74", "31.74.01", True),
        ("31.74", "31", False),  # somewhere in the province is not in the city
        ("31.74", "31.75.01", False),
        ("31.74.01", "31.74.01.1001", True),
        ("31.74.01", "31.74.02", False),
        ("31.7", "31.74", False),  # half a number names nothing
        ("31.7", "31.74.01", False),
        ("3", "31", False),
        ("", "31", False),
        ("%", "31", False),
        ("31.74", "", False),
        ("31", "", False),
    ],
)
def test_a_region_holds_itself_and_what_lies_in_it(wallet: Wallet, region: str, shop: str, fits: bool) -> None:
    money.purse(wallet, 100, rules=money.terms(regions=[region]))
    assert answer(wallet, region=shop) == ("paid" if fits else "not_permitted")


def test_one_of_several_regions_is_enough_and_none_means_anywhere(wallet: Wallet) -> None:
    money.purse(wallet, 100, rules=money.terms(regions=["31.71", "31.74.01"]))
    assert [answer(wallet, region=shop) for shop in ("31.71.05", "31.74.01", "31.74.02")] == [
        "paid",
        "paid",
        "not_permitted",
    ]
    money.purse(wallet, 100)
    assert answer(wallet, region="") == "paid"


# --- together ---


@pytest.mark.parametrize(
    ("mcc", "region", "begins", "ends", "fits"),
    [
        (FOOD, "31.74.01", -1, 1, True),
        (MEDICINE, "31.74.01", -1, 1, False),
        (FOOD, "31.75", -1, 1, False),
        (FOOD, "", -1, 1, False),
        (FOOD, "31.74.01", 1, 2, False),
        (FOOD, "31.74.01", -2, -1, False),
        (COUNTER, "31.74.01", -1, 1, False),
    ],
)
def test_category_region_and_time_must_all_agree(
    wallet: Wallet, mcc: str, region: str, begins: int, ends: int, fits: bool
) -> None:
    rules = money.terms([FOOD, COUNTER], regions=["31.74"])
    money.purse(wallet, 100, rules=rules, usable_from=days(begins), usable_until=days(ends))
    assert (answer(wallet, mcc, region) == "paid") is fits


def test_what_expires_first_is_spent_first_among_the_purses_that_may(wallet: Wallet) -> None:
    lasting = money.purse(wallet, 100)
    late, soon = money.purse(wallet, 100, usable_until=days(20)), money.purse(wallet, 100, usable_until=days(10))
    elsewhere = money.purse(wallet, 100, mccs=[MEDICINE], usable_until=days(5))
    twin = money.purse(wallet, 100, usable_until=soon.usable_until)
    payment = money.pay(wallet, money.merchant(FOOD), 350)
    parts = list(Transfer.objects.filter(payment=payment).order_by("id").values_list("debit_id", "amount"))
    assert parts == [(soon.pk, 100), (twin.pk, 100), (late.pk, 100), (lasting.pk, 50)]
    assert money.balance(elsewhere.pk) == 100


# --- against the rules in plain Python ---

REGIONS = ["31", "31.7", "31.74", "31.74.01", "31.75", "32", "3"]
NOW = datetime(2026, 11, 24, 3, tzinfo=timezone.get_default_timezone())


@dataclass(frozen=True)
class Rules:
    """One purse as the model knows it; times in days from NOW."""

    mccs: frozenset[str]
    regions: frozenset[str]
    cash: bool
    begins: int
    ends: int | None
    balance: int
    held: int


PURSES = st.builds(
    Rules,
    mccs=st.frozensets(st.sampled_from([FOOD, MEDICINE, COUNTER, MACHINE]), max_size=3),
    regions=st.frozensets(st.sampled_from(REGIONS), max_size=2),
    cash=st.booleans(),
    begins=st.integers(-2, 1),
    ends=st.none() | st.integers(-1, 3),
    balance=st.integers(1, 300),
    held=st.integers(0, 300),
)


def may_pay(rules: Rules, mcc: str, region: str) -> bool:
    if rules.begins > 0 or (rules.ends is not None and rules.ends <= 0):
        return False
    if rules.mccs and mcc not in rules.mccs:
        return False
    if mcc in (COUNTER, MACHINE) and not rules.cash:
        return False
    inside = [".".join(region.split(".")[:depth]) for depth in range(1, 5)] if region else []
    return not rules.regions or bool(rules.regions & set(inside))


def _expected(made: Sequence[tuple[Purse, Rules]], mcc: str, region: str) -> list[tuple[int, int]]:
    fit = [(purse, rules) for purse, rules in made if may_pay(rules, mcc, region) and rules.balance > rules.held]
    fit.sort(key=lambda one: (one[1].ends is None, one[1].ends or 0, one[0].pk))
    return [(purse.pk, rules.balance - rules.held) for purse, rules in fit]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    chosen=st.lists(PURSES, max_size=5),
    mcc=st.sampled_from([FOOD, MEDICINE, COUNTER, MACHINE, "7995"]),
    region=st.sampled_from(["", "31", "31.74", "31.74.01", "31.74.01.1001", "31.75.02", "32.01"]),
)
def test_the_database_chooses_the_purses_that_the_rules_in_python_choose(
    db: Any, chosen: list[Rules], mcc: str, region: str
) -> None:
    owner, shop = money.wallet(), money.merchant(mcc, region=region)
    made = []
    for rules in chosen:
        rules = Rules(**(rules.__dict__ | {"held": min(rules.held, rules.balance)}))
        purse = money.purse(
            owner,
            rules.balance,
            rules=money.terms(sorted(rules.mccs), cash=rules.cash, regions=sorted(rules.regions)),
            usable_from=NOW + timedelta(days=rules.begins),
            usable_until=None if rules.ends is None else NOW + timedelta(days=rules.ends),
        )
        Account.objects.filter(pk=purse.pk).update(held=rules.held)
        made.append((purse, rules))
    found = [(one.account_id, one.available) for one in purses.spendable_at(owner, shop, NOW)]
    assert found == _expected(made, mcc, region)
