"""Whoever is excluded is told once, with the exclusion or not at all; whom no message reaches is on the office's list."""

from __future__ import annotations

from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from beneficiaries import erasure, objections, retention, screening
from beneficiaries.models import Exclusion, ExclusionRule, Objection, Person, Proposal
from beneficiaries.screening_errors import NotInForce
from mobile import exclusion_notices, sms
from mobile.models import ExclusionNotice, Sms
from mobile.tasks import deliver_sms
from tests import money
from tests.beneficiaries.evidence_told import TODAY, enforced, excluded, rule, screen
from tests.disbursement.merging import merged, twice
from tests.mobile import people
from tests.mobile.people import PHONE, STRANGER

pytestmark = pytest.mark.django_db
APP = Objection.Channel.APP
NIK = "3171015708900001"


def outcomes() -> list[tuple[int, str]]:
    return [(one.person_id, one.outcome) for one in ExclusionNotice.objects.order_by("pk")]


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
    [message] = Sms.objects.all()
    assert message.phone == PHONE
    assert message.text == (
        f"Bantuan keluarga Anda dihentikan mulai 25-11-2026. Alasan: {exclusion.reason} Keberatan? Sanggah sampai"
        f" {exclusion.objection_until:%d-%m-%Y} lewat aplikasi Salur, kantor kelurahan, atau telepon 112."
    )
    settings.SCREENING = settings.SCREENING | {"objection_phone": ""}
    assert exclusion_notices.text_of_exclusion(exclusion).endswith("lewat aplikasi Salur atau kantor kelurahan.")


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
    [message] = Sms.objects.all()
    assert message.text.startswith(f"Bantuan Anda dihentikan mulai 25-11-2026. Alasan: {said} Keberatan?")
    assert len(message.text) <= 459  # three parts


@pytest.mark.parametrize("uphold", [True, False])
def test_one_is_told_what_became_of_the_objection(siti: Person, uphold: bool) -> None:
    exclusion = excluded(siti.household)
    objection = objections.file(exclusion, "Mobil sudah dijual.", channel=APP)
    (objections.uphold if uphold else objections.deny)(objection, money.officer(), "kuitansi diperiksa")
    _first, message = Sms.objects.order_by("pk")
    begins = "Sanggahan Anda dikabulkan: pengecualian batal" if uphold else "Sanggahan Anda ditolak: bantuan tetap"
    assert message.text.startswith(begins) and "Alasan: kuitansi diperiksa." in message.text
    assert outcomes() == [(siti.pk, "queued")] * 2
    assert ExclusionNotice.objects.get(objection=objection).sms == message


def lifted(exclusion: Exclusion, ends_on: date = TODAY + timedelta(days=5)) -> Exclusion:
    return screening.lift(exclusion, money.officer(), "SANGAT RAHASIA", ends_on)


def test_one_is_told_that_the_exclusion_was_lifted_and_from_when_but_not_why(siti: Person) -> None:
    exclusion = lifted(excluded(siti.household))
    _first, message = Sms.objects.order_by("pk")
    assert message.phone == PHONE
    assert message.text == (
        "Penghentian bantuan keluarga Anda dicabut mulai 30-11-2026. Ada pertanyaan? Hubungi kami lewat aplikasi Salur atau"
        " kantor kelurahan."
    )
    assert len(message.text) <= 160 and outcomes() == [(siti.pk, "queued")] * 2
    assert exclusion.notices.get(lifted=True).sms == message


def test_lifted_on_the_day_it_began_it_never_was(siti: Person) -> None:
    lifted(excluded_for("Bekerja sebagai PNS."), TODAY)
    assert Sms.objects.latest("pk").text.startswith("Penghentian bantuan Anda batal sejak awal. Ada pertanyaan?")


def test_who_is_excluded_for_something_else_too_is_told_that_the_aid_does_not_come_back(siti: Person) -> None:
    for code in ("a", "b"):
        enforced(rule('person.sex == "P"', scope="person", code=code, reason=f"Alasan {code}"))
    screen()
    first, second = [screening.accept(one, money.officer(), "ok", TODAY) for one in Proposal.objects.order_by("pk")]
    lifted(first)
    assert Sms.objects.latest("pk").text.startswith(
        "Penghentian bantuan Anda dicabut mulai 30-11-2026, tetapi bantuan Anda tetap dihentikan karena alasan lain."
    )
    lifted(second)
    assert Sms.objects.latest("pk").text.startswith(
        "Penghentian bantuan Anda dicabut mulai 30-11-2026. Ada pertanyaan?"
    )


@pytest.mark.parametrize("of_household", [True, False])
def test_ones_own_exclusion_and_the_familys_outlast_each_other(siti: Person, of_household: bool) -> None:
    of_family, own = excluded(siti.household), excluded_for("Bekerja sebagai PNS.")
    lifted(of_family if of_household else own, TODAY if of_household else TODAY + timedelta(days=5))
    text = Sms.objects.latest("pk").text
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
    assert Sms.objects.latest("pk").text == (
        "Sanggahan Anda dikabulkan: pengecualian batal sejak awal, tetapi bantuan Anda tetap dihentikan karena alasan lain."
        " Alasan: kuitansi diperiksa."
    )


def test_a_lifting_that_failed_told_nobody(siti: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    exclusion = excluded(siti.household)

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("gone")

    with monkeypatch.context() as patch:
        patch.setattr(sms, "queue", fail)
        with pytest.raises(RuntimeError):
            lifted(exclusion)
    assert Exclusion.objects.get().active and Sms.objects.count() == 1
    lifted(exclusion)
    with pytest.raises(NotInForce):
        lifted(exclusion)
    assert Sms.objects.count() == 2


# --- who is told ---


def test_a_household_is_told_once_for_each_phone(siti: Person) -> None:
    her_son, her_sister = money.person(siti.household), money.person(siti.household)
    money.person(siti.household)
    for person, phone in ((her_son, PHONE), (her_sister, STRANGER)):
        person.phone = phone
        person.save()
    exclusion = excluded(siti.household)
    assert sorted(message.phone for message in Sms.objects.all()) == sorted([PHONE, STRANGER])
    assert exclusion.notices.count() == 2


def test_a_household_without_a_phone_is_told_by_the_office_through_its_head() -> None:
    home = money.household()
    money.person(home)
    head = money.person(home)
    head.relation = "head"
    head.save()
    excluded(home)
    assert outcomes() == [(head.pk, "no_phone")] and not Sms.objects.exists()


def test_who_died_is_not_told_and_the_survivor_of_a_merge_is() -> None:
    survivor, other = twice()
    survivor.phone = PHONE
    survivor.save()
    merged(survivor, other)
    version = ExclusionRule(code="x", reason="Alasan")
    for person, told in ((other, [(survivor, PHONE)]), (money.person(), [])):
        if not told:
            person.status = "deceased"
        person.refresh_from_db(fields=["merged_into", "phone_sealed"])
        exclusion = Exclusion(person=person, reason=version.reason, starts_on=TODAY, objection_until=TODAY)
        assert exclusion_notices._receivers(exclusion) == told


def test_an_exclusion_that_failed_told_nobody(siti: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("gone")

    with monkeypatch.context() as patch:
        patch.setattr(sms, "queue", fail)
        with pytest.raises(RuntimeError):
            excluded(siti.household)
    assert not Exclusion.objects.exists() and not ExclusionNotice.objects.exists()
    assert Proposal.objects.get().status == Proposal.Status.UNDECIDED


def test_a_phone_that_does_not_open_leaves_the_notice_to_the_office(siti: Person) -> None:
    Person.objects.update(phone_sealed=F("nik_sealed"))
    excluded(siti.household)
    assert outcomes() == [(siti.pk, "no_phone")]


def test_the_message_is_delivered_once_and_shown_once(siti: Person, spool: Any) -> None:
    excluded(siti.household)
    assert deliver_sms() == 1 and deliver_sms() == 0
    assert len(list(spool.iterdir())) == 1


# --- the list of the office ---


@pytest.fixture
def office() -> Client:
    """An officer of the desk."""
    call_command("roles", stdout=StringIO())
    officer = User.objects.create_user("petugas", is_staff=True)
    officer.groups.add(Group.objects.get(name="Petugas"))
    client = Client()
    client.force_login(officer)
    return client


URL = "/admin/mobile/exclusionnotice/"


def named(name: str, kelurahan: str = "31.71.01.1001") -> Person:
    home = money.household(kelurahan=kelurahan)
    person = money.person(home)
    Person.objects.filter(pk=person.pk).update(name=name)
    return person


def test_the_list_names_who_must_be_told_by_kelurahan_and_ticks_them_once(office: Client) -> None:
    here, there = named("Painem"), named("Sarinem", "31.74.01.1001")
    phoned = people.register("Budi")
    for person in (here, there, phoned):
        excluded(person.household)
    page = office.get(URL, {"penyampaian": "belum"}).content.decode()
    assert "Painem" in page and "Sarinem" in page and "Budi" not in page
    page = office.get(URL, {"penyampaian": "belum", "kelurahan": "31.74.01.1001"}).content.decode()
    assert "Sarinem" in page and "Painem" not in page
    chosen = [str(one.pk) for one in ExclusionNotice.objects.exclude(person=there)]
    for said in ("1 pemberitahuan ditandai", "0 pemberitahuan ditandai"):
        done = office.post(URL, {"action": "tell", "_selected_action": chosen}, follow=True)
        assert said in done.content.decode()
    notice = ExclusionNotice.objects.get(person=here)
    assert notice.told_by == User.objects.get(username="petugas") and notice.told_at
    assert ExclusionNotice.objects.get(person=phoned).told_at is None
    page = office.get(URL, {"penyampaian": "sudah"}).content.decode()
    assert "Painem" in page and "Sarinem" not in page and "petugas" in page
    assert office.get(f"{URL}{notice.pk}/change/").status_code == 200


def test_the_printed_list_has_a_line_a_person_and_no_number(office: Client) -> None:
    here, there = named("Painem"), named("Sarinem", "31.74.01.1001")
    for person in (here, there):
        excluded(person.household)
    printed = office.get(reverse("admin:mobile_exclusionnotice_print_list")).content.decode()
    assert printed.count("☐") == 2 and here.nik not in printed and here.household.kk not in printed
    printed = office.get(
        reverse("admin:mobile_exclusionnotice_print_list"), {"kelurahan": "31.74.01.1001"}
    ).content.decode()
    assert printed.count("☐") == 1 and "Sarinem" in printed
    assert office.get(reverse("admin:mobile_exclusionnotice_print_list"), {"kelurahan": "' OR 1=1"}).status_code == 200


def test_whose_message_was_given_up_is_on_the_list_too(office: Client, siti: Person) -> None:
    excluded(siti.household)
    assert not ExclusionNotice.objects.to_tell().exists()
    Sms.objects.update(state="failed")
    assert ExclusionNotice.objects.to_tell().get().person == siti
    assert "SMS gagal" in office.get(URL).content.decode()


def test_whose_message_failed_stays_on_the_list_until_told_though_messages_go_in_time(
    office: Client, siti: Person, settings: Any
) -> None:
    settings.PRIVACY = settings.PRIVACY | {"retention": {"ended_messages": 30}}
    excluded(siti.household)
    reached = people.register("Budi", STRANGER)
    excluded(reached.household)
    Sms.objects.update(created_at=timezone.now() - timedelta(days=31))
    notice, sent = ExclusionNotice.objects.order_by("pk")
    Sms.objects.filter(pk=notice.sms_id).update(state="failed")
    Sms.objects.filter(pk=sent.sms_id).update(state="sent", sent_at=timezone.now())
    assert retention.drop() == {"ended_messages": 2}
    [left] = Sms.objects.all()
    assert (left.state, bytes(left.phone_sealed), bytes(left.text_sealed)) == ("failed", b"", b"")
    assert ExclusionNotice.objects.to_tell().get() == notice and retention.drop() == {"ended_messages": 0}
    assert "SMS gagal" in office.get(URL, {"penyampaian": "belum"}).content.decode()
    assert office.get(f"/admin/mobile/sms/{left.pk}/change/").status_code in (200, 403)
    assert exclusion_notices.mark_told([notice.pk], money.officer()) == 1
    assert retention.drop() == {"ended_messages": 1} and not Sms.objects.exists()
    assert ExclusionNotice.objects.count() == 2 and not ExclusionNotice.objects.to_tell().exists()


def test_a_lifting_is_told_by_the_office_where_no_message_reaches(office: Client) -> None:
    exclusion = excluded(named("Painem").household)
    exclusion_notices.mark_told([ExclusionNotice.objects.get().pk], money.officer())
    lifted(exclusion)
    for page in (
        office.get(reverse("admin:mobile_exclusionnotice_print_list")),
        office.get(f"{URL}{ExclusionNotice.objects.get(lifted=True).pk}/change/"),
    ):
        shown = page.content.decode()
        assert "Pengecualian dicabut mulai 30" in shown and "SANGAT RAHASIA" not in shown
    assert ExclusionNotice.objects.to_tell().get().lifted


def test_who_was_erased_is_not_to_be_told(office: Client) -> None:
    person = named("Painem")
    excluded(person.household)
    erasure.erase(person, by=money.officer(), reason="diminta orangnya")
    assert ExclusionNotice.objects.exists() and not ExclusionNotice.objects.to_tell().exists()


def test_no_message_about_whoever_was_erased_is_sent_or_kept(siti: Person) -> None:
    other = people.register("Budi", STRANGER)
    for one in (siti, other):
        excluded(one.household)
    assert Sms.objects.count() == 2
    erasure.erase(siti, by=money.officer(), reason="diminta orangnya")
    [left] = Sms.objects.all()
    assert left.exclusion_notices.get().person == other


def test_who_may_only_look_ticks_nobody(office: Client) -> None:
    excluded(named("Painem").household)
    User.objects.get(username="petugas").groups.set([Group.objects.get(name="Penyetuju")])
    notice = ExclusionNotice.objects.get()
    office.post(URL, {"action": "tell", "_selected_action": [notice.pk]}, follow=True)
    notice.refresh_from_db()
    assert notice.told_at is None
