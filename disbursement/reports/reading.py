"""A finished report as people read it: its title and filters, its groups under their names, small ones masked, and a legend."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from beneficiaries import regions
from disbursement import failures
from disbursement.errors import ReportNotDone
from disbursement.models import Instruction, Programme, Report
from disbursement.reports import masking
from disbursement.reports.columns import COLUMNS, USES, Column, Table, Unit, duration, group_titles, share
from disbursement.reports.masking import Hidden


@dataclass(frozen=True, slots=True)
class Line:
    """One group, or the total: `figures` by column name, none if it is hidden."""

    title: str
    figures: dict[str, Any]
    reasons: dict[str, list[int]]
    hidden: Hidden = Hidden.NO

    @property
    def shown(self) -> bool:
        return self.hidden is Hidden.NO

    @property
    def redeemed_share(self) -> float:
        """Percent of what was paid that is spent."""
        return share(self.figures["redeemed"], self.figures["paid_total"])


@dataclass(frozen=True, slots=True)
class Reading:
    """A report with what it shows to this reader; `everything`: small groups too."""

    report: Report
    everything: bool
    lines: list[Line]
    total: Line

    @property
    def title(self) -> str:
        grouping = self.report.get_grouping_display()
        return gettext("Laporan penyaluran menurut %(grouping)s") % {"grouping": grouping.lower()}

    @property
    def masked(self) -> bool:
        """True if something is hidden in it."""
        return not self.total.shown or any(not line.shown for line in self.lines)

    def columns(self, table: Table) -> list[Column]:
        """The table's columns that are shown as cells: without rare ones that are zero throughout."""
        return [
            column
            for column in COLUMNS
            if column.table is table
            and column.unit is not Unit.SPREAD
            and (not column.rare or any(line.figures.get(column.name) for line in (*self.lines, self.total)))
        ]

    def rows(self, table: Table) -> list[Line]:
        """The table's groups and, last, the total; which groups are hidden is told once, in the first table."""
        return [*(line for line in self.lines if line.shown or table is Table.PAYMENT), self.total]

    def uses(self) -> list[Column]:
        """What became of what was paid, as far as any of it did."""
        columns = [column for column in COLUMNS if column.name in USES]
        return [column for column in columns if column in self.columns(Table.USE)]

    def filters(self) -> list[tuple[str, str]]:
        """What was asked, in words."""
        return list(filters(self.report))

    def notes(self) -> list[str]:
        """What a reader must know besides the columns' meanings."""
        told = [
            gettext("Keadaan pada %(moment)s WIB; semua angka dari saat yang sama.") % {"moment": moment(self.report)},
            gettext(
                "Wilayah, desil, jenis kelamin dan umur menurut registri pada saat itu, bukan saat dibayar. Data yang dihapus "
                "atas permintaan orangnya tetap terhitung, tanpa nama."
            ),
        ]
        if self.masked:
            told.append(
                gettext(
                    "Kelompok dengan kurang dari %(least)s orang disamarkan, juga satu kelompok lain bila tanpanya yang "
                    "disamarkan dapat dihitung dari jumlah seluruhnya."
                )
                % {"least": masking.least()}
            )
        if self.report.grouping == Report.Grouping.CYCLE:
            told.append(gettext("Seorang peserta ada di beberapa siklus; pada jumlah seluruhnya ia dihitung sekali."))
        return told

    def legend(self) -> list[tuple[str, str]]:
        """Each shown column with its meaning."""
        return [(str(column.title), str(column.meaning)) for table in Table for column in self.columns(table)]

    def reasons(self) -> list[tuple[str, int, int]]:
        """Why instructions are not paid, the most frequent first: words, instructions, rupiah. For the public: none."""
        if not self.everything:
            return []
        rows = [(str(failures.of(code).words), count, total) for code, (count, total) in self.total.reasons.items()]
        return sorted(rows, key=lambda row: (-row[1], row[0]))


def read(report: Report, *, everything: bool) -> Reading:
    """The finished report. Raises ReportNotDone."""
    if report.result is None:
        raise ReportNotDone(status=report.get_status_display())
    groups: list[dict[str, Any]] = report.result["groups"]
    total: dict[str, Any] = report.result["total"]
    titles = group_titles(report, [group["key"] for group in groups])
    states = {group["key"]: Hidden.NO for group in groups}
    whole = Hidden.NO
    if not everything:
        states, whole = masking.hidden({group["key"]: group["figures"] for group in groups}, total["figures"])
    lines = [_line(titles[group["key"]], group, states[group["key"]], everything) for group in groups]
    return Reading(report, everything, lines, _line(gettext("Seluruhnya"), total, whole, everything))


def _line(title: str, group: dict[str, Any], hidden: Hidden, everything: bool) -> Line:
    if hidden is not Hidden.NO:
        return Line(title, {}, {}, hidden)
    if everything:
        return Line(title, group["figures"], group["reasons"])
    return Line(title, masking.without_times(group["figures"]), {})


def cell(line: Line, column: Column) -> str:
    """A figure as text: counts and rupiah with their thousands apart, times in words; of a hidden group its size at most."""
    if not line.shown:
        return hidden_text(line) if column.name == "enrolled" else "–"
    figure = line.figures[column.name]
    return duration(figure) if column.unit is Unit.SECONDS else number(figure)


def hidden_text(line: Line) -> str:
    """What stands in place of the number of people of a hidden group."""
    return f"<{masking.least()}" if line.hidden is Hidden.SMALL else gettext("disamarkan")


def number(figure: int) -> str:
    """A whole number as it is written in Indonesia, whatever the reader's language: 1.234.567."""
    return f"{figure:,}".replace(",", ".")


def percent(figure: float) -> str:
    """A share as it is written in Indonesia: 12,5 %."""
    return f"{figure:.1f} %".replace(".", ",")


def moment(report: Report) -> str:
    """When the report's figures were true."""
    return date_format(timezone.localtime(report.as_of), "j F Y H:i") if report.as_of else "–"


def filters(report: Report) -> Iterator[tuple[str, str]]:
    """What a report was asked, in words; whether it is done or not."""
    names = Programme.objects.filter(pk__in=report.programmes).order_by("name").values_list("name", flat=True)
    yield gettext("Program"), ", ".join(names) or gettext("semua")
    yield gettext("Periode"), period(report)
    yield gettext("Wilayah"), place(report)
    yield gettext("Jenis"), str(Instruction.Kind(report.kind).label) if report.kind else gettext("semua")
    if report.batch_id is not None:
        yield gettext("Batch"), f"#{report.batch_id}"


def place(report: Report) -> str:
    """The region that was asked for."""
    return regions.short_name(report.region) if report.region else gettext("semua")


def period(report: Report) -> str:
    """The months that were asked for."""
    since, until = (date_format(day, "F Y") if day else "" for day in (report.period_from, report.period_to))
    if since and until:
        return since if since == until else f"{since} – {until}"
    if since:
        return gettext("sejak %(since)s") % {"since": since}
    return gettext("sampai %(until)s") % {"until": until} if until else gettext("semua")
