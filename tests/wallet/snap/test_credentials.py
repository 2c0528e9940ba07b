"""Partners' keys and secrets in use: replaced with an overlap, revoked at once, noted cheaply, bound to addresses and scopes."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.money import LONG_AGO
from tests.wallet.snap.conftest import World
from tests.wallet.snap.keys import PRIVATE_KEY, PUBLIC_KEY, draw
from tests.wallet.snap.sender import PAY, QUERY, SECRET, Sender
from wallet import credentials
from wallet.credential_errors import (
    CredentialEnded,
    KeyKnown,
    KeyNotRsa,
    KeyTooLong,
    KeyTooShort,
    NotAPublicKey,
    PrivateKeyGiven,
    TooManyCredentials,
)
from wallet.errors import ReasonMissing
from wallet.models import AccessToken, Credential, Partner
from wallet.snap import scopes

NEXT_PRIVATE_KEY, NEXT_PUBLIC_KEY = draw()
DAY = timedelta(days=1)


def _of_bits(bits: int) -> rsa.RSAPublicKey:
    """A public key of that length, whose private half nobody has."""
    return rsa.RSAPublicNumbers(65537, 1 << bits - 1 | 1).public_key()


def _pem(key: rsa.RSAPublicKey | ed25519.Ed25519PublicKey) -> str:
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()


def _held(world: World, kind: str) -> Credential:
    return Credential.objects.get(partner=world.partner, kind=kind)


def _asks(one: Sender, *, symmetric: bool) -> str:
    return one.post(QUERY, {"serviceCode": "60", "originalReferenceNo": "x"}, symmetric=symmetric).code


def test_a_new_secret_works_beside_the_old_one_until_the_overlap_ends(world: World) -> None:
    issued = credentials.issue_secret(world.partner, overlap=DAY, by="petugas")
    old, new = world.sender, Sender(secret=issued.text)
    assert {_asks(one, symmetric=True) for one in (old, new)} == {"4046101"}
    with time_machine.travel(timezone.now() + DAY + timedelta(minutes=1)):
        old.token = new.token = ""
        assert (_asks(old, symmetric=True), _asks(new, symmetric=True)) == ("4016100", "4046101")
    assert issued.credential.created_by == "petugas"


def test_a_new_key_works_beside_the_old_one_until_the_overlap_ends(world: World) -> None:
    credentials.add_key(world.partner, NEXT_PUBLIC_KEY, overlap=DAY)
    old, new = world.sender, Sender(private_key=NEXT_PRIVATE_KEY)
    assert {_asks(one, symmetric=False) for one in (old, new)} == {"4046101"}
    assert {one.access_token().code for one in (old, new)} == {"2007300"}
    with time_machine.travel(timezone.now() + DAY + timedelta(minutes=1)):
        assert (_asks(old, symmetric=False), _asks(new, symmetric=False)) == ("4016100", "4046101")
        assert (old.access_token().code, new.access_token().code) == ("4017300", "2007300")


def test_without_an_overlap_the_old_one_ends_at_once(world: World) -> None:
    credentials.issue_secret(world.partner)
    assert _asks(world.sender, symmetric=True) == "4016100"
    credentials.add_key(world.partner, NEXT_PUBLIC_KEY)
    assert _asks(world.sender, symmetric=False) == "4016100"


def test_what_counts_later_does_not_count_yet(world: World) -> None:
    Credential.objects.filter(partner=world.partner).exclude(kind="key").update(revoked_at=LONG_AGO, revoke_reason="x")
    later = Credential(partner=world.partner, kind="secret", valid_from=timezone.now() + DAY)
    later.secret = "later"
    later.save()
    assert _asks(Sender(secret="later"), symmetric=True) == "4016100"
    with time_machine.travel(timezone.now() + DAY + timedelta(minutes=1)):
        assert _asks(Sender(secret="later"), symmetric=True) == "4046101"


def test_a_revoked_secret_and_its_partners_tokens_are_dead_at_once(world: World) -> None:
    issued = credentials.issue_secret(world.partner, overlap=DAY)
    new = Sender(secret=issued.text)
    assert _asks(new, symmetric=True) == _asks(world.sender, symmetric=True) == "4046101"
    credentials.revoke(_held_secret(world, SECRET), reason="bocor", by="petugas")
    assert _asks(world.sender, symmetric=True) == "4016103"  # its token is gone
    world.sender.token = new.token = ""
    assert (_asks(world.sender, symmetric=True), _asks(new, symmetric=True)) == ("4016100", "4046101")


def _held_secret(world: World, text: str) -> Credential:
    return next(row for row in Credential.objects.filter(partner=world.partner, kind="secret") if row.secret == text)


def test_a_token_dies_with_the_key_that_asked_for_it(world: World) -> None:
    """Also one that was being issued while the key was revoked: it is judged when it is used."""
    assert _asks(world.sender, symmetric=True) == "4046101"
    kept = AccessToken.objects.values().get()
    credentials.revoke(_held(world, "key"), reason="laptop hilang", by="petugas")
    assert not AccessToken.objects.exists()
    AccessToken.objects.create(**kept)
    assert _asks(world.sender, symmetric=True) == "4016101"
    assert _asks(world.sender, symmetric=False) == "4016100"
    assert world.sender.access_token().code == "4017300"


def test_a_token_lives_no_longer_than_its_key(world: World) -> None:
    Credential.objects.filter(partner=world.partner, kind="key").update(
        valid_until=timezone.now() + timedelta(minutes=5)
    )
    answer = world.sender.access_token()
    assert 290 <= int(answer.body["expiresIn"]) <= 300


def test_another_partners_tokens_live_on(world: World) -> None:
    world.other.token = world.other.access_token().body["accessToken"]
    credentials.revoke(_held(world, "key"), reason="x", by="")
    assert _asks(world.other, symmetric=True) == "4046101"


def test_revoking_needs_a_reason_and_happens_once(world: World) -> None:
    row = _held(world, "key")
    with pytest.raises(ReasonMissing):
        credentials.revoke(row, reason=" ", by="")
    credentials.revoke(row, reason="bocor", by="petugas")
    with pytest.raises(CredentialEnded):
        credentials.revoke(row, reason="lagi", by="lain")
    row.refresh_from_db()
    assert (row.revoke_reason, row.revoked_by) == ("bocor", "petugas")


def test_no_more_than_three_of_a_kind_at_once(world: World) -> None:
    issued = [credentials.issue_secret(world.partner, overlap=DAY).text for _ in range(2)]
    assert {_asks(Sender(secret=text), symmetric=True) for text in (SECRET, *issued)} == {"4046101"}
    with pytest.raises(TooManyCredentials):
        credentials.issue_secret(world.partner, overlap=DAY)
    assert credentials.in_force(world.partner).filter(kind="secret").count() == 3
    credentials.issue_secret(world.partner)  # without an overlap the three end first
    assert _asks(world.sender, symmetric=True) == "4016100"


def test_a_key_that_was_there_does_not_come_back(world: World) -> None:
    with pytest.raises(KeyKnown):
        credentials.add_key(world.partner, PUBLIC_KEY)
    credentials.revoke(_held(world, "key"), reason="bocor", by="")
    with pytest.raises(KeyKnown):
        credentials.add_key(world.partner, f"\n{PUBLIC_KEY}\n\n")


@pytest.mark.parametrize(
    ("pem", "kind"),
    [
        (PRIVATE_KEY, PrivateKeyGiven),
        ("", NotAPublicKey),
        ("bukan kunci", NotAPublicKey),
        ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", NotAPublicKey),
        (_pem(ed25519.Ed25519PrivateKey.generate().public_key()), KeyNotRsa),
        (_pem(_of_bits(2_047)), KeyTooShort),
        (_pem(_of_bits(4_097)), KeyTooLong),
    ],
    ids=["private", "empty", "no key", "no content", "edwards", "short", "long"],
)
def test_what_is_no_public_key_is_refused(world: World, pem: str, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        credentials.add_key(world.partner, pem)


def test_a_key_of_the_greatest_length_counts(world: World) -> None:
    assert credentials.add_key(world.partner, _pem(_of_bits(4_096))).pk


def test_installing_the_same_twice_changes_nothing(world: World) -> None:
    before = list(Credential.objects.order_by("pk").values_list("pk", "valid_until", "revoked_at"))
    credentials.install(world.partner, public_key=PUBLIC_KEY, secret=SECRET)
    assert list(Credential.objects.order_by("pk").values_list("pk", "valid_until", "revoked_at")) == before
    credentials.install(world.partner, secret="another")
    assert (_asks(world.sender, symmetric=True), _asks(Sender(secret="another"), symmetric=True)) == (
        "4016100",
        "4046101",
    )


# --- What is noted, and what it costs ---


@pytest.mark.parametrize("symmetric", [True, False])
def test_use_is_noted_once_a_minute(world: World, symmetric: bool) -> None:
    kind = "secret" if symmetric else "key"
    world.sender.access_token()
    with time_machine.travel(timezone.now() + timedelta(minutes=2), tick=False) as clock:
        _asks(world.sender, symmetric=symmetric)
        first = _held(world, kind).last_used_at
        assert first == timezone.now()
        clock.shift(timedelta(seconds=59))
        _asks(world.sender, symmetric=symmetric)
        assert _held(world, kind).last_used_at == first
        clock.shift(timedelta(seconds=1))
        _asks(world.sender, symmetric=symmetric)
        assert _held(world, kind).last_used_at == first + timedelta(minutes=1)
    assert Credential.objects.filter(partner=world.other_partner, last_used_at__isnull=False).count() == 0


def test_a_refused_request_is_no_use(world: World) -> None:
    world.sender.post(PAY, world.order(), symmetric=False, X_SIGNATURE="AA==")
    world.sender.post(PAY, world.order(), symmetric=True, X_SIGNATURE="AA==")
    assert _held(world, "secret").last_used_at is None


@pytest.mark.parametrize("symmetric", [True, False])
def test_authentication_costs_one_query(world: World, symmetric: bool) -> None:
    credentials.issue_secret(world.partner, overlap=DAY)
    credentials.add_key(world.partner, NEXT_PUBLIC_KEY, overlap=DAY)
    _asks(world.sender, symmetric=symmetric)
    with CaptureQueriesContext(connection) as seen:
        assert _asks(world.sender, symmetric=symmetric) == "4046101"
    asked = [query["sql"] for query in seen.captured_queries]
    assert len([sql for sql in asked if "wallet_credential" in sql or "wallet_accesstoken" in sql]) == 1
    assert not [sql for sql in asked if sql.startswith("UPDATE wallet_credential")]
    assert not [sql for sql in asked if "wallet_partner" in sql and "wallet_credential" not in sql]


# --- Where from, and what for ---


@pytest.mark.parametrize("symmetric", [True, False])
def test_only_from_the_partners_addresses(world: World, symmetric: bool) -> None:
    Partner.objects.filter(pk=world.partner.pk).update(networks=["203.0.113.0/24"])
    world.sender.client.defaults["REMOTE_ADDR"] = "203.0.113.9"
    assert _asks(world.sender, symmetric=symmetric) == "4046101"
    world.sender.client.defaults["REMOTE_ADDR"] = "198.51.100.1"
    answer = world.sender.post(QUERY, {}, symmetric=symmetric)
    assert (answer.code, answer.body["responseMessage"]) == ("4016100", "Unauthorized. IP Address")
    refused = world.sender.access_token()
    assert (refused.code, refused.body["responseMessage"]) == ("4017300", "Unauthorized. IP Address")
    # Whoever has no right signature hears of that, and nothing of addresses.
    answer = world.sender.post(QUERY, {}, symmetric=symmetric, X_SIGNATURE="AA==")
    assert answer.body["responseMessage"] == "Unauthorized. Signature"


def test_what_a_caller_writes_about_its_address_counts_only_as_our_proxy_saw_it(world: World, settings: object) -> None:
    Partner.objects.filter(pk=world.partner.pk).update(networks=["203.0.113.0/24"])
    world.sender.client.defaults["REMOTE_ADDR"] = "10.0.0.1"
    told = {"X_FORWARDED_FOR": "203.0.113.9"}
    assert world.sender.post(QUERY, {}, symmetric=False, **told).body["responseMessage"] == "Unauthorized. IP Address"
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert world.sender.post(QUERY, {}, symmetric=False, **told).status == 400
    forged = {"X_FORWARDED_FOR": "203.0.113.9, 198.51.100.1"}
    assert world.sender.post(QUERY, {}, symmetric=False, **forged).body["responseMessage"] == "Unauthorized. IP Address"


def test_a_service_that_was_not_granted_is_refused_and_spends_nothing(world: World) -> None:
    Partner.objects.filter(pk=world.partner.pk).update(scopes=["61"])
    answer = world.sender.post(PAY, world.order(), external_id="5")
    assert (answer.code, answer.body["responseMessage"]) == ("4036001", "Feature Not Allowed")
    assert (
        world.sender.post(QUERY, {"serviceCode": "60", "originalReferenceNo": "x"}, external_id="5").code == "4046101"
    )
    assert world.balance() == 100_000


def test_everything_that_can_be_called_can_be_granted() -> None:
    assert {"11", "37", "38", "39", "40", "41", "44", "45", "60", "61", "80"} <= scopes.services().keys()
    assert "73" not in scopes.services()


# --- What the database refuses ---


@pytest.mark.parametrize(
    "change",
    [
        "valid_until = NULL",
        "valid_until = valid_until + interval '1 day'",
        "valid_from = valid_from - interval '1 day'",
        "public_key = 'x'",
        "kind = 'secret'",
        "created_by = 'x'",
    ],
)
def test_a_credential_is_written_once_and_never_ends_later(world: World, change: str) -> None:
    Credential.objects.filter(partner=world.partner).update(valid_until=timezone.now() + DAY)
    with pytest.raises(DatabaseError) as refusal, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE wallet_credential SET {change} WHERE kind = 'key'")
    assert getattr(refusal.value.__cause__, "pgcode", "") in ("23001", "42501")  # the trigger, or the role's own rights


def test_a_revoked_credential_stays_revoked(world: World) -> None:
    row = credentials.revoke(_held(world, "key"), reason="bocor", by="")
    with pytest.raises(DatabaseError) as refusal, transaction.atomic():
        Credential.objects.filter(pk=row.pk).update(revoked_at=None)
    assert getattr(refusal.value.__cause__, "pgcode", "") == "23001"
