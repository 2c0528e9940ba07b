"""The figures of a report, computed set by set in one snapshot of the database, which a report reads and never changes.

Rows of instructions decide what was to be paid and what became of it; the transfers of the purse that an instruction opened
decide what became of the money (`columns` says what each figure means). Whatever a purse's money can do is in one of the
columns, so for every group: paid_total + added = redeemed + lapsed + left + given + outside.

Where somebody lives, their sex, decile and age are the registry's at this moment, and those of the row that stands for them:
who was merged counts with the survivor; of who was erased the kelurahan, the sex and the year of birth are left, and count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from disbursement.models import Cycle, Instruction, Report
from disbursement.reports.columns import AGES, SPANS

Tell = Callable[[int, int], None]  # instructions done, of how many
GROUP = 50_000  # instructions of one statement: a few seconds
CODE_LENGTHS = (2, 5, 8, 13)  # of a province, city, kecamatan, kelurahan
G = Report.Grouping

_TABLES = """
DROP TABLE IF EXISTS pg_temp.report_survivor, pg_temp.report_pick, pg_temp.report_line, pg_temp.report_people;
CREATE TEMPORARY TABLE report_survivor (merged bigint PRIMARY KEY, survivor bigint NOT NULL) ON COMMIT DROP;
CREATE TEMPORARY TABLE report_pick (number bigint PRIMARY KEY, id bigint NOT NULL) ON COMMIT DROP;
CREATE TEMPORARY TABLE report_line (
    grp text NOT NULL, programme bigint NOT NULL, person bigint NOT NULL, status text NOT NULL, amount bigint NOT NULL,
    failure text NOT NULL, wait bigint, use bigint, redeemed bigint, refunded bigint, lapsed bigint, remaining bigint,
    given bigint, added bigint, outside bigint NOT NULL
) ON COMMIT DROP;
CREATE TEMPORARY TABLE report_people (
    grp text NOT NULL, programme bigint NOT NULL, person bigint NOT NULL, paid boolean NOT NULL
) ON COMMIT DROP;
"""
_SURVIVORS = """
INSERT INTO report_survivor
WITH RECURSIVE step AS (
    SELECT id AS merged, merged_into_id AS survivor FROM beneficiaries_person WHERE status = 'merged'
    UNION ALL
    SELECT step.merged, p.merged_into_id FROM step JOIN beneficiaries_person p ON p.id = step.survivor
    WHERE p.merged_into_id IS NOT NULL
)
SELECT merged, survivor FROM step JOIN beneficiaries_person p ON p.id = step.survivor WHERE p.merged_into_id IS NULL
"""
# What an officer left out before approval keeps its reason, and counts as long as its batch was not thrown away as a whole.
# Of what was tried several times the attempt that counts: the one that is paid or under way, or else the last. Regular pay and
# arrears of a cycle are one thing; of corrections there may be several.
_PICK = """
INSERT INTO report_pick
SELECT %(after)s + row_number() OVER (ORDER BY id), id FROM (
    SELECT id, live, row_number() OVER (
        PARTITION BY enrolment_id, cycle_id, part, kind = 'correction' ORDER BY live DESC, id DESC) AS place
    FROM disbursement_instruction WHERE {scope} AND {counts} AND (%(kind)s = '' OR kind = %(kind)s)
) ranked WHERE place = 1 OR live
"""
_COUNTS = """(status <> 'cancelled' OR (failure <> ''
    AND batch_id NOT IN (SELECT id FROM disbursement_batch WHERE status = 'cancelled')))"""
_SPENDING = "('redemption', 'cash_out')"
_LINES = """
INSERT INTO report_line
WITH picked AS MATERIALIZED (
    SELECT {group} AS grp, e.programme_id AS programme, p.id AS person, i.amount, i.failure, c.due_at, {key} AS key,
           CASE WHEN i.status IN ('paid', 'failed', 'returned') THEN i.status WHEN i.status = 'cancelled' THEN 'left_out'
                ELSE 'pending' END AS status
    FROM report_pick k
    JOIN disbursement_instruction i ON i.id = k.id
    JOIN disbursement_cycle c ON c.id = i.cycle_id
    JOIN disbursement_enrolment e ON e.id = i.enrolment_id
    {person}
    WHERE k.number > %(after)s AND k.number <= %(to)s AND {place}
), opened AS MATERIALIZED (  -- or the planner might add up the transfers of every purse there is
    SELECT picked.*, t.posted_at, account.id AS purse, account.balance
    FROM picked
    LEFT JOIN wallet_transfer t ON status = 'paid' AND t.key = picked.key AND t.kind = 'disbursement'
    LEFT JOIN wallet_account account ON account.id = t.credit_id AND account.kind = 'purse'
)
SELECT grp, programme, person, status, opened.amount, failure,
    CASE WHEN status = 'paid' THEN greatest(0, floor(extract(epoch FROM posted_at - due_at)))::bigint END,
    floor(extract(epoch FROM gone.first_at - posted_at))::bigint,
    gone.spent - gone.refunded, gone.refunded, gone.lapsed - came.undone + gone.refunded - came.refunded, balance,
    gone.other, came.other, CASE WHEN status = 'paid' AND purse IS NULL THEN opened.amount ELSE 0 END
FROM opened
LEFT JOIN LATERAL (
    SELECT coalesce(sum(g.amount) FILTER (WHERE g.kind IN {spending}), 0) AS spent,
        min(g.posted_at) FILTER (WHERE g.kind IN {spending}) AS first_at,
        coalesce(sum(g.amount) FILTER (WHERE g.kind = 'lapse'), 0) AS lapsed,
        coalesce(sum(g.amount) FILTER (WHERE g.kind NOT IN ('redemption', 'cash_out', 'lapse')), 0) AS other,
        -- All refunds of a payment walk one line, the purse that was spent last first (wallet.refunds).
        coalesce(sum(least(g.amount, greatest(0, bought.refunded - (
            SELECT coalesce(sum(later.amount), 0) FROM wallet_transfer later
            WHERE later.payment_id = g.payment_id AND later.id > g.id AND later.kind IN {spending})))
        ) FILTER (WHERE bought.id IS NOT NULL), 0) AS refunded
    FROM wallet_transfer g
    LEFT JOIN wallet_payment bought ON bought.id = g.payment_id AND bought.refunded > 0 AND g.kind IN {spending}
    WHERE g.debit_id = purse
) gone ON purse IS NOT NULL
LEFT JOIN LATERAL (
    SELECT coalesce(sum(amount) FILTER (WHERE kind = 'refund'), 0) AS refunded,
        coalesce(sum(amount) FILTER (WHERE kind = 'reversal'), 0) AS undone,
        coalesce(sum(amount) FILTER (WHERE kind NOT IN ('disbursement', 'refund', 'reversal')), 0) AS other
    FROM wallet_transfer WHERE credit_id = purse
) came ON purse IS NOT NULL
"""
_PERSON = """
LEFT JOIN report_survivor s ON s.merged = e.person_id
JOIN beneficiaries_person p ON p.id = coalesce(s.survivor, e.person_id)
JOIN beneficiaries_household h ON h.id = p.household_id
"""
_PEOPLE = """
INSERT INTO report_people
SELECT grp, programme, person, bool_or(paid) FROM (
    SELECT grp, programme, person, status = 'paid' AS paid FROM report_line
    UNION ALL
    {others}
) everybody GROUP BY grp, programme, person
"""
_ENROLLED = """
SELECT {group}, e.programme_id, p.id, false FROM disbursement_enrolment e {person}
WHERE e.status = 'active' AND e.programme_id = ANY(%(programmes)s)
    AND (%(enrolled_before)s::timestamptz IS NULL OR e.created_at < %(enrolled_before)s) AND {place}
"""
_CALCULATED = """
SELECT {group}, e.programme_id, p.id, false
FROM disbursement_calculation k
JOIN disbursement_batch b ON b.id = k.batch_id
JOIN disbursement_cycle c ON c.id = k.cycle_id
JOIN disbursement_enrolment e ON e.id = k.enrolment_id
{person}
WHERE b.status NOT IN ('draft', 'cancelled') AND {scope} AND {place}
"""
_COUNT_PEOPLE = """
SELECT grp, count(*), count(*) FILTER (WHERE paid) FROM report_people GROUP BY grp
UNION ALL
SELECT NULL, count(*), count(*) FILTER (WHERE paid)
FROM (SELECT bool_or(paid) AS paid FROM report_people GROUP BY programme, person) once
"""
_STATES = ("paid", "pending", "failed", "left_out", "returned")
_MONEY = {
    "redeemed": "redeemed",
    "refunded": "refunded",
    "lapsed": "lapsed",
    "left": "remaining",
    "given": "given",
    "added": "added",
    "outside": "outside",
}
_REASONS = """
SELECT grp, failure, count(*), sum(amount)::bigint FROM report_line WHERE status IN ('failed', 'left_out')
GROUP BY GROUPING SETS ((grp, failure), (failure))
"""


@dataclass(slots=True)
class Group:
    """One group's figures by column name, and what did not work: instructions and rupiah by failure code."""

    figures: dict[str, Any] = field(default_factory=dict)
    reasons: dict[str, list[int]] = field(default_factory=dict)


@dataclass(slots=True)
class Figures:
    """What a report found at one moment. Keys: a programme's id, a region's code, a day, a sex, a band's first age, a decile."""

    as_of: datetime
    total: Group
    groups: dict[str, Group]

    def as_json(self) -> dict[str, Any]:
        """The groups in order and their total, as `Report.result` keeps them."""
        rows = [{"key": key, "figures": group.figures, "reasons": group.reasons} for key, group in self.groups.items()]
        return {"groups": rows, "total": {"figures": self.total.figures, "reasons": self.total.reasons}}


def nobody(done: int, of: int) -> None:
    """For whoever waits for the report and asks no other."""


def compute(report: Report, tell: Tell = nobody) -> Figures:
    """The report's figures as of now. `tell` hears how many instructions are done, of how many, and may raise to end it.

    Outermost, everything is read in one snapshot and the database refuses whatever would change anything.
    """
    with _snapshot() as cursor:
        asked = _Asked.of(report, cursor)
        cursor.execute(_SURVIVORS)
        lines = asked.pick(cursor)
        tell(0, lines)
        cursor.execute("ANALYZE report_survivor, report_pick")
        for after in range(0, lines, GROUP):
            asked.add_lines(cursor, after)
            tell(min(after + GROUP, lines), lines)
        cursor.execute("ANALYZE report_line")
        asked.add_people(cursor)
        tell(lines, lines)
        return asked.found(cursor)


@contextmanager
def _snapshot() -> Iterator[CursorWrapper]:
    """One transaction with the report's tables of its own. Inside another transaction only its tables are."""
    outermost = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if outermost:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute(_TABLES)
        if outermost:
            cursor.execute("SET TRANSACTION READ ONLY")  # temporary tables are still written
            cursor.execute("SET LOCAL work_mem = '64MB'; SET LOCAL jit = off")
        yield cursor


@dataclass(slots=True)
class _Asked:
    """A report's filters and grouping as SQL. `values` are its parameters."""

    report: Report
    as_of: datetime
    programmes: list[int]
    cycles: list[int]
    values: dict[str, Any]
    group: str
    place: str

    @classmethod
    def of(cls, report: Report, cursor: CursorWrapper) -> _Asked:
        cursor.execute("SELECT statement_timestamp()")
        [as_of] = cursor.fetchone()
        cycles = Cycle.objects.order_by("period", "pk")
        if report.programmes:
            cycles = cycles.filter(programme__in=report.programmes)
        if report.period_from:
            cycles = cycles.filter(period__gte=report.period_from)
        if report.period_to:
            cycles = cycles.filter(period__lte=report.period_to)
        cursor.execute("SELECT id FROM disbursement_programme")
        known = [pk for (pk,) in cursor.fetchall()]
        programmes = [pk for pk in known if not report.programmes or pk in report.programmes]
        group, values = _group(report, timezone.localdate(as_of))
        values |= {
            "kind": report.kind,
            "batch": report.batch_id,
            "region": report.region,
            "region_length": len(report.region) + 1,
            "programmes": programmes,
            "enrolled_before": _end_of(report.period_to),
        }
        place = "(h.kelurahan = %(region)s OR left(h.kelurahan, %(region_length)s) = %(region)s || '.')"
        return cls(
            report=report,
            as_of=as_of,
            programmes=programmes,
            cycles=list(cycles.values_list("pk", flat=True)),
            values=values,
            group=group,
            place=place if report.region else "true",
        )

    def pick(self, cursor: CursorWrapper) -> int:
        """Numbers the instructions that count; returns how many."""
        if self.report.batch_id is not None:
            cursor.execute(_PICK.format(scope="batch_id = %(batch)s", counts=_COUNTS), self.values | {"after": 0})
            return int(cursor.rowcount)
        lines = 0
        for cycle in self.cycles:
            cursor.execute(
                _PICK.format(scope="cycle_id = %(cycle)s", counts=_COUNTS),
                self.values | {"cycle": cycle, "after": lines},
            )
            lines += cursor.rowcount
        return lines

    def add_lines(self, cursor: CursorWrapper, after: int) -> None:
        sql = _LINES.format(
            group=self.group, key=Instruction.key_in_sql("i"), person=_PERSON, place=self.place, spending=_SPENDING
        )
        cursor.execute(sql, self.values | {"after": after, "to": after + GROUP})

    def add_people(self, cursor: CursorWrapper) -> None:
        if self.report.batch_id is not None:
            others = _CALCULATED.format(group=self.group, person=_PERSON, place=self.place, scope="b.id = %(batch)s")
        elif self.report.grouping == G.CYCLE:
            scope = "b.cycle_id = ANY(%(cycles)s)"
            others = _CALCULATED.format(group=self.group, person=_PERSON, place=self.place, scope=scope)
        else:
            others = _ENROLLED.format(group=self.group, person=_PERSON, place=self.place)
        cursor.execute(_PEOPLE.format(others=others), self.values | {"cycles": self.cycles})

    def found(self, cursor: CursorWrapper) -> Figures:
        """Everything added up, group by group and in total."""
        groups: dict[str | None, Group] = {None: Group()}
        names, sql = _sums()
        cursor.execute(sql)
        for key, whole, *figures in cursor.fetchall():
            groups.setdefault(None if whole else key, Group()).figures |= dict(zip(names, figures, strict=True))
        cursor.execute(_COUNT_PEOPLE)
        for key, enrolled, paid in cursor.fetchall():
            group = groups.setdefault(key, Group(figures=_nothing(names)))
            group.figures |= {"enrolled": enrolled, "paid_people": paid}
        cursor.execute(_REASONS)
        for key, code, count, amount in cursor.fetchall():
            groups[key].reasons[code] = [count, amount]
        total = groups.pop(None)
        keys = [key for key in groups if key is not None]
        return Figures(self.as_of, total, {key: groups[key] for key in sorted(keys, key=_order)})


def _group(report: Report, today: date) -> tuple[str, dict[str, Any]]:
    """The group's key as an expression over enrolment, cycle, person and household; with its parameters."""
    if report.grouping == G.PROGRAMME:
        return "e.programme_id::text", {}
    if report.grouping == G.CYCLE:
        return "c.period::text", {}
    if report.grouping == G.REGION:
        return "left(h.kelurahan, %(group_length)s)", {"group_length": below(report.region)}
    if report.grouping == G.SEX:
        return "p.sex", {}
    if report.grouping == G.DECILE:
        return "h.decile::text", {}
    born = {f"born_{age}": born_by(age, today) for age in AGES[1:]}
    bands = " ".join(f"WHEN p.birth_date <= %(born_{age})s THEN '{age}'" for age in reversed(AGES[1:]))
    return f"CASE {bands} ELSE '{AGES[0]}' END", born


def below(region: str) -> int:
    """How long the codes of the next level below a region are; of the country: cities', of a kelurahan: its own."""
    if not region:
        return CODE_LENGTHS[1]
    return next((length for length in CODE_LENGTHS if length > len(region)), CODE_LENGTHS[-1])


def born_by(age: int, today: date) -> date:
    """The latest birth date of who is at least so old on the day. 29 February stands for 28 in a common year."""
    try:
        return today.replace(year=today.year - age)
    except ValueError:
        return date(today.year - age, 2, 28)


def _end_of(day: date | None) -> datetime | None:
    """The moment at which the month of the day has passed in Jakarta."""
    if day is None:
        return None
    following = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return datetime(following.year, following.month, 1, tzinfo=timezone.get_default_timezone())


def _order(key: str) -> tuple[int, str]:
    """Numbers by their size, codes and days as they are written."""
    return (int(key), "") if key.isdigit() else (0, key)


def _sums() -> tuple[list[str], str]:
    """One statement for all figures but those of people: their names, and the SQL with key, whether it is the total, and them."""
    paid = "FILTER (WHERE status = 'paid')"
    columns = {"instructed": "count(*)", "instructed_total": "coalesce(sum(amount), 0)::bigint"}
    for state in _STATES:
        columns[state] = f"count(*) FILTER (WHERE status = '{state}')"
        columns[f"{state}_total"] = f"coalesce(sum(amount) FILTER (WHERE status = '{state}'), 0)::bigint"
    for name, source in _MONEY.items():
        columns[name] = f"coalesce(sum({source}) {paid}, 0)::bigint"
    columns["used"] = "count(use)"
    for name in ("wait", "use"):
        for share, said in ((0.5, "median"), (0.9, "most")):
            columns[f"{name}_{said}"] = f"percentile_disc({share}) WITHIN GROUP (ORDER BY {name})"
        columns[f"{name}s"] = f"ARRAY[{', '.join(_spread(name))}]"
    chosen = ", ".join(["grp", "grouping(grp) = 1", *columns.values()])
    sql = f"SELECT {chosen} FROM report_line GROUP BY GROUPING SETS ((grp), ())"  # noqa: S608  # constants of ours
    return list(columns), sql


def _spread(name: str) -> Iterator[str]:
    """Counts of a length of time by SPANS; the last is of what took longer."""
    low: Sequence[int] = (-1, *SPANS)
    for at, above in enumerate(low):
        until = f" AND {name} <= {SPANS[at]}" if at < len(SPANS) else ""
        yield f"count(*) FILTER (WHERE {name} > {above}{until})"


def _nothing(names: list[str]) -> dict[str, Any]:
    """The figures of a group in which nothing was to be paid."""
    figures: dict[str, Any] = dict.fromkeys(names, 0)
    for name in ("wait", "use"):
        figures |= {f"{name}_median": None, f"{name}_most": None, f"{name}s": [0] * (len(SPANS) + 1)}
    return figures
