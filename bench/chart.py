"""The chart: one bar for each row that has an aim, as long as the aim is reached; the line at 1 is the aim."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import Any

from bench.measure import Row

LABELS, BARS, FIGURES, LINE, TOP = 500, 400, 190, 30, 64
OCTAVES = 2  # the scale is logarithmic, from a quarter of the aim to four times; longer bars end there
WIDTH = LABELS + BARS + FIGURES
# Both schemes: an SVG that is shown as an image follows the reader's, and no figure is told by colour alone.
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #1f2328 } .note { font-size: 12px; fill: #59636e }
.holds { fill: #0d7a72 } .missed { fill: #c2410c } .aim { stroke: #1f2328; stroke-width: 1.5 } .grid { stroke: #d1d9e0 }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc } .note { fill: #9198a1 } .holds { fill: #2dd4bf } .missed { fill: #fb923c }
  .aim { stroke: #f0f6fc } .grid { stroke: #3d444d }
}"""


def draw(run: dict[str, Any], rows: Sequence[Row]) -> str:
    """The rows with an aim, in their order, as an SVG document."""
    bars = [(row, row.aim.reached(row.judged)) for row in rows if row.aim]
    height = TOP + LINE * len(bars) + 34
    lines = [_grid(2.0**octave, height) for octave in range(-OCTAVES, OCTAVES + 1)]
    lines += [_bar(row, value, TOP + LINE * number) for number, (row, value) in enumerate(bars)]
    machine = f"{run['date'][:10]}, {run['commit']}, PostgreSQL {run['postgresql']}, {run['cores']} cores"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img"',
            f' width="{WIDTH}" height="{height}" aria-label="Figures against their aims">',
            f"<style>{STYLE}</style>",
            f'<text x="8" y="24">Figures against their aims</text><text x="8" y="42" class="note">{escape(machine)}</text>',
            *lines,
            "</svg>\n",
        ]
    )


def _x(value: float) -> float:
    octaves = max(-OCTAVES, min(OCTAVES, math.log2(value)))
    return LABELS + BARS * (0.5 + octaves / OCTAVES / 2)


def _grid(mark: float, height: int) -> str:
    x = _x(mark)
    kind, name = ("aim", "the aim") if mark == 1 else ("grid", f"{mark:g}×")
    return (
        f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 8}" y2="{height - 24}" class="{kind}"/>'
        f'<text x="{x:.1f}" y="{height - 8}" text-anchor="middle" class="note">{name}</text>'
    )


def _bar(row: Row, reached: float, y: int) -> str:
    kind, sign = ("holds", "✓") if row.holds else ("missed", "✗")
    figure = f"{row.judged:,.0f}" if row.judged >= 100 else f"{row.judged:.2f}"
    figure = f"{figure} ({row.aim}) {sign}"
    work = f"{row.work} / {row.beside_is}" if row.beside_is else row.work
    return (
        f'<text x="{LABELS - 8}" y="{y + 15}" text-anchor="end">{escape(work)}</text>'
        f'<rect x="{LABELS}" y="{y}" width="{_x(reached) - LABELS:.1f}" height="20" rx="3" class="{kind}"/>'
        f'<text x="{LABELS + BARS + 8}" y="{y + 15}">{escape(figure)}</text>'
    )
