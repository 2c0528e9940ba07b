"""The agency's part: registry, enrolment, budget, and batches that one officer submits and another approves."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from beneficiaries import registry
from beneficiaries.models import RegistryImport
from beneficiaries.registry_staging import Progress
from demo import authenticators, screen
from demo.proof import Proof, stopwatch
from disbursement import approvals, batches, eligibility, execution, programmes, versions
from disbursement.models import Approval, Batch, Chunk, Cycle, Programme
from wallet.models import Account

PAY_WAIT = 120  # seconds


def registry_file(folder: Path, people: int, seed: int) -> Path:
    """Where the social office's file of that many people lies."""
    return folder / f"registry-{people}-{seed}.csv"


def import_registry(folder: Path, people: int, seed: int, proof: Proof) -> RegistryImport:
    """Generates the social office's file and imports it, twice; the second time must change nothing."""
    file = registry_file(folder, people, seed)
    errors = file.with_suffix(".errors.csv")
    written = io.StringIO()
    call_command("make_registry", f"--people={people}", f"--seed={seed}", f"--out={file}", stdout=written)
    screen.line(f"{file.relative_to(Path.cwd())}: {written.getvalue().splitlines()[0]}")
    by = User.objects.get(username="petugas")
    with stopwatch() as seconds, screen.bars() as bars:

        def show(at: Progress) -> None:
            if not at.merging:
                bars.show("import", round(at.share * people), people)

        first = registry.import_file(file, errors, by, progress=show)
        proof.figures["registry import"] = f"{first.rows / seconds():,.0f} rows/s"
    again = registry.import_file(file, errors, by)
    screen.line(
        f"{first.rows:,} rows: {first.added:,} new, {first.changed:,} changed, {first.unchanged:,} unchanged, "
        f"{first.refused:,} refused → {errors.relative_to(Path.cwd())}"
    )
    proof.claim("every row is either in the registry or in the errors file", first.rows, _accounted(first))
    proof.claim("the same file again adds and changes nobody", (0, 0), (again.added, again.changed))
    proof.claim("the same rows are refused again", first.refused, again.refused)
    return first


def _accounted(done: RegistryImport) -> int:
    return done.added + done.changed + done.unchanged + done.refused


def enrol(proof: Proof) -> None:
    """Everyone whom a programme's rule admits is enrolled; a second time finds nobody new."""
    for programme in Programme.objects.filter(active=True).order_by("code"):
        new = eligibility.enrol_eligible(programme)
        rule = versions.of(programme, timezone.localdate()).eligibility
        screen.line(f"{programme.name}: {new:,} enrolled by the rule  {rule}")
        proof.claim(f"{programme.code}: enrolling again adds nobody", 0, eligibility.enrol_eligible(programme))


def next_period() -> date:
    """The first month, from this one on, that no programme has a batch for."""
    period = timezone.localdate().replace(day=1)
    while Cycle.objects.filter(period=period, batches__isnull=False).exists():
        period = (period.replace(day=28) + timedelta(days=4)).replace(day=1)
    return period


def approve_batches(period: date, proof: Proof) -> list[Batch]:
    """One batch a programme: submitted, refused to its maker and without budget, then funded and approved."""
    maker, approver = User.objects.get(username="petugas"), User.objects.get(username="penyetuju")
    approved = []
    for programme in Programme.objects.filter(active=True).order_by("code"):
        batch = approvals.submit(batches.prepare(batches.cycle_of(programme, period)), by=maker)
        screen.line(
            f"{batch.purse_title}: {batch.count:,} instructions, {screen.rupiah(batch.total)}, sha256 {batch.digest[:16]}…"
        )
        if programme.code == "KLJ":
            _show_refusals(batch, maker, approver, proof)
        programmes.fund(programme, batch.total + batch.total // 10, f"DEMO-{period:%Y%m}-{batch.pk}")
        if programme.code == "KLJ":
            _show_a_wrong_code(batch, approver, proof)
        approved.append(authenticators.approve(batch, approver, "Sesuai daftar"))
        screen.line(f"   approved by {approver}, {screen.rupiah(batch.total)} reserved from the fund")
    return approved


def _show_refusals(batch: Batch, maker: User, approver: User, proof: Proof) -> None:
    proof.must_refuse(
        "the maker approves the own batch",
        "approver_is_maker",
        lambda: authenticators.approve(batch, maker, "Milik sendiri"),
    )
    try:
        with transaction.atomic():
            Approval.objects.create(
                submission=batch.submissions.get(),
                batch=batch,
                approver=maker,
                holder=maker,
                maker=maker,
                digest=batch.digest,
            )
        seen = "was allowed"
    except IntegrityError as error:
        seen = str(getattr(getattr(error.__cause__, "diag", None), "constraint_name", error))
    proof.refused("the same, written straight into the database", "approver_is_not_maker", seen)
    proof.must_refuse(
        "an approval of other content",
        "content_changed",
        lambda: authenticators.approve(batch, approver, "Sesuai daftar", digest="0" * 64),
    )
    if Account.objects.get(pk=batch.cycle.programme.fund_id).balance < batch.total:
        proof.must_refuse(
            "an approval without budget",
            "insufficient_funds",
            lambda: authenticators.approve(batch, approver, "Sesuai daftar"),
        )


def _show_a_wrong_code(batch: Batch, approver: User, proof: Proof) -> None:
    wrong = authenticators.wrong_code(approver)
    proof.must_refuse(
        "an approval with a wrong code of the second factor",
        "wrong_code",
        lambda: approvals.approve(batch, by=approver, digest=batch.digest, reason="Sesuai daftar", code=wrong),
    )


def watch(paying: list[Batch], proof: Proof) -> None:
    """Waits for the workers and holds what they paid against what was approved. Raises TimeoutError."""
    wait_until_closed(paying)
    for batch in paying:
        at = execution.progress(batch)
        proof.claim(f"{batch.purse_title}: all instructions paid", batch.count, at.paid)
        proof.claim(f"{batch.purse_title}: the total is the approved one", batch.total, at.paid_total)
    proof.figures["disbursement by 2 workers"] = f"{sum(_rates(paying)):,.0f} instructions/s"


def wait_until_closed(paying: list[Batch]) -> None:
    """Shows the workers' progress until every batch is closed. Raises TimeoutError."""
    until = time.monotonic() + PAY_WAIT
    with screen.bars() as bars:
        while True:
            for batch in paying:
                at = execution.progress(batch)
                bars.show(f"pay {batch.purse_title}", at.paid + at.failed, at.count)
            if not Batch.objects.filter(pk__in=[batch.pk for batch in paying]).exclude(status="closed").exists():
                return
            if time.monotonic() > until:
                raise TimeoutError("the batches are not paid: see .data/run/worker.log")
            time.sleep(0.2)


def _rates(paying: list[Batch]) -> Iterator[float]:
    """Instructions a second over the span in which chunks were finished."""
    ends = sorted(Chunk.objects.filter(batch__in=paying).values_list("finished_at", "count"))
    begun = min(batch.approved_at for batch in paying if batch.approved_at)
    if ends and ends[-1][0]:
        yield sum(count for _, count in ends) / max((ends[-1][0] - begun).total_seconds(), 0.001)
