"""Notices in the office: what people were told and over which channel, what a gateway does not take, and figures of it all."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from beneficiaries import merged_rows
from beneficiaries.admin import panels
from beneficiaries.admin.panels import Panel, badge
from beneficiaries.admin.queues import QUEUES, Queue
from beneficiaries.models import Person
from disbursement.admin.people import narrowed
from disbursement.admin.programmes import counted
from mobile import kelurahan_admin, notice_lists, notice_messages, notice_words
from mobile.models import Delivery, Notice
from wallet.admin.decorators import action, display
from wallet.admin.rows import LongTable, ViewOnlyAdmin, ViewOnlyInline, by_number, change_url, link, list_url

S = Delivery.State
TONES = {
    S.QUEUED: "info",
    S.SENT: "success",
    S.SHOWN: "success",
    S.TOLD: "success",
    S.PASSED: "none",
    S.FAILED: "danger",
    S.DROPPED: "warning",
}
# What is written by ourselves where nothing was sent; a gateway's own words are shown as they are.
WHY = {
    "gone": _("Meninggal atau datanya dihapus"),
    "no_phone": _("Tidak ada nomor HP"),
    "no_device": _("Tidak ada perangkat yang masuk"),
    "no_consent": _("Persetujuan dikirimi pesan ditarik"),
}
PERIODS = (7, 30, 90)
ON_PAGE = 10  # of a person's notices on their page


class StuckFilter(admin.SimpleListFilter):
    title, parameter_name = _("antrean"), "antrean"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return [
            ("macet", _("Sedang dicoba lagi")),
            ("lama", _("Menunggu lebih dari sehari")),
            ("kantor", _("Harus disampaikan kantor")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> QuerySet[Delivery]:
        if self.value() == "macet":
            return queryset.filter(pk__in=Delivery.objects.failing().values("pk"))
        if self.value() == "lama":
            return queryset.filter(state=S.QUEUED, created_at__lt=timezone.now() - timedelta(days=1))
        if self.value() == "kantor":
            return queryset.filter(pk__in=Delivery.objects.to_tell().values("pk"))
        return queryset


class DeliveryInline(ViewOnlyInline):
    model = Delivery
    fields = ("channel", "state_label", "due_at", "attempts", "why", "parts", "ended_at", "told_by")
    readonly_fields = ("state_label", "why")
    ordering = ("pk",)
    verbose_name_plural = _("Penyampaian")

    @display(description=_("keadaan"), label=TONES)
    def state_label(self, row: Delivery) -> tuple[str, Any]:
        return row.state, row.get_state_display()

    @admin.display(description=_("keterangan"))
    def why(self, row: Delivery) -> Any:
        return WHY.get(row.error, row.error) or "-"


@admin.register(Notice)
class NoticeAdmin(LongTable, ViewOnlyAdmin):
    """What people were told. The words are made when the page is opened, as they would be sent now."""

    list_display = ("kind", "person", "created_at", "shown_at")
    list_display_links = ("kind", "person")
    list_filter = ("kind", by_number("person", _("penerima")))
    list_select_related = ("person",)
    search_fields = ("person__name",)
    search_help_text = _("Nama atau NIK")
    fields = ("kind", "person", "title", "text", "message", "created_at", "shown_at")
    readonly_fields = ("title", "text", "message")
    inlines = (DeliveryInline,)
    actions_list = ("figures",)

    def get_search_results(self, request: HttpRequest, rows: QuerySet[Notice], text: str) -> tuple[Any, bool]:
        return narrowed(rows, "person", text), False

    @admin.display(description=_("judul"))
    def title(self, notice: Notice) -> str:
        return notice_words.of([notice])[notice.pk].title

    @admin.display(description=_("isi di aplikasi"))
    def text(self, notice: Notice) -> str:
        return notice_words.of([notice])[notice.pk].text

    @admin.display(description=_("isi SMS"))
    def message(self, notice: Notice) -> str:
        return notice_messages.text_of([notice])

    @action(description=_("Ringkasan"), permissions=["mobile.view_notice"], icon="bar_chart")
    def figures(self, request: HttpRequest) -> HttpResponse:
        """Notices of the latest days by what they are about, and what became of them on each channel."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        asked = request.GET.get("hari", "")
        days = int(asked) if asked in {str(one) for one in PERIODS} else PERIODS[0]
        since = timezone.now() - timedelta(days=days)
        kinds = dict(Notice.objects.filter(created_at__gte=since).values_list("kind").annotate(Count("pk")).order_by())
        states = (
            Delivery.objects.filter(notice__created_at__gte=since)
            .values_list("channel", "state")
            .annotate(many=Count("pk"))
            .order_by()
        )
        context = self.admin_site.each_context(request) | {
            "title": _("Ringkasan pemberitahuan"),
            "opts": self.opts,
            "days": days,
            "periods": PERIODS,
            "kinds": _bars([(label, kinds.get(value, 0)) for value, label in Notice.Kind.choices]),
            "channels": _channels(list(states)),
            "back": list_url(Notice),
        }
        return TemplateResponse(request, "mobile/admin/notice_figures.html", context)


def _bars(rows: list[tuple[Any, int]]) -> list[tuple[Any, str, str]]:
    most = max((many for _label, many in rows), default=0) or 1
    return [(label, counted(many), f"{100 * many / most:.2f}") for label, many in rows if many]


def _channels(rows: list[tuple[str, str, int]]) -> list[tuple[Any, list[tuple[Any, str, str]]]]:
    """Each channel with its states as bars to one scale within it."""
    found = {(channel, state): many for channel, state, many in rows}
    charts = [
        (title, _bars([(label, found.get((channel, state), 0)) for state, label in S.choices]))
        for channel, title in Delivery.Channel.choices
    ]
    return [(title, bars) for title, bars in charts if bars]


@admin.register(Delivery)
class DeliveryAdmin(LongTable, ViewOnlyAdmin):
    """The queue of every channel: what waits, for how long, and what its gateway says."""

    list_display = ("number", "about", "person", "channel", "state_label", "attempts", "why", "ended_at")
    list_display_links = ("number", "about")
    list_filter = (StuckFilter, "channel", "state", "notice__kind")
    list_select_related = ("notice__person", "told_by")
    search_fields = ("notice__person__name",)
    search_help_text = _("Nama atau NIK")
    fields = (
        "notice",
        "person",
        "about",
        "channel",
        "state_label",
        "attempts",
        "why",
        "created_at",
        "due_at",
        "ended_at",
        "parts",
        "told_by",
    )
    readonly_fields = ("person", "about", "state_label", "why")
    actions = ("retry", "tell")  # type: ignore[assignment]
    actions_list = ("kelurahan",)

    def get_urls(self) -> list[URLPattern]:
        """The lists of the kelurahan offices are pages of their own."""
        ours = (("index", "kelurahan/", kelurahan_admin.index), ("", "kelurahan/<str:code>/", kelurahan_admin.page))
        made = []
        for name, address, view in ours:
            bound = partial(view, site=self.admin_site, opts=self.opts)
            named = "mobile_delivery_kelurahan" + (f"_{name}" if name else "")
            made.append(path(address, self.admin_site.admin_view(bound), name=named))
        found: list[URLPattern] = super().get_urls()
        return made + found

    def get_search_results(self, request: HttpRequest, rows: QuerySet[Delivery], text: str) -> tuple[Any, bool]:
        return narrowed(rows, "notice__person", text), False

    def has_tell_permission(self, request: HttpRequest) -> bool:
        """Held by those who serve people."""
        return bool(request.user.has_perm("mobile.tell_delivery"))

    def has_retry_permission(self, request: HttpRequest) -> bool:
        """Held by those who serve people."""
        return bool(request.user.has_perm("mobile.retry_delivery"))

    @admin.display(description=_("nomor"))
    def number(self, row: Delivery) -> int:
        return row.pk

    @admin.display(description=_("tentang"))
    def about(self, row: Delivery) -> str:
        return row.notice.get_kind_display()

    @admin.display(description=_("penerima"))
    def person(self, row: Delivery) -> SafeString | str:
        return link(change_url(row.notice.person), row.notice.person.name) if row.notice.person else "-"

    @display(description=_("keadaan"), label=TONES)
    def state_label(self, row: Delivery) -> tuple[str, Any]:
        return row.state, row.get_state_display()

    @admin.display(description=_("keterangan"))
    def why(self, row: Delivery) -> Any:
        return WHY.get(row.error, row.error) or "-"

    @admin.action(description=_("Kirim ulang yang gagal"), permissions=["retry"])
    def retry(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        """Failed text messages are tried anew, from the first attempt."""
        numbers = list(queryset.values_list("pk", flat=True))
        tried = notice_messages.retry(numbers)
        said = ngettext("%(count)s pesan dikirim ulang.", "%(count)s pesan dikirim ulang.", tried)
        self.message_user(request, said % {"count": tried}, messages.SUCCESS if tried else messages.WARNING)

    @admin.action(description=_("Tandai disampaikan"), permissions=["tell"])
    def tell(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        """Ticks what had to be told in person and was not yet."""
        numbers = list(queryset.values_list("pk", flat=True))
        told = notice_lists.mark_deliveries(numbers, by=request.user)  # type: ignore[arg-type]
        said = ngettext("%(count)s pemberitahuan ditandai.", "%(count)s pemberitahuan ditandai.", told)
        self.message_user(request, said % {"count": told}, messages.SUCCESS if told else messages.WARNING)

    @action(description=_("Daftar kelurahan"), permissions=["mobile.view_delivery"], icon="print")
    def kelurahan(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:mobile_delivery_kelurahan_index"))


def told(request: HttpRequest, person: Person) -> Panel | None:
    """What the person was told last, under whichever of their rows, and how it reached them."""
    if not request.user.has_perm("mobile.view_notice"):  # type: ignore[union-attr]
        return None
    theirs = Notice.objects.filter(person__in=merged_rows.numbers(person)).prefetch_related("deliveries")
    notices = list(theirs.order_by("-pk").select_related("person")[:ON_PAGE])
    words = notice_words.of(notices)
    rows = [
        [
            link(change_url(notice), words[notice.pk].title),
            words[notice.pk].text,
            date_format(timezone.localtime(notice.created_at), "j M Y"),
            _reached(notice),
        ]
        for notice in notices
    ]
    columns = [_("Pemberitahuan"), _("Isi"), _("Dibuat"), _("Penyampaian")]
    more = list_url(Notice, person=person.pk) if len(notices) == ON_PAGE else ""
    return Panel(_("Yang diberitahukan"), columns, rows, _("Belum ada pemberitahuan."), more, _("Semua pemberitahuan"))


def _reached(notice: Notice) -> SafeString:
    """Read in the application, or the state of the last channel."""
    if notice.shown_at:
        return badge(S.SHOWN.label, "success")
    rows = sorted(notice.deliveries.all(), key=lambda row: row.pk)
    if not rows:
        return badge(_("Tidak ada yang dikenal"), "warning")
    last = rows[-1]
    return badge(f"{last.get_channel_display()}: {last.get_state_display()}", TONES[S(last.state)])


panels.PERSON.append(told)
QUEUES.append(
    Queue(
        _("Harus disampaikan kantor kelurahan"),
        "mobile.view_delivery",
        lambda request: Delivery.objects.to_tell(),
        lambda: reverse("admin:mobile_delivery_kelurahan_index"),
    )
)
QUEUES.append(
    Queue(
        _("Pemberitahuan yang tidak terkirim"),
        "mobile.view_delivery",
        lambda request: Delivery.objects.failing(),
        lambda: list_url(Delivery, antrean="macet"),
        urgent=True,
    )
)
