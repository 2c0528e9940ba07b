"""Who belonged to which household when, as the history of the registry tells.

What is known of a household is told to each of its people for their own time there, and to nobody for another's. Their time
begins when the registry first had them there, and ends with the move away; a row that was merged into another belongs to its
household up to the merge. Where the history tells of no beginning, there is none: it is older than the history.

The history's contents are dropped after some time (`beneficiaries.retention`); the number of the household that somebody left
stays, and the moment, so that what is told of here never comes to be another's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import F, Q
from django.utils import timezone

from beneficiaries.models import Change, Merge, Person
from beneficiaries.spans import Span, united, within


class _Turn(NamedTuple):
    """Somebody was added, or left the household `left`, by what `source` told."""

    person: int
    left: int | None
    at: datetime
    source: str


def of(people: Sequence[Person]) -> dict[int, list[Span]]:
    """The households of a human being, by number, each with the times there, the earliest first; three queries.

    `people` are all the rows of the human being, the survivor first (`merged_rows.of`): so is the survivor's household.
    """
    numbers = [person.pk for person in people]
    merged_at = dict(Merge.objects.filter(merged__in=numbers, undone_at=None).values_list("merged", "at"))
    turns = _turns(numbers)
    changed_at = _changed_at({turn.left for row in turns.values() for turn in row if turn.left})
    times: dict[int, list[Span]] = {people[0].household_id: []}
    for person in people:
        for household, span in _of_row(person, turns[person.pk], merged_at.get(person.pk), changed_at):
            times.setdefault(household, []).append(span)
    told = {household: united(spans) for household, spans in times.items()}
    return {household: spans for household, spans in told.items() if spans}


def during(households: Mapping[int, list[Span]], column: str, moment: str, lasting: tuple[str, str] | None = None) -> Q:
    """The rows of those households, by the column that has it, of those times, by the column that has the row's moment.

    `lasting` names the columns of a row's first day and of the day that it ends before, if it has one: the row is also of
    those who came later, if a day of it is of their time.
    """
    wanted = Q(pk__in=[])
    for household, spans in households.items():
        for span in spans:
            of_span = within(moment, span)
            if lasting is not None:
                of_span |= _lasted_into(span, moment, *lasting)
            wanted |= Q((column, household)) & of_span
    return wanted


def _lasted_into(span: Span, moment: str, first: str, end: str) -> Q:
    """That it was before the span began, and that one of its days is the span's; what ends on its first day has none."""
    since, until = span
    if since is None:
        return Q(pk__in=[])
    goes_on = Q((f"{end}__gt", timezone.localdate(since)), (f"{end}__gt", F(first)))
    lasted = Q((f"{moment}__lt", since)) & (Q((f"{end}__isnull", True)) | goes_on)
    return lasted if until is None else lasted & Q((f"{first}__lte", timezone.localdate(until)))


def _turns(people: Sequence[int]) -> dict[int, list[_Turn]]:
    """Of each person, the last first."""
    found: dict[int, list[_Turn]] = defaultdict(list)
    told = Change.objects.filter(Q(kind=Change.Kind.ADDED) | Q(before__has_key="household_id"), person__in=people)
    for row in told.order_by("-pk").values_list("person", F("before__household_id"), "at", "source"):
        turn = _Turn(*row)
        found[turn.person].append(turn)
    return found


def _changed_at(households: Collection[int]) -> dict[tuple[int, str], datetime]:
    """When which import changed the households. Those who stay tell what changes with a move, and it is told before the move."""
    told = Change.objects.filter(household__in=households, kind=Change.Kind.CHANGED, source__startswith="import:")
    return {(row[0], row[1]): row[2] for row in told.order_by("-pk").values_list("household", "source", "at")}


def _of_row(
    person: Person,
    turns: Sequence[_Turn],
    merged_at: datetime | None,
    changed_at: Mapping[tuple[int, str], datetime],
) -> Iterable[tuple[int, Span]]:
    """The row's households, the last first."""
    household, until = person.household_id, merged_at
    for turn in _without_undone(turns):
        yield household, (turn.at, until)
        if turn.left is None:
            return
        household = turn.left
        left_at = min(turn.at, changed_at.get((household, turn.source), turn.at))
        until = min(left_at, merged_at) if merged_at else left_at
    yield household, (None, until)


def _without_undone(turns: Sequence[_Turn]) -> list[_Turn]:
    """But for the moves of imports that were taken back (`registry_undo`): nobody moved."""
    undone = {turn.source.removeprefix("undo:") for turn in turns if turn.source.startswith("undo:")}
    seeming = {f"{kind}:{number}" for number in undone for kind in ("import", "undo")}
    return [turn for turn in turns if turn.source not in seeming]
