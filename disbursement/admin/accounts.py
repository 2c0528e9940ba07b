"""Officers' own accounts. Whoever may edit users must not thereby make themselves more than they are."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from wallet.admin.rows import OfficeAdmin

admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(DjangoUserAdmin, OfficeAdmin):  # type: ignore[type-arg]
    """Accounts are switched off, never deleted: batches and approvals name them for good."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "first_name", "last_name", "roles", "is_active", "is_superuser", "last_login")
    list_filter = ("is_active", "is_superuser", "groups")
    list_select_related = ()

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description="peran")
    def roles(self, user: User) -> str:
        return ", ".join(group.name for group in user.groups.all()) or "-"

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """Rights are given by superusers alone."""
        own = ("last_login", "date_joined")
        return own if request.user.is_superuser else (*own, "is_superuser", "is_staff", "groups", "user_permissions")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A superuser's account, and with it the password, is a superuser's to change."""
        allowed = bool(super().has_change_permission(request, obj))
        return allowed and (request.user.is_superuser or not (isinstance(obj, User) and obj.is_superuser))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, OfficeAdmin):
    """Roles. `manage.py roles` sets the four of the house exactly; others may be added."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
