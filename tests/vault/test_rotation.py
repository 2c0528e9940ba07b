"""Keys are replaced while everybody goes on reading, writing and importing; nobody is lost, doubled or unreadable."""

from __future__ import annotations

import io
import time
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as live
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils.module_loading import import_string

from beneficiaries import registry, resealing, uploads
from beneficiaries.api.authentication import new_key
from beneficiaries.history import telling
from beneficiaries.models import Change, EvidenceSource, Household, IndexKeyTurn, Person, Replaced
from beneficiaries.models.household import REGISTRY_LOCK
from mobile.models import Sms
from tests import money
from tests.beneficiaries import imports
from tests.beneficiaries.conftest import TODAY, Office, person, write
from tests.processes import together
from vault import rotation
from vault.sealing import blind_index, index_key_of, index_keys
from wallet.models import Merchant, Settlement

OLD, NEW, OLD_INDEX, NEW_INDEX = (bytes([number]) * 32 for number in (11, 22, 33, 44))
BEFORE = {"VAULT_KEYS": {1: OLD}, "BLIND_INDEX_KEY": OLD_INDEX, "BLIND_INDEX_KEYS": {}}
DURING = {"VAULT_KEYS": {1: OLD, 2: NEW}, "BLIND_INDEX_KEY": OLD_INDEX, "BLIND_INDEX_KEYS": {1: NEW_INDEX}}
AFTER = {"VAULT_KEYS": {2: NEW}, "BLIND_INDEX_KEY": None, "BLIND_INDEX_KEYS": {1: NEW_INDEX}}


def use(settings: Any, keys: dict[str, Any]) -> None:
    for name, value in keys.items():
        setattr(settings, name, value)


@pytest.fixture(autouse=True)
def before(settings: Any) -> None:
    use(settings, BEFORE)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def numbers(keys: str) -> Counter[int]:
    found: Counter[int] = Counter()
    for row in rotation.counts():
        if row.keys == keys:
            found[row.number] += row.rows
    return found


# --- which key ---


def test_the_key_without_a_number_leaves_none_and_the_others_do(settings: Any) -> None:
    unnumbered = blind_index("3171", subject="nik")
    assert (len(unnumbered), index_key_of(unnumbered)) == (32, 0)
    use(settings, DURING)
    assert index_keys() == [1, 0]
    numbered = blind_index("3171", subject="nik")
    assert (len(numbered), index_key_of(numbered)) == (33, 1)
    assert Person.nik.indexes_of("3171") == [numbered, unnumbered]


def test_a_new_key_may_be_known_before_it_is_used(settings: Any) -> None:
    use(settings, DURING)
    settings.VAULT_KEY_IN_USE, settings.BLIND_INDEX_KEY_IN_USE = 1, 0
    assert Person.nik.seal("t", "r", "3171")[1] == 1
    assert len(Person.nik.index_of("3171")) == 32
    assert [index_key_of(index) for index in Person.nik.indexes_of("3171")] == [0, 1]


# --- one after the other ---


def everyone() -> list[tuple[Any, ...]]:
    return [
        (row.pk, row.nik, row.phone, row.household.kk, row.household.address)
        for row in Person.objects.select_related("household").order_by("pk")
    ]


@pytest.mark.django_db
def test_everything_is_under_the_new_keys_and_says_what_it_said(settings: Any, office: Office) -> None:
    office.load(person(), person(2), person(3, KK="3171011506150004"))
    shop = money.owed(5_000)
    from wallet import settlement

    list(settlement.settle_all())
    message = Sms()
    message.phone, message.text = "+6281234567890", "halo"
    message.save()
    changed = Person.objects.first()
    with telling(source="office"):
        changed.phone = "+6281200000000"
        changed.save()
    said, history = everyone(), Change.objects.count()
    use(settings, DURING)
    assert everyone() == said
    assert Person.objects.with_nik(person(2)["NIK"]).exists()
    done = rotation.rotate()
    assert not done.broken and not done.doubled
    assert set(numbers(rotation.SEALED)) == {2} and set(numbers(rotation.INDEXED)) == {1}
    assert Change.objects.count() == history  # sealing anew is no change
    use(settings, AFTER)
    assert everyone() == said
    assert [row.pk for row in Person.objects.with_nik(person(2)["NIK"])] == [said[1][0]]
    assert Household.objects.with_kk(person()["KK"]).get().address == person()["ALAMAT"]
    assert Merchant.objects.get(pk=shop.pk).bank_account == Settlement.objects.get().bank_account == "1234567890"
    assert Sms.objects.get().text == "halo"
    was = Change.objects.filter(person=changed, kind="changed").latest("pk").before["phone_sealed"]
    assert Person(uid=changed.uid, phone_sealed=bytes.fromhex(was[2:])).phone == "+6281234500001"
    assert rotation.rotate().written == 0


@pytest.mark.django_db
def test_the_digests_go_along_even_of_what_was_corrected_here(settings: Any, office: Office) -> None:
    rows = [person(), person(2), person(3)]
    office.load(*rows)
    corrected = Person.objects.with_nik(person(2)["NIK"]).get()
    with telling(source="office", reason="salah tulis"):
        corrected.name, corrected.phone = "NAMA YANG BENAR", ""
        corrected.save()
    home = corrected.household
    with telling(source="office", reason="pindah"):
        home.address = "JL. BARU 9"
        home.save()
    use(settings, DURING)
    assert not rotation.rotate().broken
    use(settings, AFTER)
    done = office.load(*rows)
    assert (done.unchanged, done.changed, done.households_changed) == (3, 0, 0)
    assert Person.objects.with_nik(person(2)["NIK"]).get().name == "NAMA YANG BENAR"


@pytest.mark.django_db
def test_a_digest_that_nothing_makes_any_more_keeps_its_key_until_it_is_given_up(settings: Any, office: Office) -> None:
    office.load(person())
    Person.objects.update(source_digest=bytes(32))
    use(settings, DURING)
    assert rotation.rotate().broken == {"beneficiaries_person.source_digest": [Person.objects.get().pk]}
    with pytest.raises(CommandError, match="masih dipakai"):
        call_command("vault", "status")
    call_command("vault", "rotate", "--forget-digests")


@pytest.mark.django_db
def test_an_import_midway_knows_people_under_either_key_and_adds_nobody_twice(settings: Any, office: Office) -> None:
    rows = [person(), person(2), person(3, KK="3171011506150004"), person(4, KK="3171011506150005")]
    office.load(*rows[:3])
    use(settings, DURING)
    rotation.ModelRotation(Person).batch(None, 1)  # one of them has the new index
    rotation.ModelRotation(Household).batch(None, 1)
    done = office.load(*rows)
    assert (done.added, done.changed, done.unchanged, done.refused) == (1, 0, 3, 0)
    done = office.load(person(NAMA="ANI"), person(2, NAMA="ANA"), *rows[2:])
    assert (done.added, done.changed, done.unchanged) == (0, 2, 2)
    rotation.rotate()
    use(settings, AFTER)
    assert Person.objects.count() == 4 and Household.objects.count() == 3
    assert (done := office.load(person(NAMA="ANI"), person(2, NAMA="ANA"), *rows[2:])).unchanged == 4, done


@pytest.mark.django_db
def test_the_status_refuses_until_nothing_is_left_and_then_says_so(
    settings: Any, office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    office.load(person(), person(2))
    use(settings, DURING)
    with pytest.raises(CommandError, match="masih dipakai"):
        call_command("vault", "status")
    assert "MASIH DIPAKAI" in capsys.readouterr().out
    call_command("vault", "rotate", batch=1)
    said = capsys.readouterr()
    assert "Kunci penyegel 1 (VAULT_KEYS) tidak dipakai lagi dan boleh dihapus." in said.out
    assert "Kunci indeks 0 (BLIND_INDEX_KEY) tidak dipakai lagi dan boleh dihapus." in said.out
    assert person()["NIK"] not in said.out + said.err
    use(settings, AFTER)
    call_command("vault", "status")


@pytest.mark.django_db
def test_a_key_that_is_gone_too_early_is_named(settings: Any, office: Office) -> None:
    office.load(person())
    use(settings, AFTER)
    with pytest.raises(CommandError, match="kunci penyegel 1: "):
        call_command("vault", "status")
    assert rotation.rotate().broken["beneficiaries.Person"] == [Person.objects.get().pk]


@pytest.mark.django_db
def test_a_damaged_row_is_named_and_holds_nobody_up(settings: Any, office: Office) -> None:
    office.load(person(), person(2))
    damaged = Person.objects.with_nik(person(2)["NIK"]).get()
    Person.objects.filter(pk=damaged.pk).update(nik_sealed=b"\x01\x01" + bytes(40))
    use(settings, DURING)
    assert rotation.rotate().broken["beneficiaries.Person"] == [damaged.pk]
    assert index_key_of(bytes(Person.objects.exclude(pk=damaged.pk).get().nik_index)) == 1


@pytest.mark.django_db
def test_two_rows_of_one_number_are_named_and_the_others_done(settings: Any) -> None:
    first, other = money.person(), money.person()
    use(settings, DURING)
    twin = money.person()
    twin.nik = first.nik  # who inserts without asking the registry
    twin.save()
    done = rotation.rotate()
    assert done.doubled == {"beneficiaries.Person": [first.pk]}
    assert index_key_of(bytes(Person.objects.get(pk=other.pk).nik_index)) == 1


@pytest.mark.django_db
def test_an_uploaded_file_opens_afterwards(settings: Any) -> None:
    content = bytes(range(256)) * 9_000
    kept = uploads.store(io.BytesIO(content))
    use(settings, DURING)
    rotation.rotate()
    use(settings, AFTER)
    assert uploads.open_upload(kept.uid, kept.size).read() == content


@pytest.mark.django_db
def test_columns_that_a_file_may_leave_out_go_along(settings: Any, office: Office) -> None:
    rows = [person(), person(2)]
    told = [row | {"RT": "003"} for row in rows]
    office.load(*told)
    use(settings, DURING)
    assert not rotation.rotate().broken
    use(settings, AFTER)
    assert office.load(*told).unchanged == 2 and office.load(*rows).unchanged == 2


@pytest.mark.django_db
def test_a_stale_write_wins_and_is_taken_in_the_next_round(settings: Any) -> None:
    someone = money.person()
    use(settings, DURING)
    stale = Person.objects.get(pk=someone.pk)
    rotation.rotate()
    stale.name = "Ditulis sesudahnya"
    stale.save()  # puts the old bytes back, all columns
    assert index_key_of(bytes(Person.objects.get().nik_index)) == 0
    assert Person.objects.with_nik(someone.nik).get().name == "Ditulis sesudahnya"
    rotation.rotate()
    assert index_key_of(bytes(Person.objects.get().nik_index)) == 1


@pytest.mark.django_db
def test_an_agencys_key_is_no_index(settings: Any) -> None:
    source = EvidenceSource(code="bapenda", name="Bapenda", kinds=["vehicle"])
    new_key(source)
    source.save()
    assert not numbers(rotation.INDEXED)


@pytest.mark.usefixtures("committed_db")
@pytest.mark.parametrize("rotated", [True, False])
def test_an_import_is_taken_back_across_a_change_of_keys(settings: Any, rotated: bool) -> None:
    rows = [person(), person(2), person(3, KK="3171011506150004", TELEPON="")]
    imports.committed(*rows)
    changed = [row | {"TELEPON": f"08139990000{n}", "DESIL": "7"} for n, row in enumerate(rows, 1)]
    run = imports.committed(*changed)
    assert run.changed == 3
    use(settings, DURING)
    if rotated:
        assert not rotation.rotate().broken
        assert set(numbers(rotation.INDEXED)) == {1}
        use(settings, AFTER)
    imports.undone(run)
    rotation.rotate()
    assert set(numbers(rotation.INDEXED)) == {1}
    use(settings, AFTER)
    assert [Person.objects.with_phone(f"+628123450000{n}").count() for n in (1, 2)] == [1, 1]
    assert Person.objects.get(phone_index__isnull=True).phone == ""
    assert imports.committed(*rows).unchanged == 3
    assert not Replaced.objects.filter(run=run).exists()


@pytest.mark.django_db
def test_a_replaced_digest_that_nothing_makes_any_more_is_given_up_when_asked(settings: Any, office: Office) -> None:
    office.load(person())
    office.load(person(DESIL="7", NAMA="LAIN"))
    Replaced.objects.update(source_digest=bytes(32))
    use(settings, DURING)
    assert rotation.rotate().broken == {
        "beneficiaries_replaced.source_digest": list(Replaced.objects.order_by("pk").values_list("pk", flat=True))
    }
    call_command("vault", "rotate", "--forget-digests")


@pytest.mark.django_db
def test_nobody_enters_under_a_closed_key(settings: Any) -> None:
    money.person()
    use(settings, DURING)
    rotation.rotate()
    assert IndexKeyTurn.objects.get().number == 1
    settings.BLIND_INDEX_KEY_IN_USE = 0  # a process that was started before the change
    for make in (money.household, lambda: money.person(Household.objects.first())):
        with pytest.raises(DatabaseError) as refused, transaction.atomic():
            make()
        assert refused.value.__cause__.diag.constraint_name == "registry_index_key"
    settings.BLIND_INDEX_KEY_IN_USE = None
    money.person()


@pytest.mark.django_db
def test_on_the_ticket_of_sealing_anew_nothing_else_changes(settings: Any) -> None:
    someone = money.person()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(rotation.RESEALING, ["on"])
        with pytest.raises(DatabaseError, match="changes nothing else"), transaction.atomic():
            cursor.execute("UPDATE beneficiaries_person SET name = 'Lain' WHERE id = %s", [someone.pk])


@pytest.mark.django_db
def test_every_sealed_column_of_the_database_is_rotated_and_may_be_written() -> None:
    """Whoever adds a sealed column gives it a `Sealed` attribute, or the old key can never go; and the right to write it."""
    rotated = {
        (model._meta.db_table, column)
        for model in rotation.sealed_models()
        for attribute in rotation.sealed_attributes(model)
        for column in (attribute.column, attribute.index)
        if column
    }
    with connection.cursor() as cursor:
        cursor.execute(rotation._COLUMNS, [rotation.SEALED_NAME])
        # What no model's attribute seals has a rotation of its own, named after its column.
        others = {tuple(import_string(path)().name.split(".")) for path in live.VAULT_ROTATIONS}
        # What a preview staged lives until somebody decides on it, and keeps its key until then.
        found = {(table, column) for table, column in cursor.fetchall() if "_staged" not in table}
        assert found <= rotated | others
        for table, column in rotated:
            cursor.execute("SELECT has_column_privilege(%s, %s, 'UPDATE')", [table, column])
            assert cursor.fetchone() == (True,), (table, column)


# --- while everybody works ---

CROWD = 1_500


def _keys() -> None:
    use(live, DURING)


def _rotate_now() -> int:
    _keys()
    time.sleep(0.3)
    return rotation.rotate(batch=100).written


def _read(niks: list[str], seconds: float) -> int:
    _keys()
    reads, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        for nik in niks[reads % 97 :: 97]:
            found = Person.objects.select_related("household").get(nik_index__in=Person.nik.indexes_of(nik))
            assert found.nik == nik and found.household.address == "Jl. Merdeka 1"
            reads += 1
    return reads


def _write(ids: list[int], seconds: float) -> int:
    _keys()
    writes, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        for pk in ids[writes % 89 :: 89]:
            row = Person.objects.get(pk=pk)
            with telling(source="office"):
                row.phone = f"+62812{writes:08}"
                row.save()
            writes += 1
    return writes


def _import(path: str, errors: str, seconds: float) -> tuple[int, int]:
    _keys()
    added = runs = 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        done = registry.import_file(path, errors, today=TODAY)
        assert done.refused == 0
        added, runs = added + done.added, runs + 1
    return added, runs


@pytest.mark.usefixtures("processes")
def test_reading_writing_and_importing_go_on_while_keys_are_replaced(settings: Any, tmp_path: Path) -> None:
    money.people(CROWD)
    people = list(Person.objects.order_by("pk"))
    niks, ids = [row.nik for row in people], [row.pk for row in people]
    known = [person(number, KK="3171011506150004") for number in range(1, 30)]
    registry.import_file(write(tmp_path / "known.csv", known), tmp_path / "e0.csv", today=TODAY)
    file = write(tmp_path / "more.csv", [*known, *(person(number, KK="3171011506150005") for number in range(30, 60))])
    seconds = 8.0
    outcomes = together(
        [
            (_rotate_now, ()),
            (_read, (niks, seconds)),
            (_read, (niks[::-1], seconds)),
            (_write, (ids, seconds)),
            (_import, (str(file), str(tmp_path / "e1.csv"), seconds)),
        ]
    )
    assert [outcome.error for outcome in outcomes] == [""] * 5
    written, *reads, writes, (added, runs) = [outcome.value for outcome in outcomes]
    assert written >= CROWD and min(reads) > 500 and writes > 100
    assert (added, runs > 1) == (30, True)
    use(settings, DURING)
    rotation.rotate()
    assert set(numbers(rotation.SEALED)) == {2} and set(numbers(rotation.INDEXED)) == {1}
    use(settings, AFTER)
    assert Person.objects.count() == CROWD + 59
    assert sorted(row.nik for row in Person.objects.filter(pk__in=ids)) == sorted(niks)
    assert len({row.nik for row in Person.objects.all()}) == CROWD + 59


def _enter(nik: str, kk: str) -> int:
    """As the registry adds someone: behind its lock, after a look under every key."""
    _keys()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [REGISTRY_LOCK])
        if Person.objects.with_nik(nik).exists():
            return 0
        home = Household(decile=2, kelurahan="31.71.01.1001")
        home.kk, home.address = kk, "Jl. Merdeka 1"
        home.save()
        made = Person(household=home, name="Baru", sex="P", birth_date=date(1960, 1, 1))
        made.nik = nik
        made.save()
        return 1


def _enter_with_the_old_key(nik: str, kk: str) -> int:
    _keys()
    live.BLIND_INDEX_KEY_IN_USE = 0
    return _enter(nik, kk)


@pytest.mark.usefixtures("processes")
def test_the_same_number_enters_once_whichever_key_each_process_uses() -> None:
    jobs = [
        (enter, ("3171015708900077", f"31710115061500{number:02}"))
        for number in range(4, 10)
        for enter in (_enter, _enter_with_the_old_key)
    ]
    outcomes = together(jobs)
    assert sorted(outcome.value for outcome in outcomes) == [0] * 11 + [1]
    assert Person.objects.count() == 1


def _close() -> None:
    _keys()
    resealing.close_older_index_keys()


@pytest.mark.usefixtures("processes")
def test_closing_a_key_waits_for_who_is_writing_and_then_stands() -> None:
    outcomes = together([(_close, ()), *((_enter, (f"31710157089{n:05}", f"31710115061{n:05}")) for n in range(1, 6))])
    assert [outcome.error for outcome in outcomes] == [""] * 6
    assert IndexKeyTurn.objects.count() == 1 and Person.objects.count() == 5
