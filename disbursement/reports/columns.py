"""The columns of a report: what each counts, in which unit, and what people read as its meaning."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from beneficiaries import regions
from beneficiaries.models import Person
from disbursement.models import Programme, Report

G = Report.Grouping
# From an age up to, and without, the next; the last has no end. They divide the bands that the registry's lists filter by.
AGES = (0, 7, 13, 19, 40, 60, 70, 80)
# Seconds up to, and with, each of which a payment or a first use is counted; the rest took longer.
SPANS = (3_600, 86_400, 3 * 86_400, 7 * 86_400, 30 * 86_400)


class Unit(Enum):
    """What a figure counts."""

    COUNT = "count"
    RUPIAH = "rupiah"
    SECONDS = "seconds"  # None where nothing was measured
    SPREAD = "spread"  # how many took how long, by SPANS


class Table(Enum):
    """The tables that a report is shown as: all columns in one would not fit on paper, nor on a telephone."""

    PAYMENT = "payment"
    USE = "use"
    TIME = "time"


TABLE_TITLES = {
    Table.PAYMENT: _("Pembayaran"),
    Table.USE: _("Pemakaian bantuan yang dibayar"),
    Table.TIME: _("Berapa lama"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """One figure of every group. `rare`: left out of tables in which it is zero throughout."""

    name: str
    title: Any
    unit: Unit
    table: Table
    meaning: Any
    rare: bool = False


C, R, S = Unit.COUNT, Unit.RUPIAH, Unit.SECONDS
COLUMNS: tuple[Column, ...] = (
    Column(
        "enrolled",
        _("peserta"),
        C,
        Table.PAYMENT,
        _(
            "Orang yang kepesertaannya aktif pada saat laporan dihitung dan terdaftar sampai akhir periode, atau yang punya "
            "instruksi dalam laporan ini. Menurut siklus, atau untuk satu batch: orang yang haknya dihitung di situ. Orang "
            "yang sama pada dua program dihitung dua kali; yang terdaftar ganda dan sudah digabung, sekali."
        ),
    ),
    Column(
        "paid_people",
        _("peserta dibayar"),
        C,
        Table.PAYMENT,
        _("Peserta dengan sedikitnya satu instruksi yang dibayar."),
    ),
    Column(
        "instructed",
        _("instruksi"),
        C,
        Table.PAYMENT,
        _(
            "Yang harus dibayar: satu peserta, siklus, bagian dan jenis. Percobaan susulan untuk hal yang sama tidak dihitung "
            "lagi: yang berlaku adalah yang dibayar atau menunggu, selain itu yang terakhir. Dari batch yang dibatalkan tidak "
            "ada yang dihitung."
        ),
    ),
    Column("instructed_total", _("jumlah instruksi"), R, Table.PAYMENT, _("Rupiah dari instruksi itu.")),
    Column("paid", _("dibayar"), C, Table.PAYMENT, _("Instruksi yang dibayar dan tidak ditarik kembali.")),
    Column("paid_total", _("jumlah dibayar"), R, Table.PAYMENT, _("Rupiah yang dibayar, seperti di buku besar.")),
    Column(
        "pending",
        _("menunggu"),
        C,
        Table.PAYMENT,
        _("Belum dibayar dan belum gagal: batchnya belum selesai, atau belum disetujui."),
        rare=True,
    ),
    Column("pending_total", _("jumlah menunggu"), R, Table.PAYMENT, _("Rupiah yang menunggu."), rare=True),
    Column("failed", _("gagal"), C, Table.PAYMENT, _("Tidak dibayar, juga tidak oleh batch susulan sampai saat ini.")),
    Column("failed_total", _("jumlah gagal"), R, Table.PAYMENT, _("Rupiah yang tidak dibayar.")),
    Column(
        "left_out",
        _("dikeluarkan"),
        C,
        Table.PAYMENT,
        _("Dikeluarkan petugas pada pemeriksaan awal, dengan alasannya, dan tidak dibayar batch lain sampai saat ini."),
        rare=True,
    ),
    Column("left_out_total", _("jumlah dikeluarkan"), R, Table.PAYMENT, _("Rupiah yang dikeluarkan."), rare=True),
    Column(
        "returned",
        _("ditarik kembali"),
        C,
        Table.PAYMENT,
        _("Dibayar karena kesalahan dan ditarik kembali seluruhnya."),
        rare=True,
    ),
    Column(
        "returned_total", _("jumlah ditarik kembali"), R, Table.PAYMENT, _("Rupiah yang ditarik kembali."), rare=True
    ),
    Column(
        "redeemed",
        _("dibelanjakan"),
        R,
        Table.USE,
        _("Belanja dan tarik tunai dari kantong bantuan ini, dikurangi belanja yang dikembalikan."),
    ),
    Column(
        "refunded",
        _("belanja dikembalikan"),
        R,
        Table.USE,
        _(
            "Bagian belanja yang dikembalikan pedagang: ke kantongnya, atau ke dana program bila kantongnya sudah berakhir."
        ),
        rare=True,
    ),
    Column(
        "lapsed",
        _("hangus"),
        R,
        Table.USE,
        _("Kembali ke dana program pada akhir masa kantong, termasuk belanja yang dikembalikan sesudahnya."),
    ),
    Column(
        "left",
        _("masih di kantong"),
        R,
        Table.USE,
        _("Saldo kantong bantuan ini, termasuk yang sedang ditahan pedagang."),
    ),
    Column("given", _("keluar lainnya"), R, Table.USE, _("Keluar dari kantong selain belanja dan hangus."), rare=True),
    Column(
        "added",
        _("masuk lainnya"),
        R,
        Table.USE,
        _("Masuk ke kantong selain bantuan ini, misalnya isi saldo."),
        rare=True,
    ),
    Column(
        "outside",
        _("lewat penyedia lain"),
        R,
        Table.USE,
        _("Dibayar ke rekening di luar dompet; pemakaiannya tidak diketahui."),
        rare=True,
    ),
    Column(
        "used",
        _("kantong dipakai"),
        C,
        Table.TIME,
        _("Instruksi dibayar yang kantongnya pernah dipakai berbelanja atau tarik tunai."),
    ),
    Column(
        "wait_median",
        _("jatuh tempo sampai dibayar: median"),
        S,
        Table.TIME,
        _(
            "Dari jatuh tempo siklusnya sampai pembayaran dibukukan; yang dibayar sebelum jatuh tempo: nol. "
            "Rapel: sejak siklus asalnya."
        ),
    ),
    Column(
        "wait_most",
        _("jatuh tempo sampai dibayar: 90 %"),
        S,
        Table.TIME,
        _("Sembilan dari sepuluh dibayar dalam waktu ini."),
    ),
    Column("use_median", _("dibayar sampai pertama dipakai: median"), S, Table.TIME, _("Hanya yang sudah dipakai.")),
    Column(
        "use_most",
        _("dibayar sampai pertama dipakai: 90 %"),
        S,
        Table.TIME,
        _("Sembilan dari sepuluh yang sudah dipakai."),
    ),
    Column("waits", _("lama sampai dibayar"), Unit.SPREAD, Table.TIME, _("Banyaknya pembayaran menurut lamanya.")),
    Column("uses", _("lama sampai pertama dipakai"), Unit.SPREAD, Table.TIME, _("Banyaknya kantong menurut lamanya.")),
)
BY_NAME = {column.name: column for column in COLUMNS}
# In a grouping by cycle one person stands in several groups: of these the total is counted, not added.
OF_PEOPLE = ("enrolled", "paid_people")
ADDITIVE = tuple(column.name for column in COLUMNS if column.unit in (C, R) and column.name not in OF_PEOPLE)
# What became of the rupiah that were paid: with `added` on the other side they come to `paid_total`.
USES = ("redeemed", "lapsed", "left", "given", "outside")


def span_titles() -> list[str]:
    """What SPANS are called, and what is beyond the last."""
    return [
        gettext("sampai 1 jam"),
        gettext("1–24 jam"),
        gettext("1–3 hari"),
        gettext("3–7 hari"),
        gettext("7–30 hari"),
        gettext("lebih dari 30 hari"),
    ]


def share(part: int, whole: int) -> float:
    """Percent that a part is of a whole; 0 of nothing."""
    return 100 * part / whole if whole else 0.0


def duration(seconds: int | None) -> str:
    """A length of time as people say it, in the largest unit that fits: minutes, hours, days."""
    if seconds is None:
        return "–"
    if seconds < 3_600:
        minutes = seconds // 60
        return ngettext("%(count)s menit", "%(count)s menit", minutes) % {"count": minutes}
    many, name = (seconds / 3_600, gettext("jam")) if seconds < 2 * 86_400 else (seconds / 86_400, gettext("hari"))
    told = f"{many:.1f}".removesuffix(".0")
    return f"{told.replace('.', ',')} {name}"


def group_titles(report: Report, keys: list[str]) -> dict[str, str]:
    """What the groups of a report are called, for each key."""
    if report.grouping == G.PROGRAMME:
        names = {str(pk): name for pk, name in Programme.objects.values_list("pk", "name")}
        return {key: names.get(key, f"#{key}") for key in keys}
    return {key: _title(report.grouping, key) for key in keys}


def _title(grouping: str, key: str) -> str:
    if grouping == G.REGION:
        return regions.short_name(key)
    if grouping == G.CYCLE:
        return date_format(date.fromisoformat(key), "F Y")
    if grouping == G.SEX:
        return str(Person.Sex(key).label)
    if grouping == G.AGE:
        return age_title(int(key))
    return gettext("Desil %(decile)s") % {"decile": int(key)}


def age_title(start: int) -> str:
    """The band that begins at an age: 7–12, 80 ke atas."""
    place = AGES.index(start)
    if place + 1 == len(AGES):
        return gettext("%(age)s tahun ke atas") % {"age": start}
    return gettext("%(low)s–%(high)s tahun") % {"low": start, "high": AGES[place + 1] - 1}
