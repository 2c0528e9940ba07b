"""django-hordak at the same work: a payment is a Transaction with two Legs, which its deferred triggers check at the commit.

It is spared what its tables do not know: its accounts are opened beforehand, and there are no instructions, codes and purses
to choose from. The bulk way is the one of its own `create_benchmark_transactions`; one by one is `Account.transfer_to`.
"""

from __future__ import annotations

import time

from django.db import transaction
from djmoney.money import Money
from hordak.models import Account, AccountType, Leg, Transaction

from bench.clients import Start, Tally
from bench.ledger.batch_world import AID
from bench.ledger.queue_world import PRICE

BLOCK = 25_000  # transactions in one database transaction, as its own command has it
CURRENCY = "IDR"


def open_accounts(name: str, count: int) -> None:
    """So many liabilities of that name, each the root of a tree of its own."""
    taken = Account.objects.count()
    Account.objects.bulk_create(
        [
            Account(
                name=name,
                type=AccountType.liability,
                currencies=[CURRENCY],
                level=0,
                lft=1,
                rght=2,
                tree_id=taken + number,
            )
            for number in range(1, count + 1)
        ],
        batch_size=5_000,
    )


def open_bulk_world(people: int) -> None:
    open_accounts("clearing", 1)
    open_accounts("purse", people)


def open_queue(clients: int, wallets_each: int, shops: int, plenty: int) -> None:
    """Shops, and accounts for each client with so many rupiah in them."""
    open_accounts("fund", 1)
    open_accounts("shop", shops)
    fund = Account.objects.get(name="fund")
    for client in range(clients):
        open_accounts(f"client {client}", wallets_each)
        _pay_in_bulk(fund, list(Account.objects.filter(name=f"client {client}")), Money(plenty, CURRENCY))


def bulk(start: Start, payments: int) -> Tally:
    """Pays so many purses in blocks."""
    clearing = Account.objects.get(name="clearing")
    purses = list(Account.objects.filter(name="purse").order_by("pk")[:payments])
    start()
    began = time.monotonic()
    _pay_in_bulk(clearing, purses, Money(AID, CURRENCY))
    return Tally(payments, began, time.monotonic())


def _pay_in_bulk(source: Account, purses: list[Account], amount: Money) -> None:
    for first in range(0, len(purses), BLOCK):
        transactions, legs = [], []
        for purse in purses[first : first + BLOCK]:
            movement = Transaction()
            transactions.append(movement)
            legs.append(Leg(transaction=movement, account=source, debit=amount))
            legs.append(Leg(transaction=movement, account=purse, credit=amount))
        with transaction.atomic():
            Transaction.objects.bulk_create(transactions)
            Leg.objects.bulk_create(legs)


def one_by_one(start: Start, payments: int) -> Tally:
    """Pays so many purses, one after the other."""
    clearing = Account.objects.get(name="clearing")
    purses = list(Account.objects.filter(name="purse").order_by("pk")[:payments])
    amount = Money(AID, CURRENCY)
    start()
    began = time.monotonic()
    for purse in purses:
        purse.transfer_to(clearing, amount)
    return Tally(payments, began, time.monotonic())


def redeem(start: Start, client: int, shops: int, warm_up: int, seconds: float) -> Tally:
    """Pays at the shops out of the client's accounts for so long: lock, balance, transfer."""
    accounts = list(Account.objects.filter(name=f"client {client}").order_by("pk").values_list("pk", flat=True))
    tills = list(Account.objects.filter(name="shop").order_by("pk")[:shops])
    amount = Money(PRICE, CURRENCY)
    for number in range(warm_up):
        _pay(accounts[number % len(accounts)], tills[(client + number) % shops], amount)
    start()
    began = time.monotonic()
    number = warm_up
    while time.monotonic() < began + seconds:
        _pay(accounts[number % len(accounts)], tills[(client + number) % shops], amount)
        number += 1
    return Tally(number - warm_up, began, time.monotonic())


def _pay(account: int, till: Account, amount: Money) -> None:
    with transaction.atomic():
        Account.objects.select_for_update().get(pk=account)
        purse = Account.objects.with_balances().get(pk=account)
        if purse.balance[CURRENCY] < amount:
            raise RuntimeError("the account holds too little")
        till.transfer_to(purse, amount)


def books_hold(payments: int) -> bool:
    """So many transactions of two legs, which sum to zero."""
    debits, credits = Leg.objects.sum_to_debit_and_credit()
    return bool(Transaction.objects.count() == payments and Leg.objects.count() == 2 * payments and debits == credits)
