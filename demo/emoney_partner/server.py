"""The partner's address: token (73), bulk cash-in (40), status of a line (39); and, beside the standard, what tests ask of it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
import socket
import struct
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from demo.emoney_partner import page
from demo.emoney_partner.accounts import Books, Inconsistent, Line
from demo.emoney_partner.faults import Plan, plan_of
from demo.emoney_partner.notifier import Notifier

TOKEN, BULK, STATUS = "73", "40", "39"


@dataclass(slots=True)
class World:
    """Who may call, what is known, and what is to go wrong. `hang_seconds` is how long a time-out keeps the caller waiting."""

    client_id: str
    public_key: str
    secret: str
    books: Books
    notifier: Notifier
    plan: Plan
    hang_seconds: float = 5
    token_seconds: int = 900
    tokens: dict[str, float] = field(default_factory=dict)


class Handler(BaseHTTPRequestHandler):
    """One request. The world hangs on the server."""

    protocol_version = "HTTP/1.1"

    @property
    def world(self) -> World:
        return self.server.world  # type: ignore[attr-defined,no-any-return]

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: account numbers are in what would be logged."""

    def do_GET(self) -> None:
        if self.path == "/":
            self._raw(200, self._page(), "text/html; charset=utf-8")
        elif self.path == "/_partner/state":
            notices = [list(answer) for answer in self.world.notifier.answers]
            self._answer(200, {**self.world.books.as_json(), "notices": notices})
        else:
            self._answer(404, {})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        match self.path.removesuffix(".htm"):
            case "/_partner/plan":
                self.world.plan = plan_of(json.loads(body))
                self._answer(200, {})
            case "/_partner/notify":
                self._answer(200, {"sent": self.world.notifier.release()})
            case "/_partner/page":
                self._planned(body)
            case "/_partner/page/notify":
                self.world.notifier.release()
                self._back()
            case "/v1.0/access-token/b2b":
                self._token()
            case "/v1.0/emoney/bulk-cashin-payment":
                self._transaction(BULK, body, self._bulk)
            case "/v1.0/emoney/topup-status":
                self._transaction(STATUS, body, self._status)
            case _:
                self._snap("4040002", "Invalid Routing")

    # --- The page ---

    def _page(self) -> bytes:
        return page.page(self.world.plan, self.world.books, self.world.notifier)

    def _planned(self, body: bytes) -> None:
        try:
            self.world.plan = plan_of(page.chosen(body))
        except ValueError:
            said = b"Rencana tidak terbaca: pilih dari daftar, dan tulis angka bulat."
            self._raw(400, said, "text/plain; charset=utf-8")
            return
        self._back()

    def _back(self) -> None:
        self.send_response(303)
        self.send_header("Location", "/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    # --- Who calls ---

    def _token(self) -> None:
        timestamp, given = self.headers.get("X-TIMESTAMP", ""), self.headers.get("X-SIGNATURE", "")
        text = f"{self.headers.get('X-CLIENT-KEY', '')}|{timestamp}".encode()
        if self.headers.get("X-CLIENT-KEY") != self.world.client_id or not self._signed_by_key(text, given):
            self._snap("4017300", "Unauthorized. Signature")
            return
        token = secrets.token_urlsafe(24)
        self.world.tokens[token] = time.monotonic() + self.world.token_seconds
        told = {"accessToken": token, "tokenType": "Bearer", "expiresIn": str(self.world.token_seconds)}
        self._snap("2007300", "Successful", **told)

    def _signed_by_key(self, text: bytes, given: str) -> bool:
        key = serialization.load_pem_public_key(self.world.public_key.encode())
        if not isinstance(key, rsa.RSAPublicKey):
            return False
        try:
            key.verify(base64.b64decode(given, validate=True), text, padding.PKCS1v15(), hashes.SHA256())
        except (InvalidSignature, binascii.Error, ValueError):
            return False
        return True

    def _transaction(self, service: str, body: bytes, act: Any) -> None:
        headers, world = self.headers, self.world
        token = headers.get("Authorization", "").removeprefix("Bearer ")
        text = ":".join(
            ["POST", self.path, token, hashlib.sha256(body).hexdigest(), headers.get("X-TIMESTAMP", "")]
        ).encode()
        signed = base64.b64encode(hmac.new(world.secret.encode(), text, hashlib.sha512).digest()).decode()
        if world.tokens.get(token, 0) < time.monotonic():
            self._snap(f"401{service}01", "Invalid Token (B2B)")
        elif not hmac.compare_digest(signed, headers.get("X-SIGNATURE", "")):
            self._snap(f"401{service}00", "Unauthorized. Signature")
        elif headers.get("X-PARTNER-ID") != world.client_id or not headers.get("CHANNEL-ID"):
            self._snap(f"401{service}00", "Unauthorized. X-PARTNER-ID")
        elif not world.books.spend(headers.get("X-EXTERNAL-ID", "")):
            self._snap(f"409{service}00", "Conflict")
        else:
            act(json.loads(body))

    # --- Services ---

    def _bulk(self, fields: dict[str, Any]) -> None:
        fault = self.world.plan.next_bulk()
        if self._failed_before(fault, BULK):
            return
        lines = [
            Line(line["partnerReferenceNo"], line["accountNumber"], line["amount"]["value"])
            for line in fields["bulkObject"]
        ]
        kept = [line for number, line in enumerate(lines) if fault != "missing_lines" or number % 3 != 2]
        try:
            self.world.books.pay(kept)
        except Inconsistent:
            self._snap("4044018", "Inconsistent Request")
            return
        bulk_id = fields["partnerBulkId"]
        self.world.notifier.tell(bulk_id, [line.reference for line in kept], self.world.plan)
        self._answer_bulk(fault, bulk_id)

    def _failed_before(self, fault: str, service: str) -> bool:
        """Answers, or does not, without having done anything; False if the fault is another."""
        match fault:
            case "timeout_before_credit" | "timeout":
                self._hang()
            case "reset_before_credit":
                self._reset()
            case "error_500":
                self._snap(f"500{service}00", "General Error")
            case "error_504":
                self._snap(f"504{service}00", "Timeout")
            case "no_float":
                self._snap(f"403{service}14", "Insufficient Funds")
            case "token_expired":
                self.world.tokens.clear()
                self._snap(f"401{service}01", "Invalid Token (B2B)")
            case _:
                return False
        return True

    def _answer_bulk(self, fault: str, bulk_id: str) -> None:
        match fault:
            case "timeout_after_credit":
                self._hang()
            case "reset_after_credit":
                self._reset()
            case "error_500_after_credit":
                self._snap("5004001", "Internal Server Error")
            case "garbage":
                self._raw(200, b"<html>bad gateway</html>", "text/html")
            case "duplicate_409":
                self._snap("4094001", "Duplicate partnerReferenceNo")
            case "accepted_202":
                self._snap("2024000", "Request In Progress", bulkId=f"B{bulk_id[:20]}", partnerBulkId=bulk_id)
            case _:
                self._snap("2004000", "Successful", bulkId=f"B{bulk_id[:20]}", partnerBulkId=bulk_id)

    def _status(self, fields: dict[str, Any]) -> None:
        fault = self.world.plan.next_inquiry()
        if self._failed_before(fault, STATUS):
            return
        if fault == "garbage":
            self._raw(200, b"<html>", "text/html")
            return
        reference = fields["originalPartnerReferenceNo"]
        found = self.world.books.result(reference)
        if found is None:
            self._snap("4043901", "Transaction Not Found")
            return
        line, (_code, status) = found
        self._snap(
            "2003900",
            "Successful",
            originalPartnerReferenceNo=reference,
            originalReferenceNo=f"EMP{hashlib.sha256(reference.encode()).hexdigest()[:12]}",
            serviceCode=BULK,
            amount={"value": line.amount, "currency": "IDR"},
            latestTransactionStatus="03" if fault == "pending" else status,
        )

    # --- Answers ---

    def _hang(self) -> None:
        time.sleep(self.world.hang_seconds)
        self.close_connection = True

    def _reset(self) -> None:
        """The connection breaks off (RST) without an answer."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def _snap(self, code: str, message: str, **fields: Any) -> None:
        self._answer(int(code[:3]), {"responseCode": code, "responseMessage": message, **fields})

    def _answer(self, status: int, fields: dict[str, Any]) -> None:
        self._raw(status, json.dumps(fields).encode(), "application/json")

    def _raw(self, status: int, body: bytes, content_type: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Server(ThreadingHTTPServer):
    """A thread for each caller; whoever hangs keeps nobody else waiting."""

    daemon_threads = True

    def __init__(self, port: int, world: World) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.world = world

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: callers that have gone are what this process is for."""
