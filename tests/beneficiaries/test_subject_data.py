"""A copy of one's data: whole, whichever of one's rows is asked for; nobody else in it by name; few queries for however much."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from beneficiaries import consents, duplicates_merge, grievances, objections, representation, reveals, subject_data
from beneficiaries.history import telling
from beneficiaries.models import (
    DuplicatePair,
    Evidence,
    Grievance,
    GrievanceMessage,
    Household,
    Merge,
    Objection,
    Person,
    Representation,
)
from beneficiaries.subject_rows import leads_to
from disbursement.models import Enrolment
from mobile import devices, notices
from mobile.models import Notice
from tests import money
from tests.beneficiaries import cases
from tests.beneficiaries.evidence_told import CAR, TODAY, excluded, tell
from vault.rotation import resealing
from wallet.models import Purse, Transfer, Wallet

pytestmark = pytest.mark.django_db
SUBJECTS = (Person, Household, Wallet, Purse)
NUMBERS = {"low_fingerprint": "1" * 32, "high_fingerprint": "2" * 32}


@pytest.fixture
def officer() -> User:
    return money.officer("dewi")


def kept(person: Person) -> dict[str, list[dict[str, Any]]]:
    told: dict[str, list[dict[str, Any]]] = subject_data.collect(person)["kept_elsewhere"]
    return told


def copy_of(person: Person) -> str:
    return subject_data.as_json(subject_data.collect(person))


def merged(joined: Person, survivor: Person, by: User) -> Merge:
    low, high = sorted((joined.pk, survivor.pk))
    pair = DuplicatePair.objects.create(low_id=low, high_id=high, score=90, reasons={"name": [9, "x"]}, **NUMBERS)
    return duplicates_merge.merge(pair, survivor, by, "orang yang sama")


# --- no model is forgotten ---


def keys(model: type[models.Model]) -> Iterator[tuple[str, type[models.Model]]]:
    for field in model._meta.get_fields():
        if isinstance(field, models.ForeignKey):
            yield field.name, field.related_model


def paths_to_a_subject(model: type[models.Model]) -> Iterator[str]:
    """One or two foreign keys to a person, household, wallet or purse; a second step that only repeats the first is none."""
    near = {name: target for name, target in keys(model) if target in SUBJECTS}
    yield from near
    for name, target in keys(model):
        if target not in SUBJECTS:
            yield from (f"{name}__{last}" for last, end in keys(target) if end in SUBJECTS and end not in near.values())


def untold() -> list[str]:
    """Paths to a subject that are neither told nor have a reason for their absence."""
    told: set[tuple[type[models.Model], str]] = set()
    absent: dict[str, str] = {}
    for declaration in subject_data.declarations():
        absent |= declaration.absent
        told |= {(table.model, path) for table in declaration.tables for path in table.paths}
        told |= {(table.model, "") for table in declaration.tables}
    found = []
    for model in apps.get_models(include_auto_created=True):
        label = model._meta.label
        if model._meta.proxy or label in absent:
            continue
        for path in paths_to_a_subject(model):
            if (model, path) not in told and f"{label}.{path}" not in absent:
                found.append(f"{label}.{path}")
        if model in SUBJECTS and (model, "") not in told:
            found.append(label)
    return found


def test_every_table_that_leads_to_a_person_or_household_is_told_or_has_a_reason() -> None:
    missing = [path for path in untold() if path != "beneficiaries.Household"]  # at the head of the copy
    assert missing == [], "declare them where settings.PRIVACY['told_by'] says, or say there why not"


def test_who_forgets_a_table_is_told_so(settings: Any) -> None:
    settings.PRIVACY = settings.PRIVACY | {"told_by": settings.PRIVACY["told_by"][1:]}
    for forgotten in (
        "Evidence.household",
        "Exclusion.person",
        "GrievanceMessage.grievance__reporter",
        "Reveal.person",
    ):
        assert f"beneficiaries.{forgotten}" in untold()


def test_what_is_declared_exists_and_every_absence_has_its_reason() -> None:
    assert len(settings.PRIVACY["told_by"]) == 4
    for declaration in subject_data.declarations():
        for table in declaration.tables:
            assert table.paths or table.where, table.model
            names = {field.name for field in table.model._meta.get_fields()} | set(vars(table.model))
            assert set(table.without) <= names, table.model
            for path in table.paths:
                assert leads_to(table.model, path) in SUBJECTS, path
                if leads_to(table.model, path) is Household:
                    table.model._base_manager.filter(**{f"{table.moment}__lt": timezone.now()}).exists()
        for path, reason in declaration.absent.items():
            app, name, *rest = path.split(".")
            model = apps.get_model(app, name)
            assert reason and (not rest or rest[0] in set(paths_to_a_subject(model))), path


# --- what is in it ---


def test_the_text_to_read_speaks_as_people_do_and_json_as_machines() -> None:
    person = cases.person(phone="+6281234567890")
    made_at = datetime(2026, 11, 30, 18, 30, tzinfo=UTC)
    told = subject_data.collect(person) | {"made_at": made_at.isoformat()}
    text = subject_data.as_text(told).splitlines()
    for line in (
        "Dibuat: 1 Desember 2026 01:30",
        "  tanggal lahir: 31 Desember 1970",
        "  pemrosesan dibatasi: Tidak",
        "  telepon: 0812-3456-7890",
        f"  NIK: {person.nik}",
        "  alamat: Jalan Contoh 1",
    ):
        assert line in text, line
    assert '"made_at": "2026-11-30T18:30:00+00:00"' in subject_data.as_json(told)


@pytest.mark.parametrize(
    "typed", ["2026-02-30", "9999-99-99", "2026-11-30T25:00:00+00:00", "9999-12-31T23:59:59+00:00"]
)
def test_what_somebody_typed_like_a_day_that_never_was_is_told_as_it_is(typed: str) -> None:
    told = subject_data.collect(cases.person()) | {"made_at": typed}
    assert f"Dibuat: {typed}" in subject_data.as_text(told)


def test_the_text_to_read_calls_columns_and_sealed_words_as_people_do() -> None:
    person = cases.person(name="Siti Lama")
    Person.objects.filter(pk=person.pk).update(name="Siti Baru", birth_date=date(1970, 11, 30))
    cases.grievance(reporter=person, text="Belum masuk.")
    text = subject_data.as_text(subject_data.collect(Person.objects.get(pk=person.pk)))
    names = {line.strip().partition(":")[0] for line in text.splitlines()}
    assert "      nama: Siti Lama\n" in text and "      tanggal lahir: 31 Desember 1970\n" in text
    assert "isi: Belum masuk.\n" in text
    assert not names & {"name", "birth_date", "text", "reporter_name"}


def test_what_is_known_of_the_household_is_told(officer: User) -> None:
    person = cases.person()
    home = person.household
    exclusion = excluded(home)
    objections.file(exclusion, "Mobil itu sudah dijual", channel=Objection.Channel.OFFICE, by=officer)
    tell(home, "property", {"object": "317101000100100010", "njop": 900_000_000})
    reveals.reveal(home, "address", by=officer, reason="verify", note="kunjungan rumah")
    told = kept(person)
    assert len(told["bukti (keluarga)"]) == 2
    assert [row["kode aturan"] for row in told["usulan pengecualian (keluarga)"]] == [exclusion.code]
    assert [row["alasan untuk warga"] for row in told["pengecualian (keluarga)"]] == [exclusion.reason]
    assert [row["isi sanggahan"] for row in told["sanggahan (pengecualian, keluarga)"]] == ["Mobil itu sudah dijual"]
    assert [row["keterangan"] for row in told["pembukaan data (keluarga)"]] == ["kunjungan rumah"]
    assert "B1234XYZ" in copy_of(person).replace(" ", "")


def test_what_was_said_about_ones_own_grievance_is_told_and_officers_notes_are_not(officer: User) -> None:
    person = cases.person()
    own = cases.grievance(origin=Grievance.Origin.MOBILE, reporter=person, person=person, text="Saldo saya kurang")
    grievances.say(own, "Sudah saya cek lagi")
    for kind, text in (("answer", "Sudah masuk kemarin"), ("note", "kata Pak Joko benar")):
        message = GrievanceMessage(grievance=own, kind=kind, by=officer)
        message.text = text
        message.save()
    told = kept(person)
    assert [row["text"] for row in told["aduan (pelapor)"]] == [
        "Saldo saya kurang"
    ] and "aduan (tentang orang)" not in told
    thread = told["percakapan aduan (aduan, pelapor)"]
    assert [row.get("text") for row in thread] == ["Sudah saya cek lagi", "Sudah masuk kemarin", None]
    assert told["langkah aduan (aduan, pelapor)"] and "Pak Joko" not in copy_of(person)


def test_the_thread_of_what_a_neighbour_reported_names_no_informant(officer: User) -> None:
    person, neighbour = cases.person(), cases.person(name="Bu Ratna")
    with telling(source="office"):
        Person.objects.filter(pk=person.pk).update(wallet=money.wallet())
    person.refresh_from_db()
    shop = money.merchant()
    money.purse(person.wallet, 50_000)
    payment = money.pay(person.wallet, shop, 10_000)
    rahasia = {"reporter": neighbour, "reporter_name": "rahasia-1", "phone": "+6281211112222"}
    about_home = Grievance(household=person.household, payment=payment, number="T-1", due_at=timezone.now())
    about_home.category, about_home.group = cases.category(), cases.category().group
    for name, value in {"origin": Grievance.Origin.COMMUNITY, "text": "rahasia-3", **rahasia}.items():
        setattr(about_home, name, value)
    about_home.save(force_insert=True)
    for report in (cases.grievance(person=person, text="rahasia-2", **rahasia), about_home):
        for kind, text in (("citizen", "rahasia-4"), ("answer", "rahasia-5"), ("note", "rahasia-6")):
            message = GrievanceMessage(grievance=report, kind=kind, by=officer)
            message.text = text
            message.save()
        grievances._note_step(report, "answered", officer, "rahasia-7")
        answer = report.messages.get(kind="answer")
        notices.tell(Notice.Kind.ANSWERED, answer.pk, [report.reporter_id], reachable=True)
    reveals.reveal(person, "nik", by=officer, reason="complaint", note="rahasia-9")
    text = copy_of(person)
    assert "rahasia" not in text and "1111-2222" not in text and "1211112222" not in text
    told = kept(person)
    assert sum(len(rows) for title, rows in told.items() if title.startswith("percakapan aduan")) == 6
    assert sum(len(rows) for title, rows in told.items() if title.startswith("aduan (")) == 2
    for title, rows in told.items():
        if "aduan" in title:
            assert all(row.get("pelapor") is None for row in rows), title
    assert len(told["pembukaan data (orang)"]) == 1
    # And who reported it has it in theirs.
    assert "rahasia-2" in copy_of(neighbour) and len(kept(neighbour)["pemberitahuan (penerima)"]) == 2


def test_who_acts_for_whom_and_what_they_fetched_is_told(officer: User) -> None:
    person, second = cases.person(), money.officer("budi")
    outsider = cases.proposal(
        person, cases.outsider_nik(), name="Budi Wali", phone="081233334444", scan=cases.PNG, document_number="SK-77"
    )
    made = representation.approve(representation.propose(outsider, by=officer), by=second)
    made.collections.create(reference="F-123", by=officer)
    ward = cases.child()
    other = representation.propose(cases.proposal(ward, cases.outsider_nik(), name="Wakil"), by=officer)
    with connection.cursor() as cursor, resealing(cursor):
        Representation.objects.filter(pk=other.pk).update(nik_index=person.nik_index)
    text, told = copy_of(person), kept(person)
    assert "SK-77" in text and "F-123" in text and "Budi Wali" not in text
    [scan] = told["pindaian dokumen wakil (wali dan kuasa, mewakili)"]
    assert scan["ukuran"] == len(cases.PNG) and "content" not in scan
    assert [row["name"] for row in told["wali dan kuasa"]] == ["Wakil"]


def test_pairs_with_another_person_do_not_tell_what_of_them_is_alike() -> None:
    person, other = sorted((cases.person(), cases.person()), key=lambda row: row.pk)
    reasons = {"birth_date": [22, "rahasia"]}
    DuplicatePair.objects.create(low=person, high=other, score=80, reasons=reasons, **NUMBERS)
    for row in (person, other):
        assert "rahasia" not in copy_of(row) and "skor" not in copy_of(row).lower().replace("alasan skor", "")


def test_the_wallet_is_told_and_its_secrets_are_not() -> None:
    person = paid()
    told = kept(person)
    assert [row["jumlah"] for row in told["transfer"]] == [300_000, 7_000, 2_000]
    assert [row["saldo"] for row in told["kantong (dompet)"]] == [295_000]
    assert [row["jumlah"] for row in told["belanja (dompet)"]] == [7_000]
    assert told["belanja (dompet)"][0]["nama pedagang"].startswith("Warung")
    assert [row["jumlah"] for row in told["pengembalian (belanja, dompet)"]] == [2_000]
    [instruction] = told["instruksi bayar (kepesertaan, penerima)"]
    assert (instruction["jumlah (Rp)"], instruction["periode"], instruction["status"]) == (
        300_000,
        "2026-11-01",
        "Dibayar",
    )
    assert len(told["kode bayar (dompet)"]) == 1
    assert Wallet.objects.exclude(pin_hash="").exists() and Wallet.objects.get(
        pk=person.wallet_id
    ).pin_hash not in copy_of(person)


def paid() -> Person:
    """Somebody with a PIN, paid 300,000, who bought for 7,000 and was given 2,000 back."""
    money.pay_out(money.approved_crowd(1))
    person = Person.objects.latest("pk")
    Wallet.objects.filter(pk=person.wallet_id).update(pin_hash="argon2$rahasia")
    payment = money.pay(Wallet.objects.get(pk=person.wallet_id), money.merchant(), 7_000)
    money.refund(payment, 2_000)
    return person


def test_what_an_inherited_purse_did_before_is_of_who_left_it() -> None:
    heir, dead = cases.person(), cases.person()
    for row in (heir, dead):
        with telling(source="office"):
            Person.objects.filter(pk=row.pk).update(wallet=money.wallet())
        row.refresh_from_db()
    shop = money.merchant()
    money.purse(dead.wallet, 50_000)
    money.pay(dead.wallet, shop, 11_000)
    money.passed_on(dead.wallet, heir.wallet, "meninggal")
    money.pay(Wallet.objects.get(pk=heir.wallet_id), shop, 12_000)
    assert [row["jumlah"] for row in kept(heir)["transfer"]] == [12_000]
    assert [row["jumlah"] for row in kept(dead)["transfer"]] == [50_000, 11_000]


def test_what_the_person_was_told_and_how_is_told() -> None:
    person = paid()
    notices.tell(Notice.Kind.LAPSE, Purse.objects.get(wallet=person.wallet_id).pk, [person.pk], amount=5)
    told = kept(person)
    [notice] = told["pemberitahuan (penerima)"]
    assert (notice["tentang"], notice["jumlah (Rp)"]) == ("Bantuan segera hangus", 5)
    [delivery] = told["penyampaian (pemberitahuan, penerima)"]
    assert (delivery["saluran"], delivery["keadaan"]) == ("Daftar kelurahan", "Menunggu")


# --- rows merged into one's own ---


def test_what_hangs_on_merged_rows_is_told_whichever_row_is_asked(officer: User) -> None:
    survivor, middle, deep = cases.person(), cases.person(), cases.person(phone="+6281277778888")
    for row, plate in ((middle, "B 1111 AAA"), (deep, "B 2222 BBB")):
        tell(row, "vehicle", CAR | {"plate": plate})
        known(row.household, plate.replace("B ", "D "), timezone.now())
        cases.grievance(reporter=row, text=f"aduan {row.pk}", origin=Grievance.Origin.MOBILE)
        text = consents.word(f"x{row.pk}", "X", "…", by=officer)
        consents.record(row, text, given=True, channel="office", by=officer, evidence=f"F-{row.pk}")
        devices.issue(row, f"HP {row.pk}")
    with telling(source="office", by=officer, reason="ganti nomor"):
        deep.phone = "+6281299990000"
        deep.save()
    purse_owner = paid()
    merged(deep, middle, officer)
    merged(middle, survivor, officer)
    merged(purse_owner, survivor, officer)
    known(deep.household, "F 3333 CCC", timezone.now() + timedelta(minutes=1))
    for asked in (survivor, middle, deep):
        asked.refresh_from_db()
        told = subject_data.collect(asked)
        assert told["person"]["nama"] == survivor.name
        assert {row["nik"] for row in told["merged_rows"]} == {middle.nik, deep.nik, purse_owner.nik}
        assert len(told["former_households"]) == 3
        text = subject_data.as_json(told)
        for said in (
            *("B 1111 AAA", "B 2222 BBB", "D 1111 AAA", "D 2222 BBB"),
            *(f"aduan {row.pk}" for row in (middle, deep)),
            *(f"F-{row.pk}" for row in (middle, deep)),
            *(f"HP {row.pk}" for row in (middle, deep)),
            "+6281277778888",  # the history of the phone
        ):
            assert said in text, said
        assert "F 3333" not in text and "CCC" not in text  # of the household since it is not theirs any more
        assert [row["jumlah"] for row in told["kept_elsewhere"]["transfer"]] == [300_000] * 4 + [7_000, 2_000]
        assert len(told["kept_elsewhere"]["penggabungan (yang tetap)"]) == 3


def known(home: Household, plate: str, at: datetime) -> None:
    """Evidence of the household, as if it had come in then."""
    Evidence.objects.create(
        household=home,
        kind="vehicle",
        item=plate,
        value={"vehicle": "car", "owned": True},
        source="Bapenda",
        fact_date=TODAY,
        received_at=at,
        fingerprint=plate.encode(),
    )


def test_somebody_who_was_parted_again_is_another(officer: User) -> None:
    survivor, other = cases.person(), cases.person()
    tell(other, "vehicle", CAR | {"plate": "B 2222 BBB"})
    duplicates_merge.unmerge(merged(other, survivor, officer), officer, "rahasia: bukan dia")
    survivor.refresh_from_db()
    text = copy_of(survivor)
    assert "2222" not in text and other.nik not in text and "rahasia" not in text


# --- as many queries for much as for little ---


def test_a_thousand_transfers_take_as_many_queries_as_one() -> None:
    person = paid()
    few = queries(person)
    purse = Purse.objects.get(wallet=person.wallet_id)
    shop = money.merchant()
    Transfer.objects.bulk_create(
        Transfer(debit_id=purse.pk, credit=shop.account, amount=1, kind="redemption", key=money.unique())
        for _ in range(1_000)
    )
    for _ in range(20):
        cases.grievance(reporter=person, text="Lagi", origin=Grievance.Origin.MOBILE)
        money.programme().enrolments.create(person=person)
    assert queries(person) == few < 125
    assert len(kept(person)["transfer"]) == 1_003
    assert Enrolment.objects.filter(person=person).count() == 21


def queries(person: Person) -> int:
    with CaptureQueriesContext(
        connection,
    ) as caught:
        subject_data.collect(Person.objects.get(pk=person.pk))
    return len(caught)
