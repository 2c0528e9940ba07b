"""A partner that pays for us, over real HTTP and real commits, with everything that can go wrong: each person is paid once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from disbursement.models import Batch, BulkRequest, Chunk, Exchange, PayoutLine, ProviderAccount
from disbursement.providers import calling
from tests import money
from tests.disbursement import partners

pytestmark = pytest.mark.usefixtures("committed_db", "no_grace")


@pytest.fixture
def no_grace(settings: Any) -> None:
    settings.PARTNERS = settings.PARTNERS | {"not_found_grace": timedelta(0), "answer_seconds": 0.6}


@pytest.fixture
def provider(committed_db: None) -> ProviderAccount:
    return partners.provider()


@pytest.fixture
def running(provider: ProviderAccount) -> Iterator[partners.Running]:
    started = partners.start(provider)
    yield started
    started.stop()


def test_who_is_paid_through_the_partner_is_paid_there_and_the_others_by_our_own_wallet(
    provider: ProviderAccount, running: partners.Running
) -> None:
    batch = partners.batch_through(provider, 3, own=2)
    partners.handed_over(batch)
    assert partners.states(batch) == {"sent": 3, "paid": 2}
    assert money.balance(batch.clearing_id) == 3 * partners.AMOUNT
    assert running.credits() == {}  # nothing is sent before it is committed
    partners.work(provider)
    assert sum(running.credits().values()) == 3
    assert partners.states(batch) == {"sent": 3, "paid": 2}  # accepted is not paid
    assert partners.finished(batch).status == Batch.Status.PAYING
    partners.hurry()
    partners.work(provider)
    assert partners.finished(batch).status == Batch.Status.CLOSED
    assert partners.states(batch) == {"paid": 5}
    assert money.balance(provider.account_id) == 3 * partners.AMOUNT
    money.assert_books_hold()


@pytest.mark.parametrize(
    "fault",
    [
        "ok",
        "accepted_202",
        "timeout_after_credit",
        "timeout_before_credit",
        "reset_after_credit",
        "reset_before_credit",
        "error_500",
        "error_504",
        "error_500_after_credit",
        "garbage",
        "token_expired",
        "missing_lines",
        "duplicate_409",
    ],
)
def test_whatever_happens_to_the_request_everybody_is_paid_once(
    provider: ProviderAccount, running: partners.Running, fault: str
) -> None:
    running.plan(bulk=[fault], notices={"lost": True})
    batch = partners.batch_through(provider, 5)
    partners.handed_over(batch)
    for _ in range(4):
        partners.work(provider)
        partners.hurry()
    partners.assert_settled(batch, provider, running, paid=5)
    sent = PayoutLine.objects.values_list("sends", flat=True)
    resent = {"timeout_before_credit": 5, "reset_before_credit": 5, "error_500": 5, "error_504": 5, "missing_lines": 1}
    assert sum(sent) == 5 + resent.get(fault, 0)
    assert running.state()["resent"] == 0  # nothing that had arrived was sent again


def test_an_outcome_nobody_knows_keeps_the_batch_open_and_its_money_in_clearing(
    provider: ProviderAccount, running: partners.Running
) -> None:
    running.plan(
        bulk=["timeout_after_credit"], inquiry=["error_500"] * 2 + ["garbage", "timeout"], notices={"lost": True}
    )
    batch = partners.batch_through(provider, 2)
    partners.handed_over(batch)
    calling.send_next(provider.pk)
    assert partners.states(batch) == {"unknown": 2}
    for _ in range(4):
        partners.hurry()
        assert calling.ask_next(provider.pk)
    assert partners.states(batch) == {"unknown": 2}
    assert partners.finished(batch).status == Batch.Status.PAYING
    assert money.balance(batch.clearing_id) == 2 * partners.AMOUNT
    partners.hurry()
    partners.work(provider)
    partners.assert_settled(batch, provider, running, paid=2)


def test_a_line_that_the_partner_refuses_fails_for_its_reason_and_a_follow_up_pays_it_in_another_attempt(
    provider: ProviderAccount, running: partners.Running
) -> None:
    batch = partners.batch_through(provider, 3, ends={1: partners.FROZEN})
    partners.handed_over(batch)
    partners.work(provider)
    partners.hurry()
    partners.work(provider)
    partners.assert_settled(batch, provider, running, paid=2, failed=1)
    failed = batch.instructions.get(status="failed")
    assert failed.failure == "provider_refused"
    second = money.batches.follow_up(batch)
    [line] = second.instructions.all()
    assert (line.enrolment_id, line.attempt, line.route_id) == (failed.enrolment_id, 2, failed.route_id)


def test_a_request_that_is_refused_as_a_whole_fails_its_lines_and_their_money_returns(
    provider: ProviderAccount, running: partners.Running
) -> None:
    running.plan(bulk=["no_float"])
    batch = partners.batch_through(provider, 2)
    partners.handed_over(batch)
    partners.work(provider)
    partners.assert_settled(batch, provider, running, paid=0, failed=2)
    assert set(batch.instructions.values_list("failure", flat=True)) == {"provider_float"}


def test_a_partner_that_is_not_there_is_tried_again_later_and_nothing_is_unknown(provider: ProviderAccount) -> None:
    batch = partners.batch_through(provider, 2)
    partners.handed_over(batch)
    assert calling.send_next(provider.pk)
    assert not calling.send_next(provider.pk)  # later
    assert partners.states(batch) == {"sent": 2}
    request = BulkRequest.objects.get()
    assert (request.state, request.attempts) == ("ready", 1)
    assert request.due_at > timezone.now()
    assert set(PayoutLine.objects.values_list("state", "sends")) == {("ready", 0)}
    running = partners.start(provider)
    try:
        partners.hurry()
        partners.work(provider)
        partners.hurry()
        partners.work(provider)
        partners.assert_settled(batch, provider, running, paid=2)
    finally:
        running.stop()


def test_what_the_partner_has_not_found_is_sent_again_only_after_the_grace(
    provider: ProviderAccount, running: partners.Running, settings: Any
) -> None:
    settings.PARTNERS = settings.PARTNERS | {"not_found_grace": timedelta(hours=1)}
    running.plan(bulk=["error_504"], notices={"lost": True})
    batch = partners.batch_through(provider, 2)
    partners.handed_over(batch)
    for _ in range(3):
        partners.hurry()
        partners.work(provider)
    assert partners.states(batch) == {"unknown": 2}
    assert set(PayoutLine.objects.values_list("sends", flat=True)) == {1}
    assert running.credits() == {}
    references = set(PayoutLine.objects.values_list("reference", flat=True))
    PayoutLine.objects.update(sent_at=timezone.now() - timedelta(hours=2))
    for _ in range(3):
        partners.hurry()
        partners.work(provider)
    partners.assert_settled(batch, provider, running, paid=2)
    assert set(running.credits()) == references  # the same references
    assert len(set(Exchange.objects.values_list("external_id", flat=True))) == Exchange.objects.count()


def test_what_was_sent_too_often_is_left_to_officers(
    provider: ProviderAccount, running: partners.Running, settings: Any
) -> None:
    most = settings.PARTNERS["most_sends"]
    running.plan(bulk=["error_504"] * (most + 3))
    batch = partners.batch_through(provider, 1)
    partners.handed_over(batch)
    for _ in range(3 * most):
        partners.hurry()
        partners.work(provider)
    line = partners.line_of(batch)
    assert (line.state, line.sends) == ("unknown", most)
    assert partners.finished(batch).status == Batch.Status.PAYING


def test_many_lines_are_sent_in_requests_of_the_partners_size_and_progress_tells_what_is_open(
    provider: ProviderAccount, running: partners.Running
) -> None:
    ProviderAccount.objects.filter(pk=provider.pk).update(bulk_size=4)
    batch = partners.batch_through(provider, 10)
    partners.handed_over(batch)
    assert list(BulkRequest.objects.order_by("pk").values_list("count", flat=True)) == [4, 4, 2]
    now = partners.execution.progress(batch)
    assert (now.count, now.paid, now.failed, now.open) == (10, 0, 0, 10)
    for _ in range(2):
        partners.work(provider)
        partners.hurry()
    chunk = Chunk.objects.get()
    assert (chunk.status, chunk.open_count, chunk.paid_count) == ("done", 0, 10)
    assert chunk.paid_total == 10 * partners.AMOUNT
    partners.assert_settled(batch, provider, running, paid=10)


@pytest.mark.parametrize("seed", range(3))
def test_with_faults_drawn_at_random_everybody_is_paid_once(
    provider: ProviderAccount, running: partners.Running, seed: int
) -> None:
    running.plan(seed=seed, share=0.5, notices={"lost": True})
    ProviderAccount.objects.filter(pk=provider.pk).update(bulk_size=3)
    batch = partners.batch_through(provider, 9, ends={4: partners.UNKNOWN_ACCOUNT})
    partners.handed_over(batch)
    for _ in range(40):
        partners.work(provider)
        partners.hurry()
        if partners.finished(batch).status == Batch.Status.CLOSED:
            break
        if not PayoutLine.objects.filter(state__in=PayoutLine.OPEN).exclude(sends__gte=4).exists():
            running.plan(share=0)
    running_credits = running.credits()
    assert Counter(running_credits.values()) == {1: 8}
    partners.assert_settled(batch, provider, running, paid=8, failed=1)
