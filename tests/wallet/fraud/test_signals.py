"""Fraud rules on generated traffic with known frauds: each is found with its evidence, and ordinary people are left alone."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from tests import money
from tests.wallet.fraud import traffic
from wallet.errors import ReasonMissing
from wallet.fraud import cases, errors, rules, scans, signals
from wallet.models import FraudCase, FraudHold, FraudRule, FraudScan, FraudSignal

pytestmark = pytest.mark.django_db
Signal = FraudRule.Signal


def in_force(**changes: dict[str, Any]) -> dict[str, FraudRule]:
    """The house's rules, put in force by two officers as of long ago."""
    rules.standard()
    made = {}
    maker, checker = money.officer(), money.officer()
    for rule in FraudRule.objects.filter(status=FraudRule.Status.DRAFT):
        if fields := changes.get(rule.signal):
            rules.change(rule, **fields)
        rules.propose(rules.try_out(rule, days=1), maker, "aturan awal")
        made[rule.signal] = rules.agree(rule, checker, "setuju")
    return made


def scan() -> list[FraudScan]:
    return list(scans.scan_due())


def test_each_injected_fraud_is_found_by_its_signal_and_nobody_else() -> None:
    place = traffic.town()
    in_force()
    ordinary = {purse.wallet_id for purse in traffic.ordinary(place)}
    drained, hasty = traffic.drained(place), traffic.hasty(place)
    shared = traffic.shared(place)
    concentrated, trips, night = traffic.concentrated(place), traffic.round_trips(place), traffic.by_night(place)
    scan()
    found = {
        (signal.rule.signal, signal.case.wallet_id or signal.case.merchant_id or bytes(signal.case.device))
        for signal in FraudSignal.objects.select_related("case", "rule")
    }
    expected = {
        (Signal.FULL_DRAIN, drained.pk),
        (Signal.SHARED_DEVICE, b"satu-perangkat"),
        (Signal.CONCENTRATION, concentrated.pk),
        (Signal.ROUND_TRIP, trips.pk),
        (Signal.ODD_HOURS, night.pk),
        (Signal.VELOCITY, hasty.pk),
    }
    right = len(found & expected)
    assert (right / len(expected), right / len(found)) == (1.0, 1.0), found ^ expected  # recall and precision
    assert not FraudCase.objects.filter(wallet__in=ordinary).exists()
    assert set(FraudSignal.objects.get(rule__signal=Signal.SHARED_DEVICE).wallets) == {wallet.pk for wallet in shared}
    for signal in FraudSignal.objects.select_related("rule"):
        assert signal.evidence.exists(), signal.rule
    evidence = FraudSignal.objects.get(rule__signal=Signal.FULL_DRAIN)
    assert [transfer.kind for transfer in evidence.evidence] == ["disbursement", "redemption", "redemption"]
    assert evidence.measured == 100


def test_a_scan_repeated_finds_nothing_twice_and_a_case_grows() -> None:
    place = traffic.town()
    in_force()
    wallet = traffic.hasty(place)
    first = scan()
    assert sum(one.opened for one in first) == 1 and sum(one.found for one in scan()) == 0
    case = FraudCase.objects.get()
    assert (case.wallet_id, case.score, case.status) == (wallet.pk, 35, "open")  # 30 × 7 / 6
    spans = list(FraudScan.objects.order_by("since").values_list("since", "until"))
    assert all(before[1] == after[0] for before, after in pairwise(spans))  # no gap
    again = signals.find(FraudRule.objects.get(signal=Signal.VELOCITY), place.day, place.at(24))
    assert [cases.note(FraudRule.objects.get(signal=Signal.VELOCITY), hit) for hit in again] == [(True, False)]
    assert FraudCase.objects.count() == FraudSignal.objects.count() == 1


@pytest.mark.parametrize("spans", [1, 7, 48])
@pytest.mark.parametrize(
    "pattern", [traffic.drained, traffic.hasty, traffic.round_trips, traffic.by_night, traffic.shared]
)
def test_a_spans_border_hides_nothing(pattern: Any, spans: int) -> None:
    place = traffic.town()
    made = in_force()
    pattern(place)
    hits = set()
    for number in range(spans):
        since, until = place.at(24 / spans * number), place.at(24 / spans * (number + 1))
        for rule in made.values():
            hits |= {(rule.signal, hit.wallet, hit.merchant, hit.device) for hit in signals.find(rule, since, until)}
    assert len(hits) == 1


def test_just_below_the_threshold_is_nothing() -> None:
    place = traffic.town()
    made = in_force()
    purse = place.person()
    for number in range(5):
        place.sell(purse, place.shops[number], 11_000, place.at(15 + number / 60))
    for number in range(6):  # as many, but over an hour
        place.sell(
            place.person(), place.shops[0], 11_000, place.at(16 + number / 6), b"dipakai-berlima" if number else b"x"
        )
    assert [hit for rule in made.values() for hit in signals.find(rule, place.day, place.at(24))] == []


def test_a_rule_is_tried_then_agreed_by_another_and_replaces_the_one_before() -> None:
    place = traffic.town()
    traffic.hasty(place)
    rules.standard()
    assert rules.standard() == 0
    rule = FraudRule.objects.get(signal=Signal.VELOCITY)
    maker, checker = money.officer(), money.officer()
    with pytest.raises(errors.RuleNotTried):
        rules.propose(rule, maker, "usul")
    rules.try_out(rule)
    assert (rule.pk, rules.try_out(rule).tried_found, FraudCase.objects.count()) == (rule.pk, 1, 0)
    writer = money.officer()
    assert rules.change(rule, threshold=7, written_by=writer).tried_found is None
    rules.propose(rules.try_out(rule), maker, "usul")
    for same in (maker, writer):
        with pytest.raises(errors.RuleOfTheSameOfficer):
            rules.agree(rule, same, "sendiri")
    with pytest.raises(ReasonMissing):
        rules.agree(rule, checker, "")
    agreed = rules.agree(rule, checker, "setuju")
    with pytest.raises(errors.RuleMoved):
        rules.change(agreed, threshold=1)
    heir = FraudRule.objects.create(signal=Signal.VELOCITY, threshold=9, window=600, weight=10, reason="baru")
    rules.propose(rules.try_out(heir), maker, "usul")
    rules.agree(heir, checker, "setuju")
    agreed.refresh_from_db()
    assert agreed.valid_until is not None and [one.pk for one in rules.in_force(timezone.now())] == [heir.pk]
    with pytest.raises(errors.RuleMoved):
        rules.end(heir, checker, "tidak perlu")  # nobody proposed it
    rules.propose_end(heir, checker, "tidak perlu")
    with pytest.raises(errors.RuleOfTheSameOfficer):
        rules.end(heir, checker, "tidak perlu")
    assert rules.in_force(timezone.now()) == [heir]
    rules.end(heir, maker, "setuju")
    assert rules.in_force(timezone.now()) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE wallet_fraudrule SET threshold = 1",
        "UPDATE wallet_fraudrule SET status = 'draft'",
        "UPDATE wallet_fraudrule SET decided_by_id = proposed_by_id",
        "DELETE FROM wallet_fraudrule",
        "UPDATE wallet_fraudscan SET found = 0",
        "UPDATE wallet_fraudhold SET reason = 'lain'",
        "UPDATE wallet_fraudhold SET until = NULL",
        "INSERT INTO wallet_fraudhold (case_id, wallet_id, kind, reason, until) SELECT id, wallet_id, 'payments', '', now()"
        " FROM wallet_fraudcase",
        "INSERT INTO wallet_fraudhold (case_id, wallet_id, kind, reason) SELECT id, wallet_id, 'payments', 'x'"
        " FROM wallet_fraudcase",
    ],
)
def test_the_database_refuses_by_itself(statement: str) -> None:
    in_force(velocity={"action": "payments"})
    traffic.hasty(traffic.town())
    scan()
    assert FraudHold.objects.count() == 1
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_decisions_need_a_reason_and_are_final() -> None:
    in_force()
    traffic.hasty(traffic.town())
    scan()
    case, officer = FraudCase.objects.get(), money.officer()
    with pytest.raises(ReasonMissing):
        cases.dismiss(case, officer, " ")
    cases.confirm(case, officer, "uji petik")
    with pytest.raises(errors.CaseDecided):
        cases.dismiss(case, officer, "keliru")
    rule = FraudRule.objects.get(signal=Signal.VELOCITY)
    assert cases.precision(rule) == (1, 1)
    assert list(signals.find(rule, timezone.now() - timedelta(days=3), timezone.now())) == []
    assert sorted(day.confirmed for day in cases.of_the_last_days(3)) == [
        0,
        0,
        1,
    ]  # a day without any is a gap in the chart


@pytest.mark.parametrize("decide", [cases.dismiss, cases.confirm])
def test_what_is_found_after_a_decision_is_another_case_of_the_day(decide: Any) -> None:
    in_force()
    place = traffic.town()
    traffic.hasty(place)
    scan()
    first = FraudCase.objects.get()
    decide(first, money.officer(), "uji petik")
    scan()
    assert FraudCase.objects.count() == 1  # the same burst is not asked about twice
    shown = first.signals.get()
    hit = signals.Hit(first.wallet_id, None, None, shown.at, 9, [1, 2, 3], [])
    assert cases.note(FraudRule.objects.get(signal=Signal.VELOCITY), hit) == (True, True)  # another burst
    other = signals.Hit(first.wallet_id, None, None, shown.at, 9, shown.transfers, [])
    assert cases.note(FraudRule.objects.get(signal=Signal.FULL_DRAIN), other) == (True, False)  # another rule
    second = FraudCase.objects.get(status="open")
    assert (second.wallet_id, second.day, second.signals.count()) == (first.wallet_id, first.day, 2)
    first.refresh_from_db()
    assert first.signals.count() == 1


@pytest.mark.parametrize(
    ("pattern", "signal", "again"),
    [
        (traffic.hasty, Signal.VELOCITY, traffic.hastily),
        (traffic.drained, Signal.FULL_DRAIN, traffic.drain),
        (traffic.round_trips, Signal.ROUND_TRIP, traffic.give_all_back),
        (traffic.by_night, Signal.ODD_HOURS, traffic.sell_by_night),
        (traffic.concentrated, Signal.CONCENTRATION, traffic.sell_nearly_all),
    ],
)
def test_a_decision_is_about_what_was_there_and_hides_nothing_of_what_comes(
    pattern: Any, signal: str, again: Any
) -> None:
    rule, place = in_force()[signal], traffic.town()
    subject = pattern(place)
    scan()
    cases.dismiss(FraudSignal.objects.get(rule=rule).case, money.officer(), "uji petik")
    found = [place.at(0), place.at(26)]  # in one window with what was dismissed, and past midnight
    assert list(signals.find(rule, *found)) == []
    again(place, subject, 1)
    assert list(signals.find(rule, *found)) == []  # one more is not the whole again
    again(place, subject, 8)
    [hit] = signals.find(rule, *found)
    assert (hit.wallet or hit.merchant) == subject.pk
    assert not set(hit.transfers) & set(FraudSignal.objects.get(rule=rule).transfers)


def test_a_device_that_was_looked_into_is_noted_again_by_what_others_do_with_it() -> None:
    rule, place = in_force()[Signal.SHARED_DEVICE], traffic.town()
    traffic.shared(place)
    scan()
    cases.dismiss(FraudCase.objects.get(), money.officer(), "kader posyandu")
    assert list(signals.find(rule, place.at(0), place.at(24))) == []
    place.sell(place.person(), place.shops[0], 20_000, place.at(15), b"satu-perangkat")
    assert list(signals.find(rule, place.at(0), place.at(24))) == []
    traffic.shared(traffic.Town(place.at(6)))
    [hit] = signals.find(rule, place.at(0), place.at(24))
    assert bytes(hit.device or b"") == b"satu-perangkat" and hit.measured == 9


def test_a_scan_that_breaks_off_leaves_nothing_and_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    in_force()
    place = traffic.town()
    traffic.hasty(place)
    traffic.round_trips(place)
    note, calls = cases.note, []

    def broken(rule: FraudRule, hit: signals.Hit) -> tuple[bool, bool]:
        calls.append(hit)
        if len(calls) == 2:
            raise RuntimeError("listrik padam")
        return note(rule, hit)

    monkeypatch.setattr(cases, "note", broken)
    with pytest.raises(RuntimeError):
        scan()
    reached = FraudScan.objects.latest("until").until
    assert not FraudSignal.objects.filter(at__gte=reached).exists()
    monkeypatch.undo()
    scan()
    assert {signal.rule.signal for signal in FraudSignal.objects.select_related("rule")} == {
        Signal.VELOCITY,
        Signal.ROUND_TRIP,
    }
