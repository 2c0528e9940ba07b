"""Suspensions, exits and clawbacks are told once each, with how to disagree and until when."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from beneficiaries.models import Person
from disbursement import appeals, clawback, enrolments, taking_back
from disbursement.enrolment_states import R, S
from disbursement.models import Enrolment, EnrolmentAppeal, EnrolmentStep, Instruction
from disbursement.providers import routes
from mobile import decision_notices, gsm, notice_words
from mobile.models import Delivery, Notice
from mobile.receivers import Standing, receiver_of
from mobile.tasks import tell_decisions
from tests import money
from tests.disbursement import clawing, partners
from tests.mobile import telling
from tests.mobile.telling import K
from wallet import succession
from wallet.models import Wallet
from wallet.money import rupiah

pytestmark = pytest.mark.django_db


def enrolment_of(person: Person) -> Enrolment:
    telling.paid()
    return Enrolment.objects.get(person=person)


def said() -> list[tuple[str, str, str]]:
    kinds = [K.SUSPENDED, K.RESUMED, K.CLAWBACK, K.APPEALED, K.RULED]
    rows = list(Notice.objects.filter(kind__in=kinds).order_by("pk"))
    words = notice_words.of(rows)
    return [(row.kind, words[row.pk].title, words[row.pk].message) for row in rows]


def test_a_suspension_and_its_lifting_are_told_once_each(siti: Person) -> None:
    row = enrolment_of(siti)
    enrolments.suspend([row.pk], reason=R.DOCUMENTS, words="KK lama", by=money.officer())
    assert (tell_decisions(), tell_decisions()) == (1, 0)
    enrolments.lift([row.pk], reason=R.CLEARED, words="lengkap", by=money.officer())
    assert (tell_decisions(), tell_decisions()) == (1, 0)
    (first, title, message), (second, _title, again) = said()
    day = appeals.open_until(EnrolmentStep.objects.get(to_status=S.SUSPENDED))
    assert (first, title, second) == (K.SUSPENDED, "Kepesertaan ditangguhkan", K.RESUMED)
    assert "Dokumen belum lengkap" in message and f"sampai {day:%d-%m-%Y}" in message and "KK lama" not in message
    assert "aktif lagi" in again
    assert all(len(text) <= gsm.ONE_PART for text in (message, again))


def test_an_exit_is_told_and_a_death_is_not(siti: Person) -> None:
    row = enrolment_of(siti)
    enrolments.end(row, reason=R.NOT_ELIGIBLE, words="desil naik", by=money.officer())
    assert tell_decisions() == 1
    [(_kind, title, message)] = said()
    assert title == "Kepesertaan berakhir" and "Tidak lagi memenuhi syarat" in message
    other = money.programme(code="LAIN")
    late = Enrolment.objects.create(programme=other, person=siti)
    enrolments.end(late, reason=R.DECEASED, words="akta", by=money.officer())
    assert tell_decisions() == 0


def test_where_aid_goes_from_now_on_is_told_with_the_last_digits(siti: Person) -> None:
    row = enrolment_of(siti)
    first, second = money.officer(), money.officer()
    provider = partners.provider()
    routes.propose(row, provider, "628123456789", "surat", first)
    assert tell_decisions() == 0
    routes.agree(row, "628123456789", second)
    assert (tell_decisions(), tell_decisions()) == (1, 0)
    routes.propose(row, provider, "628123456000", "ganti nomor", first)
    routes.agree(row, "628123456000", second)
    assert (tell_decisions(), tell_decisions()) == (1, 0)
    routes.set_own_wallet(row, first)
    assert (tell_decisions(), tell_decisions()) == (1, 0)
    rows = Notice.objects.filter(kind__in=[K.ROUTED, K.UNROUTED]).order_by("pk")
    words = notice_words.of(rows)
    messages = [words[one.pk].message for one in rows]
    assert [one.kind for one in rows] == [K.ROUTED, K.ROUTED, K.UNROUTED]
    assert "berakhiran 789" in messages[0] and "28123456789" not in messages[0]
    assert "dompet" in messages[2]
    assert all(len(text) <= gsm.ONE_PART for text in messages)


def test_what_was_taken_back_is_told_with_the_reason_in_the_application_alone(siti: Person) -> None:
    telling.paid()
    line = Instruction.objects.get(enrolment__person=siti)
    taking_back.propose(line, "dibayar dua kali", money.officer())
    assert tell_decisions() == 0
    taking_back.agree(line, money.officer())
    assert (tell_decisions(), tell_decisions()) == (1, 0)
    [notice] = Notice.objects.filter(kind=K.RETURNED)
    words = notice_words.of([notice])[notice.pk]
    assert "dibayar dua kali" in words.text and "ajukan aduan" in words.text
    assert "dibayar dua kali" not in words.message and len(words.message) <= gsm.ONE_PART


def test_that_a_wallet_was_passed_on_is_told_to_the_heir_and_to_the_phone_of_whom_the_registry_takes_for_dead(
    siti: Person,
) -> None:
    telling.paid()
    telling.make_all()
    heir = money.person()
    wallet, of_heir = Wallet.objects.get(pk=siti.wallet_id), money.wallet()
    Person.objects.filter(pk=heir.pk).update(wallet=of_heir)
    proposal = money.to_be_passed_on(wallet, of_heir, "akta 12")
    assert tell_decisions() == 0
    made = succession.agree(proposal, money.officer())
    assert (tell_decisions(), tell_decisions()) == (2, 0)
    gone, inherited = Notice.objects.filter(kind__in=[K.PASSED_ON, K.INHERITED]).order_by("-kind")
    assert (gone.person, gone.subject, inherited.person, inherited.subject) == (siti, made.pk, heir, made.pk)
    words = notice_words.of([gone, inherited])
    assert "tercatat meninggal" in words[gone.pk].message and rupiah(made.amount) in words[inherited.pk].message
    assert all("akta 12" not in one.text and len(one.message) <= gsm.ONE_PART for one in words.values())
    assert receiver_of(gone).standing is Standing.OPEN and receiver_of(gone).phone == siti.phone
    other = Notice.objects.exclude(pk__in=[gone.pk, inherited.pk]).filter(person=siti).first()
    assert other is not None and receiver_of(other).standing is Standing.GONE
    nobody = money.passed_on(of_heir, money.wallet())  # its heir is nobody the registry knows
    assert tell_decisions() == 1 and Notice.objects.get(subject=nobody.pk, kind=K.PASSED_ON).person == heir


def test_what_happened_long_ago_is_no_news(siti: Person) -> None:
    row = enrolment_of(siti)
    enrolments.suspend([row.pk], reason=R.VERIFY, words="cek", by=money.officer())
    with time_machine.travel(timezone.now() + decision_notices.TOLD_WITHIN, tick=False):
        assert tell_decisions() == 0
    assert tell_decisions() == 1


def test_a_claim_is_told_with_its_objection_day_and_its_reason_in_the_application_alone() -> None:
    batch = clawing.world()
    case = clawback.notify(clawing.proposed(clawing.line(batch), 40_000), by=money.officer(), reason="surat dikirim")
    assert (tell_decisions(), tell_decisions()) == (1, 0)
    [(kind, _title, message)] = said()
    [notice] = Notice.objects.filter(kind=K.CLAWBACK)
    assert (kind, notice.subject, notice.person) == (K.CLAWBACK, case.pk, case.person)
    assert "Rp 40.000" in message and f"{case.objection_until:%d-%m-%Y}" in message and case.reason not in message
    assert case.reason in notice_words.of([notice])[notice.pk].text
    assert len(message) <= gsm.ONE_PART


def test_aid_whose_name_says_aid_says_it_once() -> None:
    """Whose programmes are called Bantuan something here."""
    batch = clawing.world()
    assert batch.cycle.programme.name.startswith("Bantuan P")
    line = clawing.line(batch)
    clawback.notify(clawing.proposed(line, 40_000), by=money.officer(), reason="surat dikirim")
    first, second = money.officer(), money.officer()
    routes.propose(line.enrolment, partners.provider(), "628123456789", "surat", first)
    routes.agree(line.enrolment, "628123456789", second)
    tell_decisions()
    routes.set_own_wallet(line.enrolment, first)
    tell_decisions()
    words = notice_words.of(Notice.objects.filter(kind__in=[K.CLAWBACK, K.ROUTED, K.UNROUTED]))
    assert len(words) == 3
    for one in words.values():
        assert "antuan P" in one.text and "antuan P" in one.message
        assert "antuan bantuan" not in f"{one.text} {one.message}".lower()


@pytest.mark.parametrize(
    ("decide", "told"), [(appeals.uphold, "dikabulkan"), (appeals.deny, "ditolak")], ids=["upheld", "denied"]
)
def test_who_appealed_is_told_what_was_decided(siti: Person, decide: Any, told: str) -> None:
    row = enrolment_of(siti)
    enrolments.end(row, reason=R.MOVED_AWAY, words="x", by=money.officer())
    appeal = appeals.file(row, "Saya masih di sini.", channel=EnrolmentAppeal.Channel.OFFICE)
    tell_decisions()
    decide(appeal, money.officer(), "KTP diperiksa")
    assert (tell_decisions(), tell_decisions()) == (1, 0)
    kind, title, message = said()[-1]
    assert (kind, title) == (K.APPEALED, "Keberatan diputuskan")
    assert told in message and "KTP diperiksa" not in message and len(message) <= gsm.ONE_PART
    [notice] = Notice.objects.filter(kind=K.APPEALED)
    assert ("KTP diperiksa" in notice_words.of([notice])[notice.pk].text) == (told == "ditolak")


@pytest.mark.parametrize(
    ("claim", "told"),
    [(None, "ditolak: lebih bayar"), (10_000, "sebagian"), (0, "tidak ditagih lagi")],
    ids=["denied", "lowered", "dropped"],
)
def test_who_objected_to_a_claim_is_told_what_was_decided(claim: int | None, told: str) -> None:
    case = clawing.objected(clawing.proposed(clawing.line(clawing.world()), 40_000))
    tell_decisions()
    clawback.decide(case, by=money.officer(), reason="kuitansi cocok", claim=claim)
    assert (tell_decisions(), tell_decisions()) == (1, 0)
    kind, _title, message = said()[-1]
    assert kind == K.RULED and told in message and len(message) <= gsm.ONE_PART
    amount = {None: "Rp 40.000", 10_000: "Rp 10.000", 0: ""}[claim]
    assert amount in message and "kuitansi" not in message
    [notice] = Notice.objects.filter(kind=K.RULED)
    assert "kuitansi cocok" in notice_words.of([notice])[notice.pk].text


@pytest.mark.parametrize("drop", [clawback.drop, clawback.write_off], ids=["dropped", "written off"])
@pytest.mark.parametrize("until", ["noticed", "denied", "in force"])
def test_who_was_told_of_a_claim_is_told_that_it_is_over(until: str, drop: Any) -> None:
    line = clawing.line(clawing.world())
    if until == "noticed":
        case = clawback.notify(clawing.proposed(line, 40_000), by=money.officer(), reason="surat dikirim")
    elif until == "denied":
        case = clawback.decide(clawing.objected(clawing.proposed(line, 40_000)), by=money.officer(), reason="x")
    else:
        case = clawing.in_force(line, 40_000)
    tell_decisions()
    if (until, drop) == ("in force", clawback.drop):
        return  # what was recovered by then is owed: no such step
    drop(case, by=money.officer(), reason="kuitansi ditemukan")
    assert (tell_decisions(), tell_decisions()) == (1, 0)
    kind, title, message = said()[-1]
    assert (kind, title) == (K.RULED, "Tagihan kelebihan bayar berakhir")
    assert "tagih" in message.lower() and "Keberatan" not in message and len(message) <= gsm.ONE_PART
    assert ("Sisa lebih bayar" in message) == (until == "in force")
    notice = Notice.objects.latest("pk")
    assert "kuitansi ditemukan" in notice_words.of([notice])[notice.pk].text and "kuitansi" not in message


def test_a_claim_that_is_given_up_before_the_objection_is_decided_is_not_said_to_be_an_objection_upheld() -> None:
    case = clawing.objected(clawing.proposed(clawing.line(clawing.world()), 40_000))
    clawback.write_off(case, by=money.officer(), reason="tidak sepadan")
    assert tell_decisions() == 1
    [(_kind, title, message)] = said()
    assert title == "Tagihan kelebihan bayar berakhir" and "diterima" not in message


def test_a_claim_that_nobody_was_told_of_ends_without_a_word() -> None:
    clawback.drop(clawing.proposed(clawing.line(clawing.world()), 40_000), by=money.officer(), reason="keliru")
    assert tell_decisions() == 0


def test_many_decisions_are_told_in_as_few_statements_as_one() -> None:
    """An import may end the places of a hundred thousand: nobody waits for one statement each."""
    money.people(7)
    telling.paid()
    rows = list(Enrolment.objects.values_list("pk", flat=True))
    counts = []
    for group in (rows[:1], rows[1:]):
        enrolments.suspend(group, reason=R.VERIFY, words="cek", by=money.officer())
        with CaptureQueriesContext(connection) as asked:
            assert tell_decisions() == len(group)
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert Delivery.objects.count() == len(rows)


@pytest.mark.parametrize(
    ("table", "indexes"),
    [("enrolmentstep", ["enrolmentstep_change"]), ("route", ["route_agreed", "route_ended"])],
)
def test_what_happened_lately_is_found_by_an_index(table: str, indexes: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")  # of a table that holds nothing
        with CaptureQueriesContext(connection) as asked:
            tell_decisions()
        lately = [one["sql"] for one in asked if f'FROM "disbursement_{table}"' in one["sql"]]
        for sql, index in zip(lately, indexes, strict=True):
            cursor.execute(f"EXPLAIN {sql}")
            assert index in str(cursor.fetchall())


def test_a_partners_whole_list_is_told_group_by_group_and_each_group_begins_where_the_last_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    money.people(3)
    telling.paid()
    provider, by, another = partners.provider(), money.officer(), money.officer()
    rows = list(Enrolment.objects.order_by("pk"))
    for at, row in enumerate(rows):
        routes.propose(row, provider, f"62812345678{at}", "surat", by)
        routes.agree(row, f"62812345678{at}", another)
    monkeypatch.setattr(decision_notices, "GROUP", 1)
    with CaptureQueriesContext(connection) as asked:
        assert tell_decisions() == len(rows)
    agreed = [
        one["sql"] for one in asked if 'FROM "disbursement_route"' in one["sql"] and '"agreed_at" >' in one["sql"]
    ]
    assert len(set(agreed)) == len(agreed) > len(rows)
    assert tell_decisions() == 0
    for row in rows:
        routes.set_own_wallet(row, by)
    assert tell_decisions() == len(rows)
    assert Notice.objects.filter(kind__in=[K.ROUTED, K.UNROUTED]).count() == 2 * len(rows)
