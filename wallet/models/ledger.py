"""Accounts, transfers and checkpoints. Written by wallet.ledger and the functions in wallet/sql alone; everybody else reads."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class ClockTimestamp(Func):
    """PostgreSQL's ``clock_timestamp()``: the moment of evaluation, where ``now()`` is the transaction's beginning."""

    function = "clock_timestamp"
    output_field = models.DateTimeField()


class Account(models.Model):
    """Where money stands: whole rupiah, never below zero, nor below what is held, unless the account is external.

    `held` is the part of a purse that holds have reserved; it has not moved. `balance` is kept with every transfer,
    except on merchants' accounts, which many tills credit at once and nobody may lock for it: there it is the checkpoint
    up to and including transfer `counted_to`, and `ledger.balance_of` adds what came since (docs/adr/0001).
    """

    class Kind(models.TextChoices):
        BUDGET = "budget", _("Sumber anggaran")
        FUND = "fund", _("Dana program")
        CLEARING = "clearing", _("Kliring batch")
        PURSE = "purse", _("Kantong")
        MERCHANT = "merchant", _("Utang ke pedagang")
        SETTLEMENT = "settlement", _("Kliring penyelesaian")
        BANK = "bank", _("Bank")
        PROVIDER = "provider", _("Dibayar lewat mitra")
        DEPOSIT = "deposit", _("Titipan mitra")
        ADVANCE = "advance", _("Piutang ke pedagang")

    # May be below zero: what is outside, and what merchants owe us for refunds that we paid ahead.
    EXTERNAL = (Kind.BUDGET, Kind.BANK, Kind.ADVANCE)

    kind = models.CharField(_("jenis"), max_length=12, choices=Kind)
    name = models.CharField(_("nama"), max_length=120, blank=True, db_default="")
    balance = models.BigIntegerField(_("saldo"), db_default=0, default=0)
    held = models.BigIntegerField(_("ditahan"), db_default=0, default=0, editable=False)
    counted_to = models.BigIntegerField(_("dihitung sampai transfer"), db_default=0, default=0, editable=False)
    created_at = models.DateTimeField(_("dibuat"), db_default=Now())

    class Meta:
        verbose_name = _("akun")
        verbose_name_plural = _("akun")
        constraints = [
            models.CheckConstraint(
                name="account_not_overdrawn",
                condition=Q(held__gte=0) & (Q(balance__gte=F("held")) | Q(kind__in=["budget", "bank", "advance"])),
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
        DEPOSIT = "deposit", _("Titipan mitra")
        REMITTANCE = "remittance", _("Penyaluran lewat mitra")
        TOP_UP = "top_up", _("Isi saldo")
        REDEMPTION = "redemption", _("Belanja")
        CASH_OUT = "cash_out", _("Tarik tunai")
        REFUND = "refund", _("Pengembalian belanja")
        LAPSE = "lapse", _("Hangus ke dana program")
        GIVE_BACK = "give_back", _("Dikembalikan penerima")
        ADVANCE = "advance", _("Talangan pengembalian")
        RECOVERY = "recovery", _("Potongan talangan")
        SETTLEMENT = "settlement", _("Penyelesaian ke pedagang")
        PAYOUT = "payout", _("Setor ke bank")
        LOSS = "loss", _("Dibayar dari dana kerugian")
        REVERSAL = "reversal", _("Pembatalan")

    debit = models.ForeignKey(
        Account, models.PROTECT, db_index=False, related_name="debits", verbose_name=_("dari akun")
    )
    credit = models.ForeignKey(
        Account, models.PROTECT, db_index=False, related_name="credits", verbose_name=_("ke akun")
    )
    amount = models.BigIntegerField(_("jumlah"))
    kind = models.CharField(_("jenis"), max_length=12, choices=Kind)
    key = models.CharField(_("kunci"), max_length=80)
    payment = models.ForeignKey(
        "wallet.Payment", models.PROTECT, null=True, db_index=False, related_name="transfers", verbose_name=_("belanja")
    )
    reverses = models.ForeignKey(
        "self", models.PROTECT, null=True, db_index=False, related_name="reversed_by", verbose_name=_("membatalkan")
    )
    # The clock when the row is written, not when its transaction began: a day can then be closed (wallet.seals).
    posted_at = models.DateTimeField(_("dibukukan"), db_default=ClockTimestamp())

    class Meta:
        verbose_name = _("transfer")
        verbose_name_plural = _("transfer")
        permissions = [("reverse_transfer", _("Dapat membatalkan transfer"))]
        constraints = [
            # As a constraint and not `unique=True`, which adds a second index for LIKE (docs/adr/0016).
            models.UniqueConstraint(name="transfer_once", fields=["key"]),
            models.UniqueConstraint(
                name="transfer_reversed_once", fields=["reverses"], condition=Q(reverses__isnull=False)
            ),
            models.CheckConstraint(name="transfer_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="transfer_moves", condition=~Q(debit=F("credit"))),
        ]
        indexes = [
            models.Index(name="transfer_debit", fields=["debit", "id"]),
            models.Index(name="transfer_credit", fields=["credit", "id"]),
            models.Index(name="transfer_payment", fields=["payment"], condition=Q(payment__isnull=False)),
            BrinIndex(name="transfer_posted_at", fields=["posted_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.pk}: {self.debit_id} → {self.credit_id} Rp {self.amount}"


class Checkpoint(models.Model):
    """A merchant's balance at an exact cut: its transfers up to `counted_to` were posted by `made_at`, all others after.

    The latest one is repeated on the account; the earlier ones make the balance at any moment cheap to tell.
    """

    account = models.ForeignKey(
        Account, models.PROTECT, db_index=False, related_name="checkpoints", verbose_name=_("akun")
    )
    counted_to = models.BigIntegerField(_("dihitung sampai transfer"))
    balance = models.BigIntegerField(_("saldo"))
    made_at = models.DateTimeField(_("waktu"), db_default=ClockTimestamp())

    class Meta:
        verbose_name = _("titik hitung")
        verbose_name_plural = _("titik hitung")
        constraints = [
            models.UniqueConstraint(name="checkpoint_once", fields=["account", "counted_to"]),
            models.CheckConstraint(name="checkpoint_not_overdrawn", condition=Q(balance__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} ≤ {self.counted_to}: Rp {self.balance}"
