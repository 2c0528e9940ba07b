"""The e-money provider: ledger, wallets and purses, merchants, redemption, settlement. It knows no person."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WalletConfig(AppConfig):
    name = "wallet"
    verbose_name = _("Dompet dan buku besar")
