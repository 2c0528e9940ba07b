"""The rules of a purse in its holder's words."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from beneficiaries import regions
from wallet.money import rupiah
from wallet.purses import PurseView

# What beneficiaries call the kinds of shop (MCC, ISO 18245) that aid is usually bound to.
SHOPS = {
    "4111": gettext_lazy("angkutan umum"),
    "4121": gettext_lazy("taksi dan ojek"),
    "4900": gettext_lazy("listrik, gas, dan air"),
    "5200": gettext_lazy("toko bahan rumah"),
    "5311": gettext_lazy("toko serba ada"),
    "5331": gettext_lazy("toko kelontong"),
    "5399": gettext_lazy("toko serbaneka"),
    "5411": gettext_lazy("toko bahan pangan"),
    "5422": gettext_lazy("penjual daging dan ikan"),
    "5441": gettext_lazy("toko makanan ringan"),
    "5451": gettext_lazy("toko susu"),
    "5462": gettext_lazy("toko roti"),
    "5499": gettext_lazy("warung pangan"),
    "5641": gettext_lazy("toko perlengkapan anak dan bayi"),
    "5651": gettext_lazy("toko pakaian"),
    "5661": gettext_lazy("toko sepatu"),
    "5812": gettext_lazy("rumah makan"),
    "5814": gettext_lazy("kedai makanan"),
    "5912": gettext_lazy("apotek"),
    "5942": gettext_lazy("toko buku"),
    "5943": gettext_lazy("toko alat tulis dan sekolah"),
    "5976": gettext_lazy("toko alat bantu kesehatan"),
    "8011": gettext_lazy("dokter"),
    "8021": gettext_lazy("dokter gigi"),
    "8043": gettext_lazy("optik"),
    "8062": gettext_lazy("rumah sakit"),
    "8211": gettext_lazy("sekolah"),
    "8249": gettext_lazy("sekolah kejuruan"),
    "8299": gettext_lazy("lembaga pendidikan"),
    "8351": gettext_lazy("tempat penitipan anak"),
}


def in_words(purse: PurseView) -> list[str]:
    """One sentence each for which shops, regions and goods, whether as cash, when, what is held, what becomes of the rest."""
    return [
        where(purse.mccs),
        *in_regions(purse.regions),
        *_goods(purse),
        cash(purse.cash_allowed),
        *_held(purse),
        *_when(purse),
    ]


def lapses_in_days(purse: PurseView) -> int | None:
    """Days until the last one on which the purse's money can be spent before it returns, 0 today; None if it stays."""
    if purse.usable_until is None or not purse.returns_when_lapsed:
        return None
    return max((last_day(purse.usable_until) - timezone.localdate()).days, 0)


def last_day(usable_until: datetime) -> date:
    """The last day in Jakarta of a time that ends at this moment, itself not included: midnight ends the day before."""
    return timezone.localdate(usable_until - timedelta(microseconds=1))


def where(mccs: list[str]) -> str:
    """In which kinds of shop (MCC); none named means any."""
    if not mccs:
        return _("Dapat dipakai di semua pedagang.")
    known = [str(SHOPS[mcc]) for mcc in mccs if mcc in SHOPS]
    other = [mcc for mcc in mccs if mcc not in SHOPS]
    if other:
        known.append(_("pedagang kategori %(codes)s") % {"codes": ", ".join(other)})
    return _("Hanya dapat dipakai di: %(shops)s.") % {"shops": ", ".join(known)}


def in_regions(codes: list[str]) -> list[str]:
    """In which regions, if only in some."""
    if not codes:
        return []
    return [_("Hanya di %(regions)s.") % {"regions": ", ".join(regions.short_name(code) for code in codes)}]


def _goods(purse: PurseView) -> list[str]:
    if not purse.items_required:
        return []
    said = [_("Kasir harus mencatat barang yang Anda beli.")]
    if purse.allowed_items:
        said.append(_("Hanya untuk: %(items)s.") % {"items": ", ".join(purse.allowed_items)})
    if purse.banned_items:
        said.append(_("Tidak untuk: %(items)s.") % {"items": ", ".join(purse.banned_items)})
    return said


def _held(purse: PurseView) -> list[str]:
    if not purse.held:
        return []
    return [_("%(amount)s sedang ditahan untuk pesanan yang belum selesai.") % {"amount": rupiah(purse.held)}]


def cash(allowed: bool) -> str:
    """Whether it may be drawn as cash."""
    return _("Boleh diambil tunai.") if allowed else _("Tidak dapat diambil tunai.")


def _when(purse: PurseView) -> list[str]:
    said = []
    if purse.usable_from > timezone.now():
        said.append(_("Dapat dipakai mulai %(moment)s.") % {"moment": _moment(purse.usable_from)})
    if purse.usable_until is None:
        return [*said, _("Tidak ada batas waktu.")]
    words = {"moment": _moment(purse.usable_until)}
    if purse.returns_when_lapsed:
        said.append(_("Pakai sebelum %(moment)s; setelah itu sisanya kembali ke program.") % words)
    else:
        said.append(_("Dapat dipakai sampai %(moment)s.") % words)
    return said


def _moment(moment: datetime) -> str:
    """Day and time in Jakarta, as the reader's language writes them."""
    return date_format(timezone.localtime(moment), "DATETIME_FORMAT")
