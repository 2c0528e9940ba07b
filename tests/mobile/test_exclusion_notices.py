"""Whoever is excluded is told once, with the exclusion or not at all; whom no message reaches is on the office's list."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone

from beneficiaries import erasure, objections, screening
from beneficiaries.models import Exclusion, ExclusionRule, Objection, Person, Proposal
from beneficiaries.screening_errors import NotInForce
from mobile import exclusion_notices, notice_lists, notice_messages
from mobile.models import Delivery, Notice
from mobile.tasks import deliver_notices
from tests import money
from tests.beneficiaries.evidence_told import TODAY, enforced, excluded, rule, screen
from tests.disbursement.merging import merged, twice
from tests.mobile import people, telling
from tests.mobile.people import PHONE, STRANGER

pytestmark = pytest.mark.django_db
APP = Objection.Channel.APP
NIK = "3171015708900001"


def outcomes() -> list[tuple[int, str]]:
    """Whom was told of something, on which channel."""
    rows = Delivery.objects.order_by("pk").values_list("notice__person", "channel")
    return [(person, channel) for person, channel in rows if person]


def last_text() -> str:
    """The newest notice as a text message."""
    return notice_messages.text_of([Notice.objects.latest("pk")])


def excluded_for(reason: str) -> Exclusion:
    """Of every woman, for whatever reason is given."""
    enforced(rule('person.sex == "P"', scope="person", reason=reason))
    screen()
    return screening.accept(
        Proposal.objects.filter(person__isnull=False).earliest("pk"), money.officer(), "cocok", TODAY
    )


# --- the words ---


def test_one_is_told_from_when_why_until_when_and_how_to_object(siti: Person, settings: Any) -> None:
    settings.SCREENING = settings.SCREENING | {"objection_phone": "112"}
    exclusion = excluded(siti.household)
    assert last_text() == (
        f"Bantuan keluarga Anda dihentikan mulai 25-11-2026. Alasan: {exclusion.reason} Keberatan? Sanggah sampai"
        f" {exclusion.objection_until:%d-%m-%Y} lewat aplikasi Salur, kantor kelurahan, atau telepon 112."
    )
    settings.SCREENING = settings.SCREENING | {"objection_phone": ""}
    assert last_text().endswith("lewat aplikasi Salur atau kantor kelurahan.")


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (f"NIK {NIK} bekerja sebagai PNS", "NIK ... bekerja sebagai PNS."),
        ("NIK 3171 0157 0890 0001, telepon 0812-3456-7890.", "NIK ..., telepon ...."),
        ("Memiliki mobil\nB 1234 XYZ\tsejak 2024", "Memiliki mobil B 1234 XYZ sejak 2024."),
        ("Rumah Anda – dinilai “layak”", 'Rumah Anda - dinilai "layak".'),
        ("kata " * 100, "kata " * 39 + "..."),
    ],
)
def test_a_reason_is_told_in_plain_letters_without_numbers_that_are_somebodys(
    siti: Person, reason: str, said: str
) -> None:
    excluded_for(reason)
    assert last_text().startswith(f"Bantuan Anda dihentikan mulai 25-11-2026. Alasan: {said} Keberatan?")
    assert len(last_text()) <= 459  # three parts


@pytest.mark.parametrize("uphold", [True, False])
def test_one_is_told_what_became_of_the_objection(siti: Person, uphold: bool) -> None:
    exclusion = excluded(siti.household)
    objection = objections.file(exclusion, "Mobil sudah dijual.", channel=APP)
    (objections.uphold if uphold else objections.deny)(objection, money.officer(), "kuitansi diperiksa")
    begins = "Sanggahan Anda dikabulkan: pengecualian batal" if uphold else "Sanggahan Anda ditolak: bantuan tetap"
    assert last_text().startswith(begins) and "Alasan: kuitansi diperiksa." in last_text()
    assert outcomes() == [(siti.pk, "sms")] * 2
    assert Notice.objects.latest("pk").subject == objection.pk


def lifted(exclusion: Exclusion, ends_on: date = TODAY + timedelta(days=5)) -> Exclusion:
    return screening.lift(exclusion, money.officer(), "SANGAT RAHASIA", ends_on)


def test_one_is_told_that_the_exclusion_was_lifted_and_from_when_but_not_why(siti: Person) -> None:
    exclusion = lifted(excluded(siti.household))
    assert last_text() == (
        "Penghentian bantuan keluarga Anda dicabut mulai 30-11-2026. Ada pertanyaan? Hubungi kami lewat aplikasi Salur atau"
        " kantor kelurahan."
    )
    assert len(last_text()) <= 160 and outcomes() == [(siti.pk, "sms")] * 2
    assert Notice.objects.get(kind="lifted").subject == exclusion.pk


def test_lifted_on_the_day_it_began_it_never_was(siti: Person) -> None:
    lifted(excluded_for("Bekerja sebagai PNS."), TODAY)
    assert last_text().startswith("Penghentian bantuan Anda batal sejak awal. Ada pertanyaan?")


def test_who_is_excluded_for_something_else_too_is_told_that_the_aid_does_not_come_back(siti: Person) -> None:
    for code in ("a", "b"):
        enforced(rule('person.sex == "P"', scope="person", code=code, reason=f"Alasan {code}"))
    screen()
    first, second = [screening.accept(one, money.officer(), "ok", TODAY) for one in Proposal.objects.order_by("pk")]
    lifted(first)
    assert last_text().startswith(
        "Penghentian bantuan Anda dicabut mulai 30-11-2026, tetapi bantuan Anda tetap dihentikan karena alasan lain."
    )
    lifted(second)
    assert last_text().startswith("Penghentian bantuan Anda dicabut mulai 30-11-2026. Ada pertanyaan?")


@pytest.mark.parametrize("of_household", [True, False])
def test_ones_own_exclusion_and_the_familys_outlast_each_other(siti: Person, of_household: bool) -> None:
    of_family, own = excluded(siti.household), excluded_for("Bekerja sebagai PNS.")
    lifted(of_family if of_household else own, TODAY if of_household else TODAY + timedelta(days=5))
    text = last_text()
    if of_household:
        assert text.startswith(
            "Penghentian bantuan keluarga Anda batal sejak awal, tetapi bantuan Anda tetap dihentikan karena alasan lain."
        )
    else:
        assert text.startswith(
            "Penghentian bantuan Anda dicabut mulai 30-11-2026, tetapi bantuan keluarga Anda tetap dihentikan"
        )
    assert len(text) <= 459


def test_who_objected_with_success_is_told_that_something_else_still_stops_the_aid(siti: Person) -> None:
    of_family = excluded(siti.household)
    excluded_for("Bekerja sebagai PNS.")
    objection = objections.file(of_family, "Mobil sudah dijual.", channel=APP)
    objections.uphold(objection, money.officer(), "kuitansi diperiksa")
    assert last_text() == (
        "Sanggahan Anda dikabulkan: pengecualian batal sejak awal, tetapi bantuan Anda tetap dihentikan karena alasan lain."
        " Alasan: kuitansi diperiksa."
    )


def test_a_lifting_that_failed_told_nobody(siti: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    exclusion = excluded(siti.household)

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("gone")

    with monkeypatch.context() as patch:
        patch.setattr(exclusion_notices.notices, "tell", fail)
        with pytest.raises(RuntimeError):
            lifted(exclusion)
    assert Exclusion.objects.get().active and Notice.objects.count() == 1
    lifted(exclusion)
    with pytest.raises(NotInForce):
        lifted(exclusion)
    assert Notice.objects.count() == 2


# --- who is told ---


def test_a_household_is_told_once_for_each_phone(siti: Person, spool: Any) -> None:
    her_son, her_sister = money.person(siti.household), money.person(siti.household)
    money.person(siti.household)
    for person, phone in ((her_son, PHONE), (her_sister, STRANGER)):
        person.phone = phone
        person.save()
    excluded(siti.household)
    deliver_notices()
    assert sorted(phone for phone, _text in people.texts(spool)) == sorted([PHONE, STRANGER])


def test_a_household_without_a_phone_is_told_by_the_office_through_its_head() -> None:
    home = money.household()
    money.person(home)
    head = money.person(home)
    head.relation = "head"
    head.save()
    excluded(home)
    assert outcomes() == [(head.pk, "list")]


def test_who_died_is_not_told_and_the_survivor_of_a_merge_is() -> None:
    survivor, other = twice()
    survivor.phone = PHONE
    survivor.save()
    merged(survivor, other)
    version = ExclusionRule(code="x", reason="Alasan")
    for person, told in ((other, [survivor.pk]), (money.person(), [])):
        if not told:
            person.status = "deceased"
        person.refresh_from_db(fields=["merged_into", "phone_sealed"])
        exclusion = Exclusion(person=person, reason=version.reason, starts_on=TODAY, objection_until=TODAY)
        assert exclusion_notices._receivers(exclusion) == told


def test_an_exclusion_that_failed_told_nobody(siti: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("gone")

    with monkeypatch.context() as patch:
        patch.setattr(exclusion_notices.notices, "tell", fail)
        with pytest.raises(RuntimeError):
            excluded(siti.household)
    assert not Exclusion.objects.exists() and not Notice.objects.exists()
    assert Proposal.objects.get().status == Proposal.Status.UNDECIDED


def test_a_phone_that_does_not_open_leaves_the_notice_to_the_office(siti: Person) -> None:
    Person.objects.update(phone_sealed=F("nik_sealed"))
    excluded(siti.household)
    deliver_notices()
    assert Delivery.objects.to_tell().get().notice.person == siti


def test_the_message_is_delivered_once_and_shown_once(siti: Person, spool: Any) -> None:
    excluded(siti.household)
    assert deliver_notices() > 0 and deliver_notices() == 0
    assert len(list(spool.iterdir())) == 1


# --- and where no message reaches ---


def test_a_lifting_is_told_by_the_office_without_its_reason() -> None:
    person = telling.without_phone()
    lifted(excluded(person.household))
    listed = notice_lists.of("31.71.01.1001", timezone.localdate())
    [line] = listed.lines
    said = [words.text for words in line.waiting]
    assert len(said) == 2 and said[1].startswith("Penghentian bantuan keluarga Anda dicabut mulai 30-11-2026")
    assert "SANGAT RAHASIA" not in str(said)


def test_no_message_about_whoever_was_erased_is_sent(siti: Person, spool: Any) -> None:
    other = people.register("Budi", STRANGER)
    for one in (siti, other):
        excluded(one.household)
    erasure.erase(siti, by=money.officer(), reason="diminta orangnya")
    deliver_notices()
    assert [phone for phone, _text in people.texts(spool)] == [STRANGER]
