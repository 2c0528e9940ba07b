"""The client that partners copy is accepted by the server, over HTTP, and holds nothing of ours."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

import snap_client
from snap_client import SnapClient, transport
from tests.wallet.snap.conftest import World, rupiah
from tests.wallet.snap.keys import OTHER_PRIVATE_KEY, PRIVATE_KEY
from tests.wallet.snap.sender import SECRET
from wallet.models import AccessToken


@pytest.fixture
def url(committed_world: World) -> Iterator[str]:
    """A served address. Not pytest-django's `live_server`: it empties tables by TRUNCATE, which the ledger refuses."""
    server = LiveServer("127.0.0.1")
    yield server.url
    server.stop()


@pytest.fixture
def client(url: str) -> SnapClient:
    return SnapClient(url, "PARTNER-1", PRIVATE_KEY, SECRET)


def test_pay_query_refund(client: SnapClient, committed_world: World) -> None:
    world = committed_world
    status, paid = client.pay("INV-1", world.code(), "WARUNG", 25_000, title="Beras é", additional_info={"kasir": "1"})
    assert (status, paid["responseCode"]) == (200, "2006000")
    assert (paid["amount"], paid["additionalInfo"]) == (rupiah(25_000), {"kasir": "1"})
    status, found = client.query("INV-1")
    assert (status, found["latestTransactionStatus"]) == (200, "00")
    assert client.query(reference_no=paid["referenceNo"])[1] == found
    assert client.query(external_id=found["originalExternalId"])[1] == found
    status, refunded = client.refund("INV-1", "REF-1", 5_000, reason="Retur")
    assert (status, refunded["refundAmount"]) == (200, rupiah(5_000))
    assert client.refund("INV-1", "REF-2")[1]["refundAmount"] == rupiah(20_000)
    assert client.query("INV-1")[1]["latestTransactionStatus"] == "04"
    assert world.balance() == 100_000
    assert AccessToken.objects.count() == 1


def test_a_refusal_is_an_answer(client: SnapClient, committed_world: World) -> None:
    status, answer = client.pay("INV-1", "NEVERISSUED", "WARUNG", 1)
    assert (status, answer["responseCode"]) == (404, "4046001")


def test_a_token_that_died_is_renewed_once(client: SnapClient, committed_world: World) -> None:
    client.query("INV-1")
    AccessToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.query("INV-1")[1]["responseCode"] == "4046101"
    AccessToken.objects.all().delete()
    assert client.query("INV-1")[1]["responseCode"] == "4046101"


def test_a_token_is_renewed_before_it_expires(client: SnapClient, monkeypatch: pytest.MonkeyPatch) -> None:
    client.query("INV-1")
    now = transport.time.monotonic()
    monkeypatch.setattr(transport.time, "monotonic", lambda: now + 871)
    client.query("INV-1")
    assert AccessToken.objects.count() == 2


def test_wrong_keys(url: str) -> None:
    with pytest.raises(PermissionError, match="4017300"):
        SnapClient(url, "PARTNER-1", OTHER_PRIVATE_KEY, SECRET).query("INV-1")
    assert SnapClient(url, "PARTNER-1", PRIVATE_KEY, "wrong").query("INV-1")[0] == 401
    key = ed25519.Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with pytest.raises(ValueError, match="RSA"):
        SnapClient(url, "PARTNER-1", key.decode(), SECRET)


def test_it_can_be_copied_as_it_is() -> None:
    foreign = set()
    for file in Path(inspect.getfile(snap_client)).parent.glob("*.py"):
        tree = ast.parse(file.read_text())
        imported = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        imported |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        foreign |= {name.split(".")[0] for name in imported} - sys.stdlib_module_names
    assert foreign == {"requests", "cryptography", "snap_client"}
