"""What somebody could still try on a batch, or do to the terms it pays under, after it was submitted.

The database refuses what changes the lines; whoever owns it could lift its triggers. `do` runs a statement, one way or the other.
"""

from __future__ import annotations

from collections.abc import Callable

from disbursement.models import Batch, Enrolment, Programme
from tests import money
from wallet.models import PurseTerms

Do = Callable[..., object]
FIRST = "WHERE id = (SELECT min(id) FROM disbursement_instruction WHERE batch_id = %s)"


def change_amount(batch: Batch, do: Do) -> None:
    do(f"UPDATE disbursement_instruction SET amount = 101 {FIRST}", batch.pk)


def change_wallet(batch: Batch, do: Do) -> None:
    do(f"UPDATE disbursement_instruction SET wallet_id = %s {FIRST}", money.wallet().pk, batch.pk)


def remove_line(batch: Batch, do: Do) -> None:
    do(f"DELETE FROM disbursement_instruction {FIRST}", batch.pk)


def add_line(batch: Batch, do: Do) -> None:
    money.person()
    money.eligibility.enrol_eligible(batch.cycle.programme)
    newcomer, chunk = Enrolment.objects.latest("pk"), batch.chunks.latest("number")
    values = [batch.pk, chunk.pk, batch.cycle_id, newcomer.pk, newcomer.person.wallet_id]
    do(
        "INSERT INTO disbursement_instruction (batch_id, chunk_id, cycle_id, enrolment_id, wallet_id, amount, attempt)"
        " VALUES (%s, %s, %s, %s, %s, 100, 1)",
        *values,
    )


def exchange_terms(batch: Batch, do: Do) -> None:
    do("UPDATE disbursement_chunk SET terms_id = %s WHERE batch_id = %s", money.terms().pk, batch.pk)


def prolong(batch: Batch, do: Do) -> None:
    do("UPDATE disbursement_chunk SET purse_days = 999 WHERE batch_id = %s", batch.pk)


def widen_terms(batch: Batch) -> None:
    PurseTerms.objects.filter(pk__in=batch.chunks.values("terms")).update(cash_allowed=True)


def change_categories(batch: Batch) -> None:
    PurseTerms.objects.filter(pk__in=batch.chunks.values("terms")).update(mccs=["5813"])


def leave_the_region(batch: Batch) -> None:
    PurseTerms.objects.filter(pk__in=batch.chunks.values("terms")).update(regions=["32"])


def exchange_fund(batch: Batch) -> None:
    Programme.objects.filter(cycles__batches=batch).update(fund=money.fund(10_000))


CHANGES = [change_amount, change_wallet, remove_line, add_line]
PURSE_CHANGES = [exchange_terms, prolong]  # of every chunk
TERM_CHANGES = [widen_terms, change_categories, leave_the_region, exchange_fund]
