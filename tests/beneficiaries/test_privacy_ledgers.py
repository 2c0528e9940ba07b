"""Consents and the access log: written once, provable, and before anything is shown."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from beneficiaries import consents, privacy_errors, representation, reveals
from beneficiaries.models import Consent, ConsentText, Person, Representation, Reveal
from tests import money
from tests.beneficiaries import cases
from tests.beneficiaries.test_subject_data import merged

pytestmark = pytest.mark.django_db
C = Consent.Channel
WHY = {"reason": Reveal.Reason.VERIFY, "note": "dicocokkan dengan KTP"}


@pytest.fixture
def officer() -> User:
    return money.officer("dewi")


@pytest.fixture
def text(officer: User) -> ConsentText:
    return consents.word("screening", "Pencocokan data pajak", "Saya setuju …", by=officer)


def agreed(person: Person, purpose: str = "screening") -> bool:
    return Person.objects.consenting(purpose).filter(pk=person.pk).exists()


# --- consents ---


def test_a_withdrawal_under_another_row_of_the_same_person_is_their_last_word(officer: User, text: ConsentText) -> None:
    person, twin = money.person(), money.person()
    for one, given in ((person, True), (twin, True), (twin, False)):
        consents.record(one, text, given=given, channel=C.OFFICE, by=officer, evidence="F-12/2026")
    assert agreed(person) and not agreed(twin)
    merged(twin, person, officer)
    [standing] = consents.standing(person)
    assert not agreed(person) and not standing.in_force
    consents.record(person, text, given=True, channel=C.OFFICE, by=officer, evidence="F-13/2026")
    assert agreed(person) and consents.standing(twin) == consents.standing(person)


def test_the_last_word_of_each_purpose_counts(officer: User, text: ConsentText) -> None:
    person = money.person()
    other = consents.word("photos", "Foto", "Saya setuju …", by=officer)
    assert not agreed(person)
    consents.record(person, text, given=True, channel=C.OFFICE, by=officer, evidence="F-12/2026")
    consents.record(person, other, given=True, channel=C.APP, by=None)
    assert agreed(person) and agreed(person, "photos")
    again = consents.word("screening", "Pencocokan data pajak", "Teks baru", by=officer)
    assert again.version == 2 and set(ConsentText.objects.newest()) == {again, other}
    consents.record(person, again, given=False, channel=C.PHONE, by=officer)
    assert not agreed(person) and agreed(person, "photos")
    assert [(row.text, row.given) for row in Consent.objects.filter(person=person).current()] == [
        (other, True),
        (again, False),
    ]
    assert Consent.objects.count() == 3


def test_only_what_was_given_is_withdrawn(officer: User, text: ConsentText) -> None:
    person = money.person()
    with pytest.raises(privacy_errors.NothingToWithdraw):
        consents.record(person, text, given=False, channel=C.OFFICE, by=officer)


def test_a_child_speaks_through_a_parent_at_home(officer: User, text: ConsentText) -> None:
    mother = cases.person(relation="wife")
    child = cases.child(mother.household)
    for guardian, refused in (
        (None, privacy_errors.GuardianNeeded),
        (child, privacy_errors.GuardianNotAdult),
        (cases.child(mother.household), privacy_errors.GuardianNotAdult),
        (cases.person(), privacy_errors.NotTheirGuardian),
        (cases.person(relation="wife"), privacy_errors.NotTheirGuardian),
        (cases.person(mother.household, relation="servant"), privacy_errors.NotTheirGuardian),
        (cases.person(mother.household, relation="husband", status="left"), privacy_errors.NotTheirGuardian),
    ):
        with pytest.raises(refused):
            consents.record(child, text, given=True, channel=C.OFFICE, by=officer, guardian=guardian)
    assert consents.record(child, text, given=True, channel=C.OFFICE, by=officer, guardian=mother).guardian == mother
    with pytest.raises(privacy_errors.GuardianNeeded):
        consents.record(child, text, given=False, channel=C.OFFICE, by=officer)


def test_a_guardian_speaks_while_in_force_and_a_collector_never(officer: User, text: ConsentText) -> None:
    aunt, uncle, second = cases.person(), cases.person(), money.officer("rudi")
    for ward in (cases.child(), cases.person(disability="mental")):
        collects = representation.propose(cases.proposal(ward, uncle.nik), by=officer)
        representation.approve(collects, by=second)
        row = representation.propose(cases.proposal(ward, aunt.nik, kind=Representation.Kind.GUARDIAN), by=officer)
        with pytest.raises(privacy_errors.NotTheirGuardian):
            consents.record(ward, text, given=True, channel=C.OFFICE, by=officer, guardian=aunt)
        row = representation.approve(row, by=second)
        consents.record(ward, text, given=True, channel=C.OFFICE, by=officer, guardian=aunt)
        with pytest.raises(privacy_errors.NotTheirGuardian):
            consents.record(ward, text, given=False, channel=C.OFFICE, by=officer, guardian=uncle)
        representation.end(row, "dicabut", by=second)
        with pytest.raises(privacy_errors.NotTheirGuardian):
            consents.record(ward, text, given=False, channel=C.OFFICE, by=officer, guardian=aunt)


@pytest.mark.parametrize("table", ["consent", "consenttext", "reveal", "revealallowance", "indexkeyturn"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "TRUNCATE {} CASCADE"])
def test_the_application_cannot_rewrite_what_is_written_once(table: str, statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(f"beneficiaries_{table}"))


# --- reveals ---


def test_what_is_shown_was_written_down_before(officer: User) -> None:
    person = money.person()
    person.phone = "+6281234567890"
    person.save()
    assert reveals.reveal(person, "nik", by=officer, address="10.1.2.3", **WHY) == person.nik
    assert reveals.reveal(person, "phone", by=officer, **WHY) == "0812-3456-7890"
    assert reveals.reveal(person.household, "address", by=officer, **WHY) == "Jl. Merdeka 1"
    rows = list(Reveal.objects.order_by("pk").values_list("person", "household", "fields", "by", "address", "note"))
    assert rows == [
        (person.pk, None, "nik", officer.pk, "10.1.2.3", WHY["note"]),
        (person.pk, None, "phone", officer.pk, None, WHY["note"]),
        (None, person.household_id, "address", officer.pk, None, WHY["note"]),
    ]


def test_a_value_that_does_not_open_was_asked_for_all_the_same(officer: User) -> None:
    person = money.person()
    person.nik_sealed = b"\x01damaged"
    with pytest.raises(Exception, match="not a sealed value"):
        reveals.reveal(person, "nik", by=officer, **WHY)
    assert Reveal.objects.count() == 1


@pytest.mark.parametrize("why", [{"reason": "verify", "note": "  "}, {"reason": "curious", "note": "x"}])
def test_nothing_is_shown_without_a_reason(officer: User, why: dict[str, str]) -> None:
    with pytest.raises(privacy_errors.ReasonMissing):
        reveals.reveal(money.person(), "nik", by=officer, **why)
    assert not Reveal.objects.exists()


def test_other_fields_are_not_revealed(officer: User) -> None:
    for field in ("kk", "name", "pin_hash", "nik_sealed"):
        with pytest.raises(ValueError, match=field):
            reveals.reveal(money.person(), field, by=officer, **WHY)


def test_beyond_the_days_limit_a_supervisor_is_needed(settings: Any, officer: User) -> None:
    settings.PRIVACY = settings.PRIVACY | {"reveals_a_day": 2, "unusual_reveals": 3}
    person = money.person()
    for _ in range(2):
        reveals.reveal(person, "nik", by=officer, **WHY)
    with pytest.raises(privacy_errors.RevealLimitReached):
        reveals.reveal(person, "nik", by=officer, **WHY)
    assert Reveal.objects.count() == 2 and reveals.unusual(timezone.localdate()) == []
    with pytest.raises(privacy_errors.OwnAllowance):
        reveals.allow(officer, 5, "banyak antrean", by=officer)
    reveals.allow(officer, 1, "banyak antrean", by=money.officer())
    reveals.reveal(person, "phone", by=officer, **WHY)
    with pytest.raises(privacy_errors.RevealLimitReached):
        reveals.reveal(person, "nik", by=officer, **WHY)
    reveals.reveal(person, "nik", by=money.officer(), **WHY)
    [looking] = reveals.unusual(timezone.localdate())
    assert (looking.officer, looking.reveals, looking.subjects) == ("dewi", 3, 1)


def test_who_restricts_is_shown_at_their_own_request_only(officer: User) -> None:
    person = money.person()
    Person.objects.update(restricted=True)
    person.refresh_from_db()
    assert not Person.objects.processable().exists()
    for target, field in ((person, "nik"), (person.household, "kk")):
        with pytest.raises(privacy_errors.ProcessingRestricted):
            reveals.reveal(target, field, by=officer, **WHY)
        assert reveals.reveal(target, field, by=officer, reason="request", note="datang sendiri")


def test_the_log_is_kept_ten_years(db: None, officer: User) -> None:
    reveals.reveal(money.person(), "nik", by=officer, **WHY)
    with pytest.raises(DatabaseError, match="kept ten years"), transaction.atomic():
        Reveal.objects.all().delete()
