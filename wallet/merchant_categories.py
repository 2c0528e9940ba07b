"""What the merchant category codes (MCC) that aid is usually bound to mean, in words."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from wallet.errors import CashOutNotGranted

NAMES = {
    "4111": _("angkutan umum"),
    "4121": _("taksi dan ojek"),
    "4814": _("pulsa dan paket data"),
    "4900": _("listrik, air, gas"),
    "5311": _("toserba"),
    "5411": _("bahan makanan"),
    "5422": _("daging dan ikan"),
    "5441": _("kue dan permen"),
    "5451": _("susu"),
    "5462": _("roti"),
    "5499": _("warung makanan"),
    "5541": _("SPBU"),
    "5651": _("pakaian keluarga"),
    "5812": _("rumah makan"),
    "5814": _("makanan cepat saji"),
    "5912": _("apotek"),
    "5942": _("toko buku"),
    "5943": _("alat tulis dan sekolah"),
    "6010": _("tarik tunai"),
    "8011": _("dokter"),
    "8062": _("rumah sakit"),
    "8211": _("sekolah"),
}
CASH = ("6010", "6011")  # ISO 18245: cash at a counter, cash at a machine; wallet/sql says the same


def refuse_cash(mcc: str, granted: bool) -> None:
    """Returns if what is paid there is no cash, or was granted. Raises CashOutNotGranted."""
    if mcc in CASH and not granted:
        raise CashOutNotGranted


def in_words(mcc: str) -> str:
    """The code with its meaning, or the bare code where it is not a usual one."""
    return f"{mcc} {NAMES[mcc]}" if mcc in NAMES else mcc


def all_in_words(mccs: Iterable[str]) -> str:
    return ", ".join(in_words(mcc) for mcc in sorted(mccs))
