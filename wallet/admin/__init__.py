"""The office's view of the e-money provider, one module per subject."""

from django.contrib import admin

from wallet.admin import holds, ledger, merchants, payments, purses, seals, settlements, snap, top_ups, wallets

__all__ = ["holds", "ledger", "merchants", "payments", "purses", "seals", "settlements", "snap", "top_ups", "wallets"]

# "Delete selected" skips Model.delete() and every rule in it. Nothing in this office is removed by the dozen.
admin.site.disable_action("delete_selected")
