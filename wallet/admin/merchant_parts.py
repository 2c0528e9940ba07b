"""What stands on a merchant's page beside its own fields: its outlets and its history."""

from __future__ import annotations

from typing import Any

from unfold.admin import TabularInline

from wallet.admin.rows import ViewOnlyInline
from wallet.models import MerchantStep, Outlet


class OutletInline(TabularInline):  # type: ignore[misc]
    """Outlets; their terminals are on each one's own page."""

    model = Outlet
    fields = ("code", "name", "address", "region", "active")
    extra = 0
    can_delete = False
    show_change_link = True


class StepInline(ViewOnlyInline):
    model = MerchantStep
    fields = ("created_at", "kind", "reason", "until", "by")
    ordering = ("-pk",)
    show_change_link = False


def changed_fields(form: Any) -> list[str]:
    """The row's own columns among what was typed: what a task or another officer changes meanwhile stays."""
    own = {field.name for field in form.instance._meta.concrete_fields}
    return [name for name in form.cleaned_data if name in own]
