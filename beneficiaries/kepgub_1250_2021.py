"""The four exclusions of Jakarta's Keputusan Gubernur 1250/2021, as data: versions to be tried and put into force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from beneficiaries.models import ExclusionRule

LEGAL_BASIS = "Keputusan Gubernur DKI Jakarta Nomor 1250 Tahun 2021"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule's words, which are data and so are not translated."""

    code: str
    title: str
    expression: str
    reason: str


RULES = (
    Rule(
        "pegawai-negara",
        "Ada anggota keluarga PNS, TNI, Polri, pegawai BUMN/BUMD, atau anggota DPR/DPRD",
        "household.employed.state > 0",
        "Menurut data instansi, ada anggota keluarga Anda yang menjadi pegawai tetap negara, TNI, Polri, BUMN/BUMD, "
        "atau anggota DPR/DPRD.",
    ),
    Rule(
        "memiliki-mobil",
        "Memiliki mobil",
        "household.vehicles.cars > 0",
        "Menurut data pajak kendaraan, keluarga Anda memiliki mobil. Bila mobil itu sudah dijual tetapi belum balik nama, "
        "ajukan sanggahan dengan bukti jual belinya.",
    ),
    Rule(
        "njop-di-atas-satu-miliar",
        "Memiliki tanah atau bangunan dengan NJOP di atas Rp 1 miliar",
        "household.njop > 1000000000",
        "Menurut data pajak bumi dan bangunan, keluarga Anda memiliki tanah atau bangunan dengan NJOP di atas Rp 1 miliar.",
    ),
    Rule(
        "dinilai-tidak-miskin",
        "Dinilai tidak miskin oleh masyarakat setempat",
        "household.judged_not_poor",
        "Musyawarah kelurahan menilai keluarga Anda tidak miskin.",
    ),
)


def set_up(valid_from: date) -> int:
    """Adds a version from the day on of each rule whose code has none yet; returns how many. Safe to repeat.

    None of them counts before it was tried and put into force.
    """
    known = set(ExclusionRule.objects.values_list("code", flat=True))
    new = [
        ExclusionRule(
            code=rule.code,
            title=rule.title,
            scope=ExclusionRule.Scope.HOUSEHOLD,
            expression=rule.expression,
            legal_basis=LEGAL_BASIS,
            reason=rule.reason,
            valid_from=valid_from,
        )
        for rule in RULES
        if rule.code not in known
    ]
    return len(ExclusionRule.objects.bulk_create(new))
