"""Conformance runs: opened by a partner, fed by what the partner's client calls, and ended with a signed report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from sandbox import clock, fixtures, reports
from sandbox.models import Exchange, Run
from sandbox.steps import STEPS, Result, Seen, Step, Verdict
from wallet.models import Partner

PASSING = (Result.PASSED, Result.UNTESTED)
MOST_EXCHANGES = 2_000  # of a run: a client that runs wild fills no disk
MOST_UNPROVED = 100  # of those: what others send under the partner's name takes no place from its own


@dataclass(frozen=True, slots=True)
class Standing:
    """A step and how it stands."""

    step: Step
    verdict: Verdict


def start(partner: Partner) -> Run:
    """The partner's open run, a new one if there is none. One that stood open too long is finished as it stands."""
    open_run = Run.objects.filter(partner=partner, finished_at=None).first()
    if open_run is not None and not _outlived(open_run):
        return open_run
    if open_run is not None:
        finish(open_run)
    try:
        with transaction.atomic():
            return Run.objects.create(partner=partner, started_at=clock.real())
    except IntegrityError:  # another window was faster
        return Run.objects.get(partner=partner, finished_at=None)


def _outlived(run: Run) -> bool:
    return clock.real() - run.started_at > timedelta(hours=settings.SANDBOX["run_hours"])


def is_over(run: Run) -> bool:
    """True if nothing more is added to the run: it stood open too long, or it is full. It waits for its report."""
    return _outlived(run) or run.exchanges.count() >= MOST_EXCHANGES


def watch(client_id: str, seen: Seen) -> None:
    """Keeps the exchange if that partner has a run open."""
    run = Run.objects.filter(partner__client_id=client_id, finished_at=None).first() if client_id else None
    if run is None or is_over(run):
        return
    if not seen.proved and run.exchanges.filter(seen__proved=False).count() >= MOST_UNPROVED:
        return
    with transaction.atomic():
        # Under the run's lock: nothing is added to a run whose report is being made.
        if Run.objects.select_for_update().filter(pk=run.pk, finished_at=None).exists():
            Exchange.objects.create(run=run, seen=asdict(seen))


def seen_in(run: Run) -> list[Seen]:
    """The run's exchanges, in order, and after them how the partner took what it was told about the run's numbers."""
    called = [Seen(**row) for row in run.exchanges.order_by("pk").values_list("seen", flat=True)]
    told = fixtures.notices_about(run.partner, sorted({one.reference for one in called if one.reference}))
    return called + [
        Seen(service=it.service, signature="notice", status=it.status, code=it.outcome, reference=it.reference)
        for it in told
    ]


def standings(seen: Sequence[Seen]) -> list[Standing]:
    """Every step with its verdict."""
    return [Standing(step, step.judge(seen)) for step in STEPS]


@transaction.atomic
def finish(run: Run) -> Run:
    """Ends the run and signs its report, in the language of whoever asks. Safe to repeat: the first report stays."""
    run = Run.objects.select_for_update(of=("self",)).select_related("partner").get(pk=run.pk)
    if run.finished_at is not None:
        return run
    seen, finished = seen_in(run), clock.real()
    steps = standings(seen)
    run.finished_at, run.passed = finished, all(it.verdict.result in PASSING for it in steps)
    content = reports.content(run, seen, [(it.step, it.verdict) for it in steps], finished, clock.ahead())
    run.report, run.key_number, run.signature = reports.sign(content)
    run.save(update_fields=["finished_at", "passed", "report", "key_number", "signature"])
    return run
