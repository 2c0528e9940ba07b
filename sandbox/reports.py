"""The report of a conformance run: JSON, signed with Ed25519 as a day's seal is; audit/check_conformance.py checks it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.utils import translation

from sandbox.models import Run
from sandbox.steps import Result, Seen, Step, Verdict
from wallet import seals
from wallet.snap import timestamps

FORM = "salur conformance 1"  # the first line of what is signed: a seal's signature is never taken for a report's


def content(
    run: Run, seen: Sequence[Seen], steps: Sequence[tuple[Step, Verdict]], finished: datetime, ahead: timedelta
) -> dict[str, Any]:
    """What the report says: the partner, when, each step with what it was told from, and all exchanges."""
    return {
        "form": FORM,
        "run": str(run.uid),
        "partner": run.partner.client_id,
        "partnerName": run.partner.name,
        "started": timestamps.emit(run.started_at),
        "finished": timestamps.emit(finished),
        "clockAheadSeconds": int(ahead.total_seconds()),
        "language": translation.get_language() or "id",
        "passed": bool(run.passed),
        # What the report says nothing of: services that the partner may call and did not.
        "servicesNotCalled": sorted({*run.partner.scopes} - {one.service for one in seen}),
        "steps": [
            {
                "step": step.code,
                "title": str(step.title),
                "passed": verdict.result in (Result.PASSED, Result.UNTESTED),
                "result": verdict.result.value,
                "why": verdict.why,
                "exchanges": list(verdict.exchanges),
            }
            for step, verdict in steps
        ],
        "exchanges": [
            {
                "service": one.service,
                "signature": one.signature,
                "status": one.status,
                "responseCode": one.code,
                "answered": one.answered,
                "signatureProved": one.proved,
                "externalId": one.external_id,
                "reference": one.reference,
                "fixture": one.outcome,
                "bodySha256": one.body,
            }
            for one in seen
        ],
    }


def signed_bytes(text: str) -> bytes:
    """What is signed: the form's name on a line of its own, then the report as it is written."""
    return f"{FORM}\n{text}".encode()


def sign(report: dict[str, Any]) -> tuple[str, int, bytes]:
    """The report as canonical JSON (ASCII, keys in order, no spaces), the number of the key, the signature."""
    text = json.dumps(report, sort_keys=True, separators=(",", ":"))
    number = max(settings.SEAL_KEYS)
    return text, number, Ed25519PrivateKey.from_private_bytes(settings.SEAL_KEYS[number]).sign(signed_bytes(text))


def file(run: Run) -> dict[str, Any]:
    """The report as it is handed out: `report` is the text that was signed."""
    return {
        "report": run.report,
        "key": run.key_number,
        "publicKey": public_key(run.key_number or 0),
        "signature": bytes(run.signature).hex(),
    }


def public_key(number: int = 0) -> str:
    """The public key of that number in hex, the one that signs now if 0; empty if there is none."""
    keys = seals.public_keys()
    return keys.get(number or max(keys), b"").hex()
