"""What an officer waits for at a batch of a million lines, and how long the check before approval takes.

Server time, measured at Django's own client: from the request's arrival until the answer is rendered.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from django.contrib.auth.models import User
from django.test import Client, override_settings

from bench import database
from bench.ledger import batch_world
from bench.measure import Aim, Figures, Plan, Row, Tell, in_rounds
from demo import authenticators
from disbursement import content, preflight
from disbursement.models import Batch

AREA = "disbursement"
LINES = 1_000_000
WAITED_FOR = Aim("<", 300)  # milliseconds


def rows(plan: Plan, tell: Tell) -> list[Row]:
    """The pages, the deeds and the check."""
    lines, template = plan.count(LINES), f"{plan.database}_submitted"
    tell(f"building: a submitted batch of {lines:,} lines")
    database.copy(plan.empty, plan.database)
    batch = batch_world.submitted_batch(lines)
    batch_world.approver()
    preflight.request(batch)
    database.sql("VACUUM ANALYZE")
    database.keep(plan.database, template)
    try:
        return _rows(Office(plan.database, template, batch.pk), lines, plan, tell)
    finally:
        database.drop(template)


def _rows(office: Office, lines: int, plan: Plan, tell: Tell) -> list[Row]:
    tell("a large batch in the office, milliseconds")
    found: dict[str, list[float]] = {}
    for _ in range(plan.rounds):
        for work, took in office.day().items():
            found.setdefault(work, []).append(took)
    office.begin()
    beside = in_rounds({"recomputing the digest over all lines": office.recompute}, min(plan.rounds, 3), tell)
    name, slow = beside.popitem()
    waited = [
        Row(AREA, f"{work} ({lines:,} lines)", "ms", Figures(tuple(times)), aim=WAITED_FOR)
        for work, times in found.items()
        if work != CHECK
    ]
    approved = Figures(tuple(found[APPROVE]))
    waited.append(Row(AREA, f"{APPROVE} ({lines:,} lines)", "ms", approved, slow, name))
    checked = Figures(tuple(took / 1000 for took in found[CHECK]))
    return [*waited, Row(AREA, f"{CHECK} ({lines:,} lines)", "s", checked, aim=Aim("<", 60))]


OPEN, ASK, APPROVE, PAYING, PAUSE = "open the page", "open the approval", "approve", "open it while paid", "pause"
CHECK = "check before approval, in a worker"


class Office:
    """An officer at one batch, in a copy of its database for each day."""

    def __init__(self, name: str, template: str, batch: int) -> None:
        self.name, self.template, self.batch = name, template, batch
        self.client = Client()
        self.code = ""

    def begin(self) -> None:
        database.copy(self.template, self.name)
        officer = User.objects.get(username="approver")
        self.code = authenticators.code(officer)
        self.client.force_login(officer)
        with override_settings(ALLOWED_HOSTS=["testserver"]):
            self.client.get("/admin/", secure=True)  # templates and addresses are read once a process

    def day(self) -> dict[str, float]:
        """Milliseconds of each thing that the officer does."""
        self.begin()
        digest = Batch.objects.values_list("digest", flat=True).get(pk=self.batch)
        approval = {"digest": digest, "reason": "sesuai SK", "code": self.code}
        took = {CHECK: _milliseconds(lambda: preflight.run(self.batch))}
        took[OPEN] = self._page("change")
        took[ASK] = self._page("approve")
        took[APPROVE] = self._post("approve", approval, "approved")
        took[PAYING] = self._page("change")
        took[PAUSE] = self._post("pause", {"reason": "cek"}, "paused")
        return took

    def recompute(self) -> float:
        """Milliseconds of what an approval read before the database froze the lines."""
        batch = Batch.objects.select_related("cycle__programme").get(pk=self.batch)
        return _milliseconds(lambda: content.of(batch))

    def _page(self, page: str) -> float:
        def get() -> None:
            answer = self.client.get(self._address(page), secure=True)
            if answer.status_code != 200:
                raise RuntimeError(f"{page} answers {answer.status_code}")

        with override_settings(ALLOWED_HOSTS=["testserver"]):
            return _milliseconds(get)

    def _post(self, page: str, data: dict[str, str], status: str) -> float:
        with override_settings(ALLOWED_HOSTS=["testserver"]):
            took = _milliseconds(lambda: self.client.post(self._address(page), data, secure=True))
        if Batch.objects.get(pk=self.batch).status != status:
            raise RuntimeError(f"{page} did not do it")
        return took

    def _address(self, page: str) -> str:
        return f"/admin/disbursement/batch/{self.batch}/{page}/"


def _milliseconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000
