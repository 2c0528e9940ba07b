"""Evidence told, and agencies calling, at the same moment from several processes."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.conf import settings
from django.utils import timezone

from beneficiaries.api import pace
from beneficiaries.models import EvidenceSource
from tests.processes import together

pytestmark = pytest.mark.usefixtures("processes")


def _call(source: int, moment: datetime) -> float | None:
    settings.EVIDENCE = settings.EVIDENCE | {"calls_a_minute": 3}
    return pace.admit(source, moment)


def test_of_many_calls_at_once_no_more_than_allowed_get_in() -> None:
    source = EvidenceSource.objects.create(code="b", name="B", kinds=[], key_sha256=b"x")
    outcomes = together([(_call, (source.pk, timezone.now()))] * 12)
    assert not any(outcome.error for outcome in outcomes)
    assert sum(outcome.value is None for outcome in outcomes) == 3
