"""The consent ledger: who agreed to which text, and who took it back; each line is written once and can be proved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from beneficiaries import identity, representation
from beneficiaries.models import Consent, ConsentText, Person
from beneficiaries.privacy_errors import (
    GuardianNeeded,
    GuardianNotAdult,
    NothingToWithdraw,
    NotTheirGuardian,
    PersonErased,
)

if TYPE_CHECKING:
    from django.contrib.auth.models import User

R = Person.Relation
PARENTS: dict[str, tuple[str, ...]] = {R.CHILD: (R.HEAD, R.HUSBAND, R.WIFE), R.HEAD: (R.PARENT,)}


@transaction.atomic
def record(
    person: Person,
    text: ConsentText,
    *,
    given: bool,
    channel: Consent.Channel | str,
    by: User | None,
    evidence: str = "",
    guardian: Person | None = None,
) -> Consent:
    """Writes that the person agrees to the text, or takes that back. Only the newest line of a purpose counts.

    Raises PersonErased, GuardianNeeded, GuardianNotAdult, NotTheirGuardian, NothingToWithdraw.
    """
    # Two lines at once must not both find something to withdraw.
    person = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    if person.erased_at:
        raise PersonErased
    if is_child(person) and guardian is None:
        raise GuardianNeeded(age=settings.PRIVACY["adult_age"])
    if guardian is not None and (guardian.pk == person.pk or is_child(guardian) or guardian.erased_at):
        raise GuardianNotAdult(age=settings.PRIVACY["adult_age"])
    if guardian is not None and not _speaks_for(guardian, person):
        raise NotTheirGuardian
    if not given and not Person.objects.consenting(text.purpose).filter(pk=person.pk).exists():
        raise NothingToWithdraw
    return Consent.objects.create(
        person=person, text=text, given=given, channel=channel, by=by, evidence=evidence, guardian=guardian
    )


def is_child(person: Person) -> bool:
    """Younger today than the law lets speak for oneself."""
    return identity.age(person.birth_date, timezone.localdate()) < int(settings.PRIVACY["adult_age"])


def _speaks_for(guardian: Person, person: Person) -> bool:
    """True for a guardian whom two officers put in force, and for a child's parent in the same household.

    The registry tells relations from the head: only the parents of the head's own children, and of the head, are known.
    """
    if representation.may_decide(guardian, person):
        return True
    together = guardian.household_id == person.household_id and guardian.status == Person.Status.ACTIVE
    return together and is_child(person) and guardian.relation in PARENTS.get(person.relation, ())


@transaction.atomic
def word(purpose: str, title: str, text: str, *, by: User | None) -> ConsentText:
    """A new text for a purpose, which people are asked with from now on; earlier consents stay with theirs."""
    last = ConsentText.objects.filter(purpose=purpose).order_by("-version").first()
    return ConsentText.objects.create(
        purpose=purpose, version=last.version + 1 if last else 1, title=title, text=text, by=by
    )
