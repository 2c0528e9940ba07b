"""Filters of the registry's lists: by place, decile and age. Their choices cost no query."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from beneficiaries import regions

Choices = list[tuple[str, Any]]

# name: (label, youngest age, age from which one is no longer in it)
AGE_BANDS: dict[str, tuple[Any, int, int | None]] = {
    "0-6": (_("Anak usia dini, 0–6"), 0, 7),
    "7-18": (_("Usia sekolah, 7–18"), 7, 19),
    "19-59": (_("Dewasa, 19–59"), 19, 60),
    "60+": (_("Lanjut usia, 60 ke atas"), 60, None),
}
ELSEWHERE = "lain"


def born_on_or_before(age: int, today: date) -> date:
    """The latest birth date of someone who is at least `age` today. 29 February stands for 28 in a common year."""
    try:
        return today.replace(year=today.year - age)
    except ValueError:
        return date(today.year - age, 2, 28)


class PlaceFilter(admin.SimpleListFilter):
    """By kelurahan code: its beginning is the chosen region. `path` leads from the listed model to the code."""

    path = "kelurahan"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows of the chosen region; all of them when none is chosen."""
        value = self.value()
        if value == ELSEWHERE:
            return queryset.exclude(**{f"{self.path}__startswith": f"{regions.JAKARTA}."})
        if value:
            return queryset.filter(**{f"{self.path}__startswith": f"{value}."})
        return queryset


class CityFilter(PlaceFilter):
    title = _("kota")
    parameter_name = "kota"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        """Jakarta's cities, and everywhere else."""
        cities = [(city.code, city.name) for city in regions.children(regions.JAKARTA)]
        return [*cities, (ELSEWHERE, _("Di luar Jakarta"))]


class DistrictFilter(PlaceFilter):
    title = _("kecamatan")
    parameter_name = "kecamatan"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        """The kecamatan of the chosen city; none before a city is chosen, for the list would be long."""
        city = request.GET.get(CityFilter.parameter_name, "")
        if city not in {region.code for region in regions.children(regions.JAKARTA)}:
            return []
        return [(district.code, district.name) for district in regions.districts_of(city)]


class PersonCityFilter(CityFilter):
    path = "household__kelurahan"


class PersonDistrictFilter(DistrictFilter):
    path = "household__kelurahan"


class DecileFilter(admin.SimpleListFilter):
    """By DTSEN decile, one or the first four, to which most aid goes."""

    title = _("desil")
    parameter_name = "desil"
    path = "decile"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        """Deciles 1 to 4 together, then each."""
        return [("1-4", "1–4"), *((str(decile), str(decile)) for decile in range(1, 11))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows of the chosen decile."""
        value = self.value()
        if value == "1-4":
            return queryset.filter(**{f"{self.path}__lte": 4})
        if value in {str(decile) for decile in range(1, 11)}:
            return queryset.filter(**{self.path: int(str(value))})
        return queryset


class PersonDecileFilter(DecileFilter):
    path = "household__decile"


class AgeFilter(admin.SimpleListFilter):
    """By age today, in the bands the programmes use."""

    title = _("umur")
    parameter_name = "umur"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        """The bands."""
        return [(name, label) for name, (label, _from, _to) in AGE_BANDS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The people of the chosen band."""
        band = AGE_BANDS.get(self.value() or "")
        if band is None:
            return queryset
        today = timezone.localdate()
        _label, youngest, limit = band
        queryset = queryset.filter(birth_date__lte=born_on_or_before(youngest, today))
        return queryset if limit is None else queryset.filter(birth_date__gt=born_on_or_before(limit, today))
