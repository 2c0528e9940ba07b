"""Direct debit: what a partner asks a holder to pay on our page, and what became of it."""

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from wallet.models.merchant import Merchant, Partner
from wallet.models.payment import Payment


class DebitOrder(models.Model):
    """A bill that waits on our page for whoever approves it with a code or a PIN; who that will be is not known before.

    The `uid` in the page's address is all that leads to it. `payment` is there once it is paid, and stays. `items` are the
    goods, as `wallet.baskets.in_rows` has them. `decline` and `decline_detail` are those of the last try.
    """

    class Status(models.TextChoices):
        OPEN = "open", _("Menunggu persetujuan")
        PAID = "paid", _("Dibayar")
        CANCELLED = "cancelled", _("Dibatalkan")
        EXPIRED = "expired", _("Kedaluwarsa")
        FAILED = "failed", _("Gagal")

    class Canceller(models.TextChoices):
        PARTNER = "partner", _("Mitra")
        PAYER = "payer", _("Pembeli")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    partner = models.ForeignKey(
        Partner, models.PROTECT, db_index=False, related_name="debit_orders", verbose_name=_("mitra")
    )
    partner_reference_no = models.CharField(_("nomor mitra"), max_length=64)
    external_id = models.CharField(_("X-EXTERNAL-ID"), max_length=36)
    request_hash = models.BinaryField(editable=False)
    reference_no = models.CharField(_("nomor kami"), max_length=64, unique=True)
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="debit_orders", verbose_name=_("pedagang"))
    amount = models.BigIntegerField(_("jumlah"))
    title = models.CharField(_("keterangan"), max_length=256, blank=True)
    items = models.JSONField(_("barang"), default=list, db_default=[], blank=True, editable=False)
    return_url = models.CharField(_("alamat kembali"), max_length=512, blank=True, editable=False)
    notify_url = models.CharField(_("alamat notifikasi"), max_length=512, blank=True, editable=False)
    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.OPEN)
    cancelled_by = models.CharField(_("dibatalkan oleh"), max_length=7, choices=Canceller, blank=True)
    attempts = models.PositiveSmallIntegerField(_("percobaan"), default=0, db_default=0)
    decline = models.CharField(_("penolakan terakhir"), max_length=40, blank=True)
    decline_detail = models.CharField(_("yang ditolak"), max_length=100, blank=True, default="", db_default="")
    payment = models.OneToOneField(
        Payment, models.PROTECT, null=True, blank=True, related_name="debit_order", verbose_name=_("belanja")
    )
    expires_at = models.DateTimeField(_("berlaku sampai"))
    created_at = models.DateTimeField(_("dibuat"), db_default=Now())
    ended_at = models.DateTimeField(_("berakhir"), null=True, blank=True)

    class Meta:
        verbose_name = _("pesanan debit")
        verbose_name_plural = _("pesanan debit")
        constraints = [
            models.UniqueConstraint(name="debit_order_once", fields=["partner", "partner_reference_no"]),
            models.CheckConstraint(name="debit_order_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="debit_order_ended",
                condition=Q(status="open", ended_at__isnull=True) | (~Q(status="open") & Q(ended_at__isnull=False)),
            ),
            # A paid order that was cancelled keeps the payment that its refund names.
            models.CheckConstraint(
                name="debit_order_payment",
                condition=Q(status="paid", payment__isnull=False)
                | Q(status="cancelled")
                | Q(status__in=["open", "expired", "failed"], payment__isnull=True),
            ),
            models.CheckConstraint(
                name="debit_order_canceller",
                condition=(Q(status="cancelled") & ~Q(cancelled_by="")) | (~Q(status="cancelled") & Q(cancelled_by="")),
            ),
        ]
        indexes = [
            models.Index(name="debit_order_expiry", fields=["expires_at"], condition=Q(status="open")),
            models.Index(name="debit_order_external", fields=["partner", "external_id"]),
        ]

    def __str__(self) -> str:
        return self.reference_no


class PagePinTries(models.Model):
    """How often a wrong PIN was typed on payment pages: at one wallet, at one partner's orders, or from one address.

    `subject` says which: ``wallet:12``, ``partner:3``, ``address:`` and a keyed digest. Of a wallet, `since` is the last try.
    """

    subject = models.CharField(_("di mana"), max_length=72, primary_key=True)
    since = models.DateTimeField(_("sejak"))
    wrong = models.PositiveIntegerField(_("salah"), default=0)
    blocked_until = models.DateTimeField(_("ditutup sampai"), null=True, blank=True)

    class Meta:
        verbose_name = _("percobaan PIN di halaman bayar")
        verbose_name_plural = _("percobaan PIN di halaman bayar")

    def __str__(self) -> str:
        return f"{self.subject}: {self.wrong}"
