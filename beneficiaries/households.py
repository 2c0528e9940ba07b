"""People and households changed by hand: registered, added, moved, corrected, deceased, another head, closed.

Each deed is one transaction: it locks the households it touches (by number, then their members by number), checks, changes, and
is kept in the history with its officer and reason. `seen` is the `version_of` the household that the officer looked at: if
somebody changed it since, the deed is refused and says so. The digests of imports stay: the same file undoes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from beneficiaries import registry_lock
from beneficiaries.errors import BeneficiaryError
from beneficiaries.history import telling
from beneficiaries.household_rules import (
    EntryRefused,
    HomeEntry,
    Member,
    PersonEntry,
    Problem,
    clean_home,
    clean_person,
    family_doubts,
    family_problems,
    member_of,
)
from beneficiaries.models import Change, Household, Person
from vault.sealing import CannotOpen, index_keys
from wallet.transactions import retried

if TYPE_CHECKING:
    from django.contrib.auth.models import User

SOURCE = "office"
R, S = Person.Relation, Person.Status
REASON_LIMIT = 500


class ReasonMissing(BeneficiaryError):
    code = "reason_missing"
    message = _("Tulis alasannya; alasan disimpan dalam riwayat.")


class ChangedMeanwhile(BeneficiaryError):
    code = "changed_meanwhile"
    message = _("Data keluarga ini diubah orang lain sejak halaman dibuka. Muat ulang, periksa, lalu ulangi.")


class Doubtful(BeneficiaryError):
    """Unlikely, not impossible: repeat the deed with `despite` telling why it is so. `doubts` are sentences."""

    code = "doubtful"
    message = _("%(said)s Bila memang benar, jelaskan sebabnya lalu simpan lagi.")

    def __init__(self, doubts: Sequence[str]) -> None:
        self.doubts = list(doubts)
        super().__init__(said=" ".join(doubts))


class KkKnown(BeneficiaryError):
    code = "kk_known"
    message = _("Nomor KK ini sudah terdaftar. Cari keluarganya, lalu tambahkan anggotanya di sana.")


class NikKnown(BeneficiaryError):
    code = "nik_known"
    message = _("NIK ini sudah terdaftar. Cari orangnya, lalu pindahkan ke keluarga ini bila memang pindah.")


class NotHere(BeneficiaryError):
    code = "not_here"
    message = _(
        "Orang ini sudah meninggal, digabung dengan data lain, atau dihapus datanya, jadi tidak dapat diubah di sini."
    )


class SameHousehold(BeneficiaryError):
    code = "same_household"
    message = _("Orang ini sudah menjadi anggota keluarga itu. Pilih keluarga lain.")


class HeadLeaves(BeneficiaryError):
    code = "head_leaves"
    message = _("Orang ini kepala keluarga. Ganti dahulu kepala keluarganya, lalu ulangi.")


class AlreadyClosed(BeneficiaryError):
    code = "already_closed"
    message = _("Keluarga ini sudah tidak punya anggota aktif.")


class DeathDateWrong(BeneficiaryError):
    code = "death_date_wrong"
    message = _("Tanggal meninggal tidak boleh sebelum tanggal lahir atau sesudah hari ini. Periksa aktanya.")


def version_of(household: Household) -> str:
    """What changes whenever the household or one of its members does; compares as text, and means nothing else."""
    members = list(household.members.values_list("pk", flat=True))
    of_home = Change.objects.filter(household=household).aggregate(last=Max("pk"))["last"] or 0
    of_members = Change.objects.filter(person__in=members).aggregate(last=Max("pk"))["last"] or 0
    return f"{max(of_home, of_members)}.{len(members)}"


@retried
def register(home: HomeEntry, members: Sequence[PersonEntry], *, by: User, reason: str, despite: str = "") -> Household:
    """A new household with its members, one of them the head.

    Raises EntryRefused (all that is wrong at once), Doubtful, KkKnown, NikKnown, ReasonMissing.
    """
    problems: list[Problem] = []
    cleaned: list[PersonEntry] = []
    try:
        home = clean_home(home)
    except EntryRefused as error:
        problems += error.problems
    for place, entry in enumerate(members):
        try:
            cleaned.append(clean_person(entry, today=timezone.localdate(), member=place))
        except EntryRefused as error:
            problems += error.problems
    family = [member_of(entry, place) for place, entry in enumerate(members)]
    problems += family_problems(family, head_needed=True)
    niks = [entry.nik for entry in members]
    for place, nik in enumerate(niks):
        if nik in niks[:place]:
            problems.append(Problem("nik", str(_("NIK ini diisi dua kali. Periksa kartunya.")), place))
    if problems:
        raise EntryRefused(problems)
    with _told(by, reason, family, despite):
        _alone_while_keys_change()
        if Household.objects.with_kk(home.kk).exists():
            raise KkKnown
        household = Household(kelurahan=home.kelurahan, decile=home.decile, rt=home.rt, rw=home.rw)
        household.kk, household.address = home.kk, home.address
        save(household)
        for entry in cleaned:
            _add(household, entry)
    return household


@retried
def add_member(
    household: Household, entry: PersonEntry, *, seen: str, by: User, reason: str, despite: str = ""
) -> Person:
    """A person who was not known yet, as a member. Raises as `register`, and ChangedMeanwhile."""
    entry = clean_person(entry, today=timezone.localdate())
    with transaction.atomic():
        _alone_while_keys_change()
        active = _active(_locked(household, seen=seen))
        family = [*map(member_of, active), member_of(entry)]
        _refuse(family)
        with _told(by, reason, family, despite):
            return _add(household, entry)


@retried
def move_member(
    person: Person,
    to: Household,
    relation: str,
    *,
    seen: str,
    by: User,
    reason: str,
    despite: str = "",
    source: str = SOURCE,
) -> Person:
    """The person lives with another household from now on; one who had left the registry is active again.

    `seen` is the version of the household left. A head with others at home does not leave before there is another head.
    The programmes are told within the transaction (settings.REGISTRY, `on_move`).
    Raises ChangedMeanwhile, HeadLeaves, SameHousehold, NotHere, EntryRefused, Doubtful, ReasonMissing.
    """
    with transaction.atomic():
        there = _locked(person.household, to, seen=seen)
        person = _one(there, person)
        if person.status not in (S.ACTIVE, S.LEFT) or person.erased_at:
            raise NotHere
        if person.household_id == to.pk and person.status == S.ACTIVE:
            raise SameHousehold
        staying = [one for one in _active(there) if one.household_id == person.household_id and one.pk != person.pk]
        if person.status == S.ACTIVE and person.relation == R.HEAD and staying:
            raise HeadLeaves
        _refuse_relation(person.sex, relation)
        family = [member_of(one) for one in _active(there) if one.household_id == to.pk and one.pk != person.pk]
        family.append(member_of(person, relation=relation))
        _refuse(family)
        with _told(by, reason, family, despite, source):
            person.household, person.relation, person.status = to, relation, S.ACTIVE
            person.save(update_fields=["household", "relation", "status"])
            import_string(settings.REGISTRY["on_move"])(person, by=by, reason=reason)
    return person


@retried
def correct_person(
    person: Person, entry: PersonEntry, *, seen: str, by: User, reason: str, despite: str = ""
) -> Person:
    """The person as entered, from now on. Raises as `add_member`, and NotHere."""
    entry = clean_person(entry, today=timezone.localdate())
    with transaction.atomic():
        _alone_while_keys_change()
        members = _locked(person.household, seen=seen)
        person = _one(members, person)
        if person.status not in (S.ACTIVE, S.LEFT) or person.erased_at:
            raise NotHere
        family = [member_of(one) for one in _active(members) if one.pk != person.pk]
        if person.status == S.ACTIVE:
            if person.relation == R.HEAD and entry.relation != R.HEAD and family:
                raise HeadLeaves
            family.append(member_of(entry))
            _refuse(family)
        with _told(by, reason, family, despite):
            if person.nik != entry.nik:
                if Person.objects.with_nik(entry.nik).exclude(pk=person.pk).exists():
                    raise NikKnown
                person.nik = entry.nik
            former = phone_of(person)
            _fill(person, entry)
            save(person)
            tell_former_phone(former, entry.phone)
    return person


def phone_of(person: Person) -> str:
    """The person's telephone; empty if there is none, or none that opens."""
    try:
        return person.phone
    except CannotOpen:
        return ""


def tell_former_phone(former: str, phone: str) -> None:
    """A telephone that is replaced is told so (settings.REGISTRY, `on_phone`), in the caller's transaction."""
    if former and former != phone:
        import_string(settings.REGISTRY["on_phone"])(former)


@retried
def correct_household(household: Household, entry: HomeEntry, *, seen: str, by: User, reason: str) -> Household:
    """The household as entered, from now on. Raises EntryRefused, KkKnown, ChangedMeanwhile, ReasonMissing."""
    entry = clean_home(entry)
    with transaction.atomic():
        _alone_while_keys_change()
        _locked(household, seen=seen)
        household = Household.objects.get(pk=household.pk)
        with _told(by, reason, [], ""):
            if household.kk != entry.kk:
                if Household.objects.with_kk(entry.kk).exclude(pk=household.pk).exists():
                    raise KkKnown
                household.kk = entry.kk
            if household.address != entry.address:  # sealed anew, it would be told as a change
                household.address = entry.address
            household.kelurahan, household.decile = entry.kelurahan, entry.decile
            household.rt, household.rw = entry.rt, entry.rw
            save(household)
    return household


@retried
def change_head(
    household: Household, relations: Mapping[int, str], *, seen: str, by: User, reason: str, despite: str = ""
) -> None:
    """Every active member's relation anew, for all of them are told from the head: person's id → relation.

    Raises EntryRefused, Doubtful, ChangedMeanwhile, ReasonMissing.
    """
    with transaction.atomic():
        active = _active(_locked(household, seen=seen))
        if set(relations) != {person.pk for person in active}:
            raise ChangedMeanwhile
        for place, person in enumerate(active):
            _refuse_relation(person.sex, relations[person.pk], place)
        family = [member_of(person, place, relation=relations[person.pk]) for place, person in enumerate(active)]
        _refuse(family, head_needed=True)
        with _told(by, reason, family, despite):
            for person in active:
                if person.relation != relations[person.pk]:
                    person.relation = relations[person.pk]
                    person.save(update_fields=["relation"])


@retried
def mark_deceased(person: Person, on: date, *, seen: str, by: User, reason: str) -> Person:
    """The person died on that day. A head with others at home is replaced first.

    Raises DeathDateWrong, HeadLeaves, NotHere, ChangedMeanwhile, ReasonMissing.
    """
    with transaction.atomic():
        members = _locked(person.household, seen=seen)
        person = _one(members, person)
        if person.status not in (S.ACTIVE, S.LEFT) or person.erased_at:
            raise NotHere
        if not person.birth_date <= on <= timezone.localdate():
            raise DeathDateWrong
        others = [one for one in _active(members) if one.pk != person.pk]
        if person.status == S.ACTIVE and person.relation == R.HEAD and others:
            raise HeadLeaves
        with _told(by, reason, [], ""):
            person.status, person.deceased_on, person.pregnant = S.DECEASED, on, None
            person.save(update_fields=["status", "deceased_on", "pregnant"])
    return person


@retried
def close(household: Household, *, seen: str, by: User, reason: str) -> int:
    """Whoever is active in it leaves the registry; returns how many. Raises AlreadyClosed, ChangedMeanwhile, ReasonMissing."""
    with transaction.atomic():
        active = _active(_locked(household, seen=seen))
        if not active:
            raise AlreadyClosed
        with _told(by, reason, [], ""):
            Person.objects.filter(pk__in=[person.pk for person in active]).update(status=S.LEFT)
    return len(active)


def _told(by: User, reason: str, family: Sequence[Member], despite: str, source: str = SOURCE) -> Any:
    """The history's frame, once there is a reason and no doubt is left without an answer."""
    reason, despite = " ".join(reason.split()), " ".join(despite.split())
    if not reason:
        raise ReasonMissing
    doubts = family_doubts(family)
    if doubts and not despite:
        raise Doubtful(doubts)
    told = f"{reason} ({despite})" if doubts else reason
    return telling(source=source, by=by, reason=told[:REASON_LIMIT])


def _alone_while_keys_change() -> None:
    """While the blind index has several keys, the unique columns alone do not know a number under the other key.

    Whoever enters a number then stands in line with imports, before any row is locked, and looks under every key. With one
    key nobody waits.
    """
    if len(index_keys()) > 1:
        registry_lock.wait()


def _locked(*households: Household, seen: str) -> list[Person]:
    """The members of the households, all locked; `seen` is the first one's version. Raises ChangedMeanwhile."""
    homes = sorted({household.pk for household in households})
    list(Household.objects.select_for_update().filter(pk__in=homes).order_by("pk").values_list("pk"))
    members = list(Person.objects.select_for_update().filter(household__in=homes).order_by("pk"))
    if version_of(households[0]) != seen:
        raise ChangedMeanwhile
    return members


def _one(members: Sequence[Person], person: Person) -> Person:
    """The person as locked. Raises ChangedMeanwhile if they have moved away."""
    found = next((one for one in members if one.pk == person.pk), None)
    if found is None:
        raise ChangedMeanwhile
    return found


def refuse_family(person: Person, family: Sequence[Person], *, was_head: bool) -> None:
    """Whether the person, as corrected, can live with the other active members. Raises HeadLeaves, EntryRefused."""
    if was_head and person.relation != R.HEAD and family:
        raise HeadLeaves
    _refuse([*map(member_of, family), member_of(person)])


def _active(members: Sequence[Person]) -> list[Person]:
    return [person for person in members if person.status == S.ACTIVE]


def _refuse(family: Sequence[Member], *, head_needed: bool = False) -> None:
    if problems := family_problems(family, head_needed=head_needed):
        raise EntryRefused(problems)


def _refuse_relation(sex: str, relation: str, place: int | None = None) -> None:
    if relation not in R.values:
        raise EntryRefused([Problem("relation", str(_("Pilih satu dari daftar.")), place)])
    if (relation, sex) in ((R.HUSBAND, "P"), (R.WIFE, "L")):
        said = _("Suami berjenis kelamin laki-laki dan istri perempuan. Perbaiki hubungan atau jenis kelaminnya.")
        raise EntryRefused([Problem("relation", str(said), place)])


def _add(household: Household, entry: PersonEntry) -> Person:
    if Person.objects.with_nik(entry.nik).exists():
        raise NikKnown
    person = Person(household=household)
    person.nik = entry.nik
    _fill(person, entry)
    save(person)
    return person


def _fill(person: Person, entry: PersonEntry) -> None:
    for field in ("name", "sex", "birth_date", "relation", "schooling", "disability", "occupation", "pregnant"):
        setattr(person, field, getattr(entry, field))
    if person.phone != entry.phone:  # sealed anew, it would be told as a change
        person.phone = entry.phone


def save(row: Household | Person) -> None:
    """Saved, or the number that somebody else registered at the same moment is told of. Raises NikKnown, KkKnown."""
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""
        if "nik_index" in name:
            raise NikKnown from None
        if "kk_index" in name:
            raise KkKnown from None
        raise
