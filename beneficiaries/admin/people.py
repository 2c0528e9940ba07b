"""People and households in the office: found by one box, seen on one page, changed by steps that ask why.

NIK, KK number, phone and address are masked on every page; one in full is shown by a step that asks why and is logged
(`beneficiaries.admin.reveals`). What programmes, wallets and others know of a person comes as panels
(`beneficiaries.admin.panels`); a change is a step of `beneficiaries.admin.person_steps` and `household_steps`.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from beneficiaries import identity, regions, search
from beneficiaries.admin import find, panels, shown
from beneficiaries.admin.consents import ConsentSteps
from beneficiaries.admin.data_requests import RequestSteps
from beneficiaries.admin.filters import (
    AgeFilter,
    CityFilter,
    DecileFilter,
    DistrictFilter,
    PersonCityFilter,
    PersonDecileFilter,
    PersonDistrictFilter,
)
from beneficiaries.admin.household_steps import HouseholdSteps
from beneficiaries.admin.panels import Panel
from beneficiaries.admin.person_cases import CaseSteps
from beneficiaries.admin.person_steps import PersonSteps
from beneficiaries.admin.reveals import RevealSteps
from beneficiaries.models import Household, Person
from wallet.admin.rows import LongTable, ViewOnlyAdmin, change_url, link

ALL_HISTORY = 500
CARD = "beneficiaries/admin/card.html"
S = Person.Status


def _history_asked(request: HttpRequest) -> tuple[str, int]:
    """Where all of the history is, and how much of it this page shows."""
    everything = request.GET.get("riwayat") == "semua"
    return ("", ALL_HISTORY) if everything else (f"{request.path}?riwayat=semua", shown.CHANGES)


class CardPage:
    """A page that begins with a card, the panels and the history; `card` and `panels_of` say what is on it."""

    change_form_outer_before_template = CARD

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id)  # type: ignore[attr-defined]
        if row is not None and self.has_view_permission(request, row):  # type: ignore[attr-defined]
            extra_context = (extra_context or {}) | self.page_of(request, row)  # type: ignore[attr-defined]
        page: HttpResponse = super().change_view(request, object_id, form_url, extra_context)  # type: ignore[misc]
        return page


def members_panel(request: HttpRequest, members: list[Person]) -> Panel:
    """Who lives there, and who did: the head leads, the others by age, whoever is no longer active last."""
    linked = request.user.has_perm("beneficiaries.view_person")  # type: ignore[union-attr]
    ordered = sorted(members, key=lambda one: (one.status != S.ACTIVE, one.relation != "head", one.birth_date))
    rows = [
        (
            shown.name_link(one) if linked else one.name,
            shown.whole(shown.masked_nik(one)),
            one.get_relation_display() or "–",
            f"{shown.sex(one)}, {shown.age(one)}",
            one.get_schooling_display() or "–",
            one.get_occupation_display() or "–",
            shown.badges(one),
        )
        for one in ordered
    ]
    columns = (_("Nama"), "NIK", _("Hubungan"), _("Jenis kelamin, umur"), _("Sekolah"), _("Pekerjaan"), _("Status"))
    return Panel(_("Anggota keluarga"), columns, rows, _("Belum ada anggota."))


@admin.register(Household)
class HouseholdAdmin(CardPage, HouseholdSteps, RevealSteps, LongTable, ViewOnlyAdmin):
    """A household on one page: its members, their aid, and what changed."""

    list_display = ("masked_kk", "place", "city", "decile", "size")
    list_filter = (CityFilter, DistrictFilter, DecileFilter)
    search_fields = ("members__name",)
    search_help_text = _("NIK, nomor KK, nomor telepon, atau nama anggota")
    fields = readonly_fields = ("created_at", "last_reveals")
    actions_list = ("register",)
    actions_detail = (*HouseholdSteps.household_actions, *RevealSteps.reveal_actions)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Household]:
        """With the number of active members."""
        households: QuerySet[Household] = super().get_queryset(request)
        # A count for each row that is shown, instead of a join that groups the whole table first.
        members = Person.objects.filter(household=OuterRef("pk"), status=S.ACTIVE).order_by().values("household")
        return households.annotate(size=Coalesce(Subquery(members.annotate(many=Count("pk")).values("many")), 0))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Household], search_term: str
    ) -> tuple[QuerySet[Household], bool]:
        """The households of the people found, and of the KK number."""
        if not search_term.strip():
            return queryset, False
        found = search.people_found(search_term).values("household")
        return queryset.filter(Q(pk__in=found) | Q(pk__in=search.households_found(search_term))), False

    def page_of(self, request: HttpRequest, household: Household) -> dict[str, Any]:
        """The card and the panels of the household's page, at a fixed number of queries."""
        members = list(household.members.select_related("wallet"))
        active = [one for one in members if one.status == S.ACTIVE]
        head = next((one for one in active if one.relation == Person.Relation.HEAD), None)
        warnings = []
        if active and head is None:
            warnings.append(
                gettext("Keluarga ini belum punya kepala keluarga. Pilih Ubah, lalu Ganti kepala keluarga.")
            )
        card = {
            "name": gettext("Keluarga %(name)s") % {"name": head.name} if head else str(household),
            "said": shown.whole_place(household.kelurahan),
            "badges": panels.badge(
                gettext("%(many)s anggota aktif") % {"many": len(active)} if active else gettext("Ditutup"),
                "success" if active else "warning",
            ),
            "warnings": warnings,
            "facts": [
                (_("Nomor KK"), shown.masked_kk(household)),
                (_("Alamat"), identity.MASK * 12),
                ("RT / RW", shown.neighbourhood(household)),
                (_("Desil DTSEN"), household.decile),
            ],
        }
        more, limit = _history_asked(request)
        history = shown.history(people=members, household=household, everything_url=more, limit=limit)
        others = panels.of_household(request, household, members)
        return {"card": card, "panels": [members_panel(request, members), *others, history]}

    @admin.display(description=_("nomor KK"))
    def masked_kk(self, household: Household) -> str:
        """3171••••••••0001"""
        return shown.masked_kk(household)

    @admin.display(description=_("kelurahan"))
    def place(self, household: Household) -> str:
        """The kelurahan's name."""
        return shown.place(household.kelurahan)

    @admin.display(description=_("kota"))
    def city(self, household: Household) -> str:
        """The city's name."""
        region = regions.kelurahan(household.kelurahan)
        return region.path.split(", ")[2] if region else ""

    @admin.display(description=_("anggota"))
    def size(self, household: Any) -> int:
        """How many active members the registry knows."""
        members: int = household.size
        return members


@admin.register(Person)
class PersonAdmin(CardPage, PersonSteps, RevealSteps, ConsentSteps, RequestSteps, CaseSteps, LongTable, ViewOnlyAdmin):
    """A person on one page: who it is, the family, the aid, and what changed."""

    list_display = ("name", "masked_nik", "sex", "age", "place", "decile", "status_label")
    list_display_links = ("name",)
    list_filter = ("sex", "status", AgeFilter, PersonDecileFilter, PersonCityFilter, PersonDistrictFilter)
    list_select_related = ("household", "wallet")
    search_fields = ("name",)
    search_help_text = _("NIK, nomor KK, nomor telepon, atau nama")
    fields = readonly_fields = ("created_at", "restricted", "agreed", "last_reveals")
    actions_detail = (
        *PersonSteps.person_actions,
        *RevealSteps.reveal_actions,
        {
            "title": _("Catat"),
            "icon": "edit_note",
            "items": [*CaseSteps.case_actions, *ConsentSteps.consent_actions, *RequestSteps.request_actions],
        },
    )

    def get_urls(self) -> list[URLPattern]:
        """With the search page and the picture of the registry."""
        site = self.admin_site
        own = [
            path("cari/", site.admin_view(find.find), name="beneficiaries_person_find"),
            path("gambaran/", site.admin_view(find.picture), name="beneficiaries_person_picture"),
        ]
        inherited: list[URLPattern] = super().get_urls()
        return [*own, *inherited]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Person], search_term: str
    ) -> tuple[QuerySet[Person], bool]:
        """The people found."""
        if not search_term.strip():
            return queryset, False
        return queryset.filter(pk__in=search.people_found(search_term).values("pk")), False

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Nothing is changed of who died or was merged into another, and nothing filed about who is forgotten."""
        person = self.get_object(request, str(object_id))
        gone = person is None or person.erased_at is not None
        hidden = set(CaseSteps.case_actions) if gone else set()
        if gone or person.status not in (S.ACTIVE, S.LEFT):
            hidden |= set(PersonSteps.steps)
        steps = super().get_actions_detail(request, object_id)
        return [step for step in steps if step.action_name.removeprefix("beneficiaries_person_") not in hidden]

    def page_of(self, request: HttpRequest, person: Person) -> dict[str, Any]:
        """The card and the panels of the person's page, at a fixed number of queries."""
        home = person.household
        family = list(home.members.exclude(pk=person.pk))
        warnings: list[Any] = []
        if person.merged_into_id:
            kept = Person(pk=person.merged_into_id)
            said = gettext("Data ini digabung dengan data lain dan hanya disimpan untuk riwayat. Lihat")
            warnings.append(_sentence(said, link(change_url(kept), gettext("data yang dipakai"))))
        card = {
            "name": person.name,
            "said": gettext("%(sex)s, %(age)s tahun") % {"sex": shown.sex(person), "age": shown.age(person)},
            "badges": shown.badges(person),
            "warnings": warnings,
            "facts": [
                ("NIK", shown.masked_nik(person)),
                (_("Tanggal lahir"), shown.day(person.birth_date)),
                (_("Telepon"), shown.masked_phone(person)),
                (_("Hubungan"), person.get_relation_display() or "–"),
                (_("Sekolah"), person.get_schooling_display() or "–"),
                (_("Pekerjaan"), person.get_occupation_display() or "–"),
                (_("Disabilitas"), person.get_disability_display() or "–"),
                *self._of_women(person),
                (_("Keluarga"), self._home(request, home)),
                (_("Wilayah"), shown.whole_place(home.kelurahan)),
                ("RT / RW", shown.neighbourhood(home)),
                (_("Desil DTSEN"), home.decile),
                (_("Dompet"), self._wallet(request, person)),
                *self._joined(person),
            ],
        }
        more, limit = _history_asked(request)
        history = shown.history(people=[person], everything_url=more, limit=limit)
        others = panels.of_person(request, person)
        return {"card": card, "panels": [*others, *([members_panel(request, family)] if family else []), history]}

    @staticmethod
    def _of_women(person: Person) -> list[tuple[Any, Any]]:
        if person.sex != Person.Sex.FEMALE:
            return []
        said = {True: _("Ya"), False: _("Tidak"), None: _("Tidak diketahui")}
        return [(_("Hamil"), said[person.pregnant])]

    @staticmethod
    def _joined(person: Person) -> list[tuple[Any, Any]]:
        """The rows that were merged into this one: their money and enrolments are here, their history is there."""
        rows = Person.objects.filter(merged_into=person).order_by("pk")
        names = [link(change_url(row), f"{row.name} {shown.masked_nik(row)}") for row in rows]
        return [(_("Digabung ke sini"), _sentence(*names))] if names else []

    @staticmethod
    def _home(request: HttpRequest, home: Household) -> SafeString | str:
        kk = shown.masked_kk(home)
        may = request.user.has_perm("beneficiaries.view_household")  # type: ignore[union-attr]
        return link(change_url(home), kk) if may else kk

    @staticmethod
    def _wallet(request: HttpRequest, person: Person) -> SafeString | str:
        if person.wallet is None:
            return gettext("Belum punya")
        text = f"{person.wallet_id}, {person.wallet.get_status_display().lower()}"
        may = request.user.has_perm("wallet.view_wallet")  # type: ignore[union-attr]
        return link(change_url(person.wallet), text) if may else text

    @admin.display(description="NIK")
    def masked_nik(self, person: Person) -> str:
        """3171••••••••0001"""
        return shown.masked_nik(person)

    @admin.display(description=_("umur"))
    def age(self, person: Person) -> int:
        """Completed years today."""
        return shown.age(person)

    @admin.display(description=_("kelurahan"))
    def place(self, person: Person) -> str:
        """The kelurahan's name."""
        return shown.place(person.household.kelurahan)

    @admin.display(description=_("desil"))
    def decile(self, person: Person) -> int:
        """The household's DTSEN decile."""
        return person.household.decile

    @admin.display(description=_("status"))
    def status_label(self, person: Person) -> SafeString:
        """Active, left, deceased or merged."""
        return shown.status(person)


def _sentence(*parts: Any) -> SafeString:
    return format_html_join(" ", "{}", ((part,) for part in parts))
