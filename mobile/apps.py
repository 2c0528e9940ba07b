"""The beneficiary's client: activation, PIN, purses, history, one-time codes."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MobileConfig(AppConfig):
    name = "mobile"
    verbose_name = _("Aplikasi penerima")

    def ready(self) -> None:
        from mobile import checks, schema  # noqa: F401  (both register themselves)
