"""Scans and officers at the same moment: one case a subject and day, one hold, spans without overlap. Real commits.

The functions named `_do_…` run in those processes.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from tests import money
from tests.processes import together
from tests.wallet.fraud import traffic
from wallet.fraud import cases, holds, rules, scans
from wallet.models import FraudCase, FraudHold, FraudRule, FraudScan, FraudSignal

pytestmark = pytest.mark.usefixtures("processes")


def _do_scan() -> tuple[int, int]:
    done = list(scans.scan_due())
    return sum(scan.found for scan in done), sum(scan.opened for scan in done)


def _do_hold(case: int, by: Any) -> int:
    return holds.place(FraudCase.objects.get(pk=case), "payments", by, "diperiksa").pk


def _do_decide(case: int, by: Any, confirmed: bool) -> str:
    row = FraudCase.objects.get(pk=case)
    return (cases.confirm if confirmed else cases.dismiss)(row, by, "alasan").status


def test_scans_at_once_find_everything_once_and_leave_no_gap() -> None:
    place = traffic.town()
    traffic.hasty(place)
    rules.standard()
    rule = rules.change(FraudRule.objects.get(signal="velocity"), action="payments")
    rules.propose(rules.try_out(rule), money.officer(), "usul")
    rules.agree(rule, money.officer(), "setuju")
    told = [outcome.value for outcome in together([(_do_scan, ())] * 4)]
    assert [sum(column) for column in zip(*told, strict=True)] == [1, 1]
    assert (FraudCase.objects.count(), FraudSignal.objects.count(), FraudHold.objects.count()) == (1, 1, 1)
    spans = list(FraudScan.objects.order_by("since").values_list("since", "until"))
    assert all(before[1] == after[0] for before, after in pairwise(spans))


def test_officers_at_once_hold_once_and_decide_once() -> None:
    case = FraudCase.objects.create(wallet=money.wallet(), day="2026-11-24", score=10)
    told = together([(_do_hold, (case.pk, money.officer())) for _ in range(4)])
    assert len({outcome.value for outcome in told}) == 1 and FraudHold.objects.count() == 1
    told = together([(_do_decide, (case.pk, money.officer(), number % 2 == 0)) for number in range(4)])
    assert sorted(outcome.error for outcome in told) == ["", *["fraud_case_decided"] * 3]
    case.refresh_from_db()
    held = FraudHold.objects.get()
    assert (held.released_at is None) == (case.status == "confirmed")
