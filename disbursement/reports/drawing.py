"""The charts of a report as shapes, from which the page's SVG and the PDF are made alike.

Narrow, with each name above its bar, so that they are read on a telephone without scrolling. Whoever sees no colours tells the
parts by their order, which is the legend's, and by the titles.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from disbursement.models import Report
from disbursement.reports.columns import BY_NAME, USES, share, span_titles
from disbursement.reports.reading import Line, Reading, number, percent

WIDTH = 360  # of every chart, in its own units; a line of text is 14 high
MOST_BARS = 25
NAME_LENGTH = 34  # letters of a group's name that fit beside its amount
TONES = {
    "redeemed": "#2563eb",
    "lapsed": "#d97706",
    "left": "#94a3b8",
    "given": "#7c3aed",
    "outside": "#0d9488",
    "waits": "#2563eb",
    "uses": "#0d9488",
}
TRACK = "#cbd5e1"  # the line under a bar of nothing


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle with its title; `x` and `y` are its upper left corner."""

    x: float
    y: float
    width: float
    height: float
    tone: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text whose foot is at `y`; `end`: it ends at `x` instead of beginning there."""

    x: float
    y: float
    text: str
    end: bool = False
    size: int = 11


@dataclass(slots=True)
class Drawing:
    """A chart: its height, what it is called, what it says in a sentence, and its shapes."""

    title: str
    said: str
    height: float = 0
    bars: list[Bar] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)


def drawings(reading: Reading) -> list[Drawing]:
    """The charts of a report: what became of the money of each group, and how long it took. None where nothing was paid."""
    if not reading.total.shown or not reading.total.figures["paid"]:
        return []
    return [drawing for drawing in (uses(reading), spread(reading)) if drawing is not None]


def uses(reading: Reading) -> Drawing | None:
    """A bar for each group, as long as what was paid, parted into what became of it."""
    names = [column.name for column in reading.uses()]
    lines = _largest(reading, [line for line in reading.lines if line.shown and line.figures["paid_total"]])
    if not lines:
        return None
    total = reading.total
    told = [
        f"{BY_NAME[name].title} {percent(share(total.figures[name], total.figures['paid_total']))}" for name in names
    ]
    drawing = Drawing(gettext("Ke mana bantuan yang dibayar (Rp)"), ", ".join(told))
    y = _legend(drawing, [(TONES[name], str(BY_NAME[name].title)) for name in names])
    most = max(max(line.figures["paid_total"], _used(line, names)) for line in lines)
    for line in lines:
        drawing.texts.append(Text(0, y + 11, _short(line.title)))
        drawing.texts.append(Text(WIDTH, y + 11, number(line.figures["paid_total"]), end=True))
        x = 0.0
        drawing.bars.append(Bar(0, y + 27, WIDTH, 1, TRACK))
        for name in names:
            if amount := line.figures[name]:
                width = WIDTH * amount / most
                title = f"{line.title}: {BY_NAME[name].title} Rp {number(amount)}"
                drawing.bars.append(Bar(x, y + 16, width, 12, TONES[name], title))
                x += width
        y += 36
    drawing.height = y
    return drawing


def _used(line: Line, names: list[str]) -> int:
    return sum(int(line.figures[name]) for name in names)


def spread(reading: Reading) -> Drawing | None:
    """For each span of time how many were paid within it, and how many first used; of the whole report."""
    series = [name for name in ("waits", "uses") if reading.total.figures[name] and sum(reading.total.figures[name])]
    if not series:
        return None
    titles = {"waits": _("jatuh tempo sampai dibayar"), "uses": _("dibayar sampai pertama dipakai")}
    figures = {name: reading.total.figures[name] for name in series}
    sentences = [f"{titles[name]}: {_said(figures[name])}" for name in series]
    drawing = Drawing(gettext("Berapa lama"), "; ".join(sentences))
    y = _legend(drawing, [(TONES[name], str(titles[name])) for name in series])
    most = max(max(counts) for counts in figures.values())
    room = WIDTH - 70  # what a count beside its bar needs
    for at, span in enumerate(span_titles()):
        drawing.texts.append(Text(0, y + 11, span))
        y += 15
        for name in series:
            count = figures[name][at]
            width = max(room * count / most, 1)
            title = f"{titles[name]}, {span}: {number(count)}"
            drawing.bars.append(Bar(0, y, width, 11, TONES[name] if count else TRACK, title))
            drawing.texts.append(Text(width + 5, y + 9, number(count), size=10))
            y += 14
        y += 6
    drawing.height = y
    return drawing


def _said(counts: list[int]) -> str:
    return ", ".join(f"{span} {number(count)}" for span, count in zip(span_titles(), counts, strict=True))


def _legend(drawing: Drawing, entries: list[tuple[str, str]]) -> float:
    """The series' names at the top, two in a line; returns where the bars begin."""
    for at, (tone, name) in enumerate(entries):
        x, y = (at % 2) * WIDTH / 2, (at // 2) * 16
        drawing.bars.append(Bar(x, y + 2, 10, 10, tone))
        drawing.texts.append(Text(x + 15, y + 11, name, size=10))
    return -(-len(entries) // 2) * 16 + 8


def _largest(reading: Reading, lines: list[Line]) -> list[Line]:
    """No more than fit: of cycles the latest; otherwise those with most money, in their order, and the others as one."""
    if len(lines) <= MOST_BARS:
        return lines
    if reading.report.grouping == Report.Grouping.CYCLE:
        return lines[-MOST_BARS:]
    largest = sorted(lines, key=lambda line: -int(line.figures["paid_total"]))
    chosen = {id(line) for line in largest[:MOST_BARS]}
    rest = [line for line in lines if id(line) not in chosen]
    names = ("paid_total", *USES)
    others = Line(gettext("lainnya"), {name: sum(line.figures[name] for line in rest) for name in names}, {})
    return [*(line for line in lines if id(line) in chosen), others]


def _short(name: str) -> str:
    return name if len(name) <= NAME_LENGTH else f"{name[: NAME_LENGTH - 1]}…"
