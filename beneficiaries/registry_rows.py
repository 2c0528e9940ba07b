"""What one row of the registry must be: its fields, checked on their own and against each other."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from beneficiaries import identity, regions, registry_words
from beneficiaries.errors import FieldRefused
from beneficiaries.refusals import (
    ADDRESS,
    BIRTH_DATE,
    COLUMNS,
    DECILE,
    DISABILITY,
    KELURAHAN,
    KK,
    NAME,
    NIK,
    OCCUPATION,
    OPTIONAL_COLUMNS,
    PHONE,
    PREGNANT,
    RELATION,
    RT,
    RW,
    SCHOOLING,
    SEX,
    Refusal,
)

NAME_LIMIT = 120  # as the column
ADDRESS_LIMIT = 300
_DIGITS = frozenset({KK, NIK, PHONE, KELURAHAN, RT, RW})
MAY_BE_EMPTY = frozenset({PHONE, *OPTIONAL_COLUMNS})
# Printable by their category, yet drawn as nothing: joiners, fillers, variation selectors, the blank braille cell.
_DRAWN_AS_NOTHING = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\uffa0\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)
# What a spreadsheet would run. A plus before digits alone is a phone number.
FORMULA = re.compile(r"[=@]|[+-](?![0-9]+\Z)")
# What Excel shows where it could not compute.
_ERROR_CELL = re.compile(r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!|GETTING_DATA)")
# In a row's cells, one a line: whatever could be wrong with how one is written.
_NOT_PLAIN = re.compile(r'[^\n -~]|"|  |^[ =@#+-]| $', re.MULTILINE)
_REQUIRED = [at for at, column in enumerate(COLUMNS) if column not in MAY_BE_EMPTY]
_DECILE = re.compile(r"[1-9]|10")
_LATIN_NAME = re.compile(r"[A-Za-z][A-Za-z '.,/-]*")
_NAME_SIGNS = frozenset(" '’.,-/")


@dataclass(frozen=True, slots=True)
class CleanRow:
    """A row that may enter the registry: `phone` in E.164 or empty, `kelurahan` dotted.

    Of the columns that a file may leave out, None says that it has none, an empty text that it does not know. `rt` and `rw`
    have three digits, the others are values of the model's choices, and `pregnant` is "yes" or "no".
    """

    line: int
    kk: str
    nik: str
    name: str
    sex: str
    birth_date: date
    phone: str
    address: str
    kelurahan: str
    decile: int
    rt: str | None = None
    rw: str | None = None
    relation: str | None = None
    schooling: str | None = None
    disability: str | None = None
    occupation: str | None = None
    pregnant: str | None = None


def _writing_refusal(field: str, text: str) -> Refusal | None:
    """What is wrong with how a cell is written, whatever it says."""
    if not text:
        return None if field in MAY_BE_EMPTY else Refusal(field, "missing")
    if not text.isascii() or not text.isprintable():
        if not text.isprintable() or _DRAWN_AS_NOTHING.search(text):
            return Refusal(field, "invisible")
        if any(not sign.isascii() and sign.isnumeric() for sign in text):
            return Refusal(field, "foreign_digits")
    if text[0] == " " or text[-1] == " " or "  " in text:
        return Refusal(field, "missing" if text.isspace() and field not in MAY_BE_EMPTY else "spaces")
    if '"' in text:
        return Refusal(field, "quotes")
    if FORMULA.match(text):
        return Refusal(field, "formula")
    if text[0] == "#" and _ERROR_CELL.fullmatch(text):
        return Refusal(field, "error_cell")
    return None


def _is_name_sign(sign: str) -> bool:
    if sign.isascii():
        return sign.isalpha() or sign in _NAME_SIGNS
    return sign in _NAME_SIGNS or (sign.isalpha() and unicodedata.name(sign, "").startswith("LATIN "))


def name_refusal(name: str) -> Refusal | None:
    """What keeps a text, written cleanly, from being a name, or None."""
    if len(name) > NAME_LIMIT:
        return Refusal(NAME, "too_long", {"limit": NAME_LIMIT})
    if _LATIN_NAME.fullmatch(name):  # nearly all
        return None
    if not all(map(_is_name_sign, name)) or not any(map(str.isalpha, name)):
        return Refusal(NAME, "name_letters")
    return None


_WORDS = {
    RELATION: ("relation", registry_words.RELATIONS),
    SCHOOLING: ("schooling", registry_words.SCHOOLINGS),
    DISABILITY: ("disability", registry_words.DISABILITIES),
    OCCUPATION: ("occupation", registry_words.OCCUPATIONS),
    PREGNANT: ("pregnant", registry_words.YES_NO),
}
_ATTRIBUTES = {
    RT: "rt",
    RW: "rw",
    RELATION: "relation",
    SCHOOLING: "schooling",
    DISABILITY: "disability",
    OCCUPATION: "occupation",
    PREGNANT: "pregnant",
}
_SEX_OF_RELATION = {"husband": "L", "wife": "P"}


def _optional(told: dict[str, str], sex: str, found: dict[str, Refusal]) -> dict[str, str]:
    """The values of a row's optional cells by attribute; adds what is wrong with them to `found`."""
    values: dict[str, str] = {}
    for field, cell in told.items():
        if field in found:
            continue
        if not cell:
            values[_ATTRIBUTES[field]] = ""
        elif field in (RT, RW):
            if (number := registry_words.neighbourhood(field, cell)) is None:
                found[field] = Refusal(field, "rt")
            else:
                values[_ATTRIBUTES[field]] = number
        else:
            code, words = _WORDS[field]
            if (value := words.get(registry_words.normal(cell))) is None:
                found[field] = Refusal(field, code)
            else:
                values[_ATTRIBUTES[field]] = value
    if SEX not in found:
        if _SEX_OF_RELATION.get(values.get("relation", ""), sex) != sex:
            found[RELATION] = Refusal(RELATION, "relation_sex")
        if sex == "L" and values.get("pregnant") == "yes":
            found[PREGNANT] = Refusal(PREGNANT, "pregnant_male")
    return values


def _plainly_written(cells: list[str], columns: tuple[str, ...]) -> bool:
    """True only if no cell's writing is refused: one look at the whole row settles it for nearly all rows.

    False says nothing: each cell is looked at then.
    """
    whole = "\n".join(cells)
    if len(cells) != len(columns) or whole.count("\n") != len(cells) - 1 or _NOT_PLAIN.search(whole):
        return False
    return all(cells[at] for at in _REQUIRED)


def check(line: int, cells: list[str], *, today: date, optional: tuple[str, ...] = ()) -> CleanRow | list[Refusal]:
    """The row, or everything wrong with it in column order (never an empty list). Any text may be given.

    `cells` are in the order of COLUMNS and after them of `optional`, the OPTIONAL_COLUMNS that the file has; today bounds
    birth dates.
    """
    columns = COLUMNS + optional
    if "\n'" in "\n".join(("", *cells)):  # Excel's mark that digits are text; it is no part of them
        cells = [
            cell[1:] if cell[:1] == "'" and column in _DIGITS and cell[1:2].isdigit() else cell
            for column, cell in zip(columns, cells, strict=True)
        ]
    found: dict[str, Refusal] = {}
    if not _plainly_written(cells, columns):
        written = zip(columns, cells, strict=True)
        found = {field: refusal for field, cell in written if (refusal := _writing_refusal(field, cell))}
    kk, nik, name, sex, birth_text, phone_text, address, kelurahan_code, decile = cells[: len(COLUMNS)]

    def clean(field: str, refusal: Refusal | None) -> None:
        if refusal is not None:
            found.setdefault(field, refusal)

    clean("KK", identity.kk_refusal(kk))
    clean("NIK", identity.nik_refusal(nik))
    clean(NAME, name_refusal(name))
    clean(SEX, None if sex in ("L", "P") else Refusal(SEX, "sex"))
    birth_date: date | None = None
    if BIRTH_DATE not in found:
        try:
            birth_date = identity.parse_birth_date(birth_text, today=today)
        except FieldRefused as error:
            found[BIRTH_DATE] = error.refusal
    phone = ""
    if phone_text and PHONE not in found:
        try:
            phone = identity.parse_phone(phone_text)
        except FieldRefused as error:
            found[PHONE] = error.refusal
    if len(address) > ADDRESS_LIMIT:
        clean(ADDRESS, Refusal(ADDRESS, "too_long", {"limit": ADDRESS_LIMIT}))
    kelurahan = regions.kelurahan(kelurahan_code)
    clean(KELURAHAN, None if kelurahan else Refusal(KELURAHAN, "kelurahan"))
    clean(DECILE, None if _DECILE.fullmatch(decile) else Refusal(DECILE, "decile"))

    values = _optional(dict(zip(optional, cells[len(COLUMNS) :], strict=True)), sex, found) if optional else {}

    disagreements: list[Refusal] = []
    if "NIK" not in found:
        known_sex = None if SEX in found else sex
        disagreements = identity.agreement_refusals(nik, birth_date=birth_date, sex=known_sex)
    if found or disagreements:
        refusals = [*found.values(), *disagreements]
        return sorted(refusals, key=lambda refusal: columns.index(refusal.field))
    if birth_date is None or kelurahan is None:
        raise AssertionError("a row without refusals has a birth date and a kelurahan")
    return CleanRow(line, kk, nik, name, sex, birth_date, phone, address, kelurahan.code, int(decile), **values)
