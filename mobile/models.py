"""One-time passwords, the devices they let in, and the text messages that carry them.

No phone number, password or token stands here in the clear: phones and texts are sealed or blind-indexed, passwords and
tokens are digests.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from beneficiaries.models import Exclusion, GrievanceMessage, Objection, Person
from vault.sealing import Sealed


class OtpChallenge(models.Model):
    """A one-time password asked for by a phone, known here or not. Only the newest of a phone opens anything."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    phone_index = models.BinaryField(editable=False)
    digest = models.BinaryField(editable=False)
    expires_at = models.DateTimeField(_("berlaku sampai"))
    attempts = models.PositiveSmallIntegerField(_("percobaan"), default=0, db_default=0)
    used_at = models.DateTimeField(_("dipakai"), null=True, blank=True)
    created_at = models.DateTimeField(_("diminta"), db_default=Now())

    class Meta:
        verbose_name = _("kode masuk")
        verbose_name_plural = _("kode masuk")
        indexes = [models.Index(name="otp_of_phone", fields=["phone_index", "id"])]

    def __str__(self) -> str:
        return str(_("Kode masuk %(number)s")) % {"number": self.pk}


class Device(models.Model):
    """A phone or browser that one person signed in with. Its token is random, and kept only as SHA-256."""

    class Revocation(models.TextChoices):
        LOGOUT = "logout", _("Keluar sendiri")
        OWNER = "owner", _("Dikeluarkan pemiliknya")
        OFFICER = "officer", _("Dikeluarkan petugas")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="devices", verbose_name=_("orang"))
    name = models.CharField(_("nama perangkat"), max_length=60, blank=True)
    digest = models.BinaryField(unique=True, editable=False)
    created_at = models.DateTimeField(_("masuk"), db_default=Now())
    last_used_at = models.DateTimeField(_("terakhir dipakai"), null=True, blank=True)
    expires_at = models.DateTimeField(_("berlaku sampai"))
    revoked_at = models.DateTimeField(_("dikeluarkan"), null=True, blank=True)
    revoked_reason = models.CharField(_("alasan dikeluarkan"), max_length=7, choices=Revocation, blank=True, default="")

    class Meta:
        verbose_name = _("perangkat")
        verbose_name_plural = _("perangkat")
        constraints = [
            models.CheckConstraint(
                name="device_revoked_why",
                condition=Q(revoked_at__isnull=True, revoked_reason="")
                | Q(revoked_at__isnull=False, revoked_reason__in=["logout", "owner", "officer"]),
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(_("Perangkat %(number)s")) % {"number": self.pk}


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


class LapseNotice(models.Model):
    """One purse's holder was told, or could not be told, that its money returns to the fund when its time is over.

    Told once for each end the purse is given. Who is without a phone is kept too: officers have to reach them otherwise.
    """

    class Outcome(models.TextChoices):
        QUEUED = "queued", _("SMS dibuat")
        NO_PHONE = "no_phone", _("Tidak dikirim: tanpa nomor HP")
        NO_HOLDER = "no_holder", _("Tidak dikirim: pemegang tidak dikenal")

    purse = models.ForeignKey(
        "wallet.Purse", models.PROTECT, db_index=False, related_name="lapse_notices", verbose_name=_("kantong")
    )
    usable_until = models.DateTimeField(_("dapat dipakai sampai"))
    amount = models.BigIntegerField(_("jumlah"))
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="lapse_notices", verbose_name=_("penerima")
    )
    outcome = models.CharField(_("hasil"), max_length=9, choices=Outcome)
    sms = models.ForeignKey(
        Sms, models.SET_NULL, null=True, blank=True, related_name="lapse_notices", verbose_name=_("SMS")
    )
    created_at = models.DateTimeField(_("waktu"), db_default=Now())

    class Meta:
        verbose_name = _("peringatan hangus")
        verbose_name_plural = _("peringatan hangus")
        constraints = [
            models.UniqueConstraint(name="lapse_notice_once", fields=["purse", "usable_until"]),
            models.CheckConstraint(
                name="lapse_notice_outcome", condition=Q(outcome__in=["queued", "no_phone", "no_holder"])
            ),
        ]

    def __str__(self) -> str:
        return str(_("Peringatan %(number)s")) % {"number": self.pk}


class GrievanceNotice(models.Model):
    """Whoever reported a grievance was told, or could not be told, that there is an answer. Once for each answer."""

    class Outcome(models.TextChoices):
        QUEUED = "queued", _("SMS dibuat")
        NO_PHONE = "no_phone", _("Tidak dikirim: tanpa nomor HP")

    answer = models.OneToOneField(
        GrievanceMessage, models.PROTECT, related_name="notice", verbose_name=_("jawaban aduan")
    )
    outcome = models.CharField(_("hasil"), max_length=8, choices=Outcome)
    sms = models.ForeignKey(
        Sms, models.SET_NULL, null=True, blank=True, related_name="grievance_notices", verbose_name=_("SMS")
    )
    created_at = models.DateTimeField(_("waktu"), db_default=Now())

    class Meta:
        verbose_name = _("pemberitahuan jawaban")
        verbose_name_plural = _("pemberitahuan jawaban")
        constraints = [
            models.CheckConstraint(name="grievance_notice_outcome", condition=Q(outcome__in=["queued", "no_phone"]))
        ]

    def __str__(self) -> str:
        return str(_("Pemberitahuan %(number)s")) % {"number": self.pk}


class ExclusionNoticeQuerySet(models.QuerySet["ExclusionNotice"]):
    """Reads of notices of exclusions."""

    def to_tell(self) -> ExclusionNoticeQuerySet:
        """Whom no message reached, and nobody has told yet; who was erased is nobody to be told."""
        given_up = Q(sms__state__in=[Sms.State.FAILED, Sms.State.LAPSED, Sms.State.DROPPED])
        return self.filter(Q(outcome=ExclusionNotice.Outcome.NO_PHONE) | given_up, told_at=None, person__erased_at=None)


class ExclusionNotice(models.Model):
    """One person was told that they are excluded, that they are no more (`lifted`), or what became of an objection; or has to
    be told at the office.

    Written with the exclusion, its lifting or the decision, once for each and each person. `told_by` and `told_at` say who told
    those whom no message reached. The family members who are not named here share a phone, or a home, with one who is.
    """

    class Outcome(models.TextChoices):
        QUEUED = "queued", _("SMS dibuat")
        NO_PHONE = "no_phone", _("Tanpa nomor HP: disampaikan kantor")

    exclusion = models.ForeignKey(Exclusion, models.PROTECT, related_name="notices", verbose_name=_("pengecualian"))
    objection = models.ForeignKey(
        Objection, models.PROTECT, null=True, related_name="notices", verbose_name=_("putusan sanggahan")
    )
    lifted = models.BooleanField(_("pencabutan"), default=False, db_default=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="exclusion_notices", verbose_name=_("penerima"))
    outcome = models.CharField(_("hasil"), max_length=8, choices=Outcome)
    sms = models.ForeignKey(
        Sms, models.SET_NULL, null=True, blank=True, related_name="exclusion_notices", verbose_name=_("SMS")
    )
    told_by = models.ForeignKey(
        "auth.User", models.PROTECT, null=True, related_name="+", verbose_name=_("disampaikan oleh")
    )
    told_at = models.DateTimeField(_("disampaikan"), null=True)
    created_at = models.DateTimeField(_("waktu"), db_default=Now())

    objects = ExclusionNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("pemberitahuan pengecualian")
        verbose_name_plural = _("pemberitahuan pengecualian")
        permissions = [("tell_exclusionnotice", _("Dapat menandai pemberitahuan sudah disampaikan"))]
        constraints = [
            models.UniqueConstraint(
                name="exclusion_notice_once",
                fields=["exclusion", "person", "lifted"],
                condition=Q(objection__isnull=True),
            ),
            models.CheckConstraint(
                name="exclusion_notice_of_one", condition=Q(objection__isnull=True) | Q(lifted=False)
            ),
            models.UniqueConstraint(
                name="decision_notice_once", fields=["objection", "person"], condition=Q(objection__isnull=False)
            ),
            models.CheckConstraint(name="exclusion_notice_outcome", condition=Q(outcome__in=["queued", "no_phone"])),
            models.CheckConstraint(
                name="exclusion_notice_told_by_someone",
                condition=Q(told_by__isnull=True, told_at__isnull=True)
                | Q(told_by__isnull=False, told_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(_("Pemberitahuan %(number)s")) % {"number": self.pk}
