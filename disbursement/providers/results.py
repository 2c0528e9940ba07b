"""What partners say of lines, from an answer, an inquiry, a notice or two officers, becomes state and money here, once.

Paid and failed are final. What says otherwise later changes nothing: it is kept beside the line and becomes a break. A line of
which the partner has told another amount, or a number of its own, is not sent again by any machine, and of another amount does
not fail by one: two officers settle it (`resolutions`). Locks: the lines' chunks, the lines, the ledger's accounts, each in the
order of their ids.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast

from django.conf import settings
from django.db import connection
from django.utils import timezone

from disbursement.models import Chunk, PayoutLine, ProviderAccount
from disbursement.providers.handing_over import Ended, count_ended
from disbursement.providers.protocol import FINAL, Outcome, Told
from wallet import doorbell, ledger
from wallet.models import Transfer
from wallet.transactions import retried

S = PayoutLine.State
FIRST_WAIT = timedelta(seconds=30)  # until a line is asked about again; doubles with each time
LONGEST_WAIT = timedelta(hours=1)
AMOUNT_DIFFERS, NEVER_SENT = "amount", "never_sent"


@dataclass(slots=True)
class Applied:
    """How many lines got their outcome, had it already, contradict it, or are none of ours."""

    settled: int = 0
    repeated: int = 0
    contradicted: int = 0
    unknown: int = 0


@dataclass(slots=True)
class _Change:
    """What becomes of one line."""

    line: PayoutLine
    told: Told
    state: str
    due_at: datetime


@dataclass(slots=True)
class _Verdicts:
    changes: list[_Change] = field(default_factory=list)
    contradictions: list[tuple[int, str]] = field(default_factory=list)
    applied: Applied = field(default_factory=Applied)


@retried
def settle(
    provider: ProviderAccount, told: Mapping[str, Told], source: PayoutLine.Source, *, request: int | None = None
) -> Applied:
    """Applies what was told of the lines with these references. Safe to repeat, to race, and in whichever order it comes.

    `request` narrows it to lines that still belong to that request: an answer that comes late says nothing of a resend.
    """
    chosen = PayoutLine.objects.filter(provider=provider, reference__in=list(told))
    if request is not None:
        chosen = chosen.filter(request=request)
    chunks = list(
        Chunk.objects.select_for_update(of=("self",))
        .select_related("batch")
        .filter(pk__in=chosen.values("chunk"))
        .order_by("pk")
    )
    lines = list(chosen.select_for_update(of=("self",)).order_by("pk"))
    now = timezone.now()
    verdicts = _Verdicts(applied=Applied(unknown=len(told) - len(lines)))
    for line in lines:
        _judge(line, told[line.reference], source, now, verdicts)
    _write(verdicts.changes, source, now)
    _keep_contradictions(verdicts.contradictions, now)
    _post(provider, verdicts.changes, {chunk.pk: cast(int, chunk.batch.clearing_id) for chunk in chunks})
    _count(verdicts.changes, chunks)
    return verdicts.applied


def _judge(line: PayoutLine, told: Told, source: PayoutLine.Source, now: datetime, verdicts: _Verdicts) -> None:
    final = told.outcome in FINAL
    if line.state not in PayoutLine.OPEN:
        if final and told.outcome.value != line.state:
            verdicts.contradictions.append((line.pk, told.code or told.outcome.value))
            verdicts.applied.contradicted += 1
        else:
            verdicts.applied.repeated += 1
    elif not line.sends:
        if final:
            verdicts.contradictions.append((line.pk, NEVER_SENT))
            verdicts.applied.contradicted += 1
    elif told.outcome is Outcome.PAID and told.amount not in (None, line.amount):
        # Neither paid nor failed: officers have to see what the partner did there.
        verdicts.contradictions.append((line.pk, AMOUNT_DIFFERS))
        verdicts.applied.contradicted += 1
        verdicts.changes.append(_Change(line, told, S.UNKNOWN, now + _wait(line, told)))
    else:
        state = _state(line, told, source, now)
        verdicts.applied.settled += state in (S.PAID, S.FAILED)
        verdicts.applied.contradicted += final and state == S.UNKNOWN
        verdicts.changes.append(_Change(line, told, state, now + _wait(line, told)))


def _state(line: PayoutLine, told: Told, source: PayoutLine.Source, now: datetime) -> str:
    disputed = line.contradiction == AMOUNT_DIFFERS and source != PayoutLine.Source.OFFICER
    known = bool(line.contradiction or line.partner_reference or told.reference)
    match told.outcome:
        # Whoever told another amount has to name the right one now.
        case Outcome.PAID if not disputed or told.amount == line.amount:
            return S.PAID
        case Outcome.FAILED if not disputed:
            return S.FAILED
        case Outcome.PENDING:
            return S.SENT
        # Only when we asked just now: a notice is of whenever it was written, perhaps before the partner had it all.
        case Outcome.MISSING if source == PayoutLine.Source.INQUIRY and not known and _may_be_sent_again(line, now):
            return S.READY
        case _:
            return S.READY if line.state == S.READY and not known else S.UNKNOWN


def _may_be_sent_again(line: PayoutLine, now: datetime) -> bool:
    """The partner never heard of it, it has had time to hear of it, and it was not sent too often already."""
    asked = settings.PARTNERS
    return (
        line.sent_at is not None and now - line.sent_at >= asked["not_found_grace"] and line.sends < asked["most_sends"]
    )


def _wait(line: PayoutLine, told: Told) -> timedelta:
    """Until it is asked about (again); of what the partner works on, a notice is waited for first."""
    wait: timedelta = min(FIRST_WAIT * 2 ** min(line.asks, 10), LONGEST_WAIT)
    if told.outcome is not Outcome.PENDING:
        return wait
    notice_wait: timedelta = settings.PARTNERS["notice_wait"]
    return notice_wait if notice_wait > wait else wait


def _write(changes: list[_Change], source: PayoutLine.Source, now: datetime) -> None:
    if not changes:
        return
    keys = [change.line.pk for change in changes]
    states = [str(change.state) for change in changes]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE disbursement_payoutline l
            SET state = told.state, last_code = told.code, last_at = %(now)s, due_at = told.due_at,
                partner_reference = CASE told.reference WHEN '' THEN l.partner_reference ELSE told.reference END,
                settled_at = CASE WHEN told.state IN ('paid', 'failed') THEN %(now)s::timestamptz END,
                settled_by = CASE WHEN told.state IN ('paid', 'failed') THEN %(source)s ELSE '' END
            FROM unnest(%(keys)s::bigint[], %(states)s::text[], %(codes)s::text[], %(references)s::text[],
                        %(due)s::timestamptz[]) AS told (line, state, code, reference, due_at)
            WHERE l.instruction_id = told.line
            """,
            {
                "now": now,
                "source": source.value,
                "keys": keys,
                "states": states,
                "codes": [change.told.code[:20] for change in changes],
                "references": [change.told.reference[:64] for change in changes],
                "due": [change.due_at for change in changes],
            },
        )
        # A line that is to be sent again stays unknown for everybody else.
        cursor.execute(
            """
            UPDATE disbursement_instruction i
            SET status = CASE told.state WHEN 'ready' THEN 'unknown' ELSE told.state END, failure = told.failure
            FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS told (line, state, failure)
            WHERE i.id = told.line
            """,
            [keys, states, [change.told.failure if change.state == S.FAILED else "" for change in changes]],
        )


def _keep_contradictions(found: list[tuple[int, str]], now: datetime) -> None:
    """The first one of a line is kept; what it is can be read in the notices and exchanges."""
    for line, code in found:
        PayoutLine.objects.filter(pk=line, contradicted_at=None).update(contradiction=code[:20], contradicted_at=now)


def _post(provider: ProviderAccount, changes: list[_Change], clearing: Mapping[int, int]) -> None:
    paid = [change.line for change in changes if change.state == S.PAID]
    if not paid:
        return
    keys = {line.pk: line.instruction.key for line in PayoutLine.objects.filter(pk__in=[it.pk for it in paid])
            .select_related("instruction")}  # fmt: skip
    ledger.post(
        [
            ledger.Leg(
                clearing[line.chunk_id], provider.account_id, line.amount, Transfer.Kind.REMITTANCE, keys[line.pk]
            )
            for line in paid
        ]
    )


def _count(changes: list[_Change], chunks: list[Chunk]) -> None:
    ended: dict[int, Ended] = {}
    for change in changes:
        if change.state in (S.PAID, S.FAILED):
            of_chunk = ended.setdefault(change.line.chunk_id, Ended())
            of_chunk.lines += 1
            if change.state == S.PAID:
                of_chunk.paid += 1
                of_chunk.rupiah += change.line.amount
    if not ended:
        return
    count_ended(ended)
    for batch in {chunk.batch_id for chunk in chunks if chunk.pk in ended}:
        doorbell.ring_after_commit("disbursement.tasks.pay", batch)  # which closes it, if that was all
