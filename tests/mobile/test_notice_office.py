"""The office sees what people were told, what does not go out, and prints, ticks and keeps the kelurahan's list."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from beneficiaries.models import Person
from mobile import notice_lists
from mobile.models import Delivery, Notice
from mobile.tasks import deliver_notices, make_notices
from tests.mobile import people, telling
from tests.mobile.people import PHONE

pytestmark = pytest.mark.django_db
HERE, THERE = "31.71.01.1001", "31.74.01.1001"
S = Delivery.State
ROLES = ("Petugas", "Penyetuju", "Bendahara", "Auditor")


def client_of(role: str) -> Client:
    call_command("roles", stdout=StringIO())
    officer = User.objects.create_user(f"{role.lower()}1", is_staff=True)
    officer.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(officer)
    return client


@pytest.fixture
def office() -> Client:
    return client_of("Petugas")


@pytest.fixture
def told() -> list[Person]:
    """One with a phone, and one without in each of two kelurahan: all were paid."""
    made = [people.register("Budi"), telling.without_phone("Painem", HERE), telling.without_phone("Sarinem", THERE)]
    telling.paid()
    make_notices()
    return made


def page_of(code: str) -> str:
    return reverse("admin:mobile_delivery_kelurahan", args=[code])


INDEX = "/admin/mobile/delivery/kelurahan/"


# --- the kelurahan's list ---


@pytest.mark.usefixtures("told")
def test_each_kelurahan_has_a_list_of_whom_nothing_else_reaches(office: Client) -> None:
    index = office.get(INDEX).content.decode()
    assert page_of(HERE) in index and page_of(THERE) in index
    page = office.get(page_of(HERE)).content.decode()
    assert "Painem" in page and "Sarinem" not in page and "Budi" not in page
    assert "RT 001/RW 002" in page and "Rp 300.000 sudah masuk ke dompet Anda" in page
    assert page.count('name="orang"') == 1


def test_the_list_has_no_number_of_anybody(office: Client, told: list[Person]) -> None:
    page = office.get(page_of(HERE)).content.decode()
    for person in told:
        assert person.nik not in page and person.household.kk not in page and person.household.address not in page


def test_who_was_told_is_ticked_once_by_whom_and_when_and_stays_to_be_read(office: Client, told: list[Person]) -> None:
    _budi, painem, sarinem = told
    up_to = Delivery.objects.latest("pk").pk
    for said in ("1 pemberitahuan ditandai", "0 pemberitahuan ditandai"):
        done = office.post(page_of(HERE), {"orang": [painem.pk], "sampai": up_to}, follow=True).content.decode()
        assert said in done
    row = Delivery.objects.get(notice__person=painem)
    assert (row.state, row.told_by) == (S.TOLD, User.objects.get(username="petugas1")) and row.ended_at
    again = office.get(page_of(HERE)).content.decode()
    assert "✓" in again and "oleh petugas1" in again and 'name="orang"' not in again
    assert Delivery.objects.get(notice__person=sarinem).state == S.QUEUED
    tomorrow = notice_lists.of(HERE, timezone.localdate() + timedelta(days=1))
    assert tomorrow.lines == []
    assert notice_lists.of(HERE, timezone.localdate() - timedelta(days=1)).lines == []


def test_what_came_after_the_list_was_printed_is_not_ticked_with_it(office: Client, told: list[Person]) -> None:
    _budi, painem, _sarinem = told
    up_to = Delivery.objects.latest("pk").pk
    later = Delivery.objects.create(
        notice=Notice.objects.create(
            kind="paid",
            subject=Notice.objects.earliest("pk").subject,
            until=timezone.now() + timedelta(days=1),
            person=painem,
        ),
        channel="list",
    )
    office.post(page_of(HERE), {"orang": [painem.pk], "sampai": up_to})
    later.refresh_from_db()
    assert later.state == S.QUEUED


@pytest.mark.parametrize("sent", [{}, {"orang": ["x"], "sampai": "1"}, {"orang": ["1"], "sampai": "1' OR 1=1"}])
def test_odd_ticks_tick_nobody(office: Client, told: list[Person], sent: dict[str, object]) -> None:
    assert "0 pemberitahuan ditandai" in office.post(page_of(HERE), sent, follow=True).content.decode()
    assert not Delivery.objects.filter(state=S.TOLD).exists()


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize("address", ["/admin/mobile/delivery/kelurahan/x/", f"{INDEX}31.71/"])
def test_a_kelurahan_that_is_none_is_not_found(office: Client, address: str) -> None:
    assert office.get(address).status_code == 404


@pytest.mark.usefixtures("told")
def test_an_odd_day_shows_today(office: Client) -> None:
    assert "Painem" in office.get(page_of(HERE), {"hari": "kemarin"}).content.decode()


@pytest.mark.parametrize("role", ROLES)
def test_only_who_serves_people_ticks(told: list[Person], role: str) -> None:
    client = client_of(role)
    expected = {"Petugas": (200, 302), "Auditor": (200, 403)}.get(role, (403, 403))
    assert client.get(page_of(HERE)).status_code == expected[0]
    assert client.get(INDEX).status_code == expected[0]
    assert client.post(page_of(HERE), {"orang": [told[1].pk], "sampai": 10**6}).status_code == expected[1]
    assert Delivery.objects.filter(state=S.TOLD).exists() == (role == "Petugas")


def test_who_moved_is_on_the_list_of_where_they_live_now(told: list[Person]) -> None:
    told[1].household.kelurahan = THERE
    told[1].household.save()
    assert [line.person.name for line in notice_lists.of(THERE, timezone.localdate()).lines] == ["Painem", "Sarinem"]
    assert [(place.code, place.waiting) for place in notice_lists.places()] == [(THERE, 2)]


def test_a_list_costs_no_more_queries_for_many_than_for_few(office: Client) -> None:
    counts = []
    for many in (1, 12):
        for _ in range(many):
            telling.without_phone()
        telling.paid()
        make_notices()
        with CaptureQueriesContext(connection) as seen:
            office.get(page_of(HERE))
        counts.append(len(seen))
    assert counts[0] == counts[1]


# --- what people were told ---


@pytest.mark.usefixtures("told")
def test_the_page_of_a_notice_has_its_words_and_how_it_went(office: Client) -> None:
    deliver_notices()
    notice = Notice.objects.get(person__name="Budi")
    assert "Bantuan dibayar" in office.get("/admin/mobile/notice/").content.decode()
    page = office.get(f"/admin/mobile/notice/{notice.pk}/change/").content.decode()
    assert "Rp 300.000 sudah masuk ke dompet Anda" in page and "Terkirim" in page
    assert PHONE not in page and PHONE[3:] not in page
    assert office.post(f"/admin/mobile/notice/{notice.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_person_s_page_shows_what_they_were_told(office: Client, told: list[Person]) -> None:
    deliver_notices()
    budi, painem, _sarinem = told
    page = office.get(f"/admin/beneficiaries/person/{budi.pk}/change/").content.decode()
    assert "Yang diberitahukan" in page and "SMS: Terkirim" in page and "Bantuan masuk" in page
    page = office.get(f"/admin/beneficiaries/person/{painem.pk}/change/").content.decode()
    assert "Daftar kelurahan: Menunggu" in page


@pytest.mark.usefixtures("told")
def test_the_figures_count_by_kind_and_by_what_became_of_it(office: Client) -> None:
    deliver_notices()
    page = office.get(reverse("admin:mobile_notice_figures")).content.decode()
    assert "Bantuan dibayar" in page and '<span class="count">3</span>' in page
    assert "Daftar kelurahan" in page and '<span class="count">2</span>' in page and "Terkirim" in page
    assert office.get(reverse("admin:mobile_notice_figures"), {"hari": "x"}).status_code == 200


@pytest.mark.usefixtures("told")
def test_what_a_gateway_does_not_take_is_a_queue_and_can_be_tried_again(office: Client) -> None:
    row = Delivery.objects.get(channel="sms")
    Delivery.objects.filter(pk=row.pk).update(attempts=2, error="penuh")
    page = office.get("/admin/mobile/delivery/", {"antrean": "macet"}).content.decode()
    assert "Budi" in page and "penuh" in page and "Painem" not in page
    assert "Pemberitahuan yang tidak terkirim" in office.get("/admin/").content.decode()
    Delivery.objects.filter(pk=row.pk).update(state=S.FAILED, ended_at=timezone.now(), attempts=6)
    done = office.post("/admin/mobile/delivery/", {"action": "retry", "_selected_action": [row.pk]}, follow=True)
    assert "1 pesan dikirim ulang" in done.content.decode()
    row.refresh_from_db()
    assert (row.state, row.attempts) == (S.QUEUED, 0)
    for queue in ("lama", "kantor"):
        assert office.get("/admin/mobile/delivery/", {"antrean": queue}).status_code == 200


@pytest.mark.usefixtures("told")
def test_ticking_in_the_queue_ticks_lists_alone(office: Client) -> None:
    chosen = list(Delivery.objects.values_list("pk", flat=True))
    done = office.post("/admin/mobile/delivery/", {"action": "tell", "_selected_action": chosen}, follow=True)
    assert "2 pemberitahuan ditandai" in done.content.decode()
    assert sorted(telling.outcomes()) == [("list", "told"), ("list", "told"), ("sms", "queued")]


@pytest.mark.usefixtures("told")
def test_who_only_looks_changes_nothing() -> None:
    auditor = client_of("Auditor")
    chosen = list(Delivery.objects.values_list("pk", flat=True))
    for action in ("retry", "tell"):
        auditor.post("/admin/mobile/delivery/", {"action": action, "_selected_action": chosen}, follow=True)
    assert not Delivery.objects.exclude(state=S.QUEUED).exists()
