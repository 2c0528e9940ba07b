"""The whole OpenAPI document against the services themselves: what is generated from it is answered as it says.

What is drawn at random rarely names anything that there is. So each service is also sent what it does well, with the rest of the
message drawn: answers that tell of money are held to the document too. A failure names its FUZZ_SEED, which draws the same again.
Requests are signed on their way in, by a door before the application that does what a partner's client does. Without the door the
same requests come with the headers that were generated: nobody is let in, and nothing breaks.
"""

from __future__ import annotations

import io
import itertools
import json
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.wallet.snap import neighbour as neighbours
from tests.wallet.snap.conftest import World
from tests.wallet.snap.neighbour import Neighbour
from tests.wallet.snap.published import SERVICES
from tests.wallet.snap.sender import Sender
from wallet import mpm_codes, six_digits
from wallet.models import Merchant
from wallet.snap import signature
from wallet.snap.scopes import services

EXAMPLES = 100 if os.environ.get("HYPOTHESIS_PROFILE") == "long" else 12
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
PATHS = [
    "/v1.0/access-token/b2b",
    *(f"/{'' if route.startswith('v1.0') else 'v1.0/'}{route}" for route in services().values()),
]
SEED = int(os.environ.get("FUZZ_SEED") or secrets.randbelow(2**32))
# Which of the neighbour's transactions a service may be asked about, time and again.
ASKED_ABOUT = {
    "39": "T-1",
    "45": "C-1",
    "51": "M-1",
    "55": "D-1",
    "57": "D-1",
    "58": "D-2",
    "61": "P-1",
    "62": "G-1",
    "77": "M-1",
    "78": "M-2",
    "80": "P-1",
    "98": "O-1",
}
FREE = (
    "additionalInfo",
    "title",
    "reason",
    "verificationId",
    "notes",
)  # what is drawn in a message that is otherwise good
Application = Callable[[dict[str, Any], Any], Iterable[bytes]]
NUMBERS = itertools.count(1)


class Door:
    """Signs whatever comes as its partner, with the token of service 73; while it has none, lets it pass as it is."""

    def __init__(self) -> None:
        self.application: Application = get_wsgi_application()
        self.sender: Sender | None = None

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if self.sender is not None and environ["REQUEST_METHOD"] == "POST":
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            environ["wsgi.input"] = io.BytesIO(body)
            self._sign(environ, self.sender, body)
        return self.application(environ, start_response)

    def _sign(self, environ: dict[str, Any], sender: Sender, body: bytes) -> None:
        path = environ["PATH_INFO"]
        if path.startswith(PATHS[0]):
            headers = sender.token_headers()
        else:
            address = f"{path}?{environ['QUERY_STRING']}" if environ.get("QUERY_STRING") else path
            timestamp = sender.now()
            text = signature.string_to_sign("POST", address, body, timestamp, sender.token)
            headers = {
                "X-TIMESTAMP": timestamp,
                "X-SIGNATURE": signature.sign_symmetric(sender.secret, text),
                "X-PARTNER-ID": sender.client_id,
                "X-EXTERNAL-ID": f"S{next(NUMBERS)}",
                "CHANNEL-ID": "95221",
                "Authorization": f"Bearer {sender.token}",
            }
        for name, value in headers.items():
            environ[f"HTTP_{name.upper().replace('-', '_')}"] = value
        environ["CONTENT_TYPE"] = "application/json"


@pytest.fixture(scope="module")
def door() -> Door:
    return Door()


@contextmanager
def _one_transaction() -> Iterator[None]:
    """A request closes a connection that is in a transaction, here the test's. Django's own test client keeps it as we do."""
    signals = request_started, request_finished
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in signals:
            signal.connect(close_old_connections)


@pytest.fixture(scope="module")
def schema(door: Door) -> Any:
    document = json.loads(Client().get(reverse("snap-schema"), {"format": "json"}).content)
    found = schemathesis.openapi.from_dict(document)
    found.app = door
    return found


def _fuzz(
    operation: Any,
    mode: schemathesis.GenerationMode,
    examples: int,
    good: Callable[[dict[str, Any]], dict[str, Any]] | None = None,
) -> dict[int, int]:
    """Sends so many requests; returns how many answers there were of each status. Raises what the checks raise.

    `good` makes of a drawn body the one that is sent.
    """
    seen: dict[int, int] = {}

    @seed(SEED)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode))
    def send(case: Any) -> None:
        if good is not None:
            case.body = good(case.body if isinstance(case.body, dict) else {})
        response = case.call()
        case.validate_response(response, checks=CHECKS)
        seen[response.status_code] = seen.get(response.status_code, 0) + 1

    with _one_transaction():
        try:
            send()
        except BaseException as error:
            error.add_note(f"FUZZ_SEED={SEED}")
            raise
    return seen


@pytest.fixture
def neighbour(world: World, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Neighbour:
    neighbours.keys(settings)
    settings.WALLET = settings.WALLET | {"daily_limit": 10**9}
    world.give(5_000_000)
    return neighbours.settle_in(world, monkeypatch)


@pytest.mark.parametrize("path", PATHS)
def test_a_partners_requests_are_answered_as_documented(
    world: World, neighbour: Neighbour, door: Door, schema: Any, path: str
) -> None:
    service = next((number for number, one in SERVICES.items() if path == f"/v1.0/{one.path}"), "")
    operation, sender = schema[path]["POST"], world.other
    sender.token = sender.access_token().body["accessToken"]
    door.sender = sender
    try:
        # 41 is a notice to us, of the disbursement: what it tells of is in tests/disbursement.
        good = _doing_well(world, neighbour, service) if service else None
        well = _fuzz(operation, schemathesis.GenerationMode.POSITIVE, EXAMPLES, good)
        drawn = _fuzz(operation, schemathesis.GenerationMode.POSITIVE, EXAMPLES)
        bad = _fuzz(operation, schemathesis.GenerationMode.NEGATIVE, EXAMPLES)
    finally:
        door.sender = None
    assert good is None or {200, 202} & well.keys(), well
    assert drawn.keys() - {401}, "none came through the door"
    assert max(*well, *drawn, *bad) < 500


def _doing_well(world: World, neighbour: Neighbour, service: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Bodies that the service does what it is for with, of which what is free is drawn."""
    static = mpm_codes.static_content(Merchant.objects.get(merchant_id="TETANGGA"))

    def make(drawn: dict[str, Any]) -> dict[str, Any]:
        named = {"merchantId": "TETANGGA"} if service in {"47", "60", "97"} else {}
        if service in ASKED_ABOUT:
            named = {"originalPartnerReferenceNo": ASKED_ABOUT[service]}
        body = neighbours.request(neighbour, service, named)
        body.pop("terminalId", None)
        if service == "97":
            body.pop("merchantId")
        free = {name: drawn[name] for name in FREE if name in drawn}
        match service:
            case "11":
                body["accountNo"] = "TETANGGA"
            case "44":
                body["otp"] = world.code()
            case "48":
                body["qrContent"] = static
            case "50":
                body |= {"otp": world.code(), "merchantId": "TETANGGA"}
                free |= {"additionalInfo": {"qrContent": static}}
            case "54":
                body["merchantId"] = "TETANGGA"
            case "59":
                body["otp"] = six_digits.issue(world.wallet).qr_content
            case "60":
                body["qrContent"] = world.code()
        return body | free

    return make


@pytest.mark.parametrize("path", PATHS)
def test_a_strangers_requests_are_refused_as_documented(db: None, schema: Any, path: str) -> None:
    seen = _fuzz(schema[path]["POST"], schemathesis.GenerationMode.POSITIVE, EXAMPLES // 2)
    seen |= _fuzz(schema[path]["POST"], schemathesis.GenerationMode.NEGATIVE, EXAMPLES // 2)
    assert seen.keys() <= {400, 401}


def test_what_is_public_is_answered_as_documented(db: None, schema: Any) -> None:
    assert _fuzz(schema["/v1.0/offline/keys"]["GET"], schemathesis.GenerationMode.POSITIVE, 1).keys() == {200}
