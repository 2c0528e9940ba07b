"""A batch before it is submitted (draft, prepare, cancel), its follow-up, and what is decided of chunks that failed.

Between its maker and its money: approvals.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from disbursement import budgets, cycles, due_lines, exclusions, execution, filling, preflight, preparation, versions
from disbursement.batch_states import advance, begin
from disbursement.errors import (
    CyclesOverlap,
    FillingKeptFailing,
    InvalidRule,
    NobodyGetsAnything,
    NothingToPay,
    NoVersion,
    NowhereToLapse,
    ProgrammeInactive,
    WrongStatus,
)
from disbursement.models import (
    Batch,
    BatchStep,
    Chunk,
    Cycle,
    Enrolment,
    Filling,
    Instruction,
    Programme,
    ProgrammeVersion,
)
from wallet import doorbell, wallets
from wallet.transactions import retried

# By kind and cycle, told by one line of each chunk: a chunk holds one sort. What is regular is the rest of the batch's total.
# The line is the first in the index's order, else the table would be read from its beginning for each chunk; and the sum asks
# the kind itself, for a join that asks it has read the lines before.
_CONTENTS = """
SELECT one.kind, c.period, sum(chunk.count), coalesce(sum(lines.total), 0)
FROM disbursement_chunk chunk
JOIN LATERAL (SELECT kind, cycle_id FROM disbursement_instruction i
              WHERE i.chunk_id BETWEEN chunk.id AND chunk.id ORDER BY i.chunk_id LIMIT 1) one ON true
JOIN disbursement_cycle c ON c.id = one.cycle_id
LEFT JOIN LATERAL (SELECT sum(extra.amount) AS total FROM disbursement_instruction extra
                   WHERE extra.chunk_id = chunk.id AND extra.status <> 'cancelled' AND one.kind <> 'regular') lines ON true
WHERE chunk.batch_id = %s GROUP BY one.kind, c.period
"""
MOST_AT_ONCE = 20_000  # enrolments prepared within a request
FILLING_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Contents:
    """Of a batch the lines of one kind and cycle: how many, and rupiah."""

    kind: str
    period: date
    count: int
    total: int


def contents(batch: Batch) -> list[Contents]:
    """What the batch holds by kind and cycle, regular pay first; only lines that are not regular are read."""
    with connection.cursor() as cursor:
        cursor.execute(_CONTENTS, [batch.pk])
        found = [Contents(kind, period, int(count), int(total)) for kind, period, count, total in cursor.fetchall()]
    rest = batch.total - sum(one.total for one in found)
    regular = Instruction.Kind.REGULAR.value
    found = [replace(one, total=rest) if one.kind == regular else one for one in found]
    return sorted(found, key=lambda one: (Instruction.Kind.values.index(one.kind), one.period))


def cycle_of(programme: Programme, period: date, due_at: datetime | None = None) -> Cycle:
    """The programme's cycle for the month of the date; made if it is missing, due then (or now), one whoever races.

    Raises CyclesOverlap where another cycle covers a month of it.
    """
    period = period.replace(day=1)
    cycles.check(programme.pk, period)
    due = {"due_at": due_at} if due_at else {}
    cycle, _ = Cycle.objects.get_or_create(programme=programme, period=period, defaults=due)
    return cycle


def prepare(cycle: Cycle, by: User | None = None, follows: Batch | None = None) -> Batch:
    """A batch with what each active enrolment of an active person gets in this cycle and has not pending or paid yet.

    With it comes what enrolments are owed of older cycles (`owed`), and what they are short of (`corrections`).

    Who is excluded on the cycle's first day is left out, and the exclusion kept as the reason (models.LeftOut), also where
    that leaves nobody. `follows` narrows it to those who failed in that batch. All at once, in the caller's time: `draft`
    leaves it to a worker. Raises ProgrammeInactive, NoVersion, NowhereToLapse, InvalidRule, CyclesOverlap, NothingToPay.
    """
    return _prepared(cycle, lambda version: _new(cycle, version, by, follows))


@transaction.atomic
def draft(
    cycle: Cycle,
    by: User | None = None,
    follows: Batch | None = None,
    *,
    pay_at: datetime | None = None,
    reason: str = "",
) -> Batch:
    """What `prepare` makes, filled by a worker: for programmes too large for one request. The sweeper rings until it is filled.

    `pay_at` is when it is to be paid, until its maker says otherwise, and `reason` why there is the draft. Where there is nobody
    to pay, the worker cancels it and says so. Raises ProgrammeInactive, NoVersion, NowhereToLapse, CyclesOverlap.
    """
    batch = _new(cycle, _payable(cycle), by, follows, pay_at=pay_at, reason=reason)
    Filling.objects.create(batch=batch)
    doorbell.ring_after_commit("disbursement.tasks.fill", batch.pk)
    return batch


def fill(number: int) -> bool:
    """Fills the draft with that number; False if it is none (any more), or another worker is at it. Safe to repeat.

    One transaction: a worker that dies leaves the draft as it was. After so many deaths (FILLING_ATTEMPTS) it is cancelled.
    """
    with filling.told(number) as tell, transaction.atomic():
        drafts = Batch.objects.select_for_update(of=("self",), skip_locked=True).select_related("cycle", "follows")
        batch = drafts.filter(pk=number, status=Batch.Status.DRAFT).first()
        if batch is None:
            return False
        if tell.begun() > FILLING_ATTEMPTS:
            advance(batch, Batch.Status.CANCELLED, reason=str(FillingKeptFailing(attempts=FILLING_ATTEMPTS)))
            return True
        try:
            _prepared(batch.cycle, lambda _version: batch, tell.lines)
        except (ProgrammeInactive, NoVersion, NowhereToLapse, InvalidRule, CyclesOverlap, NothingToPay) as error:
            advance(batch, Batch.Status.CANCELLED, reason=str(error))
        else:
            preflight.request(batch)
    return True


def is_large(cycle: Cycle) -> bool:
    """True if preparing the cycle takes longer than a request should: then a draft is for it."""
    return cycle.programme.enrolments.filter(status=Enrolment.Status.ACTIVE).count() > MOST_AT_ONCE


def follow_up(batch: Batch, by: User | None = None) -> Batch:
    """A batch of the same cycle with only those who failed in this closed one and may be paid now, each as another attempt.

    Arrears and corrections that failed there are in it for the cycles that they were for.

    A draft where those are many. Raises WrongStatus and what `prepare` raises.
    """
    batch.refresh_from_db()
    if batch.status != Batch.Status.CLOSED:
        raise WrongStatus(status=batch.get_status_display())
    failed = batch.instructions.filter(status=Instruction.Status.FAILED)
    make = draft if failed[: MOST_AT_ONCE + 1].count() > MOST_AT_ONCE else prepare
    return make(batch.cycle, by, batch)


def _new(
    cycle: Cycle, version: ProgrammeVersion, by: User | None, follows: Batch | None, *, reason: str = "", **fields: Any
) -> Batch:
    title = preparation.title_of(version.programme, cycle, Instruction.Kind.REGULAR)
    try:
        return begin(by, reason, cycle=cycle, version=version, follows=follows, purse_title=title, **fields)
    except IntegrityError as error:
        if cycles.is_overlap(error):  # prepared at once with another, or one of before that another covers
            cycles.check(cycle.programme_id, cycle.period)
        raise


def _payable(cycle: Cycle) -> ProgrammeVersion:
    """The version that says what the cycle pays, as all is now. Raises ProgrammeInactive, NoVersion, NowhereToLapse."""
    programme = Programme.objects.get(pk=cycle.programme_id)
    if not programme.active:
        raise ProgrammeInactive
    version = versions.of(programme, cycle.period)
    versions.check_ends(version)
    return version


def _prepared(cycle: Cycle, draft: Callable[[ProgrammeVersion], Batch], tell: filling.Tell = filling.nobody) -> Batch:
    """The draft, filled. Raises as `prepare`; then nothing is left of a draft made here, and the caller's is as it was."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            locked = due_lines.lock(cursor, cycle)  # two officers at once: the second finds nothing left
            version = _payable(cycle)  # under the lock
            exclusions.note_left_out(cursor, cycle)
        made, nothing = None, NothingToPay()
        try:
            with transaction.atomic():
                made = _filled(draft(version), version, locked, tell)
        except NothingToPay as error:
            nothing = error
        with connection.cursor() as cursor:
            exclusions.forget_left_out(cursor)
    if made is not None:
        return made
    raise nothing  # after the commit: what an upheld objection owes rests on the notes


def _filled(batch: Batch, version: ProgrammeVersion, locked: list[Cycle], tell: filling.Tell) -> Batch:
    filled = preparation.fill(batch, version, locked, tell)
    if filled.count == 0 and filled.nothing:
        components = ", ".join(version.components.order_by("pk").values_list("name", flat=True))
        raise NobodyGetsAnything(count=filled.nothing, components=components)
    if filled.count == 0:
        raise NothingToPay
    budgets.count(batch)
    advance(
        batch,
        Batch.Status.PREPARED,
        version=version,  # another may have come into force since the draft was made
        count=filled.count,
        total=filled.total,
        prepared_at=timezone.now(),
    )
    return batch


@transaction.atomic
def cancel(batch: Batch, by: User | None = None, reason: str = "") -> Batch:
    """Nothing of it will be paid: its instructions are free for another batch. Raises WrongStatus once it is submitted."""
    batch = Batch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    advance(batch, Batch.Status.CANCELLED, by=by, reason=reason)
    Instruction.objects.filter(chunk__batch=batch).update(status=Instruction.Status.CANCELLED)
    return batch


@transaction.atomic
def retry_failed(batch: Batch, *, by: User, reason: str) -> int:
    """Chunks that ran out of attempts are due again; returns how many. For the officer who removed the cause.

    Who did it and why stands among the batch's steps. Raises wallet.errors.ReasonMissing.
    """
    reason = wallets.required(reason)
    due = Chunk.objects.filter(batch=batch, status=Chunk.Status.FAILED).update(
        status=Chunk.Status.PENDING, attempts=0, due_at=timezone.now()
    )
    if due:
        _note(batch, by, _("%(count)s potongan dicoba lagi: %(reason)s") % {"count": due, "reason": reason})
    execution.call_workers(batch.pk, due)
    return due


@retried
def give_up_failed(batch: Batch, *, by: User, reason: str) -> int:
    """Nobody in the chunks that ran out of attempts is paid by this batch; returns how many chunks that were.

    Their money returns to the fund when the batch closes, which follows at once if nothing else is open; the people are free
    for a follow-up batch. The transaction that would pay a chunk marks it, so a failed chunk has paid nobody.
    Who decided it and why stands among the batch's steps. Raises wallet.errors.ReasonMissing.
    """
    reason = wallets.required(reason)
    chunks = Chunk.objects.select_for_update().filter(batch=batch, status=Chunk.Status.FAILED)
    given_up = list(chunks.values_list("pk", flat=True))
    if given_up:
        said = {"count": len(given_up), "reason": reason}
        _note(batch, by, _("%(count)s potongan dilepaskan: %(reason)s") % said)
    execution.give_up(given_up, "given_up")
    execution.close_if_done(batch.pk)
    return len(given_up)


def _note(batch: Batch, by: User, said: str) -> None:
    """A step that leaves the batch at its status: who did what about its chunks, and why."""
    status = Batch.objects.values_list("status", flat=True).get(pk=batch.pk)
    BatchStep.objects.create(batch=batch, from_status=status, to_status=status, by=by, reason=said[:300])
