"""Setting up a programme's schedule: what it says, the dates that it comes to, and only then its being in force."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
)

from disbursement import schedules
from disbursement.due_dates import Due, months_later
from disbursement.errors import DisbursementError
from disbursement.forms import decree_field
from disbursement.models import Schedule, ScheduledRun
from disbursement.models.schedule import MOST_LEAD
from wallet.admin.decorators import action
from wallet.admin.rows import list_url
from wallet.admin.steps import AskAgain, Done, Step, row_of, take
from wallet.errors import WalletError

SHOWN = 8  # dates that an officer looks at before a schedule is in force
MONTHS_BACK, MONTHS_AHEAD = 6, 24


def _months(*, empty: Any = None) -> list[tuple[str, Any]]:
    this = timezone.localdate().replace(day=1)
    months = [months_later(this, step) for step in range(-MONTHS_BACK, MONTHS_AHEAD + 1)]
    chosen: list[tuple[str, Any]] = [(f"{month:%Y-%m-%d}", date_format(month, "F Y")) for month in months]
    return chosen if empty is None else [("", empty), *chosen]


class ScheduleForm(forms.Form):
    kind = forms.ChoiceField(label=_("Pola"), choices=Schedule.Kind.choices, widget=UnfoldAdminSelectWidget)
    every = forms.IntegerField(
        label=_("Tiap berapa bulan"),
        min_value=1,
        max_value=12,
        initial=1,
        required=False,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("Hanya untuk pola tiap beberapa bulan, dihitung dari periode pertama."),
    )
    months = forms.TypedMultipleChoiceField(
        label=_("Bulan tahap"),
        coerce=int,
        choices=[(number, date_format(date(2026, number, 1), "F")) for number in range(1, 13)],
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("Hanya untuk pola tahap. Triwulan: Januari, April, Juli, Oktober."),
    )
    dates = forms.CharField(
        label=_("Tanggal-tanggal"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3, "placeholder": "17-08-2027"}),
        help_text=_("Hanya untuk pola tanggal tertentu. Satu per baris, seperti 17-08-2027; satu dalam sebulan."),
    )
    day = forms.IntegerField(
        label=_("Tanggal bayar"),
        min_value=1,
        max_value=31,
        initial=10,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("31 berarti hari terakhir bulan itu."),
    )
    hour = forms.IntegerField(
        label=_("Jam bayar"), min_value=0, max_value=23, initial=9, widget=UnfoldAdminIntegerFieldWidget
    )
    moved = forms.ChoiceField(
        label=_("Bila jatuh pada hari libur"), choices=Schedule.Moved.choices, widget=UnfoldAdminSelectWidget
    )
    lead_days = forms.IntegerField(
        label=_("Disiapkan berapa hari sebelumnya"),
        min_value=0,
        max_value=MOST_LEAD,
        initial=7,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("Cukup lama untuk memeriksa, mengajukan dan menyetujui batchnya."),
    )
    first_period = forms.ChoiceField(label=_("Periode pertama"), widget=UnfoldAdminSelectWidget)
    last_period = forms.ChoiceField(label=_("Periode terakhir"), required=False, widget=UnfoldAdminSelectWidget)
    decree = decree_field(_("Nomor keputusan atau alasan perubahan."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["first_period"].choices = _months()  # type: ignore[attr-defined]
        self.fields["first_period"].initial = f"{months_later(timezone.localdate(), 1):%Y-%m-%d}"
        self.fields["last_period"].choices = _months(empty=_("tanpa akhir"))  # type: ignore[attr-defined]

    def clean_every(self) -> int:
        return self.cleaned_data["every"] or 1

    def clean_dates(self) -> list[date]:
        found: list[date] = []
        field = forms.DateField(input_formats=["%d-%m-%Y", "%d/%m/%Y", "%Y-%m-%d"])
        for line in self.cleaned_data["dates"].split():
            try:
                day = field.to_python(line)
            except ValidationError:
                raise ValidationError(
                    _("Bukan tanggal: %(line)s. Tulis seperti 17-08-2027.") % {"line": line[:20]}
                ) from None
            if day is not None:
                found.append(day)
        return sorted(found)

    def clean_first_period(self) -> date:
        return date.fromisoformat(self.cleaned_data["first_period"])

    def clean_last_period(self) -> date | None:
        chosen = self.cleaned_data["last_period"]
        return date.fromisoformat(chosen) if chosen else None


class ScheduleStep:
    """The step of a programme's page that sets its schedule."""

    @action(description=_("Jadwal"), permissions=["disbursement.add_schedule"], icon="event_repeat")
    def schedule(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """First shows the dates that were asked for; sent again as they are, they are in force."""
        programme = row_of(self, request, object_id)  # type: ignore[arg-type]
        user: Any = request.user
        now = schedules.in_force(programme, months_later(timezone.localdate(), 1))

        def run(data: dict[str, Any]) -> Done:
            said = {name: value for name, value in data.items() if name != "seen"}
            asked = Schedule(programme=programme, **said)
            schedules.check(asked)
            seen = _digest(data)
            if request.POST.get("seen") != seen:
                step.hidden["seen"] = seen
                step.facts[:] = [(_("Program"), programme), (_("Menjadi"), dates(schedules.preview(asked, SHOWN)))]
                raise AskAgain(said=gettext("Periksa tanggal-tanggalnya, lalu kirim sekali lagi untuk menetapkannya."))
            schedules.establish(asked, user)
            return Done(gettext("Jadwal ditetapkan: %(decree)s") % data, list_url(ScheduledRun, programme=programme.pk))

        step = Step(
            title=_("Tetapkan jadwal penyaluran"),
            button=_("Lanjut"),
            text=_(
                "Siklus dan rancangan batchnya dibuat dengan sendirinya menurut jadwal ini; mengajukan dan menyetujuinya tetap "
                "tugas orang. Jadwal baru menggantikan yang lama sejak periode pertamanya."
            ),
            facts=[(_("Program"), programme), (_("Jadwal sekarang"), in_words(now) if now else "-")],
            warnings=[] if programme.active else [_("Program ini tidak aktif.")],
            form=ScheduleForm,
            errors=(DisbursementError, WalletError),
        )
        return take(self, request, step, run, programme)  # type: ignore[arg-type]


def _digest(data: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True, default=str).encode()).hexdigest()


def in_words(schedule: Schedule) -> str:
    """What a schedule says, as a line: Tahap pada bulan tertentu (Januari, April), tanggal 10 pukul 09.00."""
    kinds = Schedule.Kind
    told = str(schedule.get_kind_display())
    if schedule.kind == kinds.EVERY:
        told = gettext("Tiap %(every)s bulan") % {"every": schedule.every}
    if schedule.kind == kinds.STAGES:
        told += f" ({', '.join(date_format(date(2026, month, 1), 'F') for month in sorted(schedule.months))})"
    if schedule.kind == kinds.DATES:
        days = ", ".join(date_format(day, "j F Y") for day in sorted(schedule.dates))
        return gettext("%(days)s pukul %(hour)02d.00") % {"days": days, "hour": schedule.hour}
    return gettext("%(told)s, tanggal %(day)s pukul %(hour)02d.00") % {
        "told": told,
        "day": schedule.day if schedule.day < 31 else gettext("terakhir"),
        "hour": schedule.hour,
    }


def dates(runs: list[Due]) -> SafeString:
    """Runs as a table: period, due when, prepared when; what is past is said to be made at once."""
    now = timezone.now()
    rows = format_html_join(
        "",
        "<tr><td>{}</td><td>{}</td><td>{}</td></tr>",
        (
            (
                date_format(one.period, "F Y"),
                date_format(timezone.localtime(one.due_at), "D, j M Y H:i"),
                gettext("segera")
                if one.prepare_at <= now
                else date_format(timezone.localtime(one.prepare_at), "j M Y"),
            )
            for one in runs
        ),
    )
    head = format_html_join(
        "", "<th>{}</th>", [(name,) for name in (_("Periode"), _("Jatuh tempo"), _("Disiapkan mulai"))]
    )
    return format_html('<div class="office-scroll"><table class="office-table"><tr>{}</tr>{}</table></div>', head, rows)
