"""Faults happen once to each of a partner's numbers, so that a proper retry ends well."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from sandbox.models import Fault as Happened
from sandbox.outcomes import Fault
from wallet.models import Partner


def happens(partner: Partner, key: str, fault: Fault) -> bool:
    """True for the first request of this service and number, whoever races it; it is written down."""
    try:
        with transaction.atomic():
            Happened.objects.create(partner=partner, key=key[:80], kind=fault.value)
    except IntegrityError:
        return False
    return True
