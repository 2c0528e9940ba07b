"""Finding and naming people in lists of disbursement, without an identity number in the clear."""

from __future__ import annotations

import re
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from beneficiaries import identity
from beneficiaries.models import Person
from vault.sealing import CannotOpen
from wallet.admin import above
from wallet.admin.rows import change_url, link
from wallet.models import Wallet

NIK = re.compile(r"[0-9]{16}")


def found_by(text: str) -> dict[str, Any]:
    """The lookup of a person by the searched text: 16 digits are a NIK, matched by its blind index; else the name."""
    digits = re.sub(r"[ .-]", "", text)
    if NIK.fullmatch(digits):
        return {"nik_index__in": Person.nik.indexes_of(digits)}
    return {"name__icontains": text}


def narrowed(rows: QuerySet[Any], path: str, text: str) -> QuerySet[Any]:
    """The rows whose person, reached by the path, is found by the text; all rows if there is none."""
    text = text.strip()
    return rows.filter(**{f"{path}__{name}": value for name, value in found_by(text).items()}) if text else rows


def masked_nik(person: Person) -> str:
    """The person's NIK with its region and serial only."""
    try:
        return identity.mask_number(person.nik)
    except CannotOpen:
        return "?"


def holder(request: HttpRequest, wallet: Wallet) -> SafeString | None:
    """The person who holds the wallet, for officers who may see people."""
    if not request.user.has_perm("beneficiaries.view_person"):
        return None
    person = Person.objects.filter(wallet=wallet).first()
    return link(change_url(person), person.name) if person else None


above.HOLDERS.append(holder)
