"""The words of the registry file's columns of few values: what offices write, and the value that it stands for.

Compared without regard to case, punctuation and spaces: ``Kepala Keluarga``, ``KEPALA_KELUARGA`` and ``kepala keluarga``
are one. The values are those of the model's choices.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

_NOT_ALPHANUMERIC = re.compile(r"[^0-9A-Z]+")
_NEIGHBOURHOOD = re.compile(r"(?:(RT|RW)[. :]*)?([0-9]{1,3})", re.IGNORECASE)


@lru_cache(maxsize=4096)
def normal(text: str) -> str:
    """The form in which words are compared: upper case, everything but letters and digits as one space."""
    return _NOT_ALPHANUMERIC.sub(" ", text.upper()).strip()


def _words(variants: Mapping[str, str]) -> dict[str, str]:
    return {normal(word): value for value, words in variants.items() for word in words.split(",")}


RELATIONS = _words(
    {
        "head": "Kepala keluarga, KK, Kepala, Kep. keluarga, Kepala rumah tangga, KRT",
        "husband": "Suami",
        "wife": "Istri, Isteri",
        "child": "Anak, Anak kandung, Anak tiri, Anak angkat",
        "child_in_law": "Menantu",
        "grandchild": "Cucu",
        "parent": "Orang tua, Orangtua, Ayah, Ibu, Bapak",
        "parent_in_law": "Mertua",
        "relative": "Famili lain, Famili, Keluarga lain, Saudara, Adik, Kakak, Keponakan",
        "servant": "Pembantu, Pembantu rumah tangga, PRT, ART, Asisten rumah tangga",
        "other": "Lainnya, Lain, Lain-lain",
    }
)
SCHOOLINGS = _words(
    {
        "none": "Tidak bersekolah, Tidak sekolah, Belum sekolah, Belum bersekolah, Tidak/belum sekolah, Tamat, Tidak",
        "paud": "PAUD/TK, PAUD, TK, RA, KB, TK/RA",
        "sd": "SD/MI, SD, MI, SDLB, Sekolah dasar",
        "smp": "SMP/MTs, SMP, MTs, SMPLB, SLTP",
        "sma": "SMA/MA, SMA, MA, SMALB, SLTA",
        "smk": "SMK, MAK",
        "pkbm": "PKBM, Paket A, Paket B, Paket C, Kejar paket",
        "college": "Perguruan tinggi, Kuliah, PT, Universitas, D1, D2, D3, D4, S1, S2, S3, Diploma",
    }
)
DISABILITIES = _words(
    {
        "none": "Tidak ada, Tidak, Non disabilitas, Nondisabilitas",
        "physical": "Fisik, Daksa, Tuna daksa, Tunadaksa",
        "sight": "Netra, Tuna netra, Tunanetra",
        "hearing": "Rungu, Tuna rungu, Tunarungu",
        "speech": "Wicara, Tuna wicara, Tunawicara",
        "intellectual": "Intelektual, Grahita, Tuna grahita, Tunagrahita",
        "mental": "Mental, Psikososial, ODGJ",
        "multiple": "Ganda, Multi, Ganda/multi",
    }
)
OCCUPATIONS = _words(
    {
        "none": "Tidak bekerja, Belum bekerja, Belum/tidak bekerja, Tidak/belum bekerja, Pengangguran",
        "student": "Pelajar/mahasiswa, Pelajar, Mahasiswa, Mahasiswi, Siswa",
        "housework": "Mengurus rumah tangga, Ibu rumah tangga, IRT, MRT",
        "labourer": "Buruh/pekerja lepas, Buruh, Buruh harian lepas, Buruh harian, Pekerja lepas, Buruh lepas, Kuli",
        "farmer": "Petani/nelayan, Petani, Nelayan, Petani/pekebun, Nelayan/perikanan, Peternak",
        "trader": "Pedagang/wiraswasta, Pedagang, Wiraswasta, Wirausaha, Perdagangan",
        "driver": "Pengemudi, Sopir, Supir, Ojek, Pengemudi ojek, Ojek online, Tukang becak",
        "employee": "Karyawan swasta, Pegawai swasta, Swasta, Karyawan",
        "civil_servant": "PNS/PPPK, PNS, PPPK, ASN, Pegawai negeri, Pegawai negeri sipil",
        "military": "TNI, Tentara Nasional Indonesia",
        "police": "Polri, Polisi, Kepolisian RI",
        "state_company": "Pegawai BUMN/BUMD, BUMN, BUMD, BUMN/BUMD, Karyawan BUMN, Karyawan BUMD, Pegawai BUMN, Pegawai BUMD",
        "retired": "Pensiunan, Purnawirawan",
        "other": "Lainnya, Lain, Lain-lain",
    }
)
YES_NO = _words({"yes": "Ya, Y, Hamil", "no": "Tidak, T, Tidak hamil, N"})


def neighbourhood(column: str, text: str) -> str | None:
    """The three digits of an RT or RW (`column`) from ``3``, ``003`` or ``RT 003``; None if it is no number from 1 to 999."""
    found = _NEIGHBOURHOOD.fullmatch(text)
    if not found or (found[1] or column).upper() != column or int(found[2]) == 0 or not found[2].isascii():
        return None
    return found[2].zfill(3)
