"""The office's site: the theme's, but the list of all models is worked out for a page that shows it, and for no other."""

from __future__ import annotations

from typing import Any, cast

from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from unfold.sites import UnfoldAdminSite


class OfficeConfig(AdminConfig):
    default_site = "config.admin_site.OfficeSite"


class OfficeSite(UnfoldAdminSite):  # type: ignore[misc]
    """Every page is handed that list, sorted by translated names; the sidebar has its own (`config.admin_home`)."""

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        listed = super().get_app_list
        return cast("list[Any]", SimpleLazyObject(lambda: listed(request, app_label)))
