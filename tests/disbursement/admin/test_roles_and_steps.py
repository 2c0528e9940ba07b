"""Who may take which step, and what the steps refuse."""

from __future__ import annotations

from datetime import date

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from disbursement import approvals, failures, versions
from disbursement.models import (
    ApprovalScheme,
    Batch,
    Chunk,
    Clawback,
    Delegation,
    Enrolment,
    Instruction,
    Programme,
    ProgrammeVersion,
)
from officers.models import Authenticator
from tests import money
from tests.disbursement.admin.conftest import House
from wallet import ledger
from wallet.models import (
    AccessToken,
    Account,
    Hold,
    Merchant,
    Partner,
    Purse,
    PurseTerms,
    Settlement,
    Transfer,
    Wallet,
)

EVERYONE = ("petugas", "penyetuju", "bendahara", "auditor", "kosong")
STEPS = {
    "/admin/disbursement/programme/{programme}/fund_it/": {"bendahara"},
    "/admin/disbursement/programmeversion/{version}/next_version/": {"bendahara"},
    "/admin/disbursement/programmeversion/{version}/try_it/": {"petugas", "penyetuju", "bendahara"},
    "/admin/disbursement/programmeversion/{version}/enforce/": {"penyetuju"},
    "/admin/disbursement/programme/{programme}/enrol/": {"petugas"},
    "/admin/disbursement/programme/{programme}/prepare/": {"petugas"},
    "/admin/disbursement/programme/{programme}/try_rule/": {"petugas", "penyetuju", "bendahara", "auditor"},
    "/admin/disbursement/programme/add/": {"bendahara"},
    "/admin/disbursement/batch/{prepared}/submit/": {"petugas"},
    "/admin/disbursement/batch/{submitted}/approve/": {"penyetuju"},
    "/admin/disbursement/batch/{submitted}/refuse/": {"penyetuju"},
    "/admin/disbursement/batch/{submitted}/withdraw/": {"petugas"},
    "/admin/disbursement/batch/{prepared}/cancel/": {"petugas"},
    "/admin/disbursement/delegation/add/": {"penyetuju", "bendahara"},
    "/admin/disbursement/delegation/{delegation}/revoke/": {"penyetuju", "bendahara"},
    "/admin/disbursement/approvalscheme/add/": {"bendahara"},
    "/admin/disbursement/approvalscheme/{scheme}/agree/": {"penyetuju"},
    "/admin/officers/authenticator/": {"bendahara", "auditor"},
    "/admin/officers/authenticator/{authenticator}/reset/": {"bendahara"},
    "/admin/officers/authenticator/mine/": {"petugas", "penyetuju", "bendahara", "auditor", "kosong"},
    "/admin/disbursement/batch/{submitted}/retry/": {"petugas"},
    "/admin/disbursement/batch/{submitted}/give_up/": {"penyetuju"},
    "/admin/disbursement/batch/{submitted}/precheck/": {"petugas", "penyetuju"},
    "/admin/disbursement/batch/{submitted}/leave_out/": {"petugas"},
    "/admin/disbursement/batch/{submitted}/pause/": {"petugas", "penyetuju"},
    "/admin/disbursement/batch/{submitted}/resume/": {"penyetuju"},
    "/admin/disbursement/batch/{submitted}/stop/": {"penyetuju"},
    "/admin/disbursement/batch/{submitted}/follow_up/": {"petugas"},
    "/admin/disbursement/batch/{submitted}/csv/": {"petugas", "penyetuju", "auditor"},
    "/admin/disbursement/batch/{submitted}/xlsx/": {"petugas", "penyetuju", "auditor"},
    "/admin/disbursement/batch/{submitted}/change/": {"petugas", "penyetuju", "bendahara", "auditor"},
    "/admin/disbursement/batch/{submitted}/progress/": {"petugas", "penyetuju", "bendahara", "auditor"},
    "/admin/disbursement/enrolment/{enrolment}/end/": {"petugas"},
    "/admin/wallet/wallet/{wallet}/freeze/": {"petugas"},
    "/admin/wallet/wallet/{wallet}/unfreeze/": {"petugas"},
    "/admin/wallet/wallet/{wallet}/reset_pin/": {"petugas"},
    "/admin/wallet/wallet/{wallet}/recover/": {"petugas"},
    "/admin/wallet/wallet/{wallet}/close/": {"petugas"},
    "/admin/wallet/wallet/{wallet}/succeed/": {"petugas", "penyetuju"},
    "/admin/wallet/wallet/{wallet}/pay_in/": {"petugas"},
    "/admin/wallet/wallet/{wallet}/pay_out/": {"petugas"},
    "/admin/wallet/wallet/{wallet}/statement/": {"petugas", "penyetuju", "bendahara", "auditor"},
    "/admin/wallet/wallet/{wallet}/statement/?file=csv": {"petugas", "penyetuju", "bendahara", "auditor"},
    "/admin/wallet/purse/{purse}/statement/": {"petugas", "penyetuju", "bendahara", "auditor"},
    "/admin/wallet/account/{purse}/statement/": {"penyetuju", "bendahara", "auditor"},
    "/admin/wallet/merchant/{merchant}/statement/": {"penyetuju", "bendahara", "auditor"},
    "/admin/wallet/hold/": {"petugas", "bendahara", "auditor"},
    "/admin/wallet/hold/{hold}/void/": {"petugas"},
    "/admin/wallet/topup/": {"petugas", "bendahara", "auditor"},
    "/admin/wallet/transfer/{transfer}/reverse_it/": {"bendahara"},
    "/admin/wallet/settlement/{settlement}/send_back/": {"bendahara"},
    "/admin/disbursement/instruction/{instruction}/propose_take_back/": {"petugas"},
    "/admin/disbursement/instruction/{instruction}/take_back/": {"penyetuju"},
    "/admin/disbursement/instruction/{instruction}/refuse_take_back/": {"penyetuju"},
    "/admin/disbursement/budget/add/": {"bendahara"},
    "/admin/disbursement/budget/by_region/": {"petugas", "penyetuju", "bendahara", "auditor"},
    "/admin/disbursement/budget/by_region/?file=csv": {"petugas", "penyetuju", "bendahara", "auditor"},
    "/admin/disbursement/instruction/{instruction}/claim_back/": {"petugas"},
    "/admin/disbursement/clawback/{clawback}/notify/": {"petugas"},
    "/admin/disbursement/clawback/{clawback}/object_to/": {"petugas"},
    "/admin/disbursement/clawback/{clawback}/decide/": {"penyetuju"},
    "/admin/disbursement/clawback/{clawback}/enforce/": {"penyetuju"},
    "/admin/disbursement/clawback/{clawback}/give_back/": {"penyetuju"},
    "/admin/disbursement/clawback/{clawback}/drop/": {"penyetuju"},
    "/admin/disbursement/clawback/{clawback}/write_off/": {"penyetuju"},
    "/admin/disbursement/clawback/{clawback}/letter/": {"petugas", "penyetuju", "auditor"},
    "/admin/wallet/merchant/add/": set(),  # a merchant comes of an application
    "/admin/wallet/merchantapplication/add/": {"bendahara"},
    "/admin/wallet/merchant/{merchant}/propose/": {"bendahara"},
    "/admin/wallet/merchant/{merchant}/close/": {"bendahara"},
    "/admin/wallet/merchant/{merchant}/report/": {"petugas", "bendahara", "auditor"},
    "/admin/wallet/payoutfile/make/": {"bendahara"},
    "/admin/wallet/bankanswerfile/upload/": {"bendahara"},
    "/admin/wallet/settlementrun/": {"bendahara", "auditor"},
    "/admin/wallet/documentview/": {"bendahara", "auditor"},
    "/admin/wallet/merchant/{merchant}/suspend/": {"bendahara"},
    "/admin/wallet/merchant/settle_all/": {"bendahara"},
    "/admin/wallet/settlement/{settlement}/mark_paid/": {"bendahara"},
    "/admin/wallet/partner/{partner}/new_secret/": {"bendahara"},
    "/admin/wallet/partner/{partner}/add_key/": {"bendahara"},
    "/admin/wallet/partner/{partner}/invite/": {"bendahara"},
    "/admin/wallet/partnerchange/": {"bendahara", "auditor"},
    "/admin/wallet/partnerchange/add/": set(),  # a change comes of the partner's page
    "/admin/wallet/webhook/": {"bendahara", "auditor"},
    "/admin/wallet/webhook/replay_given_up/": {"bendahara"},
    "/admin/wallet/webhook/replay_many/": {"bendahara"},
    "/admin/wallet/webhookendpoint/": {"bendahara", "auditor"},
    "/admin/wallet/notificationkey/renew/": {"bendahara"},
    "/admin/wallet/debitorder/": {"petugas", "bendahara", "auditor"},
    "/admin/wallet/accesstoken/{token}/revoke/": {"bendahara"},
    "/admin/wallet/purseterms/add/": {"bendahara"},
    "/admin/wallet/transfer/": {"penyetuju", "bendahara", "auditor"},
    "/admin/auth/user/": {"auditor"},
    "/admin/auth/user/add/": set(),
}


def _address(house: House, pattern: str) -> str:
    return pattern.format(
        programme=house.programme.pk,
        scheme=ApprovalScheme.objects.earliest("pk").pk,
        version=house.programme.versions.earliest("pk").pk,
        prepared=house.prepared.pk,
        submitted=house.submitted.pk,
        enrolment=Enrolment.objects.first().pk,
        wallet=Wallet.objects.first().pk,
        merchant=Merchant.objects.first().pk,
        settlement=Settlement.objects.first().pk,
        partner=Partner.objects.first().pk,
        token=AccessToken.objects.first().pk,
        purse=Purse.objects.first().pk,
        hold=Hold.objects.first().pk,
        transfer=Transfer.objects.first().pk,
        instruction=Instruction.objects.first().pk,
        clawback=Clawback.objects.first().pk,
        delegation=Delegation.objects.first().pk,
        authenticator=Authenticator.objects.filter(ended_at=None).first().pk,
    )


@pytest.mark.parametrize("pattern", STEPS)
def test_each_step_is_for_its_roles_alone(house: House, pattern: str) -> None:
    address = _address(house, pattern)
    for name in EVERYONE:
        expected = 200 if name in STEPS[pattern] else 403
        assert house.client(name).get(address).status_code == expected, (name, address)
        if expected == 403:
            assert house.client(name).post(address, {"reason": "x"}).status_code == 403, (name, address)
    assert Client().get(address).status_code == 302  # to the login


def _approve(house: House, name: str, **changes: str) -> tuple[str, Batch]:
    code = money.code(money.phone(house.officers[name]))
    data = {"digest": house.submitted.digest, "reason": "cocok", "code": code} | changes
    answer = house.client(name).post(f"/admin/disbursement/batch/{house.submitted.pk}/approve/", data, follow=True)
    assert answer.status_code == 200
    return answer.content.decode(), Batch.objects.get(pk=house.submitted.pk)


def test_another_person_approves_and_the_money_is_reserved(house: House) -> None:
    page, batch = _approve(house, "penyetuju")
    assert "Batch disetujui" in page and batch.status == Batch.Status.APPROVED
    assert batch.approvals.get().reason == "cocok"
    assert Transfer.objects.filter(kind=Transfer.Kind.RESERVATION, key=f"reserve:{batch.pk}").exists()


@pytest.mark.parametrize("superuser", [False, True])
def test_the_maker_cannot_approve_whoever_it_is(house: House, superuser: bool) -> None:
    maker = house.officers["petugas"]
    assert house.submitted.maker == maker
    maker.is_superuser = superuser
    maker.save()
    maker.groups.add(Group.objects.get(name="Penyetuju"))
    opened = house.client("petugas").get(f"/admin/disbursement/batch/{house.submitted.pk}/approve/")
    assert "harus disetujui orang lain" in opened.content.decode()
    assert 'name="code"' not in opened.content.decode()
    page, batch = _approve(house, "petugas")
    assert "bukan yang menyiapkan atau pernah mengajukannya" in page
    assert batch.status == Batch.Status.SUBMITTED and not batch.approvals.exists()


def test_another_digest_than_the_one_shown_approves_nothing(house: House) -> None:
    page, batch = _approve(house, "penyetuju", digest="0" * 64)
    assert "Isi batch berbeda" in page and batch.status == Batch.Status.SUBMITTED


def test_another_fund_behind_its_back_is_seen_before_and_refused_after(house: House) -> None:
    Programme.objects.filter(pk=house.programme.pk).update(fund=money.fund(house.submitted.total))
    opened = house.client("penyetuju").get(f"/admin/disbursement/batch/{house.submitted.pk}/approve/")
    assert "Isi batch berbeda" in opened.content.decode() and 'name="code"' not in opened.content.decode()
    page, batch = _approve(house, "penyetuju")
    assert "Isi batch berbeda" in page and batch.status == Batch.Status.SUBMITTED


def test_too_small_a_fund_is_a_message(house: House) -> None:
    fund = house.programme.fund
    fund.refresh_from_db()
    other = ledger.open_account(Account.Kind.FUND, "lain")
    ledger.post([ledger.Leg(fund.pk, other.pk, fund.balance, Transfer.Kind.RELEASE, "away")])
    page, batch = _approve(house, "penyetuju")
    assert "Saldo tidak cukup" in page and batch.status == Batch.Status.SUBMITTED


def test_an_approval_needs_a_reason(house: House) -> None:
    _page, batch = _approve(house, "penyetuju", reason="")
    assert batch.status == Batch.Status.SUBMITTED


def test_submitting_twice_is_a_message(house: House) -> None:
    client, address = house.client("petugas"), f"/admin/disbursement/batch/{house.prepared.pk}/submit/"
    assert "diajukan atas nama Anda" in client.post(address, follow=True).content.decode()
    assert "tidak berlaku lagi" in client.post(address, follow=True).content.decode()
    assert Batch.objects.get(pk=house.prepared.pk).maker == house.officers["petugas"]


def test_preparing_leads_to_the_batch_and_again_says_there_is_nobody(house: House) -> None:
    client, address = house.client("petugas"), f"/admin/disbursement/programme/{house.programme.pk}/prepare/"
    month = f"{timezone.localdate():%Y-%m}"
    client.post(f"/admin/disbursement/batch/{house.prepared.pk}/cancel/")
    first = client.post(address, {"month": month}, follow=True)
    made = Batch.objects.order_by("-pk").first()
    assert made.pk != house.prepared.pk
    assert first.redirect_chain and f"/batch/{made.pk}/" in first.redirect_chain[-1][0]
    assert "Tidak ada peserta" in client.post(address, {"month": month}, follow=True).content.decode()
    assert client.post(address, {"month": "1999-01"}).status_code == 200
    assert not Batch.objects.filter(cycle__period=date(1999, 1, 1)).exists()


def test_failed_chunks_are_tried_again(house: House) -> None:
    _page, batch = _approve(house, "penyetuju")
    Chunk.objects.filter(batch=batch).update(
        status=Chunk.Status.FAILED, attempts=5, failure="timeout", error="Canceled: x"
    )
    client, address = house.client("petugas"), f"/admin/disbursement/batch/{batch.pk}/retry/"
    asked = client.get(address).content.decode()
    assert str(failures.of("timeout").words) in asked and "Canceled" not in asked
    assert (
        "1 potongan dicoba lagi" in client.post(address, {"reason": "server dibetulkan"}, follow=True).content.decode()
    )
    assert Chunk.objects.get(batch=batch).status == Chunk.Status.PENDING
    assert batch.steps.filter(by=house.officers["petugas"], reason__contains="server dibetulkan").exists()


def test_progress_tells_how_far_it_is(house: House) -> None:
    told = house.client("auditor").get(f"/admin/disbursement/batch/{house.closed.pk}/progress/").json()
    assert (told["paid"], told["failed"], told["waiting"], told["live"]) == ("6", "0", "0", False)
    assert house.client("auditor").get("/admin/disbursement/batch/99999/progress/").status_code == 404


@pytest.mark.parametrize(
    "amount", ["0", "-5", "1,5", "1_000", "١٠٠", "1e6", "", "1.00", "99999999999999999999", "100.5"]
)
def test_funding_takes_whole_rupiah_only(house: House, amount: str) -> None:
    before = Transfer.objects.count()
    address = f"/admin/disbursement/programme/{house.programme.pk}/fund_it/"
    answer = house.client("bendahara").post(address, {"amount": amount, "reference": "SP2D-9"})
    assert answer.status_code == 200 and "errorlist" in answer.content.decode()
    assert Transfer.objects.count() == before


def test_funding_books_a_reference_once(house: House) -> None:
    client, address = house.client("bendahara"), f"/admin/disbursement/programme/{house.programme.pk}/fund_it/"
    order = {"amount": "Rp 1.000.000", "reference": " sp2d-9 "}
    assert "Rp 1.000.000 masuk" in client.post(address, order, follow=True).content.decode()
    again = client.post(address, order | {"reference": "SP2D-9"}, follow=True).content.decode()
    assert "Tidak ada dana yang bertambah" in again
    other = client.post(address, order | {"amount": "2.000.000"}, follow=True).content.decode()
    assert "sudah dipakai untuk permintaan lain" in other
    house.programme.fund.refresh_from_db()
    assert Transfer.objects.filter(kind=Transfer.Kind.FUNDING, amount=1_000_000).count() == 1


def test_steps_need_the_csrf_token(house: House) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(house.officers["penyetuju"])
    answer = client.post(f"/admin/disbursement/batch/{house.submitted.pk}/approve/", {"digest": house.submitted.digest})
    assert answer.status_code == 403
    assert Batch.objects.get(pk=house.submitted.pk).status == Batch.Status.SUBMITTED


def _programme(**changes: str) -> dict[str, str]:
    terms = PurseTerms.objects.first()
    return {
        "code": "PKD",
        "name": "Disabilitas",
        "amount": "250.000",
        "eligibility": "household.decile <= 3",
        "terms": str(terms.pk),
        "active": "on",
    } | changes


def test_a_programme_is_added_with_its_fund(house: House) -> None:
    answer = house.client("bendahara").post("/admin/disbursement/programme/add/", _programme())
    assert answer.status_code == 302
    made = Programme.objects.get(code="PKD")
    [component] = made.versions.get().components.all()
    assert (component.amount, made.fund.kind, made.fund.balance) == (250_000, "fund", 0)


def test_the_first_version_of_an_officers_programme_waits_for_another(house: House) -> None:
    client = house.client("bendahara")
    page = client.post("/admin/disbursement/programme/add/", _programme(), follow=True).content.decode()
    assert "masih rancangan" in page
    made = Programme.objects.get(code="PKD")
    draft = made.versions.get()
    assert (draft.by, draft.enforced_at) == (house.officers["bendahara"], None)
    refused = house.client("petugas").post(
        f"/admin/disbursement/programme/{made.pk}/prepare/", {"month": "2026-11"}, follow=True
    )
    assert (
        "belum punya versi yang berlaku" in refused.content.decode()
        and not Batch.objects.filter(cycle__programme=made).exists()
    )
    address = f"/admin/disbursement/programmeversion/{draft.pk}/enforce/"
    house.client("penyetuju").post(address, {"reason": "SK 9/2026"})
    draft.refresh_from_db()
    assert draft.enforced_by == house.officers["penyetuju"]


@pytest.mark.parametrize("rule", ["person.age >=", "person.age", "person.income > 3", "1/0 > 2"])
def test_a_rule_that_is_none_is_an_error_at_its_field(house: House, rule: str) -> None:
    answer = house.client("bendahara").post("/admin/disbursement/programme/add/", _programme(eligibility=rule))
    assert answer.status_code == 200 and "Syarat tidak dapat dibaca" in answer.content.decode()
    assert not Programme.objects.filter(code="PKD").exists()


def test_a_rule_that_fails_for_someone_is_a_message(house: House) -> None:
    version = versions.copy(versions.newest(house.programme), date(2026, 11, 1))
    ProgrammeVersion.objects.filter(pk=version.pk).update(eligibility="100 / (household.decile - 4) > 3")
    versions.enforce(version)
    address = f"/admin/disbursement/programme/{house.programme.pk}"
    assert "Syarat tidak dapat dibaca" in house.client("petugas").get(f"{address}/try_rule/").content.decode()
    assert (
        "Syarat tidak dapat dibaca" in house.client("petugas").post(f"{address}/enrol/", follow=True).content.decode()
    )


def test_what_a_running_batch_was_submitted_with_stays(house: House) -> None:
    address = f"/admin/disbursement/programme/{house.programme.pk}/change/"
    sent = {"code": "NEW", "name": "Nama baru", "active": "on"}
    answer = house.client("bendahara").post(address, sent, follow=True)
    house.programme.refresh_from_db()
    assert (house.programme.name, house.programme.code) == ("Nama baru", "KLJ")
    assert "tidak diubah" in answer.content.decode()
    withdrawn = approvals.withdraw(house.submitted, by=house.officers["petugas"], reason="salah jumlah")
    assert withdrawn.status == Batch.Status.PREPARED
    house.client("bendahara").post(address, sent)
    house.programme.refresh_from_db()
    assert house.programme.code == "NEW"


def test_an_enrolment_ends_once_with_its_reason(house: House) -> None:
    enrolment = Enrolment.objects.first()
    client, address = house.client("petugas"), f"/admin/disbursement/enrolment/{enrolment.pk}/end/"
    assert "tetap membayarnya" in client.get(address).content.decode()
    assert "harus diisi" in client.post(address, {"reason": "pindah"}).content.decode()
    said = {"why": "moved_away", "reason": "pindah", "reference": "Surat pindah 12"}
    assert "Kepesertaan berakhir: pindah" in client.post(address, said, follow=True).content.decode()
    assert "sudah berakhir" in client.post(address, said, follow=True).content.decode()
    enrolment.refresh_from_db()
    assert enrolment.status == Enrolment.Status.ENDED
    step = enrolment.steps.latest("pk")
    assert (step.reason, step.words, step.reference, step.by) == (
        "moved_away",
        "pindah",
        "Surat pindah 12",
        house.officers["petugas"],
    )
