"""Appeals (keberatan) against a suspension or an exit: filed for the citizen, decided by another officer; one upheld restores.

As with objections to exclusions (beneficiaries.objections) a late one is heard all the same, and marked.
"""

from __future__ import annotations

import contextlib
from datetime import date, datetime

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from beneficiaries import working_days
from disbursement import owed
from disbursement.enrolment_states import LIVE, R, S, advance
from disbursement.errors import (
    AppealDecided,
    CyclesOverlap,
    DeciderTookStep,
    NothingOwed,
    NothingToAppeal,
    ReasonMissing,
)
from disbursement.models import (
    Batch,
    Cycle,
    Enrolment,
    EnrolmentAppeal,
    EnrolmentStep,
    Instruction,
    OwedCycle,
)
from wallet.transactions import retried

AGAINST = (S.SUSPENDED, S.ENDED)


def open_until(step: EnrolmentStep) -> date:
    """The last day of the appeal against the step; working days after it (settings.DISBURSEMENT)."""
    return working_days.after(timezone.localdate(step.at), settings.DISBURSEMENT["appeal_days"])


def against(enrolment: Enrolment) -> EnrolmentStep | None:
    """The suspension or exit that the enrolment stands at and nobody has appealed against yet."""
    last = EnrolmentStep.objects.filter(enrolment=enrolment).order_by("-pk").first()
    if last is None or last.to_status not in AGAINST or not last.from_status or hasattr(last, "appeal"):
        return None
    return last


@transaction.atomic
def file(
    enrolment: Enrolment,
    text: str,
    *,
    channel: EnrolmentAppeal.Channel,
    by: User | None = None,
    filed_on: date | None = None,
) -> EnrolmentAppeal:
    """Keeps the appeal against the enrolment's last step, with its mark if it comes after the last day.

    Raises NothingToAppeal, ReasonMissing.
    """
    if not text.strip():
        raise ReasonMissing
    filed_on = filed_on or timezone.localdate()
    Enrolment.objects.select_for_update(no_key=True).get(pk=enrolment.pk)  # its last step stays the last
    step = against(enrolment)
    if step is None:
        raise NothingToAppeal
    try:
        with transaction.atomic():
            made = EnrolmentAppeal.objects.create(
                step=step,
                text=text.strip(),
                channel=channel,
                filed_on=filed_on,
                filed_by=by,
                late=filed_on > open_until(step),
                answer_by=working_days.after(filed_on, settings.DISBURSEMENT["appeal_answer_days"]),
            )
    except IntegrityError:
        raise NothingToAppeal from None
    made.refresh_from_db()  # whose step it is, the database says
    return made


@retried
def uphold(appeal: EnrolmentAppeal, by: User, reason: str) -> EnrolmentAppeal:
    """The citizen is right: the enrolment is what it was before that step, even beyond the quota, and what it missed is owed.

    Where the enrolment went on meanwhile (lifted, ended by another step), it stays as it is by now, and what it missed until
    then is owed. Raises AppealDecided, DeciderTookStep, ReasonMissing, ConflictHeld, HouseholdHasPlace.
    """
    appeal = _decide(appeal, EnrolmentAppeal.Status.UPHELD, by, reason)
    step = appeal.step
    until = _until(step)
    if _is_last(step):
        before = S(step.from_status)
        to = before if before in LIVE else S.ACTIVE
        advance([step.enrolment_id], to, reason=R.UPHELD, words=reason, by=by, origins=[S(step.to_status)])
    # Whoever prepares a batch has not seen it come back, and is waited for: what that batch leaves out is owed too.
    list(Cycle.objects.select_for_update(no_key=True).filter(programme=step.enrolment.programme_id).order_by("pk"))
    for cycle in _missed(appeal, until):
        # An excluded cycle is not owed, nor one that somebody has noted already.
        with contextlib.suppress(NothingOwed, CyclesOverlap):
            one = Enrolment.objects.filter(pk=step.enrolment_id)
            owed.owe(one, cycle, reason.strip()[:300], by, ground=OwedCycle.Ground.RESTORED)
    return appeal


@retried
def deny(appeal: EnrolmentAppeal, by: User, reason: str) -> EnrolmentAppeal:
    """The step stands. Raises AppealDecided, DeciderTookStep, ReasonMissing."""
    return _decide(appeal, EnrolmentAppeal.Status.DENIED, by, reason)


def missed(appeal: EnrolmentAppeal) -> list[Cycle]:
    """What an upheld appeal's step kept from the enrolment: cycles that a batch was prepared for meanwhile, oldest first.

    Without those that it is, or will be, paid for all the same, and those in which it was reckoned and got nothing. Empty while
    nothing is upheld, and where the enrolment was not paid before the step either.
    """
    return _missed(appeal, _until(appeal.step)) if appeal.status == EnrolmentAppeal.Status.UPHELD else []


def _until(step: EnrolmentStep) -> datetime | None:
    """When the enrolment was active again, or was ended by a step of its own; None while it stands at the step."""
    on = EnrolmentStep.objects.filter(enrolment=step.enrolment_id, pk__gt=step.pk, to_status__in=[S.ACTIVE, S.ENDED])
    return on.order_by("pk").values_list("at", flat=True).first()


def _missed(appeal: EnrolmentAppeal, until: datetime | None) -> list[Cycle]:
    if appeal.step.from_status != S.ACTIVE:
        return []
    enrolment = appeal.step.enrolment_id
    prepared = Batch.objects.filter(cycle=OuterRef("pk"), prepared_at__gte=appeal.step.at)
    if until is not None:
        prepared = prepared.filter(prepared_at__lt=until)
    live = Instruction.objects.filter(cycle=OuterRef("pk"), enrolment=enrolment, live=True)
    reckoned = owed.reckoned_nothing().filter(cycle=OuterRef("pk"), enrolment=enrolment)
    rows = Cycle.objects.filter(
        Exists(prepared.exclude(status=Batch.Status.CANCELLED)),
        ~Exists(live),
        ~Exists(reckoned),
        programme=appeal.step.enrolment.programme_id,
    )
    return list(rows.select_related("programme").order_by("period", "pk"))


def _is_last(step: EnrolmentStep) -> bool:
    return not EnrolmentStep.objects.filter(enrolment=step.enrolment_id, pk__gt=step.pk).exists()


def _decide(appeal: EnrolmentAppeal, status: EnrolmentAppeal.Status, by: User, reason: str) -> EnrolmentAppeal:
    if not reason.strip():
        raise ReasonMissing
    if by.pk == appeal.taken_by_id:
        raise DeciderTookStep
    # Before the appeal, as whoever takes a step does.
    Enrolment.objects.select_for_update(of=("self",), no_key=True).get(steps=appeal.step_id)
    hit = EnrolmentAppeal.objects.filter(pk=appeal.pk, status=EnrolmentAppeal.Status.FILED).update(
        status=status, decided_by=by, decided_at=timezone.now(), decision_reason=reason.strip()
    )
    if not hit:
        raise AppealDecided
    return EnrolmentAppeal.objects.select_related("step__enrolment__programme", "step__enrolment__person").get(
        pk=appeal.pk
    )
