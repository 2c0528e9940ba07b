"""What every test may use: a broker database of its own, and a database with real commits that is emptied afterwards."""

from __future__ import annotations

import os
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.db import connection, connections
from django.test.utils import setup_databases, teardown_databases
from django.utils import translation

from tests.owner import as_owner, lift_triggers
from tests.processes import start_server

WORKER_NUMBER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
KEPT_TABLES = {"django_migrations", "django_content_type", "auth_permission"}


def pytest_configure() -> None:
    """Each test worker rings in its own Redis database; 0 belongs to the demo."""
    if settings.REDIS_URL:
        url = urlunsplit(urlsplit(settings.REDIS_URL)._replace(path=f"/{WORKER_NUMBER + 1}"))
        settings.REDIS_URL = settings.CELERY_BROKER_URL = url
        os.environ["REDIS_URL"] = url


@pytest.fixture(autouse=True)
def _own_language() -> Iterator[None]:
    """Each test begins and ends in the project's own language: a request leaves the one that it was answered in."""
    translation.activate(settings.LANGUAGE_CODE)
    yield
    translation.activate(settings.LANGUAGE_CODE)


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
        made = setup_databases(
            verbosity=0, interactive=False, aliases=["owner"], keepdb=django_db_keepdb and not django_db_createdb
        )
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


@pytest.fixture
def committed_db(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """Real commits, visible to other connections and processes; every table of ours is empty afterwards."""
    with django_db_blocker.unblock():
        _empty_tables()
        try:
            yield
        finally:
            connections.close_all()  # a transaction left open would hold the tables for ever
            _empty_tables()
            connections.close_all()


def _empty_tables() -> None:
    name = connections["owner"].settings_dict["NAME"]
    if not name.startswith("test_"):
        raise RuntimeError(f"{name} is not a test database: nothing was emptied")
    with as_owner() as cursor, lift_triggers(cursor):  # some tables refuse TRUNCATE, as they should
        names = connections["owner"].introspection.table_names(cursor)
        tables = ", ".join(f'"{name}"' for name in names if name not in KEPT_TABLES)
        cursor.execute(f"TRUNCATE {tables} RESTART IDENTITY CASCADE")
    connections[
        "owner"
    ].close()  # it says the keys of this process, which a test of other keys would take for another's


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
