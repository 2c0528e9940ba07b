"""The numbers that outsiders know wallets and deposits by: fourteen digits, the last one a check digit.

They are made of the row's id, so nothing is stored and none can collide; the digits are scattered, so that a number tells neither
how many there are nor what the next one is. That is no secret and no protection: who may do something with a number is asked
elsewhere.
"""

from __future__ import annotations

import re

WALLET, DEPOSIT = "88", "77"
BODY = 10**11
FACTOR = 38_196_601_127  # odd and no multiple of 5, so that multiplying by it can be undone
SHIFT = 61_803_398_875
INVERSE = pow(FACTOR, -1, BODY)
SHAPE = re.compile(r"(88|77)([0-9]{11})[0-9]")


def of_wallet(wallet: int) -> str:
    """The account number of the wallet with this id."""
    return _number(WALLET, wallet)


def of_deposit(account: int) -> str:
    """The account number of the deposit on the account with this id."""
    return _number(DEPOSIT, account)


def wallet_of(number: str) -> int | None:
    """The id of the wallet that this number would be of; None for what is no such number."""
    return _row(WALLET, number)


def deposit_of(number: str) -> int | None:
    """The id of the account that this number would be of; None for what is no such number."""
    return _row(DEPOSIT, number)


def masked(number: str) -> str:
    """Any account or phone number with its last four digits alone, as the standard masks them."""
    return "X" * max(len(number) - 4, 0) + number[-4:]


def _number(kind: str, row: int) -> str:
    digits = f"{kind}{(row * FACTOR + SHIFT) % BODY:011}"
    return digits + _check_digit(digits)


def _row(kind: str, number: str) -> int | None:
    match = SHAPE.fullmatch(number)
    if match is None or match[1] != kind or _check_digit(number[:-1]) != number[-1]:
        return None
    return (int(match[2]) - SHIFT) * INVERSE % BODY


def _check_digit(digits: str) -> str:
    """Luhn's (ISO/IEC 7812-1, annex B): it notices any wrong digit and nearly any two that were swapped."""
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(digits))]
    return str(-sum(value - 9 if value > 9 else value for value in doubled) % 10)
