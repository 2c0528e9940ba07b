"""The pre-flight check: whom a batch would not, or should not, pay, named before anybody approves it.

Each reason is one statement over all lines of the batch. The programme's rule is asked again of the facts that the batch froze:
enrolment asked it once, and the registry changes. The check runs in a worker; what it found is kept as rows, with the
count of each reason beside, so that a page reads a handful of numbers whatever the size. It changes nothing of the batch: an
officer decides, and may leave out whom it blocks as long as the batch is not submitted.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from enum import Enum
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Count
from django.utils import timezone

from disbursement import budgets, conditions
from disbursement.batch_states import OPEN
from disbursement.errors import InvalidRule, PreflightMissing, WrongStatus
from disbursement.exclusions import DIED, EXCLUDED
from disbursement.models import Batch, Instruction, Preflight, PreflightFinding, Route
from vault.sealing import index_keys
from wallet import doorbell, limits
from wallet.errors import BalanceLimitExceeded, MonthlyLimitExceeded
from wallet.ledger import GrantQuery

AT_ONCE = 5_000  # lines looked at within a request
GROUP = 2_000  # sets of facts, or routes, held in memory at once


class Severity(Enum):
    """Whether a finding should keep somebody from being paid, or is for the officer to weigh."""

    BLOCK = "block"
    WARN = "warn"


B, W = Severity.BLOCK, Severity.WARN
SEVERITY = {
    "merged": B,
    "wallet_frozen": B,
    "wallet_closed": B,
    "balance_limit_exceeded": B,
    "monthly_limit_exceeded": B,
    "deceased": B,
    "left_registry": B,
    "excluded": B,
    "suspended": B,
    "enrolment_ended": B,
    "not_eligible": W,
    "route_changed": W,
    "route_shared": W,
    "duplicate": W,
    "no_wallet": W,
}
_LIMITS = (BalanceLimitExceeded.code, MonthlyLimitExceeded.code)

# The people of the batch's lines, once for each cycle that they are paid for: `line`, with where the enrolment stands.
_LINES = """
CREATE TEMPORARY TABLE line ON COMMIT DROP AS
SELECT DISTINCT i.enrolment_id AS enrolment, e.person_id AS person, i.wallet_id AS wallet, i.route_id AS route,
       c.period, e.status, i.kind
FROM disbursement_instruction i JOIN disbursement_enrolment e ON e.id = i.enrolment_id
JOIN disbursement_cycle c ON c.id = i.cycle_id
WHERE i.batch_id = %(batch)s AND i.status = 'pending'
"""
# The facts that the batch's own cycle was calculated by, each of them once, read in groups, and whom those strike that are left.
# Who restricted what is done with their data is paid what was promised before.
_KNOWN = """
CREATE TEMPORARY TABLE known ON COMMIT DROP AS
SELECT row_number() OVER () AS number, facts FROM (
    SELECT DISTINCT c.facts FROM line JOIN disbursement_calculation c ON c.batch_id = %s AND c.enrolment_id = line.enrolment
    WHERE line.kind = 'regular' AND c.kind = 'regular' AND c.facts <> '{}') once
"""
_GROUP_OF_KNOWN = "SELECT number, facts FROM known WHERE number > %s ORDER BY number LIMIT %s"
_OF_KNOWN = """
INSERT INTO disbursement_preflightfinding (batch_id, reason, enrolment_id)
SELECT DISTINCT %(batch)s::bigint, 'not_eligible', line.enrolment FROM known
JOIN disbursement_calculation c ON c.batch_id = %(batch)s AND c.kind = 'regular' AND c.facts = known.facts
JOIN line ON line.enrolment = c.enrolment_id AND line.kind = 'regular'
JOIN beneficiaries_person p ON p.id = line.person AND NOT p.restricted
ON CONFLICT DO NOTHING
"""
# By route, what the number's index may be in the database: under every key while these are being replaced.
_NUMBERED = "CREATE TEMPORARY TABLE numbered (route bigint, index bytea) ON COMMIT DROP"
_UNDER_ONE_KEY = """
INSERT INTO numbered SELECT DISTINCT r.id, r.number_index FROM line JOIN disbursement_route r ON r.id = line.route
WHERE r.number_index IS NOT NULL
"""
_UNDER_EVERY_KEY = "INSERT INTO numbered SELECT * FROM unnest(%s::bigint[], %s::bytea[])"
# The row that stands for the human being, of a row that may have been merged, however deep.
_SURVIVOR = """(
    WITH RECURSIVE up (id, next) AS (
        SELECT p.id, p.merged_into_id FROM beneficiaries_person p WHERE p.id = {person}
        UNION ALL SELECT p.id, p.merged_into_id FROM up JOIN beneficiaries_person p ON p.id = up.next)
    SELECT id FROM up WHERE next IS NULL)"""
# The wallet of the line was emptied into another, because its person was registered twice.
_MERGED = "EXISTS (SELECT FROM beneficiaries_person p WHERE p.wallet_id = line.wallet AND p.merged_into_id IS NOT NULL)"
_PERIODS = "SELECT DISTINCT period FROM line ORDER BY period"
# By reason, the enrolments it strikes.
_STRUCK = {
    "merged": f"SELECT enrolment FROM line WHERE {_MERGED}",  # noqa: S608  # our own constant
    "wallet_frozen": f"""
        SELECT enrolment FROM line JOIN wallet_wallet w ON w.id = line.wallet WHERE w.status = 'frozen' AND NOT {_MERGED}
    """,  # noqa: S608  # our own constant
    "wallet_closed": "SELECT enrolment FROM line JOIN wallet_wallet w ON w.id = line.wallet WHERE w.status = 'closed'",
    "deceased": f"SELECT enrolment FROM line WHERE {DIED.format(person='line.person')}",  # noqa: S608  # our own constant
    "left_registry": "SELECT enrolment FROM line JOIN beneficiaries_person p ON p.id = line.person WHERE p.status = 'left'",
    "excluded": f"SELECT enrolment FROM line JOIN ({EXCLUDED.replace('%s', '%(day)s')}) excluded USING (person)"  # noqa: S608  # our own constant
    " WHERE line.period = %(day)s",  # who is excluded now may be owed a cycle of before
    "suspended": "SELECT enrolment FROM line WHERE status = 'suspended'",
    # Who is owed a cycle of before is paid it after the end too.
    "enrolment_ended": f"SELECT enrolment FROM line WHERE status = 'ended' AND kind = 'regular' AND NOT {_MERGED}",  # noqa: S608  # our own constant
    # Who was paid before, and never yet into that account. What is asked besides is the index's own.
    "route_changed": """
        SELECT enrolment FROM line WHERE route IS NOT NULL
            AND EXISTS (SELECT FROM disbursement_instruction i
                        WHERE i.enrolment_id = line.enrolment AND i.live AND i.kind <> 'correction' AND i.status = 'paid')
            AND NOT EXISTS (SELECT FROM disbursement_instruction i
                            WHERE i.enrolment_id = line.enrolment AND i.live AND i.kind <> 'correction' AND i.status = 'paid'
                                AND i.route_id = line.route)
    """,
    # The number of the account is that of somebody else's too, whichever partner has it.
    "route_shared": f"""
        SELECT enrolment FROM line JOIN numbered n ON n.route = line.route
        WHERE EXISTS (
            SELECT FROM disbursement_route o JOIN disbursement_enrolment e ON e.id = o.enrolment_id
            WHERE o.number_index = n.index AND o.ended_at IS NULL AND o.agreed_at IS NOT NULL
                AND {_SURVIVOR.format(person="e.person_id")} <> {_SURVIVOR.format(person="line.person")})
    """,  # noqa: S608  # our own constant
    "duplicate": """
        SELECT enrolment FROM line JOIN beneficiaries_duplicatepair d ON d.low_id = line.person
        JOIN beneficiaries_person other ON other.id = d.high_id WHERE d.status = 'open' AND other.status = 'active'
        UNION SELECT enrolment FROM line JOIN beneficiaries_duplicatepair d ON d.high_id = line.person
        JOIN beneficiaries_person other ON other.id = d.low_id WHERE d.status = 'open' AND other.status = 'active'
    """,
    # Who is in no line, because there is nowhere to pay to.
    "no_wallet": """
        SELECT e.id FROM disbursement_enrolment e JOIN beneficiaries_person p ON p.id = e.person_id
        WHERE e.programme_id = %(programme)s AND e.status = 'active' AND p.status = 'active' AND p.wallet_id IS NULL
            AND (%(follows)s::bigint IS NULL OR EXISTS (
                SELECT FROM disbursement_instruction f
                WHERE f.batch_id = %(follows)s AND f.enrolment_id = e.id AND f.status = 'failed'))
    """,
}


@transaction.atomic
def request(batch: Batch) -> Preflight:
    """Asks a worker to look at the batch, again if need be: what is counted then replaces what was."""
    row, _ = Preflight.objects.update_or_create(batch=batch, defaults={"requested_at": timezone.now(), "done_at": None})
    doorbell.ring_after_commit("disbursement.tasks.preflight", batch.pk)
    return row


def run(number: int) -> bool:
    """Looks at the batch with that number if it was asked for; False if not, or another worker is at it. Safe to repeat."""
    with transaction.atomic():
        waiting = Preflight.objects.select_for_update(of=("self",), skip_locked=True).select_related(
            "batch__cycle", "batch__version"
        )
        row = waiting.filter(batch=number, done_at=None).first()
        if row is None:
            return False
        PreflightFinding.objects.filter(batch=number).delete()
        with connection.cursor() as cursor:
            _find(cursor, row.batch)
        found = PreflightFinding.objects.filter(batch=number).order_by().values_list("reason").annotate(Count("pk"))
        row.counts, row.done_at = dict(found), timezone.now()
        row.save(update_fields=["counts", "done_at"])
    return True


def soon(batch: Batch) -> None:
    """Looks at a small batch at once, in the caller's time; at a large one a worker does."""
    request(batch)
    if batch.count <= AT_ONCE:
        run(batch.pk)


def latest(batch: Batch) -> Preflight | None:
    """What was found last, or is being looked for; None if nobody has asked."""
    return Preflight.objects.filter(batch=batch).first()


def sweep() -> int:
    """Rings for every check that was asked for and is not done; returns how many."""
    waiting = list(Preflight.objects.filter(done_at=None).order_by("requested_at").values_list("pk", flat=True))
    for batch in waiting:
        doorbell.ring("disbursement.tasks.preflight", batch)
    return len(waiting)


@transaction.atomic
def leave_out_blocked(batch: Batch) -> int:
    """Leaves the lines of whom the check blocks out of a batch that is not submitted; returns how many people.

    Of who would come over a limit, only those that paying would refuse: a part that fits is paid. Each keeps the reason, and
    its person is free for another batch; once this one closes, they are told why, and proposed for arrears (disbursement.owed).
    Raises WrongStatus, PreflightMissing.
    """
    batch = Batch.objects.select_for_update().get(pk=batch.pk)
    if batch.status not in OPEN:
        raise WrongStatus(status=batch.get_status_display())
    if not Preflight.objects.filter(batch=batch, done_at__isnull=False).exists():
        raise PreflightMissing
    soon(batch)  # what was found a while ago may be over: as it is now, or, of a large batch, as it was found last
    blocking = [reason for reason, severity in SEVERITY.items() if severity is Severity.BLOCK and reason not in _LIMITS]
    refused = _refused_by_limits(batch)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH struck AS (
                SELECT enrolment_id, min(reason) AS reason FROM disbursement_preflightfinding
                WHERE batch_id = %(batch)s AND reason = ANY(%(blocking)s) GROUP BY enrolment_id
            ), lines AS (
                SELECT i.id, struck.reason FROM struck JOIN disbursement_instruction i
                ON i.batch_id = %(batch)s AND i.enrolment_id = struck.enrolment_id
                UNION ALL SELECT * FROM unnest(%(refused)s::bigint[], %(reasons)s::text[])
            ), once AS (SELECT id, max(reason) AS reason FROM lines GROUP BY id
            ), gone AS (
                UPDATE disbursement_instruction i SET status = 'cancelled', failure = once.reason
                FROM once WHERE i.id = once.id AND i.status = 'pending'
                RETURNING i.chunk_id, i.enrolment_id, i.amount
            ), fewer AS (
                UPDATE disbursement_chunk c SET count = c.count - gone.count
                FROM (SELECT chunk_id, count(*) FROM gone GROUP BY chunk_id) gone WHERE c.id = gone.chunk_id
            )
            SELECT count(*), count(DISTINCT enrolment_id), coalesce(sum(amount), 0) FROM gone
            """,
            {"batch": batch.pk, "blocking": blocking, "refused": list(refused), "reasons": list(refused.values())},
        )
        [(count, people, total)] = cursor.fetchall()
    batch.count, batch.total = batch.count - count, batch.total - int(total)
    batch.save(update_fields=["count", "total"])
    budgets.count(batch)
    soon(batch)
    return int(people)


def _find(cursor: CursorWrapper, batch: Batch) -> None:
    cursor.execute(_LINES, {"batch": batch.pk})
    cursor.execute("ANALYZE line")
    _number_routes(cursor)
    parameters: dict[str, Any] = {
        "today": timezone.localdate(),
        "programme": batch.cycle.programme_id,
        "batch": batch.pk,
        "follows": batch.follows_id,
    }
    cursor.execute(_PERIODS)
    periods = [period for (period,) in cursor.fetchall()]
    for reason, struck in _STRUCK.items():
        for day in periods if "%(day)s" in struck else [batch.cycle.period]:
            cursor.execute(
                "INSERT INTO disbursement_preflightfinding (batch_id, reason, enrolment_id)"  # noqa: S608  # our own constants
                f" SELECT DISTINCT %(batch)s::bigint, %(reason)s, found.enrolment FROM ({struck}) AS found (enrolment)"
                " ON CONFLICT DO NOTHING",
                parameters | {"reason": reason, "day": day},
            )
    _find_over_limit(cursor, batch)
    _find_not_eligible(cursor, batch)
    cursor.execute("DROP TABLE line, numbered")


def _number_routes(cursor: CursorWrapper) -> None:
    """What the accounts' numbers of the lines are found by. With one key it is the column; else each number is opened."""
    cursor.execute(_NUMBERED)
    if len(index_keys()) == 1:
        cursor.execute(_UNDER_ONE_KEY)
        return
    cursor.execute("SELECT DISTINCT route FROM line WHERE route IS NOT NULL ORDER BY route")
    routes = [route for (route,) in cursor.fetchall()]
    for first in range(0, len(routes), GROUP):
        rows = Route.objects.filter(pk__in=routes[first : first + GROUP])
        found = [(row.pk, index) for row in rows for index in Route.number.indexes_of_row(row)]
        cursor.execute(_UNDER_EVERY_KEY, [[pk for pk, _index in found], [index for _pk, index in found]])


def _find_over_limit(cursor: CursorWrapper, batch: Batch) -> None:
    """Whom paying will refuse a line: whoever cannot receive all that the batch brings to their wallet."""
    over = _over_limit(batch)
    cursor.execute(
        """
        INSERT INTO disbursement_preflightfinding (batch_id, reason, enrolment_id)
        SELECT DISTINCT %s::bigint, over.reason, line.enrolment
        FROM unnest(%s::bigint[], %s::text[]) AS over (wallet, reason) JOIN line ON line.wallet = over.wallet
        """,
        [batch.pk, list(over), list(over.values())],
    )


def _find_not_eligible(cursor: CursorWrapper, batch: Batch) -> None:
    """Whom the version's rule does not admit (any more), by the facts that the batch was calculated by.

    The rule is asked once for all who share their facts: of a million people mostly a few hundred times, and each by themselves
    where a rule or condition needs all that is known of somebody. On whose facts it breaks is named too: an officer has to look.
    """
    if batch.version is None:  # prepared before versions were kept
        return
    rule = conditions.compiled(batch.version.eligibility)
    cursor.execute(_KNOWN, [batch.pk])
    cursor.execute("CREATE UNIQUE INDEX ON known (number)")
    last = 0
    while group := _group_of_known(cursor, last):
        last = group[-1][0]
        admitted = [number for number, known in group if _admitted(rule, json.loads(known))]
        cursor.execute("DELETE FROM known WHERE number = ANY(%s)", [admitted])
    cursor.execute("ANALYZE known")
    cursor.execute(_OF_KNOWN, {"batch": batch.pk})
    cursor.execute("DROP TABLE known")


def _group_of_known(cursor: CursorWrapper, last: int) -> list[tuple[int, str]]:
    cursor.execute(_GROUP_OF_KNOWN, [last, GROUP])
    group: list[tuple[int, str]] = cursor.fetchall()
    return group


def _admitted(rule: Callable[[dict[str, Any]], bool], known: dict[str, Any]) -> bool:
    try:
        return rule(known)
    except InvalidRule:
        return False


def _over_limit(batch: Batch) -> dict[int, str]:
    """Asked as paying asks, with all that the batch brings to each wallet, as of when it will be paid; the reason by wallet.

    What goes through a partner comes into no wallet of ours.
    """
    pending = GrantQuery(
        "SELECT '', wallet_id, amount FROM disbursement_instruction"
        " WHERE batch_id = %s AND status = %s AND route_id IS NULL",
        [batch.pk, Instruction.Status.PENDING.value],
    )
    return limits.exceeded(pending, _moment(batch))


def _refused_by_limits(batch: Batch) -> dict[int, str]:
    """The lines that paying will refuse, with the reason: chunk after chunk, each line comes to what is there by then."""
    found = Instruction.objects.filter(
        batch=batch, status=Instruction.Status.PENDING, route=None, wallet__in=_over_limit(batch)
    ).order_by("chunk__number", "pk")
    waiting: dict[int, list[tuple[int, int]]] = {}
    for line, wallet, amount in found.values_list("pk", "wallet", "amount"):
        waiting.setdefault(wallet, []).append((line, amount))
    came = dict.fromkeys(waiting, 0)
    refused: dict[int, str] = {}
    while waiting:
        coming = {wallet: lines.pop(0) for wallet, lines in waiting.items()}
        over = limits.exceeded(
            {wallet: came[wallet] + amount for wallet, (_, amount) in coming.items()}, _moment(batch)
        )
        for wallet, (line, amount) in coming.items():
            if wallet in over:
                refused[line] = over[wallet]
            else:
                came[wallet] += amount
        waiting = {wallet: lines for wallet, lines in waiting.items() if lines}
    return refused


def _moment(batch: Batch) -> datetime:
    return max(timezone.now(), batch.pay_at) if batch.pay_at else timezone.now()
