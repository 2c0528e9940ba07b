"""What an import's page says: its state in words and colour, its counts as cards, its reasons as bars."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from beneficiaries import registry
from beneficiaries.models import EvidenceImport, RegistryImport
from beneficiaries.refusals import KK, NAME

S = RegistryImport.State
TONES = {
    S.UPLOADED: "info",
    S.CHECKING: "info",
    S.PREVIEWED: "warning",
    S.COMMITTING: "primary",
    S.COMMITTED: "success",
    S.CANCELLED: "none",
    S.FAILED: "danger",
    S.UNDOING: "primary",
    S.UNDONE: "none",
    S.EXPIRED: "none",
}
SHIFTED_LEAST, SHIFTED_SHARE = 10, 20  # people, and percent of those known
NEXT = {
    S.UPLOADED: _("Menunggu giliran diperiksa. Halaman ini memperbarui diri."),
    S.CHECKING: _("Sedang diperiksa; registri belum berubah. Halaman ini memperbarui diri."),
    S.PREVIEWED: _("Ini yang akan terjadi. Registri belum berubah; periksa, lalu simpan atau batalkan."),
    S.COMMITTING: _("Sedang disimpan, semuanya atau tidak sama sekali. Halaman ini memperbarui diri."),
    S.COMMITTED: _("Tersimpan di registri. Yang ditolak dapat diperbaiki dan diunggah lagi."),
    S.CANCELLED: _("Dibatalkan. Registri tidak berubah karenanya."),
    S.FAILED: _("Tidak ada yang disimpan. Atasi penyebabnya, lalu periksa ulang atau batalkan."),
    S.UNDOING: _("Sedang diurungkan. Halaman ini memperbarui diri."),
    S.UNDONE: _("Diurungkan. Registri seperti sebelum impor ini."),
    S.EXPIRED: _(
        "Tidak diputuskan pada waktunya, jadi berkasnya dihapus. Registri tidak berubah; unggah lagi bila perlu."
    ),
}


def counted(number: int) -> str:
    """1.234"""
    return f"{number:,}".replace(",", ".")


def cards(run: RegistryImport) -> list[tuple[Any, str]]:
    """The counts that the preview found; none before it."""
    if run.previewed_at is None:
        return []
    counts = [
        (_("Orang baru"), run.added),
        (_("Orang berubah"), run.changed),
        (_("Orang tetap"), run.unchanged),
        (_("Baris ditolak"), run.refused),
        (_("Keluarga baru"), run.households_added),
        (_("Keluarga berubah"), run.households_changed),
    ]
    if run.returned:
        counts.append((_("Orang kembali"), run.returned))
    if run.complete:
        counts.append((_("Orang keluar"), run.left))
    return [(name, counted(count)) for name, count in counts]


def warnings(run: RegistryImport) -> list[Any]:
    """What somebody should look at before they save; of a saved one, which refused rows are not kept any more."""
    if run.state != S.PREVIEWED:
        return erased(run)
    return [*_nobody(run), *_leaving(run), *_shifted(run)]


def erased(run: RegistryImport | EvidenceImport) -> list[Any]:
    """That refused rows went with whoever they name; nothing if none did. Their number alone stays."""
    if not run.refused_erased:
        return []
    said = _("%(count)s baris yang ditolak tidak disimpan lagi: data orangnya dihapus atas permintaannya.")
    return [said % {"count": counted(run.refused_erased)}]


def _nobody(run: RegistryImport) -> list[Any]:
    if run.rows:
        return []
    return [
        _("Berkas ini hanya berisi judul kolom, tanpa satu orang pun. Periksa apakah memang berkas ini yang dimaksud.")
    ]


def _shifted(run: RegistryImport) -> list[Any]:
    """A column that is another for many people known: sorted apart from the rest, it says of each what is somebody else's.

    The sex and the birth date stand in the NIK; nothing but this tells of a name or a KK number that is not theirs.
    """
    known = run.changed + run.unchanged
    return [
        _(
            "%(column)s berbeda pada %(count)s dari %(of)s orang yang sudah terdaftar. Periksa apakah kolom itu bergeser."
        )
        % {"column": column, "count": counted(count), "of": counted(known)}
        for column in (KK, NAME)
        if (count := run.fields_changed.get(column, 0)) >= SHIFTED_LEAST and 100 * count > SHIFTED_SHARE * known
    ]


def _leaving(run: RegistryImport) -> list[Any]:
    if not registry.leaving_is_many(run):
        return []
    return [
        _("%(left)s dari %(of)s orang sumber ini (%(share)s %%) akan keluar, lebih dari batas %(limit)s %%.")
        % {
            "left": counted(run.left),
            "of": counted(run.left_of),
            "share": registry.leaving_share(run),
            "limit": settings.REGISTRY["leaving_share"],
        }
    ]


def kept(run: RegistryImport) -> Any:
    """What is kept of the file and until when; empty if nothing is."""
    until = registry.kept_until(run)
    if until is None:
        return ""
    day = date_format(timezone.localtime(until), "j F Y H:i")
    if run.state in RegistryImport.UNDECIDED:
        return _("Bila belum disimpan atau dibatalkan sampai %(day)s, berkasnya dihapus dan impor ini kedaluwarsa.") % {
            "day": day
        }
    return _("Berkasnya sudah dihapus; baris yang ditolak masih disimpan tersegel sampai %(day)s.") % {"day": day}


def bars(counts: dict[str, int]) -> list[dict[str, Any]]:
    """The most frequent first, each as a share of the most frequent."""
    most = max(counts.values(), default=1)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [{"title": name, "count": counted(count), "share": f"{100 * count / most:.1f}"} for name, count in ordered]
