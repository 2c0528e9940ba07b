"""The search page, and the picture of the registry on the front page."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from beneficiaries import regions, search
from beneficiaries.admin import shown
from beneficiaries.admin.panels import badge
from beneficiaries.admin.search_terms import recall, remember
from beneficiaries.errors import BeneficiaryError
from beneficiaries.models import Household, Person
from wallet.admin.rows import change_url

PER_PAGE = 20
SEES = "beneficiaries.view_person"
M = search.Match
TONES = {M.NIK: "success", M.KK: "success", M.PHONE: "success", M.EXACT: "success", M.PREFIX: "info", M.PART: "info"}
PICTURE_SECONDS = 900


@never_cache
def find(request: HttpRequest) -> HttpResponse:
    """POST keeps the term and leads to the results; GET shows them. Raises PermissionDenied."""
    if not request.user.has_perm(SEES):  # type: ignore[union-attr]
        raise PermissionDenied
    here = reverse("admin:beneficiaries_person_find")
    if request.method == "POST":
        term = request.POST.get("term", "").replace("\x00", "").strip()[:200]
        return HttpResponseRedirect(f"{here}?{urlencode({'k': remember(request, term)})}" if term else here)
    word = request.GET.get("k", "")
    term = recall(request, word) if word else ""
    page = request.GET.get("p", "1")
    number = int(page) if page.isascii() and page.isdecimal() and 0 < len(page) < 5 else 1
    hits: list[search.Hit] = []
    refused = ""
    if term:
        try:
            hits = search.find(term)
        except BeneficiaryError as error:
            refused = str(error)
    elif word:
        refused = str(_("Pencarian ini sudah kedaluwarsa. Ketik lagi."))
    first = (max(number, 1) - 1) * PER_PAGE
    context = admin.site.each_context(request) | {
        "title": _("Cari orang dan keluarga"),
        "term": term,
        "refused": refused,
        "rows": _rows(hits[first : first + PER_PAGE]),
        "none": bool(term) and not hits and not refused,
        "before": f"{here}?{urlencode({'k': word, 'p': str(number - 1)})}" if number > 1 else "",
        "after": f"{here}?{urlencode({'k': word, 'p': str(number + 1)})}" if len(hits) > first + PER_PAGE else "",
        "register_url": reverse("admin:beneficiaries_household_register")
        if request.user.has_perm("beneficiaries.add_household")  # type: ignore[union-attr]
        else "",
    }
    return TemplateResponse(request, "beneficiaries/admin/find.html", context)


def _rows(hits: list[search.Hit]) -> list[dict[str, Any]]:
    people = Person.objects.select_related("household").in_bulk([hit.person for hit in hits if hit.person])
    homes = Household.objects.in_bulk([hit.household for hit in hits if hit.household])
    rows = []
    for hit in hits:
        match = badge(hit.match.label, TONES.get(hit.match, "none"))
        if hit.household and (home := homes.get(hit.household)):
            rows.append(
                {"home": home, "url": change_url(home), "kk": shown.masked_kk(home), "match": match} | _at(home)
            )
        elif hit.person and (person := people.get(hit.person)):
            home = person.household
            rows.append(
                {
                    "name": person.name,
                    "url": change_url(person),
                    "nik": shown.masked_nik(person),
                    "about": f"{shown.sex(person)}, {shown.age(person)}",
                    "relation": person.get_relation_display(),
                    "home_url": change_url(home),
                    "status": shown.status(person) if person.status != Person.Status.ACTIVE else "",
                    "match": match,
                }
                | _at(home)
            )
    return rows


def _at(home: Household) -> dict[str, Any]:
    region = regions.kelurahan(home.kelurahan)
    return {"place": ", ".join(region.path.split(", ")[:3]) if region else home.kelurahan, "decile": home.decile}


def picture(request: HttpRequest) -> HttpResponse:
    """People by decile and by city, as a piece of a page; counting a million takes a while, so the browser keeps it."""
    if not request.user.has_perm(SEES):  # type: ignore[union-attr]
        raise PermissionDenied
    active = Person.objects.filter(status=Person.Status.ACTIVE)
    by_decile = _counts(active, "household__decile")
    by_place: dict[str, int] = {}
    for code, count in _counts(active, "household__kelurahan").items():
        city = str(code)[:5] if str(code).startswith(f"{regions.JAKARTA}.") else ""
        by_place[city] = by_place.get(city, 0) + count
    cities = sorted(by_place.items(), key=lambda item: (not item[0], item[0]))
    context = {
        "charts": [
            (
                _("Orang menurut desil"),
                _bars(
                    [
                        (str(_("Desil %(number)s")) % {"number": number}, by_decile.get(number, 0))
                        for number in range(1, 11)
                    ]
                ),
            ),
            (
                _("Orang menurut kota"),
                _bars([(regions.short_name(city) if city else str(_("Di luar Jakarta")), n) for city, n in cities]),
            ),
        ]
    }
    response = TemplateResponse(request, "beneficiaries/admin/picture.html", context)
    response["Cache-Control"] = f"private, max-age={PICTURE_SECONDS}"
    return response


def _counts(people: QuerySet[Person], by: str) -> dict[Any, int]:
    return dict(people.order_by().values_list(by).annotate(many=Count("pk")))


def _bars(counts: list[tuple[str, int]]) -> list[tuple[str, str, str]]:
    most = max((count for _name, count in counts), default=0) or 1
    return [(name, f"{count:,}".replace(",", "."), f"{100 * count / most:.1f}") for name, count in counts]
