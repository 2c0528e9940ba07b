"""An agency that tells what it knows of people's means, over the evidence API."""

from __future__ import annotations

from typing import Any

import requests


class EvidenceClient:
    """Calls the evidence API with one agency's key."""

    def __init__(self, base_url: str, key: str) -> None:
        self.url, self.session = f"{base_url}/evidence/v1/items", requests.Session()
        self.session.headers["Authorization"] = f"Bearer {key}"

    def send(self, *items: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """HTTP status and answer: what became of each item, in order."""
        response = self.session.post(self.url, json={"items": items}, timeout=30)
        answer: dict[str, Any] = response.json()
        return response.status_code, answer
