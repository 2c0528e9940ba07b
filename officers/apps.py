"""The officers who work here, beyond their accounts: the second factor that proves who approves."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OfficersConfig(AppConfig):
    name = "officers"
    verbose_name = _("Petugas")
