"""An approved batch of as many people as are wanted, and what whoever pays it must leave behind.

People are written by SQL, sealed with nothing, because nobody opens them; the batch lives its life by the house's own functions.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import User

from bench.database import sql
from demo import authenticators
from disbursement import approvals, batches, programmes
from disbursement.models import Batch, Programme
from wallet.models import PurseTerms

AID = 300_000  # rupiah an instruction
PERIOD = date(2026, 11, 1)


def approved_batch(people: int) -> int:
    """So many enrolled people with wallets, and one approved batch that pays each of them; its id."""
    batch = submitted_batch(people)
    approve(batch)
    return batch.pk


def submitted_batch(people: int) -> Batch:
    """So many enrolled people with wallets, and one submitted batch that would pay each of them."""
    programme = enrolled(people)
    programmes.fund(programme, people * AID, "DIPA-1")
    batch = batches.prepare(batches.cycle_of(programme, PERIOD))
    return approvals.submit(batch, by=User.objects.create_user("maker"))


def enrolled(people: int) -> Programme:
    """So many people with wallets in a programme that pays everyone the same."""
    sql(
        """
        INSERT INTO beneficiaries_household (uid, kk_sealed, kk_index, address_sealed, kelurahan, decile)
        SELECT gen_random_uuid(), sha256(n::text::bytea), sha256(n::text::bytea), sha256(n::text::bytea), '31.71.01.1001', 2
        FROM generate_series(1, %(people)s) n
        """,
        {"people": people},
    )
    sql("INSERT INTO wallet_wallet (holder) SELECT gen_random_uuid() FROM generate_series(1, %(n)s)", {"n": people})
    sql(
        """
        INSERT INTO beneficiaries_person (uid, household_id, nik_sealed, nik_index, name, sex, birth_date, wallet_id)
        SELECT w.holder, h.id, h.kk_sealed, h.kk_index, 'Sutini ' || h.id, 'P', '1960-01-01', w.id
        FROM beneficiaries_household h JOIN wallet_wallet w USING (id)
        """
    )
    terms = PurseTerms.objects.create(name="Sembako", mccs=["5411"])
    programme = programmes.create(
        code="BENCH", name="Bantuan", amount=AID, eligibility="household.decile <= 4", terms=terms
    )
    sql(
        """
        INSERT INTO disbursement_enrolment (programme_id, person_id, facts)
        SELECT %(programme)s, id, '{"person": {"age": 66, "sex": "P"}, "household": {"decile": 2, "size": 1}}'
        FROM beneficiaries_person
        """,
        {"programme": programme.pk},
    )
    sql("ANALYZE")
    return programme


def approve(batch: Batch) -> None:
    """By an officer with an authenticator, as in the office."""
    authenticators.approve(batch, approver(), "bench")


def approver() -> User:
    """An officer who approves, with an authenticator."""
    password = secrets.token_hex()
    made = User.objects.create_superuser("approver", password=password)
    authenticators.install(made, password)
    return made


@dataclass(frozen=True, slots=True)
class BulkEnd:
    """What a paid batch leaves behind, whoever paid it."""

    purses: int
    in_purses: int
    transfers: int
    transferred: int
    keys: int
    in_clearing: int
    instructions_paid: int
    chunks_done: int
    chunks_paid: int


def bulk_end(batch: int) -> BulkEnd:
    [row] = sql(
        """
        WITH opened AS (SELECT t.key, t.amount, t.credit_id FROM wallet_transfer t WHERE t.kind = 'disbursement'),
        purses AS (
            SELECT count(*) AS count, sum(a.balance) AS total
            FROM wallet_purse p JOIN wallet_account a ON a.id = p.account_id AND a.kind = 'purse'
            JOIN opened ON opened.credit_id = a.id AND opened.amount = a.balance
            JOIN disbursement_instruction i ON i.wallet_id = p.wallet_id
                AND opened.key = 'disburse:' || i.batch_id || ':' || i.enrolment_id || ':' || i.attempt
        )
        SELECT purses.count, purses.total, (SELECT count(*) FROM opened), (SELECT sum(amount) FROM opened),
            (SELECT count(DISTINCT key) FROM opened),
            (SELECT a.balance FROM wallet_account a JOIN disbursement_batch b ON b.clearing_id = a.id WHERE b.id = %(batch)s),
            (SELECT count(*) FROM disbursement_instruction WHERE batch_id = %(batch)s AND status = 'paid'),
            (SELECT count(*) FROM disbursement_chunk WHERE batch_id = %(batch)s AND status = 'done'),
            (SELECT sum(paid_total) FROM disbursement_chunk WHERE batch_id = %(batch)s)
        FROM purses
        """,
        {"batch": batch},
    )
    return BulkEnd(*(int(value or 0) for value in row))


def paid_in_full(batch: int, *, marked: bool = True) -> BulkEnd:
    """The end that everyone who pays the batch must reach; `marked` is whether the instructions are marked as well."""
    count, total = Batch.objects.values_list("count", "total").get(pk=batch)
    chunks = Batch.objects.get(pk=batch).chunks.count()
    return BulkEnd(count, total, count, total, count, 0, *((count, chunks, total) if marked else (0, 0, 0)))
