"""What one officer proposes and another agrees to: the part that all such rows share."""

from django.contrib.auth.models import User
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Proposal(models.Model):
    """Something that moves money, or whom it reaches, once another officer agrees; until then nothing has changed.

    States: PROPOSED → AGREED | DROPPED (`wallet.proposals.TRANSITIONS`; a trigger says so too). What was proposed stays.
    """

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("Menunggu petugas lain")
        AGREED = "agreed", _("Disetujui")
        DROPPED = "dropped", _("Tidak jadi")

    reason = models.CharField(_("alasan"), max_length=200)
    status = models.CharField(
        _("status"), max_length=8, choices=Status, default=Status.PROPOSED, db_default=Status.PROPOSED
    )
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("diusulkan oleh"))
    proposed_at = models.DateTimeField(_("diusulkan"), db_default=Now())
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("diputuskan oleh")
    )
    decided_at = models.DateTimeField(_("diputuskan"), null=True, blank=True)
    decision_reason = models.CharField(_("alasan keputusan"), max_length=200, blank=True, default="", db_default="")

    class Meta:
        abstract = True
        constraints = [
            # Nobody agrees to what they proposed, superusers included. Whoever proposed it may drop it.
            models.CheckConstraint(
                name="%(class)s_by_two", condition=~Q(status="agreed") | ~Q(decided_by=F("proposed_by"))
            ),
            models.CheckConstraint(
                name="%(class)s_decided",
                condition=Q(status="proposed", decided_by__isnull=True, decided_at__isnull=True)
                | Q(status="agreed", decided_by__isnull=False, decided_at__isnull=False)
                | (Q(status="dropped", decided_by__isnull=False, decided_at__isnull=False) & ~Q(decision_reason="")),
            ),
            models.CheckConstraint(name="%(class)s_says_why", condition=~Q(reason="")),
        ]
