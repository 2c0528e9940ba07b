"""Merchants' applications for tests, through the real functions only."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User

from tests import money
from wallet import merchant_changes, merchants, onboarding
from wallet.models import ApplicationDocument, Merchant, MerchantApplication, Outlet, RegulatedPrice, Terminal

PDF = b"%PDF-1.7\nKTP Siti"
KINDS = ApplicationDocument.Kind


def application(by: User | None = None, **fields: Any) -> MerchantApplication:
    """A complete draft with an outlet, a terminal, a price and its documents."""
    number = money.number()
    by = by or money.officer()
    told = {
        "partner": money.partner(),
        "merchant_id": f"A{number:013}",
        "name": f"Warung {number}",
        "legal_name": "CV Sumber Pangan",
        "mcc": "5411",
        "criteria": "UMI",
        "nmid": f"ID{number:013}",
        "address": "Jl. Merdeka 1",
        "bank_code": "CENAIDJA",
    }
    made = MerchantApplication(**(told | fields))
    made.owner_name, made.owner_nik, made.bank_account = "Siti", "3171014201500001", "1234567890"
    made.account_holder = "SITI RAHAYU"
    onboarding.write(made, by, ())
    outlet = Outlet.objects.create(application=made, code="G1", name="Gerai pasar")
    Terminal.objects.create(outlet=outlet, terminal_id="K1")
    RegulatedPrice.objects.create(application=made, item="minyakita 1 l", price=15_700)
    for kind in (KINDS.IDENTITY, KINDS.LICENCE, KINDS.ACCOUNT):
        onboarding.attach(made, kind, PDF, by)
    return made


def submitted(by: User | None = None, **fields: Any) -> MerchantApplication:
    by = by or money.officer()
    return onboarding.submit(application(by, **fields), by)


def approved(**fields: Any) -> Merchant:
    """A merchant that another officer approved, not yet at work."""
    return onboarding.approve(submitted(**fields), "lengkap", money.officer())


def changed(shop: Merchant, *, bank_account: str = "", account_holder: str = "", **told: Any) -> Merchant:
    """The merchant with other data, as two officers have it."""
    sealed = {"bank_account": bank_account, "account_holder": account_holder}
    change = merchant_changes.propose(shop, told, "kontrak", money.officer(), **sealed)
    return merchant_changes.agree(change, money.officer())


def at_work(**fields: Any) -> Merchant:
    return merchants.activate(approved(**fields), "siap", "petugas")
