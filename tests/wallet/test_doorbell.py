"""Work that is done for some seconds: all of it if there is time, and the bell for the rest if there is not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from wallet import doorbell


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    bells: list[str] = []
    monkeypatch.setattr(doorbell, "ring", bells.append)
    return bells


def pieces(done: list[int]) -> Iterator[int]:
    for number in range(5):
        done.append(number)
        yield number


def test_all_is_done_where_there_is_time_and_nobody_is_rung_for(rung: list[str]) -> None:
    done: list[int] = []
    assert doorbell.for_some_seconds(pieces(done), "wallet.tasks.expire_holds") == len(done) == 5
    assert rung == []


def test_the_bell_is_rung_for_what_the_time_did_not_reach(rung: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doorbell, "SECONDS_A_TASK", -1)
    done: list[int] = []
    assert doorbell.for_some_seconds(pieces(done), "wallet.tasks.expire_holds") == 1
    assert done == [0] and rung == ["wallet.tasks.expire_holds"]
