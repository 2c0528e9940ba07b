"""What a person's page tells of other tables: who acts for them, and what was complained about."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from beneficiaries.models import Grievance, Representation
from vault.sealing import CannotOpen
from wallet.admin.rows import ViewOnlyInline, change_url, link


def representative_name(row: Representation) -> str:
    """Who acts: a person of the registry or the outsider's name; a note where that does not open."""
    if row.representative is not None:
        return row.representative.name
    try:
        return row.name
    except CannotOpen:
        return str(_("tidak dapat dibuka"))


class RepresentationInline(ViewOnlyInline):
    """Who acts for the person, past and present."""

    model = Representation
    fk_name = "for_person"
    fields = readonly_fields = ("opened", "kind", "status", "starts_on", "ends_on")
    ordering = ("-pk",)
    hide_title = True
    show_change_link = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Representation]:
        rows: QuerySet[Representation] = super().get_queryset(request)
        return rows.select_related("representative")

    @admin.display(description=_("wakil"))
    def opened(self, row: Representation) -> SafeString:
        return link(change_url(row), representative_name(row))


class GrievanceInline(ViewOnlyInline):
    """Grievances about the person."""

    model = Grievance
    fk_name = "person"
    fields = readonly_fields = ("opened", "category", "status", "due_at")
    ordering = ("-pk",)
    hide_title = True
    show_change_link = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Grievance]:
        rows: QuerySet[Grievance] = super().get_queryset(request)
        return rows.select_related("category")

    @admin.display(description=_("nomor aduan"))
    def opened(self, row: Grievance) -> SafeString:
        return link(change_url(row), row.number)


INLINES: tuple[type[ViewOnlyInline], ...] = (RepresentationInline, GrievanceInline)
