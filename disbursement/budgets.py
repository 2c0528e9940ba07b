"""Budgets of a programme by year and region: set by decree, held when a batch is submitted and when it is approved.

What a batch pays is added up by kecamatan when it is prepared (models.BatchRegion), by where people live then: who moves later
changes nothing, and a check reads a few dozen rows a batch however many lines it has. From its submission on a batch uses
all that it pays; from its closing on what was paid. The same SQL (migration 0083) decides here and in the trigger.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from beneficiaries import regions
from disbursement.batch_states import RESERVED
from disbursement.errors import BudgetExceeded, InvalidBudget
from disbursement.models import Batch, BatchRegion, Budget, Instruction, Programme, VersionTrial
from wallet.ledger import MAX_AMOUNT
from wallet.money import rupiah

S = Batch.Status
CODE = re.compile(r"[0-9]{2}(\.[0-9]{2}){0,2}")
MOVED = (*RESERVED, S.CLOSED)  # what an approval competes with
RUNNING = (S.SUBMITTED, *MOVED)  # what a submission competes with

# The lines of a batch, each with its year and kecamatan: as calculated, or else where the person lives now. Looked up line by
# line: of a batch that was filled in this very transaction the planner knows nothing, and would join the worst way.
_LINES = """
SELECT i.id, i.status, i.amount, extract(year FROM c.period)::int AS year, left(coalesce(
    (SELECT nullif(k.kelurahan, '') FROM disbursement_calculation k
     WHERE k.batch_id = i.batch_id AND k.enrolment_id = i.enrolment_id LIMIT 1),
    (SELECT h.kelurahan FROM disbursement_enrolment e JOIN beneficiaries_person p ON p.id = e.person_id
     JOIN beneficiaries_household h ON h.id = p.household_id WHERE e.id = i.enrolment_id)), 8) AS region
FROM disbursement_instruction i JOIN disbursement_cycle c ON c.id = i.cycle_id WHERE i.batch_id = %(batch)s
"""
_COUNT = f"""
INSERT INTO disbursement_batchregion (batch_id, year, region, count, total, used)
SELECT %(batch)s, year, region, count(*), sum(amount), sum(amount) FROM ({_LINES}) line
WHERE status = 'pending' GROUP BY year, region ORDER BY year, region
"""  # noqa: S608  # our own constants
# What was left out before the submission (cancelled) is not in the totals.
_CLOSE = f"""
UPDATE disbursement_batchregion r SET used = greatest(r.total - unpaid.total, 0)
FROM (SELECT year, region, sum(amount) AS total FROM ({_LINES}) line
      WHERE status NOT IN ('paid', 'cancelled') GROUP BY year, region) unpaid
WHERE r.batch_id = %(batch)s AND r.year = unpaid.year AND r.region = unpaid.region
"""  # noqa: S608
_TAKE_BACK = f"""
UPDATE disbursement_batchregion r SET used = greatest(r.used - line.amount, 0) FROM ({_LINES}) line
WHERE line.id = %(line)s AND r.batch_id = %(batch)s AND r.year = line.year AND r.region = line.region
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Short:
    """A budget that a batch asks too much of, in rupiah."""

    year: int
    region: str
    amount: int
    used: int
    asked: int

    @property
    def left(self) -> int:
        return self.amount - self.used

    @property
    def missing(self) -> int:
        return self.asked - self.left

    def in_words(self) -> str:
        """Jakarta Timur 2026: kurang Rp 12.300.000."""
        said = {"region": name_of(self.region), "year": self.year, "missing": rupiah(self.missing)}
        return _("%(region)s %(year)s: kurang %(missing)s") % said


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a budget stands, in rupiah: `reserved` by batches that are under way, `paid` by those that closed."""

    budget: Budget
    amount: int
    reserved: int
    paid: int

    @property
    def left(self) -> int:
        """Below zero where the budget was lowered beneath what is used."""
        return self.amount - self.reserved - self.paid


@dataclass(frozen=True, slots=True)
class Outlook:
    """What one cycle of a tried version costs a budget, and what is left of it."""

    standing: Standing
    cost: int

    @property
    def cycles(self) -> int | None:
        """How many such cycles it pays; None where one costs nothing."""
        return max(self.standing.left, 0) // self.cost if self.cost else None


def name_of(region: str) -> str:
    """The region as people say it."""
    return regions.short_name(region) if region else _("seluruh wilayah")


@transaction.atomic
def set_budget(
    programme: Programme,
    year: int,
    region: str,
    amount: int | None,
    *,
    decree: str,
    by: User | None = None,
    starts_on: date | None = None,
) -> Budget:
    """From the day on (today) so much may be paid there for the cycles of that year; without an amount there is no limit.

    What was set before stays in the history. Batches that were approved stay so. Raises InvalidBudget.
    """
    today = timezone.localdate()
    day = starts_on or today
    if amount is not None and (type(amount) is not int or not 0 <= amount <= MAX_AMOUNT):
        raise InvalidBudget(reason=_("anggarannya bukan rupiah bulat."))
    if not Budget.FIRST <= year <= Budget.LAST:
        raise InvalidBudget(reason=_("tahunnya tidak dikenal."))
    if region and not is_region(region):
        raise InvalidBudget(reason=_("%(code)s bukan kode provinsi, kota atau kecamatan.") % {"code": region})
    if not decree.strip():
        raise InvalidBudget(reason=_("isi dasar hukumnya."))
    if day < today:
        raise InvalidBudget(reason=_("anggaran tidak dapat berlaku surut."))
    return Budget.objects.create(
        programme=programme, year=year, region=region, amount=amount, decree=decree.strip(), by=by, starts_on=day
    )


def is_region(code: str) -> bool:
    """True for a province, city or kecamatan in force, by its dotted code."""
    return CODE.fullmatch(code) is not None and regions.short_name(code) != code


def in_force(programme: Programme) -> list[Budget]:
    """The programme's budgets that count today, by year and region."""
    rows = Budget.objects.raw("SELECT * FROM disbursement_budgets_of(%s) ORDER BY year, region", [programme.pk])
    return list(rows)


# --- what batches use ---


def count(batch: Batch) -> None:
    """Adds up by kecamatan what an open batch pays; again, after some of its lines were left out. Needs a transaction."""
    BatchRegion.objects.filter(batch=batch).delete()
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"batch": batch.pk})


def close(batch: Batch) -> None:
    """From now on the batch uses what was paid. Needs its lock, and a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(_CLOSE, {"batch": batch.pk})


def take_back(line: Instruction) -> None:
    """A paid line of a closed batch was taken back: it uses nothing any more. Needs its batch's lock, and a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_BACK, {"batch": line.batch_id, "line": line.pk})


def short(batch: Batch, beside: Iterable[Batch.Status] = RUNNING) -> list[Short]:
    """The budgets of which the batch asks for more than other batches of these statuses leave, by year and region."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT year, region, amount, used, asked FROM disbursement_budgets_short(%s, %s)",
            [batch.pk, [str(status.value) for status in beside]],
        )
        return [Short(*row) for row in cursor.fetchall()]


def check(batch: Batch, beside: Iterable[Batch.Status] = RUNNING) -> None:
    """Raises BudgetExceeded if the batch asks for more than is left; another may be faster until `hold`."""
    found = short(batch, beside)
    if found:
        first = found[0]
        raise BudgetExceeded(
            year=first.year,
            region=name_of(first.region),
            code=first.region,
            left=rupiah(first.left),
            asked=rupiah(first.asked),
            missing=rupiah(first.missing),
        )


def hold(batch: Batch, beside: Iterable[Batch.Status] = RUNNING) -> None:
    """`check` under the programme's lock: until the transaction ends no other batch takes what is left. Raises BudgetExceeded."""
    Programme.objects.select_for_update(no_key=True).get(pk=batch.cycle.programme_id)
    check(batch, beside)


# --- how they stand ---


def standings(programme: Programme, year: int) -> list[Standing]:
    """The year's budgets of the programme as they stand, the whole first, then by region."""
    limits = [row for row in in_force(programme) if row.year == year]
    rows = (
        BatchRegion.objects.filter(batch__cycle__programme=programme, year=year, batch__status__in=RUNNING)
        .order_by()
        .values_list("region", "batch__status")
        .annotate(used=Sum("used"))
    )
    used = list(rows)
    return [_standing(limit, used) for limit in limits]


def outlook(trial: VersionTrial) -> list[Outlook]:
    """What one cycle of the tried version would cost each budget of the year of its day."""
    costs = list(trial.regions.values_list("code", "cost"))
    return [
        Outlook(one, sum(cost for code, cost in costs if _within(code, one.budget.region)))
        for one in standings(trial.version.programme, trial.day.year)
    ]


def _standing(limit: Budget, used: list[tuple[str, str, int]]) -> Standing:
    within = [(status, much) for region, status, much in used if _within(region, limit.region)]
    paid = sum(much for status, much in within if status == S.CLOSED)
    return Standing(limit, limit.amount or 0, sum(much for _status, much in within) - paid, paid)


def _within(region: str, limit: str) -> bool:
    return not limit or region == limit or region.startswith(f"{limit}.")
