"""Charts of disbursement: bars to two sides as inline SVG, and a bar of places; readable in print and by screen readers."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

WIDTH, LABELS, ROW, BAR = 720, 190, 26, 16
IN, OUT = "#15803d", "#b91c1c"


def diverging(rows: Sequence[tuple[str, int, int]]) -> SafeString:
    """A bar to the right (who enters) and one to the left (who leaves) for each name, to one scale."""
    if not rows:
        return SafeString("-")
    most = max(max(enters, leaves) for _name, enters, leaves in rows) or 1
    middle = LABELS + (WIDTH - LABELS) / 2
    room = (WIDTH - LABELS) / 2 - 60  # what a number beside its bar needs
    bars = format_html_join(
        "",
        '<text x="{}" y="{}" text-anchor="end" font-size="12" fill="currentColor">{}</text>'
        '<rect x="{}" y="{}" width="{}" height="{}" fill="{}"><title>{}</title></rect>'
        '<text x="{}" y="{}" text-anchor="end" font-size="12" fill="currentColor">{}</text>'
        '<rect x="{}" y="{}" width="{}" height="{}" fill="{}"><title>{}</title></rect>'
        '<text x="{}" y="{}" font-size="12" fill="currentColor">{}</text>',
        (_bar(at, row, middle, room / most) for at, row in enumerate(rows)),
    )
    height = ROW * (len(rows) + 1)
    return format_html(
        '<div class="office-scroll"><svg viewBox="0 0 {} {}" width="{}" role="img" aria-label="{}">'
        '<text x="{}" y="16" text-anchor="end" font-size="12" fill="{}">{}</text>'
        '<text x="{}" y="16" font-size="12" fill="{}">{}</text>{}</svg></div>',
        WIDTH,
        height,
        WIDTH,
        gettext("Yang masuk dan keluar menurut wilayah"),
        middle - 6,
        OUT,
        gettext("keluar"),
        middle + 6,
        IN,
        gettext("masuk"),
        bars,
    )


def places_bar(taken: int, free: int | None, waiting: SafeString) -> SafeString:
    """Places taken and free as one bar, with the numbers beside; without a quota (None) the numbers alone."""
    told = [
        (SafeString('<i class="tone-paid"></i>'), number_format(taken, force_grouping=True), gettext("terisi")),
    ]
    bar = SafeString("")
    if free is not None:
        many = max(taken + free, 1)
        told.append(
            (SafeString('<i class="tone-waiting"></i>'), number_format(free, force_grouping=True), gettext("kosong"))
        )
        bar = format_html(
            '<div class="office-bar" role="img" aria-label="{}"><span class="tone-paid" style="width:{}%"></span></div>',
            gettext("%(taken)s dari %(many)s tempat terisi") % {"taken": taken, "many": taken + free},
            f"{100 * taken / many:.1f}",
        )
    legend = format_html_join("", "<span>{}<b>{}</b> {}</span>", told)
    return format_html('<div>{}<div class="office-legend">{}<span>{}</span></div></div>', bar, legend, waiting)


def _bar(at: int, row: tuple[str, int, int], middle: float, scale: float) -> tuple[object, ...]:
    name, enters, leaves = row
    top, base = ROW * (at + 1), ROW * (at + 1) + BAR - 3
    left, right = leaves * scale, enters * scale
    told_in, told_out = (number_format(many, force_grouping=True) for many in (enters, leaves))
    return (
        *(LABELS - 10, base, name),
        *(f"{middle - left:.1f}", top, f"{left:.1f}", BAR, OUT, gettext("%(count)s keluar") % {"count": told_out}),
        *(f"{middle - left - 4:.1f}", base, told_out if leaves else ""),
        *(f"{middle:.1f}", top, f"{right:.1f}", BAR, IN, gettext("%(count)s masuk") % {"count": told_in}),
        *(f"{middle + right + 4:.1f}", base, told_in if enters else ""),
    )
