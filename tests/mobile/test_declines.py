"""Whatever a payment at a merchant's code is declined for, the application is told why, and what its holder may do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.utils import timezone
from rest_framework.test import APIClient

from beneficiaries.models import Person
from mobile import refusals
from tests import money
from tests.mobile import people
from tests.mobile.people import error_of
from tests.mobile.test_money import PIN, wallet_of
from tests.mobile.test_qr import dynamic, left, pay
from tests.wallet import declining
from wallet import declines, mpm_codes, pins, wallets
from wallet.baskets import Item
from wallet.fraud import holds
from wallet.models import FraudCase, FraudHold, Merchant, Outlet, Payment, RegulatedPrice, Terminal

pytestmark = pytest.mark.django_db
SMOKE = "Rokok Surya 12"
Made = tuple[str, dict[str, Any]]  # what is scanned, and what is sent beside it


def _school(owner: Person, **rules: Any) -> None:
    people.grant(wallet_of(owner), 100_000, items_required=True, **rules)


def _food(owner: Person) -> None:
    people.grant(wallet_of(owner), 100_000, mccs=["5411"])


def _shop(**fields: Any) -> Merchant:
    shop = money.merchant("5411")
    Merchant.objects.filter(pk=shop.pk).update(**fields)
    shop.refresh_from_db()
    return shop


def _sticker(shop: Merchant, amount: int = 10_000, **told: Any) -> Made:
    return mpm_codes.static_content(shop, **told), {"amount": amount}


def _at(**fields: Any) -> Callable[[Person], Made]:
    def made(owner: Person) -> Made:
        _food(owner)
        return _sticker(_shop(**fields))

    return made


def _asks(amount: int) -> Callable[[Person], Made]:
    def made(owner: Person) -> Made:
        _food(owner)
        return _sticker(_shop(), amount)

    return made


def _terminal(owner: Person) -> Made:
    shop = _shop()
    Terminal.objects.create(outlet=Outlet.objects.create(merchant=shop, code="G1", name="Pasar"), terminal_id="K1")
    return _sticker(shop, terminal="K2")


def _frozen(owner: Person) -> Made:
    wallets.freeze(wallet_of(owner), "HP hilang")
    return _sticker(_shop())


def _held(officer: bool) -> Callable[[Person], Made]:
    def made(owner: Person) -> Made:
        case = FraudCase.objects.create(wallet=wallet_of(owner), day=timezone.localdate(), score=50)
        kind = FraudHold.Kind.PAYMENTS
        if officer:
            holds.place(case, kind, money.officer(), "diperiksa")
        else:
            until = timezone.now() + timedelta(hours=1)
            FraudHold.objects.create(case=case, wallet=wallet_of(owner), kind=kind, reason="aturan", until=until)
        return _sticker(_shop())

    return made


def _daily(owner: Person) -> Made:
    # The fixture `settings` puts it back.
    django_settings.WALLET = django_settings.WALLET | {"daily_limit": 9_999}
    return _sticker(_shop())


def _no_goods(owner: Person) -> Made:
    _school(owner)
    return _sticker(_shop())


def _no_goods_and_too_little(owner: Person) -> Made:
    _school(owner)
    people.grant(wallet_of(owner), 9_999, mccs=["5411"])
    return _sticker(_shop())


def _elsewhere(owner: Person) -> Made:
    _food(owner)
    return _sticker(money.merchant("7832"))


def _goods(*, dear: int | None = None, **rules: Any) -> Callable[[Person], Made]:
    """A dynamic code for cigarettes, for money of these rules, at a shop that may ask so much for them."""

    def made(owner: Person) -> Made:
        _school(owner, **rules)
        shop = _shop()
        if dear is not None:
            RegulatedPrice.objects.create(merchant=shop, item="rokok", price=dear)
        return dynamic(shop, 25_000, (Item(SMOKE, 1, 25_000),)).content, {}

    return made


WAYS: list[tuple[str, int, str, Callable[[Person], Made]]] = [
    ("merchant_inactive", 404, "belum aktif atau sudah ditutup", _at(status="closed")),
    ("merchant_suspended", 403, "ditangguhkan", _at(status="suspended")),
    ("terminal_unknown", 404, "Terminal itu tidak terdaftar", _terminal),
    ("limit_exceeded", 403, "Rp 10.000.000", _asks(10_000_001)),
    ("merchant_limit_exceeded", 403, "Bayar lebih sedikit", _at(limit_payment=9_999)),
    ("wallet_inactive", 403, "Hubungi kantor kelurahan", _frozen),
    ("suspected_fraud", 403, "bertanya ke kantor kelurahan", _held(officer=False)),
    ("transaction_suspended", 403, "bertanya ke kantor kelurahan", _held(officer=True)),
    ("daily_limit_exceeded", 403, "Coba lagi besok", _daily),
    ("items_missing", 403, "Tunjukkan kode bayar Anda kepada kasir", _no_goods),
    ("items_missing", 403, "Tunjukkan kode bayar Anda kepada kasir", _no_goods_and_too_little),
    ("item_banned", 403, f"{SMOKE} tidak boleh dibeli", _goods(banned_items=["rokok"])),
    ("item_not_allowed", 403, f"{SMOKE} bukan barang yang boleh dibeli", _goods(allowed_items=["buku"])),
    ("item_too_dear", 403, f"Harga satuan {SMOKE} melebihi", _goods(price_ceilings={"rokok": 24_999})),
    ("item_too_dear", 403, f"Harga satuan {SMOKE} melebihi", _goods(dear=24_999)),
    ("not_permitted", 403, "tidak dapat dipakai di jenis pedagang ini", _elsewhere),
    ("insufficient_funds", 409, "Saldo tidak cukup", _asks(100_001)),
]
# Who proved the PIN showed no code, and the application is no partner that would need service 44.
OF_OTHERS = {"code_unknown", "code_used", "code_expired", "code_ceiling", "cash_out_not_granted"}


@pytest.mark.parametrize(("code", "status", "said", "way"), WAYS)
def test_each_decline_is_told_with_what_to_do(
    siti: Person, hers: APIClient, settings: Any, code: str, status: int, said: str, way: Callable[[Person], Made]
) -> None:
    pins.create(wallet_of(siti), PIN)
    content, sent = way(siti)
    before = left(siti)
    # Told again to whoever asks again: the decline is kept under its reference.
    for _ in range(2):
        answer = pay(hers, content, reference="belanja-0001", **sent)
        error = error_of(answer)
        assert (answer.status_code, error["code"]) == (status, code)
        assert said in error["message"] and "%(" not in error["message"]
        assert "additionalInfo" not in error["message"]
    kept = list(Payment.objects.values_list("status", "decline"))
    assert kept == ([] if code == "wallet_inactive" else [("declined", code)])  # a frozen wallet's PIN is not compared
    assert left(siti) == before
    assert {money.balance(shop.account) for shop in Merchant.objects.all()} == {0}


def test_every_code_of_the_database_is_among_them() -> None:
    assert declining.codes() == {code for code, *_ in WAYS} | OF_OTHERS


def test_a_decline_of_any_code_has_a_whole_sentence() -> None:
    for code in declining.codes():
        declined = Payment(status="declined", decline=code, decline_detail=SMOKE)
        answer = refusals.handle(declines.for_the_payer(declined), {})
        assert 400 <= answer.status_code < 500
        error = answer.data["error"]
        assert error["code"] == code and error["message"] and "%(" not in error["message"]
        assert (SMOKE in error["message"]) == code.startswith("item_")
