""" "Why 435,000?": the arithmetic of one enrolment in one batch, with the decree and the facts it rests on."""

from __future__ import annotations

from itertools import chain
from typing import Any

from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from beneficiaries.models import Person
from disbursement.admin import kinds
from disbursement.admin.clawback_parts import withheld_lines
from disbursement.admin.people import OfEnrolment
from disbursement.models import CASH, MAIN, Calculation, Instruction, OwedCycle, Recalculation
from wallet.admin.rows import LongTable, ViewOnlyAdmin, by_number, change_url, link, list_url, money
from wallet.money import rupiah

# What a fact is called on the page; one that is not named here is shown as rules write it.
FACTS = {
    "person.age": _("umur"),
    "person.sex": _("jenis kelamin"),
    "person.relation": _("hubungan keluarga"),
    "person.schooling": _("sekolah"),
    "person.disability": _("disabilitas"),
    "person.occupation": _("pekerjaan"),
    "person.pregnant": _("hamil"),
    "household.decile": _("desil"),
    "household.size": _("orang sekeluarga"),
    "household.kelurahan": _("kelurahan"),
    "household.city": _("kota"),
    "household.njop": _("NJOP"),
    "evidence.private_school": _("sekolah swasta"),
    "evidence.double_aid": _("bantuan instansi lain"),
    "evidence.employment": _("pekerjaan menurut bukti"),
    "members.pregnant": _("anggota hamil"),
    "members.disabled": _("anggota disabilitas"),
    "members.aged_0_6": _("anggota berumur 0-6"),
    "members.aged_60_up": _("anggota berumur 60 ke atas"),
}
CHOICES = {
    "schooling": Person.Schooling,
    "disability": Person.Disability,
    "sex": Person.Sex,
    "relation": Person.Relation,
    "occupation": Person.Occupation,
}


def in_words(facts: dict[str, Any], within: str = "") -> str:
    """Facts as a line: umur 9, sekolah SD/MI, desil 2."""
    told = []
    for name, value in facts.items():
        path = f"{within}{name}"
        if isinstance(value, dict):
            told.append(in_words(value, f"{path}."))
            continue
        told.append(f"{FACTS.get(path, path)} {_value(name, value)}")
    return ", ".join(part for part in told if part)


def _value(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return gettext("ya") if value else gettext("tidak")
    if name in CHOICES and value in CHOICES[name].values:
        return str(CHOICES[name](value).label)
    return str(value) if value != "" else "-"


def arithmetic(lines: list[dict[str, Any]]) -> SafeString:
    """The lines as a table: what, how it is reckoned, what it comes to, and what of it is cash."""
    titles = (gettext("Komponen"), gettext("Perhitungan"), gettext("Jumlah"), gettext("Bagian tunai"))
    rows = format_html_join(
        "",
        '<tr><td data-label="{}">{}</td><td data-label="{}">{}</td><td class="right money" data-label="{}">{}</td>'
        '<td class="right money" data-label="{}">{}</td></tr>',
        (
            tuple(chain.from_iterable(zip(titles, _cells(line), strict=True)))  # each cell with its title
            for line in lines
        ),
    )
    head = format_html_join("", "<th>{}</th>", [(name,) for name in titles])
    return format_html(
        '<table class="office-table office-stacked"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>', head, rows
    )


def _cells(line: dict[str, Any]) -> tuple[str, str, str, str]:
    return line["name"], reckoned(line), rupiah(line["total"]), rupiah(line["cash"]) if line.get("cash") else "-"


def reckoned(line: dict[str, Any]) -> str:
    """A line's arithmetic: 2 orang × Rp 225.000 × 3 bulan."""
    if not line["component"]:  # what a correction takes off, which is no component's
        return "-"
    told = gettext("%(people)s orang × %(each)s") % {"people": line["people"], "each": rupiah(line["each"])}
    if line["months"] == 1:
        return told
    return gettext("%(told)s × %(months)s bulan") % {"told": told, "months": line["months"]}


@admin.register(Calculation)
class CalculationAdmin(OfEnrolment, LongTable, ViewOnlyAdmin):
    """What was calculated when a batch was prepared: to look at, for whoever asks."""

    list_display = ("id", "person", "nik", "what_for", "total_shown", "why_nothing", "number")
    list_display_links = ("id", "person")
    list_filter = (
        "reason",
        "kind",
        by_number("batch", _("batch")),
        by_number("enrolment", _("kepesertaan")),
    )
    list_select_related = ("enrolment__person", "cycle")
    fields = readonly_fields = (
        "person",
        "nik",
        "enrolment",
        "batch",
        "what_for",
        "because",
        "total_shown",
        "why_nothing",
        "lines_shown",
        "withheld_shown",
        "parts_shown",
        "facts_shown",
        "members_shown",
        "version_shown",
        "decree",
    )

    @admin.display(description=_("untuk"))
    def what_for(self, row: Calculation) -> str:
        return kinds.in_words(row.kind, row.cycle.period)

    @admin.display(description=_("dibayar karena"))
    def because(self, row: Calculation) -> SafeString | str:
        """On whose word an older cycle is paid, or corrected: the reason and what it rests on."""
        if row.kind == Instruction.Kind.ARREARS:
            owed = OwedCycle.objects.filter(cycle=row.cycle_id, enrolment=row.enrolment_id).order_by("-pk").first()
            return link(change_url(owed), " · ".join(filter(None, (owed.why, owed.decree)))) if owed else "-"
        if row.kind == Instruction.Kind.CORRECTION:
            said = Recalculation.objects.filter(
                corrections__enrolment=row.enrolment_id, cycle=row.cycle_id, status=Recalculation.Status.CONFIRMED
            )
            latest = said.order_by("-pk").first()
            return link(change_url(latest), f"{latest.reason} · {latest.decree}") if latest else "-"
        return gettext("siklusnya sendiri")

    @admin.display(description=_("jumlah"))
    def total_shown(self, row: Calculation) -> SafeString:
        return money(row.total)

    @admin.display(description=_("alasan tidak dibayar"))
    def why_nothing(self, row: Calculation) -> str:
        return str(row.get_reason_display()) if row.reason else "-"

    @admin.display(description=_("batch"))
    def number(self, row: Calculation) -> str:
        return f"#{row.batch_id}"

    @admin.display(description=_("perhitungan"))
    def lines_shown(self, row: Calculation) -> SafeString | str:
        return arithmetic(row.lines) if row.lines else "-"

    @admin.display(description=_("dipotong"))
    def withheld_shown(self, row: Calculation) -> SafeString | str:
        return withheld_lines(row.batch_id, row.enrolment_id) if row.withheld else "-"

    @admin.display(description=_("masuk ke kantong"))
    def parts_shown(self, row: Calculation) -> SafeString | str:
        """Each part with its amount, linked to the instruction of this batch where there is one."""
        of_it = Instruction.objects.filter(
            batch=row.batch_id, enrolment=row.enrolment_id, cycle=row.cycle_id, kind=row.kind
        )
        made = {one.part: one for one in of_it}
        names = {MAIN: gettext("utama"), CASH: gettext("tunai")}
        names |= {line["component"]: line["name"] for line in row.lines}
        rows = [
            (
                link(change_url(made[part]), names.get(part, part)) if part in made else names.get(part, part),
                money(made[part].amount if part in made else much),
            )
            for part, much in row.parts.items()
        ]
        return format_html_join("", "<div>{}: {}</div>", rows) or "-"

    @admin.display(description=_("fakta yang dipakai"))
    def facts_shown(self, row: Calculation) -> str:
        return in_words(row.facts) or "-"

    @admin.display(description=_("anggota keluarga yang dihitung"))
    def members_shown(self, row: Calculation) -> SafeString | str:
        names = dict(Person.objects.filter(pk__in=[one["id"] for one in row.members]).values_list("pk", "name"))
        components = {line["component"]: line["name"] for line in row.lines}
        rows = [
            (
                names.get(one["id"], "-"),
                components.get(one["component"], one["component"]),
                in_words(one["facts"], "person."),
            )
            for one in row.members
        ]
        return format_html_join("", "<div>{}: {} ({})</div>", rows) or "-"

    @admin.display(description=_("versi program"))
    def version_shown(self, row: Calculation) -> SafeString:
        return link(change_url(row.version), row.version)

    @admin.display(description=_("dasar hukum"))
    def decree(self, row: Calculation) -> str:
        return row.version.decree or "-"


def why(line: Instruction) -> SafeString | str:
    """The link to why an enrolment gets what it gets in a batch."""
    row = Calculation.objects.filter(
        batch=line.batch_id, enrolment=line.enrolment_id, cycle=line.cycle_id, kind=line.kind
    ).first()
    if row is None:
        return "-"
    return link(change_url(row), gettext("%(total)s: lihat perhitungannya") % {"total": rupiah(row.total)})


def all_of(enrolment: int) -> SafeString:
    """The link to everything calculated for an enrolment."""
    return link(list_url(Calculation, enrolment=enrolment), _("Lihat perhitungannya"))
