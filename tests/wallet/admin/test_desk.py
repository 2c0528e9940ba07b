"""What officers do at the desk: close, recover and pass on wallets, take in and hand out cash, release holds."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from beneficiaries.models import Person
from mobile import devices
from tests import money
from tests.disbursement.admin.conftest import House, build_house
from tests.processes import together
from tests.wallet.offline import world
from wallet import codes, counter, ledger, merchant_changes, pins, verification
from wallet.models import (
    Account,
    Hold,
    Merchant,
    OfflineAllowance,
    Partner,
    Payment,
    PaymentCode,
    Purse,
    RecoveryProposal,
    Succession,
    SuccessionProposal,
    TopUp,
    Transfer,
    Wallet,
    WalletStep,
)
from wallet.offline import allowances

S = Wallet.Status


@pytest.fixture
def house(db: None) -> House:
    return build_house()


def _url(wallet: Wallet, step: str) -> str:
    return f"/admin/wallet/wallet/{wallet.pk}/{step}/"


def _reference(page: str) -> str:
    found = re.search(r'name="reference" value="(LOKET-[0-9A-F]{32})"', page)
    assert found
    return found[1]


def _sent(client: Client, address: str, **data: Any) -> str:
    answer = client.post(address, data, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def _own_money(amount: int) -> Wallet:
    """A new wallet that holds so much cash of its own."""
    wallet = money.wallet()
    money.top_up(wallet, amount)
    return wallet


# --- closing ---


def test_an_empty_wallet_is_closed_with_its_reason_and_stays_closed(house: House) -> None:
    wallet, client = money.wallet(), house.client("petugas")
    assert "Alasan" in client.get(_url(wallet, "close")).content.decode()
    _sent(client, _url(wallet, "close"), reason=" ")
    wallet.refresh_from_db()
    assert wallet.status == S.ACTIVE
    assert "Dompet ditutup: pindah" in _sent(client, _url(wallet, "close"), reason="pindah")
    _sent(client, _url(wallet, "close"), reason="pindah lagi")
    step = WalletStep.objects.get(wallet=wallet)
    assert (step.kind, step.reason, step.by) == (WalletStep.Kind.CLOSED, "pindah", "petugas")
    page = client.get(f"/admin/wallet/wallet/{wallet.pk}/change/").content.decode()
    assert "pindah" in page and "/pay_in/" not in page and "/close/" not in page


def test_the_history_of_a_row_of_a_long_table_has_its_own_steps_and_as_many_pages_as_it_needs(house: House) -> None:
    wallet, client = money.wallet(), house.client("petugas")
    _sent(client, _url(wallet, "close"), reason="pindah")
    answer = client.get(_url(wallet, "history"))
    assert [entry.change_message for entry in answer.context["action_list"]] == ["Dompet ditutup: pindah"]
    assert answer.context["action_list"].paginator.num_pages == 1


def test_a_wallet_with_money_is_not_closed_and_the_page_says_how_much(house: House) -> None:
    wallet, client = _own_money(60_000), house.client("petugas")
    assert "Tutup untuk selamanya" not in client.get(_url(wallet, "close")).content.decode()
    assert "Rp 60.000" in _sent(client, _url(wallet, "close"), reason="x")
    wallet.refresh_from_db()
    assert wallet.status == S.ACTIVE and not WalletStep.objects.filter(wallet=wallet).exists()


# --- a lost phone ---


def test_a_lost_phone_loses_its_sign_in_its_codes_its_offline_money_and_its_pin(house: House, settings: Any) -> None:
    settings.OFFLINE_KEYS, settings.OFFLINE_KEY_IN_USE = dict(world.KEYS), None
    person = Person.objects.filter(wallet__isnull=False).order_by("pk").first()
    wallet = person.wallet
    money.purse(wallet, 200_000)
    pins.create(wallet, "271828")
    device, token = devices.issue(person, "HP lama")
    codes.issue(wallet)
    allowances.issue_for_phone(
        wallet, 50_000, world.public(world.device())
    )  # made before a phone's name was kept with it
    card = allowances.issue_card(wallet, [20_000], by="petugas", reason="KTP diperiksa")
    client = house.client("petugas")
    assert devices.of_token(token) == device
    _sent(client, _url(wallet, "recover"), reason=" ")
    assert devices.of_token(token) == device and not OfflineAllowance.objects.exclude(revoked_at=None).exists()
    page = _sent(client, _url(wallet, "recover"), reason="dicuri")
    assert "1 perangkat dikeluarkan" in page
    [ended] = OfflineAllowance.objects.exclude(revoked_at=None)
    assert (ended.kind, ended.revoke_reason, ended.revoked_by) == ("phone", "dicuri", "petugas")
    card.refresh_from_db()
    assert card.revoked_at is None
    wallet.refresh_from_db()
    device.refresh_from_db()
    assert wallet.pin_hash == "" and device.revoked_at is not None
    assert not PaymentCode.objects.filter(wallet=wallet, used_at__isnull=True).exists()
    assert WalletStep.objects.get(wallet=wallet).kind == WalletStep.Kind.RECOVERED


def an_hour_ago(wallet: int) -> datetime:
    """When the registry would say that the holder's telephone was changed."""
    return timezone.now() - timedelta(hours=1)


def test_while_the_telephone_is_new_a_second_officer_gives_the_wallet_back(house: House, settings: Any) -> None:
    settings.WALLET = settings.WALLET | {"phone_changed": f"{__name__}.an_hour_ago"}
    person = Person.objects.filter(wallet__isnull=False).order_by("pk").first()
    wallet, client = person.wallet, house.client("petugas")
    pins.create(wallet, "271828")
    device, _token = devices.issue(person, "HP lama")
    assert "baru diganti" in client.get(_url(wallet, "recover")).content.decode()
    assert "Diusulkan" in _sent(client, _url(wallet, "recover"), reason="dicuri")
    assert "persetujuan dua petugas" in _sent(client, _url(wallet, "reset_pin"), reason="lupa")
    wallet.refresh_from_db()
    device.refresh_from_db()
    assert wallet.pin_hash and device.revoked_at is None
    decision = f"/admin/wallet/recoveryproposal/{RecoveryProposal.objects.get().pk}/agree/"
    second = house.client("penyetuju")
    assert "Pemulihan dompet menunggu petugas lain" in second.get("/admin/").content.decode()
    assert person.name in second.get(decision).content.decode()
    assert "1 perangkat dikeluarkan" in _sent(second, decision)
    wallet.refresh_from_db()
    device.refresh_from_db()
    assert wallet.pin_hash == "" and device.revoked_at is not None
    assert WalletStep.objects.get(wallet=wallet).by == "penyetuju"


def test_a_recovery_that_is_refused_leaves_the_phone_signed_in(house: House) -> None:
    person = Person.objects.filter(wallet__isnull=False).order_by("pk").first()
    device, _token = devices.issue(person, "HP")
    Wallet.objects.filter(pk=person.wallet.pk).update(status=S.CLOSED)
    assert "dibekukan atau ditutup" in _sent(house.client("petugas"), _url(person.wallet, "recover"), reason="x")
    device.refresh_from_db()
    assert device.revoked_at is None


# --- succession ---


def test_the_heir_is_shown_before_anything_is_proposed_and_another_officer_passes_it_on(house: House) -> None:
    client, second = house.client("petugas"), house.client("penyetuju")
    wallet = money.died(_own_money(70_000))
    heir = Person.objects.filter(wallet__isnull=False, status="active").order_by("pk").first()
    data = {"successor": str(heir.wallet_id), "reason": "akta 12"}
    shown = _sent(client, _url(wallet, "succeed"), **data)
    assert heir.name in shown and f'name="seen" value="{heir.wallet_id}"' in shown and "akta 12" in shown
    _sent(client, _url(wallet, "succeed"), **data, seen=str(wallet.pk))
    assert not SuccessionProposal.objects.exists()
    assert "Diusulkan diwariskan" in _sent(client, _url(wallet, "succeed"), **data, seen=str(heir.wallet_id))
    assert "menunggu keputusan" in _sent(client, _url(wallet, "succeed"), **data, seen=str(heir.wallet_id))
    proposal = SuccessionProposal.objects.get()
    decision = f"/admin/wallet/successionproposal/{proposal.pk}/agree/"
    assert client.post(decision).status_code == 403 and not Succession.objects.exists()
    assert heir.name in second.get(decision).content.decode()
    assert "Pewarisan dompet menunggu petugas lain" in second.get("/admin/").content.decode()
    assert "Rp 70.000 diwariskan" in _sent(second, decision)
    assert "sudah diputuskan" in _sent(second, decision)
    row = Succession.objects.get()
    assert (row.predecessor_id, row.successor_id, row.amount, row.by) == (
        wallet.pk,
        heir.wallet_id,
        70_000,
        "penyetuju",
    )
    wallet.refresh_from_db()
    assert wallet.status == S.CLOSED
    for side, told in ((wallet.pk, "Rp 70.000</span> ke "), (heir.wallet_id, "Rp 70.000</span> dari ")):
        page = client.get(f"/admin/wallet/wallet/{side}/change/").content.decode()
        assert told in page and "akta 12" in page


def test_whose_holder_lives_is_not_passed_on(house: House) -> None:
    wallet, heir = _own_money(70_000), money.wallet()
    client = house.client("penyetuju")
    assert "tidak mencatat pemegang" in client.get(_url(wallet, "succeed")).content.decode()
    data = {"successor": str(heir.pk), "reason": "x", "seen": str(heir.pk)}
    assert "tidak mencatat pemegang" in _sent(client, _url(wallet, "succeed"), **data)
    assert not SuccessionProposal.objects.exists()


@pytest.mark.parametrize(
    ("number", "said"), [("999999999", "Tidak ada dompet"), ("abc", "Tidak ada dompet"), ("", "harus diisi")]
)
def test_a_heir_who_is_not_there_is_said(house: House, number: str, said: str) -> None:
    wallet = money.died(money.wallet())
    page = _sent(house.client("penyetuju"), _url(wallet, "succeed"), successor=number, reason="x", seen=number)
    assert said in page and not SuccessionProposal.objects.exists()


def test_nobody_inherits_from_themselves_nor_while_frozen(house: House) -> None:
    client, wallet, frozen = house.client("penyetuju"), money.died(money.wallet()), money.wallet()
    Wallet.objects.filter(pk=frozen.pk).update(status=S.FROZEN)
    for heir in (wallet, frozen):
        data = {"successor": str(heir.pk), "reason": "x", "seen": str(heir.pk)}
        assert "Penerus harus orang lain" in _sent(client, _url(wallet, "succeed"), **data)
    assert not SuccessionProposal.objects.exists()


def test_the_reason_of_a_succession_is_shown_as_text(house: House) -> None:
    wallet, heir = money.died(money.wallet()), money.wallet()
    reason = "<script>alert(1)</script> {0} %(x)s"
    data = {"successor": str(heir.pk), "reason": reason, "seen": str(heir.pk)}
    page = _sent(house.client("penyetuju"), _url(wallet, "succeed"), **data)
    assert "<script>alert(1)" not in page and "{0} %(x)s" in page


# --- the counter ---


def test_cash_in_is_booked_once_however_often_the_form_is_sent(house: House) -> None:
    client, wallet = house.client("petugas"), money.wallet()
    data = {"amount": "150.000", "reference": _reference(client.get(_url(wallet, "pay_in")).content.decode())}
    assert not Merchant.objects.filter(merchant_id="LOKET").exists()  # looking opens no counter
    assert "Rp 150.000 masuk ke dompet" in _sent(client, _url(wallet, "pay_in"), **data)
    assert "Sudah dibukukan" in _sent(client, _url(wallet, "pay_in"), **data)
    changed = _sent(client, _url(wallet, "pay_in"), **data | {"amount": "15.000"})
    assert "sudah dibukukan dengan isi lain" in changed
    row = TopUp.objects.get(wallet=wallet)
    assert (row.amount, row.agent, ledger.balance_of(row.purse_id)) == (150_000, None, 150_000)
    other = _sent(
        client,
        _url(wallet, "pay_in"),
        amount="1.000",
        reference=_reference(client.get(_url(wallet, "pay_in")).content.decode()),
    )
    assert "Rp 1.000 masuk" in other and TopUp.objects.filter(wallet=wallet).count() == 2
    told = LogEntry.objects.filter(object_id=str(wallet.pk), user=house.officers["petugas"])
    assert any("Rp 150.000" in entry.get_change_message() for entry in told)


@pytest.mark.parametrize("amount", ["", "0", "-5", "1,5", "1e3", "9" * 16, "1.00"])
def test_an_amount_that_is_none_books_nothing(house: House, amount: str) -> None:
    client, wallet = house.client("petugas"), money.wallet()
    _sent(client, _url(wallet, "pay_in"), amount=amount, reference=counter.new_reference())
    assert not TopUp.objects.filter(wallet=wallet).exists()


@pytest.mark.parametrize("reference", ["", "H1", "LOKET-" + "g" * 32, "LOKET-" + "A" * 33])
def test_a_form_without_its_number_books_nothing(house: House, reference: str) -> None:
    wallet = money.wallet()
    page = _sent(house.client("petugas"), _url(wallet, "pay_in"), amount="1.000", reference=reference)
    assert "tidak lengkap" in page and not TopUp.objects.filter(wallet=wallet).exists()
    assert _reference(page) != reference


def test_more_than_a_wallet_may_hold_is_refused_in_words_and_figures(house: House) -> None:
    client, wallet = house.client("petugas"), money.wallet()
    page = _sent(client, _url(wallet, "pay_in"), amount="20.000.001", reference=counter.new_reference())
    assert "Rp 20.000.000" in page and not TopUp.objects.filter(wallet=wallet).exists()


def _cash_out(client: Client, wallet: Wallet, code: str, amount: str, reference: str = "") -> str:
    return _sent(
        client, _url(wallet, "pay_out"), code=code, amount=amount, reference=reference or counter.new_reference()
    )


def test_cash_out_takes_the_holders_code_and_pays_once(house: House) -> None:
    client, wallet = house.client("petugas"), _own_money(100_000)
    assert "Rp 100.000" in client.get(_url(wallet, "pay_out")).content.decode()
    code, reference = codes.issue(wallet).qr_content, counter.new_reference()
    typed = f" {code[:13].lower()} {code[13:].lower()} "
    assert "Serahkan Rp 40.000" in _cash_out(client, wallet, typed, "40.000", reference)
    assert "Jangan serahkan uang dua kali" in _cash_out(client, wallet, typed, "40.000", reference)
    assert "sudah dibukukan dengan isi lain" in _cash_out(client, wallet, typed, "41.000", reference)
    row = Payment.objects.get(wallet=wallet, status=Payment.Status.PAID)
    assert (row.amount, row.merchant.merchant_id, row.title) == (40_000, "LOKET", "Loket: petugas")
    assert [transfer.kind for transfer in row.transfers.all()] == [Transfer.Kind.CASH_OUT]
    assert ledger.balance_of(row.merchant.account_id) == 40_000
    assert verification.verify().holds


def test_a_declined_cash_out_says_why_and_the_next_try_has_a_new_number(house: House) -> None:
    client, wallet = house.client("petugas"), _own_money(30_000)
    money.purse(wallet, 500_000)  # aid that may not be drawn as cash
    code, reference = codes.issue(wallet).qr_content, counter.new_reference()
    page = _cash_out(client, wallet, code, "40.000", reference)
    assert "Jangan serahkan uang" in page and _reference(page) != reference
    declined = Payment.objects.get(wallet=wallet)
    assert declined.status == Payment.Status.DECLINED  # kept, and it counts against the code
    assert PaymentCode.objects.get(pk=declined.code_id).declines == 1
    assert "Serahkan Rp 30.000" in _cash_out(client, wallet, code, "30.000", _reference(page))


def test_somebody_elses_code_hands_out_nothing(house: House) -> None:
    client, wallet, other = house.client("petugas"), _own_money(50_000), _own_money(50_000)
    code = codes.issue(other).qr_content
    assert "Jangan serahkan uang. Kode bayar tidak dikenal." in _cash_out(client, wallet, code, "10.000")
    assert not Payment.objects.filter(wallet__in=[wallet, other]).exists()
    assert "Serahkan Rp 10.000" in _cash_out(client, other, code, "10.000")
    for wrong in ("X" * 26, "0"):
        assert "Jangan serahkan uang" in _cash_out(client, wallet, wrong, "10.000")


def test_the_counter_is_never_the_api_and_never_anything_else(house: House) -> None:
    desk, client = counter.desk(), house.client("bendahara")
    address = f"/admin/wallet/partner/{desk.partner_id}"
    assert not desk.partner.active and counter.desk().pk == desk.pk
    answer = client.post(f"{address}/change/", {"name": "x", "client_id": "loket", "public_key": "-", "active": "on"})
    assert answer.status_code == 403
    assert client.post(f"{address}/new_secret/").status_code == 403
    merchant = {"name": "Loket", "mcc": "5411", "city": "JAKARTA", "region": "", "bank_code": "", "bank_account": ""}
    client.post(f"/admin/wallet/merchant/{desk.pk}/propose/", merchant | {"postcode": "10110", "reason": "pindah"})
    change = desk.changes.get()
    assert change.after == {"name": "Loket", "postcode": "10110"}  # and no other category
    merchant_changes.agree(change, money.officer())
    desk.refresh_from_db()
    assert (desk.name, desk.mcc, Partner.objects.get(client_id="loket").active) == ("Loket", "6010", False)


def test_nobody_takes_the_counters_names_before_it_is_opened(house: House) -> None:
    client = house.client("bendahara")
    partner = {"name": "Palsu", "client_id": "Loket", "public_key": "-", "active": "on"}
    assert "untuk kantor sendiri" in client.post("/admin/wallet/partner/add/", partner).content.decode()
    asked = client.post("/admin/wallet/merchantapplication/add/", {"merchant_id": "loket"})
    assert "untuk kantor sendiri" in asked.content.decode()


def _do_open_the_counter() -> int:
    return counter.desk().pk


def test_officers_who_open_the_counter_at_once_open_one(processes: None) -> None:
    before = Account.objects.filter(kind=Account.Kind.MERCHANT).count()
    outcomes = together([(_do_open_the_counter, ())] * 4)
    assert len({outcome.value for outcome in outcomes}) == 1 and not any(outcome.error for outcome in outcomes)
    assert Merchant.objects.filter(merchant_id="LOKET").count() == 1
    assert Account.objects.filter(kind=Account.Kind.MERCHANT).count() == before + 1


# --- holds ---


def test_a_hold_is_released_with_its_reason_and_once(house: House) -> None:
    client, hold = house.client("petugas"), Hold.objects.get()
    address = f"/admin/wallet/hold/{hold.pk}/void/"
    part = hold.parts.get()
    _sent(client, address, reason="")
    assert Purse.objects.get(pk=part.purse_id).account.held == 10_000
    assert "Rp 10.000 dilepas ke kantong pemegang: batal" in _sent(client, address, reason="batal")
    _sent(client, address, reason="batal lagi")
    hold.refresh_from_db()
    assert hold.status == Hold.Status.VOIDED and Purse.objects.get(pk=part.purse_id).account.held == 0
    told = [entry.get_change_message() for entry in LogEntry.objects.filter(object_id=str(hold.pk))]
    assert any("batal" in said for said in told)
    page = client.get(f"/admin/wallet/hold/{hold.pk}/change/").content.decode()
    assert "Dibatalkan" in page and "/void/" not in page


def test_holds_are_found_by_what_they_are(house: House) -> None:
    client, hold = house.client("petugas"), Hold.objects.get()
    for query, there in (
        ({"status__exact": "held"}, True),
        ({"status__exact": "voided"}, False),
        ({"expiring": "overdue"}, False),
        ({"expiring": "nonsense"}, True),
        ({"merchant": hold.merchant_id}, True),
        ({"merchant": hold.merchant_id + 1}, False),
        ({"wallet": hold.wallet_id}, True),
        ({"q": hold.reference_no}, True),
        ({"q": "H1"}, True),
        ({"q": "H2"}, False),
    ):
        page = client.get("/admin/wallet/hold/", query).content.decode()
        assert (hold.reference_no in page.replace(f'value="{hold.reference_no}"', "")) is there, query
