"""Through which partner people are paid: what was approved is what is paid, and nobody's account number is in the clear."""

from __future__ import annotations

import logging
from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from beneficiaries import retention, subject_data
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
from disbursement.models import Batch, Chunk, Enrolment, Instruction, ProviderAccount, Route
from disbursement.provider_errors import (
    InvalidAccount,
    NoProposal,
    NumberDiffers,
    ProposalIsOwn,
    ProviderInactive,
    RouteProposed,
    RouteUnchanged,
)
from disbursement.providers import calling, routes
from tests import clock, money
from tests.disbursement import merging, partners
from wallet.errors import ReasonMissing

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
        routes.set_partner(_enrolled()[0], provider, number)


def test_one_route_is_in_force_and_what_it_was_stays(provider: ProviderAccount) -> None:
    [enrolment] = _enrolled()
    with pytest.raises(RouteUnchanged):
        routes.set_own_wallet(enrolment, None)
    first = routes.set_partner(enrolment, provider, "628123456789")
    with pytest.raises(RouteUnchanged):
        routes.set_partner(enrolment, provider, "628123456789")
    second = routes.set_partner(enrolment, provider, "628123456780")
    assert routes.of(enrolment) == second
    first.refresh_from_db()
    assert first.ended_at is not None
    assert first.number == "628123456789"
    routes.set_own_wallet(enrolment, None)
    assert routes.of(enrolment) is None
    ProviderAccount.objects.update(active=False)
    with pytest.raises(ProviderInactive):
        routes.set_partner(enrolment, ProviderAccount.objects.get(), "628123456789")


def test_where_aid_goes_is_proposed_by_one_officer_and_agreed_to_by_another(provider: ProviderAccount) -> None:
    [enrolment] = _enrolled()
    maker, other = money.officer(), money.officer()
    with pytest.raises(ReasonMissing):
        routes.propose(enrolment, provider, "628123456789", " ", maker)
    proposed = routes.propose(enrolment, provider, "628123456789", "surat permohonan 12", maker)
    assert routes.of(enrolment) is None  # nothing is paid there yet
    batch = batches.prepare(batches.cycle_of(enrolment.programme, date(2026, 11, 1)))
    assert batch.instructions.get().route is None
    with pytest.raises(RouteProposed):
        routes.propose(enrolment, provider, "628000000000", "lain", other)
    with pytest.raises(ProposalIsOwn):
        routes.agree(enrolment, "628123456789", maker)
    with pytest.raises(NumberDiffers):
        routes.agree(enrolment, "628123456780", other)
    routes.agree(enrolment, "628123456789", other)
    assert routes.of(enrolment) == proposed
    with pytest.raises(NoProposal):
        routes.agree(enrolment, "628123456789", other)
    routes.propose(enrolment, provider, "628000000000", "ganti", maker)
    routes.refuse(enrolment, other, "nomor tidak cocok")
    assert routes.proposed(enrolment) is None
    assert routes.of(enrolment) == proposed


def test_the_database_holds_the_second_officer(provider: ProviderAccount) -> None:
    [enrolment] = _enrolled()
    maker = money.officer()
    made = routes.propose(enrolment, provider, "628123456789", "surat", maker)
    alone = (
        f"agreed_at = now(), agreed_by_id = {maker.pk}",
        "agreed_at = now()",
        "set_by_id = NULL",
    )
    for change in alone:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE disbursement_route SET {change} WHERE id = {made.pk}")
    with pytest.raises(IntegrityError), transaction.atomic():
        Route.objects.create(enrolment=_enrolled()[0], provider=provider, set_by=maker, agreed_at=timezone.now())


def test_the_approver_reads_whose_account_is_new_and_whose_is_somebody_elses_too(provider: ProviderAccount) -> None:
    first, second, third = _enrolled(3)
    cycles = [batches.cycle_of(first.programme, date(2026, month, 1)) for month in (10, 11)]
    programmes.fund(first.programme, 3 * partners.AMOUNT, "DIPA-2")
    routes.set_partner(third, provider, "628111111111")
    paid = batches.prepare(cycles[0])
    Instruction.objects.filter(batch=paid, route=None).update(status="paid")
    routes.set_partner(first, provider, "628123456789")
    routes.set_partner(second, provider, "628123456789")
    batch = batches.prepare(cycles[1])
    preflight.soon(batch)
    found = set(batch.findings.values_list("reason", "enrolment"))
    assert found == {(reason, row.pk) for reason in ("route_changed", "route_shared") for row in (first, second)}
    assert routes.sharing(routes.of(first) or Route()) == 1
    assert routes.sharing(routes.of(third) or Route()) == 0


def _shared_in(batch: Batch) -> set[int]:
    preflight.soon(batch)
    return set(batch.findings.filter(reason="route_shared").values_list("enrolment", flat=True))


def test_whose_account_is_somebody_elses_is_seen_while_index_keys_are_replaced(
    provider: ProviderAccount, settings: Any
) -> None:
    settings.BLIND_INDEX_KEY, settings.BLIND_INDEX_KEYS = bytes(32), {}
    first, second, third = _enrolled(3)
    routes.set_partner(first, provider, "628123456789")
    settings.BLIND_INDEX_KEYS = {1: bytes([1]) * 32}
    routes.set_partner(second, provider, "628123456789")
    routes.set_partner(third, provider, "628111111111")
    batch = batches.prepare(batches.cycle_of(first.programme, date(2026, 11, 1)))
    assert _shared_in(batch) == {first.pk, second.pk}
    assert routes.sharing(routes.of(first) or Route()) == 1


def test_an_account_of_two_rows_of_one_person_is_nobody_elses(provider: ProviderAccount) -> None:
    survivor, other = merging.twice()
    programme = money.programme(amount=partners.AMOUNT, budget=10 * partners.AMOUNT)
    eligibility.enrol_eligible(programme)
    rows = Enrolment.objects.filter(programme=programme)
    for row in rows:
        routes.set_partner(row, provider, "628123456789")
    own = rows.get(person=survivor)
    assert routes.sharing(routes.of(own) or Route()) == 1
    merging.merged(survivor, other)
    assert routes.sharing(routes.of(own) or Route()) == 0
    batch = batches.prepare(batches.cycle_of(programme, date(2026, 11, 1)))
    assert batch.instructions.get().route is not None and _shared_in(batch) == set()


def test_a_batch_pays_through_the_route_it_was_approved_with(provider: ProviderAccount) -> None:
    [enrolment] = _enrolled()
    routes.set_partner(enrolment, provider, "628123456789")
    batch = batches.prepare(batches.cycle_of(enrolment.programme, date(2026, 11, 1)))
    batch = money.approve(approvals.submit(batch, by=money.officer()))
    routes.set_partner(enrolment, provider, "628000000000")
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
    routes.set_partner(through, provider, "628123456789")
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


def test_numbers_of_routes_that_ended_go_unless_the_books_stand_behind_them(
    provider: ProviderAccount, settings: Any
) -> None:
    settings.PRIVACY = settings.PRIVACY | {"retention": {"ended_routes": 100}, "financial_years": 1}
    paid = partners.unknown(provider).instructions.get().route
    assert paid is not None
    routes.set_partner(paid.enrolment, provider, "628123456789")
    unused = routes.of(paid.enrolment)
    assert unused is not None
    routes.set_partner(paid.enrolment, provider, "628123456780")
    for days, gone in ((99, set()), (101, {unused.pk}), (367, {paid.pk, unused.pk})):
        with clock.moved(days=days):
            retention.drop()
        assert set(Route.objects.filter(number_sealed=b"", number_index=None).values_list("pk", flat=True)) == gone
    assert routes.of(paid.enrolment).number == "628123456780"  # type: ignore[union-attr]


def test_what_is_known_of_a_person_tells_where_partners_paid_them(provider: ProviderAccount) -> None:
    batch = partners.unknown(provider)
    told = subject_data.as_text(subject_data.collect(batch.instructions.get().enrolment.person))
    assert partners.account_number(0) in told
    assert partners.line_of(batch).reference in told
