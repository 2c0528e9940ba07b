"""Finding and naming people in lists of disbursement, without an identity number in the clear."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Count, Max, Q, QuerySet, Sum
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from beneficiaries import identity
from beneficiaries.admin import panels
from beneficiaries.admin.panels import Panel, badge
from beneficiaries.models import Household, Person
from disbursement.models import ConflictNote, Enrolment, Instruction, Route
from disbursement.providers import routes
from vault.sealing import CannotOpen
from wallet import ledger
from wallet.admin import above
from wallet.admin.rows import change_url, link, money
from wallet.models import Purse, Wallet

NIK = re.compile(r"[0-9]{16}")
PURSES = 50  # on a page
S = Enrolment.Status
TONES = {S.WAITING: "info", S.ACTIVE: "success", S.SUSPENDED: "warning", S.ENDED: "none"}


def found_by(text: str) -> dict[str, Any]:
    """The lookup of a person by the searched text: 16 digits are a NIK, matched by its blind index; else the name."""
    digits = identity.bare(text)
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


def masked_account(route: Route | None) -> str:
    """The last digits of the account at a partner; a dash for who is paid into our own wallet."""
    try:
        return routes.masked(route) if route is not None else "–"
    except CannotOpen:
        return "?"


class OfEnrolment:
    """A table whose rows are each about an enrolment: whose it is, and found by that."""

    search_fields = ("enrolment__person__name",)
    search_help_text = _("NIK (16 angka) atau nama")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """See `narrowed`."""
        return narrowed(queryset, "enrolment__person", search_term), False

    @admin.display(description=_("penerima"))
    def person(self, row: Any) -> str:
        return str(row.enrolment.person.name)

    @admin.display(description="NIK")
    def nik(self, row: Any) -> str:
        return masked_nik(row.enrolment.person)


def masked_name(name: str) -> str:
    """The name with the first letter of each word only, for files that leave the house: ``S••• L•••``."""
    return " ".join(f"{word[0]}•••" for word in name.split())


def holder(request: HttpRequest, wallet: Wallet) -> SafeString | None:
    """The person who holds the wallet, for officers who may see people."""
    if not request.user.has_perm("beneficiaries.view_person"):
        return None
    person = Person.objects.filter(wallet=wallet).first()
    return link(change_url(person), person.name) if person else None


above.HOLDERS.append(holder)


def aid(request: HttpRequest, people: Sequence[Person], *, named: bool) -> Panel | None:
    """The people's programmes, and what each has been paid so far."""
    if not request.user.has_perm("disbursement.view_enrolment"):  # type: ignore[union-attr]
        return None
    paid = Q(instructions__status=Instruction.Status.PAID)
    enrolments = (
        Enrolment.objects.filter(person__in=[person.pk for person in people])
        .select_related("programme", "person")
        .annotate(
            payments=Count("instructions", filter=paid),
            total=Sum("instructions__amount", filter=paid),
            last=Max("instructions__cycle__period", filter=paid),
        )
        .order_by("status", "programme__name", "pk")
    )
    columns = [_("Program"), _("Kepesertaan"), _("Dibayar"), _("Jumlah"), _("Siklus terakhir")]
    rows: list[list[Any]] = []
    for enrolment in enrolments:
        row: list[Any] = [
            link(change_url(enrolment), enrolment.programme),
            badge(enrolment.get_status_display(), TONES[Enrolment.Status(enrolment.status)]),
            f"{enrolment.payments}×",
            money(enrolment.total or 0),
            date_format(enrolment.last, "F Y") if enrolment.last else "–",
        ]
        rows.append([enrolment.person.name, *row] if named else row)
    notes = ConflictNote.objects.filter(person__in=[person.pk for person in people])
    for note in notes.select_related("programme", "person", "enrolment__programme").order_by("programme__name", "pk"):
        because = gettext("tidak didaftarkan: masih peserta %(programme)s") % {"programme": note.enrolment.programme}
        row = [note.programme.name, because, "–", "–", "–"]
        rows.append([note.person.name, *row] if named else row)
    return Panel(_("Bantuan"), [_("Penerima"), *columns] if named else columns, rows, _("Belum ikut program apa pun."))


def purses(request: HttpRequest, people: Sequence[Person], *, named: bool) -> Panel | None:
    """The purses of the people's wallets with what is in them now; nothing where nobody has a wallet."""
    holders = {person.wallet_id: person.name for person in people if person.wallet_id}
    if not holders or not request.user.has_perm("wallet.view_purse"):  # type: ignore[union-attr]
        return None
    found = list(Purse.objects.filter(wallet__in=list(holders)).order_by("usable_until", "pk")[:PURSES])
    balances = ledger.balances_of(purse.pk for purse in found)
    columns = [_("Kantong"), _("Saldo"), _("Dapat dipakai sampai")]
    rows: list[list[Any]] = []
    for purse in found:
        until = date_format(timezone.localtime(purse.usable_until), "j M Y") if purse.usable_until else "–"
        row: list[Any] = [link(change_url(purse), purse.title), money(balances[purse.pk]), until]
        rows.append([holders[purse.wallet_id], *row] if named else row)
    return Panel(_("Kantong"), [_("Pemegang"), *columns] if named else columns, rows, _("Belum ada kantong."))


def _aid_of_person(request: HttpRequest, person: Person) -> Panel | None:
    return aid(request, [person], named=False)


def _purses_of_person(request: HttpRequest, person: Person) -> Panel | None:
    return purses(request, [person], named=False)


def _aid_of_household(request: HttpRequest, household: Household, members: Sequence[Person]) -> Panel | None:
    return aid(request, members, named=True)


def _purses_of_household(request: HttpRequest, household: Household, members: Sequence[Person]) -> Panel | None:
    return purses(request, members, named=True)


panels.PERSON.extend((_aid_of_person, _purses_of_person))
panels.HOUSEHOLD.extend((_aid_of_household, _purses_of_household))
