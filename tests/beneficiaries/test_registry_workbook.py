"""Excel workbooks: read as a person would have typed them, or refused with what to do, whatever is in them."""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
import zipfile
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from hypothesis import given, settings
from hypothesis import strategies as st

from beneficiaries import import_errors, workbook_parts
from beneficiaries.models import Household, Person, RegistryImport
from beneficiaries.refusals import COLUMNS, OPTIONAL_COLUMNS
from beneficiaries.registry_file import RegistryFile, sheets_of, titles_of
from beneficiaries.registry_rows import check
from beneficiaries.synthetic_workbook import write_workbook
from tests.beneficiaries.conftest import TODAY, Office, person
from tests.beneficiaries.workbooks import (
    MAIN,
    RELATIONS,
    SHEET,
    number_cell,
    package,
    several,
    sheet,
    text_cell,
    workbook,
)

HEADER = list(COLUMNS)
ROW = list(person().values())
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="164" formatCode="[$-421]dd\\ mmmm\\ yyyy"/>'
    '<numFmt numFmtId="165" formatCode="0&quot; days&quot;"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs></styleSheet>'
)
WITH_STYLES = {
    "xl/styles.xml": STYLES,
    "xl/_rels/workbook.xml.rels": f'<Relationships><Relationship Id="rId1" Type="{RELATIONS}/worksheet"'
    f' Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="{RELATIONS}/styles" Target="styles.xml"/>'
    f'<Relationship Id="rId3" Type="{RELATIONS}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
}


def changed(**cells: str) -> list[str]:
    return list(person(**cells).values())


def write(office: Office, content: bytes) -> Path:
    path = office.folder / "registry.xlsx"
    path.write_bytes(content)
    return path


def load(office: Office, content: bytes) -> RegistryImport:
    return office.load_file(write(office, content))


def opened(content: bytes, **options: str) -> RegistryFile:
    return RegistryFile(Path("registry.xlsx"), io.BytesIO(content), **options)  # type: ignore[arg-type]


def test_a_workbook_enters_as_its_csv_does(office: Office, db: None) -> None:
    rows = [person(number, TELEPON="" if number == 2 else "0812-3456-7890") for number in (1, 2, 3)]
    path = office.folder / "registry.xlsx"
    write_workbook(path, [HEADER, *(row.values() for row in rows)])
    done = office.load_file(path)
    assert (done.rows, done.added, done.refused) == (3, 3, 0)
    again = office.load(*rows)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 3)


def test_its_errors_file_is_csv_that_is_corrected_and_imported(office: Office, db: None) -> None:
    done = load(office, workbook(HEADER, ROW, changed(NIK="317101570890002"), ["", *ROW[1:]]))
    assert (done.added, done.refused) == (1, 2)
    refused = office.refused()
    assert [(row["BARIS"], row["KOLOM"]) for row in refused] == [("3", "NIK"), ("4", "KK")]
    corrected = [row | person(number) for number, row in enumerate(refused, 2)]
    assert office.load(*corrected).added == 2


def test_numbers_and_dates_count_as_what_was_typed(office: Office, db: None) -> None:
    cells = changed(
        TANGGAL_LAHIR=number_cell("33102", 1),
        TELEPON=number_cell("81234567890"),
        KODE_KELURAHAN=number_cell("3171011001"),
    )
    cells[-1] = number_cell("2.0")
    header = [*HEADER, "RT", "HUBUNGAN"]
    second = changed(NIK=person(2)["NIK"], TANGGAL_LAHIR=number_cell("33102.5", 2), DESIL=number_cell("2"))
    third = changed(
        NIK=person(3)["NIK"], TANGGAL_LAHIR='<c t="d"><v>1990-08-17T00:00:00</v></c>', DESIL='<c t="str"><v>2</v></c>'
    )
    content = workbook(
        header,
        [*cells, number_cell("3"), "Istri"],
        [*second, number_cell("3.0"), ""],
        [*third, "003", ""],
        **WITH_STYLES,
    )
    done = load(office, content)
    assert (done.refusals, done.added) == ({}, 3)
    assert {known.birth_date.isoformat() for known in Person.objects.all()} == {"1990-08-17"}
    assert Person.objects.with_nik(person()["NIK"]).get().phone == "+6281234567890"
    assert Household.objects.get().rt == "003"


def test_the_days_of_a_macs_workbook_begin_in_1904(office: Office, db: None) -> None:
    content = workbook(
        HEADER,
        changed(TANGGAL_LAHIR=number_cell("31640", 1)),
        **WITH_STYLES,
        **{
            "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><workbookPr date1904="1"/>'
            '<sheets><sheet name="A" sheetId="1" r:id="rId1"/></sheets></workbook>'
        },
    )
    assert load(office, content).added == 1


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"NIK": number_cell("3171015708900001")}, "NIK.digits_lost"),
        ({"NIK": number_cell("3.1710157089E15")}, "NIK.digits_lost"),
        ({"KK": number_cell("3.17101150615E+15")}, "KK.digits_lost"),
        ({"NAMA": '<c t="str"><f>A1&amp;B1</f><v>SITI AMINAH</v></c>'}, "NAMA.formula_cell"),
        ({"DESIL": '<c><f t="shared" si="0"/><v>2</v></c>'}, "DESIL.formula_cell"),
        ({"DESIL": '<c t="e"><v>#N/A</v></c>'}, "DESIL.error_cell"),
        ({"ALAMAT": '<c t="e"><v>#REF!</v></c>'}, "ALAMAT.error_cell"),
        ({"TANGGAL_LAHIR": number_cell("33102", 3)}, "TANGGAL_LAHIR.date_format"),
        ({"TANGGAL_LAHIR": number_cell("33102")}, "TANGGAL_LAHIR.date_format"),
        ({"TANGGAL_LAHIR": number_cell("5", 1)}, "TANGGAL_LAHIR.date_format"),
        ({"DESIL": number_cell("2.5")}, "DESIL.decile"),
        ({"DESIL": '<c t="b"><v>1</v></c>'}, "DESIL.decile"),
        ({"NAMA": "SITI\nAMINAH"}, "NAMA.invisible"),
    ],
)
def test_a_cell_that_nobody_can_trust_is_refused_and_stays_refused(
    office: Office, db: None, cells: dict[str, str], reason: str
) -> None:
    done = load(office, workbook(HEADER, changed(**cells), list(person(2).values()), **WITH_STYLES))
    assert (done.added, done.refusals) == (1, {reason: 1})
    [refused] = office.refused()
    assert (refused["BARIS"], refused["KOLOM"]) == ("2", reason.partition(".")[0])
    again = office.load_file(office.errors.rename(office.folder / "again.csv"))
    assert (again.added, again.refused) == (0, 1)


def test_a_formula_outside_our_columns_is_nobodys_business(office: Office, db: None) -> None:
    formula = "<c><f>NOW()</f><v>1</v></c>"
    path = write(office, workbook([*HEADER, "CATATAN"], [*ROW, formula], [*changed(NIK="1"), formula]))
    with RegistryFile(path, mapping={"Catatan": ""}) as source:
        assert [row.refusal for row in source.rows()] == [None, None]
        assert source.header == HEADER and not source.is_errors_file


def test_empty_rows_and_columns_are_none(office: Office, db: None) -> None:
    content = workbook(
        [], ["", ""], [*HEADER, "", " "], [], [*ROW, "", ""], ["", " "], [], list(person(2).values())[:-1], []
    )
    done = load(office, content)
    assert (done.rows, done.added, done.refusals) == (2, 1, {"DESIL.missing": 1})
    assert office.refused()[0]["BARIS"] == "8"


def test_a_sheet_of_titles_alone_holds_nobody(office: Office, db: None) -> None:
    done = load(office, workbook(HEADER, []))
    assert (done.rows, done.refused) == (0, 0)


def test_cells_may_say_where_they_are(office: Office, db: None) -> None:
    def placed(number: int, cells: list[str]) -> str:
        return (
            f'<x:row r="{number}">'
            + "".join(
                f'<x:c r="{chr(65 + at)}{number}" t="inlineStr"><x:is><x:r><x:t>{cell[:3]}</x:t></x:r>'
                "<x:rPh><x:t>no</x:t></x:rPh>"
                f"<x:r><x:t>{cell[3:]}</x:t></x:r></x:is></x:c>"
                for at, cell in enumerate(cells)
                if cell
            )
            + "</x:row>"
        )

    rows = placed(3, HEADER) + placed(7, changed(TELEPON="")) + placed(9, list(person(2).values()))
    content = package({SHEET: f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData>{rows}</x:sheetData></x:worksheet>'})
    with opened(content) as source:
        assert [(row.line, row.cells) for row in source.rows()] == [
            (7, changed(TELEPON="")),
            (9, list(person(2).values())),
        ]
        assert (source.position, len(source.sha256)) == (source.size, 64)


def test_shared_texts(office: Office, db: None) -> None:
    words = sorted({*HEADER, *ROW})
    table = "".join(f"<si><t>{word[:2]}</t><rPh><t>no</t></rPh><r><t>{word[2:]}</t></r></si>" for word in words)

    def shared(cells: list[str]) -> list[str]:
        return [f'<c t="s"><v>{words.index(cell)}</v></c>' for cell in cells]

    content = workbook(
        shared(HEADER), shared(ROW), **WITH_STYLES, **{"xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{table}</sst>'}
    )
    with opened(content) as source:
        for _ in range(2):
            assert [row.cells for row in source.rows()] == [ROW]


class TestSheets:
    DATA, EMPTY = sheet(HEADER, ROW), sheet([], [])
    NOTES = sheet(["Dicetak oleh", "dinas"], ["", "x"])

    @pytest.mark.parametrize(
        ("sheets", "hidden"),
        [
            ({"Kosong": EMPTY, "Data": DATA}, ()),
            ({"Catatan": NOTES, "Data": DATA}, ()),
            ({"Data": DATA, "Sampul": sheet([], ["Daftar penerima"])}, ()),
            ({"Data": DATA, "Lama": DATA}, ("Lama",)),
        ],
    )
    def test_the_one_that_is_meant(self, sheets: dict[str, str], hidden: tuple[str, ...]) -> None:
        with opened(several(sheets, hidden)) as source:
            assert [row.cells for row in source.rows()] == [ROW]

    def test_titles_to_be_mapped_are_found_behind_a_cover(self) -> None:
        content = several({"Sampul": self.NOTES, "Data": sheet(["NO KTP", "NO KK"], ["1", "2"])})
        assert titles_of(Path("registry.xlsx"), io.BytesIO(content)) == ["NO KTP", "NO KK"]

    def test_several_are_ambiguous_until_one_is_named(self) -> None:
        content = several({"Jan": self.DATA, "Feb": sheet(HEADER, list(person(2).values())), "Kosong": self.EMPTY})
        with pytest.raises(import_errors.SheetsAmbiguous) as caught:
            opened(content)
        assert "'Jan', 'Feb'." in str(caught.value)
        for name in ("Feb", " feb "):
            with opened(content, sheet=name) as source:
                assert [row.cells[1] for row in source.rows()] == [person(2)["NIK"]]
        assert sheets_of(Path("registry.xlsx"), io.BytesIO(content)) == ["Jan", "Feb", "Kosong"]
        with pytest.raises(import_errors.SheetMissing) as missing:
            opened(content, sheet="Mar")
        assert "'Jan', 'Feb', 'Kosong'" in str(missing.value)

    def test_the_command_reads_the_one_it_is_told(self, office: Office, db: None) -> None:
        path = write(office, several({"Jan": self.DATA, "Feb": sheet(HEADER, list(person(2).values()))}))
        with pytest.raises(CommandError, match="Lebih dari satu lembar berisi data: 'Jan', 'Feb'"):
            call_command("registry", "import", str(path), "--yes")
        with pytest.raises(CommandError, match=r"Lembar 'Mar' tidak ada\. Lembar yang ada: 'Jan', 'Feb'"):
            call_command("registry", "import", str(path), "--yes", "--sheet", "Mar")
        assert not Person.objects.exists()
        call_command("registry", "import", str(path), "--yes", "--sheet", "Feb")
        assert Person.objects.get().nik == person(2)["NIK"] and RegistryImport.objects.get().sheet == "Feb"

    def test_a_csv_file_has_none(self, office: Office, db: None) -> None:
        with pytest.raises(import_errors.NoSheets):
            office.load(person(), sheet="Feb")
        assert sheets_of(office.write(person())) == []

    def test_a_hidden_one_is_read_only_when_named(self) -> None:
        content = several({"Data": self.DATA}, ["Data"])
        with pytest.raises(import_errors.FileEmpty):
            opened(content)
        with opened(content, sheet="Data") as source:
            assert len(list(source.rows())) == 1


MERGED = '<mergeCells count="1"><mergeCell ref="%s"/></mergeCells>'


@pytest.mark.parametrize(
    ("rows", "merged"),
    [((HEADER, ROW), "A2:A5"), ((["DATA PENERIMA"], HEADER, ROW), "A1:I1"), ((HEADER, ROW), "B1:C1")],
)
def test_merged_cells_are_refused_with_what_to_do(
    office: Office, db: None, rows: tuple[list[str], ...], merged: str
) -> None:
    with pytest.raises(import_errors.CellsMerged) as caught:
        load(office, workbook(*rows, after=MERGED % merged))
    assert merged in str(caught.value) and "Merge" in str(caught.value)
    assert not Person.objects.exists() and not office.errors.exists()


def zipped(*entries: tuple[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as written:
        for name, content in entries:
            written.writestr(name, content)
    return stream.getvalue()


def ole(stream_name: str) -> bytes:
    start = bytearray(512)
    start[:8] = workbook_parts.OLE_START
    start[30:32], start[48:52] = (9).to_bytes(2, "little"), (0).to_bytes(4, "little")
    return bytes(start) + stream_name.encode("utf-16-le").ljust(512, b"\x00")


def lied(content: bytes, declared: int) -> bytes:
    """The sheet's declared size replaced, in the zip's own list."""
    with zipfile.ZipFile(io.BytesIO(content)) as given:
        size = given.getinfo(SHEET).file_size
    at = content.rindex(b"PK\x01\x02", 0, content.rindex(SHEET.encode()))
    assert content[at + 24 : at + 28] == size.to_bytes(4, "little")
    return content[: at + 24] + declared.to_bytes(4, "little") + content[at + 28 :]


ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
GOOD = workbook(HEADER, ROW)
NASTY = {
    "xls": (ole("Workbook"), import_errors.FileIsOldWorkbook),
    "encrypted": (ole("EncryptedPackage"), import_errors.WorkbookEncrypted),
    "xlsb": (package({"xl/workbook.bin": b"x"}), import_errors.FileIsOldWorkbook),
    "ods": (zipped(("mimetype", b"application/vnd.oasis.opendocument.spreadsheet")), import_errors.FileIsOldWorkbook),
    "a zip of no workbook": (zipped(("photo.jpg", b"x")), import_errors.WorkbookBroken),
    "an empty zip": (zipped(), import_errors.WorkbookBroken),
    "cut": (GOOD[: len(GOOD) // 2], import_errors.WorkbookBroken),
    "a byte flipped": (GOOD.replace(GOOD[-900:-890], b"x" * 10), import_errors.RegistryFileError),
    "bomb": (workbook(HEADER, ROW, after=" " * (8 << 20)), import_errors.WorkbookTooLarge),
    "declares too little": (lied(GOOD, 100), import_errors.WorkbookBroken),
    "declares too much": (lied(GOOD, 4_000_000_000), import_errors.WorkbookTooLarge),
    "many entries": (zipped(*((f"x{number}", b"") for number in range(2_100))), import_errors.WorkbookTooLarge),
    "a way out": (package({"../../etc/passwd": b"x"}), import_errors.WorkbookBroken),
    "an absolute name": (package({"/etc/passwd": b"x"}), import_errors.WorkbookBroken),
    "one name twice": (package({"XL/workbook.xml": b"x"}), import_errors.WorkbookBroken),
    "entities": (package({SHEET: ENTITIES + sheet(HEADER, ROW)}), import_errors.WorkbookBroken),
    "entities in the list": (package({"xl/workbook.xml": ENTITIES + "<workbook/>"}), import_errors.WorkbookBroken),
    "no sheets": (package({"xl/workbook.xml": "<workbook/>"}), import_errors.FileEmpty),
    "no list of sheets": (package({"xl/workbook.xml": None}), import_errors.WorkbookBroken),
    "the sheet is missing": (package({SHEET: None}), import_errors.WorkbookBroken),
    "no XML": (package({SHEET: "hello"}), import_errors.WorkbookBroken),
    "XML that ends early": (package({SHEET: sheet(HEADER, ROW)[:-30]}), import_errors.WorkbookBroken),
    "an external link for a sheet": (
        package(
            {
                "xl/_rels/workbook.xml.rels": f'<Relationships><Relationship Id="rId1" Type="{RELATIONS}/worksheet"'
                ' Target="http://127.0.0.1/sheet.xml" TargetMode="External"/></Relationships>'
            }
        ),
        import_errors.FileEmpty,
    ),
    "empty": (workbook([], []), import_errors.FileEmpty),
    "a shared text that is not there": (workbook(HEADER, ['<c t="s"><v>7</v></c>']), import_errors.WorkbookBroken),
    "a shared text before the first": (workbook(HEADER, ['<c t="s"><v>-1</v></c>']), import_errors.WorkbookBroken),
    "a number that is none": (workbook(HEADER, [number_cell("x")]), import_errors.WorkbookBroken),
    "rows that go back": (
        package(
            {SHEET: f'<worksheet><sheetData><row r="2">{text_cell("KK")}</row><row r="2"/></sheetData></worksheet>'}
        ),
        import_errors.WorkbookBroken,
    ),
    "a row too far": (package({SHEET: '<worksheet><row r="1048577"/></worksheet>'}), import_errors.WorkbookBroken),
    "a column too far": (
        package({SHEET: '<worksheet><row><c r="XFE1"/></row></worksheet>'}),
        import_errors.WorkbookBroken,
    ),
    "a tag without an end": (package({SHEET: f'<worksheet x="{"a" * (3 << 20)}"/>'}), import_errors.WorkbookBroken),
    "a comment of megabytes": (
        package({SHEET: f"<worksheet><!--{'a' * (3 << 20)}--></worksheet>"}),
        import_errors.WorkbookBroken,
    ),
    "a cell outside a row": (package({SHEET: "<worksheet><c/></worksheet>"}), import_errors.WorkbookBroken),
    "a cell too long": (workbook(HEADER, ["x" * 70_000]), import_errors.LineTooLong),
    "a header without NIK": (workbook([*HEADER[:1], *HEADER[2:]], ROW), import_errors.ColumnsMissing),
    "no header": (workbook(ROW, ROW), import_errors.ColumnsUnknown),
}


@pytest.mark.parametrize("name", NASTY)
def test_a_workbook_that_cannot_be_read(office: Office, db: None, name: str) -> None:
    content, error = NASTY[name]
    with pytest.raises(error) as caught:
        load(office, content)
    told = str(caught.value)
    assert not any(cell in told for cell in ROW if len(cell) > 3)
    assert not Person.objects.exists() and not RegistryImport.objects.exists()
    assert os.listdir(office.folder) == ["registry.xlsx"]


def test_a_far_cell_costs_its_row_and_no_memory(office: Office, db: None) -> None:
    far = '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>'
    content = package({SHEET: sheet(HEADER, ROW).replace("</sheetData>", f"{far}</sheetData>")})
    done = load(office, content)
    assert (done.rows, done.added, done.refusals) == (2, 1, {"BARIS.columns_many": 1})


def test_macros_and_links_are_parts_that_nobody_opens(office: Office, db: None) -> None:
    parts = {"xl/vbaProject.bin": b"\xff" * 10, "xl/externalLinks/externalLink1.xml": ENTITIES}
    assert load(office, workbook(HEADER, ROW, **parts)).added == 1


def test_too_many_shared_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_parts, "TEXTS_LIMIT", 30)
    table = "<si><t>sixteen letters.</t></si>" * 2
    content = workbook(HEADER, ROW, **WITH_STYLES, **{"xl/sharedStrings.xml": f"<sst>{table}</sst>"})
    with pytest.raises(import_errors.WorkbookTooLarge):
        opened(content)


def read_all(content: bytes) -> None:
    """Everything that reading does; what is wrong with a file is a RegistryFileError."""
    with contextlib.suppress(import_errors.RegistryFileError), opened(content) as source:
        for raw in source.rows():
            assert len(raw.cells) >= len(COLUMNS)
            if raw.refusal is None:
                check(raw.line, source.in_order(raw.cells), today=TODAY, optional=source.optional)


CELLS = st.one_of(
    st.sampled_from([*HEADER, *OPTIONAL_COLUMNS, *ROW, "'3171015708900001", "#N/A", "=1+1"]).map(text_cell),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8).map(text_cell),
    st.one_of(
        st.floats().map(repr), st.integers().map(str), st.sampled_from(["1e400", "nan", "-inf", "", " 1 ", "٣"])
    ).map(lambda value: number_cell(value, 1)),
    st.builds(
        lambda kind, style, value, formula: f'<c t="{kind}" s="{style}">{formula}<v>{value}</v></c>',
        st.sampled_from(["s", "n", "b", "e", "d", "str", "inlineStr", "?"]),
        st.sampled_from(["0", "1", "2", "9", "-1", "x"]),
        st.sampled_from(["0", "1", "-1", "99999", "1990-08-17", "x", "1e15", "3171015708900001"]),
        st.sampled_from(["", "<f>A1</f>", "<f/>"]),
    ),
    st.builds(
        lambda place: f'<c r="{place}" t="str"><v>x</v></c>', st.sampled_from(["A1", "C9", "XFD1", "XFE1", "1A", ""])
    ),
)


@settings(deadline=None)
@given(st.lists(st.lists(CELLS, max_size=12), max_size=4), st.booleans())
def test_no_grid_of_cells_breaks_the_reading(rows: list[list[str]], headed: bool) -> None:
    shared = "<sst><si><t>KK</t></si><si/></sst>"
    header = [[*HEADER, "RT", "HAMIL"]] if headed else []
    read_all(workbook(*header, *rows, **WITH_STYLES, **{"xl/sharedStrings.xml": shared}))


@settings(deadline=None)
@given(st.data())
def test_no_damage_breaks_the_reading(data: st.DataObject) -> None:
    content = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        piece = data.draw(st.binary(min_size=1, max_size=4))
        content[at : at + len(piece)] = piece
    read_all(bytes(content[: data.draw(st.integers(0, len(content)))]) if data.draw(st.booleans()) else bytes(content))


@settings(deadline=None)
@given(st.binary(max_size=200), st.sampled_from([*WITH_STYLES, "xl/workbook.xml", "_rels/.rels", SHEET]))
def test_no_bytes_in_a_part_break_the_reading(content: bytes, part: str) -> None:
    read_all(package({**WITH_STYLES, SHEET: sheet(HEADER, ROW), part: content}))


def test_nothing_of_a_workbook_lies_on_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TemporaryFile", "NamedTemporaryFile", "mkstemp", "mkdtemp"):
        monkeypatch.setattr(tempfile, name, None)
    read_all(GOOD)
