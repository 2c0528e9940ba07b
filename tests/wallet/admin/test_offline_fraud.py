"""The office's pages of offline allowances, disputed claims and suspected fraud: who may do what, and what is kept of it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.utils import timezone

from tests import money
from tests.disbursement.admin.conftest import House, build_house
from tests.wallet.fraud import traffic
from tests.wallet.offline import world
from wallet import pins
from wallet.fraud import rules, scans
from wallet.models import (
    FraudCase,
    FraudHold,
    FraudRule,
    LossFund,
    OfflineAllowance,
    OfflineClaim,
    Partner,
    RecoveryProposal,
    Wallet,
)
from wallet.offline import allowances, cards


@pytest.fixture
def house(db: None, settings: Any) -> House:
    settings.OFFLINE_KEYS, settings.OFFLINE_KEY_IN_USE = dict(world.KEYS), None
    return build_house()


def test_a_card_is_reserved_with_the_pin_printed_and_logged(house: House) -> None:
    owner = world.holder(100_000)
    pins.create(owner, "271958")
    client, url = house.client("petugas"), f"/admin/wallet/wallet/{owner.pk}/offline_card/"
    sent = {"vouchers": "3 x 10.000 + 1 x 25000", "pin": "904613", "reason": "KTP asli"}
    assert client.get(url).status_code == 200
    assert client.post(url, sent).status_code == 200 and not OfflineAllowance.objects.exists()
    assert client.post(url, sent | {"vouchers": "banyak"}).status_code == 200
    assert client.post(url, sent | {"pin": ""}).status_code == 200 and not OfflineAllowance.objects.exists()
    assert client.post(url, sent | {"pin": "271958"}).status_code == 302
    card = OfflineAllowance.objects.get()
    assert (card.voucher_amounts, card.issued_by, card.issue_reason) == ([10_000] * 3 + [25_000], "petugas", "KTP asli")
    page = f"/admin/wallet/offlineallowance/{card.pk}"
    assert client.get(f"{page}/change/").status_code == client.get("/admin/wallet/offlineallowance/").status_code == 200
    pdf, svg = client.get(f"{page}/print_pdf/"), client.get(f"{page}/print_svg/")
    assert pdf["Content-Type"] == "application/pdf" and pdf.content.startswith(b"%PDF-")
    assert svg.content.decode().count("<path") == 4 and owner.holder.hex not in svg.content.decode()
    logged = LogEntry.objects.filter(object_id=str(card.pk), content_type__model="offlineallowance")
    assert logged.count() == 2 and "dicetak" in logged[0].change_message
    for name in ("auditor", "bendahara"):
        assert house.client(name).get(f"{page}/print_pdf/").status_code == 403
        assert house.client(name).get(url).status_code == 403
    assert client.post(f"{page}/revoke/", {"reason": "hilang"}).status_code == 302
    card.refresh_from_db()
    assert card.revoke_reason == "hilang" and card.revoked_by == "petugas"
    for kind in ("pdf", "svg"):  # from a page that was open meanwhile
        answer = client.get(f"{page}/print_{kind}/", follow=True)
        assert answer.redirect_chain == [(f"{page}/change/", 302)]
        assert "sudah berakhir atau dicabut" in answer.content.decode()
    assert logged.filter(change_message__contains="dicetak").count() == 2


def test_a_card_whose_key_is_gone_is_not_said_to_have_been_printed(house: House, settings: Any) -> None:
    card = world.card(world.holder(), 10_000)
    settings.OFFLINE_KEYS = {}
    for kind in ("pdf", "svg"):
        address = f"/admin/wallet/offlineallowance/{card.pk}/print_{kind}/"
        assert "belum tersedia" in house.client("petugas").get(address, follow=True).content.decode()
    assert not LogEntry.objects.filter(change_message__contains="dicetak").exists()


def test_a_phone_has_nothing_to_print(house: House) -> None:
    made = world.phone(world.holder()).allowance
    answer = house.client("petugas").get(f"/admin/wallet/offlineallowance/{made.pk}/print_pdf/", follow=True)
    assert "tidak ditemukan" in answer.content.decode()


def test_one_officer_makes_no_card_without_the_pin_by_having_it_forgotten_first(house: House) -> None:
    owner, other = world.holder(100_000), world.holder(100_000)
    for wallet in (owner, other):
        pins.create(wallet, "271958")
    client, page = house.client("petugas"), f"/admin/wallet/wallet/{owner.pk}"
    sent = {"vouchers": "1 x 10.000", "pin": "", "reason": "KTP asli"}
    assert client.post(f"{page}/reset_pin/", {"reason": "lupa"}).status_code == 302
    refused = client.post(f"{page}/offline_card/", sent)
    assert refused.status_code == 200 and "pernah punya PIN" in refused.content.decode()
    assert client.post(f"{page}/recover/", {"reason": "hilang"}).status_code == 302
    assert client.post(f"{page}/offline_card/", sent).status_code == 200 and not OfflineAllowance.objects.exists()
    pins.create(owner, "613948")
    assert client.post(f"{page}/offline_card/", sent).status_code == 200
    assert client.post(f"{page}/offline_card/", sent | {"pin": "613948"}).status_code == 302
    # Who has no telephone is given the wallet back by two, and is not left without a card.
    page = f"/admin/wallet/wallet/{other.pk}"
    assert client.post(f"{page}/recover/", {"reason": "tanpa HP", "without_phone": "on"}).status_code == 302
    assert client.post(f"{page}/offline_card/", sent).status_code == 200
    decision = f"/admin/wallet/recoveryproposal/{RecoveryProposal.objects.get().pk}/agree/"
    assert house.client("penyetuju").post(decision).status_code == 302
    assert client.post(f"{page}/offline_card/", sent).status_code == 302
    assert OfflineAllowance.objects.filter(wallet=other).exists()


def test_the_partner_of_offline_reserves_is_never_the_api_and_never_anything_else(house: House) -> None:
    client, made = house.client("bendahara"), {"name": "Palsu", "client_id": "Luring", "public_key": "", "active": ""}
    page = client.post("/admin/wallet/partner/add/", made).content.decode()
    assert "untuk kantor sendiri" in page and not Partner.objects.filter(client_id__iexact="luring").exists()
    partner = world.card(world.holder(), 10_000).hold.partner
    address = f"/admin/wallet/partner/{partner.pk}"
    told = {"name": "x", "client_id": "luring", "active": "on", "reason": "dibuka"}
    assert client.post(f"{address}/change/", told).status_code == 403
    for step in ("new_secret", "add_key", "invite", "end_invitation", "book_deposit"):
        assert client.post(f"{address}/{step}/").status_code == 403
        assert f"{address}/{step}/" not in client.get(f"{address}/change/").content.decode()
    assert not partner.credentials.exists() and not partner.changes.exists()


def test_the_sheet_has_a_code_for_each_voucher_on_as_many_pages_as_it_takes(db: None, settings: Any) -> None:
    settings.OFFLINE_KEYS, settings.OFFLINE_KEY_IN_USE = dict(world.KEYS), None
    card = world.card(world.holder(), *[5_000] * 23)
    assert cards.pages(card) == 2
    assert [cards.svg(card, page).count("<path") for page in (1, 2)] == [20, 3]
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", cards.pdf(card))) == 2
    assert allowances.vouchers(card) == allowances.vouchers(OfflineAllowance.objects.get())


def test_a_disputed_claim_goes_through_two_officers(house: House) -> None:
    card, shop = world.card(world.holder(), 10_000), money.merchant()
    code = allowances.vouchers(card)[0]
    world.claim(money.merchant(), code, 10_000)
    claim = world.claim(shop, code, 10_000)
    page = f"/admin/wallet/offlineclaim/{claim.pk}"
    maker, checker, treasurer = (house.client(name) for name in ("petugas", "penyetuju", "bendahara"))
    queue = maker.get("/admin/wallet/offlineclaim/?queue=waiting").content.decode()
    assert claim.reference_no in queue and "sudah ditagih pedagang lain" in queue
    assert "lebih dahulu. Menunggu keputusan petugas." in maker.get(f"{page}/change/").content.decode()
    assert maker.post(f"{page}/cover/", {"reason": "x"}).status_code == 403
    assert maker.post(f"{page}/propose/", {"reason": "beritikad baik"}).status_code == 302
    funding = {"amount": "50000", "reference": "a" * 32}
    assert maker.post("/admin/wallet/lossfund/fund/", funding).status_code == 403
    for _ in range(2):  # sent twice
        assert treasurer.post("/admin/wallet/lossfund/fund/", funding).status_code == 302
    assert money.balance(LossFund.objects.get().account_id) == 50_000
    assert checker.post(f"{page}/cover/", {"reason": "setuju"}).status_code == 302
    claim.refresh_from_db()
    assert claim.status == OfflineClaim.Status.COVERED and money.balance(shop.account_id) == 10_000
    assert treasurer.get("/admin/wallet/lossfund/").status_code == 200
    decided = re.sub(
        "Jawaban pertama.*?</div>.*?</div>", "", checker.get(f"{page}/change/").content.decode(), flags=re.DOTALL
    )
    assert "lebih dahulu." in decided and "Menunggu keputusan petugas." not in decided


def test_a_code_that_cannot_be_read_is_told_with_what_is_wrong_with_it(house: House) -> None:
    claim = world.claim(money.merchant(), "BUKAN-KODE", 10_000)
    page = house.client("petugas").get(f"/admin/wallet/offlineclaim/{claim.pk}/change/").content.decode()
    assert "Kode luring tidak terbaca (awalan SLR1 tidak benar)." in page and "…." not in page


def test_rules_are_tried_proposed_and_agreed_on_their_pages(house: House) -> None:
    traffic.hasty(traffic.town())
    rule = FraudRule.objects.get(signal="velocity")  # the roles command drafts them
    page = f"/admin/wallet/fraudrule/{rule.pk}"
    maker, checker = house.client("petugas"), house.client("penyetuju")
    fields = {
        "threshold": 5,
        "window": 600,
        "minimum_amount": 0,
        "minimum_count": 0,
        "weight": 30,
        "action": "payments",
    }
    assert maker.post(f"{page}/change/", fields | {"reason": "uji"}).status_code == 302
    assert maker.post(f"{page}/propose/", {"reason": "usul"}).status_code == 200  # not tried
    assert maker.post(f"{page}/try_out/").status_code == 302
    rule.refresh_from_db()
    assert (rule.threshold, rule.action, rule.tried_found) == (5, "payments", 1)
    assert "Akan menandai 1 dalam 30 hari" in maker.get("/admin/wallet/fraudrule/").content.decode()
    assert maker.post(f"{page}/propose/", {"reason": "usul"}).status_code == 302
    assert maker.post(f"{page}/agree/", {"reason": "x"}).status_code == 403
    assert checker.post(f"{page}/agree/", {"reason": "setuju"}).status_code == 302
    assert [one.pk for one in rules.in_force(timezone.now())] == [rule.pk]
    assert checker.get(f"{page}/change/").status_code == 200


def test_a_case_is_seen_with_its_evidence_held_and_decided(house: House) -> None:
    wallet: Wallet = traffic.hasty(traffic.town())
    rule = rules.change(FraudRule.objects.get(signal="velocity"), action="payments")
    rules.propose(rules.try_out(rule), house.officers["petugas"], "usul")
    rules.agree(rule, house.officers["penyetuju"], "setuju")
    list(scans.scan_due())
    case = FraudCase.objects.get()
    page, client = f"/admin/wallet/fraudcase/{case.pk}", house.client("petugas")
    queue = client.get("/admin/wallet/fraudcase/").content.decode()
    assert "<svg" in queue and "Belanja beruntun" in queue and f"Dompet {wallet.pk}" in queue
    evidence = client.get(f"{page}/change/").content.decode()
    assert evidence.count("Rp&nbsp;11.000") + evidence.count("Rp 11.000") + evidence.count("Rp\xa011.000") >= 7
    # On a narrow page each transfer is a card whose lines have their names.
    assert "office-stacked" in evidence and evidence.count('data-label="Jumlah"') >= 7
    assert FraudHold.objects.get().placed_by is None
    assert client.post(f"{page}/confirm/", {"reason": ""}).status_code == 200
    assert client.post(f"{page}/confirm/", {"reason": "uji petik"}).status_code == 302
    hold = FraudHold.objects.get(released_at=None)
    assert hold.placed_by == house.officers["petugas"]
    assert f'href="/admin/wallet/fraudhold/{hold.pk}/change/"' in client.get(f"{page}/change/").content.decode()
    assert client.post(f"{page}/release/", {"reason": "ganti rugi", "kinds": ["payments"]}).status_code == 302
    assert client.post(f"{page}/hold_payments/", {"reason": "terulang"}).status_code == 302
    assert house.client("bendahara").post(f"{page}/hold_payments/", {"reason": "x"}).status_code == 403
    for table in ("fraudhold", "fraudscan"):
        assert client.get(f"/admin/wallet/{table}/").status_code == 200
