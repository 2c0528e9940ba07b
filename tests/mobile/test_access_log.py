"""A beneficiary sees who looked at their masked data: when, in which role, what and why, and nobody's name."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from beneficiaries import history, reveals
from beneficiaries.admin import reveals as office
from beneficiaries.models import Person, Reveal
from mobile import access_log
from tests.beneficiaries import cases
from tests.mobile import people
from tests.mobile.people import STRANGER, error_of

ADDRESS = "/api/v1/access-log"
pytestmark = pytest.mark.django_db


def look(target: Any, field: str, officer: Any, reason: str = "verify") -> None:
    reveals.reveal(target, field, reason=reason, note="Bu Tetangga menelepon", by=officer)


def test_each_look_is_told_without_names_and_notes(siti: Person, hers: APIClient) -> None:
    dewi = cases.officer("dewi", "Petugas")
    assert hers.get(ADDRESS).json() == {"looks": [], "next_before": None}
    look(siti, "nik", dewi)
    look(siti.household, "address", dewi, "complaint")
    look(people.register("Budi", STRANGER), "nik", dewi)
    page = hers.get(ADDRESS)
    address, nik = page.json()["looks"]
    assert (address["shown"], address["role"], address["reason_text"]) == ("Alamat", "Petugas", "Menangani pengaduan")
    assert (nik["shown"], nik["reason"]) == ("NIK", "verify") and nik["at"] < address["at"]
    assert "dewi" not in page.content.decode() and "Tetangga" not in page.content.decode()


def test_everything_that_may_be_looked_at_has_words_for_whose_it_is() -> None:
    about_someone = {reveals.EVERYTHING, reveals.PROPOSED, reveals.SCAN, reveals.PROOF}
    fields = {*reveals.PERSON_FIELDS, *reveals.HOUSEHOLD_FIELDS, *reveals.EVIDENCE_FIELDS}
    assert set(access_log.SHOWN) == fields | about_someone
    of_nobody_for_sure = {reveals.REFUSED_ROWS, "text"}  # rows of a file, and what a bank wrote beside an entry
    assert set(office.LABELS) == fields | about_someone | of_nobody_for_sure


def test_it_comes_in_pages(siti: Person, hers: APIClient) -> None:
    officer = cases.officer("dewi")
    for field in ("nik", "phone", "nik"):
        look(siti, field, officer)
    first = hers.get(ADDRESS, {"limit": 2}).json()
    rest = hers.get(ADDRESS, {"limit": 2, "before": first["next_before"]}).json()
    assert len(first["looks"]) == 2 and [one["shown"] for one in rest["looks"]] == ["NIK"]
    assert rest["next_before"] is None and first["looks"][0]["role"] == "Petugas tanpa peran"
    assert error_of(hers.get(ADDRESS, {"limit": 51}))["field"] == "limit"


def test_a_household_one_moved_into_tells_only_of_the_time_since(siti: Person, hers: APIClient) -> None:
    officer, elsewhere = cases.officer("dewi"), cases.person().household
    look(elsewhere, "kk", officer)
    with history.telling(source="office", by=officer, reason="pindah"):
        Person.objects.filter(pk=siti.pk).update(household=elsewhere)
    assert hers.get(ADDRESS).json()["looks"] == []
    look(elsewhere, "address", officer)
    assert [one["shown"] for one in hers.get(ADDRESS).json()["looks"]] == ["Alamat"]


def test_what_was_seen_of_a_row_merged_into_theirs_is_theirs(siti: Person, hers: APIClient) -> None:
    other = people.register("Siti A.", STRANGER)
    look(other, "nik", cases.officer("dewi"))
    with history.telling(source="office", by=None, reason="orang yang sama"):
        Person.objects.filter(pk=other.pk).update(status="merged", merged_into=siti)
    assert len(hers.get(ADDRESS).json()["looks"]) == 1


def test_a_parent_sees_who_looked_at_a_child_and_a_stranger_does_not(siti: Person, hers: APIClient) -> None:
    siti.relation = "head"
    siti.save()
    child = cases.child(siti.household)
    look(child, "nik", cases.officer("dewi"))
    assert len(hers.get(ADDRESS, {"person": str(child.uid)}).json()["looks"]) == 1
    stranger = people.client_of(people.register("Budi", STRANGER))
    answer = stranger.get(ADDRESS, {"person": str(child.uid)})
    assert (answer.status_code, error_of(answer)["code"]) == (404, "consent_person_unknown")


def test_nobody_is_told_without_a_token(api: APIClient) -> None:
    assert api.get(ADDRESS).status_code == 401
    assert not Reveal.objects.exists()
