"""Files that somebody made to harm, or that an office harmed without noticing: nothing of them enters unseen."""

from __future__ import annotations

import io
import resource
from collections.abc import Callable
from pathlib import Path

import pytest

from beneficiaries import import_errors, registry
from beneficiaries.admin import import_figures
from beneficiaries.models import Person, RegistryImport
from beneficiaries.refusals import COLUMNS
from beneficiaries.registry_columns import ColumnMapping
from beneficiaries.registry_file import RegistryFile
from tests.beneficiaries.conftest import Office, Row, person
from tests.beneficiaries.imports import committed, content, previewed
from tests.beneficiaries.workbooks import MAIN, SHEET, number_cell, package, row, text_cell, workbook

HEADER = list(COLUMNS)
EMPTY_ROWS = 100_000
Load = Callable[..., RegistryImport]


def opened(name: str, data: bytes, mapping: ColumnMapping | None = None) -> RegistryFile:
    return RegistryFile(Path(name), io.BytesIO(data), mapping=mapping or {})


def cells(**changed: str) -> list[str]:
    return list(person(**changed).values())


def load_workbook(office: Office, *rows: list[str]) -> RegistryImport:
    path = office.folder / "registry.xlsx"
    path.write_bytes(workbook(HEADER, *rows))
    return office.load_file(path)


# --- Nothing, at length ---


def _formatted_rows() -> bytes:
    """What a spreadsheet saves of a sheet whose every row was once formatted."""
    empty = "".join(
        f'<row r="{line}" spans="1:9"><c r="A{line}" s="1"/><c r="I{line}" s="1"/></row>'
        for line in range(2, EMPTY_ROWS + 2)
    )
    return package({SHEET: f'<worksheet xmlns="{MAIN}"><sheetData>{row(HEADER)}{empty}</sheetData></worksheet>'})


LONG_AND_EMPTY = {
    "breaks.csv": lambda: (",".join(HEADER) + "\n" * EMPTY_ROWS).encode(),
    "commas.csv": lambda: (",".join(HEADER) + "\n" + (",,,,,,,,\n" * EMPTY_ROWS)).encode(),
    "formatted.xlsx": _formatted_rows,
}


@pytest.mark.parametrize("name", LONG_AND_EMPTY)
def test_a_long_file_of_empty_rows_holds_nobody_and_takes_no_memory(name: str) -> None:
    data = LONG_AND_EMPTY[name]()
    with opened(name, data) as source:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        assert list(source.rows()) == []
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000  # KB


def test_rows_of_nothing_that_pack_to_nothing_are_taken_for_a_bomb() -> None:
    rows = "<row/>" * 1_000_000
    data = package({SHEET: f'<worksheet xmlns="{MAIN}"><sheetData>{row(HEADER)}{rows}</sheetData></worksheet>'})
    with pytest.raises(import_errors.WorkbookTooLarge):
        opened("x.xlsx", data)


@pytest.mark.parametrize("nobody", ["", "3.17102E+15"])
def test_a_complete_file_that_names_nobody_makes_nobody_leave_without_a_word(committed_db: None, nobody: str) -> None:
    committed(person(), person(2))
    rows = [person(NIK=nobody), person(2, NIK=nobody)]
    run = previewed(*rows, complete=True)
    assert (run.refused, run.left, run.left_of) == (2, 2, 2)
    with pytest.raises(import_errors.LeavingNotConfirmed):
        registry.request_commit(run, by=None)
    assert "100 %" in str(import_figures.warnings(run)[0])
    assert not Person.objects.filter(status="left").exists()


# --- Cells ---


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"NIK": "3.17101570890E+15"}, "NIK.scientific"),
        ({"NIK": "3,17101570890E+15"}, "NIK.scientific"),
        ({"NIK": "3171015708900001.0"}, "NIK.not_digits"),
        ({"NIK": "３１７１０１５７０８９００００１"}, "NIK.foreign_digits"),
        ({"KK": "3.17101150615E+15"}, "KK.scientific"),
        ({"KK": "३१७१०११५०६१५०००३"}, "KK.foreign_digits"),
        ({"TANGGAL_LAHIR": "１９９０-08-17"}, "TANGGAL_LAHIR.foreign_digits"),
        ({"KODE_KELURAHAN": "٣١.٧١.٠١.١٠٠١"}, "KODE_KELURAHAN.foreign_digits"),
        ({"DESIL": "２"}, "DESIL.foreign_digits"),
        ({"ALAMAT": "JL. MELATI\x00 NO. 7"}, "ALAMAT.invisible"),
        ({"TELEPON": "\x00"}, "TELEPON.invisible"),
    ],
)
def test_numbers_that_are_none_are_refused(load: Load, changed: Row, reason: str) -> None:
    done = load(person(2), person(1, **changed))
    assert (done.added, done.refusals) == (1, {reason: 1})


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"ALAMAT": "JL. MELATI_x000D_ NO. 7"}, "ALAMAT.invisible"),
        ({"NAMA": "SITI_x0000_"}, "NAMA.invisible"),
        ({"NAMA": '<c t="str"><v>SITI_x0000_</v></c>'}, "NAMA.invisible"),
        ({"NIK": number_cell("nan")}, "NIK.digits_lost"),
        ({"NIK": number_cell("INF")}, "NIK.digits_lost"),
        ({"NIK": number_cell("-3171015708900001")}, "NIK.digits_lost"),
        ({"DESIL": text_cell("２")}, "DESIL.foreign_digits"),
    ],
)
def test_what_a_workbook_hides_in_a_cell_is_refused(
    office: Office, db: None, changed: dict[str, str], reason: str
) -> None:
    done = load_workbook(office, cells(**changed), list(person(2).values()))
    assert (done.added, done.refusals) == (1, {reason: 1})


def test_what_excel_cannot_write_in_xml_comes_as_it_was_typed(office: Office, db: None) -> None:
    load_workbook(office, cells(ALAMAT="GANG_x0041_ _x005F_x0041_ _xD800_ _x12_"))
    assert Person.objects.get().household.address == "GANGA _x0041_ _xD800_ _x12_"


@pytest.mark.parametrize("number", ["1_0", "٣"])
def test_a_number_that_excel_never_writes_is_damage(office: Office, db: None, number: str) -> None:
    with pytest.raises(import_errors.WorkbookBroken):
        load_workbook(office, cells(DESIL=number_cell(number)))


def test_a_nul_in_a_part_is_damage() -> None:
    for nul in ("\x00", "&#0;"):
        with pytest.raises(import_errors.WorkbookBroken):
            list(opened("x.xlsx", workbook(HEADER, [f'<c t="str"><v>{nul}</v></c>'])).rows())


# --- Columns ---


def test_two_titles_of_one_meaning_are_refused_in_a_workbook_and_by_a_mapping_too() -> None:
    with pytest.raises(import_errors.ColumnsDoubled, match="NIK"):
        opened("x.xlsx", workbook([*HEADER, "nik"], [*cells(), person(2)["NIK"]]))
    file = content(person() | {"NO KTP": person(2)["NIK"]})
    with pytest.raises(import_errors.ColumnsDoubled, match="NIK"):
        opened("x.csv", file, {"NO KTP": "NIK"})


def test_rows_that_stand_one_column_to_the_right_are_refused(office: Office, db: None) -> None:
    done = load_workbook(office, ["", *cells()], ["", *list(person(2).values())[:-1]], list(person(3).values()))
    assert (done.rows, done.added, done.refused) == (3, 1, 2)


def family(number: int, **changed: str) -> Row:
    """A woman of her own birthday, name and KK."""
    day = f"{number:02}"
    told = {"KK": f"31710115061500{number:02}", "TANGGAL_LAHIR": f"1990-08-{day}", "NAMA": f"SITI {chr(64 + number)}"}
    return person(number, **{"NIK": f"317101{40 + number}0890{number:04d}"} | told | changed)


def shifted(column: str) -> list[Row]:
    """Twelve people, the column one row further down."""
    rows = [family(number) for number in range(1, 13)]
    return [mine | {column: above[column]} for mine, above in zip(rows, [rows[-1], *rows[:-1]], strict=True)]


@pytest.mark.parametrize("column", ["NIK", "TANGGAL_LAHIR"])
def test_a_column_of_the_niks_own_facts_that_is_shifted_by_a_row_is_refused(load: Load, column: str) -> None:
    done = load(*shifted(column))
    assert (done.added, set(done.refusals)) == (0, {"NIK.nik_birth_date"})


@pytest.mark.parametrize("column", ["KK", "NAMA"])
def test_of_a_column_that_nothing_else_tells_of_the_preview_warns(committed_db: None, column: str) -> None:
    right = [family(number) for number in range(1, 13)]
    committed(*right)
    run = previewed(*shifted(column))
    assert (run.changed, run.fields_changed[column]) == (12, 12)
    [warning] = import_figures.warnings(run)
    assert str(warning).startswith(f"{column} berbeda pada 12 dari 12 orang")
    assert import_figures.warnings(previewed(*right)) == []
    few = [*right[:-2], *(family(number, NAMA="LAIN") for number in (11, 12))]
    assert import_figures.warnings(previewed(*few)) == []
