"""The numbers outsiders know wallets and deposits by."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from wallet import account_numbers

ROWS = st.integers(min_value=1, max_value=10**11 - 1)


@given(row=ROWS)
def test_a_number_leads_back_to_its_row_and_to_no_other_kind(row: int) -> None:
    wallet, deposit = account_numbers.of_wallet(row), account_numbers.of_deposit(row)
    assert len(wallet) == len(deposit) == 14 and wallet.isascii() and wallet.isdigit()
    assert (account_numbers.wallet_of(wallet), account_numbers.deposit_of(deposit)) == (row, row)
    assert account_numbers.wallet_of(deposit) is None and account_numbers.deposit_of(wallet) is None


@given(row=ROWS, place=st.integers(2, 13), by=st.integers(1, 9))
def test_a_wrong_digit_is_noticed(row: int, place: int, by: int) -> None:
    number = account_numbers.of_wallet(row)
    wrong = number[:place] + str((int(number[place]) + by) % 10) + number[place + 1 :]
    assert account_numbers.wallet_of(wrong) is None


def test_neighbours_are_strangers() -> None:
    numbers = [account_numbers.of_wallet(row) for row in range(1, 2_001)]
    assert len(set(numbers)) == 2_000
    assert all(abs(int(one) - int(other)) > 10**6 for one, other in pairwise(numbers))


@given(text=st.text(max_size=20))
def test_any_text_is_a_number_or_none(text: str) -> None:
    row = account_numbers.wallet_of(text)
    assert row is None or account_numbers.of_wallet(row) == text


def test_other_scripts_digits_are_no_number() -> None:
    number = account_numbers.of_wallet(1)
    assert account_numbers.wallet_of(number.translate(dict(zip(range(48, 58), range(1632, 1642), strict=True)))) is None


def test_masked_numbers_keep_four_digits() -> None:
    assert [account_numbers.masked(text) for text in ("6281234567890", "1234", "12", "")] == [
        "XXXXXXXXX7890",
        "1234",
        "12",
        "",
    ]
