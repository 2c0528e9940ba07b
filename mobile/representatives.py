"""Who may act for a holder, as the holder is told: by name, because they know the person by it, and nothing else of them."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from beneficiaries.models import Person, Representation
from vault.sealing import CannotOpen


def of(holder: Person) -> list[Representation]:
    """Who may act for the holder today: guardians first, then collectors."""
    acting = Representation.objects.acting(timezone.localdate()).for_holder(holder)
    rows = acting.select_related("representative").order_by("pk")
    return sorted(rows, key=lambda row: row.kind != Representation.Kind.GUARDIAN)


def name_of(row: Representation) -> str:
    """Who acts; somebody, where they were forgotten or their name does not open."""
    if row.representative is not None:
        name = "" if row.representative.erased_at else row.representative.name
    else:
        try:
            name = row.name
        except CannotOpen:
            name = ""
    return name or _("Seseorang")
