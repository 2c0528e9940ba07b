"""Batches of programmes with components: each part is its own purse, paid once, and why it is so much is kept."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from beneficiaries.models import Person
from disbursement import (
    approvals,
    batches,
    corrections,
    eligibility,
    entitlement,
    owed,
    programme_file,
    programmes,
    reconciliation,
    subjects,
    versions,
)
from disbursement.errors import (
    EnforcerIsDrafter,
    InvalidRule,
    NobodyGetsAnything,
    NothingToPay,
    NoVersion,
    VersionBroken,
    VersionInForce,
)
from disbursement.models import Batch, Calculation, Component, Instruction, Programme, ProgrammeVersion
from tests import money
from tests.processes import together
from wallet.models import Purse, PurseTerms

OCTOBER, JANUARY = date(2026, 10, 1), date(2027, 1, 1)


def pupil(schooling: str = "sd", born: date = date(2017, 1, 1)) -> Person:
    row = money.person(born=born)
    Person.objects.filter(pk=row.pk).update(schooling=schooling)
    return row


@pytest.fixture
def kjp(db: None) -> Programme:
    programme_file.load()
    made = Programme.objects.get(code="KJP")
    programmes.fund(made, 10_000_000, "DIPA-1")
    return made


def approved(made: Programme, period: date = OCTOBER) -> Batch:
    batch = approvals.submit(money.prepared(made, period), by=money.officer())
    return money.approve(batch)


def parts_of(batch: Batch) -> dict[str, int]:
    return dict(batch.instructions.values_list("part", "amount"))


def recalculated(batch: Batch) -> None:
    row = corrections.request(batch.cycle, money.officer())
    assert corrections.run(row.pk)
    row.refresh_from_db()
    corrections.confirm(row, money.officer(), "diperiksa", "SK 9/2026")


# --- what a batch holds, and what it pays ---


def test_each_part_is_paid_into_a_purse_of_its_own_terms(kjp: Programme) -> None:
    pupil()
    batch = money.pay_out(approved(kjp))
    assert (batch.status, batch.count, batch.total) == ("closed", 2, 250_000)
    assert parts_of(batch) == {"main": 150_000, "cash": 100_000}
    assert list(batch.chunks.order_by("number").values_list("title", "count", "paid_total")) == [
        ("KJP 10/2026", 1, 150_000),
        ("KJP 10/2026 tunai", 1, 100_000),
    ]
    found = Purse.objects.values_list("title", "terms__cash_allowed", "account__balance")
    assert set(found) == {("KJP 10/2026", False, 150_000), ("KJP 10/2026 tunai", True, 100_000)}
    assert reconciliation.differences() == []
    money.assert_books_hold()


def test_chunks_hold_one_part_each_whatever_their_size(kjp: Programme, small_chunks: None) -> None:
    for _ in range(3):
        pupil()
    batch = money.prepared(kjp, OCTOBER)
    kinds = [set(chunk.instructions.values_list("part", flat=True)) for chunk in batch.chunks.order_by("number")]
    assert sorted(map(sorted, kinds)) == [["cash"], ["cash"], ["main"], ["main"]]
    assert sorted(batch.chunks.values_list("count", flat=True)) == [1, 1, 2, 2]
    assert batch.count == 6


def test_the_arithmetic_and_the_facts_are_kept_as_they_were(kjp: Programme) -> None:
    child = pupil()
    batch = money.prepared(kjp, OCTOBER)
    Person.objects.filter(pk=child.pk).update(schooling="sma")
    kept = Calculation.objects.get(batch=batch)
    assert (kept.total, kept.reason, kept.version) == (250_000, "", batch.version)
    assert [(line["component"], line["total"], line.get("cash", 0)) for line in kept.lines] == [
        ("sd-rutin", 135_000, 100_000),
        ("sd-berkala", 115_000, 0),
    ]
    assert kept.facts["person"] == {"age": 9, "schooling": "sd"} and kept.facts["household"] == {"decile": 2}
    assert kept.parts == {"main": 150_000, "cash": 100_000}


def test_who_gets_nothing_is_calculated_and_told_why(kjp: Programme) -> None:
    child, left_school = pupil(), pupil()
    eligibility.enrol_eligible(kjp)
    Person.objects.filter(pk=left_school.pk).update(schooling="none")
    batch = money.prepared(kjp, OCTOBER)
    assert set(batch.instructions.values_list("enrolment__person", flat=True)) == {child.pk}
    nothing = Calculation.objects.get(batch=batch, enrolment__person=left_school)
    assert (nothing.total, nothing.reason, nothing.lines) == (0, "no_component", [])


def test_where_nobody_gets_anything_there_is_no_batch(kjp: Programme) -> None:
    pupil()
    eligibility.enrol_eligible(kjp)
    Person.objects.update(schooling="none")
    with pytest.raises(NobodyGetsAnything, match=r"1 peserta jatuh tempo.*Biaya rutin"):
        batches.prepare(batches.cycle_of(kjp, OCTOBER))
    assert not Batch.objects.exists() and not Calculation.objects.exists()


def test_a_family_is_counted_and_each_counted_member_is_kept(db: None) -> None:
    programme_file.load()
    pkh = Programme.objects.get(code="PKH")
    home = money.household()
    mother = money.person(home, born=date(1990, 1, 1))
    infant = money.person(home, born=date(2025, 1, 1))
    batch = money.prepared(pkh, OCTOBER)
    kept = Calculation.objects.get(batch=batch)
    assert (kept.enrolment.person, kept.total) == (mother, 750_000)
    assert [(one["id"], one["component"]) for one in kept.members] == [(infant.pk, "usia-dini")]


def test_a_restricted_participant_is_still_paid_what_was_promised(kjp: Programme) -> None:
    child = pupil()
    eligibility.enrol_eligible(kjp)
    Person.objects.filter(pk=child.pk).update(restricted=True)
    assert parts_of(batches.prepare(batches.cycle_of(kjp, OCTOBER))) == {"main": 150_000, "cash": 100_000}


# --- one part taken back, or failed ---


def test_a_part_taken_back_is_paid_again_only_by_a_recalculation(kjp: Programme) -> None:
    pupil()
    batch = money.pay_out(approved(kjp))
    money.taken_back(batch.instructions.get(part="cash"), "salah kantong")
    with pytest.raises(NothingToPay):
        batches.prepare(batch.cycle)
    recalculated(batch)
    followed = approved(kjp)
    assert followed.instructions.values_list("kind", "part", "amount").get() == ("correction", "cash", 100_000)
    money.pay_out(followed)
    with pytest.raises(NothingToPay):
        batches.prepare(batch.cycle)
    assert reconciliation.differences() == []
    money.assert_books_hold()


def test_a_recalculation_from_before_a_part_was_taken_back_does_not_pay_it_again(kjp: Programme) -> None:
    child = pupil()
    batch = money.pay_out(approved(kjp))
    Person.objects.filter(pk=child.pk).update(schooling="smp")
    recalculated(batch)
    money.taken_back(batch.instructions.get(part="cash"), "salah kantong")
    with pytest.raises(NothingToPay):
        batches.prepare(batch.cycle)
    recalculated(batch)
    assert parts_of(batches.prepare(batch.cycle)) == {"main": 50_000, "cash": 100_000}


def test_beside_a_part_taken_back_the_one_that_failed_is_still_due(kjp: Programme, settings: Any) -> None:
    child = pupil()
    batch = approved(kjp)
    settings.WALLET = settings.WALLET | {"balance_limit": {"registered": 160_000, "unregistered": 0}}
    money.pay_out(batch)
    money.taken_back(batch.instructions.get(part="main"), "salah kantong")
    settings.WALLET = settings.WALLET | {"balance_limit": {"registered": 20_000_000, "unregistered": 0}}
    Person.objects.filter(pk=child.pk).update(schooling="sma")  # what half of a payment was promised on stays
    followed = batches.prepare(batch.cycle)
    assert parts_of(followed) == {"cash": 100_000}
    assert Calculation.objects.get(batch=followed).lines == Calculation.objects.get(batch=batch).lines


def test_the_rest_is_owed_under_the_version_of_the_first_half(kjp: Programme, settings: Any) -> None:
    pupil()
    batch = approved(kjp)
    settings.WALLET = settings.WALLET | {"balance_limit": {"registered": 160_000, "unregistered": 0}}
    money.pay_out(batch)
    later = versions.copy(batch.version, OCTOBER)
    other = money.terms(["5942"])
    ProgrammeVersion.objects.filter(pk=later.pk).update(terms=other)
    later.components.update(amount=1_000)
    versions.enforce(later)
    followed = batches.prepare(batch.cycle)
    assert (followed.version, parts_of(followed)) == (later, {"cash": 100_000})
    assert followed.chunks.get().terms == batch.chunks.get(title__endswith="tunai").terms != other
    assert Calculation.objects.get(batch=followed).version == batch.version


def test_with_both_parts_back_everything_that_is_owed_is_calculated_anew(kjp: Programme) -> None:
    child = pupil()
    batch = money.pay_out(approved(kjp))
    for line in batch.instructions.all():
        money.taken_back(line, "salah orang")
    Person.objects.filter(pk=child.pk).update(schooling="smp")
    owed.owe(kjp.enrolments.all(), batch.cycle, "orangnya benar", money.officer())
    followed = batches.prepare(batch.cycle)
    assert parts_of(followed) == {"main": 200_000, "cash": 100_000}
    assert set(followed.instructions.values_list("attempt", flat=True)) == {2}


def test_one_part_over_a_limit_fails_alone(kjp: Programme, settings: Any) -> None:
    child = pupil()
    batch = approved(kjp)
    settings.WALLET = settings.WALLET | {"balance_limit": {"registered": 160_000, "unregistered": 0}}
    money.pay_out(batch)
    child.refresh_from_db()
    assert dict(batch.instructions.values_list("part", "status")) == {"main": "paid", "cash": "failed"}
    settings.WALLET = settings.WALLET | {"balance_limit": {"registered": 20_000_000, "unregistered": 0}}
    assert parts_of(batches.prepare(batch.cycle)) == {"cash": 100_000}
    assert reconciliation.differences() == []


def test_the_keys_of_parts_and_kinds_differ_and_the_database_agrees(kjp: Programme) -> None:
    pupil()
    line = money.prepared(kjp, OCTOBER).instructions.get(part="main")
    of_one = {"batch": line.batch, "chunk": line.chunk, "enrolment": line.enrolment, "wallet": line.wallet, "amount": 1}
    cycle = batches.cycle_of(kjp, date(2026, 9, 1))
    for part in ("main", "cash"):
        for kind in ("arrears", "correction"):
            Instruction.objects.create(cycle=cycle, part=part, kind=kind, **of_one)
    rows = Instruction.objects.extra(select={"told": Instruction.key_in_sql()})  # noqa: S610  # a constant of ours
    keys = {row.key: row.told for row in rows}
    assert len(keys) == 6 and all(key == told for key, told in keys.items())
    assert line.key == f"disburse:{line.batch_id}:{line.enrolment_id}:1"
    with pytest.raises(IntegrityError, match="instruction_once_a_cycle"), transaction.atomic():
        Instruction.objects.create(cycle=cycle, part="cash", kind="arrears", attempt=2, **of_one)


# --- versions ---


def version_from(made: Programme, day: date, amount: int) -> ProgrammeVersion:
    later = versions.copy(versions.newest(made), day)  # type: ignore[arg-type]
    later.components.update(amount=amount)
    return later


def test_a_cycle_is_paid_under_the_version_of_its_period(db: None) -> None:
    made = money.programme(amount=600_000)
    money.person()
    versions.enforce(version_from(made, JANUARY, 300_000))
    version_from(made, date(2026, 11, 1), 1)  # a draft counts for nothing
    assert [money.prepared(made, day).total for day in (date(2026, 12, 1), JANUARY)] == [600_000, 300_000]


def test_of_two_from_the_same_day_the_later_number_counts(db: None) -> None:
    made = money.programme(amount=100)
    for amount in (200, 300):
        versions.enforce(version_from(made, JANUARY, amount))
    assert versions.of(made, JANUARY).number == 3


def test_before_the_first_version_nothing_is_paid(db: None) -> None:
    made = money.programme(starts_on=JANUARY)
    with pytest.raises(NoVersion) as refused:
        batches.prepare(batches.cycle_of(made, date(2026, 12, 1)))
    assert "1 Desember 2026" in str(refused.value)


def test_what_is_in_force_stays_whoever_tries(db: None) -> None:
    version = versions.of(money.programme(), OCTOBER)
    component = version.components.get()
    for attempt in (
        lambda: ProgrammeVersion.objects.filter(pk=version.pk).update(eligibility="true"),
        lambda: ProgrammeVersion.objects.filter(pk=version.pk).update(enforced_at=None),
        lambda: ProgrammeVersion.objects.filter(pk=version.pk).delete(),
        lambda: version.components.update(amount=1),
        lambda: component.delete(),
        lambda: Component.objects.create(version=version, code="lain", name="Lain", amount=1),
    ):
        with pytest.raises(DatabaseError, match="in force"), transaction.atomic():
            attempt()
    with pytest.raises(VersionInForce):
        versions.enforce(version)


def test_a_draft_without_what_it_needs_does_not_come_into_force(db: None) -> None:
    made = money.programme()
    later = version_from(made, JANUARY, 100)
    later.components.update(cash_limit=50)
    with pytest.raises(VersionBroken, match="isi aturan kantong tunai"):
        versions.enforce(later)
    ProgrammeVersion.objects.filter(pk=later.pk).update(cash_terms=money.terms())
    with pytest.raises(VersionBroken, match="tidak membolehkan tarik tunai"):
        versions.enforce(later)
    ProgrammeVersion.objects.filter(pk=later.pk).update(cash_terms=money.terms(cash=True))
    later.components.update(condition="person.tall")
    with pytest.raises(InvalidRule):
        versions.enforce(later)
    later.components.all().delete()
    with pytest.raises(VersionBroken):
        versions.enforce(later)


def _do_enforce(version: int) -> str:
    versions.enforce(ProgrammeVersion.objects.get(pk=version))
    return "enforced"


def _do_add(version: int) -> str:
    Component.objects.create(version_id=version, code="lain", name="Lain", amount=1)
    return "added"


def test_no_component_slips_in_while_a_version_comes_into_force(processes: None) -> None:
    for _ in range(10):
        later = version_from(money.programme(), JANUARY, 100)
        outcomes = together([(_do_enforce, (later.pk,)), (_do_add, (later.pk,))])
        later.refresh_from_db()
        assert later.enforced_at is not None
        added = any(outcome.value == "added" for outcome in outcomes)
        assert later.components.count() == 1 + added
        component = later.components.filter(code="lain").first()
        assert (component is not None) == added


# --- what is forgotten ---


def test_a_calculation_is_only_forgotten(kjp: Programme) -> None:
    pupil()
    batch = money.prepared(kjp, OCTOBER)
    mine = Calculation.objects.filter(batch=batch)
    for attempt in (
        lambda: mine.update(total=1),
        lambda: mine.update(lines=[]),
        lambda: mine.update(facts={"person": {"age": 3}}),
        lambda: mine.delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()
    subjects.forget(mine.get().enrolment.person)
    kept = mine.get()
    assert (kept.facts, kept.total, len(kept.lines)) == ({}, 250_000, 2)


def test_whoever_is_forgotten_is_forgotten_in_the_familys_calculation_too(db: None) -> None:
    programme_file.load()
    home = money.household()
    mother, infant = money.person(home, born=date(1990, 1, 1)), money.person(home, born=date(2025, 1, 1))
    batch = money.prepared(Programme.objects.get(code="PKH"), OCTOBER)
    subjects.forget(infant)
    kept = Calculation.objects.get(batch=batch, enrolment__person=mother)
    assert (kept.members, kept.total) == ([], 750_000) and kept.facts


# --- the pure arithmetic ---


def test_the_component_worth_most_first_and_its_own_limit(db: None) -> None:
    """Two pupils, one place for pupils: the second counts in what else they are."""
    version = ProgrammeVersion(terms=PurseTerms(pk=1), most_people=3)
    components = [
        Component(code="sd", name="SD", condition='person.schooling == "sd"', amount=300, per="members", most_people=1),
        Component(code="anak", name="Anak", condition="person.age < 18", amount=100, per="members"),
    ]
    scale = entitlement.Scale(version, components)
    home = money.household()
    people = [money.person(home, born=date(2016 + year, 1, 1)) for year in range(2)]
    Person.objects.filter(pk__in=[row.pk for row in people]).update(schooling="sd")
    from beneficiaries import facts

    [known] = facts.homes(OCTOBER, [home.pk])
    due = scale.apply(known.members[0].facts, known.members)
    assert [(line.component, line.people, line.total) for line in due.lines] == [("sd", 1, 300), ("anak", 1, 100)]
    assert scale.apply(known.members[0].facts, known.members[::-1]) == due  # who was registered first, in any order
    assert [row["id"] for row in due.members] == sorted(row.pk for row in people)


# --- two officers, and a family counted once ---


def test_who_drafted_a_version_does_not_put_it_into_force(db: None) -> None:
    made, officer = money.programme(), money.officer()
    mine = versions.copy(versions.of(made, OCTOBER), JANUARY, by=officer)
    for by in (officer, None):
        with pytest.raises(EnforcerIsDrafter):
            versions.enforce(mine, by)
        with pytest.raises(IntegrityError, match="another than who drafted"), transaction.atomic():
            ProgrammeVersion.objects.filter(pk=mine.pk).update(enforced_at=timezone.now(), enforced_by=by)
    other = money.officer()
    assert versions.enforce(mine, other).enforced_by == other


def test_a_programme_that_an_officer_sets_up_pays_nothing_before_another_agrees(db: None) -> None:
    drafter = money.officer()
    made = programmes.propose(
        code="BARU", name="Baru", amount=1_000_000, eligibility="true", terms=money.terms(), by=drafter
    )
    with pytest.raises(NoVersion):
        versions.of(made, OCTOBER)
    draft = made.versions.get()
    assert (draft.by, draft.enforced_at) == (drafter, None)
    versions.enforce(draft, money.officer())
    assert versions.of(made, OCTOBER) == draft


def test_components_for_the_family_need_one_place_a_family(db: None) -> None:
    """Else each enrolled member would be paid for all of them."""
    made = money.programme()
    later = versions.copy(versions.of(made, OCTOBER), OCTOBER)
    later.components.update(per="members")
    with pytest.raises(VersionBroken, match="satu per keluarga"):
        versions.enforce(later)
    with pytest.raises(IntegrityError, match="pays for the family"), transaction.atomic():
        ProgrammeVersion.objects.filter(pk=later.pk).update(enforced_at=timezone.now())
    Programme.objects.filter(pk=made.pk).update(one_per_household=True)
    later = ProgrammeVersion.objects.get(pk=later.pk)
    versions.enforce(later)
    assert versions.pays_for_families(made)
    with pytest.raises(IntegrityError, match="pays for families"), transaction.atomic():
        Programme.objects.filter(pk=made.pk).update(one_per_household=False)
