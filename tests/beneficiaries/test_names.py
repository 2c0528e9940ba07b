"""Names are written one way: titles off, old spelling like new; any text may be given, and once is enough."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from beneficiaries import names

SAME = [
    ("Soetrisno", "Sutrisno"),
    ("Djoko Soesilo", "Joko Susilo"),
    ("Tjahjadi", "Cahjadi"),
    ("Sjamsul", "Syamsul"),
    ("Njoman", "Nyoman"),
    ("Choirul", "Khoirul"),
    ("Muhammad Arif", "Mochamad Arief"),
    ("Muh. Ali", "MOHAMMAD ALI"),
    ("Abd. Rahman", "Abdurrahman"),
    ("Abdul Rahman", "ABDURRACHMAN".replace("CH", "H")),
    ("Yusuf", "Yusup"),
    ("Zaenal", "Jainal"),
    ("Thamrin", "Tamrin"),
    ("Fatimah", "Fatima"),
    ("Achmad", "Ahmad"),
    ("Ma'ruf", "Maruf"),
    ("Hj. Siti Aminah, S.Pd.", "SITI AMINAH"),
    ("Drs. H. Sutrisno, M.Pd.I", "Sutrisno"),
    ("H.Naman", "Naman"),
    ("Siti Aminah binti Ahmad", "Siti Aminah"),
    ("St. Aisyah", "Siti Aisyah"),
    ("Élodie", "Elodie"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_two_ways_to_write_one_name_are_one(one: str, other: str) -> None:
    assert names.normalise(one) == names.normalise(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hasan", "Husein"),
        ("Siti Aminah", "Siti Aisyah"),
        ("Sutrisno", "Sutrisna"),
        ("Abdullah", "Abdul"),
        ("Ani", "Ana"),
    ],
)
def test_two_names_stay_two(one: str, other: str) -> None:
    assert names.normalise(one) != names.normalise(other)


@pytest.mark.parametrize("name", ["Haji", "H.", "SE", "Bin", "Hj. H."])
def test_the_last_word_is_never_taken_for_a_title(name: str) -> None:
    assert names.normalise(name)


@pytest.mark.parametrize("name", ["", "  ", "李小龍", "123", "'", "\x00"])
def test_nothing_latin_is_an_empty_name(name: str) -> None:
    assert names.normalise(name) == ""


def test_the_order_of_the_words_does_not_count_in_the_key() -> None:
    assert names.key("Nur Siti") == names.key("Siti Nur") == "NUR SITI"


@pytest.mark.parametrize(("one", "other"), [("Tjahjo", "Cahyo"), ("Jusuf", "Yusuf"), ("Sutrisno", "Sutrisna")])
def test_what_spelling_leaves_apart_may_sound_alike(one: str, other: str) -> None:
    first, second = (names.skeleton(names.normalise(name)) for name in (one, other))
    assert first == second


@given(st.text())
@example("ß ﬁ İ ǅ")
@example("SJJ")
@example("HHAJI ABDUABDULRAHMAN")
def test_any_text_is_normalised_once_and_for_all(text: str) -> None:
    once = names.normalise(text)
    assert re.fullmatch(r"([A-Z]+( [A-Z]+)*)?", once)
    assert names.normalise(once) == once
    assert all(names.skeleton(word) for word in once.split())


PARTS = [
    "H.",
    "HJ",
    "ST",
    "SE",
    "ABDU",
    "ABDUL",
    "ABDUR",
    "MUH",
    "M",
    "BIN",
    "RAHMAN",
    "OE",
    "DJ",
    "Z",
    "N",
    "S",
    "'",
    ",",
    " ",
    ".",
]


@given(st.lists(st.sampled_from(PARTS), max_size=12).map("".join))
def test_what_is_made_of_titles_and_spellings_is_normalised_once_and_for_all(text: str) -> None:
    once = names.normalise(text)
    assert names.normalise(once) == once
