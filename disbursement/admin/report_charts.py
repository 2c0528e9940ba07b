"""The charts of a report as inline SVG, for light, dark and print."""

from __future__ import annotations

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from disbursement.reports.drawing import WIDTH, Drawing


def svg(drawing: Drawing, number: int) -> SafeString:
    """The chart, as wide as its place allows; `number` keeps its ids apart from another's on the page."""
    bars = format_html_join(
        "",
        '<rect x="{}" y="{}" width="{}" height="{}" fill="{}"><title>{}</title></rect>',
        (
            (f"{bar.x:.1f}", f"{bar.y:.1f}", f"{bar.width:.1f}", f"{bar.height:.1f}", bar.tone, bar.title)
            for bar in drawing.bars
        ),
    )
    texts = format_html_join(
        "",
        '<text x="{}" y="{}" font-size="{}" text-anchor="{}" fill="currentColor">{}</text>',
        (
            (f"{text.x:.1f}", f"{text.y:.1f}", text.size, "end" if text.end else "start", text.text)
            for text in drawing.texts
        ),
    )
    return format_html(
        '<svg class="office-chart" viewBox="0 0 {} {}" role="img" aria-labelledby="chart-{}-title chart-{}-desc">'
        '<title id="chart-{}-title">{}</title><desc id="chart-{}-desc">{}</desc>{}{}</svg>',
        *(WIDTH, f"{drawing.height:.0f}", number, number, number, drawing.title, number, drawing.said, bars, texts),
    )
