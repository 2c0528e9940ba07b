"""What somebody reads whom a page is refused, or who opens one that is not there: their own language, and where to go."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client, RequestFactory, override_settings
from django.urls import reverse
from django.views.defaults import server_error

from tests import money


@pytest.fixture
def office(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_user("tamu", is_staff=True))
    return client


def test_who_may_not_open_a_page_reads_who_can_change_that(office: Client) -> None:
    answer = office.get(reverse("admin:beneficiaries_person_change", args=[money.person().pk]))
    said = answer.content.decode()
    assert answer.status_code == 403 and "Anda tidak berhak membuka halaman ini." in said
    assert reverse("admin:index") in said


@override_settings(DEBUG=False)
def test_a_page_that_is_not_there_says_so_in_the_language_chosen(office: Client) -> None:
    assert "Halaman ini tidak ada." in office.get("/tidak/ada/").content.decode()
    office.post(reverse("set_language"), {"language": "en"})
    answer = office.get("/tidak/ada/")
    assert answer.status_code == 404 and "There is no such page." in answer.content.decode()


def test_a_form_of_another_session_says_that_nothing_was_saved(db: None) -> None:
    answer = Client(enforce_csrf_checks=True).post(reverse("open-grievance"), {"text": "x"})
    assert answer.status_code == 403 and "tidak ada yang disimpan" in answer.content.decode()


def test_a_fault_is_told_without_anything_of_the_request() -> None:
    """The page is written without a context, so that what broke the first one does not break it too."""
    answer = server_error(RequestFactory().get("/"))
    assert answer.status_code == 500 and "Terjadi gangguan di pihak kami." in answer.content.decode()
