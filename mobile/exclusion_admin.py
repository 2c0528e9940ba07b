"""Notices of exclusions in the office: who was told by message, who has to be told at the kelurahan office, and who was."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from beneficiaries import regions
from beneficiaries.admin.filters import PersonCityFilter, PersonDistrictFilter, PlaceFilter
from beneficiaries.admin.queues import QUEUES, Queue
from mobile import exclusion_notices
from mobile.models import ExclusionNotice
from wallet.admin.decorators import action, display
from wallet.admin.rows import LongTable, ViewOnlyAdmin, list_url

PRINTED = 500  # people on one print


class KelurahanFilter(PlaceFilter):
    """Of the chosen kecamatan; none before one is chosen, for the list would be long."""

    title = _("kelurahan")
    parameter_name = "kelurahan"
    path = "person__household__kelurahan"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The kelurahan of the chosen kecamatan, or the one in the address."""
        chosen = request.GET.get(self.parameter_name, "")
        district = request.GET.get(PersonDistrictFilter.parameter_name, "") or chosen[:8]
        found = [(one.code, one.name) for one in regions.children(district)] if district.count(".") == 2 else []
        return [(code, name) for code, name in found if code.count(".") == 3]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ExclusionNotice]) -> QuerySet[ExclusionNotice]:
        """Those of the one kelurahan."""
        return queryset.filter(**{self.path: self.value()}) if self.value() else queryset


class CityFilter(PersonCityFilter):
    path = "person__household__kelurahan"


class DistrictFilter(PersonDistrictFilter):
    path = "person__household__kelurahan"


class TellingFilter(admin.SimpleListFilter):
    """Who waits to be told at the office, and who was."""

    title = _("penyampaian")
    parameter_name = "penyampaian"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("belum", _("Harus disampaikan kantor")), ("sudah", _("Sudah disampaikan kantor"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ExclusionNotice]) -> QuerySet[ExclusionNotice]:
        if self.value() == "belum":
            return queryset.filter(pk__in=ExclusionNotice.objects.to_tell().values("pk"))
        return queryset.filter(told_at__isnull=False) if self.value() == "sudah" else queryset


@admin.register(ExclusionNotice)
class ExclusionNoticeAdmin(LongTable, ViewOnlyAdmin):
    """The list of a kelurahan office: filter by kelurahan, print, tell, tick."""

    list_display = ("person", "about", "place", "last_day", "coloured_outcome", "told_at", "told_by")
    list_display_links = ("person",)
    list_filter = (TellingFilter, CityFilter, DistrictFilter, KelurahanFilter, "outcome")
    list_select_related = ("person__household", "exclusion", "objection", "told_by", "sms")
    search_fields = ("person__name",)
    fields = readonly_fields = (
        "person",
        "exclusion",
        "lifted",
        "objection",
        "about",
        "reason",
        "place",
        "last_day",
        "outcome",
        "sms",
        "told_by",
        "told_at",
        "created_at",
    )
    actions = ("tell",)  # type: ignore[assignment]
    actions_list = ("print_list",)

    def has_tell_permission(self, request: HttpRequest) -> bool:
        """Held by those who serve people."""
        return bool(request.user.has_perm("mobile.tell_exclusionnotice"))

    @admin.display(description=_("tentang"))
    def about(self, notice: ExclusionNotice) -> str:
        """What is to be told."""
        if notice.lifted and notice.exclusion.ends_on:
            return str(_("Pengecualian dicabut mulai %(day)s") % {"day": date_format(notice.exclusion.ends_on)})
        if notice.objection is None:
            return str(_("Dikecualikan"))
        return str(_("Sanggahan: %(status)s") % {"status": notice.objection.get_status_display()})

    @admin.display(description=_("alasan"))
    def reason(self, notice: ExclusionNotice) -> str:
        if notice.lifted:
            return ""  # written for officers
        return notice.objection.decision_reason if notice.objection else notice.exclusion.reason

    @admin.display(description=_("kelurahan"))
    def place(self, notice: ExclusionNotice) -> str:
        """With RT and RW where they are known: who goes there must find them."""
        home = notice.person.household
        parts = [regions.short_name(home.kelurahan)]
        if home.rt:
            parts.append(f"RT {home.rt}/RW {home.rw or '-'}")
        return ", ".join(parts)

    @admin.display(description=_("sanggah sampai"))
    def last_day(self, notice: ExclusionNotice) -> Any:
        return None if notice.objection_id or notice.lifted else notice.exclusion.objection_until

    @display(description=_("hasil"), label={"queued": "success", "no_phone": "warning", "failed": "danger"})
    def coloured_outcome(self, notice: ExclusionNotice) -> tuple[str, Any]:
        if notice.sms and notice.sms.state not in (notice.sms.State.QUEUED, notice.sms.State.SENT):
            return "failed", _("SMS gagal: disampaikan kantor")
        return notice.outcome, notice.get_outcome_display()

    @admin.action(description=_("Tandai disampaikan"), permissions=["tell"])
    def tell(self, request: HttpRequest, queryset: QuerySet[ExclusionNotice]) -> None:
        """Ticks those who had to be told and were not yet."""
        chosen = list(queryset.filter(pk__in=ExclusionNotice.objects.to_tell().values("pk")))
        told = exclusion_notices.mark_told([notice.pk for notice in chosen], request.user)  # type: ignore[arg-type]
        for notice in chosen:
            self.log_change(request, notice, _("Disampaikan kepada orangnya"))
        said = ngettext("%(count)s pemberitahuan ditandai.", "%(count)s pemberitahuan ditandai.", told)
        self.message_user(request, said % {"count": told}, messages.SUCCESS if told else messages.WARNING)

    @action(description=_("Cetak daftar"), permissions=["mobile.view_exclusionnotice"], icon="print")
    def print_list(self, request: HttpRequest) -> HttpResponse:
        """Who has to be told, one line a person, of the kelurahan that the list shows; with a box to tick on paper."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        place = regions.dotted(request.GET.get(KelurahanFilter.parameter_name, "")) or ""
        rows = ExclusionNotice.objects.to_tell().select_related(*self.list_select_related)
        if place:
            rows = rows.filter(person__household__kelurahan=place)
        found = list(rows.order_by("person__household__kelurahan", "person__household__rw", "person__name")[:PRINTED])
        context = self.admin_site.each_context(request) | {
            "title": _("Daftar pemberitahuan yang harus disampaikan"),
            "opts": self.opts,
            "lines": [
                {
                    "name": notice.person.name,
                    "place": self.place(notice),
                    "about": self.about(notice),
                    "reason": self.reason(notice),
                    "starts_on": notice.exclusion.starts_on,
                    "until": self.last_day(notice),
                }
                for notice in found
            ],
            "today": timezone.localdate(),
            "chosen": place,
            "kelurahan": self._places(),
            "most": PRINTED if len(found) == PRINTED else 0,
            "back": list_url(ExclusionNotice, penyampaian="belum", **({"kelurahan": place} if place else {})),
        }
        return TemplateResponse(request, "mobile/admin/exclusion_notices.html", context)

    def _places(self) -> list[tuple[str, str]]:
        codes = ExclusionNotice.objects.to_tell().order_by().values_list("person__household__kelurahan", flat=True)
        return [(code, regions.short_name(code)) for code in sorted(set(codes.distinct()))]


QUEUES.append(
    Queue(
        _("Pengecualian harus disampaikan kantor"),
        "mobile.view_exclusionnotice",
        lambda request: ExclusionNotice.objects.to_tell(),
        lambda: list_url(ExclusionNotice, penyampaian="belum"),
    )
)
