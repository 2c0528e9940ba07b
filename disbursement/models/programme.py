"""Programmes: aid of one kind, with a fund of its own. Who gets what from when is in its versions."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from wallet.models import Account


class Programme(models.Model):
    """Aid of one kind, out of one fund. What may change with a decree is in its versions (models.version)."""

    code = models.SlugField(_("kode"), max_length=20, unique=True)
    name = models.CharField(_("nama"), max_length=100)
    one_per_household = models.BooleanField(_("satu per keluarga"), default=False)
    fund = models.OneToOneField(
        Account, models.PROTECT, editable=False, related_name="programme", verbose_name=_("dana")
    )
    active = models.BooleanField(_("aktif"), default=True)
    created_at = models.DateTimeField(_("dibuat"), db_default=Now())

    class Meta:
        verbose_name = _("program")
        verbose_name_plural = _("program")
        permissions = [("fund_programme", _("Dapat mendanai program"))]

    def __str__(self) -> str:
        return self.name

    @property
    def after_aid(self) -> str:
        """The name where it follows the word "bantuan", which many names begin with and nobody wants to read twice."""
        first, _blank, rest = self.name.partition(" ")
        return rest.strip() or self.name if first.lower() == "bantuan" else self.name
