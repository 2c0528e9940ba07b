"""Breaks: what books, statements and beneficiaries do not agree on is found once, owned, explained or resolved by two."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Max
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from disbursement import breaks, confirmations, programmes, statement_errors
from disbursement.models import Break, BreakStep, Comparison, Confirmation, Programme, StatementAccount
from tests import money
from tests.disbursement.statement_files import Entry, account, booked, camt, csv, told
from tests.owner import tamper
from tests.processes import together
from wallet import codes, counter, deposits, ledger, settlement
from wallet.models import Settlement, Transfer

K = Break.Kind


def today() -> date:
    return timezone.localdate()


def statement(of: StatementAccount, *entries: Entry, days: int = 5, **how: Any) -> Any:
    """A booked statement whose period ends some days ahead, so that everything of today is due on it."""
    return booked(camt(*entries, since=today() - timedelta(days=5), until=today() + timedelta(days=days), **how), of)


def entry(amount: int, reference: str = "", **fields: Any) -> Entry:
    return Entry(amount, reference, day=today(), **fields)


def found() -> list[tuple[str, str]]:
    """Kind and reference of what is undecided after a comparison."""
    breaks.find()
    rows = Break.objects.filter(state__in=Break.UNDECIDED).order_by("kind", "reference")
    return [(row.kind, row.reference) for row in rows]


def worker(name: str = "") -> User:
    user = money.officer(name)
    user.user_permissions.add(*Permission.objects.filter(codename__in=["work_break", "resolve_break"]))
    return user


@pytest.fixture
def fund(db: None) -> tuple[StatementAccount, Programme]:
    """An account for funding, and a programme funded with a thousand by order SP2D-1/2026."""
    made = money.programme()
    programmes.fund(made, 1_000, "SP2D-1/2026")
    return account("funding"), made


# --- finding ---


def test_books_that_agree_bring_up_nothing(fund: tuple[StatementAccount, Programme]) -> None:
    statement(fund[0], entry(1_000, "sp2d 1 2026"))  # as a bank may spell it
    assert found() == []


def test_what_is_on_one_side_only_is_missing_on_the_other(fund: tuple[StatementAccount, Programme]) -> None:
    statement(fund[0], entry(7, "SP2D-9"), entry(-3))
    assert found() == [
        ("missing_in_ledger", "BANK--3"),
        ("missing_in_ledger", "SP2D-9"),
        ("missing_in_statement", "SP2D-1/2026"),
    ]
    missing = Break.objects.get(kind=K.MISSING_IN_STATEMENT)
    assert (missing.ledger_sen, missing.statement_sen, missing.since) == (100_000, None, today())


def test_what_no_statement_covers_yet_is_not_missing(fund: tuple[StatementAccount, Programme]) -> None:
    assert found() == []
    statement(fund[0], days=0)  # until today: due tomorrow
    assert found() == []
    statement(fund[0], days=1)
    assert found() == [("missing_in_statement", "SP2D-1/2026")]


def test_another_amount_and_an_entry_told_twice_are_told_apart(fund: tuple[StatementAccount, Programme]) -> None:
    programmes.fund(fund[1], 500, "SP2D-2")
    statement(fund[0], entry(999, "SP2D-1/2026"), entry(500, "SP2D-2"), entry(500, "SP2D-2"))
    assert found() == [("amount", "SP2D-1/2026"), ("duplicate", "SP2D-2")]
    row = Break.objects.get(kind=K.DUPLICATE)
    assert (row.ledger_sen, row.statement_sen) == (50_000, 100_000)


def test_sen_are_seen(fund: tuple[StatementAccount, Programme]) -> None:
    content = camt(entry(1_000, "SP2D-1/2026"), since=today(), until=today()).replace(b"1000.00", b"1000.25")
    booked(content.replace(b">1000<", b">1000.25<"), fund[0])
    assert found() == [("amount", "SP2D-1/2026")]


def test_one_order_for_two_programmes_is_one_credit_of_the_bank(fund: tuple[StatementAccount, Programme]) -> None:
    programmes.fund(money.programme(), 500, "SP2D-1/2026")
    statement(fund[0], entry(1_500, "SP2D-1/2026"))
    assert found() == []


def test_what_was_reversed_on_both_sides_agrees(fund: tuple[StatementAccount, Programme]) -> None:
    ledger.reverse(Transfer.objects.get(kind=Transfer.Kind.FUNDING))
    statement(fund[0])
    assert found() == []  # the bank never had it, and neither have we any more
    statement(fund[0], entry(1_000, "SP2D-1/2026"), entry(-1_000, "SP2D-1/2026", reversal=True))
    assert found() == []


def test_pay_outs_to_merchants_are_found_by_their_reference(db: None) -> None:
    of, shop = account("settlement"), money.owed(700)
    paid = settlement.settle(shop, today())
    assert paid
    reference = paid.uid.hex.upper()
    statement(of, entry(-700, reference))
    assert found() == [("missing_in_ledger", reference)]  # the bank has paid, nobody has said so
    settlement.confirm_paid(paid)
    assert found() == []
    settlement.returned(Settlement.objects.get(), "rekening ditutup")
    assert found() == [("amount", reference.lower())]
    statement(of, entry(700, reference), opening=-700, days=6)
    assert found() == []


def test_partners_deposits_are_compared_in_and_back(db: None) -> None:
    of, partner = account("deposit"), money.partner()
    deposits.receive(partner, 900, reference="BCA-1")
    back = deposits.propose(partner, 200, back=True, reference="BCA-2", reason="kembali", by=money.officer())
    deposits.agree(back, money.officer())
    deposits.receive(partner, 50, reference="BCA-3")  # the bank knows nothing of it
    statement(of, entry(900, "BCA 1"), entry(-200, "BCA-2"))
    assert found() == [("missing_in_statement", "BCA-3")]


def test_cash_that_nobody_brought_over_the_counter_is_told(db: None) -> None:
    of, wallet = account("counter"), money.wallet()
    brought, invented, drawn = (counter.new_reference() for _ in range(3))
    counter.pay_in(wallet, 900, brought)
    counter.pay_in(wallet, 5_000, invented)  # by one officer's word
    code = codes.issue(wallet).qr_content
    assert counter.pay_out(wallet, code, 200, drawn, "dewi").status == "paid"
    statement(of, entry(900, brought), entry(-200, drawn))
    assert found() == [("missing_in_statement", invented)]


def test_a_providers_report_is_compared_with_disbursements(db: None) -> None:
    of = account("disbursement", kind="provider", number="")
    batch = money.pay_out(money.approved_crowd(3, amount=100))
    first, second, third = batch.instructions.order_by("pk")
    rows = [
        (first.key, 100, today(), "SUCCESS"),
        (second.key, 100, today(), "FAILED"),
        (third.key, 90, today(), "SUCCESS"),
    ]
    booked(csv(rows), of, told=told(since=today(), until=today() + timedelta(days=3)))
    assert found() == [("amount", third.key), ("missing_in_statement", second.key)]
    assert Break.objects.get(kind=K.AMOUNT).instruction == third


def test_a_balance_that_does_not_follow_is_a_break_until_the_missing_statement_comes(db: None) -> None:
    of = account("funding")
    days = [today() - timedelta(days=back) for back in (3, 2, 1)]
    booked(camt(opening=10, since=days[0], until=days[0]), of)
    booked(camt(opening=30, since=days[2], until=days[2], number="LATE"), of)
    assert found() == [("balance_gap", "LATE")]
    booked(camt(Entry(20, "SP2D-7", day=days[1]), opening=10, since=days[1], until=days[1]), of)
    assert found() == [("missing_in_ledger", "SP2D-7")]


def test_instructions_that_differ_from_the_ledger_are_breaks_too(committed_db: None) -> None:
    batch = money.pay_out(money.approved_crowd(3, amount=100))
    first, second = batch.instructions.order_by("pk")[:2]
    tamper("UPDATE disbursement_instruction SET status = 'failed' WHERE id = %s", first.pk)
    tamper("UPDATE disbursement_instruction SET amount = 99 WHERE id = %s", second.pk)
    assert found() == sorted([("instruction", first.key), ("instruction", second.key)])
    row = Break.objects.get(instruction=second)
    assert (row.ledger_sen, row.statement_sen) == (10_000, 9_900)


@pytest.mark.parametrize("zone", ["Etc/GMT-14", "Etc/GMT+12"])  # in one of them it is another day than in Jakarta
def test_the_day_of_a_difference_is_jakartas_whatever_the_session_says(committed_db: None, zone: str) -> None:
    line = money.pay_out(money.approved_crowd(1, amount=100)).instructions.get()
    tamper("UPDATE disbursement_instruction SET amount = 99 WHERE id = %s", line.pk)
    with connection.cursor() as cursor:
        cursor.execute("SET TIME ZONE %s", [zone])
        try:
            breaks.find()
        finally:
            cursor.execute("SET TIME ZONE 'UTC'")
    assert Break.objects.get().since == today()


def test_who_has_not_received_is_a_break_until_they_say_otherwise_or_it_is_taken_back(db: None) -> None:
    batch = money.pay_out(money.approved_crowd(2, amount=100))
    first, second = batch.instructions.order_by("pk")
    for line in (first, second):
        confirmations.confirm(line, received=False, channel="app")
    assert found() == sorted([("not_received", first.key), ("not_received", second.key)])
    confirmations.confirm(first, received=True, channel="office", by=money.officer())
    money.taken_back(second, "salah orang")
    assert found() == []
    assert Break.objects.filter(state="explained").count() == 2


# --- coming, going, coming back ---


def test_comparing_again_changes_nothing(fund: tuple[StatementAccount, Programme]) -> None:
    statement(fund[0], entry(7, "SP2D-9"))
    breaks.find()
    before = list(Break.objects.values()), list(BreakStep.objects.values())
    again = breaks.find()
    assert (list(Break.objects.values()), list(BreakStep.objects.values())) == before
    assert (again.opened, again.reopened, again.changed, again.explained, again.undecided) == (0, 0, 0, 0, 2)


def test_a_later_statement_explains_a_break_and_says_which(fund: tuple[StatementAccount, Programme]) -> None:
    statement(fund[0])
    breaks.find()
    later = statement(fund[0], entry(1_000, "SP2D-1/2026"))
    breaks.find()
    row = Break.objects.get()
    assert row.state == "explained" and row.closed_at
    kinds = list(row.steps.order_by("pk").values_list("kind", "statement"))
    assert kinds[-1] == ("explained", later.pk) and kinds[0][0] == "opened"


def test_a_break_that_becomes_another_kind_leaves_its_history(fund: tuple[StatementAccount, Programme]) -> None:
    statement(fund[0], entry(1_000, "SP2D-1/2026"), entry(7, "SP2D-9"))
    breaks.find()
    programmes.fund(fund[1], 6, "SP2D-9")
    assert found() == [("amount", "SP2D-9")]
    first = Break.objects.get(kind=K.MISSING_IN_LEDGER)
    assert first.state == "explained"
    assert list(first.steps.order_by("pk").values_list("kind", flat=True)) == ["opened", "explained"]


def test_a_break_that_recurs_is_the_same_row_opened_again(db: None) -> None:
    batch = money.pay_out(money.approved_crowd(1, amount=100))
    line = batch.instructions.get()
    for received in (False, True, False):
        confirmations.confirm(line, received=received, channel="app")
        breaks.find()
    row = Break.objects.get()
    assert (row.state, row.times_opened, row.closed_at) == ("open", 2, None)
    assert list(row.steps.order_by("pk").values_list("kind", flat=True)) == ["opened", "explained", "reopened"]


def test_another_transfer_under_the_same_reference_explains_no_break(committed_db: None) -> None:
    of = account("funding")
    programmes.fund(money.programme(), 1_000, "SP2D-1/2026")
    tamper("UPDATE wallet_transfer SET posted_at = posted_at - interval '4 days' WHERE kind = 'funding'")
    statement(of, days=-1)
    assert found() == [("missing_in_statement", "SP2D-1/2026")]
    programmes.fund(money.programme(), 1, "SP2D-1/2026")  # today, which no statement covers yet
    breaks.find()
    row = Break.objects.get()
    assert (row.state, row.ledger_sen, row.times_opened) == ("open", 100_100, 1)
    assert list(row.steps.order_by("pk").values_list("kind", flat=True)) == ["opened", "changed"]


# --- two officers ---


@pytest.fixture
def row(fund: tuple[StatementAccount, Programme]) -> Break:
    statement(fund[0], entry(1_000, "SP2D-1/2026"), entry(-3, text="Biaya"))
    breaks.find()
    return Break.objects.get()


def test_one_proposes_another_agrees_and_it_stays_resolved(row: Break) -> None:
    anna, budi = worker(), worker()
    breaks.assign(row, anna, by=budi)
    breaks.propose(row, "bank_charge", "Biaya administrasi", by=anna)
    with pytest.raises(statement_errors.SecondLookIsOwn):
        breaks.agree(row, "", by=anna)
    breaks.agree(row, "cocok dengan tarif", by=budi)
    breaks.find()
    row.refresh_from_db()
    assert (row.state, row.reason, row.owner, row.proposed_by, row.resolved_by) == (
        "resolved", "bank_charge", anna, anna, budi
    )  # fmt: skip
    steps = row.steps.order_by("pk").values_list("kind", "by__username")
    assert list(steps) == [
        ("opened", None),
        ("assigned", budi.username),
        ("proposed", anna.username),
        ("agreed", budi.username),
    ]
    money.assert_books_hold()


def test_a_refused_proposal_stays_open_with_its_owner(row: Break) -> None:
    anna, budi = worker(), worker()
    with pytest.raises(statement_errors.NoteMissing):
        breaks.propose(row, "other", "  ", by=anna)
    breaks.propose(row, "other", "?", by=anna)
    breaks.refuse(row, "lampirkan tarifnya", by=budi)
    row.refresh_from_db()
    assert (row.state, row.owner, row.reason, row.proposed_by) == ("open", anna, "", None)


def test_what_was_resolved_is_opened_again_when_the_books_say_something_else(
    fund: tuple[StatementAccount, Programme],
) -> None:
    statement(fund[0], entry(900, "SP2D-1/2026"))
    breaks.find()
    row = Break.objects.get()
    breaks.propose(row, "bank_error", "sudah disurati", by=worker())
    breaks.agree(row, "", by=worker())
    breaks.find()
    row.refresh_from_db()
    assert row.state == "resolved"
    statement(fund[0], entry(50, "SP2D-1/2026"), opening=900)
    breaks.find()
    row.refresh_from_db()
    assert (row.state, row.statement_sen, row.times_opened, row.proposed_by) == ("open", 95_000, 2, None)


def test_an_amount_that_changes_voids_the_proposal(fund: tuple[StatementAccount, Programme]) -> None:
    statement(fund[0], entry(900, "SP2D-1/2026"))
    breaks.find()
    row = Break.objects.get()
    breaks.propose(row, "bank_error", "sudah disurati", by=worker())
    statement(fund[0], entry(50, "SP2D-1/2026"), opening=900)
    breaks.find()
    with pytest.raises(statement_errors.BreakMoved):
        breaks.agree(row, "", by=worker())
    row.refresh_from_db()
    assert (row.state, row.times_opened) == ("open", 1)


def test_only_who_works_breaks_can_own_one(row: Break) -> None:
    with pytest.raises(statement_errors.OwnerUnfit):
        breaks.assign(row, money.officer(), by=worker())


def test_the_database_wants_two_people(row: Break) -> None:
    anna = worker()
    values = {"state": "resolved", "reason": "other", "closed_at": timezone.now()}
    for second in ({"resolved_by": anna}, {}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Break.objects.filter(pk=row.pk).update(proposed_by=anna, **values, **second)


@pytest.mark.parametrize("table", ["breakstep", "confirmation", "comparison", "break"])
def test_what_happened_is_not_rewritten(row: Break, table: str) -> None:
    for statement in (f"DELETE FROM disbursement_{table}", f"UPDATE disbursement_{table} SET id = id"):
        if (table, statement[:6]) != ("break", "UPDATE"):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)


# --- at once ---


def _find() -> None:
    breaks.find()


def _step(deed: Callable[..., Break], row: int, user: int, *more: str) -> str:
    return deed(Break.objects.get(pk=row), *more, by=User.objects.get(pk=user)).state


@pytest.mark.usefixtures("processes")
def test_comparisons_and_officers_at_once_make_one_break_and_one_decision() -> None:
    of = account("funding")
    programmes.fund(money.programme(), 1_000, "SP2D-1/2026")
    statement(of, *(entry(-amount) for amount in range(1, 40)))
    together([(_find, ())] * 4)
    assert Break.objects.count() == BreakStep.objects.count() == 40 and Comparison.objects.count() == 4
    row, officers = Break.objects.first(), [worker().pk for _ in range(4)]
    assert row
    proposals = [(_step, (breaks.propose, row.pk, user, "other", "dicek")) for user in officers]
    outcomes = together([*proposals, (_find, ()), (_find, ())])
    assert sorted(outcome.error for outcome in outcomes) == [*[""] * 3, *["break_moved"] * 3]
    row.refresh_from_db()
    others = [user for user in officers if user != row.proposed_by_id]
    deeds = [(_step, (breaks.agree, row.pk, others[0], "ya")), (_step, (breaks.refuse, row.pk, others[1], "tidak"))]
    outcomes = together([*deeds, (_find, ())])
    assert sorted(outcome.error for outcome in outcomes) == ["", "", "break_moved"]
    assert row.steps.filter(kind__in=["agreed", "refused"]).count() == 1


# --- when ---


def test_it_is_due_at_night_after_a_statement_and_soon_after_an_answer(
    fund: tuple[StatementAccount, Programme], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = timezone.now()
    monkeypatch.setattr(breaks, "NIGHT", timezone.localtime(now - timedelta(hours=5)).time())

    def last_compared(hours: float) -> None:
        count = Comparison.objects.aggregate(most=Max("statements"))["most"] or 0
        Comparison.objects.create(at=now - timedelta(hours=hours), statements=count)

    assert breaks.find_due() is not None  # never before
    assert breaks.find_due() is None
    last_compared(6)
    assert breaks.find_due() is not None
    last_compared(4)
    assert breaks.find_due() is None
    statement(fund[0], entry(1_000, "SP2D-1/2026"))
    assert breaks.find_due() is not None and breaks.find_due() is None
    line = money.pay_out(money.approved_crowd(1, amount=100)).instructions.get()
    confirmations.confirm(line, received=False, channel="app")
    last_compared(0.5)
    assert breaks.find_due() is None
    last_compared(1.5)
    assert breaks.find_due() is not None


@pytest.mark.django_db
def test_a_not_received_that_comes_during_a_comparison_is_looked_at_within_the_hour(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    line = money.pay_out(money.approved_crowd(1, amount=100)).instructions.get()
    answered = []

    def answer_after_the_look(execute: Any, sql: str, *rest: Any) -> Any:
        result = execute(sql, *rest)
        if "CREATE TEMPORARY TABLE found" in sql and not answered:
            answered.append(confirmations.confirm(line, received=False, channel="app"))
        return result

    with connection.execute_wrapper(answer_after_the_look):
        breaks.find()
    assert answered and not Break.objects.exists()
    assert answered[0].at >= Comparison.objects.get().at
    now = timezone.localtime
    monkeypatch.setattr(breaks, "NIGHT", (now() - timedelta(hours=5)).time())  # not tonight's run
    later = now() + timedelta(minutes=70)
    monkeypatch.setattr(breaks.timezone, "localtime", lambda *_: later)
    assert breaks.find_due() is not None and Break.objects.get().kind == K.NOT_RECEIVED


@pytest.mark.django_db
def test_an_answer_that_was_committed_after_a_comparison_but_said_before_is_looked_at_once_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    line = money.pay_out(money.approved_crowd(1, amount=100)).instructions.get()
    now = timezone.localtime()
    monkeypatch.setattr(breaks, "NIGHT", (now - timedelta(hours=5)).time())
    said = now - timedelta(minutes=70)
    Confirmation.objects.create(instruction=line, answer="not_received", channel="app", at=said)
    Comparison.objects.create(at=said + timedelta(seconds=1))
    assert breaks.find_due() is not None and Break.objects.exists()
    Comparison.objects.create(at=said + timedelta(minutes=8))
    assert breaks.find_due() is None


# --- confirmations ---


def test_only_what_was_paid_can_be_confirmed_and_an_answer_counts_once(db: None) -> None:
    batch = money.approved_crowd(1, amount=100)
    line = batch.instructions.get()
    with pytest.raises(statement_errors.NotPaidYet):
        confirmations.confirm(line, received=True, channel="app")
    money.pay_out(batch)
    first = confirmations.confirm(line, received=True, channel="app")
    assert confirmations.confirm(line, received=True, channel="app") == first
    assert Confirmation.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Confirmation.objects.create(instruction=line, answer="received", channel="office")


# --- many ---

MANY = 100_000


def _crowd_of_payouts() -> None:
    """As many pay-outs to merchants as a year has, made in one statement (the ledger's own books stay as they are)."""
    shop = money.merchant()
    clearing, bank = (ledger.singleton(kind).pk for kind in ("settlement", "bank"))
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH made AS (
                INSERT INTO wallet_settlement
                    (uid, merchant_id, bank_code, bank_account_sealed, business_day, amount, status, paid_at)
                SELECT gen_random_uuid(), %s, '014', '', current_date, 1000 + n, 'paid', now() FROM generate_series(1, %s) n
                RETURNING id, amount)
            INSERT INTO wallet_transfer (debit_id, credit_id, amount, kind, key)
            SELECT %s, %s, amount, 'payout', 'payout:' || id FROM made
            """,
            [shop.pk, MANY, clearing, bank],
        )


@pytest.mark.django_db
def test_a_hundred_thousand_entries_are_read_and_compared_in_a_few_statements() -> None:
    _crowd_of_payouts()
    of = account("settlement", number="")
    references = Settlement.objects.order_by("pk").values_list("uid", "amount")
    rows = [
        (uid.hex, -amount - (number % 1_000 == 0), today(), "SUCCESS")
        for number, (uid, amount) in enumerate(references)
    ]
    booked(csv(rows), of, told=told(since=today(), until=today() + timedelta(days=2)))
    with CaptureQueriesContext(connection) as asked:
        comparison = breaks.find()
    assert comparison.opened == MANY // 1_000 and len(asked) < 20
    assert breaks.find().opened == 0
