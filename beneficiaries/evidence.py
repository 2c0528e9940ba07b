"""Evidence about people and households: told by an agency or an office, superseded by newer, contested, never overwritten."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from itertools import chain
from typing import Any, TypeVar

from django.contrib.auth.models import User
from django.db import OperationalError, connection, transaction
from django.db.models import BinaryField, F, Func, Q, QuerySet
from django.utils import timezone

from beneficiaries import evidence_values as values
from beneficiaries import identity
from beneficiaries.errors import FieldRefused
from beneficiaries.models import Evidence, EvidenceKind, EvidenceSource, Household, Person
from beneficiaries.models.evidence import EVIDENCE_LOCK
from beneficiaries.refusals import Refusal
from beneficiaries.screening_errors import EvidenceBusy, EvidenceContested
from wallet.transactions import retried

T = TypeVar("T")
SOURCE_LIMIT = 100
PATIENCE = 5.0  # seconds that who waits for an answer waits for a file
LOCK_NOT_AVAILABLE = "55P03"


class Outcome(Enum):
    """What became of one piece of evidence."""

    ADDED = "added"
    KNOWN = "known"  # told before, word for word: nothing was written
    REFERENCE_TAKEN = "reference_taken"  # the sender used this reference for something else
    NOT_KNOWN = "not_known"  # the registry has nobody of that number, or has just forgotten them


@dataclass(frozen=True, slots=True)
class Told:
    """One piece of evidence, checked, of a subject known by its number in the clear: `nik` or `kk`, the other empty."""

    nik: str
    kk: str
    kind: str
    value: dict[str, Any]
    source: str
    fact_date: date
    valid_until: date | None = None
    document: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom evidence is about: one of the two."""

    person: int | None = None
    household: int | None = None


@dataclass(slots=True)
class _Fold:
    """Rows of one group on their way in."""

    new: list[Evidence] = field(default_factory=list)
    superseded: list[int] = field(default_factory=list)


def read(told: dict[str, Any], *, today: date) -> Told | list[Refusal]:
    """Evidence from its fields as a sender writes them, or everything wrong with it (never an empty list).

    Fields: nik, kk, kind, value, source, date, valid_until, document, reference; dates as ``YYYY-MM-DD``.
    """
    refusals: list[Refusal] = []
    nik, kk, kind = (str(told.get(name) or "") for name in ("nik", "kk", "kind"))
    if bool(nik) == bool(kk):
        refusals.append(Refusal("nik", "one_number"))
    elif refusal := identity.nik_refusal(nik) if nik else identity.kk_refusal(kk):
        refusals.append(Refusal(refusal.field.lower(), refusal.code, refusal.data))
    value: dict[str, Any] = {}
    if kind not in EvidenceKind.values:
        refusals.append(Refusal("kind", "choice", {"choices": ", ".join(EvidenceKind.values)}))
    else:
        value, wrong = values.read(kind, told.get("value"))
        refusals += wrong
        if kk and kind in values.FOR_PEOPLE:
            refusals.append(Refusal("kk", "needs_nik"))
        if nik and kind in values.FOR_HOUSEHOLDS:
            refusals.append(Refusal("nik", "needs_kk"))

    def tried(reader: Callable[[], T]) -> T | None:
        try:
            return reader()
        except FieldRefused as error:
            refusals.append(error.refusal)
            return None

    source = tried(lambda: values.text("source", told.get("source"), SOURCE_LIMIT))
    document = tried(lambda: values.text("document", told.get("document"), SOURCE_LIMIT, empty=True))
    reference = tried(lambda: values.text("reference", told.get("reference"), 64, empty=True))
    fact_date = tried(lambda: values.day("date", told.get("date"), today=today))
    ends = told.get("valid_until")
    valid_until = tried(lambda: values.day("valid_until", ends)) if ends else None
    if fact_date and valid_until and valid_until < fact_date:
        refusals.append(Refusal("valid_until", "evidence_ends_early"))
    if refusals or source is None or document is None or reference is None or fact_date is None:
        return refusals
    return Told(nik, kk, kind, value, source, fact_date, valid_until, document, reference)


def subjects(told: Iterable[Told]) -> list[Subject | None]:
    """Whom each is about, in two queries; None for a number that the registry does not have. Who was merged is the other."""
    told = list(told)
    niks = {one.nik: Person.nik.indexes_of(one.nik) for one in told if one.nik}
    kks = {one.kk: Household.kk.indexes_of(one.kk) for one in told if one.kk}
    people = {
        bytes(index): merged or pk
        for index, pk, merged in Person.objects.filter(nik_index__in=list(chain(*niks.values()))).values_list(
            "nik_index", "pk", "merged_into"
        )
        if index is not None
    }
    households = {
        bytes(index): pk
        for index, pk in Household.objects.filter(kk_index__in=list(chain(*kks.values()))).values_list("kk_index", "pk")
        if index is not None
    }

    def among(known: dict[bytes, int], indexes: list[bytes]) -> int | None:
        return next((known[index] for index in indexes if index in known), None)

    found: list[Subject | None] = []
    for one in told:
        person = among(people, niks[one.nik]) if one.nik else None
        household = among(households, kks[one.kk]) if one.kk else None
        found.append(Subject(person, household) if person or household else None)
    return found


@retried
def record(
    rows: Sequence[tuple[Subject | None, Told]],
    *,
    by: User | None = None,
    sent_by: EvidenceSource | None = None,
    patience: float | None = None,
) -> list[Outcome]:
    """Keeps evidence, set by set, and says what became of each; telling it again writes nothing.

    Each comes with whom `subjects` found; of nobody, or of somebody erased since, nothing is kept.
    Newer evidence (by the fact's date, then by arrival) of the same subject, kind and item supersedes older; older that
    arrives late is kept as superseded already. Writers go one after the other; `patience` is how many seconds this one
    waits (None: for ever). Raises EvidenceBusy.
    """
    _wait_for_turn(patience)
    known = _still_known({subject for subject, _told in rows if subject})
    kept: list[Outcome] = []
    for group in _without_repeats([(subject, told) for subject, told in rows if subject and subject in known]):
        kept += _record_group(group, by, sent_by)
    outcomes = iter(kept)
    return [next(outcomes) if subject in known else Outcome.NOT_KNOWN for subject, _told in rows]


def _wait_for_turn(patience: float | None) -> None:
    """Waits for the line of writers, and stays at its head until the transaction ends."""
    limit = "0" if patience is None else f"{round(1000 * patience)}ms"
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [limit])
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [EVIDENCE_LOCK])
            cursor.execute("SELECT set_config('lock_timeout', '0', true)")
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", None) == LOCK_NOT_AVAILABLE:
            raise EvidenceBusy from None
        raise


def _still_known(about: set[Subject]) -> set[Subject]:
    """Those whom the registry still has; nobody erases them before the transaction ends.

    An erasure locks the person, and empties a household's index, which is a key: this lock waits for either, and
    whoever changes anything else goes on. Households first, then people, as whoever changes a household locks them; an
    erasure comes to the household last, so that one of the two may have to begin again.
    """
    households = [one.household for one in about if one.household]
    people = [one.person for one in about if one.person]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM beneficiaries_household WHERE id = ANY(%s) AND kk_index IS NOT NULL"
            " ORDER BY id FOR KEY SHARE",
            [households],
        )
        found = {Subject(household=number) for (number,) in cursor.fetchall()}
        cursor.execute(
            "SELECT id FROM beneficiaries_person WHERE id = ANY(%s) AND erased_at IS NULL ORDER BY id FOR KEY SHARE",
            [people],
        )
        return found | {Subject(person=number) for (number,) in cursor.fetchall()}


Index = bytes | None
Key = tuple[int | None, int | None, str, str, Index]


def _indexes(told: Told) -> list[Index]:
    """What the thing's number may stand as in the database: under each key, the one in use first."""
    number = values.number_of(told.kind, told.value)
    return list(Evidence.number.indexes_of(number)) if number else [None]


def _keys(subject: Subject, told: Told) -> list[Key]:
    item = values.item_of(told.kind, told.value)
    return [(subject.person, subject.household, told.kind, item, index) for index in _indexes(told)]


def _without_repeats(rows: Iterable[tuple[Subject, Told]]) -> Iterable[list[tuple[Subject, Told]]]:
    """The rows in order, cut where a thing or a reference comes for the second time: each part is written as one set."""
    group: list[tuple[Subject, Told]] = []
    seen: set[Any] = set()
    for subject, told in rows:
        marks: set[Any] = {_keys(subject, told)[0]} | ({told.reference} if told.reference else set())
        if seen & marks:
            yield group
            group, seen = [], set()
        group.append((subject, told))
        seen |= marks
    if group:
        yield group


def _fingerprint(subject: Subject, told: Told) -> bytes:
    said = [
        subject.person,
        subject.household,
        told.kind,
        values.without_number(told.kind, told.value),
        told.source,
        told.fact_date.isoformat(),
        told.valid_until.isoformat() if told.valid_until else "",
        told.document,
    ]
    return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).digest()


def _record_group(group: list[tuple[Subject, Told]], by: User | None, sent_by: EvidenceSource | None) -> list[Outcome]:
    prints = [_fingerprint(subject, told) for subject, told in group]
    rows = Evidence.objects.filter(fingerprint__in=prints).values_list("fingerprint", "number_index")
    known = {(bytes(one), _bytes(index)) for one, index in rows}
    taken: dict[str, tuple[bytes, Index]] = {}
    if sent_by is not None:
        references = [told.reference for _subject, told in group if told.reference]
        sent = Evidence.objects.filter(sent_by=sent_by, reference__in=references)
        columns = sent.values_list("reference", "fingerprint", "number_index")
        taken = {name: (bytes(one), _bytes(index)) for name, one, index in columns}
    newest = _newest([subject for subject, _told in group])
    fold, outcomes, now = _Fold(), [], timezone.now()
    for (subject, told), fingerprint in zip(group, prints, strict=True):
        same = {(fingerprint, index) for index in _indexes(told)}
        if told.reference in taken and taken[told.reference] not in same:
            outcomes.append(Outcome.REFERENCE_TAKEN)
            continue
        if same & known:
            outcomes.append(Outcome.KNOWN)
            continue
        before = next((newest[key] for key in _keys(subject, told) if key in newest), None)
        late = before is not None and before[1] > told.fact_date
        if before is not None and not late:
            fold.superseded.append(before[0])
        row = Evidence(
            person_id=subject.person,
            household_id=subject.household,
            kind=told.kind,
            item=values.item_of(told.kind, told.value),
            value=values.without_number(told.kind, told.value),
            source=told.source,
            fact_date=told.fact_date,
            valid_until=told.valid_until,
            document=told.document,
            fingerprint=fingerprint,
            supersedes_id=before[0] if before is not None and not late else None,
            superseded_at=now if late else None,
            by=by,
            sent_by=sent_by,
            reference=told.reference if sent_by else "",
        )
        row.number = values.number_of(told.kind, told.value)
        fold.new.append(row)
        outcomes.append(Outcome.ADDED)
    Evidence.objects.filter(pk__in=fold.superseded).update(superseded_at=now)
    Evidence.objects.bulk_create(fold.new)
    return outcomes


def _newest(about: list[Subject]) -> dict[Key, tuple[int, date]]:
    people = {subject.person for subject in about if subject.person}
    households = {subject.household for subject in about if subject.household}
    rows = Evidence.objects.filter(
        Q(person__in=people) | Q(household__in=households), superseded_at__isnull=True
    ).values_list("person_id", "household_id", "kind", "item", "number_index", "pk", "fact_date")
    return {(person, home, kind, item, _bytes(index)): (pk, day) for person, home, kind, item, index, pk, day in rows}


def _bytes(index: Any) -> Index:
    return None if index is None else bytes(index)


def contest(evidence: Evidence, by: User, reason: str) -> None:
    """It counts no more: a car that was sold, but is still registered to whoever sold it. It stays on file.

    Raises EvidenceContested if it is contested or superseded already.
    """
    hit = Evidence.objects.filter(pk=evidence.pk, contested_at__isnull=True, superseded_at__isnull=True).update(
        contested_at=timezone.now(), contest_reason=reason, contested_by=by
    )
    if not hit:
        raise EvidenceContested
    evidence.refresh_from_db()


def forget_numbers(rows: QuerySet[Evidence]) -> int:
    """The rows stay without their plates and tax numbers, and so without what makes telling them again the same."""
    # Any bytes that are no other row's, and no digest's.
    unlike = Func(F("uid"), function="uuid_send", output_field=BinaryField())
    return rows.update(number_sealed=b"", number_index=None, fingerprint=unlike)
