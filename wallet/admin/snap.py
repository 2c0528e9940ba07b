"""What the partners' interface remembers: tokens, which can be revoked, and spent request numbers."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wallet.admin.decorators import action, display
from wallet.admin.rows import LongTable, ViewOnlyAdmin, list_url
from wallet.admin.steps import Done, Step, row_of, take
from wallet.models import AccessToken, ExternalId


@admin.register(AccessToken)
class AccessTokenAdmin(LongTable, ViewOnlyAdmin):
    list_display = ("id", "partner", "state", "expires_at")
    list_display_links = ("id", "partner")
    list_filter = ("partner",)
    list_select_related = ("partner",)
    fields = ("partner", "state", "expires_at")
    readonly_fields = ("state",)
    actions_detail = ("revoke",)

    @display(description=_("keadaan"), label={"open": "success", "expired": "warning"})
    def state(self, token: AccessToken) -> tuple[str, str]:
        return (
            ("open", gettext("Berlaku")) if token.expires_at > timezone.now() else ("expired", gettext("Kedaluwarsa"))
        )

    @action(description=_("Cabut token"), permissions=["wallet.delete_accesstoken"], icon="key_off")
    def revoke(self, request: HttpRequest, object_id: str) -> HttpResponse:
        token = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            partner = token.partner
            self.log_deletions(request, [token])
            AccessToken.objects.filter(pk=token.pk).delete()
            return Done(gettext("Token %(partner)s dicabut.") % {"partner": partner}, list_url(AccessToken))

        step = Step(
            title=_("Cabut token"),
            button=_("Cabut"),
            text=_(
                "Mitra harus meminta token baru sebelum panggilan berikutnya. Belanja yang sudah terjadi tidak berubah."
            ),
            facts=[
                (_("Mitra"), token.partner),
                (_("Berlaku sampai"), f"{timezone.localtime(token.expires_at):%d/%m/%Y %H:%M}"),
            ],
            danger=True,
        )
        return take(self, request, step, run, token)


@admin.register(ExternalId)
class ExternalIdAdmin(LongTable, ViewOnlyAdmin):
    list_display = ("id", "day", "partner", "external_id")
    list_filter = ("day", "partner")
    list_select_related = ("partner",)
    search_fields = ("external_id",)
    search_help_text = _("X-EXTERNAL-ID lengkap")
    fields = ("day", "partner", "external_id")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        text = search_term.strip()
        return (queryset.filter(external_id=text) if text else queryset), False
