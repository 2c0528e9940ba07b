"""Guardians and collectors in the office: proposed with their document, approved by a second officer, ended with a reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminDateWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from beneficiaries import identity, representation, reveals
from beneficiaries.admin.case_panels import is_over, representative_name
from beneficiaries.admin.reveals import address_of
from beneficiaries.admin.shown import masked_nik, opened
from beneficiaries.errors import BeneficiaryError
from beneficiaries.models import Collection, Person, Representation, Reveal
from beneficiaries.search import people_found
from vault.sealing import CannotOpen
from wallet.admin.decorators import action, display
from wallet.admin.rows import (
    LongTable,
    OfficeAdmin,
    ViewOnlyInline,
    by_number,
    change_url,
    link,
    list_url,
    money,
)
from wallet.admin.steps import AddedByStep, Done, ReasonForm, Step, row_of, take
from wallet.errors import WalletError
from wallet.models import Payment

K, S = Representation.Kind, Representation.Status
ERRORS = (BeneficiaryError, WalletError)
SUFFIXES = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


class ProposeForm(forms.Form):
    """Who shall act for whom, and on what ground."""

    for_nik = forms.CharField(label=_("NIK yang diwakili"), max_length=20, widget=UnfoldAdminTextInputWidget())
    kind = forms.ChoiceField(
        label=_("Sebagai"),
        choices=K.choices,
        widget=UnfoldAdminSelectWidget(),
        help_text=_("Wali bertindak bagi yang tidak dapat bertindak sendiri. Kuasa hanya mengambilkan uang."),
    )
    nik = forms.CharField(label=_("NIK wakil"), max_length=20, widget=UnfoldAdminTextInputWidget())
    name = forms.CharField(
        label=_("Nama wakil"),
        max_length=120,
        required=False,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("Hanya bila NIK-nya tidak ada di registri."),
    )
    phone = forms.CharField(
        label=_("Telepon wakil"), max_length=32, required=False, widget=UnfoldAdminTextInputWidget()
    )
    starts_on = forms.DateField(label=_("Berlaku mulai"), widget=UnfoldAdminDateWidget())
    ends_on = forms.DateField(
        label=_("Berlaku sampai"),
        required=False,
        widget=UnfoldAdminDateWidget(),
        help_text=_("Hari terakhir. Kosong berarti sampai diakhiri."),
    )
    document = forms.ChoiceField(
        label=_("Dasar"), choices=Representation.Document.choices, widget=UnfoldAdminSelectWidget()
    )
    document_number = forms.CharField(label=_("Nomor dokumen"), max_length=60, widget=UnfoldAdminTextInputWidget())
    scan = forms.FileField(
        label=_("Pindaian dokumen"),
        required=False,
        help_text=_("PDF, JPEG atau PNG. Disegel; dibuka hanya oleh yang berhak, dan itu tercatat."),
    )

    def clean_for_nik(self) -> Person:
        """The person of the NIK, or the row it was merged into."""
        digits = identity.bare(self.cleaned_data["for_nik"])
        found = Person.objects.with_nik(digits).select_related("merged_into").first()
        if found is None:
            raise forms.ValidationError(_("Tidak ada orang dengan NIK itu di registri."))
        return found.merged_into or found

    def clean_nik(self) -> str:
        return identity.bare(self.cleaned_data["nik"])

    def clean_scan(self) -> bytes:
        """The bytes, read only if there are not too many of them."""
        scan = self.cleaned_data.get("scan")
        if not scan:
            return b""
        most: int = settings.REGISTRY["scan_bytes"]
        if scan.size > most:
            raise forms.ValidationError(_("Berkas lebih besar dari %(most)s KB.") % {"most": most // 1000})
        content: bytes = scan.read()
        try:
            representation.scan_type(content)
        except BeneficiaryError as error:
            raise forms.ValidationError(str(error)) from None
        return content


class ProposeForForm(ProposeForm):
    """The same on the page of whom somebody shall act for: nobody types their NIK again."""

    for_nik = None  # type: ignore[assignment]


class QueueFilter(admin.SimpleListFilter):
    """The rows that wait for somebody."""

    title = _("antrean")
    parameter_name = "antrean"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(_QUEUE_NAMES)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        narrow = _QUEUES.get(self.value() or "")
        return queryset if narrow is None else queryset.filter(pk__in=narrow().values("pk"))


def _ending() -> QuerySet[Representation]:
    return Representation.objects.ending(timezone.localdate(), settings.REGISTRY["representation_notice"])


_QUEUE_NAMES: tuple[tuple[str, Any], ...] = (
    ("waiting", _("Menunggu persetujuan")),
    ("ending", _("Segera berakhir")),
    ("lapsed", _("Tidak lagi berhak")),
)
_QUEUES: dict[str, Callable[[], QuerySet[Representation]]] = {
    "waiting": Representation.objects.waiting,
    "ending": _ending,
    "lapsed": lambda: Representation.objects.lapsed(timezone.localdate()),
}


class CollectionInline(ViewOnlyInline):
    """What the representative fetched at the counter."""

    model = Collection
    fields = readonly_fields = ("created_at", "payment", "by")
    ordering = ("-pk",)
    show_change_link = False

    @admin.display(description=_("belanja"))
    def payment(self, row: Collection) -> SafeString | str:
        found = Payment.objects.filter(partner_reference_no=row.reference).first()
        if found is None:
            return gettext("tidak jadi")
        return format_html(
            "{} · {} · {}", link(change_url(found), found.reference_no), money(found.amount), found.get_status_display()
        )


@admin.register(Representation)
class RepresentationAdmin(AddedByStep, LongTable, OfficeAdmin):
    """Guardians and collectors; what changes, changes by the steps."""

    list_display = ("representative_shown", "kind", "for_person", "status_label", "starts_on", "ends_on")
    list_filter = (QueueFilter, "kind", "status", by_number("person", _("yang diwakili"), "for_person_id"))
    list_select_related = ("for_person", "representative")
    list_before_template = "beneficiaries/admin/queues.html"
    search_fields = ("for_person__name",)
    search_help_text = _("NIK, nomor telepon, atau nama, dari wakil atau yang diwakili")
    fields = (
        "kind",
        "status_label",
        "for_person_shown",
        "representative_shown",
        "masked_nik",
        "masked_phone",
        "starts_on",
        "ends_on",
        "document",
        "document_number",
        "scan_shown",
        ("proposed_by", "proposed_at"),
        ("decided_by", "decided_at"),
        "decision_reason",
        ("ended_by", "ended_at"),
        "ended_why",
    )
    readonly_fields = (
        "status_label",
        "for_person_shown",
        "representative_shown",
        "masked_nik",
        "masked_phone",
        "scan_shown",
        "ended_why",
    )
    inlines = (CollectionInline,)
    actions = None
    actions_detail = ("approve", "refuse", "end", "open_scan")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_open_scan_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may look at scans."""
        return bool(request.user.has_perm("beneficiaries.view_representationscan"))

    def has_refuse_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever proposes withdraws, whoever approves refuses; which of the two it is, the step says."""
        user = request.user
        return user.has_perm("beneficiaries.add_representation") or user.has_perm(
            "beneficiaries.approve_representation"
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Representation], search_term: str
    ) -> tuple[QuerySet[Representation], bool]:
        """By person on either side, or by an outsider's NIK."""
        term = search_term.strip()
        if not term:
            return queryset, False
        found = people_found(term).values("pk")
        outsider = Person.nik.indexes_of(identity.bare(term))
        return queryset.filter(Q(for_person__in=found) | Q(representative__in=found) | Q(nik_index__in=outsider)), False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        counts = [
            (label, _QUEUES[name]().count(), list_url(Representation, antrean=name)) for name, label in _QUEUE_NAMES
        ]
        page: HttpResponse = super().changelist_view(request, (extra_context or {}) | {"queues": counts})
        return page

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """The steps that its status allows."""
        row = self.get_object(request, str(object_id))
        if row is None:
            return []
        possible = {
            "approve": row.status == S.PROPOSED,
            "refuse": row.status == S.PROPOSED,
            "end": row.status == S.APPROVED,
            "open_scan": hasattr(row, "scan"),
        }
        steps = super().get_actions_detail(request, object_id)
        return [step for step in steps if possible[step.action_name.removeprefix("beneficiaries_representation_")]]

    # --- What it looks like ---

    @display(
        description=_("status"),
        label={"Berlaku": "success", S.PROPOSED: "info", S.REFUSED: "warning", S.ENDED: "warning", "lapsed": "danger"},
    )
    def status_label(self, row: Representation) -> tuple[str, str]:
        if is_over(row):
            return "lapsed", gettext("Tidak lagi berhak")
        return ("Berlaku" if row.status == S.APPROVED else row.status), row.get_status_display()

    @admin.display(description=_("wakil"))
    def representative_shown(self, row: Representation) -> str:
        return representative_name(row)

    @admin.display(description=_("mewakili"))
    def for_person_shown(self, row: Representation) -> SafeString:
        return link(change_url(row.for_person), row.for_person.name)

    @admin.display(description=_("NIK wakil"))
    def masked_nik(self, row: Representation) -> str:
        return opened(lambda: identity.mask_number((row.representative or row).nik))

    @admin.display(description=_("telepon wakil"))
    def masked_phone(self, row: Representation) -> str:
        return opened(lambda: identity.mask_phone((row.representative or row).phone)) or "-"

    @admin.display(description=_("pindaian"))
    def scan_shown(self, row: Representation) -> str:
        scan = getattr(row, "scan", None)
        return f"{scan.content_type}, {scan.size // 1000} KB" if scan else gettext("tidak ada")

    @admin.display(description=_("alasan berakhir"))
    def ended_why(self, row: Representation) -> str:
        return gettext(row.end_reason) if row.end_reason else "-"

    # --- Steps ---

    def _facts(self, row: Representation) -> list[tuple[Any, Any]]:
        until = row.ends_on.strftime("%d/%m/%Y") if row.ends_on else gettext("sampai diakhiri")
        return [
            (_("Sebagai"), row.get_kind_display()),
            (_("Mewakili"), f"{row.for_person.name}, {identity.age(row.for_person.birth_date, timezone.localdate())}"),
            (_("Wakil"), representative_name(row)),
            (_("NIK wakil"), self.masked_nik(row)),
            (_("Masa berlaku"), f"{row.starts_on:%d/%m/%Y} – {until}"),
            (_("Dasar"), f"{row.get_document_display()} {row.document_number}"),
            (_("Pindaian"), self.scan_shown(row)),
            (_("Diusulkan oleh"), row.proposed_by),
        ]

    def adding(self, request: HttpRequest) -> HttpResponse:
        """The proposal, as a step of its own: the registry is asked for both NIKs, none of them goes into an address."""
        return self.proposing(request)

    def proposing(self, request: HttpRequest, ward: Person | None = None) -> HttpResponse:
        """The step, for the person whose page the officer came from, or for whose NIK is typed."""

        def run(data: dict[str, Any]) -> Done:
            made = representation.propose(
                representation.Proposal(
                    kind=K(data["kind"]),
                    for_person=ward or data["for_nik"],
                    nik=data["nik"],
                    starts_on=data["starts_on"],
                    ends_on=data["ends_on"],
                    document=Representation.Document(data["document"]),
                    document_number=data["document_number"],
                    name=data["name"],
                    phone=data["phone"],
                    scan=data["scan"],
                ),
                by=request.user,  # type: ignore[arg-type]
            )
            self.log_addition(request, made, gettext("Diusulkan"))
            return Done(gettext("Diusulkan atas nama Anda. Sekarang orang lain harus menyetujuinya."), change_url(made))

        step = Step(
            title=_("Usulkan wali atau kuasa"),
            button=_("Usulkan atas nama saya"),
            text=_("Periksa KTP kedua orang dan dokumennya. Belum berlaku sampai petugas kedua menyetujuinya."),
            facts=[(_("Yang diwakili"), ward.name), ("NIK", masked_nik(ward))] if ward else [],
            form=ProposeForForm if ward else ProposeForm,
            initial={"starts_on": timezone.localdate()},
            errors=ERRORS,
        )
        return take(self, request, step, run, back=change_url(ward) if ward else list_url(Representation))

    @action(description=_("Setujui"), permissions=["beneficiaries.approve_representation"], icon="verified")
    def approve(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            representation.approve(row, by=request.user, reason=data["reason"])  # type: ignore[arg-type]
            return Done(gettext("Disetujui. Berlaku pada masanya: %(reason)s") % data)

        mine = row.proposed_by_id == request.user.pk
        step = Step(
            title=_("Setujui wali atau kuasa"),
            button=_("Setujui"),
            text=_("Cocokkan dengan dokumennya. Sesudah ini wakil dapat mengambil uang di loket bagi pemegangnya."),
            facts=self._facts(row),
            warnings=[_("Anda yang mengusulkannya, jadi harus orang lain yang menyetujuinya.")] if mine else [],
            form=ReasonForm,
            possible=row.status == S.PROPOSED and not mine,
            errors=ERRORS,
        )
        return take(self, request, step, run, row)

    @action(description=_("Tolak / tarik"), permissions=["refuse"], icon="cancel")
    def refuse(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            representation.refuse(row, data["reason"], by=request.user)  # type: ignore[arg-type]
            return Done(gettext("Usulan ditolak: %(reason)s") % data)

        step = Step(
            title=_("Tolak atau tarik usulan"),
            button=_("Tolak"),
            facts=self._facts(row),
            form=ReasonForm,
            danger=True,
            possible=row.status == S.PROPOSED,
            errors=ERRORS,
        )
        return take(self, request, step, run, row)

    @action(description=_("Akhiri"), permissions=["beneficiaries.change_representation"], icon="person_remove")
    def end(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            representation.end(row, data["reason"], by=request.user)  # type: ignore[arg-type]
            return Done(gettext("Berakhir sejak sekarang: %(reason)s") % data)

        step = Step(
            title=_("Akhiri wali atau kuasa"),
            button=_("Akhiri"),
            text=_("Sejak sekarang wakil tidak dapat lagi mengambil uang bagi pemegangnya."),
            facts=self._facts(row),
            form=ReasonForm,
            danger=True,
            possible=row.status == S.APPROVED,
            errors=ERRORS,
        )
        return take(self, request, step, run, row)

    @action(description=_("Buka pindaian"), permissions=["open_scan"], icon="description")
    def open_scan(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The document as a file to save, never to run in the office's own page; that it was opened is kept."""
        row = row_of(self, request, object_id)
        scan = getattr(row, "scan", None)
        if scan is None:
            raise Http404
        try:
            reveals.log(
                row.for_person,
                reveals.SCAN,
                reason=Reveal.Reason.VERIFY,
                note=str(row),
                by=request.user,  # type: ignore[arg-type]
                address=address_of(request),
            )
        except BeneficiaryError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(change_url(row))
        try:
            content = representation.opened_scan(scan)
        except CannotOpen:
            return HttpResponse(gettext("Pindaian tidak dapat dibuka."), status=409, content_type="text/plain")
        self.log_change(request, row, gettext("Pindaian dokumen dibuka"))
        answer = HttpResponse(content, content_type=scan.content_type)
        answer["Content-Disposition"] = f'attachment; filename="dokumen-wakil-{row.pk}.{SUFFIXES[scan.content_type]}"'
        answer["X-Content-Type-Options"] = "nosniff"
        answer["Cache-Control"] = "no-store"
        return answer
