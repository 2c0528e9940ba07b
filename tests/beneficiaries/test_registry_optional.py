"""The columns that a file may leave out: what their words mean, what they change, and what they contradict."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import translation

from beneficiaries import registry_words
from beneficiaries.models import Household, Person, RegistryImport
from beneficiaries.refusals import TEXTS
from tests.beneficiaries.conftest import Office, Row, person

Load = Callable[..., RegistryImport]
WORDS = {
    "relation": (registry_words.RELATIONS, Person.Relation),
    "schooling": (registry_words.SCHOOLINGS, Person.Schooling),
    "disability": (registry_words.DISABILITIES, Person.Disability),
    "occupation": (registry_words.OCCUPATIONS, Person.Occupation),
}
MAN = {"NIK": "3171011708900001", "JENIS_KELAMIN": "L", "NAMA": "BUDI"}


def counts(done: RegistryImport) -> tuple[int, int, int, int]:
    return done.added, done.changed, done.unchanged, done.refused


def told(number: int = 1, **changed: str) -> Row:
    """A clean row with every column that may be left out."""
    own = {
        "RT": "003",
        "RW": "005",
        "HUBUNGAN": "Kepala Keluarga" if number == 1 else "Anak",
        "SEKOLAH": "Tidak bersekolah",
        "DISABILITAS": "Tidak ada",
        "PEKERJAAN": "Pedagang",
        "HAMIL": "TIDAK",
    }
    nine = {column: cell for column, cell in changed.items() if column not in own}
    return person(number, **nine) | own | {column: cell for column, cell in changed.items() if column in own}


@pytest.mark.parametrize("code", WORDS)
def test_every_label_is_understood_and_told_in_the_remedy(code: str) -> None:
    words, choices = WORDS[code]
    assert set(words.values()) == set(choices.values)
    with translation.override("id"):
        for value, label in choices.choices:
            assert words[registry_words.normal(str(label))] == value
            assert str(label) in str(TEXTS[code][1])


def test_what_a_file_tells_enters(load: Load) -> None:
    wife = told(2, HUBUNGAN="istri", SEKOLAH="", DISABILITAS="TUNA NETRA", PEKERJAAN="Ibu Rumah Tangga", HAMIL="ya")
    assert counts(load(told(SEKOLAH="SD/MI", HAMIL="", RT="3", RW="RW 05"), wife | {"RT": "3", "RW": "5"})) == (
        2,
        0,
        0,
        0,
    )
    head, second = Person.objects.order_by("pk")
    assert (head.relation, head.schooling, head.disability, head.occupation, head.pregnant) == (
        "head", "sd", "none", "trader", None
    )  # fmt: skip
    assert (second.relation, second.schooling, second.disability, second.occupation, second.pregnant) == (
        "wife", "", "sight", "housework", True
    )  # fmt: skip
    assert (head.household.rt, head.household.rw) == ("003", "005")


def test_what_a_file_does_not_tell_stays(load: Load) -> None:
    load(told(HAMIL="YA", PEKERJAAN="TNI"))
    assert counts(load(person(NAMA="SITI AMINAH HASAN", DESIL="3"))) == (0, 1, 0, 0)
    known = Person.objects.get()
    assert (known.name, known.relation, known.pregnant, known.occupation) == (
        "SITI AMINAH HASAN",
        "head",
        True,
        "military",
    )
    household = Household.objects.get()
    assert (household.decile, household.rt, household.rw) == (3, "003", "005")
    # A column that is there and empty says that it is not known.
    partly = person(NAMA="SITI AMINAH HASAN", DESIL="3") | {"HAMIL": "", "RT": ""}
    assert counts(load(partly)) == (0, 1, 0, 0)
    known, household = Person.objects.get(), Household.objects.get()
    assert (known.pregnant, known.occupation, household.rt, household.rw) == (None, "military", "", "005")
    assert counts(load(partly)) == (0, 0, 1, 0)


def test_whose_sex_is_corrected_to_male_is_not_pregnant(load: Load) -> None:
    load(told(HAMIL="YA"))
    Person.objects.update(nik_index=Person.nik.index_of(MAN["NIK"]))
    assert counts(load(person(**MAN))) == (0, 1, 0, 0)
    assert Person.objects.get().pregnant is None


@pytest.mark.parametrize(
    ("changed", "field", "code"),
    [
        ({"RT": "0"}, "RT", "rt"),
        ({"RT": "1000"}, "RT", "rt"),
        ({"RT": "RW 001"}, "RT", "rt"),
        ({"RW": "1A"}, "RW", "rt"),
        ({"RW": "٣"}, "RW", "foreign_digits"),
        ({"HUBUNGAN": "Tetangga"}, "HUBUNGAN", "relation"),
        ({"HUBUNGAN": " Anak"}, "HUBUNGAN", "spaces"),
        ({"HUBUNGAN": "Suami"}, "HUBUNGAN", "relation_sex"),
        ({**MAN, "HAMIL": "TIDAK", "HUBUNGAN": "Istri"}, "HUBUNGAN", "relation_sex"),
        ({**MAN, "HAMIL": "YA"}, "HAMIL", "pregnant_male"),
        ({"SEKOLAH": "Kelas 3"}, "SEKOLAH", "schooling"),
        ({"DISABILITAS": "Ya"}, "DISABILITAS", "disability"),
        ({"PEKERJAAN": "Astronaut"}, "PEKERJAAN", "occupation"),
        ({"HAMIL": "1"}, "HAMIL", "pregnant"),
    ],
)
def test_what_cannot_be_is_refused_with_what_may_be(
    load: Load, office: Office, changed: Row, field: str, code: str
) -> None:
    done = load(told(2), told(1, **changed))
    assert counts(done) == (1, 0, 0, 1)
    assert done.refusals == {f"{field}.{code}": 1}
    (refused,) = office.refused()
    assert (refused["BARIS"], refused["KOLOM"]) == ("3", field)
    assert {column: refused[column] for column in told()} == told(1, **changed)


@pytest.mark.parametrize(
    ("changed", "field"), [({"RT": "004"}, "RT"), ({"RW": ""}, "RW"), ({"RT": "", "DESIL": "3"}, "DESIL")]
)
def test_a_household_has_one_rt_and_rw(load: Load, office: Office, changed: Row, field: str) -> None:
    done = load(told(), told(2, **changed))
    assert done.refusals == {f"{field}.household_differs": 1}


def test_of_two_heads_neither_enters(load: Load, office: Office) -> None:
    done = load(told(), told(2), told(3, HUBUNGAN="KK"), told(4, HUBUNGAN="Kepala"))
    assert counts(done) == (1, 0, 0, 3)
    assert done.refusals == {"HUBUNGAN.head_twice": 3}
    said = [(row["BARIS"], row["ALASAN"].split()[1]) for row in office.refused()]
    assert said == [("2", "4"), ("4", "2"), ("5", "2")]
    assert load(told(1, KK="3171011506150004"), told(5, HUBUNGAN="KK")).refused == 0


def test_of_two_spouses_of_the_head_neither_enters(load: Load, office: Office) -> None:
    done = load(told(), told(2, HUBUNGAN="Istri"), told(3, HUBUNGAN="Istri"), told(4))
    assert counts(done) == (2, 0, 0, 2)
    assert done.refusals == {"HUBUNGAN.spouse_twice": 2}


OTHER_KK = "3171011506150004"


def relations() -> dict[str, tuple[str, str]]:
    """By the last digit of the NIK: the last of the KK number, and the relation, of who is active."""
    people = Person.objects.filter(status="active").select_related("household")
    return {one.nik[-1]: (one.household.kk[-1], one.relation) for one in people}


def test_beside_a_head_or_spouse_of_the_registry_no_second_enters(load: Load, office: Office) -> None:
    load(told(1), told(2, HUBUNGAN="Istri"))
    done = load(told(3, HUBUNGAN="KK"), told(4, HUBUNGAN="Istri"), told(5))
    assert counts(done) == (1, 0, 0, 2)
    assert done.refusals == {"HUBUNGAN.head_known": 1, "HUBUNGAN.spouse_known": 1}
    # An unchanged row says nothing new: here neither.
    assert load(told(1), told(3, HUBUNGAN="KK")).refusals == {"HUBUNGAN.head_twice": 2}
    assert relations() == {"1": ("3", "head"), "2": ("3", "wife"), "5": ("3", "child")}


def test_a_file_that_says_what_the_old_head_is_now_names_another(load: Load, office: Office) -> None:
    load(told(1), told(2))
    assert load(told(1, HUBUNGAN="Orang tua"), told(2, HUBUNGAN="KK")).refused == 0
    assert relations() == {"1": ("3", "parent"), "2": ("3", "head")}
    assert (
        load(told(2, HUBUNGAN="KK", KK=OTHER_KK), told(1, HUBUNGAN="KK")).refused == 0
    )  # each has a home of their own
    assert relations() == {"1": ("3", "head"), "2": ("4", "head")}


def test_who_is_refused_stays_the_head_beside_whom_nobody_else_becomes_it(load: Load, office: Office) -> None:
    load(told(1), told(2), told(3, KK=OTHER_KK, HUBUNGAN="KK"))
    done = load(told(1, KK=OTHER_KK), told(2, HUBUNGAN="KK"))
    assert done.refusals == {"HUBUNGAN.head_known": 2}
    assert relations() == {"1": ("3", "head"), "2": ("3", "child"), "3": ("4", "head")}


def test_what_the_office_said_of_the_head_stands_against_a_row_that_repeats_itself(load: Load, office: Office) -> None:
    load(told(1), told(2))
    Person.objects.filter(relation="head").update(relation="parent")
    Person.objects.filter(relation="child").update(relation="head")
    assert counts(load(told(1), told(2))) == (0, 0, 2, 0)
    assert load(told(1, NAMA="SITI AMINAH HASAN")).refusals == {"HUBUNGAN.head_known": 1}


def test_who_moves_by_a_file_without_relations_is_not_head_of_the_next_household(load: Load, office: Office) -> None:
    load(told(1), told(2), told(3, KK=OTHER_KK, HUBUNGAN="KK"))
    done = load(person(1, KK=OTHER_KK), person(2, KK=OTHER_KK))
    assert counts(done) == (0, 2, 0, 0)
    assert done.fields_changed == {"KK": 2, "HUBUNGAN": 1}
    assert relations() == {"1": ("4", ""), "2": ("4", "child"), "3": ("4", "head")}


def test_a_head_who_had_left_does_not_come_back_beside_another(load: Load, office: Office) -> None:
    load(told(1), told(2))
    Person.objects.filter(relation="head").update(status="left")
    Person.objects.filter(relation="child").update(relation="head")
    assert load(person(1), person(2)).refusals == {"HUBUNGAN.head_known": 1}
    assert load(told(1, HUBUNGAN="Orang tua")).refused == 0
    assert relations() == {"1": ("3", "parent"), "2": ("3", "head")}


def test_the_head_whom_a_complete_file_lets_leave_makes_room_for_another(load: Load, office: Office) -> None:
    load(told(1), told(2), source="DTSEN", complete=True)
    done = load(told(2, HUBUNGAN="KK"), source="DTSEN", complete=True)
    assert (done.refused, done.left, done.left_of, done.households_without_head) == (0, 1, 2, 0)
    assert relations() == {"2": ("3", "head")}


def test_a_household_whose_head_leaves_or_moves_away_is_counted(load: Load, office: Office) -> None:
    load(told(1), told(2), source="DTSEN", complete=True)
    assert load(person(2), source="DTSEN", complete=True).households_without_head == 1
    load(told(1), told(2), source="DTSEN", complete=True)
    assert load(person(1, KK=OTHER_KK)).households_without_head == 1  # of the other household the file does not tell
    assert load(told(1, KK=OTHER_KK)).households_without_head == 0


def test_the_database_has_one_active_head_and_one_spouse_in_a_household(load: Load, office: Office) -> None:
    load(told(1), told(2), told(3))
    for relation, constraint in (("head", "person_one_head"), ("wife", "person_one_spouse")):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            become(relation)


@transaction.atomic
def become(relation: str) -> None:
    with connection.cursor() as cursor:
        Person.objects.filter(relation="child").update(relation=relation)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_households_without_a_head_enter_and_are_counted(load: Load) -> None:
    assert load(person(), person(2)).households_without_head == 0  # the file does not tell
    assert load(told(2), told(3), told(4, KK="3171011506150004", HUBUNGAN="")).households_without_head == 2
    assert load(told(1)).households_without_head == 0
    assert load(told(2), told(3)).households_without_head == 0  # its head is known already


def test_files_with_and_without_the_columns_by_turns_change_nobody(load: Load, office: Office) -> None:
    load(told(HAMIL="YA"), told(2))
    assert counts(load(person(), person(2))) == (0, 0, 2, 0)
    assert counts(load(told(HAMIL="YA"), told(2))) == (0, 0, 2, 0)
    assert counts(load(person(NAMA="SITI AMINAH HASAN"), person(2))) == (0, 1, 1, 0)
    assert counts(load(told(HAMIL="YA", NAMA="SITI AMINAH HASAN"), told(2))) == (0, 0, 2, 0)
    assert counts(load(told(HAMIL="TIDAK", NAMA="SITI AMINAH HASAN"), told(2))) == (0, 1, 1, 0)


def test_a_correction_without_the_columns_does_not_contradict_the_household(load: Load, office: Office) -> None:
    load(told())
    notes = {"BARIS": "3", "KOLOM": "NIK", "ALASAN": "sebab", "PERBAIKAN": "obat"}
    assert counts(load(person(2) | notes)) == (1, 0, 0, 0)
    assert load(person(3, DESIL="9") | notes).refusals == {"DESIL.registry_differs": 1}
    assert Household.objects.get().rt == "003"


def test_who_was_first_registered_in_another_region_lives_where_the_file_says(load: Load) -> None:
    makassar = "737101"  # the region of the first registration, which stays in the number for life
    assert counts(load(told(**MAN | {"NIK": makassar + MAN["NIK"][6:]}))) == (1, 0, 0, 0)
    assert Person.objects.get().nik.startswith(makassar)
    assert Household.objects.get().kelurahan.startswith("31.")
    nowhere = load(told(2, **MAN | {"NIK": "999999" + MAN["NIK"][6:]}))
    assert counts(nowhere)[3] == 1
