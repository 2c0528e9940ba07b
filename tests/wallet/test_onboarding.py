"""A merchant comes of an application that a second officer approved; the database holds that too."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as live
from django.db import DatabaseError, transaction
from django.utils import timezone

from tests import money
from tests.wallet import shops
from vault.sealing import CannotOpen
from wallet import merchants, onboarding
from wallet.errors import ReasonMissing
from wallet.merchant_errors import (
    ApplicationIncomplete,
    ApplicationMoved,
    DocumentErased,
    DocumentUnfit,
    MerchantHasHolds,
    MerchantIdTaken,
    MerchantIncomplete,
    MerchantMoved,
    OwnApplication,
    SuspensionInPast,
)
from wallet.merchant_states import TRANSITIONS
from wallet.models import (
    Account,
    ApplicationDocument,
    ApplicationWriter,
    DocumentView,
    Merchant,
    MerchantApplication,
    MerchantStep,
    Payment,
    Terminal,
)

pytestmark = pytest.mark.django_db
S = MerchantApplication.Status


def refused(function: Any, *arguments: Any, **named: Any) -> str:
    """What the database says to it."""
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        function(*arguments, **named)
    return str(caught.value)


def test_approval_makes_the_merchant_with_all_that_was_asked_for() -> None:
    asked = shops.submitted(limit_daily=500_000, region="31.71.01.1001", postcode="10110")
    made = onboarding.approve(asked, "lengkap", money.officer("checker"))
    made.refresh_from_db()
    assert (made.status, made.account.kind, made.bank_account) == ("approved", "merchant", "1234567890")
    assert (made.criteria, made.nmid, made.limit_daily, made.postcode) == ("UMI", asked.nmid, 500_000, "10110")
    assert (made.refund_credit, made.advance and made.advance.kind) == (live.WALLET["refund_credit"], "advance")
    assert Terminal.objects.get(outlet__merchant=made).terminal_id == "K1"
    assert [price.item for price in made.prices.all()] == ["minyakita 1 l"]
    assert [(step.kind, step.reason, step.by) for step in made.steps.all()] == [("approved", "lengkap", "checker")]
    asked.refresh_from_db()
    assert onboarding.approve(asked, "lagi", money.officer()) == made
    assert Account.objects.filter(kind="merchant").count() == 1


def test_who_returned_it_and_then_wrote_in_it_does_not_reject_it() -> None:
    asked, officer = shops.submitted(), money.officer()
    onboarding.send_back(asked, "foto buram", officer)
    asked.refresh_from_db()
    onboarding.write(asked, officer, ["address"])
    with pytest.raises(OwnApplication):
        onboarding.reject(asked, "batal", officer)
    assert "who wrote in it does not decide" in refused(
        MerchantApplication.objects.filter(pk=asked.pk).update, status="rejected"
    )


def test_nobody_decides_on_what_they_wrote_or_submitted_not_even_past_the_code() -> None:
    writer, sender = money.officer(), money.officer()
    asked = onboarding.submit(shops.application(writer), sender)
    for officer, said in ((writer, "who wrote in it does not decide"), (sender, "application_decider_is_not_maker")):
        for decide in (onboarding.approve, onboarding.send_back):
            with pytest.raises(OwnApplication):
                decide(asked, "ya", officer)
        rows = MerchantApplication.objects.filter(pk=asked.pk)
        told = {"decided_by": officer, "decided_at": timezone.now(), "decision_reason": "ya"}
        assert said in refused(rows.update, status="returned", **told)


@pytest.mark.parametrize("how", ["fields", "document", "outlet"])
def test_who_wrote_in_what_somebody_else_made_and_submits_does_not_decide_either(how: str) -> None:
    maker, corrector = money.officer(), money.officer()
    asked = onboarding.send_back(shops.submitted(maker), "rekening salah", corrector)
    if how == "fields":
        asked.bank_account = "666666"
        onboarding.write(asked, corrector, ["bank_account_sealed"])
    elif how == "document":
        onboarding.attach(asked, ApplicationDocument.Kind.TAX, shops.PDF, corrector)
    else:
        onboarding.write_part(asked, corrector)
    onboarding.submit(asked, maker)
    for decide in (onboarding.approve, onboarding.send_back):
        with pytest.raises(OwnApplication):
            decide(asked, "ya", corrector)
    rows = MerchantApplication.objects.filter(pk=asked.pk)
    told = {"decided_by": corrector, "decided_at": timezone.now(), "decision_reason": "ya"}
    assert "does not decide on it" in refused(rows.update, status="returned", **told)
    assert "permission denied" in refused(ApplicationWriter.objects.all().delete)
    assert onboarding.approve(asked, "lengkap", money.officer()).bank_account == asked.bank_account


def test_what_was_submitted_meanwhile_is_not_written_over() -> None:
    asked = shops.application()
    stale = MerchantApplication.objects.get(pk=asked.pk)
    onboarding.submit(asked, money.officer())
    stale.name = "Lain"
    with pytest.raises(ApplicationMoved):
        onboarding.write(stale, money.officer(), ["name"])
    with pytest.raises(ApplicationMoved):
        onboarding.write_part(stale, money.officer())


def test_an_incomplete_application_names_what_is_missing() -> None:
    officer = money.officer()
    bare = shops.application(officer)
    bare.owner_nik = ""
    bare.save()
    ApplicationDocument.objects.filter(application=bare, kind="nib").update(
        content_sealed=b"", erased_at=timezone.now()
    )
    with pytest.raises(ApplicationIncomplete) as caught:
        onboarding.submit(bare, officer)
    assert "NIB" in str(caught.value) and "NIK pemilik" in str(caught.value) and "KTP" not in str(caught.value)


def test_what_was_submitted_stays_until_it_is_returned() -> None:
    asked = shops.submitted()
    rows = MerchantApplication.objects.filter(pk=asked.pk)
    for change in ({"name": "Lain"}, {"mcc": "6010"}, {"bank_account_sealed": b"x"}, {"submitted_by": money.officer()}):
        assert "what it says stays" in refused(rows.update, **change)
    with pytest.raises(ApplicationMoved):
        onboarding.attach(asked, ApplicationDocument.Kind.TAX, shops.PDF, money.officer())
    with pytest.raises(ReasonMissing):
        onboarding.send_back(asked, " ", money.officer())
    back = onboarding.send_back(asked, "foto buram", money.officer())
    assert (back.status, back.decision_reason) == ("returned", "foto buram")
    back.name = "Warung baru"
    back.save()
    again = onboarding.submit(back, money.officer())
    assert (again.status, again.decided_by, again.decision_reason) == ("submitted", None, "")


@pytest.mark.parametrize("column", ["merchant_id", "nmid"])
def test_a_number_that_another_merchant_has_makes_no_second(column: str) -> None:
    shop = shops.approved()
    if column == "merchant_id":  # of a merchant that came without an application
        Merchant.objects.filter(pk=shop.pk).update(merchant_id="LAMA")
        asked = shops.submitted(merchant_id="LAMA")
    else:
        asked = shops.submitted(nmid=shop.nmid)
    with pytest.raises(MerchantIdTaken):
        onboarding.approve(asked, "ya", money.officer())
    asked.refresh_from_db()
    assert asked.status == "submitted"
    assert Merchant.objects.count() == 1


@pytest.mark.parametrize(
    ("origin", "target"),
    [(a, b) for a in ("draft", "submitted", "returned") for b in S.values if a != b and b not in TRANSITIONS[a]],
)
def test_the_database_takes_no_other_step_of_an_application(origin: str, target: str) -> None:
    asked = shops.application() if origin == "draft" else shops.submitted()
    if origin == "returned":
        onboarding.send_back(asked, "kurang", money.officer())
    assert "is no step" in refused(MerchantApplication.objects.filter(pk=asked.pk).update, status=target)


def test_a_final_no_frees_the_merchant_id_and_stays() -> None:
    for returned in (False, True):
        asked = shops.submitted(merchant_id="TOKO")
        if returned:
            onboarding.send_back(asked, "kurang", money.officer())
        author = asked.made_by
        with pytest.raises(OwnApplication):
            onboarding.reject(asked, "bukan pedagang", author)
        no = onboarding.reject(asked, "bukan pedagang", money.officer())
        assert (no.status, no.decision_reason) == ("rejected", "bukan pedagang")
        with pytest.raises(ApplicationMoved):
            onboarding.submit(no, author)
        rows = MerchantApplication.objects.filter(pk=no.pk)
        assert "the decision stays" in refused(rows.update, decision_reason="lain")
        assert "what it says stays" in refused(rows.update, name="Lain")


# --- documents ---


def test_documents_are_sealed_and_opened_with_a_reason_that_is_kept() -> None:
    officer = money.officer()
    document = ApplicationDocument.objects.filter(application=shops.application()).first()
    assert document is not None and b"KTP Siti" not in bytes(document.content_sealed)
    with pytest.raises(ReasonMissing):
        onboarding.open_document(document, " ", officer)
    assert DocumentView.objects.count() == 0
    assert onboarding.open_document(document, "memeriksa NIK", officer) == shops.PDF
    view = DocumentView.objects.get()
    assert (view.document, view.by, view.reason) == (document, officer, "memeriksa NIK")
    assert "permission denied" in refused(DocumentView.objects.all().update, reason="lain")
    other = ApplicationDocument.objects.exclude(pk=document.pk).first()
    assert other is not None
    other.content_sealed = document.content_sealed
    with pytest.raises(CannotOpen):
        _ = other.content


@pytest.mark.parametrize("content", [b"", b"MZ...", b"<html>", b"%PDF-" + b"x" * 2_000_000])
def test_only_documents_of_a_known_kind_and_size_are_taken(content: bytes) -> None:
    with pytest.raises(DocumentUnfit):
        onboarding.attach(shops.application(), ApplicationDocument.Kind.TAX, content, money.officer())


def test_documents_are_emptied_after_their_time_and_not_before() -> None:
    now = timezone.now()
    closed, working, draft = shops.at_work(), shops.at_work(), shops.application()
    merchants.close(closed, "pindah", "petugas")
    kept = live.WALLET["document_retention"]
    assert list(onboarding.forget_due(now + timedelta(days=1))) == []
    soon = list(onboarding.forget_due(now + live.WALLET["document_retention_unapproved"] + timedelta(days=1)))
    assert soon == [draft]
    late = list(onboarding.forget_due(now + kept + timedelta(days=1)))
    assert [one.became for one in late] == [closed]
    assert list(onboarding.forget_due(now + kept + timedelta(days=1))) == []
    assert ApplicationDocument.objects.filter(application__became=working, erased_at=None).count() == 3
    for asked in (draft, closed.application):
        asked.refresh_from_db()
        assert (asked.owner_name, asked.owner_nik, asked.bank_account, asked.account_holder) == ("", "", "", "")
    kept_one = MerchantApplication.objects.get(became=working)
    assert kept_one.owner_nik and closed.bank_account  # the merchant's own account is needed for what it is owed
    assert "what it says stays" in refused(
        MerchantApplication.objects.filter(pk=kept_one.pk).update,
        owner_name_sealed=b"",
        owner_nik_sealed=b"",
        bank_account_sealed=b"",
        account_holder_sealed=b"",
    )
    gone = late[0].documents.order_by("pk")[0]
    assert bytes(gone.content_sealed) == b"" and gone.sha256
    with pytest.raises(DocumentErased):
        onboarding.open_document(gone, "periksa", money.officer())
    assert "stays as it was" in refused(
        ApplicationDocument.objects.filter(pk=gone.pk).update, content_sealed=b"x", erased_at=None
    )


def test_an_owner_is_forgotten_without_documents_too() -> None:
    bare, torn = shops.application(), shops.application()
    long = timezone.now() + live.WALLET["document_retention"]
    # As one of whom no document ever came, and as one whose documents alone were emptied.
    ApplicationDocument.objects.filter(application__in=[bare, torn]).update(
        content_sealed=b"", erased_at=timezone.now()
    )
    assert {one.pk for one in onboarding.forget_due(long)} == {bare.pk, torn.pk}
    for one in (bare, torn):
        one.refresh_from_db()
        assert (one.owner_name, one.owner_nik, one.bank_account, one.account_holder) == ("", "", "", "")


def test_a_crash_between_documents_and_owner_leaves_both(monkeypatch: pytest.MonkeyPatch) -> None:
    draft, long = shops.application(), timezone.now() + live.WALLET["document_retention"]

    def torn(_row: MerchantApplication) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(MerchantApplication, "refresh_from_db", torn)
        with pytest.raises(KeyboardInterrupt):
            list(onboarding.forget_due(long))
    assert draft.documents.filter(erased_at=None).count() == 3
    assert list(onboarding.forget_due(long)) == [draft]


def test_an_application_that_somebody_takes_up_again_is_kept() -> None:
    draft, now = shops.application(), timezone.now()
    MerchantApplication.objects.filter(pk=draft.pk).update(created_at=now - timedelta(days=4_000))
    assert list(onboarding.forget_due(now)) == []  # its documents are of today


# --- the merchant's own states ---


def test_a_merchant_takes_payments_from_its_activation_until_its_end() -> None:
    shop, wallet = shops.approved(), money.wallet()
    money.purse(wallet, 1_000)
    assert money.pay(wallet, shop, 100).decline == "merchant_inactive"
    merchants.activate(shop, "siap", "petugas")
    assert money.pay(wallet, shop, 100).status == "paid"
    merchants.suspend(shop, "curang", "petugas")
    assert money.pay(wallet, shop, 100).decline == "merchant_suspended"
    merchants.reactivate(shop, "selesai", "petugas")
    held = money.hold(wallet, shop, 100)
    with pytest.raises(MerchantHasHolds):
        merchants.close(shop, "pindah", "petugas")
    money.capture(held, 100)
    merchants.close(shop, "pindah", "petugas")
    assert money.pay(wallet, shop, 100).decline == "merchant_inactive"
    assert money.hold(wallet, shop, 100).decline == "merchant_inactive"
    kinds = list(MerchantStep.objects.filter(merchant=shop).order_by("pk").values_list("kind", flat=True))
    assert kinds == ["approved", "activated", "suspended", "reactivated", "closed"]
    assert Payment.objects.filter(merchant=shop, status="paid").count() == 2


def test_what_is_incomplete_is_not_activated() -> None:
    shop = shops.approved(nmid="")
    with pytest.raises(MerchantIncomplete) as caught:
        merchants.activate(shop, "siap", "petugas")
    assert "NMID" in str(caught.value)


def test_a_suspension_with_an_end_ends_by_itself_then_and_once() -> None:
    shop, now = shops.at_work(), timezone.now()
    with pytest.raises(SuspensionInPast):
        merchants.suspend(shop, "libur", "petugas", now - timedelta(seconds=1))
    merchants.suspend(shop, "libur", "petugas", now + timedelta(hours=1))
    assert list(merchants.reactivate_due(now)) == []
    assert [one.pk for one in merchants.reactivate_due(now + timedelta(hours=2))] == [shop.pk]
    assert list(merchants.reactivate_due(now + timedelta(hours=2))) == []
    shop.refresh_from_db()
    assert (shop.status, shop.suspended_until) == ("active", None)


def test_a_suspension_without_an_end_stays() -> None:
    shop = shops.at_work()
    merchants.suspend(shop, "curang", "petugas")
    assert list(merchants.reactivate_due(timezone.now() + timedelta(days=3650))) == []


@pytest.mark.parametrize(
    ("origin", "target"),
    [(a, b) for a in Merchant.Status.values for b in Merchant.Status.values if a != b and b not in TRANSITIONS[a]],
)
def test_the_database_takes_no_other_step_of_a_merchant(origin: str, target: str) -> None:
    shop = money.merchant()
    made = Merchant.objects.get(pk=shop.pk)
    fresh = Merchant(partner=made.partner, merchant_id=f"X{money.number()}", name="X", mcc="5411", status=origin)
    fresh.account = money.merchant().account.__class__.objects.create(kind="merchant")
    fresh.save()
    assert "is no step" in refused(Merchant.objects.filter(pk=fresh.pk).update, status=target)


def test_a_step_that_another_officer_has_done_is_not_done_again() -> None:
    shop = shops.at_work()
    merchants.suspend(shop, "curang", "a")
    with pytest.raises(MerchantMoved):
        merchants.suspend(shop, "curang", "b")
    assert shop.steps.filter(kind="suspended").count() == 1
