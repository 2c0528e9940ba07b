"""Statements in the office: the accounts that are compared, the upload, the preview, booking; and the entries to look at."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from beneficiaries import uploads
from beneficiaries.admin.entry_forms import DayInput
from beneficiaries.admin.file_imports import FileImportAdmin, UploadForm
from beneficiaries.admin.reveals import REVEALED, open_one
from beneficiaries.admin.sealed_upload import FIELD, SealedFile
from disbursement import books, statement_accounts, statement_csv, statement_lines, statements
from disbursement.admin.account_ends import EndSteps
from disbursement.admin.programmes import ERRORS, counted
from disbursement.models import Statement, StatementAccount, StatementEntry
from wallet import bank_references
from wallet.admin.decorators import action, display
from wallet.admin.rows import LongTable, ViewOnlyAdmin, by_number, change_url, list_url
from wallet.admin.steps import Done, Step, row_of, take

REVEALED[StatementEntry.reveal_kind] = StatementEntry._meta.verbose_name
S = Statement.State
TONES = {S.WAITING: "info", S.PREVIEWED: "warning", S.BOOKED: "success", S.FAILED: "danger", S.CANCELLED: "none"}
NEXT = {
    S.WAITING: _("Sedang dibaca. Halaman ini memperbarui diri."),
    S.PREVIEWED: _("Periksa jumlah dan saldonya, lalu bukukan atau batalkan. Belum ada yang dicocokkan."),
    S.BOOKED: _("Dibukukan dan dicocokkan dengan buku besar. Tidak dapat diubah lagi."),
    S.FAILED: _("Tidak ada yang disimpan. Atasi penyebabnya, lalu unggah lagi."),
    S.CANCELLED: _("Dibatalkan. Tidak ada yang disimpan; berkasnya boleh diunggah lagi."),
}
PROBLEMS = {
    "no_reference": _("%(count)s mutasi tanpa rujukan: masing-masing akan menjadi selisih."),
    "known": _("%(count)s mutasi sudah ada di rekening koran lain: kemungkinan berulang."),
    "overlaps": _("Masanya bertumpang dengan %(count)s rekening koran yang sudah dibukukan."),
}
shown_sen = statement_lines.shown_sen


class AccountForm(forms.ModelForm):  # type: ignore[type-arg]
    books = forms.MultipleChoiceField(
        label=_("Pembukuan yang dicocokkan"),
        choices=lambda: [(book.code, book.title) for book in books.every().values()],
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = StatementAccount
        fields = ("code", "name", "kind", "number", "books", "starts_on", "grace_days", "active")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        expected, since = cleaned.get("books"), cleaned.get("starts_on")
        if not expected or not since:  # or the account is compared already, and neither is asked
            return cleaned
        if self.instance.ends_on and since > self.instance.ends_on:
            self.add_error("starts_on", _("Sesudah tanggal akhirnya. Periksa keduanya."))
        other = statement_accounts.expecting(expected, since, but=self.instance.pk).first()
        if other is not None:
            said = _(
                "Salah satunya sudah dicocokkan pada rekening %(name)s. Akhiri rekening itu, lalu mulai sesudahnya."
            )
            self.add_error("books", said % {"name": other.name})
        return cleaned


@admin.register(StatementAccount)
class StatementAccountAdmin(EndSteps):
    """What an account expects is free until a statement of it is booked, and is shown from then on."""

    form = AccountForm
    list_display = ("name", "code", "kind", "books_shown", "starts_on", "until", "active")
    list_filter = ("kind", "active")
    search_fields = ("name", "code")
    search_help_text = _("Nama atau kode")
    ordering = ("name",)
    actions = None

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return AccountForm.Meta.fields
        kept = "books" in self.get_readonly_fields(request, obj)
        return [*("books_shown" if kept and name == "books" else name for name in AccountForm.Meta.fields), "end_shown"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ()
        kept = statement_accounts.compared_until(obj) is not None or obj.end_agreed_by_id is not None
        return ("books", "books_shown", "starts_on", "grace_days", "end_shown") if kept else ("end_shown",)

    @admin.display(description=_("pembukuan yang dicocokkan"))
    def books_shown(self, row: StatementAccount) -> str:
        known = books.every()
        return ", ".join(str(known[code].title) for code in row.books if code in known)


class SenField(forms.CharField):
    """A balance of a statement, in rupiah with or without sen; may be below zero."""

    def __init__(self, **kwargs: Any) -> None:
        widget = UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "placeholder": "1000000.00"})
        super().__init__(required=False, max_length=24, widget=widget, **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        amount = statement_lines.sen(text)
        if amount is None:
            raise ValidationError(_("Isi seperti 1000000 atau 1000000.25, tanpa titik ribuan."))
        return amount


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=DayInput())


class StatementForm(UploadForm):
    account = forms.ModelChoiceField(
        label=_("Rekening"), queryset=StatementAccount.objects.none(), widget=UnfoldAdminSelectWidget
    )
    format = forms.ChoiceField(label=_("Bentuk"), choices=Statement.Format.choices, widget=UnfoldAdminSelectWidget)
    file = forms.FileField(label=_("Berkas"), widget=UnfoldAdminFileFieldWidget)
    number = forms.CharField(
        label=_("Nomor rekening koran"),
        required=False,
        max_length=statement_lines.REFERENCE_LENGTH,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text=_("Wajib untuk CSV, juga tanggalnya; camt.053 memuatnya sendiri."),
    )
    period_from = _day(_("Dari tanggal"))
    period_to = _day(_("Sampai tanggal"))
    opening_sen = SenField(label=_("Saldo awal (CSV)"), help_text=_("Isi keduanya agar kelengkapan berkas diperiksa."))
    closing_sen = SenField(label=_("Saldo akhir (CSV)"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["account"].queryset = StatementAccount.objects.filter(active=True).order_by("name")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("format") != Statement.Format.CSV:
            return cleaned
        for name in ("number", "period_from", "period_to"):
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, _("Isi untuk berkas CSV."))
        since, until = cleaned.get("period_from"), cleaned.get("period_to")
        if since and until and since > until:
            self.add_error("period_to", _("Sebelum tanggal awalnya. Periksa keduanya."))
        if (cleaned.get("opening_sen") is None) != (cleaned.get("closing_sen") is None):
            self.add_error("closing_sen", _("Isi kedua saldo, atau kosongkan keduanya."))
        return cleaned


@admin.register(Statement)
class StatementAdmin(FileImportAdmin):
    """A statement is uploaded, read by a worker, and then somebody's to book."""

    list_display = ("id", "account", "number", "period", "status_label", "entry_count", "in_shown", "out_shown", "by")
    list_display_links = ("id", "account")
    list_select_related = ("account", "by")
    list_filter = ("state", "account", "period_to")
    search_fields = ("number", "file_name")
    search_help_text = _("Nomor rekening koran atau nama berkas")
    ordering = ("-pk",)
    upload_form = StatementForm
    upload_template = "disbursement/admin/statement_upload.html"
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("account", "format"),
                    ("number", "period"),
                    ("opening_shown", "closing_shown"),
                    ("in_shown", "out_shown"),
                    ("file_name", "digest"),
                    ("by", "created_at"),
                    ("booked_by", "ended_at"),
                )
            },
        ),
    )
    readonly_fields = ("digest", "period", "opening_shown", "closing_shown", "in_shown", "out_shown")
    actions_detail = ("book", "cancel")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        progress = path("<int:run>/progress/", view(self.progress_view), name="disbursement_statement_progress")
        return [progress, *super().get_urls()]

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        row = self.get_object(request, str(object_id))
        possible = {"book": (S.PREVIEWED,), "cancel": (S.PREVIEWED, S.WAITING)}
        steps = super().get_actions_detail(request, object_id)
        return [
            step
            for step in steps
            if row is not None and row.state in possible[step.action_name.removeprefix("disbursement_statement_")]
        ]

    # --- Uploading ---

    def uploaded(self, request: HttpRequest, form: UploadForm) -> HttpResponse:
        sent = form.cleaned_data
        file: SealedFile = sent[FIELD]
        told = None
        if sent["format"] == Statement.Format.CSV:
            names = ("number", "period_from", "period_to", "opening_sen", "closing_sen")
            told = statements.Told(**{name: sent[name] for name in names})
        try:
            run = statements.begin(
                sent["account"],
                file.upload,
                format=sent["format"],
                file_name=file.name or "",
                by=request.user,  # type: ignore[arg-type]
                told=told,
            )
        except ERRORS as error:
            uploads.forget(file.upload.uid)
            messages.error(request, str(error))
            known = error.args[1].get("known") if len(error.args) > 1 else None
            back = reverse("admin:disbursement_statement_change", args=[known]) if known else list_url(Statement)
            return HttpResponseRedirect(back)
        self.log_addition(request, run, gettext("Rekening koran diunggah."))
        messages.success(request, gettext("Berkas diunggah dan sedang dibaca."))
        return HttpResponseRedirect(change_url(run))

    def upload_context(self) -> dict[str, Any]:
        return {"title": _("Unggah rekening koran"), "columns": ", ".join(statement_csv.COLUMNS)}

    # --- What it looks like ---

    @display(description=_("status"), label=TONES)
    def status_label(self, row: Statement) -> tuple[str, str]:
        return row.state, row.get_state_display()

    @admin.display(description=_("masa"), ordering="period_to")
    def period(self, row: Statement) -> str:
        if not (row.period_from and row.period_to):
            return "–"
        return f"{date_format(row.period_from)} – {date_format(row.period_to)}"

    @admin.display(description=_("masuk"), ordering="in_sen")
    def in_shown(self, row: Statement) -> str:
        return shown_sen(row.in_sen)

    @admin.display(description=_("keluar"), ordering="out_sen")
    def out_shown(self, row: Statement) -> str:
        return shown_sen(row.out_sen)

    @admin.display(description=_("saldo awal"))
    def opening_shown(self, row: Statement) -> str:
        return shown_sen(row.opening_sen)

    @admin.display(description=_("saldo akhir"))
    def closing_shown(self, row: Statement) -> str:
        return shown_sen(row.closing_sen)

    def shown(self, request: HttpRequest, run: Statement) -> dict[str, Any]:
        read = run.state in (S.PREVIEWED, S.BOOKED)
        cards = [
            (_("Mutasi"), counted(run.entry_count)),
            (_("Belum atau gagal dibukukan"), counted(run.unsettled_count)),
            (_("Saldo awal"), shown_sen(run.opening_sen)),
            (_("Masuk"), shown_sen(run.in_sen)),
            (_("Keluar"), shown_sen(run.out_sen)),
            (_("Saldo akhir"), shown_sen(run.closing_sen)),
        ]
        return {
            "progress": self.progress(run),
            "trouble": statements.said(run.error_code, run.error_data) if run.error_code else "",
            "cards": cards if read else [],
            "warnings": [
                PROBLEMS[name] % {"count": counted(count)} for name, count in run.problems.items() if name in PROBLEMS
            ]
            + ([_("Saldo tidak diketahui: kelengkapan berkas tidak dapat diperiksa.")] if self._unchecked(run) else []),
            "links": [(_("Lihat mutasinya"), list_url(StatementEntry, statement=run.pk))] if read else [],
        }

    def _unchecked(self, run: Statement) -> bool:
        return run.state == S.PREVIEWED and run.opening_sen is None

    def progress(self, run: Statement) -> dict[str, Any]:
        return {
            "url": reverse("admin:disbursement_statement_progress", args=[run.pk]),
            "status": run.state,
            "status_label": str(run.get_state_display()),
            "tone": TONES[S(run.state)],
            "next": str(NEXT[S(run.state)]),
            "live": run.state == S.WAITING,
            "part": gettext("Membaca berkas") if run.attempts else gettext("Menunggu giliran"),
            "rows": counted(run.entry_count),
            "refused": "0",
            "share": "0",
        }

    # --- Steps ---

    def _facts(self, row: Statement) -> list[tuple[Any, Any]]:
        return [
            (_("Rekening"), row.account),
            (_("Nomor"), row.number),
            (_("Masa"), self.period(row)),
            (_("Mutasi"), counted(row.entry_count)),
            (_("Saldo awal"), shown_sen(row.opening_sen)),
            (_("Masuk"), shown_sen(row.in_sen)),
            (_("Keluar"), shown_sen(row.out_sen)),
            (_("Saldo akhir"), shown_sen(row.closing_sen)),
        ]

    @action(description=_("Bukukan"), permissions=["disbursement.add_statement"], icon="done_all")
    def book(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            statements.book(row, request.user)  # type: ignore[arg-type]
            return Done(gettext("Rekening koran dibukukan dan sedang dicocokkan."))

        step = Step(
            title=_("Bukukan rekening koran"),
            button=_("Bukukan"),
            text=_(
                "Sejak dibukukan mutasinya dicocokkan dengan buku besar dan tidak dapat diubah. Tidak ada uang bergerak."
            ),
            facts=self._facts(row),
            warnings=self.shown(request, row)["warnings"],
            possible=row.state == S.PREVIEWED,
            errors=ERRORS,
        )
        return take(self, request, step, run, row)

    @action(description=_("Batalkan"), permissions=["disbursement.add_statement"], icon="delete")
    def cancel(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            statements.cancel(row)
            return Done(gettext("Rekening koran dibatalkan; tidak ada yang disimpan."))

        step = Step(
            title=_("Batalkan rekening koran"),
            button=_("Ya, batalkan"),
            facts=self._facts(row),
            danger=True,
            possible=row.state in (S.PREVIEWED, S.WAITING),
            errors=ERRORS,
        )
        return take(self, request, step, run, row)


@admin.register(StatementEntry)
class StatementEntryAdmin(LongTable, ViewOnlyAdmin):
    list_display = ("id", "booked_on", "reference", "amount_shown", "settled", "reversal", "statement")
    list_display_links = ("id", "reference")
    list_filter = ("settled", by_number("statement", _("rekening koran")))
    list_select_related = ("statement__account",)
    search_fields = ("=subject",)
    search_help_text = _("Rujukan")
    fields = (
        "statement",
        "line",
        "booked_on",
        "amount_shown",
        "settled",
        "reversal",
        "reference",
        "bank_reference",
        "text_shown",
    )
    readonly_fields = ("amount_shown", "text_shown")
    actions_detail = ("show_text",)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        wanted = bank_references.subject(search_term)
        return (queryset.filter(subject=wanted) if search_term.strip() else queryset), False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What the bank wrote may speak of people: for who works on breaks."""
        may = request.user.has_perm("disbursement.work_break")  # type: ignore[union-attr]
        return [name for name in self.fields if may or name != "text_shown"]

    @admin.display(description=_("jumlah"))
    def amount_shown(self, row: StatementEntry) -> str:
        return shown_sen(row.amount_sen)

    @admin.display(description=_("keterangan bank"))
    def text_shown(self, row: StatementEntry) -> str:
        """Masked as everything that speaks of people; it opens with a reason."""
        return "••••" if row.text_sealed else "–"

    @action(description=_("Buka keterangan bank"), permissions=["disbursement.work_break"], icon="visibility")
    def show_text(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return open_one(self, request, row_of(self, request, object_id))
