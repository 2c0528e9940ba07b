"""Files of evidence: what is kept, what comes back with its reason, and reading the same again."""

from __future__ import annotations

import csv
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from beneficiaries import evidence_file, import_errors
from beneficiaries.models import Evidence, EvidenceImport, Person
from tests import money
from tests.beneficiaries.evidence_told import TODAY

pytestmark = pytest.mark.django_db
HEADER = "NIK,KK,JENIS,SUMBER,TANGGAL,KENDARAAN,PLAT,NJOP,NOP,PUTUSAN,DIMILIKI"
NIK, KK = "3171015708900001", "3171011506150003"


@pytest.fixture
def siti() -> Person:
    siti = money.person()
    siti.nik, siti.household.kk = NIK, KK
    siti.save()
    siti.household.save()
    return siti


def load(folder: Path, *lines: str, header: str = HEADER) -> EvidenceImport:
    path = folder / "bukti.csv"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return evidence_file.import_file(path, folder / "errors.csv", today=TODAY)


def refused(folder: Path) -> list[dict[str, str]]:
    with (folder / "errors.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_file_is_kept_and_reading_it_again_adds_nothing(tmp_path: Path, siti: Person) -> None:
    lines = [
        f"{NIK},,vehicle,Bapenda,2026-10-01,car,b1234xyz,,,,ya",
        f",{KK},property,Bapenda,2026-10-01,,,1250000000,31.71.010.001,,",
        f",{KK},community_judgement,Kelurahan Gambir,2026-09-01,,,,,not_poor,",
    ]
    done = load(tmp_path, *lines)
    assert (done.rows, done.added, done.known, done.refused) == (3, 3, 0, 0)
    car = Evidence.objects.get(kind="vehicle")
    assert (car.number, car.value) == ("B 1234 XYZ", {"vehicle": "car", "pkb": "unknown", "owned": True})
    assert Evidence.objects.get(kind="property").number == "31.71.010.001"
    assert Evidence.objects.get(kind="property").household == siti.household
    again = load(tmp_path, *lines)
    assert (again.added, again.known, Evidence.objects.count()) == (0, 3, 3)


def test_columns_of_few_values_take_the_words_that_offices_write(tmp_path: Path, siti: Person) -> None:
    done = load(
        tmp_path,
        f"{NIK},,Kendaraan,Bapenda,2026-10-01,MOBIL,b1234xyz,,,,Ya",
        f"{NIK},,kendaraan,Bapenda,2026-10-01,sepeda motor,b4321xyz,,,,tidak",
        f",{KK},Musyawarah kelurahan,Kelurahan Gambir,2026-09-01,,,,,Tidak miskin,",
        f"{NIK},,Kendaraan,Bapenda,2026-10-01,pesawat,b1234xyz,,,,Ya",
        f"{NIK},,Ramalan,Bapenda,2026-10-01,,,,,,",
    )
    assert (done.added, done.refused) == (3, 2)
    told = Evidence.objects.order_by("pk").values_list("value", flat=True)
    assert list(told) == [
        {"vehicle": "car", "pkb": "unknown", "owned": True},
        {"vehicle": "motorcycle", "pkb": "unknown", "owned": False},
        {"judgement": "not_poor"},
    ]
    plane, omen = refused(tmp_path)
    assert (plane["KOLOM"], omen["KOLOM"]) == ("KENDARAAN", "JENIS")
    assert plane["ALASAN"] == "Bukan salah satu dari: Mobil, Sepeda motor, Truk, Bus, Lainnya."
    assert "Kematian" in omen["ALASAN"]


def test_a_file_has_the_day_before_the_month(tmp_path: Path, siti: Person) -> None:
    done = load(
        tmp_path,
        f"{NIK},,Kematian,Dukcapil,03/04/2026,05-04-2026",
        f"{NIK},,Kematian,Dukcapil,04/13/2026,",
        f"{NIK},,Kematian,Dukcapil,3/4/26,",
        header="NIK,KK,JENIS,SUMBER,TANGGAL,BERLAKU_SAMPAI",
    )
    row = Evidence.objects.get()
    assert (row.fact_date, row.valid_until, done.refused) == (date(2026, 4, 3), date(2026, 4, 5), 2)
    assert done.refusals == {"TANGGAL.date_format": 1, "TANGGAL.date_two_digits": 1}
    assert all("31/12/1970" in one["PERBAIKAN"] for one in refused(tmp_path)[:1])


def test_each_refused_row_comes_back_with_its_line_field_reason_and_remedy(tmp_path: Path, siti: Person) -> None:
    done = load(
        tmp_path,
        f"{NIK},,vehicle,Bapenda,2026-10-01,car,XX,,,,ya",
        "3171015708900002,,vehicle,Bapenda,2026-10-01,car,B 1 A,,,,ya",
        f"{NIK},,property,Bapenda,2026-10-01,,,1.000.000,1,,",
        f"{NIK},,vehicle,Bapenda,2026-10-01,car,B 2 B,,,,mungkin",
        "terlalu,sedikit",
        f"{NIK},,vehicle,Bapenda,2026-10-01,car,B 3 C,,,,ya",
    )
    assert (done.rows, done.added, done.refused) == (6, 1, 5)
    rows = refused(tmp_path)
    assert [(row["BARIS"], row["KOLOM"]) for row in rows] == [
        ("2", "PLAT"),
        ("3", "NIK"),
        ("4", "NJOP"),
        ("5", "DIMILIKI"),
        ("6", "BARIS"),
    ]
    assert all(row["ALASAN"] and row["PERBAIKAN"] for row in rows)
    assert (tmp_path / "errors.csv").stat().st_mode & 0o777 == 0o600
    assert NIK not in str(done.refusals)


def test_the_corrected_errors_file_is_read_as_it_is(tmp_path: Path, siti: Person) -> None:
    load(tmp_path, f"{NIK},,vehicle,Bapenda,2026-10-01,car,XX,,,,ya")
    text = (tmp_path / "errors.csv").read_text(encoding="utf-8").replace(",XX,", ",B 9 Z,")
    (tmp_path / "again.csv").write_text(text, encoding="utf-8")
    done = evidence_file.import_file(tmp_path / "again.csv", tmp_path / "errors.csv", today=TODAY)
    assert (done.added, done.refused) == (1, 0)


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", import_errors.FileEmpty),
        (b"NIK;JENIS;SUMBER;TANGGAL\n", import_errors.ColumnsUnknown),
        (b"NIK,JENIS,SUMBER\n", import_errors.ColumnsMissing),
        (b"NIK,NIK,JENIS,SUMBER,TANGGAL\n", import_errors.ColumnsDoubled),
        (b"NIK,JENIS,SUMBER,TANGGAL,3171015708900001\n", import_errors.ColumnsUnknown),
        (b"NIK,JENIS,SUMBER,TANGGAL\n\xff\n", import_errors.NotUtf8),
        (b"NIK,JENIS,SUMBER,TANGGAL\n" + b"x" * 10_001, import_errors.LineTooLong),
    ],
)
def test_a_file_that_is_none_leaves_nothing(tmp_path: Path, content: bytes, error: type[Exception]) -> None:
    path = tmp_path / "bukti.csv"
    path.write_bytes(content)
    with pytest.raises(error) as raised:
        evidence_file.import_file(path, tmp_path / "errors.csv")
    assert "3171015708900001" not in str(raised.value)
    assert sorted(tmp_path.iterdir()) == [path]
    assert not EvidenceImport.objects.exists()


def test_a_file_asks_as_often_for_many_rows_as_for_few(tmp_path: Path, siti: Person) -> None:
    def asked(start: int, many: int) -> int:
        lines = [f"{NIK},,vehicle,Bapenda,2026-10-01,car,B {start + number} A,,,,ya" for number in range(many)]
        with CaptureQueriesContext(connection) as queries:
            assert load(tmp_path, *lines).added == many
        return len(queries)

    assert asked(100, 3) == asked(200, 300)


def test_the_command_says_what_became_of_the_file(tmp_path: Path, siti: Person) -> None:
    path = tmp_path / "bukti.csv"
    path.write_text(f"{HEADER}\n{NIK},,vehicle,Bapenda,2026-10-01,car,XX,,,,ya\n", encoding="utf-8")
    out = StringIO()
    call_command("evidence", "import", path, stdout=out)
    assert "Ditolak" in out.getvalue() and "PLAT" in out.getvalue() and NIK not in out.getvalue()
    with pytest.raises(CommandError, match="tidak dapat dibuka"):
        call_command("evidence", "import", tmp_path / "nowhere.csv")
