"""What goes wrong in real registry files, done to invented rows: each kind and how the import must answer it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from beneficiaries.refusals import (
    ALL_COLUMNS,
    BIRTH_DATE,
    DECILE,
    KELURAHAN,
    KK,
    NAME,
    NIK,
    PHONE,
    PREGNANT,
    RELATION,
    ROW,
    RT,
    SCHOOLING,
    SEX,
)

Cells = list[str]

_ARABIC_INDIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of dirt: `spoil` gives the rows to write in place of one; `answer` is the import's `FIELD.code`.

    `refused` rows of those are refused. `contradicts` another row of the household, so one clean row must come before.
    """

    name: str
    spoil: Callable[[random.Random, Cells], list[Cells]]
    answer: str
    refused: int = 1
    contradicts: bool = False


def _with(cells: Cells, column: str, text: str) -> Cells:
    changed = list(cells)
    changed[ALL_COLUMNS.index(column)] = text
    return changed


def _get(cells: Cells, column: str) -> str:
    return cells[ALL_COLUMNS.index(column)]


def _set(column: str, text: str) -> Callable[[random.Random, Cells], list[Cells]]:
    return lambda _rng, cells: [_with(cells, column, text)]


def _change(column: str, change: Callable[[str], str]) -> Callable[[random.Random, Cells], list[Cells]]:
    return lambda _rng, cells: [_with(cells, column, change(_get(cells, column)))]


def _doubled_other(_rng: random.Random, cells: Cells) -> list[Cells]:
    name = _get(cells, NAME)
    return [cells, _with(cells, NAME, f"{name} P" if " " in name else f"{name} {name}")]


def _letter_for_digit(rng: random.Random, cells: Cells) -> list[Cells]:
    nik, at = _get(cells, NIK), rng.randrange(16)
    letter = {"0": "O", "1": "I", "5": "S", "8": "B"}.get(nik[at], "X")
    return [_with(cells, NIK, nik[:at] + letter + nik[at + 1 :])]


def _stray_spaces(rng: random.Random, cells: Cells) -> list[Cells]:
    name = _get(cells, NAME)
    return [
        _with(
            cells, NAME, rng.choice((f" {name}", f"{name} ", name.replace(" ", "  ") if " " in name else f"{name}  "))
        )
    ]


def _day_before(text: str) -> str:
    return (date.fromisoformat(text) - timedelta(days=1)).isoformat()


def _two_digit_year(text: str) -> str:
    return date.fromisoformat(text).strftime("%d/%m/%y")


def _other_decile(_rng: random.Random, cells: Cells) -> list[Cells]:
    decile = int(_get(cells, DECILE))
    return [_with(cells, DECILE, str(decile % 10 + 1))]


KINDS = (
    Kind("doubled_same", lambda _rng, cells: [cells, list(cells)], f"{ROW}.same_row"),
    Kind("doubled_other", _doubled_other, f"{NIK}.nik_twice", refused=2),
    Kind("household_differs", _other_decile, f"{DECILE}.household_differs", contradicts=True),
    Kind("nik_15_digits", _change(NIK, lambda nik: nik[:-1]), f"{NIK}.length"),
    Kind("nik_letters", _letter_for_digit, f"{NIK}.not_digits"),
    Kind("nik_region", _change(NIK, lambda nik: f"99{nik[2:]}"), f"{NIK}.region"),
    Kind("nik_date", _change(NIK, lambda nik: f"{nik[:6]}35{nik[8:]}"), f"{NIK}.date_part"),
    Kind("nik_birth_date", _change(BIRTH_DATE, _day_before), f"{NIK}.nik_birth_date"),
    Kind("nik_sex", _change(SEX, lambda sex: "L" if sex == "P" else "P"), f"{NIK}.nik_sex"),
    Kind("nik_serial", _change(NIK, lambda nik: f"{nik[:12]}0000"), f"{NIK}.serial"),
    Kind("arabic_digits", _change(NIK, lambda nik: nik.translate(_ARABIC_INDIC)), f"{NIK}.foreign_digits"),
    # Files joined with `cat` carry the later files' BOM in front of a row.
    Kind("bom_in_row", _change(KK, lambda kk: f"\ufeff{kk}"), f"{KK}.invisible"),
    Kind("stray_spaces", _stray_spaces, f"{NAME}.spaces"),
    Kind("name_missing", _set(NAME, ""), f"{NAME}.missing"),
    Kind("kk_missing", _set(KK, ""), f"{KK}.missing"),
    Kind("birth_date_missing", _set(BIRTH_DATE, ""), f"{BIRTH_DATE}.missing"),
    Kind("date_two_digits", _change(BIRTH_DATE, _two_digit_year), f"{BIRTH_DATE}.date_two_digits"),
    Kind("sex_word", _change(SEX, {"L": "Laki-laki", "P": "Perempuan"}.__getitem__), f"{SEX}.sex"),
    Kind("decile_0", _set(DECILE, "0"), f"{DECILE}.decile"),
    Kind("decile_11", _set(DECILE, "11"), f"{DECILE}.decile"),
    Kind("kelurahan_unknown", _change(KELURAHAN, lambda code: f"{code[:9]}9999"), f"{KELURAHAN}.kelurahan"),
    Kind("rt_zero", _set(RT, "000"), f"{RT}.rt"),
    Kind("relation_unknown", _set(RELATION, "TETANGGA"), f"{RELATION}.relation"),
    Kind("school_class", _set(SCHOOLING, "KELAS 3"), f"{SCHOOLING}.schooling"),
    Kind("pregnant_number", _set(PREGNANT, "1"), f"{PREGNANT}.pregnant"),
    Kind("phone_invalid", _set(PHONE, "021-5550123"), f"{PHONE}.phone"),
)


class Spoiler:
    """Spoils a share of a stream of rows: marks drawn beforehand, the kinds in turn so that each occurs."""

    def __init__(self, rng: random.Random, people: int, share: float) -> None:
        self.rng = rng
        marked = round(people * share)
        self.marks = set(rng.sample(range(people), marked))
        kinds: list[Kind] = []
        while len(kinds) < marked:
            kinds.extend(rng.sample(KINDS, len(KINDS)))
        self.waiting = kinds[:marked]
        self.due = 0

    def take(self, index: int, *, clean_before: bool) -> Kind | None:
        """The kind to do to the person of this index, or None. `clean_before`: the household has a clean row above."""
        self.due += index in self.marks
        if not self.due:
            return None
        for at, kind in enumerate(self.waiting):
            if clean_before or not kind.contradicts:
                self.due -= 1
                return self.waiting.pop(at)
        return None
