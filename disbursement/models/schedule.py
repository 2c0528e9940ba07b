"""When a programme pays: its schedules, each in force from a period on, and the runs that they come to."""

from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from disbursement.models.batch import Batch
from disbursement.models.cycle import Cycle
from disbursement.models.programme import Programme

LATE = timedelta(hours=1)
MOST_LEAD = 60  # days: a draft made earlier than that would be out of date when it is paid


class Schedule(models.Model):
    """Which periods a programme pays, when each is due, and how long before its draft is prepared. Only ever stopped (trigger).

    A period follows the schedule that starts last on or before it; of two that start with one period, the later number. So a
    new schedule replaces the one before it from its first period on, and a stopped one lets no earlier one through.
    """

    class Kind(models.TextChoices):
        MONTHLY = "monthly", _("Tiap bulan")
        EVERY = "every", _("Tiap beberapa bulan")
        STAGES = "stages", _("Tahap pada bulan tertentu")
        DATES = "dates", _("Tanggal tertentu")

    class Moved(models.TextChoices):
        NO = "no", _("Tidak digeser")
        PREVIOUS = "previous", _("Ke hari kerja sebelumnya")
        NEXT = "next", _("Ke hari kerja berikutnya")

    programme = models.ForeignKey(
        Programme, models.PROTECT, related_name="schedules", db_index=False, verbose_name=_("program")
    )
    number = models.PositiveSmallIntegerField(_("jadwal ke"))
    kind = models.CharField(_("pola"), max_length=7, choices=Kind, default=Kind.MONTHLY)
    every = models.PositiveSmallIntegerField(_("tiap berapa bulan"), default=1)
    months = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("bulan"), default=list, blank=True)
    dates = ArrayField(models.DateField(), verbose_name=_("tanggal"), default=list, blank=True)
    day = models.PositiveSmallIntegerField(
        _("tanggal bayar"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(31)],
        help_text=_("31 berarti hari terakhir bulan itu."),
    )
    hour = models.PositiveSmallIntegerField(
        _("jam bayar"), default=9, validators=[MaxValueValidator(23)], help_text=_("Waktu Jakarta, 0 sampai 23.")
    )
    moved = models.CharField(_("bila hari libur"), max_length=8, choices=Moved, default=Moved.PREVIOUS)
    lead_days = models.PositiveSmallIntegerField(
        _("disiapkan berapa hari sebelumnya"), default=7, validators=[MaxValueValidator(MOST_LEAD)]
    )
    first_period = models.DateField(_("periode pertama"))
    last_period = models.DateField(_("periode terakhir"), null=True, blank=True)
    decree = models.CharField(_("dasar"), max_length=200)
    by = models.ForeignKey(
        "auth.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ditetapkan oleh")
    )
    made_at = models.DateTimeField(_("ditetapkan"), db_default=Now())
    planned_at = models.DateTimeField(_("terakhir direncanakan"), null=True, blank=True, editable=False)
    stopped_at = models.DateTimeField(_("dihentikan"), null=True, blank=True)
    stopped_by = models.ForeignKey(
        "auth.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("dihentikan oleh")
    )
    stop_reason = models.CharField(_("alasan penghentian"), max_length=300, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("jadwal penyaluran")
        verbose_name_plural = _("jadwal penyaluran")
        permissions = [("stop_schedule", _("Dapat menghentikan jadwal penyaluran"))]
        constraints = [
            models.UniqueConstraint(name="schedule_number", fields=["programme", "number"]),
            models.CheckConstraint(name="schedule_every", condition=Q(every__gte=1, every__lte=12)),
            models.CheckConstraint(name="schedule_day", condition=Q(day__gte=1, day__lte=31)),
            models.CheckConstraint(name="schedule_hour", condition=Q(hour__lte=23)),
            models.CheckConstraint(name="schedule_lead", condition=Q(lead_days__lte=MOST_LEAD)),
            models.CheckConstraint(
                name="schedule_periods_begin_months",
                condition=Q(first_period__day=1) & (Q(last_period__isnull=True) | Q(last_period__day=1)),
            ),
            models.CheckConstraint(
                name="schedule_ends_later",
                condition=Q(last_period__isnull=True) | Q(last_period__gte=models.F("first_period")),
            ),
            models.CheckConstraint(
                name="schedule_says_when",
                condition=(Q(kind="stages") & ~Q(months=[]))
                | (Q(kind="dates") & ~Q(dates=[]))
                | Q(kind__in=["monthly", "every"]),
            ),
            models.CheckConstraint(
                name="schedule_stopped_with_a_reason",
                condition=Q(stopped_at__isnull=True, stop_reason="")
                | (Q(stopped_at__isnull=False, stopped_by__isnull=False) & ~Q(stop_reason="")),
            ),
        ]

    def __str__(self) -> str:
        return str(_("%(programme)s jadwal %(number)s")) % {"programme": self.programme, "number": self.number}


class ScheduledRun(models.Model):
    """One period of a programme as its schedule has it: due when, prepared when, and what came of it.

    One for each period, whoever plans and how often. Until it is made it follows its schedule; once `batch` is set (the draft
    made for it, or the batch that somebody prepared by hand before), moment and cycle stay. `trouble` is why it could not
    be made; then `retry_at` says when it is tried again.
    """

    programme = models.ForeignKey(
        Programme, models.PROTECT, related_name="runs", db_index=False, verbose_name=_("program")
    )
    schedule = models.ForeignKey(Schedule, models.PROTECT, related_name="runs", verbose_name=_("jadwal"))
    period = models.DateField(_("periode"))
    due_at = models.DateTimeField(_("jatuh tempo"))
    prepare_at = models.DateTimeField(_("disiapkan mulai"))
    cycle = models.ForeignKey(
        Cycle, models.PROTECT, null=True, blank=True, related_name="runs", verbose_name=_("siklus")
    )
    batch = models.ForeignKey(
        Batch, models.PROTECT, null=True, blank=True, related_name="runs", verbose_name=_("batch")
    )
    made_at = models.DateTimeField(_("disiapkan"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("percobaan"), default=0)
    trouble_code = models.CharField(_("jenis kendala"), max_length=40, blank=True, default="")
    trouble = models.CharField(_("kendala"), max_length=300, blank=True, default="")
    retry_at = models.DateTimeField(_("dicoba lagi"), null=True, blank=True)

    class Meta:
        verbose_name = _("penyaluran terjadwal")
        verbose_name_plural = _("penyaluran terjadwal")
        constraints = [models.UniqueConstraint(name="scheduled_run_once", fields=["programme", "period"])]
        indexes = [models.Index(name="scheduled_run_prepare", fields=["prepare_at"])]

    def __str__(self) -> str:
        return f"{self.programme} {self.period:%Y-%m}"

    @property
    def is_late(self) -> bool:
        """True if the draft was made noticeably later than it should have been: nobody was there to make it."""
        return self.made_at is not None and self.made_at - self.prepare_at > LATE

    @property
    def by_hand(self) -> bool:
        """True if somebody had prepared the cycle before the schedule did."""
        return self.batch_id is not None and self.made_at is None
