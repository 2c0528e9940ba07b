"""Addresses that partners call from."""

from __future__ import annotations

import pytest

from wallet import networks
from wallet.credential_errors import NetworkInvalid


@pytest.mark.parametrize(
    ("allowed", "address", "admitted"),
    [
        ([], "203.0.113.7", True),
        ([], "no address", True),
        (["203.0.113.0/24"], "203.0.113.255", True),
        (["203.0.113.0/24"], "203.0.114.0", False),
        (["203.0.113.0/24"], "::ffff:203.0.113.9", True),
        (["203.0.113.0/24"], "", False),
        (["203.0.113.0/24"], "203.0.113.7, 10.0.0.1", False),
        (["198.51.100.7/32", "2001:db8::/32"], "2001:db8::1", True),
        (["198.51.100.7/32", "2001:db8::/32"], "2001:db9::1", False),
        (["::/0"], "203.0.113.7", False),
    ],
)
def test_who_is_admitted(allowed: list[str], address: str, admitted: bool) -> None:
    assert networks.admits(allowed, address) is admitted


@pytest.mark.parametrize(
    ("text", "kept"),
    [(" 203.0.113.0/24 ", "203.0.113.0/24"), ("203.0.113.7", "203.0.113.7/32"), ("2001:DB8::/32", "2001:db8::/32")],
)
def test_how_they_are_kept(text: str, kept: str) -> None:
    assert networks.normal(text) == kept


@pytest.mark.parametrize("text", ["", "203.0.113.7/24", "203.0.113.0/33", "example.org", "203.0.113", "1" * 300])
def test_what_is_no_network_is_named(text: str) -> None:
    with pytest.raises(NetworkInvalid) as refusal:
        networks.normal(text)
    assert text[:60] in str(refusal.value)
