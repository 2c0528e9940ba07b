"""Cases of clawback for tests, led through their steps by the real functions."""

from __future__ import annotations

from datetime import date

from django.contrib.auth.models import User

from disbursement import approvals, batches, clawback, programmes
from disbursement.models import Batch, Clawback, Instruction, Programme
from tests import money

OCTOBER, NOVEMBER, DECEMBER = date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1)


def paid(programme: Programme, period: date) -> Batch:
    """That month of the programme, paid, with just the money for it."""
    batch = approvals.submit(money.prepared(programme, period), by=money.officer())
    programmes.fund(programme, batch.total, money.unique("DIPA"))
    return money.pay_out(money.approve(batch))


def world(people: int = 1, *, amount: int = 100_000) -> Batch:
    """A programme that paid October to so many people."""
    money.people(people)
    return paid(money.programme(amount=amount), OCTOBER)


def line(batch: Batch, place: int = 0) -> Instruction:
    return batch.instructions.select_related("enrolment__person").order_by("enrolment_id", "pk")[place]


def proposed(instruction: Instruction, amount: int, *, share: int | None = None, by: User | None = None) -> Clawback:
    return clawback.propose(
        {instruction.pk: amount},
        reason="Dibayar dua kali.",
        evidence="BA-7/2026",
        share=share,
        by=by or money.officer(),
    )


def objected(case: Clawback) -> Clawback:
    case = clawback.notify(case, by=money.officer(), reason="surat dikirim")
    return clawback.object_to(case, "Saya tidak menerima.", channel=Clawback.Channel.OFFICE, by=money.officer())


def in_force(instruction: Instruction, amount: int, *, share: int | None = None) -> Clawback:
    """A case that was objected to in vain: so nobody waits for a day to pass."""
    case = objected(proposed(instruction, amount, share=share))
    case = clawback.decide(case, by=money.officer(), reason="bukti lengkap")
    return clawback.enforce(case, by=money.officer(), reason="sesuai")


def prepared(batch: Batch, period: date = NOVEMBER) -> Batch:
    return batches.prepare(batches.cycle_of(batch.cycle.programme, period))


def amounts(batch: Batch) -> list[int]:
    return list(batch.instructions.order_by("enrolment_id", "part", "pk").values_list("amount", flat=True))
