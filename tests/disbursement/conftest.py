"""A small programme for the batches of these tests."""

from __future__ import annotations

from typing import Any

import pytest

from disbursement.models import Programme
from tests import money


@pytest.fixture
def programme(db: None) -> Programme:
    """A programme with five eligible people and money for exactly them."""
    money.people(5)
    return money.programme(amount=100, budget=500)


@pytest.fixture
def small_chunks(settings: Any) -> None:
    settings.DISBURSEMENT = settings.DISBURSEMENT | {"chunk_size": 2}


@pytest.fixture
def any_db(request: pytest.FixtureRequest) -> None:
    """A transaction of the test's own, rolled back at its end; where it asks for real commits, those."""
    if "committed_db" not in request.fixturenames:
        request.getfixturevalue("db")
