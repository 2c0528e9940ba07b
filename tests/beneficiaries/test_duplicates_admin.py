"""The office decides about people registered twice: who may, what the pages show, and what a refusal says."""

from __future__ import annotations

import os
import re
from collections.abc import Callable

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.test import Client

from beneficiaries import duplicates, duplicates_merge
from beneficiaries.models import DuplicatePair, Merge, Person
from tests import money

pytestmark = pytest.mark.django_db
ROLES = ("Petugas", "Penyetuju", "Bendahara", "Auditor")
QUEUE = "/admin/beneficiaries/duplicatepair/"
As = Callable[[str], Client]


@pytest.fixture
def as_role() -> As:
    """A client signed in as an officer of the role."""
    call_command("roles", verbosity=0, stdout=open(os.devnull, "w"))  # noqa: SIM115

    def sign_in(role: str) -> Client:
        officer, _ = User.objects.get_or_create(username=role.lower(), is_staff=True)
        officer.groups.set([Group.objects.get(name=role)])
        client = Client()
        client.force_login(officer)
        return client

    return sign_in


@pytest.fixture
def pair() -> DuplicatePair:
    return make_pair("Soetrisno Wibowo", "Sutrisno Wibowo")


def make_pair(one: str, other: str) -> DuplicatePair:
    people = [money.person(sex="L"), money.person(sex="L")]
    for person, name in zip(people, (one, other), strict=True):
        person.name, person.phone = name, "+6281234567890"
        person.save()
    duplicates.find()
    return DuplicatePair.objects.get(low=people[0], high=people[1])


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_the_queue_counts_what_waits_and_shows_the_surest_first(as_role: As, pair: DuplicatePair) -> None:
    make_pair("Ngatiyem Lestari", "Ngatiyem")
    text = page(as_role("Petugas"), QUEUE)
    assert "Soetrisno Wibowo · Sutrisno Wibowo" in text and "Menunggu, skor 95–100" in text
    assert text.index("Soetrisno") < text.index("Ngatiyem")
    assert "Soetrisno" not in page(as_role("Petugas"), QUEUE + "?skor=76")
    assert "Soetrisno" not in page(as_role("Petugas"), QUEUE + "?antrean=merged")
    assert "Soetrisno" in page(as_role("Petugas"), QUEUE + "?antrean=semua&q=wibowo")


@pytest.mark.parametrize("query", ["q=%00", "q=9999999999999999999999", "skor=x", "antrean=x", "antrean=different"])
def test_strange_questions_to_the_queue_are_answered(as_role: As, pair: DuplicatePair, query: str) -> None:
    page(as_role("Auditor"), f"{QUEUE}?{query}")


def test_both_stand_side_by_side_with_masked_numbers_and_marked_differences(as_role: As, pair: DuplicatePair) -> None:
    text = page(as_role("Petugas"), f"{QUEUE}{pair.pk}/change/")
    assert pair.low.nik not in text and pair.low.phone not in text and pair.low.household.kk not in text
    assert f"3171••••••••{pair.low.nik[-4:]}" in text
    rows = dict(re.findall(r'<th scope="row">\s*([^<]+?)\s*(<span[^>]*>berbeda</span>)?</th>', text))
    assert rows["Nama"] and rows["NIK"] and not rows["Telepon"] and not rows["Tanggal lahir"]
    assert "Nama sama, setelah gelar dan ejaan disamakan" in text and "Nomor telepon sama" in text


STEPS = {"different": {"Petugas"}, "reconsider": {"Petugas"}, "merge": {"Penyetuju"}}


@pytest.mark.parametrize("step", STEPS)
def test_each_step_is_for_its_role_alone(as_role: As, pair: DuplicatePair, step: str) -> None:
    for role in ROLES:
        expected = 200 if role in STEPS[step] else 403
        assert as_role(role).get(f"{QUEUE}{pair.pk}/{step}/").status_code == expected, role
        if expected == 403:
            data = {"reason": "x", "survivor": pair.low_id}
            assert as_role(role).post(f"{QUEUE}{pair.pk}/{step}/", data).status_code == 403, role
    assert DuplicatePair.objects.get().status == "open"


def test_two_people_are_told_apart_with_a_reason(as_role: As, pair: DuplicatePair) -> None:
    client = as_role("Petugas")
    client.post(f"{QUEUE}{pair.pk}/different/", {"reason": "  "})
    assert DuplicatePair.objects.get().status == "open"
    answer = client.post(f"{QUEUE}{pair.pk}/different/", {"reason": "dua KTP"}, follow=True)
    assert "Dua orang yang berbeda: dua KTP" in answer.content.decode()
    pair.refresh_from_db()
    assert (pair.status, pair.decision, pair.decided_by.username) == ("different", "dua KTP", "petugas")
    assert LogEntry.objects.filter(object_id=str(pair.pk)).exists()
    again = client.post(f"{QUEUE}{pair.pk}/different/", {"reason": "lagi"}, follow=True).content.decode()
    assert "sudah diputuskan" in again


def test_who_were_told_apart_by_mistake_wait_again_with_the_reason_in_the_history(
    as_role: As, pair: DuplicatePair
) -> None:
    client, address = as_role("Petugas"), f"{QUEUE}{pair.pk}"
    assert f"{address}/reconsider/" not in page(client, f"{address}/change/")
    client.post(f"{address}/different/", {"reason": "dua KTP"})
    text = page(client, f"{address}/change/")
    assert f"{address}/reconsider/" in text and f"{address}/different/" not in text
    assert "dua KTP" in page(client, f"{address}/reconsider/")
    client.post(f"{address}/reconsider/", {"reason": "  "})
    pair.refresh_from_db()
    assert pair.status == "different"
    answer = client.post(f"{address}/reconsider/", {"reason": "salah pencet"}, follow=True).content.decode()
    assert "Menunggu keputusan lagi: salah pencet" in answer and f"{address}/different/" in answer
    assert "Soetrisno Wibowo · Sutrisno Wibowo" in page(client, QUEUE)
    told = page(client, f"{address}/history/")
    assert "dua KTP" in told and "salah pencet" in told
    again = client.post(f"{address}/reconsider/", {"reason": "lagi"}, follow=True).content.decode()
    assert "Muat ulang halaman" in again


def test_two_rows_are_joined_and_parted(as_role: As, pair: DuplicatePair) -> None:
    client = as_role("Penyetuju")
    text = page(client, f"{QUEUE}{pair.pk}/merge/")
    assert pair.low.nik not in text and pair.high.nik not in text
    client.post(f"{QUEUE}{pair.pk}/merge/", {"reason": "KTP sama"})  # who stays?
    client.post(f"{QUEUE}{pair.pk}/merge/", {"reason": "KTP sama", "survivor": 0})
    assert not Merge.objects.exists()
    answer = client.post(f"{QUEUE}{pair.pk}/merge/", {"reason": "KTP sama", "survivor": pair.high_id}, follow=True)
    assert "Digabung: KTP sama" in answer.content.decode()
    done = Merge.objects.get()
    assert (done.survivor_id, done.merged_id, done.by.username) == (pair.high_id, pair.low_id, "penyetuju")
    assert "Soetrisno" not in page(client, QUEUE)
    stays = f"/admin/beneficiaries/person/{pair.high_id}/change/"
    assert re.search(
        rf'Digabung ke sini.*href="/admin/beneficiaries/person/{pair.low_id}/change/"', page(client, stays), re.S
    )
    assert as_role("Petugas").post(f"/admin/beneficiaries/merge/{done.pk}/unmerge/", {"reason": "x"}).status_code == 403
    page(client, "/admin/beneficiaries/merge/?q=wibowo")
    answer = client.post(f"/admin/beneficiaries/merge/{done.pk}/unmerge/", {"reason": "dua orang"}, follow=True)
    assert "Dipisahkan: dua orang" in answer.content.decode()
    assert set(Person.objects.values_list("status", flat=True)) == {"active"}
    assert "Digabung ke sini" not in page(client, stays)
    again = client.post(f"/admin/beneficiaries/merge/{done.pk}/unmerge/", {"reason": "lagi"}, follow=True)
    assert "sudah dipisahkan" in again.content.decode()


def test_what_stands_in_the_way_is_said_in_words(
    as_role: As, pair: DuplicatePair, monkeypatch: pytest.MonkeyPatch
) -> None:
    Person.objects.filter(pk=pair.low_id).update(status=Person.Status.DECEASED)
    client = as_role("Penyetuju")
    answer = client.post(f"{QUEUE}{pair.pk}/merge/", {"reason": "KTP sama", "survivor": pair.high_id}, follow=True)
    assert "tidak aktif lagi" in answer.content.decode()


def test_nobody_adds_changes_or_deletes_pairs_and_merges_by_hand(as_role: As, pair: DuplicatePair) -> None:
    done = duplicates_merge.merge(pair, pair.low, money.officer(), "KTP sama")
    User.objects.create_superuser("admin", password="x")
    client = Client()
    client.force_login(User.objects.get(username="admin"))
    for address in (f"{QUEUE}{pair.pk}", f"/admin/beneficiaries/merge/{done.pk}"):
        page(client, f"{address}/change/")
        assert client.post(f"{address}/change/", {"status": "open"}).status_code == 403
        assert client.post(f"{address}/delete/", {"post": "yes"}).status_code == 403
    assert client.get(f"{QUEUE}add/").status_code == 403


@pytest.mark.parametrize("table", ["duplicatepair", "merge"])
def test_an_address_of_no_row_leads_back_and_is_no_error(as_role: As, table: str) -> None:
    for number in ("3/lihat", "x", "99999999999999999999999", "-1"):
        assert as_role("Auditor").get(f"/admin/beneficiaries/{table}/{number}/change/").status_code == 302, number
