"""Programmes, enrolments, cycles, and the batches that pay them.

The state of every payment is here, in rows; the queue only rings. A batch holds chunks, a chunk holds instructions, and a
worker posts a chunk and marks it in one transaction.
"""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from beneficiaries.models import Exclusion, Household, Person
from wallet.models import Account, PurseTerms, Wallet


class Programme(models.Model):
    """Aid of one kind: who is eligible, how much a cycle, under which purse terms, out of which fund."""

    code = models.SlugField(_("kode"), max_length=20, unique=True)
    name = models.CharField(_("nama"), max_length=100)
    amount = models.BigIntegerField(
        _("jumlah per siklus (Rp)"), validators=[MinValueValidator(1)], help_text=_("Rupiah bulat.")
    )
    eligibility = models.CharField(
        _("syarat"),
        max_length=1000,
        help_text=_("Ungkapan CEL atas person dan household, misalnya: person.age >= 60 && household.decile <= 4"),
    )
    one_per_household = models.BooleanField(_("satu per keluarga"), default=False)
    purse_days = models.PositiveIntegerField(
        _("masa pakai (hari)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(3660)],
        help_text=_("Kosong berarti tanpa batas waktu."),
    )
    terms = models.ForeignKey(PurseTerms, models.PROTECT, verbose_name=_("aturan kantong"))
    fund = models.OneToOneField(
        Account, models.PROTECT, editable=False, related_name="programme", verbose_name=_("dana")
    )
    active = models.BooleanField(_("aktif"), default=True)
    created_at = models.DateTimeField(_("dibuat"), db_default=Now())

    class Meta:
        verbose_name = _("program")
        verbose_name_plural = _("program")
        permissions = [("fund_programme", _("Dapat mendanai program"))]
        constraints = [
            models.CheckConstraint(name="programme_amount_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="programme_purse_days",
                condition=Q(purse_days__isnull=True) | Q(purse_days__gte=1, purse_days__lte=3660),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Enrolment(models.Model):
    """A person in a programme, with the facts that made them eligible. Once only per person, and per family where set."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("Aktif")
        ENDED = "ended", _("Berakhir")

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="enrolments", verbose_name=_("program"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="enrolments", verbose_name=_("penerima"))
    household = models.ForeignKey(
        Household,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("keluarga"),
        help_text=_("Diisi hanya pada program satu per keluarga."),
    )
    status = models.CharField(_("status"), max_length=6, choices=Status, default=Status.ACTIVE, db_default="active")
    facts = models.JSONField(_("fakta"), default=dict)
    created_at = models.DateTimeField(_("terdaftar"), db_default=Now())

    class Meta:
        verbose_name = _("kepesertaan")
        verbose_name_plural = _("kepesertaan")
        constraints = [
            models.UniqueConstraint(name="enrolment_once", fields=["programme", "person"]),
            models.UniqueConstraint(
                name="enrolment_one_per_household", fields=["programme", "household"], condition=Q(status="active")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.programme}"


class Cycle(models.Model):
    """One period of one programme (its first day), due at a moment. There is one, whoever makes it and how often."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="cycles", verbose_name=_("program"))
    period = models.DateField(_("periode"))
    due_at = models.DateTimeField(_("jatuh tempo"), db_default=Now())

    class Meta:
        verbose_name = _("siklus")
        verbose_name_plural = _("siklus")
        constraints = [models.UniqueConstraint(name="cycle_once", fields=["programme", "period"])]

    def __str__(self) -> str:
        return f"{self.programme} {self.period:%Y-%m}"


class Batch(models.Model):
    """Payment instructions of one cycle that are approved and paid together.

    From submission on, `count`, `total` and `digest` (SHA-256 over the terms and every instruction) are what was submitted; an
    approval names the digest, and execution recomputes it.
    """

    class Status(models.TextChoices):
        PREPARED = "prepared", _("Disiapkan")
        SUBMITTED = "submitted", _("Diajukan")
        APPROVED = "approved", _("Disetujui, sedang dibayar")
        CLOSED = "closed", _("Selesai")
        CANCELLED = "cancelled", _("Dibatalkan")

    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="batches", verbose_name=_("siklus"))
    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.PREPARED, db_index=True)
    purse_title = models.CharField(_("judul kantong"), max_length=120)
    count = models.PositiveIntegerField(_("banyak"), default=0)
    total = models.BigIntegerField(_("jumlah (Rp)"), default=0)
    digest = models.CharField(_("sidik isi (SHA-256)"), max_length=64, blank=True)
    maker = models.ForeignKey(
        "auth.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("diajukan oleh")
    )
    clearing = models.OneToOneField(
        Account, models.PROTECT, null=True, blank=True, editable=False, verbose_name=_("akun kliring")
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
            models.UniqueConstraint(name="batch_maker", fields=["id", "maker"]),
            models.CheckConstraint(
                name="batch_submitted_is_bound",
                condition=Q(status__in=["prepared", "cancelled"]) | (Q(maker__isnull=False) & ~Q(digest="")),
            ),
            models.CheckConstraint(
                name="batch_approved_is_reserved",
                condition=~Q(status__in=["approved", "closed"]) | Q(clearing__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cycle} #{self.pk}"


class Approval(models.Model):
    """One person's yes to one content. The database refuses the maker's own, whoever that is.

    `maker` repeats the batch's (a composite foreign key keeps them equal), so that a CHECK can compare the two people.
    """

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="approvals", verbose_name=_("batch"))
    approver = models.ForeignKey("auth.User", models.PROTECT, related_name="+", verbose_name=_("disetujui oleh"))
    maker = models.ForeignKey("auth.User", models.PROTECT, related_name="+", verbose_name=_("diajukan oleh"))
    digest = models.CharField(_("sidik isi (SHA-256)"), max_length=64)
    reason = models.CharField(_("alasan"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("waktu"), db_default=Now())

    class Meta:
        verbose_name = _("persetujuan")
        verbose_name_plural = _("persetujuan")
        constraints = [
            models.UniqueConstraint(name="approval_once", fields=["batch", "approver"]),
            models.CheckConstraint(name="approver_is_not_maker", condition=~Q(approver=F("maker"))),
        ]

    def __str__(self) -> str:
        return f"{self.batch} · {self.approver}"


class Chunk(models.Model):
    """A part of a batch that one worker posts in one transaction."""

    class Status(models.TextChoices):
        PENDING = "pending", _("Menunggu")
        DONE = "done", _("Selesai")
        BLOCKED = "blocked", _("Tidak dibayar")
        FAILED = "failed", _("Gagal, perlu diperiksa")

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="chunks", db_index=False, verbose_name=_("batch"))
    number = models.PositiveIntegerField(_("nomor"))
    count = models.PositiveIntegerField(_("banyak"))
    digest = models.CharField(_("sidik isi (SHA-256)"), max_length=64, blank=True, db_default="")
    status = models.CharField(_("status"), max_length=7, choices=Status, default=Status.PENDING, db_default="pending")
    paid_count = models.PositiveIntegerField(_("dibayar"), default=0, db_default=0)
    paid_total = models.BigIntegerField(_("jumlah dibayar (Rp)"), default=0, db_default=0)
    attempts = models.PositiveSmallIntegerField(_("percobaan"), default=0, db_default=0)
    due_at = models.DateTimeField(_("coba lagi"), db_default=Now())
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
    """Pay this enrolment this amount for this cycle. At most one that is pending or paid."""

    class Status(models.TextChoices):
        PENDING = "pending", _("Menunggu")
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
    wallet = models.ForeignKey(Wallet, models.PROTECT, related_name="+", db_index=False, verbose_name=_("dompet"))
    amount = models.BigIntegerField(_("jumlah (Rp)"))
    attempt = models.PositiveSmallIntegerField(_("percobaan"), default=1)
    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.PENDING, db_default="pending")
    # What the unique key asks, in a column of its own: with `status` in its condition, marking an instruction paid would
    # write every index of the table anew (PostgreSQL's HOT updates need that no value an index reads has changed).
    live = models.GeneratedField(
        expression=Q(status__in=["pending", "paid"]),  # type: ignore[arg-type]  # a condition is an expression too
        output_field=models.BooleanField(),
        db_persist=True,
    )
    failure = models.CharField(_("alasan gagal"), max_length=200, blank=True, db_default="")

    class Meta:
        verbose_name = _("instruksi bayar")
        verbose_name_plural = _("instruksi bayar")
        permissions = [("take_back_instruction", _("Dapat menarik kembali bantuan"))]
        constraints = [
            models.UniqueConstraint(
                name="instruction_once_a_cycle",
                fields=["enrolment", "cycle"],
                condition=Q(live=True),
            ),
            models.UniqueConstraint(name="instruction_attempt", fields=["batch", "enrolment", "attempt"]),
            models.CheckConstraint(name="instruction_positive", condition=Q(amount__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.batch} · {self.enrolment_id}"

    @property
    def key(self) -> str:
        """The transfer's idempotency key: the same however often the queue delivers, another for another attempt."""
        return f"disburse:{self.batch_id}:{self.enrolment_id}:{self.attempt}"


class LeftOut(models.Model):
    """An active enrolment that a prepared batch left out of its cycle, and the exclusion that is the reason."""

    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="left_out", verbose_name=_("siklus"))
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="left_out", verbose_name=_("kepesertaan"))
    exclusion = models.ForeignKey(Exclusion, models.PROTECT, related_name="left_out", verbose_name=_("pengecualian"))
    created_at = models.DateTimeField(_("waktu"), db_default=Now())

    class Meta:
        verbose_name = _("tidak dibayar karena pengecualian")
        verbose_name_plural = _("tidak dibayar karena pengecualian")
        constraints = [models.UniqueConstraint(name="left_out_once", fields=["cycle", "enrolment", "exclusion"])]

    def __str__(self) -> str:
        return f"{self.enrolment} · {self.cycle}"


class FollowedMove(models.Model):
    """An enrolment that followed its person when an import moved them: where it was before, and what it was then.

    `ended`: the new household had another one in that programme. Kept as long as the import can be taken back.
    """

    run = models.ForeignKey("beneficiaries.RegistryImport", models.PROTECT, related_name="+", verbose_name=_("impor"))
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="+", verbose_name=_("kepesertaan"))
    household = models.ForeignKey(Household, models.PROTECT, related_name="+", verbose_name=_("keluarga sebelumnya"))
    status = models.CharField(_("status sebelumnya"), max_length=9, choices=Enrolment.Status)
    ended = models.BooleanField(_("diakhiri"), default=False, db_default=False)

    class Meta:
        verbose_name = _("kepesertaan yang ikut pindah")
        verbose_name_plural = _("kepesertaan yang ikut pindah")
        constraints = [models.UniqueConstraint(name="followed_move_once", fields=["run", "enrolment"])]

    def __str__(self) -> str:
        return f"{self.enrolment_id} · {self.run_id}"
