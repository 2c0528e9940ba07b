"""Subjects' rights: seen, corrected, restricted, forgotten; by two officers, within 72 hours, or refused with a ground."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from beneficiaries import (
    consents,
    data_requests,
    duplicates,
    erasure,
    grievances,
    merged_rows,
    objections,
    privacy_errors,
    representation,
    retention,
    reveals,
    subject_data,
)
from beneficiaries.errors import FieldRefused
from beneficiaries.evidence import contest
from beneficiaries.history import telling
from beneficiaries.household_rules import EntryRefused
from beneficiaries.households import HeadLeaves, KkKnown, SameHousehold
from beneficiaries.models import (
    Breach,
    Change,
    Consent,
    DataRequest,
    Evidence,
    Grievance,
    GrievanceMessage,
    Household,
    Objection,
    Person,
    PersonKey,
    ProposedChange,
    RefusedRow,
    Replaced,
    Representation,
    RepresentationScan,
    Reveal,
    UploadBlock,
)
from beneficiaries.tasks import apply_retention, flag_late
from disbursement import eligibility, enrolments
from mobile import devices
from tests import clock, money
from tests.beneficiaries import cases, imports
from tests.beneficiaries.conftest import person as row
from tests.beneficiaries.evidence_told import CAR, TODAY, excluded, tell
from tests.beneficiaries.family import family, member
from vault.rotation import resealing
from wallet.models import Transfer

pytestmark = pytest.mark.django_db
K, S = DataRequest.Kind, DataRequest.State
HOURS_72 = timedelta(hours=72)


@pytest.fixture
def officer() -> User:
    return money.officer("dewi")


@pytest.fixture
def second() -> User:
    return money.officer("budi")


def siti() -> Person:
    made = Person(household=money.household(), name="Siti Aminah", sex="P", birth_date="1990-08-17")
    made.nik, made.phone = "3171015708900001", "+6281234567890"
    made.save()
    made.refresh_from_db()
    return made


def done(person: Person, kind: str, officer: User, second: User, **changes: str) -> DataRequest:
    request = data_requests.receive(person, kind, by=officer)
    data_requests.propose(request, by=officer, changes=changes)
    return data_requests.approve(request, by=second, reason="sesuai kartu")


# --- the clock ---


def test_the_clock_runs_from_when_it_was_received(officer: User) -> None:
    received = timezone.now() - timedelta(hours=70)
    request = data_requests.receive(money.person(), K.ACCESS, by=officer, received_at=received)
    assert request.due_at - request.received_at == HOURS_72
    assert DataRequest.objects.late().count() == 0 and flag_late() == 0
    with clock.moved(hours=2, seconds=1):
        assert DataRequest.objects.late().get() == request
        assert (flag_late(), flag_late()) == (1, 0)
    with pytest.raises(privacy_errors.ReceivedInFuture):
        data_requests.receive(money.person(), K.ACCESS, by=officer, received_at=timezone.now() + timedelta(minutes=1))
    with pytest.raises(privacy_errors.AlreadyAsked):
        data_requests.receive(request.person, K.ACCESS, by=officer)


def test_a_breach_has_the_same_clock_and_says_whom_was_told(officer: User) -> None:
    breach = Breach(
        discovered_at=timezone.now() - timedelta(hours=73),
        happened="kemarin",
        what="NIK",
        how="surel",
        remedy="ditarik",
    )
    breach.recorded_by = officer
    breach.save()
    assert breach.due_at - breach.discovered_at == HOURS_72
    assert Breach.objects.late().get() == breach and flag_late() == 1
    breach.subjects_told_at = timezone.now()
    with pytest.raises(IntegrityError), transaction.atomic():
        breach.save()
    breach.told, breach.agency_told_at = "Surat kepada 12 orang dan kepada lembaga", timezone.now()
    breach.save()
    assert not Breach.objects.late().exists()


# --- access ---


def test_everything_kept_about_someone_is_told_and_the_log_says_so_first(officer: User) -> None:
    person = siti()
    with telling(source="office", by=officer, reason="pindah nomor"):
        person.phone = "+6281299998888"
        person.save()
    text = consents.word("screening", "Pencocokan", "…", by=officer)
    consents.record(person, text, given=True, channel="office", by=officer, evidence="F-1")
    reveals.reveal(person, "nik", by=officer, reason="verify", note="KTP")
    money.person()
    request = data_requests.receive(person, K.ACCESS, by=officer)
    told = data_requests.answer(request, by=officer, reason="diserahkan langsung")
    assert Reveal.objects.latest("pk").fields == "all"
    machine, readable = subject_data.as_json(told), subject_data.as_text(told)
    assert json.loads(machine) == told
    for said in ("3171015708900001", "Siti Aminah", "0812-9999-8888", "Jl. Merdeka 1", "pindah nomor", "F-1", "KTP"):
        assert said in machine and said in readable, said
    assert told["history"][1]["before"] == {"phone": "+6281234567890"}
    assert request.state == S.DONE
    with pytest.raises(privacy_errors.RequestMoved):
        data_requests.answer(request, by=officer, reason="lagi")


def test_who_told_of_someone_is_not_told_to_them() -> None:
    person, neighbour = siti(), siti_with("3171015708900002")
    mobile, community = Grievance.Origin.MOBILE, Grievance.Origin.COMMUNITY
    cases.grievance(origin=mobile, reporter=person, text="Saldo saya kurang")
    said = {"reporter_name": "Pak Joko", "phone": "+6281211112222"}
    cases.grievance(origin=community, person=person, text="Siti punya mobil", **said)
    cases.grievance(origin=community, person=person, reporter=neighbour, text="Siti pindah")
    outsider = cases.proposal(person, "3171027112700077", name="Budi Wali", phone="081233334444")
    representation.propose(outsider, by=money.officer())
    told = subject_data.as_json(subject_data.collect(person))
    assert "Saldo saya kurang" in told and "Warga lain" in told and "SK-1" in told
    for others in ("mobil", "Pak Joko", "1111-2222", "Siti pindah", "Budi Wali", "3171027112700077", "3333-4444"):
        assert others not in told, others
    about = subject_data.collect(person)["kept_elsewhere"]["aduan (tentang orang)"]
    assert len(about) == 2 and not any("pelapor" in row for row in about)


# --- correction and restriction ---


def test_a_correction_needs_a_second_officer_and_stands_in_the_history(officer: User, second: User) -> None:
    person = siti()
    request = data_requests.receive(person, K.CORRECTION, by=officer)
    with pytest.raises(privacy_errors.NothingProposed), transaction.atomic():
        data_requests.propose(request, by=officer, changes={"name": " "})
    request.refresh_from_db()
    data_requests.propose(request, by=officer, changes={"name": "Siti Aminah Putri", "phone": "0812 3450 0009"})
    with pytest.raises(privacy_errors.SecondOfficerNeeded):
        data_requests.approve(request, by=officer, reason="cocok")
    with pytest.raises(privacy_errors.ReasonMissing):
        data_requests.approve(request, by=second, reason=" ")
    data_requests.approve(request, by=second, reason="cocok dengan KTP")
    person.refresh_from_db()
    assert (person.name, person.phone) == ("Siti Aminah Putri", "+6281234500009")
    change = Change.objects.filter(person=person).latest("pk")
    assert (change.source, change.by, change.reason) == (f"request:{request.pk}", second, "cocok dengan KTP")
    assert not ProposedChange.objects.exists()
    with pytest.raises(privacy_errors.RequestMoved):
        data_requests.approve(request, by=second, reason="lagi")


@pytest.mark.parametrize(
    "changes",
    [{"nik": "3171011708900001"}, {"birth_date": "1990-08-18"}, {"phone": "021"}, {"name": "B0B"}, {"sex": "X"}],
)
def test_a_correction_that_cannot_be_is_refused_with_its_field(officer: User, changes: dict[str, str]) -> None:
    request = data_requests.receive(siti(), K.CORRECTION, by=officer)
    with pytest.raises(FieldRefused), transaction.atomic():
        data_requests.propose(request, by=officer, changes=changes)
    request.refresh_from_db()
    assert request.state == S.OPEN


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"relation": "husband"}, "relation"),  # of a woman
        ({"relation": "tetangga"}, "relation"),
        ({"schooling": "kelas 3"}, "schooling"),
        ({"pregnant": "mungkin"}, "pregnant"),
        ({"kelurahan": "99.99.99.9999"}, "kelurahan"),
        ({"rt": "1"}, "rt"),
        ({"kk": "1"}, "kk"),
        ({"household": "3171011506150003", "relation": "child", "address": "Jl. Baru 1"}, "household"),
        ({"household": "3171011506150003"}, "relation"),
    ],
)
def test_a_correction_of_home_or_circumstances_names_what_cannot_be(
    officer: User, changes: dict[str, str], field: str
) -> None:
    request = data_requests.receive(siti(), K.CORRECTION, by=officer)
    with pytest.raises(EntryRefused) as refused, transaction.atomic():
        data_requests.propose(request, by=officer, changes=changes)
    assert [problem.field for problem in refused.value.problems] == [field]


def test_address_number_and_circumstances_are_corrected_on_request(officer: User, second: User) -> None:
    person = siti()
    changes = {"address": "Jl.  Baru 1", "kelurahan": "3174011001", "rt": "003", "rw": "005", "kk": "3174011506150009"}
    of_person = {
        "relation": "head",
        "schooling": "none",
        "disability": "sight",
        "occupation": "trader",
        "pregnant": "yes",
    }
    request = done(person, K.CORRECTION, officer, second, **changes, **of_person)
    person.refresh_from_db()
    home = person.household
    assert (home.address, home.kelurahan, home.rt, home.rw, home.kk) == (
        "Jl. Baru 1", "31.74.01.1001", "003", "005", "3174011506150009",
    )  # fmt: skip
    assert (person.relation, person.disability, person.occupation, person.pregnant) == ("head", "sight", "trader", True)
    sources = (
        Change.objects.filter(Q(person=person) | Q(household=home)).order_by("-pk").values_list("source", flat=True)
    )
    assert list(sources[:2]) == [f"request:{request.pk}"] * 2


def test_a_corrected_home_is_stored_in_one_spelling_whatever_was_wrong_before(officer: User, second: User) -> None:
    person = siti()
    home = person.household
    home.kk = "9999990101010001"  # of no district that there is
    home.save()
    done(person, K.CORRECTION, officer, second, kelurahan="3174011001", address="Jl.  Baru 1")
    home = Household.objects.get(pk=home.pk)
    assert (home.kelurahan, home.address) == ("31.74.01.1001", "Jl. Baru 1")


def test_what_an_officer_changed_while_the_correction_waited_for_the_household_stays(
    officer: User, second: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, found = siti(), merged_rows.survivor
    request = data_requests.receive(person, K.CORRECTION, by=officer)
    data_requests.propose(request, by=officer, changes={"address": "Jl. Baru 1"})

    def read_before_the_other_saves(asked: Person) -> Person:
        row = found(asked)
        Household.objects.filter(pk=row.household.pk).update(decile=9, kelurahan="31.74.01.1001")
        return row

    monkeypatch.setattr(merged_rows, "survivor", read_before_the_other_saves)
    data_requests.approve(request, by=second, reason="cocok")
    home = Household.objects.get(pk=person.household_id)
    assert (home.address, home.decile, home.kelurahan) == ("Jl. Baru 1", 9, "31.74.01.1001")


def test_a_correction_that_the_family_does_not_allow_is_refused(officer: User, second: User) -> None:
    home = family()
    mother, father = member(home, "Sri Wahyuni"), member(home, "Sutrisno")
    for person, changes, error in (
        (mother, {"relation": "head"}, EntryRefused),
        (father, {"relation": "relative"}, HeadLeaves),
        (father, {"household": home.kk, "relation": "head"}, SameHousehold),
        (mother, {"kk": family().kk}, KkKnown),
    ):
        with pytest.raises(error), transaction.atomic():
            done(person, K.CORRECTION, officer, second, **changes)


def test_a_person_is_moved_to_another_family_on_request_and_their_places_with_them(officer: User, second: User) -> None:
    home, other = family(), siti().household
    child = member(home, "Ani")
    request = done(child, K.CORRECTION, officer, second, household=other.kk, relation="grandchild", schooling="sma")
    child.refresh_from_db()
    assert (child.household, child.relation, child.schooling) == (other, "grandchild", "sma")
    assert Change.objects.filter(person=child).latest("pk").source == f"request:{request.pk}"


def test_a_nik_is_not_taken_from_another(officer: User, second: User) -> None:
    other = siti()
    person = siti_with("3171015708900002")
    with pytest.raises(privacy_errors.NikTaken), transaction.atomic():
        done(person, K.CORRECTION, officer, second, nik=other.nik)


def siti_with(nik: str) -> Person:
    made = Person(household=money.household(), name="Siti Aminah", sex="P", birth_date="1990-08-17")
    made.nik = nik
    made.save()
    made.refresh_from_db()
    return made


def test_restriction_and_its_release(officer: User, second: User) -> None:
    person = siti()
    done(person, K.RESTRICTION, officer, second)
    assert not Person.objects.processable().exists()
    duplicates.find()
    assert not PersonKey.objects.exists()
    done(person, K.RELEASE, officer, second)
    duplicates.find()
    assert PersonKey.objects.exists()
    assert Person.objects.processable().get() == person


def test_who_restricts_is_enrolled_in_nothing_new() -> None:
    money.people(2)
    Person.objects.filter(pk=Person.objects.first().pk).update(restricted=True)
    made = money.programme()
    eligibility.enrol_eligible(made)
    assert not made.enrolments.get().person.restricted


def test_the_database_too_wants_two_people(officer: User) -> None:
    request = data_requests.receive(siti(), K.ERASURE, by=officer)
    data_requests.propose(request, by=officer)
    with pytest.raises(IntegrityError, match="data_request_two_people"), transaction.atomic():
        DataRequest.objects.update(state=S.DONE, decided_by=officer, decided_at=timezone.now(), reason="x")


def test_a_refusal_says_why(officer: User, second: User) -> None:
    request = data_requests.receive(siti(), K.ERASURE, by=officer)
    data_requests.propose(request, by=officer)
    data_requests.refuse(request, by=second, reason="masih menerima bantuan")
    assert (request.state, request.reason) == (S.REFUSED, "masih menerima bantuan")


# --- erasure ---


def everything_stored() -> str:
    """All rows of all tables, but for the models' own names, as PostgreSQL prints them, bytes in both forms."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'auth_permission'")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT row_to_json(t)::text FROM "{table}" t')
            found += [row for (row,) in cursor.fetchall()]
    return "\n".join(found)


def test_who_is_forgotten_is_nowhere(officer: User, second: User) -> None:
    person = siti()
    household = person.household
    with telling(source="office", by=officer, reason="Siti Aminah pindah"):
        person.name = "Siti Aminah Putri"
        person.save()
    devices.issue(person, "HP Siti Aminah")
    earlier = siti_with("3171015708900009")
    Person.objects.filter(pk=earlier.pk).update(status="merged", merged_into=person)
    duplicates.find()
    nik_index, kk_index, boxes = person.nik_index, household.kk_index, [person.nik_sealed, person.phone_sealed]
    done(person, K.ERASURE, officer, second)
    stored = everything_stored()
    for secret in ("Siti Aminah", bytes(nik_index).hex(), bytes(kk_index).hex(), *(bytes(box).hex() for box in boxes)):
        assert secret not in stored
    person.refresh_from_db()
    earlier.refresh_from_db()
    assert earlier.erased_at and earlier.nik == ""
    assert person.erased_at and (person.nik, person.phone, person.birth_date.isoformat()) == ("", "", "1990-01-01")
    household.refresh_from_db()
    assert (household.kk, household.address) == ("", "")
    assert not Person.objects.with_nik("3171015708900001").exists() and not Person.objects.processable().exists()
    assert person.devices.get().revoked_at
    with pytest.raises(privacy_errors.PersonErased):
        erasure.erase(person, by=second, reason="lagi")
    with pytest.raises(privacy_errors.PersonErased):
        data_requests.receive(person, K.ACCESS, by=officer)
    siti()  # the same number may enter anew


def logged(*rows: Any) -> None:
    """A line of the office's log about each, as the office writes it."""
    for one in rows:
        LogEntry.objects.create(
            user=money.officer(),
            content_type=ContentType.objects.get_for_model(one),
            object_id=str(one.pk),
            object_repr=str(one),
            action_flag=2,
        )


def test_what_was_kept_about_who_is_forgotten_says_nothing_of_them_any_more(officer: User, second: User) -> None:
    person, worker = siti(), cases.officer("petugas", "Petugas")
    home = person.household
    # A grievance with its conversation, a neighbour's report, and both sides of acting for somebody.
    own = cases.grievance(origin=Grievance.Origin.MOBILE, reporter=person, text="rahasia-1")
    grievances.say(own, "rahasia-2")
    said = {"reporter_name": "rahasia-3", "phone": "+6281211112222"}
    cases.grievance(person=person, text="rahasia-4", **said)
    outsider = cases.proposal(
        person,
        cases.outsider_nik(),
        name="rahasia-5",
        phone="081233334444",
        document_number="rahasia-6",
        scan=cases.PNG,
    )
    in_force = representation.approve(representation.propose(outsider, by=officer), by=second)
    ward = cases.child()
    for_other = representation.propose(cases.proposal(ward, person.nik, document_number="rahasia-7"), by=officer)
    copied = representation.propose(cases.proposal(ward, cases.outsider_nik(), name="rahasia-8"), by=officer)
    with connection.cursor() as cursor, resealing(cursor):
        Representation.objects.filter(pk=copied.pk).update(nik_index=person.nik_index)
    # What was told, decided and objected to.
    made = excluded(home)
    objection = objections.file(made, "rahasia-9", channel=Objection.Channel.OFFICE, by=officer)
    evidence = tell(person, "vehicle", CAR | {"plate": "B 9999 RHS"}, document="rahasia-10")
    tell(person, "vehicle", CAR | {"plate": "B 9998 RHS"})
    contest(evidence, officer, "rahasia-11")
    text = consents.word("x", "X", "…", by=officer)
    consents.record(person, text, given=True, channel="office", by=officer, evidence="rahasia-12")
    enrolled = money.programme().enrolments.create(person=person, status="ended", facts={"name": "rahasia-13"})
    # Imports that are saved, refused in part, or not decided.
    Person.objects.filter(pk=person.pk).update(source_digest=b"x")
    saved = imports.committed(row(2, NAMA="NENENG"), source="Lain")
    Replaced.objects.create(run=saved, person=person, source_digest=b"d", phone_index=person.phone_index)
    others = row(NAMA="SITI", DESIL="0"), row(3, NAMA="NENENG")
    waiting = imports.previewed(row(NAMA="SITI RAHASIA"), *others, source="Lain")
    logged(person, home, enrolled, made, made.proposal, in_force)
    boxes = ((own, "text_sealed"), (in_force, "nik_sealed"), (evidence, "number_sealed"))
    sealed = [bytes(getattr(one, name)) for one, name in boxes]
    sealed.append(bytes(evidence.fingerprint))
    indexes = [
        bytes(index)
        for index in (person.nik_index, person.phone_index, in_force.nik_index, home.kk_index, evidence.number_index)
    ]
    before = everything_stored().lower()
    assert "rahasia-9" in before and "siti rahasia" in before and "siti aminah ·" in before
    assert all(box.hex() in before for box in sealed + indexes) and saved.state == saved.State.COMMITTED
    assert GrievanceMessage.objects.exclude(text_sealed=b"").exists()
    assert RefusedRow.objects.filter(nik_index=person.nik_index).exists()
    with pytest.raises(privacy_errors.LegalHold):  # while somebody has to read what was objected and complained of
        erasure.erase(person, by=second, reason="diminta")
    objections.deny(objection, second, "rahasia-14")
    for waiting_for_answer in Grievance.objects.all():
        grievances.answer(grievances.assign(waiting_for_answer, worker, "", by=worker), "rahasia-15", by=worker)
    done(person, K.ERASURE, officer, second)
    stored = everything_stored().lower()
    for secret in ("rahasia", "siti aminah", "9999 rhs", "b9999rhs", *(box.hex() for box in sealed + indexes)):
        assert secret not in stored, secret
    assert not Grievance.objects.exclude(text_sealed=b"", reporter_name_sealed=b"", phone_sealed=b"").exists()
    assert not GrievanceMessage.objects.exclude(text_sealed=b"").exists()
    assert not RepresentationScan.objects.exclude(content_sealed=b"").exists()
    for one, status in ((in_force, "ended"), (for_other, "refused"), (copied, "refused")):
        one.refresh_from_db()
        assert (one.status, one.name, one.nik, one.phone, one.document_number) == (status, "", "", "", "")
    objection.refresh_from_db()
    assert (objection.text, objection.status) == ("", "denied")
    assert not Evidence.objects.standing(TODAY).exists() and not Evidence.objects.exclude(value={}).exists()
    assert Consent.objects.get().given
    waiting.refresh_from_db()
    assert waiting.state == waiting.State.CANCELLED and not UploadBlock.objects.exists()


def test_the_proof_of_a_consent_is_emptied_and_nothing_else_of_it_changes(officer: User) -> None:
    text = consents.word("x", "X", "…", by=officer)
    consents.record(money.person(), text, given=True, channel="office", by=officer, evidence="F-1")
    for changed in ({"evidence": "F-2"}, {"evidence": "", "given": False}, {"given": False}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Consent.objects.update(**changed)
    with pytest.raises(DatabaseError), transaction.atomic():
        Consent.objects.all().delete()
    assert Consent.objects.update(evidence="") == 1


def test_the_address_stays_while_somebody_of_the_household_does(officer: User, second: User) -> None:
    person = siti()
    money.person(person.household)
    done(person, K.ERASURE, officer, second)
    home = Household.objects.get(pk=person.household_id)
    assert home.address == "Jl. Merdeka 1" and home.kk


def test_money_keeps_the_name_until_its_years_are_over(settings: Any, officer: User, second: User) -> None:
    money.pay_out(money.approved_crowd(1))
    person = Person.objects.get()
    request = data_requests.receive(person, K.ERASURE, by=officer)
    data_requests.propose(request, by=officer)
    with pytest.raises(privacy_errors.LegalHold) as held, transaction.atomic():
        data_requests.approve(request, by=second, reason="diminta")
    assert "catatan keuangan" in str(held.value) and "masih terdaftar" in str(held.value)
    request.refresh_from_db()
    assert request.state == S.PROPOSED
    settings.PRIVACY = settings.PRIVACY | {"financial_years": 0}
    enrolments.end(person.enrolments.get())
    transfers = Transfer.objects.count()
    data_requests.approve(request, by=second, reason="diminta")
    person.refresh_from_db()
    assert person.erased_at and person.wallet_id and Transfer.objects.count() == transfers


# --- retention ---


def test_what_is_over_its_time_is_listed_and_then_dropped(
    settings: Any, officer: User, second: User, capsys: pytest.CaptureFixture[str]
) -> None:
    person = siti()
    done(person, K.RESTRICTION, officer, second)
    with telling(source="office"):
        person.refresh_from_db()
        person.name = "Lain"
        person.save()
    settings.PRIVACY = settings.PRIVACY | {"retention": {"answered_requests": 30, "history": 40, "access_log": 0}}
    assert [(due.rule.name, due.count()) for due in retention.due()] == [("answered_requests", 0), ("history", 0)]
    with clock.moved(days=31):
        call_command("retention", "list")
        assert "answered_requests" in capsys.readouterr().out and DataRequest.objects.exists()
        assert apply_retention() == 1
    assert not DataRequest.objects.exists() and Change.objects.exclude(before={}).exists()


def test_the_access_log_goes_after_ten_years_and_not_before(officer: User) -> None:
    person, years = money.person(), timedelta(days=3_654)
    for ago in (timedelta(days=3_000), years):
        Reveal.objects.create(
            person=person, fields="nik", reason="audit", note="x", by=officer, at=timezone.now() - ago
        )
    assert retention.drop()["access_log"] == 1
    assert Reveal.objects.get().at > timezone.now() - years


def test_a_call_drops_so_many_and_leaves_the_rest_to_the_next(settings: Any, officer: User, second: User) -> None:
    for _ in range(3):
        done(money.person(), K.RESTRICTION, officer, second)
    settings.PRIVACY = settings.PRIVACY | {"retention": {"answered_requests": 30}}
    with clock.moved(days=31):
        dropped = [retention.drop(batch=2)["answered_requests"] for _ in range(3)]
    assert dropped == [2, 1, 0]
