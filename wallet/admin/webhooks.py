"""Notices to partners in the office: what waits, what was given up, every try, sending again, and the keys that sign."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from wallet.admin.decorators import action, display
from wallet.admin.rows import NUMBER, LongTable, ViewOnlyAdmin, ViewOnlyInline, by_number, link, list_url
from wallet.admin.steps import Done, ReasonForm, Step, row_of, take
from wallet.models import NotificationKey, Webhook, WebhookAttempt, WebhookEndpoint, WebhookReplay
from wallet.webhooks import delivery, keys, replays

S, Outcome = Webhook.State, WebhookAttempt.Outcome
TONES = {S.WAITING: "info", S.SENDING: "info", S.DELIVERED: "success", S.GIVEN_UP: "danger"}
MOST_AT_ONCE = 500


def without_query(url: str) -> str:
    """An address without its query, which is the partner's business and may be a secret."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}" + ("?…" if parts.query else "") if url else ""


class AttemptInline(ViewOnlyInline):
    model = WebhookAttempt
    fields = (
        "number",
        "started_at",
        "seconds",
        "outcome_label",
        "http_status",
        "response",
        "external_id",
        "key_number",
    )
    readonly_fields = ("seconds", "outcome_label")
    ordering = ("-number",)
    show_change_link = False
    verbose_name_plural = _("Percobaan")

    @admin.display(description=_("detik"))
    def seconds(self, attempt: WebhookAttempt) -> str:
        return f"{(attempt.ended_at - attempt.started_at).total_seconds():.1f}" if attempt.ended_at else "-"

    @display(description=_("hasil"), label={Outcome.DELIVERED: "success", "": "info"})
    def outcome_label(self, attempt: WebhookAttempt) -> tuple[str, Any]:
        return attempt.outcome, attempt.get_outcome_display() or gettext("Sedang dikirim")


class ReplayInline(ViewOnlyInline):
    model = WebhookReplay
    fields = ("created_at", "by", "reason")
    ordering = ("-id",)
    show_change_link = False
    verbose_name_plural = _("Dikirim ulang oleh")


@admin.register(Webhook)
class WebhookAdmin(LongTable, ViewOnlyAdmin):
    list_display = ("id", "created_at", "partner", "service", "ordering_key", "state_label", "attempts", "due_shown")
    list_display_links = ("id", "ordering_key")
    list_filter = ("state", "service", "partner", by_number("endpoint", _("tujuan")))
    list_select_related = ("partner", "endpoint")
    list_before_template = "wallet/admin/webhook_counts.html"
    search_fields = ("ordering_key",)
    search_help_text = _("Nomor kami dari pembayaran, lengkap")
    fields = (
        "created_at",
        "state_label",
        "partner",
        "service",
        "goes_to",
        "ordering_key",
        "waits_for",
        "attempts",
        "due_shown",
        "since",
        "ended_at",
        "body_shown",
    )
    readonly_fields = ("state_label", "goes_to", "waits_for", "due_shown", "body_shown")
    inlines = (AttemptInline, ReplayInline)
    actions = ("replay_selected",)  # type: ignore[assignment]
    actions_list = ("replay_given_up",)
    actions_detail = ("replay",)

    def get_urls(self) -> list[URLPattern]:
        """Sending several again asks for a reason on a page of its own."""
        view = self.admin_site.admin_view(partial(_replay_many, self))
        found: list[URLPattern] = super().get_urls()
        return [path("replay_many/", view, name="wallet_webhook_replay_many"), *found]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        shown: HttpResponse = super().changelist_view(request, (extra_context or {}) | {"counts": counts()})
        return shown

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Webhook], search_term: str
    ) -> tuple[QuerySet[Webhook], bool]:
        text = search_term.strip()
        return (queryset.filter(ordering_key=text) if text else queryset), False

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        hook = self.get_object(request, str(object_id))
        ended = hook is not None and hook.state in replays.ENDED
        return list(super().get_actions_detail(request, object_id)) if ended else []

    def has_replay_permission(self, request: HttpRequest) -> bool:
        """Held by those who look after partners."""
        return bool(request.user.has_perm("wallet.replay_webhook"))

    @display(description=_("keadaan"), label=TONES)
    def state_label(self, hook: Webhook) -> tuple[str, Any]:
        return hook.state, hook.get_state_display()

    @admin.display(description=_("percobaan berikutnya"))
    def due_shown(self, hook: Webhook) -> Any:
        # Written out: on the row's own page a moment would stand as the database tells it, in UTC.
        if hook.state != S.WAITING:
            return None
        # While its address is paused nothing goes there, however long it has been due.
        at = max(hook.due_at, hook.endpoint.paused_until or hook.due_at)
        return date_format(timezone.localtime(at), "j M Y H:i")

    @admin.display(description=_("alamat"))
    def goes_to(self, hook: Webhook) -> str:
        return without_query(delivery.address_of(hook)) or "-"

    @admin.display(description=_("menunggu notifikasi"))
    def waits_for(self, hook: Webhook) -> SafeString | str:
        if hook.state != S.WAITING:
            return "-"
        same = Webhook.objects.filter(partner=hook.partner_id, ordering_key=hook.ordering_key, pk__lt=hook.pk)
        earlier = same.filter(state__in=[S.WAITING, S.SENDING]).order_by("pk").first()
        return link(reverse("admin:wallet_webhook_change", args=[earlier.pk]), earlier.pk) if earlier else "-"

    @admin.display(description=_("isi"))
    def body_shown(self, hook: Webhook) -> SafeString:
        return format_html(
            '<pre class="office-mono">{}</pre>', json.dumps(hook.body, ensure_ascii=False, indent=2, sort_keys=True)
        )

    @action(description=_("Kirim ulang"), permissions=["wallet.replay_webhook"], icon="replay")
    def replay(self, request: HttpRequest, object_id: str) -> HttpResponse:
        hook = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            if not replays.replay([hook.pk], by=request.user.get_username(), reason=data["reason"]):
                return Done(gettext("Notifikasi ini sudah menunggu giliran."), level=messages.INFO)
            return Done(gettext("Notifikasi dikirim ulang: %(reason)s") % {"reason": data["reason"]})

        step = Step(
            title=_("Kirim ulang notifikasi"),
            button=_("Kirim ulang"),
            text=_("Mitra menerima isi yang sama dengan X-EXTERNAL-ID baru, dan dicoba lagi selama sehari."),
            facts=[(_("Mitra"), hook.partner), (_("Layanan"), hook.service), (_("Kunci urutan"), hook.ordering_key)],
            form=ReasonForm,
            as_one=True,
        )
        return take(self, request, step, run, hook)

    @admin.action(description=_("Kirim ulang yang dipilih"), permissions=["replay"])
    def replay_selected(self, request: HttpRequest, queryset: QuerySet[Webhook]) -> HttpResponse | None:
        """Leads to the page that asks for the reason."""
        numbers = list(queryset.filter(state__in=replays.ENDED).order_by("pk").values_list("pk", flat=True))
        if not 0 < len(numbers) <= MOST_AT_ONCE:
            said = _("Pilih 1 sampai %(most)s notifikasi yang sudah diterima atau dihentikan.") % {"most": MOST_AT_ONCE}
            self.message_user(request, said, messages.WARNING)
            return None
        return HttpResponseRedirect(f"{reverse('admin:wallet_webhook_replay_many')}?ids={','.join(map(str, numbers))}")

    @action(description=_("Kirim ulang semua yang dihentikan"), permissions=["wallet.replay_webhook"], icon="replay")
    def replay_given_up(self, request: HttpRequest) -> HttpResponse:
        given_up = Webhook.objects.filter(state=S.GIVEN_UP).order_by("pk")
        return _replay(self, request, list(given_up.values_list("pk", flat=True)[:MOST_AT_ONCE]))


def _replay_many(self: WebhookAdmin, request: HttpRequest) -> HttpResponse:
    if not self.has_replay_permission(request):
        raise PermissionDenied
    given = request.GET.get("ids", "").split(",")[:MOST_AT_ONCE]
    return _replay(self, request, [int(number) for number in given if NUMBER.fullmatch(number)])


def _replay(self: WebhookAdmin, request: HttpRequest, numbers: list[int]) -> HttpResponse:
    def run(data: dict[str, Any]) -> Done:
        sent = replays.replay(numbers, by=request.user.get_username(), reason=data["reason"])
        for hook in Webhook.objects.filter(pk__in=sent):
            self.log_change(request, hook, gettext("Notifikasi dikirim ulang: %(reason)s") % data)
        said = ngettext("%(count)s notifikasi dikirim ulang.", "%(count)s notifikasi dikirim ulang.", len(sent))
        return Done(said % {"count": len(sent)}, list_url(Webhook), messages.SUCCESS if sent else messages.WARNING)

    step = Step(
        title=_("Kirim ulang notifikasi"),
        button=_("Kirim ulang"),
        text=_(
            "Mitra menerima isi yang sama dengan X-EXTERNAL-ID baru, dalam urutan semula, dan dicoba lagi selama sehari."
        ),
        facts=[(_("Notifikasi"), len(numbers))],
        form=ReasonForm,
        possible=bool(numbers),
        warnings=[] if numbers else [_("Tidak ada notifikasi yang dapat dikirim ulang.")],
    )
    return take(self, request, step, run, back=list_url(Webhook))


def counts() -> list[tuple[Any, int, str]]:
    """How many notices are in each state but the last, and how many endpoints are paused: name, number, address of the list."""
    # Delivered ones are most of the table, and nobody acts on them: each of the others has an index of its own.
    states = dict(
        Webhook.objects.filter(state__in=[S.WAITING, S.SENDING])
        .values_list("state")
        .annotate(count=Count("pk"))
        .order_by()
    )
    states[S.GIVEN_UP] = Webhook.objects.filter(state=S.GIVEN_UP).count()
    shown = [
        (state.label, states.get(state, 0), list_url(Webhook, state__exact=state))
        for state in TONES
        if state != S.DELIVERED
    ]
    paused = WebhookEndpoint.objects.filter(paused_until__gt=timezone.now()).count()
    return [*shown, (_("Tujuan yang dijeda"), paused, list_url(WebhookEndpoint))]


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(ViewOnlyAdmin):
    list_display = ("id", "partner", "address", "failures", "paused_label", "served_at")
    list_display_links = ("id", "partner")
    list_select_related = ("partner",)
    list_filter = ("partner",)
    fields = ("partner", "address", "failures", "paused_label", "paused_until", "served_at", "queue")
    readonly_fields = ("address", "paused_label", "queue")
    ordering = ("-failures", "pk")
    actions_detail = ("resume",)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        endpoint = self.get_object(request, str(object_id))
        paused = endpoint is not None and endpoint.paused_until is not None
        return list(super().get_actions_detail(request, object_id)) if paused else []

    @admin.display(description=_("alamat"))
    def address(self, endpoint: WebhookEndpoint) -> str:
        return endpoint.origin or endpoint.partner.notify_url or "-"

    @display(description=_("keadaan"), label={"paused": "warning", "failing": "warning", "well": "success"})
    def paused_label(self, endpoint: WebhookEndpoint) -> tuple[str, Any]:
        if endpoint.paused_until and endpoint.paused_until > timezone.now():
            return "paused", gettext("Dijeda")
        return ("failing", gettext("Gagal")) if endpoint.failures else ("well", gettext("Lancar"))

    @admin.display(description=_("notifikasi"))
    def queue(self, endpoint: WebhookEndpoint) -> SafeString:
        return link(list_url(Webhook, endpoint=endpoint.pk), _("Lihat notifikasi ke tujuan ini"))

    @action(description=_("Lanjutkan sekarang"), permissions=["wallet.change_webhookendpoint"], icon="play_arrow")
    def resume(self, request: HttpRequest, object_id: str) -> HttpResponse:
        endpoint = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            WebhookEndpoint.objects.filter(pk=endpoint.pk).update(paused_until=None)
            return Done(gettext("Tujuan ini dicoba lagi."))

        step = Step(
            title=_("Lanjutkan pengiriman"),
            button=_("Lanjutkan sekarang"),
            text=_("Satu notifikasi dikirim dahulu; bila diterima, yang lain menyusul."),
        )
        return take(self, request, step, run, endpoint)


class KeyForm(forms.Form):
    """How long partners have before the key signs."""

    hours = forms.IntegerField(
        label=_("Dipakai setelah (jam)"),
        min_value=0,
        max_value=24 * 90,
        initial=24,
        help_text=_(
            "Sampai saat itu mitra dapat mengambil kunci publiknya; notifikasi masih ditandatangani kunci lama."
        ),
    )


@admin.register(NotificationKey)
class NotificationKeyAdmin(ViewOnlyAdmin):
    """The private half is drawn here, sealed at once, and shown to nobody."""

    list_display = ("number", "state_label", "signs_from", "made_by", "created_at")
    fields = ("number", "state_label", "signs_from", "made_by", "created_at", "public_shown")
    readonly_fields = ("state_label", "public_shown")
    actions_list = ("renew",)

    @display(description=_("keadaan"), label={"signs": "success", "later": "info", "past": "warning"})
    def state_label(self, key: NotificationKey) -> tuple[str, Any]:
        now = timezone.now()
        if key.signs_from > now:
            return "later", gettext("Akan dipakai")
        return ("signs", gettext("Menandatangani")) if key == keys.current(now) else ("past", gettext("Sudah diganti"))

    @admin.display(description=_("kunci publik RSA (PEM)"))
    def public_shown(self, key: NotificationKey) -> SafeString:
        return format_html('<pre class="office-mono">{}</pre>', key.public_key)

    @action(description=_("Buat kunci baru"), permissions=["wallet.add_notificationkey"], icon="key")
    def renew(self, request: HttpRequest) -> HttpResponse:
        def run(data: dict[str, Any]) -> Done:
            made = keys.make(request.user.get_username(), timezone.now() + timedelta(hours=data["hours"]))
            self.log_addition(request, made, gettext("Kunci dibuat"))
            return Done(gettext("%(key)s dibuat dan diterbitkan.") % {"key": made}, list_url(NotificationKey))

        step = Step(
            title=_("Buat kunci notifikasi baru"),
            button=_("Buat kunci baru"),
            text=_("Kunci publiknya langsung diterbitkan. Kunci lama tetap diterbitkan seminggu sesudah diganti."),
            facts=[(_("Diterbitkan di"), request.build_absolute_uri(reverse("notification-keys")))],
            form=KeyForm,
        )
        return take(self, request, step, run, back=list_url(NotificationKey))
