"""A beneficiary's phone: the mobile API over HTTP, and the text messages that reach it."""

from __future__ import annotations

import json
import re
import time
import uuid
from pathlib import Path
from typing import Any

import requests

SMS_WAIT = 60  # seconds; the worker is rung at once, the beat rings every 30


class Refused(Exception):
    """The API said no: HTTP status and the error's code."""

    def __init__(self, status: int, error: dict[str, Any]) -> None:
        super().__init__(status, error.get("code"))
        self.status, self.code, self.message = status, str(error.get("code")), str(error.get("message"))


class Inbox:
    """Text messages as the simulated gateway delivers them, by phone number."""

    def __init__(self, spool: Path) -> None:
        self.spool = spool
        self._read: set[str] = set()
        self._texts: dict[str, list[str]] = {}

    def wait_for_code(self, phone: str, since: int = 0) -> str:
        """The 6-digit code of the first message to the phone after the first `since`. Raises TimeoutError."""
        until = time.monotonic() + SMS_WAIT
        while time.monotonic() < until:
            self._collect()
            texts = self._texts.get(phone, [])
            if len(texts) > since and (found := re.search(r"\b[0-9]{6}\b", texts[-1])):
                return found.group()
            time.sleep(0.1)
        raise TimeoutError("no text message arrived: does a worker run?")

    def count(self, phone: str) -> int:
        self._collect()
        return len(self._texts.get(phone, []))

    def _collect(self) -> None:
        for file in sorted(self.spool.glob("*.json")):
            if file.name not in self._read:
                self._read.add(file.name)
                message = json.loads(file.read_text())
                self._texts.setdefault(message["to"], []).append(message["text"])


class Phone:
    """One beneficiary with the app. Every method is one request; raises Refused."""

    def __init__(self, base_url: str, phone: str, birth_date: str) -> None:
        self.base_url, self.phone, self.birth_date = base_url, phone, birth_date
        self.session = requests.Session()

    def activate(self, inbox: Inbox) -> None:
        seen = inbox.count(self.phone)
        self._call("POST", "activation/request", {"phone": self.phone})
        sent = {"phone": self.phone, "otp": inbox.wait_for_code(self.phone, seen), "device_name": "HP demo"}
        try:
            answer = self._call("POST", "activation/confirm", sent)
        except Refused as refused:
            if refused.code != "choose_person":  # a family that shares a phone
                raise
            answer = self._call("POST", "activation/confirm", sent | {"birth_date": self.birth_date})
        self.session.headers["Authorization"] = f"Bearer {answer['token']}"

    def set_pin(self, pin: str) -> None:
        self._call("POST", "pin", {"pin": pin})

    def purses(self) -> dict[str, Any]:
        return self._call("GET", "purses")

    def history(self) -> dict[str, Any]:
        return self._call("GET", "history")

    def code(self, pin: str) -> str:
        return str(self._call("POST", "codes", {"pin": pin})["qr_content"])

    def exclusions(self) -> list[dict[str, Any]]:
        return list(self._call("GET", "exclusions")["exclusions"])

    def object(self, exclusion: int, text: str) -> dict[str, Any]:
        return self._call("POST", "objections", {"exclusion": exclusion, "text": text})

    def complain(self, category: str, text: str, reference: str) -> dict[str, Any]:
        return self._call("POST", "grievances", {"category": category, "text": text, "reference": reference})

    def complaint(self, uid: str) -> dict[str, Any]:
        return self._call("GET", f"grievances/{uid}")

    def verdict(self, uid: str, *, satisfied: bool) -> dict[str, Any]:
        return self._call("POST", f"grievances/{uid}/verdict", {"satisfied": satisfied})

    def consents(self) -> dict[str, Any]:
        return self._call("GET", "consents")

    def agree(self, purpose: str, version: int) -> dict[str, Any]:
        return self._call("POST", "consents", _statement(purpose, version))

    def withdraw(self, purpose: str, version: int, *, understood: bool) -> dict[str, Any]:
        return self._call("POST", "consents/withdraw", _statement(purpose, version) | {"understood": understood})

    def access_log(self) -> list[dict[str, Any]]:
        return list(self._call("GET", "access-log")["looks"])

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        response = self.session.request(method, f"{self.base_url}/api/v1/{path}", json=body, timeout=30)
        answer: dict[str, Any] = response.json() if response.content else {}
        if response.status_code >= 400:
            raise Refused(response.status_code, answer.get("error", {}))
        return answer


def _statement(purpose: str, version: int) -> dict[str, Any]:
    return {"purpose": purpose, "version": version, "reference": str(uuid.uuid4())}
