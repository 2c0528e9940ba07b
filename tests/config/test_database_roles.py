"""The application's role, in the tests' real database: what it may do with the ledger, and what nobody may."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import DatabaseError, connection, connections, transaction

from config import database_roles
from config.checks import the_application_does_not_own_its_ledger
from config.database_roles import RESTRICTED, changeable
from tests import money
from tests.owner import as_owner

INSUFFICIENT_PRIVILEGE = "42501"
APPEND_ONLY = ["wallet_transfer", "disbursement_approval"]
OWNER = connections["owner"].settings_dict["USER"]

two_roles = pytest.mark.skipif(
    connections["default"].settings_dict["USER"] == OWNER, reason="DATABASE_URL names a server with one role"
)


def sqlstate(statement: str) -> str:
    """What the database says to the application: the SQLSTATE, or nothing if it obeyed."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError as error:
        return str(getattr(error.__cause__, "pgcode", None))
    return ""


def privileges(table: str) -> set[str]:
    """What the application may do with that table."""
    wanted = ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT wanted FROM unnest(%s::text[]) AS wanted WHERE has_table_privilege(%s, wanted)", [wanted, table]
        )
        return {privilege for (privilege,) in cursor.fetchall()}


# --- the application ---


@two_roles
@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        *(
            statement.format(table)
            for table in APPEND_ONLY
            for statement in (
                "UPDATE {} SET id = id",
                "DELETE FROM {} WHERE false",
                "TRUNCATE {} CASCADE",
                "ALTER TABLE {} DISABLE TRIGGER append_only",
                "DROP TRIGGER append_only ON {}",
                "DROP TABLE {} CASCADE",
                "CREATE TRIGGER mine BEFORE INSERT ON {} FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
            )
        ),
        "DROP FUNCTION wallet_transfer_is_append_only() CASCADE",
        "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE OR REPLACE FUNCTION wallet_transfer_is_append_only() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'",
        "CREATE TABLE public.mine (id int)",
        "CREATE SCHEMA mine",
        "DELETE FROM wallet_account WHERE false",
        "UPDATE wallet_account SET kind = kind",
        "UPDATE wallet_account SET created_at = now()",
        "ALTER TABLE wallet_account DROP CONSTRAINT account_not_overdrawn",
        "UPDATE wallet_payment SET amount = amount",
        "UPDATE wallet_payment SET status = 'paid'",
        "DELETE FROM wallet_payment WHERE false",
        "UPDATE wallet_refund SET amount = amount",
        "DELETE FROM wallet_refund WHERE false",
        *(
            f"DELETE FROM wallet_{table} WHERE false"
            for table in ("wallet", "purse", "purseterms", "merchant", "settlement", "paymentcode")
        ),
        "INSERT INTO django_migrations (app, name, applied) VALUES ('wallet', '9999', now())",
        "DELETE FROM django_migrations",
        "SELECT setval('wallet_transfer_id_seq', 1)",
        "SET session_replication_role = replica",
        f'SET ROLE "{OWNER}"',
        f'GRANT "{OWNER}" TO current_user',
        "ALTER ROLE current_user CREATEDB",
    ],
)
def test_the_application_is_refused(statement: str) -> None:
    assert sqlstate(statement) == INSUFFICIENT_PRIVILEGE


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE wallet_account SET balance = balance, counted_to = counted_to",
        "SELECT FROM wallet_account FOR UPDATE",
        "SELECT FROM wallet_account FOR KEY SHARE",
        "UPDATE wallet_payment SET refunded = refunded",
        "SELECT FROM wallet_payment FOR UPDATE",
        "UPDATE wallet_wallet SET status = status",
        "SELECT nextval('wallet_account_id_seq')",
        "SELECT * FROM django_migrations",
        "CREATE TEMPORARY TABLE mine ON COMMIT DROP AS SELECT 1",
    ],
)
def test_the_application_may_still(statement: str) -> None:
    assert sqlstate(statement) == ""


@two_roles
@pytest.mark.django_db
def test_every_restricted_table_is_there_and_every_other_has_the_ordinary_four() -> None:
    tables = set(connection.introspection.table_names())
    assert RESTRICTED.keys() <= tables
    with connection.cursor() as cursor:
        for table, rights in RESTRICTED.items():
            columns = {column.name for column in connection.introspection.get_table_description(cursor, table)}
            assert changeable(rights) <= columns, table
            assert privileges(table) == {right for right in rights.split(", ") if "(" not in right}, table
    for table in tables - RESTRICTED.keys():
        assert privileges(table) == {"SELECT", "INSERT", "UPDATE", "DELETE"}, table


# --- migrate ---


@pytest.fixture
def new_table(committed_db: None) -> Iterator[str]:
    """A table as a migration makes it, and that nobody mentions anywhere."""
    with as_owner() as cursor:
        cursor.execute("CREATE TABLE quite_new (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, note text)")
    yield "quite_new"
    with as_owner() as cursor:
        cursor.execute("DROP TABLE quite_new")


@two_roles
def test_a_new_table_that_nobody_mentions_gets_the_ordinary_four(new_table: str) -> None:
    assert privileges(new_table) == set()
    call_command("migrate", verbosity=0)
    assert privileges(new_table) == {"SELECT", "INSERT", "UPDATE", "DELETE"}
    assert sqlstate("SELECT nextval('quite_new_id_seq')") == ""


@two_roles
def test_granting_takes_away_what_is_too_much(new_table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    database_roles.grant()
    monkeypatch.setitem(RESTRICTED, new_table, database_roles.changing("note", "not_there_yet"))
    for _ in range(2):
        database_roles.grant()
        assert privileges(new_table) == {"SELECT", "INSERT"}
        assert sqlstate("UPDATE quite_new SET note = ''") == ""
        assert sqlstate("UPDATE quite_new SET id = id") == INSUFFICIENT_PRIVILEGE


@two_roles
def test_a_partition_has_the_rights_of_its_table(committed_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RESTRICTED, "parted", database_roles.APPEND_ONLY)
    with as_owner() as cursor:
        cursor.execute("CREATE TABLE parted (id int) PARTITION BY RANGE (id)")
        cursor.execute("CREATE TABLE parted_low PARTITION OF parted FOR VALUES FROM (0) TO (9)")
    try:
        database_roles.grant()
        assert privileges("parted") == privileges("parted_low") == {"SELECT", "INSERT"}
    finally:
        with as_owner() as cursor:
            cursor.execute("DROP TABLE parted")


def test_an_application_without_a_name_is_not_passed_over(committed_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connections["default"].settings_dict, "USER", "")
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL"):
        database_roles.grant()


@two_roles
def test_a_plan_grants_nothing(new_table: str) -> None:
    call_command("migrate", plan=True, verbosity=0)
    assert privileges(new_table) == set()


# --- check ---


@pytest.mark.django_db
@two_roles
def test_the_check_is_content_with_the_applications_role() -> None:
    assert checks.run_checks(tags=[checks.Tags.database], databases=["default"]) == []


@two_roles
@pytest.mark.parametrize("privilege", ["UPDATE", "UPDATE (amount)", "DELETE", "TRUNCATE", "TRIGGER"])
def test_the_check_names_one_privilege_too_many(committed_db: None, privilege: str) -> None:
    role = connection.ops.quote_name(connection.settings_dict["USER"])
    with as_owner() as cursor:
        cursor.execute(f"GRANT {privilege} ON wallet_transfer TO {role}")
    try:
        [found] = the_application_does_not_own_its_ledger(databases=["default"])
    finally:
        database_roles.grant()
    assert (found.id, found.is_serious()) == ("config.E001", True)
    assert f"it may {privilege.split()[0]} wallet_transfer." in found.msg
    assert the_application_does_not_own_its_ledger(databases=["default"]) == []


def test_the_check_refuses_an_application_that_is_the_owner(
    committed_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("config.checks.DEFAULT_DB_ALIAS", "owner")
    [found] = the_application_does_not_own_its_ledger(databases=["owner"])
    assert "owns the database" in found.msg


def test_the_check_asks_no_database_that_it_is_not_told_to() -> None:
    assert the_application_does_not_own_its_ledger() == []
    assert the_application_does_not_own_its_ledger(databases=["owner"]) == []


# --- the owner, too, is stopped by the triggers ---


@pytest.mark.usefixtures("committed_db")
@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {} SET id = id + 1",
        "UPDATE {} SET id = id WHERE false",
        "DELETE FROM {}",
        "TRUNCATE {} CASCADE",
    ],
)
def test_the_owner_does_not_rewrite_what_is_written_once(table: str, statement: str) -> None:
    money.approved_crowd(1)
    with pytest.raises(DatabaseError, match=f"{table} is append-only"), as_owner() as cursor:
        cursor.execute(statement.format(table))
    with as_owner() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        assert cursor.fetchone()[0] > 0
