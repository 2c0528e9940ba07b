"""Approval tiers: from which total on a batch needs one, two or three approvals, of which roles, in which order.

A version is written whole by one officer, agreed to by another, and never changed. Where one is in force, the next begins the
day after its agreement at the earliest: nobody lowers what a batch needs alone, nor at once. Which one a batch falls under is
decided by the database when it is submitted (migrations 0033, 0121), and stays: a later version is for later submissions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.auth.models import Group, User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from disbursement.delegations import APPROVES
from disbursement.errors import InvalidScheme, ReasonMissing, SchemeNotAgreed
from disbursement.models import ApprovalScheme, ApprovalTier, SchemeAgreement, Submission
from disbursement.models.approval_tier import MOST_APPROVERS


@dataclass(frozen=True, slots=True)
class Tier:
    """From this total (rupiah) on: one to three roles, in the order in which they approve."""

    from_total: int
    roles: tuple[Group, ...]


@transaction.atomic
def propose(tiers: Sequence[Tier], *, starts_on: date, decree: str, by: User) -> ApprovalScheme:
    """A new version of the tiers, in force from that day on if another officer agrees before. Raises InvalidScheme."""
    _check_beginning(starts_on, decree)
    check_tiers(tiers)
    scheme = ApprovalScheme.objects.create(starts_on=starts_on, decree=decree.strip(), made_by=by)
    for tier in sorted(tiers, key=lambda tier: tier.from_total):
        first, (second, third) = tier.roles[0], (*tier.roles[1:], None, None)[:2]
        ApprovalTier.objects.create(scheme=scheme, from_total=tier.from_total, first=first, second=second, third=third)
    return scheme


@transaction.atomic
def agree(scheme: ApprovalScheme, *, by: User, reason: str) -> SchemeAgreement:
    """The second officer's yes. Raises SchemeNotAgreed (one's own, agreed already, or too late), ReasonMissing."""
    reason = reason.strip()
    if not reason:
        raise ReasonMissing
    if by.pk == scheme.made_by_id:
        raise SchemeNotAgreed(reason=_("Anda yang mengusulkannya. Minta petugas lain menyetujuinya."))
    if scheme.starts_on < earliest_beginning():
        raise SchemeNotAgreed(reason=_("hari mulainya sudah tiba. Usulkan lagi dengan hari mulai yang akan datang."))
    agreement, first = SchemeAgreement.objects.get_or_create(scheme=scheme, defaults={"by": by, "reason": reason})
    if not first:
        raise SchemeNotAgreed(reason=_("sudah disetujui petugas lain. Muat ulang halaman."))
    return agreement


def earliest_beginning() -> date:
    """The first day on which a scheme that is agreed to now may begin: tomorrow, or today before there is one in force."""
    today = timezone.localdate()
    return today if in_force(today) is None else today + timedelta(days=1)


def in_force(day: date | None = None) -> ApprovalScheme | None:
    """The agreed scheme of that day (today by default).

    None before the first: then one approval is needed, of whoever may approve.
    """
    begun = ApprovalScheme.objects.filter(starts_on__lte=day or timezone.localdate(), agreement__isnull=False)
    return begun.order_by("-starts_on", "-pk").first()


def approving_roles() -> QuerySet[Group]:
    """The roles that may approve batches, by name."""
    app, _dot, codename = APPROVES.partition(".")
    may = Group.objects.filter(permissions__content_type__app_label=app, permissions__codename=codename)
    return may.order_by("name")


def roles_of(tier: ApprovalTier | None) -> list[Group | None]:
    """The roles that approve in that tier, in order; without a tier one, whoever may approve."""
    if tier is None:
        return [None]
    return [role for role in (tier.first, tier.second, tier.third) if role is not None]


def roles_for(submission: Submission) -> list[Group | None]:
    """The roles that this submission needs, in order, as they were when it was submitted."""
    return roles_of(submission.tier)


def check_tiers(tiers: Sequence[Tier]) -> None:
    """Raises InvalidScheme where a total would have no approvers, or two tiers."""
    froms = [tier.from_total for tier in tiers]
    if 0 not in froms or min(froms) < 0:
        raise InvalidScheme(
            reason=_("Mulai jumlah: satu tingkat harus mulai dari 0, agar setiap batch punya penyetuju.")
        )
    if len(set(froms)) != len(froms):
        raise InvalidScheme(reason=_("Mulai jumlah: dua tingkat mulai dari jumlah yang sama."))
    if not all(1 <= len(tier.roles) <= MOST_APPROVERS for tier in tiers):
        raise InvalidScheme(reason=_("Peran: setiap tingkat perlu satu sampai tiga penyetuju."))


def _check_beginning(starts_on: date, decree: str) -> None:
    if not decree.strip():
        raise InvalidScheme(reason=_("Dasar: isi nomor keputusan atau alasan perubahannya."))
    if starts_on < earliest_beginning():
        raise InvalidScheme(
            reason=_("Berlaku mulai: paling cepat %(day)s.") % {"day": f"{earliest_beginning():%d-%m-%Y}"}
        )
