"""What can go wrong while paying aid, as one family: a code for programs, a sentence for officers, data for both."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _


class DisbursementError(Exception):
    """Base of the family. `data` fills the placeholders of `message`."""

    code = "disbursement_error"
    message: Any = _("Permintaan tidak dapat diproses.")

    def __init__(self, **data: Any) -> None:
        self.data = data
        super().__init__(self.code, data)

    def __str__(self) -> str:
        return str(self.message) % self.data


class InvalidRule(DisbursementError):
    code = "invalid_rule"
    message = _("Syarat tidak dapat dibaca: %(reason)s. Contoh: person.age >= 60 && household.decile <= 4")


class NoVersion(DisbursementError):
    """No version of the programme is in force on the day."""

    code = "no_version"
    message = _(
        "Program %(programme)s belum punya versi yang berlaku pada %(day)s. Berlakukan versi yang mulai pada atau sebelum "
        "hari itu."
    )


class CyclesOverlap(DisbursementError):
    """Another cycle of the programme pays for a month that this one would pay for."""

    code = "cycles_overlap"
    message = _(
        "Siklus %(period)s beririsan dengan siklus %(other)s yang sudah punya batch atau rapel: bulan yang sama akan dibayar dua "
        "kali. Pilih bulan yang belum tercakup, atau batalkan dahulu batch siklus %(other)s bila keliru."
    )


class VersionInForce(DisbursementError):
    """What is in force never changes."""

    code = "version_in_force"
    message = _("Versi ini sudah berlaku dan tidak dapat diubah. Buat versi berikutnya.")


class VersionBroken(DisbursementError):
    """The version cannot be put into force as it is."""

    code = "version_broken"
    message = _("Versi ini belum lengkap: %(reason)s")
    NO_COMPONENT = _("tambahkan paling sedikit satu komponen.")
    NO_CASH_TERMS = _("ada komponen berbatas tunai; isi aturan kantong tunai.")
    FAMILY_COUNTED_TWICE = _(
        "ada komponen untuk tiap anggota keluarga; program ini harus satu per keluarga, agar keluarga dihitung satu kali."
    )
    FEWER_MONTHS = _("ada komponen yang dibayar untuk lebih banyak bulan sekaligus daripada bulan tiap siklus.")
    CYCLES_OVERLAP = _(
        "siklus yang sudah ada akan mencakup bulan siklus sesudahnya. Mulailah versi ini pada siklus yang belum punya batch."
    )
    CASH_TERMS_WITHOUT_CASH = _("aturan kantong tunai tidak membolehkan tarik tunai; pilih aturan yang membolehkannya.")


class EnforcerIsDrafter(DisbursementError):
    """A version in force is two officers' word: who wrote it, and who stands for it."""

    code = "enforcer_is_drafter"
    message = _(
        "Versi diberlakukan petugas lain, bukan yang menyusunnya. Minta petugas yang berwenang memberlakukannya."
    )


class ProgrammeFileBroken(DisbursementError):
    """A file of programmes cannot be read, or says something that cannot be."""

    code = "programme_file_broken"
    message = _("Berkas program tidak dapat dimuat. Perbaiki %(where)s: %(reason)s")
    OTHER_TERMS = _("aturan kantong dengan nama ini sudah ada dan isinya lain; pakai nama lain")


class ProgrammeInactive(DisbursementError):
    code = "programme_inactive"
    message = _("Program ini tidak aktif. Aktifkan dahulu, lalu ulangi.")


class NowhereToLapse(DisbursementError):
    """Money with an end, and no fund to return to: it could be neither spent nor returned."""

    code = "nowhere_to_lapse"
    message = _(
        "Kantong program ini berbatas waktu, tetapi sisanya tidak kembali ke mana pun. Isi “Sisa kembali ke” pada aturan "
        "kantongnya, atau kosongkan masa pakai pada versi berikutnya."
    )


class NothingToPay(DisbursementError):
    code = "nothing_to_pay"
    message = _(
        "Tidak ada peserta yang dapat disiapkan pada periode ini: semuanya sudah dibayar, sudah ada dalam batch lain, atau "
        "sedang tidak dapat dibayar."
    )


class NobodyGetsAnything(NothingToPay):
    """Somebody is due, and no component's condition holds for anybody: nothing of that is kept."""

    code = "nobody_gets_anything"
    message = _(
        "%(count)s peserta jatuh tempo, tetapi tidak seorang pun memenuhi syarat komponen mana pun (%(components)s). Periksa "
        "syarat komponen versi ini dan fakta pesertanya."
    )


class FillingKeptFailing(DisbursementError):
    """A draft that workers began to fill so often, and none came to the end."""

    code = "filling_kept_failing"
    message = _("Batch %(attempts)s kali gagal diisi. Laporkan kepada pengelola sistem, lalu siapkan lagi.")


class BudgetExceeded(DisbursementError):
    """A batch asks for more than a budget has left beside the other batches."""

    code = "budget_exceeded"
    message = _(
        "Anggaran %(year)s untuk %(region)s kurang %(missing)s: tersisa %(left)s, diminta %(asked)s. Kurangi batch ini, atau "
        "tetapkan anggaran yang baru."
    )


class InvalidBudget(DisbursementError):
    code = "invalid_budget"
    message = _("Anggaran tidak dapat ditetapkan: %(reason)s")


class EverybodyLeftOut(DisbursementError):
    """A batch of nobody is not submitted: there would be nothing to reserve."""

    code = "everybody_left_out"
    message = _("Semua penerima batch ini sudah dikeluarkan; tidak ada yang dibayar. Batalkan batch ini.")


class TrialNotInForce(DisbursementError):
    code = "trial_not_in_force"
    message = _(
        "Hanya dari percobaan yang selesai, dari versi yang berlaku hari ini. Cobalah versi yang berlaku dahulu."
    )


class TrialKeptFailing(DisbursementError):
    """A trial that workers began so often, and none came to the end."""

    code = "trial_kept_failing"
    message = _(
        "Percobaan terhenti %(attempts)s kali sebelum selesai. Minta percobaan baru; bila terulang, laporkan kepada "
        "pengelola sistem."
    )


class PreflightMissing(DisbursementError):
    """Lines are left out by what the pre-flight check found, so it has to have found it."""

    code = "preflight_missing"
    message = _("Pemeriksaan awal belum selesai. Jalankan pemeriksaan awal, tunggu hasilnya, lalu ulangi.")


class PayAtPast(DisbursementError):
    """Only a moment to come can be waited for."""

    code = "pay_at_past"
    message = _("Waktu mulai bayar sudah lewat. Isi waktu yang akan datang, atau kosongkan untuk membayar segera.")


class WrongStatus(DisbursementError):
    code = "wrong_status"
    message = _("Batch berstatus %(status)s; langkah ini tidak berlaku lagi. Muat ulang halaman.")


class TakeBackProposed(DisbursementError):
    code = "take_back_proposed"
    message = _("Sudah ada usulan penarikan yang menunggu orang kedua. Putuskan dahulu, atau tolak.")


class NotPaid(DisbursementError):
    """Only what was paid can be taken back."""

    code = "not_paid"
    message = _("Instruksi berstatus %(status)s; hanya yang sudah dibayar dapat ditarik kembali.")


class AlreadySpent(DisbursementError):
    """The purse holds less than was paid into it, or some of it is held by a merchant."""

    code = "already_spent"
    message = _("Bantuan ini sudah dipakai atau sedang ditahan, seluruhnya atau sebagian: tidak dapat ditarik kembali.")


class ApproverIsMaker(DisbursementError):
    code = "approver_is_maker"
    message = _("Batch harus disetujui orang lain, bukan yang menyiapkan atau pernah mengajukannya.")


class ContentChanged(DisbursementError):
    """The instructions are not those that were submitted, or not those that the approver saw."""

    code = "content_changed"
    message = _("Isi batch berbeda dari yang diajukan. Batalkan batch ini dan siapkan yang baru.")


class ReasonMissing(DisbursementError):
    """Every decision has one."""

    code = "reason_missing"
    message = _("Alasan: isi dahulu. Dibaca oleh siapa pun yang memeriksa keputusan ini nanti.")


class AlreadyTookPart(DisbursementError):
    """One person counts once for a batch: as who signs, and as who is signed for."""

    code = "already_took_part"
    message = _(
        "Anda, atau pejabat yang Anda wakili, sudah ikut menyetujui batch ini. Persetujuan berikutnya dari orang lain."
    )


class NotYourTurn(DisbursementError):
    """The next approval is another role's, and nobody of that role is signed for by this officer now."""

    code = "not_your_turn"
    message = _(
        "Persetujuan berikutnya diberikan oleh peran %(role)s. Mintalah petugas dengan peran itu, atau wakilnya."
    )


class MakerCannotRefuse(DisbursementError):
    code = "maker_cannot_refuse"
    message = _("Anda yang mengajukan batch ini. Pilih Tarik pengajuan untuk mengambilnya kembali.")


class OnlyMakerWithdraws(DisbursementError):
    code = "only_maker_withdraws"
    message = _("Hanya pengajunya yang dapat menarik batch ini. Pilih Tolak bila Anda berhak menyetujuinya.")


class InvalidScheme(DisbursementError):
    """Tiers that leave a total without approvers, or begin in the past."""

    code = "invalid_scheme"
    message = _("Jenjang tidak dapat dipakai: %(reason)s")


class SchemeNotAgreed(DisbursementError):
    """Another officer than the proposer agrees, once, and before the scheme begins."""

    code = "scheme_not_agreed"
    message = _("Jenjang ini tidak dapat disetujui: %(reason)s")


class DelegationRefused(DisbursementError):
    """Not to oneself, not for another without the right, not without an end."""

    code = "delegation_refused"
    message = _("Pelimpahan tidak dapat dibuat: %(reason)s")


class DelegationEnded(DisbursementError):
    code = "delegation_ended"
    message = _("Pelimpahan ini sudah berakhir atau dicabut.")


class ReportEnded(DisbursementError):
    """A report that is done, failed or was cancelled stays as it is."""

    code = "report_ended"
    message = _("Laporan ini sudah berakhir (%(status)s) dan tidak berubah lagi. Buat laporan baru bila perlu.")


class ReportKeptFailing(DisbursementError):
    """Every worker who was at it died or failed."""

    code = "report_kept_failing"
    message = _("Penghitungan berhenti di tengah jalan %(attempts)s kali. Buat lagi; bila berulang, laporkan.")


class ReportNotDone(DisbursementError):
    """There are no figures yet, or never will be."""

    code = "report_not_done"
    message = _("Laporan ini belum selesai (%(status)s). Tunggu sampai selesai, atau buat laporan baru.")


class EnrolmentEnded(DisbursementError):
    code = "enrolment_ended"
    message = _("Kepesertaan ini sudah berakhir.")


class EnrolmentMoved(DisbursementError):
    """None of the enrolments is where the step begins: somebody else took it, or another."""

    code = "enrolment_moved"
    message = _("Status kepesertaannya sudah berubah, jadi langkah ini tidak berlaku lagi. Muat ulang halaman.")


class SuspensionEndsEarly(DisbursementError):
    code = "suspension_ends_early"
    message = _("Penangguhan harus berakhir sesudah hari ini. Isi tanggal yang akan datang, atau kosongkan.")


class ConflictHeld(DisbursementError):
    """A place in another programme that excludes this one, held by the person or in their household."""

    code = "conflict_held"
    message = _(
        "Orang ini, atau keluarganya, masih peserta program lain yang tidak boleh dirangkap dengan program ini. "
        "Putuskan dahulu di program mana ia tetap, lalu akhiri yang lain."
    )


class HouseholdHasPlace(DisbursementError):
    code = "household_has_place"
    message = _("Keluarganya sudah punya peserta lain pada program ini. Akhiri kepesertaan itu dahulu.")


class NothingToAppeal(DisbursementError):
    """The last step of the enrolment is neither a suspension nor an exit, or it was appealed against already."""

    code = "nothing_to_appeal"
    message = _(
        "Tidak ada penangguhan atau pengakhiran yang dapat diajukan keberatan, atau keberatannya sudah dicatat."
    )


class AppealDecided(DisbursementError):
    code = "appeal_decided"
    message = _("Keberatan ini sudah diputuskan. Muat ulang halaman.")


class DeciderTookStep(DisbursementError):
    code = "decider_took_step"
    message = _("Keberatan harus diputuskan petugas lain, bukan yang mengambil langkahnya.")


class ConflictBroken(DisbursementError):
    """Two programmes cannot exclude each other as it is said."""

    code = "conflict_broken"
    message = _("Larangan rangkap tidak dapat dicatat: %(reason)s")
    SAME = _("pilih dua program yang berbeda.")
    KNOWN = _("larangan yang sama sudah berlaku; akhiri dahulu yang lama.")
    NO_DECREE = _("isi dasar hukumnya.")
    ENDS_EARLY = _("tanggal berakhirnya sebelum tanggal mulainya, atau sudah diakhiri.")


class ScheduleBroken(DisbursementError):
    """A schedule that says no date, or two for one month."""

    code = "schedule_broken"
    message = _("Jadwal tidak dapat dipakai: %(reason)s")
    NO_DATES = _("isi paling sedikit satu tanggal.")
    NO_MONTHS = _("pilih paling sedikit satu bulan.")
    TOO_OFTEN = _("satu siklus program ini mencakup %(months)s bulan; jarak antarperiode paling sedikit sebanyak itu.")
    TWO_IN_A_MONTH = _("ada dua tanggal dalam satu bulan; satu periode adalah satu bulan.")
    ENDS_BEFORE = _("periode terakhir lebih awal daripada periode pertama.")
    TOO_LONG_AGO = _("periode pertama terlalu lama berlalu; siklus lama disiapkan dari halaman program.")
    NOTHING = _("tidak ada satu periode pun yang jatuh di dalamnya.")


class ScheduleStopped(DisbursementError):
    code = "schedule_stopped"
    message = _("Jadwal ini sudah dihentikan. Tetapkan jadwal baru bila perlu.")


class RunNotDue(DisbursementError):
    """Made already, decided by somebody, or not yet due."""

    code = "run_not_due"
    message = _("Penyaluran ini belum waktunya, atau sudah disiapkan. Muat ulang halaman.")


class NothingOwed(DisbursementError):
    """None of those who were named is owed the cycle: paid, in a batch, excluded, or on the list already."""

    code = "nothing_owed"
    message = _(
        "Tidak seorang pun dari yang dipilih terutang pada siklus ini: sudah dibayar, sedang dalam batch, dikecualikan, atau "
        "sudah dicatat."
    )


class OwedNoMore(DisbursementError):
    """What was withdrawn, or is in a batch or paid, cannot be withdrawn."""

    code = "owed_no_more"
    message = _("Rapel ini sudah dicabut, sudah dibayar, atau sedang dalam batch. Muat ulang halaman.")


class NothingPaid(DisbursementError):
    """Only what was paid can be found to be too little or too much."""

    code = "nothing_paid"
    message = _("Belum ada yang dibayar pada siklus ini, jadi tidak ada yang dihitung ulang.")


class RecalculationMoved(DisbursementError):
    code = "recalculation_moved"
    message = _("Perhitungan ulang ini berstatus %(status)s; langkah ini tidak berlaku lagi. Muat ulang halaman.")


class RecalculationStale(DisbursementError):
    """A later one of the same cycle says what counts."""

    code = "recalculation_stale"
    message = _("Siklus ini sudah dihitung ulang lagi sesudahnya. Batalkan yang ini, dan putuskan yang terbaru.")


class RecalculationOvertaken(DisbursementError):
    """It was worked out before another of the same people was confirmed, and does not know of that one."""

    code = "recalculation_overtaken"
    message = _("Perhitungan ulang lain ditetapkan sesudah yang ini dihitung. Batalkan yang ini, lalu hitung ulang.")
