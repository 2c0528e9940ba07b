"""Invented pairs are what their kind says, and a registry with them is read in without a refusal."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from beneficiaries import duplicates, synthetic_duplicates
from beneficiaries.models import DuplicatePair, Person
from beneficiaries.synthetic_duplicates import KINDS, LATEST, Pair
from tests.beneficiaries.conftest import TODAY, Office, Row


def _made(folder: Path, seed: int = 5) -> tuple[list[Pair], dict[str, Row], Path]:
    file = folder / "twice.csv"
    pairs = synthetic_duplicates.write(file, 600, 90, seed=seed, today=TODAY)
    with file.open(encoding="utf-8", newline="") as stream:
        return pairs, {row["NIK"]: row for row in csv.DictReader(stream)}, file


def test_each_kind_is_planted_as_often_as_the_others_and_the_same_seed_gives_the_same(tmp_path: Path) -> None:
    pairs, rows, file = _made(tmp_path)
    assert Counter(pair.kind for pair in pairs) == dict.fromkeys((kind.name for kind in KINDS), 6)
    assert len(rows) == 690 and all(pair.first in rows and pair.second in rows for pair in pairs)
    before = file.read_bytes()
    assert _made(tmp_path)[0] == pairs and file.read_bytes() == before
    assert _made(tmp_path, seed=6)[0] != pairs


def test_pairs_are_what_their_kind_says(tmp_path: Path) -> None:
    pairs, rows, _file = _made(tmp_path)
    for pair in pairs:
        first, second = rows[pair.first], rows[pair.second]
        born = [date.fromisoformat(row["TANGGAL_LAHIR"]) for row in (first, second)]
        assert born[1] <= max(LATEST, born[0])
        if pair.kind in ("twin", "father_and_son"):
            assert first["KK"] == second["KK"]
        if pair.kind in ("moved_household", "married_new_kk", "spelling_and_moved"):
            assert first["KK"] != second["KK"]
        if pair.kind == "swapped_date":
            assert (born[0].day, born[0].month) == (born[1].month, born[1].day)
        assert (born[0] == born[1]) == (
            pair.kind not in ("swapped_date", "date_typo", "stand_in_date", "same_name_neighbour", "father_and_son")
        )
        assert (first["NAMA"] == second["NAMA"]) == (
            pair.kind in ("swapped_date", "date_typo", "stand_in_date", "moved_household", "married_new_kk",
                          "same_name_neighbour", "father_and_son")
        )  # fmt: skip


@pytest.mark.django_db
def test_most_who_stand_twice_are_found_and_hardly_anybody_else(office: Office) -> None:
    pairs, _rows, file = _made(office.folder)
    done = office.load_file(file)
    assert (done.added, done.refused) == (690, 0)
    duplicates.find()
    queue = set(DuplicatePair.objects.values_list("low_id", "high_id"))
    by_index = {bytes(index): pk for index, pk in Person.objects.values_list("nik_index", "pk")}
    found = Counter[bool]()
    for pair in pairs:
        both = [by_index[Person.nik.index_of(nik)] for nik in (pair.first, pair.second)]
        found[pair.same_person] += (min(both), max(both)) in queue
    planted = Counter(pair.same_person for pair in pairs)
    assert found[True] >= 0.85 * planted[True]
    assert found[False] <= 1
    assert len(queue) - found.total() <= 3
