"""What a batch paid, and did not, is told once to each person, out of its rows, in words that are true when they are read."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from beneficiaries.models import Person
from disbursement import approvals, batches, eligibility, failures, preflight, programmes
from disbursement.models import Calculation, Chunk, Instruction, PayoutLine
from disbursement.providers import results
from disbursement.providers.protocol import Outcome, Told
from disbursement.tasks import pay
from mobile import checks, gsm, notice_messages, notice_words, notices, refusal_words
from mobile.models import Delivery, Notice, NoticedChunk
from mobile.tasks import make_notices
from tests import money
from tests.disbursement import owing, partners
from tests.mobile import people, telling
from tests.mobile.people import STRANGER
from tests.mobile.telling import K
from wallet import doorbell

pytestmark = pytest.mark.django_db


def words(kind: Notice.Kind) -> notice_words.Words:
    notice = Notice.objects.get(kind=kind)
    return notice_words.of([notice])[notice.pk]


# --- made from rows ---


def test_who_was_paid_and_who_was_not_is_told_once_each(siti: Person) -> None:
    budi = people.register("Budi", STRANGER)
    nobody = telling.without_phone()
    telling.frozen(budi)
    telling.paid()
    assert make_notices() == 3  # the chunk; the closed batch, and that there is no more of it
    assert make_notices() == 0
    made = Notice.objects.order_by("pk").values_list("kind", "subject", "person")
    assert sorted(made) == sorted(
        [
            (K.PAID, telling.instruction_of(siti).pk, siti.pk),
            (K.REFUSED, telling.instruction_of(budi).pk, budi.pk),
            (K.PAID, telling.instruction_of(nobody).pk, nobody.pk),
        ]
    )
    assert NoticedChunk.objects.get().count == 3
    assert telling.outcomes(notice__person=siti) == [("sms", "queued")]
    assert telling.outcomes(notice__person=nobody) == [("list", "queued")]


def test_who_a_partner_paid_is_told_while_others_of_the_chunk_are_in_doubt() -> None:
    """An outcome that nobody knows may take days and two officers; the others have their money."""
    through = partners.provider()
    batch = partners.unknown(through, 3)

    def tell(number: int, outcome: Outcome) -> None:
        line = partners.line_of(batch, number)
        told = Told(outcome, "2003900", "provider_refused" if outcome is Outcome.FAILED else "")
        results.settle(through, {line.reference: told}, PayoutLine.Source.INQUIRY)

    def kinds() -> list[str]:
        return list(Notice.objects.order_by("subject").values_list("kind", flat=True))

    assert make_notices() == 0
    tell(0, Outcome.PAID)
    assert make_notices() == 1 and kinds() == [K.PAID]
    tell(1, Outcome.FAILED)
    assert make_notices() == 0  # one by one they would be too many
    with time_machine.travel(timezone.now() + notices.AGAIN, tick=False):
        assert (make_notices(), make_notices()) == (1, 0)
    assert kinds() == [K.PAID, K.REFUSED]
    tell(2, Outcome.PAID)
    make_notices()
    assert kinds() == [K.PAID, K.REFUSED, K.PAID]
    assert Delivery.objects.count() == 3


def test_paying_writes_nothing_for_notices(siti: Person) -> None:
    money.pay_out(money.approve(money.submitted(telling.programme())))
    assert Chunk.objects.filter(status="done").exists() and not Notice.objects.exists()


def test_who_has_the_application_is_told_there_first(siti: Person) -> None:
    telling.with_app(siti)
    telling.paid()
    telling.make_all()
    assert telling.outcomes() == [("push", "queued")]


def test_a_device_that_was_signed_out_wakes_nobody(siti: Person) -> None:
    device = telling.with_app(siti)
    type(device).objects.update(revoked_at=timezone.now(), revoked_reason="owner")
    telling.paid()
    telling.make_all()
    assert telling.outcomes() == [("sms", "queued")]


def test_without_a_push_gateway_the_phone_is_told(siti: Person, settings: Any) -> None:
    settings.MOBILE = settings.MOBILE | {"push_gateway": ""}
    telling.with_app(siti)
    telling.paid()
    telling.make_all()
    assert telling.outcomes() == [("sms", "queued")]


def test_a_chunk_that_waits_or_failed_is_not_told_of(siti: Person) -> None:
    batch = money.approve(money.submitted(telling.programme()))
    assert telling.make_all() == 0
    Chunk.objects.filter(batch=batch).update(status="failed", failure="unexpected")
    assert telling.make_all() == 0 and not Notice.objects.exists()


def test_a_message_waits_for_others_and_for_the_day(siti: Person, settings: Any) -> None:
    settings.MOBILE = settings.MOBILE | {"sms_wait": timedelta(minutes=15), "sms_hours": (7, 20)}
    zone = timezone.get_default_timezone()
    night, early, noon = (datetime(2026, 11, 24, hour, 0, tzinfo=zone) for hour in (22, 3, 12))
    assert notices.sms_from(noon) == noon + timedelta(minutes=15)
    assert notices.sms_from(night) == datetime(2026, 11, 25, 7, 0, tzinfo=zone)
    assert notices.sms_from(early) == datetime(2026, 11, 24, 7, 0, tzinfo=zone)


def test_who_gets_nothing_is_told_why_when_that_begins_and_not_every_month() -> None:
    people.register("Budi", STRANGER)
    made = telling.programme()
    batches = [telling.paid(made=made, period=date(2027, month, 1)) for month in (1, 2)]
    siti = people.register()
    eligibility.enrol_eligible(made)
    enrolment = siti.enrolments.get()
    first, _second = [
        Calculation.objects.create(
            batch=batch,
            enrolment=enrolment,
            cycle=batch.cycle,
            version=batch.version,
            total=0,
            reason="no_component",
        )
        for batch in batches
    ]
    telling.make_all()
    told = Notice.objects.get(kind=K.UNPAID)
    assert (told.subject, told.person) == (first.pk, siti)
    assert words(K.UNPAID).text == (
        "Bantuan Kartu Lansia Jakarta Januari 2027 belum dibayar: tidak ada syarat bantuan yang terpenuhi."
        " Bila data keluarga berubah, perbarui di kantor kelurahan."
    )


def test_groups_end_though_nobody_in_them_is_told(siti: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        people.register(f"Warga {number}", f"+62812345670{number:02}")
    telling.paid()
    monkeypatch.setattr(notices, "GROUP", 2)
    assert telling.make_all() == 1 + 4  # the chunk; three groups and the one that finds the end
    assert not notices.waiting()


def test_a_worker_that_paid_rings_for_the_notices_and_the_beat_does_so_too(
    siti: Person, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    batch = money.approve(money.submitted(telling.programme()))
    rings: list[str] = []
    monkeypatch.setattr(doorbell, "ring", lambda task, *ids, times=1: rings.append(task))
    pay(batch.pk)
    assert rings == ["mobile.tasks.make_notices"] and Chunk.objects.get().status == "done"
    make_notices()
    assert rings[-1] == "mobile.tasks.deliver_notices"
    assert {"mobile.tasks.make_notices", "mobile.tasks.deliver_notices"} <= {
        tick["task"] for tick in settings.CELERY_BEAT_SCHEDULE.values()
    }


def test_a_gateway_that_does_not_exist_is_told_at_the_check(settings: Any) -> None:
    settings.MOBILE = settings.MOBILE | {"push_gateway": "no.such.Gateway"}
    assert [found.id for found in checks.gateway_exists()] == ["mobile.E002"]


# --- the words ---


def test_who_is_paid_reads_how_much_of_what_and_where_and_until_when_it_can_be_spent(siti: Person) -> None:
    rules = money.terms(["5411"], cash=True, regions=["31.74"], lapses_to=money.fund())
    telling.paid(terms=rules, purse_days=30)
    telling.make_all()
    last = f"{timezone.localdate() + timedelta(days=30):%d-%m-%Y}"
    said = words(K.PAID)
    assert said.title == "Bantuan masuk"
    assert said.text == (
        "Kartu Lansia Jakarta November 2026: Rp 300.000 sudah masuk ke dompet Anda. Hanya dapat dipakai di: toko bahan pangan."
        f" Hanya di Jakarta Selatan. Boleh diambil tunai. Pakai sampai {last}."
    )
    chunk = Chunk.objects.get()
    assert said.message.startswith(f"Bantuan {gsm.plain(chunk.title, 10)}") and said.message.endswith(f"{last}.")
    assert "toko bahan pangan" in said.message and len(said.message) <= 160 and set(said.message) <= gsm.GSM


@pytest.mark.parametrize("mccs", [[], ["5411"], sorted(["5411", "5422", "5499", "5912", "8062", "8211", "5943"])])
@pytest.mark.parametrize("name", ["KLJ", "Bantuan “é” " + "panjang " * 10, "बिहार 100% %s {}"])
def test_a_message_about_money_is_one_part_whatever_the_programme(siti: Person, mccs: list[str], name: str) -> None:
    telling.paid(terms=money.terms(mccs), name=name[:100])
    telling.make_all()
    message = words(K.PAID).message
    assert len(message) <= 160 and set(message) <= gsm.GSM and "Rp 300.000" in message


@pytest.mark.parametrize("code", ["KLJ", "KARTU-LANSIA-JAKARTA"])
def test_whose_arrears_are_paid_reads_that_it_is_no_second_payment_of_the_month(siti: Person, code: str) -> None:
    made = telling.programme(code=code, terms=money.terms(["5411"], lapses_to=money.fund()), purse_days=30)
    owing.arrears_paid(made, siti)
    telling.make_all()
    line = Instruction.objects.get(enrolment__person=siti, kind="arrears")
    [notice] = Notice.objects.filter(kind=K.PAID, subject=line.pk)
    said = notice_words.of([notice])[notice.pk]
    assert said.text.startswith("Kartu Lansia Jakarta, rapel Oktober 2026: Rp 300.000 sudah masuk")
    assert f"{code} 10/2026 rapel" in said.message and len(said.message) <= gsm.ONE_PART
    with translation.override("en"):
        assert "arrears of October 2026" in notice_words.of([notice])[notice.pk].text


@pytest.mark.parametrize("name", ["Bantuan Sembako", "bantuan sembako"])
def test_aid_whose_name_says_aid_says_it_once(siti: Person, name: str) -> None:
    telling.frozen(siti)
    made = telling.programme(name=name)
    telling.paid(made=made)
    telling.make_all()
    said = words(K.REFUSED)
    told = name.partition(" ")[2]
    for text in (said.text, said.message):
        assert text.startswith(f"Bantuan {told} "), text


def test_what_was_taken_back_is_not_said_to_have_come(siti: Person) -> None:
    telling.paid()
    telling.make_all()
    money.taken_back(Instruction.objects.get(), "salah orang, NIK 3171015708900001")
    said = words(K.PAID)
    assert said.title == "Bantuan ditarik kembali" and "masuk" not in said.text and "3171" not in said.text


def test_who_was_refused_reads_why_and_what_to_do(siti: Person) -> None:
    telling.frozen(siti)
    telling.paid()
    telling.make_all()
    said = words(K.REFUSED)
    assert said.text == (
        "Bantuan Kartu Lansia Jakarta November 2026 belum dibayar: dompet Anda dibekukan. Datang ke kantor kelurahan membawa"
        " KTP untuk membukanya."
    )
    assert len(said.message) <= 160 and set(said.message) <= gsm.GSM


def test_who_was_left_out_before_approval_reads_why_once_the_batch_has_closed(siti: Person) -> None:
    money.people(1)
    made = telling.programme()
    eligibility.enrol_eligible(made)
    batch = batches.prepare(batches.cycle_of(made, date(2026, 11, 1)))
    line = batch.instructions.get(enrolment__person=siti)
    money.wallets.freeze(line.wallet, "sengketa")
    preflight.soon(batch)
    assert preflight.leave_out_blocked(batch) == 1
    batch.refresh_from_db()
    programmes.fund(made, batch.total, "DIPA-5")
    money.pay_out(money.approve(approvals.submit(batch, by=money.officer())))
    telling.make_all()
    telling.make_all()
    [notice] = Notice.objects.filter(kind=K.REFUSED)
    assert (notice.subject, notice.person) == (line.pk, siti)
    assert "dompet Anda dibekukan" in words(K.REFUSED).text


def test_every_reason_of_the_office_has_words_for_the_person() -> None:
    assert set(failures.KNOWN) | set(Calculation.Reason.values) == set(refusal_words.WORDS)
    for code in refusal_words.WORDS:
        reason, remedy = refusal_words.why(code)
        assert reason and remedy.endswith(".") and reason != str(failures.of(code).words)
        said = notice_words._not_paid("Kartu Lansia Jakarta", date(2026, 11, 1), code)
        assert gsm.parts(said.message) <= 2 and set(said.message) <= gsm.GSM
    reason, remedy = refusal_words.why("Pak Joko: NIK 3171015708900001")
    assert "Joko" not in reason + remedy and "3171" not in reason + remedy


def test_what_waits_for_the_office_only_asks_nothing_of_the_person() -> None:
    for code in ("content_changed", "stopped", "given_up", "deadlock", "unexpected"):
        assert refusal_words.why(code)[1].startswith("Tidak perlu apa-apa")


def test_the_words_follow_the_language_that_is_asked_for_and_the_message_does_not(siti: Person, spool: Any) -> None:
    telling.paid()
    telling.make_all()
    with translation.override("en"):
        assert "dompet Anda" in notice_messages.text_of(list(Notice.objects.all()))


def test_every_kind_has_its_words() -> None:
    assert set(notice_words.WORDERS) == set(Notice.Kind.values)


def test_many_notices_cost_no_more_queries_than_few(siti: Person) -> None:
    made = telling.programme()
    telling.paid(made=made)
    for month in (1, 2, 3, 4):
        telling.paid(made=made, period=date(2027, month, 1))
    telling.make_all()
    rows = list(Notice.objects.select_related("person"))
    counts = []
    for some in (rows[:1], rows):
        with CaptureQueriesContext(connection) as seen:
            notice_words.of(some)
        counts.append(len(seen))
    assert len(rows) == 5 and counts[0] == counts[1]


# --- at scale ---


def test_a_chunk_is_told_of_in_one_statement_however_many_lines_it_has() -> None:
    counts = []
    for many in (3, 60):
        money.pay_out(money.approved_crowd(many))
        with CaptureQueriesContext(connection) as seen:
            assert notices.make_next()
        counts.append(len(seen))
        telling.make_all()
    assert counts[0] == counts[1]
    assert Notice.objects.count() == Delivery.objects.count() == 3 + 63


def test_what_is_due_is_found_by_its_index_among_many() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO mobile_notice (kind, subject, person_id) SELECT 'paid', n, NULL FROM generate_series(1, 20000) n"
        )
        cursor.execute(
            "INSERT INTO mobile_delivery (notice_id, channel, state, ended_at) SELECT id, 'sms', 'sent', now() FROM mobile_notice"
        )
        cursor.execute("ANALYZE mobile_delivery")
        due = Delivery.objects.filter(channel="sms", state="queued", due_at__lte=timezone.now()).order_by(
            "due_at", "pk"
        )
        plan = due[:20].explain()
        assert "delivery_due" in plan and "Seq Scan" not in plan
        of_one = Notice.objects.filter(person=1).order_by("-pk")[:21].explain()
        assert "notice_of_person" in of_one
