"""The beneficiaries' own grievances: filed and talked about from their phones, and told of answers.

How much one person may send is counted in the database, under a lock, so that requests made at once count each other.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from beneficiaries import grievances
from beneficiaries.errors import GrievanceEmpty, GrievanceMoved
from beneficiaries.models import Grievance, GrievanceCategory, GrievanceMessage, Person
from mobile import notices
from mobile.errors import (
    CategoryUnknown,
    GrievanceStatusWrong,
    GrievanceTextInvalid,
    GrievanceUnknown,
    PaymentUnknown,
    TooManyGrievances,
)
from mobile.models import Notice
from wallet.models import Payment
from wallet.transactions import retried

DAY = timedelta(days=1)
LIST_MOST = 50
ANSWERS_A_ROUND = 200
_LOCK = 0x67726965  # beside the person's id: these locks are nobody else's
TOLD_WITHIN = timedelta(days=90)


def categories() -> QuerySet[GrievanceCategory]:
    """What one may complain about."""
    return GrievanceCategory.objects.filter(active=True).order_by("name")


def of(person: Person) -> list[Grievance]:
    """What the person reported, the newest first, at most LIST_MOST."""
    return list(Grievance.objects.reported_by(person).select_related("category").order_by("-pk")[:LIST_MOST])


def one_of(person: Person, uid: UUID) -> Grievance:
    """One of the person's grievances. Raises GrievanceUnknown."""
    found = Grievance.objects.reported_by(person).select_related("category").filter(uid=uid).first()
    if found is None:
        raise GrievanceUnknown
    return found


def conversation(grievance: Grievance) -> list[GrievanceMessage]:
    """What was said, oldest first, without the officers' notes."""
    return list(grievance.messages.exclude(kind=GrievanceMessage.Kind.NOTE).order_by("pk"))


@retried
def file(person: Person, category: str, text: str, reference: UUID, payment_no: str = "") -> Grievance:
    """Opens a ticket, or returns the one that the same reference opened.

    Raises CategoryUnknown, PaymentUnknown, GrievanceTextInvalid, TooManyGrievances(wait=seconds).
    """
    _lock(person)
    theirs = Grievance.objects.reported_by(person).filter(origin=Grievance.Origin.MOBILE)
    if (earlier := theirs.select_related("category").filter(reference=reference).first()) is not None:
        return earlier
    _check_limit(theirs, settings.MOBILE["grievances_a_day"])
    chosen = categories().filter(code=category).first()
    if chosen is None:
        raise CategoryUnknown
    payment = None
    if payment_no:
        wallet = person.wallet_id
        payment = Payment.objects.filter(reference_no=payment_no, wallet=wallet).first() if wallet else None
        if payment is None:
            raise PaymentUnknown
    report = grievances.Report(
        origin=Grievance.Origin.MOBILE,
        category=chosen,
        text=text,
        reporter=person,
        person=person,
        payment=payment,
        reference=reference,
    )
    try:
        return grievances.file(report)
    except GrievanceEmpty as error:
        raise GrievanceTextInvalid(**error.data) from None


@retried
def say(person: Person, uid: UUID, text: str) -> GrievanceMessage:
    """Adds a message to the person's grievance; after an answer it opens it again.

    Raises GrievanceUnknown, GrievanceStatusWrong (closed), GrievanceTextInvalid, TooManyGrievances(wait=seconds).
    """
    _lock(person)
    grievance = one_of(person, uid)
    said = GrievanceMessage.objects.filter(grievance__reporter=person, kind=GrievanceMessage.Kind.CITIZEN)
    _check_limit(said, settings.MOBILE["grievance_messages_a_day"])
    try:
        return grievances.say(grievance, text)
    except GrievanceMoved:
        raise GrievanceStatusWrong from None
    except GrievanceEmpty as error:
        raise GrievanceTextInvalid(**error.data) from None


@retried
def judge(person: Person, uid: UUID, *, satisfied: bool, text: str) -> Grievance:
    """What the person thinks of the answer: content, it is closed; not content, it is opened again with the text, if any.

    Raises GrievanceUnknown, GrievanceStatusWrong, GrievanceTextInvalid, TooManyGrievances(wait=seconds).
    """
    grievance = one_of(person, uid)
    try:
        if satisfied:
            return grievances.close(grievance, grievances.SATISFIED, satisfied=True, by=None)
        grievances.reopen(grievance, grievances.NOT_SATISFIED, by=None)
    except GrievanceMoved:
        raise GrievanceStatusWrong from None
    if text.strip():
        say(person, uid, text)
    return one_of(person, uid)


def _lock(person: Person) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_LOCK, str(person.uid)])


def _check_limit(sent: QuerySet[Any], most: int) -> None:
    """Raises TooManyGrievances if as many were sent within a day as may be; `wait` is until the oldest is a day old."""
    now = timezone.now()
    times = sent.filter(created_at__gt=now - DAY).order_by("-created_at").values_list("created_at", flat=True)
    recent = list(times[:most])
    if len(recent) == most:
        raise TooManyGrievances(wait=max(1, math.ceil((recent[-1] + DAY - now).total_seconds())))


def tell_answers() -> Iterator[int]:
    """Tells whoever reported a grievance that it was answered: once for each answer, one number of notices each.

    A transaction an answer, safe to repeat and to race. A generator: whoever runs it decides how far it goes.
    """
    told = Notice.objects.filter(kind=Notice.Kind.ANSWERED, subject=OuterRef("pk"))
    # Notices do not stay for ever; an answer that is older than any wait for a worker was told of.
    recent = GrievanceMessage.objects.filter(
        kind=GrievanceMessage.Kind.ANSWER, created_at__gt=timezone.now() - TOLD_WITHIN
    )
    after = 0
    while found := list(
        recent.filter(~Exists(told), pk__gt=after).select_related("grievance").order_by("pk")[:ANSWERS_A_ROUND]
    ):
        for answer in found:
            after = answer.pk
            if made := _tell(answer):
                yield made


@retried
def _tell(answer: GrievanceMessage) -> int:
    """Tells of one answer. Who left neither a name nor a number asks for the answer with the grievance's number."""
    grievance = answer.grievance
    return notices.tell(
        Notice.Kind.ANSWERED, answer.pk, [grievance.reporter_id], reachable=bool(bytes(grievance.phone_sealed))
    )
