"""A beneficiary's consents on the phone: given and withdrawn by themselves, or for a child or ward, as the ledger keeps them.

What was agreed to is the text that was shown, by its version; what withdrawing ends is told before it is withdrawn. No aid is
stopped here: whatever rests on another basis than consent is a notice, which nobody can withdraw.
"""

from __future__ import annotations

import math
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from beneficiaries import consents
from beneficiaries.consents import Standing
from beneficiaries.models import Consent, ConsentText, Person
from beneficiaries.privacy_errors import GuardianNeeded
from mobile import errors
from wallet.transactions import retried

DAY = timedelta(days=1)


def subject(caller: Person, uid: UUID | None) -> Person:
    """The caller, or the child or ward of that uid for whom they decide. Raises ConsentPersonUnknown."""
    if uid is None or uid == caller.uid:
        return caller
    for ward in consents.wards_of(caller):
        if ward.uid == uid:
            return ward
    raise errors.ConsentPersonUnknown


@retried
def give(caller: Person, uid: UUID | None, purpose: str, version: int, reference: UUID) -> Standing:
    """The person agrees to that version; agreeing to it again, or under the same reference, writes nothing.

    Raises ConsentPersonUnknown, ConsentPurposeUnknown, NotAConsent, ConsentTextChanged(version), ConsentNeedsGuardian,
    ConsentReferenceUsed, TooManyConsents(wait=seconds).
    """
    person = _locked(subject(caller, uid))
    now = _asked(person, purpose)
    if _said_before(person, purpose, version, reference, given=True):
        return now
    if now.text.version != version:
        raise errors.ConsentTextChanged(version=now.text.version)
    if now.last is not None and now.last.given and now.last.text_id == now.text.pk:
        return now
    _check_limit(person)
    return _record(caller, person, now.text, reference, given=True)


@retried
def withdraw(
    caller: Person, uid: UUID | None, purpose: str, version: int, reference: UUID, *, understood: bool
) -> Standing:
    """The person takes the consent back; what is withdrawn already stays so and nothing is written.

    Raises as `give` does, but never TooManyConsents, and besides NoConsentToWithdraw, ConsequenceFirst(consequence).
    """
    person = _locked(subject(caller, uid))
    now = _asked(person, purpose)
    if _said_before(person, purpose, version, reference, given=False):
        return now
    if now.last is None:
        raise errors.NoConsentToWithdraw
    if not now.last.given:
        return now
    if now.text.version != version:  # what withdrawing ends may be said otherwise by now
        raise errors.ConsentTextChanged(version=now.text.version)
    if now.text.consequence and not understood:
        raise errors.ConsequenceFirst(consequence=now.text.consequence)
    return _record(caller, person, now.text, reference, given=False)


def _locked(person: Person) -> Person:
    """What is decided next rests on the person's last word: one statement at a time."""
    return Person.objects.select_for_update(no_key=True).get(pk=person.pk)


def _asked(person: Person, purpose: str) -> Standing:
    now = next((one for one in consents.standing(person) if one.text.purpose == purpose), None)
    if now is None:
        raise errors.ConsentPurposeUnknown
    if now.text.basis != ConsentText.Basis.CONSENT:
        raise errors.NotAConsent(law=now.text.legal_basis)
    return now


def _said_before(person: Person, purpose: str, version: int, reference: UUID, *, given: bool) -> bool:
    """Whether this statement came before, under whichever row of theirs. Raises ConsentReferenceUsed if another did."""
    sent = Consent.objects.of(person).filter(reference=reference).select_related("text").first()
    if sent is not None and (sent.text.purpose, sent.text.version, sent.given) != (purpose, version, given):
        raise errors.ConsentReferenceUsed
    return sent is not None


def _record(caller: Person, person: Person, text: ConsentText, reference: UUID, *, given: bool) -> Standing:
    guardian = None if person.pk == caller.pk else caller
    try:
        said = consents.record(
            person, text, given=given, channel=Consent.Channel.APP, by=None, guardian=guardian, reference=reference
        )
    except GuardianNeeded as error:
        raise errors.ConsentNeedsGuardian(**error.data) from None
    return Standing(text, said)


def _check_limit(person: Person) -> None:
    """Raises TooManyConsents if as many were given within a day as may be. What is given can always be withdrawn."""
    most: int = settings.MOBILE["consents_a_day"]
    now = timezone.now()
    given = Consent.objects.filter(person=person, given=True, channel=Consent.Channel.APP, at__gt=now - DAY)
    recent = list(given.order_by("-at").values_list("at", flat=True)[:most])
    if len(recent) == most:
        raise errors.TooManyConsents(wait=max(1, math.ceil((recent[-1] + DAY - now).total_seconds())))
