"""Workers that are killed, and workers at once: nobody is told twice of one thing, and nobody is forgotten.

As in tests/disbursement/test_crashes.py: each deed has its steps in a table, and the table is compared with what it really does.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from beneficiaries import grievances
from beneficiaries.models import Person
from mobile import notice_messages, notice_pushes, notices, push, sms
from mobile.models import Delivery, Notice, NoticedChunk
from tests import steps
from tests.beneficiaries import cases
from tests.mobile import people, telling
from tests.processes import together

pytestmark = pytest.mark.usefixtures("processes", "small_chunks")
S = Delivery.State
COMMIT = {"it is committed": "commit"}
MAKE = {
    "the chunk is taken": "lock disbursement_chunk no key update",
    "notices and deliveries are written": "insert mobile_notice, insert mobile_delivery",
    "the chunk is marked": "insert mobile_noticedchunk",
}
BIND = {
    "what waits is locked": "lock mobile_delivery no key update",
    "it is bound": "update mobile_delivery",
}
SEND = {
    "the bundle is locked": "lock mobile_delivery no key update",
    "it is marked as sent": "update mobile_delivery",
}
PART = {
    "the bundle of several receivers is locked": "lock mobile_delivery no key update",
    "another receiver's is a bundle of its own": "update mobile_delivery",
}
PUSH = {
    "the push is locked": "lock mobile_delivery no key update",
    "the push is marked": "update mobile_delivery",
}
PASS_ON = {
    "the unread are locked": "lock mobile_delivery no key update",
    "they are passed on": "update mobile_delivery",
    "another channel takes over": "insert mobile_delivery",
}


@pytest.fixture
def small_chunks(settings: Any) -> None:
    settings.DISBURSEMENT = settings.DISBURSEMENT | {"chunk_size": 3}


@dataclass(frozen=True)
class Deed:
    """What is done, after what was prepared, its steps, and what is true at last."""

    steps: dict[str, str]
    prepare: Callable[[], None]
    do: Callable[..., None]
    reached: Callable[[Path], None]


def _settings(folder: str) -> None:
    """A process of its own has settings of its own."""
    changed = {"sms_spool": folder, "push_spool": f"{folder}-push", "sms_hours": (0, 24)}
    gateways = {"sms_gateway": "mobile.sms.SpoolGateway", "push_gateway": "mobile.push.SpoolGateway"}
    settings.MOBILE = settings.MOBILE | changed | gateways | {"sms_wait": timedelta(0), "push_wait": timedelta(0)}


def _prepare_make() -> None:
    for number in range(3):
        people.register(f"Warga {number}", f"+62812345670{number:02}")
    telling.paid()


def _do_make(folder: str) -> None:
    _settings(folder)
    notices._of_next_chunk()


def _made(_folder: Path) -> None:
    assert Notice.objects.count() == Delivery.objects.count() == 3
    assert NoticedChunk.objects.get().count == 3


def _prepare_message() -> None:
    _prepare_make()
    telling.make_all()
    Delivery.objects.exclude(notice__person__name="Warga 0").update(state=S.PASSED, ended_at="2026-11-01T00:00:00Z")


def _do_message(folder: str) -> None:
    _settings(folder)
    carrier = sms.gateway()
    assert carrier is not None
    while notice_messages.deliver_next(carrier):
        pass


def _sent_once_or_again(folder: Path) -> None:
    sent = people.texts(folder)
    assert 1 <= len(sent) <= 2 and len(set(sent)) == 1  # at least once: it is not known whether the gateway had it
    assert telling.outcomes(notice__person__name="Warga 0") == [("sms", "sent")]


def _prepare_two_receivers() -> None:
    _prepare_message()
    person = Person.objects.get(name="Warga 0")
    officer = cases.officer("petugas", "Petugas")
    row = grievances.take(cases.grievance(reporter=person, phone=people.STRANGER), by=officer)
    answer = grievances.answer(row, "Sudah.", by=officer)
    notices.tell(Notice.Kind.ANSWERED, answer.pk, [person.pk], reachable=True)
    Delivery.objects.filter(state=S.QUEUED).update(due_at="2026-01-01T00:00:00Z")


def _each_sent_once_or_again(folder: Path) -> None:
    sent = people.texts(folder)
    assert 2 <= len(sent) <= 3 and len(set(sent)) == 2  # of one alone it may not be known whether the gateway had it
    assert {to for to, _text in sent} == {"+6281234567000", people.STRANGER}
    assert all(("dijawab" in text) == (to == people.STRANGER) for to, text in sent)
    assert telling.outcomes(notice__person__name="Warga 0") == [("sms", "sent")] * 2


def _prepare_push() -> None:
    _prepare_message()
    person = Person.objects.get(name="Warga 0")
    telling.with_app(person)
    notice = Notice.objects.get(person=person)
    Delivery.objects.filter(notice=notice).update(state=S.PASSED, ended_at="2026-11-01T00:00:00Z")
    Delivery.objects.create(notice=notice, channel="push")


def _do_push(folder: str) -> None:
    _settings(folder)
    carrier = push.gateway()
    assert carrier is not None
    while notice_pushes.deliver_next(carrier):
        pass


def _pushed(folder: Path) -> None:
    sent = people.spooled(Path(f"{folder}-push"))
    assert 1 <= len(sent) <= 2 and len({one["reference"] for one in sent}) == 1
    assert Delivery.objects.filter(channel="push", state=S.SENT).count() == 1


def _prepare_pass_on() -> None:
    _prepare_push()
    Person.objects.filter(name="Warga 0").update(phone_sealed=b"", phone_index=None)
    Delivery.objects.filter(channel="push").update(state=S.SENT, ended_at="2026-11-01T00:00:00Z")


def _do_pass_on(folder: str) -> None:
    _settings(folder)
    notice_pushes.pass_on_unread()


def _passed_on(_folder: Path) -> None:
    assert Delivery.objects.filter(channel="push").get().state == S.PASSED
    assert Delivery.objects.to_tell().count() == 1


DEEDS = {
    "make": Deed(MAKE | COMMIT, _prepare_make, _do_make, _made),
    "message": Deed(
        {
            **{f"bind: {name}": step for name, step in (BIND | COMMIT).items()},
            **{f"send: {name}": step for name, step in (SEND | COMMIT).items()},
        },
        _prepare_message,
        _do_message,
        _sent_once_or_again,
    ),
    "messages": Deed(
        {
            f"{of}: {name}": step
            for of, done in {"bind": BIND, "part": PART, "send one": SEND, "send the other": SEND}.items()
            for name, step in (done | COMMIT).items()
        },
        _prepare_two_receivers,
        _do_message,
        _each_sent_once_or_again,
    ),
    "push": Deed(
        PUSH | COMMIT | {"no other is found": "lock mobile_delivery no key update", "that is all": "commit"},
        _prepare_push,
        _do_push,
        _pushed,
    ),
    "pass on": Deed(PASS_ON | COMMIT, _prepare_pass_on, _do_pass_on, _passed_on),
}


def real_steps(deed: Deed, folder: Path) -> list[str]:
    """Without the transactions that only found that nothing is left."""
    done = steps.of(deed.do, str(folder))
    kept = []
    for step in done:
        if step == "commit" and (not kept or kept[-1] == "commit"):
            continue
        kept.append(step)
    return kept


@pytest.mark.parametrize("name", DEEDS)
def test_the_table_names_every_step(name: str, tmp_path: Path) -> None:
    deed = DEEDS[name]
    deed.prepare()
    assert real_steps(deed, tmp_path / "spool") == list(deed.steps.values())


@pytest.mark.parametrize(("name", "step"), [(name, step) for name, deed in DEEDS.items() for step in deed.steps])
def test_a_worker_that_is_killed_after_any_step_leaves_what_another_ends(name: str, step: str, tmp_path: Path) -> None:
    deed, folder = DEEDS[name], tmp_path / "spool"
    deed.prepare()
    number = list(deed.steps).index(step) + 1
    outcome = steps.killed_after(number, deed.do, str(folder))
    assert outcome.signal == signal.SIGKILL, outcome
    for _ in range(2):
        deed.do(str(folder))
    deed.reached(folder)


def _work(folder: str) -> int:
    _settings(folder)
    done = 0
    while notices.make_next():
        done += 1
    _do_push(folder)
    _do_message(folder)
    return done


def test_workers_at_once_tell_everybody_once(tmp_path: Path) -> None:
    for number in range(20):
        person = people.register(f"Warga {number}", f"+62812345670{number:02}")
        if number % 2:
            telling.with_app(person, f"tok-{number}")
    telling.paid()
    folder = tmp_path / "spool"
    outcomes = together([(_work, (str(folder),))] * 4)
    assert not any(outcome.error for outcome in outcomes), outcomes
    _work(str(folder))
    assert Notice.objects.count() == 20 and Notice.objects.values("person").distinct().count() == 20
    assert len({to for to, _text in people.texts(folder)}) == len(people.texts(folder)) == 10
    assert len(people.spooled(Path(f"{folder}-push"))) == 10
    assert not Delivery.objects.filter(state=S.QUEUED).exists()
