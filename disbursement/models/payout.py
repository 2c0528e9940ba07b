"""What is asked of partners and what they answer: bulk requests, each line's outcome, every exchange, notices, decisions.

A line whose outcome nobody knows is neither paid nor failed. It is asked about until the partner or two officers say.
"""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from disbursement.models.batch import Chunk, Instruction
from disbursement.models.provider import ProviderAccount


class BulkRequest(models.Model):
    """Lines of one chunk that are sent to a partner together (SNAP service 40). Committed before anything is sent.

    SENDING means that it may have arrived: whoever finds it so after a crash asks, and does not send again.
    """

    class State(models.TextChoices):
        READY = "ready", _("Menunggu dikirim")
        SENDING = "sending", _("Sedang dikirim")
        ACCEPTED = "accepted", _("Diterima mitra")
        UNKNOWN = "unknown", _("Tidak diketahui sampai atau tidak")
        REFUSED = "refused", _("Ditolak mitra")
        EMPTY = "empty", _("Tidak jadi dikirim")

    provider = models.ForeignKey(
        ProviderAccount, models.PROTECT, related_name="requests", db_index=False, verbose_name=_("mitra penyalur")
    )
    chunk = models.ForeignKey(Chunk, models.PROTECT, related_name="requests", verbose_name=_("potongan"))
    bulk_id = models.CharField(_("nomor permintaan"), max_length=36, unique=True)
    partner_bulk_id = models.CharField(_("nomor dari mitra"), max_length=64, blank=True, db_default="")
    count = models.PositiveIntegerField(_("banyak"))
    state = models.CharField(_("keadaan"), max_length=8, choices=State, default=State.READY, db_default="ready")
    attempts = models.PositiveSmallIntegerField(_("percobaan"), default=0, db_default=0)
    due_at = models.DateTimeField(_("dikirim mulai"), db_default=Now())
    claimed_at = models.DateTimeField(_("mulai dikirim"), null=True, blank=True)
    answered_at = models.DateTimeField(_("dijawab"), null=True, blank=True)
    last_code = models.CharField(_("jawaban terakhir"), max_length=20, blank=True, default="", db_default="")
    created_at = models.DateTimeField(_("disiapkan"), db_default=Now())

    class Meta:
        verbose_name = _("permintaan ke mitra")
        verbose_name_plural = _("permintaan ke mitra")
        indexes = [
            models.Index(name="bulk_ready", fields=["provider", "due_at"], condition=Q(state="ready")),
            models.Index(name="bulk_sending", fields=["claimed_at"], condition=Q(state="sending")),
        ]

    def __str__(self) -> str:
        return self.bulk_id


class PayoutLine(models.Model):
    """One instruction at a partner: its reference there, which never changes, and what is known of its outcome.

    `sends` counts what may have reached the partner. Paid and failed are final (a trigger holds it): what contradicts them
    later is kept in `contradiction` and becomes a break.
    """

    class State(models.TextChoices):
        READY = "ready", _("Menunggu dikirim")
        SENT = "sent", _("Dikirim, menunggu hasil")
        UNKNOWN = "unknown", _("Hasil belum diketahui")
        PAID = "paid", _("Dibayar")
        FAILED = "failed", _("Gagal")

    OPEN = (State.READY, State.SENT, State.UNKNOWN)

    class Source(models.TextChoices):
        ANSWER = "answer", _("jawaban permintaan")
        INQUIRY = "inquiry", _("jawaban pertanyaan")
        NOTICE = "notice", _("pemberitahuan mitra")
        OFFICER = "officer", _("keputusan petugas")

    instruction = models.OneToOneField(
        Instruction, models.PROTECT, primary_key=True, related_name="payout", verbose_name=_("instruksi bayar")
    )
    chunk = models.ForeignKey(Chunk, models.PROTECT, related_name="+", db_index=False, verbose_name=_("potongan"))
    provider = models.ForeignKey(
        ProviderAccount, models.PROTECT, related_name="+", db_index=False, verbose_name=_("mitra penyalur")
    )
    request = models.ForeignKey(
        BulkRequest, models.PROTECT, related_name="lines", verbose_name=_("permintaan ke mitra")
    )
    reference = models.CharField(_("rujukan"), max_length=40)
    amount = models.BigIntegerField(_("jumlah (Rp)"))
    state = models.CharField(_("keadaan"), max_length=7, choices=State, default=State.READY, db_default="ready")
    sends = models.PositiveSmallIntegerField(_("kali dikirim"), default=0, db_default=0)
    asks = models.PositiveIntegerField(_("kali ditanyakan"), default=0, db_default=0)
    due_at = models.DateTimeField(_("ditanyakan mulai"), db_default=Now())
    sent_at = models.DateTimeField(_("terakhir dikirim"), null=True, blank=True)
    opened_at = models.DateTimeField(_("diserahkan"), db_default=Now())
    last_code = models.CharField(_("jawaban terakhir"), max_length=20, blank=True, default="", db_default="")
    last_at = models.DateTimeField(_("dijawab"), null=True, blank=True)
    partner_reference = models.CharField(_("rujukan mitra"), max_length=64, blank=True, default="", db_default="")
    settled_at = models.DateTimeField(_("hasil diketahui"), null=True, blank=True)
    settled_by = models.CharField(_("menurut"), max_length=7, choices=Source, blank=True, default="", db_default="")
    contradiction = models.CharField(_("dibantah dengan"), max_length=20, blank=True, default="", db_default="")
    contradicted_at = models.DateTimeField(_("dibantah"), null=True, blank=True)

    class Meta:
        verbose_name = _("pembayaran lewat mitra")
        verbose_name_plural = _("pembayaran lewat mitra")
        permissions = [
            ("work_payoutline", _("Dapat menanyakan dan mengusulkan hasil pembayaran lewat mitra")),
            ("resolve_payoutline", _("Dapat menyetujui hasil pembayaran lewat mitra")),
        ]
        constraints = [
            models.UniqueConstraint(name="payout_reference_once", fields=["provider", "reference"]),
            models.CheckConstraint(
                name="payout_settled",
                condition=Q(state__in=["paid", "failed"], settled_at__isnull=False)
                | Q(state__in=["ready", "sent", "unknown"], settled_at__isnull=True),
            ),
            models.CheckConstraint(name="payout_positive", condition=Q(amount__gt=0)),
        ]
        indexes = [
            models.Index(name="payout_due", fields=["provider", "due_at"], condition=Q(state__in=["sent", "unknown"])),
            # What is to be sent again is a handful; what waits to be sent for the first time may be a million.
            models.Index(name="payout_again", fields=["provider", "chunk"], condition=Q(state="ready", sends__gt=0)),
            models.Index(name="payout_open", fields=["chunk"], condition=Q(state__in=["ready", "sent", "unknown"])),
            models.Index(name="payout_aged", fields=["opened_at"], condition=Q(state__in=["ready", "sent", "unknown"])),
            models.Index(name="payout_contradicted", fields=["contradicted_at"], condition=~Q(contradiction="")),
        ]

    def __str__(self) -> str:
        return self.reference


class Exchange(models.Model):
    """One time that a partner was asked: written before, answered once. No number of an account is in it."""

    class Kind(models.TextChoices):
        SEND = "send", _("Pengiriman")
        INQUIRY = "inquiry", _("Pertanyaan status")

    provider = models.ForeignKey(ProviderAccount, models.PROTECT, related_name="+", verbose_name=_("mitra penyalur"))
    request = models.ForeignKey(
        BulkRequest, models.PROTECT, related_name="exchanges", verbose_name=_("permintaan ke mitra")
    )
    line = models.ForeignKey(
        PayoutLine, models.PROTECT, null=True, blank=True, related_name="exchanges", verbose_name=_("pembayaran")
    )
    kind = models.CharField(_("jenis"), max_length=7, choices=Kind)
    external_id = models.CharField("X-EXTERNAL-ID", max_length=36)
    at = models.DateTimeField(_("ditanyakan"), db_default=Now())
    answered_at = models.DateTimeField(_("dijawab"), null=True, blank=True)
    http_status = models.PositiveSmallIntegerField("HTTP", null=True, blank=True)
    code = models.CharField(_("kode jawaban"), max_length=20, blank=True, default="", db_default="")
    outcome = models.CharField(_("berarti"), max_length=10, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("percakapan dengan mitra")
        verbose_name_plural = _("percakapan dengan mitra")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d %H:%M}"


class BulkNotice(models.Model):
    """One notice of results that a partner sent (SNAP service 41), as a digest, and what its lines came to."""

    provider = models.ForeignKey(
        ProviderAccount, models.PROTECT, related_name="notices", verbose_name=_("mitra penyalur")
    )
    bulk_id = models.CharField(_("nomor permintaan"), max_length=64)
    external_id = models.CharField("X-EXTERNAL-ID", max_length=36)
    digest = models.CharField(_("sidik isi (SHA-256)"), max_length=64)
    received_at = models.DateTimeField(_("diterima"), db_default=Now())
    lines = models.PositiveIntegerField(_("baris"))
    settled = models.PositiveIntegerField(_("hasil baru"))
    repeated = models.PositiveIntegerField(_("sudah diketahui"))
    contradicted = models.PositiveIntegerField(_("bertentangan"))
    unknown = models.PositiveIntegerField(_("tidak dikenal"))

    class Meta:
        verbose_name = _("pemberitahuan mitra")
        verbose_name_plural = _("pemberitahuan mitra")

    def __str__(self) -> str:
        return f"{self.bulk_id} {self.received_at:%Y-%m-%d %H:%M}"


class Resolution(models.Model):
    """What an officer proposes as a line's outcome, on which evidence, and what a second officer decided."""

    class Outcome(models.TextChoices):
        PAID = "paid", _("Dibayar oleh mitra")
        FAILED = "failed", _("Tidak dibayar oleh mitra")

    line = models.ForeignKey(PayoutLine, models.PROTECT, related_name="resolutions", verbose_name=_("pembayaran"))
    outcome = models.CharField(_("hasil"), max_length=6, choices=Outcome)
    evidence = models.CharField(_("bukti"), max_length=300)
    proposed_by = models.ForeignKey("auth.User", models.PROTECT, related_name="+", verbose_name=_("diusulkan oleh"))
    proposed_at = models.DateTimeField(_("diusulkan"), db_default=Now())
    agreed = models.BooleanField(_("disetujui"), null=True, blank=True)
    decided_by = models.ForeignKey(
        "auth.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("diputuskan oleh")
    )
    decided_at = models.DateTimeField(_("diputuskan"), null=True, blank=True)
    note = models.CharField(_("catatan"), max_length=300, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("penetapan hasil")
        verbose_name_plural = _("penetapan hasil")
        constraints = [
            models.UniqueConstraint(name="resolution_one_open", fields=["line"], condition=Q(decided_at__isnull=True)),
            models.CheckConstraint(
                name="resolution_second_look",
                condition=Q(agreed__isnull=True, decided_by__isnull=True, decided_at__isnull=True)
                | (
                    Q(agreed__isnull=False, decided_by__isnull=False, decided_at__isnull=False)
                    & ~Q(decided_by=F("proposed_by"))
                ),
            ),
            models.CheckConstraint(name="resolution_has_evidence", condition=~Q(evidence="")),
        ]

    def __str__(self) -> str:
        return f"{self.line_id}: {self.get_outcome_display()}"
