"""What the sandbox keeps: a partner's conformance runs, the exchanges seen in them, and which faults have happened."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from wallet.models import Partner


class Run(models.Model):
    """A partner's conformance run: open while its requests are watched, then a report that never changes."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="conformance_runs", verbose_name=_("mitra"))
    started_at = models.DateTimeField(_("dimulai"))
    finished_at = models.DateTimeField(_("selesai"), null=True, blank=True)
    passed = models.BooleanField(_("lulus"), null=True)
    report = models.TextField(_("laporan"), blank=True, default="", db_default="")
    key_number = models.PositiveSmallIntegerField(_("kunci"), null=True)
    signature = models.BinaryField(editable=False, default=b"", db_default=b"")

    class Meta:
        verbose_name = _("uji kesesuaian")
        verbose_name_plural = _("uji kesesuaian")
        constraints = [
            models.UniqueConstraint(name="run_one_open", fields=["partner"], condition=Q(finished_at=None)),
            models.CheckConstraint(
                name="run_reported",
                condition=Q(finished_at=None, report="", passed=None, key_number=None)
                | (Q(finished_at__isnull=False, passed__isnull=False, key_number__isnull=False) & ~Q(report="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.partner} {self.uid}"


class Exchange(models.Model):
    """One request of the partner's during a run and its answer, as `steps.Seen` has them. Written once."""

    run = models.ForeignKey(Run, models.PROTECT, related_name="exchanges", verbose_name=_("uji"))
    at = models.DateTimeField(_("waktu"), db_default=Now())
    seen = models.JSONField(_("yang terlihat"))

    class Meta:
        verbose_name = _("pertukaran")
        verbose_name_plural = _("pertukaran")

    def __str__(self) -> str:
        return f"{self.run_id}/{self.pk}"


class Fault(models.Model):
    """A fault that happened to a partner's number: it does not happen to it again. Written once."""

    partner = models.ForeignKey(Partner, models.PROTECT, db_index=False, verbose_name=_("mitra"))
    key = models.CharField(_("layanan dan nomor"), max_length=80)
    kind = models.CharField(_("jenis"), max_length=16)
    at = models.DateTimeField(_("waktu"), db_default=Now())

    class Meta:
        verbose_name = _("gangguan")
        verbose_name_plural = _("gangguan")
        constraints = [models.UniqueConstraint(name="fault_once", fields=["partner", "key"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
