"""The registry in the admin: found by number, shown masked, changed by nobody, and at a fixed number of queries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from beneficiaries.models import Household, Person, RegistryImport
from tests.beneficiaries.conftest import ADDRESS, person

pytestmark = pytest.mark.django_db
Load = Callable[..., RegistryImport]
OTHER = {"KK": "3171011506150004", "ALAMAT": "GG. SAWO NO. 1", "KODE_KELURAHAN": "31.72.01.1001", "DESIL": "7"}
CHILD = {"NIK": "3171015708200009", "TANGGAL_LAHIR": "2020-08-17", "NAMA": "AISYAH ZAHRA", "TELEPON": ""}


@pytest.fixture
def browser(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("admin"))
    return client


def page(browser: Client, name: str, *arguments: Any, **query: str) -> str:
    response = browser.get(reverse(f"admin:beneficiaries_{name}", args=arguments), query)
    assert response.status_code == 200, response.headers
    return response.content.decode()


def names(browser: Client, **query: str) -> set[str]:
    response = browser.get(reverse("admin:beneficiaries_person_changelist"), query)
    assert response.status_code == 200, response.headers
    return {row.name for row in response.context["cl"].result_list}


def households(browser: Client, **query: str) -> list[str]:
    response = browser.get(reverse("admin:beneficiaries_household_changelist"), query)
    assert response.status_code == 200, response.headers
    return sorted(row.kk for row in response.context["cl"].result_list)


@pytest.fixture
def registry(load: Load) -> RegistryImport:
    return load(
        person(), person(2, NAMA="NENENG"), person(3, NAMA="BUDIYAH", **OTHER), person(**CHILD), person(5, DESIL="0")
    )


@pytest.mark.usefixtures("registry")
@pytest.mark.parametrize(
    ("term", "found"),
    [
        (person(2)["NIK"], {"NENENG"}),
        ("3171 0157 0890 0002", {"NENENG"}),
        (OTHER["KK"], {"BUDIYAH"}),
        (person(2)["TELEPON"], {"NENENG"}),
        ("+62 812-3450-0002", {"NENENG"}),
        ("eneng", {"NENENG"}),
        ("3171015708900077", set()),
        ("0002", set()),
        ("%", set()),
    ],
)
def test_the_search_box(browser: Client, term: str, found: set[str]) -> None:
    assert names(browser, q=term) == found
    assert households(browser, q=term) == sorted(
        {OTHER["KK"] if name == "BUDIYAH" else person()["KK"] for name in found}
    )


@pytest.mark.usefixtures("registry")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"umur": "0-6"}, {"AISYAH ZAHRA"}),
        ({"umur": "19-59"}, {"SITI AMINAH", "NENENG", "BUDIYAH"}),
        ({"umur": "60+"}, set()),
        ({"desil": "7"}, {"BUDIYAH"}),
        ({"desil": "1-4"}, {"SITI AMINAH", "NENENG", "AISYAH ZAHRA"}),
        ({"kota": "31.72"}, {"BUDIYAH"}),
        ({"kota": "31.71", "kecamatan": "31.71.01"}, {"SITI AMINAH", "NENENG", "AISYAH ZAHRA"}),
        ({"kota": "31.71", "kecamatan": "31.71.02"}, set()),
        ({"kota": "lain"}, set()),
        ({"sex__exact": "L"}, set()),
    ],
)
def test_the_filters(browser: Client, query: dict[str, str], found: set[str]) -> None:
    assert names(browser, **query) == found


def test_every_page_masks(browser: Client, registry: RegistryImport) -> None:
    first = Person.objects.with_nik(person()["NIK"]).get()
    household_page = page(browser, "household_change", first.household_id)
    person_page = page(browser, "person_change", first.pk)
    pages = [
        household_page,
        person_page,
        page(browser, "person_changelist"),
        page(browser, "household_changelist"),
        page(browser, "registryimport_changelist"),
        page(browser, "registryimport_change", registry.pk),
    ]
    secrets = {person(number)[column] for number in (1, 2, 3) for column in ("NIK", "KK", "TELEPON")} | {
        ADDRESS,
        OTHER["KK"],
    }
    for html in pages:
        for secret in secrets:
            assert secret not in html
    assert "3171••••••••0001" in person_page and "3171••••••••0001" in pages[2]
    assert "3171••••••••0003" in household_page and "3171••••••••0003" in pages[3]
    assert "0812-••••-•001"[:9] in person_page
    # The household's page shows its members, and where it lives.
    for name in ("SITI AMINAH", "NENENG", "AISYAH ZAHRA", "Kota Administrasi Jakarta Pusat"):
        assert name in household_page
    assert "BUDIYAH" not in household_page
    assert "1 × DESIL: Bukan bilangan bulat 1 sampai 10." in pages[5]


@pytest.mark.usefixtures("registry")
def test_nobody_changes_anything(browser: Client) -> None:
    for model, pk in (("person", Person.objects.all()[0].pk), ("household", Household.objects.all()[0].pk)):
        assert browser.get(reverse(f"admin:beneficiaries_{model}_add")).status_code == 403
        assert browser.post(reverse(f"admin:beneficiaries_{model}_change", args=[pk]), {"name": "X"}).status_code == 403
        assert (
            browser.post(reverse(f"admin:beneficiaries_{model}_delete", args=[pk]), {"post": "yes"}).status_code == 403
        )
        assert "delete_selected" not in page(browser, f"{model}_changelist")
    assert Person.objects.count() == 4


@pytest.mark.parametrize("model", ["person", "household"])
def test_a_longer_list_costs_no_more_queries(browser: Client, load: Load, model: str) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            page(browser, f"{model}_changelist")
        return len(captured)

    load(person())
    few = queries()
    load(*(person(number, KK=f"317101150615{number:04d}") for number in range(2, 40)))
    assert queries() == few


def test_a_damaged_row_does_not_take_the_list_down(browser: Client, registry: RegistryImport) -> None:
    Person.objects.filter(name="NENENG").update(nik_sealed=b"\x01damaged")
    html = page(browser, "person_changelist")
    assert "tidak dapat dibuka" in html and "3171••••••••0001" in html


def test_a_stranger_sees_nothing(client: Client, registry: RegistryImport) -> None:
    client.force_login(User.objects.create_user("staf", is_staff=True))
    assert client.get(reverse("admin:beneficiaries_person_changelist")).status_code == 403
