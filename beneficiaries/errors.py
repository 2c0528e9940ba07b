"""What can go wrong with the registry, as one family: a code for programs, a sentence that says what to do next."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from beneficiaries.refusals import Refusal


class BeneficiaryError(Exception):
    """Base of the family. `data` fills the placeholders of `message`; it never holds personal data."""

    code = "beneficiary_error"
    message: Any = _("Permintaan tidak dapat diproses.")

    def __init__(self, **data: Any) -> None:
        self.data = data
        super().__init__(self.code, data)

    def __str__(self) -> str:
        return str(self.message) % self.data


class FieldRefused(BeneficiaryError):
    """One value cannot be what its field says. `refusal` names the field, the reason and the remedy."""

    code = "field_refused"

    def __init__(self, refusal: Refusal) -> None:
        self.refusal = refusal
        super().__init__(field=refusal.field, refusal=refusal.code)

    def __str__(self) -> str:
        return f"{self.refusal.field}: {self.refusal.reason} {self.refusal.remedy}"


class RegistryFileError(BeneficiaryError):
    """The file as a whole cannot be read, and nothing of it was written."""

    code = "registry_file"
    message = _("Berkas tidak dapat dibaca.")


class FileNotReadable(RegistryFileError):
    code = "file_not_readable"
    message = _("Berkas %(name)s tidak dapat dibuka (%(cause)s). Periksa nama dan izinnya; harus berkas biasa.")


class FileEmpty(RegistryFileError):
    code = "file_empty"
    message = _("Berkas kosong. Baris pertama harus judul kolom: %(expected)s")


class FileIsOldWorkbook(RegistryFileError):
    code = "file_is_old_workbook"
    message = _(
        "Ini lembar kerja berformat lama atau bukan Excel (.xls, .xlsb, .ods). Buka di Excel, pilih Simpan Sebagai, lalu "
        "Buku Kerja Excel (.xlsx) atau CSV UTF-8."
    )


class WorkbookEncrypted(RegistryFileError):
    code = "workbook_encrypted"
    message = _(
        "Berkas Excel ini berkata sandi. Di Excel hapus kata sandinya (Info, Proteksi Buku Kerja), lalu simpan ulang."
    )


class WorkbookBroken(RegistryFileError):
    """`part` is the name of a part of the workbook's format, never its contents."""

    code = "workbook_broken"
    message = _("Berkas Excel rusak (%(part)s). Buka di Excel, simpan ulang sebagai .xlsx, lalu ulangi.")


class WorkbookTooLarge(RegistryFileError):
    """It unpacks to more than is read, or to far more than it is: what a workbook made to exhaust the memory does."""

    code = "workbook_too_large"
    message = _(
        "Isi berkas Excel ini terlalu besar (%(part)s). Simpan sebagai CSV UTF-8, atau pecah menjadi beberapa berkas."
    )


class SheetMissing(RegistryFileError):
    code = "sheet_missing"
    message = _("Lembar %(sheet)s tidak ada. Lembar yang ada: %(sheets)s.")


class SheetsAmbiguous(RegistryFileError):
    code = "sheets_ambiguous"
    message = _("Lebih dari satu lembar berisi data: %(sheets)s. Sebutkan lembarnya, atau hapus yang lain.")


class NoSheets(RegistryFileError):
    code = "no_sheets"
    message = _("Berkas CSV tidak punya lembar. Kosongkan nama lembarnya.")


class CellsMerged(RegistryFileError):
    code = "cells_merged"
    message = _(
        "Ada sel yang digabung (%(range)s). Pilih seluruh lembar, matikan Gabung Sel (Merge & Center), isi sel yang menjadi "
        "kosong, lalu simpan ulang. Judul kolom harus satu baris."
    )


class NotUtf8(RegistryFileError):
    code = "not_utf8"
    message = _("Baris %(line)s, byte ke-%(byte)s: bukan UTF-8. Simpan ulang berkas sebagai CSV UTF-8.")


class Utf16WithoutBom(RegistryFileError):
    code = "utf16_without_bom"
    message = _("Berkas ini UTF-16 tanpa tanda BOM, atau bukan teks. Simpan ulang berkas sebagai CSV UTF-8.")


class LineTooLong(RegistryFileError):
    code = "line_too_long"
    message = _("Baris %(line)s lebih panjang dari %(limit)s byte. Periksa baris itu; mungkin ganti barisnya hilang.")


class ColumnsMissing(RegistryFileError):
    code = "columns_missing"
    message = _("Baris 1: kolom %(columns)s tidak ada. Kolom yang wajib: %(expected)s")


class ColumnsUnknown(RegistryFileError):
    code = "columns_unknown"
    message = _(
        "Baris 1: kolom %(columns)s tidak dikenal. Kolom yang dikenal: %(expected)s. Ganti judulnya, atau tentukan artinya "
        "dalam pemetaan kolom sumber ini."
    )


class ColumnsDoubled(RegistryFileError):
    code = "columns_doubled"
    message = _("Baris 1: kolom %(columns)s ada lebih dari satu. Hapus yang berlebih.")


class ErrorsFileNotWritable(RegistryFileError):
    code = "errors_file_not_writable"
    message = _("Berkas kesalahan %(name)s tidak dapat ditulis (%(cause)s). Pilih tempat lain dengan --errors.")


class ErrorsFileIsSource(RegistryFileError):
    code = "errors_file_is_source"
    message = _("Berkas kesalahan akan menimpa berkas yang diimpor. Pilih nama lain dengan --errors.")


class RegistryChanged(BeneficiaryError):
    """Something else wrote the same households or people while the import ran; the import wrote nothing."""

    code = "registry_changed"
    message = _("Registri diubah proses lain selama impor, jadi tidak ada yang disimpan. Ulangi impornya.")


class ImportRefused(BeneficiaryError):
    """The database refused the import and all of it was rolled back. `cause` names the error or the constraint only:
    the database's own words quote the row, and a row is personal data."""

    code = "import_refused"
    message = _("Basis data menolak impor (%(cause)s), jadi tidak ada yang disimpan. Laporkan ke pengelola sistem.")


class UploadTooLarge(RegistryFileError):
    code = "upload_too_large"
    message = _("Berkas lebih besar dari %(limit)s MB. Bagi menjadi beberapa berkas, atau impor lewat baris perintah.")


class UploadGone(RegistryFileError):
    code = "upload_gone"
    message = _("Berkas impor ini sudah dihapus sesuai masa simpannya. Unggah lagi berkasnya.")


class SourceMissing(BeneficiaryError):
    """A complete file makes people of its source leave, so it must say which one that is."""

    code = "source_missing"
    message = _("Berkas lengkap harus menyebut sumbernya. Isi sumbernya, misalnya DTSEN.")


class ImportMoved(BeneficiaryError):
    """The import is in another state than the step needs: somebody else was faster, or the page is old."""

    code = "import_moved"
    message = _("Langkah ini tidak dapat diambil: status impor bukan lagi “%(state)s”. Muat ulang halaman.")


class AnotherImportCommits(BeneficiaryError):
    code = "another_import_commits"
    message = _("Impor lain sedang disimpan. Tunggu sampai selesai, lalu ulangi.")


class MakerCommits(BeneficiaryError):
    code = "maker_commits"
    message = _("Berkas lengkap disimpan oleh orang lain, bukan oleh yang mengunggahnya.")


class LeavingNotConfirmed(BeneficiaryError):
    """More people leave than a file can make leave without somebody saying that it is right."""

    code = "leaving_not_confirmed"
    message = _(
        "%(left)s dari %(of)s orang sumber ini keluar (%(share)s %%), lebih dari batas %(limit)s %%. Periksa daftarnya: "
        "mungkin berkasnya terpotong. Bila memang benar, nyatakan dengan tegas."
    )


class PreviewOutdated(RegistryChanged):
    """The registry has moved since the preview, and saving would not do what was previewed."""

    code = "preview_outdated"
    message = _(
        "Registri berubah sejak pratinjau (%(rows)s baris akan berakhir lain), jadi tidak ada yang disimpan. "
        "Periksa ulang berkasnya, lalu lihat pratinjau yang baru."
    )


class PreviewReplaced(BeneficiaryError):
    """Somebody had the file looked at again since the officer opened the page."""

    code = "preview_replaced"
    message = _("Pratinjau yang Anda lihat sudah diganti dengan yang lebih baru. Lihat yang baru dulu.")


class ImportCancelled(BeneficiaryError):
    code = "import_cancelled"
    message = _("Impor dibatalkan, jadi tidak ada yang disimpan.")


class ImportKeptDying(BeneficiaryError):
    """The worker was lost again and again at the same import: whatever kills it would kill the next one too."""

    code = "import_kept_dying"
    message = _("Pekerja latar berhenti %(attempts)s kali pada impor ini. Laporkan ke pengelola sistem, lalu ulangi.")


class UndoRefused(BeneficiaryError):
    """The import cannot be taken back; the family's codes say why, and each says how many stand in the way."""

    code = "undo_refused"
    message = _("Impor tidak dapat diurungkan.")


class ChangedSince(UndoRefused):
    code = "changed_since"
    message = _(
        "%(count)s orang atau keluarga dari impor ini diubah lagi sesudahnya, jadi impor tidak dapat diurungkan."
    )


class ConfirmedSince(UndoRefused):
    """A later import said the same: taken back, its word would go with this one's."""

    code = "confirmed_since"
    message = _(
        "%(count)s orang atau keluarga dari impor ini dibenarkan oleh impor #%(number)s (%(file)s) sesudahnya. Urungkan "
        "impor itu dahulu, bila isinya memang salah juga."
    )


class UsedSince(UndoRefused):
    """Programmes have come to rely on people of the import. `reason` is in the programmes' words."""

    code = "used_since"
    message = _("%(count)s orang dari impor ini %(reason)s, jadi impor tidak dapat diurungkan.")


class StillReferred(UndoRefused):
    code = "still_referred"
    message = _(
        "Orang atau keluarga yang ditambahkan impor ini sudah dirujuk data lain (%(cause)s), jadi impor tidak dapat "
        "diurungkan."
    )


class HistoryMissing(UndoRefused):
    code = "history_missing"
    message = _("Impor ini dibuat sebelum riwayat perubahan dicatat, jadi tidak dapat diurungkan.")


class DecisionReasonMissing(BeneficiaryError):
    code = "decision_reason_missing"
    message = _("Isi alasannya dahulu.")


class PairDecided(BeneficiaryError):
    """Another officer was faster."""

    code = "pair_decided"
    message = _("Pasangan ini sudah diputuskan (%(status)s). Muat ulang halaman.")


class PersonNotActive(BeneficiaryError):
    """Only two active rows are joined: who was merged, left or died is not the row that aid goes to."""

    code = "person_not_active"
    message = _("Salah satu dari keduanya tidak aktif lagi. Muat ulang halaman.")


class SurvivorNotOfPair(BeneficiaryError):
    code = "survivor_not_of_pair"
    message = _("Yang tetap harus salah satu dari pasangan ini.")


class MergeUndone(BeneficiaryError):
    code = "merge_undone"
    message = _("Penggabungan ini sudah dipisahkan. Muat ulang halaman.")


class SurvivorMerged(BeneficiaryError):
    """Merges are undone in the order opposite to that in which they were made."""

    code = "survivor_merged"
    message = _("Orang yang tetap sudah digabung ke orang lain. Pisahkan penggabungan itu dahulu.")


class MergeRefused(BeneficiaryError):
    """Whoever keeps the aid of both says no; `said` is why, and nothing was changed."""

    code = "merge_refused"
    message = "%(said)s"


def said(code: str, data: dict[str, Any]) -> str:
    """The sentence of an error that was kept as its code and data; the code itself if it is none of the family's."""
    families = [BeneficiaryError]
    while families:
        family = families.pop()
        if family.code == code:
            return str(family.message) % data
        families += family.__subclasses__()
    return code


class RepresentationError(BeneficiaryError):
    """A guardian or collector cannot be proposed, approved or ended so."""

    code = "representation"


class RepresentsOneself(RepresentationError):
    code = "represents_oneself"
    message = _("NIK wakil sama dengan NIK yang diwakili. Isi NIK orang lain.")


class RepresentativeNamed(RepresentationError):
    """An outsider needs a name; a person of the registry has one."""

    code = "representative_name"
    message = _("NIK wakil tidak ada di registri. Isi namanya seperti pada KTP.")


class RepresentationPeriod(RepresentationError):
    code = "representation_period"
    message = _("Tanggal akhir sebelum tanggal mulai, atau sudah lewat. Periksa masa berlakunya.")


class RepresentativeUnfit(RepresentationError):
    """Died, or cannot act alone."""

    code = "representative_unfit"
    message = _("Orang ini tidak dapat mewakili: sudah meninggal, atau sendiri perlu wali. Pilih orang lain.")


class PersonDeceased(RepresentationError):
    code = "person_deceased"
    message = _("Orang yang diwakili sudah meninggal. Dompetnya diwariskan, bukan diwakili.")


class RepresentationDouble(RepresentationError):
    code = "representation_double"
    message = _("Wakil ini sudah diusulkan bagi orang itu. Setujui atau tolak usulan itu dahulu.")


class RepresentationMoved(RepresentationError):
    code = "representation_moved"
    message = _("Statusnya %(status)s; langkah ini tidak berlaku lagi. Muat ulang halaman.")


class RepresentationApproverIsMaker(RepresentationError):
    code = "representation_approver_is_maker"
    message = _("Wakil harus disetujui orang lain, bukan yang mengusulkannya.")


class GuardianExists(RepresentationError):
    code = "guardian_exists"
    message = _("Orang ini sudah mempunyai wali. Akhiri yang lama, atau perpanjang dengan masa yang mulai hari ini.")


class CollectsForTooMany(RepresentationError):
    code = "collects_for_too_many"
    message = _("Orang ini sudah menjadi kuasa bagi %(most)s orang, batas yang berlaku. Pilih kuasa lain.")


class ScanRefused(RepresentationError):
    code = "scan_refused"
    message = _("Berkas harus PDF, JPEG atau PNG, paling besar %(most)s KB. Pindai ulang dengan ukuran lebih kecil.")


class NotActing(RepresentationError):
    """Whoever stands at the counter may not fetch this holder's money (any more)."""

    code = "not_acting"
    message = _("Orang ini tidak lagi berhak mengambil bagi pemegang. Jangan serahkan uang.")


class GrievanceError(BeneficiaryError):
    """A grievance cannot take this step."""

    code = "grievance"


class GrievanceMoved(GrievanceError):
    code = "grievance_moved"
    message = _("Aduan berstatus %(status)s; langkah ini tidak berlaku lagi. Muat ulang halaman.")


class NotInGroup(GrievanceError):
    code = "not_in_group"
    message = _("Aduan ini ditangani oleh %(group)s. Hanya anggotanya yang dapat mengerjakannya.")


class GrievanceEmpty(GrievanceError):
    code = "grievance_empty"
    message = _("Isi teksnya: paling sedikit satu huruf, paling banyak %(most)s karakter.")


class SameCategory(GrievanceError):
    code = "same_category"
    message = _("Aduan ini sudah berkategori dan berprioritas itu.")


class PersonNotKnown(BeneficiaryError):
    """No person or household of the registry has the number given; the number itself is not told."""

    code = "person_not_known"
    message = _("Nomor ini tidak ada di registri. Periksa nomornya, atau impor orangnya dahulu.")


class EvidenceBusy(BeneficiaryError):
    """A file of evidence is being kept, and who waits for an answer does not wait for all of it."""

    code = "evidence_busy"
    message = _("Berkas bukti sedang disimpan, jadi belum ada yang dicatat. Coba lagi dalam beberapa menit.")


class EvidenceContested(BeneficiaryError):
    code = "evidence_contested"
    message = _("Bukti ini sudah dibantah atau digantikan. Muat ulang halaman.")


class RuleBroken(BeneficiaryError):
    code = "rule_broken"
    message = _("Aturan tidak dapat dibaca: %(reason)s. Contoh: household.vehicles.cars > 0")


class RuleEnforced(BeneficiaryError):
    code = "rule_enforced"
    message = _("Versi ini sudah diberlakukan.")


class RuleUntried(BeneficiaryError):
    code = "rule_untried"
    message = _("Versi ini belum dicoba. Coba dahulu dan lihat siapa yang terkena, lalu berlakukan.")


class RuleOverlaps(BeneficiaryError):
    code = "rule_overlaps"
    message = _("Sudah ada versi %(code)s yang berlaku pada sebagian tanggal itu. Ubah tanggalnya di versi baru.")


class ProposalDecided(BeneficiaryError):
    code = "proposal_decided"
    message = _("Usulan ini sudah diputuskan. Muat ulang halaman.")


class SubjectRestricted(BeneficiaryError):
    """Whom the proposal is about has restricted, since it was made, what may be done with their data."""

    code = "subject_restricted"
    message = _(
        "Pemrosesan datanya dibatasi atas permintaan orangnya sejak usulan ini dibuat, jadi tidak dapat dikecualikan. "
        "Tolak usulan ini, atau tunggu sampai pembatasannya dicabut."
    )


class SubjectErased(BeneficiaryError):
    """Whom the proposal is about has been erased since it was made."""

    code = "subject_erased"
    message = _("Datanya sudah dihapus atas permintaan orangnya, jadi tidak dapat dikecualikan. Tolak usulan ini.")


class AlreadyExcluded(BeneficiaryError):
    code = "already_excluded"
    message = _("Sudah ada pengecualian yang berlaku dengan aturan yang sama.")


class NotInForce(BeneficiaryError):
    """The exclusion was lifted already."""

    code = "not_in_force"
    message = _("Pengecualian ini sudah dicabut.")


class LiftBeforeStart(BeneficiaryError):
    code = "lift_before_start"
    message = _("Pengecualian mulai %(starts_on)s; tanggal pencabutan harus sesudahnya.")


class ObjectionPending(BeneficiaryError):
    code = "objection_pending"
    message = _("Sanggahan atas pengecualian ini sudah diajukan dan belum diputuskan.")


class ObjectionDecided(BeneficiaryError):
    code = "objection_decided"
    message = _("Sanggahan ini sudah diputuskan. Muat ulang halaman.")


class ProofRefused(BeneficiaryError):
    """A file with an objection is none of the kinds that are taken, empty, or too large."""

    code = "proof_refused"
    message = _("Berkas harus PDF, JPEG atau PNG, paling besar %(megabytes)s MB. Foto ulang dengan ukuran lebih kecil.")


class ProofsTooMany(BeneficiaryError):
    code = "proofs_too_many"
    message = _("Sanggahan ini sudah disertai %(most)s berkas, jumlah terbanyak. Berkas lain bawa ke kantor kelurahan.")


class DeciderAcceptedIt(BeneficiaryError):
    code = "decider_accepted_it"
    message = _("Sanggahan harus diputuskan petugas lain, bukan yang menerima pengecualiannya.")
