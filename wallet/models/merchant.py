"""Partners that call the payment API, the merchants they serve, and the settlements paid to them."""

import uuid

from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from vault.sealing import Sealed
from wallet.models.ledger import Account


class Partner(models.Model):
    """A party that calls the SNAP API for its merchants: its client id, RSA public key and shared secret."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    client_id = models.CharField(_("client id"), max_length=36, unique=True)
    name = models.CharField(_("nama"), max_length=120)
    public_key = models.TextField(_("kunci publik RSA (PEM)"))
    secret_sealed = models.BinaryField(editable=False)
    active = models.BooleanField(_("aktif"), default=True)
    created_at = models.DateTimeField(_("dibuat"), db_default=Now())

    secret = Sealed("secret_sealed")

    class Meta:
        verbose_name = _("mitra")
        verbose_name_plural = _("mitra")

    def __str__(self) -> str:
        return self.name


class Merchant(models.Model):
    """A shop that redeems purses; what we owe it stands on its account."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("Aktif")
        SUSPENDED = "suspended", _("Ditangguhkan")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="merchants", verbose_name=_("mitra"))
    merchant_id = models.CharField(_("id pedagang"), max_length=15, unique=True)
    name = models.CharField(_("nama"), max_length=25)
    mcc = models.CharField(
        _("kategori (MCC)"), max_length=4, validators=[RegexValidator(r"^[0-9]{4}\Z", _("Isi empat angka."))]
    )
    city = models.CharField(_("kota"), max_length=15, default="JAKARTA")
    region = models.CharField(
        _("wilayah"),
        max_length=13,
        blank=True,
        default="",
        db_default="",
        validators=[
            RegexValidator(r"^[0-9]{2}(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?\Z", _("Isi kode seperti 31.74.01.1001."))
        ],
        help_text=_(
            "Kode wilayah Kemendagri dari tempat usaha. Bantuan yang terikat wilayah hanya dapat dipakai jika ini diisi."
        ),
    )
    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.ACTIVE)
    account = models.OneToOneField(Account, models.PROTECT, editable=False, verbose_name=_("akun"))
    bank_code = models.CharField(_("kode bank"), max_length=11, blank=True)
    bank_account_sealed = models.BinaryField(editable=False, default=b"")
    created_at = models.DateTimeField(_("dibuat"), db_default=Now())

    bank_account = Sealed("bank_account_sealed")

    class Meta:
        verbose_name = _("pedagang")
        verbose_name_plural = _("pedagang")

    def __str__(self) -> str:
        return self.name


class Settlement(models.Model):
    """What one run owed one merchant: cleared out of its account at once, paid when the bank has it.

    The bank account is the one of that moment: a later change of the merchant's does not say that this went elsewhere.
    """

    class Status(models.TextChoices):
        PENDING = "pending", _("Menunggu bank")
        PAID = "paid", _("Dibayar")
        RETURNED = "returned", _("Dikembalikan bank")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="settlements", verbose_name=_("pedagang"))
    bank_code = models.CharField(_("kode bank"), max_length=11)
    bank_account_sealed = models.BinaryField(editable=False)
    business_day = models.DateField(_("hari buku"))
    amount = models.BigIntegerField(_("jumlah"))
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.PENDING)
    created_at = models.DateTimeField(_("dibuat"), db_default=Now())
    paid_at = models.DateTimeField(_("dibayar"), null=True, blank=True)
    returned_at = models.DateTimeField(_("dikembalikan bank"), null=True, blank=True)
    return_reason = models.CharField(_("alasan dikembalikan"), max_length=200, blank=True, default="", db_default="")

    bank_account = Sealed("bank_account_sealed")

    class Meta:
        verbose_name = _("penyelesaian")
        verbose_name_plural = _("penyelesaian")
        permissions = [("return_settlement", _("Dapat mencatat penyelesaian yang dikembalikan bank"))]
        constraints = [
            models.CheckConstraint(name="settlement_positive", condition=models.Q(amount__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.merchant} {self.business_day}"
