"""Deciding about two people who may be one: they are not, or they are and one row is joined to the other; and undoing either.

The row that is joined stays, with its household, as `merged`: it is nobody's member in counts and gets no new aid. Rows that
were merged into it before point at the survivor with it, and come back with it: `merged_into` is always one step. What belongs
to people outside the registry is not known here: settings.REGISTRY names two functions, `on_merge` and `on_unmerge`, that
join and part it in the same transaction. What the first returns is kept with the merge and given to the second.

A restriction of what is done with somebody's data is the human being's, and takes two officers to lift: a merge extends it.

Locks: the pair, then both people in id order, then whatever those functions lock, then the rows merged into either.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string

from beneficiaries import merged_rows
from beneficiaries.duplicates import DECIDED_ON
from beneficiaries.errors import (
    DecisionReasonMissing,
    HeadJoined,
    MergeUndone,
    PairDecided,
    PairNotToldApart,
    PersonNotActive,
    PlaceTaken,
    SurvivorMerged,
    SurvivorNotOfPair,
)
from beneficiaries.history import telling
from beneficiaries.household_rules import family_problems, member_of
from beneficiaries.households import phone_of, tell_former_phone
from beneficiaries.models import DataRequest, DuplicatePair, Merge, Person
from beneficiaries.privacy_errors import PersonErased, ProcessingRestricted
from wallet.transactions import retried

if TYPE_CHECKING:
    from django.contrib.auth.models import User

SOURCE = "duplicates"
RESTRICTED = "restricted"  # in what is kept with a merge: the rows that were not before it
_FINGERPRINTS = f"""
SELECT person.id, {DECIDED_ON.format("person", "household")} FROM beneficiaries_person person
JOIN beneficiaries_household household ON household.id = person.household_id WHERE person.id = ANY(%s)
"""  # noqa: S608


@retried
def different(pair: DuplicatePair, by: User, reason: str) -> DuplicatePair:
    """Keeps that they are two people: not asked again until a compared field of either changes, or they share a phone.

    Raises DecisionReasonMissing, PairDecided.
    """
    reason = _required(reason)
    row = _open_pair(pair)
    _decide(row, DuplicatePair.Status.DIFFERENT, by, reason)
    return row


@retried
def reconsider(pair: DuplicatePair, reason: str) -> DuplicatePair:
    """A pair that was found to be two people waits for a decision again; the reason is for whoever keeps the history.

    Who is gone waits for none, nor does who restricted what is done with their data. Raises DecisionReasonMissing,
    PairNotToldApart, PersonNotActive, ProcessingRestricted.
    """
    _required(reason)
    row = DuplicatePair.objects.select_for_update().get(pk=pair.pk)
    if row.status != DuplicatePair.Status.DIFFERENT:
        raise PairNotToldApart
    people = _locked((row.low_id, row.high_id)).values()
    if any(person.status != Person.Status.ACTIVE for person in people):
        raise PersonNotActive
    if any(person.restricted for person in people):
        raise ProcessingRestricted
    row.status, row.decided_by, row.decided_at, row.decision = DuplicatePair.Status.OPEN, None, None, ""
    row.save(update_fields=["status", "decided_by", "decided_at", "decision"])
    return row


@retried
def merge(pair: DuplicatePair, survivor: Person, by: User, reason: str) -> Merge:
    """Joins the other row of the pair to the survivor, with enrolments and wallet, all or nothing.

    A head with others at home is not joined before there is another head. The joined row's telephone is told, if it is another
    than the survivor's, as one that was replaced. Where one of them restricted what is done with their data, both are. Raises
    DecisionReasonMissing, PairDecided, PersonNotActive, SurvivorNotOfPair, HeadJoined; MergeRefused in the words of whoever
    keeps the aid.
    """
    reason = _required(reason)
    with telling(source=SOURCE, by=by, reason=reason):
        row = _open_pair(pair)
        if survivor.pk not in (row.low_id, row.high_id):
            raise SurvivorNotOfPair
        people = _locked((row.low_id, row.high_id))
        if any(person.status != Person.Status.ACTIVE for person in people.values()):
            raise PersonNotActive
        stays = people.pop(survivor.pk)
        [joined] = people.values()
        if joined.relation == Person.Relation.HEAD and _at_home_with(joined):
            raise HeadJoined
        kept: dict[str, Any] = _hook("on_merge")(stays, joined, by=by, reason=reason)
        Person.objects.filter(merged_into=joined).update(merged_into=stays)
        Person.objects.filter(pk=joined.pk).update(status=Person.Status.MERGED, merged_into=stays)
        if stays.restricted or joined.restricted:
            kept |= {RESTRICTED: _restrict(stays)}
        tell_former_phone(phone_of(joined), phone_of(stays))
        _decide(row, DuplicatePair.Status.MERGED, by, reason)
        changed = joined.wallet_id is not None and merged_rows.other_phone(stays, joined)  # as they were
        return Merge.objects.create(
            pair=row, survivor=stays, merged=joined, kept=kept, phone_changed=changed, by=by, reason=reason
        )


@retried
def unmerge(done: Merge, by: User, reason: str) -> Merge:
    """Parts the two rows as they were before; the pair counts as two people from then on.

    Whom the merge alone restricted is restricted no longer, unless it was asked for since. Merges into one survivor may be
    undone in any order, but not while the survivor is merged itself. Raises DecisionReasonMissing, MergeUndone, SurvivorMerged,
    PersonErased, PlaceTaken; MergeRefused if aid or money has gone where it cannot be parted.
    """
    reason = _required(reason)
    with telling(source=SOURCE, by=by, reason=reason):
        pair = DuplicatePair.objects.select_for_update().get(pk=done.pair_id)
        row = Merge.objects.select_for_update().get(pk=done.pk)
        if row.undone_at is not None:
            raise MergeUndone
        people = _locked((row.survivor_id, row.merged_id))
        survivor, joined = people[row.survivor_id], people[row.merged_id]
        if survivor.status == Person.Status.MERGED:
            raise SurvivorMerged
        if survivor.erased_at or joined.erased_at:
            raise PersonErased
        if family_problems(map(member_of, [*_at_home_with(joined), joined]), head_needed=False):
            raise PlaceTaken
        _hook("on_unmerge")(survivor, joined, row.kept, by=by, reason=reason)
        Person.objects.filter(pk=joined.pk).update(status=Person.Status.ACTIVE, merged_into=None)
        Person.objects.filter(pk__in=came_with(joined)).update(merged_into=joined)
        _release(row)
        row.undone_by, row.undone_at, row.undone_reason = by, timezone.now(), reason
        row.save(update_fields=["undone_by", "undone_at", "undone_reason"])
        _decide(pair, DuplicatePair.Status.DIFFERENT, by, reason)
        return row


def _hook(name: str) -> Any:
    return import_string(settings.REGISTRY[name])


def _required(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise DecisionReasonMissing
    return reason


def _open_pair(pair: DuplicatePair) -> DuplicatePair:
    row = DuplicatePair.objects.select_for_update().get(pk=pair.pk)
    if row.status != DuplicatePair.Status.OPEN:
        raise PairDecided(status=row.get_status_display())
    return row


def _locked(people: Iterable[int]) -> dict[int, Person]:
    rows = Person.objects.select_for_update(of=("self",)).filter(pk__in=people).order_by("pk")
    return {person.pk: person for person in rows}


def _at_home_with(person: Person) -> list[Person]:
    """The active members of the household beside them."""
    home = Person.objects.filter(household=person.household_id, status=Person.Status.ACTIVE)
    return list(home.exclude(pk=person.pk).order_by("pk"))


def _rows_of(number: int) -> QuerySet[Person]:
    return Person.objects.filter(Q(pk=number) | Q(merged_into=number))


def _restrict(stays: Person) -> list[int]:
    """Every row of the human being is restricted, as a request would have it; returns which were not."""
    numbers = list(_rows_of(stays.pk).filter(restricted=False).order_by("pk").values_list("pk", flat=True))
    Person.objects.filter(pk__in=numbers).update(restricted=True)
    return numbers


def _release(undone: Merge) -> None:
    """Each of the two is as before, but for whom a row restricts that the merge found so, or a request since then."""
    sides = [_rows_of(undone.survivor_id), _rows_of(undone.merged_id)]
    asked = DataRequest.objects.filter(
        kind=DataRequest.Kind.RESTRICTION, state=DataRequest.State.DONE, decided_at__gte=undone.at
    )
    by_merge = undone.kept.get(RESTRICTED, [])
    if any(asked.filter(person__in=rows).exists() for rows in sides):
        return
    for rows in sides:
        if not rows.filter(restricted=True).exclude(pk__in=by_merge).exists():
            rows.filter(pk__in=by_merge).update(restricted=False)


def came_with(joined: Person) -> list[int]:
    """The rows that were merged into this one, however deep, before it was merged itself."""
    found: list[int] = []
    into = [joined.pk]
    while into:
        into = list(Merge.objects.filter(survivor__in=into, undone_at=None).values_list("merged", flat=True))
        found += into
    return found


def _decide(pair: DuplicatePair, status: DuplicatePair.Status, by: User, reason: str) -> None:
    """Notes the decision, and what of both people it was made on."""
    now = _fingerprints((pair.low_id, pair.high_id))
    pair.low_fingerprint, pair.high_fingerprint = now[pair.low_id], now[pair.high_id]
    pair.status, pair.decided_by, pair.decided_at, pair.decision = status, by, timezone.now(), reason
    pair.save()


def _fingerprints(people: Iterable[int]) -> dict[int, UUID]:
    with connection.cursor() as cursor:
        cursor.execute(_FINGERPRINTS, [list(people)])
        return dict(cursor.fetchall())
