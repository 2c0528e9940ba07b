"""Through which partner people are paid: what was approved is what is paid, and nobody's account number is in the clear."""

from __future__ import annotations

import logging
from datetime import date
from typing import Any

import pytest
from django.db import connection

from beneficiaries import subject_data
from disbursement import (
    approvals,
    batches,
    content,
    eligibility,
    enrolments,
    preflight,
    programmes,
    reconciliation,
    subjects,
)
from disbursement.enrolment_states import R
from disbursement.models import Chunk, Enrolment, ProviderAccount, Route
from disbursement.provider_errors import InvalidAccount, ProviderInactive, RouteUnchanged
from disbursement.providers import calling, routes
from tests import money
from tests.disbursement import partners

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider() -> ProviderAccount:
    return partners.provider()


def _enrolled(how_many: int = 1) -> list[Enrolment]:
    money.people(how_many)
    programme = money.programme(amount=partners.AMOUNT)
    eligibility.enrol_eligible(programme)
    programmes.fund(programme, how_many * partners.AMOUNT, "DIPA-1")
    return list(Enrolment.objects.filter(programme=programme).order_by("pk"))


@pytest.mark.parametrize("number", ["", "1234567", "1" * 21, "62812345678a", "٦٢٨١٢٣٤٥٦٧٨", "6281 2345 678"])
def test_what_is_no_account_number_is_refused(provider: ProviderAccount, number: str) -> None:
    with pytest.raises(InvalidAccount):
        routes.set_partner(_enrolled()[0], provider, number, None)


def test_one_route_is_in_force_and_what_it_was_stays(provider: ProviderAccount) -> None:
    [enrolment] = _enrolled()
    with pytest.raises(RouteUnchanged):
        routes.set_own_wallet(enrolment, None)
    first = routes.set_partner(enrolment, provider, "628123456789", money.officer())
    with pytest.raises(RouteUnchanged):
        routes.set_partner(enrolment, provider, "628123456789", None)
    second = routes.set_partner(enrolment, provider, "628123456780", None)
    assert routes.of(enrolment) == second
    first.refresh_from_db()
    assert first.ended_at is not None
    assert first.number == "628123456789"
    routes.set_own_wallet(enrolment, None)
    assert routes.of(enrolment) is None
    ProviderAccount.objects.update(active=False)
    with pytest.raises(ProviderInactive):
        routes.set_partner(enrolment, ProviderAccount.objects.get(), "628123456789", None)


def test_a_batch_pays_through_the_route_it_was_approved_with(provider: ProviderAccount) -> None:
    [enrolment] = _enrolled()
    routes.set_partner(enrolment, provider, "628123456789", None)
    batch = batches.prepare(batches.cycle_of(enrolment.programme, date(2026, 11, 1)))
    batch = money.approve(approvals.submit(batch, by=money.officer()))
    routes.set_partner(enrolment, provider, "628000000000", None)
    sent: list[str] = []

    class Channel(partners.Scripted):
        def send(self, bulk_id: str, payees: Any, external_id: str, at: Any) -> Any:
            sent.extend(payee.account for payee in payees)
            return super().send(bulk_id, payees, external_id, at)

    partners.handed_over(batch)
    calling.send_next(provider.pk, Channel())
    assert sent == ["628123456789"]


def test_the_digest_of_a_batch_without_partners_is_what_it_was(provider: ProviderAccount) -> None:
    [enrolment] = _enrolled()
    batch = batches.prepare(batches.cycle_of(enrolment.programme, date(2026, 11, 1)))
    chunk = Chunk.objects.get(batch=batch)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT encode(sha256(convert_to(enrolment_id || '|' || cycle_id || '|' || part || '|' || kind || '|' || wallet_id"
            " || '|' || amount || '|' || attempt, 'UTF8')), 'hex') FROM disbursement_instruction WHERE chunk_id = %s",
            [chunk.pk],
        )
        assert cursor.fetchone() == (content.of(batch).chunks[chunk.pk].digest,)


def test_who_is_paid_elsewhere_is_not_held_to_our_wallets_limits(provider: ProviderAccount, settings: Any) -> None:
    settings.WALLET = settings.WALLET | {"balance_limit": {"registered": 1, "unregistered": 1}}
    own, through = _enrolled(2)
    routes.set_partner(through, provider, "628123456789", None)
    batch = batches.prepare(batches.cycle_of(own.programme, date(2026, 11, 1)))
    preflight.request(batch)
    preflight.run(batch.pk)
    struck = set(batch.findings.filter(reason="balance_limit_exceeded").values_list("enrolment", flat=True))
    assert struck == {own.pk}


def test_account_numbers_are_sealed_and_go_nowhere_but_to_the_partner(
    provider: ProviderAccount, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        partners.unknown(provider)
    number = partners.account_number(0)
    assert Route.objects.get().number == number
    assert number not in caplog.text
    with connection.cursor() as cursor:
        for table in ("route", "payoutline", "bulkrequest", "exchange", "instruction", "chunk"):
            cursor.execute(f"SELECT row_to_json(t)::text FROM disbursement_{table} t")
            rows = " ".join(row for (row,) in cursor.fetchall())
            assert number not in rows, table
            assert number.encode().hex() not in rows, table


def test_who_is_forgotten_has_no_account_number_any_more_and_nobody_is_while_an_outcome_is_open(
    provider: ProviderAccount,
) -> None:
    batch = partners.unknown(provider)
    person = batch.instructions.get().enrolment.person
    enrolments.end_all(list(Enrolment.objects.values_list("pk", flat=True)), reason=R.OWN_WISH, words="", by=None)
    assert "hasilnya" in subjects.hold_of(person)
    partners.hurry()
    calling.ask_next(provider.pk, partners.Scripted())
    assert subjects.hold_of(person) == ""
    subjects.forget(person)
    assert Route.objects.get().number == ""
    assert reconciliation.differences() == []


def test_what_is_known_of_a_person_tells_where_partners_paid_them(provider: ProviderAccount) -> None:
    batch = partners.unknown(provider)
    told = subject_data.as_text(subject_data.collect(batch.instructions.get().enrolment.person))
    assert partners.account_number(0) in told
    assert partners.line_of(batch).reference in told
