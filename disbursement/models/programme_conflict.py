"""Programmes that nobody may be in at once, who was left out because of that, and when places were last looked for."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from beneficiaries.models import Person
from disbursement.models.enrolment import Enrolment
from disbursement.models.programme import Programme


class ProgrammeConflictQuerySet(models.QuerySet["ProgrammeConflict"]):
    """Reads of conflicts."""

    def on(self, day: date) -> "ProgrammeConflictQuerySet":
        """Those that count on the day."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gt=day), starts_on__lte=day)


class ProgrammeConflict(models.Model):
    """Two programmes of which a person, or a household, may hold a place in one only, from a day on until before another.

    Written once; it can only be ended. Who held both when it began stays in both until an officer decides.
    """

    class Scope(models.TextChoices):
        PERSON = "person", _("Satu orang")
        HOUSEHOLD = "household", _("Satu keluarga")

    first = models.ForeignKey(Programme, models.PROTECT, related_name="+", verbose_name=_("program"))
    second = models.ForeignKey(Programme, models.PROTECT, related_name="+", verbose_name=_("program lain"))
    scope = models.CharField(_("tidak boleh dirangkap oleh"), max_length=9, choices=Scope)
    starts_on = models.DateField(_("berlaku mulai"))
    ends_on = models.DateField(_("tidak berlaku lagi mulai"), null=True, blank=True)
    decree = models.CharField(_("dasar hukum"), max_length=200)
    by = models.ForeignKey(
        "auth.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ditetapkan oleh")
    )
    created_at = models.DateTimeField(_("dicatat"), db_default=Now())

    objects = ProgrammeConflictQuerySet.as_manager()

    class Meta:
        verbose_name = _("larangan rangkap program")
        verbose_name_plural = _("larangan rangkap program")
        constraints = [
            models.CheckConstraint(name="programmeconflict_in_order", condition=Q(first__lt=F("second"))),
            models.CheckConstraint(
                name="programmeconflict_dates", condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on"))
            ),
            models.CheckConstraint(name="programmeconflict_has_a_decree", condition=~Q(decree="")),
            models.UniqueConstraint(
                name="programmeconflict_once_open", fields=["first", "second", "scope"], condition=Q(ends_on=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first} × {self.second}"


class ConflictNote(models.Model):
    """Somebody whom the rule admits and who was left out, because they, or their household, hold a place elsewhere.

    Written anew each time that the programme enrols.
    """

    programme = models.ForeignKey(
        Programme, models.CASCADE, related_name="conflict_notes", db_index=False, verbose_name=_("program")
    )
    person = models.ForeignKey(Person, models.CASCADE, related_name="+", verbose_name=_("orang"))
    conflict = models.ForeignKey(
        ProgrammeConflict, models.CASCADE, related_name="notes", verbose_name=_("larangan rangkap")
    )
    enrolment = models.ForeignKey(
        Enrolment, models.CASCADE, related_name="+", db_index=False, verbose_name=_("kepesertaan lain")
    )
    at = models.DateTimeField(_("waktu"), db_default=Now())

    class Meta:
        verbose_name = _("tidak didaftarkan karena program lain")
        verbose_name_plural = _("tidak didaftarkan karena program lain")
        constraints = [models.UniqueConstraint(name="conflictnote_once", fields=["programme", "person"])]

    def __str__(self) -> str:
        return f"{self.person_id} · {self.programme_id}"


class PlaceLook(models.Model):
    """When free places of a programme were last offered to those who wait: what the sweeper asks before it rings."""

    programme = models.OneToOneField(
        Programme, models.CASCADE, primary_key=True, related_name="place_look", verbose_name=_("program")
    )
    looked_at = models.DateTimeField(_("waktu"))

    class Meta:
        verbose_name = _("pengisian tempat")
        verbose_name_plural = _("pengisian tempat")

    def __str__(self) -> str:
        return str(self.programme_id)
