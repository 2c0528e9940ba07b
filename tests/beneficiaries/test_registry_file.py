"""Whole files: what cannot be read says where and what to do, and no bytes whatever break the reading."""

from __future__ import annotations

import contextlib
import itertools
import os
import tempfile
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beneficiaries import import_errors
from beneficiaries.models import Person, RegistryImport
from beneficiaries.refusals import COLUMNS
from beneficiaries.registry_file import LINE_LIMIT, RegistryFile
from beneficiaries.registry_rows import check
from beneficiaries.synthetic_workbook import write_workbook
from tests.beneficiaries.conftest import TODAY, Office, person

pytestmark = pytest.mark.django_db
HEADER = ",".join(COLUMNS)
ROW = ",".join(f'"{cell}"' for cell in person().values())


def separated(text: str, delimiter: str) -> str:
    """With another delimiter, the commas within the address kept."""
    return text.replace(", ", "\x00").replace(",", delimiter).replace("\x00", ", ")


def load_bytes(office: Office, content: bytes) -> RegistryImport:
    path = office.folder / "bytes.csv"
    path.write_bytes(content)
    return office.load_file(path)


@pytest.mark.parametrize(
    ("content", "error", "said"),
    [
        (b"", import_errors.FileEmpty, "KK, NIK"),
        (b"\xef\xbb\xbf", import_errors.FileEmpty, "KK, NIK"),
        (b"\xff\xfe", import_errors.FileEmpty, "KK, NIK"),
        (b"\n\n", import_errors.FileEmpty, "KK, NIK"),
        (b",,,,\n", import_errors.FileEmpty, "KK, NIK"),
        (HEADER.replace(",NIK", "").encode(), import_errors.ColumnsMissing, "NIK"),
        (HEADER.replace(",", ":").encode(), import_errors.ColumnsUnknown, "ke-1"),
        (f"{HEADER},NIK".encode(), import_errors.ColumnsDoubled, "NIK"),
        (f"{HEADER},nik".encode(), import_errors.ColumnsDoubled, "NIK"),
        (f"{HEADER},AGAMA".encode(), import_errors.ColumnsUnknown, "'AGAMA'"),
        (f"{HEADER},,AGAMA".encode(), import_errors.ColumnsUnknown, "ke-10, 'AGAMA'"),
        (f"\x00{HEADER}".encode(), import_errors.ColumnsUnknown, "ke-1"),
        (f"{HEADER}\n{ROW}\n".encode("utf-16-le"), import_errors.Utf16WithoutBom, "UTF-8"),
        (f"{HEADER}\n{ROW}\n".encode("utf-16-be"), import_errors.Utf16WithoutBom, "UTF-8"),
        (f"{HEADER}\n{ROW}\n".encode("utf-16")[:-1], import_errors.NotUtf8, "Baris"),
        (f"{HEADER}\n{ROW}\n".encode("utf-32"), import_errors.RegistryFileError, "Baris 1"),
        (f"{HEADER}\n{ROW}\nx,JALAN É".encode("windows-1252"), import_errors.NotUtf8, "Baris 3, byte ke-9"),
        (f"{HEADER}\r{ROW}\rx,JALAN É".encode("windows-1252"), import_errors.NotUtf8, "Baris"),
        (f"{HEADER}\n".encode() + b"\xed\xa0\x80,", import_errors.NotUtf8, "Baris 2, byte ke-1"),  # a lone surrogate
        (b"PK\x03\x04 no workbook", import_errors.WorkbookBroken, "rusak"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, import_errors.FileIsOldWorkbook, "Simpan Sebagai"),
        (f"{HEADER}\n".encode() + b"x" * (LINE_LIMIT + 1), import_errors.LineTooLong, "Baris 2"),
        (f"{HEADER}\r".encode() + b"x" * (LINE_LIMIT + 1), import_errors.LineTooLong, "Baris 2"),
        (f"{HEADER}\n{'x' * (LINE_LIMIT + 1)}".encode("utf-16"), import_errors.LineTooLong, "Baris 2"),
    ],
)
def test_a_file_that_cannot_be_read(office: Office, content: bytes, error: type[Exception], said: str) -> None:
    with pytest.raises(error) as caught:
        load_bytes(office, content)
    assert said in str(caught.value)
    assert isinstance(caught.value, import_errors.RegistryFileError)
    assert not office.errors.exists()
    assert not RegistryImport.objects.exists() and not Person.objects.exists()
    assert os.listdir(office.folder) == ["bytes.csv"]


def test_a_file_without_a_header_is_refused_without_repeating_its_first_row(office: Office) -> None:
    with pytest.raises(import_errors.ColumnsUnknown) as caught:
        load_bytes(office, f"{ROW}\n".encode())
    assert not any(cell in str(caught.value) for cell in person().values() if len(cell) > 1)


def test_files_that_are_none(office: Office) -> None:
    os.mkfifo(office.folder / "pipe")
    for path in (office.folder / "nowhere.csv", office.folder):
        with pytest.raises(import_errors.FileNotReadable):
            office.load_file(path)


@pytest.mark.parametrize(
    "content",
    [
        f"{HEADER}\n{ROW}\n",
        f"\ufeff{HEADER}\n{ROW}\n",
        f"{HEADER}\r\n{ROW}\r\n",
        f"{HEADER}\r{ROW}\r",
        f"{HEADER}\r{ROW}\n",
        f"{HEADER}\n{ROW}",
        f"{HEADER}\n{ROW}\n,,,,,,,,\n  , ,,,,,,,\n   \n",
        f"{HEADER.lower().replace('_', ' ')}\n{ROW}\n",
        f"sep=,\r\n{HEADER}\r\n{ROW}\r\n",
        separated(f"{HEADER},RT\n{ROW},3", ";"),
        separated(f"sep=;\n{HEADER}\n{ROW}", ";"),
        separated(f"{HEADER}\n{ROW}", "\t"),
        separated(f"{HEADER}\n{ROW}", "|"),
        f"{HEADER}\n\n{ROW}\n\n\n",
        f"{HEADER},,\n{ROW},,\n",  # the rectangle of a spreadsheet
        f"{HEADER},BARIS,KOLOM,ALASAN,PERBAIKAN\n{ROW},7,NIK,sebab,obat\n",
        f"{HEADER},BARIS,KOLOM,ALASAN,PERBAIKAN\n{ROW}\n",  # the notes deleted
        f"BARIS,{HEADER}\n7,{ROW}\n",
        ",".join(reversed(COLUMNS)) + "\n" + ",".join(f'"{cell}"' for cell in reversed(person().values())),
    ],
)
def test_a_file_that_can_be_read(office: Office, content: str) -> None:
    done = load_bytes(office, content.encode())
    assert (done.rows, done.added, done.refused) == (1, 1, 0)
    assert Person.objects.get().nik == person()["NIK"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
def test_utf16_with_its_mark(office: Office, encoding: str, line_break: str) -> None:
    # The feed sign U+0A0A and the return sign's byte lie within other signs: they end no line.
    rows = [f"{HEADER};RT", f"{ROW};3", f"{ROW.replace('SITI', 'Ċਊ')};3"]
    text = "".join(row.replace(",", ";") + line_break for row in rows)
    mark = "" if encoding == "utf-16" else "\ufeff"
    done = load_bytes(office, f"{mark}{text}".encode(encoding))
    assert (done.rows, done.added, done.refused) == (2, 1, 1)
    assert Person.objects.get().household.rt == "003"


def test_long_files_of_every_kind_keep_their_line_numbers(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    lines = [HEADER, *(ROW.replace("0001", f"{number:04d}") for number in range(3_000))]
    for encoding in ("utf-8", "utf-16"):
        for line_break in ("\n", "\r\n", "\r"):
            path.write_bytes(line_break.join(lines).encode(encoding))
            with RegistryFile(path) as source:
                for _ in range(2):
                    read = [(row.line, row.cells[1][-4:]) for row in source.rows()]
                    assert read == [(number + 2, f"{number:04d}") for number in range(3_000)]
                    assert (source.position, len(source.sha256)) == (source.size, 64)


def test_digits_marked_as_text_by_excel_are_digits(office: Office) -> None:
    marked = person(KK="'3171011506150003", NIK="'3171015708900001", TELEPON="'0812345678")
    done = office.load(marked, person(2, NIK="3,17101E+15"), person(3, NAMA="'1"))
    assert (done.added, done.refusals) == (1, {"NIK.scientific": 1, "NAMA.name_letters": 1})
    assert Person.objects.get().nik == person()["NIK"]


@pytest.mark.parametrize("text", ["1990-08-17", "17/08/1990", "17-08-1990", "17.8.1990"])
def test_dates_as_excel_writes_them(office: Office, text: str) -> None:
    assert office.load(person(TANGGAL_LAHIR=text)).added == 1
    assert Person.objects.get().birth_date.isoformat() == "1990-08-17"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("17/08/90", "TANGGAL_LAHIR.date_two_digits"),
        ("08/17/1990", "TANGGAL_LAHIR.date_format"),
        ("17/08-1990", "TANGGAL_LAHIR.date_format"),
        ("32737", "TANGGAL_LAHIR.date_format"),
        ("31/02/1990", "TANGGAL_LAHIR.date_format"),
    ],
)
def test_dates_that_nobody_can_know(office: Office, text: str, code: str) -> None:
    assert office.load(person(TANGGAL_LAHIR=text)).refusals == {code: 1}


def test_rows_of_the_wrong_width_cost_only_themselves(office: Office) -> None:
    second = ROW.replace("0001", "0002").replace("00001", "00002")
    open_quote = '"' + ",".join(person(ALAMAT="GG. SAWO 1").values())
    lines = [HEADER, ROW, f"{ROW},x", ROW.rsplit(",", 1)[0], open_quote, "x", second]
    done = load_bytes(office, "\n".join(lines).encode())
    assert (done.rows, done.added, done.refused) == (6, 2, 4)
    assert [(row["BARIS"], row["KOLOM"]) for row in office.refused()][1:] == [
        ("4", "BARIS"), ("5", "BARIS"), ("6", "BARIS")
    ]  # fmt: skip
    # Nothing of the surplus is lost: it stands in the errors file, before the notes.
    assert ",31.71.01.1001,2,x,3,BARIS," in office.errors.read_text()
    # Not corrected, none of them passes the second time either.
    again = office.load_file(Path(office.errors.rename(office.folder / "again.csv")))
    assert (again.rows, again.refused) == (4, 4)


@given(st.binary(max_size=300) | st.text().map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_no_bytes_break_the_reading(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        starts = (b"", HEADER, f"{HEADER},BARIS\n{ROW}", f"{HEADER}\r", f"sep=;\n{HEADER}".replace(",", ";"))
        encoded = [start if isinstance(start, bytes) else f"{start}\n".encode() for start in starts]
        for start in (*encoded, f"{HEADER}\n".encode("utf-16")):
            path = Path(folder) / "file.csv"
            path.write_bytes(start + content)
            with contextlib.suppress(import_errors.RegistryFileError), RegistryFile(path) as source:
                for raw in source.rows():
                    assert len(raw.cells) >= len(COLUMNS)
                    if raw.refusal is None:
                        check(raw.line, source.in_order(raw.cells), today=TODAY)


@pytest.mark.parametrize("content", [HEADER, f"{HEADER}\n", f"{HEADER}\r\n\r\n", f"\ufeff{HEADER}"])
def test_a_file_of_titles_alone_holds_nobody(office: Office, content: str) -> None:
    done = load_bytes(office, content.encode())
    assert (done.rows, done.refused) == (0, 0)
    assert office.refused() == []


@pytest.mark.parametrize("kind", ["utf-8", "utf-16", "cr", "xlsx"])
def test_a_long_file_takes_no_more_memory_than_a_short_one(tmp_path: Path, kind: str) -> None:
    def peak(rows: int) -> int:
        path = tmp_path / f"{rows}.{kind}"
        numbered = (list(person(number % 10_000).values()) for number in range(rows))
        if kind == "xlsx":
            write_workbook(path, itertools.chain([list(COLUMNS)], numbered))
        else:
            line_break = "\r" if kind == "cr" else "\n"
            with path.open("w", encoding="utf-16" if kind == "utf-16" else "utf-8", newline="") as stream:
                for cells in itertools.chain([list(COLUMNS)], numbered):
                    stream.write(";".join(cells) + line_break)
        tracemalloc.start()
        with RegistryFile(path) as source:
            assert sum(1 for _row in source.rows()) == rows
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(10)  # what is made once
    assert peak(12_000) < peak(3_000) + 1_000_000  # 9,000 rows more are six megabytes
