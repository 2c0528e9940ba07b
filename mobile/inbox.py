"""What a person was told, in the application: the newest first, and whether they have read it, whichever device they hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from beneficiaries import merged_rows
from beneficiaries.models import Person
from mobile import notice_channels, notice_words
from mobile.errors import NoticeUnknown
from mobile.models import Notice
from mobile.notice_words import Words
from wallet.transactions import retried


@dataclass(frozen=True, slots=True)
class Told:
    """A notice with its words."""

    notice: Notice
    words: Words


@dataclass(frozen=True, slots=True)
class Page:
    """Some notices, how many of all are unread, and the number before which there are older ones, or None."""

    notices: Sequence[Told]
    unread: int
    next_before: int | None


def of(person: Person) -> QuerySet[Notice]:
    """All notices of a human being, under whichever of their rows they were told."""
    return Notice.objects.filter(person__in=merged_rows.numbers(person)).order_by("-pk")


def page(person: Person, *, before: int | None, limit: int) -> Page:
    """The newest notices older than the one numbered `before`, at most `limit`, in the language that is spoken."""
    theirs = of(person)
    rows = list((theirs if before is None else theirs.filter(pk__lt=before)).select_related("person")[: limit + 1])
    shown, more = rows[:limit], len(rows) > limit
    words = notice_words.of(shown)
    return Page(
        notices=[Told(notice, words[notice.pk]) for notice in shown],
        unread=theirs.filter(shown_at=None).count(),
        next_before=shown[-1].pk if more else None,
    )


@retried
def mark_shown(person: Person, uid: UUID) -> Told:
    """The person has read it: once, whichever device says so; what waits on other channels is not needed any more.

    Raises NoticeUnknown, also for somebody else's.
    """
    number = of(person).filter(uid=uid).values_list("pk", flat=True).first()
    if number is None:
        raise NoticeUnknown
    if Notice.objects.filter(pk=number, shown_at=None).update(shown_at=timezone.now()):
        notice_channels.shown([number])
    notice = Notice.objects.select_related("person").get(pk=number)
    return Told(notice, notice_words.of([notice])[number])
