"""The registry in the admin: to look at, not to change. What comes in, comes by import.

NIK, KK number, phone and address are masked on every page; one in full is shown by a step that asks why and is logged
(`beneficiaries.admin.reveals`). One search box takes a NIK, a KK number, a phone or part of a name.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline

from beneficiaries import identity, regions
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
from beneficiaries.admin.person_inlines import INLINES
from beneficiaries.admin.reveals import RevealSteps
from beneficiaries.admin.view_only import ViewOnly
from beneficiaries.errors import FieldRefused
from beneficiaries.models import Household, Person
from vault.sealing import CannotOpen
from wallet.admin.rows import OfficeChecks

_BETWEEN_DIGITS = re.compile(r"[ .-]")
_SIXTEEN_DIGITS = re.compile(r"[0-9]{16}")


def _opened(read: Callable[[], str]) -> str:
    """A sealed value, or a note that it does not open: one damaged row must not take the whole page down."""
    try:
        return read()
    except CannotOpen:
        return str(_("tidak dapat dibuka"))


def _place(code: str) -> str:
    region = regions.kelurahan(code)
    return region.name if region else code


def _whole_place(code: str) -> str:
    region = regions.kelurahan(code)
    return f"{region.path} {region.postal_code or ''}".strip() if region else code


def people_found(term: str) -> QuerySet[Person]:
    """The people a search term means: by NIK or KK if it is 16 digits, by phone if it is one, else by part of a name."""
    number = _BETWEEN_DIGITS.sub("", term)
    if _SIXTEEN_DIGITS.fullmatch(number):
        with_kk = Household.objects.with_kk(number)
        return Person.objects.with_nik(number) | Person.objects.filter(household__in=with_kk)
    try:
        return Person.objects.with_phone(identity.parse_phone(term.strip()))
    except FieldRefused:
        return Person.objects.filter(name__icontains=term.strip())


class PersonColumns:
    """What lists and pages show of a person."""

    @admin.display(description="NIK")
    def masked_nik(self, person: Person) -> str:
        """3171••••••••0001"""
        return _opened(lambda: identity.mask_number(person.nik))

    @admin.display(description=_("telepon"))
    def masked_phone(self, person: Person) -> str:
        """0812-••••-•890"""
        return _opened(lambda: identity.mask_phone(person.phone)) or "–"

    @admin.display(description=_("umur"), ordering="-birth_date")
    def age(self, person: Person) -> int:
        """Completed years today."""
        return identity.age(person.birth_date, timezone.localdate())


class MemberInline(PersonColumns, ViewOnly, TabularInline):  # type: ignore[misc]
    """A household's members, on its page."""

    model = Person
    fields = readonly_fields = ("name", "masked_nik", "sex", "age", "masked_phone")
    ordering = ("birth_date",)
    extra = 0
    show_change_link = True
    verbose_name_plural = _("anggota keluarga")


@admin.register(Household)
class HouseholdAdmin(RevealSteps, ViewOnly, ModelAdmin):  # type: ignore[misc]
    """Households: masked, view-only, with their members."""

    checks_class = OfficeChecks
    actions_detail = RevealSteps.reveal_actions
    list_display = ("masked_kk", "place", "city", "decile", "size")
    list_filter = (CityFilter, DistrictFilter, DecileFilter)
    search_fields = ("members__name",)
    search_help_text = _("NIK, nomor KK, nomor telepon, atau nama anggota")
    ordering = ("-pk",)
    show_full_result_count = False
    fields = readonly_fields = ("masked_kk", "masked_address", "whole_place", "decile", "created_at", "last_reveals")
    inlines = (MemberInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Household]:
        """With the number of active members."""
        households: QuerySet[Household] = super().get_queryset(request)
        return households.annotate(size=Count("members", filter=Q(members__status=Person.Status.ACTIVE)))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Household], search_term: str
    ) -> tuple[QuerySet[Household], bool]:
        """The households of the people found."""
        if not search_term.strip():
            return queryset, False
        return queryset.filter(pk__in=people_found(search_term).values("household")), False

    @admin.display(description=_("nomor KK"))
    def masked_kk(self, household: Household) -> str:
        """3171••••••••0001"""
        return _opened(lambda: identity.mask_number(household.kk))

    @admin.display(description=_("alamat"))
    def masked_address(self, household: Household) -> str:
        """Dots, as many for every address."""
        return identity.MASK * 12

    @admin.display(description=_("kelurahan"), ordering="kelurahan")
    def place(self, household: Household) -> str:
        """The kelurahan's name."""
        return _place(household.kelurahan)

    @admin.display(description=_("kota"), ordering="kelurahan")
    def city(self, household: Household) -> str:
        """The city's name."""
        region = regions.kelurahan(household.kelurahan)
        return region.path.split(", ")[2] if region else ""

    @admin.display(description=_("wilayah"))
    def whole_place(self, household: Household) -> str:
        """Kelurahan, kecamatan, city, province and postal code."""
        return _whole_place(household.kelurahan)

    @admin.display(description=_("anggota"), ordering="size")
    def size(self, household: Any) -> int:
        """How many members the registry knows."""
        members: int = household.size
        return members


@admin.register(Person)
class PersonAdmin(PersonColumns, RevealSteps, ConsentSteps, RequestSteps, ViewOnly, ModelAdmin):  # type: ignore[misc]
    """People: masked, view-only."""

    checks_class = OfficeChecks
    actions_detail = (*RevealSteps.reveal_actions, *ConsentSteps.consent_actions, *RequestSteps.request_actions)
    list_display = ("name", "masked_nik", "sex", "age", "place", "decile")
    list_filter = ("sex", AgeFilter, PersonDecileFilter, PersonCityFilter, PersonDistrictFilter)
    list_select_related = ("household",)
    search_fields = ("name",)
    search_help_text = _("NIK, nomor KK, nomor telepon, atau nama")
    ordering = ("-pk",)
    show_full_result_count = False
    fields = readonly_fields = (
        "name",
        "masked_nik",
        "sex",
        "birth_date",
        "age",
        "masked_phone",
        "household",
        "whole_place",
        "decile",
        "wallet",
        "created_at",
        "restricted",
        "agreed",
        "last_reveals",
    )
    inlines = INLINES

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Person], search_term: str
    ) -> tuple[QuerySet[Person], bool]:
        """The people found."""
        if not search_term.strip():
            return queryset, False
        return queryset.filter(pk__in=people_found(search_term).values("pk")), False

    @admin.display(description=_("kelurahan"), ordering="household__kelurahan")
    def place(self, person: Person) -> str:
        """The kelurahan's name."""
        return _place(person.household.kelurahan)

    @admin.display(description=_("wilayah"))
    def whole_place(self, person: Person) -> str:
        """Kelurahan, kecamatan, city, province and postal code."""
        return _whole_place(person.household.kelurahan)

    @admin.display(description=_("desil"), ordering="household__decile")
    def decile(self, person: Person) -> int:
        """The household's DTSEN decile."""
        return person.household.decile
