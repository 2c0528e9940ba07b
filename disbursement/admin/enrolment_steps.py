"""Steps of enrolments in the office: for one, or for many at once, each with a reason from a list and in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Count, Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminDateWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from disbursement import enrolments
from disbursement.admin.programmes import ERRORS, counted
from disbursement.models import Enrolment, EnrolmentAppeal, EnrolmentStep
from wallet.admin.rows import NUMBER
from wallet.admin.steps import ReasonForm, Step

MOST_AT_ONCE = 20_000


def _reasons(reasons: Sequence[EnrolmentStep.Reason]) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("Alasan"),
        choices=[("", "—"), *((reason.value, reason.label) for reason in reasons)],
        widget=UnfoldAdminSelectWidget,
    )


def _words(help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=_("Penjelasan"),
        max_length=300,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=help_text or _("Dibaca oleh siapa pun yang memeriksa langkah ini nanti."),
    )


def _reference() -> forms.CharField:
    return forms.CharField(
        label=_("Bukti atau surat keputusan"),
        max_length=120,
        required=False,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("Misalnya nomor berita acara musyawarah kelurahan."),
    )


class SuspendForm(forms.Form):
    why = _reasons(enrolments.SUSPENDING)
    reason = _words()
    until = forms.DateField(
        label=_("Sampai dengan"),
        required=False,
        widget=UnfoldAdminDateWidget(),
        help_text=_("Berakhir sendiri sesudah hari itu. Kosong berarti sampai dicabut petugas."),
    )
    reference = _reference()


class LiftForm(forms.Form):
    why = _reasons(enrolments.LIFTING)
    reason = _words()
    reference = _reference()


class EndForm(forms.Form):
    why = _reasons(enrolments.ENDING)
    reason = _words()
    reference = _reference()


class WordsForm(ReasonForm):
    reference = _reference()


class AppealForm(forms.Form):
    channel = forms.ChoiceField(
        label=_("Disampaikan lewat"),
        choices=[
            (channel.value, channel.label)
            for channel in (EnrolmentAppeal.Channel.OFFICE, EnrolmentAppeal.Channel.COMMUNITY)
        ],
        widget=UnfoldAdminSelectWidget,
    )
    text = forms.CharField(
        label=_("Isi keberatan"), max_length=2000, widget=UnfoldAdminTextareaWidget(attrs={"rows": 5})
    )


def suspend(numbers: Sequence[int], data: dict[str, Any], by: Any) -> int:
    """As the form says."""
    return enrolments.suspend(
        numbers,
        reason=EnrolmentStep.Reason(data["why"]),
        words=data["reason"],
        until=data["until"],
        reference=data["reference"],
        by=by,
    )


def lift(numbers: Sequence[int], data: dict[str, Any], by: Any) -> int:
    """As the form says."""
    reason = EnrolmentStep.Reason(data["why"])
    return enrolments.lift(numbers, reason=reason, words=data["reason"], reference=data["reference"], by=by)


def end(numbers: Sequence[int], data: dict[str, Any], by: Any) -> int:
    """As the form says."""
    reason = EnrolmentStep.Reason(data["why"])
    return enrolments.end_all(numbers, reason=reason, words=data["reason"], reference=data["reference"], by=by)


@dataclass(frozen=True, slots=True)
class Many:
    """A step for many: what its page says, from which statuses it leads, and the function that takes it."""

    action: str
    title: Any
    button: Any
    text: Any
    form: type[forms.Form]
    origins: tuple[str, ...]
    run: Callable[[Sequence[int], dict[str, Any], Any], int]
    done: Callable[[int], str]
    danger: bool = False


S = Enrolment.Status
SUSPEND = Many(
    "suspend_many",
    _("Tangguhkan kepesertaan"),
    _("Tangguhkan"),
    _("Selama ditangguhkan tidak dibayar, tetapi tempatnya dalam kuota tetap. Tiap orang dapat mengajukan keberatan."),
    SuspendForm,
    (S.ACTIVE,),
    suspend,
    lambda many: gettext("%(count)s kepesertaan ditangguhkan.") % {"count": counted(many)},
)
LIFT = Many(
    "lift_many",
    _("Cabut penangguhan"),
    _("Cabut"),
    _("Mulai batch berikutnya dibayar lagi. Siklus yang terlewat tidak dibayar sendiri."),
    LiftForm,
    (S.SUSPENDED,),
    lift,
    lambda many: gettext("%(count)s penangguhan dicabut.") % {"count": counted(many)},
)
END = Many(
    "end_many",
    _("Akhiri kepesertaan"),
    _("Akhiri"),
    _(
        "Batch berikutnya tidak lagi membayar. Uang yang sudah diterima tetap miliknya. Tempat yang kosong diberikan kepada "
        "daftar tunggu. Tiap orang dapat mengajukan keberatan."
    ),
    EndForm,
    (S.WAITING, S.ACTIVE, S.SUSPENDED),
    end,
    lambda many: gettext("%(count)s kepesertaan diakhiri.") % {"count": counted(many)},
    danger=True,
)


def ask_many(admin: Any, request: HttpRequest, chosen: QuerySet[Any], many: Many) -> HttpResponse | None:
    """The page that asks the reason for those chosen in the list and says how many they are; posted, it takes the step.

    The page carries whom it was asked for: whoever comes to fit the list's filter meanwhile is not among them.
    """
    confirmed = "chosen" in request.POST
    if confirmed:
        numbers = [int(number) for number in request.POST["chosen"].split(",") if NUMBER.fullmatch(number)]
    else:
        numbers = list(chosen.order_by("pk").values_list("pk", flat=True)[: MOST_AT_ONCE + 1])
    if len(numbers) > MOST_AT_ONCE:
        messages.error(
            request, _("Paling banyak %(most)s sekaligus. Persempit daftarnya.") % {"most": counted(MOST_AT_ONCE)}
        )
        return None
    back = request.get_full_path()
    form = many.form(request.POST if confirmed else None)
    rows = admin.get_queryset(request).filter(pk__in=numbers)
    if confirmed and form.is_valid():
        try:
            moved = many.run(list(rows.values_list("pk", flat=True)), form.cleaned_data, request.user)
        except ERRORS as error:
            messages.error(request, str(error))
        else:
            messages.success(request, many.done(moved))
            return HttpResponseRedirect(back)
    fitting = rows.filter(status__in=many.origins)
    fits = fitting.count()
    warnings = []
    if len(numbers) > fits:
        warnings.append(
            _("%(count)s dari yang dipilih tidak berstatus yang sesuai dan dilewati.")
            % {"count": counted(len(numbers) - fits)}
        )
    step = Step(
        title=many.title,
        button=many.button,
        text=many.text,
        facts=[(_("Banyaknya"), _("%(count)s orang") % {"count": counted(fits)}), *_of_programmes(fitting)],
        warnings=warnings,
        form=many.form,
        danger=many.danger,
        possible=fits > 0,
        hidden={
            "action": many.action,
            "select_across": "1",
            ACTION_CHECKBOX_NAME: "0",
            "chosen": ",".join(str(number) for number in numbers),
        },
    )
    nothing: Model | None = None
    context = admin.admin_site.each_context(request) | {
        "title": step.title,
        "subtitle": nothing,
        "opts": admin.opts,
        "original": nothing,
        "step": step,
        "form": form,
        "back": back,
    }
    return TemplateResponse(request, step.template, context)


def _of_programmes(rows: QuerySet[Any]) -> list[tuple[Any, Any]]:
    named = rows.order_by().values_list("programme__name").annotate(many=Count("pk")).order_by("programme__name")
    return [(name, counted(many)) for name, many in named]
