"""Cash at the counter for somebody who is not the holder: only for who may fetch it today, and never without their name."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from beneficiaries import representation
from beneficiaries.models import Collection, Person, Representation
from tests import clock, money
from tests.beneficiaries import cases
from wallet import codes
from wallet.models import Payment, Wallet

pytestmark = pytest.mark.django_db


@pytest.fixture
def officers() -> dict[str, User]:
    call_command("roles", verbosity=0, stdout=open("/dev/null", "w"))  # noqa: SIM115
    return {name: cases.officer(name.lower(), name) for name in ("Petugas", "Penyetuju")}


@pytest.fixture
def desk(officers: dict[str, User]) -> Client:
    client = Client()
    client.force_login(officers["Petugas"])
    return client


def holder_with(amount: int, **changed: Any) -> Person:
    """A person whose wallet holds so much cash of their own."""
    wallet = money.wallet()
    money.top_up(wallet, amount)
    return cases.person(wallet=wallet, **changed)


def approved(officers: dict[str, User], holder: Person, nik: str, **changed: Any) -> Representation:
    row = representation.propose(cases.proposal(holder, nik, **changed), by=officers["Petugas"])
    return representation.approve(row, by=officers["Penyetuju"])


def at(holder: Person) -> str:
    return f"/admin/wallet/wallet/{holder.wallet_id}/pay_out/"


def draw(desk: Client, holder: Person, collector: str, reference: str = "") -> tuple[str, str]:
    """Draws Rp 10.000 with a new code; what the page says, and the number of the form."""
    found = re.search(r'name="reference" value="(LOKET-[0-9A-F]{32})"', desk.get(at(holder)).content.decode())
    assert found
    data = {
        "code": codes.issue(Wallet.objects.get(pk=holder.wallet_id)).qr_content,
        "amount": "10.000",
        "reference": reference or found[1],
        "collector": collector,
    }
    return desk.post(at(holder), data, follow=True).content.decode(), data["reference"]


def test_who_may_fetch_is_shown_and_kept_with_the_payment(officers: dict[str, User], desk: Client) -> None:
    holder = holder_with(100_000)
    assert "Siapa yang datang" not in desk.get(at(holder)).content.decode()
    row = approved(officers, holder, cases.outsider_nik(), name="Budi Santoso")
    shown = desk.get(at(holder)).content.decode()
    assert "Budi Santoso (Kuasa pengambil)" in shown and "Pemegang sendiri" in shown
    said, reference = draw(desk, holder, str(row.uid))
    assert "Serahkan Rp 10.000 kepada wakil pemegang" in said, said
    noted = Collection.objects.get()
    assert (noted.representation, noted.reference, noted.by) == (row, reference, officers["Petugas"])
    payment = Payment.objects.get(partner_reference_no=reference)
    assert payment.status == Payment.Status.PAID
    page = desk.get(f"/admin/wallet/payment/{payment.pk}/change/").content.decode()
    assert "Diambil oleh" in page and "Budi Santoso" in page
    assert payment.reference_no in desk.get(f"/admin/beneficiaries/representation/{row.pk}/change/").content.decode()


def test_the_holder_themselves_leaves_no_collector(officers: dict[str, User], desk: Client) -> None:
    holder = holder_with(100_000)
    approved(officers, holder, cases.person().nik)
    said, reference = draw(desk, holder, "")
    assert "Serahkan Rp 10.000 kepada pemegang" in said and not Collection.objects.exists()
    payment = Payment.objects.get(partner_reference_no=reference)
    assert "Diambil oleh" not in desk.get(f"/admin/wallet/payment/{payment.pk}/change/").content.decode()


@pytest.mark.parametrize("how", ["ended", "over", "dead", "another holder's", "made up"])
def test_whoever_lost_the_right_fetches_nothing(officers: dict[str, User], desk: Client, how: str) -> None:
    holder, daughter = holder_with(100_000), cases.person()
    row, still = approved(officers, holder, daughter.nik), approved(officers, holder, cases.person().nik)
    uid = str(row.uid)
    if how == "ended":
        representation.end(row, "dicabut", by=officers["Petugas"])
    elif how == "over":
        with clock.moved(days=-9):
            short = {"ends_on": timezone.localdate() + timedelta(days=1)}
            uid = str(approved(officers, holder, cases.person().nik, **short).uid)
    elif how == "dead":
        Person.objects.filter(pk=daughter.pk).update(status=Person.Status.DECEASED)
    elif how == "another holder's":
        uid = str(approved(officers, cases.person(), daughter.nik).uid)
    else:
        uid = "x"
    said, _reference = draw(desk, holder, uid)
    assert "Serahkan Rp" not in said
    assert not Payment.objects.exists() and not Collection.objects.exists()
    assert "Serahkan Rp 10.000" in draw(desk, holder, str(still.uid))[0]


def test_who_was_the_only_one_and_lost_the_right_is_not_taken_for_the_holder(
    officers: dict[str, User], desk: Client
) -> None:
    """The form that was open asked who came; the page that answers does not ask any more."""
    holder = holder_with(100_000)
    row = approved(officers, holder, cases.person().nik)
    representation.end(row, "dicabut", by=officers["Petugas"])
    said, _reference = draw(desk, holder, str(row.uid))
    assert "tidak lagi boleh mengambil" in said and "Serahkan Rp" not in said
    assert not Payment.objects.exists() and not Collection.objects.exists()


def test_what_is_booked_already_is_told_also_when_the_right_is_lost_meanwhile(
    officers: dict[str, User], desk: Client
) -> None:
    """The answer was lost on its way, and the form is sent again: nobody may take it for refused."""
    holder = holder_with(100_000)
    row = approved(officers, holder, cases.person().nik)
    sent = {"code": codes.issue(holder.wallet).qr_content, "amount": "10.000", "collector": str(row.uid)}
    sent["reference"] = f"LOKET-{'0' * 32}"
    assert "Serahkan Rp 10.000" in desk.post(at(holder), sent, follow=True).content.decode()
    representation.end(row, "dicabut", by=officers["Petugas"])
    assert "Sudah dibukukan: Rp 10.000" in desk.post(at(holder), sent, follow=True).content.decode()
    assert Payment.objects.count() == Collection.objects.count() == 1


def test_what_was_declined_does_not_read_as_fetched(officers: dict[str, User], desk: Client) -> None:
    holder = holder_with(5_000)
    row = approved(officers, holder, cases.person().nik)
    said, _reference = draw(desk, holder, str(row.uid))
    assert "Jangan serahkan uang" in said
    page = desk.get(f"/admin/beneficiaries/representation/{row.pk}/change/").content.decode()
    assert Payment.objects.get().status == Payment.Status.DECLINED and "Ditolak" in page


def test_whose_period_is_over_does_not_read_as_acting_on_the_holders_page(
    officers: dict[str, User], desk: Client
) -> None:
    holder = holder_with(100_000)
    with clock.moved(days=-9):
        approved(officers, holder, cases.person().nik, ends_on=timezone.localdate() + timedelta(days=1))
    page = desk.get(f"/admin/beneficiaries/person/{holder.pk}/change/").content.decode()
    assert "Tidak lagi berhak" in page


def test_a_form_sent_twice_pays_once_and_keeps_who_was_said_first(officers: dict[str, User], desk: Client) -> None:
    holder = holder_with(100_000)
    row, other = (approved(officers, holder, cases.person().nik) for _ in range(2))
    _said, reference = draw(desk, holder, str(row.uid))
    for collector in (row, other):
        assert "Serahkan Rp 10.000 kepada" not in draw(desk, holder, str(collector.uid), reference)[0]
    assert Payment.objects.count() == 1
    assert [noted.representation for noted in Collection.objects.all()] == [row]


def test_the_counter_warns_of_holders_who_need_a_guardian(officers: dict[str, User], desk: Client) -> None:
    minor = holder_with(100_000, birth_date=timezone.localdate().replace(year=timezone.localdate().year - 7, day=1))
    assert "belum ada yang disetujui" in desk.get(at(minor)).content.decode()
    approved(officers, minor, cases.person(name="Ibu Neneng").nik, kind=Representation.Kind.GUARDIAN)
    shown = desk.get(at(minor)).content.decode()
    assert "walinyalah yang mengambil" in shown and "Ibu Neneng (Wali)" in shown
    adult = holder_with(100_000, birth_date=date(1990, 1, 1))
    assert "Pemegang perlu wali" not in desk.get(at(adult)).content.decode()
