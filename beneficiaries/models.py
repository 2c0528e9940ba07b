"""Households, people, and the imports they came from. Identity numbers, phones and addresses are sealed."""

from __future__ import annotations

import uuid

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from vault.sealing import Sealed


class HouseholdQuerySet(models.QuerySet["Household"]):
    """Reads of households."""

    def with_kk(self, kk: str) -> HouseholdQuerySet:
        """The household of a KK number in the clear, or none."""
        return self.filter(kk_index=Household.kk.index_of(kk))


class Household(models.Model):
    """The people on one family card (KK), where they live, and how the state ranks their means.

    `uid` is drawn before the row exists, because the sealed columns are bound to it.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kk_sealed = models.BinaryField(editable=False)
    kk_index = models.BinaryField(unique=True, editable=False)
    address_sealed = models.BinaryField(editable=False)
    kelurahan = models.CharField(_("kode kelurahan"), max_length=13, db_index=True)
    decile = models.PositiveSmallIntegerField(
        _("desil DTSEN"), validators=[MinValueValidator(1), MaxValueValidator(10)], db_index=True
    )
    # A keyed digest of what the last import said of it: tells an unchanged row without opening anything.
    source_digest = models.BinaryField(editable=False, default=b"", db_default=b"")
    created_at = models.DateTimeField(_("dibuat"), db_default=Now())

    kk = Sealed("kk_sealed", index="kk_index")
    address = Sealed("address_sealed")

    objects = HouseholdQuerySet.as_manager()

    class Meta:
        verbose_name = _("keluarga")
        verbose_name_plural = _("keluarga")
        constraints = [
            models.CheckConstraint(name="household_decile", condition=Q(decile__gte=1) & Q(decile__lte=10)),
        ]

    def __str__(self) -> str:
        return str(_("Keluarga %(number)s")) % {"number": self.pk}


class PersonQuerySet(models.QuerySet["Person"]):
    """Reads of people."""

    def with_nik(self, nik: str) -> PersonQuerySet:
        """The person of a NIK in the clear, or none."""
        return self.filter(nik_index=Person.nik.index_of(nik))

    def with_phone(self, phone: str) -> PersonQuerySet:
        """Everyone with a phone (E.164, ``+628…``): a family may share one."""
        return self.filter(phone_index=Person.phone.index_of(phone))


class Person(models.Model):
    """One human being, known once: the NIK's blind index is unique."""

    class Sex(models.TextChoices):
        MALE = "L", _("Laki-laki")
        FEMALE = "P", _("Perempuan")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    household = models.ForeignKey(Household, models.PROTECT, related_name="members", verbose_name=_("keluarga"))
    nik_sealed = models.BinaryField(editable=False)
    nik_index = models.BinaryField(unique=True, editable=False)
    name = models.CharField(_("nama"), max_length=120)
    sex = models.CharField(_("jenis kelamin"), max_length=1, choices=Sex)
    birth_date = models.DateField(_("tanggal lahir"))
    phone_sealed = models.BinaryField(editable=False, default=b"", db_default=b"")
    phone_index = models.BinaryField(null=True, editable=False, db_index=True)
    # As the household's. A correction made here leaves it, so that importing the same file again does not undo it.
    source_digest = models.BinaryField(editable=False, default=b"", db_default=b"")
    wallet = models.OneToOneField(
        "wallet.Wallet", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("dompet")
    )
    created_at = models.DateTimeField(_("dibuat"), db_default=Now())

    nik = Sealed("nik_sealed", index="nik_index")
    phone = Sealed("phone_sealed", index="phone_index")

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("orang")
        verbose_name_plural = _("orang")
        constraints = [models.CheckConstraint(name="person_sex", condition=Q(sex__in=["L", "P"]))]

    def __str__(self) -> str:
        return self.name


class RegistryImport(models.Model):
    """One file read into the registry: what it held and what became of it.

    Each row is counted once: rows = added + changed + unchanged + refused. A row is changed when its person is, or its
    household is. `refusals` counts the refused rows by their first reason: ``{"NIK.length": 3}``.
    """

    file_name = models.CharField(_("berkas"), max_length=200)
    file_sha256 = models.CharField(_("SHA-256 berkas"), max_length=64)
    rows = models.PositiveIntegerField(_("baris"), default=0)
    added = models.PositiveIntegerField(_("baru"), default=0)
    changed = models.PositiveIntegerField(_("berubah"), default=0)
    unchanged = models.PositiveIntegerField(_("tetap"), default=0)
    households_changed = models.PositiveIntegerField(_("keluarga berubah"), default=0)
    refused = models.PositiveIntegerField(_("ditolak"), default=0)
    refusals = models.JSONField(_("alasan penolakan"), default=dict, db_default=Value({}, models.JSONField()))
    by = models.ForeignKey("auth.User", models.PROTECT, null=True, blank=True, verbose_name=_("oleh"))
    created_at = models.DateTimeField(_("waktu"), db_default=Now())

    class Meta:
        verbose_name = _("impor registri")
        verbose_name_plural = _("impor registri")
        constraints = [
            models.CheckConstraint(
                name="registry_import_rows",
                condition=Q(rows=F("added") + F("changed") + F("unchanged") + F("refused")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.file_name} {self.created_at:%Y-%m-%d}"
