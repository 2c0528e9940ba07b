"""Settlement as a provider does it: a run a day, the files its bank pays by, and what the bank answers."""

import uuid

from django.contrib.auth.models import User
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from vault.sealing import Sealed
from wallet.models.merchant import Merchant, Settlement
from wallet.models.proposal import Proposal


class SettlementRun(models.Model):
    """One business day's settlement: what stood at the cut-off, of every merchant. Finished once."""

    business_day = models.DateField(_("hari buku"), unique=True)
    cut_off = models.DateTimeField(_("batas waktu"))
    started_at = models.DateTimeField(_("dimulai"), db_default=Now())
    finished_at = models.DateTimeField(_("selesai"), null=True, blank=True)

    class Meta:
        verbose_name = _("penyelesaian harian")
        verbose_name_plural = _("penyelesaian harian")

    def __str__(self) -> str:
        return f"{self.business_day}"


class SettlementOutcome(models.Model):
    """What a run came to for a merchant that was owed, or owed, anything: written with the money, once. Rupiah.

    `amount` is what was settled, or stays owed; `recovered` went against what the merchant owed for refunds.
    """

    class Kind(models.TextChoices):
        SETTLED = "settled", _("Diselesaikan")
        CARRIED = "carried", _("Dibawa ke hari berikutnya")
        NO_ACCOUNT = "no_account", _("Rekening bank belum ada atau tidak terbaca")
        NOTHING = "nothing", _("Tidak ada yang dibayar")
        WITHHELD = "withheld", _("Ditahan karena dugaan kecurangan")
        LEFT = "left", _("Tidak sempat; ikut penyelesaian berikutnya")

    run = models.ForeignKey(
        SettlementRun, models.PROTECT, db_index=False, related_name="outcomes", verbose_name=_("penyelesaian harian")
    )
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="outcomes", verbose_name=_("pedagang"))
    kind = models.CharField(_("hasil"), max_length=10, choices=Kind)
    amount = models.BigIntegerField(_("jumlah"))
    recovered = models.BigIntegerField(_("potongan talangan"), default=0, db_default=0)
    settlement = models.OneToOneField(
        Settlement, models.PROTECT, null=True, blank=True, related_name="outcome", verbose_name=_("penyelesaian")
    )
    created_at = models.DateTimeField(_("waktu"), db_default=Now())

    class Meta:
        verbose_name = _("hasil penyelesaian")
        verbose_name_plural = _("hasil penyelesaian")
        constraints = [
            models.UniqueConstraint(name="outcome_once", fields=["run", "merchant"]),
            models.CheckConstraint(
                name="outcome_settled",
                condition=Q(kind="settled", settlement__isnull=False, amount__gt=0)
                | (~Q(kind="settled") & Q(settlement__isnull=True)),
            ),
            models.CheckConstraint(name="outcome_positive", condition=Q(amount__gte=0, recovered__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.merchant_id}: {self.kind}"


class PayoutFile(models.Model):
    """Settlements that one file tells the bank to pay: made by one officer, sent by another, or withdrawn before.

    `count`, `total` (rupiah) and `digest` (SHA-256 of its pain.001) are frozen when it is made; whoever sends it sends
    exactly that. States: MADE → SENT | WITHDRAWN (`wallet.payouts.TRANSITIONS`; a trigger says so too).
    """

    class Status(models.TextChoices):
        MADE = "made", _("Menunggu dikirim")
        SENT = "sent", _("Dikirim ke bank")
        WITHDRAWN = "withdrawn", _("Ditarik")

    message_id = models.CharField(_("nomor berkas (MsgId)"), max_length=35, unique=True)
    execution_day = models.DateField(_("hari bayar"))
    debtor_name = models.CharField(_("nama pembayar"), max_length=140)
    debtor_bank = models.CharField(_("kode bank pembayar"), max_length=11)
    debtor_account = models.CharField(_("rekening pembayar"), max_length=34)
    count = models.PositiveIntegerField(_("banyaknya"))
    total = models.BigIntegerField(_("jumlah"))
    digest = models.CharField(_("SHA-256"), max_length=64)
    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.MADE, db_default="made")
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("dibuat oleh"))
    made_at = models.DateTimeField(_("dibuat"))
    ended_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("dikirim atau ditarik oleh")
    )
    ended_at = models.DateTimeField(_("dikirim atau ditarik"), null=True, blank=True)
    end_reason = models.CharField(_("alasan ditarik"), max_length=200, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("berkas pembayaran")
        verbose_name_plural = _("berkas pembayaran")
        permissions = [
            ("send_payoutfile", _("Dapat mengirim berkas pembayaran")),
            ("withdraw_payoutfile", _("Dapat menarik berkas pembayaran")),
            ("download_payoutfile", _("Dapat mengunduh berkas pembayaran")),
        ]
        constraints = [
            models.CheckConstraint(name="payout_file_positive", condition=Q(count__gt=0, total__gt=0)),
            # Nobody sends what they made, superusers included. Whoever made it may withdraw it.
            models.CheckConstraint(
                name="payout_file_sender_is_not_maker", condition=~Q(status="sent") | ~Q(ended_by=F("made_by"))
            ),
            models.CheckConstraint(
                name="payout_file_ended",
                condition=Q(status="made", ended_by__isnull=True, ended_at__isnull=True, end_reason="")
                | Q(status="sent", ended_by__isnull=False, ended_at__isnull=False, end_reason="")
                | (Q(status="withdrawn", ended_by__isnull=False, ended_at__isnull=False) & ~Q(end_reason="")),
            ),
        ]

    def __str__(self) -> str:
        return self.message_id


class PayoutContent(models.Model):
    """The file's bytes as they were when it was made, sealed as a whole: what was signed off, downloaded and kept."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    file = models.OneToOneField(PayoutFile, models.PROTECT, related_name="content", verbose_name=_("berkas pembayaran"))
    xml_sealed = models.BinaryField(editable=False)

    xml = Sealed("xml_sealed")

    class Meta:
        verbose_name = _("isi berkas pembayaran")
        verbose_name_plural = _("isi berkas pembayaran")

    def __str__(self) -> str:
        return f"{self.file_id}"


class SettlementReturn(Proposal):
    """An officer says that what the bank was told to pay, or has paid, came back; `evidence` names where that stands.

    Agreed to by another officer, the merchant is owed the amount again.
    """

    settlement = models.ForeignKey(Settlement, models.PROTECT, related_name="returns", verbose_name=_("penyelesaian"))
    evidence = models.CharField(_("bukti"), max_length=200)

    class Meta(Proposal.Meta):
        verbose_name = _("pengembalian oleh bank")
        verbose_name_plural = _("pengembalian oleh bank")
        permissions = [("agree_settlementreturn", _("Dapat menyetujui pengembalian oleh bank"))]
        constraints = [
            *Proposal.Meta.constraints,
            models.CheckConstraint(name="settlementreturn_has_evidence", condition=~Q(evidence="")),
            models.UniqueConstraint(
                name="settlementreturn_waits_alone", fields=["settlement"], condition=Q(status="proposed")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.settlement} {self.pk}"


class BankAnswerFile(models.Model):
    """What the bank says became of payments: one file, taken in once (its SHA-256), its lines applied one by one."""

    class Form(models.TextChoices):
        PAIN_002 = "pain.002", _("ISO 20022 pain.002")
        CSV = "csv", _("CSV")

    name = models.CharField(_("nama berkas"), max_length=120)
    form = models.CharField(_("bentuk"), max_length=8, choices=Form)
    digest = models.CharField(_("SHA-256"), max_length=64, unique=True)
    count = models.PositiveIntegerField(_("baris"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("diunggah oleh"))
    created_at = models.DateTimeField(_("diunggah"), db_default=Now())

    class Meta:
        verbose_name = _("jawaban bank")
        verbose_name_plural = _("jawaban bank")

    def __str__(self) -> str:
        return self.name


class AnswerReturns(Proposal):
    """What a bank's answer says came back, taken together: whoever uploaded the file proposes it, another officer agrees.

    Until then its lines that say so wait. Dropped, none of them is applied.
    """

    file = models.OneToOneField(BankAnswerFile, models.PROTECT, related_name="returns", verbose_name=_("jawaban bank"))

    class Meta(Proposal.Meta):
        verbose_name = _("pengembalian menurut jawaban bank")
        verbose_name_plural = _("pengembalian menurut jawaban bank")
        permissions = [("agree_answerreturns", _("Dapat menyetujui pengembalian menurut jawaban bank"))]

    def __str__(self) -> str:
        return f"{self.file}"


class BankAnswer(models.Model):
    """One line of it: a payment was made or came back. Applied once, in one transaction with the money; or says why not.

    What says that a payment came back waits for two officers (`AnswerReturns`).
    """

    class Says(models.TextChoices):
        PAID = "paid", _("Dibayar")
        RETURNED = "returned", _("Dikembalikan")
        PENDING = "pending", _("Masih diproses")

    class State(models.TextChoices):
        WAITING = "waiting", _("Menunggu")
        APPLIED = "applied", _("Diterapkan")
        KNOWN = "known", _("Sudah diketahui")
        REFUSED = "refused", _("Tidak dapat diterapkan")
        DROPPED = "dropped", _("Tidak disetujui")

    file = models.ForeignKey(
        BankAnswerFile, models.PROTECT, db_index=False, related_name="answers", verbose_name=_("jawaban bank")
    )
    line = models.PositiveIntegerField(_("baris"))
    reference = models.CharField(_("rujukan"), max_length=64)
    says = models.CharField(_("jawaban"), max_length=8, choices=Says)
    amount = models.BigIntegerField(_("jumlah"), null=True, blank=True)
    reason = models.CharField(_("alasan"), max_length=200, blank=True)
    settlement = models.ForeignKey(
        Settlement, models.PROTECT, null=True, blank=True, related_name="answers", verbose_name=_("penyelesaian")
    )
    state = models.CharField(_("keadaan"), max_length=8, choices=State, default=State.WAITING, db_default=State.WAITING)
    refusal = models.CharField(_("kenapa tidak"), max_length=40, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("baris jawaban bank")
        verbose_name_plural = _("baris jawaban bank")
        constraints = [
            models.UniqueConstraint(name="bank_answer_once", fields=["file", "line"]),
            models.CheckConstraint(
                name="bank_answer_state",
                condition=Q(state__in=["waiting", "dropped"], refusal="")
                | Q(state__in=["applied", "known"], refusal="", settlement__isnull=False)
                | (Q(state="refused") & ~Q(refusal="")),
            ),
        ]
        indexes = [models.Index(name="bank_answer_waiting", fields=["id"], condition=Q(state="waiting"))]

    def __str__(self) -> str:
        return f"{self.file_id}/{self.line}"


class AnswerReview(models.Model):
    """An officer looked into an answer that could not be applied, and what came of it. Written once."""

    answer = models.OneToOneField(
        BankAnswer, models.PROTECT, related_name="review", verbose_name=_("baris jawaban bank")
    )
    reason = models.CharField(_("hasil pemeriksaan"), max_length=200)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("oleh"))
    created_at = models.DateTimeField(_("waktu"), db_default=Now())

    class Meta:
        verbose_name = _("pemeriksaan jawaban bank")
        verbose_name_plural = _("pemeriksaan jawaban bank")
        constraints = [models.CheckConstraint(name="answer_review_says_what", condition=~Q(reason=""))]

    def __str__(self) -> str:
        return f"{self.answer_id}"
