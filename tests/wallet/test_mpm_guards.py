"""What the database refuses of merchants' codes, even of its owner."""

from __future__ import annotations

import pytest
from django.db import DatabaseError

from tests import money
from tests.owner import as_owner
from tests.wallet.test_mpm_races import buyer, code_order, pay_order
from wallet import mpm, mpm_codes

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.mark.parametrize(
    "change", ["amount = 1", "content = 'x'", "merchant_id = merchant_id + 1", "expires_at = now()"]
)
def test_what_a_code_says_stays(change: str) -> None:
    mpm_codes.generate(code_order(money.merchant()))
    with pytest.raises(DatabaseError, match="what the code says stays"), as_owner() as cursor:
        cursor.execute(f"UPDATE wallet_mpmcode SET {change}")


def test_a_code_ends_once_and_what_was_paid_with_it_stays() -> None:
    code = mpm_codes.generate(code_order(money.merchant()))
    mpm.pay(pay_order(code.content, buyer()))
    with pytest.raises(DatabaseError, match="paid -> cancelled is no step"), as_owner() as cursor:
        cursor.execute("UPDATE wallet_mpmcode SET state = 'cancelled', payment_id = NULL")
    with pytest.raises(DatabaseError, match="wallet_mpmpayment is append-only"), as_owner() as cursor:
        cursor.execute("DELETE FROM wallet_mpmpayment")


@pytest.mark.parametrize(
    ("change", "check"),
    [
        ("state = 'paid', ended_at = now()", "mpm_code_paid_by"),
        ("state = 'cancelled'", "mpm_code_ended"),
        ("ended_at = now()", "mpm_code_ended"),
    ],
)
def test_no_code_is_half_ended(change: str, check: str) -> None:
    mpm_codes.generate(code_order(money.merchant()))
    with pytest.raises(DatabaseError, match=check), as_owner() as cursor:
        cursor.execute(f"UPDATE wallet_mpmcode SET {change}")
