"""Every partner scope × every service × everything another partner has: nobody reaches what is not theirs.

The table is made of the services that have an address; a new one joins by itself, with its own documented example.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.wallet.snap import neighbour as neighbours
from tests.wallet.snap.conftest import World
from tests.wallet.snap.neighbour import NOBODYS, ORIGINALS, Neighbour
from tests.wallet.snap.sender import Sender
from wallet import account_numbers
from wallet.models import Partner
from wallet.snap import scopes
from wallet.snap.authentication import SnapAuthentication
from wallet.snap.examples import REQUESTS as EXAMPLES
from wallet.snap.urls import SERVICES

CALLED = {route: view for route, view in SERVICES.items() if SnapAuthentication in view.authentication_classes}
LOOKING_UP = [route for route, view in CALLED.items() if neighbours.looked_up_by(view.service)]
NUMBERS = neighbours.NUMBERS
# Whoever pays at a merchant's code names that merchant, whose id its sticker shows to everybody.
PUBLIC = {("qr/qr-mpm-payment", "merchantId")}
# A line of a bulk cash-in has no X-EXTERNAL-ID of its own; that of its request is compared where it is given.
NOT_FOUND_BY = {("39", "40", "originalExternalId")}
NOTHING = {"01", "08", "11"}  # the cases of 404 for what the caller does not have


@pytest.fixture
def neighbour(world: World, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Neighbour:
    neighbours.keys(settings)
    return neighbours.settle_in(world, monkeypatch)


def _nobodys(named: dict[str, str]) -> dict[str, str]:
    """Values of the same form that nobody has."""
    return {
        field: account_numbers.of_deposit(10**9) if account_numbers.deposit_of(value) is not None else NOBODYS
        for field, value in named.items()
    }


@pytest.mark.parametrize("route", CALLED)
def test_another_partners_objects_are_as_unknown_as_nobodys(world: World, neighbour: Neighbour, route: str) -> None:
    """Same code, same message, nothing of theirs in the answer, and nothing of theirs changed."""
    before, address, service = neighbours.everything(world.other_partner), f"/v1.0/{route}", CALLED[route].service
    ways = [way for numbers in neighbour.objects for way in neighbours.ways_to_name(service, numbers)]
    ways += [{field: value} for field, value in neighbour.names if (route, field) not in PUBLIC]
    for named in ways:
        for original in ORIGINALS.get(service, ("",)):
            theirs, nobodys = (
                world.sender.post(address, neighbours.request(neighbour, service, way, original)).body
                for way in (named, _nobodys(named))
            )
            assert neighbours.told(theirs) == neighbours.told(nobodys), (named, original)
            leaked = neighbour.secrets - set(named.values())
            assert not [secret for secret in leaked if secret in neighbours.text(theirs)], (named, original)
    assert neighbours.everything(world.other_partner) == before


@pytest.mark.parametrize("route", LOOKING_UP)
def test_each_number_finds_something_for_whoever_has_it(world: World, neighbour: Neighbour, route: str) -> None:
    """Or the rows above would hold for a service that finds nothing at all."""
    service = CALLED[route].service
    finds = set()
    for numbers in neighbour.objects:
        for named in neighbours.ways_to_name(service, numbers):
            for original in ORIGINALS.get(service, ("",)):
                body = neighbours.request(neighbour, service, named, original)
                answer = world.other.post(f"/v1.0/{route}", body)
                assert answer.status != 400, (answer.body, body)
                if answer.status != 404 or answer.code[5:] not in NOTHING:
                    finds |= {(service, original, name) for name in named}
    wanted = {
        (service, original, name)
        for original in ORIGINALS.get(service, ("",))
        for name in neighbours.looked_up_by(service)
    }
    assert finds == wanted - NOT_FOUND_BY


def test_each_query_is_asked_about_every_service_that_it_knows() -> None:
    asked = {view.service for view in CALLED.values() if "serviceCode" in EXAMPLES[view.service]}
    assert asked == ORIGINALS.keys()
    assert {service: EXAMPLES[service]["serviceCode"] for service in asked} == {
        service: originals[0] for service, originals in ORIGINALS.items()
    }


@pytest.mark.parametrize("route", ["qr/qr-cpm-payment", "offline/claims", "qr/qr-mpm-generate", "balance-inquiry"])
def test_each_name_finds_something_for_whoever_has_it(world: World, neighbour: Neighbour, route: str) -> None:
    service = CALLED[route].service
    for field, value in neighbour.names:
        if field in EXAMPLES[service] or ("claims" in EXAMPLES[service] and field == "merchantId"):
            answer = world.other.post(f"/v1.0/{route}", neighbours.request(neighbour, service, {field: value}))
            assert not {code[3:] for code, _ in neighbours.told(answer.body)} & {f"{service}08", f"{service}11"}, value


@pytest.mark.parametrize("route", CALLED)
def test_only_the_granted_service_answers(world: World, route: str) -> None:
    """With every other scope and without this one it is refused; with this one alone it is not refused for that."""
    address, service = f"/v1.0/{route}", CALLED[route].service
    everything = list(scopes.services())
    for symmetric in (True, False):
        for suffix in ("", ".htm"):
            Partner.objects.filter(pk=world.partner.pk).update(scopes=[one for one in everything if one != service])
            refused = world.sender.post(f"{address}{suffix}", EXAMPLES[service], symmetric=symmetric)
            assert (refused.code, refused.body) == (
                f"403{service}01",
                {"responseCode": f"403{service}01", "responseMessage": "Feature Not Allowed"},
            )
            Partner.objects.filter(pk=world.partner.pk).update(scopes=[service])
            allowed = world.sender.post(f"{address}{suffix}", EXAMPLES[service], symmetric=symmetric)
            assert (allowed.code[3:5] == service and allowed.code[5:] != "01") or allowed.status != 403


@pytest.mark.parametrize("route", CALLED)
def test_whoever_is_not_the_partner_is_refused_alike(world: World, route: str) -> None:
    """Replay, a wrong clock, a stripped signature, a confused algorithm, an unknown partner: one refusal each, no deed."""
    address, service = f"/v1.0/{route}", CALLED[route].service
    body = json.dumps(EXAMPLES[service]).encode()
    one = world.sender
    first = one.post(address, body, external_id="77")
    assert one.post(address, body, external_id="77").code == f"409{service}00", first.code
    token = one.token
    wrong = Sender(client_id="NOBODY")
    refusals = {
        "clock behind": one.post(address, body, timestamp="2020-01-01T00:00:00+07:00"),
        "clock ahead": one.post(address, body, timestamp="2099-01-01T00:00:00+07:00"),
        "token stripped": one.post(address, body, without="Authorization"),
        "rsa beside a token": one.post(address, body, symmetric=False, Authorization=f"Bearer {token}"),
        "nobody": wrong.post(address, body, symmetric=False),
        "another's key": Sender(private_key=world.other.private_key).post(address, body, symmetric=False),
        "another's secret": Sender(secret="other-secret").post(address, body),
        "another's token": Sender(client_id="PARTNER-2", secret="other-secret", token=token).post(address, body),
        "zeros": one.post(address, body, X_SIGNATURE="0" * 128),
    }
    assert {name: answer.code for name, answer in refusals.items()} == dict.fromkeys(refusals, f"401{service}00")
    told = {name: answer.body["responseMessage"] for name, answer in refusals.items() if "clock" not in name}
    assert set(told.values()) == {"Unauthorized. Signature"}
    assert one.post(address, body, without="X-SIGNATURE").code == f"400{service}02"
