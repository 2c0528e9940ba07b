"""Who stood for a batch's content, who agreed to it, who sent it back, and who may sign for whom."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from disbursement.models.approval_tier import MOST_APPROVERS, ApprovalTier
from disbursement.models.batch import Batch


class Submission(models.Model):
    """A maker stands for one content of a batch: its count, total and digest. Never changed; approvals belong to it.

    A batch that was sent back is submitted anew, and nothing that was approved before counts. The database itself sets the
    tier, from the scheme in force and the total, and with it how many approvals are needed.
    """

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="submissions", verbose_name=_("batch"))
    number = models.PositiveSmallIntegerField(_("pengajuan ke"))
    maker = models.ForeignKey("auth.User", models.PROTECT, related_name="+", verbose_name=_("diajukan oleh"))
    count = models.PositiveIntegerField(_("banyak"))
    total = models.BigIntegerField(_("jumlah (Rp)"))
    digest = models.CharField(_("sidik isi (SHA-256)"), max_length=64)
    tier = models.ForeignKey(
        ApprovalTier, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("tingkat")
    )
    needed = models.PositiveSmallIntegerField(_("persetujuan yang diperlukan"), default=1)
    submitted_at = models.DateTimeField(_("diajukan"), db_default=Now())

    class Meta:
        verbose_name = _("pengajuan")
        verbose_name_plural = _("pengajuan")
        constraints = [
            models.UniqueConstraint(name="submission_number", fields=["batch", "number"]),
            # What a batch, and an approval, repeat of it: composite foreign keys keep them equal.
            models.UniqueConstraint(name="submission_content", fields=["id", "batch", "maker", "digest"]),
            models.UniqueConstraint(
                name="submission_whole", fields=["id", "batch", "maker", "digest", "count", "total"]
            ),
            models.CheckConstraint(
                name="submission_needs_one_to_three", condition=Q(needed__gte=1, needed__lte=MOST_APPROVERS)
            ),
            models.CheckConstraint(name="submission_has_a_digest", condition=~Q(digest="")),
        ]

    def __str__(self) -> str:
        return f"{self.batch} ({self.number})"


class Delegation(models.Model):
    """For a time one officer signs for another who is absent. Ends by itself, or is revoked; never otherwise changed."""

    principal = models.ForeignKey(
        "auth.User", models.PROTECT, related_name="delegations_given", verbose_name=_("pejabat yang berhalangan")
    )
    delegate = models.ForeignKey(
        "auth.User", models.PROTECT, related_name="delegations_held", verbose_name=_("pelaksana harian")
    )
    starts_at = models.DateTimeField(_("mulai"))
    ends_at = models.DateTimeField(_("sampai"))
    reason = models.CharField(_("alasan"), max_length=300)
    made_by = models.ForeignKey("auth.User", models.PROTECT, related_name="+", verbose_name=_("dibuat oleh"))
    made_at = models.DateTimeField(_("dibuat"), db_default=Now())
    revoked_at = models.DateTimeField(_("dicabut"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        "auth.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("dicabut oleh")
    )
    revoke_reason = models.CharField(_("alasan pencabutan"), max_length=300, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("pelimpahan persetujuan")
        verbose_name_plural = _("pelimpahan persetujuan")
        permissions = [("delegate_for_others", _("Dapat melimpahkan persetujuan petugas lain"))]
        indexes = [models.Index(name="delegation_held", fields=["delegate", "ends_at"])]
        constraints = [
            models.CheckConstraint(name="delegation_to_another", condition=~Q(principal=F("delegate"))),
            models.CheckConstraint(name="delegation_not_to_oneself", condition=~Q(made_by=F("delegate"))),
            models.CheckConstraint(name="delegation_ends_later", condition=Q(ends_at__gt=F("starts_at"))),
            models.CheckConstraint(
                name="delegation_revoked_by",
                condition=Q(revoked_at=None, revoked_by=None) | Q(revoked_at__isnull=False, revoked_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.principal} → {self.delegate}"


class Approval(models.Model):
    """One person's yes to one submission, in their own right or for another who is absent. Never changed.

    The database refuses the maker's own, whoever that is: as the one who signs and as the one who is signed for. It takes
    the approvals in the order of the tier's roles, one each, with a fresh proof of the second factor.
    """

    submission = models.ForeignKey(
        Submission, models.PROTECT, related_name="approvals", verbose_name=_("pengajuan"), db_constraint=False
    )
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="approvals", verbose_name=_("batch"))
    position = models.PositiveSmallIntegerField(_("urutan"), default=1)
    approver = models.ForeignKey("auth.User", models.PROTECT, related_name="+", verbose_name=_("disetujui oleh"))
    holder = models.ForeignKey("auth.User", models.PROTECT, related_name="+", verbose_name=_("atas nama"))
    delegation = models.ForeignKey(
        Delegation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("pelimpahan")
    )
    maker = models.ForeignKey("auth.User", models.PROTECT, related_name="+", verbose_name=_("diajukan oleh"))
    digest = models.CharField(_("sidik isi (SHA-256)"), max_length=64)
    reason = models.CharField(_("alasan"), max_length=300, blank=True)
    # None only in what was approved before there was a second factor.
    proof = models.OneToOneField(
        "officers.Proof", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("faktor kedua")
    )
    created_at = models.DateTimeField(_("waktu"), db_default=Now())

    class Meta:
        verbose_name = _("persetujuan")
        verbose_name_plural = _("persetujuan")
        constraints = [
            models.UniqueConstraint(name="approval_once", fields=["submission", "approver"]),
            models.UniqueConstraint(name="approval_once_for", fields=["submission", "holder"]),
            models.UniqueConstraint(name="approval_position", fields=["submission", "position"]),
            models.CheckConstraint(name="approver_is_not_maker", condition=~Q(approver=F("maker"))),
            models.CheckConstraint(name="holder_is_not_maker", condition=~Q(holder=F("maker"))),
            models.CheckConstraint(
                name="approval_for_another_by_delegation",
                condition=Q(delegation=None, holder=F("approver"))
                | (Q(delegation__isnull=False) & ~Q(holder=F("approver"))),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch} · {self.approver}"


class SentBack(models.Model):
    """A submission that ended without being paid: refused by whoever might have approved, or withdrawn by its maker."""

    class Kind(models.TextChoices):
        REFUSED = "refused", _("Ditolak")
        WITHDRAWN = "withdrawn", _("Ditarik pengaju")

    submission = models.OneToOneField(Submission, models.PROTECT, related_name="sent_back", verbose_name=_("pengajuan"))
    kind = models.CharField(_("keputusan"), max_length=9, choices=Kind)
    by = models.ForeignKey("auth.User", models.PROTECT, related_name="+", verbose_name=_("oleh"))
    reason = models.CharField(_("alasan"), max_length=300)
    created_at = models.DateTimeField(_("waktu"), db_default=Now())

    class Meta:
        verbose_name = _("pengembalian batch")
        verbose_name_plural = _("pengembalian batch")
        constraints = [models.CheckConstraint(name="sent_back_with_a_reason", condition=~Q(reason=""))]

    def __str__(self) -> str:
        return f"{self.submission} · {self.get_kind_display()}"
