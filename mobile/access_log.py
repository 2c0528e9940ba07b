"""Who looked at a beneficiary's masked data, in words for that beneficiary: when, in which role, what and why. No names."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from beneficiaries import reveals
from beneficiaries.models import Person

SHOWN = {
    "nik": gettext_lazy("NIK"),
    "phone": gettext_lazy("Nomor HP"),
    "kk": gettext_lazy("Nomor KK"),
    "address": gettext_lazy("Alamat"),
    "number": gettext_lazy("Nomor polisi atau NOP"),
    reveals.PROOF: gettext_lazy("Berkas bukti sanggahan"),
    reveals.EVERYTHING: gettext_lazy("Semua data, atas permintaan Anda"),
    reveals.PROPOSED: gettext_lazy("Perbaikan data yang Anda minta"),
    reveals.SCAN: gettext_lazy("Pindaian dokumen wakil"),
}


def of(person: Person, *, before: int | None, limit: int) -> list[dict[str, Any]]:
    """The newest looks older than the one numbered `before`, at most `limit`. Roles are those the officers have now."""
    rows = reveals.about(person).order_by("-pk")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows[:limit])
    officers = User.objects.filter(pk__in={row.by_id for row in found}).prefetch_related("groups")
    roles = {officer.pk: ", ".join(sorted(group.name for group in officer.groups.all())) for officer in officers}
    return [
        {
            "id": row.pk,
            "at": row.at,
            "shown": str(SHOWN[row.fields]),
            "role": roles.get(row.by_id) or _("Petugas tanpa peran"),
            "reason": row.reason,
            "reason_text": row.get_reason_display(),
        }
        for row in found
    ]
