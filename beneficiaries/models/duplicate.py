"""People who may be one: how they are found, which pairs wait for an officer, and the merges that were decided."""

from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from beneficiaries.models.household import Person


class PersonKey(models.Model):
    """What a person is compared by, derived from the registry and refreshed by `duplicates.find`; nobody else writes it.

    A table of its own, because nothing but the comparison reads it: changing how names are compared rewrites no person, and
    leaves no trace in their history. `fingerprint` digests every compared column, so that a changed person shows.
    """

    person = models.OneToOneField(Person, models.CASCADE, primary_key=True, related_name="+")
    name = models.CharField(max_length=400)
    name_key = models.CharField(max_length=400, db_index=True)
    fingerprint = models.UUIDField()
    version = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("kunci pembanding")
        verbose_name_plural = _("kunci pembanding")

    def __str__(self) -> str:
        return str(self.person_id)


class PersonBlock(models.Model):
    """One of the blocks a person stands in: only people who share a block are compared. The key is a digest."""

    pk = models.CompositePrimaryKey("key", "person_id")
    key = models.BigIntegerField()
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("kelompok pembanding")
        verbose_name_plural = _("kelompok pembanding")

    def __str__(self) -> str:
        return f"{self.key}: {self.person_id}"


class DuplicatePairQuerySet(models.QuerySet["DuplicatePair"]):
    """Reads of pairs."""

    def waiting(self) -> DuplicatePairQuerySet:
        """What an officer can decide."""
        return self._decidable().filter(status=DuplicatePair.Status.OPEN)

    def told_apart(self) -> DuplicatePairQuerySet:
        """What an officer found to be two people, and could decide again."""
        return self._decidable().filter(status=DuplicatePair.Status.DIFFERENT)

    def _decidable(self) -> DuplicatePairQuerySet:
        """Both are active, and neither has restricted what is done with their data."""
        active = Person.Status.ACTIVE
        unrestricted = self.filter(low__restricted=False, high__restricted=False)
        return unrestricted.filter(low__status=active, high__status=active)


class DuplicatePair(models.Model):
    """Two people who may be one, with the points that say so; one row a pair, the lower id first.

    `reasons` holds, for each compared field, its points and what was seen: ``{"birth_date": [22, "swapped"]}``; the score
    is their sum within 0 to 100. The fingerprints say what of both was compared, or known when it was decided; the phone is
    not in them, for a change of index keys is no change of the person.
    """

    class Status(models.TextChoices):
        OPEN = "open", _("Menunggu keputusan")
        MERGED = "merged", _("Digabung")
        DIFFERENT = "different", _("Bukan orang yang sama")

    low = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("orang pertama"))
    high = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("orang kedua"))
    score = models.PositiveSmallIntegerField(_("skor"), validators=[MaxValueValidator(100)])
    reasons = models.JSONField(_("alasan skor"))
    low_fingerprint = models.UUIDField(editable=False)
    high_fingerprint = models.UUIDField(editable=False)
    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.OPEN, db_default=Status.OPEN)
    decided_by = models.ForeignKey(
        "auth.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("diputuskan oleh")
    )
    decided_at = models.DateTimeField(_("diputuskan"), null=True, blank=True)
    decision = models.CharField(_("alasan keputusan"), max_length=200, blank=True, default="", db_default="")
    found_at = models.DateTimeField(_("ditemukan"), db_default=Now())

    objects = DuplicatePairQuerySet.as_manager()

    class Meta:
        verbose_name = _("dugaan orang ganda")
        verbose_name_plural = _("dugaan orang ganda")
        permissions = [
            ("decide_duplicatepair", _("Dapat menyatakan dua orang berbeda")),
            ("merge_person", _("Dapat menggabungkan dan memisahkan orang ganda")),
        ]
        constraints = [
            models.UniqueConstraint(name="duplicate_pair_once", fields=["low", "high"]),
            models.CheckConstraint(name="duplicate_pair_ordered", condition=Q(low__lt=F("high"))),
            models.CheckConstraint(name="duplicate_pair_score", condition=Q(score__lte=100)),
            models.CheckConstraint(
                name="duplicate_pair_decided",
                condition=Q(status="open", decided_by=None, decided_at=None)
                | (~Q(status="open") & Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(decision="")),
            ),
        ]
        indexes = [models.Index(name="duplicate_pair_queue", fields=["-score", "id"], condition=Q(status="open"))]

    def __str__(self) -> str:
        return f"{self.low} · {self.high}"


class Merge(models.Model):
    """One row of the registry joined to another, and what is needed to part them again. Only its end is ever written later.

    `kept` is what the programmes' app told of its own part (enrolments, wallets): the registry keeps it and hands it back. The
    rows that the merge restricted stand in it, too.
    """

    pair = models.ForeignKey(DuplicatePair, models.PROTECT, related_name="merges", verbose_name=_("pasangan"))
    survivor = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("yang tetap"))
    merged = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("yang digabung"))
    kept = models.JSONField(_("catatan"), default=dict)
    # The merged row had a wallet, and another telephone than the survivor: what was in it is another telephone's now.
    phone_changed = models.BooleanField(_("nomor HP berganti"), default=False, db_default=False)
    by = models.ForeignKey("auth.User", models.PROTECT, related_name="+", verbose_name=_("oleh"))
    reason = models.CharField(_("alasan"), max_length=200)
    at = models.DateTimeField(_("waktu"), db_default=Now())
    undone_by = models.ForeignKey(
        "auth.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("dipisahkan oleh")
    )
    undone_at = models.DateTimeField(_("dipisahkan"), null=True, blank=True)
    undone_reason = models.CharField(_("alasan pemisahan"), max_length=200, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("penggabungan")
        verbose_name_plural = _("penggabungan")
        constraints = [
            models.UniqueConstraint(name="merge_once", fields=["merged"], condition=Q(undone_at=None)),
            models.CheckConstraint(name="merge_of_two", condition=~Q(survivor=F("merged"))),
            models.CheckConstraint(
                name="merge_undone",
                condition=Q(undone_at=None, undone_by=None)
                | (Q(undone_at__isnull=False, undone_by__isnull=False) & ~Q(undone_reason="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.merged} → {self.survivor}"
