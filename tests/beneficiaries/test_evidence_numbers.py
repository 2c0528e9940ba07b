"""Plates and tax numbers in evidence: sealed, found again, masked, shown with a reason, rotated, and forgotten."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from beneficiaries import erasure, evidence, evidence_values, facts, retention, reveals, screening, subject_data
from beneficiaries.models import Evidence, Exclusion, Person, Proposal, Reveal
from beneficiaries.privacy_errors import PersonErased, ProcessingRestricted, ReasonMissing
from tests import clock, money
from tests.beneficiaries.evidence_told import CAR, TODAY, excluded, kepgub, screen, tell, told
from tests.vault.test_rotation import AFTER, BEFORE, DURING, use
from vault import rotation
from vault.sealing import index_key_of

NOP, DIGITS = "31.71.010.001.001-0001.0", "317101000100100010"
PLATE = re.compile("(?<![0-9a-f])1234(?![0-9a-f])")  # of its digits: a random identifier may have the same four
HOUSE = {"njop": 600_000_000, "object": NOP}
WHY = {"reason": "verify", "note": "mencocokkan STNK"}
database = pytest.mark.django_db


def stored() -> str:
    """Every row as it stands, but for what may have any four digits in it by chance: ids, moments, bytes.

    What is in those bytes is asked by itself: no number of the tests' stands there unsealed.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(e)::text FROM beneficiaries_evidence e")
        rows = [json.loads(row) for (row,) in cursor.fetchall()]
    raw = {str(value) for row in rows for value in row.values() if str(value).startswith("\\x")}
    assert not any(
        number.encode().hex() in value for value in raw for number in ("B 1234 XYZ", "B1234XYZ", NOP, DIGITS)
    )
    chance = {name for row in rows for name in row if name == "id" or name.endswith(("_id", "_at"))}
    return str([{name: row[name] for name in row if name not in chance and str(row[name]) not in raw} for row in rows])


# --- Kept ---


@database
@pytest.mark.parametrize(
    ("kind", "value", "number"), [("vehicle", CAR, "B 1234 XYZ"), ("property", HOUSE, DIGITS)], ids=["plate", "NOP"]
)
def test_a_number_is_sealed_and_stands_nowhere_in_the_clear(kind: str, value: dict[str, Any], number: str) -> None:
    row = tell(money.person(), kind, value)
    assert row.number == number and Evidence.objects.get(pk=row.pk).number == number
    said = stored()
    assert all(part not in said for part in (number, number.replace(" ", ""), "1234", "0001.0"))
    assert list(Evidence.objects.with_number(number)) == [row]
    assert not Evidence.objects.with_number("B 4321 XYZ").exists()


@database
def test_one_number_of_two_people_is_found_with_both() -> None:
    rows = {tell(money.person(), "vehicle", CAR), tell(money.person(), "vehicle", CAR)}
    assert set(Evidence.objects.with_number("B 1234 XYZ")) == rows


@database
def test_two_cars_that_differ_by_their_plate_alone_are_two() -> None:
    siti = money.person()
    cars = [tell(siti, "vehicle", CAR | {"plate": f"B {number} AA"}) for number in (1, 2)]
    assert set(Evidence.objects.standing(TODAY)) == set(cars)
    subject = evidence.Subject(person=siti.pk)
    again = [(subject, told(siti, "vehicle", CAR | {"plate": f"B {number} AA"})) for number in (1, 2)]
    assert evidence.record(again) == [evidence.Outcome.KNOWN] * 2


@database
@pytest.mark.parametrize(
    "written", [NOP, DIGITS, " 31 71 010 001 001 0001 0 ", "31.71.010.001.001.0001.0", "3171010001001-0001-0"]
)
def test_one_property_is_one_however_its_number_is_written(written: str) -> None:
    home = money.person().household
    first = tell(home, "property", HOUSE)
    said = told(home, "property", HOUSE | {"object": written})
    assert evidence.record([(evidence.Subject(household=home.pk), said)]) == [evidence.Outcome.KNOWN]
    worth = HOUSE | {"object": written, "njop": 700_000_000}
    assert tell(home, "property", worth, date="2026-11-01").supersedes == first
    assert Evidence.objects.with_number(DIGITS).count() == 2


@database
def test_what_is_no_tax_number_stays_as_it_was_written() -> None:
    assert tell(money.person(), "property", HOUSE | {"object": "shm 12.3"}).number == "SHM 12.3"


@database
def test_the_subject_is_told_of_it_in_the_clear() -> None:
    siti = money.person()
    tell(siti, "vehicle", CAR)
    assert "B 1234 XYZ" in subject_data.as_json(subject_data.collect(siti))


# --- Masked ---


@pytest.mark.parametrize(
    ("kind", "number", "shown"),
    [
        ("vehicle", "B 1234 XYZ", "B •••• ••Z"),
        ("vehicle", "B 7 Z", "B •••• Z"),
        ("vehicle", "DK 7", "DK ••••"),
        ("vehicle", "", ""),
        ("property", NOP, "31.71.•••.•••.•••-•001.0"),
        ("property", DIGITS, "31.71.•••.•••.•••-•001.0"),
        ("property", "31.71.010.001", "••.••.•••.•••"),
        ("property", "SHM 12", "••• ••"),
        ("property", "", ""),
    ],
)
def test_a_mask_tells_things_apart_and_names_none(kind: str, number: str, shown: str) -> None:
    assert evidence_values.mask(kind, number) == shown


def step(row: Any, name: str) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{name}", args=[row.pk])


@pytest.fixture
def office(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("admin"))
    return client


def test_no_page_of_the_office_shows_a_number(office: Client) -> None:
    siti = money.person()
    made = excluded(siti.household)
    row = Evidence.objects.get()
    house = tell(siti, "property", HOUSE)
    rows: list[Any] = [row, house, siti, siti.household, made, made.proposal]
    pages = [reverse(f"admin:beneficiaries_{one._meta.model_name}_change", args=[one.pk]) for one in rows]
    pages += [reverse("admin:beneficiaries_evidence_changelist"), step(row, "contest")]
    shown = [office.get(page).content.decode() for page in pages]
    for page in shown:
        assert not PLATE.search(page) and NOP not in page and DIGITS not in page
    assert "B •••• ••Z" in shown[0] and "31.71.•••" in shown[1]


def test_a_number_that_does_not_open_takes_no_page_down(office: Client) -> None:
    row = tell(money.person(), "vehicle", CAR)
    with connection.cursor() as cursor, rotation.resealing(cursor):
        Evidence.objects.update(number_sealed=b"\x01\x63" + bytes(len(row.number_sealed) - 2))
    assert "tidak dapat dibuka" in office.get(step(row, "change")).content.decode()
    assert "tidak dapat dibuka" in office.post(step(row, "reveal"), {"field": "number", **WHY}).content.decode()


@pytest.mark.parametrize("typed", ["b1234xyz", "B 1234 XYZ", NOP, "31 71 010001001 0001 0", "317101000100100010"])
def test_evidence_is_found_by_its_number_however_it_is_typed(office: Client, typed: str) -> None:
    siti = money.person()
    tell(siti, "vehicle", CAR)
    tell(siti, "property", HOUSE)
    tell(siti, "vehicle", CAR | {"plate": "B 9 ZZ"})
    answer = office.post(reverse("admin:beneficiaries_evidence_changelist"), {"q": typed, "_search": "1"}, follow=True)
    [found] = answer.context["cl"].result_list
    assert found.number == (DIGITS if typed[0] == "3" else "B 1234 XYZ")
    assert not any("1234" in url or "0001" in url for url, _status in answer.redirect_chain)


# --- Shown with a reason ---


def test_it_is_shown_to_who_says_why_once_it_is_logged(office: Client) -> None:
    siti = money.person()
    row = tell(siti, "vehicle", CAR)
    assert "Buka data" in office.get(step(row, "change")).content.decode()
    asked = office.get(step(row, "reveal")).content.decode()
    assert "1234" not in asked
    assert (
        "1234" not in office.post(step(row, "reveal"), {"field": "number", "reason": "", "note": ""}).content.decode()
    )
    assert not Reveal.objects.exists()
    assert "B 1234 XYZ" in office.post(step(row, "reveal"), {"field": "number", **WHY}).content.decode()
    logged = Reveal.objects.get()
    assert (logged.person, logged.household, logged.fields, logged.reason) == (siti, None, "number", "verify")
    assert "Nomor polisi" in office.get(reverse("admin:beneficiaries_reveal_changelist")).content.decode()


def test_it_is_logged_with_the_household_that_it_is_about(office: Client) -> None:
    home = money.person().household
    office.post(step(tell(home, "property", HOUSE), "reveal"), {"field": "number", **WHY})
    assert Reveal.objects.get().household == home


def test_superseded_or_contested_it_may_still_be_looked_at_but_not_contested_again(office: Client) -> None:
    row = tell(money.person(), "vehicle", CAR)
    evidence.contest(row, money.officer(), "dijual")
    page = office.get(step(row, "change")).content.decode()
    assert "Buka data" in page and "Catat bantahan" not in page


def test_what_has_no_number_has_no_such_step(office: Client) -> None:
    row = tell(money.person(), "employment", {"employer": "pns"})
    assert "Buka data" not in office.get(step(row, "change")).content.decode()


@database
def test_who_may_not_reveal_does_not() -> None:
    looker = User.objects.create_user("melihat", is_staff=True)
    looker.user_permissions.add(Permission.objects.get(codename="view_evidence"))
    client = Client()
    client.force_login(looker)
    answer = client.post(step(tell(money.person(), "vehicle", CAR), "reveal"), {"field": "number", **WHY})
    assert answer.status_code == 403 and b"1234" not in answer.content and not Reveal.objects.exists()


@database
def test_nothing_else_of_evidence_is_opened_and_not_of_who_is_restricted_or_forgotten() -> None:
    siti, officer = money.person(), money.officer()
    row = tell(siti, "vehicle", CAR)
    for field in ("nik", "value", "number_sealed"):
        with pytest.raises(ValueError, match=field):
            reveals.reveal(row, field, by=officer, **WHY)
    with pytest.raises(ReasonMissing):
        reveals.reveal(row, "number", by=officer, reason="verify", note=" ")
    Person.objects.filter(pk=siti.pk).update(restricted=True)
    with pytest.raises(ProcessingRestricted):
        reveals.reveal(Evidence.objects.get(), "number", by=officer, **WHY)
    erasure.erase(siti, by=officer, reason="#1")
    with pytest.raises(PersonErased):
        reveals.reveal(Evidence.objects.get(), "number", by=officer, **WHY)
    assert not Reveal.objects.exists()


# --- Forgotten ---


@database
def test_whoever_is_forgotten_leaves_no_number_and_nothing_to_try_one_against() -> None:
    siti = money.person()
    rows = [tell(siti, "vehicle", CAR), tell(siti, "vehicle", CAR | {"plate": "B 9 ZZ"})]
    told_of = {bytes(row.fingerprint) for row in rows}
    erasure.erase(siti, by=money.officer(), reason="#1")
    for row in Evidence.objects.all():
        assert (row.number, bytes(row.number_sealed), row.number_index) == ("", b"", None)
        assert bytes(row.fingerprint) not in told_of
    assert not Evidence.objects.with_number("B 1234 XYZ").exists()


@database
def test_a_number_goes_when_its_evidence_was_superseded_long_enough_ago(settings: Any) -> None:
    settings.PRIVACY = settings.PRIVACY | {"retention": {"evidence_numbers": 30}}
    siti = money.person()
    plates = ("B 1 AA", "B 2 AA")
    old = [tell(siti, "vehicle", CAR | {"plate": plate}) for plate in plates]
    new = [tell(siti, "vehicle", CAR | {"plate": plate, "owned": False}, date="2026-11-01") for plate in plates]
    assert retention.drop() == {"evidence_numbers": 0}
    with clock.moved(days=31):
        assert retention.drop() == {"evidence_numbers": 2}
    assert [row.number for row in Evidence.objects.order_by("pk")] == ["", "", *plates]
    assert Evidence.objects.filter(pk__in=[row.pk for row in old], value__owned=True).count() == 2
    assert set(Evidence.objects.standing(TODAY)) == set(new)
    assert retention.drop() == {"evidence_numbers": 0}
    # Told again, word for word, it is older than what counts, and changes nothing.
    evidence.record([(evidence.Subject(person=siti.pk), told(siti, "vehicle", CAR | {"plate": plates[0]}))])
    assert set(Evidence.objects.standing(TODAY)) == set(new)


@database
def test_the_number_of_what_an_exclusion_in_force_rests_on_stays(settings: Any) -> None:
    settings.PRIVACY = settings.PRIVACY | {"retention": {"evidence_numbers": 30}}
    made = excluded(money.person().household)
    Evidence.objects.update(superseded_at=timezone.now() - timedelta(days=31))
    assert retention.drop() == {"evidence_numbers": 0}
    screening.lift(made, money.officer(), "mobil dijual", timezone.localdate() + timedelta(days=60))
    assert retention.drop() == {"evidence_numbers": 0}  # it is in force until that day
    Exclusion.objects.filter(pk=made.pk).update(ends_on=made.starts_on)
    assert retention.drop() == {"evidence_numbers": 1}


def _told(person: Person, **more: Any) -> list[Evidence]:
    return [tell(person, "vehicle", CAR | {"plate": plate}, **more) for plate in ("B 1 AA", "B 2 AA")]


def _contested(days: int) -> None:
    """Everything, so many days ago."""
    moment = timezone.now() - timedelta(days=days)
    Evidence.objects.update(contested_at=moment, contest_reason="x", contested_by=money.officer())


@database
@pytest.mark.parametrize("ended", ["contested", "expired"])
def test_a_number_goes_when_what_it_was_told_with_has_long_ceased_to_count(settings: Any, ended: str) -> None:
    siti = money.person()
    if ended == "contested":
        _told(siti)
        _contested(31)
    else:
        _told(siti, date="2026-01-01", valid_until=(timezone.localdate() - timedelta(days=31)).isoformat())
    stands = tell(siti, "vehicle", CAR | {"plate": "B 3 AA"})
    for days, dropped in ((32, 0), (30, 2), (30, 0)):
        settings.PRIVACY = settings.PRIVACY | {"retention": {"evidence_numbers": days}}
        assert retention.drop() == {"evidence_numbers": dropped}
    assert [row.number for row in Evidence.objects.order_by("pk")] == ["", "", "B 3 AA"]
    assert list(Evidence.objects.standing(TODAY)) == [stands]
    # Told anew of the same car it is new evidence: nobody knows any more that it is the same.
    assert tell(siti, "vehicle", CAR | {"plate": "B 1 AA"}).supersedes is None


@database
def test_the_number_of_what_is_still_to_be_decided_stays(settings: Any) -> None:
    settings.PRIVACY = settings.PRIVACY | {"retention": {"evidence_numbers": 30}}
    kepgub()
    tell(money.person(), "vehicle", CAR)
    screen()
    proposal = Proposal.objects.get()
    _contested(31)
    assert retention.drop() == {"evidence_numbers": 0}
    screening.reject(proposal, money.officer(), "mobil sudah dijual")
    assert retention.drop() == {"evidence_numbers": 1}


# --- Keys are replaced ---


@pytest.fixture
def keys(settings: Any) -> Any:
    use(settings, BEFORE)
    return settings


@database
def test_numbers_go_along_when_keys_are_replaced(keys: Any) -> None:
    siti = money.person()
    rows = [tell(siti, "vehicle", CAR), tell(siti.household, "property", HOUSE)]
    use(keys, DURING)
    assert set(Evidence.objects.with_number("B 1234 XYZ", DIGITS)) == set(rows)
    done = rotation.rotate()
    assert not done.broken and not done.doubled
    use(keys, AFTER)
    assert [row.number for row in Evidence.objects.order_by("pk")] == ["B 1234 XYZ", DIGITS]
    assert list(Evidence.objects.with_number(DIGITS)) == [rows[1]]
    assert all(index_key_of(bytes(row.number_index)) == 1 for row in Evidence.objects.all())
    siti = Person.objects.get()
    assert evidence.record([(evidence.Subject(person=siti.pk), told(siti, "vehicle", CAR))]) == [evidence.Outcome.KNOWN]


@database
def test_midway_it_is_known_and_superseded_under_either_key(keys: Any) -> None:
    siti = money.person()
    subject = evidence.Subject(person=siti.pk)
    old = tell(siti, "vehicle", CAR)
    use(keys, DURING)
    assert evidence.record([(subject, told(siti, "vehicle", CAR))]) == [evidence.Outcome.KNOWN]
    sold = tell(siti, "vehicle", CAR | {"owned": False}, date="2026-11-01")
    assert sold.supersedes == old
    assert list(Evidence.objects.standing(TODAY)) == [sold]
    assert not rotation.rotate().doubled


@database
def test_one_car_told_of_both_rows_of_a_person_counts_once_midway(keys: Any) -> None:
    siti, twin = money.person(), money.person()
    tell(siti, "vehicle", CAR)
    use(keys, DURING)
    tell(twin, "vehicle", CAR)
    Person.objects.filter(pk=twin.pk).update(status="merged", merged_into=siti)
    [home] = [one for one in facts.homes(TODAY) if one.pk == siti.household_id]
    assert home.facts["household"]["vehicles"]["cars"] == 1
