"""Rules, trials, proposals, exclusions and objections, with the four exclusions of Kepgub 1250/2021 as worked examples."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from beneficiaries import evidence, facts, kepgub_1250_2021, objections, rules, screening, working_days
from beneficiaries.models import Evidence, Exclusion, ExclusionRule, Objection, Person, Proposal, Screening
from beneficiaries.screening_errors import (
    AlreadyExcluded,
    AuthorEnforces,
    DeciderAcceptedIt,
    LiftBeforeStart,
    NotInForce,
    ObjectionDecided,
    ObjectionPending,
    ProposalDecided,
    RuleBroken,
    RuleEnforced,
    RuleOverlaps,
    RuleUntried,
    TellerAccepts,
    TextMissing,
)
from tests import money
from tests.beneficiaries.evidence_told import CAR, TODAY, enforced, excluded, kepgub, rule, screen, tell, told

pytestmark = pytest.mark.django_db
APP = Objection.Channel.APP


# --- Kepgub 1250/2021 ---


def struck() -> set[tuple[str, int]]:
    return set(Proposal.objects.values_list("code", "household_id"))


def test_a_household_with_a_civil_servant_a_soldier_or_a_member_of_parliament_is_proposed() -> None:
    kepgub()
    homes = {}
    for employer in ("pns", "tni", "polri", "bumn", "parliament", "private", "none"):
        homes[employer] = money.household()
        money.person(homes[employer])
        tell(money.person(homes[employer]), "employment", {"employer": employer})
    screen()
    assert struck() == {("pegawai-negara", homes[one].pk) for one in ("pns", "tni", "polri", "bumn", "parliament")}


def test_a_household_with_a_car_is_proposed_with_a_motorcycle_or_a_sold_car_it_is_not() -> None:
    kepgub()
    car, motorcycle, sold = (money.person() for _ in range(3))
    tell(car, "vehicle", CAR)
    tell(motorcycle, "vehicle", CAR | {"vehicle": "motorcycle", "plate": "B 1 A"})
    tell(sold, "vehicle", CAR | {"plate": "B 2 B"}, date="2026-01-01")
    tell(sold, "vehicle", CAR | {"plate": "B 2 B", "owned": False})
    screen()
    assert struck() == {("memiliki-mobil", car.household_id)}


@pytest.mark.parametrize(("njop", "proposed"), [(1_000_000_000, False), (1_000_000_001, True)])
def test_land_is_too_much_only_over_a_thousand_million_rupiah_of_the_whole_household(njop: int, proposed: bool) -> None:
    kepgub()
    home = money.household()
    tell(money.person(home), "property", {"njop": 600_000_000, "object": "31.71.010.001.001-0001.0"})
    tell(home, "property", {"njop": njop - 600_000_000, "object": "31.71.010.001.001-0002.0"})
    screen()
    assert struck() == ({("njop-di-atas-satu-miliar", home.pk)} if proposed else set())


def test_a_household_that_its_neighbours_judge_not_poor_is_proposed() -> None:
    kepgub()
    rich, poor = money.person().household, money.person().household
    tell(rich, "community_judgement", {"judgement": "not_poor"})
    tell(poor, "community_judgement", {"judgement": "poor"})
    screen()
    assert struck() == {("dinilai-tidak-miskin", rich.pk)}


def test_the_four_rules_are_set_up_once_and_none_counts_untried() -> None:
    assert kepgub_1250_2021.set_up(date(2026, 1, 1)) == 4
    assert kepgub_1250_2021.set_up(date(2026, 1, 1)) == 0
    assert not ExclusionRule.objects.in_force(TODAY).exists()
    tell(money.person(), "vehicle", CAR)
    assert screen().proposed == 0


# --- rules ---


@pytest.mark.parametrize(
    "expression", ["", "household.decile", "household.boats > 0", "[1].all(x, x > 0)", "person.age > 1"]
)
def test_a_rule_that_does_not_hold_water_is_refused(expression: str) -> None:
    with pytest.raises(RuleBroken):
        rules.compiled(expression, facts.EXAMPLES["household"])


def test_a_rule_about_a_person_reads_the_persons_evidence() -> None:
    home = money.household()
    clerk, _wife = money.person(home), money.person(home)
    tell(clerk, "employment", {"employer": "pns"})
    enforced(rule('evidence.employment in ["pns", "tni"] && household.size == 2', scope="person"))
    screen()
    [proposal] = Proposal.objects.all()
    assert (proposal.person, proposal.household) == (clerk, None)
    assert proposal.facts["evidence"]["employment"] == "pns"


def test_only_a_tried_rule_is_put_into_force_and_once() -> None:
    version = rule("household.vehicles.cars > 0")
    with pytest.raises(RuleUntried):
        rules.enforce(version, by=None)
    enforced(version)
    with pytest.raises(RuleEnforced):
        rules.enforce(version, by=None)


def test_its_author_does_not_put_a_rule_into_force_not_even_in_the_database() -> None:
    author = money.officer()
    version = rule("household.vehicles.cars > 0", by=author)
    screen(version)
    with pytest.raises(AuthorEnforces):
        rules.enforce(version, by=author)
    with pytest.raises(IntegrityError, match="another than its author"), transaction.atomic():
        ExclusionRule.objects.update(enforced_at=version.created_at, enforced_by=author)
    assert rules.enforce(version, by=money.officer()).enforced_at


def test_a_new_version_ends_the_one_before_and_no_two_share_a_day() -> None:
    first = enforced(rule("household.vehicles.cars > 0"))
    second = enforced(rule("household.vehicles.cars > 1", valid_from=date(2026, 6, 1)))
    first.refresh_from_db()
    assert first.valid_until == date(2026, 5, 31)
    assert list(ExclusionRule.objects.in_force(date(2026, 5, 31))) == [first]
    assert list(ExclusionRule.objects.in_force(date(2026, 6, 1))) == [second]
    earlier = rule("household.vehicles.cars > 2", valid_from=date(2026, 2, 1), valid_until=date(2026, 2, 1))
    with pytest.raises(RuleOverlaps):
        enforced(earlier)
    with pytest.raises(IntegrityError, match="exclusionrule_no_overlap"), transaction.atomic():
        rule("household.vehicles.cars > 3", valid_from=date(2026, 6, 1), enforced_at=timezone.now())


# --- trials ---


def test_a_trial_tells_whom_the_rule_would_exclude_and_excludes_nobody() -> None:
    tebet, gambir = money.household(decile=3, kelurahan="31.74.01.1001"), money.household(decile=1)
    money.person(tebet)
    tell(money.person(tebet), "vehicle", CAR)
    tell(money.person(gambir), "vehicle", CAR)
    money.person()
    trial = screen(rule("household.vehicles.cars > 0"))
    assert (trial.people_seen, trial.people_hit, trial.households_hit) == (4, 3, 2)
    assert trial.by_kelurahan == {"31.74.01.1001": 2, "31.71.01.1001": 1}
    assert trial.by_decile == {"3": 2, "1": 1}
    assert trial.hits.count() == 3
    assert not Proposal.objects.exists() and not Exclusion.objects.exists()


def test_a_rule_that_breaks_on_the_facts_fails_the_screening_and_leaves_nothing() -> None:
    for _ in range(2):
        money.person()
    version = rule("10 / (household.size - 1) > 0")
    done = screen(version)
    assert done.status == Screening.Status.FAILED and done.failure
    assert not done.hits.exists()
    with pytest.raises(RuleUntried):
        rules.enforce(version, by=None)


def test_a_screening_asks_as_often_for_many_people_as_for_few() -> None:
    version = rule("household.vehicles.cars > 0")
    tell(money.person(), "vehicle", CAR)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            screen(version)
        return len(queries)

    few = asked()
    money.people(60)
    assert asked() == few


# --- proposals ---


def test_a_proposal_freezes_the_version_the_facts_and_the_evidence_it_rests_on() -> None:
    kepgub()
    siti = money.person()
    car = tell(siti, "vehicle", CAR)
    tell(siti, "employment", {"employer": "private"})
    screen()
    [proposal] = Proposal.objects.all()
    assert list(proposal.evidence.all()) == [car]
    assert proposal.facts["household"]["vehicles"]["cars"] == 1
    tell(siti, "vehicle", CAR | {"owned": False}, date="2026-11-01")
    proposal.refresh_from_db()
    assert proposal.facts["household"]["vehicles"]["cars"] == 1


def test_the_same_is_not_proposed_twice_nor_after_a_rejection_but_new_evidence_is() -> None:
    kepgub()
    siti = money.person()
    tell(siti, "vehicle", CAR)
    assert screen().proposed == 1
    assert screen().proposed == 0
    screening.reject(Proposal.objects.get(), money.officer(), "mobil milik tetangga")
    assert screen().proposed == 0
    tell(siti, "employment", {"employer": "private"})
    assert screen().proposed == 0
    tell(siti, "vehicle", CAR | {"plate": "B 77 BB"})
    assert screen().proposed == 1


def test_an_officer_decides_once_with_a_reason() -> None:
    home = money.person().household
    exclusion = excluded(home)
    officer = money.officer()
    with pytest.raises(ProposalDecided):
        screening.accept(exclusion.proposal, officer, "lagi", TODAY)
    with pytest.raises(ProposalDecided):
        screening.reject(exclusion.proposal, officer, "lagi")
    assert screen().proposed == 0
    again = Proposal.objects.get(pk=exclusion.proposal_id)
    again.pk, again.decision_reason = None, ""
    with pytest.raises(IntegrityError, match="proposal_decided_by_someone"), transaction.atomic():
        again.save(force_insert=True)


def test_what_is_accepted_while_an_exclusion_of_the_rule_stands_leaves_no_half() -> None:
    exclusion = excluded(money.person().household)
    again = Proposal.objects.get()
    again.pk, again.status, again.decided_by, again.decided_at = None, "undecided", None, None
    again.save(force_insert=True)
    with pytest.raises(AlreadyExcluded):
        screening.accept(again, money.officer(), "lagi", TODAY)
    again.refresh_from_db()
    assert again.status == "undecided" and exclusion.active


def test_who_noted_the_evidence_does_not_exclude_on_it_not_even_in_the_database() -> None:
    kepgub()
    teller, siti = money.officer(), money.person()
    evidence.record([(evidence.Subject(person=siti.pk), told(siti, "vehicle", CAR))], by=teller)
    screen()
    [proposal] = Proposal.objects.all()
    with pytest.raises(TellerAccepts):
        screening.accept(proposal, teller, "saya lihat sendiri", TODAY)
    exclusion = screening.accept(proposal, money.officer(), "cocok dengan data Samsat", TODAY)
    exclusion.pk, exclusion.accepted_by = None, teller
    with pytest.raises(IntegrityError, match="who noted its evidence"), transaction.atomic():
        exclusion.save(force_insert=True)


def test_nobody_decides_or_objects_without_a_word() -> None:
    exclusion = excluded(money.person().household)
    for wordless in (
        lambda: objections.file(exclusion, " ", channel=APP),
        lambda: screening.lift(exclusion, money.officer(), "", TODAY),
        lambda: screening.reject(exclusion.proposal, money.officer(), "\n"),
        lambda: screening.accept(exclusion.proposal, money.officer(), " ", TODAY),
    ):
        with pytest.raises(TextMissing):
            wordless()
    objection = objections.file(exclusion, "Bukan mobil saya.", channel=APP)
    for decide in (objections.uphold, objections.deny):
        with pytest.raises(TextMissing):
            decide(objection, money.officer(), " ")


# --- exclusions ---


def test_an_exclusion_counts_from_its_first_day_until_before_its_last() -> None:
    siti = money.person()
    exclusion = excluded(siti.household, date(2026, 12, 1))
    with pytest.raises(LiftBeforeStart):
        screening.lift(exclusion, money.officer(), "salah", date(2026, 11, 30))
    screening.lift(exclusion, money.officer(), "mobil dijual", date(2027, 2, 1))
    days = [date(2026, 11, 30), date(2026, 12, 1), date(2027, 1, 31), date(2027, 2, 1)]
    assert [Exclusion.objects.on(day).exists() for day in days] == [False, True, True, False]
    with pytest.raises(NotInForce):
        screening.lift(exclusion, money.officer(), "lagi", date(2027, 3, 1))
    assert list(Exclusion.objects.of(siti)) == [exclusion]


def test_the_time_to_object_is_in_working_days_from_the_notice(settings: Any) -> None:
    settings.SCREENING = settings.SCREENING | {"objection_days": 3}
    friday = date(2026, 11, 20)
    exclusion = excluded(money.person().household, noticed_on=friday)
    assert exclusion.objection_until == date(2026, 11, 25) == working_days.after(friday, 3)


# --- objections ---


def test_an_objection_upheld_undoes_the_exclusion_and_contests_its_evidence() -> None:
    exclusion = excluded(money.person().household)
    car = Evidence.objects.get()
    objection = objections.file(exclusion, "Mobil sudah saya jual tahun lalu.", channel=APP)
    objections.uphold(objection, money.officer(), "kuitansi jual beli cocok")
    exclusion.refresh_from_db()
    car.refresh_from_db()
    assert exclusion.annulled and not Exclusion.objects.on(TODAY).exists()
    assert car.contest_reason == "kuitansi jual beli cocok"
    assert screen().proposed == 0


def test_an_objection_denied_leaves_everything_as_it_is_and_another_may_follow() -> None:
    exclusion = excluded(money.person().household)
    objection = objections.file(exclusion, "Bukan mobil saya.", channel=APP)
    with pytest.raises(ObjectionPending):
        objections.file(exclusion, "Sekali lagi.", channel=APP)
    officer = money.officer()
    objections.deny(objection, officer, "nama di STNK sama")
    with pytest.raises(ObjectionDecided):
        objections.uphold(objection, officer, "berubah pikiran")
    assert Exclusion.objects.on(TODAY).exists() and Evidence.objects.standing(TODAY).exists()
    objections.file(exclusion, "Ada bukti baru.", channel=APP)


def test_who_accepted_the_exclusion_does_not_decide_the_objection_not_even_in_the_database() -> None:
    exclusion = excluded(money.person().household)
    objection = objections.file(exclusion, "Salah orang.", channel=APP)
    for decide in (objections.uphold, objections.deny):
        with pytest.raises(DeciderAcceptedIt):
            decide(objection, exclusion.accepted_by, "saya sendiri")
    decided = {"status": "denied", "decided_at": objection.created_at, "decision_reason": "saya sendiri"}
    with pytest.raises(IntegrityError, match="objection_decided_by_another"), transaction.atomic():
        Objection.objects.update(decided_by=exclusion.accepted_by, **decided)
    objection.pk, objection.status, objection.accepted_by = None, "denied", money.officer()
    objection.decided_by, objection.decided_at, objection.decision_reason = (
        exclusion.accepted_by,
        objection.created_at,
        "dengan nama lain",
    )
    with pytest.raises(IntegrityError, match="objection_of_the_exclusions_officer"), transaction.atomic():
        objection.save(force_insert=True)


def test_a_late_objection_is_heard_and_marked() -> None:
    exclusion = excluded(money.person().household, noticed_on=date(2026, 11, 2))
    last = exclusion.objection_until
    late = objections.file(exclusion, "Terlambat.", channel=APP, filed_on=date.fromordinal(last.toordinal() + 1))
    assert late.late
    objections.deny(late, money.officer(), "tidak terbukti")
    assert not objections.file(exclusion, "Tepat waktu.", channel=APP, filed_on=last).late


def test_nobody_objects_to_what_was_lifted() -> None:
    exclusion = excluded(money.person().household)
    screening.lift(exclusion, money.officer(), "mobil dijual", TODAY)
    with pytest.raises(NotInForce):
        objections.file(exclusion, "Sudah dicabut.", channel=APP)


def test_contesting_the_evidence_keeps_a_run_from_proposing() -> None:
    kepgub()
    evidence.contest(tell(money.person(), "vehicle", CAR), money.officer(), "dijual, belum balik nama")
    assert screen().proposed == 0


def test_who_restricted_their_data_counts_in_the_household_and_is_not_looked_at() -> None:
    home = money.household()
    money.person(home)
    restricted, alone = money.person(home), money.person()
    for person in (restricted, alone):
        tell(person, "employment", {"employer": "pns"})
    tell(alone.household, "vehicle", CAR)
    Person.objects.filter(pk__in=[restricted.pk, alone.pk]).update(restricted=True)
    enforced(rule('evidence.employment == "pns"', scope="person"))
    enforced(rule("household.vehicles.cars > 0 || household.employed.pns > 0", code="rumah"))
    assert screen().proposed == 0
    trial = screen(rule("household.size == 2", code="dua"))
    assert (trial.people_seen, trial.people_hit, trial.hits.filter(person=restricted).exists()) == (1, 1, False)


def test_what_was_told_of_a_row_that_was_merged_counts_for_whoever_remains() -> None:
    home = money.household()
    siti, twin = money.person(home), money.person(home)
    tell(twin, "employment", {"employer": "pns"})
    twin.status, twin.merged_into = "merged", siti
    twin.save()
    enforced(rule('evidence.employment == "pns"', scope="person"))
    screen()
    assert [proposal.person for proposal in Proposal.objects.all()] == [siti]


def test_what_was_told_of_both_rows_counts_once_as_the_newest_says() -> None:
    home = money.household()
    siti, twin = money.person(home), money.person(home)
    for day, about, employer in (("2026-09-01", siti, "pns"), ("2026-10-01", twin, "polri")):
        tell(about, "vehicle", CAR, date=day)
        tell(about, "property", {"njop": 900_000_000, "object": "31.71.010.001.001-0001.0"}, date=day)
        tell(about, "employment", {"employer": employer}, date=day)
    twin.status, twin.merged_into = "merged", siti
    twin.save()
    [known] = facts.homes(TODAY)
    household = known.facts["household"]
    assert (household["vehicles"]["cars"], household["njop"]) == (1, 900_000_000)
    assert (household["employed"]["state"], household["employed"]["polri"]) == (1, 1)
    assert len(known.evidence) == 3
