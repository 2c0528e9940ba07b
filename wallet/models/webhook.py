"""Notices that partners are sent: what is to be said, where it goes, how each try ended, and the keys that sign it."""

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from vault.sealing import Sealed
from wallet.models.merchant import Partner


class WebhookEndpoint(models.Model):
    """Where a partner listens, and how that goes. One that keeps failing is left in peace until `paused_until`.

    `origin` is empty for the partner's own address (`Partner.notify_url`), and ``https://host:port`` for one that an order named.
    """

    partner = models.ForeignKey(
        Partner, models.PROTECT, db_index=False, related_name="webhook_endpoints", verbose_name=_("mitra")
    )
    origin = models.CharField(_("tujuan"), max_length=300, blank=True, default="", db_default="")
    failures = models.PositiveIntegerField(_("gagal berturut-turut"), default=0, db_default=0)
    paused_until = models.DateTimeField(_("dijeda sampai"), null=True, blank=True)
    served_at = models.DateTimeField(_("terakhir dilayani"), null=True, blank=True)

    class Meta:
        verbose_name = _("tujuan notifikasi")
        verbose_name_plural = _("tujuan notifikasi")
        constraints = [models.UniqueConstraint(name="webhook_endpoint_once", fields=["partner", "origin"])]

    def __str__(self) -> str:
        return f"{self.partner} {self.origin}".strip()


class Webhook(models.Model):
    """One notice to a partner, made in the transaction of what it tells; delivered at least once, in order for each key.

    `url` is empty where it goes to the partner's own address. `since` is when its day of tries began: made, or replayed.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Menunggu")
        SENDING = "sending", _("Sedang dikirim")
        DELIVERED = "delivered", _("Diterima mitra")
        GIVEN_UP = "given_up", _("Dihentikan")

    partner = models.ForeignKey(
        Partner, models.PROTECT, db_index=False, related_name="webhooks", verbose_name=_("mitra")
    )
    endpoint = models.ForeignKey(
        WebhookEndpoint, models.PROTECT, db_index=False, related_name="webhooks", verbose_name=_("tujuan")
    )
    service = models.CharField(_("layanan"), max_length=2)
    path = models.CharField(_("jalur"), max_length=200)
    url = models.CharField(_("alamat"), max_length=512, blank=True, default="", db_default="", editable=False)
    ordering_key = models.CharField(_("kunci urutan"), max_length=128)
    body = models.JSONField(_("isi"))
    state = models.CharField(_("keadaan"), max_length=9, choices=State, default=State.WAITING, db_default="waiting")
    attempts = models.PositiveIntegerField(_("percobaan"), default=0, db_default=0)
    due_at = models.DateTimeField(_("giliran"), db_default=Now())
    since = models.DateTimeField(_("dicoba sejak"), db_default=Now())
    claimed_at = models.DateTimeField(_("diambil"), null=True, blank=True)
    ended_at = models.DateTimeField(_("selesai"), null=True, blank=True)
    created_at = models.DateTimeField(_("dibuat"), db_default=Now())

    class Meta:
        verbose_name = _("notifikasi mitra")
        verbose_name_plural = _("notifikasi mitra")
        permissions = [("replay_webhook", _("Dapat mengirim ulang notifikasi mitra"))]
        constraints = [
            models.CheckConstraint(
                name="webhook_ended",
                condition=Q(state__in=["waiting", "sending"], ended_at__isnull=True)
                | Q(state__in=["delivered", "given_up"], ended_at__isnull=False),
            ),
            models.CheckConstraint(
                name="webhook_claimed",
                condition=Q(state="sending", claimed_at__isnull=False) | ~Q(state="sending"),
            ),
        ]
        indexes = [
            models.Index(name="webhook_due", fields=["endpoint", "due_at", "id"], condition=Q(state="waiting")),
            models.Index(
                name="webhook_order",
                fields=["partner", "ordering_key", "id"],
                condition=Q(state__in=["waiting", "sending"]),
            ),
            models.Index(name="webhook_sending", fields=["endpoint", "claimed_at"], condition=Q(state="sending")),
            models.Index(name="webhook_given_up", fields=["ended_at"], condition=Q(state="given_up")),
            models.Index(name="webhook_key", fields=["ordering_key"]),
        ]

    def __str__(self) -> str:
        return f"{self.service} {self.ordering_key}"


class WebhookAttempt(models.Model):
    """One try to deliver a notice. Written before anything is sent, so a worker that died leaves a try without an outcome."""

    class Outcome(models.TextChoices):
        DELIVERED = "delivered", _("Diterima")
        NO_ADDRESS = "no_address", _("Mitra tidak punya alamat")
        REFUSED_ADDRESS = "refused_address", _("Alamat tidak diizinkan")
        UNRESOLVED = "unresolved", _("Nama tidak ditemukan")
        NOT_SENT = "not_sent", _("Tidak tersambung")
        LOST = "lost", _("Tidak ada jawaban utuh")
        TOO_LARGE = "too_large", _("Jawaban terlalu besar")
        REDIRECT = "redirect", _("Dialihkan; tidak diikuti")
        WRONG_STATUS = "wrong_status", _("Status HTTP bukan 200")
        WRONG_CODE = "wrong_code", _("responseCode bukan sukses")
        INTERRUPTED = "interrupted", _("Pengirim berhenti di tengah jalan")

    webhook = models.ForeignKey(
        Webhook, models.PROTECT, db_index=False, related_name="tries", verbose_name=_("notifikasi")
    )
    number = models.PositiveIntegerField(_("percobaan"))
    external_id = models.CharField(_("X-EXTERNAL-ID"), max_length=36)
    key_number = models.PositiveIntegerField(_("kunci"), null=True, blank=True)
    started_at = models.DateTimeField(_("mulai"))
    ended_at = models.DateTimeField(_("selesai"), null=True, blank=True)
    outcome = models.CharField(_("hasil"), max_length=15, choices=Outcome, blank=True, default="", db_default="")
    http_status = models.PositiveSmallIntegerField(_("status HTTP"), null=True, blank=True)
    response = models.CharField(_("jawaban, dipendekkan"), max_length=240, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("percobaan kirim")
        verbose_name_plural = _("percobaan kirim")
        constraints = [models.UniqueConstraint(name="webhook_attempt_once", fields=["webhook", "number"])]

    def __str__(self) -> str:
        return f"{self.webhook_id}/{self.number}"


class WebhookReplay(models.Model):
    """An officer had a notice sent again: who, when, why. Written once."""

    webhook = models.ForeignKey(Webhook, models.PROTECT, related_name="replays", verbose_name=_("notifikasi"))
    by = models.CharField(_("oleh"), max_length=150)
    reason = models.CharField(_("alasan"), max_length=200)
    created_at = models.DateTimeField(_("waktu"), db_default=Now())

    class Meta:
        verbose_name = _("kirim ulang")
        verbose_name_plural = _("kirim ulang")

    def __str__(self) -> str:
        return f"{self.webhook_id} {self.by}"


class NotificationKey(models.Model):
    """An RSA key that signs notices, from a moment on. Partners have its public half before it begins."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.PositiveIntegerField(_("nomor"), unique=True)
    public_key = models.TextField(_("kunci publik RSA (PEM)"))
    private_sealed = models.BinaryField(editable=False)
    signs_from = models.DateTimeField(_("dipakai sejak"))
    made_by = models.CharField(_("dibuat oleh"), max_length=150, blank=True, default="", db_default="")
    created_at = models.DateTimeField(_("dibuat"), db_default=Now())

    private = Sealed("private_sealed")

    class Meta:
        verbose_name = _("kunci notifikasi")
        verbose_name_plural = _("kunci notifikasi")
        constraints = [models.CheckConstraint(name="notification_key_number", condition=Q(number__gt=0))]
        ordering = ("-number",)

    def __str__(self) -> str:
        return str(_("Kunci %(number)s")) % {"number": self.number}
