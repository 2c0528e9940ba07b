"""Notices of results, sent by the partner's process to our real endpoint: late, twice, backwards, contradictory, forged."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from disbursement.models import Batch, BulkNotice, BulkRequest, PayoutLine, ProviderAccount
from tests import money
from tests.disbursement import partners
from tests.wallet.snap.keys import OTHER_PRIVATE_KEY, PRIVATE_KEY
from wallet.snap import signature, timestamps

pytestmark = pytest.mark.usefixtures("committed_db")
PATH = "/v1.0/emoney/bulk-cashin-notify"


@pytest.fixture
def provider(committed_db: None) -> ProviderAccount:
    return partners.provider()


@pytest.fixture
def url(committed_db: None) -> Iterator[str]:
    server = LiveServer("127.0.0.1")
    yield server.url
    server.stop()


@pytest.fixture
def running(provider: ProviderAccount, url: str) -> Iterator[partners.Running]:
    started = partners.start(provider, notify_url=url)
    yield started
    started.stop()


def _sent(provider: ProviderAccount, running: partners.Running, how_many: int = 3, **plan: Any) -> Batch:
    """A batch that was sent under the plan; notices wait until they are asked for, unless the plan says otherwise."""
    notices = {"held": True} | plan.pop("notices", {})
    running.plan(notices=notices, **plan)
    batch = partners.batch_through(provider, how_many, ends={0: partners.FROZEN})
    partners.handed_over(batch)
    partners.work(provider)
    return batch


def test_a_notice_settles_what_nobody_had_asked_about(provider: ProviderAccount, running: partners.Running) -> None:
    batch = _sent(provider, running)
    assert partners.states(batch) == {"sent": 3}
    assert running.notify() == 1
    assert running.state()["notices"] == [[200, "2004100"]]
    partners.assert_settled(batch, provider, running, paid=2, failed=1)
    line = PayoutLine.objects.filter(state="paid").first()
    assert line is not None
    assert (line.settled_by, line.partner_reference[:3]) == ("notice", "EMP")
    assert batch.instructions.get(status="failed").failure == "provider_account"


def test_a_notice_tells_what_became_of_a_request_that_was_never_answered(
    provider: ProviderAccount, running: partners.Running, settings: Any
) -> None:
    settings.PARTNERS = settings.PARTNERS | {"answer_seconds": 0.3}
    batch = _sent(provider, running, bulk=["timeout_after_credit"])
    assert partners.states(batch) == {"unknown": 3}
    running.notify()
    partners.assert_settled(batch, provider, running, paid=2, failed=1)


def test_a_notice_may_come_before_the_answer(
    provider: ProviderAccount, running: partners.Running, settings: Any
) -> None:
    settings.PARTNERS = settings.PARTNERS | {"answer_seconds": 3}
    batch = _sent(provider, running, bulk=["timeout_after_credit"], notices={"held": False})
    partners.wait_until(lambda: running.state()["notices"])
    partners.assert_settled(batch, provider, running, paid=2, failed=1)
    assert BulkRequest.objects.get().state == "unknown"


def test_notices_that_come_twice_line_by_line_and_backwards_settle_each_line_once(
    provider: ProviderAccount, running: partners.Running
) -> None:
    batch = _sent(provider, running, notices={"times": 2, "scattered": True, "stale": True})
    assert running.notify() == 7
    assert {code for _status, code in running.state()["notices"]} == {"2004100"}
    partners.assert_settled(batch, provider, running, paid=2, failed=1)
    told = BulkNotice.objects.values_list("settled", "repeated", "contradicted")
    assert sum(settled for settled, _, _ in told) == 3
    assert sum(repeated for _, repeated, _ in told) == 6  # the second time, and the stale one
    assert sum(contradicted for _, _, contradicted in told) == 0


def test_a_notice_that_contradicts_the_first_one_overwrites_nothing(
    provider: ProviderAccount, running: partners.Running
) -> None:
    batch = _sent(provider, running, notices={"contradict": True})
    running.notify()
    partners.assert_settled(batch, provider, running, paid=2, failed=1)
    assert PayoutLine.objects.exclude(contradiction="").count() == 1
    money.assert_books_hold()


# --- Who sends it ---


def _headers(
    provider: ProviderAccount, body: bytes, *, key: str = PRIVATE_KEY, external_id: str = "1"
) -> dict[str, str]:
    from django.utils import timezone

    timestamp = timestamps.emit(timezone.now())
    text = signature.string_to_sign("POST", PATH, body, timestamp)
    return {
        "X-TIMESTAMP": timestamp,
        "X-SIGNATURE": signature.sign_asymmetric(key, text),
        "X-PARTNER-ID": provider.partner.client_id,
        "X-EXTERNAL-ID": external_id,
        "CHANNEL-ID": "95221",
    }


def _notice(bulk_id: str, *lines: dict[str, Any]) -> bytes:
    return json.dumps({"bulkId": "B1", "partnerBulkId": bulk_id, "bulkObject": list(lines)}).encode()


def _line(line: PayoutLine, **changes: Any) -> dict[str, Any]:
    amount = {"value": f"{line.amount}.00", "currency": "IDR"}
    return {"partnerReferenceNo": line.reference, "responseCode": "2004000", "amount": amount} | changes


def _post(client: Any, provider: ProviderAccount, body: bytes, **how: Any) -> tuple[int, str]:
    answer = client.post(PATH, body, content_type="application/json", headers=_headers(provider, body, **how))
    return answer.status_code, answer.json()["responseCode"]


def test_only_the_partner_itself_is_believed(client: Any, provider: ProviderAccount) -> None:
    batch = partners.unknown(provider)
    line = partners.line_of(batch)
    body = _notice(line.request.bulk_id, _line(line))
    assert _post(client, provider, body, key=OTHER_PRIVATE_KEY) == (401, "4014100")
    other = partners.provider("lain")
    assert _post(client, other, body) == (404, "4044101")  # somebody else's lines
    assert partners.states(batch) == {"unknown": 1}
    assert _post(client, provider, body) == (200, "2004100")
    assert partners.states(batch) == {"paid": 1}


def test_a_notice_that_was_recorded_cannot_be_played_again(client: Any, provider: ProviderAccount) -> None:
    line = partners.line_of(partners.unknown(provider))
    body = _notice(line.request.bulk_id, _line(line))
    assert _post(client, provider, body) == (200, "2004100")
    assert _post(client, provider, body) == (409, "4094100")
    assert _post(client, provider, body, external_id="2") == (200, "2004100")
    assert money.balance(provider.account_id) == partners.AMOUNT


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"partnerReferenceNo": ""}, "4004102"),
        ({"partnerReferenceNo": 7}, "4004101"),
        ({"responseCode": "OK"}, "4004101"),
        ({"amount": {"value": "3e5", "currency": "IDR"}}, "4004101"),
        ({"latestTransactionStatus": "99"}, "4004101"),
    ],
)
def test_a_line_that_cannot_be_read_refuses_the_whole_notice(
    client: Any, provider: ProviderAccount, change: dict[str, Any], code: str
) -> None:
    batch = partners.unknown(provider, 2)
    line, broken = partners.line_of(batch), partners.line_of(batch, 1)
    body = _notice(line.request.bulk_id, _line(line), _line(broken, **change))
    assert _post(client, provider, body)[1] == code
    assert partners.states(batch) == {"unknown": 2}


def test_a_notice_of_what_we_never_asked_is_not_found_and_lines_beside_ours_are_passed_over(
    client: Any, provider: ProviderAccount
) -> None:
    batch = partners.unknown(provider)
    line = partners.line_of(batch)
    foreign = _line(line, partnerReferenceNo="SLR-999999")
    assert _post(client, provider, _notice("NEVER", _line(line))) == (404, "4044101")
    twice = _notice(line.request.bulk_id, _line(line), _line(line))
    assert _post(client, provider, twice, external_id="2") == (404, "4044118")
    mixed = _notice(line.request.bulk_id, foreign, _line(line))
    assert _post(client, provider, mixed, external_id="3") == (200, "2004100")
    assert partners.states(batch) == {"paid": 1}
    assert BulkNotice.objects.values_list("lines", "settled", "unknown").get() == (2, 1, 1)
