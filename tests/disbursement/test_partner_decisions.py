"""Outcomes that nobody knows: they are live, keep their batch open, and are settled by the partner or by two officers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.utils import timezone

from disbursement import batches, breaks, execution, pauses
from disbursement.errors import NothingToPay, WrongStatus
from disbursement.models import Batch, Break, BulkRequest, Chunk, PayoutLine, ProviderAccount, Resolution
from disbursement.provider_errors import (
    EvidenceMissing,
    LineSettled,
    NeverSent,
    NoProposal,
    OutcomesOpen,
    PaidElsewhere,
    ProposalIsOwn,
    ProposalOpen,
    ProviderInactive,
)
from disbursement.providers import ages, calling, resolutions, results, snap_answers
from disbursement.providers.protocol import Answer, Outcome, Sent, Told
from tests import money
from tests.disbursement import partners

pytestmark = pytest.mark.django_db
PAID = Told(Outcome.PAID, "2003900/00")
FAILED = Told(Outcome.FAILED, "2003900/06", "provider_refused")


@pytest.fixture
def provider() -> ProviderAccount:
    return partners.provider()


@pytest.fixture
def first() -> User:
    return money.officer()


@pytest.fixture
def second() -> User:
    return money.officer()


def _tell(line: PayoutLine, told: Told) -> results.Applied:
    return results.settle(line.provider, {line.reference: told}, PayoutLine.Source.NOTICE)


def test_an_unknown_line_is_live_so_no_other_batch_pays_its_person(provider: ProviderAccount) -> None:
    batch = partners.unknown(provider)
    assert batch.instructions.get().live
    with pytest.raises(NothingToPay):
        batches.prepare(batch.cycle)
    with pytest.raises(WrongStatus):
        batches.follow_up(batch)
    assert not execution.close_if_done(batch.pk)


def test_what_is_pending_or_unknown_moves_no_money_and_the_outcome_moves_it_once(provider: ProviderAccount) -> None:
    batch = partners.unknown(provider, 2)
    one, other = partners.line_of(batch), partners.line_of(batch, 1)
    _tell(one, Told(Outcome.PENDING, "2003900/03"))
    _tell(one, Told(Outcome.UNKNOWN, "5003900"))
    assert money.balance(provider.account_id) == 0
    assert [_tell(one, PAID).settled, _tell(one, PAID).repeated] == [1, 1]
    assert money.balance(provider.account_id) == partners.AMOUNT
    _tell(other, FAILED)
    assert money.pay_out(batch).status == Batch.Status.CLOSED
    partners.assert_money(provider, paid=1, failed=1)
    assert batch.instructions.get(status="failed").failure == "provider_refused"


def test_two_officers_settle_what_the_partner_does_not_tell(
    provider: ProviderAccount, first: User, second: User
) -> None:
    batch = partners.unknown(provider, 2)
    paid, failed = partners.line_of(batch), partners.line_of(batch, 1)
    resolutions.propose(paid, Resolution.Outcome.PAID, "Surat mitra 12/2026", first)
    with pytest.raises(ProposalOpen):
        resolutions.propose(paid, Resolution.Outcome.FAILED, "Surat lain", second)
    with pytest.raises(ProposalIsOwn):
        resolutions.agree(paid, first)
    assert partners.states(batch) == {"unknown": 2}
    resolutions.agree(paid, second, "cocok")
    resolutions.propose(failed, Resolution.Outcome.FAILED, "Surat mitra 13/2026", first)
    resolutions.agree(failed, second)
    assert money.pay_out(batch).status == Batch.Status.CLOSED
    partners.assert_money(provider, paid=1, failed=1)
    assert set(PayoutLine.objects.values_list("settled_by", flat=True)) == {"officer"}
    with pytest.raises(LineSettled):
        resolutions.propose(paid, Resolution.Outcome.FAILED, "Surat lain", first)


def test_a_proposal_needs_evidence_and_may_be_refused(provider: ProviderAccount, first: User, second: User) -> None:
    line = partners.line_of(partners.unknown(provider))
    with pytest.raises(EvidenceMissing):
        resolutions.propose(line, Resolution.Outcome.PAID, "  ", first)
    with pytest.raises(NoProposal):
        resolutions.agree(line, second)
    resolutions.propose(line, Resolution.Outcome.PAID, "Kata mitra", first)
    with pytest.raises(EvidenceMissing):
        resolutions.refuse(line, second, "")
    resolutions.refuse(line, second, "tidak ada surat")
    assert resolutions.proposal_of(line) is None
    line.refresh_from_db()
    assert line.state == "unknown"


def test_the_partner_may_be_faster_than_the_second_officer(
    provider: ProviderAccount, first: User, second: User
) -> None:
    line = partners.line_of(partners.unknown(provider))
    resolutions.propose(line, Resolution.Outcome.FAILED, "Kata mitra", first)
    _tell(line, PAID)
    with pytest.raises(LineSettled):
        resolutions.agree(line, second)
    line.refresh_from_db()
    assert (line.state, line.contradiction) == ("paid", "")
    assert resolutions.proposal_of(line) is not None  # undecided, and without effect


def test_what_was_never_sent_has_no_outcome_to_decide(provider: ProviderAccount, first: User) -> None:
    batch = partners.batch_through(provider, 1)
    partners.handed_over(batch)
    with pytest.raises(NeverSent):
        resolutions.propose(partners.line_of(batch), Resolution.Outcome.PAID, "Surat", first)


@pytest.mark.parametrize(("told", "later"), [(PAID, FAILED), (FAILED, PAID)])
def test_what_contradicts_a_final_outcome_changes_nothing_and_becomes_a_break(
    provider: ProviderAccount, told: Told, later: Told
) -> None:
    batch = partners.unknown(provider)
    line = partners.line_of(batch)
    _tell(line, told)
    money.pay_out(batch)
    before = (money.balance(provider.account_id), partners.states(batch))
    breaks.find()
    assert not Break.objects.exists()
    assert _tell(line, later).contradicted == 1
    assert _tell(line, later).contradicted == 1
    assert (money.balance(provider.account_id), partners.states(batch)) == before
    assert breaks.find_due() is not None  # it is time because of this
    [found] = Break.objects.all()
    assert (found.kind, found.reference, found.instruction_id) == ("provider", line.reference, line.pk)
    assert (found.ledger_sen, found.statement_sen) == (
        (partners.AMOUNT * 100, None) if told is PAID else (0, partners.AMOUNT * 100)
    )


def test_another_amount_than_was_asked_settles_nothing(provider: ProviderAccount) -> None:
    batch = partners.unknown(provider)
    line = partners.line_of(batch)
    _tell(line, Told(Outcome.PAID, "2004000", amount=partners.AMOUNT - 1))
    line.refresh_from_db()
    assert (line.state, line.contradiction) == ("unknown", "amount")
    assert money.balance(provider.account_id) == 0
    breaks.find()
    assert Break.objects.get().kind == "provider"


def _asked(provider: ProviderAccount, told: Told) -> PayoutLine:
    """The one line, after the partner was asked about it and said so; whatever is to be sent again has been sent."""
    partners.hurry()
    channel = partners.Scripted(asks=[told])
    assert calling.ask_next(provider.pk, channel)
    while calling.gather_again(provider.pk) or calling.send_next(provider.pk, channel):
        pass
    return PayoutLine.objects.get()


@pytest.mark.parametrize(
    "later",
    [FAILED, Told(Outcome.MISSING, "4043901"), PAID, Told(Outcome.UNKNOWN, "5003900")],
    ids=lambda told: told.outcome.value,
)
def test_after_another_amount_was_told_only_two_officers_settle_it(
    provider: ProviderAccount, settings: Any, first: User, second: User, later: Told
) -> None:
    settings.PARTNERS = settings.PARTNERS | {"not_found_grace": timedelta(0)}
    batch = partners.unknown(provider)
    _tell(partners.line_of(batch), Told(Outcome.PAID, "2004000", amount=partners.AMOUNT - 1))
    line = _asked(provider, later)
    assert (line.state, line.sends, line.contradiction) == ("unknown", 1, "amount")
    assert (partners.states(batch), money.balance(provider.account_id)) == ({"unknown": 1}, 0)
    assert money.balance(batch.clearing_id) == partners.AMOUNT
    resolutions.propose(line, Resolution.Outcome.FAILED, "Surat mitra 14/2026", first)
    resolutions.agree(line, second)
    assert money.pay_out(batch).status == Batch.Status.CLOSED
    partners.assert_money(provider, paid=0, failed=1)


def test_after_another_amount_was_told_the_right_one_settles_it(provider: ProviderAccount) -> None:
    batch = partners.unknown(provider)
    _tell(partners.line_of(batch), Told(Outcome.PAID, "2004000", amount=partners.AMOUNT - 1))
    line = _asked(provider, Told(Outcome.PAID, "2003900/00", amount=partners.AMOUNT))
    assert (line.state, line.contradiction) == ("paid", "amount")  # which stays to be looked into
    partners.assert_money(provider, paid=1, failed=0)


@pytest.mark.parametrize(
    "before",
    [
        Told(Outcome.PENDING, "2003900/03", reference="MITRA-1"),
        Told(Outcome.UNKNOWN, "5004000", reference="MITRA-1"),
        snap_answers.of_notified(
            {"latestTransactionStatus": "00", "referenceNo": "MITRA-1", "amount": {"value": "1,0", "currency": "IDR"}}
        ),
    ],
)
def test_what_the_partner_has_given_a_number_is_not_sent_again_when_it_has_never_heard_of_it(
    provider: ProviderAccount, settings: Any, before: Told
) -> None:
    settings.PARTNERS = settings.PARTNERS | {"not_found_grace": timedelta(0)}
    batch = partners.unknown(provider)
    _tell(partners.line_of(batch), before)
    line = _asked(provider, Told(Outcome.MISSING, "4043901"))
    assert (line.state, line.sends, line.partner_reference) == ("unknown", 1, "MITRA-1")
    assert partners.states(batch) == {"unknown": 1}
    assert _tell(line, FAILED).settled == 1  # and what it says for good still counts
    money.pay_out(batch)
    partners.assert_money(provider, paid=0, failed=1)


def test_what_waits_to_be_sent_again_stays_here_once_the_partner_gives_it_a_number(
    provider: ProviderAccount, settings: Any
) -> None:
    settings.PARTNERS = settings.PARTNERS | {"not_found_grace": timedelta(0)}
    batch = partners.unknown(provider)
    partners.hurry()
    calling.ask_next(provider.pk, partners.Scripted(asks=[Told(Outcome.MISSING, "4043901")]))
    line = partners.line_of(batch)
    assert line.state == "ready"
    _tell(line, Told(Outcome.UNKNOWN, "5004000", reference="MITRA-1"))
    assert not calling.gather_again(provider.pk)
    line.refresh_from_db()
    assert (line.state, line.sends) == ("unknown", 1)


def test_a_refusal_of_a_resend_says_nothing_of_the_first_time(provider: ProviderAccount, settings: Any) -> None:
    settings.PARTNERS = settings.PARTNERS | {"not_found_grace": timedelta(0)}
    batch = partners.unknown(provider)
    partners.hurry()
    calling.ask_next(provider.pk, partners.Scripted(asks=[Told(Outcome.MISSING, "4043901")]))
    assert calling.gather_again(provider.pk)
    calling.send_next(provider.pk, partners.Scripted([Answer(Sent.REFUSED, "4034014", 403, "provider_float")]))
    assert partners.states(batch) == {"unknown": 1}


def test_a_notice_of_not_found_sends_nothing_again_before_the_partner_was_asked(
    provider: ProviderAccount, settings: Any
) -> None:
    """A notice tells of the moment it was written, which may be before the partner had read the request to its end."""
    settings.PARTNERS = settings.PARTNERS | {"not_found_grace": timedelta(0)}
    line = partners.line_of(partners.unknown(provider))
    missing = {"latestTransactionStatus": "07", "responseCode": "2004100"}
    _tell(line, snap_answers.of_notified(missing))
    line.refresh_from_db()
    assert line.state == "unknown" and not calling.gather_again(provider.pk)
    partners.hurry()
    channel = partners.Scripted()
    while calling.work_next(provider.pk, channel):
        pass
    assert channel.asked == [line.reference]  # a question, and no payment
    line.refresh_from_db()
    assert (line.state, line.sends) == ("paid", 1)


def test_a_paused_batch_sends_nothing_and_still_asks(provider: ProviderAccount, first: User) -> None:
    ProviderAccount.objects.filter(pk=provider.pk).update(bulk_size=1)
    batch = partners.batch_through(provider, 2)
    partners.handed_over(batch)
    channel = partners.Scripted([Answer(Sent.UNKNOWN, "TimeoutError")])
    calling.send_next(provider.pk, channel)
    pauses.pause(batch, first, "periksa")
    assert not calling.send_next(provider.pk, channel)
    partners.hurry()
    assert calling.ask_next(provider.pk, channel)
    assert partners.states(batch) == {"paid": 1, "sent": 1}
    pauses.resume(batch, first)
    assert calling.send_next(provider.pk, channel)


def test_a_batch_stops_only_when_nobody_is_in_doubt_and_what_was_never_sent_is_not_paid(
    provider: ProviderAccount, first: User
) -> None:
    ProviderAccount.objects.filter(pk=provider.pk).update(bulk_size=1)
    batch = partners.batch_through(provider, 3)
    partners.handed_over(batch)
    calling.send_next(provider.pk, partners.Scripted([Answer(Sent.UNKNOWN, "TimeoutError")]))
    pauses.pause(batch, first, "periksa")
    with pytest.raises(OutcomesOpen):
        pauses.stop(batch, first, "salah daftar")
    assert partners.states(batch) == {"unknown": 1, "sent": 2}
    partners.hurry()
    calling.ask_next(provider.pk, partners.Scripted())
    stopped = pauses.stop(batch, first, "salah daftar")
    assert stopped.status == Batch.Status.CLOSED
    assert partners.states(batch) == {"paid": 1, "failed": 2}
    assert set(batch.instructions.filter(status="failed").values_list("failure", flat=True)) == {"stopped"}
    partners.assert_money(provider, paid=1, failed=2)
    assert Chunk.objects.get().status == "done"
    assert calling.send_next(provider.pk) is False


def test_what_a_partner_paid_is_not_taken_back_from_a_purse(provider: ProviderAccount) -> None:
    batch = partners.unknown(provider)
    _tell(partners.line_of(batch), PAID)
    with pytest.raises(PaidElsewhere):
        money.taken_back(batch.instructions.get(), "keliru")


def test_a_partner_that_is_switched_off_is_handed_nothing_and_officers_see_why(provider: ProviderAccount) -> None:
    batch = partners.batch_through(provider, 1)
    ProviderAccount.objects.filter(pk=provider.pk).update(active=False)
    partners.handed_over(batch)
    chunk = Chunk.objects.get()
    assert (chunk.status, chunk.failure) == ("failed", ProviderInactive.code)
    ProviderAccount.objects.filter(pk=provider.pk).update(active=True)
    batches.retry_failed(batch, by=money.officer(), reason="penyebab diatasi")
    partners.handed_over(batch)
    assert partners.states(batch) == {"sent": 1}


def test_whose_wallet_is_frozen_is_not_paid_through_a_partner_either(provider: ProviderAccount) -> None:
    batch = partners.batch_through(provider, 2)
    money.wallets.freeze(batch.instructions.earliest("pk").wallet, "sengketa")
    partners.handed_over(batch)
    assert partners.states(batch) == {"failed": 1, "sent": 1}
    assert batch.instructions.get(status="failed").failure == "wallet_frozen"


def test_a_sender_that_died_leaves_lines_unknown_and_they_are_asked_about_at_once(
    provider: ProviderAccount, settings: Any
) -> None:
    batch = partners.batch_through(provider, 2)
    partners.handed_over(batch)
    assert calling._claim(provider.pk) is not None  # and then it died
    assert calling.give_up_stale() == 0
    settings.PARTNERS = settings.PARTNERS | {"sending_stale": timedelta(0)}
    assert calling.give_up_stale() == 1
    assert partners.states(batch) == {"unknown": 2}
    channel = partners.Scripted()
    partners.hurry()
    while calling.work_next(provider.pk, channel):
        pass
    assert all(isinstance(asked, str) for asked in channel.asked)  # asked, and never sent again
    assert money.pay_out(batch).status == Batch.Status.CLOSED


def test_one_request_that_cannot_be_given_up_keeps_no_other_from_it(
    provider: ProviderAccount, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ProviderAccount.objects.filter(pk=provider.pk).update(bulk_size=1)
    batch = partners.batch_through(provider, 2)
    partners.handed_over(batch)
    broken, other = (calling._claim(provider.pk), calling._claim(provider.pk))
    assert broken is not None and other is not None
    real = results.settle

    def settle(*arguments: Any, request: int | None = None) -> results.Applied:
        if request == broken.request.pk:
            raise ConnectionError("putus")
        return real(*arguments, request=request)

    monkeypatch.setattr(results, "settle", settle)
    settings.PARTNERS = settings.PARTNERS | {"sending_stale": timedelta(0)}
    assert calling.give_up_stale() == 1
    assert set(BulkRequest.objects.values_list("pk", "state")) == {
        (broken.request.pk, "sending"),
        (other.request.pk, "unknown"),
    }


def test_an_answer_that_comes_after_the_sender_was_given_up_changes_nothing(
    provider: ProviderAccount, settings: Any
) -> None:
    batch = partners.batch_through(provider, 1)
    partners.handed_over(batch)
    call = calling._claim(provider.pk)
    assert call is not None
    settings.PARTNERS = settings.PARTNERS | {"sending_stale": timedelta(0)}
    calling.give_up_stale()
    calling._record(call, Answer(Sent.REFUSED, "4034014", 403, "provider_float"))
    assert partners.states(batch) == {"unknown": 1}


def test_the_queue_has_everybody_without_an_outcome_in_one_bucket_by_age(provider: ProviderAccount) -> None:
    """`opened_at` is written once, so it is the clock that moves."""
    now = timezone.now()
    for old in (timedelta(days=9), timedelta(hours=2), timedelta(0)):
        batch = partners.batch_through(provider, 1)
        Chunk.objects.update(due_at=now - timedelta(days=30))
        with time_machine.travel(now - old, tick=True):
            partners.handed_over(batch)
            calling.send_next(provider.pk, partners.Scripted([Answer(Sent.UNKNOWN, "TimeoutError")]))
    with time_machine.travel(now + timedelta(minutes=1), tick=True):
        found = {bucket.key: (bucket.count, bucket.unknown) for bucket in ages.buckets() if bucket.count}
    assert found == dict.fromkeys(("15m", "6h", "lama"), (1, 1))
