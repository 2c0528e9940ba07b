"""The history of the registry: who changed what of whom, when, why, and where it came from."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from beneficiaries.models.household import Household, Person


class Change(models.Model):
    """What one statement did to one person or household; written by the database itself (migration 0003), not by us.

    `before` holds the changed columns as they were, `after` as they became. A sealed column stands in `before` as the hex
    of its sealed bytes (bound to the row it came from) and in `after` as null: the row itself has it. What was added has neither.
    `by`, `reason` and `source` are what `beneficiaries.history.telling` said; `source` is like ``import:7`` or ``office``.
    Of what is older than the office keeps, both are empty, but for a person's former ``household_id`` in `before`.
    """

    class Kind(models.TextChoices):
        ADDED = "added", _("Ditambahkan")
        CHANGED = "changed", _("Diubah")
        REMOVED = "removed", _("Dihapus")

    # Without references in the database: history outlives what it tells of.
    person = models.ForeignKey(
        Person, models.DO_NOTHING, null=True, db_constraint=False, related_name="changes", verbose_name=_("orang")
    )
    household = models.ForeignKey(
        Household, models.DO_NOTHING, null=True, db_constraint=False, related_name="changes", verbose_name=_("keluarga")
    )
    kind = models.CharField(_("jenis"), max_length=8, choices=Kind)
    before = models.JSONField(_("sebelum"))
    after = models.JSONField(_("sesudah"))
    by = models.ForeignKey(
        "auth.User", models.DO_NOTHING, null=True, db_constraint=False, related_name="+", verbose_name=_("oleh")
    )
    reason = models.TextField(_("alasan"), blank=True)
    source = models.CharField(_("sumber"), max_length=64, blank=True, db_index=True)
    at = models.DateTimeField(_("waktu"), db_default=Now())

    class Meta:
        verbose_name = _("riwayat perubahan")
        verbose_name_plural = _("riwayat perubahan")
        constraints = [
            models.CheckConstraint(
                name="change_of_one",
                condition=Q(person__isnull=False, household__isnull=True)
                | Q(person__isnull=True, household__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d}"

    @property
    def is_emptied(self) -> bool:
        """Its contents were kept long enough, or its subject is forgotten: what was changed to what, nobody knows any more."""
        return self.kind == self.Kind.CHANGED and not self.after
