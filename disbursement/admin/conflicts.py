"""Programmes that exclude each other, in the office: set up, ended, and who has to be decided on or was left out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.views import ChangeList
from unfold.widgets import UnfoldAdminDateWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from beneficiaries.admin.queues import QUEUES, Queue
from disbursement import conflicts
from disbursement.admin.people import masked_nik, narrowed
from disbursement.admin.programmes import ERRORS, counted
from disbursement.models import ConflictNote, Enrolment, Programme, ProgrammeConflict
from wallet.admin.decorators import action, display
from wallet.admin.rows import LongTable, ViewOnlyAdmin, by_number, change_url, link, list_url
from wallet.admin.steps import AddedByStep, Done, Step, row_of, take


class ConflictForm(forms.Form):
    """Two programmes, who may not be in both, from when on, and by which decree."""

    one = forms.ModelChoiceField(
        label=_("Program"), queryset=Programme.objects.none(), widget=UnfoldAdminSelectWidget()
    )
    other = forms.ModelChoiceField(
        label=_("Program lain"), queryset=Programme.objects.none(), widget=UnfoldAdminSelectWidget()
    )
    scope = forms.ChoiceField(
        label=_("Tidak boleh dirangkap oleh"),
        choices=ProgrammeConflict.Scope.choices,
        widget=UnfoldAdminSelectWidget(),
    )
    starts_on = forms.DateField(label=_("Berlaku mulai"), widget=UnfoldAdminDateWidget())
    decree = forms.CharField(
        label=_("Dasar hukum"),
        max_length=200,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("Misalnya: Kepgub 1204/2024."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("one", "other"):
            self.fields[name].queryset = Programme.objects.order_by("name")  # type: ignore[attr-defined]


class EndForm(forms.Form):
    ends_on = forms.DateField(
        label=_("Tidak berlaku lagi mulai"),
        widget=UnfoldAdminDateWidget(),
        help_text=_("Mulai hari itu orang boleh mengikuti keduanya."),
    )


class CountedChangeList(ChangeList):  # type: ignore[misc]
    """A list whose rows carry how many places are to be decided on, read for the whole page in one query."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows: list[Any] = list(self.result_list)
        many = conflicts.many_to_decide(rows)
        for row in rows:
            row.many_to_decide = many.get(row.pk, 0)
        self.result_list: list[Any] = rows


@admin.register(ProgrammeConflict)
class ProgrammeConflictAdmin(AddedByStep, ViewOnlyAdmin):
    """Added on a page of its own, and ended; never changed."""

    list_display = ("__str__", "scope", "starts_on", "state", "to_decide", "decree")
    list_filter = ("scope",)
    list_select_related = ("first", "second")
    search_fields = ("first__name", "second__name", "decree")
    search_help_text = _("Program atau dasar hukum")
    ordering = ("-pk",)
    fields = (
        ("first", "second"),
        ("scope", "state"),
        ("starts_on", "ends_on"),
        "decree",
        ("by", "created_at"),
        "to_decide",
        "left_out",
    )
    readonly_fields = ("state", "to_decide", "left_out")
    actions_detail = ("end",)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return CountedChangeList

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("disbursement.add_programmeconflict"))  # type: ignore[union-attr]

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        row = self.get_object(request, str(object_id))
        return super().get_actions_detail(request, object_id) if row is not None and row.ends_on is None else []

    @display(description=_("keadaan"), label={"force": "success", "later": "info", "ended": "none"})
    def state(self, row: ProgrammeConflict) -> tuple[str, str]:
        today = timezone.localdate()
        if row.ends_on is not None and row.ends_on <= today:
            return "ended", gettext("berakhir")
        return ("force", gettext("berlaku")) if row.starts_on <= today else ("later", gettext("belum mulai"))

    @admin.display(description=_("harus diputuskan"))
    def to_decide(self, row: Any) -> SafeString | str:
        """Places held together all the same: from before it began, or since a move."""
        known = hasattr(row, "many_to_decide")
        count = row.many_to_decide if known else conflicts.many_to_decide([row]).get(row.pk, 0)
        url = list_url(Enrolment, rangkap=row.pk)
        return link(url, _("%(count)s kepesertaan") % {"count": counted(count)}) if count else "-"

    @admin.display(description=_("tidak didaftarkan karenanya"))
    def left_out(self, row: ProgrammeConflict) -> SafeString | str:
        count = row.notes.count()
        url = list_url(ConflictNote, conflict=row.pk)
        return link(url, _("%(count)s orang") % {"count": counted(count)}) if count else "-"

    def adding(self, request: HttpRequest) -> HttpResponse:
        by: Any = request.user

        def run(data: dict[str, Any]) -> Done:
            made = conflicts.set_up(
                data["one"],
                data["other"],
                scope=ProgrammeConflict.Scope(data["scope"]),
                starts_on=data["starts_on"],
                decree=data["decree"],
                by=by,
            )
            self.log_addition(request, made, data["decree"])
            return Done(gettext("Larangan rangkap dicatat."), change_url(made))

        step = Step(
            title=_("Larang rangkap program"),
            button=_("Catat"),
            text=_(
                "Mulai hari itu tidak ada yang didaftarkan pada keduanya. Yang sudah mengikuti keduanya tetap, sampai petugas "
                "memutuskan di program mana ia tetap."
            ),
            form=ConflictForm,
            initial={"starts_on": timezone.localdate()},
            errors=ERRORS,
        )
        return take(self, request, step, run, back=list_url(ProgrammeConflict))

    @action(description=_("Akhiri larangan"), permissions=["disbursement.change_programmeconflict"], icon="lock_open")
    def end(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            conflicts.end(row, data["ends_on"])
            return Done(gettext("Larangan rangkap berakhir mulai %(day)s.") % {"day": date_format(data["ends_on"])})

        step = Step(
            title=_("Akhiri larangan rangkap"),
            button=_("Akhiri"),
            facts=[(_("Program"), row), (_("Berlaku mulai"), date_format(row.starts_on))],
            form=EndForm,
            initial={"ends_on": max(timezone.localdate(), row.starts_on)},
            danger=True,
            errors=ERRORS,
            as_one=True,
        )
        return take(self, request, step, run, row)


@admin.register(ConflictNote)
class ConflictNoteAdmin(LongTable, ViewOnlyAdmin):
    """Whom the rule admits and a place elsewhere keeps out, when the programme last enrolled."""

    list_display = ("name", "nik", "programme", "held_shown", "at")
    list_display_links = None
    list_filter = ("programme", by_number("conflict", _("larangan rangkap")))
    list_select_related = ("person", "programme", "enrolment__person", "enrolment__programme")
    search_fields = ("person__name",)
    search_help_text = _("NIK (16 angka) atau nama")
    fields = readonly_fields = ("name", "nik", "programme", "conflict", "held_shown", "at")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[ConflictNote], search_term: str
    ) -> tuple[QuerySet[ConflictNote], bool]:
        return narrowed(queryset, "person", search_term), False

    @admin.display(description=_("nama"))
    def name(self, row: ConflictNote) -> str:
        return row.person.name

    @admin.display(description="NIK")
    def nik(self, row: ConflictNote) -> str:
        return masked_nik(row.person)

    @admin.display(description=_("karena kepesertaan"))
    def held_shown(self, row: ConflictNote) -> SafeString:
        return link(change_url(row.enrolment), row.enrolment)


QUEUES.append(
    Queue(
        _("Rangkap program yang harus diputuskan"),
        "disbursement.view_enrolment",
        lambda request: conflicts.to_decide(),
        lambda: list_url(Enrolment, rangkap="semua"),
    )
)
