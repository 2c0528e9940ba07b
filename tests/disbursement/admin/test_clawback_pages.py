"""Clawback in the office: proposed from a payment, told on paper, decided by another, shown where somebody asks why so little."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from beneficiaries.models import Person
from disbursement import batches, clawback
from disbursement.models import Batch, Calculation, Clawback, Instruction
from tests import money
from tests.disbursement.admin.conftest import House
from tests.disbursement.clawing import in_force

PAGE = "/admin/disbursement/clawback/{}/{}/"


@pytest.fixture
def case(house: House) -> Clawback:
    return Clawback.objects.get()


def say(client: Client, address: str, **data: object) -> str:
    answer = client.post(address, data, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_case_is_proposed_on_the_page_of_a_payment(house: House) -> None:
    line = house.closed.instructions.order_by("pk")[0]
    client, address = house.client("petugas"), f"/admin/disbursement/instruction/{line.pk}/claim_back/"
    page = client.get(address).content.decode()
    assert "Kelebihan September 2026, utama" in page and "paling banyak Rp 300.000" in page
    words = {"reason": "Tarif lama.", "evidence": "BA-9", "share": 20}
    assert "Isi kelebihan untuk paling sedikit satu" in say(client, address, **words)
    too_much = {f"amount_{line.pk}": "300.001"}
    assert "paling banyak Rp 300.000 dapat dituntut" in say(client, address, **words, **too_much)
    assert "diusulkan" in say(client, address, **words, **{f"amount_{line.pk}": "50.000"})
    made = Clawback.objects.latest("pk")
    assert (made.claim, made.proposed_by) == (50_000, house.officers["petugas"])


def test_the_letter_says_what_why_how_and_until_when_and_no_address(house: House, case: Clawback) -> None:
    page = house.client("petugas").get(PAGE.format(case.pk, "letter"), headers={"accept-language": "en"})
    text = page.content.decode()
    assert case.person.name in text and "Rp 60.000" in text and "paling banyak 20%" in text
    assert "BA-7/2026" in text and "keberatan sampai" in text and "Jl. Mawar" not in text
    assert "lewat aplikasi" in text
    assert "no-store" in page["Cache-Control"] and "@page" in text
    assert case.person.nik not in text
    assert "September 2026, utama" in text and "December" not in text


def test_of_a_case_that_was_dropped_nothing_is_left_and_no_letter_is_offered(house: House, case: Clawback) -> None:
    client, page, letter = house.client("penyetuju"), PAGE.format(case.pk, "change"), PAGE.format(case.pk, "letter")
    assert letter in client.get(page).content.decode()
    clawback.drop(case, by=house.officers["penyetuju"], reason="bukti keliru")
    case.refresh_from_db()
    assert clawback.standing(case).left == 0
    assert letter not in client.get(page).content.decode()
    assert client.get(letter).status_code == 302  # an address kept from before leads back to the case


def test_the_letter_says_from_when_one_may_give_back(house: House, case: Clawback) -> None:
    text = house.client("petugas").get(PAGE.format(case.pk, "letter")).content.decode()
    assert "sesudah tuntutan ini berlaku Anda boleh mengembalikannya lebih cepat" in text


def test_an_objection_is_written_down_and_decided_by_another(house: House, case: Clawback) -> None:
    clerk, approver = house.client("petugas"), house.client("penyetuju")
    said = {"text": "Saya hanya menerima sekali.", "channel": "phone", "objected_on": timezone.localdate().isoformat()}
    assert "Keberatan dicatat" in say(clerk, PAGE.format(case.pk, "object_to"), **said)
    assert "Keberatan atas pengembalian menunggu putusan" in approver.get("/admin/").content.decode()
    decide = PAGE.format(case.pk, "decide")
    assert "Saya hanya menerima sekali." in approver.get(decide).content.decode()
    assert "Isi tuntutan yang baru" in say(approver, decide, outcome="lowered", reason="sebagian")
    assert "Keberatan diputus" in say(approver, decide, outcome="lowered", claim="40.000", reason="sebagian")
    assert "Berlaku. Batch berikutnya" in say(approver, PAGE.format(case.pk, "enforce"), reason="sesuai")
    case.refresh_from_db()
    assert (case.status, case.claim, case.enforced_by) == ("in_force", 40_000, house.officers["penyetuju"])


def test_who_proposed_is_told_that_another_decides(house: House) -> None:
    client = house.client("admin")
    own = clawback.propose(
        {house.closed.instructions.order_by("pk")[0].pk: 5},
        reason="x", evidence="BA", by=house.officers["admin"],
    )  # fmt: skip
    clawback.notify(own, by=house.officers["admin"], reason="surat")
    page = client.get(PAGE.format(own.pk, "enforce")).content.decode()
    assert "petugas lain yang memutuskannya" in page and 'name="reason"' not in page
    assert "Mintalah petugas lain" in say(client, PAGE.format(own.pk, "enforce"), reason="ya")
    drop = PAGE.format(own.pk, "drop")
    assert 'name="reason"' in client.get(drop).content.decode()  # as long as nobody has objected
    clawback.object_to(own, "Hanya sekali.", channel=Clawback.Channel.OFFICE, by=house.officers["petugas"])
    clawback.decide(own, by=house.officers["penyetuju"], reason="bukti lengkap")
    page = client.get(drop).content.decode()
    assert "petugas lain yang memutuskannya" in page and 'name="reason"' not in page
    assert "Mintalah petugas lain" in say(client, drop, reason="ya")


def test_before_the_last_day_it_cannot_be_put_into_force(house: House, case: Clawback) -> None:
    page = say(house.client("penyetuju"), PAGE.format(case.pk, "enforce"), reason="cepat")
    assert "masih dapat mengajukan keberatan" in page


def test_giving_back_is_written_down_with_its_paper(house: House) -> None:
    line = house.closed.instructions.order_by("pk")[0]
    case = in_force(line, 50_000)
    client, address = house.client("penyetuju"), PAGE.format(case.pk, "give_back")
    assert "KLJ 09/2026" in client.get(address).content.decode()
    data = {"purse": clawback.purses_for(case)[0].pk, "amount": "20.000", "agreed_on": "2026-11-20", "consent": "SP-1"}
    assert "Rp 20.000 kembali ke dana program" in say(client, address, **data)
    assert "Paling banyak Rp 30.000" in say(client, address, **data | {"amount": "30.001", "consent": "SP-2"})
    assert clawback.standing(case).given == 20_000
    money.assert_books_hold()


def test_the_page_that_says_why_so_much_shows_what_is_withheld(house: House) -> None:
    line: Instruction = house.closed.instructions.order_by("pk")[0]
    case = in_force(line, 240_000)
    batch: Batch = batches.prepare(batches.cycle_of(house.programme, date(2026, 12, 1)))
    kept = Calculation.objects.get(batch=batch, enrolment=line.enrolment)
    page = house.client("auditor").get(f"/admin/disbursement/calculation/{kept.pk}/change/").content.decode()
    assert f"Perkara {case.pk}" in page and "−Rp 60.000" in page and "sisa Rp 180.000" in page
    shown = house.client("auditor").get(PAGE.format(case.pk, "change")).content.decode()
    assert "Rp 180.000" in shown and "bila dibayar" in shown


def test_every_queue_leads_to_its_cases(house: House, case: Clawback) -> None:
    client = house.client("admin")
    for filters, there in (
        ("meninggal=ya", False),
        ("status__in=decided,noticed", True),
        ("status__exact=noticed", True),
    ):
        page = client.get(f"/admin/disbursement/clawback/?{filters}")
        assert page.status_code == 200 and (f"#{case.pk}<" in page.content.decode()) == there, filters
    Person.objects.filter(pk=case.person_id).update(status="deceased")
    assert "Pengembalian oleh yang meninggal" in client.get("/admin/").content.decode()
    assert f"#{case.pk}<" in client.get("/admin/disbursement/clawback/?meninggal=ya").content.decode()
