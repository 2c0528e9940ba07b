"""The files that were read into the registry."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class RegistryImport(models.Model):
    """One file read into the registry: what it held and what became of it.

    Each row is counted once: rows = added + changed + unchanged + refused. A row is changed when its person is, or its
    household is. Households whose rows name no head, though the file has the column, are counted and enter all the same.
    `refusals` counts the refused rows by their first reason: ``{"NIK.length": 3}``.
    """

    file_name = models.CharField(_("berkas"), max_length=200)
    file_sha256 = models.CharField(_("SHA-256 berkas"), max_length=64)
    rows = models.PositiveIntegerField(_("baris"), default=0)
    added = models.PositiveIntegerField(_("baru"), default=0)
    changed = models.PositiveIntegerField(_("berubah"), default=0)
    unchanged = models.PositiveIntegerField(_("tetap"), default=0)
    households_changed = models.PositiveIntegerField(_("keluarga berubah"), default=0)
    households_without_head = models.PositiveIntegerField(_("keluarga tanpa kepala"), default=0, db_default=0)
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
