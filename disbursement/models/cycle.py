"""Cycles: the periods that a programme pays for."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from disbursement.models.programme import Programme


class Cycle(models.Model):
    """One period of one programme (its first day), due at a moment. There is one, whoever makes it and how often."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="cycles", verbose_name=_("program"))
    period = models.DateField(_("periode"))
    due_at = models.DateTimeField(_("jatuh tempo"), db_default=Now())

    class Meta:
        verbose_name = _("siklus")
        verbose_name_plural = _("siklus")
        constraints = [models.UniqueConstraint(name="cycle_once", fields=["programme", "period"])]

    def __str__(self) -> str:
        return f"{self.programme} {self.period:%Y-%m}"
