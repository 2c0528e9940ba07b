"""What can go wrong when officers change fraud rules and decide cases."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from wallet.errors import WalletError


class RuleMoved(WalletError):
    code = "fraud_rule_moved"
    status = 409
    message = _("Status aturan sudah berubah. Muat ulang halaman.")


class RuleNotTried(WalletError):
    """A rule that was not tried against history, or was changed since, is not put in force."""

    code = "fraud_rule_not_tried"
    status = 409
    message = _("Coba dahulu aturan ini pada riwayat, lalu usulkan atau setujui.")


class RuleOfTheSameOfficer(WalletError):
    code = "fraud_rule_same_officer"
    status = 403
    message = _("Yang mengusulkan tidak boleh menyetujui. Minta petugas lain.")


class CaseDecided(WalletError):
    code = "fraud_case_decided"
    status = 409
    message = _("Dugaan ini sudah diputuskan. Muat ulang halaman.")


class NothingToHold(WalletError):
    """A device is nobody, and a wallet has no settlement."""

    code = "fraud_nothing_to_hold"
    status = 409
    message = _("Yang dapat ditahan hanya belanja dompet atau pedagang, dan penyelesaian pedagang.")


class HoldReleased(WalletError):
    code = "fraud_hold_released"
    status = 409
    message = _("Penahanan ini sudah dilepas. Muat ulang halaman.")
