"""Forgetting a person who asks for it: numbers, phone, name and history go, a stone with the row's number remains.

A law may keep the data (UU 27/2022 art. 33 and 50): financial records above all. Whoever knows such a ground is named in
``settings.PRIVACY["legal_holds"]``: a function of the person that says the ground, or nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from beneficiaries import erasure_traces, kept_files, merged_rows, registry_lock
from beneficiaries.history import telling
from beneficiaries.models import Change, Household, Person
from beneficiaries.privacy_errors import LegalHold, PersonErased
from wallet.models import Purse, Transfer

if TYPE_CHECKING:
    from django.contrib.auth.models import User

SOURCE = "erasure"


def grounds(person: Person) -> list[str]:
    """Why the person's data must stay, in words for them; empty if nothing keeps it. Whichever of their rows is asked."""
    return _grounds(list(Person.objects.filter(pk__in=merged_rows.numbers(person)).order_by("pk")))


def _grounds(rows: list[Person]) -> list[str]:
    holds = [import_string(path) for path in settings.PRIVACY["legal_holds"]]
    found = [ground for row in rows for hold in holds if (ground := hold(row))]
    return list(dict.fromkeys(found))


def financial_hold(person: Person) -> str:
    """Money that moved in the person's wallet is kept so many years after it last did."""
    if person.wallet_id is None:
        return ""
    purses = list(Purse.objects.filter(wallet=person.wallet_id).values_list("pk", flat=True))
    moved = Transfer.objects.filter(Q(debit__in=purses) | Q(credit__in=purses))
    last: datetime | None = moved.aggregate(last=Max("posted_at"))["last"]
    if last is None:
        return ""
    until = last + timedelta(days=round(365.25 * settings.PRIVACY["financial_years"]))
    if until <= timezone.now():
        return ""
    return _("catatan keuangan bantuan disimpan sampai %(until)s.") % {"until": date_format(until, "j F Y")}


@transaction.atomic
def erase(person: Person, *, by: User | None, reason: str) -> None:
    """Empties all that tells who the person is, in one transaction, in every row of theirs: also where this one was merged.

    Who received money is a pseudonym afterwards: wallet and transfers stay, and nobody's name is on them. The household's
    number and address go with the last of its members. Files that are kept of imports lose their rows, and an import that nobody
    has saved yet and that names them is cancelled (`kept_files`). Waits for whoever saves an import or reads evidence.
    Raises PersonErased, LegalHold.
    """
    kept_files.wait()
    registry_lock.wait()  # no import may be reading them meanwhile
    rows = merged_rows.locked(person)
    if rows[0].erased_at:
        raise PersonErased
    if found := _grounds(rows):
        raise LegalHold(grounds=" ".join(found))
    marks = kept_files.Marks.of(rows)
    gone = [row.household for row in rows if row.erased_at is None and _empty(row, by=by, reason=reason)]
    kept_files.forget(marks, gone, by=by)


def _empty(person: Person, *, by: User | None, reason: str) -> bool:
    """Empties one row; true if it was the last of its household, which is emptied with it."""
    for path in settings.PRIVACY["forgotten_by"]:
        import_string(path)(person)
    household = person.household
    with telling(source=SOURCE, by=by, reason=reason):
        Person.objects.filter(pk=person.pk).update(
            name=str(_("(data dihapus)")),
            birth_date=person.birth_date.replace(month=1, day=1),
            nik_sealed=b"",
            nik_index=None,
            phone_sealed=b"",
            phone_index=None,
            source_digest=b"",
            relation="",
            schooling="",
            disability="",
            occupation="",
            pregnant=None,
            status=Person.Status.LEFT if person.status == Person.Status.ACTIVE else person.status,
            erased_at=timezone.now(),
        )
        last = not household.members.filter(erased_at__isnull=True).exists()
        if last:
            Household.objects.filter(pk=household.pk).update(
                kk_sealed=b"", kk_index=None, address_sealed=b"", rt="", rw="", source_digest=b""
            )
    # The history has just been told once more what there was: it forgets all of it.
    of_them = Q(person=person) | (Q(household=household) if last else Q(pk__in=[]))
    Change.objects.filter(of_them).exclude(source=SOURCE).update(before={}, after={}, reason="")
    Change.objects.filter(of_them, source=SOURCE).update(before={}, after={})
    erasure_traces.forget(person, household if last else None, reason)
    return last
