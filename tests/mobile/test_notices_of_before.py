"""The notices of before the outbox moved into it, whatever became of them."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connections
from django.utils import timezone

from beneficiaries import grievances
from beneficiaries.models import Person
from mobile.models import Delivery, Notice, Sms
from tests.beneficiaries import cases
from tests.mobile import people
from tests.owner import as_owner

# The tables of then, for this transaction alone: what is temporary is found first.
THEN = """
CREATE TEMPORARY TABLE mobile_lapsenotice (id serial, purse_id bigint, usable_until timestamptz, amount bigint, person_id bigint,
    outcome text, sms_id bigint, created_at timestamptz DEFAULT now()) ON COMMIT DROP;
CREATE TEMPORARY TABLE mobile_grievancenotice (id serial, answer_id bigint, outcome text, sms_id bigint,
    created_at timestamptz DEFAULT now()) ON COMMIT DROP;
CREATE TEMPORARY TABLE mobile_exclusionnotice (id serial, exclusion_id bigint, objection_id bigint, lifted boolean,
    person_id bigint,
    outcome text, sms_id bigint, told_by_id integer, told_at timestamptz, created_at timestamptz DEFAULT now()) ON COMMIT DROP;
"""


def message(state: str) -> int:
    row = Sms(state=state, attempts=2, sent_at=timezone.now() if state == "sent" else None)
    row.phone, row.text = people.PHONE, "RAHASIA"
    row.save()
    return row.pk


def answer(reporter: Person | None, officer: User) -> int:
    row = grievances.take(cases.grievance(reporter=reporter), by=officer)
    return grievances.answer(row, "Sudah.", by=officer).pk


def moved(rows: list[tuple[str, list[Any]]]) -> None:
    """Runs the migration's own statements over these rows of then."""
    move = import_module("mobile.migrations.0011_notices_of_before").MOVE
    with as_owner() as cursor:
        cursor.execute(THEN)
        for statement, values in rows:
            cursor.execute(statement, values)
        cursor.execute(move)
    connections["owner"].close()


LAPSE = """
INSERT INTO mobile_lapsenotice (purse_id, usable_until, amount, person_id, outcome, sms_id) VALUES (%s, %s, 5, %s, %s, %s)
"""
ANSWER = "INSERT INTO mobile_grievancenotice (answer_id, outcome, sms_id) VALUES (%s, %s, %s)"
EXCLUSION = """
INSERT INTO mobile_exclusionnotice (exclusion_id, objection_id, lifted, person_id, outcome, sms_id, told_by_id, told_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
"""


def told(person: Person | None) -> list[tuple[str, int, list[tuple[str, str]]]]:
    notices = Notice.objects.filter(person=person).order_by("kind", "subject", "until")
    return [
        (one.kind, one.subject, list(one.deliveries.order_by("pk").values_list("channel", "state"))) for one in notices
    ]


@pytest.mark.usefixtures("committed_db")
def test_every_notice_keeps_what_became_of_it_and_no_message_its_words() -> None:
    siti, officer, now = people.register(), cases.officer("petugas", "Petugas"), timezone.now()
    kept = message("sent")
    own, anonymous = (answer(reporter, officer) for reporter in (siti, None))
    moved(
        [
            (LAPSE, [1, now, siti.pk, "queued", message("sent")]),
            (LAPSE, [2, now, siti.pk, "queued", message("queued")]),
            (LAPSE, [3, now, siti.pk, "queued", message("failed")]),
            (LAPSE, [4, now, siti.pk, "queued", None]),  # its message was kept long enough
            (LAPSE, [5, now, siti.pk, "no_phone", None]),
            (LAPSE, [6, now, None, "no_holder", None]),
            (ANSWER, [own, "queued", message("sent")]),
            (ANSWER, [anonymous, "no_phone", None]),
            (EXCLUSION, [7, None, False, siti.pk, "queued", message("sent"), None, None]),
            (EXCLUSION, [7, None, True, siti.pk, "no_phone", None, officer.pk, now]),
            (EXCLUSION, [7, 8, False, siti.pk, "queued", message("failed"), officer.pk, now]),
        ]
    )
    assert told(siti) == [
        ("answered", own, [("sms", "sent")]),
        ("decided", 8, [("sms", "failed"), ("list", "told")]),
        ("excluded", 7, [("sms", "sent")]),
        ("lapse", 1, [("sms", "sent")]),
        ("lapse", 2, [("sms", "queued")]),
        ("lapse", 3, [("sms", "failed"), ("list", "queued")]),
        ("lapse", 4, [("sms", "sent")]),
        ("lapse", 5, [("list", "queued")]),
        ("lifted", 7, [("list", "told")]),
    ]
    assert told(None) == [("answered", anonymous, []), ("lapse", 6, [])]
    assert set(Delivery.objects.filter(state="told").values_list("told_by", "ended_at")) == {(officer.pk, now)}
    assert list(Sms.objects.values_list("pk", flat=True)) == [kept]
