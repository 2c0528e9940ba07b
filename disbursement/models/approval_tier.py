"""From which total on a batch needs whose approvals: versions of one table, the latest that has begun is in force."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

MOST_APPROVERS = 3


class ApprovalScheme(models.Model):
    """A version of the tiers, proposed by one officer and, once another agreed, in force from a day on until a later one.

    Never changed: a submitted batch keeps its tier. Before the first version every batch needs one approval, by whoever may
    approve.
    """

    starts_on = models.DateField(_("berlaku mulai"))
    decree = models.CharField(_("dasar"), max_length=200, help_text=_("Nomor keputusan atau alasan perubahan."))
    made_by = models.ForeignKey("auth.User", models.PROTECT, related_name="+", verbose_name=_("diusulkan oleh"))
    made_at = models.DateTimeField(_("diusulkan"), db_default=Now())
    # The transaction that wrote it, set by the database: only that one writes its tiers.
    written_in = models.BigIntegerField(null=True, editable=False)

    class Meta:
        verbose_name = _("jenjang persetujuan")
        verbose_name_plural = _("jenjang persetujuan")
        permissions = [("agree_approvalscheme", _("Dapat menyetujui jenjang yang diusulkan petugas lain"))]

    def __str__(self) -> str:
        return f"{self.starts_on:%d-%m-%Y} · {self.decree}"


class SchemeAgreement(models.Model):
    """Another officer's yes to a proposed scheme; without it the scheme is never in force. Never changed.

    No `by` only in those of before there was a second look. The database takes it on a day before the scheme begins, or on
    that day where no scheme is in force yet.
    """

    scheme = models.OneToOneField(
        ApprovalScheme, models.PROTECT, related_name="agreement", verbose_name=_("jenjang persetujuan")
    )
    by = models.ForeignKey(
        "auth.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("disetujui oleh")
    )
    reason = models.CharField(_("alasan"), max_length=300, blank=True, default="")
    at = models.DateTimeField(_("disetujui"), db_default=Now())

    class Meta:
        verbose_name = _("persetujuan jenjang")
        verbose_name_plural = _("persetujuan jenjang")

    def __str__(self) -> str:
        return f"{self.scheme} · {self.by or '-'}"


class ApprovalTier(models.Model):
    """From this total (rupiah) on: one to three roles, each of which approves once, in this order."""

    scheme = models.ForeignKey(ApprovalScheme, models.PROTECT, related_name="tiers", verbose_name=_("jenjang"))
    from_total = models.BigIntegerField(_("mulai jumlah (Rp)"))
    first = models.ForeignKey("auth.Group", models.PROTECT, related_name="+", verbose_name=_("penyetuju pertama"))
    second = models.ForeignKey(
        "auth.Group", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("penyetuju kedua")
    )
    third = models.ForeignKey(
        "auth.Group", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("penyetuju ketiga")
    )

    class Meta:
        verbose_name = _("tingkat")
        verbose_name_plural = _("tingkat")
        ordering = ("from_total",)
        constraints = [
            models.UniqueConstraint(name="approval_tier_once", fields=["scheme", "from_total"]),
            models.CheckConstraint(name="approval_tier_not_negative", condition=Q(from_total__gte=0)),
            models.CheckConstraint(
                name="approval_tier_without_gap", condition=Q(second__isnull=False) | Q(third__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"≥ {self.from_total}"
