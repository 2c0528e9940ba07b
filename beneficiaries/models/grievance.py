"""Grievances (pengaduan): what people complain about, who works on it until when, and all that was said and done."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from beneficiaries.models.household import Household, Person
from vault.sealing import Sealed

if TYPE_CHECKING:
    from django.contrib.auth.models import User

MOST_LEVEL = 2  # 1: the supervisors have it, 2: they are late themselves, and it is urgent


class GrievanceCategory(models.Model):
    """A kind of grievance: who works on it, in how many working days, and to whom it goes when that is not kept."""

    code = models.SlugField(_("kode"), max_length=40, unique=True)
    name = models.CharField(_("nama"), max_length=80)
    deadline_days = models.PositiveSmallIntegerField(
        _("dijawab dalam hari kerja"), validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    escalation_days = models.PositiveSmallIntegerField(
        _("hari kerja setelah dieskalasi"), default=3, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    group = models.ForeignKey("auth.Group", models.PROTECT, related_name="+", verbose_name=_("dikerjakan oleh"))
    supervisors = models.ForeignKey("auth.Group", models.PROTECT, related_name="+", verbose_name=_("penyelia"))
    active = models.BooleanField(_("dipakai"), default=True, db_default=True)

    class Meta:
        verbose_name = _("kategori aduan")
        verbose_name_plural = _("kategori aduan")
        constraints = [
            models.CheckConstraint(
                name="grievance_category_days",
                condition=Q(
                    deadline_days__gte=1, deadline_days__lte=60, escalation_days__gte=1, escalation_days__lte=60
                ),
            )
        ]

    def __str__(self) -> str:
        return self.name


class GrievanceYear(models.Model):
    """The last ticket number that was given in a year."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0, db_default=0)


class GrievanceQuerySet(models.QuerySet["Grievance"]):
    """Reads of grievances."""

    def open(self) -> GrievanceQuerySet:
        """Somebody still has to answer."""
        return self.filter(status__in=Grievance.OPEN)

    def late(self, moment: datetime) -> GrievanceQuerySet:
        """Open, and its deadline has passed."""
        return self.open().filter(due_at__lte=moment)

    def escalating(self, moment: datetime) -> GrievanceQuerySet:
        """Late, and somebody above has not been told yet."""
        return self.late(moment).filter(level__lt=MOST_LEVEL)

    def mine(self, officer: User) -> GrievanceQuerySet:
        """Open and assigned to the officer."""
        return self.open().filter(assignee=officer)

    def unassigned(self, officer: User) -> GrievanceQuerySet:
        """Open, assigned to nobody, and a matter of one of the officer's groups."""
        return self.open().filter(assignee=None, group__in=officer.groups.values("pk"))

    def reported_by(self, person: Person) -> GrievanceQuerySet:
        """What the person reported themselves, also as a row merged into theirs; not what others said about them."""
        return self.filter(Q(reporter=person) | Q(reporter__merged_into=person))


class Grievance(models.Model):
    """One ticket: what somebody complains about, and where it stands. Its text may tell of anyone, so it is sealed.

    `person` and `household` are whom it is about, `reporter` who said it: a neighbour's report is not its subject's to read.
    What it is about elsewhere is a payment, or `subject_kind` and `subject_id`, which the apps above resolve. `rounds` counts
    how often it was opened again, `level` how far it was escalated in this round.

    States: `beneficiaries.grievances.TRANSITIONS`.
    """

    class Status(models.TextChoices):
        RECEIVED = "received", _("Diterima")
        ASSIGNED = "assigned", _("Dikerjakan")
        ESCALATED = "escalated", _("Dieskalasi")
        REOPENED = "reopened", _("Dibuka kembali")
        ANSWERED = "answered", _("Dijawab")
        CLOSED = "closed", _("Ditutup")

    class Origin(models.TextChoices):
        MOBILE = "mobile", _("Aplikasi penerima")
        OFFICER = "officer", _("Loket atau petugas")
        COMMUNITY = "community", _("Warga lain")

    class Priority(models.TextChoices):
        NORMAL = "normal", _("Biasa")
        HIGH = "high", _("Tinggi")
        URGENT = "urgent", _("Mendesak")

    OPEN = (Status.RECEIVED, Status.ASSIGNED, Status.ESCALATED, Status.REOPENED)

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(_("nomor aduan"), max_length=20, unique=True)
    origin = models.CharField(_("asal"), max_length=9, choices=Origin)
    category = models.ForeignKey(
        GrievanceCategory, models.PROTECT, related_name="grievances", verbose_name=_("kategori")
    )
    priority = models.CharField(
        _("prioritas"), max_length=6, choices=Priority, default=Priority.NORMAL, db_default=Priority.NORMAL
    )
    text_sealed = models.BinaryField(editable=False)
    reporter = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="grievances_reported", verbose_name=_("pelapor")
    )
    reporter_name_sealed = models.BinaryField(editable=False, default=b"", db_default=b"")
    phone_sealed = models.BinaryField(editable=False, default=b"", db_default=b"")
    # Drawn by whoever sends it, so that sending it again makes no second ticket.
    reference = models.UUIDField(null=True, editable=False)
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="grievances", verbose_name=_("tentang orang")
    )
    household = models.ForeignKey(
        Household, models.PROTECT, null=True, blank=True, related_name="grievances", verbose_name=_("tentang keluarga")
    )
    payment = models.ForeignKey(
        "wallet.Payment", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("tentang belanja")
    )
    subject_kind = models.CharField(
        _("tentang"),
        max_length=20,
        blank=True,
        default="",
        validators=[RegexValidator(r"^[a-z_]*\Z")],
    )
    subject_id = models.BigIntegerField(null=True, blank=True)
    status = models.CharField(
        _("status"), max_length=9, choices=Status, default=Status.RECEIVED, db_default=Status.RECEIVED
    )
    group = models.ForeignKey("auth.Group", models.PROTECT, related_name="+", verbose_name=_("ditangani oleh"))
    assignee = models.ForeignKey(
        "auth.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("petugas")
    )
    due_at = models.DateTimeField(_("tenggat"))
    level = models.PositiveSmallIntegerField(_("tingkat eskalasi"), default=0, db_default=0)
    rounds = models.PositiveSmallIntegerField(_("dibuka kembali"), default=0, db_default=0)
    satisfied = models.BooleanField(_("pelapor puas"), null=True, blank=True)
    created_by = models.ForeignKey(
        "auth.User", models.PROTECT, null=True, related_name="+", verbose_name=_("dicatat oleh")
    )
    created_at = models.DateTimeField(_("diterima"), db_default=Now())
    answered_at = models.DateTimeField(_("dijawab"), null=True)
    closed_at = models.DateTimeField(_("ditutup"), null=True)

    text = Sealed("text_sealed")
    reporter_name = Sealed("reporter_name_sealed")
    phone = Sealed("phone_sealed")

    objects = GrievanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("aduan")
        verbose_name_plural = _("aduan")
        permissions = [
            ("work_grievance", _("Dapat mengerjakan dan menjawab aduan")),
            ("supervise_grievance", _("Dapat menugaskan aduan dan mengubah prioritasnya")),
        ]
        constraints = [
            models.CheckConstraint(
                name="grievance_status",
                condition=Q(status__in=["received", "assigned", "escalated", "reopened", "answered", "closed"]),
            ),
            models.CheckConstraint(
                name="grievance_assigned_to_one", condition=~Q(status="assigned") | Q(assignee__isnull=False)
            ),
            models.CheckConstraint(
                name="grievance_closed_when",
                condition=Q(status="closed", closed_at__isnull=False)
                | (~Q(status="closed") & Q(closed_at__isnull=True)),
            ),
            models.CheckConstraint(name="grievance_level", condition=Q(level__lte=MOST_LEVEL)),
            models.CheckConstraint(
                name="grievance_subject",
                condition=Q(subject_kind="", subject_id__isnull=True)
                | (~Q(subject_kind="") & Q(subject_id__isnull=False)),
            ),
            models.UniqueConstraint(
                name="grievance_sent_once", fields=["reporter", "reference"], condition=Q(reference__isnull=False)
            ),
        ]
        indexes = [
            models.Index(
                name="grievance_open",
                fields=["due_at"],
                condition=Q(status__in=["received", "assigned", "escalated", "reopened"]),
            ),
            models.Index(name="grievance_subject_of", fields=["subject_kind", "subject_id"]),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def last_day(self) -> date:
        """The day until whose end it is answered: a deadline is the midnight that ends its day, people speak of the day."""
        return timezone.localdate(self.due_at - timedelta(microseconds=1))


class GrievanceMessage(models.Model):
    """One thing said about a grievance: by the citizen, as an answer to them, or as a note among officers. Written once."""

    class Kind(models.TextChoices):
        CITIZEN = "citizen", _("Dari pelapor")
        ANSWER = "answer", _("Jawaban")
        NOTE = "note", _("Catatan petugas")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    grievance = models.ForeignKey(Grievance, models.PROTECT, related_name="messages", verbose_name=_("aduan"))
    kind = models.CharField(_("jenis"), max_length=7, choices=Kind)
    by = models.ForeignKey("auth.User", models.PROTECT, null=True, related_name="+", verbose_name=_("oleh"))
    text_sealed = models.BinaryField(editable=False)
    created_at = models.DateTimeField(_("waktu"), db_default=Now())

    text = Sealed("text_sealed")

    class Meta:
        verbose_name = _("percakapan aduan")
        verbose_name_plural = _("percakapan aduan")
        constraints = [
            models.CheckConstraint(
                name="grievance_message_by",
                condition=Q(kind="citizen") | Q(kind__in=["answer", "note"], by__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.grievance_id}: {self.kind}"


class GrievanceStep(models.Model):
    """One step of a grievance: from which status to which, who took it and why. Written once; the database refuses changes.

    `by` is empty for what the clock or the citizen did.
    """

    grievance = models.ForeignKey(Grievance, models.PROTECT, related_name="steps", verbose_name=_("aduan"))
    from_status = models.CharField(_("dari"), max_length=9, choices=Grievance.Status, blank=True)
    to_status = models.CharField(_("menjadi"), max_length=9, choices=Grievance.Status)
    by = models.ForeignKey("auth.User", models.PROTECT, null=True, related_name="+", verbose_name=_("oleh"))
    reason = models.CharField(_("alasan"), max_length=200, blank=True)
    group = models.ForeignKey("auth.Group", models.PROTECT, related_name="+", verbose_name=_("ditangani oleh"))
    assignee = models.ForeignKey("auth.User", models.PROTECT, null=True, related_name="+", verbose_name=_("petugas"))
    round = models.PositiveSmallIntegerField(default=0, db_default=0)
    level = models.PositiveSmallIntegerField(_("tingkat eskalasi"), default=0, db_default=0)
    at = models.DateTimeField(_("waktu"), db_default=Now())

    class Meta:
        verbose_name = _("langkah aduan")
        verbose_name_plural = _("langkah aduan")
        constraints = [
            # Behind the conditional update: no level of a round is reached twice.
            models.UniqueConstraint(
                name="grievance_escalated_once",
                fields=["grievance", "round", "level"],
                condition=Q(to_status="escalated"),
            ),
            models.CheckConstraint(
                name="grievance_step_moves",
                condition=~Q(from_status=F("to_status")) | Q(to_status__in=["assigned", "escalated"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grievance_id}: {self.to_status}"


class SenderPace(models.Model):
    """How far ahead of the allowed pace somebody is who uses the open page; of their address only a keyed digest.

    It goes a day after it told anything (retention, `sender_paces`).
    """

    sender = models.BinaryField(unique=True)
    paced_until = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("laju pengirim")
        verbose_name_plural = _("laju pengirim")

    def __str__(self) -> str:
        return f"{self.pk}"
