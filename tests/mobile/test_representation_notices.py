"""The holder is told who may act for them, that they no longer may, and what they fetched: whoever did not want it can say so."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from beneficiaries import erasure, representation, retention
from beneficiaries.models import Person, Representation
from mobile import decision_notices, gsm, notice_lists, notice_words
from mobile.models import Notice
from mobile.receivers import Standing, receiver_of
from mobile.tasks import deliver_notices, tell_decisions
from tests import money
from tests.beneficiaries import cases
from tests.mobile import people, telling
from tests.mobile.telling import K
from wallet import codes, counter
from wallet.models import Payment, Wallet

pytestmark = pytest.mark.django_db

GUARDIAN = Representation.Kind.GUARDIAN
ASKED = "Bukan kehendak Anda? Lapor kelurahan."


@pytest.fixture
def officers() -> tuple[User, User]:
    return money.officer(), money.officer()


def approved(officers: tuple[User, User], holder: Person, nik: str = "", **changed: Any) -> Representation:
    """Somebody of no registry who may act, unless a NIK is given."""
    known = {} if nik else {"name": "Budi Santoso"}
    proposal = cases.proposal(holder, nik or cases.outsider_nik(), **known | changed)
    return representation.approve(representation.propose(proposal, by=officers[0]), by=officers[1])


def fetched(row: Representation, amount: int, by: User, code: str = "") -> Payment:
    """The representative draws so much of the holder's cash at the counter."""
    wallet, reference = Wallet.objects.get(pk=row.for_person.wallet_id), counter.new_reference()
    representation.note_collection(str(row.uid), row.for_person, reference, by=by)
    return counter.pay_out(wallet, code or codes.issue(wallet).qr_content, amount, reference, "petugas")


def said() -> list[tuple[str, notice_words.Words]]:
    rows = list(Notice.objects.filter(kind__in=[K.APPOINTED, K.RELIEVED, K.FETCHED]).order_by("pk"))
    words = notice_words.of(rows)
    return [(row.kind, words[row.pk]) for row in rows]


def day(moment: date) -> str:
    return f"{moment:%d-%m-%Y}"


def test_who_may_act_is_told_once_two_officers_agreed(siti: Person, officers: tuple[User, User]) -> None:
    today = timezone.localdate()
    ends_on = today + timedelta(days=30)
    row = representation.propose(
        cases.proposal(siti, cases.outsider_nik(), name="Budi Santoso", ends_on=ends_on), by=officers[0]
    )
    assert tell_decisions() == 0
    representation.approve(row, by=officers[1])
    assert (tell_decisions(), tell_decisions()) == (1, 0)
    [notice] = Notice.objects.all()
    assert (notice.kind, notice.subject, notice.person) == (K.APPOINTED, row.pk, siti)
    [(_kind, words)] = said()
    assert words.message.startswith("Budi Santoso ") and "kuasa pengambil" in words.message
    assert f"mulai {day(today)} sampai {day(ends_on)}" in words.message and words.message.endswith(ASKED)
    assert ASKED in words.text and words.message in words.text and len(words.message) <= gsm.ONE_PART
    assert row.nik not in words.text and "SK-1" not in words.text


def test_it_goes_to_the_phone_and_where_there_is_none_onto_the_list_of_the_kelurahan(
    siti: Person, officers: tuple[User, User], spool: Path
) -> None:
    painem = telling.without_phone()
    for holder in (siti, painem):
        approved(officers, holder)
    tell_decisions()
    deliver_notices()
    [(phone, text)] = people.texts(spool)
    assert phone == siti.phone and text.startswith("Budi Santoso ")
    [line] = notice_lists.of(painem.household.kelurahan, timezone.localdate()).lines
    assert (line.person, line.waiting[0].title) == (painem, "Wali atau kuasa disetujui")
    assert tell_decisions() == 0 and deliver_notices() == 0


def test_a_refused_proposal_is_told_to_nobody(siti: Person, officers: tuple[User, User]) -> None:
    row = representation.propose(cases.proposal(siti, cases.person().nik), by=officers[0])
    representation.refuse(row, "surat tidak sah", by=officers[1])
    assert tell_decisions() == 0


def test_a_right_without_an_end_and_one_that_begins_later_say_so(siti: Person, officers: tuple[User, User]) -> None:
    begins = timezone.localdate() + timedelta(days=9)
    daughter = cases.person(name="Dewi " + "Lestari " * 12)
    approved(officers, siti, daughter.nik, kind=GUARDIAN, starts_on=begins)
    assert tell_decisions() == 1
    [(_kind, words)] = said()
    assert words.message.startswith("Dewi Lestari") and "menjadi wali Anda" in words.message
    assert f"mulai {day(begins)}. " in words.message and words.message.endswith(ASKED)
    assert len(words.message) <= gsm.ONE_PART and daughter.name.strip() in words.text


def test_that_an_officer_ended_it_is_told_and_not_why(siti: Person, officers: tuple[User, User]) -> None:
    row = approved(officers, siti)
    tell_decisions()
    representation.end(row, "diduga menggelapkan", by=officers[0])
    assert (tell_decisions(), tell_decisions()) == (1, 0)
    kind, words = said()[-1]
    assert kind == K.RELIEVED and Notice.objects.latest("pk").subject == row.pk
    assert "Budi Santoso bukan lagi kuasa pengambil uang Anda" in words.message
    assert f"sejak {day(timezone.localdate())}" in words.message and words.message.endswith(ASKED)
    assert "menggelapkan" not in words.text and len(words.message) <= gsm.ONE_PART


def test_that_its_time_is_over_is_told_once_and_what_an_officer_does_later_adds_nothing(
    siti: Person, officers: tuple[User, User]
) -> None:
    today = timezone.localdate()
    row = approved(officers, siti, ends_on=today)
    assert tell_decisions() == 1  # the last day is a day of theirs
    with time_machine.travel(timezone.now() + timedelta(days=1), tick=False):
        assert (tell_decisions(), tell_decisions()) == (1, 0)
    kind, words = said()[-1]
    assert kind == K.RELIEVED and f"sejak {day(today + timedelta(days=1))}" in words.message
    representation.end(row, "masa habis", by=officers[0])
    assert tell_decisions() == 0


def test_what_ran_out_long_ago_is_no_news_when_it_is_tidied_up(
    siti: Person, officers: tuple[User, User], settings: Any
) -> None:
    approved(officers, siti, ends_on=timezone.localdate())
    tell_decisions()
    with time_machine.travel(timezone.now() + decision_notices.TOLD_WITHIN + timedelta(days=2), tick=False):
        assert tell_decisions() == 0
        settings.PRIVACY = settings.PRIVACY | {"retention": {"outsiders": 1}}
        assert retention.drop() == {"outsiders": 1}
        assert Representation.objects.get().status == Representation.Status.ENDED
        assert tell_decisions() == 0
    assert "Seseorang" in said()[0][1].message


def test_a_renewal_is_told_and_that_it_took_the_place_of_another_is_not(
    siti: Person, officers: tuple[User, User]
) -> None:
    daughter = cases.person()
    first = approved(officers, siti, daughter.nik)
    tell_decisions()
    second = approved(officers, siti, daughter.nik)
    first.refresh_from_db()
    assert first.status == Representation.Status.ENDED
    assert (tell_decisions(), tell_decisions()) == (1, 0)
    assert Notice.objects.latest("pk").subject == second.pk
    another = approved(officers, siti, cases.person().nik)
    tell_decisions()
    representation.end(second, "dicabut", by=officers[0])
    assert tell_decisions() == 1 and another.status == Representation.Status.APPROVED
    assert said()[-1][1].message.startswith(daughter.name)


def test_whoever_is_forgotten_is_not_named_and_the_holder_still_learns_that_they_may_not_act(
    siti: Person, officers: tuple[User, User]
) -> None:
    daughter = cases.person(name="Dewi Lestari")
    approved(officers, siti, daughter.nik, kind=GUARDIAN)
    tell_decisions()
    erasure.erase(daughter, by=officers[0], reason="permintaan")
    assert tell_decisions() == 1
    assert [kind for kind, _words in said()] == [K.APPOINTED, K.RELIEVED]
    assert all(words.message.startswith("Seseorang ") and "Dewi" not in words.text for _kind, words in said())


def test_a_holder_who_is_forgotten_is_told_nothing_more(siti: Person, officers: tuple[User, User]) -> None:
    holder = cases.person()
    approved(officers, holder)
    tell_decisions()
    erasure.erase(holder, by=officers[0], reason="permintaan")
    assert tell_decisions() == 0
    [notice] = Notice.objects.all()
    assert receiver_of(notice).standing is Standing.GONE and notice.deliveries.get().state == "dropped"
    assert "Budi" not in said()[0][1].text


def test_what_a_representative_fetched_is_told_with_the_amount(siti: Person, officers: tuple[User, User]) -> None:
    money.top_up(Wallet.objects.get(pk=siti.wallet_id), 100_000)
    row = approved(officers, siti)
    tell_decisions()
    assert fetched(row, 25_000, officers[0]).status == Payment.Status.PAID
    assert (tell_decisions(), tell_decisions()) == (1, 0)
    kind, words = said()[-1]
    assert (kind, Notice.objects.latest("pk").person) == (K.FETCHED, siti)
    assert words.message.startswith("Budi Santoso ") and "Rp 25.000" in words.message
    assert day(timezone.localdate()) in words.message and words.message.endswith(ASKED)
    assert len(words.message) <= gsm.ONE_PART


def test_what_was_declined_at_the_counter_was_fetched_by_nobody(siti: Person, officers: tuple[User, User]) -> None:
    row = approved(officers, siti)
    tell_decisions()
    assert fetched(row, 25_000, officers[0]).status == Payment.Status.DECLINED
    assert tell_decisions() == 0


def test_a_partners_payment_of_the_same_number_is_no_fetching(siti: Person, officers: tuple[User, User]) -> None:
    row = approved(officers, siti)
    tell_decisions()
    wallet = Wallet.objects.get(pk=siti.wallet_id)
    money.top_up(wallet, 5_000)
    paid = money.pay(wallet, money.merchant(), 1_000)
    representation.note_collection(str(row.uid), siti, paid.partner_reference_no, by=officers[0])
    assert tell_decisions() == 0


def test_many_are_told_in_as_few_statements_as_one(officers: tuple[User, User]) -> None:
    counts = []
    for many in (1, 5):
        for _ in range(many):
            holder = cases.person()
            representation.end(approved(officers, holder), "dicabut", by=officers[0])
        with CaptureQueriesContext(connection) as asked:
            assert tell_decisions() == 2 * many
        with CaptureQueriesContext(connection) as read:
            said()
        counts.append((len(asked), len(read) if many > 1 else 3))
    assert counts[0] == counts[1]


def test_every_sentence_is_there_in_english(siti: Person, officers: tuple[User, User]) -> None:
    money.top_up(Wallet.objects.get(pk=siti.wallet_id), 100_000)
    row = approved(officers, siti)
    fetched(row, 25_000, officers[0])
    representation.end(row, "dicabut", by=officers[0])
    assert tell_decisions() == 3
    with translation.override("en"):
        for _kind, words in said():
            assert words.message.startswith("Budi Santoso ") and "Not what you want?" in words.message
            assert not {"Anda", "kuasa", "mulai"} & set(words.text.split())


def test_what_happened_lately_is_found_by_an_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")  # of a table that holds nothing
        with CaptureQueriesContext(connection) as asked:
            tell_decisions()
        found = []
        for table in ("representation", "collection"):
            for one in (
                one["sql"] for one in asked if f'FROM "beneficiaries_{table}" ' in one["sql"].split("WHERE")[0]
            ):
                cursor.execute(f"EXPLAIN {one}")
                found.append(str(cursor.fetchall()))
    for plan, index in zip(
        found, ["representation_decided", "representation_over", "ends_on", "collection_made"], strict=True
    ):
        assert index in plan
