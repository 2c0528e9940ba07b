"""Where a notice may go: every kind of address that is not a public host, and the tricks that hide one."""

from __future__ import annotations

import time
from typing import Any

import pytest

from wallet.webhooks import endpoints
from wallet.webhooks.endpoints import AddressRefused, Unresolved


@pytest.fixture(autouse=True)
def _strict(settings: Any) -> None:
    settings.WEBHOOKS = settings.WEBHOOKS | {"local": False, "ports": [443, 8443], "connect_seconds": 0.3}


REFUSED = [
    "0.0.0.0",  # noqa: S104
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.127.255.254",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "169.254.0.1",
    "172.16.0.1",
    "172.31.255.254",
    "192.0.0.8",
    "192.0.2.1",
    "192.31.196.1",
    "192.52.193.1",
    "192.88.99.1",
    "192.168.0.1",
    "192.175.48.1",
    "198.18.0.1",
    "198.19.255.254",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "168.63.129.16",
    "::",
    "::1",
    "::ffff:8.8.8.8",  # an IPv4 address in an IPv6 one: refused whatever it holds
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",  # Teredo
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::1",  # 6to4 of the loopback
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "not an address",
]
PUBLIC = [
    "8.8.8.8",
    "1.1.1.1",
    "100.63.255.255",
    "100.128.0.1",
    "172.15.0.1",
    "172.32.0.1",
    "11.0.0.1",
    "2606:4700::1111",
]


@pytest.mark.parametrize("address", REFUSED)
def test_what_is_not_a_public_address_is_refused(address: str) -> None:
    assert not endpoints.allowed(address)
    with pytest.raises(AddressRefused):
        endpoints.resolve("https://mitra.example/", lambda host, port: [address])


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_pass(address: str) -> None:
    target = endpoints.resolve("https://mitra.example/a?b=c", lambda host, port: [address])
    assert (target.addresses, target.endpoint_url) == ([address], "/a?b=c")


def test_one_private_address_among_public_ones_refuses_them_all() -> None:
    with pytest.raises(AddressRefused):
        endpoints.resolve("https://mitra.example/", lambda host, port: ["8.8.8.8", "10.0.0.1"])


def test_a_name_that_turns_private_after_the_look_is_not_looked_at_again() -> None:
    answers = [["8.8.8.8"], ["127.0.0.1"]]
    target = endpoints.resolve("https://mitra.example/", lambda host, port: answers.pop(0))
    assert target.addresses == ["8.8.8.8"]
    assert answers == [["127.0.0.1"]]  # asked once: the connection goes to what was judged


@pytest.mark.parametrize(
    "url",
    [
        "http://mitra.example/",
        "ftp://mitra.example/",
        "javascript:alert(1)",
        "//mitra.example/",
        "https://",
        "https:///x",
        "https://user@mitra.example/",
        "https://user:pass@mitra.example/",
        "https://mitra.example@10.0.0.1/",
        "https://mitra.example#@10.0.0.1/",
        "https://mitra.example/#x",
        "https://mitra.example/#",
        "https://mitra.example\\@10.0.0.1/",
        "https://mitra.example:22/",
        "https://mitra.example:80/",
        "https://mitra.example:5432/",
        "https://mitra.example:0/",
        "https://mitra.example:99999/",
        "https://mitra.example:abc/",
        "https://mítra.example/",
        "https://mitra.example/\r\nX: y",
        "https://mitra.example/ x",
        "https://mitra.example/\t",
        "https://mitra example/",
        "https://mitra_example/",
        "https://-mitra.example/",
        "https://mitra.example%00.net/",
        'https://mitra.example/"><b>',
        "https://[::1/",
        "https://[fe80::1%25eth0]/",
        "https://mitra.example/" + "a" * 512,
    ],
)
def test_addresses_that_are_refused_as_text(url: str) -> None:
    with pytest.raises(AddressRefused):
        endpoints.check(url)


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0x7f000001", "127.1", "0177.0.0.1", "[::1]", "localhost"])
def test_the_loopback_in_every_spelling_is_refused(host: str) -> None:
    with pytest.raises((AddressRefused, Unresolved)):
        endpoints.resolve(f"https://{host}/")


@pytest.mark.parametrize(
    "url", ["https://mitra.example", "https://mitra.example:8443/a/b?c=d%20e", "HTTPS://Mitra.Example:443/"]
)
def test_good_addresses(url: str) -> None:
    assert endpoints.check(url).hostname == "mitra.example"


@pytest.mark.parametrize("host", ["10.0.0.1", "127.0.0.1", "[::1]", "[2001:db8::1]", "169.254.169.254"])
def test_a_private_address_is_refused_where_it_is_typed(host: str) -> None:
    with pytest.raises(AddressRefused):
        endpoints.check(f"https://{host}/snap")


def test_the_loopback_and_http_are_for_development_only(settings: Any) -> None:
    settings.WEBHOOKS = settings.WEBHOOKS | {"local": True}
    assert endpoints.resolve("http://127.0.0.1:8000/x").addresses == ["127.0.0.1"]
    assert not endpoints.allowed("10.0.0.1")
    with pytest.raises(AddressRefused):
        endpoints.check("http://127.0.0.1:22/")


def test_a_name_server_that_does_not_answer_is_not_waited_for() -> None:
    began = time.monotonic()
    with pytest.raises(Unresolved):
        endpoints.resolve("https://mitra.example/", lambda host, port: time.sleep(5) or ["8.8.8.8"])
    assert time.monotonic() - began < 2


def test_a_name_without_an_address() -> None:
    def nobody(host: str, port: int) -> list[str]:
        raise OSError("no such host")

    with pytest.raises(Unresolved):
        endpoints.resolve("https://mitra.example/", nobody)
    with pytest.raises(Unresolved):
        endpoints.resolve("https://mitra.example/", lambda host, port: [])
