"""Budgets by year and region: what a batch takes of them, when they hold, and what nobody gets round."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from beneficiaries.models import Household
from disbursement import (
    approvals,
    batches,
    budgets,
    eligibility,
    preflight,
    programme_file,
    trials,
    versions,
)
from disbursement.errors import BudgetExceeded, InvalidBudget, ProgrammeFileBroken
from disbursement.models import Batch, BatchRegion, Budget, Programme
from tests import money
from wallet import wallets

pytestmark = pytest.mark.django_db
YEAR = 2026
GAMBIR, TEBET, CAKUNG = "31.71.01.1001", "31.74.01.1001", "31.75.06.1001"
OCTOBER, NOVEMBER, DECEMBER = date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1)


def live_in(*places: str) -> list[Household]:
    """One eligible person in a household in each of the places."""
    homes = [money.household(kelurahan=place) for place in places]
    for home in homes:
        money.person(home)
    return homes


def limit(programme: Programme, amount: int | None, region: str = "", year: int = YEAR) -> Budget:
    return budgets.set_budget(programme, year, region, amount, decree="DPA 5/2026")


@pytest.fixture
def programme() -> Programme:
    """Pays 100 to each of four people: two in Gambir, one in Tebet, one in Cakung; its fund holds plenty."""
    live_in(GAMBIR, GAMBIR, TEBET, CAKUNG)
    return money.programme(amount=100, budget=10_000)


def submit(programme: Programme, period: date = NOVEMBER) -> Batch:
    return approvals.submit(money.prepared(programme, period), by=money.officer())


def used(batch: Batch) -> dict[str, int]:
    return dict(BatchRegion.objects.filter(batch=batch).order_by("region").values_list("region", "used"))


def standing(programme: Programme, region: str = "") -> tuple[int, int, int]:
    """Reserved, paid, left."""
    [one] = [row for row in budgets.standings(programme, YEAR) if row.budget.region == region]
    return one.reserved, one.paid, one.left


def refused(statement: str, *parameters: object) -> str:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, parameters)
    except DatabaseError as error:
        return str(getattr(error.__cause__, "pgcode", "?"))
    return ""


# --- what a batch takes ---


def test_a_batch_is_added_up_by_kecamatan_when_it_is_prepared(programme: Programme) -> None:
    batch = money.prepared(programme)
    assert used(batch) == {"31.71.01": 200, "31.74.01": 100, "31.75.06": 100}
    assert set(BatchRegion.objects.values_list("year", "count", "total")) == {(2026, 2, 200), (2026, 1, 100)}


def test_who_moves_later_changes_nothing(programme: Programme) -> None:
    batch = submit(programme)
    Household.objects.filter(kelurahan=CAKUNG).update(kelurahan=TEBET)
    batch = money.approve(batch)
    line = batch.instructions.get(
        enrolment__person__household__kelurahan=TEBET, enrolment__calculations__kelurahan=CAKUNG
    )
    wallets.freeze(line.wallet, "hilang", "dewi")
    money.pay_out(batch)
    assert used(batch) == {"31.71.01": 200, "31.74.01": 100, "31.75.06": 0}


def test_what_is_left_out_before_submission_takes_nothing(programme: Programme) -> None:
    batch = money.prepared(programme)
    line = batch.instructions.get(enrolment__person__household__kelurahan=CAKUNG)
    wallets.freeze(line.wallet, "hilang", "dewi")
    preflight.soon(batch)
    assert preflight.leave_out_blocked(batch) == 1
    assert used(batch) == {"31.71.01": 200, "31.74.01": 100}


def test_it_uses_all_until_it_closes_then_what_was_paid_and_less_when_that_is_taken_back(programme: Programme) -> None:
    limit(programme, 1_000)
    limit(programme, 500, "31.71")
    batch = submit(programme)
    assert standing(programme) == (400, 0, 600)
    batch = money.approve(batch)
    assert standing(programme, "31.71") == (200, 0, 300)
    gambir = batch.instructions.filter(enrolment__person__household__kelurahan=GAMBIR).order_by("pk")
    wallets.freeze(gambir[0].wallet, "hilang", "dewi")
    money.pay_out(batch)
    assert (standing(programme), standing(programme, "31.71")) == ((0, 300, 700), (0, 100, 400))
    money.taken_back(gambir[1], "salah orang")
    assert (standing(programme), standing(programme, "31.71")) == ((0, 200, 800), (0, 0, 500))
    money.assert_books_hold()


def test_a_batch_that_is_only_prepared_or_was_cancelled_uses_nothing(programme: Programme) -> None:
    limit(programme, 1_000)
    batch = money.prepared(programme)
    assert standing(programme) == (0, 0, 1_000)
    batches.cancel(batch)
    assert standing(programme) == (0, 0, 1_000)


def test_a_year_counts_the_cycles_of_its_months(programme: Programme) -> None:
    limit(programme, 400)
    limit(programme, 400, year=2027)
    submit(programme, DECEMBER)
    with pytest.raises(BudgetExceeded):
        submit(programme, NOVEMBER)
    submit(programme, date(2027, 1, 1))
    assert [row.left for year in (2026, 2027) for row in budgets.standings(programme, year)] == [0, 0]


# --- when it holds ---


def test_no_rows_no_limit(programme: Programme) -> None:
    assert money.approve(submit(programme)).status == "approved"


def test_too_little_is_said_with_the_region_what_is_left_and_what_is_asked(programme: Programme) -> None:
    limit(programme, 1_000)
    limit(programme, 150, "31.71")
    batch = money.prepared(programme)
    assert [one.in_words() for one in budgets.short(batch)] == ["Jakarta Pusat 2026: kurang Rp 50"]
    with pytest.raises(BudgetExceeded) as refused_:
        approvals.submit(batch, by=money.officer())
    said = str(refused_.value)
    assert "Jakarta Pusat" in said and "tersisa Rp 150" in said and "diminta Rp 200" in said
    batch.refresh_from_db()
    assert (batch.status, batch.submissions.count()) == ("prepared", 0)


@pytest.mark.parametrize(
    ("region", "asked"), [("", 400), ("31", 400), ("31.71", 200), ("31.71.01", 200), ("31.75.06", 100)]
)
def test_a_budget_of_any_level_holds_to_the_rupiah(programme: Programme, region: str, asked: int) -> None:
    limit(programme, asked - 1, region)
    with pytest.raises(BudgetExceeded):
        submit(programme)
    limit(programme, asked, region)
    assert approvals.submit(Batch.objects.get(), by=money.officer()).status == "submitted"


def test_a_neighbour_with_the_same_digits_is_not_within(programme: Programme) -> None:
    limit(programme, 0, "31.72")
    limit(programme, 0, "31.71.02")
    assert submit(programme).status == "submitted"


def test_what_is_submitted_counts_for_the_next_submission_and_is_free_when_sent_back(programme: Programme) -> None:
    limit(programme, 500)
    first, maker = money.prepared(programme), money.officer()
    approvals.submit(first, by=maker)
    second = money.prepared(programme, DECEMBER)
    with pytest.raises(BudgetExceeded):
        approvals.submit(second, by=money.officer())
    first.refresh_from_db()
    approvals.withdraw(first, by=maker, reason="salah bulan")
    assert approvals.submit(second, by=money.officer()).status == "submitted"


def test_a_budget_that_was_lowered_since_stops_the_approval_and_keeps_the_code(programme: Programme) -> None:
    batch, approver = submit(programme), money.approver()
    limit(programme, 399)
    code = money.code(money.phone(approver))
    with pytest.raises(BudgetExceeded):
        approvals.approve(batch, by=approver, digest=batch.digest, reason="ya", code=code)
    batch.refresh_from_db()
    assert (batch.status, batch.approvals.count()) == ("submitted", 0)
    limit(programme, 400)
    assert approvals.approve(batch, by=approver, digest=batch.digest, reason="ya", code=code).status == "approved"


def test_the_latest_row_counts_and_none_lifts_the_limit(programme: Programme) -> None:
    limit(programme, 100)
    limit(programme, 300)
    budgets.set_budget(programme, YEAR, "", 1, decree="DPA 6", starts_on=date(2099, 1, 1))
    assert [(row.region, row.amount) for row in budgets.in_force(programme)] == [("", 300)]
    limit(programme, None)
    assert budgets.in_force(programme) == []
    assert Budget.objects.count() == 4
    assert submit(programme).status == "submitted"


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": -1},
        {"amount": True},
        {"amount": 10**16},
        {"year": 1999},
        {"region": "31.99"},
        {"region": GAMBIR},
        {"region": "31.7"},
        {"region": "' OR 1=1"},
        {"decree": " "},
        {"starts_on": date(2020, 1, 1)},
    ],
)
def test_a_budget_that_cannot_be_is_refused(programme: Programme, wrong: dict[str, Any]) -> None:
    words: dict[str, Any] = {"year": YEAR, "region": "31.71", "amount": 5, "decree": "DPA"} | wrong
    with pytest.raises(InvalidBudget):
        budgets.set_budget(programme, words.pop("year"), words.pop("region"), words.pop("amount"), **words)


# --- where else it is said ---


def test_a_trial_says_how_many_cycles_a_budget_pays(programme: Programme) -> None:
    eligibility.enrol_eligible(programme)
    limit(programme, 1_000)
    limit(programme, 450, "31.71")
    newest = versions.newest(programme)
    assert newest is not None
    draft = versions.copy(newest, date(2026, 12, 1))
    draft.components.update(amount=200)
    trial = trials.request(draft, None, NOVEMBER)
    assert trials.run_next()
    found = {one.standing.budget.region: (one.cost, one.cycles) for one in budgets.outlook(trial)}
    assert found == {"": (800, 1), "31.71": (400, 1)}


def test_budgets_come_with_the_programme_file_and_loading_it_again_changes_nothing(tmp_path: Path) -> None:
    said = json.loads(programme_file.JAKARTA.read_text(encoding="utf-8"))
    said = {"programmes": said["programmes"][:1]}
    said["programmes"][0]["budgets"] = [
        {"year": 2026, "amount": 10_000_000, "decree": "DPA 1"},
        {"year": 2026, "region": "31.75", "amount": 4_000_000, "decree": "DPA 1"},
    ]
    file = tmp_path / "programmes.json"
    file.write_text(json.dumps(said), encoding="utf-8")
    [loaded] = programme_file.load(file)
    programme_file.load(file)
    assert [(row.region, row.amount) for row in Budget.objects.order_by("region")] == [
        ("", 10_000_000),
        ("31.75", 4_000_000),
    ]
    assert len(budgets.in_force(loaded.programme)) == 2
    for wrong in ({"region": "xx"}, {"amount": "5"}, {"year": "2026"}, {"decree": ""}, {"what": 1}):
        said["programmes"][0]["budgets"] = [{"year": 2026, "amount": 1, "decree": "DPA"} | wrong]
        file.write_text(json.dumps(said), encoding="utf-8")
        with pytest.raises(ProgrammeFileBroken):
            programme_file.load(file)


# --- round the database ---


def test_budgets_are_written_once_and_never_begin_in_the_past(programme: Programme) -> None:
    row = limit(programme, 100)
    assert refused("UPDATE disbursement_budget SET amount = 1000 WHERE id = %s", row.pk) in ("42501", "23001")
    assert refused("DELETE FROM disbursement_budget") in ("42501", "23001")
    columns = "programme_id, year, amount, decree, starts_on"
    past = f"INSERT INTO disbursement_budget ({columns}) VALUES (%s, 2026, 9, 'x', '2026-01-01')"
    assert refused(past, programme.pk) == "23514"


def test_what_a_batch_takes_is_frozen_with_it(programme: Programme) -> None:
    batch = submit(programme)
    for changes in ("used = 0", "total = total + 1, used = used", "region = '31.75.06', year = 2027"):
        assert refused(f"UPDATE disbursement_batchregion SET {changes} WHERE batch_id = %s", batch.pk) == "23001", (
            changes
        )
    assert refused("DELETE FROM disbursement_batchregion WHERE batch_id = %s", batch.pk) == "23001"
    batch = money.approve(batch)
    assert refused("UPDATE disbursement_batchregion SET used = used - 1 WHERE batch_id = %s", batch.pk) == ""
    assert refused("UPDATE disbursement_batchregion SET used = used + 1 WHERE batch_id = %s", batch.pk) != ""


def test_a_batch_whose_regions_do_not_say_what_it_pays_is_not_submitted(programme: Programme) -> None:
    limit(programme, 1_000)
    batch = money.prepared(programme)
    BatchRegion.objects.filter(batch=batch, region="31.71.01").update(total=1, used=1)
    with pytest.raises(DatabaseError, match="its regions say"), transaction.atomic():
        approvals.submit(batch, by=money.officer())


def test_the_database_approves_nothing_above_a_budget_whoever_asks(programme: Programme) -> None:
    batch = submit(programme)
    limit(programme, 399)
    approved = "UPDATE disbursement_batch SET status = 'approved', approved_at = now() WHERE id = %s"
    assert refused(approved, batch.pk) in ("23514", "23001")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(budgets, "check", lambda *_: None)
        with pytest.raises(DatabaseError, match="asks for"), transaction.atomic():
            money.approve(batch)
    assert money.balance(programme.fund) == 10_000


def test_an_approval_asks_as_often_beside_a_year_of_batches_as_beside_none(programme: Programme) -> None:
    limit(programme, 100_000)

    def asked(period: date) -> int:
        batch, approver = submit(programme, period), money.approver()
        code = money.code(money.phone(approver))
        with CaptureQueriesContext(connection) as seen:
            approvals.approve(batch, by=approver, digest=batch.digest, reason="ya", code=code)
        return len(seen)

    first = asked(NOVEMBER)
    for month in range(1, 9):
        asked(date(2026, month, 1))
    assert asked(DECEMBER) == first
