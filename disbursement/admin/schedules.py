"""Schedules and their runs in the office: what comes next, what became of the last ones, and what stands in the way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from beneficiaries.admin import queues
from disbursement import schedules
from disbursement.admin import timeline
from disbursement.admin.batches import STATUS_TONES
from disbursement.admin.programmes import ERRORS
from disbursement.admin.schedule_step import in_words
from disbursement.models import Batch, Schedule, ScheduledRun
from wallet.admin.decorators import action, display
from wallet.admin.rows import ViewOnlyAdmin, ViewOnlyInline, by_number, change_url, link, list_url
from wallet.admin.steps import Done, ReasonForm, Step, row_of, take

LEGEND = (
    ("info", _("direncanakan, disiapkan atau disetujui")),
    ("primary", _("sedang dibayar")),
    ("warning", _("menunggu orang")),
    ("success", _("selesai")),
    ("danger", _("terkendala atau dibatalkan")),
)


def state_of(run: ScheduledRun) -> tuple[str, str]:
    """The tone and the words of what became of a run."""
    if run.trouble:
        return "danger", gettext("Terkendala")
    if run.batch is None:
        if run.schedule.stopped_at is not None:
            return "none", gettext("Dihentikan")
        return (
            ("warning", gettext("Segera disiapkan"))
            if run.prepare_at <= timezone.now()
            else ("info", gettext("Direncanakan"))
        )
    words = str(run.batch.get_status_display())
    tone = STATUS_TONES[Batch.Status(run.batch.status)]
    if run.by_hand:
        words = gettext("%(words)s (disiapkan petugas)") % {"words": words}
    return tone, words


def remarks(run: ScheduledRun) -> str:
    """What else there is to say of a run: why it is not made and when it is tried again, or that it was made late."""
    if run.trouble:
        if run.trouble_code in ("programme_inactive", "no_version") or run.retry_at is None:
            return run.trouble
        again = date_format(timezone.localtime(run.retry_at), "j M Y H:i")
        return gettext("%(trouble)s Dicoba lagi %(again)s.") % {"trouble": run.trouble, "again": again}
    if run.is_late and run.made_at is not None:
        made = date_format(timezone.localtime(run.made_at), "j M Y H:i")
        return gettext("terlambat: baru disiapkan %(made)s") % {"made": made}
    return "-"


class WhenFilter(admin.SimpleListFilter):
    title, parameter_name = _("waktu"), "waktu"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return [
            ("nanti", _("berikutnya")),
            ("lalu", _("yang sudah disiapkan")),
            ("kendala", _("terkendala")),
            ("semua", _("semua sejak awal")),
        ]

    def choices(self, changelist: Any) -> Iterator[Any]:
        """What is shown at first is not everything: years of it lie before what comes next."""
        for choice in super().choices(changelist):
            first = choice["query_string"] == changelist.get_query_string(remove=[self.parameter_name])
            yield dict(choice) | ({"display": _("sejak tiga bulan lalu")} if first else {})

    def queryset(self, request: HttpRequest, queryset: QuerySet[ScheduledRun]) -> QuerySet[ScheduledRun]:
        if self.value() == "nanti":
            return queryset.filter(Q(batch=None) | Q(due_at__gt=timezone.now())).order_by("due_at", "pk")
        if self.value() == "lalu":
            return queryset.filter(batch__isnull=False)
        if self.value() == "kendala":
            return queryset.filter(schedules.in_trouble())
        return queryset if self.value() == "semua" else queryset.filter(due_at__gte=timeline.shown_from())


@admin.register(ScheduledRun)
class ScheduledRunAdmin(ViewOnlyAdmin):
    list_display = ("programme", "month", "due_at", "prepare_at", "state_label", "batch_link", "remarks_short")
    list_display_links = ("programme", "month")
    list_filter = (
        WhenFilter,
        "programme",
        by_number("programme", _("program"), "programme_id"),
        by_number("schedule", _("jadwal")),
    )
    list_select_related = ("programme", "schedule", "batch")
    ordering = ("due_at", "pk")
    list_before_template = "disbursement/admin/schedule_timeline.html"
    fields = readonly_fields = (
        "programme",
        "month",
        "schedule_shown",
        "due_at",
        "prepare_at",
        "state_label",
        "remarks_shown",
        "made_at",
        "cycle",
        "batch_link",
    )
    actions_detail = ("make_now",)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        run = self.get_object(request, str(object_id))
        waits = run is not None and bool(run.trouble) and run.schedule.stopped_at is None
        return list(super().get_actions_detail(request, object_id)) if waits else []

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """With a year of all programmes above the list."""
        runs = self.get_queryset(request).filter(due_at__gte=timeline.shown_from(), due_at__lt=timeline.shown_until())
        by_programme: dict[str, list[Any]] = defaultdict(list)
        for run in runs.select_related("programme", "schedule", "batch").order_by("programme__name", "due_at"):
            tone, words = state_of(run)
            due = date_format(timezone.localtime(run.due_at), "j F Y H:i")
            by_programme[run.programme.name].append((run.due_at, tone, f"{self.month(run)}: {due}, {words}"))
        shown = {
            "timeline": timeline.timeline(list(by_programme.items())) if by_programme else "",
            "legend": [(timeline.COLOURS[tone], words) for tone, words in LEGEND],
        }
        page: HttpResponse = super().changelist_view(request, (extra_context or {}) | shown)
        return page

    @admin.display(description=_("periode"), ordering="period")
    def month(self, run: ScheduledRun) -> str:
        return date_format(run.period, "F Y")

    @display(
        description=_("keadaan"),
        label={
            "none": "none",
            "info": "info",
            "primary": "primary",
            "warning": "warning",
            "success": "success",
            "danger": "danger",
        },
    )
    def state_label(self, run: ScheduledRun) -> tuple[str, str]:
        return state_of(run)

    @admin.display(description=_("batch"))
    def batch_link(self, run: ScheduledRun) -> SafeString | str:
        return link(change_url(run.batch), f"#{run.batch_id}") if run.batch else "-"

    @admin.display(description=_("keterangan"))
    def remarks_short(self, run: ScheduledRun) -> str:
        return Truncator(remarks(run)).chars(60)

    @admin.display(description=_("keterangan"))
    def remarks_shown(self, run: ScheduledRun) -> str:
        return remarks(run)

    @admin.display(description=_("jadwal"))
    def schedule_shown(self, run: ScheduledRun) -> SafeString:
        return link(change_url(run.schedule), in_words(run.schedule))

    @action(description=_("Coba sekarang"), permissions=["disbursement.submit_batch"], icon="replay")
    def make_now(self, request: HttpRequest, object_id: str) -> HttpResponse:
        run = row_of(self, request, object_id)

        def deed(data: dict[str, Any]) -> Done:
            made = schedules.make_now(run)
            return Done(gettext("Rancangan batch dibuat dan sedang diisi."), change_url(made.batch or made))

        step = Step(
            title=_("Coba sekarang"),
            button=_("Siapkan sekarang"),
            text=_("Lakukan setelah penyebabnya diatasi. Tanpa ini pun dicoba lagi dengan sendirinya."),
            facts=[(_("Program"), run.programme), (_("Periode"), self.month(run)), (_("Kendala"), run.trouble or "-")],
            errors=ERRORS,
        )
        return take(self, request, step, deed, run)


class RunInline(ViewOnlyInline):
    model = ScheduledRun
    fields = ("month", "due_at", "prepare_at", "state", "batch_link", "said")
    readonly_fields = ("month", "state", "batch_link", "said")
    ordering = ("period",)
    show_change_link = False
    verbose_name_plural = _("Penyaluran menurut jadwal ini")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ScheduledRun]:
        rows: QuerySet[ScheduledRun] = super().get_queryset(request)
        return rows.select_related("programme", "schedule", "batch")

    @admin.display(description=_("periode"))
    def month(self, run: ScheduledRun) -> SafeString:
        return link(change_url(run), date_format(run.period, "F Y"))

    @admin.display(description=_("keadaan"))
    def state(self, run: ScheduledRun) -> str:
        return state_of(run)[1]

    @admin.display(description=_("batch"))
    def batch_link(self, run: ScheduledRun) -> SafeString | str:
        return link(change_url(run.batch), f"#{run.batch_id}") if run.batch else "-"

    @admin.display(description=_("keterangan"))
    def said(self, run: ScheduledRun) -> str:
        return remarks(run)


@admin.register(Schedule)
class ScheduleAdmin(ViewOnlyAdmin):
    list_display = ("programme", "number", "words", "first_month", "state_label", "decree")
    list_display_links = ("programme", "number")
    list_filter = ("programme",)
    list_select_related = ("programme", "by", "stopped_by")
    ordering = ("programme", "-number")
    fields = readonly_fields = (
        "programme",
        "number",
        "words",
        "moved",
        "lead_days",
        "first_month",
        "last_month",
        "state_label",
        "decree",
        "by",
        "made_at",
        "stopped_at",
        "stopped_by",
        "stop_reason",
    )
    inlines = (RunInline,)
    actions_detail = ("stop",)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        schedule = self.get_object(request, str(object_id))
        going = schedule is not None and schedule.stopped_at is None
        return list(super().get_actions_detail(request, object_id)) if going else []

    @admin.display(description=_("jadwal"))
    def words(self, schedule: Schedule) -> str:
        return in_words(schedule)

    @admin.display(description=_("sejak periode"), ordering="first_period")
    def first_month(self, schedule: Schedule) -> str:
        return date_format(schedule.first_period, "F Y")

    @admin.display(description=_("sampai periode"))
    def last_month(self, schedule: Schedule) -> str:
        return date_format(schedule.last_period, "F Y") if schedule.last_period else gettext("tanpa akhir")

    @display(description=_("keadaan"), label={"stopped": "danger", "replaced": "none", "going": "success"})
    def state_label(self, schedule: Schedule) -> tuple[str, str]:
        if schedule.stopped_at is not None:
            return "stopped", gettext("Dihentikan")
        if schedules.in_force(schedule.programme, timeline.shown_until().date()) != schedule:
            return "replaced", gettext("Digantikan jadwal berikutnya")
        return "going", gettext("Berlaku")

    @action(description=_("Hentikan"), permissions=["disbursement.stop_schedule"], icon="event_busy")
    def stop(self, request: HttpRequest, object_id: str) -> HttpResponse:
        schedule = row_of(self, request, object_id)
        user: Any = request.user

        def run(data: dict[str, Any]) -> Done:
            schedules.stop(schedule, user, data["reason"])
            return Done(gettext("Jadwal dihentikan: %(reason)s") % data)

        step = Step(
            title=_("Hentikan jadwal"),
            button=_("Ya, hentikan"),
            text=_(
                "Tidak ada siklus baru yang dibuat menurut jadwal ini, juga yang sudah terlambat. Batch yang sudah dibuat tetap "
                "berjalan. Tidak dapat dilanjutkan; tetapkan jadwal baru bila perlu."
            ),
            facts=[(_("Program"), schedule.programme), (_("Jadwal"), in_words(schedule))],
            form=ReasonForm,
            danger=True,
            errors=ERRORS,
            as_one=True,
        )
        return take(self, request, step, run, schedule)


queues.QUEUES.append(
    queues.Queue(
        _("Penyaluran terjadwal terkendala"),
        "disbursement.submit_batch",
        lambda request: ScheduledRun.objects.filter(schedules.in_trouble()),
        lambda: list_url(ScheduledRun, waktu="kendala"),
        urgent=True,
    )
)
