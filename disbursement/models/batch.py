"""Batches, the chunks that workers post, and the payment instructions."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from beneficiaries.models import Household
from disbursement.models.cycle import Cycle
from disbursement.models.enrolment import Enrolment
from disbursement.models.version import ProgrammeVersion
from wallet.models import Account, PurseTerms, Wallet

MAIN, CASH = (
    "main",
    "cash",
)  # parts of what an enrolment gets in a cycle; a component with a purse of its own is one more


class Batch(models.Model):
    """Payment instructions of one cycle that are approved and paid together.

    A worker fills a draft; `batch_states` says what follows what. From submission on, `count`, `total` and `digest` (SHA-256
    over the terms and every instruction) are what was submitted; an approval names the digest, and execution recomputes it.
    `submission` is the one in force: a batch that was sent back has none, and no maker and no digest, until it is submitted anew.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("Sedang diisi")
        PREPARED = "prepared", _("Disiapkan")
        SUBMITTED = "submitted", _("Diajukan")
        APPROVED = "approved", _("Disetujui, menunggu dibayar")
        PAYING = "paying", _("Sedang dibayar")
        PAUSED = "paused", _("Dijeda")
        CLOSED = "closed", _("Selesai")
        CANCELLED = "cancelled", _("Dibatalkan")

    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="batches", verbose_name=_("siklus"))
    version = models.ForeignKey(
        ProgrammeVersion, models.PROTECT, related_name="batches", verbose_name=_("versi program")
    )
    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.PREPARED, db_index=True)
    follows = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="followed_by", verbose_name=_("susulan dari")
    )
    purse_title = models.CharField(_("judul kantong"), max_length=120)
    count = models.PositiveIntegerField(_("banyak"), default=0)
    total = models.BigIntegerField(_("jumlah (Rp)"), default=0)
    digest = models.CharField(_("sidik isi (SHA-256)"), max_length=64, blank=True)
    maker = models.ForeignKey(
        "auth.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("diajukan oleh")
    )
    submission = models.OneToOneField(
        "disbursement.Submission",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        db_constraint=False,  # a composite one holds it to its batch and content
        verbose_name=_("pengajuan yang berlaku"),
    )
    clearing = models.OneToOneField(
        Account, models.PROTECT, null=True, blank=True, editable=False, verbose_name=_("akun kliring")
    )
    pay_at = models.DateTimeField(
        _("dibayar mulai"), null=True, blank=True, help_text=_("Kosong berarti segera setelah disetujui.")
    )
    prepared_at = models.DateTimeField(_("disiapkan"), db_default=Now())
    submitted_at = models.DateTimeField(_("diajukan"), null=True, blank=True)
    approved_at = models.DateTimeField(_("disetujui"), null=True, blank=True)
    closed_at = models.DateTimeField(_("ditutup"), null=True, blank=True)

    class Meta:
        verbose_name = _("batch")
        verbose_name_plural = _("batch")
        permissions = [
            ("submit_batch", _("Dapat menyiapkan dan mengajukan batch")),
            ("approve_batch", _("Dapat menyetujui batch")),
        ]
        constraints = [
            models.CheckConstraint(
                name="batch_submitted_is_bound",
                condition=Q(status__in=["draft", "prepared", "cancelled"])
                | (Q(maker__isnull=False, submission__isnull=False) & ~Q(digest="")),
            ),
            models.CheckConstraint(
                name="batch_approved_is_reserved",
                condition=~Q(status__in=["approved", "paying", "paused", "closed"]) | Q(clearing__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cycle} #{self.pk}"


class Chunk(models.Model):
    """A part of a batch that one worker posts in one transaction: into purses of one title, life and set of terms.

    With a `provider`, it is handed to that partner instead: `open_count` of its lines have no outcome yet, and as long as
    there is one, it is SENT.
    """

    class Status(models.TextChoices):
        PENDING = "pending", _("Menunggu")
        SENT = "sent", _("Menunggu hasil mitra")
        DONE = "done", _("Selesai")
        BLOCKED = "blocked", _("Tidak dibayar")
        FAILED = "failed", _("Gagal, perlu diperiksa")

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="chunks", db_index=False, verbose_name=_("batch"))
    number = models.PositiveIntegerField(_("nomor"))
    title = models.CharField(_("judul kantong"), max_length=120)
    terms = models.ForeignKey(PurseTerms, models.PROTECT, related_name="+", verbose_name=_("aturan kantong"))
    purse_days = models.PositiveIntegerField(_("masa pakai (hari)"), null=True, blank=True)
    count = models.PositiveIntegerField(_("banyak"))
    digest = models.CharField(_("sidik isi (SHA-256)"), max_length=64, blank=True, db_default="")
    status = models.CharField(_("status"), max_length=7, choices=Status, default=Status.PENDING, db_default="pending")
    provider = models.ForeignKey(
        "disbursement.ProviderAccount",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("mitra penyalur"),
    )
    open_count = models.PositiveIntegerField(_("menunggu hasil mitra"), default=0, db_default=0)
    paid_count = models.PositiveIntegerField(_("dibayar"), default=0, db_default=0)
    paid_total = models.BigIntegerField(_("jumlah dibayar (Rp)"), default=0, db_default=0)
    returned_count = models.PositiveIntegerField(_("ditarik kembali"), default=0, db_default=0)
    attempts = models.PositiveSmallIntegerField(_("percobaan"), default=0, db_default=0)
    due_at = models.DateTimeField(_("coba lagi"), db_default=Now())
    failure = models.CharField(_("jenis kesalahan"), max_length=40, blank=True, default="", db_default="")
    error = models.CharField(_("kesalahan"), max_length=300, blank=True, db_default="")
    finished_at = models.DateTimeField(_("selesai"), null=True, blank=True)

    class Meta:
        verbose_name = _("potongan batch")
        verbose_name_plural = _("potongan batch")
        constraints = [models.UniqueConstraint(name="chunk_once", fields=["batch", "number"])]
        indexes = [models.Index(name="chunk_pending", fields=["due_at"], condition=Q(status="pending"))]

    def __str__(self) -> str:
        return f"{self.batch} / {self.number}"


class Instruction(models.Model):
    """Pay this enrolment this part of what it gets for this cycle, into one purse or through a partner (`route`).

    At most one that is pending, at a partner (sent, or its outcome unknown) or paid. Regular pay and arrears of a cycle exclude
    each other. A correction pays what was short; there may be several, one after another, told apart by `attempt`.

    `household` is whose only place it pays, as it was then (programmes with one place a family): the family has a cycle once,
    whoever of it held the place. Nobody changes it afterwards (trigger).
    """

    class Kind(models.TextChoices):
        REGULAR = "regular", _("Rutin")
        ARREARS = "arrears", _("Rapel")
        CORRECTION = "correction", _("Koreksi")

    class Status(models.TextChoices):
        PENDING = "pending", _("Menunggu")
        SENT = "sent", _("Diserahkan ke mitra")
        UNKNOWN = "unknown", _("Hasil belum diketahui")
        PAID = "paid", _("Dibayar")
        FAILED = "failed", _("Gagal")
        CANCELLED = "cancelled", _("Dibatalkan")
        RETURNED = "returned", _("Ditarik kembali")

    batch = models.ForeignKey(
        Batch, models.PROTECT, related_name="instructions", db_index=False, verbose_name=_("batch")
    )
    chunk = models.ForeignKey(Chunk, models.PROTECT, related_name="instructions", verbose_name=_("potongan"))
    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="+", verbose_name=_("siklus"))
    enrolment = models.ForeignKey(
        Enrolment, models.PROTECT, related_name="instructions", db_index=False, verbose_name=_("kepesertaan")
    )
    # Without a foreign key in the database, which would lock a row of the registry for every line; the enrolment has one.
    household = models.ForeignKey(
        Household, models.PROTECT, null=True, blank=True, editable=False, related_name="+", db_index=False,
        db_constraint=False, verbose_name=_("keluarga"),
    )  # fmt: skip
    wallet = models.ForeignKey(Wallet, models.PROTECT, related_name="+", db_index=False, verbose_name=_("dompet"))
    route = models.ForeignKey(
        "disbursement.Route",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("jalur bayar"),
    )
    part = models.SlugField(_("bagian"), max_length=30, default=MAIN, db_default=MAIN, db_index=False)
    kind = models.CharField(_("jenis"), max_length=10, choices=Kind, default=Kind.REGULAR, db_default=Kind.REGULAR)
    amount = models.BigIntegerField(_("jumlah (Rp)"))
    attempt = models.PositiveSmallIntegerField(_("percobaan"), default=1)
    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.PENDING, db_default="pending")
    # What the unique key asks, in a column of its own: with `status` in its condition, marking an instruction paid would
    # write every index of the table anew (PostgreSQL's HOT updates need that no value an index reads has changed).
    live = models.GeneratedField(
        expression=Q(status__in=["pending", "sent", "unknown", "paid"]),  # type: ignore[arg-type]  # a condition is an expression too
        output_field=models.BooleanField(),
        db_persist=True,
    )
    failure = models.CharField(_("alasan gagal"), max_length=200, blank=True, db_default="")
    returned_at = models.DateTimeField(_("ditarik kembali pada"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("instruksi bayar")
        verbose_name_plural = _("instruksi bayar")
        permissions = [
            ("propose_take_back", _("Dapat mengusulkan penarikan kembali bantuan")),
            ("take_back_instruction", _("Dapat menyetujui penarikan kembali bantuan")),
        ]
        constraints = [
            models.UniqueConstraint(
                name="instruction_once_a_cycle",
                fields=["enrolment", "cycle", "part"],
                condition=Q(live=True) & ~Q(kind="correction"),
            ),
            models.UniqueConstraint(
                name="household_once_a_cycle",
                fields=["household", "cycle", "part"],
                condition=Q(live=True, household__isnull=False) & ~Q(kind="correction"),
            ),
            models.UniqueConstraint(
                name="correction_once",
                fields=["enrolment", "cycle", "part", "attempt"],
                condition=Q(live=True, kind="correction"),
            ),
            models.UniqueConstraint(
                name="instruction_attempt", fields=["batch", "enrolment", "cycle", "part", "kind", "attempt"]
            ),
            models.CheckConstraint(name="instruction_positive", condition=Q(amount__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.batch} · {self.enrolment_id}"

    @staticmethod
    def key_in_sql(table: str = "disbursement_instruction") -> str:
        """`key` as an expression over the table, or its alias: the database's rows and the ledger's agree to the letter."""
        return (
            f"'disburse:' || {table}.batch_id || ':' || {table}.enrolment_id || ':' || {table}.attempt"
            f" || CASE {table}.part WHEN 'main' THEN '' ELSE ':' || {table}.part END"
            f" || CASE {table}.kind WHEN 'regular' THEN '' ELSE ':' || {table}.kind || ':' || {table}.cycle_id END"
        )

    @property
    def key(self) -> str:
        """The transfer's idempotency key: the same however often the queue delivers, another for another attempt."""
        part = "" if self.part == MAIN else f":{self.part}"
        kind = "" if self.kind == self.Kind.REGULAR else f":{self.kind}:{self.cycle_id}"
        return f"disburse:{self.batch_id}:{self.enrolment_id}:{self.attempt}{part}{kind}"
