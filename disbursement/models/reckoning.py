"""How an amount came about: what calculations and corrections keep of it alike."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from disbursement.models.version import ProgrammeVersion


class Reckoning(models.Model):
    """The facts, the version and the arithmetic that an enrolment's amounts in a cycle rest on.

    `facts` of the person and household, `members` of the family that were counted, `lines` one for each component, `parts`
    what goes into which purse (rupiah).
    """

    version = models.ForeignKey(
        ProgrammeVersion, models.PROTECT, related_name="+", db_index=False, verbose_name=_("versi program")
    )
    facts = models.JSONField(_("fakta"), default=dict)
    members = models.JSONField(_("anggota keluarga yang dihitung"), default=list)
    lines = models.JSONField(_("perhitungan"), default=list)
    parts = models.JSONField(_("bagian"), default=dict)

    class Meta:
        abstract = True
