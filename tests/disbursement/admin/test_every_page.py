"""Every page of every table: it opens, for whom it should, and deletes nothing."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from disbursement import approvals, batches, eligibility, execution, programmes
from disbursement.management.commands import roles
from disbursement.providers import notices
from tests import money
from tests.disbursement import partners
from tests.disbursement.admin.conftest import House, add_people, build_house, lived, scheduled, tried
from tests.wallet import books
from tests.wallet import test_mpm_races as mpm_races
from tests.wallet.offline import world as offline
from wallet import (
    account_numbers,
    bank_answers,
    bulk_cash_ins,
    debits,
    deposits,
    merchant_changes,
    mpm_codes,
    partner_changes,
    recovery,
    seal_verification,
    settlement_returns,
    six_digits,
    verification,
)
from wallet.admin.ledger import CHECK_NAMES
from wallet.models import Merchant, PagePinTries, Partner, Seal, Settlement, Transfer, Verification, Wallet
from wallet.webhooks import keys, outbox

OURS = {"wallet", "disbursement", "officers", "auth"}


@pytest.fixture
def house(house: House, settings: Any) -> House:
    """With a schedule, arrears, a cycle calculated anew, a version that was tried, a partner that said otherwise, an appeal.

    And with an offline claim, the loss fund, and a case of suspected fraud; and with what partners ask for and are told.
    """
    settings.OFFLINE_KEYS, settings.OFFLINE_KEY_IN_USE = dict(offline.KEYS), None
    offline.disputed(house.officers["petugas"])
    scheduled(house)
    tried(house.programme)
    line = partners.line_of(partners.unknown(partners.provider()))
    notices.take(line.provider.partner, line.request.bulk_id, [{"partnerReferenceNo": "x"}], external_id="1", digest="")
    lived(house)
    _asked_and_told(Merchant.objects.get(merchant_id="W1"))
    _proposed(house.officers["bendahara"])
    return house


def _proposed(by: User) -> None:
    merchant_changes.propose(Merchant.objects.get(merchant_id="W1"), {"postcode": "10110"}, "pindah", by)
    partner_changes.write(Partner.objects.earliest("pk"), {"return_hosts": ["toko.example"]}, reason="x", by=by)
    deposits.propose(Partner.objects.earliest("pk"), 1_000, back=False, reference="BCA-1", reason="setoran", by=by)
    money.to_be_passed_on(money.wallet(), money.wallet())
    recovery.propose(money.wallet(), "telepon hilang", by)
    settled = Settlement.objects.earliest("pk")
    settlement_returns.propose(settled, "ditutup", "BCA 17/3", by)
    bank_answers.take_in("jawaban.csv", f"reference,status\n{settled.uid.hex},returned\n".encode(), by)


def _asked_and_told(shop: Merchant) -> None:
    """A QR code, a debit order, a bulk cash-in, guessed digits, and a notice with the key that signs it."""
    partner = shop.partner
    mpm_codes.generate(mpm_races.code_order(shop))
    debits.place(debits.DebitRequest(partner, "W1", 12_000, "INV-9", "1", bytes(32)))
    line = bulk_cash_ins.BulkLine("B-1", account_numbers.of_wallet(Wallet.objects.earliest("pk").pk), 5_000, {})
    deposits.receive(partner, 5_000, reference="BCA")
    bulk_cash_ins.accept(bulk_cash_ins.BulkOrder(partner, "B-1", "ext", bytes(32), [line], {}))
    six_digits.claim(partner, shop, "000000", timezone.now())
    PagePinTries.objects.create(subject=f"partner:{partner.pk}", since=timezone.now(), wrong=1)
    Partner.objects.filter(pk=partner.pk).update(notify_url="https://mitra.example/snap")
    outbox.notify(partner, service="52", path="/v1.0/qr/qr-mpm-notify", ordering_key="1", body={})
    keys.current(timezone.now())


def _admins() -> list[tuple[object, object]]:
    return [(model, row) for model, row in admin.site._registry.items() if model._meta.app_label in OURS]


def _url(model: object, page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def test_every_list_and_every_page_opens_for_a_superuser(house: House) -> None:
    client = house.client("admin")
    opened = 0
    for model, _admin in _admins():
        assert client.get(_url(model, "changelist")).status_code == 200, model
        row = model.objects.order_by("-pk").first()
        assert row is not None, f"no data for {model}"
        assert client.get(_url(model, "change", row.pk)).status_code == 200, model
        opened += 1
    assert opened >= 20


def test_every_search_and_every_strange_filter_answers(house: House) -> None:
    client = house.client("admin")
    for model, row in _admins():
        for text in ("1", "abc", "9" * 30, "3171014201500001", "' OR 1=1", "\x00"):
            if row.search_fields:
                assert client.get(_url(model, "changelist"), {"q": text}).status_code in (200, 302), (model, text)
        assert client.get(_url(model, "changelist"), {"wallet": "x", "batch": "1e9"}).status_code in (200, 302)


def test_nothing_can_be_deleted_not_even_by_superusers(house: House) -> None:
    client = house.client("admin")
    for model, _admin in _admins():
        row = model.objects.order_by("-pk").first()
        assert client.post(_url(model, "delete", row.pk), {"post": "yes"}).status_code == 403, model
        assert model.objects.filter(pk=row.pk).exists()
        chosen = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
        client.post(_url(model, "changelist"), chosen)
        assert model.objects.filter(pk=row.pk).exists()
        assert "delete_selected" not in client.get(_url(model, "changelist")).content.decode()


@pytest.mark.parametrize("name", ["account", "transfer", "payment", "refund", "purse", "settlement"])
def test_books_are_view_only_for_superusers_too(house: House, name: str) -> None:
    client = house.client("admin")
    assert client.get(f"/admin/wallet/{name}/add/").status_code == 403
    assert client.post(f"/admin/wallet/{name}/add/", {}).status_code == 403
    first = next(model for model, _admin in _admins() if model._meta.model_name == name).objects.first()
    page = client.get(f"/admin/wallet/{name}/{first.pk}/change/").content.decode()
    assert 'name="_save"' not in page
    assert client.post(f"/admin/wallet/{name}/{first.pk}/change/", {"amount": 1, "name": "x"}).status_code == 403


@pytest.mark.parametrize(
    ("app", "name"),
    [
        ("disbursement", "enrolment"),
        ("disbursement", "instruction"),
        ("disbursement", "programme"),
        ("disbursement", "batch"),
        ("wallet", "wallet"),
        ("wallet", "purse"),
        ("wallet", "account"),
        ("wallet", "transfer"),
    ],
)
def test_lists_ask_as_often_for_many_rows_as_for_few(house: House, app: str, name: str) -> None:
    client = house.client("admin")
    url = reverse(f"admin:{app}_{name}_changelist")

    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert client.get(url).status_code == 200
        return len(seen)

    asked()
    few = asked()
    add_people(40, start=100)
    eligibility.enrol_eligible(house.programme)
    _pay_again(house)
    assert asked() <= few


def _pay_again(house: House) -> None:
    programmes.fund(house.programme, 100_000_000, "SP2D-2")
    for month in (3, 4, 5):
        batch = approvals.submit(
            batches.prepare(batches.cycle_of(house.programme, date(2026, month, 1))), by=house.officers["petugas"]
        )
        money.approve(batch, house.officers["penyetuju"])
        while execution.pay_next_chunk(batch.pk):
            pass


def test_the_front_page_adds_up_and_shows_only_what_one_may_see(db: None) -> None:
    house = build_house()
    page = house.client("admin").get("/admin/").content.decode()
    assert "Rp 10.000.000" in page and "Menunggu persetujuan" in page
    assert "tidak sama dengan anggaran" not in page
    nothing = house.client("kosong").get("/admin/").content.decode()
    assert "Rp 10.000.000" not in nothing and "belum punya peran" in nothing


def test_the_check_of_the_books_runs_on_post(house: House) -> None:
    client = house.client("auditor")
    assert "tidak ada selisih" not in client.get("/admin/wallet/transfer/verify/").content.decode()
    assert "tidak ada selisih" in client.post("/admin/wallet/transfer/verify/").content.decode()
    assert house.client("petugas").post("/admin/wallet/transfer/verify/").status_code == 403
    assert Transfer.objects.exists()


def test_a_row_that_differs_is_named_on_the_page_of_the_check_in_its_history_and_on_the_front_page(
    house: House,
) -> None:
    client = house.client("auditor")
    assert "tidak cocok" not in client.get("/admin/").content.decode()
    seal = Seal.objects.get()
    assert "tidak ada selisih" in client.post("/admin/wallet/transfer/verify/").content.decode()
    assert "tidak cocok" not in client.get("/admin/").content.decode()
    [row] = books.post_on(books.at(seal.day))
    run_page = "/admin/wallet/verification/{}/change/"
    told = "Transfer disisipkan sesudah disegel"
    checked = client.post("/admin/wallet/transfer/verify/").content.decode()
    last = Verification.objects.latest("pk")
    for page in (
        checked,
        client.get(run_page.format(last.pk)).content.decode(),
        client.get("/admin/").content.decode(),
    ):
        assert told in page and re.search(rf">{row.pk}</td><td[^>]*>{books.days_ago(1)}</td>", page)
    assert "tidak cocok" in house.client("penyetuju").get("/admin/").content.decode()
    page = client.get(f"/admin/wallet/seal/{seal.pk}/change/").content.decode()
    assert bytes(seal.root).hex() in page and bytes(seal.signature).hex() in page
    for url in (run_page.format(last.pk), f"/admin/wallet/seal/{seal.pk}/change/"):
        assert house.client("admin").post(url, {"count": 1}).status_code == 403


def test_every_check_has_a_name_for_people() -> None:
    checks = {*verification.CHECKS, *verification.PASSED, *seal_verification.SEAL_CHECKS}
    assert checks == set(CHECK_NAMES)


def test_the_roles_are_exact_and_repeatable(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    for name in roles.DOES:
        group = Group.objects.get(name=name)
        held = set(group.permissions.values_list("codename", flat=True))
        assert {codename.partition(".")[2] for codename in roles.DOES[name]} <= held
        beyond = {one for one in held if not one.startswith("view_")}
        assert beyond == {codename.partition(".")[2] for codename in roles.DOES[name]}
    auditor = Group.objects.get(name="Auditor")
    auditor.permissions.clear()
    call_command("roles")
    assert auditor.permissions.count() > 20


def test_people_are_found_by_nik_and_shown_without_it(house: House) -> None:
    client = house.client("petugas")
    page = client.get("/admin/disbursement/enrolment/", {"q": "3171014201500003"}).content.decode()
    assert "Warga 3" in page and "Warga 4" not in page
    assert "3171••••••••0003" in page
    assert "3171014201500003" not in client.get("/admin/disbursement/enrolment/", {"q": "Warga 3"}).content.decode()
    page = client.get("/admin/disbursement/instruction/", {"q": "Warga 2"}).content.decode()
    assert "Warga 2" in page and "Warga 5" not in page
