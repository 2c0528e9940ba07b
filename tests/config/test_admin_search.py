"""What officers look for stands in no address, and is found all the same."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from beneficiaries.models import Household, Person
from tests import money
from tests.disbursement.admin.conftest import House, build_house

NIK = "3171014201500003"


@pytest.fixture
def house(db: None) -> House:
    return build_house()


def searched(client: Client, address: str, term: str, **more: str) -> tuple[str, str]:
    """The address and page that the search box leads to."""
    box = client.get(address).content.decode()
    form = re.search(r'<form id="changelist-search".*?</form>', box, re.DOTALL)
    assert form and 'method="post"' in form[0] and "csrfmiddlewaretoken" in form[0]
    answer = client.post(address, {"q": term, "_search": "1", **more}, follow=True)
    return answer.redirect_chain[-1][0], answer.content.decode()


@pytest.mark.parametrize(
    "table", ["beneficiaries_person", "beneficiaries_household", "disbursement_enrolment", "disbursement_instruction"]
)
def test_a_number_is_found_and_stands_in_no_address(house: House, table: str) -> None:
    client = house.client("admin")
    address, page = searched(client, reverse(f"admin:{table}_changelist"), NIK)
    assert "3171••••••••0003" in page or "Warga 3" in page or "3171••••••••" in page
    assert NIK not in address and "q=~" in address
    links = [unescape(link) for link in re.findall(r'(?:href|src|action|hx-get)="([^"]*)"', page)]
    assert links and [link for link in links if NIK in link] == []
    assert client.get(address).content.decode().count("Warga 4") == 0


def test_the_list_is_narrowed_and_keeps_its_filters(house: House) -> None:
    client = house.client("admin")
    address, _page = searched(client, reverse("admin:beneficiaries_person_changelist"), "Warga", sex__exact="L")
    assert "sex__exact=L" in address
    rows = client.get(address).context["cl"].result_list
    assert {row.sex for row in rows} == {"L"} and len(rows) == 3
    assert {row.name for row in client.get(f"{address}&o=1").context["cl"].result_list} == {row.name for row in rows}


def test_an_empty_search_shows_all_again(house: House) -> None:
    client = house.client("admin")
    address, _page = searched(client, reverse("admin:beneficiaries_household_changelist"), "  ")
    assert "q=" not in address
    assert len(client.get(address).context["cl"].result_list) == Household.objects.count()


def test_a_word_is_of_its_session_and_the_term_lies_sealed(house: House) -> None:
    client = house.client("admin")
    address, _page = searched(client, reverse("admin:beneficiaries_person_changelist"), NIK)
    other = house.client("petugas")
    assert NIK not in other.get(address).content.decode()
    stored = [str(session.get_decoded()) for session in Session.objects.all()]
    assert any("search_terms" in one for one in stored) and not any(NIK in one for one in stored)


def test_a_search_needs_the_forms_token(house: House) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(house.officers["admin"])
    assert client.post(reverse("admin:beneficiaries_person_changelist"), {"q": NIK, "_search": "1"}).status_code == 403


def test_who_is_nobody_searches_nothing(db: None) -> None:
    money.person()
    answer = Client().post(reverse("admin:beneficiaries_person_changelist"), {"q": NIK, "_search": "1"}, follow=True)
    assert "login" in answer.redirect_chain[-1][0] and NIK not in str(answer.redirect_chain)
    assert Person.objects.count() == 1


def test_whoever_signs_in_at_the_page_itself_comes_to_the_office(db: None) -> None:
    User.objects.create_user("petugas", password="sandi-uji-77", is_staff=True)
    answer = Client().post("/admin/login/", {"username": "petugas", "password": "sandi-uji-77"})
    assert (answer.status_code, answer["Location"]) == (302, "/admin/")
