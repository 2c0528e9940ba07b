"""The open page for grievances (/aduan/): for anybody, without an account, on the smallest phone, without JavaScript.

Nothing that is written stands in an address: every answer is to a POST, and sent again it makes no second ticket.
"""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters

from beneficiaries import identity, open_grievances
from beneficiaries.errors import AnswerFirst, BeneficiaryError, FieldRefused
from beneficiaries.grievances import TEXT_MOST
from beneficiaries.models import Grievance, GrievanceCategory
from wallet.snap.callers import address_of


class ReportForm(forms.Form):
    """What is wrong; who says so only if they want to be called back."""

    category = forms.ModelChoiceField(
        label=_("Tentang apa"), queryset=GrievanceCategory.objects.none(), empty_label=_("Pilih satu")
    )
    text = forms.CharField(
        label=_("Apa yang terjadi"),
        max_length=TEXT_MOST,
        help_text=_("Di mana, kapan, dan siapa yang terlibat. Jangan tulis PIN."),
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    name = forms.CharField(
        label=_("Nama Anda"),
        max_length=120,
        required=False,
        help_text=_("Boleh kosong."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    phone = forms.CharField(
        label=_("Nomor telepon"),
        max_length=20,
        required=False,
        help_text=_("Boleh kosong. Bila diisi, jawabannya diberitahukan lewat SMS."),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel", "placeholder": "0812…"}),
    )
    answer = forms.IntegerField(required=False, widget=forms.HiddenInput)
    reference = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].queryset = open_grievances.categories()  # type: ignore[attr-defined]

    def ask(self) -> None:
        """Shows the question that is answered first where the page is crowded."""
        first, second = open_grievances.question_of(self.cleaned_data["reference"])
        self["answer"].label = _("Berapa %(first)s + %(second)s?") % {"first": first, "second": second}
        self.fields["answer"].widget = forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "off", "required": True}
        )

    def clean_phone(self) -> str:
        """E.164, or nothing."""
        text = self.cleaned_data["phone"].strip()
        if not text:
            return ""
        try:
            return identity.parse_phone(text)
        except FieldRefused as error:
            raise forms.ValidationError(f"{error.refusal.reason} {error.refusal.remedy}") from None


class LookForm(forms.Form):
    """The number and the code that came with it."""

    number = forms.CharField(
        label=_("Nomor aduan"),
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "ADU-2026-000123-1"}),
    )
    code = forms.CharField(
        label=_("Kode"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


@method_decorator(
    [never_cache, csrf_protect, sensitive_post_parameters("text", "name", "phone", "number", "code")], "dispatch"
)
class _OpenPage(View):
    http_method_names = ["get", "head", "post"]
    template = ""

    def show(self, request: HttpRequest, status: int = 200, **context: Any) -> HttpResponse:
        return TemplateResponse(request, f"beneficiaries/open/{self.template}.html", context, status=status)


class GrievancePage(_OpenPage):
    """The form (GET); the number and code of what was filed (POST)."""

    template = "grievance"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(request, form=ReportForm(initial={"reference": uuid.uuid4()}))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = ReportForm(request.POST)
        if not form.is_valid():
            return self.show(request, 400, form=form)
        try:
            filed = open_grievances.file(**form.cleaned_data, address=address_of(request))
        except BeneficiaryError as error:
            if isinstance(error, AnswerFirst):
                form.ask()
            return self.show(request, _status_of(error), form=form, said=str(error))
        return self.show(request, filed=filed, code=open_grievances.code_of(filed))


class LookPage(_OpenPage):
    """What became of a ticket, and one more thing to say about it."""

    template = "look"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(request, form=LookForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = LookForm(request.POST)
        if not form.is_valid():
            return self.show(request, 400, form=form)
        address, said, status = address_of(request), "", 200
        try:
            row = open_grievances.found(**form.cleaned_data, address=address)
        except BeneficiaryError as error:
            return self.show(request, _status_of(error), form=form, said=str(error))
        if text := request.POST.get("text", "").strip():
            try:
                open_grievances.say(row, text, address=address)
            except BeneficiaryError as error:
                said, status = str(error), _status_of(error)
            row.refresh_from_db()
        return self.show(
            request,
            status,
            form=form,
            row=row,
            said=said,
            messages=open_grievances.conversation(row),
            open=row.status != Grievance.Status.CLOSED,
            waits=row.status in Grievance.OPEN,
            most=TEXT_MOST,
        )


def _status_of(error: BeneficiaryError) -> int:
    return {"too_many_at_once": 429, "answer_first": 429, "grievance_not_found": 404}.get(error.code, 400)
