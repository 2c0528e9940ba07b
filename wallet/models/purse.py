"""Wallets and the purses in them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from wallet.models.ledger import Account


class Wallet(models.Model):
    """One holder's wallet. The holder is an opaque reference: this app knows no person."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("Aktif")
        FROZEN = "frozen", _("Dibekukan")
        CLOSED = "closed", _("Ditutup")

    holder = models.UUIDField(_("pemegang"), unique=True)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.ACTIVE, db_default="active")
    status_reason = models.CharField(_("alasan status"), max_length=200, blank=True, db_default="")
    pin_hash = models.CharField(max_length=200, blank=True, db_default="", editable=False)
    pin_failures = models.PositiveSmallIntegerField(_("PIN salah"), db_default=0, default=0, editable=False)
    pin_locked_until = models.DateTimeField(_("PIN terkunci sampai"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("dibuat"), db_default=Now())

    class Meta:
        verbose_name = _("dompet")
        verbose_name_plural = _("dompet")

    def __str__(self) -> str:
        return str(_("Dompet %(number)s")) % {"number": self.pk}


class PurseTerms(models.Model):
    """The rules that a purse carries for life: where it may be spent, whether as cash, where the rest returns."""

    name = models.CharField(_("nama"), max_length=120, unique=True)
    mccs = ArrayField(
        models.CharField(max_length=4),
        verbose_name=_("kategori pedagang (MCC)"),
        default=list,
        blank=True,
        help_text=_("Kosong berarti pedagang apa pun."),
    )
    cash_allowed = models.BooleanField(_("boleh tunai"), default=False)
    lapses_to = models.ForeignKey(
        Account,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("sisa kembali ke"),
        help_text=_("Kosong berarti sisa tetap milik penerima."),
    )

    class Meta:
        verbose_name = _("aturan kantong")
        verbose_name_plural = _("aturan kantong")

    def __str__(self) -> str:
        return self.name


class Purse(models.Model):
    """Money of one programme and one cycle in one wallet: an account of its own, with the rules of its grant."""

    account = models.OneToOneField(Account, models.PROTECT, primary_key=True, verbose_name=_("akun"))
    wallet = models.ForeignKey(Wallet, models.PROTECT, related_name="purses", verbose_name=_("dompet"))
    terms = models.ForeignKey(PurseTerms, models.PROTECT, db_index=False, verbose_name=_("aturan"))
    title = models.CharField(_("bantuan"), max_length=120)
    usable_from = models.DateTimeField(_("dapat dipakai mulai"))
    usable_until = models.DateTimeField(_("dapat dipakai sampai"), null=True, blank=True)

    class Meta:
        verbose_name = _("kantong")
        verbose_name_plural = _("kantong")
        indexes = [
            models.Index(
                name="purse_usable_until", fields=["usable_until"], condition=models.Q(usable_until__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return self.title
