"""What can be spent at once, a partner's deposit, is booked when two officers agree; once for each of the bank's numbers."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from tests import money
from wallet import deposits, ledger, proposals
from wallet.errors import IdempotencyConflict, InsufficientFunds, InvalidAmount, NotReversible, ReasonMissing
from wallet.models import Account, DepositBooking, Partner, Transfer
from wallet.proposal_errors import DepositKnown, OwnProposal, ProposalMoved

pytestmark = pytest.mark.django_db


def proposed(partner: Partner, **changes: Any) -> DepositBooking:
    told = {"back": False, "reference": "BCA-1", "reason": "setoran", "by": money.officer()} | changes
    return deposits.propose(partner, told.pop("amount", 50_000), **told)


def test_nothing_is_booked_before_another_officer_agrees() -> None:
    partner, officer = money.partner(), money.officer()
    booking = proposed(partner, by=officer)
    assert deposits.balance(partner) == 0
    with pytest.raises(OwnProposal):
        deposits.agree(booking, officer)
    told = {"status": "agreed", "decided_by": officer, "decided_at": timezone.now()}
    with pytest.raises(DatabaseError, match="depositbooking_by_two"), transaction.atomic():
        DepositBooking.objects.filter(pk=booking.pk).update(**told)
    deposits.agree(booking, money.officer())
    partner.refresh_from_db()
    assert deposits.balance(partner) == 50_000
    with pytest.raises(ProposalMoved):
        deposits.agree(booking, money.officer())
    with pytest.raises(InsufficientFunds):
        deposits.agree(proposed(partner, back=True, amount=50_001), money.officer())
    money.assert_books_hold()


def test_what_two_officers_booked_no_single_one_takes_back() -> None:
    partner = money.partner()
    came = deposits.agree(proposed(partner), money.officer())
    went = deposits.agree(proposed(partner, back=True, amount=20_000, reference="BCA-2"), money.officer())
    for transfer in (came, went):
        with pytest.raises(NotReversible):
            ledger.reverse(transfer)
    partner.refresh_from_db()
    assert deposits.balance(partner) == 30_000
    # What was booked wrongly goes the other way, by two again: here the 20,000 that never left.
    undone = proposed(partner, amount=20_000, reference="BCA-2", reason="BCA-2 tidak pernah keluar")
    deposits.agree(undone, money.officer())
    assert deposits.balance(partner) == 50_000
    money.assert_books_hold()


def test_a_banks_number_is_proposed_once_unless_it_was_dropped() -> None:
    partner = money.partner()
    booking = proposed(partner)
    with pytest.raises(DepositKnown):
        proposed(partner, amount=1)
    proposals.drop(booking, money.officer(), "salah mitra")
    deposits.agree(proposed(partner), money.officer())
    with pytest.raises(DepositKnown):
        proposed(partner)


def test_a_banks_number_is_one_partners() -> None:
    first, second = money.partner(), money.partner()
    booking = proposed(first)
    with pytest.raises(DepositKnown, match=first.name):
        proposed(second)
    proposals.drop(booking, money.officer(), "milik mitra lain")
    booking = proposed(second)
    deposits.agree(booking, money.officer())
    with pytest.raises(DepositKnown, match=second.name):
        proposed(first)
    with pytest.raises(IdempotencyConflict):
        deposits.receive(first, 50_000, reference="BCA-1")
    assert proposed(first, back=True).back  # what went out has a number of its own
    money.assert_books_hold()


@pytest.mark.parametrize("spelled", ["bca-1", " BCA/1 ", "Bca   1", "(bca.1)"])
def test_a_banks_number_is_one_however_it_is_spelled(spelled: str) -> None:
    first, second = money.partner(), money.partner()
    deposits.agree(proposed(first), money.officer())
    for partner in (first, second):
        with pytest.raises(DepositKnown, match=first.name):
            proposed(partner, reference=spelled)
    row = DepositBooking(
        partner=second,
        back=False,
        amount=1,
        reference=spelled,
        subject=spelled,
        reason="x",
        proposed_by=money.officer(),
    )
    with pytest.raises(DatabaseError, match="depositbooking_subject"), transaction.atomic():
        row.save()
    assert proposed(second, reference="BCA1").subject == "BCA1"  # which may be another one
    second.refresh_from_db()
    assert deposits.balance(second) == 0
    money.assert_books_hold()


@pytest.mark.parametrize("back", [False, True])
def test_what_was_booked_under_an_earlier_key_is_not_booked_again(back: bool) -> None:
    partner, bank = money.partner(), ledger.singleton(Account.Kind.BANK)
    deposits.receive(partner, 90_000, reference="BCA-0")
    partner.refresh_from_db()
    account = Account.objects.get(pk=partner.deposit_id)
    sides = (account, bank) if back else (bank, account)
    way = "deposit_back" if back else "deposit"
    money.move(*sides, 50_000, kind=Transfer.Kind.DEPOSIT, key=f"{way}:{partner.pk}:bca 1")
    before = deposits.balance(partner)
    for whose in (partner, money.partner()):
        with pytest.raises(DepositKnown, match=partner.name):
            proposed(whose, back=back)
    assert proposed(partner, back=not back).status == "proposed"
    assert deposits.balance(partner) == before


def waiting_since_before(partner: Partner, **changes: Any) -> DepositBooking:
    """What was proposed in another spelling before one spelling counted, as the migration left it."""
    told = {"back": False, "amount": 50_000, "reference": "bca 1", "reason": "setoran", "proposed_by": money.officer()}
    row = DepositBooking(partner=partner, **told | changes)
    row.pk = 1_000_000 + DepositBooking.objects.count()
    row.subject = f"BCA-1#{row.pk}"
    row.save(force_insert=True)
    return row


@pytest.mark.parametrize("back", [False, True])
def test_what_waited_in_another_spelling_is_not_booked_beside_the_first(back: bool) -> None:
    first, second = money.partner(), money.partner()
    deposits.agree(proposed(first, reference="BCA-0"), money.officer())
    deposits.agree(proposed(first, reference="BCA/1", back=back), money.officer())
    first.refresh_from_db()
    before = deposits.balance(first)
    for whose in (first, second):
        with pytest.raises(DepositKnown, match=first.name):
            deposits.agree(waiting_since_before(whose, back=back), money.officer())
    assert deposits.balance(first) == before
    assert DepositBooking.objects.filter(subject__contains="#", status="proposed").count() == 2
    money.assert_books_hold()


def test_of_two_spellings_that_waited_the_first_agreed_to_is_booked() -> None:
    partner = money.partner()
    later, earlier = waiting_since_before(partner), proposed(partner, reference="BCA/1")
    assert deposits.agree(later, money.officer()).key == "deposit::BCA-1"
    with pytest.raises(DepositKnown, match=partner.name):
        deposits.agree(earlier, money.officer())
    partner.refresh_from_db()
    assert deposits.balance(partner) == 50_000
    money.assert_books_hold()


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"amount": 0}, InvalidAmount),
        ({"reference": " "}, ReasonMissing),
        ({"reference": "-/"}, ReasonMissing),
        ({"reason": ""}, ReasonMissing),
    ],
)
def test_a_booking_says_how_much_by_what_number_and_why(wrong: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        proposed(money.partner(), **wrong)
