"""What every test may use: a broker database of its own, and a database with real commits that is emptied afterwards."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection, connections
from django.db.backends.utils import CursorWrapper
from django.test.utils import setup_databases, teardown_databases
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as Hypothesis

from tests import template_database
from tests.owner import as_owner, lift_triggers
from tests.processes import start_server
from wallet.snap import pace

WORKER_NUMBER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
KEPT_TABLES = {"django_migrations", "django_content_type", "auth_permission"}


def pytest_configure() -> None:
    """Each test worker rings in its own Redis database; 0 belongs to the demo. Officers' passwords are hashed in no time."""
    Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost = 1, 64  # they guard nobody here
    settings.WHITENOISE_AUTOREFRESH = True  # each test's client would look up every static file, asked for or not
    # A busy machine is not a finding: no test fails because it, or the drawing of its examples, took long.
    Hypothesis.register_profile("salur", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    Hypothesis.load_profile("salur")
    if settings.REDIS_URL:
        url = urlunsplit(urlsplit(settings.REDIS_URL)._replace(path=f"/{WORKER_NUMBER + 1}"))
        settings.REDIS_URL = settings.CELERY_BROKER_URL = url
        os.environ["REDIS_URL"] = url


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Refuses to run where xdist does not keep the tests of a group on one worker: they would break each other's servers."""
    if getattr(config.option, "loadgroup", False):
        loose = [item.nodeid for item in items if item.get_closest_marker("xdist_group") and "@" not in item.nodeid]
        if loose:
            raise pytest.UsageError(f"this pytest and xdist do not group tests: {loose[0]} and {len(loose) - 1} more")


@pytest.fixture(autouse=True)
def _own_language() -> Iterator[None]:
    """Each test begins and ends in the project's own language: a request leaves the one that it was answered in."""
    translation.activate(settings.LANGUAGE_CODE)
    yield
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture(autouse=True)
def _own_pace() -> None:
    """What other tests have called is not counted against this one: all call from one process, and one address."""
    pace.forget()


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_modify_db_settings: None,
    django_db_blocker: pytest.FixtureRequest,
    django_db_keepdb: bool,
    django_db_createdb: bool,
) -> Iterator[None]:
    """The test database, in every run: made and migrated by its owner, worked on by the application's role.

    pytest-django makes one only if it meets its own marker or fixtures. `committed_db` is neither, so a run of nothing but
    such tests worked on the real database, and emptied it.
    """
    application, owner = connections["default"], connections["owner"]
    with django_db_blocker.unblock():
        # First of all, lest anything goes to the real one. Not by TEST["MIRROR"]: a mirror's tests run in no transaction.
        before, name = application.settings_dict["NAME"], owner.creation._get_test_db_name()
        application.close()
        application.settings_dict["NAME"] = application.settings_dict["TEST"]["NAME"] = name
        keep = django_db_keepdb and not django_db_createdb
        if copied := bool(template_database.RUN) and not django_db_keepdb:
            template_database.copy_to(name)
        made = setup_databases(verbosity=0, interactive=False, aliases=["owner"], keepdb=keep or copied)
        owner.close()
    yield
    if not django_db_keepdb:
        with django_db_blocker.unblock():
            for alias in ("default", "owner"):  # a server's thread may still hold the last test's connection
                with connections[alias].cursor() as cursor:
                    cursor.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
                    )
                connections[alias].close()
            teardown_databases(made, verbosity=0)
            application.settings_dict["NAME"] = before
            if copied:
                template_database.drop()


@pytest.fixture
def committed_db(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """Real commits, visible to other connections and processes; every table of ours is empty afterwards."""
    with django_db_blocker.unblock():
        _empty_once()
        try:
            yield
        finally:
            connections.close_all()  # a transaction left open would hold the tables for ever
            _empty_tables()
            connections.close_all()


@cache
def _empty_once() -> None:
    """What a run that was killed has left in a database that is used again; every test leaves its own empty."""
    _empty_tables()


def _empty_tables() -> None:
    name = connections["owner"].settings_dict["NAME"]
    if not name.startswith("test_"):
        raise RuntimeError(f"{name} is not a test database: nothing was emptied")
    with as_owner() as cursor:
        # Only those that hold something: to truncate all of them, which foreign keys would ask for, takes a second.
        filled = _filled(cursor)
        with lift_triggers(cursor, filled):  # some tables refuse it, as they should
            for table in filled:
                cursor.execute(f"DELETE FROM {table}")
        cursor.execute("SELECT schemaname, sequencename FROM pg_sequences WHERE last_value IS NOT NULL")
        kept = {f"{table}_id_seq" for table in KEPT_TABLES}
        for schema, sequence in cursor.fetchall():
            if sequence in kept:
                continue
            cursor.execute(f'ALTER SEQUENCE "{schema}"."{sequence}" RESTART')
    if filled:
        with connections["owner"].cursor() as cursor:
            cursor.execute(f"VACUUM {', '.join(filled)}")  # what is planned next must not be planned for dead rows
    connections[
        "owner"
    ].close()  # it says the keys of this process, which a test of other keys would take for another's


def _filled(cursor: CursorWrapper) -> list[str]:
    """Tables of ours that hold something, those that refer to others before them: not every reference can be deferred."""
    names = [name for name in connections["owner"].introspection.table_names(cursor) if name not in KEPT_TABLES]
    cursor.execute(" UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM \"{name}\")" for name in names))
    referring: dict[str, set[str]] = {name: set() for (name,) in cursor.fetchall()}
    cursor.execute(
        "SELECT DISTINCT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint"
        " WHERE contype = 'f' AND NOT condeferrable AND conrelid <> confrelid"
    )
    for table, other in cursor.fetchall():
        if table in referring and other in referring:
            referring[other].add(table)
    return list(TopologicalSorter(referring).static_order())


@pytest.fixture
def process_env(committed_db: None) -> dict[str, str]:
    """The environment of a process that works on this test's database and broker, as the application's role."""
    database = connection.settings_dict
    address = f"{database['HOST']}:{database['PORT']}"
    url = f"postgres://{database['USER']}:{database['PASSWORD']}@{address}/{database['NAME']}"
    return os.environ | {"DATABASE_URL": url, "OWNER_DATABASE_URL": "", "REDIS_URL": settings.REDIS_URL}


@pytest.fixture
def processes(process_env: dict[str, str]) -> None:
    """tests.processes is ready to run work in separate processes on this test's database."""
    start_server(process_env)
