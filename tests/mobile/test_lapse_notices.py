"""Holders are told once, in time and by one message a wallet, what returns to the fund; who cannot be told is on a list."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db.models import F
from django.test import Client
from django.utils import timezone, translation

from beneficiaries.models import Person
from mobile import lapse_notices
from mobile.lapse_notices import Lapsing, text_of
from mobile.models import LapseNotice, Sms
from mobile.tasks import warn_of_lapse
from tests.mobile import people
from tests.mobile.people import PHONE, STRANGER, at_once
from wallet import purses
from wallet.models import Account, Purse, Wallet

Outcome = LapseNotice.Outcome


def in_days(days: int) -> datetime:
    """Midnight in Jakarta after so many days, when the purses of real programmes end."""
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=days)


def wallet_of(person: Person) -> Wallet:
    return Wallet.objects.get(pk=person.wallet_id)


def lapsing(title: str, amount: int = 150_000, until: datetime | None = None) -> Lapsing:
    return Lapsing(1, 1, title, until or datetime(2026, 12, 1, tzinfo=timezone.get_default_timezone()), amount)


# --- the words ---


def test_one_purse_is_told_with_the_last_day_on_which_it_can_be_used() -> None:
    assert text_of([lapsing("KLJ 11/2026")]) == (
        "Rp 150.000 bantuan KLJ 11/2026 kembali ke dana program jika tidak dipakai sampai 30-11-2026."
    )
    noon = datetime(2026, 12, 1, 12, tzinfo=timezone.get_default_timezone())
    assert text_of([lapsing("KLJ 11/2026", until=noon)]).endswith("sampai 01-12-2026.")


def test_a_message_does_not_follow_whatever_language_was_spoken_last() -> None:
    with translation.override("en"):
        assert " kembali ke dana program " in text_of([lapsing("KLJ 11/2026")])


def test_several_purses_share_one_message() -> None:
    assert text_of([lapsing("KLJ 11/2026"), lapsing("Sembako", 400_000)]) == (
        "Bantuan kembali ke dana program jika tidak dipakai: Rp 150.000 KLJ 11/2026 sampai 30-11-2026;"
        " Rp 400.000 Sembako sampai 30-11-2026."
    )


@pytest.mark.parametrize("title", ["x" * 120, "Kartu Lansia Jakarta – tahap II ‘é’", "बिहार 100%", "%s %(day)s €{}"])
def test_a_message_is_one_part_of_plain_letters_whatever_the_title(title: str) -> None:
    text = text_of([lapsing(title, 10**15, in_days(3))])
    assert len(text) <= 160 and set(text) <= lapse_notices.GSM
    assert text.startswith("Rp 1.000.000.000.000.000 bantuan ") and text.endswith(".")


# --- who is told ---


@pytest.mark.django_db
def test_what_lapses_soon_is_told_once_and_nothing_else(siti: Person) -> None:
    wallet = wallet_of(siti)
    people.grant(wallet, 150_000, "KLJ 11/2026", usable_until=in_days(3), lapses=True)
    people.grant(wallet, 90_000, "Sembako", usable_until=in_days(5), lapses=True)
    people.grant(wallet, 1_000, "Nanti", usable_until=in_days(9), lapses=True)
    people.grant(wallet, 2_000, "Tetap milik", usable_until=in_days(3))
    people.grant(wallet, 3_000, "Habis", usable_until=in_days(3), lapses=True)
    Account.objects.filter(purse__title="Habis").update(held=3_000)
    assert warn_of_lapse() == 1
    [message] = Sms.objects.all()
    assert (message.phone, message.send_until) == (PHONE, None)
    assert "Rp 150.000 KLJ 11/2026" in message.text and "Rp 90.000 Sembako" in message.text
    assert not any(title in message.text for title in ("Nanti", "Tetap", "Habis"))
    notices = LapseNotice.objects.order_by("usable_until")
    assert [(one.amount, one.outcome, one.sms_id, one.person_id) for one in notices] == [
        (150_000, "queued", message.pk, siti.pk),
        (90_000, "queued", message.pk, siti.pk),
    ]
    assert warn_of_lapse() == 0
    assert Sms.objects.count() == 1


@pytest.mark.django_db
def test_a_purse_that_comes_within_the_time_later_is_told_alone(siti: Person, settings: Any) -> None:
    people.grant(wallet_of(siti), 150_000, "KLJ 11/2026", usable_until=in_days(3), lapses=True)
    people.grant(wallet_of(siti), 90_000, "Sembako", usable_until=in_days(9), lapses=True)
    assert warn_of_lapse() == 1
    settings.WALLET = settings.WALLET | {"lapse_notice": timedelta(days=14)}
    assert warn_of_lapse() == 1
    first, second = Sms.objects.order_by("pk")
    assert "KLJ" in first.text and "KLJ" not in second.text and "Sembako" in second.text


@pytest.mark.django_db
def test_who_cannot_be_told_is_recorded_for_the_officers(siti: Person) -> None:
    Person.objects.filter(pk=siti.pk).update(phone_sealed=b"", phone_index=None)
    people.grant(wallet_of(siti), 150_000, "KLJ 11/2026", usable_until=in_days(3), lapses=True)
    nobody = people.register("Budi", STRANGER)
    people.grant(wallet_of(nobody), 70_000, "KLJ 11/2026", usable_until=in_days(3), lapses=True)
    Person.objects.filter(pk=nobody.pk).update(wallet=None)
    assert warn_of_lapse() == 2
    assert not Sms.objects.exists()
    found = LapseNotice.objects.order_by("pk").values_list("outcome", "person", "sms")
    assert list(found) == [("no_phone", siti.pk, None), ("no_holder", None, None)]
    assert warn_of_lapse() == 0
    User.objects.create_superuser("kepala", password="x")
    office = Client()
    office.force_login(User.objects.get(username="kepala"))
    page = office.get("/admin/mobile/lapsenotice/", {"outcome__exact": "no_phone"}).content.decode()
    assert "Siti Aminah" in page and "Rp 150.000" in page and "70.000" not in page
    row = LapseNotice.objects.first()
    assert office.get(f"/admin/mobile/lapsenotice/{row.pk}/change/").status_code == 200
    assert office.post(f"/admin/mobile/lapsenotice/{row.pk}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.django_db
def test_more_wallets_than_a_round_holds_are_all_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lapse_notices, "WALLETS_A_ROUND", 2)
    for number in range(5):
        person = people.register(f"Warga {number}", f"+62812345670{number:02}")
        for title in ("Satu", "Dua"):
            people.grant(wallet_of(person), 1_000, title, usable_until=in_days(2), lapses=True)
    assert warn_of_lapse() == 5
    assert (Sms.objects.count(), LapseNotice.objects.count()) == (5, 10)


@pytest.mark.usefixtures("committed_db")
def test_workers_at_once_send_one_message_a_wallet() -> None:
    for number in range(12):
        person = people.register(f"Warga {number}", f"+62812345670{number:02}")
        for title in ("Satu", "Dua"):
            people.grant(wallet_of(person), 1_000, title, usable_until=in_days(2), lapses=True)
    done = at_once(4, lambda _: warn_of_lapse())
    assert sum(done) == 12, done
    assert sorted(len(message.text.split(";")) for message in Sms.objects.all()) == [2] * 12
    assert len({message.phone for message in Sms.objects.all()}) == 12
    assert LapseNotice.objects.filter(sms__isnull=False).count() == 24


@pytest.mark.usefixtures("committed_db")
def test_a_notice_whose_message_was_not_written_was_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    person = people.register()
    people.grant(wallet_of(person), 1_000, "Satu", usable_until=in_days(2), lapses=True)

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("gone")

    with monkeypatch.context() as patch:
        patch.setattr(lapse_notices.sms, "queue", fail)
        with pytest.raises(RuntimeError):
            warn_of_lapse()
    assert not LapseNotice.objects.exists()
    assert warn_of_lapse() == 1


# --- and in the application ---


@pytest.mark.django_db
def test_the_api_counts_the_days_until_money_lapses(siti: Person, hers: Any) -> None:
    for days, lapses in ((1, True), (4, True), (4, False)):
        people.grant(wallet_of(siti), 1_000, f"{days} {lapses}", usable_until=in_days(days), lapses=lapses)
    shown = {purse["title"]: purse["lapses_in_days"] for purse in hers.get("/api/v1/purses").json()["purses"]}
    assert shown == {"1 True": 0, "4 True": 3, "4 False": None}


@pytest.mark.django_db
def test_the_api_tells_what_is_held_and_where_in_words(siti: Person, hers: Any) -> None:
    people.grant(wallet_of(siti), 300_000, "Sembako", regions=["31.74", "31.71.01", "32.04", "99"])
    Account.objects.filter(purse__title="Sembako").update(held=F("held") + 25_000)
    body = hers.get("/api/v1/purses").json()
    assert (body["book_balance"], body["held"], body["usable_now"]) == (300_000, 25_000, 275_000)
    [purse] = body["purses"]
    assert (purse["book_balance"], purse["held"], purse["usable_now"]) == (300_000, 25_000, 275_000)
    assert purse["regions"] == ["31.74", "31.71.01", "32.04", "99"]
    assert purse["rules"] == [
        "Dapat dipakai di semua pedagang.",
        "Hanya di Jakarta Selatan, Kecamatan Gambir, Kabupaten Bandung, 99.",
        "Tidak dapat diambil tunai.",
        "Rp 25.000 sedang ditahan untuk pesanan yang belum selesai.",
        "Tidak ada batas waktu.",
    ]
    english = hers.get("/api/v1/purses", headers={"Accept-Language": "en"}).json()["purses"][0]["rules"]
    assert english[1] == "Only in Jakarta Selatan, Kecamatan Gambir, Kabupaten Bandung, 99."


@pytest.mark.django_db
def test_what_was_warned_of_then_lapses(siti: Person) -> None:
    people.grant(wallet_of(siti), 1_000, "Satu", usable_until=in_days(2), lapses=True)
    assert warn_of_lapse() == 1
    assert [transfer.amount for transfer in purses.lapse_due(in_days(2))] == [1_000]
    assert Purse.objects.filter(lapse_notices__amount=1_000).count() == 1
