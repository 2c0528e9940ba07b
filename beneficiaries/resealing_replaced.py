"""What imports replaced (`Replaced`), brought under the index key in use: else an undoing puts back what nobody finds again."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from beneficiaries.models import Household, Person, Replaced
from beneficiaries.resealing import HouseholdDigests, PersonDigests
from vault.rotation import Round, stale_index
from vault.sealing import index_key_of, index_keys


def _stale() -> str:
    return f"({stale_index('source_digest')} OR {stale_index('phone_index')})"


class ReplacedDigests:
    """The digests are made anew as those of people and households are. A phone's index is dropped: an undoing makes it."""

    name = "beneficiaries_replaced.source_digest"

    def batch(self, after: Any, size: int) -> Round | None:
        """Makes the next ones anew. One that cannot be made counts as broken, unless its row is gone."""
        stale = Replaced.objects.extra(where=[_stale()]).filter(pk__gt=after or 0)  # noqa: S610  # our own names
        replaced = list(stale.order_by("pk")[:size])
        if not replaced:
            return None
        done = Round(replaced[-1].pk)
        people = Person.objects.select_related("household").in_bulk(
            [row.person_id for row in replaced if row.person_id]
        )
        homes = Household.objects.in_bulk([row.household_id for row in replaced if row.household_id])
        for row in replaced:
            old = bytes(row.source_digest)
            new = self._renewed(old, people.get(row.person_id), homes.get(row.household_id))
            if new is None:
                done.broken.append(row.pk)
                continue
            written = Replaced.objects.filter(pk=row.pk, source_digest=old).update(source_digest=new, phone_index=None)
            done.written += written
            done.missed += 1 - written
        return done

    def _renewed(self, old: bytes, person: Person | None, household: Household | None) -> bytes | None:
        if not old or index_key_of(old) == index_keys()[0]:  # then only the phone's index is an older one
            return old
        if person is not None:
            return PersonDigests().renewed(person, old)
        return HouseholdDigests().renewed(household, old) if household is not None else b""


@transaction.atomic
def forget_replaced() -> int:
    """Empties the digests that could not be made anew; returns how many. After an undoing a file's word is taken again."""
    stale = Replaced.objects.extra(where=[_stale()])  # noqa: S610  # our own names
    return stale.update(source_digest=b"", phone_index=None)
