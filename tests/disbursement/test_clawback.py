"""A case of clawback, step by step: who may take which, what the person may say, what it may claim, and giving back freely."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from beneficiaries import working_days
from beneficiaries.models import Person
from disbursement import clawback, enrolments, reconciliation, subjects
from disbursement.clawback_errors import (
    ClaimNotLower,
    ClaimsTooMuch,
    ClawbackMoved,
    ConsentUsed,
    GivesBackTooMuch,
    NothingClaimed,
    NotOneRecipient,
    ObjectionStillPossible,
    ObjectionTooLate,
    PaymentNotPaid,
    ProposerDecides,
    PurseNotOfCase,
    RecipientDied,
    ShareOutOfRange,
    UnderClawback,
)
from disbursement.clawback_states import TRANSITIONS
from disbursement.errors import ReasonMissing
from disbursement.models import Clawback, ClawbackPayment, ClawbackStep, GiveBack, Instruction
from tests import money
from tests.disbursement.clawing import NOVEMBER, in_force, line, objected, paid, proposed, world
from wallet import wallets
from wallet.errors import InsufficientFunds, InvalidAmount, WalletInactive
from wallet.models import Purse, Transfer

pytestmark = pytest.mark.django_db
S = Clawback.Status


@pytest.fixture
def officer() -> User:
    return money.officer()


@pytest.fixture
def overpaid() -> Instruction:
    return line(world())


def purse_of(instruction: Instruction) -> Purse:
    return Purse.objects.get(pk=Transfer.objects.get(key=instruction.key).credit_id)


def steps(case: Clawback) -> list[tuple[str, str, int]]:
    return list(case.steps.order_by("pk").values_list("from_status", "to_status", "claim"))


def refused(statement: str, *parameters: object) -> str:
    """The SQLSTATE with which the database refuses the statement, checked as at a commit; empty if it obeyed."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except DatabaseError as error:
        return str(getattr(error.__cause__, "pgcode", "?"))
    return ""


# --- proposing ---


def test_a_case_begins_with_its_payments_and_its_first_step(overpaid: Instruction, officer: User) -> None:
    case = proposed(overpaid, 40_000, by=officer)
    assert (case.status, case.claim, case.share, case.proposed_by) == ("proposed", 40_000, 20, officer)
    assert case.person == overpaid.enrolment.person
    assert steps(case) == [("", "proposed", 40_000)]
    assert clawback.claimable(overpaid) == 60_000


def test_no_case_claims_more_than_was_paid_and_is_not_claimed_already(overpaid: Instruction) -> None:
    first = proposed(overpaid, 70_000)
    with pytest.raises(ClaimsTooMuch):
        proposed(overpaid, 30_001)
    proposed(overpaid, 30_000)
    clawback.drop(first, by=money.officer(), reason="keliru")
    assert proposed(overpaid, 70_000).claim == 70_000


def test_what_an_objection_took_off_is_not_claimed_again(overpaid: Instruction) -> None:
    clawback.decide(objected(proposed(overpaid, 100_000)), by=money.officer(), reason="sebagian", claim=40_000)
    assert clawback.claimable(overpaid) == 0


def test_a_case_is_about_one_person_and_one_programme_and_what_was_paid(officer: User) -> None:
    batch = world(people=2)
    mine, other = line(batch), line(batch, 1)
    words = {"reason": "ganda", "evidence": "BA-1", "by": officer}
    with pytest.raises(NotOneRecipient):
        clawback.propose({mine.pk: 1, other.pk: 1}, **words)
    with pytest.raises(NotOneRecipient):
        clawback.propose({mine.pk: 1, 10**9: 1}, **words)
    for nothing in ({}, {mine.pk: 0}, {mine.pk: 5, other.pk: -5}):
        with pytest.raises(NothingClaimed):
            clawback.propose(nothing, **words)
    for share in (0, 100):
        with pytest.raises(ShareOutOfRange):
            clawback.propose({mine.pk: 1}, share=share, **words)
    with pytest.raises(ReasonMissing):
        clawback.propose({mine.pk: 1}, **words | {"evidence": " "})
    money.taken_back(mine, "salah orang")
    with pytest.raises(PaymentNotPaid):
        clawback.propose({mine.pk: 1}, **words)
    assert not Clawback.objects.exists()


def test_several_months_are_one_case(officer: User) -> None:
    first = world()
    second = paid(first.cycle.programme, NOVEMBER)
    case = clawback.propose({line(first).pk: 10, line(second).pk: 20}, reason="tarif lama", evidence="BA-2", by=officer)
    assert (case.claim, sorted(case.payments.values_list("amount", flat=True))) == (30, [10, 20])


def test_a_payment_that_is_claimed_back_is_not_taken_back_beside_it(overpaid: Instruction) -> None:
    case = proposed(overpaid, 40_000)
    with pytest.raises(UnderClawback):
        money.taken_back(overpaid, "salah orang")
    assert refused("UPDATE disbursement_instruction SET status = 'returned' WHERE id = %s", overpaid.pk) == "23001"
    clawback.drop(case, by=money.officer(), reason="ditarik seluruhnya saja")
    assert money.taken_back(overpaid, "salah orang").status == "returned"
    money.assert_books_hold()


# --- being told, objecting, deciding ---


def test_the_person_is_told_and_has_working_days_to_object(overpaid: Instruction, officer: User) -> None:
    case = proposed(overpaid, 40_000)
    assert not clawback.notices_due().exists()
    case = clawback.notify(case, by=officer, reason="surat dikirim")
    assert case.objection_until == working_days.after(timezone.localdate(), 14)
    assert list(clawback.notices_due()) == [case]
    told = clawback.notice(case)
    assert "Rp 40.000" in told and "20%" in told and "Dibayar dua kali." in told
    assert overpaid.enrolment.person.name not in told
    case.reason = "Tarif lama"  # typed without its stop
    assert "Alasan: Tarif lama. Kelebihan" in clawback.notice(case)


def test_an_objection_stops_everything_until_another_officer_has_decided(overpaid: Instruction, officer: User) -> None:
    case = objected(proposed(overpaid, 40_000, by=officer))
    assert (case.status, case.objected_on) == ("objected", timezone.localdate())
    assert case.answer_by == working_days.after(timezone.localdate(), 10)
    with pytest.raises(ClawbackMoved):
        clawback.enforce(case, by=money.officer(), reason="cepat")
    for deed in (clawback.decide, clawback.drop, clawback.write_off):
        with pytest.raises(ProposerDecides):
            deed(case, by=officer, reason="saya yakin")
    assert clawback.decide(case, by=money.officer(), reason="bukti lengkap").status == "decided"


def test_after_another_officers_ruling_the_proposer_does_not_drop_the_case_alone(
    overpaid: Instruction, officer: User
) -> None:
    case = clawback.decide(objected(proposed(overpaid, 40_000, by=officer)), by=money.officer(), reason="bukti lengkap")
    with pytest.raises(ProposerDecides):
        clawback.drop(case, by=officer, reason="ternyata keliru")
    said = (
        "UPDATE disbursement_clawback SET status = 'dropped' WHERE id = %s;"
        "INSERT INTO disbursement_clawbackstep (clawback_id, from_status, to_status, by_id, reason, claim)"
        " VALUES (%s, 'decided', 'dropped', %s, 'x', 40000)"
    )
    assert refused(said, case.pk, case.pk, officer.pk) == "23001"
    assert clawback.drop(case, by=money.officer(), reason="ternyata keliru").status == "dropped"


def test_as_long_as_nobody_has_objected_the_proposer_drops_the_case(overpaid: Instruction, officer: User) -> None:
    case = clawback.notify(proposed(overpaid, 40_000, by=officer), by=officer, reason="surat")
    assert clawback.drop(case, by=officer, reason="keliru").status == "dropped"


def test_an_objection_upheld_in_part_lowers_the_claim_and_upheld_drops_it(officer: User) -> None:
    batch = world(people=2)
    case = objected(proposed(line(batch), 40_000))
    with pytest.raises(ClaimNotLower):
        clawback.decide(case, by=officer, reason="sebagian", claim=40_000)
    lowered = clawback.decide(case, by=officer, reason="sebagian", claim=15_000)
    assert (lowered.status, lowered.claim, steps(lowered)[-1]) == ("decided", 15_000, ("objected", "decided", 15_000))
    dropped = clawback.decide(objected(proposed(line(batch, 1), 40_000)), by=officer, reason="benar", claim=0)
    assert (dropped.status, dropped.claim) == ("dropped", 40_000)


def test_an_objection_after_the_last_day_is_not_taken_as_one(overpaid: Instruction, officer: User) -> None:
    case = clawback.notify(proposed(overpaid, 1), by=officer, reason="surat")
    assert case.objection_until is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clawback.timezone, "localdate", lambda: case.objection_until + timedelta(days=1))
        with pytest.raises(ObjectionTooLate):
            clawback.object_to(case, "terlambat", channel=Clawback.Channel.PHONE, by=officer)
        on_the_last_day = clawback.object_to(
            case, "tepat waktu", channel=Clawback.Channel.LETTER, by=officer, objected_on=case.objection_until
        )
    assert on_the_last_day.status == "objected"


def test_it_is_not_put_into_force_while_an_objection_is_possible(overpaid: Instruction, officer: User) -> None:
    case = clawback.notify(proposed(overpaid, 1), by=officer, reason="surat")
    with pytest.raises(ObjectionStillPossible):
        clawback.enforce(case, by=money.officer(), reason="cepat")
    enforced = (
        "UPDATE disbursement_clawback SET status = 'in_force', enforced_by_id = %s, enforced_at = now() WHERE id = %s"
    )
    said = (
        "INSERT INTO disbursement_clawbackstep (clawback_id, from_status, to_status, by_id, reason, claim)"
        " VALUES (%s, 'noticed', 'in_force', %s, 'x', 1)"
    )
    assert refused(f"{enforced}; {said}", officer.pk, case.pk, case.pk, officer.pk) == "23001"


def test_a_second_officer_puts_it_into_force(overpaid: Instruction, officer: User) -> None:
    case = clawback.decide(objected(proposed(overpaid, 1, by=officer)), by=money.officer(), reason="ya")
    with pytest.raises(ProposerDecides):
        clawback.enforce(case, by=officer, reason="ya")
    second = money.officer()
    case = clawback.enforce(case, by=second, reason="ya")
    assert (case.status, case.enforced_by) == ("in_force", second)


def test_nothing_is_recovered_from_who_died_but_it_can_be_written_off(overpaid: Instruction, officer: User) -> None:
    case = clawback.decide(objected(proposed(overpaid, 1)), by=officer, reason="ya")
    Person.objects.filter(pk=case.person_id).update(status=Person.Status.DECEASED)
    with pytest.raises(RecipientDied):
        clawback.enforce(case, by=officer, reason="ya")
    assert clawback.write_off(case, by=officer, reason="meninggal dunia").status == "written_off"


def test_every_step_has_a_reason(overpaid: Instruction, officer: User) -> None:
    case = proposed(overpaid, 1)
    for deed in (clawback.notify, clawback.drop, clawback.write_off, clawback.enforce, clawback.decide):
        with pytest.raises(ReasonMissing):
            deed(case, by=officer, reason=" ")


@pytest.mark.parametrize("deed", ["notify", "object_to", "decide", "enforce", "drop", "write_off"])
def test_an_ended_case_takes_no_more_steps(overpaid: Instruction, officer: User, deed: str) -> None:
    case = clawback.drop(proposed(overpaid, 1), by=money.officer(), reason="keliru")
    more = {"text": "x", "channel": "office"} if deed == "object_to" else {"reason": "x"}
    with pytest.raises(ClawbackMoved):
        getattr(clawback, deed)(case, by=officer, **more)


# --- giving back freely ---


def test_the_person_may_give_back_from_a_purse_and_the_fund_has_it(overpaid: Instruction, officer: User) -> None:
    case, purse = in_force(overpaid, 40_000), purse_of(overpaid)
    before = money.balance(case.programme.fund)
    words = {"agreed_on": timezone.localdate(), "consent": "SP-3", "by": officer}
    given = clawback.give_back(case, purse, 15_000, **words)
    assert (money.balance(purse.pk), money.balance(case.programme.fund) - before) == (85_000, 15_000)
    assert Transfer.objects.get(key=given.key).kind == "give_back"
    assert clawback.standing(case).left == 25_000
    assert clawback.give_back(case, purse, 15_000, **words | {"consent": " sp-3 "}) == given  # sent again
    for other in ((purse, 14_000), (money.purse(money.wallet(), 20_000), 15_000)):
        with pytest.raises(ConsentUsed):
            clawback.give_back(case, *other, **words)
    words |= {"consent": "SP-4"}
    with pytest.raises(GivesBackTooMuch):
        clawback.give_back(case, purse, 25_001, **words)
    clawback.give_back(case, purse, 25_000, **words)
    case.refresh_from_db()
    assert (case.status, clawback.standing(case).left) == ("settled", 0)
    assert reconciliation.differences() == []
    money.assert_books_hold()


def test_what_is_not_there_or_is_held_is_not_given_back(overpaid: Instruction, officer: User) -> None:
    case, purse = in_force(overpaid, 100_000), purse_of(overpaid)
    words = {"agreed_on": timezone.localdate(), "consent": "SP-3", "by": officer}
    money.pay(overpaid.wallet, money.merchant(), 50_000)
    money.hold(overpaid.wallet, money.merchant(), 20_000)
    with pytest.raises(InsufficientFunds):
        clawback.give_back(case, purse, 30_001, **words)
    for wrong in (0, -1):
        with pytest.raises(InvalidAmount):
            clawback.give_back(case, purse, wrong, **words)
    with pytest.raises(ReasonMissing):
        clawback.give_back(case, purse, 1, **words | {"consent": ""})
    assert not GiveBack.objects.exists()
    clawback.give_back(case, purse, 30_000, **words)
    assert money.held_in(purse) == [(20_000, 20_000)]
    money.assert_books_hold()


def test_only_money_of_that_programme_or_of_their_own_in_an_active_wallet_is_given_back(
    overpaid: Instruction, officer: User
) -> None:
    case = in_force(overpaid, 40_000)
    words = {"agreed_on": timezone.localdate(), "consent": "SP-3", "by": officer}
    other = line(paid(money.programme(amount=500), NOVEMBER))
    assert other.wallet_id == overpaid.wallet_id
    stranger = money.purse(money.wallet(), 500)
    for purse in (purse_of(other), stranger):
        with pytest.raises(PurseNotOfCase):
            clawback.give_back(case, purse, 1, **words)
    own = Purse.objects.get(pk=money.top_up(overpaid.wallet, 2_000).purse_id)
    assert set(clawback.purses_for(case)) == {purse_of(overpaid), own}
    clawback.give_back(case, own, 2_000, **words)
    wallets.freeze(overpaid.wallet, "hilang", "dewi")
    with pytest.raises(WalletInactive):
        clawback.give_back(case, purse_of(overpaid), 1, **words | {"consent": "SP-4"})
    money.assert_books_hold()


def test_nothing_is_given_back_before_the_case_is_in_force(overpaid: Instruction, officer: User) -> None:
    case = proposed(overpaid, 40_000)
    with pytest.raises(ClawbackMoved):
        clawback.give_back(case, purse_of(overpaid), 1, agreed_on=timezone.localdate(), consent="SP-3", by=officer)


def test_a_give_back_that_no_transfer_tells_of_is_a_difference(overpaid: Instruction, officer: User) -> None:
    case = in_force(overpaid, 40_000)
    made = GiveBack.objects.create(
        clawback=case, purse=purse_of(overpaid), amount=5, agreed_on=date(2026, 11, 1), consent="SP", by=officer
    )
    assert reconciliation.differences() == [reconciliation.Difference(made.key, 5, None)]


# --- the person forgotten ---


def test_who_is_claimed_back_from_is_not_forgotten_before_it_ends_and_then_it_says_nothing_of_them(
    overpaid: Instruction, officer: User
) -> None:
    case = objected(proposed(overpaid, 40_000))
    person = case.person
    enrolments.end(overpaid.enrolment)
    assert "pengembalian" in subjects.hold_of(person)
    clawback.drop(case, by=officer, reason="keliru")
    assert subjects.hold_of(person) == ""
    subjects.forget(person)
    case.refresh_from_db()
    assert (case.reason, case.objection) == ("dihapus", "dihapus")


# --- round the database ---


@pytest.mark.parametrize(
    ("changes", "sqlstate"),
    [
        ("claim = claim + 1", "23001"),
        ("claim = claim - 1", "23001"),
        ("share = 99", "42501|23001"),
        ("reason = 'lain'", "23001"),
        ("status = 'in_force', enforced_by_id = proposed_by_id, enforced_at = now()", "23514"),
        ("status = 'settled'", "23514"),
        ("status = 'dropped'", "23001"),
        ("status = 'noticed', noticed_at = now(), objection_until = '2000-01-01'", "23001"),
    ],
)
def test_a_case_is_not_changed_behind_its_steps(overpaid: Instruction, changes: str, sqlstate: str) -> None:
    case = proposed(overpaid, 40_000)
    assert refused(f"UPDATE disbursement_clawback SET {changes} WHERE id = %s", case.pk) in sqlstate.split("|")


def test_steps_payments_and_what_was_given_back_are_written_once(overpaid: Instruction, officer: User) -> None:
    case = in_force(overpaid, 40_000)
    clawback.give_back(case, purse_of(overpaid), 5, agreed_on=date(2026, 11, 1), consent="SP", by=officer)
    for table in ("clawbackstep", "clawbackpayment", "giveback", "withholding"):
        assert refused(f"UPDATE disbursement_{table} SET id = id") in ("42501", "23001"), table
        assert refused(f"DELETE FROM disbursement_{table}") in ("42501", "23001"), table
    assert refused("DELETE FROM disbursement_clawback") in ("42501", "23001")


def test_no_payment_is_added_to_a_case_nor_one_above_what_was_paid(officer: User) -> None:
    batch = world(people=2)
    mine, other = line(batch), line(batch, 1)
    case = proposed(mine, 40_000)
    add = "INSERT INTO disbursement_clawbackpayment (clawback_id, instruction_id, amount) VALUES (%s, %s, %s)"
    assert refused(add, case.pk, other.pk, 1) == "23001"
    new = (
        "WITH made AS (INSERT INTO disbursement_clawback (programme_id, person_id, claim, share, reason, evidence, status,"
        " proposed_by_id) SELECT programme_id, person_id, %s, 20, 'x', 'x', 'proposed', proposed_by_id"
        " FROM disbursement_clawback WHERE id = %s RETURNING id), said AS (INSERT INTO disbursement_clawbackstep"
        " (clawback_id, to_status, by_id, reason, claim) SELECT id, 'proposed', %s, 'x', %s FROM made)"
        " SELECT 1"
    )
    assert refused(new, 5, case.pk, officer.pk, 5) != ""  # without its payments
    second = proposed(mine, 60_000)
    with pytest.raises(DatabaseError), transaction.atomic():
        ClawbackPayment.objects.create(clawback=second, instruction=other, amount=1)


@pytest.mark.parametrize("to", sorted(str(one) for one in S if (S.PROPOSED, one) not in TRANSITIONS))
def test_the_database_knows_no_other_way_either(overpaid: Instruction, officer: User, to: str) -> None:
    case = proposed(overpaid, 40_000)
    changed = (
        "UPDATE disbursement_clawback SET status = %s, noticed_at = now(), objection_until = current_date,"
        " objected_on = current_date, answer_by = current_date, enforced_by_id = %s, enforced_at = now() WHERE id = %s"
    )
    said = (
        "INSERT INTO disbursement_clawbackstep (clawback_id, from_status, to_status, by_id, reason, claim)"
        " VALUES (%s, 'proposed', %s, %s, 'x', 40000)"
    )
    values = (to, officer.pk, case.pk, case.pk, to, officer.pk)
    assert refused(f"{changed}; {said}", *values) == "23001"


def test_no_step_stands_for_another_officer_or_for_nobody(overpaid: Instruction, officer: User) -> None:
    case = objected(proposed(overpaid, 40_000, by=officer))
    for by in (officer.pk, None):
        said = (
            "UPDATE disbursement_clawback SET status = 'decided' WHERE id = %s;"
            "INSERT INTO disbursement_clawbackstep (clawback_id, from_status, to_status, by_id, reason, claim)"
            " VALUES (%s, 'objected', 'decided', %s, 'x', 40000)"
        )
        assert refused(said, case.pk, case.pk, by) == "23001"
    assert ClawbackStep.objects.filter(clawback=case).count() == 3
