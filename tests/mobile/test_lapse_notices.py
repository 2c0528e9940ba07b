"""Holders are told once, in time and by one message a wallet, what returns to the fund; who cannot be told is on a list."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone

from beneficiaries.models import Person
from mobile import gsm, lapse_notices, notices
from mobile.models import Delivery, Notice
from mobile.notice_words import lapse_words
from mobile.tasks import deliver_notices, warn_of_lapse
from tests.mobile import people
from tests.mobile.people import PHONE, STRANGER, at_once
from wallet import purses
from wallet.models import Account, Purse, Wallet


def in_days(days: int) -> datetime:
    """Midnight in Jakarta after so many days, when the purses of real programmes end."""
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=days)


def told() -> list[tuple[str, int | None, int | None]]:
    """Title, rupiah and holder of what was warned of, in the order of the purses' ends."""
    rows = Notice.objects.filter(kind=Notice.Kind.LAPSE).order_by("until", "pk")
    titles = dict(Purse.objects.values_list("pk", "title"))
    return [(titles[row.subject], row.amount, row.person_id) for row in rows]


def wallet_of(person: Person) -> Wallet:
    return Wallet.objects.get(pk=person.wallet_id)


def text_of(title: str, amount: int = 150_000, until: datetime | None = None) -> str:
    moment = until or datetime(2026, 12, 1, tzinfo=timezone.get_default_timezone())
    return lapse_words(title, amount, moment).message


# --- the words ---


def test_one_purse_is_told_with_the_last_day_on_which_it_can_be_used() -> None:
    assert text_of("KLJ 11/2026") == (
        "Rp 150.000 bantuan KLJ 11/2026 kembali ke dana program jika tidak dipakai sampai 30-11-2026."
    )
    noon = datetime(2026, 12, 1, 12, tzinfo=timezone.get_default_timezone())
    assert text_of("KLJ 11/2026", until=noon).endswith("sampai 01-12-2026.")


@pytest.mark.parametrize("title", ["x" * 120, "Kartu Lansia Jakarta – tahap II ‘é’", "बिहार 100%", "%s %(day)s €{}"])
def test_a_message_is_one_part_of_plain_letters_whatever_the_title(title: str) -> None:
    text = text_of(title, 10**15, in_days(3))
    assert len(text) <= 160 and set(text) <= gsm.GSM
    assert text.startswith("Rp 1.000.000.000.000.000 bantuan ") and text.endswith(".")


# --- who is told ---


@pytest.mark.django_db
def test_what_lapses_soon_is_told_once_and_nothing_else(siti: Person, spool: Path) -> None:
    wallet = wallet_of(siti)
    people.grant(wallet, 150_000, "KLJ 11/2026", usable_until=in_days(3), lapses=True)
    people.grant(wallet, 90_000, "Sembako", usable_until=in_days(5), lapses=True)
    people.grant(wallet, 1_000, "Nanti", usable_until=in_days(9), lapses=True)
    people.grant(wallet, 2_000, "Tetap milik", usable_until=in_days(3))
    people.grant(wallet, 3_000, "Habis", usable_until=in_days(3), lapses=True)
    Account.objects.filter(purse__title="Habis").update(held=3_000)
    assert warn_of_lapse() == 1
    assert told() == [("KLJ 11/2026", 150_000, siti.pk), ("Sembako", 90_000, siti.pk)]
    assert warn_of_lapse() == 0
    deliver_notices()
    [(phone, text)] = people.texts(spool)
    assert phone == PHONE and "Rp 150.000 bantuan KLJ 11/2026" in text and "Rp 90.000 bantuan Sembako" in text


@pytest.mark.django_db
def test_a_purse_that_comes_within_the_time_later_is_told_alone(siti: Person, settings: Any) -> None:
    people.grant(wallet_of(siti), 150_000, "KLJ 11/2026", usable_until=in_days(3), lapses=True)
    people.grant(wallet_of(siti), 90_000, "Sembako", usable_until=in_days(9), lapses=True)
    assert warn_of_lapse() == 1
    settings.WALLET = settings.WALLET | {"lapse_notice": timedelta(days=14)}
    assert warn_of_lapse() == 1
    assert [title for title, _amount, _person in told()] == ["KLJ 11/2026", "Sembako"]


@pytest.mark.django_db
def test_who_cannot_be_told_is_recorded_for_the_officers(siti: Person) -> None:
    Person.objects.filter(pk=siti.pk).update(phone_sealed=b"", phone_index=None)
    people.grant(wallet_of(siti), 150_000, "KLJ 11/2026", usable_until=in_days(3), lapses=True)
    nobody = people.register("Budi", STRANGER)
    people.grant(wallet_of(nobody), 70_000, "KLJ 11/2026", usable_until=in_days(3), lapses=True)
    Person.objects.filter(pk=nobody.pk).update(wallet=None)
    assert warn_of_lapse() == 2
    assert told() == [("KLJ 11/2026", 150_000, siti.pk), ("KLJ 11/2026", 70_000, None)]
    [listed] = Delivery.objects.all()
    assert listed.channel == "list" and listed.notice.person == siti and listed in Delivery.objects.to_tell()
    assert warn_of_lapse() == 0


@pytest.mark.django_db
def test_what_has_lapsed_meanwhile_is_on_no_list(siti: Person) -> None:
    notices.tell(Notice.Kind.LAPSE, 1, [siti.pk], until=timezone.now() - timedelta(days=1), amount=1)
    Delivery.objects.update(state="passed", ended_at=timezone.now())
    Delivery.objects.create(notice=Notice.objects.get(), channel="list")
    assert not Delivery.objects.to_tell().exists()


@pytest.mark.django_db
def test_more_wallets_than_a_round_holds_are_all_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lapse_notices, "WALLETS_A_ROUND", 2)
    for number in range(5):
        person = people.register(f"Warga {number}", f"+62812345670{number:02}")
        for title in ("Satu", "Dua"):
            people.grant(wallet_of(person), 1_000, title, usable_until=in_days(2), lapses=True)
    assert warn_of_lapse() == 5
    assert Notice.objects.count() == Delivery.objects.count() == 10


@pytest.mark.usefixtures("committed_db")
def test_workers_at_once_tell_each_purse_once() -> None:
    for number in range(12):
        person = people.register(f"Warga {number}", f"+62812345670{number:02}")
        for title in ("Satu", "Dua"):
            people.grant(wallet_of(person), 1_000, title, usable_until=in_days(2), lapses=True)
    done = at_once(4, lambda _: sum(lapse_notices.warn_all()))
    assert sum(done) == 24, done
    assert Notice.objects.count() == Delivery.objects.filter(channel="sms", state="queued").count() == 24


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
    assert Notice.objects.get().amount == 1_000
