"""Who is in a programme or waits for a place, where that followed them to, and for which cycle it was left out."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from beneficiaries.models import Exclusion, Household, Person
from disbursement.models.cycle import Cycle
from disbursement.models.programme import Programme
from disbursement.models.version import ProgrammeVersion


class Enrolment(models.Model):
    """A person in a programme, with the facts that made them eligible. Once only per person, and per family where set.

    Its status is what its steps come to (models.EnrolmentStep): the database changes it with a step, and not otherwise. Who is
    active or suspended holds a place of the quota; `passed_over` says why the last look for free places passed by who waits.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("Daftar tunggu")
        ACTIVE = "active", _("Aktif")
        SUSPENDED = "suspended", _("Ditangguhkan")
        ENDED = "ended", _("Berakhir")

    class PassedOver(models.TextChoices):
        GONE = "gone", _("tidak aktif lagi di registri, atau datanya dibatasi")
        EXCLUDED = "excluded", _("sedang dikecualikan")
        CONFLICT = "conflict", _("masih peserta program lain yang tidak boleh dirangkap")
        NOT_ELIGIBLE = "not_eligible", _("saat ini tidak memenuhi syarat")

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="enrolments", verbose_name=_("program"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="enrolments", verbose_name=_("penerima"))
    household = models.ForeignKey(
        Household,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("keluarga"),
        help_text=_("Diisi hanya pada program satu per keluarga."),
    )
    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.ACTIVE, db_default="active")
    facts = models.JSONField(_("fakta"), default=dict)
    # Whose rule admitted them, and who asked for that; none of what was enrolled before these were kept.
    version = models.ForeignKey(
        ProgrammeVersion, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("versi program"),
        db_index=False,
    )  # fmt: skip
    by = models.ForeignKey(
        "auth.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("didaftarkan oleh"),
        db_index=False,
    )  # fmt: skip
    passed_over = models.CharField(
        _("dilewati"), max_length=12, choices=PassedOver, blank=True, default="", db_default=""
    )
    created_at = models.DateTimeField(_("terdaftar"), db_default=Now())

    class Meta:
        verbose_name = _("kepesertaan")
        verbose_name_plural = _("kepesertaan")
        constraints = [
            models.UniqueConstraint(name="enrolment_once", fields=["programme", "person"]),
            models.UniqueConstraint(
                name="enrolment_one_per_household", fields=["programme", "household"], condition=~Q(status="ended")
            ),
        ]
        indexes = [
            models.Index(name="enrolment_waiting", fields=["programme"], condition=Q(status="waiting")),
            models.Index(name="enrolment_suspended", fields=["id"], condition=Q(status="suspended")),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.programme}"


class LeftOut(models.Model):
    """An active enrolment that a prepared batch left out of its cycle, and the exclusion that is the reason."""

    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="left_out", verbose_name=_("siklus"))
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="left_out", verbose_name=_("kepesertaan"))
    exclusion = models.ForeignKey(Exclusion, models.PROTECT, related_name="left_out", verbose_name=_("pengecualian"))
    created_at = models.DateTimeField(_("waktu"), db_default=Now())

    class Meta:
        verbose_name = _("tidak dibayar karena pengecualian")
        verbose_name_plural = _("tidak dibayar karena pengecualian")
        constraints = [models.UniqueConstraint(name="left_out_once", fields=["cycle", "enrolment", "exclusion"])]

    def __str__(self) -> str:
        return f"{self.enrolment} · {self.cycle}"


class FollowedMove(models.Model):
    """An enrolment that followed its person when an import moved them: where it was before, and what it was then.

    `ended`: the new household had another one in that programme, or one in a programme that excludes it. `household` is empty
    where the place is the person's own. Kept as long as the import can be taken back.
    """

    run = models.ForeignKey("beneficiaries.RegistryImport", models.PROTECT, related_name="+", verbose_name=_("impor"))
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="+", verbose_name=_("kepesertaan"))
    household = models.ForeignKey(
        Household, models.PROTECT, null=True, related_name="+", verbose_name=_("keluarga sebelumnya")
    )
    status = models.CharField(_("status sebelumnya"), max_length=9, choices=Enrolment.Status)
    ended = models.BooleanField(_("diakhiri"), default=False, db_default=False)
    excluded = models.BooleanField(_("karena larangan rangkap"), default=False, db_default=False)

    class Meta:
        verbose_name = _("kepesertaan yang ikut pindah")
        verbose_name_plural = _("kepesertaan yang ikut pindah")
        constraints = [models.UniqueConstraint(name="followed_move_once", fields=["run", "enrolment"])]

    def __str__(self) -> str:
        return f"{self.enrolment_id} · {self.run_id}"
