"""What the e-money provider asks whoever knows the people: which wallets a telephone number leads to, whose holder has died, and
when a holder's telephone was changed.

Numbers are found by their blind index. A name goes out with its first letters alone: enough for whoever pays in to see a mistake,
too little to learn who gets aid.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Max

from beneficiaries import data_requests, identity, merged_rows
from beneficiaries.errors import FieldRefused
from beneficiaries.models import Change, Merge, Person
from wallet.customers import Listed

IN_THE_REGISTRY = (Person.Status.ACTIVE, Person.Status.LEFT)


def find(numbers: Sequence[str]) -> dict[str, list[Listed]]:
    """For each number that is somebody's telephone, the wallets of those who have it; in any usual way to write it."""
    wanted: dict[bytes, list[str]] = {}
    for number in numbers:
        try:
            phone = identity.parse_phone(number)
        except FieldRefused:
            continue
        for possible in Person.phone.indexes_of(phone):
            wanted.setdefault(possible, []).append(number)
    people = Person.objects.filter(
        phone_index__in=list(wanted), wallet__isnull=False, status__in=IN_THE_REGISTRY
    ).values_list("phone_index", "wallet_id", "name")
    found: dict[str, list[Listed]] = {}
    for index, wallet, name in people:
        for number in wanted[bytes(index or b"")]:
            found.setdefault(number, []).append(Listed(wallet, masked(name)))
    return found


def has_died(wallet: int) -> bool:
    """True if the registry says that the wallet's holder has died; of somebody who was merged, the row that stayed says it."""
    holder = Person.objects.filter(wallet=wallet).first()
    return holder is not None and merged_rows.survivor(holder).status == Person.Status.DECEASED


def phone_changed(wallet: int) -> datetime | None:
    """When one officer, or a file, last put another telephone in place of the holder's; None if that never was.

    What two officers did on the subject's request is not meant. Also of a telephone where there was none; and by a merge that led
    a wallet, or what was in it, to a row with another telephone, or by its undoing, which leads it back.
    """
    holder = Person.objects.filter(wallet=wallet).first()
    if holder is None:
        return None
    rows = merged_rows.numbers(holder)
    changes = Change.objects.filter(person__in=rows, before__has_key="phone_sealed")
    alone = changes.exclude(source__startswith=data_requests.SOURCE)
    merges = Merge.objects.filter(phone_changed=True)
    moments: list[datetime | None] = [
        alone.aggregate(last=Max("at"))["last"],
        merges.filter(survivor__in=rows, undone_at=None).aggregate(last=Max("at"))["last"],
        merges.filter(merged__in=rows).aggregate(last=Max("undone_at"))["last"],
    ]
    return max((moment for moment in moments if moment), default=None)


def masked(name: str) -> str:
    """``Siti Aminah`` as ``S*** A*****``."""
    return " ".join(word[:1] + "*" * (len(word) - 1) for word in name.split())
