"""Seals over each day's transfers, and what the nightly verification found."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wallet.models.ledger import ClockTimestamp


class Seal(models.Model):
    """A Jakarta day's transfers as one Merkle root (RFC 9162), chained to the day before and signed (Ed25519)."""

    day = models.DateField(_("hari"), unique=True)
    count = models.PositiveIntegerField(_("transfer"))
    amount = models.BigIntegerField(_("jumlah (Rp)"))
    root = models.BinaryField(_("akar Merkle"), editable=False)
    previous = models.BinaryField(_("segel sebelumnya"), editable=False)  # SHA-256 of that day's statement
    key_id = models.PositiveSmallIntegerField(_("kunci"))
    signature = models.BinaryField(_("tanda tangan"), editable=False)
    sealed_at = models.DateTimeField(_("disegel"), db_default=ClockTimestamp())

    class Meta:
        verbose_name = _("segel")
        verbose_name_plural = _("segel")
        constraints = [models.CheckConstraint(name="seal_amount", condition=Q(amount__gte=0))]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d}"


class SealBlock(models.Model):
    """A complete subtree of a day's tree, and a mark of each of its transfers, so that a changed row can be named.

    `marks` holds 16 bytes a transfer, in order: its id and the first 8 bytes of its leaf hash.
    """

    seal = models.ForeignKey(Seal, models.PROTECT, db_index=False, related_name="blocks", verbose_name=_("segel"))
    number = models.PositiveIntegerField(_("nomor"))
    count = models.PositiveIntegerField(_("transfer"))
    root = models.BinaryField(editable=False)
    marks = models.BinaryField(editable=False)

    class Meta:
        verbose_name = _("blok segel")
        verbose_name_plural = _("blok segel")
        constraints = [models.UniqueConstraint(name="seal_block_once", fields=["seal", "number"])]

    def __str__(self) -> str:
        return f"{self.seal} / {self.number}"


class Verification(models.Model):
    """One run of the ledger's verification, and what it found."""

    started_at = models.DateTimeField(_("mulai"))
    finished_at = models.DateTimeField(_("selesai"), db_default=ClockTimestamp())
    accounts = models.PositiveBigIntegerField(_("akun"))
    transfers = models.PositiveBigIntegerField(_("transfer"))
    sealed_to = models.DateField(_("disegel sampai"), null=True, blank=True)
    findings = models.JSONField(_("temuan"), default=list)
    holds = models.BooleanField(_("cocok"))

    class Meta:
        verbose_name = _("pemeriksaan")
        verbose_name_plural = _("pemeriksaan")

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"
