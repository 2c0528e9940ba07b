"""Tells the results of bulk requests (SNAP service 41), signed with the partner's own key; as unreliably as the plan says."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import secrets
import threading
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from demo.emoney_partner.accounts import Books
from demo.emoney_partner.faults import PAID, Plan

JAKARTA = timezone(timedelta(hours=7))
PATH = "/v1.0/emoney/bulk-cashin-notify"


class Notifier:
    """Sends notices to one address as one partner, in threads of its own."""

    def __init__(self, url: str, client_id: str, private_key_pem: str, books: Books) -> None:
        key = serialization.load_pem_private_key(private_key_pem.encode(), password=None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise TypeError("SNAP signs with RSA keys")
        self.url, self.client_id, self._key, self.books = url.rstrip("/"), client_id, key, books
        self.held: list[dict[str, Any]] = []
        self.answers: list[tuple[int, str]] = []
        self.lock = threading.Lock()

    def tell(self, bulk_id: str, references: list[str], plan: Plan) -> None:
        """Tells what became of the request's lines, as the plan says."""
        how = plan.notices
        if how.lost or not references:
            return
        notices = [self._notice(bulk_id, references)]
        if how.scattered:
            notices = [self._notice(bulk_id, [reference]) for reference in reversed(references)]
        notices = notices * how.times
        if how.stale:
            notices.append(self._notice(bulk_id, references, code="2024000"))
        if how.contradict:
            notices.append(self._notice(bulk_id, references[:1], opposite=True))
        if how.held:
            with self.lock:
                self.held += notices
            return
        threading.Thread(target=self._send_all, args=(notices, how.delay), daemon=True).start()

    def release(self) -> int:
        """Sends what was held, now and in this thread; returns how many notices."""
        with self.lock:
            held, self.held = self.held, []
        self._send_all(held, 0)
        return len(held)

    def _notice(self, bulk_id: str, references: list[str], *, code: str = "", opposite: bool = False) -> dict[str, Any]:
        lines = []
        for reference in references:
            found = self.books.result(reference)
            if found is None:
                continue
            line, result = found
            said = code or result[0]
            if opposite:
                said = "4034005" if result == PAID else PAID[0]
            lines.append(
                {
                    "customerNumber": line.account,
                    "amount": {"value": line.amount, "currency": "IDR"},
                    "partnerReferenceNo": reference,
                    "referenceNo": f"EMP{hashlib.sha256(reference.encode()).hexdigest()[:12]}",
                    "responseCode": said,
                    "responseMessage": "Successful" if said == PAID[0] else "See code",
                }
            )
        return {"bulkId": f"B{bulk_id[:20]}", "partnerBulkId": bulk_id, "bulkObject": lines}

    def _send_all(self, notices: list[dict[str, Any]], delay: float) -> None:
        time.sleep(delay)
        for notice in notices:
            if notice["bulkObject"]:
                answer = self._send(notice)
                with self.lock:
                    self.answers.append(answer)

    def _send(self, notice: dict[str, Any]) -> tuple[int, str]:
        body = json.dumps(notice, separators=(",", ":")).encode()
        timestamp = datetime.now(UTC).astimezone(JAKARTA).isoformat(timespec="seconds")
        endpoint = urlsplit(self.url).path + PATH
        text = ":".join(["POST", endpoint, hashlib.sha256(body).hexdigest(), timestamp])
        signed = base64.b64encode(self._key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())).decode()
        request = urllib.request.Request(  # noqa: S310  # the address of the configuration
            self.url + PATH,
            data=body,
            headers={
                "Content-Type": "application/json",
                "X-TIMESTAMP": timestamp,
                "X-SIGNATURE": signed,
                "X-PARTNER-ID": self.client_id,
                "X-EXTERNAL-ID": f"{time.time_ns()}{secrets.randbelow(10**9):09d}",
                "CHANNEL-ID": "95221",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
                return answer.status, str(json.loads(answer.read()).get("responseCode"))
        except urllib.error.HTTPError as error:
            said = ""
            with contextlib.suppress(ValueError, AttributeError):
                said = str(json.loads(error.read()).get("responseCode"))
            return error.code, said
        except OSError as error:
            return 0, type(error).__name__
