"""After a person is erased, no sealed value of anything that concerned them opens to what they were: every sealed column is read.

The columns are the database's own: one that is added and not read here fails the test. Files of imports are left out: they
are of many people at once, and go with their import or in time (`beneficiaries.uploads`).
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from beneficiaries import data_requests, erasure, grievances, objection_files, objections, representation, subject_data
from beneficiaries.history import telling
from beneficiaries.models import (
    Change,
    DataRequest,
    Evidence,
    Grievance,
    Household,
    Objection,
    Person,
    RegistryImport,
    Representation,
    UploadBlock,
)
from beneficiaries.resealing import opened_hex
from beneficiaries.subject_rows import rows, subject_of
from beneficiaries.uploads import _place
from disbursement import enrolments
from disbursement.models import Enrolment
from disbursement.providers import routes
from mobile import devices, otp, push
from mobile import grievances as told_by_phone
from mobile.lapse_notices import warn_all
from mobile.models import OtpChallenge, Sms
from tests import money
from tests.beneficiaries import cases, imports
from tests.beneficiaries.conftest import person as row
from tests.beneficiaries.evidence_told import CAR, excluded, tell
from tests.disbursement import partners
from vault.rotation import sealed_attributes, sealed_models
from vault.sealing import unseal, unseal_bytes
from wallet import wallets
from wallet.models import Payment, Wallet

pytestmark = pytest.mark.django_db
NIK, KK, PHONE, PLATE = "3171015708900001", "3171011506150003", "+6281234567890", "B 1234 XYZ"
NEXT_KK, NEXT_PHONE = "3171011506150005", "+6281299998888"
SCAN = cases.PNG + b"rahasia"
KNOWN = (
    "rahasia",
    NIK,
    KK,
    PHONE,
    NEXT_KK,
    NEXT_PHONE,
    PHONE[1:],
    PLATE.casefold(),
    b64encode(SCAN).decode().casefold(),
)
STAGED = {"beneficiaries_stagedperson": Person, "beneficiaries_stagedhousehold": Household}
# Of merchants, of partners, of officers, and what a bank wrote on its statement, which is a financial record.
OF_OTHERS = (
    *(
        "wallet_credential.",
        "wallet_bulkcashin.",
        "wallet_partnerinfo.",
        "wallet_merchant.",
        "wallet_settlement.",
        "officers_",
    ),
    *(
        "wallet_merchantapplication.",
        "wallet_applicationdocument.",
        "wallet_notificationkey.",
        "wallet_merchantchange.",
        "wallet_payoutcontent.",
    ),
    "disbursement_statemententry.",
    *("disbursement_provideraccount.", "disbursement_providertoken."),
)


@pytest.fixture
def siti() -> Person:
    home = money.household()
    home.kk, home.address = KK, "Jalan Rahasia 7"
    home.save()
    made = Person(household=home, name="Siti", sex="P", birth_date="1990-08-17")
    made.nik, made.phone = NIK, PHONE
    made.save()
    made.wallet_id = wallets.open_for([made.uid])[made.uid]
    made.save()
    made.refresh_from_db()
    return made


def tells(text: str) -> bool:
    """Whether it says anything of the person: every text that is written about them has one of these."""
    return any(known in text.casefold() for known in KNOWN)


# What another's number stands in (a neighbour who told, an outsider who fetches their money), and a text that names nobody.
WITHOUT_THEM = {
    "beneficiaries_grievance.phone_sealed",
    "beneficiaries_representation.nik_sealed",
    "beneficiaries_representation.phone_sealed",
    "mobile_sms.text_sealed",
}
INDEXED = {
    "beneficiaries_evidence.number_index",
    "beneficiaries_household.kk_index",
    "beneficiaries_person.nik_index",
    "beneficiaries_person.phone_index",
    "beneficiaries_refusedrow.nik_index",
    "beneficiaries_stagedhousehold.kk_index",
    "beneficiaries_stagedperson.kk_index",
    "beneficiaries_stagedperson.nik_index",
    "beneficiaries_stagedperson.phone_index",
    "mobile_otpchallenge.phone_index",
}


# --- what the columns open to ---


def opened() -> Iterator[tuple[str, str]]:
    """Every sealed value of the database with its place: table and column."""
    for model in sealed_models():
        for attribute in sealed_attributes(model):
            for one in model._base_manager.all():
                place = f"{model._meta.db_table}.{attribute.column}"
                if not place.startswith(OF_OTHERS):
                    yield place, getattr(one, attribute.name)
    yield from opened_history()
    yield from opened_staging()
    of_imports = RegistryImport.objects.exclude(upload=None).values("upload")
    for block in UploadBlock.objects.exclude(upload__in=of_imports):
        place = _place(block.upload, block.number)
        content = unseal_bytes(block.sealed, table=block._meta.db_table, field="sealed", row=place)
        yield "beneficiaries_uploadblock.sealed", content.decode(errors="replace")


def opened_history() -> Iterator[tuple[str, str]]:
    for change in Change.objects.select_related("person", "household"):
        about = change.person or change.household
        for attribute in sealed_attributes(type(about)):
            for values in (change.before or {}, change.after or {}):
                if box := opened_hex(values.get(attribute.column)):
                    text = unseal(box, table=about._meta.db_table, field=attribute.name, row=about.uid)
                    yield f"beneficiaries_change.{attribute.column}", text


def opened_staging() -> Iterator[tuple[str, str]]:
    with connection.cursor() as cursor:
        for table, model in STAGED.items():
            for attribute in sealed_attributes(model):
                cursor.execute(f"SELECT uid, {attribute.column} FROM {table} WHERE {attribute.column} IS NOT NULL")
                for uid, box in cursor.fetchall():
                    text = unseal(box, table=model._meta.db_table, field=attribute.name, row=uid)
                    yield f"{table}.{attribute.column}", text


def sealed_columns() -> set[str]:
    """The database's own word for it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
            " AND data_type = 'bytea' AND column_name ~ '(^|_)sealed$'"
        )
        found = {f"{table}.{column}" for table, column in cursor.fetchall()}
    return {place for place in found if not place.startswith(OF_OTHERS)}


def indexed() -> set[str]:
    """Where an index of one of the person's numbers stands."""
    known = [*Person.nik.indexes_of(NIK), *Evidence.number.indexes_of(PLATE)]
    known += [index for phone in (PHONE, NEXT_PHONE) for index in Person.phone.indexes_of(phone)]
    known += [index for kk in (KK, NEXT_KK) for index in Household.kk.indexes_of(kk)]
    found = set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
            " AND data_type = 'bytea' AND column_name ~ '_index$'"
        )
        for table, column in cursor.fetchall():
            cursor.execute(f'SELECT count(*) FROM "{table}" WHERE "{column}" = ANY(%s)', [known])
            if cursor.fetchone()[0]:
                found.add(f"{table}.{column}")
    return found


# --- a person with a row of every kind ---


def paid(person: Person) -> Payment:
    owner = Wallet.objects.get(pk=person.wallet_id)
    soon = timezone.now() + timedelta(days=3)
    money.purse(owner, 1_000, usable_until=soon, lapses_to=money.fund())
    return money.pay(owner, money.merchant(), 100)


def answered(ticket: Grievance, worker: User) -> None:
    """With a word on either side, and the message that there is an answer."""
    grievances.say(ticket, "rahasia: belum masuk")
    grievances.answer(grievances.take(ticket, by=worker), "rahasia: sudah dikirim", by=worker)
    list(told_by_phone.tell_answers())


def everything_about(siti: Person, dewi: User, rudi: User) -> None:
    worker = cases.officer("tono", "Petugas")
    neighbour = {"reporter_name": "Rahasia", "phone": "+6281377778888"}
    answered(cases.grievance(origin=Grievance.Origin.MOBILE, reporter=siti, text="rahasia 1"), worker)
    answered(cases.grievance(person=siti, text="rahasia 2", **neighbour), worker)
    answered(cases.grievance(payment=paid(siti), text="rahasia 3", **neighbour), worker)
    list(warn_all())
    otp.request(PHONE)
    device, _token = devices.issue(siti, "HP Rahasia")
    push.register(device, "rahasia", "android")
    outsider = cases.proposal(siti, cases.outsider_nik(), name="Rahasia", phone="081377778888", scan=SCAN)
    representation.approve(representation.propose(outsider, by=dewi), by=rudi)
    representation.propose(cases.proposal(cases.child(), siti.nik, scan=SCAN), by=dewi)
    objection = objections.file(excluded(siti.household), "rahasia", channel=Objection.Channel.OFFICE, by=dewi)
    objection_files.add(objection, "rahasia.png", SCAN, by=dewi)
    objections.deny(objection, money.officer(), "rahasia")
    tell(siti, "vehicle", CAR)
    asked = data_requests.receive(siti, DataRequest.Kind.CORRECTION, by=dewi)
    data_requests.propose(asked, by=dewi, changes={"name": "RAHASIA"})
    enrolment = Enrolment.objects.create(programme=money.programme(), person=siti)
    routes.propose(enrolment, partners.provider(), PHONE[1:], "rahasia", dewi)
    routes.agree(enrolment, PHONE[1:], rudi)
    enrolments.end(enrolment)
    corrected(siti, dewi)
    moving = row(NAMA="SITI RAHASIA", KK=NEXT_KK, ALAMAT="Jalan Rahasia 5", TELEPON=NEXT_PHONE)
    others = row(NAMA="SITI", DESIL="0"), row(2, NAMA="NENENG", KK="3171011506150006")
    imports.previewed(moving, *others, source="Lain")


def corrected(siti: Person, by: User) -> None:
    """So that the history has what every sealed column said before."""
    home = siti.household
    with telling(source="office", by=by, reason="rahasia"):
        for kk, nik, phone in (("3171011506150009", "3171015708900009", NEXT_PHONE), (KK, NIK, PHONE)):
            home.kk, home.address = kk, f"Jalan Rahasia {kk[-1]}"
            siti.nik, siti.phone = nik, phone
            home.save()
            siti.save()


@pytest.fixture
def erased(siti: Person, settings: Any) -> Person:
    """Siti, after it was sure that every sealed column of the database held something."""
    settings.PRIVACY = settings.PRIVACY | {"financial_years": 0}
    dewi, rudi = money.officer("dewi"), money.officer("rudi")
    everything_about(siti, dewi, rudi)
    before = [(place, text) for place, text in opened() if text]
    kept = {place for place, _text in before if not place.startswith("beneficiaries_change.")}
    assert kept == sealed_columns(), "a sealed column that this test does not fill, or does not read"
    history = {place for place, _text in before if place.startswith("beneficiaries_change.")}
    assert history == {f"beneficiaries_change.{name}_sealed" for name in ("nik", "phone", "kk", "address")}
    assert (kept | history) - {place for place, text in before if tells(text)} == WITHOUT_THEM
    assert indexed() == INDEXED
    request = data_requests.receive(siti, DataRequest.Kind.ERASURE, by=dewi)
    data_requests.propose(request, by=dewi, changes={})
    data_requests.approve(request, by=rudi, reason="diminta")
    return siti


@pytest.mark.usefixtures("erased")
def test_no_sealed_value_opens_to_what_an_erased_person_was() -> None:
    kept = {(place, text) for place, text in opened() if tells(text)}
    assert {place for place, _text in kept} == set(), kept


@pytest.mark.usefixtures("erased")
def test_no_index_finds_an_erased_person() -> None:
    assert indexed() == set()


def test_whatever_is_told_of_an_erased_person_has_nothing_sealed(erased: Person) -> None:
    subject = subject_of(erased)
    found = set()
    for declaration in subject_data.declarations():
        for table in declaration.tables:
            for _title, one in rows(table, subject):
                left = [sealed.name for sealed in sealed_attributes(type(one)) if getattr(one, sealed.column)]
                assert not left, (table, left)
                found.add(type(one).__name__)
    assert {"Grievance", "GrievanceMessage", "Evidence", "Representation", "RepresentationScan"} <= found


def test_an_unsaved_import_that_names_them_goes_with_all_that_it_staged(siti: Person) -> None:
    run = imports.previewed(row(KK=NEXT_KK), row(2, NAMA="NENENG", KK=NEXT_KK), source="Lain")
    assert list(opened_staging())
    erasure.erase(siti, by=None, reason="diminta")
    run.refresh_from_db()
    assert (run.state, list(opened_staging())) == (run.State.CANCELLED, [])


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("beneficiaries_person", "nik_sealed"),
        ("beneficiaries_person", "phone_sealed"),
        ("beneficiaries_household", "kk_sealed"),
        ("beneficiaries_household", "address_sealed"),
    ],
)
def test_a_value_that_does_not_open_any_more_keeps_nobody_from_being_forgotten(
    siti: Person, table: str, column: str
) -> None:
    outsider = cases.proposal(cases.child(), siti.nik, name="Rahasia", phone="081377778888", scan=SCAN)
    acts = representation.propose(outsider, by=money.officer())
    otp.request(PHONE)
    other = Sms.objects.create(send_until=OtpChallenge.objects.get().expires_at, phone_sealed=b"\x01damaged")
    imports.previewed(row(KK=NEXT_KK), source="Lain")
    damage(table, column, siti.pk if table.endswith("person") else siti.household_id)
    damaged = Person.objects.get(pk=siti.pk)
    subject_data.collect(damaged)
    erasure.erase(damaged, by=None, reason="diminta")
    acts.refresh_from_db()
    assert acts.status == Representation.Status.REFUSED and indexed() == set()
    assert not OtpChallenge.objects.exists() and list(Sms.objects.all()) == [other]


def damage(table: str, column: str, number: int) -> None:
    """One bit of it."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET {column} = set_byte({column}, 20, get_byte({column}, 20) # 1) WHERE id = %s", [number]
        )
