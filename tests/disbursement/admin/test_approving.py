"""Approving in the office: tiers, who signed and who is missing, the code, refusing, delegating, one's own authenticator."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, Permission
from django.utils import timezone
from django.utils.formats import date_format

from disbursement import approval_tiers, approvals
from disbursement.models import Approval, ApprovalScheme, Batch, Delegation
from officers import second_factor
from officers.models import Authenticator, PasswordGuesses
from tests import money
from tests.disbursement.admin.conftest import House
from tests.disbursement.approving import delegate, tiers

MINE = "/admin/officers/authenticator/mine/"


def _at(batch: Batch, step: str) -> str:
    return f"/admin/disbursement/batch/{batch.pk}/{step}/"


def _two_tiers(house: House) -> Batch:
    """The house's prepared batch, submitted where two roles must approve."""
    tiers((0, "Penyetuju", "Bendahara"))
    return approvals.submit(house.prepared, by=house.officers["petugas"])


def _sign(house: House, name: str, batch: Batch) -> str:
    sent = {"digest": batch.digest, "reason": "cocok", "code": money.code(money.phone(house.officers[name]))}
    return house.client(name).post(_at(batch, "approve"), sent, follow=True).content.decode()


def test_the_page_says_how_many_signed_what_is_missing_and_who_may_give_it(house: House) -> None:
    batch = _two_tiers(house)
    page = house.client("auditor").get(_at(batch, "change")).content.decode()
    assert "Persetujuan: 0 dari 2" in page
    assert re.search(r"Berikutnya dapat disetujui oleh</dt>\s*<dd>penyetuju</dd>", page)
    assert 'data-label="Faktor kedua"' in page  # read on a narrow screen too
    assert "1 dari 2. Berikutnya: Bendahara" in _sign(house, "penyetuju", batch)
    page = house.client("auditor").get(_at(batch, "change")).content.decode()
    assert "Persetujuan: 1 dari 2" in page and "belum ada petugas yang berhak" in page
    assert Batch.objects.get(pk=batch.pk).status == "submitted"


def _next(house: House, batch: Batch) -> str:
    """Who may sign next, as the batch's page says."""
    page = house.client("auditor").get(_at(batch, "change")).content.decode()
    found = re.search(r"Berikutnya dapat disetujui oleh</dt>\s*<dd>([^<]*)</dd>", page)
    return found[1] if found else ""


def test_only_who_could_sign_now_is_named_as_next(house: House) -> None:
    """Not a deputy whose account is closed, and nobody twice."""
    batch = approvals.submit(house.prepared, by=house.officers["petugas"])
    deputy, other = house.officers["bendahara"], house.officers["kosong"]
    other.groups.add(Group.objects.get(name="Penyetuju"))
    for to in (deputy, other):
        delegate(house.officers["penyetuju"], to)
    assert _next(house, batch) == "kosong, penyetuju, bendahara atas nama penyetuju"
    deputy.is_active = False
    deputy.save()
    assert _next(house, batch) == "kosong, penyetuju"


def test_whoever_made_the_batch_is_not_named_as_next_also_when_another_submitted_it(house: House) -> None:
    """Whoever prepared it, or submitted it before, signs for nobody."""
    maker = house.officers["petugas"]
    maker.groups.add(Group.objects.get(name="Penyetuju"))
    batch = approvals.submit(house.prepared, by=maker)
    batch = approvals.withdraw(batch, by=maker, reason="salah tanggal")
    batch = approvals.submit(batch, by=house.officers["bendahara"])
    assert _next(house, batch) == "penyetuju"


def test_a_delegate_of_another_role_signs_for_who_is_away(house: House) -> None:
    batch = approvals.submit(house.prepared, by=house.officers["petugas"])
    client = house.client("penyetuju")
    today = timezone.localdate()
    sent = {
        "principal": house.officers["penyetuju"].pk,
        "delegate": house.officers["bendahara"].pk,
        "first_day": today.isoformat(),
        "last_day": (today + timedelta(days=3)).isoformat(),
        "reason": "cuti tahunan",
    }
    assert house.client("bendahara").get(_at(batch, "approve")).status_code == 403
    assert (
        "menyetujui atas nama penyetuju"
        in client.post("/admin/disbursement/delegation/add/", sent, follow=True).content.decode()
    )
    page = house.client("auditor").get(_at(batch, "change")).content.decode()
    assert re.search(r"Berikutnya dapat disetujui oleh</dt>\s*<dd>penyetuju, bendahara atas nama penyetuju</dd>", page)
    money.phone(house.officers["bendahara"])
    opened = house.client("bendahara").get(_at(batch, "approve")).content.decode()
    assert "Atas nama" in opened and "Autentikator saya" in opened
    assert "Batch disetujui" in _sign(house, "bendahara", batch)
    approval = Approval.objects.get(batch=batch)
    assert (approval.approver.username, approval.holder.username) == ("bendahara", "penyetuju")
    assert "bendahara atas nama penyetuju" in house.client("auditor").get(_at(batch, "change")).content.decode()
    held = Delegation.objects.latest("pk")
    done = client.post(f"/admin/disbursement/delegation/{held.pk}/revoke/", {"reason": "kembali"}, follow=True)
    assert "Pelimpahan dicabut" in done.content.decode()


@pytest.mark.parametrize("days", [-1, 200])
def test_a_delegation_without_a_right_end_is_a_message(house: House, days: int) -> None:
    today = timezone.localdate()
    sent = {
        "principal": house.officers["penyetuju"].pk,
        "delegate": house.officers["bendahara"].pk,
        "first_day": today.isoformat(),
        "last_day": (today + timedelta(days=days)).isoformat(),
        "reason": "cuti",
    }
    page = house.client("penyetuju").post("/admin/disbursement/delegation/add/", sent).content.decode()
    assert "Pelimpahan tidak dapat dibuat: Sampai" in page and Delegation.objects.count() == 1


def test_a_wrong_code_is_a_message_and_is_not_filled_in_again(house: House) -> None:
    money.phone(house.officers["penyetuju"])
    sent = {"digest": house.submitted.digest, "reason": "cocok", "code": "12345x"}
    page = house.client("penyetuju").post(_at(house.submitted, "approve"), sent).content.decode()
    assert "Kode: tidak berlaku" in page and "cocok" in page and "12345x" not in page
    page = house.client("penyetuju").post(_at(house.submitted, "approve"), sent).content.decode()
    assert "terlalu sering salah" in page
    assert Batch.objects.get(pk=house.submitted.pk).status == "submitted"


def test_without_an_authenticator_the_page_says_what_to_do(house: House) -> None:
    Authenticator.objects.update(ended_at=timezone.now())
    page = house.client("penyetuju").get(_at(house.submitted, "approve")).content.decode()
    assert "belum memasang aplikasi autentikator" in page and MINE in page and 'name="code"' not in page
    sent = {"digest": house.submitted.digest, "reason": "cocok", "code": "123456"}
    page = house.client("penyetuju").post(_at(house.submitted, "approve"), sent).content.decode()
    assert "belum memasang aplikasi autentikator" in page


def test_a_batch_is_refused_with_its_reason_and_submitted_anew(house: House) -> None:
    batch = house.submitted
    page = house.client("penyetuju").post(_at(batch, "refuse"), {"reason": "SK belum ada"}, follow=True)
    assert "Batch ditolak dan dikembalikan: SK belum ada" in page.content.decode()
    batch.refresh_from_db()
    assert batch.status == "prepared"
    page = house.client("auditor").get(_at(batch, "change")).content.decode()
    assert "Pengajuan sebelumnya" in page and "SK belum ada" in page and "Ditolak" in page
    assert (
        "diperlukan 1 persetujuan" in house.client("petugas").post(_at(batch, "submit"), follow=True).content.decode()
    )
    assert "Pengajuan ke-2" in house.client("auditor").get(_at(batch, "change")).content.decode()
    done = house.client("petugas").post(_at(batch, "withdraw"), {"reason": "keliru"}, follow=True).content.decode()
    assert "Pengajuan ditarik: keliru" in done


def test_the_maker_withdraws_and_others_refuse(house: House) -> None:
    maker = house.client("petugas").get(_at(house.submitted, "change")).content.decode()
    assert "/withdraw/" in maker and "/refuse/" not in maker
    other = house.client("penyetuju").get(_at(house.submitted, "change")).content.decode()
    assert "/refuse/" in other and "/withdraw/" not in other


def _scheme(**changes: str) -> dict[str, str]:
    head, _ = Group.objects.get_or_create(name="Kepala")
    head.permissions.set([Permission.objects.get(codename="approve_batch")])
    roles = {name: str(Group.objects.get(name=name).pk) for name in ("Penyetuju", "Kepala")}
    return {
        "starts_on": timezone.localdate().isoformat(),
        "decree": "SK 7/2026",
        "tiers-TOTAL_FORMS": "3",
        "tiers-INITIAL_FORMS": "0",
        "tiers-0-from_total": "0",
        "tiers-0-first": roles["Penyetuju"],
        "tiers-1-from_total": "1.000.000.000",
        "tiers-1-first": roles["Penyetuju"],
        "tiers-1-second": roles["Kepala"],
    } | changes


def test_tiers_are_written_as_a_whole_version(house: House) -> None:
    client = house.client("bendahara")
    assert client.get("/admin/disbursement/approvalscheme/add/").status_code == 200
    done = client.post("/admin/disbursement/approvalscheme/add/", _scheme(), follow=True)
    made = ApprovalScheme.objects.latest("pk")
    assert (made.decree, made.made_by) == ("SK 7/2026", house.officers["bendahara"]), done.content.decode()
    assert list(made.tiers.values_list("from_total", "second__name")) == [(0, None), (1_000_000_000, "Kepala")]
    assert f"berlaku mulai {date_format(timezone.localdate())}, bila petugas lain" in done.content.decode()
    page = client.get("/admin/disbursement/approvalscheme/").content.decode()
    assert "Penyetuju → Kepala" in page
    shown = client.get(f"/admin/disbursement/approvalscheme/{made.pk}/change/").content.decode()
    assert "Rp 1.000.000.000" in shown and 'name="_save"' not in shown
    assert approval_tiers.in_force() is None and "Menunggu persetujuan petugas lain" in shown and "/agree/" not in shown


def test_another_officer_agrees_to_tiers_and_sees_what_they_change(house: House) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    tiers((0, "Penyetuju", "Bendahara"))
    house.client("bendahara").post("/admin/disbursement/approvalscheme/add/", _scheme(starts_on=tomorrow.isoformat()))
    made = ApprovalScheme.objects.latest("pk")
    address, client = f"/admin/disbursement/approvalscheme/{made.pk}", house.client("penyetuju")
    assert f"{address}/agree/" in client.get(f"{address}/change/").content.decode()
    asked = client.get(f"{address}/agree/").content.decode()
    assert "Jenjang hari ini" in asked and "Penyetuju → Bendahara" in asked and "SK 7/2026" in asked
    assert "Alasan" in client.post(f"{address}/agree/", {"reason": ""}).content.decode()
    assert approval_tiers.in_force(tomorrow) != made
    client.post(f"{address}/agree/", {"reason": "sesuai SK 7/2026"})
    assert approval_tiers.in_force(tomorrow) == made
    shown = client.get(f"{address}/change/").content.decode()
    assert "Akan berlaku" in shown and "sesuai SK 7/2026" in shown and f"{address}/agree/" not in shown


def test_only_roles_that_may_approve_can_be_chosen(house: House) -> None:
    sent = _scheme() | {"tiers-1-second": str(Group.objects.get(name="Bendahara").pk)}
    client = house.client("bendahara")
    asked = client.get("/admin/disbursement/approvalscheme/add/").content.decode()
    assert ">Kepala</option>" in asked and ">Bendahara</option>" not in asked
    answer = client.post("/admin/disbursement/approvalscheme/add/", sent)
    assert answer.status_code == 200 and not ApprovalScheme.objects.filter(decree="SK 7/2026").exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"tiers-0-from_total": "5"}, "harus mulai dari 0"),
        ({"tiers-1-from_total": "0"}, "data ganda"),
        ({"tiers-1-second": "", "tiers-1-third": "SECOND"}, "Isi penyetuju kedua"),
        ({"starts_on": "2020-01-01"}, "Paling cepat"),
    ],
)
def test_tiers_that_cannot_be_are_an_error_on_the_page(house: House, changes: dict[str, str], said: str) -> None:
    before = ApprovalScheme.objects.count()
    sent = _scheme()
    changes = {name: sent["tiers-1-second"] if value == "SECOND" else value for name, value in changes.items()}
    answer = house.client("bendahara").post("/admin/disbursement/approvalscheme/add/", sent | changes)
    assert answer.status_code == 200 and said in answer.content.decode()
    assert ApprovalScheme.objects.count() == before


def test_an_officer_installs_an_authenticator_and_its_secret_is_shown_once(house: House) -> None:
    user, client = house.officers["penyetuju"], house.client("penyetuju")
    Authenticator.objects.update(ended_at=timezone.now())
    assert "belum memasang" in client.get(MINE).content.decode()
    assert "Kata sandi: tidak cocok" in client.post(MINE, {"name": "Ponsel", "password": "y"}).content.decode()
    assert "Kata sandi: terlalu sering salah" in client.post(MINE, {"name": "P", "password": "x"}).content.decode()
    PasswordGuesses.objects.update(failed_at=timezone.now() - timedelta(minutes=1))
    answer = client.post(MINE, {"name": "Ponsel", "password": "x"})
    page = answer.content.decode()
    device = Authenticator.objects.get(user=user, ended_at=None)
    secret = second_factor.secret_of(device)
    assert "<svg" in page and secret in page and "no-store" in answer["Cache-Control"]
    page = client.post(MINE, {"code": "000000" if money.code(device) != "000000" else "111111"}).content.decode()
    assert (
        "Kode: tidak berlaku" in page and secret not in page and "<svg" not in page.split("<main")[-1].split("<form")[0]
    )
    Authenticator.objects.filter(pk=device.pk).update(throttling_failure_count=0)
    page = client.post(MINE, {"code": money.code(device)}, follow=True).content.decode()
    assert "Autentikator terpasang" in page and "berlaku sejak" in page and secret not in page
    assert second_factor.in_force(user) == device


def test_a_lost_phone_is_released_by_another_officer(house: House) -> None:
    device = Authenticator.objects.get(user=house.officers["penyetuju"], ended_at=None)
    address = f"/admin/officers/authenticator/{device.pk}/reset/"
    assert (
        "hilang di bus"
        in house.client("bendahara").post(address, {"reason": "hilang di bus"}, follow=True).content.decode()
    )
    assert second_factor.in_force(house.officers["penyetuju"]) is None
    assert "tidak berlaku" in house.client("bendahara").post(address, {"reason": "lagi"}).content.decode()
    page = house.client("auditor").get(f"/admin/officers/authenticator/{device.pk}/change/").content.decode()
    assert "hilang di bus" in page and device.key not in page


def test_the_page_of_ones_own_authenticator_is_in_the_menu_of_who_may_sign(house: House) -> None:
    assert MINE in house.client("penyetuju").get("/admin/").content.decode()
    assert MINE not in house.client("petugas").get("/admin/").content.decode()


def test_an_approval_says_when_payment_begins(house: House) -> None:
    batch = approvals.submit(house.prepared, by=house.officers["petugas"], pay_at=timezone.now() + timedelta(days=3))
    day = date_format(timezone.localtime(batch.pay_at), "j F Y")
    asked = house.client("penyetuju").get(_at(batch, "approve")).content.decode()
    said = _sign(house, "penyetuju", batch)
    assert Batch.objects.get(pk=batch.pk).status == "approved"
    for page in (asked, said):
        assert f"pembayaran dimulai {day}" in page
        assert "dan pembayaran dimulai" not in page and "langsung dimulai" not in page
