"""Bulk cash-ins (40), their notice (41) and the status of their lines (39): accepted at once, paid once, told once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from tests import money
from tests.wallet.snap import emoney
from tests.wallet.snap.conftest import World, rupiah
from tests.wallet.snap.emoney import DEPOSIT, Till, furnish
from tests.wallet.snap.sender import Answer
from wallet import account_numbers, bulk_cash_ins, tasks, top_ups, wallets
from wallet.errors import WalletError
from wallet.models import BulkCashIn, BulkCashInLine, Partner, TopUp, Webhook
from wallet.snap import bulk_cashin
from wallet.webhooks import bodies


@pytest.fixture
def till(world: World) -> Till:
    return furnish(world)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What was put into the outbox for partners, as `notify` was given it."""
    notices: list[dict[str, Any]] = []

    def notify(partner: Partner, *, service: str, path: str, ordering_key: str, body: dict[str, Any]) -> None:
        assert not transaction.get_autocommit()
        notices.append({"partner": partner, "service": service, "path": path, "key": ordering_key, "body": body})

    monkeypatch.setattr("wallet.webhooks.outbox.notify", notify)
    return notices


def _twice(till: Till, first: list[dict[str, Any]], second: list[dict[str, Any]], **changes: Any) -> Answer:
    till.bulk(first, partnerBulkId="B")
    return till.bulk(second, **({"partnerBulkId": "B"} | changes))


def _line_of_a_top_up(till: Till) -> Answer:
    till.top_up(partnerReferenceNo="L")
    return till.bulk([till.line(), till.line(partnerReferenceNo="L")])


ROWS: list[tuple[str, str, Callable[[Till], Answer]]] = [
    ("2024000", "Request In Progress", lambda t: t.bulk()),
    ("2024000", "Request In Progress", lambda t: t.bulk(partnerBulkId=None, currency=None)),
    ("4004001", "Invalid Field Format transactionDate", lambda t: t.bulk(transactionDate="2026-11-24")),
    ("4004001", "Invalid Field Format currency", lambda t: t.bulk(currency="USD")),
    ("4004001", "Invalid Field Format bulkObject", lambda t: t.bulk([])),
    ("4004001", "Invalid Field Format bulkObject", lambda t: t.bulk(bulkObject="x")),
    (
        "4004001",
        "Invalid Field Format bulkObject[1].amount.value",
        lambda t: t.bulk([t.line(), t.line(amount=rupiah(0))]),
    ),
    (
        "4004001",
        "Invalid Field Format bulkObject[1].partnerReferenceNo",
        lambda t: t.bulk([t.line(partnerReferenceNo="L"), t.line(partnerReferenceNo="L")]),
    ),
    ("4004002", "Invalid Mandatory Field transactionDate", lambda t: t.bulk(transactionDate=None)),
    ("4004002", "Invalid Mandatory Field bulkObject", lambda t: t.bulk(bulkObject=None)),
    ("4004002", "Invalid Mandatory Field bulkObject[0].accountNumber", lambda t: t.bulk([t.line(accountNumber=None)])),
    ("4044018", "Inconsistent Request", lambda t: _twice(t, [t.line()], [t.line()])),
    (
        "4094001",
        "Duplicate partnerReferenceNo",
        lambda t: _twice(t, [t.line(partnerReferenceNo="L")], [t.line(partnerReferenceNo="L")], partnerBulkId="B2"),
    ),
    ("4094001", "Duplicate partnerReferenceNo", _line_of_a_top_up),
]


@pytest.mark.parametrize(
    ("code", "message", "act"), ROWS, ids=[f"{place} {code} {message}" for place, (code, message, _) in enumerate(ROWS)]
)
def test_each_response_code(till: Till, code: str, message: str, act: Callable[[Till], Answer]) -> None:
    answer = act(till)
    assert (answer.code, answer.body["responseMessage"]) == (code, message)


def test_nothing_is_paid_while_a_request_is_accepted(till: Till) -> None:
    answer = till.bulk([till.line(), till.line()], partnerBulkId="B-1", additionalInfo={"a": 1})
    bulk = BulkCashIn.objects.get()
    assert answer.body == {
        "responseCode": "2024000",
        "responseMessage": "Request In Progress",
        "bulkId": bulk.bulk_id,
        "partnerBulkId": "B-1",
        "additionalInfo": {"a": 1},
    }
    assert (bulk.count, bulk.total, bulk.state, till.deposit()) == (2, 40_000, "accepted", DEPOSIT)
    line = bulk.lines.first()
    assert till.phone not in line.account_masked and line.account_masked.endswith(till.phone[-4:])
    status = till.status(serviceCode="40", originalPartnerReferenceNo=line.partner_reference_no)
    assert status.body["latestTransactionStatus"] == "03"


def test_each_line_has_its_own_outcome_and_the_notice_tells_all(till: Till, told: list[dict[str, Any]]) -> None:
    frozen, closed = emoney.person_with("6281211110001"), emoney.person_with("6281211110002")
    wallets.freeze(frozen, "x")
    wallets.close(closed, "x", "petugas")
    lines = [
        till.line(partnerReferenceNo="L0", additionalInfo={"no": 0}),
        till.line(partnerReferenceNo="L1", accountNumber=account_numbers.of_wallet(frozen.pk)),
        till.line(partnerReferenceNo="L2", accountNumber="6281211110002"),
        till.line(partnerReferenceNo="L3", accountNumber="628999999999"),
        till.line(partnerReferenceNo="L4", amount=rupiah(20_000_001)),
        till.line(partnerReferenceNo="L5", amount=rupiah(DEPOSIT)),
        till.line(partnerReferenceNo="L6", amount=rupiah(1)),
    ]
    till.bulk(lines, partnerBulkId="B-1", additionalInfo={"x": "y"})
    assert tasks.pay_bulk_cash_ins() == 7
    [notice] = told
    body = bodies.whole(Webhook(service="41", body=notice["body"], partner=till.world.partner))
    assert (notice["partner"], notice["service"], notice["path"]) == (
        till.world.partner,
        "41",
        "/v1.0/emoney/bulk-cashin-notify",
    )
    assert (body["partnerBulkId"], body["bulkId"]) == ("B-1", BulkCashIn.objects.get().bulk_id)
    assert body["additionalInfo"] == {"x": "y"}
    assert [(line["partnerReferenceNo"], line["responseCode"]) for line in body["bulkObject"]] == [
        ("L0", "2004000"),
        ("L1", "4034005"),
        ("L2", "4034018"),
        ("L3", "4044011"),
        ("L4", "4034002"),
        ("L5", "4034014"),
        ("L6", "2004000"),
    ]
    first, second = body["bulkObject"][:2]
    assert first == {
        "customerNumber": "X" * (len(till.phone) - 4) + till.phone[-4:],
        "amount": rupiah(20_000),
        "referenceNo": BulkCashInLine.objects.get(partner_reference_no="L0").reference_no,
        "partnerReferenceNo": "L0",
        "responseCode": "2004000",
        "responseMessage": "Successful",
        "additionalInfo": {"no": 0},
    }
    assert second["additionalInfo"] == {"reason": "wallet_inactive"}
    assert (till.deposit(), TopUp.objects.count()) == (DEPOSIT - 20_001, 2)
    statuses = [
        till.status(serviceCode="40", originalPartnerReferenceNo=f"L{place}").body["latestTransactionStatus"]
        for place in range(7)
    ]
    assert statuses == ["00", "06", "06", "06", "06", "06", "00"]
    assert tasks.pay_bulk_cash_ins() == 0 and len(told) == 1
    money.assert_books_hold()


def test_a_retry_gets_the_first_answer_and_once_paid_a_success(till: Till, told: list[dict[str, Any]]) -> None:
    for number in ("B-1", None):
        lines = [till.line()]
        first, again = (till.bulk(lines, partnerBulkId=number) for _ in range(2))
        assert (again.code, again.body) == ("2024000", first.body)
        tasks.pay_bulk_cash_ins()
        done = till.bulk(lines, partnerBulkId=number)
        assert (done.code, done.body["bulkId"]) == ("2004000", first.body["bulkId"])
    assert (BulkCashIn.objects.count(), TopUp.objects.count(), len(told)) == (2, 2, 2)


def test_what_is_said_besides_is_kept_sealed(till: Till) -> None:
    till.bulk([till.line(additionalInfo={"alamat": "Jalan Rahasia 7"})])
    bulk = BulkCashIn.objects.get()
    assert b"Rahasia" not in bytes(bulk.extra_sealed)
    Partner.objects.update(notify_url="https://mitra.example/snap")
    tasks.pay_bulk_cash_ins()
    hook = Webhook.objects.get()
    assert "Rahasia" not in str(hook.body)
    assert bodies.whole(hook)["bulkObject"][0]["additionalInfo"] == {"alamat": "Jalan Rahasia 7"}


def test_a_line_that_breaks_off_is_paid_by_the_next_run_and_the_others_are_not_kept_waiting(
    till: Till, told: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    till.bulk([till.line(partnerReferenceNo=f"L{place}") for place in range(3)])
    real, broken = top_ups.top_up, ["L1"]

    def top_up(order: top_ups.TopUpOrder) -> TopUp:
        made = real(order)
        if order.partner_reference_no in broken:
            from django.db import IntegrityError

            raise IntegrityError("broken off after the money")
        return made

    monkeypatch.setattr(top_ups, "top_up", top_up)
    assert tasks.pay_bulk_cash_ins() == 2
    assert (TopUp.objects.count(), till.deposit(), told) == (2, DEPOSIT - 40_000, [])
    broken.clear()
    assert tasks.pay_bulk_cash_ins() == 1
    assert (TopUp.objects.count(), till.deposit(), len(told)) == (3, DEPOSIT - 60_000, 1)


def test_where_the_notice_cannot_be_kept_the_request_is_not_done(till: Till) -> None:
    till.bulk()

    def tell(bulk: BulkCashIn) -> None:
        raise RuntimeError("no outbox")

    with pytest.raises(RuntimeError):
        list(bulk_cash_ins.pay_due(tell))
    assert (BulkCashIn.objects.get().state, TopUp.objects.count()) == ("accepted", 1)
    heard: list[BulkCashIn] = []
    assert list(bulk_cash_ins.pay_due(heard.append)) == []
    assert (len(heard), BulkCashIn.objects.get().state, TopUp.objects.count()) == (1, "done", 1)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE wallet_bulkcashin SET state = 'done', done_at = now()",
        "UPDATE wallet_bulkcashinline SET state = 'paid', settled_at = now()",
        "UPDATE wallet_bulkcashinline SET state = 'refused', settled_at = now()",
        "UPDATE wallet_bulkcashinline SET amount = 1",
        "DELETE FROM wallet_bulkcashinline",
    ],
)
def test_the_database_refuses_outcomes_that_are_none(till: Till, statement: str) -> None:
    from django.db import connection

    till.bulk()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_settled_line_stays_as_it_is(till: Till, told: list[dict[str, Any]]) -> None:
    till.bulk()
    tasks.pay_bulk_cash_ins()
    with pytest.raises(DatabaseError), transaction.atomic():
        BulkCashInLine.objects.update(state="waiting", top_up=None, settled_at=None)


def test_every_reason_of_a_refused_line_has_a_case() -> None:
    assert issubclass(bulk_cash_ins.CustomerUnknown, WalletError)
    for code in ("customer_unknown", "balance_limit_exceeded", "monthly_limit_exceeded", "insufficient_funds"):
        assert bulk_cashin.case_of_refusal(BulkCashInLine(refusal=code)).status in (403, 404)
