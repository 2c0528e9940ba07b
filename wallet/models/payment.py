"""One-time codes, the payments made with them, and refunds."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from wallet.models.merchant import Merchant, Partner
from wallet.models.purse import Wallet


class PaymentCode(models.Model):
    """A code the holder made with the PIN: pays once, at one till, until it expires. Only its digest is kept."""

    wallet = models.ForeignKey(Wallet, models.PROTECT, related_name="codes", verbose_name=_("dompet"))
    digest = models.BinaryField(unique=True, editable=False)
    ceiling = models.BigIntegerField(_("paling banyak"), null=True, blank=True)
    expires_at = models.DateTimeField(_("berlaku sampai"))
    used_at = models.DateTimeField(_("dipakai"), null=True, blank=True)
    declines = models.PositiveSmallIntegerField(_("penolakan"), default=0, db_default=0)
    created_at = models.DateTimeField(_("dibuat"), db_default=Now())

    class Meta:
        verbose_name = _("kode bayar")
        verbose_name_plural = _("kode bayar")

    def __str__(self) -> str:
        return str(_("Kode %(number)s")) % {"number": self.pk}


class Payment(models.Model):
    """One redemption as its partner asked for it, and the answer it got for good: paid, or declined and why.

    A retry with the same `partner_reference_no` gets this answer again; with another body it is refused.
    """

    class Status(models.TextChoices):
        PAID = "paid", _("Dibayar")
        DECLINED = "declined", _("Ditolak")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="payments", verbose_name=_("mitra"))
    partner_reference_no = models.CharField(_("nomor mitra"), max_length=64)
    external_id = models.CharField(_("X-EXTERNAL-ID"), max_length=36)
    request_hash = models.BinaryField(editable=False)
    reference_no = models.CharField(_("nomor kami"), max_length=64, unique=True)
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="payments", verbose_name=_("pedagang"))
    wallet = models.ForeignKey(
        Wallet, models.PROTECT, null=True, blank=True, related_name="payments", verbose_name=_("dompet")
    )
    code = models.ForeignKey(
        PaymentCode, models.PROTECT, null=True, blank=True, related_name="payments", verbose_name=_("kode")
    )
    amount = models.BigIntegerField(_("jumlah"))
    refunded = models.BigIntegerField(_("dikembalikan"), default=0, db_default=0)
    status = models.CharField(_("status"), max_length=8, choices=Status)
    decline = models.CharField(_("alasan ditolak"), max_length=40, blank=True)
    title = models.CharField(_("keterangan"), max_length=256, blank=True)
    created_at = models.DateTimeField(_("waktu"), db_default=Now())

    class Meta:
        verbose_name = _("belanja")
        verbose_name_plural = _("belanja")
        constraints = [
            models.UniqueConstraint(name="payment_once", fields=["partner", "partner_reference_no"]),
            models.CheckConstraint(name="payment_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="payment_refund_cap", condition=Q(refunded__gte=0) & Q(refunded__lte=F("amount"))
            ),
            models.CheckConstraint(name="payment_refund_only_paid", condition=Q(refunded=0) | Q(status="paid")),
            models.UniqueConstraint(name="payment_one_per_code", fields=["code"], condition=Q(status="paid")),
        ]

    def __str__(self) -> str:
        return self.reference_no


class Refund(models.Model):
    """Money of a payment given back to the purses it came from (or to the fund, where the purse has expired)."""

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="refunds", verbose_name=_("belanja"))
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="refunds", verbose_name=_("mitra"))
    partner_refund_no = models.CharField(_("nomor pengembalian mitra"), max_length=64)
    request_hash = models.BinaryField(editable=False)
    refund_no = models.CharField(_("nomor pengembalian kami"), max_length=64, unique=True)
    amount = models.BigIntegerField(_("jumlah"))
    to_fund = models.BigIntegerField(_("ke dana program"), default=0)
    reason = models.CharField(_("alasan"), max_length=256, blank=True)
    created_at = models.DateTimeField(_("waktu"), db_default=Now())

    class Meta:
        verbose_name = _("pengembalian")
        verbose_name_plural = _("pengembalian")
        constraints = [
            models.UniqueConstraint(name="refund_once", fields=["partner", "partner_refund_no"]),
            models.CheckConstraint(name="refund_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="refund_to_fund_part", condition=Q(to_fund__gte=0) & Q(to_fund__lte=F("amount"))
            ),
        ]

    def __str__(self) -> str:
        return self.refund_no
