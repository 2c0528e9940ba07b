"""A year of scheduled payments as inline SVG: a row for each programme, a mark for each run, and where today is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from disbursement.due_dates import months_later

WIDTH, LABELS, TOP, ROW = 760, 150, 26, 28
MONTHS_BACK, MONTHS = 3, 12
COLOURS = {
    "none": "#64748b",
    "info": "#2563eb",
    "primary": "#7c3aed",
    "warning": "#d97706",
    "success": "#16a34a",
    "danger": "#dc2626",
}


def shown_from() -> datetime:
    """The moment that the chart begins with."""
    first = months_later(timezone.localdate().replace(day=1), -MONTHS_BACK)
    return timezone.make_aware(datetime.combine(first, datetime.min.time()))


def shown_until() -> datetime:
    """The moment that the chart ends with."""
    last = months_later(timezone.localdate().replace(day=1), MONTHS - MONTHS_BACK)
    return timezone.make_aware(datetime.combine(last, datetime.min.time()))


def timeline(rows: Sequence[tuple[str, Sequence[tuple[datetime, str, str]]]]) -> SafeString:
    """Of each programme its runs: when they are due, the tone of what became of them, and that in words."""
    begin, end = shown_from(), shown_until()

    def place(moment: datetime) -> float:
        return LABELS + (WIDTH - LABELS) * ((moment - begin) / (end - begin))

    height = TOP + ROW * len(rows) + 6
    months = [months_later(timezone.localtime(begin).date(), number) for number in range(MONTHS)]
    grid = format_html_join(
        "",
        '<line x1="{0}" y1="{2}" x2="{0}" y2="{3}" stroke="currentColor" stroke-opacity=".15"/>'
        '<text x="{1}" y="16" font-size="11" fill="currentColor">{4}</text>',
        (
            (f"{place(_start(month)):.1f}", f"{place(_start(month)) + 4:.1f}", TOP - 4, height, _name(month))
            for month in months
        ),
    )
    names = format_html_join(
        "",
        '<text x="0" y="{}" font-size="12" fill="currentColor">{}</text>',
        ((TOP + ROW * at + 18, _short(name)) for at, (name, _runs) in enumerate(rows)),
    )
    marks = format_html_join(
        "",
        '<circle cx="{}" cy="{}" r="7" fill="{}"><title>{}</title></circle>',
        (
            (f"{place(moment):.1f}", TOP + ROW * at + 14, COLOURS.get(tone, COLOURS["none"]), words)
            for at, (_name, runs) in enumerate(rows)
            for moment, tone, words in runs
            if begin <= moment < end
        ),
    )
    return format_html(
        '<div class="office-scroll"><svg viewBox="0 0 {} {}" width="{}" role="img" aria-label="{}">{}'
        '<line x1="{}" y1="{}" x2="{}" y2="{}" stroke="#dc2626" stroke-width="2"><title>{}</title></line>{}{}</svg></div>',
        *(WIDTH, height, WIDTH, gettext("Jadwal penyaluran setahun"), grid),
        *(f"{place(timezone.now()):.1f}", TOP - 4, f"{place(timezone.now()):.1f}", height, gettext("hari ini")),
        *(names, marks),
    )


def _start(month: date) -> datetime:
    return timezone.make_aware(datetime.combine(month, datetime.min.time()))


def _name(month: date) -> str:
    return date_format(month, "M y" if month.month == 1 else "M")


def _short(name: str) -> str:
    return name if len(name) <= 20 else f"{name[:19]}…"
