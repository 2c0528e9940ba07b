"""A report is done once, whoever comes first, dies or comes back late; what was reported stays; small groups are masked."""

from __future__ import annotations

import csv
import io
import os
import signal
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from disbursement import tasks
from disbursement.errors import ReportEnded, ReportNotDone
from disbursement.models import Report
from disbursement.reports import drawing, figures, making, masking, pdf, reading, sheet
from disbursement.reports.columns import COLUMNS, Table, duration
from disbursement.reports.making import Question
from disbursement.reports.masking import Hidden
from tests import money
from tests.disbursement.report_world import groups_of, lapse, paid, person, programme, reported, spend
from tests.owner import as_owner
from tests.processes import alone, together
from wallet.admin import sheets

S = Report.Status
LONG_AGO = timedelta(minutes=5)


def asked(grouping: str = "programme", **more: Any) -> Report:
    return making.request(Question(grouping, **more), money.officer())


def fresh(report: Report) -> Report:
    return Report.objects.get(pk=report.pk)


@pytest.fixture
def house(db: None) -> None:
    """One person in Pusat, three in Selatan, eight in Jakarta Utara, of whom one has spent; one was not paid."""
    crowd = [person(0), *(person(3) for _ in range(3))]
    north = [money.person(money.household(kelurahan="31.72.01.1001"), sex="LP"[at % 2]) for at in range(8)]
    paid(programme(amount=300_000), frozen=[north[0]])
    spend(north[1], money.merchant(), 120_000)
    assert crowd


# --- done once ---


@pytest.mark.django_db
def test_a_small_report_is_done_while_its_officer_waits_and_a_large_one_is_not(settings: Any) -> None:
    person()
    paid(programme())
    small = asked()
    assert making.is_small(small) and making.make(small)
    assert fresh(small).status == S.DONE and fresh(small).as_of is not None
    assert not making.make(small)  # it is done
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(making, "AT_ONCE", 1)
        assert not making.is_small(asked())
        assert making.is_small(asked(programmes=[10**9]))


@pytest.mark.django_db
def test_what_waits_is_found_by_the_sweep_and_done_by_the_task(monkeypatch: Any) -> None:
    rung: list[str] = []
    monkeypatch.setattr("wallet.doorbell.ring", lambda task, *ids, **how: rung.append(task))
    tasks.sweep()
    assert "disbursement.tasks.make_reports" not in rung
    waiting = [asked(), asked("sex")]
    tasks.sweep()
    assert rung.count("disbursement.tasks.make_reports") == 1
    tasks.make_reports()
    assert {fresh(report).status for report in waiting} == {S.DONE}
    assert not making.sweep()


@pytest.mark.django_db
def test_what_a_worker_left_is_begun_anew_and_given_up_at_last() -> None:
    report = asked()
    Report.objects.filter(pk=report.pk).update(status=S.RUNNING, attempts=1, at=timezone.now())
    assert not making.sweep() and not making.run_next()  # somebody is at it
    Report.objects.filter(pk=report.pk).update(at=timezone.now() - LONG_AGO)
    assert making.sweep() and making.run_next()
    assert (fresh(report).status, fresh(report).attempts) == (S.DONE, 2)
    stuck = asked()
    Report.objects.filter(pk=stuck.pk).update(status=S.RUNNING, attempts=3, at=timezone.now() - LONG_AGO)
    assert not making.run_next()
    assert fresh(stuck).status == S.FAILED and "3 kali" in fresh(stuck).failure


def _do_run() -> bool:
    return making.run_next()


def test_a_report_is_done_once_whoever_races(processes: None) -> None:
    person()
    paid(programme())
    report = asked()
    outcomes = together([(_do_run, ())] * 4)
    assert sorted(str(outcome.value) for outcome in outcomes) == ["False", "False", "False", "True"]
    assert (fresh(report).status, fresh(report).attempts) == (S.DONE, 1)


def _die_half_way() -> None:
    def dies(self: Any, cursor: Any) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    figures._Asked.add_people = dies  # type: ignore[method-assign]
    making.run_next()


def test_a_worker_that_is_killed_leaves_nothing_but_how_far_it_was(processes: None) -> None:
    person()
    paid(programme())
    report = asked()
    assert alone(_die_half_way).signal == signal.SIGKILL
    left = fresh(report)
    assert (left.status, left.attempts, left.lines_done, left.result) == (S.RUNNING, 1, 1, None)
    assert not making.run_next()  # it is not silent long enough
    Report.objects.filter(pk=report.pk).update(at=timezone.now() - LONG_AGO)
    assert making.run_next()
    assert (fresh(report).status, fresh(report).attempts) == (S.DONE, 2)


def test_who_comes_back_late_finds_the_report_done_by_another(committed_db: None, monkeypatch: Any) -> None:
    report = asked()
    compute = figures.compute

    def slow(mine: Report, tell: Any) -> Any:
        found = compute(mine, tell)
        if mine.attempts == 1:
            Report.objects.filter(pk=mine.pk).update(at=timezone.now() - LONG_AGO)
            assert making.run_next()
        return found

    monkeypatch.setattr(figures, "compute", slow)
    assert making.run_next()
    assert (fresh(report).status, fresh(report).attempts) == (S.DONE, 2)


def test_a_cancelled_report_stops_with_its_next_telling_and_keeps_nothing(committed_db: None, monkeypatch: Any) -> None:
    person()
    paid(programme())
    report = asked()
    seen: list[tuple[int, int]] = []
    told = making._told

    def cancelled_meanwhile(cursor: Any, mine: Report, done: int, of: int) -> None:
        told(cursor, mine, done, of)
        seen.append((done, of))
        with ThreadPoolExecutor(1) as officer:  # by another connection: this one reads only
            officer.submit(_cancel, mine).result()

    monkeypatch.setattr(making, "_told", cancelled_meanwhile)
    assert making.run_next()
    assert seen == [(0, 1)]
    assert (fresh(report).status, fresh(report).result) == (S.CANCELLED, None)
    with pytest.raises(ReportEnded):
        making.cancel(report)


def _cancel(report: Report) -> None:
    making.cancel(report)
    connection.close()


def test_how_far_it_is_shows_while_it_is_computed(committed_db: None, monkeypatch: Any) -> None:
    for _ in range(3):
        person()
    paid(programme())
    report = asked()
    monkeypatch.setattr(figures, "GROUP", 2)
    seen: list[tuple[int, int]] = []
    told = making._told

    def watched(*how: Any) -> None:
        told(*how)
        own = connection.copy()
        with own.cursor() as cursor:
            cursor.execute("SELECT lines_done, lines FROM disbursement_report WHERE id = %s", [report.pk])
            seen.append(cursor.fetchone())
        own.close()

    monkeypatch.setattr(making, "_told", watched)
    assert making.run_next()
    assert seen == [(0, 3), (2, 3), (3, 3), (3, 3)]
    assert groups_of(fresh(report))[""]["paid"] == 3


# --- what was reported stays ---


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    ["status = 'waiting', result = NULL, as_of = NULL", "result = '{}'", "as_of = now()", "at = now()", "lines = 7"],
)
def test_a_report_that_is_done_never_changes(change: str) -> None:
    report = reported("sex")
    with (
        pytest.raises(DatabaseError, match="stays as it was asked"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE disbursement_report SET {change} WHERE id = %s", [report.pk])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE disbursement_report SET region = '31'",
        "UPDATE disbursement_report SET grouping = 'sex'",
        "UPDATE disbursement_report SET by_id = NULL",
        "DELETE FROM disbursement_report",
        "TRUNCATE disbursement_report",
    ],
)
def test_what_was_asked_is_kept_from_the_owner_too(committed_db: None, statement: str) -> None:
    asked()
    with pytest.raises(DatabaseError, match=r"stays as it was asked|append-only"), as_owner() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "fields",
    [
        {"status": "done"},
        {"status": "waiting", "result": {}},
        {"region": "31.7"},
        {"region": "31.74 "},
        {"period_from": "2026-02-01", "period_to": "2026-01-31"},
    ],
)
def test_the_database_takes_no_report_that_contradicts_itself(fields: dict[str, Any]) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        Report.objects.create(grouping="sex", **fields)


# --- small groups ---


def test_a_small_group_is_hidden_and_so_is_the_one_that_would_tell_of_it(house: None) -> None:
    report = reported("region")
    whole, public = reading.read(report, everything=True), reading.read(report, everything=False)
    assert [line.hidden for line in whole.lines] == [Hidden.NO] * 3
    # Pusat has one person, Selatan three: together still less than five, so Utara is hidden too.
    assert {line.title: line.hidden for line in public.lines} == {
        "Jakarta Pusat": Hidden.SMALL,
        "Jakarta Utara": Hidden.BESIDE,
        "Jakarta Selatan": Hidden.SMALL,
    }
    enrolled = next(column for column in COLUMNS if column.name == "enrolled")
    assert [reading.cell(line, enrolled) for line in public.lines] == ["<5", "disamarkan", "<5"]
    assert [len(public.rows(table)) for table in Table] == [4, 1, 1] and len(whole.rows(Table.USE)) == 4
    assert public.total.figures["enrolled"] == 12 and public.masked and not whole.masked
    assert whole.reasons() == [("Dompet dibekukan", 1, 300_000)] and public.reasons() == []
    assert (
        public.total.figures["uses"] is None and public.total.figures["waits"] is not None
    )  # one has spent, eleven are paid
    assert whole.total.figures["uses"] is not None


@given(
    many=st.dictionaries(st.text("abc", min_size=1, max_size=2), st.integers(0, 12), max_size=8),
    least=st.integers(2, 6),
)
def test_no_small_group_can_be_computed_from_what_is_shown(many: dict[str, int], least: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(masking, "least", lambda: least)
        total = sum(many.values())
        states, whole = masking.hidden({key: {"enrolled": count} for key, count in many.items()}, {"enrolled": total})
    shown = {key for key, state in states.items() if state is Hidden.NO}
    hidden = many.keys() - shown
    assert all(many[key] >= least for key in shown)
    assert all((state is Hidden.SMALL) == (many[key] < least) for key, state in states.items() if total >= least)
    if whole is Hidden.NO and hidden:
        assert len(hidden) >= 2 and total - sum(many[key] for key in shown) >= least
    if all(count >= least for count in many.values()) and many:
        assert not hidden and whole is Hidden.NO


def test_of_a_house_with_few_people_the_public_reads_no_figure(db: None) -> None:
    person()
    paid(programme())
    public = reading.read(reported("decile"), everything=False)
    assert public.total.hidden is Hidden.SMALL and not public.total.figures
    assert drawing.drawings(public) == []
    written = [cell for row in sheet.rows(public) for cell in row]
    assert "<5" in written and 1_000 not in written and 1 not in written
    assert pdf.document(public).startswith(b"%PDF")


# --- as files ---


def test_the_sheet_has_a_header_whole_numbers_and_what_they_mean(house: None) -> None:
    read = reading.read(reported("region"), everything=True)
    header, rows = sheet.header(read), list(sheet.rows(read))
    table = rows[:4]
    assert header[0] == "Wilayah" and {len(row) for row in table} == {len(header)}
    north = dict(zip(header, next(row for row in table if row[0] == "Jakarta Utara"), strict=True))
    assert (north["peserta"], north["jumlah dibayar (Rp)"], north["dibelanjakan (Rp)"]) == (8, 2_100_000, 120_000)
    assert (north["porsi dibelanjakan (%)"], north["lama sampai dibayar: 1–24 jam"]) == (6, 7)
    assert north["jatuh tempo sampai dibayar: median (menit)"] == 120
    assert table[-1][0] == "Seluruhnya"
    told = {row[0]: row[1:] for row in rows[5:] if row}
    assert told["Dompet dibekukan"] == [1, 300_000] and told["Periode"] == ["semua"]
    assert any("WIB" in str(row[0]) for row in rows[5:] if row)


def test_no_cell_of_a_file_runs_as_a_formula(db: None) -> None:
    for name in ("=1+1", "@SUM(A1)", "-2+3"):
        person()
        paid(programme(name=name))
    read = reading.read(reported("programme"), everything=True)
    answer = sheets.download("laporan", sheet.header(read), sheet.rows(read))
    text = b"".join(answer.streaming_content).decode()  # type: ignore[arg-type]
    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert {row[0] for row in rows[1:4]} == {"'=1+1", "'@SUM(A1)", "'-2+3"}
    book = sheets.download_workbook("laporan", "Laporan", sheet.header(read), sheet.rows(read))
    content = b"".join(book.streaming_content)  # type: ignore[arg-type]
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        part = package.read("xl/worksheets/sheet1.xml").decode()
    assert "=1+1" in part and "<f>" not in part


def test_a_long_table_goes_on_under_its_header_and_every_page_is_numbered(db: None) -> None:
    made = Report(grouping="region", status="done", as_of=timezone.now())
    line = groups_of(reported("sex"))[""] | {"enrolled": 9, "paid": 1, "paid_total": 10**13, "left": 10**13}
    codes = [f"31.74.{district:02}" for district in range(1, 100)]
    groups = [{"key": code, "figures": line, "reasons": {}} for code in codes]
    made.result = {"groups": groups, "total": {"figures": line, "reasons": {}}}
    document = pdf.document(reading.read(made, everything=True))
    pages = document.count(b"/Type /Page\n") or document.count(b"/Type /Page ")
    assert pages >= 6
    assert b"/Lang" in document and b"BitstreamVera" in document


def test_the_charts_say_in_words_what_they_show(house: None) -> None:
    lapse()
    read = reading.read(reported("region"), everything=True)
    uses, spread = drawing.drawings(read)
    assert "dibelanjakan 3,6 %" in uses.said and "hangus 96,4 %" in uses.said
    assert "1–24 jam 11" in spread.said
    for chart in (uses, spread):
        assert all(bar.x >= 0 and bar.x + bar.width <= drawing.WIDTH + 0.1 for bar in chart.bars)
        assert all(0 <= text.y <= chart.height for text in chart.texts)
    names = [text.text for text in uses.texts]
    assert "Jakarta Utara" in names and "2.100.000" in names


def test_of_many_groups_the_largest_are_drawn_and_the_others_are_one(db: None) -> None:
    made = Report(grouping="decile", status="done", as_of=timezone.now())
    nothing = groups_of(reported("sex"))[""]
    groups = [
        {"key": str(number), "figures": nothing | {"paid": 1, "paid_total": number, "left": number}, "reasons": {}}
        for number in range(1, 41)
    ]
    total = nothing | {"paid": 40, "paid_total": 820, "left": 820}
    made.result = {"groups": groups, "total": {"figures": total, "reasons": {}}}
    chart = drawing.uses(reading.read(made, everything=True))
    assert chart is not None
    names = [text.text for text in chart.texts]
    assert "Desil 40" in names and "Desil 15" not in names and "lainnya" in names and "120" in names


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(None, "–"), (0, "0 menit"), (59, "0 menit"), (3_599, "59 menit"), (3_600, "1 jam"), (5_400, "1,5 jam"),
     (172_799, "48 jam"), (172_800, "2 hari"), (1_000_000, "11,6 hari")],
)  # fmt: skip
def test_a_length_of_time_is_said_in_the_unit_that_fits(seconds: int | None, said: str) -> None:
    assert duration(seconds) == said


def test_a_report_that_is_not_done_is_not_read(db: None) -> None:
    with pytest.raises(ReportNotDone, match="Menunggu"):
        reading.read(asked(), everything=True)


def test_filters_are_said_in_words(house: None) -> None:
    made = programme(name="Kartu Lansia")
    report = asked("age", programmes=[made.pk], region="31.74.01", kind="arrears")
    said = dict(reading.filters(report))
    assert said == {"Program": "Kartu Lansia", "Periode": "semua", "Wilayah": "Kecamatan Tebet", "Jenis": "Rapel"}
