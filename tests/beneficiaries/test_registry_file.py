"""Whole files: what cannot be read says where and what to do, and no bytes whatever break the reading."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beneficiaries import errors
from beneficiaries.models import Person, RegistryImport
from beneficiaries.refusals import COLUMNS
from beneficiaries.registry_file import LINE_LIMIT, RegistryFile
from beneficiaries.registry_rows import check
from tests.beneficiaries.conftest import TODAY, Office, person

pytestmark = pytest.mark.django_db
HEADER = ",".join(COLUMNS)
ROW = ",".join(f'"{cell}"' for cell in person().values())


def load_bytes(office: Office, content: bytes) -> RegistryImport:
    path = office.folder / "bytes.csv"
    path.write_bytes(content)
    return office.load_file(path)


@pytest.mark.parametrize(
    ("content", "error", "said"),
    [
        (b"", errors.FileEmpty, HEADER),
        (b"\xef\xbb\xbf", errors.FileEmpty, HEADER),
        (b"\n\n", errors.FileEmpty, HEADER),
        (HEADER.replace(",", ";").encode(), errors.WrongDelimiter, "titik koma"),
        (HEADER.replace(",", "\t").encode(), errors.WrongDelimiter, "tab"),
        (HEADER.replace(",NIK", "").encode(), errors.ColumnsMissing, "NIK"),
        (f"{HEADER},NIK".encode(), errors.ColumnsDoubled, "NIK"),
        (f"{HEADER},AGAMA".encode(), errors.ColumnsUnknown, "'AGAMA'"),
        (f"{HEADER.lower()}".encode(), errors.ColumnsUnknown, "ke-1"),
        (f"\x00{HEADER}".encode(), errors.ColumnsUnknown, "ke-1"),
        (f"{HEADER}\n{ROW}\n".encode("utf-16"), errors.NotUtf8, "Baris 1, byte ke-1"),
        (f"{HEADER}\n{ROW}\nx,JALAN É".encode("latin-1"), errors.NotUtf8, "Baris 3, byte ke-9"),
        (f"{HEADER}\n".encode() + b"\xed\xa0\x80,", errors.NotUtf8, "Baris 2, byte ke-1"),  # a lone surrogate
        (b"PK\x03\x04 a workbook", errors.FileIsWorkbook, "Simpan Sebagai"),
        (f"{HEADER}\n".encode() + b"x" * (LINE_LIMIT + 1), errors.LineTooLong, "Baris 2"),
        (f"{HEADER}\r{ROW}\r".encode(), errors.ColumnsUnknown, "DESIL"),
    ],
)
def test_a_file_that_cannot_be_read(office: Office, content: bytes, error: type[Exception], said: str) -> None:
    with pytest.raises(error) as caught:
        load_bytes(office, content)
    assert said in str(caught.value)
    assert isinstance(caught.value, errors.RegistryFileError)
    assert not office.errors.exists()
    assert not RegistryImport.objects.exists() and not Person.objects.exists()
    assert os.listdir(office.folder) == ["bytes.csv"]


def test_a_file_without_a_header_is_refused_without_repeating_its_first_row(office: Office) -> None:
    with pytest.raises(errors.ColumnsUnknown) as caught:
        load_bytes(office, f"{ROW}\n".encode())
    assert not any(cell in str(caught.value) for cell in person().values() if len(cell) > 1)


def test_files_that_are_none(office: Office) -> None:
    os.mkfifo(office.folder / "pipe")
    for path in (office.folder / "nowhere.csv", office.folder):
        with pytest.raises(errors.FileNotReadable):
            office.load_file(path)


@pytest.mark.parametrize(
    "content",
    [
        f"{HEADER}\n{ROW}\n",
        f"\ufeff{HEADER}\n{ROW}\n",
        f"{HEADER}\r\n{ROW}\r\n",
        f"{HEADER}\n{ROW}",
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
        for start in (b"", f"{HEADER}\n".encode(), f"{HEADER},BARIS\n{ROW}\n".encode()):
            path = Path(folder) / "file.csv"
            path.write_bytes(start + content)
            with contextlib.suppress(errors.RegistryFileError), RegistryFile(path) as source:
                for raw in source.rows():
                    assert len(raw.cells) >= len(COLUMNS)
                    if raw.refusal is None:
                        check(raw.line, source.in_order(raw.cells), today=TODAY)
