"""NIK, KK and phone: what is accepted, what is refused, and that no text whatever breaks the checks."""

from __future__ import annotations

import contextlib
import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beneficiaries import identity, regions, registry_rows
from beneficiaries.errors import FieldRefused
from beneficiaries.refusals import COLUMNS, TEXTS
from beneficiaries.registry_rows import CleanRow, check
from tests.beneficiaries.conftest import TODAY, person

WOMAN = "3171015708900001"
MAN = "3171011708900001"


@st.composite
def niks(draw: st.DrawFn) -> tuple[str, date, str]:
    """A NIK that can be one, with its birth date and sex."""
    birth_date = draw(st.dates(date(1910, 1, 1), TODAY))
    sex = draw(st.sampled_from("LP"))
    region = draw(st.sampled_from(sorted(regions.district_codes())))
    day = birth_date.day + (40 if sex == "P" else 0)
    return f"{region}{day:02d}{birth_date:%m%y}{draw(st.integers(1, 9999)):04d}", birth_date, sex


@given(niks())
def test_a_possible_nik_passes(drawn: tuple[str, date, str]) -> None:
    nik, birth_date, sex = drawn
    assert identity.check_nik(nik, birth_date=birth_date, sex=sex) == nik


@given(niks(), st.integers(0, 15), st.characters().filter(lambda sign: sign not in "0123456789"))
def test_one_sign_that_is_no_digit_is_refused(drawn: tuple[str, date, str], at: int, sign: str) -> None:
    nik = drawn[0]
    for corrupted in (nik[:at] + sign + nik[at + 1 :], nik[:at] + nik[at + 1 :], nik[:at] + sign + nik[at:], nik + "1"):
        with pytest.raises(FieldRefused) as caught:
            identity.check_nik(corrupted)
        assert caught.value.refusal.code in {"not_digits", "length"}


@given(niks(), st.dates(date(1910, 1, 1), TODAY))
def test_another_birth_date_or_sex_is_refused(drawn: tuple[str, date, str], other: date) -> None:
    nik, birth_date, sex = drawn
    codes = {
        refusal.code for refusal in identity.agreement_refusals(nik, birth_date=other, sex="L" if sex == "P" else "P")
    }
    same_day = (other.day, other.month, other.year % 100) == (birth_date.day, birth_date.month, birth_date.year % 100)
    assert codes == {"nik_sex"} if same_day else {"nik_sex", "nik_birth_date"}


@given(st.text() | st.text("0123456789٠١٢ .+-", max_size=20))
def test_no_text_breaks_the_checks(text: str) -> None:
    with contextlib.suppress(FieldRefused):
        assert len(identity.check_nik(text)) == 16
    assert identity.kk_refusal(text) is not None or len(text) == 16
    with contextlib.suppress(FieldRefused):
        assert identity.parse_phone(text).startswith("+628")
    with contextlib.suppress(FieldRefused):
        assert str(identity.parse_birth_date(text, today=TODAY).year) in text
    assert len(identity.mask_number(text)) == len(text)


ODD = ["", " ", "  ", "=A1", "+62812", "-", "#N/A", "a  b", " a", "a ", "x\ny", "\x1f", '"', "é"]
CELLS = st.sampled_from([*person().values(), *ODD])


@given(st.lists(st.text(max_size=3) | CELLS, min_size=len(COLUMNS), max_size=len(COLUMNS)))
def test_one_look_at_a_row_finds_what_a_look_at_each_cell_does(cells: list[str]) -> None:
    found = check(2, cells, today=TODAY)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry_rows, "_NOT_PLAIN", re.compile(""))
        assert check(2, cells, today=TODAY) == found


@given(st.lists(st.text() | st.sampled_from(list(person().values())), min_size=len(COLUMNS), max_size=len(COLUMNS)))
def test_no_row_breaks_the_check(cells: list[str]) -> None:
    checked = check(2, cells, today=TODAY)
    if isinstance(checked, list):
        assert checked
        for refusal in checked:
            # The refused value must not be repeated: it may be somebody's number, and reasons are logged and counted.
            assert refusal.reason and refusal.remedy
    else:
        assert isinstance(checked, CleanRow)
        assert checked.nik == cells[1]


@pytest.mark.parametrize(
    ("nik", "code"),
    [
        (WOMAN, None),
        (MAN, None),
        ("3171012902000001", None),  # 2000 was a leap year, 1900 was not: one century is enough
        ("3171012902010001", "date_part"),
        ("3171010008900001", "date_part"),
        ("3171013208900001", "date_part"),
        ("3171014008900001", "date_part"),  # day 40 is nobody's
        ("3171014108900001", None),
        ("3171017108900001", None),
        ("3171017208900001", "date_part"),
        ("3171018108900001", "date_part"),
        ("3171011713900001", "date_part"),
        ("3171011700900001", "date_part"),
        ("3171011708900000", "serial"),
        ("3171011708909999", None),
        ("3171091708900001", "region"),  # Jakarta Pusat has eight kecamatan
        ("3100001708900001", "region"),
        ("9901011708900001", "region"),
        ("9102011708900001", None),  # Jayawijaya before the provinces of 2022
        ("317101170890001", "length"),
        ("31710117089000011", "length"),
        ("", "missing"),
        ("3171011708９00001", "not_digits"),
        ("٣١٧١٠١١٧٠٨٩٠٠٠٠١", "not_digits"),
        ("3171011708900O01", "not_digits"),
        ("3171011708900001\n", "not_digits"),
        ("3.17101E+15", "scientific"),
        ("3,17101E+15", "scientific"),
    ],
)
def test_nik(nik: str, code: str | None) -> None:
    refusal = identity.nik_refusal(nik)
    assert (refusal.code if refusal else None) == code


@pytest.mark.parametrize(
    ("kk", "code"),
    [
        ("3171011506150003", None),
        ("3171015506150003", "date_part"),  # a card has no sex
        ("3171011506150000", "serial"),
        ("9901011506150003", "region"),
        ("317101150615000", "length"),
        ("317101150615000A", "not_digits"),
        ("", "missing"),
    ],
)
def test_kk(kk: str, code: str | None) -> None:
    refusal = identity.kk_refusal(kk)
    assert (refusal.code if refusal else None) == code


@pytest.mark.parametrize(
    ("text", "stored", "shown"),
    [
        ("081234567890", "+6281234567890", "0812-3456-7890"),
        ("0812-3456-7890", "+6281234567890", "0812-3456-7890"),
        ("0812 3456 7890", "+6281234567890", "0812-3456-7890"),
        ("+6281234567890", "+6281234567890", "0812-3456-7890"),
        ("6281234567890", "+6281234567890", "0812-3456-7890"),
        ("81234567890", "+6281234567890", "0812-3456-7890"),  # a spreadsheet took the zero
        ("0811234567", "+62811234567", "0811-2345-67"),
        ("0895123456789", "+62895123456789", "0895-1234-56789"),
    ],
)
def test_phone(text: str, stored: str, shown: str) -> None:
    phone = identity.parse_phone(text)
    assert phone == stored
    assert identity.show_phone(phone) == shown
    assert text[-9:-3] not in identity.mask_phone(phone)


@pytest.mark.parametrize(
    "text",
    [
        "", "0", "021-5550123", "0841234567890", "08123456", "08123456789012345", "+6581234567", "+14155550123",
        "0812345678a", "0812345678 ext 5", "tel:0812345678", "０８１２３４５６７８９０", "0812--34567890", "++6281234567890",
    ],
)  # fmt: skip
def test_phone_refused(text: str) -> None:
    with pytest.raises(FieldRefused):
        identity.parse_phone(text)


@given(
    st.sampled_from(["0", "62", "+62", "+62 ", "62-", "0-", ""]),
    st.sampled_from(["8", "81", "812", "8123", "21", "0812"]),
    st.lists(st.text("0123456789", min_size=1, max_size=5), min_size=1, max_size=4),
    st.sampled_from(["", "-", " "]),
)
def test_a_plain_phone_is_read_as_the_parser_reads_it(start: str, first: str, parts: list[str], between: str) -> None:
    def read() -> str | None:
        try:
            return identity.parse_phone(text)
        except FieldRefused:
            return None

    text = start + between.join([first, *parts])
    found = read()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(identity, "_PLAIN_MOBILE", re.compile(r"(?!)"))
        assert found == read()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1990-08-17", None),
        ("2026-11-24", None),
        ("2026-11-25", "date_future"),
        ("1901-11-23", None),
        ("1900-11-23", "date_old"),
        ("17/08/1990", None),
        ("7/8/1990", None),
        ("17/08/90", "date_two_digits"),
        ("08/17/1990", "date_format"),
        ("1990-8-17", "date_format"),
        ("1990-02-29", "date_format"),
        ("19900817", "date_format"),
        ("1990-W33-5", "date_format"),
        ("١٩٩٠-٠٨-١٧", "date_format"),
    ],
)
def test_birth_date(text: str, code: str | None) -> None:
    if code is None:
        assert str(identity.parse_birth_date(text, today=TODAY).year) in text
        return
    with pytest.raises(FieldRefused) as caught:
        identity.parse_birth_date(text, today=TODAY)
    assert caught.value.refusal.code == code


def test_age_on_and_before_a_birthday() -> None:
    assert identity.age(date(1966, 11, 24), TODAY) == 60
    assert identity.age(date(1966, 11, 25), TODAY) == 59
    assert identity.age(date(2004, 2, 29), date(2026, 2, 28)) == 21


@pytest.mark.parametrize(
    ("born", "age"),
    [(date(1966, 11, 24), 60), (date(1966, 11, 25), 59), (date(2026, 11, 24), 0), (date(2000, 2, 29), 26)],
)
def test_age_is_in_whole_years_lived(born: date, age: int) -> None:
    assert identity.age(born, TODAY) == age


def test_whoever_is_born_on_a_leap_day_is_a_year_older_on_the_first_of_march() -> None:
    assert identity.age(date(2000, 2, 29), date(2025, 2, 28)) == 24
    assert identity.age(date(2000, 2, 29), date(2025, 3, 1)) == 25


def test_masks_keep_region_and_serial_only() -> None:
    assert identity.mask_number(WOMAN) == "3171••••••••0001"
    assert identity.mask_phone("+6281234567890") == "0812-••••-•890"
    assert identity.mask_number("") == identity.mask_phone("") == identity.show_phone("") == ""
    assert "1" not in identity.mask_number("1111")


def test_every_text_is_filled_by_the_data_it_names() -> None:
    numbers = dict.fromkeys(("limit", "length", "years", "found", "expected", "other", "choices"), 1)
    for reason, remedy in TEXTS.values():
        assert "%" not in str(reason) % numbers
        assert "%" not in str(remedy)


def test_regions() -> None:
    assert len(regions.jakarta()) == 267
    gambir = regions.kelurahan("3171011001")
    assert gambir is not None
    assert gambir == regions.kelurahan("31.71.01.1001")
    assert (gambir.code, gambir.name, gambir.postal_code) == ("31.71.01.1001", "Gambir", "10110")
    assert gambir.path.startswith("Gambir, Gambir, Kota Administrasi Jakarta Pusat")
    for wrong in ("", "31.71.01", "31.71.01.9999", "3171011001 ", "31-71-01-1001", "317101100", "٣١٧١٠١١٠٠١"):
        assert regions.kelurahan(wrong) is None
    assert regions.is_region("317101") and regions.is_region("910201")
    assert not regions.is_region("31.71.01") and not regions.is_region("31710") and not regions.is_region("317109")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("31", "Jakarta"),
        ("31.73", "Jakarta Barat"),
        ("31.01", "Kabupaten Kepulauan Seribu"),
        ("31.73.07", "Kecamatan Pal Merah"),
        ("31.73.07.1006", "Kelurahan Kota Bambu Selatan"),  # not a city's "Kota": a part of its own name
        ("15.71.07", "Kecamatan Kota Baru"),
        ("99", "99"),
    ],
)
def test_a_region_as_people_say_it(code: str, said: str) -> None:
    assert regions.short_name(code) == said
