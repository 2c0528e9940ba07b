"""Consents at the office: the texts people are asked with, the ledger, and the step that writes a line of it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from beneficiaries import consents
from beneficiaries.errors import BeneficiaryError
from beneficiaries.models import Consent, ConsentText, Person
from wallet.admin.decorators import action
from wallet.admin.rows import OfficeAdmin, ViewOnlyAdmin, by_number, change_url, link
from wallet.admin.steps import Done, Step, row_of, take


class ConsentForm(forms.Form):
    """What somebody agrees to or takes back, and what proves it."""

    text = forms.ModelChoiceField(
        label=pgettext_lazy("data pribadi", "Persetujuan"),
        queryset=ConsentText.objects.none(),
        widget=UnfoldAdminSelectWidget(),
    )
    given = forms.ChoiceField(
        label=_("Pernyataan"),
        choices=[("yes", _("Setuju")), ("no", _("Menarik persetujuan"))],
        widget=UnfoldAdminRadioSelectWidget(),
    )
    channel = forms.ChoiceField(label=_("Lewat"), choices=Consent.Channel.choices, widget=UnfoldAdminSelectWidget())
    guardian = forms.IntegerField(
        label=_("Nomor registri wali"),
        required=False,
        min_value=1,
        widget=UnfoldAdminIntegerFieldWidget(),
        help_text=_("Wajib untuk anak: nomor di halaman orang tua atau walinya."),
    )
    evidence = forms.CharField(
        label=_("Bukti"),
        max_length=200,
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text=_("Nomor formulir bertanda tangan atau rekaman."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        newest = ConsentText.objects.filter(
            pk__in=[text.pk for text in ConsentText.objects.newest()], basis=ConsentText.Basis.CONSENT
        )
        self.fields["text"].queryset = newest  # type: ignore[attr-defined]

    def clean_guardian(self) -> Person | None:
        number = self.cleaned_data["guardian"]
        found = Person.objects.filter(pk=number).first() if number and number < 2**63 else None
        if number and found is None:
            raise forms.ValidationError(_("Tidak ada orang dengan nomor itu."))
        return found


class ConsentSteps:
    """For a person's page: the step, and what the person agrees to now."""

    consent_actions = ("record_consent",)

    @action(description=_("Catat persetujuan"), permissions=["beneficiaries.add_consent"], icon="handshake")
    def record_consent(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Writes one line of the ledger."""
        office: Any = self
        person: Person = row_of(office, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            given = data["given"] == "yes"
            consents.record(
                person,
                data["text"],
                given=given,
                channel=data["channel"],
                by=request.user,  # type: ignore[arg-type]
                evidence=data["evidence"],
                guardian=data["guardian"],
            )
            said = {"text": data["text"]}
            return Done(
                (gettext("Setuju dicatat: %(text)s") if given else gettext("Penarikan dicatat: %(text)s")) % said
            )

        texts = [text for text in ConsentText.objects.newest() if text.basis == ConsentText.Basis.CONSENT]
        ending = [text for text in texts if text.consequence]
        step = Step(
            title=_("Catat persetujuan"),
            button=_("Catat"),
            text=_(
                "Bacakan isi persetujuannya dahulu. Yang dicatat tidak dapat diubah; yang berlaku adalah yang terakhir."
            ),
            facts=[
                *((text.title, text.text) for text in texts),
                *((gettext("Bila ditarik: %(title)s") % {"title": text.title}, text.consequence) for text in ending),
            ],
            warnings=[
                *([] if texts else [_("Belum ada teks persetujuan. Petugas Data Pribadi menulisnya dahulu.")]),
                *([_("Anak: isi wali yang menyatakannya.")] if consents.is_child(person) else []),
            ],
            form=ConsentForm,
            possible=bool(texts),
            errors=(BeneficiaryError,),
        )
        return take(office, request, step, run, person)

    @admin.display(description=_("persetujuan"))
    def agreed(self, person: Person) -> SafeString | str:
        """What the person's last words are, by purpose."""
        return format_html_join("", "<div>{}</div>", ((str(row),) for row in consents.last_words(person))) or "–"


@admin.register(ConsentText)
class ConsentTextAdmin(OfficeAdmin):
    """Texts are added, never changed: whoever agreed, agreed to those words."""

    list_display = ("title", "purpose", "version", "basis", "by", "at")
    list_filter = ("basis",)
    list_select_related = ("by",)
    ordering = ("purpose", "-version")
    fields = ("purpose", "title", "basis", "legal_basis", "text", "consequence")
    actions = None

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Written once."""
        return False

    def save_model(self, request: HttpRequest, obj: ConsentText, form: Any, change: bool) -> None:
        made = consents.word(
            obj.purpose,
            obj.title,
            obj.text,
            by=request.user,  # type: ignore[arg-type]
            basis=obj.basis,
            legal_basis=obj.legal_basis,
            consequence=obj.consequence,
        )
        obj.pk, obj.version = made.pk, made.version


@admin.register(Consent)
class ConsentAdmin(ViewOnlyAdmin):
    """The ledger of consents."""

    list_display = ("at", "whose", "text", "given", "channel", "by")
    list_display_links = ("at",)
    list_filter = ("given", "channel", "text__purpose", by_number("person", _("orang")))
    list_select_related = ("person", "text", "by")
    ordering = ("-pk",)
    fields = readonly_fields = ("at", "whose", "text", "given", "channel", "guardian", "evidence", "by")

    @admin.display(description=_("orang"))
    def whose(self, row: Consent) -> SafeString:
        return link(change_url(row.person), row.person)
