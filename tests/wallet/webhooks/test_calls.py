"""One call against real servers that hang, drip, redirect, flood, lie about who they are; nothing takes longer than it may."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.utils import timezone

from tests.wallet.snap.keys import PRIVATE_KEY
from tests.wallet.webhooks.receiver import Got, Receiver, Told, accepted, raw
from wallet import http_call
from wallet.models import WebhookAttempt
from wallet.webhooks import delivery, endpoints
from wallet.webhooks.delivery import Parcel

Outcome = WebhookAttempt.Outcome
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
SECRET = "sk_live_0123456789abcdefABCDEF0123456789"


def parcel(url: str, service: str = "56") -> Parcel:
    return Parcel(
        webhook=1,
        attempt=1,
        number=1,
        service=service,
        url=url,
        body=b'{"a":1}',
        partner="MITRA",
        external_id="20261130",
        key_number=1,
        private_key=PRIVATE_KEY,
    )


def _hang(line: socket.socket) -> None:
    line.recv(65_536)
    time.sleep(20)


def _silent(line: socket.socket) -> None:
    time.sleep(20)


def _drip_head(line: socket.socket) -> None:
    line.recv(65_536)
    for byte in HEAD + b"X-Long: " + b"a" * 1_000:
        line.send(bytes([byte]))
        time.sleep(0.1)


def _drip_body(line: socket.socket) -> None:
    line.recv(65_536)
    line.send(HEAD + b"\r\n")
    while True:
        line.send(b" ")
        time.sleep(0.1)


def _flood(line: socket.socket) -> None:
    line.recv(65_536)
    line.send(HEAD + b"\r\n")
    while True:
        line.send(b"x" * 65_536)


def _claims_to_be_huge(line: socket.socket) -> None:
    line.recv(65_536)
    line.send(HEAD + b"Content-Length: 999999999999\r\n\r\n{}")


def _cuts_off(line: socket.socket) -> None:
    line.recv(65_536)
    line.send(HEAD + b"Content-Length: 50\r\n\r\n{")
    line.close()


def _hangs_up(line: socket.socket) -> None:
    line.close()


def _no_http(line: socket.socket) -> None:
    line.recv(65_536)
    line.send(b"SSH-2.0-OpenSSH_9.6\r\n")
    line.close()


@pytest.mark.parametrize(
    ("speak", "outcome"),
    [
        (_hang, Outcome.LOST),
        (_silent, Outcome.LOST),
        (_drip_head, Outcome.LOST),
        (_drip_body, Outcome.LOST),
        (_flood, Outcome.TOO_LARGE),
        (_claims_to_be_huge, Outcome.LOST),
        (_cuts_off, Outcome.LOST),
        (_hangs_up, Outcome.LOST),
        (_no_http, Outcome.LOST),
    ],
)
def test_a_server_that_misbehaves_is_left_in_time(
    speak: Callable[[socket.socket], None], outcome: WebhookAttempt.Outcome
) -> None:
    with raw(speak) as url:
        began = time.monotonic()
        assert delivery.send(parcel(url)).outcome == outcome
        assert time.monotonic() - began < 2.5


ANSWERS: list[tuple[Told, WebhookAttempt.Outcome]] = [
    (accepted("56"), Outcome.DELIVERED),
    (Told(200, b'{"responseCode":"2005600"}'), Outcome.DELIVERED),
    (accepted("52"), Outcome.WRONG_CODE),  # another service's success is none of this one
    (Told(200, b'{"responseCode":"4045600"}'), Outcome.WRONG_CODE),
    (Told(200, b'{"responseCode":2005600}'), Outcome.WRONG_CODE),
    (Told(200, b"[]"), Outcome.WRONG_CODE),
    (Told(200, b""), Outcome.WRONG_CODE),
    (Told(200, b"<html>ok</html>"), Outcome.WRONG_CODE),
    (Told(200, b"\xff\xfe"), Outcome.WRONG_CODE),
    (Told(200, b"[" * 60_000), Outcome.WRONG_CODE),
    (Told(201, b'{"responseCode":"2005600"}'), Outcome.WRONG_STATUS),
    (Told(404, b'{"responseCode":"4045601"}'), Outcome.WRONG_STATUS),
    (Told(500, b"oops"), Outcome.WRONG_STATUS),
    (Told(200, b"{" + b" " * 70_000 + b"}"), Outcome.TOO_LARGE),
    *((Told(code, b"", {"Location": "/elsewhere"}), Outcome.REDIRECT) for code in (301, 302, 303, 307, 308)),
    (Told(302, b"", {"Location": "http://169.254.169.254/latest"}), Outcome.REDIRECT),
]


@pytest.mark.parametrize(("told", "outcome"), ANSWERS)
def test_what_an_answer_means(told: Told, outcome: WebhookAttempt.Outcome) -> None:
    with Receiver(lambda got: told).serving() as receiver:
        result = delivery.send(parcel(f"{receiver.url}/hook?x=1"))
        assert result.outcome == outcome
        assert [got.path for got in receiver.got] == ["/hook?x=1"]  # once, and nowhere else
        assert len(result.response) <= 200


def test_nobody_there_and_nowhere_to_go() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    assert delivery.send(parcel(f"http://127.0.0.1:{port}/")).outcome == Outcome.NOT_SENT
    assert delivery.send(parcel("")).outcome == Outcome.NO_ADDRESS
    assert delivery.send(parcel("https://10.0.0.1/")).outcome == Outcome.REFUSED_ADDRESS
    assert delivery.send(parcel("https://nowhere.invalid/")).outcome == Outcome.UNRESOLVED


def test_a_fault_of_ours_ends_the_try_and_quotes_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr(delivery, "headers", broken)
    result = delivery.send(parcel("http://127.0.0.1:9999/?token=rahasia"))
    assert result.outcome == Outcome.NOT_SENT
    assert SECRET not in caplog.text + result.response and "rahasia" not in caplog.text


def test_what_is_kept_of_an_answer_holds_no_long_word() -> None:
    body = f'{{"responseCode":"4015600","echo":"Bearer {SECRET}","note":"Halo\x00\x1b[31m dunia"}}'.encode()
    kept = delivery.excerpt(body)
    assert SECRET not in kept and "4015600" in kept
    assert kept.isprintable()
    assert len(delivery.excerpt(b"kata " * 10_000)) <= 200


# --- Pinned, with TLS ---


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for mitra.example, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mitra.example")])
    now = timezone.now()
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("mitra.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "mitra.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


class _Tls:
    def __init__(self, certificate: Path) -> None:
        self.names: list[str | None] = []
        self.receiver = Receiver(lambda got: accepted("56"))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        context.sni_callback = lambda line, name, _: self.names.append(name)
        self.receiver.server.socket = context.wrap_socket(self.receiver.server.socket, server_side=True)
        self.port = self.receiver.server.server_address[1]


def _post(url: str, addresses: list[str]) -> http_call.Response:
    return http_call.post(url, b"{}", {"Content-Type": "application/json"}, connect=1, total=2, addresses=addresses)


def test_the_call_goes_to_the_pinned_address_under_the_name(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    tls = _Tls(certificate)
    with tls.receiver.serving():
        # Nobody can look this name up: only the pinned address leads there.
        answer = _post(f"https://mitra.example:{tls.port}/hook", ["127.0.0.1"])
    assert answer.status == 200
    assert tls.names == ["mitra.example"]
    assert tls.receiver.got[0].headers["Host"] == f"mitra.example:{tls.port}"


def test_a_certificate_for_another_name_gets_nothing(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    tls = _Tls(certificate)
    with tls.receiver.serving(), pytest.raises(http_call.NotSent):
        _post(f"https://lain.example:{tls.port}/hook", ["127.0.0.1"])
    assert tls.receiver.got == []


def test_a_certificate_nobody_vouches_for_gets_nothing(certificate: Path) -> None:
    tls = _Tls(certificate)
    with tls.receiver.serving(), pytest.raises(http_call.NotSent):
        _post(f"https://mitra.example:{tls.port}/hook", ["127.0.0.1"])
    assert tls.receiver.got == []


def test_the_next_address_is_tried_where_one_is_dead() -> None:
    with Receiver(lambda got: accepted("56")).serving() as receiver:
        port = receiver.server.server_address[1]
        assert _post(f"http://mitra.example:{port}/", ["::1", "127.0.0.1"]).status == 200


def test_rebinding_leads_nowhere(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """A name that says a public address to the check, and would say the loopback to the call."""
    settings.WEBHOOKS = settings.WEBHOOKS | {"local": False, "ports": [443]}
    asked: list[str] = []
    connected: list[tuple[str, int]] = []

    def look_up(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["203.0.114.7"] if len(asked) == 1 else ["127.0.0.1"]

    def connect(address: tuple[str, int], *_: Any) -> socket.socket:
        connected.append(address)
        raise OSError("unreachable")

    monkeypatch.setattr(endpoints, "_system", look_up)
    monkeypatch.setattr(socket, "create_connection", connect)
    assert delivery.send(parcel("https://mitra.example/hook")).outcome == Outcome.NOT_SENT
    assert (asked, connected) == (["mitra.example"], [("203.0.114.7", 443)])


def test_many_calls_at_once_do_not_wait_for_each_other() -> None:
    def slow(got: Got) -> Told:
        time.sleep(0.4)
        return accepted("56")

    with Receiver(slow).serving() as receiver:
        began = time.monotonic()
        threads = [threading.Thread(target=delivery.send, args=(parcel(receiver.url),)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert time.monotonic() - began < 2
