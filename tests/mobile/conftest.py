"""A spool folder of its own and a bell that only counts, for every test of the beneficiaries' client."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from rest_framework.test import APIClient

from beneficiaries.models import Person
from mobile import sms
from tests.mobile import people


@pytest.fixture(autouse=True)
def spool(settings: Any, tmp_path: Path) -> Path:
    """The folder into which the simulated gateway writes."""
    folder = tmp_path / "sms"
    settings.MOBILE = settings.MOBILE | {"sms_gateway": "mobile.sms.SpoolGateway", "sms_spool": str(folder)}
    return folder


@pytest.fixture(autouse=True)
def pushed(settings: Any, tmp_path: Path) -> Path:
    """The folder into which the simulated push gateway writes. Notices go at once, at any hour."""
    folder = tmp_path / "push"
    gateway = {"push_gateway": "mobile.push.SpoolGateway", "push_spool": str(folder)}
    settings.MOBILE = settings.MOBILE | gateway | {"sms_wait": timedelta(0), "sms_hours": (0, 24)}
    return folder


@pytest.fixture(autouse=True)
def rings(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """One entry for each ring; no message reaches a broker."""
    heard: list[bool] = []
    monkeypatch.setattr(sms, "ring", lambda: heard.append(True))
    return heard


@pytest.fixture
def api() -> APIClient:
    return APIClient()


@pytest.fixture
def siti(db: None) -> Person:
    return people.register()


@pytest.fixture
def hers(siti: Person) -> APIClient:
    """Siti's client, signed in."""
    return people.client_of(siti)
