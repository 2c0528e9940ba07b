"""QRIS in the office: registering a merchant, its sticker, dynamic codes."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from tests import money
from tests.disbursement.admin.conftest import House, build_house
from tests.wallet.test_mpm_races import code_order
from wallet import mpm_codes
from wallet.models import Merchant, Outlet, Terminal

NMID = "ID1020012345678"


@pytest.fixture
def house(db: None) -> House:
    return build_house()


@pytest.fixture
def registered(house: House) -> Merchant:
    shop = money.merchant()
    Merchant.objects.filter(pk=shop.pk).update(nmid=NMID, criteria="UMI", postcode="13330")
    return shop


@pytest.mark.parametrize("nmid", ["1020012345678", "ID102001234567", "IDabcdefghijklm", "ID١٠٢٠٠١٢٣٤٥٦٧٨"])
def test_what_is_no_nmid_is_not_taken(nmid: str) -> None:
    with pytest.raises(ValidationError):
        Merchant._meta.get_field("nmid").run_validators(nmid)


def test_the_sticker_is_shown_and_downloaded(house: House, registered: Merchant) -> None:
    client, address = house.client("petugas"), f"/admin/wallet/merchant/{registered.pk}/sticker/"
    page = client.get(address).content.decode()
    assert "QRIS" in page and f"NMID : {NMID}" in page and registered.name in page
    step = page.split("office-narrow")[1]
    assert (
        'class="office-field' in step and step.count("bg-primary-600 ") == 1
    )  # as in other steps, one button stands out
    svg = client.get(address, {"format": "svg", "terminal": "A01"})
    assert svg["Content-Type"] == "image/svg+xml" and "TID : A01" in svg.content.decode()
    assert svg["Content-Disposition"].endswith('-A01.svg"')
    pdf = client.get(address, {"format": "pdf"})
    assert pdf["Content-Type"] == "application/pdf" and pdf.content.startswith(b"%PDF-")


def test_a_terminal_that_is_none_is_told_on_the_page(house: House, registered: Merchant) -> None:
    address = f"/admin/wallet/merchant/{registered.pk}/sticker/"
    answer = house.client("petugas").get(address, {"format": "pdf", "terminal": "<b>"})
    assert answer["Content-Type"].startswith("text/html") and "paling banyak 25" in answer.content.decode()


def test_no_sticker_is_printed_for_a_terminal_that_there_is_not(house: House, registered: Merchant) -> None:
    client, address = house.client("petugas"), f"/admin/wallet/merchant/{registered.pk}/sticker/"
    outlet = Outlet.objects.create(merchant=registered, code="G1", name="Pasar")
    Terminal.objects.create(outlet=outlet, terminal_id="A01")
    Terminal.objects.create(outlet=outlet, terminal_id="A02", active=False)
    assert "TID : A01" in client.get(address, {"format": "svg", "terminal": "A01"}).content.decode()
    for terminal in ("A02", "A03"):
        answer = client.get(address, {"format": "pdf", "terminal": terminal})
        assert (
            answer["Content-Type"].startswith("text/html") and "Terminal itu tidak terdaftar" in answer.content.decode()
        )
        # The page is no dead end: the terminals that there are can be chosen on it.
        told = answer.content.decode()
        assert 'name="terminal"' in told and '<option value="A01">' in told and '<option value="A02">' not in told


def test_without_an_nmid_there_is_no_sticker(house: House) -> None:
    address = f"/admin/wallet/merchant/{money.merchant().pk}/sticker/"
    page = house.client("petugas").get(address, {"format": "pdf"})
    assert "belum punya NMID" in page.content.decode()


def test_dynamic_codes_are_looked_at_and_not_changed(house: House) -> None:
    code = mpm_codes.generate(code_order(money.merchant()))
    client = house.client("petugas")
    assert code.reference_no in client.get("/admin/wallet/mpmcode/").content.decode()
    page = client.get(f"/admin/wallet/mpmcode/{code.pk}/change/").content.decode()
    assert code.content in page and 'name="amount"' not in page
    assert client.post(f"/admin/wallet/mpmcode/{code.pk}/change/", {"amount": "1"}).status_code == 403
