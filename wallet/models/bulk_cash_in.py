"""Bulk cash-ins: top-ups that a partner hands in together, and that are paid one by one in the background."""

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from vault.sealing import Sealed
from wallet.models.merchant import Partner
from wallet.models.payment import TopUp
from wallet.models.purse import Wallet


class BulkCashIn(models.Model):
    """What a partner asked for in one request. What is to be done stands on its lines.

    `extra` is what the partner wants to hear again: a JSON array of the additionalInfo of the request and of each line.
    """

    class State(models.TextChoices):
        ACCEPTED = "accepted", _("Diterima")
        DONE = "done", _("Selesai")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="bulk_cash_ins", verbose_name=_("mitra"))
    partner_bulk_id = models.CharField(_("nomor mitra"), max_length=64, blank=True)
    bulk_id = models.CharField(_("nomor kami"), max_length=64, unique=True)
    external_id = models.CharField(_("X-EXTERNAL-ID"), max_length=36)
    request_hash = models.BinaryField(editable=False)
    extra_sealed = models.BinaryField(editable=False, default=b"")
    count = models.PositiveIntegerField(_("baris"))
    total = models.BigIntegerField(_("jumlah"))
    state = models.CharField(_("status"), max_length=8, choices=State, default=State.ACCEPTED)
    created_at = models.DateTimeField(_("waktu"), db_default=Now())
    done_at = models.DateTimeField(_("selesai"), null=True, blank=True)

    extra = Sealed("extra_sealed")

    class Meta:
        verbose_name = _("isi saldo massal")
        verbose_name_plural = _("isi saldo massal")
        constraints = [
            models.UniqueConstraint(
                name="bulk_cash_in_once", fields=["partner", "partner_bulk_id"], condition=~Q(partner_bulk_id="")
            ),
            models.CheckConstraint(name="bulk_cash_in_positive", condition=Q(count__gt=0) & Q(total__gt=0)),
            models.CheckConstraint(
                name="bulk_cash_in_done",
                condition=Q(state="accepted", done_at__isnull=True) | Q(state="done", done_at__isnull=False),
            ),
        ]
        indexes = [models.Index(name="bulk_cash_in_open", fields=["id"], condition=Q(state="accepted"))]

    def __str__(self) -> str:
        return self.bulk_id


class BulkCashInLine(models.Model):
    """One top-up of a bulk request, and what became of it. Whose number it was is kept as its last digits alone."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Menunggu")
        PAID = "paid", _("Dibayar")
        REFUSED = "refused", _("Ditolak")

    bulk = models.ForeignKey(BulkCashIn, models.PROTECT, db_index=False, related_name="lines", verbose_name=_("massal"))
    number = models.PositiveIntegerField(_("urutan"))
    partner = models.ForeignKey(Partner, models.PROTECT, db_index=False, related_name="+", verbose_name=_("mitra"))
    partner_reference_no = models.CharField(_("nomor mitra"), max_length=64)
    reference_no = models.CharField(_("nomor kami"), max_length=64, unique=True)
    account_masked = models.CharField(_("rekening"), max_length=32)
    wallet = models.ForeignKey(
        Wallet, models.PROTECT, null=True, blank=True, related_name="bulk_lines", verbose_name=_("dompet")
    )
    amount = models.BigIntegerField(_("jumlah"))
    state = models.CharField(_("status"), max_length=7, choices=State, default=State.WAITING)
    refusal = models.CharField(_("alasan ditolak"), max_length=40, blank=True)
    top_up = models.OneToOneField(
        TopUp, models.PROTECT, null=True, blank=True, related_name="bulk_line", verbose_name=_("isi saldo")
    )
    settled_at = models.DateTimeField(_("selesai"), null=True, blank=True)

    class Meta:
        verbose_name = _("baris isi saldo massal")
        verbose_name_plural = _("baris isi saldo massal")
        constraints = [
            models.UniqueConstraint(name="bulk_line_place", fields=["bulk", "number"]),
            models.UniqueConstraint(name="bulk_line_once", fields=["partner", "partner_reference_no"]),
            models.CheckConstraint(name="bulk_line_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="bulk_line_settled",
                condition=Q(state="waiting", top_up__isnull=True, refusal="", settled_at__isnull=True)
                | Q(state="paid", top_up__isnull=False, refusal="", settled_at__isnull=False)
                | (Q(state="refused", top_up__isnull=True, settled_at__isnull=False) & ~Q(refusal="")),
            ),
        ]
        indexes = [models.Index(name="bulk_line_waiting", fields=["bulk", "number"], condition=Q(state="waiting"))]

    def __str__(self) -> str:
        return self.reference_no
