"""Delegation for an absence: for a time one officer signs for another, who stays the one whose approval it is.

It ends by itself. A delegate signs once, for one person, and never for a batch of their own making; who is signed for cannot
sign the same batch as well (approvals.py, and the database). Nobody can delegate to themselves what is another's.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from disbursement.errors import DelegationEnded, DelegationRefused, ReasonMissing
from disbursement.models import Delegation

FOR_OTHERS = "disbursement.delegate_for_others"
APPROVES = "disbursement.approve_batch"
MOST_DAYS = 92  # migration 0121 refuses more


def longest() -> timedelta:
    """How long a delegation may last: an absence, not a change of office. The setting shortens what the database takes."""
    days: int = settings.DISBURSEMENT["delegation_days"]
    return timedelta(days=min(days, MOST_DAYS))


@transaction.atomic
def delegate(principal: User, to: User, *, starts_at: datetime, ends_at: datetime, reason: str, by: User) -> Delegation:
    """From the one moment until the other `to` may sign for the principal. Raises DelegationRefused, ReasonMissing."""
    if not reason.strip():
        raise ReasonMissing
    _check(principal, to, starts_at, ends_at, by)
    return Delegation.objects.create(
        principal=principal, delegate=to, starts_at=starts_at, ends_at=ends_at, reason=reason.strip(), made_by=by
    )


@transaction.atomic
def revoke(delegation: Delegation, *, by: User, reason: str) -> Delegation:
    """Ends it now, before its time. Raises DelegationEnded, DelegationRefused (another's, without the right), ReasonMissing."""
    if not reason.strip():
        raise ReasonMissing
    row = Delegation.objects.select_for_update(of=("self",)).get(pk=delegation.pk)
    if by.pk not in (row.principal_id, row.delegate_id) and not by.has_perm(FOR_OTHERS):
        raise DelegationRefused(reason=_("hanya pejabatnya, wakilnya atau atasan yang dapat mencabutnya."))
    now = timezone.now()
    if row.revoked_at is not None or row.ends_at <= now:
        raise DelegationEnded
    row.revoked_at, row.revoked_by, row.revoke_reason = now, by, reason.strip()
    row.save(update_fields=["revoked_at", "revoked_by", "revoke_reason"])
    return row


def held_by(user: User, moment: datetime | None = None) -> QuerySet[Delegation]:
    """What others have delegated to the officer and is in force at that moment (now by default)."""
    return in_force(moment).filter(delegate=user)


def in_force(moment: datetime | None = None) -> QuerySet[Delegation]:
    """Every delegation of that moment (now by default) between officers whose accounts are active, the oldest first."""
    now = moment or timezone.now()
    held = Delegation.objects.filter(revoked_at=None, starts_at__lte=now, ends_at__gt=now)
    return held.filter(principal__is_active=True, delegate__is_active=True).select_related("principal").order_by("pk")


def _check(principal: User, to: User, starts_at: datetime, ends_at: datetime, by: User) -> None:
    refused = ""
    if principal.pk == to.pk:
        refused = _("Pelaksana harian: pilih orang lain.")
    elif by.pk == to.pk:
        refused = _("Pelaksana harian: tidak dapat melimpahkan wewenang orang lain kepada diri sendiri.")
    elif by.pk != principal.pk and not by.has_perm(FOR_OTHERS):
        refused = _("Pejabat yang berhalangan: hanya yang bersangkutan atau atasan yang dapat melimpahkan.")
    elif not principal.has_perm(APPROVES):
        refused = _("Pejabat yang berhalangan: tidak berhak menyetujui, jadi tidak ada yang dilimpahkan.")
    elif not (to.is_active and to.is_staff):
        refused = _("Pelaksana harian: harus petugas dengan akun yang aktif.")
    elif ends_at <= max(starts_at, timezone.now()):
        refused = _("Sampai: harus sesudah mulai dan sesudah sekarang.")
    elif ends_at - starts_at > longest():
        refused = _("Sampai: paling lama %(days)s hari.") % {"days": longest().days}
    if refused:
        raise DelegationRefused(reason=refused)
