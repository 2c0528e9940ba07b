"""Several workers speak to one partner at once, and results come by two ways at the same moment: each line is paid once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from disbursement.models import PayoutLine, ProviderAccount
from disbursement.providers import calling, notices, results
from disbursement.providers.protocol import Outcome, Told
from tests import money
from tests.disbursement import partners
from tests.processes import together
from wallet.models import Transfer

pytestmark = pytest.mark.usefixtures("processes")
PEOPLE = 12


@pytest.fixture
def provider(committed_db: None) -> ProviderAccount:
    return partners.provider(bulk_size=2)


@pytest.fixture
def running(provider: ProviderAccount) -> Iterator[partners.Running]:
    started = partners.start(provider)
    yield started
    started.stop()


def _work(provider: int) -> int:
    done = 0
    while calling.work_next(provider):
        done += 1
    return done


def _notice(provider: int, bulk_id: str, references: str, external_id: str) -> int:
    lines = [{"partnerReferenceNo": reference, "responseCode": "2004000"} for reference in json.loads(references)]
    partner = ProviderAccount.objects.get(pk=provider).partner
    return notices.take(partner, bulk_id, lines, external_id=external_id, digest="").settled


def _settle(provider: int, references: str, outcome: str) -> int:
    told = Told(Outcome(outcome), "2003900/00" if outcome == "paid" else "2003900/06", "" if outcome == "paid" else "x")
    row = ProviderAccount.objects.get(pk=provider)
    told_of = dict.fromkeys(json.loads(references), told)
    return results.settle(row, told_of, PayoutLine.Source.INQUIRY).settled


def test_many_workers_at_once_send_each_line_once_and_ask_about_each_once(
    provider: ProviderAccount, running: partners.Running
) -> None:
    batch = partners.batch_through(provider, PEOPLE)
    partners.handed_over(batch)
    jobs: list[tuple[Any, tuple[Any, ...]]] = [(_work, (provider.pk,))] * 4
    assert sum(outcome.value for outcome in together(jobs)) == PEOPLE // 2
    assert (sum(running.credits().values()), running.state()["resent"]) == (PEOPLE, 0)
    PayoutLine.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    assert sum(outcome.value for outcome in together(jobs)) == PEOPLE
    partners.assert_settled(batch, provider, running, paid=PEOPLE)
    assert set(PayoutLine.objects.values_list("sends", "asks")) == {(1, 1)}


def test_notices_and_inquiries_at_the_same_moment_pay_each_line_once(
    provider: ProviderAccount, running: partners.Running
) -> None:
    batch = partners.batch_through(provider, PEOPLE)
    partners.handed_over(batch)
    partners.work(provider)
    references = list(PayoutLine.objects.order_by("pk").values_list("reference", flat=True))
    bulk_id = partners.line_of(batch).request.bulk_id
    forth, back = json.dumps(references), json.dumps(references[::-1])
    jobs: list[tuple[Any, tuple[Any, ...]]] = [
        (_notice, (provider.pk, bulk_id, forth, "1")),
        (_notice, (provider.pk, bulk_id, back, "2")),
        (_settle, (provider.pk, back, "paid")),
        (_settle, (provider.pk, forth, "paid")),
    ]
    outcomes = together(jobs)
    assert [outcome.error for outcome in outcomes] == [""] * 4
    assert sum(outcome.value for outcome in outcomes) == PEOPLE
    partners.assert_settled(batch, provider, running, paid=PEOPLE)


def test_of_two_opposite_results_at_the_same_moment_one_counts_and_the_other_is_kept(provider: ProviderAccount) -> None:
    batch = partners.unknown(provider, 2)
    references = json.dumps(list(PayoutLine.objects.order_by("pk").values_list("reference", flat=True)))
    outcomes = together([(_settle, (provider.pk, references, outcome)) for outcome in ("paid", "failed")])
    assert sorted(outcome.value for outcome in outcomes) == [0, 2]
    assert PayoutLine.objects.exclude(contradiction="").count() == 2
    paid = PayoutLine.objects.filter(state="paid").count()
    assert paid in (0, 2)
    assert Transfer.objects.filter(kind=Transfer.Kind.REMITTANCE).count() == paid
    assert money.balance(provider.account_id) == paid * partners.AMOUNT
    assert partners.finished(batch).status == "closed"
    money.assert_books_hold()
