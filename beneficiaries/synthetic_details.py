"""What an invented person does and is, by age and sex: school, work, disability, pregnancy, as an office would write it."""

from __future__ import annotations

import random
import re

_NEIGHBOURHOOD = re.compile(r"RT ([0-9]{3})/RW ([0-9]{3})")
RELATIONS = {"head": "Kepala Keluarga", "wife": "Istri", "child": "Anak", "parent": "Orang Tua"}
# One of a hundred children has left the school of their age; attendance falls after fifteen.
_SCHOOLS = (
    (4, 6, "PAUD/TK", 0.62),
    (7, 12, "SD/MI", 0.98),
    (13, 15, "SMP/MTs", 0.94),
    (16, 18, "SMA/MA", 0.74),
    (19, 22, "Perguruan Tinggi", 0.24),
)
_DISABILITIES = {"Fisik": 38, "Netra": 14, "Rungu": 13, "Wicara": 8, "Intelektual": 10, "Mental": 11, "Ganda": 6}
_MEN = {
    "Buruh/pekerja lepas": 27,
    "Pedagang/wiraswasta": 22,
    "Karyawan swasta": 21,
    "Pengemudi": 15,
    "Tidak bekerja": 9,
    "Petani/nelayan": 2,
    "PNS/PPPK": 1,
    "Pegawai BUMN/BUMD": 1,
    "TNI": 1,
    "Polri": 1,
    "Lainnya": 3,
}
_WOMEN = {
    "Mengurus rumah tangga": 56,
    "Pedagang/wiraswasta": 14,
    "Karyawan swasta": 13,
    "Buruh/pekerja lepas": 11,
    "Tidak bekerja": 3,
    "PNS/PPPK": 1,
    "Lainnya": 2,
}


def _drawn(rng: random.Random, weights: dict[str, int]) -> str:
    return rng.choices(tuple(weights), tuple(weights.values()))[0]


class Details:
    """Draws the columns that a file may leave out, from a generator of its own."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng

    def cells(self, address: str, sex: str, age: int, relation: str) -> list[str]:
        """Cells as OPTIONAL_COLUMNS: RT, RW, relation, schooling, disability, occupation, pregnancy."""
        found = _NEIGHBOURHOOD.search(address)
        rt, rw = found.groups() if found else ("", "")
        school = self._school(age)
        return [
            rt,
            rw,
            RELATIONS[relation],
            school,
            self._disability(age),
            self._occupation(sex, age, school),
            self._pregnancy(sex, age, relation),
        ]

    def _school(self, age: int) -> str:
        for first, last, name, share in _SCHOOLS:
            if first <= age <= last and self.rng.random() < share:
                return "SMK" if name == "SMA/MA" and self.rng.random() < 0.5 else name
        return "Tidak bersekolah"

    def _disability(self, age: int) -> str:
        share = 0.012 if age < 18 else 0.02 if age < 60 else 0.11
        return _drawn(self.rng, _DISABILITIES) if self.rng.random() < share else "Tidak ada"

    def _occupation(self, sex: str, age: int, school: str) -> str:
        if school not in ("Tidak bersekolah", "PAUD/TK"):
            return "Pelajar/mahasiswa"
        if age < 16:
            return "Tidak bekerja"
        if age >= 62 and self.rng.random() < 0.6:
            return "Pensiunan" if self.rng.random() < 0.15 else "Tidak bekerja"
        return _drawn(self.rng, _MEN if sex == "L" else _WOMEN)

    def _pregnancy(self, sex: str, age: int, relation: str) -> str:
        if sex == "P" and relation == "wife" and 19 <= age <= 43:
            return "YA" if self.rng.random() < 0.065 else "TIDAK"
        return "TIDAK" if sex == "P" and 15 <= age <= 49 else ""
