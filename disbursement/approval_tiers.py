"""Approval tiers: from which total on a batch needs one, two or three approvals, of which roles, in which order.

A version is written whole and never changed. Which one a batch falls under is decided by the database when it is submitted
(migration 0033), and stays: a later version is for later submissions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import Group, User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from disbursement.errors import InvalidScheme
from disbursement.models import ApprovalScheme, ApprovalTier, Submission
from disbursement.models.approval_tier import MOST_APPROVERS


@dataclass(frozen=True, slots=True)
class Tier:
    """From this total (rupiah) on: one to three roles, in the order in which they approve."""

    from_total: int
    roles: tuple[Group, ...]


@transaction.atomic
def set_scheme(tiers: Sequence[Tier], *, starts_on: date, decree: str, by: User) -> ApprovalScheme:
    """A new version of the tiers, in force from that day on. Raises InvalidScheme."""
    _check_beginning(starts_on, decree)
    check_tiers(tiers)
    scheme = ApprovalScheme.objects.create(starts_on=starts_on, decree=decree.strip(), made_by=by)
    for tier in sorted(tiers, key=lambda tier: tier.from_total):
        first, (second, third) = tier.roles[0], (*tier.roles[1:], None, None)[:2]
        ApprovalTier.objects.create(scheme=scheme, from_total=tier.from_total, first=first, second=second, third=third)
    return scheme


def in_force(day: date | None = None) -> ApprovalScheme | None:
    """The scheme of that day (today by default); None before the first: then one approval is needed, of whoever may approve."""
    begun = ApprovalScheme.objects.filter(starts_on__lte=day or timezone.localdate())
    return begun.order_by("-starts_on", "-pk").first()


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
    if starts_on < timezone.localdate():
        raise InvalidScheme(reason=_("Berlaku mulai: tidak boleh sebelum hari ini."))
