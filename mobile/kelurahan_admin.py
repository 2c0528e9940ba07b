"""Lists of the kelurahan offices: which office has whom to tell, one page a kelurahan and day to print, tick and sign."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from beneficiaries import regions
from beneficiaries.admin.entry_forms import DayInput
from mobile import notice_lists
from mobile.models import Delivery
from mobile.notice_lists import PEOPLE_MOST, Line
from wallet.admin.rows import NUMBER, list_url

SEE, TELL = "mobile.view_delivery", "mobile.tell_delivery"


class DayForm(forms.Form):
    hari = forms.DateField(label=_("Hari"), required=False, widget=DayInput())


def index(request: HttpRequest, site: Any, opts: Any) -> HttpResponse:
    """Every kelurahan with somebody to tell. Raises PermissionDenied."""
    if not request.user.has_perm(SEE):  # type: ignore[union-attr]
        raise PermissionDenied
    rows = [
        {
            "name": regions.short_name(place.code),
            "district": regions.short_name(place.code[:8]),
            "waiting": place.waiting,
            "since": date_format(timezone.localtime(place.since), "j M Y") if place.since else "–",
            "told_today": place.told_today,
            "url": reverse("admin:mobile_delivery_kelurahan", args=[place.code]),
        }
        for place in notice_lists.places()
    ]
    context = site.each_context(request) | {
        "title": _("Daftar kelurahan"),
        "opts": opts,
        "rows": rows,
        "back": list_url(Delivery),
    }
    return TemplateResponse(request, "mobile/admin/kelurahan_lists.html", context)


def page(request: HttpRequest, site: Any, opts: Any, code: str) -> HttpResponse:
    """One office's list; a POST says who was told. Raises PermissionDenied, Http404."""
    user = request.user
    if not user.has_perm(SEE):  # type: ignore[union-attr]
        raise PermissionDenied
    kelurahan = regions.dotted(code)
    if kelurahan is None:
        raise Http404
    if request.method == "POST":
        return _told(request, kelurahan)
    today = timezone.localdate()
    form = DayForm(request.GET or {"hari": today.isoformat()})
    day = (form.cleaned_data["hari"] if form.is_valid() else None) or today
    found = notice_lists.of(kelurahan, day)
    context = site.each_context(request) | {
        "title": _("Pemberitahuan yang harus disampaikan"),
        "opts": opts,
        "place": regions.short_name(kelurahan),
        "district": regions.short_name(kelurahan[:8]),
        "form": form,
        "day": date_format(day, "j F Y"),
        "lines": [_line(line) for line in found.lines],
        "waiting": sum(bool(line.waiting) for line in found.lines),
        "most": PEOPLE_MOST if found.more else 0,
        "up_to": found.up_to,
        "may_tell": user.has_perm(TELL),  # type: ignore[union-attr]
        "back": reverse("admin:mobile_delivery_kelurahan_index"),
    }
    return TemplateResponse(request, "mobile/admin/kelurahan_list.html", context)


def _line(line: Line) -> dict[str, Any]:
    """Name and home: whoever goes there must find them. No number of theirs is needed, so none is shown."""
    home = line.person.household
    return {
        "person": line.person.pk,
        "name": line.person.name,
        "home": f"RT {home.rt or '-'}/RW {home.rw or '-'}",
        "waiting": line.waiting,
        "told": [
            (words, date_format(timezone.localtime(at), "H.i") if at else "", by.get_username() if by else "")
            for words, at, by in line.told
        ],
    }


def _told(request: HttpRequest, kelurahan: str) -> HttpResponse:
    if not request.user.has_perm(TELL):  # type: ignore[union-attr]
        raise PermissionDenied
    chosen = [int(one) for one in request.POST.getlist("orang") if NUMBER.fullmatch(one)]
    up_to = request.POST.get("sampai", "")
    told = notice_lists.mark_told(chosen, up_to=int(up_to) if NUMBER.fullmatch(up_to) else 0, by=request.user)  # type: ignore[arg-type]
    said = ngettext("%(count)s pemberitahuan ditandai.", "%(count)s pemberitahuan ditandai.", told)
    messages.add_message(request, messages.SUCCESS if told else messages.WARNING, said % {"count": told})
    return HttpResponseRedirect(reverse("admin:mobile_delivery_kelurahan", args=[kelurahan]))
