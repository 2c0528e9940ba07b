"""Whoever is excluded is told once, with the exclusion or not at all; whom no message reaches is on the office's list."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.db.models import F
from django.test import Client
from django.urls import reverse

from beneficiaries import erasure, objections, screening
from beneficiaries.models import Exclusion, ExclusionRule, Objection, Person, Proposal
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
    return screening.accept(Proposal.objects.earliest("pk"), money.officer(), "cocok", TODAY)


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
