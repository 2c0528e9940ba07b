"""Ledger, statements and answers side by side: each payment counts once, whatever its part and whichever account has it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from beneficiaries.models import Person
from disbursement import approvals, books, breaks, programme_file, programmes, reconciliation_days, statement_accounts
from disbursement.models import Break, Programme
from disbursement.providers import results
from disbursement.providers.protocol import Outcome, Told
from tests import money
from tests.disbursement import partners
from tests.disbursement.statement_files import Entry, account, booked, camt


@pytest.mark.django_db
def test_the_columns_of_a_batch_count_each_part_once() -> None:
    programme_file.load()
    kjp, today = Programme.objects.get(code="KJP"), timezone.localdate()
    programmes.fund(kjp, 10_000_000, "DIPA-1")
    pupil = money.person(born=today.replace(year=today.year - 9, day=1))
    Person.objects.filter(pk=pupil.pk).update(schooling="sd")
    batch = approvals.submit(money.prepared(kjp, today.replace(day=1)), by=money.officer())
    batch = money.pay_out(money.approve(batch))
    lines = {line.part: line for line in batch.instructions.all()}
    assert len(lines) == 2
    entries = [Entry(line.amount, line.key, day=today) for line in lines.values()]
    booked(camt(*entries, since=today, until=today + timedelta(days=3)), account("disbursement"))
    breaks.find()
    assert not Break.objects.exists()
    row = reconciliation_days.of_batch(batch)
    assert (row.paid.count, row.paid.sen) == (2, 250_000_00)
    assert (row.statement.count, row.statement.sen) == (2, 250_000_00)


@pytest.mark.django_db
def test_what_a_partner_paid_is_found_under_its_own_reference() -> None:
    through, today = partners.provider(), timezone.localdate()
    batch = partners.unknown(through)
    line = partners.line_of(batch)
    results.settle(through, {line.reference: Told(Outcome.PAID, "2003900/00")}, line.Source.NOTICE)
    of = account(books.partner_code(through.code), kind="provider", number="")
    booked(camt(Entry(line.amount, line.reference, day=today), since=today, until=today + timedelta(days=3)), of)
    breaks.find()
    assert not Break.objects.exists()
    row = reconciliation_days.of_batch(batch)
    assert (row.paid, row.statement) == (reconciliation_days.Side(1, line.amount * 100),) * 2


@pytest.mark.django_db
def test_a_day_counts_a_transfer_once_whatever_accounts_there_were() -> None:
    today = timezone.localdate()
    programmes.fund(money.programme(), 1_000, "SP2D-1/2026")
    old = account("funding", active=False)
    proposed = statement_accounts.propose_end(old, today, money.officer())
    statement_accounts.agree_end(proposed, money.officer())
    account("funding", starts_on=today + timedelta(days=1))
    [row] = reconciliation_days.by_day(today, days=1)
    assert (row.ledger.count, row.ledger.sen) == (1, 1_000_00)
