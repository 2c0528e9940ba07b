"""A telephone that an officer replaces is told so: whoever did not ask for it notices in time (`wallet.phone_changes`)."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from mobile import gsm, sms

TOLD_WITHIN = timedelta(days=2)  # then the number is dropped with the message: it is nobody's here any more


def tell(former: str) -> None:
    """Queues a text message to the former telephone. Belongs to the caller's transaction."""
    with translation.override(settings.LANGUAGE_CODE):
        text = _(
            "Nomor HP Anda di Salur diganti atau dihapus oleh petugas. Bukan permintaan Anda? Segera lapor kelurahan."
        )
    sms.queue(former, gsm.plain(text), send_until=timezone.now() + TOLD_WITHIN)
