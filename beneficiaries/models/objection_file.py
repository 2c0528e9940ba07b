"""Proof that comes with objections (sanggah): scans and photographs, sealed."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from beneficiaries.models.screening import Objection
from vault.sealing import Sealed


class ObjectionFile(models.Model):
    """One file of an objection. Its bytes lie in sealed blocks under `upload`; its name may tell of somebody: it is sealed.

    Written once, deleted with the person or when it was kept long enough. `by` is empty where the citizen sent it.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    objection = models.ForeignKey(Objection, models.PROTECT, related_name="files", verbose_name=_("sanggahan"))
    upload = models.UUIDField(unique=True, editable=False)
    name_sealed = models.BinaryField(editable=False)
    content_type = models.CharField(_("jenis berkas"), max_length=20)
    size = models.PositiveIntegerField(_("ukuran"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    by = models.ForeignKey("auth.User", models.PROTECT, null=True, related_name="+", verbose_name=_("diunggah oleh"))
    created_at = models.DateTimeField(_("diunggah"), db_default=Now())

    name = Sealed("name_sealed")

    class Meta:
        verbose_name = _("berkas bukti sanggahan")
        verbose_name_plural = _("berkas bukti sanggahan")
        constraints = [
            models.CheckConstraint(
                name="objection_file_type",
                condition=Q(content_type__in=["application/pdf", "image/jpeg", "image/png"]),
            ),
            models.UniqueConstraint(name="objection_file_once", fields=["objection", "sha256"]),
        ]

    def __str__(self) -> str:
        return str(_("Berkas %(number)s")) % {"number": self.pk}
