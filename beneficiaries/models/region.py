"""The country's regions as a table, to search in and to join with; `beneficiaries.regions` answers from memory."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _


class RegionQuerySet(models.QuerySet["Region"]):
    """Reads of regions."""

    def found(self, term: str) -> RegionQuerySet:
        """Those a search means: by the beginning of a code, dotted or not, or by part of a name. None for a blank term."""
        term = " ".join(term.split())
        digits = term.replace(".", "")
        if digits.isascii() and digits.isdecimal():
            parts = (digits[:2], digits[2:4], digits[4:6], digits[6:10])
            return (
                self.filter(code__startswith=".".join(part for part in parts if part))
                if len(digits) <= 10
                else self.none()
            )
        return self.filter(name__icontains=term) if term else self.none()

    def within(self, code: str) -> RegionQuerySet:
        """Every region below one (dotted code), at any depth."""
        return self.filter(code__startswith=f"{code}.")


class Region(models.Model):
    """A province, a city or regency, a district, or a village, by its official dotted code (31, 31.71, 31.71.01, 31.71.01.1001).

    What is no longer official stays with `in_force` false: households and identity numbers may carry its code. Written by
    ``manage.py regions load`` alone.
    """

    class Level(models.IntegerChoices):
        PROVINCE = 1, _("Provinsi")
        REGENCY = 2, _("Kota/kabupaten")
        DISTRICT = 3, _("Kecamatan/distrik")
        VILLAGE = 4, _("Kelurahan/desa")

    code = models.CharField(_("kode"), max_length=13, primary_key=True)
    name = models.CharField(_("nama"), max_length=100)
    level = models.PositiveSmallIntegerField(_("tingkat"), choices=Level)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("bagian dari")
    )
    postal_code = models.CharField(_("kode pos"), max_length=5, blank=True, default="", db_default="")
    in_force = models.BooleanField(_("berlaku"), default=True, db_default=True)

    objects = RegionQuerySet.as_manager()

    class Meta:
        verbose_name = _("wilayah")
        verbose_name_plural = _("wilayah")
        constraints = [
            models.CheckConstraint(
                name="region_code_of_level",
                condition=Q(level=1, code__regex=r"^[0-9]{2}$", parent=None)
                | Q(level=2, code__regex=r"^[0-9]{2}\.[0-9]{2}$", parent__isnull=False)
                | Q(level=3, code__regex=r"^[0-9]{2}(\.[0-9]{2}){2}$", parent__isnull=False)
                | Q(level=4, code__regex=r"^[0-9]{2}(\.[0-9]{2}){2}\.[0-9]{4}$", parent__isnull=False),
            )
        ]
        indexes = [GinIndex(OpClass(Upper("name"), "gin_trgm_ops"), name="region_name_trigrams")]

    def __str__(self) -> str:
        return self.name
