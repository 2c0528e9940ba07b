"""Whose wallet pays where somebody gives a phone and a PIN instead of a code (wallet.debits, settings.WALLET)."""

from __future__ import annotations

from datetime import date

from beneficiaries import identity
from beneficiaries.errors import FieldRefused
from beneficiaries.models import Person
from mobile.devices import SIGNING_IN


def wallet_of(phone: str, birth_date: date | None) -> int | None:
    """The wallet of whoever has that phone, in any usual spelling; None if nobody has, or it is not clear who is meant.

    Where several people share it the birth date tells which; one that is given must be right for one person too.
    """
    try:
        stored = identity.parse_phone(phone.strip())
    except FieldRefused:
        return None
    sharing = Person.objects.with_phone(stored).filter(status__in=SIGNING_IN)
    if birth_date is not None:
        sharing = sharing.filter(birth_date=birth_date)
    found = list(sharing.values_list("wallet_id", flat=True)[:2])
    return found[0] if len(found) == 1 else None
