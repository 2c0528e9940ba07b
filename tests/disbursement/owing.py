"""Arrears that are paid, for tests of what is told about them."""

from __future__ import annotations

from datetime import date

from beneficiaries.models import Person
from disbursement import approvals, batches, eligibility, owed, programmes
from disbursement.models import Batch, Enrolment, Programme
from tests import money

OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)


def arrears_paid(programme: Programme, person: Person, *, decree: str = "") -> Batch:
    """November's batch, paid, which pays the person October too: nobody was in October's."""
    eligibility.enrol_eligible(programme)
    row = Enrolment.objects.filter(programme=programme, person=person)
    owed.owe(row, batches.cycle_of(programme, OCTOBER), "terlewat", money.officer(), decree=decree)
    batch = approvals.submit(batches.prepare(batches.cycle_of(programme, NOVEMBER)), by=money.officer())
    programmes.fund(programme, batch.total, money.unique("DIPA"))
    return money.pay_out(money.approve(batch))
