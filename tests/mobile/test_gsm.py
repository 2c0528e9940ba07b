"""Text messages are of letters that cost nothing extra, and their parts are counted as a network counts them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobile import gsm


@given(st.text(), st.one_of(st.none(), st.integers(min_value=0, max_value=400)))
def test_whatever_the_text_only_plain_letters_are_left_and_no_more_than_asked(text: str, most: int | None) -> None:
    said = gsm.plain(text, most)
    assert set(said) <= gsm.GSM
    assert most is None or len(said) <= most


@given(st.text(alphabet=sorted(gsm.GSM)))
def test_plain_letters_stay(text: str) -> None:
    assert gsm.plain(text) == text


@pytest.mark.parametrize(
    ("length", "parts"), [(0, 0), (1, 1), (160, 1), (161, 2), (306, 2), (307, 3), (459, 3), (460, 4)]
)
def test_parts_are_counted_as_a_network_counts_them(length: int, parts: int) -> None:
    assert gsm.parts("x" * length) == parts


@given(st.integers(min_value=0, max_value=5_000))
def test_the_parts_hold_the_text_and_one_fewer_would_not(length: int) -> None:
    parts = gsm.parts("x" * length)
    holds = [0, 160] + [153 * many for many in range(2, parts + 1)]
    assert holds[parts] >= length
    assert parts == 0 or holds[parts - 1] < length
