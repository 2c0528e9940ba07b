"""Text messages with a secret of their own: one-time passwords. Notices are `mobile.models.notices`."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from vault.sealing import Sealed


class Sms(models.Model):
    """A text message on its way out. Its row is the queue: what is due and unsent will be sent, at least once.

    States: QUEUED → SENT (the gateway took it) | FAILED (given up after too many attempts) | LAPSED (`send_until`
    passed: a password that no longer works is not sent) | DROPPED (`registered_only`, and nobody in the registry has
    that phone). The last four are final.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("Menunggu")
        SENT = "sent", _("Terkirim")
        FAILED = "failed", _("Gagal")
        LAPSED = "lapsed", _("Terlambat")
        DROPPED = "dropped", _("Tidak dikirim")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    phone_sealed = models.BinaryField(editable=False)
    text_sealed = models.BinaryField(editable=False)
    state = models.CharField(_("keadaan"), max_length=7, choices=State, default=State.QUEUED)
    send_until = models.DateTimeField(_("kirim sebelum"), null=True, blank=True)
    registered_only = models.BooleanField(_("hanya nomor terdaftar"), default=False)
    due_at = models.DateTimeField(_("dikirim mulai"), db_default=Now())
    attempts = models.PositiveSmallIntegerField(_("percobaan"), default=0, db_default=0)
    error = models.CharField(_("kesalahan"), max_length=200, blank=True, default="")
    created_at = models.DateTimeField(_("dibuat"), db_default=Now())
    sent_at = models.DateTimeField(_("terkirim"), null=True, blank=True)

    phone = Sealed("phone_sealed")
    text = Sealed("text_sealed")

    class Meta:
        verbose_name = _("SMS")
        verbose_name_plural = _("SMS")
        constraints = [
            models.CheckConstraint(
                name="sms_state", condition=Q(state__in=["queued", "sent", "failed", "lapsed", "dropped"])
            ),
            models.CheckConstraint(
                name="sms_sent_when",
                condition=Q(state="sent", sent_at__isnull=False) | (~Q(state="sent") & Q(sent_at__isnull=True)),
            ),
        ]
        indexes = [models.Index(name="sms_due", fields=["due_at"], condition=Q(state="queued"))]

    def __str__(self) -> str:
        return f"SMS {self.pk}"
