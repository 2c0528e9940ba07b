"""What the demo shows: headings, live progress, tables and bars; plain lines where there is no terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

console = Console(highlight=False, width=None if Console().is_terminal else 110)
BAR_WIDTH = 32


def rupiah(amount: int) -> str:
    """Rp 1.000.000, as Indonesians write it."""
    return f"Rp {amount:,}".replace(",", ".")


def heading(number: int, title: str) -> None:
    console.print(f"\n[bold]{number}. {title}[/bold]")


def line(text: str) -> None:
    console.print(f"   {text}")


class Bars:
    """Several bars that fill; without a terminal, a line at each tenth."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}
        self._told: dict[str, int] = {}

    def show(self, name: str, done: int, total: int) -> None:
        """The bar of that name stands at done of total."""
        if name not in self._tasks:
            self._tasks[name] = self._progress.add_task(name, total=total)
        self._progress.update(self._tasks[name], completed=done, total=total)
        tenth = 10 * done // total if total else 10
        if not console.is_terminal and self._told.get(name) != tenth:
            self._told[name] = tenth
            line(f"{name}: {done:,}/{total:,}")


@contextmanager
def bars() -> Iterator[Bars]:
    columns = (TextColumn("   {task.description:<24}"), BarColumn(40), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        yield Bars(progress)


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], *, right: Iterable[int] = ()) -> None:
    """A table; the columns numbered in `right` are aligned right."""
    drawn = Table(title=title, title_justify="left", title_style="bold", header_style="bold")
    for number, column in enumerate(columns):
        drawn.add_column(column, justify="right" if number in set(right) else "left")
    for row in rows:
        drawn.add_row(*row)
    console.print(drawn)


def chart(title: str, values: dict[str, int]) -> None:
    """Horizontal bars of rupiah, longest first in width, in the order given."""
    most = max([*values.values(), 1])
    rows = [(name, rupiah(value), "█" * round(BAR_WIDTH * value / most)) for name, value in values.items()]
    table(title, ["", "rupiah", ""], rows, right=[1])
