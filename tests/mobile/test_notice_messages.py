"""Text messages of notices: together in one, one a day, to whom they reach now, at least once; else the office tells."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone

from beneficiaries import consents, erasure, grievances
from beneficiaries.models import Consent, Person
from disbursement.models import Enrolment, Route
from disbursement.providers import routes
from mobile import inbox, lapse_notices, notice_lists, notice_messages, notice_words, notices
from mobile.models import Delivery, Notice, Sms
from mobile.sms import SmsRefused, SpoolGateway
from mobile.tasks import deliver_notices, make_notices, tell_answers, tell_decisions, warn_of_lapse
from tests import money
from tests.beneficiaries import cases
from tests.disbursement import partners
from tests.disbursement.merging import merged, twice
from tests.mobile import people, telling
from tests.mobile.people import PHONE, STRANGER
from vault.sealing import CannotOpen
from wallet.models import Wallet

pytestmark = pytest.mark.django_db
C = Delivery.Channel
S = Delivery.State


class Failing:
    """A gateway that takes nothing, and remembers under which reference it was asked."""

    def __init__(self, error: Exception) -> None:
        self.error, self.references = error, list[str]()

    def send(self, to: str, text: str, *, reference: str) -> None:
        self.references.append(reference)
        raise self.error


def told() -> None:
    """Everybody in the registry was paid, and their notices wait."""
    telling.paid()
    make_notices()


def attempt(carrier: Any) -> None:
    """One attempt at whatever is bound, however long it was to wait."""
    Delivery.objects.filter(state=S.QUEUED).update(due_at=timezone.now() - timedelta(seconds=1))
    while notice_messages._bind_next():
        pass
    notice_messages._send_next(carrier)


def soon(person: Person, title: str) -> None:
    until = timezone.now() + timedelta(days=3)
    people.grant(Wallet.objects.get(pk=person.wallet_id), 1_000, title, usable_until=until, lapses=True)


# --- what goes ---


def test_what_falls_together_goes_as_one_message_and_once(siti: Person, spool: Path) -> None:
    told()
    soon(siti, "Sembako")
    warn_of_lapse()
    assert deliver_notices() > 0
    assert deliver_notices() == 0
    [(to, text)] = people.texts(spool)
    assert to == PHONE and "sudah masuk dompet Anda." in text and "Rp 1.000 bantuan Sembako kembali ke dana" in text
    rows = Delivery.objects.all()
    assert {(row.state, row.attempts, row.parts) for row in rows} == {("sent", 1, 2)}
    assert len({row.bundle for row in rows}) == 1 and len(rows) == 2


def test_a_second_message_waits_for_the_next_day(siti: Person, spool: Path, settings: Any) -> None:
    settings.MOBILE = settings.MOBILE | {"sms_hours": (7, 20)}
    told()
    _due_now()
    deliver_notices()
    soon(siti, "Sembako")
    warn_of_lapse()
    _due_now()
    deliver_notices()
    assert len(people.texts(spool)) == 1
    waiting = Delivery.objects.get(state=S.QUEUED)
    morning = timezone.localtime().replace(hour=7, minute=0, second=0, microsecond=0) + timedelta(days=1)
    assert waiting.due_at == morning and waiting.bundle is None


def _due_now() -> None:
    """The database has a clock of its own."""
    Delivery.objects.filter(state=S.QUEUED).update(due_at=datetime(2026, 1, 1, tzinfo=timezone.get_default_timezone()))


def test_each_wallet_has_a_message_of_its_own(siti: Person, spool: Path) -> None:
    people.register("Budi", STRANGER)
    told()
    deliver_notices()
    assert sorted(to for to, _text in people.texts(spool)) == sorted([PHONE, STRANGER])


def test_without_a_gateway_messages_wait(siti: Person, settings: Any) -> None:
    settings.MOBILE = settings.MOBILE | {"sms_gateway": ""}
    told()
    deliver_notices()
    assert telling.outcomes() == [("sms", "queued")]


# --- whom it reaches now ---


def test_the_phone_is_the_one_of_now(siti: Person, spool: Path) -> None:
    told()
    siti.phone = STRANGER
    siti.save()
    deliver_notices()
    assert [to for to, _text in people.texts(spool)] == [STRANGER]


@pytest.mark.parametrize("lost", ["emptied", "unopened"])
def test_whose_phone_is_gone_by_then_is_told_by_the_office(siti: Person, spool: Path, lost: str) -> None:
    told()
    phone = F("nik_sealed") if lost == "unopened" else b""
    Person.objects.update(phone_sealed=phone, phone_index=None)
    deliver_notices()
    assert telling.outcomes() == [("sms", "passed"), ("list", "queued")] and not people.texts(spool)
    assert Delivery.objects.to_tell().get().notice.person == siti


def test_who_died_or_was_erased_is_not_told(siti: Person, spool: Path, settings: Any) -> None:
    settings.PRIVACY = settings.PRIVACY | {"financial_years": 0}
    budi = people.register("Budi", STRANGER)
    for person in (siti, budi):
        soon(person, "Sembako")
    warn_of_lapse()
    Person.objects.filter(pk=siti.pk).update(status="deceased")
    erasure.erase(budi, by=money.officer(), reason="diminta orangnya")
    deliver_notices()
    assert not people.texts(spool) and telling.outcomes() == [("sms", "dropped")] * 2
    assert not Delivery.objects.to_tell().exists()


def test_who_restricted_their_data_is_told_when_that_ends(siti: Person, spool: Path) -> None:
    told()
    Person.objects.update(restricted=True)
    deliver_notices()
    row = Delivery.objects.get()
    assert not people.texts(spool) and row.state == S.QUEUED and row.due_at > timezone.now() + timedelta(hours=23)
    Person.objects.update(restricted=False)
    _due_now()
    deliver_notices()
    assert len(people.texts(spool)) == 1


def test_who_was_merged_is_told_under_the_row_that_stayed(spool: Path) -> None:
    survivor, other = twice()
    survivor.phone, other.phone = PHONE, STRANGER
    for row in (survivor, other):
        row.save()
    notices.tell(Notice.Kind.ANSWERED, _answer().pk, [other.pk])
    merged(survivor, other)
    deliver_notices()
    assert [to for to, _text in people.texts(spool)] == [PHONE]


def _answer() -> Any:
    officer = cases.officer("petugas", "Petugas")
    row = grievances.take(cases.grievance(), by=officer)
    return grievances.answer(row, "Sudah.", by=officer)


def test_who_took_back_the_consent_to_messages_is_told_by_the_office(siti: Person, spool: Path) -> None:
    officer = money.officer()
    text = consents.word("pesan", "Pesan", "Saya setuju dikirimi pesan.", by=officer)
    for given in (True, False):
        said = {"channel": Consent.Channel.OFFICE, "by": officer, "evidence": "F-1"}
        consents.record(siti, text, given=given, **said)
    told()
    deliver_notices()
    assert not people.texts(spool) and telling.outcomes() == [("sms", "passed"), ("list", "queued")]


def test_a_number_left_with_a_grievance_is_told_though_nobody_is_known_by_it(spool: Path) -> None:
    officer = cases.officer("petugas", "Petugas")
    for phone in (STRANGER, ""):
        row = grievances.take(cases.grievance(phone=phone), by=officer)
        grievances.answer(row, "RAHASIA", by=officer)
    assert tell_answers() == 2
    assert telling.outcomes() == [("sms", "queued")]
    deliver_notices()
    [(to, text)] = people.texts(spool)
    assert to == STRANGER and "RAHASIA" not in text


# --- one person, several receivers ---


class Picky:
    """A gateway that refuses one number so many times; it remembers what it was asked and what it took."""

    def __init__(self, refused: str, times: int) -> None:
        self.refused, self.times = refused, times
        self.asked, self.taken = list[tuple[str, str]](), list[tuple[str, str]]()

    def send(self, to: str, text: str, *, reference: str) -> None:
        self.asked.append((to, reference))
        if to == self.refused and self.times:
            self.times -= 1
            raise SmsRefused("penuh")
        self.taken.append((to, text))


def answered(reporter: Person, phone: str) -> None:
    """The person's grievance, to be told at that number, has its answer."""
    officer = cases.officer("petugas", "Petugas")
    row = grievances.take(cases.grievance(reporter=reporter, phone=phone), by=officer)
    grievances.answer(row, "Sudah.", by=officer)
    assert tell_answers() == 1


def send_all(carrier: Any) -> None:
    """Everything that is due, as a worker sends it."""
    while notice_messages.deliver_next(carrier):
        pass


@pytest.mark.parametrize("answer_first", [True, False])
def test_a_number_left_with_a_grievance_is_told_of_its_answer_and_of_nothing_else(
    siti: Person, spool: Path, answer_first: bool
) -> None:
    for step in (lambda: answered(siti, STRANGER), told)[:: 1 if answer_first else -1]:
        step()
    deliver_notices()
    sent = dict(people.texts(spool))
    assert len(people.texts(spool)) == 2 and set(sent) == {PHONE, STRANGER}
    assert "sudah masuk" in sent[PHONE] and "dijawab" not in sent[PHONE]
    assert "sudah dijawab" in sent[STRANGER] and "sudah masuk" not in sent[STRANGER]
    assert telling.outcomes() == [("sms", "sent")] * 2
    assert Delivery.objects.values("bundle").distinct().count() == 2


def test_where_the_number_left_is_ones_own_all_goes_as_one(siti: Person, spool: Path) -> None:
    answered(siti, PHONE)
    told()
    deliver_notices()
    assert [to for to, _text in people.texts(spool)] == [PHONE]


def test_a_number_left_is_told_though_the_office_tells_the_rest(siti: Person, spool: Path) -> None:
    told()
    answered(siti, STRANGER)
    Person.objects.update(phone_sealed=b"", phone_index=None)
    deliver_notices()
    [(to, text)] = people.texts(spool)
    assert to == STRANGER and "sudah dijawab" in text
    assert telling.outcomes() == [("sms", "passed"), ("sms", "sent"), ("list", "queued")]


@pytest.mark.parametrize("paid_first", [True, False])
def test_that_a_wallet_was_passed_on_is_told_though_the_dead_are_told_nothing_else(
    siti: Person, spool: Path, paid_first: bool
) -> None:
    telling.paid()
    if paid_first:
        make_notices()
    money.passed_on(Wallet.objects.get(pk=siti.wallet_id), money.wallet())
    Person.objects.filter(pk=siti.pk).update(status="deceased")
    assert tell_decisions() == 1
    make_notices()
    _due_now()
    deliver_notices()
    [(to, text)] = people.texts(spool)
    assert to == PHONE and "diwariskan" in text and "sudah masuk" not in text
    assert dict(Delivery.objects.values_list("notice__kind", "state")) == {"passed_on": "sent", "paid": "dropped"}


@pytest.mark.parametrize("refused", [PHONE, STRANGER])
def test_what_the_gateway_took_of_one_is_not_sent_again_because_it_refused_another(siti: Person, refused: str) -> None:
    told()
    answered(siti, STRANGER)
    carrier = Picky(refused, times=2)
    for _ in range(3):
        _due_now()
        send_all(carrier)
    assert sorted(to for to, _text in carrier.taken) == sorted([PHONE, STRANGER])
    asked = [to for to, _reference in carrier.asked]
    assert asked.count(refused) == 3 and len(asked) == 4
    assert len(set(carrier.asked)) == 2  # each receiver's under one reference of its own, however often
    assert len({reference for _to, reference in carrier.asked}) == 2
    assert telling.outcomes() == [("sms", "sent")] * 2
    assert dict(Delivery.objects.values_list("notice__kind", "attempts")) == {
        "paid": 3 if refused == PHONE else 1,
        "answered": 3 if refused == STRANGER else 1,
    }


def test_what_is_read_in_the_application_after_the_bundle_was_parted_is_not_sent(siti: Person, spool: Path) -> None:
    told()
    answered(siti, STRANGER)
    attempt(SpoolGateway())  # parts it, and sends nothing yet
    assert not people.texts(spool) and Delivery.objects.values("bundle").distinct().count() == 2
    inbox.mark_shown(siti, Notice.objects.get(kind=Notice.Kind.ANSWERED).uid)
    send_all(SpoolGateway())
    assert [to for to, _text in people.texts(spool)] == [PHONE]
    assert telling.outcomes() == [("sms", "sent"), ("sms", "shown")]


# --- gateways that fail ---


def test_a_gateway_that_fails_is_asked_again_later_under_the_same_reference(siti: Person) -> None:
    told()
    carrier = Failing(SmsRefused("penuh"))
    for attempts in range(1, notice_messages.ATTEMPTS):
        attempt(carrier)
        row = Delivery.objects.get()
        assert (row.state, row.attempts, row.error) == ("queued", attempts, "penuh")
        assert row.due_at > timezone.now() + timedelta(seconds=50 * 2 ** (attempts - 1))
    assert Delivery.objects.failing().count() == 1
    attempt(carrier)
    assert telling.outcomes() == [("sms", "failed"), ("list", "queued")]
    assert len(set(carrier.references)) == 1 and len(carrier.references) == notice_messages.ATTEMPTS


def test_words_that_cannot_be_made_are_counted_and_hold_up_nobody_else(
    siti: Person, spool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people.register("Painem", STRANGER)
    told()

    def unreadable(rows: Sequence[Notice]) -> dict[int, notice_words.Words]:
        if any(row.person_id == siti.pk for row in rows):
            raise CannotOpen
        return words(rows)

    words = notice_words.WORDERS[Notice.Kind.PAID]
    monkeypatch.setitem(notice_words.WORDERS, Notice.Kind.PAID, unreadable)
    for attempts in range(1, notice_messages.ATTEMPTS + 1):
        Delivery.objects.filter(state=S.QUEUED).update(due_at=timezone.now() - timedelta(seconds=1))
        while notice_messages._bind_next():
            pass
        for _ in range(2):
            notice_messages._send_next(SpoolGateway())
        row = Delivery.objects.get(notice__person=siti, channel=C.SMS)
        assert (row.attempts, row.error) == (attempts, "CannotOpen")
    assert telling.outcomes(notice__person=siti) == [("sms", "failed"), ("list", "queued")]
    assert [to for to, _text in people.texts(spool)] == [STRANGER]


def test_a_route_whose_number_does_not_open_is_told_without_its_digits(siti: Person, settings: Any) -> None:
    telling.paid()
    row = Enrolment.objects.get(person=siti)
    routes.set_partner(row, partners.provider(), "628123456789")
    route = Route.objects.get()
    notices.tell(Notice.Kind.ROUTED, route.pk, [siti.pk])
    notice = Notice.objects.get(kind=Notice.Kind.ROUTED)
    assert "berakhiran 789" in notice_words.of([notice])[notice.pk].message
    settings.VAULT_KEYS = {99: bytes([3]) * 32}
    assert "berakhiran -" in notice_words.of([notice])[notice.pk].message


def test_what_a_gateway_says_of_its_own_accord_is_not_kept(siti: Person) -> None:
    told()
    attempt(Failing(ValueError(f"cannot reach {PHONE}")))
    assert Delivery.objects.get().error == "ValueError"


def test_what_failed_can_be_tried_anew_unless_somebody_has_told_it(siti: Person, spool: Path) -> None:
    budi = people.register("Budi", STRANGER)
    told()
    for _ in range(2 * notice_messages.ATTEMPTS):
        attempt(Failing(SmsRefused("penuh")))
    failed = list(Delivery.objects.filter(state=S.FAILED).values_list("pk", flat=True))
    assert len(failed) == 2
    notice_lists.mark_told([budi.pk], up_to=10**9, by=money.officer())
    assert notice_messages.retry(failed) == 1
    deliver_notices()
    assert [to for to, _text in people.texts(spool)] == [PHONE]
    assert notice_messages.retry(failed) == 0


def test_a_number_without_a_name_that_fails_is_nobodys_to_tell(spool: Path) -> None:
    officer = cases.officer("petugas", "Petugas")
    row = grievances.take(cases.grievance(phone=STRANGER), by=officer)
    grievances.answer(row, "Sudah.", by=officer)
    tell_answers()
    for _ in range(notice_messages.ATTEMPTS):
        attempt(Failing(SmsRefused("penuh")))
    assert telling.outcomes() == [("sms", "failed")]


def test_nothing_personal_is_kept_in_the_outbox(siti: Person) -> None:
    told()
    deliver_notices()
    columns = {column.name for model in (Notice, Delivery) for column in model._meta.concrete_fields}
    assert not [name for name in columns if "sealed" in name or name in ("text", "phone", "token")]
    values = [str(value) for model in (Notice, Delivery) for row in model.objects.values() for value in row.values()]
    assert not [value for value in values if "Siti" in value or PHONE[-8:] in value]


def test_the_sms_module_still_carries_secrets_alone(siti: Person) -> None:
    told()
    deliver_notices()
    assert not Sms.objects.exists()


def test_lapses_are_told_by_wallet(siti: Person) -> None:
    for title in ("Satu", "Dua"):
        soon(siti, title)
    assert list(lapse_notices.warn_all()) == [2]
    assert list(lapse_notices.warn_all()) == []
