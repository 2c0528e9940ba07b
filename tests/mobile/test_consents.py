"""Consents on the phone: the text that was shown is what is agreed to, and what withdrawing ends is told first."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from beneficiaries import consents, representation
from beneficiaries.models import Consent, ConsentText, Person, Representation
from beneficiaries.privacy_errors import NotByConsent
from disbursement import batches, eligibility
from disbursement.models import Enrolment
from mobile import consents as mobile_consents
from tests import money
from tests.beneficiaries import cases
from tests.mobile import people
from tests.mobile.people import STRANGER, at_once, error_of

ADDRESS = "/api/v1/consents"
ENDS = "Pendaftaran otomatis berhenti."


@pytest.fixture
def tax(db: None) -> ConsentText:
    return consents.word("pajak", "Pencocokan pajak", "Saya setuju dicocokkan.", by=None, consequence=ENDS)


@pytest.fixture
def photos(db: None) -> ConsentText:
    return consents.word("foto", "Foto rumah", "Saya setuju difoto.", by=None)


@pytest.fixture
def paying(db: None) -> ConsentText:
    return consents.word("bayar", "Penyaluran", "Data dipakai.", by=None, basis="public", legal_basis="UU 13/2011")


def sent(client: APIClient, text: ConsentText, to: str = "", **changed: Any) -> Any:
    body = {"purpose": text.purpose, "version": text.version, "reference": str(uuid.uuid4())} | changed
    return client.post(f"{ADDRESS}{to}", body, format="json")


def withdrawn(client: APIClient, text: ConsentText, **changed: Any) -> Any:
    return sent(client, text, "/withdraw", **changed)


def refusal(answer: Any) -> tuple[int, str]:
    return answer.status_code, error_of(answer)["code"]


# --- reading ---


@pytest.mark.usefixtures("tax", "photos")
def test_one_sees_what_is_asked_and_what_is_told(hers: APIClient, siti: Person, paying: ConsentText) -> None:
    told = hers.get(ADDRESS).json()
    assert told["person"] == {"id": str(siti.uid), "name": siti.name} and told["people"] == []
    assert [(one["purpose"], one["status"], one["since"], one["agreed"]) for one in told["consents"]] == [
        ("foto", "none", None, None),
        ("pajak", "none", None, None),
    ]
    assert [one["consequence"] for one in told["consents"]] == ["", ENDS]
    assert all("kelurahan" in one["how_to_withdraw"] for one in told["consents"])
    [notice] = told["notices"]
    assert (notice["purpose"], notice["version"], notice["legal_basis"]) == ("bayar", 1, paying.legal_basis)
    assert notice["basis_text"] == "Pelayanan publik dan kewenangan" and notice["published_at"]


def test_nobody_is_told_without_a_token(api: APIClient, tax: ConsentText) -> None:
    assert api.get(ADDRESS).status_code == 401
    assert sent(api, tax).status_code == 401 and withdrawn(api, tax).status_code == 401


# --- giving ---


def test_what_was_shown_is_what_is_agreed_to(hers: APIClient, siti: Person, tax: ConsentText) -> None:
    answer = sent(hers, tax)
    assert answer.status_code == 201, answer.content
    now = answer.json()
    assert (now["status"], now["said_via"], now["said_by_guardian"]) == ("given", "Aplikasi", False)
    assert now["agreed"] == {"version": 1, "title": tax.title, "text": tax.text}
    row = Consent.objects.get()
    assert (row.person, row.text, row.given, row.channel, row.guardian, row.by) == (siti, tax, True, "app", None, None)
    newer = consents.word("pajak", "Pencocokan pajak", "Bunyi baru.", by=None)
    [listed] = hers.get(ADDRESS).json()["consents"]
    assert (listed["version"], listed["text"], listed["agreed"]["version"]) == (2, newer.text, 1)
    assert listed["agreed"]["text"] == tax.text


def test_an_older_text_than_is_asked_with_now_is_not_agreed_to(hers: APIClient, tax: ConsentText) -> None:
    consents.word("pajak", "Pencocokan pajak", "Bunyi baru.", by=None)
    answer = sent(hers, tax)
    assert refusal(answer) == (409, "consent_text_changed") and error_of(answer)["data"] == {"version": 2}
    assert refusal(sent(hers, tax, version=3)) == (409, "consent_text_changed")
    assert not Consent.objects.exists()


def test_the_same_statement_is_written_once(hers: APIClient, tax: ConsentText) -> None:
    reference = str(uuid.uuid4())
    first = sent(hers, tax, reference=reference).json()
    assert sent(hers, tax, reference=reference).json() == first
    assert sent(hers, tax).json() == first  # a second tap
    assert Consent.objects.count() == 1


def test_a_statement_that_comes_late_again_does_not_undo_the_withdrawal(hers: APIClient, tax: ConsentText) -> None:
    reference = str(uuid.uuid4())
    sent(hers, tax, reference=reference)
    withdrawn(hers, tax, understood=True)
    consents.word("pajak", "Pencocokan pajak", "Bunyi baru.", by=None)
    late = sent(hers, tax, reference=reference)
    assert (late.status_code, late.json()["status"]) == (201, "withdrawn")
    assert Consent.objects.count() == 2


def test_a_reference_stands_for_one_statement(hers: APIClient, tax: ConsentText, photos: ConsentText) -> None:
    reference = str(uuid.uuid4())
    sent(hers, tax, reference=reference)
    for answer in (sent(hers, photos, reference=reference), withdrawn(hers, tax, reference=reference, understood=True)):
        assert refusal(answer) == (409, "consent_reference_used")
    assert refusal(sent(hers, tax, reference=reference, version=tax.version + 1)) == (409, "consent_reference_used")
    assert Consent.objects.count() == 1


def test_a_statement_that_comes_again_after_its_row_was_merged_is_the_one_it_was(
    hers: APIClient, siti: Person, tax: ConsentText
) -> None:
    """Also where it was withdrawn since under the row that stays: it is not given anew."""
    earlier, reference = people.register("Siti Aminah", STRANGER), str(uuid.uuid4())
    sent(people.client_of(earlier), tax, reference=reference)
    Person.objects.filter(pk=earlier.pk).update(status="merged", merged_into=siti)
    withdrawn(hers, tax, understood=True)
    late = sent(hers, tax, reference=reference)
    assert (late.status_code, late.json()["status"]) == (201, "withdrawn")
    assert Consent.objects.count() == 2


def test_an_earlier_statement_and_the_last_word_are_looked_for_once(hers: APIClient, photos: ConsentText) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert sent(hers, photos).status_code == 201
    read = [one["sql"] for one in queries if one["sql"].startswith("SELECT") and '"reference" = ' in one["sql"]]
    assert len(read) == 1, read
    last_words = [one["sql"] for one in queries if "DISTINCT ON" in one["sql"] and '"given"' in one["sql"]]
    assert len(last_words) == 1, last_words


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"purpose": None}, "purpose"),
        ({"version": "1"}, "version"),
        ({"version": True}, "version"),
        ({"version": 0}, "version"),
        ({"version": 10**9}, "version"),
        ({"reference": "x"}, "reference"),
        ({"person": "x"}, "person"),
        ({"understood": "kadang"}, "understood"),
    ],
)
def test_what_is_wrong_is_named(hers: APIClient, tax: ConsentText, changed: dict[str, Any], field: str) -> None:
    answer = withdrawn(hers, tax, **changed)
    assert answer.status_code == 400 and error_of(answer)["field"] == field
    assert not Consent.objects.exists()


def test_an_unknown_purpose_is_said_to_be_one(hers: APIClient, tax: ConsentText) -> None:
    assert refusal(sent(hers, tax, purpose="lain")) == (404, "consent_purpose_unknown")


def test_giving_has_a_limit_and_withdrawing_has_none(hers: APIClient, photos: ConsentText, settings: Any) -> None:
    settings.MOBILE = settings.MOBILE | {"consents_a_day": 2}
    for _ in range(2):
        assert sent(hers, photos).status_code == 201
        assert withdrawn(hers, photos).status_code == 200
    answer = sent(hers, photos)
    assert refusal(answer) == (429, "consent_too_many") and 86_000 < error_of(answer)["data"]["wait"] <= 86_400
    assert answer["Retry-After"]


# --- withdrawing ---


def test_what_ends_is_told_before_it_ends(hers: APIClient, tax: ConsentText) -> None:
    sent(hers, tax)
    for changed in ({}, {"understood": False}):
        answer = withdrawn(hers, tax, **changed)
        assert refusal(answer) == (409, "consequence_first")
        assert error_of(answer)["data"] == {"consequence": ENDS} and ENDS in error_of(answer)["message"]
    assert Consent.objects.count() == 1
    answer = withdrawn(hers, tax, understood=True)
    assert (answer.status_code, answer.json()["status"], answer.json()["agreed"]) == (200, "withdrawn", None)
    assert withdrawn(hers, tax, understood=True).json() == answer.json()
    assert Consent.objects.count() == 2


def test_what_ends_nothing_is_withdrawn_at_once(hers: APIClient, photos: ConsentText) -> None:
    assert refusal(withdrawn(hers, photos)) == (409, "no_consent_to_withdraw")
    sent(hers, photos)
    assert withdrawn(hers, photos).json()["status"] == "withdrawn"


def test_aid_goes_on_whatever_is_withdrawn(
    hers: APIClient, siti: Person, tax: ConsentText, paying: ConsentText
) -> None:
    programme = money.programme(budget=1_000_000)
    eligibility.enrol_eligible(programme)
    sent(hers, tax)
    withdrawn(hers, tax, understood=True)
    for answer in (sent(hers, paying), withdrawn(hers, paying, understood=True)):
        assert refusal(answer) == (409, "not_a_consent")
        assert paying.legal_basis in error_of(answer)["message"]
    assert Enrolment.objects.get(person=siti).status == "active"
    assert batches.prepare(batches.cycle_of(programme, timezone.localdate())).count == 1


# --- for others ---


def test_a_parent_speaks_for_a_child_at_home(siti: Person, hers: APIClient, tax: ConsentText) -> None:
    siti.relation = "head"
    siti.save()
    child = cases.child(siti.household, name="Budi")
    own = hers.get(ADDRESS).json()
    assert own["people"] == [{"id": str(child.uid), "name": "Budi"}]
    assert sent(hers, tax, person=str(child.uid)).json()["said_by_guardian"] is True
    row = Consent.objects.get()
    assert (row.person, row.guardian) == (child, siti)
    theirs = hers.get(ADDRESS, {"person": str(child.uid)}).json()
    assert theirs["person"]["name"] == "Budi" and theirs["consents"][0]["status"] == "given"
    assert hers.get(ADDRESS).json()["consents"][0]["status"] == "none"
    assert withdrawn(hers, tax, person=str(child.uid), understood=True).json()["status"] == "withdrawn"


def test_a_guardian_speaks_while_in_force(siti: Person, hers: APIClient, tax: ConsentText) -> None:
    ward = cases.person(disability="mental")
    dewi, rudi = money.officer(), money.officer()
    row = representation.propose(cases.proposal(ward, siti.nik, kind=Representation.Kind.GUARDIAN), by=dewi)
    assert refusal(sent(hers, tax, person=str(ward.uid))) == (404, "consent_person_unknown")
    row = representation.approve(row, by=rudi)
    assert sent(hers, tax, person=str(ward.uid)).status_code == 201
    representation.end(row, "dicabut", by=rudi)
    assert refusal(withdrawn(hers, tax, person=str(ward.uid))) == (404, "consent_person_unknown")


def test_a_collector_and_a_neighbour_speak_for_nobody(siti: Person, hers: APIClient, tax: ConsentText) -> None:
    holder, dewi = cases.person(), money.officer()
    representation.approve(representation.propose(cases.proposal(holder, siti.nik), by=dewi), by=money.officer())
    answers = [sent(hers, tax, person=uid) for uid in (str(holder.uid), str(cases.person().uid), str(uuid.uuid4()))]
    assert {refusal(answer) for answer in answers} == {(404, "consent_person_unknown")}
    assert len({answer.content for answer in answers}) == 1 and hers.get(ADDRESS).json()["people"] == []
    assert refusal(hers.get(ADDRESS, {"person": str(holder.uid)})) == (404, "consent_person_unknown")


def test_a_child_with_a_phone_reads_and_does_not_decide(tax: ConsentText) -> None:
    young = people.register("Budi", STRANGER, timezone.localdate() - timedelta(days=365 * 12))
    client = people.client_of(young)
    assert client.get(ADDRESS).status_code == 200
    assert refusal(sent(client, tax)) == (403, "consent_needs_guardian")


# --- the ledger ---


@pytest.mark.usefixtures("committed_db")
def test_taps_at_once_write_one_line() -> None:
    siti = people.register()
    consents.word("foto", "Foto rumah", "Saya setuju.", by=None)
    given = at_once(6, lambda _: mobile_consents.give(siti, None, "foto", 1, uuid.uuid4()))
    assert [type(one).__name__ for one in given] == ["Standing"] * 6, given
    assert Consent.objects.count() == 1
    taken = at_once(
        6, lambda _: mobile_consents.withdraw(siti, None, "foto", 1, uuid.uuid4(), understood=False).in_force
    )
    assert taken == [False] * 6 and Consent.objects.count() == 2


def test_what_rests_on_a_law_names_it_and_cannot_be_agreed_to(siti: Person, paying: ConsentText) -> None:
    with pytest.raises(NotByConsent):
        consents.record(siti, paying, given=True, channel="office", by=None)
    for wrong in ({"basis": "law"}, {"basis": "law", "legal_basis": "UU", "consequence": "x"}, {"basis": "x"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            consents.word("salah", "Salah", "…", by=None, **wrong)
