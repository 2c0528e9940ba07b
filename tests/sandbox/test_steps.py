"""What counts as a step passed, and what as failed: each with the exchanges that decide it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sandbox.steps import STEPS, Seen

CHECKS = {step.code: step.judge for step in STEPS}
TOKEN = Seen("73", "token", 200, "2007300")
PAY = Seen("60", "symmetric", 200, "2006000", external_id="1", reference="INV", body="b", value="v", number="N")
QUERY = Seen("61", "symmetric", 200, "2006100", external_id="9", reference="INV", transaction_status="00")
REFUND = Seen(
    "80", "symmetric", 200, "2008000", external_id="5", reference="INV", refund_reference="R", body="r", number="M"
)
LOST = replace(PAY, status=504, code="5046000", answered=False, number="")
BROKEN = replace(PAY, status=500, code="5006000", number="")
ANYBODYS = replace(PAY, proved=False)
BY_KEY = replace(PAY, signature="asymmetric")
TOLD = Seen("79", "notice", 200, "delivered", reference="INV")
FILL = replace(PAY, service="38", code="2003800", reference="TOP", value="w", body="f")
BULK = replace(PAY, service="40", status=202, code="2024000", reference="BULK", value="", body="k")
POOR = replace(PAY, status=403, code="4036014", outcome="INSUFFICIENT")

ROWS = [
    ("token", [], "waiting"),
    ("token", [TOKEN], "passed"),
    ("token", [replace(TOKEN, status=401, code="4017300")], "failed"),
    ("token", [replace(TOKEN, status=401, code="4017300"), TOKEN], "passed"),
    ("symmetric", [TOKEN], "waiting"),
    ("symmetric", [PAY], "passed"),
    ("symmetric", [POOR], "passed"),  # refused for what it asked, not for how it was signed
    ("symmetric", [replace(ANYBODYS, status=401, code="4016000")], "failed"),
    ("symmetric", [replace(ANYBODYS, service="00", status=404, code="4040002")], "failed"),  # nobody looked at it
    ("symmetric", [replace(PAY, status=400, code="4006002")], "passed"),  # signed well, asked badly
    ("asymmetric", [], "waiting"),
    ("asymmetric", [PAY], "untested"),  # one kind is enough
    ("asymmetric", [ANYBODYS], "waiting"),
    # Tried and not taken, or a stranger's under the partner's name: who was taken with the other kind needs none of it.
    ("asymmetric", [PAY, replace(BY_KEY, proved=False, status=401, code="4016000")], "untested"),
    ("symmetric", [BY_KEY, replace(ANYBODYS, status=401, code="4016000")], "untested"),
    ("asymmetric", [BY_KEY], "passed"),
    ("symmetric", [BY_KEY], "untested"),
    ("symmetric", [replace(BY_KEY, proved=False)], "waiting"),
    ("token", [BY_KEY], "untested"),  # whoever signs with the key needs none
    ("token", [replace(BY_KEY, proved=False)], "waiting"),
    ("token", [BY_KEY, replace(TOKEN, proved=False, status=401, code="4017300")], "untested"),
    ("paid", [POOR], "waiting"),
    ("paid", [LOST], "waiting"),
    ("paid", [PAY], "passed"),
    ("paid", [ANYBODYS], "waiting"),
    ("insufficient", [replace(POOR, outcome="PAID")], "waiting"),
    ("insufficient", [POOR], "passed"),
    ("insufficient", [POOR, replace(PAY, reference="OTHER")], "passed"),
    ("insufficient", [POOR, replace(POOR, external_id="2")], "failed"),
    ("insufficient", [POOR, replace(POOR, external_id="2", status=401, proved=False)], "passed"),  # a stranger's
    ("frozen", [replace(POOR, code="4036018", outcome="FROZEN")], "passed"),
    ("expired", [replace(POOR, code="4036000", outcome="EXPIRED")], "passed"),
    ("repeated", [PAY], "waiting"),
    ("repeated", [PAY, replace(PAY, external_id="2")], "passed"),
    (
        "repeated",
        [PAY, replace(PAY, external_id="2", status=429, code="4296000", number=""), replace(PAY, external_id="3")],
        "passed",
    ),
    ("repeated", [PAY, PAY], "waiting"),  # the same X-EXTERNAL-ID is no retry
    ("repeated", [PAY, replace(PAY, external_id="2", body="other", status=404, code="4046018")], "waiting"),
    ("repeated", [PAY, replace(PAY, external_id="2", number="OTHER")], "waiting"),
    ("inconsistent", [PAY, replace(PAY, external_id="2", body="c", status=404, code="4046018")], "passed"),
    ("inconsistent", [PAY], "waiting"),
    ("conflict", [replace(PAY, status=409, code="4096000")], "passed"),
    ("conflict", [replace(PAY, status=409, code="4096001")], "untested"),
    ("conflict", [PAY], "untested"),  # a library that draws each number never gets there
    ("silence", [PAY, QUERY], "waiting"),
    ("silence", [LOST], "waiting"),
    ("silence", [LOST, QUERY], "passed"),
    ("silence", [QUERY, LOST], "waiting"),
    ("silence", [LOST, replace(QUERY, reference="OTHER")], "waiting"),
    ("silence", [LOST, replace(PAY, external_id="2")], "passed"),
    ("silence", [LOST, replace(PAY, external_id="2", reference="OTHER", status=404), QUERY], "failed"),
    ("silence", [LOST, QUERY, replace(PAY, external_id="2", reference="OTHER", status=404)], "passed"),
    ("silence", [LOST, replace(QUERY, reference="", original_external_id="1")], "passed"),
    ("silence", [LOST, replace(QUERY, reference="", original_external_id="2")], "waiting"),
    ("silence", [replace(LOST, number="N"), replace(QUERY, reference="", original_number="N")], "passed"),
    ("silence", [LOST, replace(QUERY, reference="", original_number="")], "waiting"),
    ("error", [BROKEN], "waiting"),
    ("error", [BROKEN, replace(PAY, external_id="2")], "passed"),
    ("error", [BROKEN, PAY], "waiting"),
    ("error", [BROKEN, replace(PAY, external_id="2", reference="OTHER")], "failed"),
    ("error", [BROKEN, replace(PAY, external_id="2"), replace(PAY, external_id="3", reference="OTHER")], "passed"),
    ("query", [QUERY], "passed"),
    ("refund", [REFUND], "passed"),
    ("refund", [replace(REFUND, status=404, code="4048001")], "waiting"),
    ("refund_repeated", [REFUND], "waiting"),
    ("refund_repeated", [REFUND, replace(REFUND, external_id="6")], "passed"),
    ("refund_repeated", [REFUND, replace(REFUND, external_id="6", refund_reference="Q", body="q")], "waiting"),
    ("top_up", [PAY], "untested"),
    ("top_up", [PAY, replace(FILL, status=403)], "waiting"),
    ("top_up", [PAY, FILL], "passed"),
    ("top_up_repeated", [FILL, PAY, replace(FILL, external_id="2")], "passed"),
    ("top_up_frozen", [replace(FILL, status=403, code="4033805", outcome="6289966"), PAY], "passed"),
    ("top_up_silence", [LOST, FILL], "waiting"),
    ("top_up_silence", [replace(FILL, answered=False), replace(QUERY, service="39", reference="TOP")], "passed"),
    (
        "top_up_silence",  # a second sale to the same number, once the first is known
        [replace(FILL, answered=False), replace(QUERY, service="39", reference="TOP"), replace(FILL, reference="NEXT")],
        "passed",
    ),
    ("top_up_error", [replace(FILL, status=500, number=""), replace(FILL, external_id="2")], "passed"),
    ("served", [QUERY], "waiting"),
    ("served", [LOST], "waiting"),
    ("served", [FILL], "passed"),
    ("served", [BULK], "passed"),
    ("bulk", [FILL], "untested"),
    ("bulk", [replace(BULK, status=400, code="4004002")], "waiting"),
    ("bulk", [BULK], "passed"),
    ("notified", [replace(TOLD, service="41")], "passed"),
    ("notified_late", [replace(TOLD, service="52")], "untested"),  # only a customer's code can be told late
    ("paid", [FILL], "untested"),
    *(
        row
        for code, service in (
            ("mpm_code", "47"),
            ("mpm_query", "51"),
            ("debit", "54"),
            ("debit_query", "55"),
            ("cash_out", "44"),
            ("cash_out_query", "45"),
            ("claims", "97"),
            ("claims_query", "98"),
        )
        for row in (
            (code, [PAY], "untested"),
            (code, [replace(PAY, service=service, status=403, code=f"403{service}15")], "waiting"),
            (code, [replace(PAY, service=service, code=f"200{service}00")], "passed"),
        )
    ),
    *(
        row
        for code, service in (("mpm_code_repeated", "47"), ("debit_repeated", "54"), ("cash_out_repeated", "44"))
        for row in (
            (code, [replace(PAY, service=service)], "waiting"),
            (code, [replace(PAY, service=service), replace(PAY, service=service, external_id="2")], "passed"),
            (
                code,
                [replace(PAY, service=service), replace(PAY, service=service, external_id="2", number="X")],
                "waiting",
            ),
        )
    ),
    ("notified", [PAY], "untested"),
    ("notified", [PAY, TOLD], "passed"),
    ("notified", [PAY, replace(TOLD, code="wrong_code"), TOLD], "passed"),
    ("notified", [PAY, replace(TOLD, code="wrong_code")], "failed"),
    ("notified_late", [PAY, TOLD], "waiting"),
    ("notified_late", [replace(PAY, outcome="LATE"), TOLD], "passed"),
    ("notified_late", [replace(PAY, outcome="LATE"), replace(TOLD, code="lost")], "failed"),
    ("refund_too_large", [replace(REFUND, status=404, code="4048013")], "passed"),
]


@pytest.mark.parametrize(("step", "seen", "result"), ROWS, ids=[f"{row[0]}-{n}" for n, row in enumerate(ROWS)])
def test_a_step_is_told_from_what_was_seen(step: str, seen: list[Seen], result: str) -> None:
    verdict = CHECKS[step](seen)
    assert verdict.result.value == result
    assert verdict.why
    assert all(1 <= place <= len(seen) for place in verdict.exchanges)
    assert bool(verdict.exchanges) or result in ("waiting", "untested")


def test_every_step_can_pass() -> None:
    assert {step for step, _, result in ROWS if result == "passed"} == CHECKS.keys()
