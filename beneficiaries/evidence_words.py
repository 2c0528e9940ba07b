"""The words of an evidence file's columns of few values: what offices write, and the code that it stands for.

Compared as the registry file's words are (registry_words.normal). A code stands for itself; the first word is the one that a
refusal names. A file has Indonesian words, whoever reads it: only a form's labels are in the reader's language.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from beneficiaries.registry_words import normal

_KINDS = {
    "employment": ("Pekerjaan",),
    "vehicle": ("Kendaraan",),
    "property": ("Tanah atau bangunan", "Tanah", "Bangunan", "Properti", "PBB"),
    "death": ("Kematian", "Meninggal"),
    "double_aid": ("Bantuan instansi lain", "Bantuan ganda"),
    "school": ("Sekolah swasta",),
    "community_judgement": ("Musyawarah kelurahan", "Musyawarah"),
    "other": ("Lainnya", "Lain"),
}
_EMPLOYERS = {
    "pns": ("PNS", "ASN", "Pegawai negeri sipil"),
    "pppk": ("PPPK",),
    "tni": ("TNI",),
    "polri": ("Polri", "Polisi"),
    "bumn": ("BUMN",),
    "bumd": ("BUMD",),
    "parliament": ("DPR/DPRD", "DPR", "DPRD"),
    "private": (_("Swasta"), "Karyawan swasta"),
    "informal": (_("Informal"), "Sektor informal"),
    "pensioner": (_("Pensiunan"), "Purnawirawan"),
    "none": (_("Tidak bekerja"), "Berhenti"),
}
_VEHICLES = {
    "car": (_("Mobil"),),
    "motorcycle": (_("Sepeda motor"), "Motor"),
    "truck": (_("Truk"),),
    "bus": (_("Bus"),),
    "other": (_("Lainnya"), "Lain"),
}
_TAX = {"paid": (_("Lunas"),), "due": (_("Menunggak"), "Belum lunas"), "unknown": (_("Tidak diketahui"),)}
_JUDGEMENTS = {"poor": (_("Miskin"),), "not_poor": (_("Tidak miskin"), "Mampu")}
_YES_NO = {True: (_("Ya"), "Y"), False: (_("Tidak"), "T")}

_VARIANTS: dict[str, Mapping[Any, tuple[str, ...]]] = {
    "kind": _KINDS,
    "employer": _EMPLOYERS,
    "vehicle": _VEHICLES,
    "pkb": _TAX,
    "owned": _YES_NO,
    "receiving": _YES_NO,
    "private": _YES_NO,
    "judgement": _JUDGEMENTS,
}
_MEANINGS: dict[str, dict[str, Any]] = {
    name: {normal(word): code for code, words in variants.items() for word in (str(code), *words)}
    for name, variants in _VARIANTS.items()
}


def meaning(name: str, cell: str) -> Any:
    """The code (or yes as True, no as False) that the cell of this field stands for; what stands for nothing stays as it is."""
    return _MEANINGS.get(name, {}).get(normal(cell), cell)


def choices(name: str) -> str:
    """What may be written in this field, in words; empty if it is not one of few values."""
    return ", ".join(words[0] for words in _VARIANTS.get(name, {}).values())


def options(name: str) -> list[tuple[str, str | Promise]]:
    """The same as a form's choices: the word that a file would have, and in the reader's language; empty as `choices`."""
    return [(words[0], gettext_lazy(words[0])) for words in _VARIANTS.get(name, {}).values()]
