"""Which transfers may be reversed: of each kind, bare, only by whoever keeps the row that claims the money, or never."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.utils import timezone

from tests import money
from wallet import ledger, purses, settlement
from wallet.errors import AlreadyReversed, NotReversible
from wallet.models import Account, Merchant, Transfer

pytestmark = pytest.mark.django_db
Kind = Transfer.Kind
DAY = date(2026, 11, 24)


def spent(mcc: str) -> Transfer:
    payment = money.pay(*_owner_and_shop(mcc), 100)
    return payment.transfers.get()


def refunded() -> Transfer:
    payment = money.pay(*_owner_and_shop("5411"), 100)
    money.refund(payment, None)
    return payment.transfers.get(kind=Kind.REFUND)


def lapsed() -> Transfer:
    ends = timezone.now() + timedelta(days=1)
    money.purse(money.wallet(), 100, usable_until=ends, lapses_to=money.fund())
    [transfer] = purses.lapse_due(ends)
    return transfer


def settled() -> Transfer:
    settlement.settle(money.owed(100), DAY)
    return Transfer.objects.get(kind=Kind.SETTLEMENT)


def paid_out() -> Transfer:
    made = settlement.settle(money.owed(100), DAY)
    assert made is not None
    settlement.confirm_paid(made)
    return Transfer.objects.get(kind=Kind.PAYOUT)


def granted() -> Transfer:
    return Transfer.objects.get(credit=money.purse(money.wallet(), 100).account)


def topped_up() -> Transfer:
    return Transfer.objects.get(key=f"top_up:{money.top_up(money.wallet(), 100).pk}")


def given_back() -> Transfer:
    return money.move(money.purse(money.wallet(), 100).account, money.fund(), 100, kind=Kind.GIVE_BACK)


def reserved() -> Transfer:
    return money.move(money.fund(100), ledger.open_account(Account.Kind.CLEARING), 100, kind=Kind.RESERVATION)


def released() -> Transfer:
    clearing = reserved().credit
    return money.move(clearing, ledger.open_account(Account.Kind.FUND), 100, kind=Kind.RELEASE)


def remitted() -> Transfer:
    """What a partner paid in our name leaves the batch's clearing account for the partner's."""
    clearing = reserved().credit
    return money.move(clearing, ledger.open_account(Account.Kind.PROVIDER, "Mitra"), 100, kind=Kind.REMITTANCE)


def advanced() -> Transfer:
    """A refund that we pay ahead for a merchant that is owed less."""
    return money.move(ledger.open_account(Account.Kind.ADVANCE), money.merchant().account, 100, kind=Kind.ADVANCE)


def recovered() -> Transfer:
    advance = ledger.open_account(Account.Kind.ADVANCE)
    return money.move(money.owed(100).account, advance, 100, kind=Kind.RECOVERY)


def lost() -> Transfer:
    """A claim from a till without signal that the agency bears."""
    return money.move(money.fund(100), money.merchant().account, 100, kind=Kind.LOSS)


def deposited() -> Transfer:
    deposit = ledger.open_account(Account.Kind.DEPOSIT)
    return money.move(ledger.singleton(Account.Kind.BANK), deposit, 100, kind=Kind.DEPOSIT)


def funded() -> Transfer:
    return Transfer.objects.get(credit=money.fund(100))


def _owner_and_shop(mcc: str) -> tuple[money.Wallet, Merchant]:
    owner = money.wallet()
    money.purse(owner, 100, rules=money.terms(cash=True))
    return owner, money.merchant(mcc)


MADE: dict[Transfer.Kind, tuple[str, Callable[[], Transfer]]] = {
    Kind.FUNDING: ("bare", funded),
    Kind.DEPOSIT: ("row kept", deposited),
    Kind.ADVANCE: ("row kept", advanced),
    Kind.RECOVERY: ("row kept", recovered),
    Kind.LOSS: ("row kept", lost),
    Kind.LAPSE: ("bare", lapsed),
    Kind.RESERVATION: ("row kept", reserved),
    Kind.RELEASE: ("row kept", released),
    Kind.DISBURSEMENT: ("row kept", granted),
    Kind.REMITTANCE: ("row kept", remitted),
    Kind.TOP_UP: ("row kept", topped_up),
    Kind.GIVE_BACK: ("row kept", given_back),
    Kind.SETTLEMENT: ("row kept", settled),
    Kind.PAYOUT: ("row kept", paid_out),
    Kind.REDEMPTION: ("never", lambda: spent("5411")),
    Kind.CASH_OUT: ("never", lambda: spent("6010")),
    Kind.REFUND: ("never", refunded),
    Kind.REVERSAL: ("never", lambda: ledger.reverse(funded())),
}


def test_every_kind_is_told_of_here() -> None:
    assert set(MADE) == set(Kind)


@pytest.mark.parametrize("kind", list(Kind))
def test_a_transfer_is_reversed_only_as_its_kind_allows_and_once(kind: Transfer.Kind) -> None:
    allowed, make = MADE[kind]
    transfer = make()
    assert transfer.kind == kind
    before = ledger.balances_of([transfer.debit_id, transfer.credit_id])
    if allowed != "bare":
        with pytest.raises(NotReversible):
            ledger.reverse(transfer)
    if allowed == "never":
        with pytest.raises(NotReversible):
            ledger.reverse(transfer, row_kept=True)
        assert ledger.balances_of(list(before)) == before
        return
    back = ledger.reverse(transfer, row_kept=allowed == "row kept")
    assert (back.kind, back.debit_id, back.credit_id, back.amount, back.reverses_id) == (
        Kind.REVERSAL,
        transfer.credit_id,
        transfer.debit_id,
        transfer.amount,
        transfer.pk,
    )
    assert ledger.balances_of(list(before)) == {
        transfer.debit_id: before[transfer.debit_id] + transfer.amount,
        transfer.credit_id: before[transfer.credit_id] - transfer.amount,
    }
    with pytest.raises(AlreadyReversed):
        ledger.reverse(transfer, row_kept=True)
    with pytest.raises(NotReversible):
        ledger.reverse(back, row_kept=True)
