"""What the programmes have come to build on an import, when it is taken back: what stands in the way, and what goes with it.

The registry calls these (settings.REGISTRY). A batch that somebody stands for, or that is paid, stands in the way. Before that
nobody was promised anything: drafts and prepared batches are cancelled, and whose enrolment since rests on the import is out
again, though a rule may admit them anew (`eligibility`). That are those whom the import added, or whom the rule that admitted
them does not admit as they were before; all others keep their places.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from beneficiaries.import_errors import UsedSince
from beneficiaries.models import Person
from disbursement import batch_states, batches, eligibility
from disbursement.enrolment_states import LIVE, R, S, advance
from disbursement.enrolments import offer_places
from disbursement.errors import WrongStatus
from disbursement.models import Batch, Cycle, Enrolment, Instruction, ProgrammeVersion

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# A household that the import added goes with it; an ended enrolment points at where its person lives again.
_FOLLOW = """
UPDATE disbursement_enrolment AS enrolment SET household_id = person.household_id
FROM beneficiaries_person AS person
WHERE person.id = enrolment.person_id AND enrolment.id = ANY(%s) AND enrolment.household_id IS NOT NULL
  AND enrolment.household_id <> person.household_id
"""


def hold(people: QuerySet[Person]) -> None:
    """Waits for whoever prepares a batch for one of the people, and lets nobody begin, until the transaction's end.

    Before people and households are locked: a batch that is being prepared holds its cycles and comes to them afterwards.
    """
    concerned = Enrolment.objects.filter(person__in=people).values("programme")
    list(Cycle.objects.select_for_update().filter(programme__in=concerned).order_by("pk").values_list("pk"))


def on_people(people: QuerySet[Person], since: datetime) -> tuple[int, str] | None:
    """How many of the people came into a batch since the moment that is submitted or beyond, and in words; or None."""
    live = Instruction.objects.filter(live=True, batch__prepared_at__gte=since, enrolment__person__in=people)
    count = live.exclude(batch__status__in=batch_states.OPEN).values("enrolment__person").distinct().count()
    return (count, gettext("sudah masuk batch yang diajukan atau dibayar sesudahnya")) if count else None


def goes_with(people: QuerySet[Person], since: datetime) -> list[str]:
    """Sentences: what of the programmes ends with an import of these people, saved at the moment."""
    said = []
    if enrolled := _enrolled(people, since).count():
        told = gettext(
            "Kepesertaan yang dibuat sesudahnya: %(count)s. Berakhir bila pesertanya ditambahkan impor ini (mereka tidak "
            "dihapus, tetapi keluar dari registri) atau tidak memenuhi syarat dengan data sebelumnya; yang lain tetap."
        )
        said.append(told % {"count": enrolled})
    if drafts := _drafts(people, since).count():
        told = gettext("Batch yang belum diajukan dibatalkan: %(count)s. Siapkan lagi sesudahnya.")
        said.append(told % {"count": drafts})
    return said


def take_back(
    people: QuerySet[Person], since: datetime, *, added: QuerySet[Person], by: User | None, reason: str
) -> list[int]:
    """Cancels the batches that nobody stands for and ends the enrolments that rest on it; returns whom an enrolment keeps.

    In the transaction that takes the import back, when its people are as they were, and those whom it added still there. Raises
    UsedSince if somebody submits one of the batches at this moment.
    """
    for batch in _drafts(people, since).order_by("pk"):
        try:
            batches.cancel(batch, by, reason)
        except WrongStatus:
            count, said = on_people(people, since) or (1, "")
            raise UsedSince(count=count, reason=said) from None
    resting = _resting(_enrolled(people, since), added)
    ended = advance(resting, S.ENDED, reason=R.UNDONE, words=reason, by=by, origins=LIVE)
    offer_places(ended)
    with connection.cursor() as cursor:
        cursor.execute(_FOLLOW, [ended])
    made = Enrolment.objects.filter(created_at__gte=since, person__in=people)
    return list(made.order_by("person").values_list("person", flat=True).distinct())


def _resting(enrolled: QuerySet[Enrolment], added: QuerySet[Person]) -> list[int]:
    """Those of the enrolments that would not be without the import; its people are as they were before it."""
    gone = ~Q(person__status=Person.Status.ACTIVE) | (
        Q(household__isnull=False) & ~Q(household=F("person__household"))  # a place of the household that they moved to
    )
    out = Q(person__in=added) | gone
    resting = set(enrolled.filter(out).values_list("pk", flat=True))
    asked: dict[int, dict[int, int]] = defaultdict(dict)  # by version: the enrolment of each person
    for enrolment, person, by_version in enrolled.exclude(pk__in=resting).values_list("pk", "person", "version"):
        if by_version is not None:
            asked[by_version][person] = enrolment
    today = timezone.localdate()
    for version in ProgrammeVersion.objects.filter(pk__in=asked).order_by("pk"):
        of_version = asked[version.pk]
        people = sorted(of_version)
        for first in range(0, len(people), eligibility.GROUP):
            out_now = eligibility.no_longer(version, people[first : first + eligibility.GROUP], today)
            resting |= {of_version[person] for person in out_now}
    return sorted(resting)


def _enrolled(people: QuerySet[Person], since: datetime) -> QuerySet[Enrolment]:
    return Enrolment.objects.filter(created_at__gte=since, person__in=people, status__in=LIVE)


def _drafts(people: QuerySet[Person], since: datetime) -> QuerySet[Batch]:
    theirs = Instruction.objects.filter(batch=OuterRef("pk"), enrolment__person__in=people)
    return Batch.objects.filter(Exists(theirs), status__in=batch_states.OPEN, prepared_at__gte=since)
