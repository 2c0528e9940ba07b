"""Accounts and transfers. Written by wallet.ledger alone; everybody else reads."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Account(models.Model):
    """Where money stands: whole rupiah, never below zero unless the account is external.

    `balance` is kept with every transfer, except on merchants' accounts, which many tills credit at once and nobody may
    lock for it: there it is the checkpoint up to and including transfer `counted_to`, and `ledger.balance_of` adds what
    came since (docs/adr/0001).
    """

    class Kind(models.TextChoices):
        BUDGET = "budget", _("Sumber anggaran")
        FUND = "fund", _("Dana program")
        CLEARING = "clearing", _("Kliring batch")
        PURSE = "purse", _("Kantong")
        MERCHANT = "merchant", _("Utang ke pedagang")
        SETTLEMENT = "settlement", _("Kliring penyelesaian")
        BANK = "bank", _("Bank")

    EXTERNAL = (Kind.BUDGET, Kind.BANK)

    kind = models.CharField(_("jenis"), max_length=12, choices=Kind)
    name = models.CharField(_("nama"), max_length=120, blank=True, db_default="")
    balance = models.BigIntegerField(_("saldo"), db_default=0, default=0)
    counted_to = models.BigIntegerField(_("dihitung sampai transfer"), db_default=0, default=0, editable=False)
    created_at = models.DateTimeField(_("dibuat"), db_default=Now())

    class Meta:
        verbose_name = _("akun")
        verbose_name_plural = _("akun")
        constraints = [
            models.CheckConstraint(
                name="account_not_overdrawn", condition=Q(balance__gte=0) | Q(kind__in=["budget", "bank"])
            ),
            models.UniqueConstraint(
                name="account_singleton", fields=["kind"], condition=Q(kind__in=["budget", "bank", "settlement"])
            ),
        ]

    def __str__(self) -> str:
        return self.name or f"{self.get_kind_display()} {self.pk}"


class Transfer(models.Model):
    """Money moved once from the debited to the credited account. Never changed, never deleted (triggers refuse)."""

    class Kind(models.TextChoices):
        FUNDING = "funding", _("Pendanaan")
        RESERVATION = "reservation", _("Pencadangan")
        RELEASE = "release", _("Pengembalian cadangan")
        DISBURSEMENT = "disbursement", _("Penyaluran")
        REDEMPTION = "redemption", _("Belanja")
        REFUND = "refund", _("Pengembalian belanja")
        LAPSE = "lapse", _("Hangus ke dana program")
        SETTLEMENT = "settlement", _("Penyelesaian ke pedagang")
        PAYOUT = "payout", _("Setor ke bank")
        REVERSAL = "reversal", _("Pembatalan")

    debit = models.ForeignKey(Account, models.PROTECT, related_name="debits", verbose_name=_("dari akun"))
    credit = models.ForeignKey(Account, models.PROTECT, related_name="credits", verbose_name=_("ke akun"))
    amount = models.BigIntegerField(_("jumlah"))
    kind = models.CharField(_("jenis"), max_length=12, choices=Kind)
    key = models.CharField(_("kunci"), max_length=80, unique=True)
    payment = models.ForeignKey(
        "wallet.Payment", models.PROTECT, null=True, db_index=False, related_name="transfers", verbose_name=_("belanja")
    )
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="reversed_by", verbose_name=_("membatalkan")
    )
    posted_at = models.DateTimeField(_("dibukukan"), db_default=Now())

    class Meta:
        verbose_name = _("transfer")
        verbose_name_plural = _("transfer")
        constraints = [
            models.CheckConstraint(name="transfer_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="transfer_moves", condition=~Q(debit=F("credit"))),
        ]
        indexes = [
            models.Index(name="transfer_payment", fields=["payment"], condition=Q(payment__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.pk}: {self.debit_id} → {self.credit_id} Rp {self.amount}"
