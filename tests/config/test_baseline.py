"""The schema as one file: the same as all migrations make, and left alone wherever that is not certain."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder

from config import baseline


@pytest.fixture
def elsewhere(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield
        connections["owner"].close()


def migrated(*, from_baseline: bool) -> tuple[str, set[tuple[str, str]], dict[str, int]]:
    """The schema, the migrations that are recorded, and how many rows each table has."""
    with baseline.scratch("owner"):
        call_command("migrate", from_baseline=from_baseline, verbosity=0)
        applied = set(MigrationRecorder(connections["owner"]).applied_migrations())
        return baseline.schema("owner"), applied, rows()


def rows() -> dict[str, int]:
    counted = {}
    with connections["owner"].cursor() as cursor:
        for table in connections["owner"].introspection.table_names(cursor):
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            [(counted[table],)] = cursor.fetchall()
    return counted


@pytest.fixture
def elsewhere_on_the_path(elsewhere: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty database whose tables are to stand in another schema than `public`."""
    owner = connections["owner"].settings_dict
    with baseline.scratch("owner"):
        with connections["owner"].cursor() as cursor:
            cursor.execute("CREATE SCHEMA office")
        connections["owner"].close()
        monkeypatch.setitem(owner, "OPTIONS", owner["OPTIONS"] | {"options": "-c search_path=office,public"})
        yield
        monkeypatch.undo()


def test_what_stands_in_another_schema_is_no_empty_database(elsewhere_on_the_path: None) -> None:
    """Half of the migrations ran there: those that did not would be recorded, and their tables never made."""
    MigrationRecorder(connections["owner"]).record_applied("wallet", "0001_initial")
    assert baseline.load("owner") == 0
    assert set(MigrationRecorder(connections["owner"]).applied_migrations()) == {("wallet", "0001_initial")}


def test_tables_that_are_to_stand_in_another_schema_are_made_by_the_migrations(elsewhere_on_the_path: None) -> None:
    assert baseline.load("owner") == 0


def restored(sql: str) -> str:
    """The schema as it is told of a database made of that SQL: what was read from a dump, the server words otherwise."""
    with baseline.scratch("owner"):
        with connections["owner"].cursor() as cursor:
            cursor.execute("SET check_function_bodies = off")
            cursor.execute(sql)
        return baseline.schema("owner")


def test_a_database_is_the_same_whether_its_tables_came_at_once_or_one_by_one(elsewhere: None) -> None:
    at_once, one_by_one = migrated(from_baseline=True), migrated(from_baseline=False)
    assert at_once[1] == one_by_one[1]
    assert at_once[2] == one_by_one[2]  # the SQL brings no rows: no migration may write one into an empty database
    # One is a dump that was read, with what came later; so the other is read too.
    assert restored(at_once[0]) == restored(one_by_one[0])


def test_an_empty_database_gets_tables_and_records_and_one_with_tables_is_left_alone(elsewhere: None) -> None:
    assert baseline.load("owner") == 0  # this one has them
    with baseline.scratch("owner"):
        loaded = baseline.load("owner")
        assert loaded == len(MigrationRecorder(connections["owner"]).applied_migrations()) > 150
        assert baseline.load("owner") == 0


def test_it_stands_for_no_migration_whose_file_is_another_by_now() -> None:
    text = baseline.FILE.read_text()
    names = baseline.stands_for(text)
    assert ("wallet", "0001_initial") in names
    digest = text[text.index("-- migration wallet 0001_initial ") :].split()[4]
    assert baseline.stands_for(text.replace(digest, "0" * 16)) == []
    assert baseline.stands_for(text.replace("-- migration wallet ", "-- migration gone ")) == []


def test_an_older_server_than_the_one_that_wrote_it_runs_the_migrations(
    elsewhere: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    newer = tmp_path / "baseline.sql"
    newer.write_text(baseline._SERVER.sub("-- server 990000", baseline.FILE.read_text(), count=1))
    monkeypatch.setattr(baseline, "FILE", newer)
    with baseline.scratch("owner"):
        assert baseline.load("owner") == 0
        assert connections["owner"].introspection.table_names() == []
