"""What a person and a family entered by hand must be: each field by itself, and the members beside each other.

What cannot be is refused, with the field and the remedy. What is only unlikely is a doubt, which an officer may overrule.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from beneficiaries import identity, regions
from beneficiaries.errors import BeneficiaryError, FieldRefused
from beneficiaries.models import Person
from beneficiaries.refusals import BIRTH_DATE, KK, NIK, PHONE, RT, RW, Refusal

NAME_LIMIT, ADDRESS_LIMIT = 120, 300
PARENT_YEARS, GRANDPARENT_YEARS = 13, 28  # less than so many years between them is unlikely

R = Person.Relation
SPOUSES = (R.HUSBAND, R.WIFE)
_FIELDS = {KK: "kk", NIK: "nik", BIRTH_DATE: "birth_date", PHONE: "phone", RT: "rt", RW: "rw"}
_RT = re.compile(r"(?!000)[0-9]{3}")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, in words that end with what to do; `field` as the form's, "" for the family as a whole.

    `member` is the place of the person in what was given, from 0; None for the household.
    """

    field: str
    said: str
    member: int | None = None


class EntryRefused(BeneficiaryError):
    """What was entered cannot be; nothing was changed."""

    code = "entry_refused"
    message = "%(said)s"

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        super().__init__(said=" ".join(problem.said for problem in problems))


@dataclass(frozen=True, slots=True)
class HomeEntry:
    """A household as entered: numbers in the clear, `kelurahan` dotted or not, `rt` and `rw` three digits or empty."""

    kk: str
    address: str
    kelurahan: str
    decile: int
    rt: str = ""
    rw: str = ""


@dataclass(frozen=True, slots=True)
class PersonEntry:
    """A person as entered; `phone` in any usual writing, what is not known empty or None."""

    nik: str
    name: str
    sex: str
    birth_date: date
    relation: str
    phone: str = ""
    schooling: str = ""
    disability: str = ""
    occupation: str = ""
    pregnant: bool | None = None


def home_as_stored(entry: HomeEntry) -> HomeEntry:
    """The household as it is stored, right or wrong: kelurahan dotted where there is such a one, single spaces."""
    place = regions.kelurahan(entry.kelurahan)
    return replace(entry, address=" ".join(entry.address.split()), kelurahan=place.code if place else entry.kelurahan)


def clean_home(entry: HomeEntry) -> HomeEntry:
    """The household as it is stored. Raises EntryRefused."""
    entry = home_as_stored(entry)
    problems = []
    if refusal := identity.kk_refusal(entry.kk):
        problems.append(_refused(refusal))
    if not entry.address or len(entry.address) > ADDRESS_LIMIT:
        problems.append(Problem("address", _("Isi alamat dari kartu keluarga, paling panjang 300 karakter.")))
    if regions.kelurahan(entry.kelurahan) is None:
        said = _("Bukan kode kelurahan yang ada. Isi seperti 31.71.01.1001 dari daftar wilayah Kemendagri.")
        problems.append(Problem("kelurahan", said))
    for field, text in ((RT, entry.rt), (RW, entry.rw)):
        if text and not _RT.fullmatch(text):
            problems.append(_refused(Refusal(field, "rt")))
    if not 1 <= entry.decile <= 10:
        problems.append(Problem("decile", _("Isi desil DTSEN keluarga ini, 1 sampai 10.")))
    if problems:
        raise EntryRefused(problems)
    return entry


def clean_person(entry: PersonEntry, *, today: date, member: int | None = None) -> PersonEntry:
    """The person as stored: the phone in E.164, the name with single spaces. Raises EntryRefused."""
    problems = []
    if refusal := identity.nik_refusal(entry.nik):
        problems.append(_refused(refusal))
    try:
        identity.parse_birth_date(entry.birth_date.isoformat(), today=today)
    except FieldRefused as error:
        problems.append(_refused(error.refusal))
    if not problems:  # a NIK's region need not be where one lives; its birth date and sex are one's own
        problems += map(
            _refused, identity.agreement_refusals(entry.nik, birth_date=entry.birth_date, sex=entry.sex or None)
        )
    name = " ".join(entry.name.split())
    if not _is_name(name):
        said = _(
            "Tulis nama seperti pada KTP: huruf Latin, spasi, dan tanda ' . , - / saja, paling panjang 120 karakter."
        )
        problems.append(Problem("name", said))
    phone = ""
    if entry.phone.strip():
        try:
            phone = identity.parse_phone(entry.phone.strip())
        except FieldRefused as error:
            problems.append(_refused(error.refusal))
    problems += choice_problems(entry)
    if problems:
        raise EntryRefused([Problem(problem.field, problem.said, member) for problem in problems])
    return PersonEntry(
        entry.nik, name, entry.sex, entry.birth_date, entry.relation, phone,
        entry.schooling, entry.disability, entry.occupation, entry.pregnant,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Member:
    """What the rules of a family look at; `place` as in `Problem.member`."""

    relation: str
    sex: str
    birth_date: date
    name: str
    place: int | None = None


def family_problems(members: Iterable[Member], *, head_needed: bool) -> list[Problem]:
    """What cannot be among those who live together now."""
    members = list(members)
    problems = []
    heads = [member for member in members if member.relation == R.HEAD]
    if not heads and head_needed:
        said = _("Belum ada kepala keluarga. Pilih seorang anggota sebagai kepala keluarga.")
        problems.append(Problem("relation", said, members[0].place if members else None))
    for extra in heads[1:]:
        said = _("Sudah ada kepala keluarga (%(name)s). Pilih hubungan lain, atau ganti dahulu kepalanya.")
        problems.append(Problem("relation", said % {"name": heads[0].name}, extra.place))
    spouses = [member for member in members if member.relation in SPOUSES]
    for extra in spouses[1:]:
        said = _("Sudah ada suami atau istri kepala keluarga (%(name)s). Pilih hubungan lain.")
        problems.append(Problem("relation", said % {"name": spouses[0].name}, extra.place))
    return problems


def family_doubts(members: Iterable[Member]) -> list[str]:
    """What is unlikely among them, each in a sentence: ages that do not fit the relation."""
    members = list(members)
    head = next((member for member in members if member.relation == R.HEAD), None)
    if head is None:
        return []
    doubts = []
    for member in members:
        if member.relation in (R.CHILD, R.GRANDCHILD):
            elder, younger = head, member
        elif member.relation in (R.PARENT, R.PARENT_IN_LAW):
            elder, younger = member, head
        else:
            continue
        least = GRANDPARENT_YEARS if member.relation == R.GRANDCHILD else PARENT_YEARS
        between = younger.birth_date.year - elder.birth_date.year
        if between < least:
            doubts.append(
                _(
                    "%(name)s tercatat sebagai %(relation)s, tetapi selisih umurnya dengan kepala keluarga %(years)s tahun."
                )
                % {"name": member.name, "relation": R(member.relation).label.lower(), "years": between}
            )
    return doubts


def member_of(person: Person | PersonEntry, place: int | None = None, *, relation: str | None = None) -> Member:
    """The person as the rules see them, with another relation if one is given."""
    kept = person.relation if relation is None else relation
    return Member(kept, person.sex, person.birth_date, person.name, place)


def choice_problems(entry: PersonEntry) -> list[Problem]:
    """What cannot be of relation, schooling, disability, occupation and pregnancy: each by itself, and beside the sex."""
    problems = []
    choices: tuple[tuple[str, Any, bool], ...] = (
        ("sex", Person.Sex, True),
        ("relation", R, True),
        ("schooling", Person.Schooling, False),
        ("disability", Person.Disability, False),
        ("occupation", Person.Occupation, False),
    )
    for field, among, needed in choices:
        chosen = getattr(entry, field)
        if chosen not in among.values and (chosen or needed):
            problems.append(Problem(field, _("Pilih satu dari daftar.")))
    if (entry.relation, entry.sex) in ((R.HUSBAND, "P"), (R.WIFE, "L")):
        said = _("Suami berjenis kelamin laki-laki dan istri perempuan. Perbaiki hubungan atau jenis kelaminnya.")
        problems.append(Problem("relation", said))
    if entry.pregnant and entry.sex == "L":
        problems.append(Problem("pregnant", _("Laki-laki tidak hamil. Perbaiki jenis kelamin, atau pilih Tidak.")))
    return problems


def _refused(refusal: Refusal) -> Problem:
    # A file's columns have names in capitals; a form's fields have not.
    if refusal.code == "nik_birth_date":
        said = _("Tanggal lahir dalam NIK berbeda dengan yang diisi. Cocokkan dengan kartu keluarga dan KTP.")
    elif refusal.code == "nik_sex":
        said = _("Jenis kelamin dalam NIK berbeda dengan yang diisi. Cocokkan dengan kartu keluarga dan KTP.")
    elif refusal.code == "date_format":
        said = _("Tanggal ini tidak ada. Periksa tanggalnya.")
    elif refusal.code in ("length", "not_digits"):  # whoever types has no spreadsheet to set right
        said = " ".join((refusal.reason, _("Ketik ulang nomornya dari kartu.")))
    else:
        said = f"{refusal.reason} {refusal.remedy}"
    return Problem(_FIELDS[refusal.field], said)


def _is_name(name: str) -> bool:
    return (
        0 < len(name) <= NAME_LIMIT
        and any(map(str.isalpha, name))
        and all(
            sign in " '’.,-/" or (sign.isalpha() and unicodedata.name(sign, "").startswith("LATIN ")) for sign in name
        )
    )
