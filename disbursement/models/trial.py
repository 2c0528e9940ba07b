"""Trials of a version: what it would change if it were in force, counted over the whole registry. Nobody is enrolled."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from beneficiaries.models import Person
from disbursement.models.version import ProgrammeVersion


class VersionTrial(models.Model):
    """One trial: whom the version would let in and put out, and what a cycle would cost (rupiah) beside what it costs now."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Menunggu")
        RUNNING = "running", _("Sedang dihitung")
        DONE = "done", _("Selesai")
        FAILED = "failed", _("Gagal")

    version = models.ForeignKey(
        ProgrammeVersion, models.PROTECT, related_name="trials", verbose_name=_("versi program")
    )
    day = models.DateField(_("keadaan pada"))
    status = models.CharField(_("status"), max_length=7, choices=Status, default=Status.WAITING)
    by = models.ForeignKey(
        "auth.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("diminta oleh")
    )
    attempts = models.PositiveSmallIntegerField(_("percobaan"), default=0)
    at = models.DateTimeField(_("kabar terakhir"), db_default=Now())
    households = models.PositiveIntegerField(_("keluarga"), default=0)
    households_seen = models.PositiveIntegerField(_("keluarga diperiksa"), default=0)
    enters = models.PositiveIntegerField(_("masuk"), default=0)
    leaves = models.PositiveIntegerField(_("keluar"), default=0)
    stays = models.PositiveIntegerField(_("tetap"), default=0)
    waits = models.PositiveIntegerField(_("menunggu karena kuota"), default=0, db_default=0)
    cost = models.BigIntegerField(_("biaya satu siklus (Rp)"), default=0)
    cost_now = models.BigIntegerField(_("biaya satu siklus sekarang (Rp)"), default=0)
    failure = models.CharField(_("sebab gagal"), max_length=300, blank=True, default="")
    created_at = models.DateTimeField(_("diminta"), db_default=Now())
    finished_at = models.DateTimeField(_("selesai"), null=True, blank=True)

    class Meta:
        verbose_name = _("percobaan versi")
        verbose_name_plural = _("percobaan versi")
        permissions = [("try_programmeversion", _("Dapat mencoba versi program"))]
        indexes = [
            models.Index(name="trial_unfinished", fields=["id"], condition=models.Q(status__in=["waiting", "running"]))
        ]

    def __str__(self) -> str:
        return str(_("Percobaan %(number)s")) % {"number": self.pk}


class TrialRegion(models.Model):
    """What a trial found in one kecamatan."""

    trial = models.ForeignKey(
        VersionTrial, models.CASCADE, related_name="regions", db_index=False, verbose_name=_("percobaan")
    )
    code = models.CharField(_("kecamatan"), max_length=8)
    enters = models.PositiveIntegerField(_("masuk"))
    leaves = models.PositiveIntegerField(_("keluar"))
    stays = models.PositiveIntegerField(_("tetap"))
    waits = models.PositiveIntegerField(_("menunggu karena kuota"), default=0, db_default=0)
    cost = models.BigIntegerField(_("biaya satu siklus (Rp)"))
    cost_now = models.BigIntegerField(_("biaya satu siklus sekarang (Rp)"))

    class Meta:
        verbose_name = _("hasil percobaan per kecamatan")
        verbose_name_plural = _("hasil percobaan per kecamatan")
        constraints = [models.UniqueConstraint(name="trial_region_once", fields=["trial", "code"])]

    def __str__(self) -> str:
        return f"{self.trial_id} · {self.code}"


class TrialChange(models.Model):
    """Somebody whom the version would let in, or whom its quota makes wait, with what a cycle would pay them (rupiah), or whom
    it would put out, with what a cycle pays now."""

    class Change(models.TextChoices):
        ENTERS = "enters", _("Masuk")
        LEAVES = "leaves", _("Keluar")
        WAITS = "waits", _("Menunggu")

    trial = models.ForeignKey(
        VersionTrial, models.CASCADE, related_name="changes", db_index=False, verbose_name=_("percobaan")
    )
    person = models.ForeignKey(Person, models.CASCADE, related_name="+", verbose_name=_("orang"))
    change = models.CharField(_("perubahan"), max_length=6, choices=Change)
    amount = models.BigIntegerField(_("jumlah satu siklus (Rp)"))

    class Meta:
        verbose_name = _("perubahan menurut percobaan")
        verbose_name_plural = _("perubahan menurut percobaan")
        constraints = [models.UniqueConstraint(name="trial_change_once", fields=["trial", "person"])]

    def __str__(self) -> str:
        return f"{self.trial_id} · {self.person_id}"
