"""The office's sidebar: every page stands in the group where an officer looks for it, and nothing else is worked out for it."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.admin.sites import AdminSite
from django.contrib.auth.models import User
from django.test import Client

from config.admin_home import GROUPS


def test_every_page_has_its_group_and_every_entry_its_page() -> None:
    placed = [label for _title, models in GROUPS for label, _icon in models]
    pages = {model._meta.label_lower for model in admin.site._registry}
    assert len(placed) == len(set(placed)) and set(placed) == pages


@pytest.mark.django_db
def test_the_list_of_all_tables_is_worked_out_for_the_page_that_shows_it(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str | None] = []
    listed = AdminSite.get_app_list

    def counted(self: AdminSite, request: object, app_label: str | None = None) -> object:
        asked.append(app_label)
        return listed(self, request, app_label)  # type: ignore[arg-type]

    monkeypatch.setattr(AdminSite, "get_app_list", counted)
    client.force_login(User.objects.create_superuser("admin"))
    assert client.get("/admin/wallet/merchant/").status_code == 200
    assert asked == []
    tables = client.get("/admin/wallet/").content.decode()
    assert "/admin/wallet/merchant/" in tables.split("<main", 1)[-1] and "wallet" in asked
