"""A registry file's titles and what they mean: ours as they are written, an office's own by the mapping that it confirmed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from beneficiaries.refusals import (
    ADDRESS,
    ALL_COLUMNS,
    BIRTH_DATE,
    COLUMNS,
    DECILE,
    DISABILITY,
    KELURAHAN,
    KK,
    NAME,
    NIK,
    OCCUPATION,
    OPTIONAL_COLUMNS,
    PHONE,
    PREGNANT,
    RELATION,
    RT,
    RW,
    SCHOOLING,
    SEX,
)
from beneficiaries.registry_words import normal

# An office's title and the column it means, or IGNORED for one that the registry does not want.
ColumnMapping = Mapping[str, str]
IGNORED = ""

NOTE_COLUMNS = ("BARIS", "KOLOM", "ALASAN", "PERBAIKAN")

# What offices and DTSEN's exports call the columns; only proposed, since an office may mean something else by it.
_OFTEN = {
    KK: "No KK, Nomor KK, Nomor Kartu Keluarga, No Kartu Keluarga, NKK, Kartu Keluarga, ID KK",
    NIK: "No NIK, Nomor NIK, NIK Anggota, Nomor Induk Kependudukan, No KTP, Nomor KTP, No Identitas",
    NAME: "Nama Lengkap, Nama Anggota, Nama Anggota Keluarga, Nama ART, Nama Penerima, Nama Sesuai KTP",
    SEX: "JK, L/P, Jenis Kel, Kelamin, Gender, Jns Kelamin, JenKel",
    BIRTH_DATE: "Tgl Lahir, Tanggal Lhr, Tgl Lhr, Lahir, DOB",
    PHONE: "No HP, Nomor HP, HP, No Telp, No Telepon, Nomor Telepon, Telp, No Handphone, No WA, Nomor Ponsel, Ponsel",
    ADDRESS: "Alamat Lengkap, Alamat Rumah, Alamat KTP, Alamat Domisili, Alamat Tinggal",
    KELURAHAN: "Kode Kel, Kode Desa, Kode Desa/Kelurahan, Kode Kelurahan/Desa, Kode Wilayah, Kd Kelurahan, Kode Kemendagri",
    DECILE: "Desil Nasional, Desil DTSEN, Desil Kesejahteraan, Desil Keluarga, Peringkat Desil",
    RT: "No RT, Nomor RT",
    RW: "No RW, Nomor RW",
    RELATION: "Hubungan Keluarga, Hub Keluarga, SHDK, Status Hubungan, Hubungan dengan Kepala Keluarga, SHDRT, Hubungan KK",
    SCHOOLING: "Jenjang Sekolah, Jenjang Pendidikan, Jenjang, Pendidikan Sedang Ditempuh, Status Sekolah",
    DISABILITY: "Jenis Disabilitas, Ragam Disabilitas, Penyandang Disabilitas, Difabel",
    OCCUPATION: "Jenis Pekerjaan, Pekerjaan Utama, Profesi, Mata Pencaharian",
    PREGNANT: "Status Hamil, Status Kehamilan, Kehamilan, Ibu Hamil, Sedang Hamil",
}
_PROPOSED = {normal(title): column for column, titles in _OFTEN.items() for title in titles.split(",")}
_OURS = {normal(column): column for column in (*ALL_COLUMNS, *NOTE_COLUMNS)}


def propose(titles: Iterable[str]) -> dict[str, str]:
    """A mapping for the titles that are not ours, for the office to confirm: what is not recognised is proposed as IGNORED.

    A column that another title already means is not proposed a second time.
    """
    titles = [title for title in titles if title.strip()]
    taken = {_OURS[normal(title)] for title in titles if normal(title) in _OURS}
    mapping: dict[str, str] = {}
    for title in titles:
        if normal(title) in _OURS or title in mapping:
            continue
        column = _PROPOSED.get(normal(title), IGNORED)
        mapping[title] = IGNORED if column in taken else column
        taken.add(mapping[title])
    return mapping


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a file's columns lie. `header` are its data columns in file order, at `data`; `width` counts every title."""

    width: int
    header: list[str]
    data: list[int]
    notes: int
    ignored: int

    @property
    def optional(self) -> tuple[str, ...]:
        """The OPTIONAL_COLUMNS that the file has, in our order."""
        return tuple(column for column in OPTIONAL_COLUMNS if column in self.header)


@dataclass(frozen=True, slots=True)
class Titles:
    """Titles looked at, right or wrong: what each means (None: unknown) and whether they can be a header at all."""

    columns: list[str | None]

    @property
    def unknown(self) -> list[int]:
        """Where the titles lie that mean nothing."""
        return [at for at, column in enumerate(self.columns) if column is None]

    @property
    def missing(self) -> list[str]:
        """The columns that every file must have, and this one has not."""
        return [column for column in COLUMNS if column not in self.columns]

    @property
    def doubled(self) -> list[str]:
        """The columns that more than one title means."""
        return sorted({column for column in self.columns if column and self.columns.count(column) > 1})

    def layout(self) -> Layout:
        """For titles that are neither unknown nor missing nor doubled."""
        data = [at for at, column in enumerate(self.columns) if column in ALL_COLUMNS]
        return Layout(
            width=len(self.columns),
            header=[column for column in self.columns if column in ALL_COLUMNS],
            data=data,
            notes=sum(column in NOTE_COLUMNS for column in self.columns),
            ignored=self.columns.count(IGNORED),
        )


def look_at(titles: Iterable[str], mapping: ColumnMapping) -> Titles:
    """What titles mean: by the mapping first, else as ours, case, underscores and spaces apart."""
    mapped = {normal(title): column for title, column in mapping.items() if normal(title)}
    ours = (normal(title) if title.isprintable() else "" for title in titles)
    return Titles([mapped.get(title, _OURS.get(title)) for title in ours])
