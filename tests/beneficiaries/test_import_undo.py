"""Taking an import back: every field as it was, nobody it added left, and nothing taken from under somebody's feet."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError
from django.utils import timezone

from beneficiaries import duplicates, import_errors, registry, registry_undo, registry_work, retention, screening
from beneficiaries.history import telling
from beneficiaries.models import (
    Change,
    Confirmed,
    DuplicatePair,
    Household,
    Listing,
    Person,
    PersonBlock,
    Proposal,
    RegistryImport,
    TrialHit,
)
from disbursement import approvals, batches, due_lines, eligibility, programmes
from disbursement.models import Batch, Cycle, Enrolment, EnrolmentStep
from tests import money
from tests.beneficiaries.conftest import person
from tests.beneficiaries.evidence_told import CAR, enforced, rule, screen, tell
from tests.beneficiaries.imports import committed, previewed, saved, statuses, undone
from tests.processes import together, waiting_for_locks
from wallet.models import PurseTerms

S = RegistryImport.State
OTHER_KK = "3171011506150004"
pytestmark = pytest.mark.usefixtures("committed_db")


def everything() -> list[Any]:
    """Every column of every person and household, and whom which source names."""
    people = [*Person.objects.order_by("pk").values(), *Household.objects.order_by("pk").values()]
    plain = [{name: bytes(it) if isinstance(it, memoryview) else it for name, it in row.items()} for row in people]
    listed = sorted(Listing.objects.filter(until__isnull=True).values_list("source", "person_id"))
    return [*plain, listed]


def test_everything_is_as_before_sealed_columns_digests_and_lists_too() -> None:
    committed(person(), person(2), person(3, KK=OTHER_KK))
    Person.objects.filter(name="SITI AMINAH", phone_index=Person.phone.index_of("+6281234500002")).update(status="left")
    before, told = everything(), Change.objects.count()
    run = committed(
        person(NAMA="LAIN", TELEPON="081399900001", DESIL="7", ALAMAT="JL. BARU 1"),
        person(2, DESIL="7", ALAMAT="JL. BARU 1", KK=person()["KK"]),  # who comes back
        person(4, KK="3171011506150005"),
        complete=True,
    )
    assert (run.added, run.changed, run.left, run.returned) == (1, 2, 1, 1)
    assert everything() != before
    officer = User.objects.create_user("rudi")
    run = undone(run, by=officer)
    assert (run.state, run.ended_by, run.end_reason) == (S.UNDONE, officer, "salah berkas")
    assert everything() == before
    assert Person.objects.earliest("pk").phone == "+6281234500001"
    assert Household.objects.earliest("pk").address == person()["ALAMAT"]
    # The history has both, and says who took it back and why.
    back = Change.objects.filter(source=f"undo:{run.pk}")
    assert {(change.by_id, change.reason) for change in back} == {(officer.pk, "salah berkas")}
    assert Change.objects.filter(source=run.told_as).count() == Change.objects.count() - told - back.count()


def test_the_file_before_it_changes_nothing_afterwards_and_the_file_itself_can_come_again() -> None:
    committed(person(), person(2))
    run = undone(committed(person(NAMA="LAIN"), person(2), person(3)))
    same = committed(person(), person(2))
    assert (same.added, same.changed, same.unchanged) == (0, 0, 2)
    once_more = committed(person(NAMA="LAIN"), person(2), person(3))
    assert (once_more.added, once_more.changed) == (1, 1)
    assert run.state == S.UNDONE


def test_a_row_that_several_statements_changed_goes_back_to_the_first_of_them() -> None:
    committed(person())
    before = everything()
    run = committed(person(NAMA="DUA"))
    with telling(source=run.told_as):
        Person.objects.update(name="TIGA")
    undone(run)
    assert everything() == before


def test_a_later_change_of_the_same_rows_stands_in_the_way() -> None:
    committed(person(), person(2, KK=OTHER_KK))
    run = committed(person(NAMA="LAIN"), person(2, KK=OTHER_KK, DESIL="8"))
    Person.objects.filter(name="LAIN").update(occupation="trader")
    Household.objects.filter(decile=8).update(rt="001")
    with pytest.raises(import_errors.ChangedSince, match="2 orang atau keluarga"):
        registry_undo.request_undo(run, by=None, reason="x")
    run.refresh_from_db()
    assert run.state == S.COMMITTED


def test_another_head_since_its_own_moved_away_stands_in_the_way() -> None:
    head, other = person() | {"HUBUNGAN": "KK"}, person(2) | {"HUBUNGAN": "Anak"}
    committed(head, other)
    run = committed(head | {"KK": OTHER_KK}, other)
    Person.objects.filter(relation="child").update(relation="head")
    registry_undo.request_undo(run, by=None, reason="x")
    registry_work.undo(run.pk)
    run.refresh_from_db()
    assert (run.state, run.error_code, run.error_data) == (S.COMMITTED, "changed_since", {"count": 1})


def test_a_change_of_somebody_else_does_not() -> None:
    committed(person(), person(2))
    run = committed(person(NAMA="LAIN"), person(2))
    Person.objects.exclude(name="LAIN").update(occupation="trader")
    assert undone(run).state == S.UNDONE


def test_who_moved_into_a_household_that_it_added_stands_in_the_way() -> None:
    committed(person())
    run = committed(person(2, KK=OTHER_KK))
    Person.objects.filter(phone_index=Person.phone.index_of("+6281234500001")).update(
        household=Household.objects.with_kk(OTHER_KK).get()
    )
    before = everything()
    registry_undo.request_undo(run, by=None, reason="x")
    registry_work.undo(run.pk)
    run.refresh_from_db()
    assert (run.state, run.error_code, run.error_data) == (S.COMMITTED, "changed_since", {"count": 1})
    assert everything() == before


def enrolled() -> Any:
    terms = PurseTerms.objects.create(name="Sembako", mccs=["5411"])
    programme = programmes.create(code="KLJ", name="Kartu", amount=300_000, eligibility="person.age >= 18", terms=terms)
    eligibility.enrol_eligible(programme)
    return programme


def prepared(programme: Any) -> Any:
    return batches.prepare(batches.cycle_of(programme, timezone.localdate().replace(day=1)))


def test_who_was_enrolled_since_is_out_again_and_has_left() -> None:
    committed(person(3, KK=OTHER_KK))
    programme = enrolled()
    officer = User.objects.create_user("rudi")
    run = committed(person(), person(2), person(4, KK="3171011506150005"))
    eligibility.enrol_eligible(programme)
    assert registry_undo.goes_with(run) == [
        "Kepesertaan yang dibuat sesudahnya: 3. Berakhir bila pesertanya ditambahkan impor ini (mereka tidak dihapus, "
        "tetapi keluar dari registri) atau tidak memenuhi syarat dengan data sebelumnya; yang lain tetap."
    ]
    assert undone(run, by=officer).state == S.UNDONE
    assert statuses() == {"1": "left", "2": "left", "3": "active", "4": "left"}
    ended = Enrolment.objects.filter(status="ended")
    assert ended.count() == 3
    steps = EnrolmentStep.objects.filter(enrolment__in=ended, to_status="ended")
    assert set(steps.values_list("reason", "words", "by")) == {("undone", "salah berkas", officer.pk)}
    assert Household.objects.count() == 3  # those of who is kept, too
    # The right file brings back whom it names, and the rule admits them anew; the others stay out.
    assert committed(person(), person(2, NAMA="LAIN")).returned == 2
    assert eligibility.enrol_eligible(programme) == 2
    assert Enrolment.objects.filter(status="active").count() == 3
    assert eligibility.enrol_eligible(programme) == 0


def test_an_enrolment_stays_that_the_import_only_touched_and_one_ends_that_rests_on_what_it_said() -> None:
    terms = PurseTerms.objects.create(name="Sembako", mccs=["5411"])
    fields: dict[str, Any] = {"amount": 300_000, "eligibility": "household.decile <= 2", "terms": terms}
    programme = programmes.create(code="KLJ", name="Kartu", **fields)
    committed(person(), person(2, KK=OTHER_KK, DESIL="7"))
    run = committed(person(TELEPON="081399900001"), person(2, KK=OTHER_KK, DESIL="2"))
    assert eligibility.enrol_eligible(programme) == 2
    assert undone(run).state == S.UNDONE
    by_decile = dict(Enrolment.objects.values_list("person__household__decile", "status"))
    assert by_decile == {2: "active", 7: "ended"} and set(statuses().values()) == {"active"}


def _prepare_while_somebody_waits(cycle: int) -> None:
    """Who is to be paid is read; before the first line is written somebody else comes, or nobody within some seconds."""
    groups = due_lines.groups

    def slowly(cursor: Any, size: int) -> Any:
        until = time.monotonic() + 8
        while not waiting_for_locks() and time.monotonic() < until:
            time.sleep(0.05)
        return groups(cursor, size)

    due_lines.groups = slowly
    batches.prepare(Cycle.objects.get(pk=cycle))


def _undo_a_moment_later(run: int) -> None:
    time.sleep(1.5)
    registry_work.undo(run)


def test_a_batch_that_is_being_prepared_at_this_moment_is_waited_for_and_cancelled(processes: None) -> None:
    run = committed(person())
    cycle = batches.cycle_of(enrolled(), timezone.localdate().replace(day=1))
    registry_undo.request_undo(run, by=None, reason="salah berkas")
    outcomes = together([(_prepare_while_somebody_waits, (cycle.pk,)), (_undo_a_moment_later, (run.pk,))])
    assert [outcome.error for outcome in outcomes] == ["", ""]
    run.refresh_from_db()
    assert (run.state, Batch.objects.get().status) == (S.UNDONE, "cancelled")


def test_a_household_of_one_place_goes_with_the_import_that_added_it() -> None:
    committed(person())
    terms = PurseTerms.objects.create(name="Sembako", mccs=["5411"])
    fields: dict[str, Any] = {"amount": 300_000, "eligibility": "person.age >= 18", "terms": terms}
    programme = programmes.create(code="PKH", name="PKH", one_per_household=True, **fields)
    before = Household.objects.get()
    run = committed(person(KK=OTHER_KK))
    eligibility.enrol_eligible(programme)
    assert undone(run).state == S.UNDONE
    assert Household.objects.get() == before
    assert (Enrolment.objects.get().household, Enrolment.objects.get().status) == (before, "ended")
    assert eligibility.enrol_eligible(programme) == 1


def test_a_batch_that_nobody_submitted_is_cancelled_and_one_that_somebody_stands_for_stands_in_the_way() -> None:
    committed(person(), person(2))
    programme = enrolled()
    run = committed(person(NAMA="LAIN"), person(2))
    batch = prepared(programme)
    assert registry_undo.goes_with(run) == ["Batch yang belum diajukan dibatalkan: 1. Siapkan lagi sesudahnya."]
    assert undone(run).state == S.UNDONE
    batch.refresh_from_db()
    assert (batch.status, batch.steps.latest("pk").reason) == ("cancelled", "salah berkas")
    assert Enrolment.objects.filter(status="active").count() == 2  # enrolled before it
    run = committed(person(NAMA="LAIN"), person(2))
    approvals.submit(prepared(programme), by=money.officer())
    with pytest.raises(import_errors.UsedSince, match="1 orang dari impor ini sudah masuk batch yang diajukan"):
        registry_undo.request_undo(run, by=None, reason="x")


def test_what_comes_to_depend_on_it_between_asking_and_doing_stands_in_the_way() -> None:
    run = committed(person())
    registry_undo.request_undo(run, by=None, reason="x")
    approvals.submit(prepared(enrolled()), by=money.officer())
    registry_work.undo(run.pk)
    run.refresh_from_db()
    assert (run.state, run.error_code) == (S.COMMITTED, "used_since")
    assert Person.objects.count() == 1


def test_without_anybody_to_ask_the_references_refuse(settings: Any) -> None:
    settings.REGISTRY = settings.REGISTRY | {"paid_since": "", "on_undo": ""}
    run = committed(person())
    enrolled()
    registry_undo.request_undo(run, by=None, reason="x")
    registry_work.undo(run.pk)
    run.refresh_from_db()
    assert (run.state, run.error_code, run.error_data) == (
        S.COMMITTED,
        "still_referred",
        {"cause": "disbursement_enrolment"},
    )
    assert Person.objects.count() == 1


def test_what_was_only_guessed_of_its_people_goes_with_them_and_what_was_decided_does_not() -> None:
    committed(person(), person(2))
    run = committed(person(3, NAMA="SITI AMINAH"))
    duplicates.find()
    pair = DuplicatePair.objects.filter(high=Person.objects.latest("pk")).first()
    assert pair and PersonBlock.objects.filter(person=pair.high).exists()
    officer = User.objects.create_user("rudi")
    DuplicatePair.objects.filter(pk=pair.pk).update(
        status="different", decided_by=officer, decided_at=timezone.now(), decision="x"
    )
    registry_undo.request_undo(run, by=None, reason="x")
    registry_work.undo(run.pk)
    run.refresh_from_db()
    assert (run.error_code, run.error_data) == ("still_referred", {"cause": "beneficiaries_duplicatepair"})
    DuplicatePair.objects.filter(pk=pair.pk).update(status="open", decided_by=None, decided_at=None, decision="")
    assert undone(run).state == S.UNDONE
    assert not DuplicatePair.objects.filter(pk=pair.pk).exists() and Person.objects.count() == 2


def refusal(run: RegistryImport) -> import_errors.UndoRefused:
    with pytest.raises(import_errors.UndoRefused) as refused:
        registry_undo.request_undo(run, by=None, reason="x")
    return refused.value


def test_what_a_later_import_confirmed_is_not_taken_away_and_the_refusal_names_that_import() -> None:
    run = committed(person(), person(2))
    later = committed(person())
    assert (later.unchanged, Change.objects.filter(source=later.told_as).count()) == (1, 0)
    error = refusal(run)
    assert error.code == "confirmed_since" and error.data["count"] == 2  # the person and their home
    assert f"#{later.pk} (registry.csv)" in str(error)
    assert Person.objects.count() == 2
    assert undone(later).state == S.UNDONE and undone(run).state == S.UNDONE
    assert not Person.objects.exists() and not Listing.objects.exists()


def test_that_aid_was_paid_is_said_before_what_could_still_be_taken_back() -> None:
    """Else the later import is taken back for nothing."""
    run = committed(person(), person(2))
    committed(person())
    approvals.submit(prepared(enrolled()), by=money.officer())
    assert refusal(run).code == "used_since"
    Person.objects.filter(household__isnull=False).update(name="SITI")
    assert refusal(run).code == "used_since"


def test_a_change_that_a_later_file_repeats_stands_too_of_a_person_as_of_a_household() -> None:
    committed(person(), person(2, KK=OTHER_KK))
    named = committed(person(NAMA="LAIN"), person(2, KK=OTHER_KK))
    moved = committed(person(NAMA="LAIN"), person(2, KK=OTHER_KK, DESIL="8"))
    committed(person(3, KK=OTHER_KK, DESIL="8"))  # somebody new, in a home of which it says nothing new
    assert refusal(named).code == "confirmed_since"
    assert (refusal(moved).code, refusal(moved).data["count"]) == ("confirmed_since", 1)


def test_a_later_import_of_other_people_stands_in_nobodys_way() -> None:
    committed(person(), person(2, KK=OTHER_KK))
    run = committed(person(NAMA="LAIN"))
    assert committed(person(2, KK=OTHER_KK)).unchanged == 1
    assert undone(run).state == S.UNDONE


def test_whom_another_source_names_too_stands_in_the_way() -> None:
    run = committed(person(), person(2))
    other = committed(person(), source="Dinsos")
    assert other.unchanged == 1
    assert f"#{other.pk} " in str(refusal(run))
    assert Person.objects.count() == 2 and undone(other).state == S.UNDONE
    assert undone(run).state == S.UNDONE and not Listing.objects.exists()


def test_of_a_later_import_that_kept_no_list_nobody_knows_so_it_stands_in_the_way() -> None:
    run = committed(person())
    later = committed(person())
    Confirmed.objects.filter(run=later).delete()
    assert (refusal(run).code, refusal(run).data["count"]) == ("confirmed_since", 1)


def test_a_later_import_of_new_people_alone_needs_no_list() -> None:
    run = committed(person())
    later = committed(person(2, KK=OTHER_KK))
    Confirmed.objects.filter(run=later).delete()
    assert undone(run).state == S.UNDONE


def screened() -> None:
    enforced(rule("person.age >= 0", scope="person", code="orang"))
    enforced(rule("household.size > 0", code="keluarga"))
    screen()


def test_what_screening_found_of_its_people_goes_with_them() -> None:
    bystander = money.person()
    run = committed(person(), person(2, KK=OTHER_KK))
    screened()
    assert (TrialHit.objects.count(), Proposal.objects.count()) == (6, 6)
    Proposal.objects.filter(person__isnull=False).latest("pk").evidence.add(tell(bystander, "vehicle", CAR))
    assert undone(run).state == S.UNDONE
    assert [row.pk for row in Person.objects.all()] == [bystander.pk]
    assert (TrialHit.objects.count(), Proposal.objects.count()) == (2, 2)


def test_what_was_decided_of_its_people_stands_in_the_way() -> None:
    run = committed(person())
    screened()
    proposal = Proposal.objects.get(person__isnull=False)
    screening.reject(proposal, money.officer(), "tidak cocok")
    registry_undo.request_undo(run, by=None, reason="x")
    registry_work.undo(run.pk)
    run.refresh_from_db()
    assert (run.error_code, run.error_data) == ("still_referred", {"cause": "beneficiaries_proposal"})
    assert Proposal.objects.count() == 2
    with pytest.raises(DatabaseError, match="decided"):
        proposal.delete()


def test_an_import_from_before_the_history_is_not_taken_back() -> None:
    run = RegistryImport.objects.create(file_name="x", state="committed", rows=1, added=1)
    with pytest.raises(import_errors.HistoryMissing):
        registry_undo.request_undo(run, by=None, reason="x")


def test_only_what_is_saved_is_taken_back() -> None:
    run = previewed(person())
    with pytest.raises(import_errors.ImportMoved):
        registry_undo.request_undo(run, by=None, reason="x")
    undone(saved(run))
    with pytest.raises(import_errors.ImportMoved):
        registry_undo.request_undo(run, by=None, reason="x")
    assert registry.drop_old_contents() == 0


def test_an_import_whose_history_was_emptied_meanwhile_is_not_half_taken_back() -> None:
    committed(person(), person(2))
    run = committed(person(NAMA="LAIN", KK=OTHER_KK), person(2))
    rule = next(rule for rule in retention.RULES if rule.name == "history")
    rule.drop(Change.objects.all())
    before = everything()
    with pytest.raises(import_errors.HistoryDropped):
        registry_undo.request_undo(run, by=None, reason="salah berkas")
    assert everything() == before
