"""The payment page as a browser without JavaScript meets it, with people of the registry."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client

from tests import money
from tests.mobile import people
from tests.wallet import declining
from tests.wallet.test_debit_races import PIN, place
from wallet import baskets, codes, debit_page, debits, ledger, pins
from wallet.baskets import Item
from wallet.models import DebitOrder, Merchant, Partner, PurseTerms, Wallet

RETURN = "https://toko.example/kembali?a=1&b=2"
S = DebitOrder.Status


@pytest.fixture
def shop(committed_db: None) -> Merchant:
    made = money.merchant()
    Partner.objects.filter(pk=made.partner_id).update(return_hosts=["toko.example"])
    made.partner.refresh_from_db()
    return made


@pytest.fixture
def siti(shop: Merchant) -> Wallet:
    wallet = people.register().wallet
    assert wallet is not None
    money.purse(wallet, 50_000)
    pins.create(wallet, PIN)
    return wallet


def order(shop: Merchant, **how: Any) -> DebitOrder:
    made = place(shop, **how)
    return with_return(made)


def with_return(made: DebitOrder) -> DebitOrder:
    asked = debits.DebitRequest(
        partner=made.partner,
        merchant_id=made.merchant.merchant_id,
        amount=made.amount,
        partner_reference_no=money.unique("debit"),
        external_id="1",
        request_hash=b"x" * 32,
        title="Buku <b>tulis</b>",
        items=baskets.of_rows(made.items),
        return_url=RETURN,
    )
    return debits.place(asked)


def address(made: DebitOrder) -> str:
    return f"/bayar/{made.uid}/"


def send(made: DebitOrder, client: Client | None = None, **fields: str) -> Any:
    return (client or Client()).post(address(made), fields, follow=True)


def with_pin(made: DebitOrder, **changes: str) -> Any:
    return send(made, **{"way": "pin", "phone": "081234567890", "pin": PIN, **changes})


def test_the_page_shows_merchant_and_amount_and_nothing_of_the_payer(shop: Merchant) -> None:
    made = order(shop)
    answer = Client().get(address(made))
    page = answer.content.decode()
    assert shop.name in page and "Rp 10.000" in page
    assert "Buku &lt;b&gt;tulis&lt;/b&gt;" in page
    assert "<script" not in page and "style=" not in page and "onclick" not in page
    assert page.index("Dengan nomor telepon dan PIN") < page.index("Dengan kode bayar")
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in page
    assert RETURN not in page and "http-equiv" not in page  # nobody is led away before it is over


def test_the_page_may_do_nothing_but_send_to_itself(shop: Merchant) -> None:
    answer = Client().get(address(order(shop)))
    policy = answer["Content-Security-Policy"]
    for said in ("default-src 'self'", "form-action 'self'", "frame-ancestors 'none'", "object-src 'none'"):
        assert said in policy
    assert "unsafe" not in policy
    assert answer["X-Frame-Options"] == "DENY"
    assert "no-store" in answer["Cache-Control"] and answer["Referrer-Policy"] == "same-origin"


def test_phone_and_pin_pay_and_lead_back_to_the_merchant(shop: Merchant, siti: Wallet) -> None:
    made = order(shop)
    answer = with_pin(made)
    assert answer.redirect_chain == [(address(made), 302)]
    page = answer.content.decode()
    assert "Sudah dibayar." in page and "<form" not in page.split("<main>")[1]
    escaped = RETURN.replace("&", "&amp;")
    assert f'<meta http-equiv="refresh" content="5;url={escaped}">' in page
    assert f'href="{escaped}"' in page
    made.refresh_from_db()
    assert made.status == S.PAID and made.payment is not None and made.payment.reference_no in page
    assert ledger.balance_of(shop.account_id) == 10_000
    assert "Sudah dibayar." in with_pin(made).content.decode()  # sent again: nothing new
    assert ledger.balance_of(shop.account_id) == 10_000


@pytest.mark.parametrize(
    "write", [str, str.lower, lambda code: " - ".join(re.findall(".{1,4}", code)).replace("0", "o")]
)
def test_a_code_is_taken_in_any_spelling(shop: Merchant, siti: Wallet, write: Any) -> None:
    made = order(shop)
    assert "Sudah dibayar." in send(made, way="code", code=write(codes.issue(siti).qr_content)).content.decode()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"way": "pin", "phone": "081234567890", "pin": "12345"}, "PIN terdiri dari 6 angka."),
        ({"way": "pin", "phone": "081234567890", "pin": "\u0661\u0662\u0663\u0664\u0665\u0666"}, "PIN terdiri dari 6"),
        ({"way": "pin", "phone": "", "pin": PIN}, "harus diisi"),
        ({"way": "pin", "phone": "081234567890", "pin": "000001"}, "tidak cocok"),
        ({"way": "pin", "phone": "081398765432", "pin": PIN}, "tidak cocok"),
        ({"way": "pin", "phone": "bukan nomor", "pin": PIN}, "tidak cocok"),
        ({"way": "pin", "phone": "081234567890", "pin": PIN, "birth_date": "1971-01-01"}, "tidak cocok"),
        ({"way": "code", "code": "TIDAKADA"}, "Kode bayar tidak dikenal."),
        ({"way": "code", "code": "123 456"}, "Enam angka hanya untuk kasir."),
        ({"way": "code", "code": ""}, "harus diisi"),
        ({"way": "code", "code": "a\x00b"}, ""),
        ({"way": "lain"}, "Pilih cara membayar."),
        ({}, "Pilih cara membayar."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_paid(
    shop: Merchant, siti: Wallet, fields: dict[str, str], said: str
) -> None:
    made = order(shop)
    answer = send(made, **fields)
    assert answer.status_code == 200 and said in answer.content.decode()
    assert PIN not in answer.content.decode()  # the PIN is never shown again
    made.refresh_from_db()
    assert made.status == S.OPEN and ledger.balance_of(shop.account_id) == 0


def test_too_little_money_is_said_to_the_payer(shop: Merchant, siti: Wallet) -> None:
    made = with_return(place(shop, 60_000))
    assert "Saldo tidak cukup." in with_pin(made).content.decode()


def test_every_decline_has_its_line_for_the_payer(committed_db: None) -> None:
    assert declining.codes() <= debit_page.DECLINED.keys()
    for code in declining.codes():
        said = debit_page.told(code, "Rokok Surya 12")
        assert "%(" not in said and said != str(debit_page.OTHERWISE)
        assert ("Rokok Surya 12" in said) == code.startswith("item_")


def test_money_for_named_goods_pays_an_order_that_names_them(shop: Merchant) -> None:
    wallet = people.register().wallet
    assert wallet is not None
    rules = PurseTerms.objects.create(name=money.unique("terms"), items_required=True, banned_items=["rokok"])
    money.purse(wallet, 50_000, rules=rules)
    pins.create(wallet, PIN)
    said = with_pin(with_return(place(shop))).content.decode()
    assert "tidak menyebut barangnya" in said and "tunjukkan kode bayar Anda kepada kasir" in said
    smoke = with_return(place(shop, items=(Item("Rokok <i>Surya</i> 12", 1, 10_000),)))
    assert "Rokok &lt;i&gt;Surya&lt;/i&gt; 12 tidak boleh dibeli" in with_pin(smoke).content.decode()
    assert ledger.balance_of(shop.account_id) == 0
    books = with_return(place(shop, items=(Item("Buku tulis", 2, 5_000),)))
    assert "<li>2 × Buku tulis, Rp 5.000</li>" in Client().get(address(books)).content.decode()
    assert "Sudah dibayar." in with_pin(books).content.decode()
    assert ledger.balance_of(shop.account_id) == 10_000
    books.refresh_from_db()
    assert books.payment is not None and books.payment.items.get().name == "Buku tulis"
    money.assert_books_hold()


def test_above_the_ceiling_of_a_pin_the_page_asks_for_a_code(shop: Merchant, siti: Wallet, settings: Any) -> None:
    settings.WALLET = settings.WALLET | {"page_pin_ceiling": 9_999}
    made = order(shop)
    page = Client().get(address(made)).content.decode()
    assert "Dengan nomor telepon dan PIN" not in page and "Dengan kode bayar" in page
    assert "paling banyak Rp 9.999" in with_pin(made).content.decode()


def test_one_pin_over_many_telephones_closes_the_pages_for_the_address(
    shop: Merchant, siti: Wallet, settings: Any
) -> None:
    settings.WALLET = settings.WALLET | {"page_pins_of_address": 2}
    for phone in ("081398765432", "081398765433"):
        assert "tidak cocok" in with_pin(order(shop), phone=phone).content.decode()
    made = order(shop)
    assert "Terlalu banyak PIN salah" in with_pin(made).content.decode()
    elsewhere = Client(REMOTE_ADDR="198.51.100.20")
    assert "Sudah dibayar." in send(made, elsewhere, way="pin", phone="081234567890", pin=PIN).content.decode()


def test_where_a_family_shares_the_phone_the_birth_date_tells_who_pays(shop: Merchant, siti: Wallet) -> None:
    brother = people.register("Budi", birth_date=date(1980, 2, 3)).wallet
    assert brother is not None
    made = order(shop)
    assert "tidak cocok" in with_pin(made).content.decode()
    assert "Sudah dibayar." in with_pin(made, birth_date="1970-12-31").content.decode()
    made.refresh_from_db()
    assert made.payment is not None and made.payment.wallet_id == siti.pk


def test_the_payer_may_give_up(shop: Merchant) -> None:
    made = order(shop)
    assert "Pesanan ini dibatalkan." in send(made, way="cancel").content.decode()
    made.refresh_from_db()
    assert (made.status, made.cancelled_by) == (S.CANCELLED, DebitOrder.Canceller.PAYER)
    assert "Pesanan ini dibatalkan." in with_pin(made).content.decode()


def test_a_form_of_another_site_does_nothing(shop: Merchant, siti: Wallet) -> None:
    made = order(shop)
    strict = Client(enforce_csrf_checks=True)
    fields = {"way": "pin", "phone": "081234567890", "pin": PIN}
    assert strict.post(address(made), fields).status_code == 403
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', strict.get(address(made)).content.decode())
    assert token is not None
    assert strict.post(address(made), fields | {"csrfmiddlewaretoken": token[1]}).status_code == 302


def test_a_host_that_is_no_longer_the_partners_is_not_led_to(shop: Merchant) -> None:
    made = order(shop)
    send(made, way="cancel")
    Partner.objects.update(return_hosts=["lain.example"])
    page = Client().get(address(made)).content.decode()
    assert "toko.example" not in page and "http-equiv" not in page


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_and_unknown_orders(shop: Merchant, method: str) -> None:
    assert getattr(Client(), method)(address(order(shop))).status_code == 405
    assert Client().get("/bayar/00000000-0000-4000-8000-000000000000/").status_code == 404
    assert Client().post("/bayar/00000000-0000-4000-8000-000000000000/", {"way": "cancel"}).status_code == 404
    assert Client().get("/bayar/1/").status_code == 404
