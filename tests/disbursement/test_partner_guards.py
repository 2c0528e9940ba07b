"""What the database itself holds of partners' outcomes: each test tries to get round one guard, as the owner of the tables."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import DatabaseError, connections

from disbursement.models import BulkNotice, PayoutLine, ProviderAccount, Resolution, Route
from disbursement.providers import resolutions, results
from disbursement.providers.protocol import Outcome, Told
from tests import money
from tests.disbursement import partners
from tests.owner import as_owner, lift_triggers

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def provider(committed_db: None) -> ProviderAccount:
    return partners.provider()


def _refused(statement: str) -> None:
    with pytest.raises(DatabaseError), as_owner() as cursor:
        cursor.execute(statement)


def test_a_final_outcome_stays(provider: ProviderAccount) -> None:
    line = partners.line_of(partners.unknown(provider))
    results.settle(provider, {line.reference: Told(Outcome.PAID, "2004000")}, PayoutLine.Source.NOTICE)
    _refused(f"UPDATE disbursement_payoutline SET state = 'failed' WHERE instruction_id = {line.pk}")
    _refused(f"UPDATE disbursement_instruction SET status = 'failed' WHERE id = {line.pk}")
    _refused(f"UPDATE disbursement_instruction SET status = 'pending' WHERE id = {line.pk}")
    _refused(f"UPDATE disbursement_payoutline SET settled_by = 'officer' WHERE instruction_id = {line.pk}")


@pytest.mark.parametrize(
    "column", ["reference = 'SLR-0'", "amount = 1", "opened_at = now()", "chunk_id = chunk_id + 1"]
)
def test_what_a_partner_knows_a_line_by_stays(provider: ProviderAccount, column: str) -> None:
    partners.unknown(provider)
    _refused(f"UPDATE disbursement_payoutline SET {column}")


def test_an_unknown_line_is_neither_paid_nor_failed_beside_its_outcome(provider: ProviderAccount) -> None:
    partners.unknown(provider)
    for status in ("paid", "failed", "cancelled", "pending"):
        _refused(f"UPDATE disbursement_instruction SET status = '{status}'")


def test_nobody_closes_a_batch_with_a_line_in_doubt(provider: ProviderAccount) -> None:
    batch = partners.unknown(provider)
    _refused(f"UPDATE disbursement_batch SET status = 'closed' WHERE id = {batch.pk}")


@pytest.mark.parametrize("table", ["route", "bulkrequest", "payoutline", "exchange", "bulknotice", "resolution"])
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_nothing_is_taken_away(provider: ProviderAccount, table: str, statement: str) -> None:
    line = partners.line_of(partners.unknown(provider))
    resolutions.propose(line, Resolution.Outcome.PAID, "Surat", money.officer())
    BulkNotice.objects.create(
        provider=provider,
        bulk_id="x",
        external_id="1",
        digest="",
        lines=0,
        settled=0,
        repeated=0,
        contradicted=0,
        unknown=0,
    )
    _refused(statement.format(f"disbursement_{table}"))


def test_an_exchange_is_answered_once(provider: ProviderAccount) -> None:
    partners.unknown(provider)
    for change in ("code = '2004000'", "answered_at = now()", "external_id = '1'", "outcome = 'accepted'"):
        _refused(f"UPDATE disbursement_exchange SET {change}")


def test_where_an_approved_line_goes_stays(provider: ProviderAccount) -> None:
    batch = partners.batch_through(provider, 2)
    first, second = Route.objects.order_by("pk")
    _refused(f"UPDATE disbursement_instruction SET route_id = {second.pk} WHERE route_id = {first.pk}")
    _refused(f"UPDATE disbursement_instruction SET route_id = NULL WHERE batch_id = {batch.pk}")
    _refused("UPDATE disbursement_chunk SET provider_id = NULL")
    _refused(f"UPDATE disbursement_route SET number_sealed = '\\x0102' WHERE id = {first.pk}")
    _refused(f"UPDATE disbursement_route SET enrolment_id = {second.enrolment_id} WHERE id = {first.pk}")
    with as_owner() as cursor:  # but who is forgotten is forgotten
        cursor.execute("UPDATE disbursement_route SET number_sealed = ''")


def test_routes_of_before_stand_as_agreed_and_are_found_by_their_number(provider: ProviderAccount) -> None:
    partners.batch_through(provider, 2)
    guards = import_module("disbursement.migrations.0401_route_guards")
    with as_owner() as cursor, lift_triggers(cursor):
        cursor.execute("UPDATE disbursement_route SET agreed_at = NULL, number_index = NULL")
        guards.as_agreed(apps, SimpleNamespace(connection=connections["owner"]))
    for route in Route.objects.all():
        assert route.agreed_at == route.set_at
        assert bytes(route.number_index or b"") == Route.number.index_of(route.number)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE disbursement_instruction SET route_id = (SELECT max(id) FROM disbursement_route)",
        "UPDATE disbursement_instruction SET route_id = NULL",
        "UPDATE disbursement_chunk SET provider_id = NULL",
    ],
)
def test_whoever_lifts_the_guards_and_redirects_money_has_nobody_paid(provider: ProviderAccount, change: str) -> None:
    batch = partners.batch_through(provider, 2)
    with as_owner() as cursor, lift_triggers(cursor):
        cursor.execute(change)
    partners.handed_over(batch)
    assert set(batch.chunks.values_list("status", "failure")) == {("blocked", "content_changed")}
    assert not PayoutLine.objects.exists()


def test_the_second_officer_is_another_and_decides_once(provider: ProviderAccount) -> None:
    line = partners.line_of(partners.unknown(provider))
    first, second = money.officer(), money.officer()
    row = resolutions.propose(line, Resolution.Outcome.PAID, "Surat", first)
    decided = "UPDATE disbursement_resolution SET agreed = true, decided_at = now(), decided_by_id = {}"
    _refused(decided.format(first.pk))
    _refused(f"UPDATE disbursement_resolution SET outcome = 'failed' WHERE id = {row.pk}")
    resolutions.agree(line, second)
    _refused(decided.format(_another().pk))


def _another() -> User:
    return money.officer()


def test_a_line_is_at_a_partner_once_and_a_reference_is_one_lines(provider: ProviderAccount) -> None:
    line = partners.line_of(partners.unknown(provider, 2))
    columns = "chunk_id, provider_id, request_id, reference, amount"
    values = f"{line.chunk_id}, {provider.pk}, {line.request_id}"
    insert = f"INSERT INTO disbursement_payoutline (instruction_id, {columns}) VALUES"
    _refused(f"{insert} ({line.pk}, {values}, 'SLR-new', 1)")
    _refused(f"{insert} (999999, {values}, '{line.reference}', 1)")


def test_the_application_may_not_do_what_the_triggers_forbid(provider: ProviderAccount) -> None:
    batch = partners.unknown(provider)
    deeds: list[Callable[[], object]] = [
        lambda: PayoutLine.objects.all().update(amount=1),
        lambda: Route.objects.all().delete(),
        lambda: batch.instructions.update(amount=1),
    ]
    for deed in deeds:
        with pytest.raises(DatabaseError):
            deed()
