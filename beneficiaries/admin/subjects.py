"""Whom a row is about, in the office: a person by name and masked NIK, a household by its masked KK number."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from beneficiaries import identity
from beneficiaries.search import people_found
from vault.sealing import CannotOpen
from wallet.admin.rows import change_url, link


def masked(row: Any) -> str:
    """The subject's number with its region and serial only."""
    try:
        return identity.mask_number(row.person.nik if row.person_id else row.household.kk)
    except CannotOpen:
        return "?"


def found(rows: QuerySet[Any], term: str, path: str = "") -> QuerySet[Any]:
    """The rows about the people that a search term means, or about their households."""
    people = people_found(term)
    mine, home = f"{path}person__in", f"{path}household__in"
    return rows.filter(**{mine: people.values("pk")}) | rows.filter(**{home: people.values("household")})


class SubjectColumns:
    """What lists and pages show of whom a row is about."""

    @admin.display(description=_("tentang"))
    def subject(self, row: Any) -> SafeString:
        """Name, or the household, with the masked number."""
        about = row.person if row.person_id else row.household
        return format_html('{} <span class="money">{}</span>', about, masked(row))

    @admin.display(description=_("tentang"))
    def subject_link(self, row: Any) -> SafeString:
        """As `subject`, leading to the person's or household's page."""
        about = row.person if row.person_id else row.household
        return format_html('{} <span class="money">{}</span>', link(change_url(about), about), masked(row))
