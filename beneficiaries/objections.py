"""Objections (sanggah) to exclusions: filed by the citizen, decided by another officer; one upheld undoes the exclusion."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from beneficiaries import screening, working_days
from beneficiaries.models import Evidence, Exclusion, Objection
from beneficiaries.screening_errors import DeciderAcceptedIt, NotInForce, ObjectionDecided, ObjectionPending


def file(
    exclusion: Exclusion, text: str, *, channel: Objection.Channel, by: User | None = None, filed_on: date | None = None
) -> Objection:
    """Keeps the objection, with its mark if it comes after the last day; a late one is heard all the same.

    Raises TextMissing, NotInForce, ObjectionPending.
    """
    text = screening.required(text)
    filed_on = filed_on or timezone.localdate()
    try:
        with transaction.atomic():
            exclusion = Exclusion.objects.select_for_update().get(pk=exclusion.pk)
            if not exclusion.active:
                raise NotInForce
            return Objection.objects.create(
                exclusion=exclusion,
                text=text,
                channel=channel,
                filed_on=filed_on,
                filed_by=by,
                late=filed_on > exclusion.objection_until,
                answer_by=working_days.after(filed_on, settings.SCREENING["answer_days"]),
                accepted_by_id=exclusion.accepted_by_id,
            )
    except IntegrityError:
        raise ObjectionPending from None


@transaction.atomic
def uphold(objection: Objection, by: User, reason: str) -> Objection:
    """The citizen is right: the exclusion never was, and the evidence it rests on is marked as contested.

    Whoever was left out of a payment may be paid it: see disbursement.exclusions.missed. Raises TextMissing,
    ObjectionDecided, DeciderAcceptedIt.
    """
    reason = screening.required(reason)
    # Before the objection, as filing one does: nobody lifts the exclusion meanwhile.
    Exclusion.objects.select_for_update(no_key=True).get(pk=objection.exclusion_id)
    objection = _decide(objection, Objection.Status.UPHELD, by, reason)
    exclusion = objection.exclusion
    if exclusion.active:
        screening.end(exclusion, by, reason, exclusion.starts_on)  # the decision tells of it
    else:  # lifted for another reason meanwhile: from now on it never was
        Exclusion.objects.filter(pk=exclusion.pk).update(ends_on=exclusion.starts_on)
    Evidence.objects.filter(
        proposals=exclusion.proposal_id, contested_at__isnull=True, superseded_at__isnull=True
    ).update(contested_at=timezone.now(), contest_reason=reason, contested_by=by)
    _tell(objection)
    return objection


@transaction.atomic
def deny(objection: Objection, by: User, reason: str) -> Objection:
    """The exclusion stays. Raises TextMissing, ObjectionDecided, DeciderAcceptedIt."""
    objection = _decide(objection, Objection.Status.DENIED, by, screening.required(reason))
    _tell(objection)
    return objection


def _tell(objection: Objection) -> None:
    """The people are told of the decision by whoever the settings name, within the same transaction."""
    import_string(settings.SCREENING["on_decision"])(objection)


def _decide(objection: Objection, status: Objection.Status, by: User, reason: str) -> Objection:
    if by.pk == objection.accepted_by_id:
        raise DeciderAcceptedIt
    hit = Objection.objects.filter(pk=objection.pk, status=Objection.Status.FILED).update(
        status=status, decided_by=by, decided_at=timezone.now(), decision_reason=reason
    )
    if not hit:
        raise ObjectionDecided
    return Objection.objects.select_related("exclusion").get(pk=objection.pk)
