"""The table of regions: the whole country, a second time nothing, and what an office finds in it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from beneficiaries import region_tree, regions
from beneficiaries.models import Region

pytestmark = pytest.mark.django_db


@pytest.fixture
def some(monkeypatch: pytest.MonkeyPatch) -> list[regions.Region]:
    """Jakarta Pusat and a village of Papua stand for the country."""
    wanted = ("31", "31.71", "31.71.01", "91", "91.01", "91.01.01")
    listed = [
        region
        for region in regions.everywhere()
        if region.code in wanted or region.code.startswith("31.71.") or region.code.startswith("91.01.01.")
    ]
    monkeypatch.setattr(regions, "everywhere", lambda: iter(listed))
    return listed


def test_the_whole_country_and_a_second_time_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("regions", "load")
    assert Region.objects.filter(level=Region.Level.PROVINCE).count() == 38
    assert Region.objects.filter(level=Region.Level.VILLAGE, code__startswith="31.").count() == len(regions.jakarta())
    assert set(Region.objects.filter(level=Region.Level.DISTRICT).values_list("code", flat=True)) == {
        f"{code[:2]}.{code[2:4]}.{code[4:]}" for code in regions.district_codes()
    }
    gambir = Region.objects.get(code="31.71.01.1001")
    known = regions.kelurahan("31.71.01.1001")
    assert known and (gambir.name, gambir.postal_code, gambir.parent_id) == (known.name, known.postal_code, "31.71.01")
    count = Region.objects.count()
    assert f"Baru            {count:>10}" in capsys.readouterr().out
    call_command("regions", "load")
    assert f"Tetap           {count:>10}" in capsys.readouterr().out


def test_loading_again_writes_only_what_differs(some: list[regions.Region]) -> None:
    assert region_tree.load() == region_tree.Loaded(len(some), 0, 0, 0)

    def versions() -> set[tuple[str, str]]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT code, ctid::text FROM beneficiaries_region")
            return set(cursor.fetchall())

    before = versions()
    assert region_tree.load() == region_tree.Loaded(0, 0, 0, len(some))
    assert versions() == before
    Region.objects.filter(code="31.71.01.1001").update(name="X")
    Region.objects.filter(code="31.71.01.1002").delete()
    last = some.pop()
    loaded = region_tree.load()
    assert loaded == region_tree.Loaded(added=1, changed=1, withdrawn=1, unchanged=len(some) - 2)
    assert not Region.objects.get(code=last.code).in_force  # households may carry its code
    some.append(last)
    assert region_tree.load().changed == 1
    assert Region.objects.get(code=last.code).in_force


@pytest.mark.parametrize(
    ("term", "found"),
    [
        ("31.71.01.1001", {"31.71.01.1001"}),
        ("3171011001", {"31.71.01.1001"}),
        ("917", set()),
        ("31711", set()),
        ("gambir", {"31.71.01", "31.71.01.1001"}),
        ("  GAMBIR ", {"31.71.01", "31.71.01.1001"}),
        ("", set()),
        ("31710110011", set()),
        ("%", set()),
    ],
)
def test_regions_are_found_by_code_and_name(some: list[regions.Region], term: str, found: set[str]) -> None:
    region_tree.load()
    assert {region.code for region in Region.objects.found(term)} == found


def test_what_lies_within(some: list[regions.Region]) -> None:
    region_tree.load()
    assert {region.level for region in Region.objects.within("31.71")} == {3, 4}
    assert Region.objects.within("31").count() == Region.objects.within("31.71").count() + 1
    assert not Region.objects.within("3")


def test_the_office_looks_at_regions_and_changes_none(some: list[regions.Region], client: Client) -> None:
    region_tree.load()
    client.force_login(User.objects.create_superuser("admin"))
    listed = reverse("admin:beneficiaries_region_changelist")
    with CaptureQueriesContext(
        connection,
    ) as few:
        page = client.get(listed, {"q": "gambir"})
    assert page.status_code == 200
    assert [region.code for region in page.context["cl"].result_list] == ["31.71.01", "31.71.01.1001"]
    with CaptureQueriesContext(connection) as many:
        assert client.get(listed).status_code == 200
    assert len(many) <= len(few) + 1
    one = client.get(reverse("admin:beneficiaries_region_change", args=["31.71.01.1001"]))
    assert one.status_code == 200 and "Gambir, Kota Administrasi Jakarta Pusat, " in one.content.decode()
    assert client.get(reverse("admin:beneficiaries_region_add")).status_code == 403


def test_a_name_means_every_kelurahan_of_it_and_a_city_says_which(some: list[regions.Region]) -> None:
    region_tree.load()
    Region.objects.filter(code="31.71.02.1001").update(name="Gambir")
    assert [region.code for region in region_tree.named(" gambir ")] == ["31.71.01.1001", "31.71.02.1001"]
    assert [region.code for region in region_tree.named("Gambir, sawah besar")] == ["31.71.02.1001"]
    assert region_tree.named("Entah") == region_tree.named("") == ()
