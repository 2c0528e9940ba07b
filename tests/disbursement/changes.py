"""What somebody could still do to a batch, or to the terms it pays under, after it was submitted."""

from __future__ import annotations

from disbursement.models import Batch, Enrolment, Instruction, Programme
from tests import money
from wallet.models import PurseTerms


def change_amount(batch: Batch) -> None:
    batch.instructions.filter(pk=batch.instructions.earliest("pk").pk).update(amount=101)


def change_wallet(batch: Batch) -> None:
    batch.instructions.filter(pk=batch.instructions.earliest("pk").pk).update(wallet=money.wallet())


def remove_line(batch: Batch) -> None:
    batch.instructions.earliest("pk").delete()


def add_line(batch: Batch) -> None:
    money.person()
    money.eligibility.enrol_eligible(batch.cycle.programme)
    newcomer = Enrolment.objects.latest("pk")
    chunk, amount = batch.chunks.latest("number"), 100
    Instruction.objects.create(
        batch=batch, chunk=chunk, cycle=batch.cycle, enrolment=newcomer, wallet=newcomer.person.wallet, amount=amount
    )


def widen_terms(batch: Batch) -> None:
    PurseTerms.objects.filter(pk__in=batch.chunks.values("terms")).update(cash_allowed=True)


def change_categories(batch: Batch) -> None:
    PurseTerms.objects.filter(pk__in=batch.chunks.values("terms")).update(mccs=["5813"])


def leave_the_region(batch: Batch) -> None:
    PurseTerms.objects.filter(pk__in=batch.chunks.values("terms")).update(regions=["32"])


def exchange_terms(batch: Batch) -> None:
    batch.chunks.update(terms=money.terms())


def prolong(batch: Batch) -> None:
    batch.chunks.update(purse_days=999)


def exchange_fund(batch: Batch) -> None:
    Programme.objects.filter(cycles__batches=batch).update(fund=money.fund(10_000))


CHANGES = [change_amount, change_wallet, remove_line, add_line]
TERM_CHANGES = [widen_terms, change_categories, leave_the_region, exchange_terms, prolong, exchange_fund]
