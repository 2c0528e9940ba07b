"""The invented registry: the same bytes for the same seed, a believable city, and dirt that the import finds, all of it."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

import pytest
from django.core.management import call_command

from beneficiaries import identity, regions, synthetic
from beneficiaries.models import Person
from beneficiaries.refusals import OPTIONAL_COLUMNS
from beneficiaries.registry_file import RegistryFile
from beneficiaries.registry_rows import CleanRow, check
from beneficiaries.synthetic_dirt import KINDS
from tests.beneficiaries.conftest import TODAY, Office

PEOPLE = 6_000


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, synthetic.Summary]:
    path = tmp_path_factory.mktemp("made") / "made.csv"
    return path, synthetic.write(path, PEOPLE, seed=7, today=TODAY)


@pytest.fixture(scope="module")
def clean(made: tuple[Path, synthetic.Summary]) -> list[CleanRow]:
    """The rows that are clean on their own."""
    with made[0].open(encoding="utf-8", newline="") as stream:
        cells = list(csv.reader(stream))[1:]
    checked = (check(line, row, today=TODAY, optional=OPTIONAL_COLUMNS) for line, row in enumerate(cells, 2))
    return [row for row in checked if isinstance(row, CleanRow)]


def test_the_same_seed_and_day_give_the_same_bytes(tmp_path: Path) -> None:
    def made(seed: int, today: date, people: int = 300) -> bytes:
        synthetic.write(tmp_path / "made.csv", people, seed=seed, today=today)
        return (tmp_path / "made.csv").read_bytes()

    assert made(7, TODAY) == made(7, TODAY)
    assert made(7, TODAY) != made(8, TODAY)
    assert made(7, TODAY) != made(7, date(2025, 1, 1))
    assert made(7, date(2028, 2, 29))


def test_the_import_refuses_exactly_the_dirt(office: Office, db: None, made: tuple[Path, synthetic.Summary]) -> None:
    path, summary = made
    done = office.load_file(path)
    assert summary.people == PEOPLE
    assert set(summary.dirty) == {kind.name for kind in KINDS}
    assert summary.dirty.total() == round(PEOPLE * synthetic.DIRTY_SHARE)
    assert (done.rows, done.refused) == (summary.rows, summary.refused)
    assert done.refusals == dict(summary.answers)
    assert done.added == Person.objects.count() == summary.rows - summary.refused


def test_the_dirt_is_spread_over_the_file(office: Office, db: None, made: tuple[Path, synthetic.Summary]) -> None:
    office.load_file(made[0])
    tenths = Counter(int(row["BARIS"]) * 10 // (made[1].rows + 2) for row in office.refused())
    assert len(tenths) == 10
    assert min(tenths.values()) >= 3


def test_ages_and_sexes_are_those_of_a_city(clean: list[CleanRow]) -> None:
    ages = [identity.age(row.birth_date, TODAY) for row in clean]
    assert 0.09 < sum(age >= 60 for age in ages) / len(ages) < 0.125
    assert 0.19 < sum(age < 15 for age in ages) / len(ages) < 0.28
    assert 0.48 < sum(row.sex == "P" for row in clean) / len(clean) < 0.55
    assert max(ages) < 100
    by_decade = Counter(age // 10 for age in ages)
    assert by_decade[3] > by_decade[5] > by_decade[7] > by_decade[8]


def test_families_live_together(clean: list[CleanRow]) -> None:
    households: dict[str, list[CleanRow]] = defaultdict(list)
    for row in clean:
        households[row.kk].append(row)
    sizes = Counter(map(len, households.values()))
    assert 2.7 < len(clean) / len(households) < 4
    assert sizes[1] and sizes[2] and sizes[4] and max(sizes) < 12
    one_address = sum(len({(row.address, row.kelurahan) for row in members}) == 1 for members in households.values())
    assert one_address == len(households)
    generations = sum(
        {row.age // 20 for row in members if (row.age >= 60) or row.age < 18} >= {0, 3}
        for members in (
            [_Aged(identity.age(row.birth_date, TODAY)) for row in household] for household in households.values()
        )
    )
    assert generations > len(households) * 0.02


class _Aged:
    def __init__(self, age: int) -> None:
        self.age = age


def test_numbers_are_unique_and_of_real_places(clean: list[CleanRow]) -> None:
    people = {row.nik: row for row in clean}
    assert len(clean) - len(people) <= 30  # the doubled ones
    assert {row.kelurahan for row in clean} <= {region.code for region in regions.jakarta()}
    provinces = Counter(row.nik[:2] for row in clean)
    assert 0.6 < provinces["31"] / len(clean) < 0.8 and len(provinces) > 10
    cities = Counter(row.kelurahan[:5] for row in clean)
    assert [city for city, _count in cities.most_common(2)] == ["31.75", "31.73"]
    assert cities["31.01"] < len(clean) * 0.02


def test_phones_belong_to_the_grown_and_are_sometimes_shared(clean: list[CleanRow]) -> None:
    grown = [row for row in clean if 17 <= identity.age(row.birth_date, TODAY) < 60]
    children = [row for row in clean if identity.age(row.birth_date, TODAY) < 13]
    assert sum(bool(row.phone) for row in grown) > len(grown) * 0.8
    assert not any(row.phone for row in children)
    holders: dict[str, set[str]] = defaultdict(set)
    for row in clean:
        if row.phone:
            holders[row.phone].add(row.kk)
    assert all(len(kks) == 1 for kks in holders.values())
    assert len(holders) < sum(bool(row.phone) for row in clean)


def test_names_come_from_many_communities(clean: list[CleanRow]) -> None:
    names = [row.name for row in clean]
    assert 0.1 < sum(" " not in name for name in names) / len(names) < 0.25
    assert len(set(names)) > len(names) * 0.5
    for word in ("SUPARMAN", "SIREGAR", "WIJAYA", "NENENG", "CHANIAGO", "WAYAN", "BESSE", "ROHIMAH"):
        assert any(word in name.split() for name in names), word


def test_a_batak_family_shares_its_name(clean: list[CleanRow]) -> None:
    households: dict[str, list[CleanRow]] = defaultdict(list)
    for row in clean:
        households[row.kk].append(row)
    families = [
        members for members in households.values() if members[0].name.endswith(" SIREGAR") and members[0].sex == "L"
    ]
    assert families
    for head, *others in families:
        children = [row for row in others if row.birth_date.year - head.birth_date.year > 15]
        assert all(child.name.endswith(" SIREGAR") for child in children)


def test_every_household_has_one_head_and_plausible_members(clean: list[CleanRow]) -> None:
    heads = Counter(row.kk for row in clean if row.relation == "head")
    assert set(heads.values()) <= {1, 2}  # 2: of a doubled row
    ages = {row.nik: identity.age(row.birth_date, TODAY) for row in clean}
    pupils = [row for row in clean if 7 <= ages[row.nik] <= 12]
    assert 0.94 < sum(row.schooling == "sd" for row in pupils) / len(pupils) <= 1
    assert not any(row.schooling in ("sd", "smp") for row in clean if ages[row.nik] > 15)
    assert {row.occupation for row in pupils} <= {"student", "none"}
    pregnant = [row for row in clean if row.pregnant == "yes"]
    assert 0.003 < len(pregnant) / len(clean) < 0.02
    assert all(row.sex == "P" and 19 <= ages[row.nik] <= 43 for row in pregnant)
    disabled = sum(row.disability != "none" for row in clean) / len(clean)
    assert 0.015 < disabled < 0.045
    assert all(f"RT {row.rt}/RW {row.rw}" in row.address for row in clean)


def test_a_workbook_says_the_same(tmp_path: Path) -> None:
    book, table = tmp_path / "made.xlsx", tmp_path / "made.csv"
    made = synthetic.write(book, 500, seed=7, today=TODAY, workbook=True)
    assert made == synthetic.write(table, 500, seed=7, today=TODAY)
    with RegistryFile(book) as read, RegistryFile(table) as written:
        assert [(row.line, row.cells) for row in read.rows()] == [(row.line, row.cells) for row in written.rows()]
    again = tmp_path / "again.xlsx"
    synthetic.write(again, 500, seed=7, today=TODAY, workbook=True)
    assert again.read_bytes() == book.read_bytes()


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out.csv"
    call_command("make_registry", "--people", "1200", "--seed", "3", "--out", str(out), "--today", "2026-11-24")
    said = capsys.readouterr().out
    rows = len(out.read_text(encoding="utf-8").splitlines()) - 1
    assert f"{rows} baris, 1200 orang rekaan" in said
    assert "24 orang dikotori" in said and "bom_in_row" in said
    call_command("make_registry", "--people", "30", "--out", str(out), "--xlsx")
    assert out.read_bytes().startswith(b"PK")
