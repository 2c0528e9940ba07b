"""Breaks: where books, statements and beneficiaries do not say the same; and every step that was taken about each."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from disbursement.models.batch import Instruction
from disbursement.models.statement import Statement, StatementAccount


class Break(models.Model):
    """Two books differ about one subject in one way. One row for good: what returns is opened again.

    `ledger_sen` and `statement_sen` are what each says, in sen, None where it says nothing; `present` is whether the latest
    comparison still found it. A break moves no money: its resolution is a reason, proposed by one officer and agreed to by
    another.
    """

    class Kind(models.TextChoices):
        MISSING_IN_STATEMENT = "missing_in_statement", _("Tidak ada di rekening koran")
        MISSING_IN_LEDGER = "missing_in_ledger", _("Tidak ada di buku besar")
        AMOUNT = "amount", _("Jumlahnya berbeda")
        DUPLICATE = "duplicate", _("Berulang di rekening koran")
        BALANCE_GAP = "balance_gap", _("Saldo awal tidak menyambung")
        INSTRUCTION = "instruction", _("Instruksi berbeda dengan buku besar")
        NOT_RECEIVED = "not_received", _("Penerima menyatakan belum menerima")
        PROVIDER = "provider", _("Mitra penyalur membantah hasilnya sendiri")

    class State(models.TextChoices):
        OPEN = "open", _("Terbuka")
        PROPOSED = "proposed", _("Menunggu penyetuju")
        RESOLVED = "resolved", _("Selesai")
        EXPLAINED = "explained", _("Terjelaskan sendiri")

    UNDECIDED = (State.OPEN, State.PROPOSED)

    class Reason(models.TextChoices):
        BANK_CHARGE = "bank_charge", _("Biaya, pajak, atau jasa giro bank")
        WRONG_REFERENCE = "wrong_reference", _("Rujukan keliru; pasangannya ada")
        BANK_ERROR = "bank_error", _("Kesalahan bank atau penyedia; sudah diajukan")
        LEDGER_CORRECTED = "ledger_corrected", _("Buku besar sudah dibetulkan")
        HANDED_OVER = "handed_over", _("Sudah diurus dengan penerima")
        OTHER = "other", _("Lainnya")

    kind = models.CharField(_("jenis"), max_length=20, choices=Kind)
    account = models.ForeignKey(
        StatementAccount, models.PROTECT, null=True, blank=True, related_name="breaks", verbose_name=_("rekening")
    )
    # What the two speak of, within its kind: "account:reference", an entry's number, an instruction's key.
    subject = models.CharField(_("pokok"), max_length=100)
    book = models.CharField(_("pembukuan"), max_length=20, blank=True, db_default="")
    reference = models.CharField(_("rujukan"), max_length=80, blank=True, db_default="")
    instruction = models.ForeignKey(
        Instruction, models.PROTECT, null=True, blank=True, related_name="breaks", verbose_name=_("instruksi bayar")
    )
    ledger_sen = models.BigIntegerField(_("menurut buku besar (sen)"), null=True, blank=True)
    statement_sen = models.BigIntegerField(_("menurut rekening koran (sen)"), null=True, blank=True)
    since = models.DateField(_("tanggal kejadian"))
    state = models.CharField(_("status"), max_length=9, choices=State, default=State.OPEN, db_default="open")
    present = models.BooleanField(_("masih ditemukan"), default=True, db_default=True)
    opened_at = models.DateTimeField(_("dibuka"), db_default=Now())
    times_opened = models.PositiveIntegerField(_("berapa kali dibuka"), default=1, db_default=1)
    owner = models.ForeignKey(
        "auth.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("penanggung jawab")
    )
    reason = models.CharField(_("penyelesaian"), max_length=20, choices=Reason, blank=True, db_default="")
    proposed_by = models.ForeignKey(
        "auth.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("diusulkan oleh")
    )
    resolved_by = models.ForeignKey(
        "auth.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("disetujui oleh")
    )
    closed_at = models.DateTimeField(_("ditutup"), null=True, blank=True)

    class Meta:
        verbose_name = _("selisih")
        verbose_name_plural = _("selisih")
        permissions = [
            ("work_break", _("Dapat mengurus selisih dan mengusulkan penyelesaiannya")),
            ("resolve_break", _("Dapat menyetujui penyelesaian selisih")),
        ]
        constraints = [
            models.UniqueConstraint(name="break_once", fields=["kind", "subject"]),
            models.CheckConstraint(
                name="break_second_look",
                condition=~Q(state="resolved")
                | (
                    Q(proposed_by__isnull=False)
                    & Q(resolved_by__isnull=False)
                    & ~Q(reason="")
                    & ~Q(proposed_by=F("resolved_by"))
                ),
            ),
            models.CheckConstraint(
                name="break_proposed_by_someone",
                condition=~Q(state="proposed") | (Q(proposed_by__isnull=False) & ~Q(reason="")),
            ),
            models.CheckConstraint(
                name="break_closed",
                condition=Q(state__in=["open", "proposed"], closed_at__isnull=True)
                | Q(state__in=["resolved", "explained"], closed_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(name="break_undecided", fields=["opened_at"], condition=Q(state__in=["open", "proposed"])),
            models.Index(name="break_of_instruction", fields=["instruction"], condition=Q(instruction__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.reference}"


class BreakStep(models.Model):
    """One thing that happened to a break: by whom (None: the comparison itself), why, and what the books said then."""

    class Kind(models.TextChoices):
        OPENED = "opened", _("Ditemukan")
        REOPENED = "reopened", _("Ditemukan lagi")
        CHANGED = "changed", _("Jumlahnya berubah")
        EXPLAINED = "explained", _("Tidak ditemukan lagi")
        ASSIGNED = "assigned", _("Ditugaskan")
        PROPOSED = "proposed", _("Penyelesaian diusulkan")
        AGREED = "agreed", _("Penyelesaian disetujui")
        REFUSED = "refused", _("Penyelesaian ditolak")

    subject = models.ForeignKey(Break, models.PROTECT, related_name="steps", verbose_name=_("selisih"))
    kind = models.CharField(_("langkah"), max_length=9, choices=Kind)
    by = models.ForeignKey("auth.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("oleh"))
    owner = models.ForeignKey(
        "auth.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("penanggung jawab")
    )
    reason = models.CharField(_("penyelesaian"), max_length=20, choices=Break.Reason, blank=True, db_default="")
    note = models.CharField(_("catatan"), max_length=300, blank=True, db_default="")
    # The statement that was booked last when the comparison was made: what explained it, or brought it up.
    statement = models.ForeignKey(
        Statement, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("rekening koran")
    )
    ledger_sen = models.BigIntegerField(_("menurut buku besar (sen)"), null=True, blank=True)
    statement_sen = models.BigIntegerField(_("menurut rekening koran (sen)"), null=True, blank=True)
    at = models.DateTimeField(_("waktu"), db_default=Now())

    class Meta:
        verbose_name = _("langkah selisih")
        verbose_name_plural = _("langkah selisih")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d}"


class Comparison(models.Model):
    """One time that the books, the statements and the beneficiaries' answers were compared, and what it changed."""

    at = models.DateTimeField(_("waktu"), db_default=Now())
    # How many were booked when it began: one that is booked meanwhile is compared by the next.
    statements = models.PositiveIntegerField(_("rekening koran"), default=0, db_default=0)
    opened = models.PositiveIntegerField(_("ditemukan"), default=0, db_default=0)
    reopened = models.PositiveIntegerField(_("ditemukan lagi"), default=0, db_default=0)
    changed = models.PositiveIntegerField(_("berubah"), default=0, db_default=0)
    explained = models.PositiveIntegerField(_("terjelaskan"), default=0, db_default=0)
    undecided = models.PositiveIntegerField(_("masih terbuka"), default=0, db_default=0)

    class Meta:
        verbose_name = _("pencocokan")
        verbose_name_plural = _("pencocokan")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"
