"""A report computed row by row in plain Python, to compare with: slow, and written from the columns' meanings alone."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from beneficiaries import identity
from beneficiaries.models import Person
from disbursement.models import Batch, Calculation, Enrolment, Instruction, Report
from disbursement.reports.columns import AGES, SPANS
from wallet.models import Account, Purse, Refund, Transfer

SPENDING = ("redemption", "cash_out")


@dataclass
class Seen:
    """What was seen of one group."""

    lines: list[tuple[Instruction, dict[str, Any]]] = field(default_factory=list)
    enrolled: set[tuple[int, int]] = field(default_factory=set)
    paid: set[tuple[int, int]] = field(default_factory=set)


def expected(report: Report) -> dict[str, dict[str, Any]]:
    """The figures of every group by its key, and of the total under the empty key."""
    groups: dict[str, Seen] = defaultdict(Seen)
    groups[""]  # there is a total, even of nothing
    back = _given_back()

    def note(enrolment: Enrolment, cycle_key: str, line: Instruction | None) -> None:
        person = stands_for(enrolment.person)
        if not within(person.household.kelurahan, report.region):
            return
        for key in ("", key_of(report, enrolment, person, cycle_key)):
            seen, who = groups[key], (enrolment.programme_id, person.pk)
            seen.enrolled.add(who)
            if line is not None:
                seen.lines.append((line, _of_purse(line, back)))
                if line.status == "paid":
                    seen.paid.add(who)

    for line in _deciding(report):
        note(line.enrolment, line.cycle.period.isoformat(), line)
    for enrolment, cycle_key in _others(report):
        note(enrolment, cycle_key, None)
    return {key: _figures(seen) for key, seen in groups.items()}


def stands_for(person: Person) -> Person:
    while person.merged_into is not None:
        person = person.merged_into
    return person


def within(kelurahan: str, region: str) -> bool:
    return not region or kelurahan == region or kelurahan.startswith(f"{region}.")


def key_of(report: Report, enrolment: Enrolment, person: Person, cycle_key: str) -> str:
    home = person.household
    if report.grouping == "region":
        parts = report.region.count(".") + 2 if report.region else 2
        return ".".join(home.kelurahan.split(".")[:parts])
    age = identity.age(person.birth_date, timezone.localdate())
    return {
        "programme": str(enrolment.programme_id),
        "cycle": cycle_key,
        "sex": person.sex,
        "decile": str(home.decile),
        "age": str(max(start for start in AGES if start <= age)),
    }[report.grouping]


def _in_scope(report: Report, row: Instruction | Batch) -> bool:
    cycle = row.cycle
    return (
        (not report.programmes or cycle.programme_id in report.programmes)
        and (report.period_from is None or cycle.period >= report.period_from)
        and (report.period_to is None or cycle.period <= report.period_to)
    )


def _deciding(report: Report) -> Iterable[Instruction]:
    """The live attempt of each part of a cycle, else the last; of corrections every live one."""
    chosen: dict[tuple[int, int, str, int], Instruction] = {}
    for line in Instruction.objects.order_by("pk"):
        left_out = line.status == "cancelled" and line.failure and line.batch.status != "cancelled"
        if (line.status == "cancelled" and not left_out) or not _in_scope(report, line):
            continue
        if (report.kind and line.kind != report.kind) or (report.batch_id and line.batch_id != report.batch_id):
            continue
        place = 0 if line.kind != "correction" else line.attempt if line.live else -1
        key = (line.enrolment_id, line.cycle_id, line.part, place)
        before = chosen.get(key)
        if before is None or line.live or not before.live:
            chosen[key] = line
    settled = {key[:3] for key in chosen if key[3] > 0}
    return [line for key, line in chosen.items() if key[3] >= 0 or key[:3] not in settled]


def _others(report: Report) -> Iterable[tuple[Enrolment, str]]:
    if report.batch_id or report.grouping == "cycle":
        for row in Calculation.objects.all():
            known = row.batch.status not in ("draft", "cancelled") and _in_scope(report, row.batch)
            if known and report.batch_id in (None, row.batch_id):
                yield row.enrolment, row.batch.cycle.period.isoformat()
        return
    before: datetime | None = None
    if report.period_to:
        following = (report.period_to.replace(day=1) + timedelta(days=32)).replace(day=1)
        before = datetime(following.year, following.month, 1, tzinfo=timezone.get_default_timezone())
    for enrolment in Enrolment.objects.filter(status="active"):
        wanted = not report.programmes or enrolment.programme_id in report.programmes
        if wanted and (before is None or enrolment.created_at < before):
            yield enrolment, ""


def _given_back() -> dict[int, int]:
    """Of each spending transfer how many rupiah the merchant gave back, refund by refund along the way it came."""
    back: dict[int, int] = defaultdict(int)
    for refund in Refund.objects.order_by("pk"):
        amount = refund.amount
        for spent in Transfer.objects.filter(payment=refund.payment, kind__in=SPENDING).order_by("-pk"):
            part = min(amount, spent.amount - back[spent.pk])
            back[spent.pk] += part
            amount -= part
        assert amount == 0
    return back


def _of_purse(line: Instruction, back: dict[int, int]) -> dict[str, Any]:
    if line.status != "paid":
        return {}
    opened = Transfer.objects.filter(key=line.key).first()
    purse = opened and Purse.objects.filter(pk=opened.credit_id).first()
    if opened is None or purse is None:
        return {"outside": line.amount}
    gone = list(Transfer.objects.filter(debit=purse.pk).order_by("posted_at"))
    came = list(Transfer.objects.filter(credit=purse.pk).exclude(pk=opened.pk))
    spent = [row for row in gone if row.kind in SPENDING]
    refunded = sum(back[row.pk] for row in spent)
    to_fund = refunded - _total(came, "refund")
    return {
        "redeemed": sum(row.amount for row in spent) - refunded,
        "refunded": refunded,
        "lapsed": _total(gone, "lapse") - _total(came, "reversal") + to_fund,
        "left": Account.objects.get(pk=purse.pk).balance,
        "given": sum(row.amount for row in gone if row.kind not in (*SPENDING, "lapse")),
        "added": sum(row.amount for row in came if row.kind not in ("refund", "reversal")),
        "wait": max(0, math.floor((opened.posted_at - line.cycle.due_at).total_seconds())),
        "use": math.floor((spent[0].posted_at - opened.posted_at).total_seconds()) if spent else None,
    }


def _total(rows: list[Transfer], kind: str) -> int:
    return sum(row.amount for row in rows if row.kind == kind)


def _figures(seen: Seen) -> dict[str, Any]:
    rows = seen.lines
    told: dict[str, Any] = {
        "enrolled": len(seen.enrolled),
        "paid_people": len(seen.paid),
        "instructed": len(rows),
        "instructed_total": sum(line.amount for line, _money in rows),
    }
    for state in ("paid", "failed", "left_out", "returned", "pending"):
        status = "cancelled" if state == "left_out" else state
        of_state = [line.amount for line, _money in rows if line.status == status]
        told |= {state: len(of_state), f"{state}_total": sum(of_state)}
    for name in ("redeemed", "refunded", "lapsed", "left", "given", "added", "outside"):
        told[name] = sum(money.get(name, 0) for _line, money in rows)
    for name in ("wait", "use"):
        times = sorted(money[name] for _line, money in rows if money.get(name) is not None)
        told |= {
            f"{name}_median": _at(times, 0.5),
            f"{name}_most": _at(times, 0.9),
            f"{name}s": [
                sum(low < time <= high for time in times)
                for low, high in zip((-1, *SPANS), (*SPANS, math.inf), strict=True)
            ],
        }
    told["used"] = sum(told["uses"])
    return told


def _at(times: list[int], share: float) -> int | None:
    return times[math.ceil(share * len(times)) - 1] if times else None
