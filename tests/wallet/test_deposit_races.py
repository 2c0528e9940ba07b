"""However a bank's number was spelled, and at whatever moment it is agreed to, it is booked once: real commits."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from tests import money
from tests.processes import together
from tests.wallet.test_deposits import proposed, waiting_since_before
from wallet import deposits
from wallet.models import DepositBooking


def _do_agree(booking: DepositBooking, by: User) -> str:
    return deposits.agree(booking, by).key


@pytest.mark.usefixtures("processes")
def test_of_two_spellings_that_are_agreed_to_at_the_same_moment_one_is_booked() -> None:
    partner = money.partner()
    deposits.agree(proposed(partner, reference="BCA-0"), money.officer())
    waiting = [proposed(partner, reference="BCA/1"), *(waiting_since_before(partner) for _ in range(3))]
    told = together([(_do_agree, (booking, money.officer())) for booking in waiting])
    assert sorted(outcome.value or outcome.error for outcome in told) == ["deposit::BCA-1", *["deposit_known"] * 3]
    assert DepositBooking.objects.filter(status="agreed").count() == 2
    partner.refresh_from_db()
    assert deposits.balance(partner) == 100_000
    money.assert_books_hold()
