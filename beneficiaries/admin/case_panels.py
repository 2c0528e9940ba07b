"""What the page of a person or household tells of cases: who acts for them, and what was complained about."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from beneficiaries.admin import panels
from beneficiaries.admin.panels import Panel, badge
from beneficiaries.admin.shown import opened
from beneficiaries.models import Grievance, Household, Person, Representation
from wallet.admin.rows import change_url, link

ROWS = 20


def representative_name(row: Representation) -> str:
    """Who acts: a person of the registry or the outsider's name; a note where that does not open."""
    return row.representative.name if row.representative is not None else opened(lambda: row.name)


def is_over(row: Representation) -> bool:
    """True if it was approved and never ended, and nobody may act by it any more (`RepresentationQuerySet.lapsed`)."""
    acts = row.representative
    gone = acts is not None and (acts.status == Person.Status.DECEASED or acts.erased_at is not None)
    over = row.ends_on is not None and row.ends_on < timezone.localdate()
    return row.status == Representation.Status.APPROVED and (gone or over)


def _acting_for(request: HttpRequest, people: Sequence[int], *, named: bool) -> Panel | None:
    """Who acts for these people; `named` says for whom, where there are several."""
    if not request.user.has_perm("beneficiaries.view_representation"):  # type: ignore[union-attr]
        return None
    rows = Representation.objects.filter(for_person__in=people).select_related("representative", "for_person")
    told = [
        (
            link(change_url(row), representative_name(row)),
            *((row.for_person.name,) if named else ()),
            row.get_kind_display(),
            badge(gettext("Tidak lagi berhak"), "danger") if is_over(row) else badge(row.get_status_display()),
            row.starts_on,
            row.ends_on or "–",
        )
        for row in rows.order_by("-pk")[:ROWS]
    ]
    return Panel(
        _("Yang mewakili"),
        (_("wakil"), *((_("bagi"),) if named else ()), _("jenis"), _("status"), _("mulai"), _("sampai")),
        told,
        _("Tidak ada wali atau kuasa."),
    )


def _complaints(request: HttpRequest, people: Sequence[int]) -> Panel | None:
    if not request.user.has_perm("beneficiaries.view_grievance"):  # type: ignore[union-attr]
        return None
    rows = Grievance.objects.filter(person__in=people).select_related("category").order_by("-pk")[:ROWS]
    told = [
        (link(change_url(row), row.number), row.category, badge(row.get_status_display()), row.last_day) for row in rows
    ]
    return Panel(_("Aduan"), (_("nomor aduan"), _("kategori"), _("status"), _("tenggat")), told, _("Tidak ada aduan."))


panels.PERSON.extend(
    (
        lambda request, person: _acting_for(request, [person.pk], named=False),
        lambda request, person: _complaints(request, [person.pk]),
    )
)


def _of_household(request: HttpRequest, household: Household, members: Sequence[Person]) -> Panel | None:
    return _acting_for(request, [member.pk for member in members], named=True)


def _complaints_of_household(request: HttpRequest, household: Household, members: Sequence[Person]) -> Panel | None:
    return _complaints(request, [member.pk for member in members])


panels.HOUSEHOLD.extend((_of_household, _complaints_of_household))
