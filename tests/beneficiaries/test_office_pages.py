"""The registry in the office: no number searched for stands in an address, pages tell what one may know, steps ask why."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from beneficiaries import households
from beneficiaries.admin import panels, queues, shown
from beneficiaries.admin.household_steps import NewHomeForm
from beneficiaries.admin.panels import Panel
from beneficiaries.models import Breach, Change, Household, Person, Region
from tests import money
from tests.beneficiaries.family import entry, family, home, member, officer, told

pytestmark = pytest.mark.django_db
FIND = "/admin/beneficiaries/person/cari/"


def client_of(*permissions: str) -> Client:
    user = User.objects.create_user(money.unique("u"), is_staff=True)
    for permission in permissions:
        app, codename = permission.split(".")
        user.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    client = Client()
    client.force_login(user)
    return client


LOOKS = ("beneficiaries.view_person", "beneficiaries.view_household")
DOES = (*LOOKS, "beneficiaries.add_household", "beneficiaries.change_household", "beneficiaries.change_person")


@pytest.fixture
def looker() -> Client:
    return client_of(*LOOKS)


@pytest.fixture
def clerk() -> Client:
    return client_of(*DOES)


def searched(client: Client, term: str) -> tuple[str, str]:
    answer: Any = client.post(FIND, {"term": term}, follow=True)
    return answer.redirect_chain[-1][0], answer.content.decode()


def step_url(row: Household | Person, name: str) -> str:
    return f"/admin/beneficiaries/{row._meta.model_name}/{row.pk}/{name}/"


def page_of(client: Client, row: Household | Person, **query: str) -> str:
    answer = client.get(reverse(f"admin:beneficiaries_{row._meta.model_name}_change", args=[row.pk]), query)
    assert answer.status_code == 200
    return answer.content.decode()


def fields_of(client: Client, url: str) -> dict[str, str]:
    """What a browser would send back of a form as it came."""
    form: Any = client.get(url)
    sent = {name: "" if value is None else str(value) for name, value in _values(form.context["form"])}
    return sent | form.context["step"].hidden


def _values(form: Any) -> Iterator[tuple[str, Any]]:
    for field in form:
        yield field.html_name, field.value()


# --- searching ---


def test_a_number_is_found_and_stands_in_no_address_nor_in_the_session(looker: Client) -> None:
    person = member(family(), "Ani")
    address, page = searched(looker, person.nik)
    assert "Ani" in page and "NIK sama" in page
    links = [unescape(link) for link in re.findall(r'(?:href|src|action)="([^"]*)"', page)]
    assert person.nik not in address and not [link for link in links if person.nik in link]
    assert "Ani" in looker.get(address).content.decode()  # going back works
    stored = [str(session.get_decoded()) for session in Session.objects.all()]
    assert any("search_terms" in one for one in stored) and not any(person.nik in one for one in stored)


def test_a_search_is_of_its_session(looker: Client) -> None:
    address, _page = searched(looker, "Sutrisno")
    family()
    other = client_of(*LOOKS).get(address).content.decode()
    assert "kedaluwarsa" in other and "Sutrisno" not in other.split("Ejaan lama", 1)[1].split("</p>", 1)[1]


def test_a_household_is_found_by_its_number_and_a_page_shows_so_many(looker: Client) -> None:
    made = family()
    assert f"/household/{made.pk}/change/" in searched(looker, made.kk)[1]
    money.people(50)
    Person.objects.filter(household__kelurahan="31.71.01.1001").update(name="SITI AMINAH")
    address, first = searched(looker, "siti aminah")
    second = looker.get(f"{address}&p=2").content.decode()
    third = looker.get(f"{address}&p=3").content.decode()
    assert [page.count("SITI AMINAH") for page in (first, second, third)] == [20, 20, 10]
    assert "Berikutnya" in second and "Berikutnya" not in third and "Sebelumnya" in third
    assert looker.get(f"{address}&p=99").status_code == looker.get(f"{address}&p=x").status_code == 200


def test_a_result_costs_the_same_queries_however_many_are_found(looker: Client) -> None:
    def queries() -> int:
        address = searched(looker, "Sutini")[0]
        with CaptureQueriesContext(connection) as captured:
            looker.get(address)
        return len(captured)

    money.people(2)
    few = queries()
    money.people(15)
    assert queries() == few


def test_what_cannot_be_searched_is_said(looker: Client) -> None:
    assert "Ketik sedikitnya 3 huruf" in searched(looker, "a")[1]
    assert "Periksa jumlah angkanya" in searched(looker, "31740117")[1]
    assert "Tidak ada yang ditemukan" in searched(looker, "3174011708709999")[1]
    assert searched(looker, "  ")[0] == FIND


def test_only_who_may_see_people_searches_them(looker: Client) -> None:
    assert client_of("beneficiaries.view_registryimport").post(FIND, {"term": "Siti"}).status_code == 403
    assert Client().post(FIND, {"term": "Siti"}).status_code == 302
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.create_superuser("admin"))
    assert strict.post(FIND, {"term": "Siti"}).status_code == 403


def test_the_box_is_on_the_front_page_and_in_the_sidebar(looker: Client) -> None:
    front = looker.get("/admin/").content.decode()
    assert f'action="{FIND}"' in front and f'href="{FIND}"' in front
    other = client_of("wallet.view_merchant").get("/admin/").content.decode()
    assert FIND not in other


# --- pages ---


def test_a_household_s_page_shows_its_people_masked_and_its_history(looker: Client) -> None:
    made = family()
    person = member(made, "Sutrisno")
    same = entry(nik=person.nik, name="Soetrisno", phone="0812-1111-2222", disability="sight")
    households.correct_person(person, same, **told(made, "KTP baru"))
    page = page_of(looker, made)
    for said in ("Keluarga Soetrisno", "Sri Wahyuni", "Istri", "SMP/MTs", "3174••••••••", "RT 003 / RW 005", "Tebet Timur",
                 "3 anggota aktif", "Disabilitas: Netra", "Sutrisno → Soetrisno", "KTP baru", "dewi (Kantor)"):  # fmt: skip
        assert said in page, said
    for secret in (made.kk, person.nik, "81234567890", "81211112222", "Jl. Melati", "\\x01"):
        assert secret not in page and secret not in page_of(looker, person)


def test_a_person_s_page_shows_family_and_status(looker: Client) -> None:
    made = family()
    wife = member(made, "Sri Wahyuni")
    households.mark_deceased(wife, date(2026, 1, 2), **told(made))
    page = page_of(looker, wife)
    for said in ("Meninggal 2 Jan 2026", "Perempuan, 53", "Sutrisno", "Ani", "Aktif → Meninggal"):
        assert said in page, said


def test_a_first_telephone_was_none_before(db: None) -> None:
    person = money.person()
    person.phone = "+6281234567890"
    person.save()
    assert "telepon</b>: – → ••••" in shown.what_changed(Change.objects.filter(person=person).latest("pk"))


def test_long_histories_are_shown_in_part(looker: Client) -> None:
    made = family()
    for number in range(20):
        households.correct_household(made, home(kk=made.kk, decile=3 + number % 2), **told(made, f"ke-{number}"))
    page = page_of(looker, made)
    assert "ke-19" in page and "KK baru" not in page and "riwayat=semua" in page
    assert "KK baru" in page_of(looker, made, riwayat="semua")


def test_a_page_costs_the_same_queries_however_many_members_and_changes() -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("admin"))

    def queries(row: Household | Person) -> int:
        with CaptureQueriesContext(connection) as captured:
            page_of(client, row)
        return len(captured)

    made = family()
    person = member(made, "Ani")
    page_of(client, made)
    page_of(client, person)
    few = (queries(made), queries(person))
    for number in range(8):
        households.add_member(made, entry("relative", name=f"Budi {'abcdefgh'[number]}"), **told(made))
    assert (queries(made), queries(person)) == few
    assert max(few) < 40


def test_aid_is_shown_to_who_may_see_it(looker: Client) -> None:
    made = family()
    Person.objects.filter(household=made, name="Sutrisno").update(birth_date=date(1950, 1, 1))
    programme = money.programme(budget=1_000_000)
    money.pay_out(money.approved(programme))
    more = client_of(*LOOKS, "disbursement.view_enrolment", "wallet.view_purse")
    for row in (made, member(made, "Sutrisno")):
        assert programme.name in page_of(more, row) and "300.000" in page_of(more, row)
        assert programme.name not in page_of(looker, row) and "300.000" not in page_of(looker, row)


def test_others_add_panels(looker: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def mine(request: Any, person: Person) -> Panel | None:
        return (
            Panel("Bukti", ["Berkas"], [["<b>foto</b>"]], url="/x/", url_text="Semua") if person.name == "Ani" else None
        )

    monkeypatch.setattr(panels, "PERSON", [mine])
    made = family()
    page = page_of(looker, member(made, "Ani"))
    assert "Bukti" in page and "&lt;b&gt;foto" in page and 'href="/x/"' in page
    assert "Bukti" not in page_of(looker, member(made, "Sutrisno"))


# --- the front page ---


def test_queues_are_counted_up_to_a_limit_for_who_may_see_them(monkeypatch: pytest.MonkeyPatch) -> None:
    money.people(3)
    mine = [
        queues.Queue("Aduan", "beneficiaries.view_person", lambda _: Person.objects.all(), lambda: "/aduan/"),
        queues.Queue(
            "Lewat", "beneficiaries.view_person", lambda _: Person.objects.all(), lambda: "/lewat/", urgent=True
        ),
        queues.Queue("Kosong", "beneficiaries.view_person", lambda _: Person.objects.none(), lambda: "/kosong/"),
        queues.Queue("Rahasia", "beneficiaries.view_household", lambda _: Household.objects.all(), lambda: "/rahasia/"),
    ]
    monkeypatch.setattr(queues, "QUEUES", mine)
    client = client_of("beneficiaries.view_person")
    page = client.get("/admin/").content.decode()
    assert page.index("/lewat/") < page.index("/aduan/")
    assert "/kosong/" not in page and "/rahasia/" not in page and "<b>3</b>" in page
    monkeypatch.setattr(queues, "LIMIT", 2)
    assert "<b>2+</b>" in client.get("/admin/").content.decode()
    request = RequestFactory().get("/")
    request.user = User.objects.create_user("nobody")
    assert queues.waiting(request) == [] and not queues.may_see_any(request)


def test_the_registry_s_own_queues_lead_to_lists_that_open() -> None:
    client = Client()
    admin = User.objects.create_superuser("admin")
    client.force_login(admin)
    request = RequestFactory().get("/")
    request.user = admin
    assert client.get("/admin/").status_code == 200 and queues.waiting(request) == []
    for queue in queues.QUEUES:
        answer = client.get(queue.url())
        assert answer.status_code == 200, queue.url()
        Permission.objects.get(codename=queue.permission.partition(".")[2])


def test_the_picture_counts_active_people_by_decile_and_city(looker: Client) -> None:
    made = family()
    money.person(money.household(decile=7, kelurahan="32.73.01.1001"))
    households.mark_deceased(member(made, "Sri Wahyuni"), date(2026, 1, 2), **told(made))
    answer: Any = looker.get("/admin/beneficiaries/person/gambaran/")
    (_decile, deciles), (_city, cities) = answer.context_data["charts"]
    assert [(name, count) for name, count, _share in deciles if count != "0"] == [("Desil 2", "2"), ("Desil 7", "1")]
    assert [(name, count) for name, count, _share in cities] == [("Jakarta Selatan", "2"), ("Di luar Jakarta", "1")]
    assert "private" in answer["Cache-Control"]
    assert client_of("wallet.view_wallet").get("/admin/beneficiaries/person/gambaran/").status_code == 403


# --- steps ---


def test_a_household_is_registered_with_the_members_of_the_form(clerk: Client) -> None:
    url = reverse("admin:beneficiaries_household_register")
    new, head, child = home(kelurahan="Gambir"), entry(), entry("child", "P", date(2010, 5, 5), name="Ani")
    sent = {"kk": new.kk, "address": "Jl. Mawar", "kelurahan": "Gambir", "decile": "3", "rt": "7", "reason": "KK baru",
            "members": "1"}  # fmt: skip
    sent |= {f"0-{name}": getattr(head, name) or "" for name in ("nik", "name", "sex", "birth_date", "relation")}
    grown: Any = clerk.post(url, sent | {"_more": "1"})
    assert 'name="1-nik"' in grown.content.decode() and head.nik in grown.content.decode()
    sent |= {f"1-{name}": getattr(child, name) or "" for name in ("nik", "name", "sex", "birth_date", "relation")}
    done = clerk.post(url, sent | {"members": "2"})
    made = Household.objects.get()
    assert done["Location"] == reverse("admin:beneficiaries_household_change", args=[made.pk])
    assert (made.kelurahan, made.rt, made.members.count()) == ("31.71.01.1001", "007", 2)


def test_a_kelurahan_outside_jakarta_is_found_by_name_and_asked_again_where_several_have_it(clerk: Client) -> None:
    for code, name, level in (("32", "Jawa Barat", 1), ("32.73", "Kota Bandung", 2), ("32.73.01", "Sukasari", 3)):
        Region.objects.create(code=code, name=name, level=level, parent_id=code.rpartition(".")[0] or None)
    for code in ("32.73.01.1001", "32.73.01.1002"):
        Region.objects.create(code=code, name="Senama", level=4, parent_id="32.73.01")
    form = NewHomeForm({"kelurahan": "Senama"})
    assert "Ada 2 kelurahan" in str(form.errors["kelurahan"])
    assert [region.code for region in form.offered] == ["32.73.01.1001", "32.73.01.1002"]
    Region.objects.filter(code="32.73.01.1002").update(in_force=False)
    form = NewHomeForm({"kelurahan": "senama"})
    assert "kelurahan" not in form.errors and form.cleaned_data["kelurahan"] == "32.73.01.1001"


def test_a_breach_that_nobody_was_told_of_waits_on_the_front_page() -> None:
    request = RequestFactory().get("/")
    request.user = User.objects.create_superuser("admin")
    told = {"happened": "kemarin", "what": "NIK", "how": "surel", "remedy": "ditarik", "recorded_by": request.user}
    Breach.objects.create(discovered_at=timezone.now(), **told)
    assert [(row["title"], row["urgent"]) for row in queues.waiting(request)] == [
        ("Kegagalan pelindungan data yang belum diberitahukan", False)
    ]
    Breach.objects.create(discovered_at=timezone.now() - timedelta(hours=73), **told)
    assert ("Kegagalan pelindungan data lewat 72 jam", True) in [
        (row["title"], row["urgent"]) for row in queues.waiting(request)
    ]


def test_what_is_wrong_stands_beside_its_field(clerk: Client) -> None:
    sent = {"kk": "123", "address": "x", "kelurahan": "Entah", "decile": "3", "reason": "x", "members": "1"}
    sent |= {
        "0-nik": "3174011708700001",
        "0-name": "Budi",
        "0-sex": "P",
        "0-birth_date": "1970-08-17",
        "0-relation": "head",
    }
    answer: Any = clerk.post(reverse("admin:beneficiaries_household_register"), sent)
    assert set(answer.context["form"].errors) == {"kk", "kelurahan"}
    assert set(answer.context["members"][0].errors) == {"nik"}
    assert not Household.objects.exists()


def test_a_person_is_corrected_and_numbers_left_empty_stay(clerk: Client) -> None:
    made = family()
    person = member(made, "Sutrisno")
    url = step_url(person, "correct")
    sent = fields_of(clerk, url)
    assert person.nik not in str(sent) and sent["nik"] == sent["phone"] == ""
    done = clerk.post(url, sent | {"name": "Soetrisno", "occupation": "trader", "reason": "KTP"})
    assert done.status_code == 302
    person = Person.objects.get(pk=person.pk)
    assert (person.name, person.occupation, person.phone) == ("Soetrisno", "trader", "+6281234567890")
    last = Change.objects.filter(person=person).latest("pk")
    assert set(last.before) == {"name", "occupation"} and last.reason == "KTP" and last.source == "office"
    clerk.post(url, fields_of(clerk, url) | {"phone": "-", "reason": "tidak dipakai"})
    assert Person.objects.get(pk=person.pk).phone == ""


def test_the_second_officer_is_told_and_keeps_what_was_typed(clerk: Client) -> None:
    made = family()
    url = step_url(made, "correct")
    sent = fields_of(clerk, url)
    households.correct_household(made, home(kk=made.kk, decile=5), **told(made))
    answer = clerk.post(url, sent | {"decile": "9", "address": "Jl. Baru 12", "reason": "x"})
    assert "diubah orang lain" in answer.content.decode() and "Jl. Baru 12" in answer.content.decode()
    assert Household.objects.get(pk=made.pk).decile == 5


def test_a_doubt_asks_for_an_explanation(clerk: Client) -> None:
    made = family()
    url = step_url(made, "add_member")
    elder = entry("child", "L", date(1965, 1, 1), name="Tono")
    sent = fields_of(clerk, url) | {"reason": "x", "nik": elder.nik, "name": "Tono", "sex": "L", "birth_date": "1965-01-01",
                                    "relation": "child"}  # fmt: skip
    asked: Any = clerk.post(url, sent)
    assert asked.status_code == 200 and "despite" in asked.context["form"].errors
    assert not asked.context["form"]["despite"].is_hidden
    assert clerk.post(url, sent | {"despite": "anak tiri"}).status_code == 302
    assert made.members.filter(name="Tono").exists()


def test_the_other_steps(clerk: Client) -> None:
    made, other = family(), family()
    ani = member(made, "Ani")
    url = step_url(ani, "move")
    wrong: Any = clerk.post(url, fields_of(clerk, url) | {"kk": "3174011708700001", "relation": "child", "reason": "x"})
    assert "kk" in wrong.context["form"].errors
    moved = clerk.post(url, fields_of(clerk, url) | {"kk": other.kk, "relation": "child", "reason": "x"})
    assert moved["Location"].endswith(f"/household/{other.pk}/change/")
    head, wife = member(made, "Sutrisno"), member(made, "Sri Wahyuni")
    url = step_url(made, "change_head")
    both = {f"relation_{head.pk}": "head", f"relation_{wife.pk}": "head"}
    refused: Any = clerk.post(url, fields_of(clerk, url) | both | {"reason": "x"})
    assert f"relation_{wife.pk}" in refused.context["form"].errors
    right = {f"relation_{head.pk}": "husband", f"relation_{wife.pk}": "head", "reason": "x"}
    assert clerk.post(url, fields_of(clerk, url) | right).status_code == 302
    url = step_url(head, "deceased")
    assert clerk.post(url, fields_of(clerk, url) | {"deceased_on": "2026-01-02", "reason": "akta"}).status_code == 302
    url = step_url(made, "close")
    assert clerk.post(url, fields_of(clerk, url) | {"reason": "pindah"}).status_code == 302
    assert dict(made.members.values_list("name", "status")) == {"Sutrisno": "deceased", "Sri Wahyuni": "left"}


def test_steps_are_for_those_who_may(looker: Client) -> None:
    made = family()
    rows = [
        (made, ("correct", "add_member", "change_head", "close")),
        (member(made, "Ani"), ("correct", "move", "deceased")),
    ]
    for row, steps in rows:
        for step in steps:
            assert looker.get(step_url(row, step)).status_code == 403
            assert looker.post(step_url(row, step), {"reason": "x"}).status_code == 403
            assert step_url(row, step) not in page_of(looker, row)
    assert looker.get(reverse("admin:beneficiaries_household_register")).status_code == 403
    assert officer() is not None


def test_nothing_is_offered_of_who_died(clerk: Client) -> None:
    made = family()
    wife = member(made, "Sri Wahyuni")
    assert step_url(wife, "deceased") in page_of(clerk, wife)
    households.mark_deceased(wife, date(2026, 1, 2), **told(made))
    assert step_url(wife, "deceased") not in page_of(clerk, wife)
