"""The consent ledger: who agreed to which text, and who took it back; each line is written once and can be proved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from beneficiaries import identity, merged_rows, representation
from beneficiaries.models import Consent, ConsentText, Person, Representation
from beneficiaries.privacy_errors import (
    GuardianNeeded,
    GuardianNotAdult,
    NotByConsent,
    NothingToWithdraw,
    NotTheirGuardian,
    PersonErased,
)

if TYPE_CHECKING:
    from uuid import UUID

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
    reference: UUID | None = None,
) -> Consent:
    """Writes that the person agrees to the text, or takes that back. Only the newest line of a purpose counts.

    `reference` is the number that a phone drew for the statement; whoever records one looks first whether it came before.
    Raises PersonErased, NotByConsent, GuardianNeeded, GuardianNotAdult, NotTheirGuardian, NothingToWithdraw.
    """
    # Two lines at once must not both find something to withdraw.
    person = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    if person.erased_at:
        raise PersonErased
    if text.basis != ConsentText.Basis.CONSENT:
        raise NotByConsent(law=text.legal_basis)
    if is_child(person) and guardian is None:
        raise GuardianNeeded(age=settings.PRIVACY["adult_age"])
    if guardian is not None and (guardian.pk == person.pk or is_child(guardian) or guardian.erased_at):
        raise GuardianNotAdult(age=settings.PRIVACY["adult_age"])
    if guardian is not None and not _speaks_for(guardian, person):
        raise NotTheirGuardian
    if not given and not Person.objects.consenting(text.purpose).filter(pk=person.pk).exists():
        raise NothingToWithdraw
    return Consent.objects.create(
        person=person,
        text=text,
        given=given,
        channel=channel,
        by=by,
        evidence=evidence,
        guardian=guardian,
        reference=reference,
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


def wards_of(guardian: Person) -> list[Person]:
    """Those for whom the person may consent today: as guardian in force, or as the parent of a child at home."""
    if is_child(guardian) or guardian.erased_at:
        return []
    today = timezone.localdate()
    acting = Representation.objects.acting(today).by_person(guardian).filter(kind=Representation.Kind.GUARDIAN)
    found = {row.for_person for row in acting.select_related("for_person")}
    found |= set(Person.objects.filter(household=guardian.household_id, status=Person.Status.ACTIVE))
    found = {person.merged_into or person for person in found} - {guardian}
    return sorted((person for person in found if _speaks_for(guardian, person)), key=lambda person: person.pk)


@dataclass(frozen=True, slots=True)
class Standing:
    """One purpose as it is asked or told now, and the person's last word on it, if there is one."""

    text: ConsentText
    last: Consent | None

    @property
    def in_force(self) -> bool:
        """The person agrees, whichever version that was to."""
        return self.last is not None and self.last.given


def last_words(person: Person) -> QuerySet[Consent]:
    """The newest word of a human being on each purpose, under whichever row they said it."""
    said = Consent.objects.of(merged_rows.survivor(person)).select_related("text")
    return said.order_by("text__purpose", "-pk").distinct("text__purpose")


def standing(person: Person) -> list[Standing]:
    """Every purpose, by its code, with where the person stands."""
    last = {row.text.purpose: row for row in last_words(person)}
    return [Standing(text, last.get(text.purpose)) for text in ConsentText.objects.newest()]


@transaction.atomic
def word(
    purpose: str,
    title: str,
    text: str,
    *,
    by: User | None,
    basis: ConsentText.Basis | str = ConsentText.Basis.CONSENT,
    legal_basis: str = "",
    consequence: str = "",
) -> ConsentText:
    """A new text for a purpose, which people are asked with (or told) from now on; earlier consents stay with theirs.

    `legal_basis` names the law, and must where the basis is not consent; `consequence` is what withdrawing ends.
    """
    last = ConsentText.objects.filter(purpose=purpose).order_by("-version").first()
    return ConsentText.objects.create(
        purpose=purpose,
        version=last.version + 1 if last else 1,
        title=title,
        text=text,
        basis=basis,
        legal_basis=legal_basis,
        consequence=consequence,
        by=by,
    )
