"""The office's view of the e-money provider, one module per subject."""

from django.contrib import admin

from wallet.admin import (
    applications,
    bulk_cash_ins,
    debits,
    fraud,
    fraud_rules,
    holds,
    ledger,
    merchant_changes,
    merchants,
    offline,
    partner_changes,
    partners,
    payments,
    payouts,
    purses,
    qr,
    recoveries,
    seals,
    settlements,
    snap,
    successions,
    top_ups,
    wallets,
    webhooks,
)

__all__ = [
    "applications",
    "bulk_cash_ins",
    "debits",
    "fraud",
    "fraud_rules",
    "holds",
    "ledger",
    "merchant_changes",
    "merchants",
    "offline",
    "partner_changes",
    "partners",
    "payments",
    "payouts",
    "purses",
    "qr",
    "recoveries",
    "seals",
    "settlements",
    "snap",
    "successions",
    "top_ups",
    "wallets",
    "webhooks",
]

# "Delete selected" skips Model.delete() and every rule in it. Nothing in this office is removed by the dozen.
admin.site.disable_action("delete_selected")
