"""Files of evidence: what became of each, and how far a worker is with one that the office uploaded."""

from __future__ import annotations

from django.db import models
from django.db.models import Value
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class EvidenceImport(models.Model):
    """One file of evidence, read whole or not at all: rows = added + known + refused, all zero before it is DONE.

    The file lies in sealed blocks (`UploadBlock`) until it was read, and what was refused of it as a file of its own for as
    long as uploads are kept. `refusals` counts by the first reason: ``{"PLAT.plate": 3}``; `refused_erased` the refused rows
    that are not kept any more because whoever they name was erased. Of a CANCELLED one nothing was kept.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Sedang dikerjakan")
        DONE = "done", _("Selesai")
        FAILED = "failed", _("Gagal")
        CANCELLED = "cancelled", _("Dibatalkan")

    state = models.CharField(
        _("status"), max_length=9, choices=State, default=State.WAITING, db_default=State.WAITING, db_index=True
    )
    file_name = models.CharField(_("berkas"), max_length=200)
    file_sha256 = models.CharField(_("SHA-256 berkas"), max_length=64, blank=True, default="", db_default="")
    upload = models.UUIDField(null=True, editable=False)
    size = models.BigIntegerField(_("ukuran (byte)"), default=0, db_default=0)
    rows = models.PositiveIntegerField(_("baris"), default=0, db_default=0)
    added = models.PositiveIntegerField(_("baru"), default=0, db_default=0)
    known = models.PositiveIntegerField(_("sudah ada"), default=0, db_default=0)
    refused = models.PositiveIntegerField(_("ditolak"), default=0, db_default=0)
    refusals = models.JSONField(_("alasan penolakan"), default=dict, db_default=Value({}, models.JSONField()))
    refused_upload = models.UUIDField(null=True, editable=False)
    refused_size = models.BigIntegerField(default=0, db_default=0, editable=False)
    refused_erased = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    # Why it failed: an error's code and data, never a row's.
    error_code = models.CharField(max_length=64, blank=True, default="", db_default="", editable=False)
    error_data = models.JSONField(default=dict, db_default=Value({}, models.JSONField()), editable=False)
    by = models.ForeignKey("auth.User", models.PROTECT, null=True, blank=True, verbose_name=_("oleh"))
    created_at = models.DateTimeField(_("waktu"), db_default=Now())
    ended_at = models.DateTimeField(_("selesai"), null=True, blank=True)
    ended_by = models.ForeignKey(
        "auth.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("dibatalkan oleh")
    )
    end_reason = models.CharField(_("alasan dibatalkan"), max_length=200, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("impor bukti")
        verbose_name_plural = _("impor bukti")

    def __str__(self) -> str:
        return f"{self.file_name} {self.created_at:%Y-%m-%d}"


class EvidenceProgress(models.Model):
    """How far a worker is with a file: written beside the worker's own transaction, so that it is seen while it lasts.

    Who wants it to stop, and why, stands here: the import's row is the worker's until it ends.
    """

    run = models.OneToOneField(EvidenceImport, models.CASCADE, primary_key=True, related_name="progress")
    rows = models.PositiveIntegerField(default=0, db_default=0)
    refused = models.PositiveIntegerField(default=0, db_default=0)
    permille = models.PositiveSmallIntegerField(default=0, db_default=0)
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    cancel_asked = models.BooleanField(default=False, db_default=False)
    cancel_by = models.ForeignKey("auth.User", models.PROTECT, null=True, related_name="+")
    cancel_reason = models.CharField(max_length=200, blank=True, default="", db_default="")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("kemajuan impor bukti")
        verbose_name_plural = _("kemajuan impor bukti")

    def __str__(self) -> str:
        return f"{self.run_id} {self.permille / 10:.0f} %"
