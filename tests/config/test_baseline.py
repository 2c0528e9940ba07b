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


def migrated(*, from_baseline: bool) -> tuple[str, set[tuple[str, str]]]:
    with baseline.scratch("owner"):
        call_command("migrate", from_baseline=from_baseline, verbosity=0)
        return baseline.schema("owner"), set(MigrationRecorder(connections["owner"]).applied_migrations())


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
