"""Partners' deposits: money that a partner paid to our bank ahead, out of which the top-ups it asks for are paid.

One officer proposes a booking, another compares it with the bank's statement and agrees: what is booked can be spent at once.
One of the bank's entries is one booking, of one partner, however its number is spelled.
"""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from wallet import bank_references, ledger, proposals
from wallet.models import Account, DepositBooking, Partner, Transfer
from wallet.proposal_errors import DepositKnown
from wallet.transactions import retried
from wallet.wallets import required


@retried
def propose(partner: Partner, amount: int, *, back: bool, reference: str, reason: str, by: User) -> DepositBooking:
    """Asks another officer to book what arrived at the bank for the partner, or went back, by the bank's number. Rupiah.

    Raises InvalidAmount, ReasonMissing (no reference or reason), DepositKnown.
    """
    ledger.check_amount(amount)
    booking = DepositBooking(
        partner=partner,
        back=back,
        amount=amount,
        reference=required(reference),
        subject=required(bank_references.subject(reference)),
        reason=required(reason),
        proposed_by=by,
    )
    _check_not_booked(booking)
    try:
        with transaction.atomic():
            booking.save(force_insert=True)
    except IntegrityError as error:
        if getattr(error.__cause__, "pgcode", None) == "23505":
            raise DepositKnown(partner=_partner_of(booking)) from error
        raise
    return booking


def _partner_of(booking: DepositBooking) -> Partner:
    """The partner for whom the bank's number was proposed or booked before."""
    others = DepositBooking.objects.exclude(status=DepositBooking.Status.DROPPED).select_related("partner")
    return others.get(back=booking.back, subject=booking.subject).partner


def _check_not_booked(booking: DepositBooking) -> None:
    """Raises DepositKnown if a transfer carries the bank's number already: earlier ones have it as it was typed.

    The number is asked for, and not the booking's `subject`, which is a row's own where two spellings waited before one counted.
    """
    entry = bank_references.subject(booking.reference)
    partners = dict(Partner.objects.exclude(deposit=None).values_list("deposit", "pk"))
    side = "debit" if booking.back else "credit"
    posted = Transfer.objects.filter((f"{side}__in", list(partners)), kind=Transfer.Kind.DEPOSIT)
    for account, key in posted.values_list(side, "key"):
        _way, _partner, reference = key.split(":", 2)
        if bank_references.subject(reference) == entry:
            raise DepositKnown(partner=Partner.objects.get(pk=partners[account]))


@retried
def agree(booking: DepositBooking, by: User) -> Transfer:
    """Books it. Raises OwnProposal, ProposalMoved, DepositKnown, InsufficientFunds (more goes back than there is)."""
    booking = proposals.agree(booking, by)
    # Before the look: what is agreed to at this moment in another spelling would be taken for the same booking, sent again.
    Partner.objects.select_for_update(no_key=True).get(pk=booking.partner_id)
    _check_not_booked(booking)
    return _move(booking.partner, booking.amount, bank_references.subject(booking.reference), back=booking.back)


@retried
def receive(partner: Partner, amount: int, *, reference: str) -> Transfer:
    """Books what arrived at the bank for the partner, once for each reference (the bank's); nobody is asked. Rupiah.

    For the sandbox, where no money is real; officers propose and agree.
    Raises InvalidAmount, ReasonMissing (no reference), IdempotencyConflict (the reference was booked with another amount).
    """
    return _move(partner, amount, required(reference), back=False)


def balance(partner: Partner) -> int:
    """Rupiah that the partner's top-ups may still use."""
    return 0 if partner.deposit_id is None else ledger.balance_of(partner.deposit_id)


def _move(partner: Partner, amount: int, reference: str, *, back: bool) -> Transfer:
    ledger.check_amount(amount)
    account, bank = _opened(partner), ledger.singleton(Account.Kind.BANK).pk
    debit, credit = (account, bank) if back else (bank, account)
    # Of one partner; earlier keys name theirs between the two, and the reference as it was typed.
    key = f"{'deposit_back' if back else 'deposit'}::{reference}"
    [posted] = ledger.post([ledger.Leg(debit, credit, amount, Transfer.Kind.DEPOSIT, key=key)])
    return posted


def _opened(partner: Partner) -> int:
    """The account of the partner's deposit; opened under the partner's lock if there is none yet."""
    row = Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
    account = row.deposit_id
    if account is None:
        account = ledger.open_account(Account.Kind.DEPOSIT, row.name).pk
        Partner.objects.filter(pk=row.pk).update(deposit=account)
    partner.deposit_id = account
    return account
