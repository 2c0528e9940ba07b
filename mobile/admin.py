"""What officers see of the beneficiaries' devices and messages: no number, no text, no code; and one thing to do."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from beneficiaries import identity
from beneficiaries.models import Person
from mobile import devices, notice_admin  # noqa: F401  (notice_admin registers its pages)
from mobile.models import Device, OtpChallenge, Sms
from vault.sealing import CannotOpen
from wallet.admin import above
from wallet.admin.decorators import display
from wallet.admin.rows import LongTable, ViewOnlyAdmin
from wallet.models import Wallet


@admin.register(Device)
class DeviceAdmin(LongTable, ViewOnlyAdmin):
    """Where a lost phone is signed out: find the person, tick the device, revoke."""

    list_display = ("person", "name", "created_at", "last_used_at", "expires_at", "revoked_at", "revoked_reason")
    list_filter = ("revoked_reason",)
    search_fields = ("person__name",)
    list_select_related = ("person",)
    actions = ("revoke",)  # type: ignore[assignment]

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """Held with the model's change permission; there is nothing else to change."""
        return bool(request.user.has_perm("mobile.change_device"))

    @admin.action(description=_("Keluarkan perangkat terpilih"), permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Device]) -> None:
        revoked = [device for device in queryset if devices.revoke(device, Device.Revocation.OFFICER)]
        for device in revoked:
            self.log_change(request, device, _("Dikeluarkan petugas"))
        said = ngettext("%(count)s perangkat dikeluarkan.", "%(count)s perangkat dikeluarkan.", len(revoked))
        self.message_user(request, said % {"count": len(revoked)}, messages.SUCCESS)


def sign_out(wallet: Wallet) -> str:
    """Ends all devices of the wallet's holder, for the office's step after a lost phone; says how many there were."""
    person = Person.objects.filter(wallet=wallet).first()
    ended = devices.revoke_all(person) if person else 0
    said = ngettext("%(count)s perangkat dikeluarkan.", "%(count)s perangkat dikeluarkan.", ended)
    return said % {"count": ended}


above.SIGN_OUTS.append(sign_out)


@admin.register(Sms)
class SmsAdmin(LongTable, ViewOnlyAdmin):
    list_display = ("id", "masked_phone", "coloured_state", "attempts", "error", "created_at", "sent_at")
    list_filter = ("state",)
    fields = (
        "masked_phone",
        "state",
        "attempts",
        "error",
        "created_at",
        "due_at",
        "send_until",
        "registered_only",
        "sent_at",
    )
    readonly_fields = ("masked_phone",)

    @display(
        description=_("keadaan"),
        label={"queued": "info", "sent": "success", "failed": "danger", "lapsed": "warning", "dropped": "warning"},
    )
    def coloured_state(self, sms: Sms) -> tuple[str, str]:
        return sms.state, sms.get_state_display()

    @admin.display(description=_("nomor"))
    def masked_phone(self, sms: Sms) -> str:
        try:
            return identity.mask_phone(sms.phone)
        except CannotOpen:
            return "?"


@admin.register(OtpChallenge)
class OtpChallengeAdmin(LongTable, ViewOnlyAdmin):
    list_display = ("id", "created_at", "expires_at", "attempts", "used_at")
    list_filter = ("created_at",)
