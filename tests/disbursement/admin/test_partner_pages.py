"""The office's pages of partners: setting one up, the aged queue, asking again, and two officers who settle an outcome."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from disbursement.models import Enrolment, PayoutLine, ProviderAccount, Resolution, Route
from disbursement.providers import accounts, results, routes
from disbursement.providers.protocol import Outcome, Told
from tests import money
from tests.disbursement import partners
from tests.disbursement.admin.conftest import House
from wallet.models import Partner

pytestmark = pytest.mark.django_db


def _page(row: Any, step: str = "change") -> str:
    name = row._meta.model_name
    if step == "change":
        return reverse(f"admin:disbursement_{name}_change", args=[row.pk])
    return reverse(f"admin:disbursement_{name}_{step}", args=[row.pk])


def _list(model: Any, **query: str) -> str:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    return reverse(f"admin:disbursement_{model._meta.model_name}_changelist") + f"?{asked}"


@pytest.fixture
def line(house: House) -> PayoutLine:
    batch = partners.unknown(partners.provider())
    return partners.line_of(batch)


def _text(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, (url, answer.status_code)
    return answer.content.decode()


def test_the_treasurer_sets_a_partner_up_and_hands_it_our_public_key(house: House) -> None:
    client = house.client("bendahara")
    sender = Partner.objects.create(client_id="EMP-1", name="Uang Elektronik")
    form = {
        "code": "emp",
        "name": "Uang Elektronik",
        "base_url": "https://api.mitra.co.id/",
        "client_id": "SALUR",
        "channel_id": "95221",
        "secret": "rahasia-dari-mitra",
        "partner": sender.pk,
        "reference_prefix": "SLR",
        "bulk_size": 500,
        "active": "on",
    }
    add = reverse("admin:disbursement_provideraccount_add")
    assert client.post(add, form | {"secret": ""}).status_code == 200  # it is asked for
    assert client.post(add, form | {"base_url": "file:///etc/passwd"}).status_code == 200
    assert not ProviderAccount.objects.exists()
    assert client.post(add, form).status_code == 302
    made = ProviderAccount.objects.get()
    assert (made.base_url, made.secret, made.account.kind) == (
        "https://api.mitra.co.id",
        "rahasia-dari-mitra",
        "provider",
    )
    page = _text(client, _page(made))
    assert "BEGIN PUBLIC KEY" in page
    assert "rahasia-dari-mitra" not in page
    assert "PRIVATE" not in page
    before = accounts.public_key(made)
    changed = form | {"name": "Uang Elektronik Baru", "secret": ""}
    assert client.post(_page(made), changed).status_code == 302
    made.refresh_from_db()
    assert (made.name, made.secret) == ("Uang Elektronik Baru", "rahasia-dari-mitra")
    assert client.post(_page(made, "new_key")).status_code == 302
    made.refresh_from_db()
    assert accounts.public_key(made) != before
    assert house.client("petugas").get(add).status_code == 403


def test_the_queue_shows_who_waits_how_long_and_what_the_partner_said_last(house: House, line: PayoutLine) -> None:
    client = house.client("petugas")
    page = _text(client, _list(PayoutLine))
    assert line.reference in page
    assert "Hasil belum diketahui" in page
    assert "Mitra tidak menjawab pada waktunya" in page
    assert "0 menit" in page
    assert line.reference not in _text(client, _list(PayoutLine, hasil="dibayar"))
    assert line.reference not in _text(client, _list(PayoutLine, umur="3d"))
    assert line.reference in _text(client, _list(PayoutLine, q=line.reference))
    ages = _text(client, reverse("admin:disbursement_payoutline_by_age"))
    assert "sampai 15 menit" in ages
    assert "1 tidak diketahui" in ages
    route = line.instruction.route
    assert route is not None
    for url in (_page(line), _page(line.request)):
        shown = _text(client, url)
        assert routes.masked(route) in shown
        assert route.number not in shown


def test_a_request_that_was_taken_is_not_told_as_a_success_of_its_payments(house: House, line: PayoutLine) -> None:
    client = house.client("petugas")
    PayoutLine.objects.filter(pk=line.pk).update(state="sent", last_code="2004000")
    page = _text(client, _page(line))
    assert "hasilnya belum ada (2004000)" in page and "Berhasil" not in page


def test_an_officer_proposes_an_outcome_and_only_another_role_settles_it(house: House, line: PayoutLine) -> None:
    desk, approver = house.client("petugas"), house.client("penyetuju")
    proposal = {"outcome": "paid", "evidence": "Surat mitra 12/2026"}
    assert approver.post(_page(line, "propose"), proposal).status_code == 403
    assert desk.post(_page(line, "propose"), proposal | {"evidence": ""}).status_code == 200
    assert desk.post(_page(line, "propose"), proposal).status_code == 302
    assert desk.post(_page(line, "agree"), {"note": ""}).status_code == 403
    assert "Surat mitra 12/2026" in _text(approver, _page(line, "agree"))
    assert approver.post(_page(line, "agree"), {"note": "cocok"}).status_code == 302
    line.refresh_from_db()
    assert (line.state, line.settled_by) == ("paid", "officer")
    assert Resolution.objects.get().decided_by == house.officers["penyetuju"]
    assert "Ditetapkan dua petugas" in _text(desk, _page(line))


def test_who_may_do_both_still_may_not_decide_on_the_own_proposal(house: House, line: PayoutLine) -> None:
    admin = house.client("admin")
    admin.post(_page(line, "propose"), {"outcome": "failed", "evidence": "Surat"})
    assert "harus orang lain" in _text(admin, _page(line, "agree"))
    admin.post(_page(line, "agree"), {"note": ""})
    admin.post(_page(line, "refuse"), {"note": "tidak"})
    line.refresh_from_db()
    assert line.state == "unknown"
    assert Resolution.objects.get().decided_at is None


def test_asking_again_is_due_at_once_and_sends_nothing(house: House, line: PayoutLine) -> None:
    before = line.due_at
    client = house.client("petugas")
    assert client.post(_page(line, "ask_again")).status_code == 302
    line.refresh_from_db()
    assert line.due_at < before
    assert (line.sends, line.state) == (1, "unknown")
    assert house.client("auditor").post(_page(line, "ask_again")).status_code == 403


def test_a_payment_whose_outcome_is_known_is_not_said_to_be_asked_about_again(house: House, line: PayoutLine) -> None:
    assert "Ditanyakan mulai" in _text(house.client("petugas"), _page(line))
    results.settle(line.provider, {line.reference: Told(Outcome.PAID, "2003900/00")}, PayoutLine.Source.INQUIRY)
    assert "Ditanyakan mulai" not in _text(house.client("petugas"), _page(line))


def test_where_aid_goes_takes_two_officers_and_the_number_is_masked(house: House) -> None:
    provider = partners.provider()
    enrolment = Enrolment.objects.filter(status="active").earliest("pk")
    client, approver = house.client("petugas"), house.client("penyetuju")
    url = _page(enrolment, "propose_route")
    asked = {"provider": provider.pk, "number": "628123456789", "reason": "surat permohonan 12"}
    assert client.post(url, asked | {"number": "12"}).status_code == 200
    assert client.post(url, asked).status_code == 302
    assert routes.of(enrolment) is None
    assert client.post(_page(enrolment, "agree_route")).status_code == 403
    assert "propose_route" not in _text(client, _page(enrolment))  # one waits already
    assert "Jalur bayar menunggu orang kedua" in _text(approver, reverse("admin:index"))
    page = _text(approver, _page(enrolment, "agree_route"))
    assert "surat permohonan 12" in page
    assert "•••••789" in page
    assert "628123456789" not in page
    wrong = approver.post(_page(enrolment, "agree_route"), {"number": "628123456788"}).content.decode()
    assert "bukan nomor yang diusulkan" in wrong
    assert approver.post(_page(enrolment, "agree_route"), {"number": "628123456789"}).status_code == 302
    route = Route.objects.get(ended_at=None)
    assert (route.number, route.agreed_by) == ("628123456789", house.officers["penyetuju"])
    assert client.post(_page(enrolment, "own_wallet")).status_code == 302
    assert routes.of(enrolment) is None
    assert house.client("bendahara").post(url, asked).status_code == 403


def test_the_batchs_page_tells_what_is_at_the_partner(house: House, line: PayoutLine) -> None:
    batch = line.instruction.batch
    client = house.client("petugas")
    page = _text(client, _page(batch))
    assert "Di mitra, belum ada hasil" in page
    assert "Uang Elektronik" in page
    progress = client.get(reverse("admin:disbursement_batch_progress", args=[batch.pk])).json()
    assert progress["open"] == "1"
    csv = b"".join(client.get(_page(batch, "csv")).streaming_content).decode()
    assert "Tidak diketahui apakah mitra sudah membayar" in csv
    assert line.reference in _text(client, _page(line.instruction))


def test_the_front_page_counts_what_waits_too_long_and_where_the_money_is(house: House, line: PayoutLine) -> None:
    assert "Dibayar lewat mitra" in _text(house.client("admin"), reverse("admin:index"))
    del line
    assert money.verification.verify().holds
