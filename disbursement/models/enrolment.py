"""Who is in a programme, where that followed them to, and for which cycle it was left out."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from beneficiaries.models import Exclusion, Household, Person
from disbursement.models.cycle import Cycle
from disbursement.models.programme import Programme


class Enrolment(models.Model):
    """A person in a programme, with the facts that made them eligible. Once only per person, and per family where set."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("Aktif")
        ENDED = "ended", _("Berakhir")

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
    status = models.CharField(_("status"), max_length=6, choices=Status, default=Status.ACTIVE, db_default="active")
    facts = models.JSONField(_("fakta"), default=dict)
    created_at = models.DateTimeField(_("terdaftar"), db_default=Now())

    class Meta:
        verbose_name = _("kepesertaan")
        verbose_name_plural = _("kepesertaan")
        constraints = [
            models.UniqueConstraint(name="enrolment_once", fields=["programme", "person"]),
            models.UniqueConstraint(
                name="enrolment_one_per_household", fields=["programme", "household"], condition=Q(status="active")
            ),
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

    `ended`: the new household had another one in that programme. Kept as long as the import can be taken back.
    """

    run = models.ForeignKey("beneficiaries.RegistryImport", models.PROTECT, related_name="+", verbose_name=_("impor"))
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="+", verbose_name=_("kepesertaan"))
    household = models.ForeignKey(Household, models.PROTECT, related_name="+", verbose_name=_("keluarga sebelumnya"))
    status = models.CharField(_("status sebelumnya"), max_length=9, choices=Enrolment.Status)
    ended = models.BooleanField(_("diakhiri"), default=False, db_default=False)

    class Meta:
        verbose_name = _("kepesertaan yang ikut pindah")
        verbose_name_plural = _("kepesertaan yang ikut pindah")
        constraints = [models.UniqueConstraint(name="followed_move_once", fields=["run", "enrolment"])]

    def __str__(self) -> str:
        return f"{self.enrolment_id} · {self.run_id}"
