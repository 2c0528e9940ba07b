"""Nobody rewords what stands in the registry's records, neither the application nor the owner; what has to change still does."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connection, connections, transaction
from django.utils import timezone

from beneficiaries import (
    data_requests,
    duplicates_merge,
    erasure,
    evidence,
    grievances,
    objection_files,
    objections,
    representation,
    screening,
)
from beneficiaries.history import telling
from beneficiaries.models import (
    Breach,
    Change,
    DataRequest,
    Evidence,
    EvidenceAccess,
    EvidenceSource,
    Exclusion,
    ExclusionRule,
    Merge,
    Objection,
    Person,
    Proposal,
    Representation,
)
from config.database_roles import RESTRICTED, changeable
from tests import money
from tests.beneficiaries import cases
from tests.beneficiaries.evidence_told import CAR, excluded, tell
from tests.beneficiaries.test_subject_data import merged
from tests.vault.test_rotation import BEFORE, DURING, use
from vault import rotation

REFUSED, NOT_GRANTED = "23001", "42501"
SEALED = "decode('0102' || repeat('ab', octet_length({0}) - 2), 'hex')"  # as long as the old box, under another key
APPLICATION_IS_OWNER = connections["default"].settings_dict["USER"] == connections["owner"].settings_dict["USER"]

# Each column that a step may fill, or that is emptied: what would falsify the record if it went through.
REWORDED: dict[str, list[str]] = {
    "evidence": [
        """value = '{"vehicle": "none"}'""",
        "value = '{}'",  # nobody is forgotten
        "item = 'lain'",
        "document = 'lain'",
        "document = ''",
        "fingerprint = '\\x00'",
        "number_sealed = number_sealed || '\\x00'",
        f"number_sealed = {SEALED.format('number_sealed')}",
        "number_index = number_index || '\\x00'",
        "superseded_at = NULL",
        "superseded_at = superseded_at - interval '1 year'",
        "contested_at = NULL, contest_reason = ''",
        "contest_reason = 'lain'",
        "contested_by_id = NULL",
    ],
    "exclusionrule": [
        "valid_until = valid_until + 1",
        "valid_until = NULL",
        "enforced_at = NULL",
        "enforced_at = now()",
        "enforced_by_id = (SELECT max(id) FROM auth_user)",
    ],
    "proposal": [
        """facts = '{"cars": 0}'""",
        "facts = '{}'",
        "status = 'rejected'",
        "decided_at = now()",
        "decision_reason = 'lain'",
        "decided_by_id = NULL",
    ],
    "exclusion": [
        "ends_on = ends_on + 1",
        "lift_reason = 'lain'",
        "lifted_at = now()",
        "lifted_by_id = NULL",
        "ends_on = NULL, lifted_at = NULL, lifted_by_id = NULL, lift_reason = ''",
    ],
    "objection": [
        "text = 'lain'",
        "text = ''",
        "status = 'upheld'",
        "decided_at = now()",
        "decision_reason = 'lain'",
        "decided_by_id = NULL",
    ],
    "objectionfile": [f"name_sealed = {SEALED.format('name_sealed')}"],
    "change": [
        'before = before || \'{"name": "Lain"}\'',
        "before = before - 'name'",
        """before = '{"household_id": 7}'""",  # they did not move
        'after = after || \'{"name": "Lain"}\'',
        "reason = 'lain'",
    ],
    "merge": [
        "undone_reason = 'lain'",
        "undone_at = now()",
        "undone_at = NULL, undone_by_id = NULL",
        "undone_by_id = NULL",
    ],
    "representation": [
        "status = 'approved', ended_at = NULL, end_reason = ''",
        "decided_at = now()",
        "decided_by_id = NULL",
        "decision_reason = 'lain'",
        "ended_at = now()",
        "ended_by_id = NULL",
        "end_reason = 'lain'",
        "document_number = 'lain'",
        "nik_index = nik_index || '\\x00'",
        *(f"{name} = {SEALED.format(name)}" for name in ("name_sealed", "nik_sealed", "phone_sealed")),
        "phone_index = phone_index || '\\x00'",
    ],
    "representationscan": [f"content_sealed = {SEALED.format('content_sealed')}"],
    "grievance": [
        f"{name} = {SEALED.format(name)}" for name in ("text_sealed", "reporter_name_sealed", "phone_sealed")
    ],
    "grievancemessage": [f"text_sealed = {SEALED.format('text_sealed')}"],
    "datarequest": [
        "state = 'refused'",
        "decided_at = now()",
        "decided_by_id = NULL",
        "proposed_by_id = NULL",
        "reason = 'lain'",
        "flagged_at = NULL",
    ],
    "breach": ["recorded_at = now()", "recorded_by_id = (SELECT max(id) FROM auth_user)"],
}
# No step ever changes these: the application has no right to, and the owner meets the trigger.
NEVER = {
    "evidence": ["source = 'lain'", "fact_date = fact_date - 1", "received_at = now()", "valid_until = now()"],
    "exclusionrule": ["expression = 'true'", "legal_basis = 'lain'", "valid_from = valid_from - 1"],
    "proposal": ["basis = '\\x00'", "created_at = now()"],
    "proposal_evidence": ["evidence_id = evidence_id + 1"],
    "exclusion": ["reason = 'lain'", "legal_basis = 'lain'", "objection_until = objection_until - 1"],
    "objection": ["filed_on = filed_on - 1", "late = NOT late", "answer_by = answer_by + 9"],
    "objectionfile": ["sha256 = ''", "upload = gen_random_uuid()"],
    "change": ["at = now()", "by_id = NULL", "source = 'lain'"],
    "merge": ["kept = '{}'", "reason = 'lain'", "at = now()"],
    "representation": [
        "ends_on = ends_on + 900",
        "kind = 'guardian'",
        "document = 'court_order'",
        "proposed_at = now()",
    ],
    "representationscan": ["sha256 = ''", "created_at = now()"],
    "grievance": ["number = 'lain'", "origin = 'officer'", "created_at = now()", "reporter_id = 0"],
    "grievancemessage": ["kind = 'note'", "created_at = now()"],
    "datarequest": ["kind = 'access'", "received_at = now()", "due_at = due_at + interval '9 days'"],
}


@pytest.fixture
def records(db: None) -> None:
    """Every kind of record once, each step of its life taken, by the deeds themselves."""
    write_records()


@pytest.fixture
def committed_records(committed_db: None) -> None:
    write_records()


def write_records() -> None:
    first, second = money.officer("dewi"), money.officer("budi")
    money.officer("sari")
    home = money.person().household
    made = excluded(home)
    told = tell(home, "vehicle", CAR | {"plate": "B 1 AA"}, document="D-1", valid_until="2027-01-01")
    evidence.contest(told, first, "sudah dijual")
    tell(home, "vehicle", CAR | {"plate": "B 1 AA"}, document="D-2", date="2026-11-01")
    objection = objections.file(made, "Bukan mobil saya.", channel=Objection.Channel.OFFICE, by=first)
    objection_files.add(objection, "stnk.pdf", b"%PDF-1.7 tiruan", by=first)
    objections.deny(objection, second, "tidak terbukti")
    screening.lift(made, first, "mobil dijual", made.starts_on + timedelta(days=30))
    version = made.proposal.rule
    ExclusionRule.objects.filter(pk=version.pk).update(valid_until=date(2027, 1, 1))
    _registry(first, second)
    report = cases.grievance(text="Belum masuk.", reporter_name="Budi", phone="+6281211112222")
    grievances.say(report, "Halo?")
    source = EvidenceSource.objects.create(code="uji", name="Uji", kinds=[], key_sha256=b"x")
    EvidenceAccess.objects.create(evidence_source=source, status=200, items=1, added=1, known=0, refused=0)


def _registry(first: User, second: User) -> None:
    holder = cases.person()
    with telling(source="office", by=first, reason="salah ketik"):
        holder.name = "Siti Betul"
        holder.phone = "081233334444"
        holder.save()
    survivor, joined = cases.person(name="Siti Satu"), cases.person(name="Siti Dua")
    merged(joined, survivor, first)
    duplicates_merge.unmerge(Merge.objects.get(), first, "dua orang")
    outsider = cases.proposal(
        holder, cases.outsider_nik(), name="Budi", phone="081233334444", scan=cases.PNG, ends_on=date(2099, 1, 1)
    )
    acting = representation.approve(representation.propose(outsider, by=first), by=second, reason="cocok")
    representation.end(acting, "dicabut", by=first)
    asked = data_requests.receive(holder, DataRequest.Kind.RESTRICTION, by=first)
    data_requests.propose(asked, by=first)
    DataRequest.objects.filter(pk=asked.pk).update(flagged_at=timezone.now())
    data_requests.approve(asked, by=second, reason="sesuai")
    breach = Breach(
        discovered_at=timezone.now(), happened="kemarin", what="NIK", how="surel", remedy="ditarik", recorded_by=first
    )
    breach.save()


def outcome(statement: str, alias: str = "default") -> str:
    """The SQLSTATE that the database refuses with; or how many rows it changed. Nothing stays."""
    try:
        with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
            cursor.execute(statement)
            changed = f"{cursor.rowcount} rows"
            transaction.set_rollback(True, using=alias)
    except DatabaseError as error:
        return str(getattr(error.__cause__, "pgcode", None))
    return changed


def said(name: str, change: str) -> str:
    """The statement, on the rows that it would change."""
    column = change.split(" = ")[0]
    filled = {
        "superseded_at": "superseded_at IS NOT NULL",
        "contest_reason": "contest_reason <> ''",
        "contested_at": "contested_at IS NOT NULL",
        "contested_by_id": "contested_by_id IS NOT NULL",
        "number_sealed": "number_sealed <> ''",
        "number_index": "number_index IS NOT NULL",
        "valid_until": "valid_until IS NOT NULL",
        "before": "before ? 'name'",
        "after": "after ? 'name'",
        "ends_on": "ends_on IS NOT NULL",
        "document": "document <> ''" if name == "evidence" else "true",
    }.get(column, "true")
    return f"UPDATE beneficiaries_{name} SET {change} WHERE {filled}"  # the tests' own words


@pytest.mark.usefixtures("records")
@pytest.mark.parametrize("name", REWORDED)
def test_the_application_rewords_nothing(name: str) -> None:
    answers = {change: outcome(said(name, change)) for change in REWORDED[name]}
    assert answers == dict.fromkeys(REWORDED[name], REFUSED)


two_roles = pytest.mark.skipif(APPLICATION_IS_OWNER, reason="DATABASE_URL names a server with one role")


@two_roles
@pytest.mark.usefixtures("records")
@pytest.mark.parametrize("name", NEVER)
def test_the_application_has_no_right_to_what_never_changes(name: str) -> None:
    answers = {change: outcome(said(name, change)) for change in NEVER[name]}
    assert answers == dict.fromkeys(NEVER[name], NOT_GRANTED)


@pytest.mark.usefixtures("committed_records")
def test_the_owner_rewords_nothing_either() -> None:
    statements = [said(name, change) for table in (REWORDED, NEVER) for name in table for change in table[name]]
    answers = {statement: outcome(statement, "owner") for statement in statements}
    assert answers == dict.fromkeys(statements, REFUSED)


@pytest.mark.usefixtures("committed_records")
@pytest.mark.parametrize("statement", ["UPDATE {} SET items = 9", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_owner_does_not_touch_an_agencys_calls(statement: str) -> None:
    assert outcome(statement.format("beneficiaries_evidenceaccess"), "owner") == REFUSED


@pytest.mark.usefixtures("records")
@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM beneficiaries_proposal_evidence",  # what a decision rests on
        "DELETE FROM beneficiaries_datarequest WHERE decided_at IS NULL",
    ],
)
def test_what_is_still_needed_is_not_deleted(statement: str) -> None:
    data_requests.receive(money.person(), DataRequest.Kind.ERASURE, by=money.officer())
    assert outcome(statement) == REFUSED


@pytest.mark.usefixtures("db")
def test_of_a_move_that_was_kept_long_enough_the_household_that_was_left_may_stay_and_no_other() -> None:
    mover, to = cases.person(), cases.person().household
    left = mover.household_id
    with telling(source="office"):
        Person.objects.filter(pk=mover.pk).update(household=to, name="Siti Pindah")
    moved = f"UPDATE beneficiaries_change SET before = '%s' WHERE person_id = {mover.pk} AND before ? 'household_id'"
    for before, answer in {
        f'{{"household_id": {left}}}': "1 rows",
        f'{{"household_id": {to.pk}}}': REFUSED,
        '{"household_id": null}': REFUSED,
        f'{{"household_id": {left}, "name": "Lain"}}': REFUSED,
    }.items():
        assert outcome(moved % before) == answer, before


@pytest.mark.usefixtures("db")
def test_who_moves_away_leaves_nothing_of_the_household_to_be_reworded() -> None:
    home = money.person().household
    made = excluded(home)
    objections.deny(
        objections.file(made, "Bukan mobil saya.", channel=Objection.Channel.OFFICE), money.officer(), "tidak terbukti"
    )
    with telling(source="office"):
        Person.objects.filter(household=home).update(household=money.person().household)
    changes = ["objection SET text = ''", "objection SET decision_reason = 'lain'", "evidence SET value = '{}'"]
    changes += ["proposal SET facts = '{}'", "proposal SET decision_reason = 'lain'"]
    statements = [f"UPDATE beneficiaries_{change}" for change in changes]
    assert {statement: outcome(statement) for statement in statements} == dict.fromkeys(statements, REFUSED)


@pytest.mark.usefixtures("db")
def test_a_number_and_what_makes_telling_it_again_the_same_stay_as_long_as_the_evidence_stands() -> None:
    row = tell(money.person(), "vehicle", CAR)
    without = "number_sealed = '', number_index = NULL"
    empty = [without, f"{without}, fingerprint = uuid_send(uid)"]
    parts = ["number_index = NULL", "fingerprint = uuid_send(uid)"]  # the number would stay
    at_once = [f"superseded_at = now(), {change}" for change in empty]
    asked = [f"UPDATE beneficiaries_evidence SET {change}" for change in (*empty, *parts, *at_once)]
    assert {statement: outcome(statement) for statement in asked} == dict.fromkeys(asked, REFUSED)
    evidence.contest(row, money.officer(), "sudah dijual")
    assert {outcome(statement) for statement in asked} == {REFUSED}
    Evidence.objects.filter(pk=row.pk).update(superseded_at=timezone.now())
    answers = [outcome(f"UPDATE beneficiaries_evidence SET {change}") for change in (*empty, *parts)]
    assert answers == ["1 rows", "1 rows", REFUSED, REFUSED]


# --- the ticket of sealing anew is no way around ---

FORGED = [
    ("evidence", "value = '{}'"),
    ("evidence", "number_index = NULL"),
    ("evidence", "number_sealed = set_byte(number_sealed, 20, 255 - get_byte(number_sealed, 20))"),  # the same key
    ("evidence", "number_sealed = set_byte(number_sealed, 1, 99) || '\\x00'"),  # another key, and longer
    ("evidence", "number_sealed = '\\x0263' || substr(number_sealed, 3)"),  # no box that we know
    ("objection", "text = 'lain'"),
    ("grievancemessage", "text_sealed = set_byte(text_sealed, 20, 255 - get_byte(text_sealed, 20))"),
    ("change", """before = before || '{"name": "Lain"}'"""),
    ("change", """before = before || '{"phone_sealed": "x"}'"""),
    ("change", "before = before - 'phone_sealed'"),
    ("change", 'after = \'{"name": "Lain"}\''),
]


@pytest.mark.usefixtures("records")
@pytest.mark.parametrize(("name", "change"), FORGED)
def test_sealing_anew_changes_neither_the_key_nor_the_length_nor_anything_else(name: str, change: str) -> None:
    with connection.cursor() as cursor, rotation.resealing(cursor):
        assert outcome(said(name, change)) == REFUSED


@pytest.mark.usefixtures("records")
@pytest.mark.parametrize("form", ["escape", "hex"])
def test_how_a_session_writes_bytes_is_no_way_around(form: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL bytea_output = '{form}'")
    assert outcome("UPDATE beneficiaries_evidence SET number_sealed = 'x' WHERE number_sealed <> ''") == REFUSED
    assert outcome("UPDATE beneficiaries_grievancemessage SET text_sealed = ''") == "1 rows"


# --- what has to change still does ---


def test_everything_goes_under_new_keys_and_says_what_it_said(settings: Any, committed_db: None) -> None:
    use(settings, BEFORE)
    write_records()
    told, acting = Evidence.objects.exclude(number_sealed=b"").earliest("pk"), Representation.objects.get()
    use(settings, DURING)
    done = rotation.rotate()
    assert (done.broken, done.doubled) == ({}, {}) and done.written > 10
    assert {use.number for use in rotation.counts() if use.keys == rotation.SEALED} == {2}
    assert Evidence.objects.get(pk=told.pk).number == told.number
    assert Representation.objects.get().nik == acting.nik


@pytest.mark.usefixtures("records")
def test_who_is_forgotten_is_emptied_and_officers_words_with_them() -> None:
    about = Exclusion.objects.get().household
    assert about is not None
    holder = Representation.objects.get().for_person
    for person in (*about.members.all(), holder):
        erasure.erase(Person.objects.get(pk=person.pk), by=money.officer(), reason="#7")
    for row in Evidence.objects.filter(household=about):
        assert (row.value, row.item, row.document, bytes(row.number_sealed)) == ({}, "", "", b"")
        assert row.contest_reason in ("", "#7") and bytes(row.fingerprint) == row.uid.bytes
    proposal, exclusion, objection = Proposal.objects.get(), Exclusion.objects.get(), Objection.objects.get()
    assert (proposal.facts, objection.text) == ({}, "")
    assert {proposal.decision_reason, exclusion.lift_reason, objection.decision_reason} == {"#7"}
    acting = Representation.objects.get()
    assert (acting.end_reason, acting.document_number, bytes(acting.nik_sealed)) == ("#7", "", b"")
    assert not Change.objects.filter(person=holder).exclude(before={}, after={}).exists()


@pytest.mark.usefixtures("records")
def test_an_outsider_who_acted_is_forgotten_with_the_words_about_them() -> None:
    acting = Representation.objects.get()
    someone = cases.person()
    someone.nik = acting.nik
    someone.save()
    erasure.erase(someone, by=money.officer(), reason="#8")
    acting.refresh_from_db()
    assert (acting.end_reason, bytes(acting.nik_sealed), acting.nik_index) == ("#8", b"", None)


# --- no column is forgotten ---


@pytest.mark.django_db
def test_every_column_that_the_application_may_change_has_a_rule_of_what_it_may_become() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, convert_from(rtrim(tgargs, '\\x00'), 'utf8') FROM pg_trigger"
            " WHERE tgname = 'kept_as_written'"
        )
        ruled = {table: set(json.loads(rules)) for table, rules in cursor.fetchall()}
    # Their own triggers: migrations 0015 and 0310.
    by_themselves = {"beneficiaries_consent", "beneficiaries_grievancestep"}
    granted = {table: changeable(rights) for table, rights in RESTRICTED.items() if table.startswith("beneficiaries_")}
    assert {table: columns for table, columns in granted.items() if columns and table not in by_themselves} == {
        table: rules for table, rules in ruled.items() if changeable(RESTRICTED.get(table, ""))
    }


@pytest.mark.django_db
def test_no_column_of_evidence_is_passed_over_where_superseding_takes_the_short_way() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_triggerdef(oid) FROM pg_trigger"
            " WHERE tgname = 'kept_as_written' AND tgrelid = 'beneficiaries_evidence'::regclass"
        )
        [(said_by_it,)] = cursor.fetchall()
    columns = {field.column for field in Evidence._meta.concrete_fields}
    assert columns == set(re.findall(r"\bold\.(\w+)", said_by_it))
