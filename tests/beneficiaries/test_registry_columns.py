"""Titles: ours however written, an office's own by the mapping that it confirmed, and what is proposed for confirming."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from beneficiaries import import_errors
from beneficiaries.models import RegistrySource
from beneficiaries.refusals import ALL_COLUMNS, COLUMNS
from beneficiaries.registry_columns import IGNORED, NOTE_COLUMNS, look_at, propose
from beneficiaries.registry_file import RegistryFile, titles_of
from tests.beneficiaries.conftest import Row, person, write

OFFICE = {
    "NO KK": "KK",
    "Nomor KTP": "NIK",
    "NAMA LENGKAP": "NAMA",
    "JK": "JENIS_KELAMIN",
    "TGL LAHIR": "TANGGAL_LAHIR",
    "NO HP": "TELEPON",
    "ALAMAT": "ALAMAT",
    "Kode Desa/Kelurahan": "KODE_KELURAHAN",
    "DESIL NASIONAL": "DESIL",
}


def as_office(row: Row, **more: str) -> Row:
    """A row under an office's own titles."""
    return dict(zip(OFFICE, row.values(), strict=True)) | more


def test_an_offices_titles_are_proposed() -> None:
    titles = [*OFFICE, "Hubungan_Keluarga", "AGAMA", "RT", " ", "RT/RW"]
    assert propose(titles) == {
        **{title: column for title, column in OFFICE.items() if title != "ALAMAT"},
        "Hubungan_Keluarga": "HUBUNGAN",
        "AGAMA": IGNORED,
        "RT/RW": IGNORED,
    }


def test_a_column_is_proposed_once() -> None:
    assert propose(["NIK", "No KTP", "NKK", "Nomor Kartu Keluarga"]) == {
        "No KTP": IGNORED,
        "NKK": "KK",
        "Nomor Kartu Keluarga": IGNORED,
    }


@given(st.lists(st.text() | st.sampled_from([*OFFICE, *ALL_COLUMNS, *NOTE_COLUMNS, "nik ", "N.I.K"])))
def test_what_is_proposed_is_always_readable(titles: list[str]) -> None:
    mapping = propose(titles)
    columns = [column for column in mapping.values() if column != IGNORED]
    assert len(columns) == len(set(columns)) and set(columns) <= set(ALL_COLUMNS)
    named = [column for column in look_at(titles, mapping).columns if column]
    assert set(columns) <= set(named) or any(not title.isprintable() for title in titles)


def test_a_file_is_read_by_its_mapping(tmp_path: Path) -> None:
    path = write(tmp_path / "office.csv", [as_office(person(), AGAMA="-"), as_office(person(2, NIK="1"), AGAMA="x")])
    with pytest.raises(import_errors.ColumnsUnknown) as caught:
        RegistryFile(path)
    assert "'NO KK'" in str(caught.value) and "pemetaan" in str(caught.value)
    mapping = propose(titles_of(path))
    with RegistryFile(path, mapping=mapping) as source:
        assert source.header == list(COLUMNS) and not source.is_errors_file
        assert [source.in_order(row.cells) for row in source.rows()] == [
            list(person().values()),
            list(person(2, NIK="1").values()),
        ]
    with pytest.raises(import_errors.ColumnsUnknown) as caught:
        RegistryFile(path, mapping={title: column for title, column in mapping.items() if column})
    assert "'AGAMA'" in str(caught.value)
    with pytest.raises(import_errors.ColumnsDoubled):
        RegistryFile(path, mapping={**mapping, "AGAMA": "NIK"})


def test_titles_are_one_whatever_their_case_underscores_and_spaces(tmp_path: Path) -> None:
    path = write(tmp_path / "office.csv", [as_office(person())])
    mapping = {title.lower().replace(" ", "_"): column for title, column in OFFICE.items()}
    with RegistryFile(path, mapping=mapping) as source:
        assert [row.cells for row in source.rows()] == [list(person().values())]


def test_rows_of_the_wrong_width_lose_nothing_but_what_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "office.csv"
    path.write_text(f"AGAMA,{','.join(COLUMNS)}\n-,{','.join('abcdefghi')},j,k\n-,a,b\n")
    with RegistryFile(path, mapping={"AGAMA": IGNORED}) as source:
        many, few = source.rows()
    assert (many.cells, few.cells) == ([*"abcdefghijk"], ["a", "b", *[""] * 7])
    assert many.refusal and many.refusal.code == "columns_many" and few.refusal and few.refusal.code == "columns_few"


def test_a_source_remembers_its_mapping(db: None) -> None:
    source = RegistrySource.objects.create(name="Dinas Sosial", mapping=OFFICE)
    assert RegistrySource.objects.mapping_of("Dinas Sosial") == source.mapping == OFFICE
    assert RegistrySource.objects.mapping_of("Nobody") == {}


def test_a_source_is_the_same_in_capitals_and_between_other_blanks(db: None) -> None:
    RegistrySource.objects.create(name="Dinas Sosial", mapping=OFFICE)
    assert RegistrySource.objects.known_as("  DINAS   sosial ") == "Dinas Sosial"
    assert RegistrySource.objects.known_as(" DTSEN  baru ") == "DTSEN baru"
    assert RegistrySource.objects.mapping_of("dinas  SOSIAL") == OFFICE
    RegistrySource.objects.create(name="DINAS SOSIAL")  # of before: each of the two is itself
    assert RegistrySource.objects.known_as("DINAS SOSIAL") == "DINAS SOSIAL"
    assert RegistrySource.objects.known_as("dinas sosial") == "Dinas Sosial"


def test_a_second_spelling_of_a_source_is_not_written_beside_it(db: None) -> None:
    kept = RegistrySource.objects.create(name="Dinas Sosial")
    with pytest.raises(ValidationError) as caught:
        RegistrySource(name="DINAS sosial").full_clean()
    assert set(caught.value.message_dict) == {"name"}
    kept.full_clean()


@pytest.mark.parametrize(
    "mapping",
    [
        [],
        {"NO KK": "KARTU"},
        {"NO KK": "BARIS"},
        {"NO KK": 7},
        {"NO KK": "KK", "NKK": "KK"},
        {"X" * 101: "KK"},
        {str(number): "" for number in range(101)},
    ],
)
def test_a_mapping_that_no_file_can_be_read_by(db: None, mapping: object) -> None:
    with pytest.raises(ValidationError) as caught:
        RegistrySource(name="Dinas", mapping=mapping).full_clean()
    assert set(caught.value.message_dict) == {"mapping"}
    RegistrySource(name="Dinas", mapping={**OFFICE, "AGAMA": ""}).full_clean()
    RegistrySource(name="Dinas", mapping={}).full_clean()


def test_the_office_writes_what_a_sources_titles_mean(client: Client, db: None) -> None:
    client.force_login(User.objects.create_superuser("admin"))
    add = reverse("admin:beneficiaries_registrysource_add")
    refused = client.post(add, {"name": "Dinas", "mapping": '{"NO KK": "KARTU"}'})
    assert refused.status_code == 200 and not RegistrySource.objects.exists()
    assert client.post(add, {"name": "Dinas", "mapping": '{"NO KK": "KK", "AGAMA": ""}'}).status_code == 302
    assert RegistrySource.objects.mapping_of("Dinas") == {"NO KK": "KK", "AGAMA": ""}
    assert client.get(reverse("admin:beneficiaries_registrysource_changelist")).status_code == 200
