"""Every test here has a key to sign with that is its own."""

from __future__ import annotations

from typing import Any

import pytest

from tests.wallet.offline import world


@pytest.fixture(autouse=True)
def offline_keys(settings: Any) -> dict[int, bytes]:
    settings.OFFLINE_KEYS, settings.OFFLINE_KEY_IN_USE = dict(world.KEYS), None
    return settings.OFFLINE_KEYS
