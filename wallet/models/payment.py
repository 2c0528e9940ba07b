"""One-time codes, the holds and payments made with them, refunds, and top-ups."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from wallet.models.merchant import Merchant, Partner
from wallet.models.purse import Purse, Wallet


class PaymentCode(models.Model):
    """A code the holder made with the PIN: pays once, at one till, until it expires. Only its digest is kept.

    Shown as a QR code or said as six digits (`SixDigits` leads to the row). It dies with the device it was made on. One that
    shows the balance to a partner (service 11) pays nothing: who agrees to pay has not agreed to be looked into.
    """

    class Kind(models.TextChoices):
        QR = "qr", _("QR")
        DIGITS = "digits", _("Enam angka")
        FUNDS = "funds", _("Memperlihatkan saldo")

    wallet = models.ForeignKey(Wallet, models.PROTECT, related_name="codes", verbose_name=_("dompet"))
    digest = models.BinaryField(unique=True, editable=False)
    ceiling = models.BigIntegerField(_("paling banyak"), null=True, blank=True)
    expires_at = models.DateTimeField(_("berlaku sampai"))
    used_at = models.DateTimeField(_("dipakai"), null=True, blank=True)
    declines = models.PositiveSmallIntegerField(_("penolakan"), default=0, db_default=0)
    kind = models.CharField(_("bentuk"), max_length=6, choices=Kind, default=Kind.QR, db_default=Kind.QR)
    device = models.UUIDField(_("perangkat"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("dibuat"), db_default=Now())

    class Meta:
        verbose_name = _("kode bayar")
        verbose_name_plural = _("kode bayar")

    def __str__(self) -> str:
        return str(_("Kode %(number)s")) % {"number": self.pk}


class Hold(models.Model):
    """Purse money reserved for one merchant until it is captured, voided or expires; no rupiah has moved yet.

    Asked for with a code as a payment is, for an amount that becomes final later (an order, a ride). Declined ones are kept
    as declined payments are. `captured` never exceeds `amount`; what is still held is `amount - captured` while `HELD`.
    """

    class Status(models.TextChoices):
        HELD = "held", _("Ditahan")
        DECLINED = "declined", _("Ditolak")
        CAPTURED = "captured", _("Ditagih")
        VOIDED = "voided", _("Dibatalkan")
        EXPIRED = "expired", _("Kedaluwarsa")

    partner = models.ForeignKey(Partner, models.PROTECT, db_index=False, related_name="holds", verbose_name=_("mitra"))
    partner_reference_no = models.CharField(_("nomor mitra"), max_length=64)
    external_id = models.CharField(_("X-EXTERNAL-ID"), max_length=36)
    request_hash = models.BinaryField(editable=False)
    reference_no = models.CharField(_("nomor kami"), max_length=64)
    merchant = models.ForeignKey(
        Merchant, models.PROTECT, null=True, blank=True, related_name="holds", verbose_name=_("pedagang")
    )  # nobody: an offline allowance, for any merchant that its rules allow
    wallet = models.ForeignKey(
        Wallet, models.PROTECT, null=True, blank=True, db_index=False, related_name="holds", verbose_name=_("dompet")
    )
    code = models.ForeignKey(
        PaymentCode, models.PROTECT, null=True, blank=True, db_index=False, related_name="holds", verbose_name=_("kode")
    )
    amount = models.BigIntegerField(_("jumlah"))
    captured = models.BigIntegerField(_("ditagih"), default=0, db_default=0)
    status = models.CharField(_("status"), max_length=8, choices=Status)
    decline = models.CharField(_("alasan ditolak"), max_length=40, blank=True)
    decline_detail = models.CharField(_("yang ditolak"), max_length=100, blank=True, default="", db_default="")
    terminal_id = models.CharField(_("terminal"), max_length=32, blank=True, default="", db_default="")
    title = models.CharField(_("keterangan"), max_length=256, blank=True)
    expires_at = models.DateTimeField(_("ditahan sampai"))
    created_at = models.DateTimeField(_("waktu"), db_default=Now())
    ended_at = models.DateTimeField(_("berakhir"), null=True, blank=True)

    class Meta:
        verbose_name = _("penahanan")
        verbose_name_plural = _("penahanan")
        permissions = [("void_hold", _("Dapat membatalkan penahanan"))]
        constraints = [
            models.UniqueConstraint(name="hold_once", fields=["partner", "partner_reference_no"]),
            models.UniqueConstraint(name="hold_reference", fields=["reference_no"]),
            models.UniqueConstraint(name="hold_one_per_code", fields=["code"], condition=~Q(status="declined")),
            models.CheckConstraint(name="hold_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="hold_capture_cap", condition=Q(captured__gte=0) & Q(captured__lte=F("amount"))
            ),
            models.CheckConstraint(
                name="hold_ended",
                condition=Q(status="held", ended_at__isnull=True) | (~Q(status="held") & Q(ended_at__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(name="hold_of_wallet", fields=["wallet", "created_at"]),
            models.Index(name="hold_expiry", fields=["expires_at"], condition=Q(status="held")),
        ]

    def __str__(self) -> str:
        return self.reference_no


class HoldPart(models.Model):
    """How much of a hold one purse reserves, and how much of that was captured; in the order in which they are spent."""

    hold = models.ForeignKey(Hold, models.PROTECT, db_index=False, related_name="parts", verbose_name=_("penahanan"))
    purse = models.ForeignKey(Purse, models.PROTECT, related_name="held_parts", verbose_name=_("kantong"))
    number = models.PositiveSmallIntegerField(_("urutan"))
    amount = models.BigIntegerField(_("jumlah"))
    captured = models.BigIntegerField(_("ditagih"), default=0, db_default=0)

    class Meta:
        verbose_name = _("bagian penahanan")
        verbose_name_plural = _("bagian penahanan")
        constraints = [
            models.UniqueConstraint(name="hold_part_once", fields=["hold", "number"]),
            models.UniqueConstraint(name="hold_part_one_per_purse", fields=["hold", "purse"]),
            models.CheckConstraint(name="hold_part_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="hold_part_capture_cap", condition=Q(captured__gte=0) & Q(captured__lte=F("amount"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hold_id}/{self.number}: Rp {self.amount}"


class Payment(models.Model):
    """One redemption (or cash-out, or capture of a hold) as its partner asked for it, and its answer for good: paid, or why not.

    A retry with the same `partner_reference_no` gets this answer again; with another body it is refused.
    """

    class Status(models.TextChoices):
        PAID = "paid", _("Dibayar")
        DECLINED = "declined", _("Ditolak")

    partner = models.ForeignKey(
        Partner, models.PROTECT, db_index=False, related_name="payments", verbose_name=_("mitra")
    )
    partner_reference_no = models.CharField(_("nomor mitra"), max_length=64)
    external_id = models.CharField(_("X-EXTERNAL-ID"), max_length=36)
    request_hash = models.BinaryField(editable=False)
    reference_no = models.CharField(_("nomor kami"), max_length=64)
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="payments", verbose_name=_("pedagang"))
    wallet = models.ForeignKey(
        Wallet,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="payments",
        verbose_name=_("dompet"),
    )
    code = models.ForeignKey(
        PaymentCode,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="payments",
        verbose_name=_("kode"),
    )
    hold = models.ForeignKey(
        Hold,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="captures",
        verbose_name=_("penahanan"),
    )
    amount = models.BigIntegerField(_("jumlah"))
    refunded = models.BigIntegerField(_("dikembalikan"), default=0, db_default=0)
    status = models.CharField(_("status"), max_length=8, choices=Status)
    decline = models.CharField(_("alasan ditolak"), max_length=40, blank=True)
    decline_detail = models.CharField(_("yang ditolak"), max_length=100, blank=True, default="", db_default="")
    terminal_id = models.CharField(_("terminal"), max_length=32, blank=True, default="", db_default="")
    title = models.CharField(_("keterangan"), max_length=256, blank=True)
    created_at = models.DateTimeField(_("waktu"), db_default=Now())

    class Meta:
        verbose_name = _("belanja")
        verbose_name_plural = _("belanja")
        constraints = [
            models.UniqueConstraint(name="payment_once", fields=["partner", "partner_reference_no"]),
            models.UniqueConstraint(name="payment_reference", fields=["reference_no"]),
            models.CheckConstraint(name="payment_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="payment_refund_cap", condition=Q(refunded__gte=0) & Q(refunded__lte=F("amount"))
            ),
            models.CheckConstraint(name="payment_refund_only_paid", condition=Q(refunded=0) | Q(status="paid")),
            models.UniqueConstraint(name="payment_one_per_code", fields=["code"], condition=Q(status="paid")),
        ]
        indexes = [
            models.Index(name="payment_of_wallet", fields=["wallet", "created_at"]),
            models.Index(name="payment_of_hold", fields=["hold"], condition=Q(hold__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.reference_no


class Refund(models.Model):
    """Money of a payment given back to the purses it came from (or to the fund, where the purse has expired)."""

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="refunds", verbose_name=_("belanja"))
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="refunds", verbose_name=_("mitra"))
    partner_refund_no = models.CharField(_("nomor pengembalian mitra"), max_length=64)
    request_hash = models.BinaryField(editable=False)
    refund_no = models.CharField(_("nomor pengembalian kami"), max_length=64)
    amount = models.BigIntegerField(_("jumlah"))
    to_fund = models.BigIntegerField(_("ke dana program"), default=0)
    reason = models.CharField(_("alasan"), max_length=256, blank=True)
    cancels = models.BooleanField(_("membatalkan belanja"), default=False, db_default=False)
    created_at = models.DateTimeField(_("waktu"), db_default=Now())

    class Meta:
        verbose_name = _("pengembalian")
        verbose_name_plural = _("pengembalian")
        constraints = [
            models.UniqueConstraint(name="refund_once", fields=["partner", "partner_refund_no"]),
            models.UniqueConstraint(name="refund_reference", fields=["refund_no"]),
            models.CheckConstraint(name="refund_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="refund_to_fund_part", condition=Q(to_fund__gte=0) & Q(to_fund__lte=F("amount"))
            ),
            models.UniqueConstraint(name="refund_cancels_once", fields=["payment"], condition=Q(cancels=True)),
        ]

    def __str__(self) -> str:
        return self.refund_no


class TopUp(models.Model):
    """Money paid in for a holder, into a purse that allows cash.

    At an agent (a merchant of a cash category), over a counter, or by a partner out of its deposit (`from_deposit`).
    """

    partner = models.ForeignKey(
        Partner, models.PROTECT, db_index=False, related_name="top_ups", verbose_name=_("mitra")
    )
    partner_reference_no = models.CharField(_("nomor mitra"), max_length=64)
    request_hash = models.BinaryField(editable=False)
    reference_no = models.CharField(_("nomor kami"), max_length=64)
    agent = models.ForeignKey(
        Merchant,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="top_ups",
        verbose_name=_("agen"),
        help_text=_("Kosong berarti di loket: uangnya masuk rekening bank."),
    )
    from_deposit = models.BooleanField(_("dari titipan mitra"), default=False, db_default=False)
    external_id = models.CharField(_("X-EXTERNAL-ID"), max_length=36, blank=True, db_default="")
    wallet = models.ForeignKey(Wallet, models.PROTECT, db_index=False, related_name="top_ups", verbose_name=_("dompet"))
    purse = models.ForeignKey(Purse, models.PROTECT, related_name="top_ups", verbose_name=_("kantong"))
    amount = models.BigIntegerField(_("jumlah"))
    created_at = models.DateTimeField(_("waktu"), db_default=Now())

    class Meta:
        verbose_name = _("isi saldo")
        verbose_name_plural = _("isi saldo")
        constraints = [
            models.UniqueConstraint(name="top_up_once", fields=["partner", "partner_reference_no"]),
            models.UniqueConstraint(name="top_up_reference", fields=["reference_no"]),
            models.CheckConstraint(name="top_up_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="top_up_one_source", condition=Q(from_deposit=False) | Q(agent__isnull=True)),
        ]
        indexes = [models.Index(name="top_up_of_wallet", fields=["wallet", "created_at"])]

    def __str__(self) -> str:
        return self.reference_no
