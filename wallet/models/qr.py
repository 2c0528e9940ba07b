"""Codes that merchants present, the payments made with them, and codes of customers that a partner had made."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from wallet.models.merchant import Merchant, Partner
from wallet.models.payment import Payment, PaymentCode


class MpmCode(models.Model):
    """A dynamic code as its partner asked for it: one payment at one merchant, until it is paid, cancelled or its time is over.

    `amount` is rupiah; null leaves it to the payer. `items` are the goods, as `wallet.baskets.in_rows` has them. A retry with
    the same `partner_reference_no` gets the same code.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Menunggu dibayar")
        PAID = "paid", _("Dibayar")
        CANCELLED = "cancelled", _("Dibatalkan")
        EXPIRED = "expired", _("Kedaluwarsa")

    partner = models.ForeignKey(
        Partner, models.PROTECT, db_index=False, related_name="mpm_codes", verbose_name=_("mitra")
    )
    partner_reference_no = models.CharField(_("nomor mitra"), max_length=64)
    external_id = models.CharField(_("X-EXTERNAL-ID"), max_length=36)
    request_hash = models.BinaryField(editable=False)
    reference_no = models.CharField(_("nomor kami"), max_length=25)
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="mpm_codes", verbose_name=_("pedagang"))
    store = models.CharField(_("toko"), max_length=64, blank=True)
    terminal = models.CharField(_("terminal"), max_length=25, blank=True)
    amount = models.BigIntegerField(_("jumlah"), null=True, blank=True)
    content = models.CharField(_("isi QR"), max_length=512)
    items = models.JSONField(_("barang"), default=list, db_default=[], blank=True, editable=False)
    state = models.CharField(_("keadaan"), max_length=9, choices=State, default=State.OPEN)
    payment = models.OneToOneField(
        Payment, models.PROTECT, null=True, blank=True, related_name="mpm_code", verbose_name=_("belanja")
    )
    expires_at = models.DateTimeField(_("berlaku sampai"))
    created_at = models.DateTimeField(_("dibuat"), db_default=Now())
    ended_at = models.DateTimeField(_("berakhir"), null=True, blank=True)

    class Meta:
        verbose_name = _("QR dinamis")
        verbose_name_plural = _("QR dinamis")
        constraints = [
            models.UniqueConstraint(name="mpm_code_once", fields=["partner", "partner_reference_no"]),
            models.UniqueConstraint(name="mpm_code_reference", fields=["reference_no"]),
            models.CheckConstraint(name="mpm_code_positive", condition=Q(amount__isnull=True) | Q(amount__gt=0)),
            models.CheckConstraint(name="mpm_code_items_have_amount", condition=Q(items=[]) | Q(amount__isnull=False)),
            models.CheckConstraint(
                name="mpm_code_paid_by",
                condition=Q(state="paid", payment__isnull=False) | (~Q(state="paid") & Q(payment__isnull=True)),
            ),
            models.CheckConstraint(
                name="mpm_code_ended",
                condition=Q(state="open", ended_at__isnull=True) | (~Q(state="open") & Q(ended_at__isnull=False)),
            ),
        ]
        indexes = [models.Index(name="mpm_code_expiry", fields=["expires_at"], condition=Q(state="open"))]

    def __str__(self) -> str:
        return self.reference_no


class MpmPayment(models.Model):
    """That a payment was made with a code the merchant presented: a dynamic one, or the printed one (no `code`)."""

    class Way(models.TextChoices):
        APP = "app", _("Aplikasi penerima")
        ISSUER = "issuer", _("Mitra pembayar")

    payment = models.OneToOneField(
        Payment, models.PROTECT, primary_key=True, related_name="mpm", verbose_name=_("belanja")
    )
    code = models.ForeignKey(
        MpmCode, models.PROTECT, null=True, blank=True, related_name="attempts", verbose_name=_("QR dinamis")
    )
    way = models.CharField(_("jalan"), max_length=6, choices=Way)
    store = models.CharField(_("toko"), max_length=64, blank=True)
    terminal = models.CharField(_("terminal"), max_length=25, blank=True)

    class Meta:
        verbose_name = _("belanja dengan QR pedagang")
        verbose_name_plural = _("belanja dengan QR pedagang")

    def __str__(self) -> str:
        return str(self.payment_id)


class CpmCode(models.Model):
    """A customer's QR code that a partner had made in exchange for the customer's six digits (service 59).

    `salt` makes the QR's content again for a retry; by itself, without the pepper, it tells nothing.
    """

    code = models.OneToOneField(
        PaymentCode, models.PROTECT, primary_key=True, related_name="made_for", verbose_name=_("kode")
    )
    partner = models.ForeignKey(
        Partner, models.PROTECT, db_index=False, related_name="cpm_codes", verbose_name=_("mitra")
    )
    partner_reference_no = models.CharField(_("nomor mitra"), max_length=64)
    external_id = models.CharField(_("X-EXTERNAL-ID"), max_length=36)
    request_hash = models.BinaryField(editable=False)
    reference_no = models.CharField(_("nomor kami"), max_length=64, unique=True)
    salt = models.BinaryField(editable=False)
    cancelled_at = models.DateTimeField(_("dibatalkan"), null=True, blank=True)
    created_at = models.DateTimeField(_("dibuat"), db_default=Now())

    class Meta:
        verbose_name = _("QR pembeli lewat mitra")
        verbose_name_plural = _("QR pembeli lewat mitra")
        constraints = [models.UniqueConstraint(name="cpm_code_once", fields=["partner", "partner_reference_no"])]

    def __str__(self) -> str:
        return self.reference_no


class SixDigits(models.Model):
    """Which live code these six digits speak for. The row is taken over once that code's time is past: digits come again."""

    digest = models.BinaryField(primary_key=True, editable=False)
    code = models.OneToOneField(PaymentCode, models.PROTECT, related_name="six_digits", verbose_name=_("kode"))
    expires_at = models.DateTimeField(_("berlaku sampai"))

    class Meta:
        verbose_name = _("enam angka")
        verbose_name_plural = _("enam angka")

    def __str__(self) -> str:
        return str(self.code_id)


class DigitGuesses(models.Model):
    """How often a partner sent six digits that spoke for nothing, for one merchant (or none, in 59), and the stop it led to."""

    partner = models.ForeignKey(
        Partner, models.PROTECT, db_index=False, related_name="digit_guesses", verbose_name=_("mitra")
    )
    merchant = models.ForeignKey(
        Merchant, models.PROTECT, null=True, blank=True, related_name="digit_guesses", verbose_name=_("pedagang")
    )
    since = models.DateTimeField(_("sejak"))
    wrong = models.PositiveIntegerField(_("salah"), default=0)
    blocked_until = models.DateTimeField(_("ditutup sampai"), null=True, blank=True)

    class Meta:
        verbose_name = _("tebakan kode")
        verbose_name_plural = _("tebakan kode")
        constraints = [
            models.UniqueConstraint(name="digit_guesses_once", fields=["partner", "merchant"], nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return f"{self.merchant}: {self.wrong}"
