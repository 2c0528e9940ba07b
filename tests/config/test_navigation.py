"""The office's sidebar: every page stands in the group where an officer looks for it."""

from django.contrib import admin

from config.admin_home import GROUPS


def test_every_page_has_its_group_and_every_entry_its_page() -> None:
    placed = [label for _title, models in GROUPS for label, _icon in models]
    pages = {model._meta.label_lower for model in admin.site._registry}
    assert len(placed) == len(set(placed)) and set(placed) == pages
