"""What every test may use: a broker database of its own, and a database with real commits that is emptied afterwards."""

from __future__ import annotations

import os
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.db import connection, connections
from django.test.utils import setup_databases, teardown_databases

from tests.processes import start_server

WORKER_NUMBER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
TABLES_WITH_TRIGGERS = """
    SELECT DISTINCT relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid WHERE NOT tgisinternal
"""
KEPT_TABLES = {"django_migrations", "django_content_type", "auth_permission"}


def pytest_configure() -> None:
    """Each test worker rings in its own Redis database; 0 belongs to the demo."""
    if settings.REDIS_URL:
        url = urlunsplit(urlsplit(settings.REDIS_URL)._replace(path=f"/{WORKER_NUMBER + 1}"))
        settings.REDIS_URL = settings.CELERY_BROKER_URL = url
        os.environ["REDIS_URL"] = url


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_modify_db_settings: None,
    django_db_blocker: pytest.FixtureRequest,
    django_db_keepdb: bool,
    django_db_createdb: bool,
) -> Iterator[None]:
    """The test database, in every run: pytest-django makes one only if it meets its own marker or fixtures.

    `committed_db` is neither, so a run of nothing but such tests worked on the real database, and emptied it.
    """
    with django_db_blocker.unblock():
        made = setup_databases(
            verbosity=0, interactive=False, aliases=["default"], keepdb=django_db_keepdb and not django_db_createdb
        )
    yield
    if not django_db_keepdb:
        with django_db_blocker.unblock():
            with connection.cursor() as cursor:  # a server's thread may still hold the last test's connection
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            teardown_databases(made, verbosity=0)


@pytest.fixture
def committed_db(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """Real commits, visible to other connections and processes; every table of ours is empty afterwards."""
    with django_db_blocker.unblock():
        _empty_tables()
        try:
            yield
        finally:
            _empty_tables()
            connections.close_all()


def _empty_tables() -> None:
    name = connection.settings_dict["NAME"]
    if not name.startswith("test_"):
        raise RuntimeError(f"{name} is not a test database: nothing was emptied")
    tables = ", ".join(f'"{name}"' for name in connection.introspection.table_names() if name not in KEPT_TABLES)
    with connection.cursor() as cursor:
        # Transfers, approvals and others refuse TRUNCATE, as they should; only the tables' owner can lift that.
        cursor.execute(TABLES_WITH_TRIGGERS)
        guarded = [name for (name,) in cursor.fetchall()]
        for table in guarded:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(f"TRUNCATE {tables} RESTART IDENTITY CASCADE")
        for table in guarded:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


@pytest.fixture
def process_env(committed_db: None) -> dict[str, str]:
    """The environment of a process that works on this test's database and broker."""
    database = connection.settings_dict
    address = f"{database['HOST']}:{database['PORT']}"
    url = f"postgres://{database['USER']}:{database['PASSWORD']}@{address}/{database['NAME']}"
    return os.environ | {"DATABASE_URL": url, "REDIS_URL": settings.REDIS_URL}


@pytest.fixture
def processes(process_env: dict[str, str]) -> None:
    """tests.processes is ready to run work in separate processes on this test's database."""
    start_server(process_env)
