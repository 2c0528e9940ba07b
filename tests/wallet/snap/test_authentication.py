"""Headers, clock, token, signature: what passes and what each failure answers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, timedelta

import pytest
import time_machine
from django.utils import timezone

from tests.money import LONG_AGO
from tests.wallet.snap import sender
from tests.wallet.snap.conftest import World
from tests.wallet.snap.keys import OTHER_PRIVATE_KEY, PUBLIC_KEY
from tests.wallet.snap.sender import PAY, QUERY, TOKEN, Answer, Sender
from wallet import credentials
from wallet.models import AccessToken, Credential, ExternalId, Partner
from wallet.snap import external_ids, signature, timestamps

HEADERS = ["Content-Type", "X-TIMESTAMP", "X-SIGNATURE", "X-PARTNER-ID", "X-EXTERNAL-ID", "CHANNEL-ID"]


@pytest.mark.parametrize("symmetric", [True, False])
@pytest.mark.parametrize("minified", [True, False])
@pytest.mark.parametrize("hexadecimal", [True, False])
def test_every_kind_of_signature_passes(world: World, symmetric: bool, minified: bool, hexadecimal: bool) -> None:
    answer = world.sender.post(PAY, world.order(), symmetric=symmetric, minified=minified, hexadecimal=hexadecimal)
    assert answer.code == "2006000"


@pytest.mark.parametrize("form", ["jakarta", "millis", "z", "z_millis", "nanos", "other offset"])
def test_every_form_of_time_passes(world: World, form: str) -> None:
    now = timezone.now()
    utc = now.astimezone(UTC).replace(tzinfo=None)
    text = {
        "jakarta": timestamps.emit(now),
        "millis": now.astimezone(timestamps.JAKARTA).isoformat(timespec="milliseconds"),
        "z": utc.isoformat(timespec="seconds") + "Z",
        "z_millis": utc.isoformat(timespec="milliseconds") + "Z",
        "nanos": utc.isoformat(timespec="seconds") + ".123456789Z",
        "other offset": (utc - timedelta(hours=3)).isoformat(timespec="seconds") + "-03:00",
    }[form]
    assert world.sender.post(PAY, world.order(), timestamp=text).code == "2006000"


@pytest.mark.parametrize("name", HEADERS)
def test_each_missing_header_is_named(world: World, name: str) -> None:
    answer = world.sender.post(PAY, world.order(), without=name)
    assert (answer.status, answer.code) == (400, "4006002")
    assert answer.body["responseMessage"] == f"Invalid Mandatory Field {name}"
    assert world.balance() == 100_000


@pytest.mark.parametrize("name", ["X-TIMESTAMP", "X-CLIENT-KEY", "X-SIGNATURE", "Content-Type"])
def test_each_missing_header_of_the_token_is_named(world: World, name: str) -> None:
    answer = world.sender.access_token(**{name: None})
    assert (answer.code, answer.body["responseMessage"]) == ("4007302", f"Invalid Mandatory Field {name}")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Content_Type", "text/plain"),
        ("Content_Type", "application/jsonx"),
        ("X_TIMESTAMP", "2026-11-24 10:00:00"),
        ("X_TIMESTAMP", "2026-02-30T10:00:00+07:00"),
        ("X_TIMESTAMP", "0001-01-01T00:00:00+14:00"),
        ("X_TIMESTAMP", "٢٠٢٦-11-24T10:00:00+07:00"),
        ("X_SIGNATURE", "two words"),
        ("X_SIGNATURE", "A" * 3000),
        ("X_PARTNER_ID", "P" * 37),
        ("X_EXTERNAL_ID", "1" * 37),
        ("X_EXTERNAL_ID", "1,2"),
        ("CHANNEL_ID", "123456"),
    ],
)
def test_each_malformed_header_is_named(world: World, name: str, value: str) -> None:
    answer = world.sender.post(PAY, world.order(), **{name: value.encode().decode("latin-1")})
    assert answer.code == "4006001"
    assert answer.body["responseMessage"] == f"Invalid Field Format {name.replace('_', '-')}"


def test_charset_and_accept_do_not_matter(world: World) -> None:
    answer = world.sender.post(PAY, world.order(), Content_Type="application/json; charset=utf-8", Accept="text/xml")
    assert answer.code == "2006000"


@pytest.mark.parametrize("seconds", [-302, 302, -86_400, 10**9])
def test_a_clock_too_far_off_is_refused(world: World, seconds: int) -> None:
    late = timestamps.emit(timezone.now() + timedelta(seconds=seconds))
    for symmetric in (True, False):
        answer = world.sender.post(PAY, world.order(), timestamp=late, symmetric=symmetric)
        assert (answer.code, answer.body["responseMessage"]) == ("4016000", "Unauthorized. X-TIMESTAMP")


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(-302, "4017300"), (302, "4017300"), (-86_400, "4017300"), (-295, "2007300"), (295, "2007300")],
)
def test_a_token_too_is_asked_for_by_a_clock_that_is_right(world: World, seconds: int, code: str) -> None:
    answer = _token_at(world, timestamps.emit(timezone.now() + timedelta(seconds=seconds)))
    assert answer.code == code
    if code != "2007300":
        assert answer.body["responseMessage"] == "Unauthorized. X-TIMESTAMP"
        assert not AccessToken.objects.exists()


def test_a_recorded_request_for_a_token_is_worth_nothing_without_the_secret(world: World) -> None:
    """It may come again for 300 seconds, as the standard gives it no X-EXTERNAL-ID to spend; a token alone signs nothing."""
    timestamp = world.sender.now()
    first, again = _token_at(world, timestamp), _token_at(world, timestamp)
    assert (first.code, again.code) == ("2007300", "2007300")
    assert first.body["accessToken"] != again.body["accessToken"]
    thief = Sender(secret="guessed", token=again.body["accessToken"])
    assert thief.post(PAY, world.order()).code == "4016000"
    later = timezone.now() + timedelta(seconds=302)
    with time_machine.travel(later):
        assert _token_at(world, timestamp).code == "4017300"


def _token_at(world: World, timestamp: str) -> Answer:
    signed = signature.sign_asymmetric(
        world.sender.private_key, signature.token_string(world.sender.client_id, timestamp)
    )
    return world.sender.access_token(**{"X-TIMESTAMP": timestamp, "X-SIGNATURE": signed})


@pytest.mark.parametrize("seconds", [-295, 295])
def test_a_clock_somewhat_off_passes(world: World, seconds: int) -> None:
    text = timestamps.emit(timezone.now() + timedelta(seconds=seconds))
    assert world.sender.post(PAY, world.order(), timestamp=text).code == "2006000"


def test_token_is_opaque_and_only_its_digest_is_kept(world: World) -> None:
    answer = world.sender.access_token()
    assert answer.code == "2007300"
    assert answer.body["tokenType"] == "Bearer"
    assert answer.body["expiresIn"] == "900"
    kept = AccessToken.objects.get()
    assert answer.body["accessToken"].encode() not in bytes(kept.digest)
    assert len(kept.digest) == 32


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        (b"{}", "4007302", "grantType"),
        (b'{"grantType":"password"}', "4007301", "grantType"),
        (b'{"grantType":1}', "4007301", "grantType"),
        (b'{"grantType":"client_credentials","additionalInfo":[]}', "4007301", "additionalInfo"),
        (b'{"grantType":"client_credentials","grantType":"x"}', "4007300", ""),
        (b"", "4007302", "grantType"),
    ],
)
def test_token_request_body(world: World, body: bytes, code: str, field: str) -> None:
    timestamp = world.sender.now()
    signed = signature.sign_asymmetric(
        world.sender.private_key, signature.token_string(world.sender.client_id, timestamp)
    )
    headers: dict[str, str | None] = {
        "X-TIMESTAMP": timestamp,
        "X-CLIENT-KEY": world.sender.client_id,
        "X-SIGNATURE": signed,
    }
    answer = world.sender.send(TOKEN, body, headers)
    assert answer.code == code
    assert field in answer.body["responseMessage"]
    assert not AccessToken.objects.exists()


def test_unknown_inactive_and_wrong_key_get_one_answer(world: World) -> None:
    Partner.objects.filter(pk=world.other_partner.pk).update(active=False)
    senders = [
        Sender(client_id="NOBODY"),
        world.other,
        Sender(private_key=OTHER_PRIVATE_KEY),
    ]
    tokens = [one.access_token() for one in senders]
    assert {(answer.status, json.dumps(answer.body)) for answer in tokens} == {(401, json.dumps(tokens[0].body))}
    assert tokens[0].body == {"responseCode": "4017300", "responseMessage": "Unauthorized. Signature"}
    transactions = [one.post(PAY, world.order(), symmetric=False) for one in senders]
    assert {(answer.status, json.dumps(answer.body)) for answer in transactions} == {
        (401, '{"responseCode": "4016000", "responseMessage": "Unauthorized. Signature"}')
    }
    assert not ExternalId.objects.exists()


def test_unknown_and_known_clients_cost_the_same_verifications(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sends, whatever keys they have and whichever of them signed: so many verifications of so many texts."""
    verified: list[tuple[int, str]] = []
    real = signature.verify_asymmetric

    def verify(pem: str, texts: Sequence[str], given: str) -> bool:
        verified.append((len(texts), "nobody's" if pem == signature.NOBODYS_KEY else "theirs"))
        return real(pem, texts, given)

    monkeypatch.setattr(signature, "verify_asymmetric", verify)
    credentials.add_key(world.other_partner, PUBLIC_KEY, overlap=timedelta(days=1))
    world.order()
    senders = [Sender(client_id="NOBODY"), world.sender, world.other, Sender(private_key=OTHER_PRIVATE_KEY)]
    keys = {0: 0, 1: 1, 2: 2, 3: 1}
    for number, one in enumerate(senders):
        for texts, act in ((1, one.access_token), (2, lambda one=one: one.post(PAY, world.order(), symmetric=False))):
            verified.clear()
            act()
            assert [count for count, _ in verified] == [texts] * credentials.MOST_AT_ONCE
            assert [whose for _, whose in verified].count("theirs") == keys[number]


def test_expired_token(world: World) -> None:
    world.sender.access_token()
    assert world.pay().code == "2006000"
    AccessToken.objects.update(expires_at=timezone.now())
    answer = world.pay()
    assert (answer.code, answer.body["responseMessage"]) == ("4016001", "Invalid Token (B2B)")


def test_token_expires_by_the_clock(world: World) -> None:
    world.pay()
    with time_machine.travel(timezone.now() + timedelta(seconds=901)):
        assert world.pay().code == "4016001"


def test_token_of_a_partner_made_inactive(world: World) -> None:
    world.pay()
    Partner.objects.filter(pk=world.partner.pk).update(active=False)
    assert world.pay().code == "4016001"


@pytest.mark.parametrize("text", ["Basic abc", "Bearer", "Bearer ", "Bearer a b", "Bearer short", ""])
def test_what_is_no_bearer_token(world: World, text: str) -> None:
    assert world.sender.post(PAY, world.order(), Authorization=text).code == "4016001"


def test_unknown_token(world: World) -> None:
    answer = world.sender.post(PAY, world.order(), Authorization="Bearer " + "x" * 43)
    assert (answer.code, answer.body["responseMessage"]) == ("4016003", "Token Not Found (B2B)")


def test_a_token_does_not_serve_another_partner(world: World) -> None:
    world.sender.access_token()
    answer = world.sender.post(PAY, world.order(), X_PARTNER_ID="PARTNER-2")
    assert (answer.code, answer.body["responseMessage"]) == ("4016000", "Unauthorized. X-PARTNER-ID")
    world.other.token = world.sender.access_token().body["accessToken"]
    assert world.other.post(PAY, world.order()).code == "4016000"


def test_the_two_kinds_cannot_stand_for_each_other(world: World) -> None:
    refused = [
        # the token dropped from a request signed for it, and an RSA signature beside a token
        world.sender.post(PAY, world.order(), without="Authorization"),
        world.sender.post(
            PAY,
            world.order(),
            symmetric=False,
            Authorization=f"Bearer {world.sender.access_token().body['accessToken']}",
        ),
        # the public key, which everybody has, as the secret; and no secret at all
        Sender(secret=PUBLIC_KEY).post(PAY, world.order()),
        Sender(secret="").post(PAY, world.order()),
    ]
    assert {answer.code for answer in refused} == {"4016000"}
    assert world.balance() == 100_000


def test_hmac_under_the_public_key_without_a_token_is_refused(world: World) -> None:
    fields, timestamp = json.dumps(world.order()).encode(), world.sender.now()
    text = signature.string_to_sign("POST", PAY, signature.minify(fields), timestamp)
    forged = signature.sign_symmetric(PUBLIC_KEY, text)
    answer = world.sender.post(PAY, fields, symmetric=False, timestamp=timestamp, X_SIGNATURE=forged)
    assert answer.code == "4016000"


@pytest.mark.parametrize("value", ["AA==", "00", "=", "A" * 88, "0" * 128, "0" * 512, "none"])
def test_worthless_signatures(world: World, value: str) -> None:
    for symmetric in (True, False):
        answer = world.sender.post(PAY, world.order(), symmetric=symmetric, X_SIGNATURE=value)
        assert (answer.code, answer.body["responseMessage"]) == ("4016000", "Unauthorized. Signature")


@pytest.mark.parametrize("symmetric", [True, False])
def test_what_is_signed_cannot_be_changed(world: World, symmetric: bool) -> None:
    """Path, query, body and time are each in the signature."""
    one = world.sender
    if symmetric:
        one.token = one.access_token().body["accessToken"]
    body, timestamp = json.dumps(world.order()).encode(), one.now()
    token = one.token if symmetric else None
    text = signature.string_to_sign("POST", PAY, signature.minify(body), timestamp, token)
    signed = (
        signature.sign_symmetric(one.secret, text) if symmetric else signature.sign_asymmetric(one.private_key, text)
    )
    later = timestamps.emit(timezone.now() + timedelta(seconds=5))

    def send(path: str = PAY, content: bytes = body, time: str = timestamp) -> str:
        headers: dict[str, str | None] = {
            "X-TIMESTAMP": time,
            "X-SIGNATURE": signed,
            "X-PARTNER-ID": one.client_id,
            "X-EXTERNAL-ID": "1",
            "CHANNEL-ID": "1",
        }
        if symmetric:
            headers["Authorization"] = f"Bearer {token}"
        return one.send(path, content, headers).code

    assert send(path=sender.REFUND) == "4018000"
    assert send(path=f"{PAY}?a=1") == "4016000"
    assert send(path=f"{PAY}.htm") == "4016000"
    assert send(content=body.replace(b"10000.00", b"90000.00")) == "4016000"
    assert send(time=later) == "4016000"
    assert send() == "2006000"


def test_the_query_is_part_of_the_signed_path(world: World) -> None:
    assert world.sender.post(f"{PAY}?lang=id&x=%20", world.order()).code == "2006000"


def test_htm_is_served_too(world: World) -> None:
    assert world.sender.post(f"{PAY}.htm", world.order()).code == "2006000"
    assert world.sender.post(f"{QUERY}.htm", {"serviceCode": "60", "originalReferenceNo": "x"}).code == "4046101"


def test_an_unusable_key_of_a_partner_is_no_crash(world: World) -> None:
    held = Credential.objects.get(partner=world.partner, kind=Credential.Kind.KEY)
    credentials.revoke(held, reason="diganti", by="")
    Credential.objects.create(
        partner=world.partner, kind="key", public_key="not a key", fingerprint="f", valid_from=LONG_AGO
    )
    assert world.sender.access_token().code == "4017300"


def test_external_id_once_a_day(world: World) -> None:
    assert world.sender.post(PAY, world.order(), external_id="7").code == "2006000"
    answer = world.sender.post(PAY, world.order(), external_id="7")
    assert (answer.code, answer.body["responseMessage"]) == ("4096000", "Conflict")
    assert world.sender.post(QUERY, {}, external_id="7").code == "4096100"
    assert world.other.post(PAY, world.order(merchantId="TETANGGA"), external_id="7").code == "2006000"
    assert world.balance() == 80_000


def test_a_refused_request_spends_its_external_id(world: World) -> None:
    for number, fields in enumerate(
        (b"[]", {"amount": 1}, world.order(qrContent="unknown"), world.order(merchantId="X"))
    ):
        assert world.sender.post(PAY, fields, external_id=f"r{number}").status in (400, 404)
        assert world.sender.post(PAY, world.order(), external_id=f"r{number}").code == "4096000"


def test_an_unauthenticated_request_spends_nothing(world: World) -> None:
    world.sender.post(PAY, world.order(), external_id="8", X_SIGNATURE="AA==")
    assert world.sender.post(PAY, world.order(), external_id="8").code == "2006000"


def test_a_request_recorded_before_midnight_is_spent_after_it(world: World) -> None:
    """The day is that of the signed timestamp, so a new day of ours does not free the id."""
    order = world.order()
    eve = "2026-11-24T23:59:58+07:00"
    with time_machine.travel("2026-11-24T23:59:59+07:00", tick=False):
        world.sender.token = world.sender.access_token().body["accessToken"]
        order["qrContent"] = world.code()
        world.sender.post(PAY, order, external_id="9", timestamp=eve)
    with time_machine.travel("2026-11-25T00:00:30+07:00", tick=False):
        assert world.sender.post(PAY, order, external_id="9", timestamp=eve).code == "4096000"
        assert world.sender.post(PAY, order, external_id="9").code != "4096000"


def test_old_external_ids_are_forgotten(world: World) -> None:
    today = timezone.localdate()
    kept = [today - timedelta(days=2), today]
    for day in (today - timedelta(days=3), *kept):
        external_ids.spend(world.partner, day, "1")
    assert external_ids.forget_past() == 1
    assert list(ExternalId.objects.order_by("day").values_list("day", flat=True)) == kept


def test_expired_tokens_are_deleted_when_a_new_one_is_issued(world: World) -> None:
    world.sender.access_token()
    AccessToken.objects.update(expires_at=timezone.now() - timedelta(days=2))
    world.sender.access_token()
    assert AccessToken.objects.count() == 1
