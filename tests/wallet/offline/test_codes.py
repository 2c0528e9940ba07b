"""Offline codes as texts: read back as they were made, by us and by the till makers' script alike; nothing else is taken."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.wallet.offline import world
from wallet.offline import codes, keys
from wallet.offline.errors import CodeForged, CodeMalformed, OfflineUnavailable

MOMENTS = st.integers(1_700_000_000, 4_000_000_000).map(lambda second: datetime.fromtimestamp(second, UTC))
BRIEFLY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
STATED = st.builds(
    codes.Statement,
    key=st.just(1),
    allowance=st.text(codes.ALPHABET, min_size=16, max_size=16),
    alias=st.text(codes.ALPHABET, min_size=10, max_size=10),
    ceiling=st.integers(1, 10**15),
    valid_from=MOMENTS,
    valid_until=st.just(datetime.fromtimestamp(4_100_000_000, UTC)),
    mccs=st.lists(st.integers(0, 9999).map("{:04}".format), max_size=60).map(tuple),
    regions=st.lists(st.sampled_from(["31", "31.74", "31.74.01", "31.74.01.1001"]), max_size=20).map(tuple),
    cash=st.booleans(),
)
SOME = codes.Statement(
    1, "7H2K9QW3ZB5N1X8D", "4RTC6VJ0MF", 100_000, datetime(2026, 11, 24, tzinfo=UTC), datetime(2026, 11, 27, tzinfo=UTC),
    ("5411", "5499"), ("31.74",), False,
)  # fmt: skip
DAY = datetime(2026, 11, 25, tzinfo=UTC)


@pytest.fixture(autouse=True, scope="module")
def _module_keys() -> Any:
    """Hypothesis runs many examples within one test; the keys stay the same for them."""
    from django.conf import settings
    from django.test import override_settings

    with override_settings(OFFLINE_KEYS=dict(world.KEYS), OFFLINE_KEY_IN_USE=None):
        yield settings


def published() -> dict[str, Any]:
    text = "SLR1:R:2:1795500000"
    return {
        "keys": [{"id": number, "publicKey": key.hex()} for number, key in keys.public_keys().items()],
        "revocations": {"text": text, "key": 2, "signature": codes.encoded(keys.sign(2, text))},
    }


def voucher(**changes: Any) -> str:
    said = {"count": 3, "spent": 10_000, "amount": 5_000, "made_at": DAY, "merchant": "WARUNG"} | changes
    return codes.phone_voucher(codes.certificate(SOME, world.public(world.device())), world.device().sign, **said)


@BRIEFLY
@given(stated=STATED, serial=st.integers(1, 999), amount=st.integers(1, 10**15))
def test_a_card_is_read_as_it_was_made(stated: codes.Statement, serial: int, amount: int) -> None:
    read = codes.read(codes.card_voucher(stated, serial, 999, amount), keys.public_keys())
    assert read == codes.OfflineCode(stated, serial, amount, None, "", None)


@BRIEFLY
@given(
    stated=STATED,
    count=st.integers(1, 999_999),
    spent=st.integers(0, 10**15),
    amount=st.integers(1, 10**15),
    made=MOMENTS,
    merchant=st.from_regex(r"[0-9A-Za-z._-]{1,15}", fullmatch=True).filter(lambda text: text != "-") | st.just(""),
)
def test_a_phone_is_read_as_it_was_made(
    stated: codes.Statement, count: int, spent: int, amount: int, made: datetime, merchant: str
) -> None:
    key = world.device()
    front = codes.certificate(stated, world.public(key))
    text = codes.phone_voucher(
        front, key.sign, count=count, spent=spent, amount=amount, made_at=made, merchant=merchant
    )
    assert codes.read(text, keys.public_keys()) == codes.OfflineCode(stated, count, amount, spent, merchant, made)


@BRIEFLY
@given(text=st.text(max_size=400) | st.from_regex(r"SLR1:[PC](:[0-9A-Z./+-]{0,20}){0,20}", fullmatch=True))
def test_anything_else_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises((CodeMalformed, CodeForged)):
        codes.read(text, keys.public_keys())
    with pytest.raises(ValueError):
        world.script().check(text, published(), at=DAY.timestamp())


@BRIEFLY
@given(data=st.data())
def test_no_character_of_a_code_can_be_changed(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([voucher(), codes.card_voucher(SOME, 1, 4, 25_000)]))
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters(min_codepoint=32, max_codepoint=126).filter(lambda letter: letter != text[place]))
    changed = text[:place] + other + text[place + 1 :]
    with pytest.raises((CodeMalformed, CodeForged)):
        codes.read(changed, keys.public_keys())
    with pytest.raises(ValueError):
        world.script().check(changed, published(), mcc="5411", region="31.74", merchant="WARUNG", at=DAY.timestamp())


@pytest.mark.parametrize(
    ("changed", "part"),
    [
        (("SLR1:P:1:", "SLR1:P:01:"), "key"),
        (("SLR1:P:1:", "SLR1:P:1000:"), "key"),
        (("7H2K9QW3ZB5N1X8D", "7H2K9QW3ZB5N1X8I"), "allowance"),
        (("4RTC6VJ0MF", "4RTC6VJ0M"), "alias"),
        ((":100000:", ":0100000:"), "ceiling"),
        ((":100000:", ":１00000:"), "text"),
        (("54115499", "5411549"), "mccs"),
        ((":31.74:", ":31.7:"), "regions"),
        ((":31.74:0:", ":31.74:2:"), "cash"),
        (("/V:3:", "/V:03:"), "count"),
        (("/V:3:10000:", "/V:3:-1:"), "spent"),
        (("/V:3:10000:5000:", "/V:3:10000:0:"), "amount"),
        ((":WARUNG:", ":WARUNG/1:"), "merchant"),
        (("/V:", "/W:"), "V"),
        (("SLR1:", "SLR2:"), "SLR1"),
    ],
)
def test_the_part_at_fault_is_named(changed: tuple[str, str], part: str) -> None:
    text = voucher()
    assert changed[0] in text
    with pytest.raises(CodeMalformed) as refused:
        codes.read(text.replace(*changed, 1), keys.public_keys())
    assert refused.value.data["part"] == part


def test_a_signature_has_one_spelling() -> None:
    text = codes.card_voucher(SOME, 1, 4, 25_000)
    last = text[-1]  # 103 letters carry 515 bits of 512: three are free, and must be zero
    others = [letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" if letter != last]
    for letter in others:
        with pytest.raises((CodeMalformed, CodeForged)):
            codes.read(text[:-1] + letter, keys.public_keys())


def test_a_voucher_of_another_device_or_allowance_is_forged() -> None:
    front = codes.certificate(SOME, world.public(world.device()))
    said = {"count": 1, "spent": 0, "amount": 5_000, "made_at": DAY}
    with pytest.raises(CodeForged):
        codes.read(codes.phone_voucher(front, world.device(8).sign, **said), keys.public_keys())
    other = codes.Statement(**{name: getattr(SOME, name) for name in SOME.__slots__} | {"allowance": "0" * 16})
    moved = codes.phone_voucher(codes.certificate(other, world.public(world.device())), world.device().sign, **said)
    with pytest.raises(CodeForged):
        codes.read(front + moved[moved.index("/V:") :], keys.public_keys())


def test_an_old_key_is_still_read_and_an_unknown_one_is_not(settings: Any) -> None:
    old = codes.card_voucher(SOME, 1, 4, 25_000)
    assert codes.read(old, keys.public_keys()).number == 1
    assert keys.in_use() == 2
    settings.OFFLINE_KEY_IN_USE = 1
    assert keys.in_use() == 1
    settings.OFFLINE_KEYS = {2: world.KEYS[2]}
    with pytest.raises(CodeForged):
        codes.read(old, keys.public_keys())
    settings.OFFLINE_KEYS = {}
    with pytest.raises(OfflineUnavailable):
        keys.published()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, ""),
        ({"mcc": "5499"}, ""),
        ({"region": "31.74.01.1001"}, ""),
        ({"accepted": 95_000}, ""),
        ({"mcc": "7832"}, "kind of merchant"),
        ({"mcc": "6010"}, "kind of merchant"),
        ({"region": "31.7"}, "region"),
        ({"region": "31.745"}, "region"),
        ({"region": ""}, "region"),
        ({"merchant": "LAIN"}, "another merchant"),
        ({"amount": 4_000}, "another amount"),
        ({"accepted": 95_001}, "accepted the ceiling"),
        ({"at": datetime(2026, 11, 28, tzinfo=UTC).timestamp()}, "not valid"),
        ({"at": datetime(2026, 11, 23, tzinfo=UTC).timestamp()}, "not valid"),
    ],
)
def test_what_a_till_sees_for_itself(change: dict[str, Any], said: str) -> None:
    asked = {"mcc": "5411", "region": "31.74", "merchant": "WARUNG", "at": DAY.timestamp()} | change
    if not said:
        assert world.script().check(voucher(), published(), **asked)["amount"] == 5_000
        return
    with pytest.raises(ValueError, match=said):
        world.script().check(voucher(), published(), **asked)


def test_a_till_refuses_what_the_phones_own_count_does_not_cover() -> None:
    asked = {"mcc": "5411", "region": "31.74", "merchant": "WARUNG", "at": DAY.timestamp()}
    assert world.script().check(voucher(spent=95_000), published(), **asked)
    with pytest.raises(ValueError, match="more than is left"):
        world.script().check(voucher(spent=95_001), published(), **asked)


def test_the_script_runs_by_itself_and_says_what_it_thinks(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_text(json.dumps(published()))
    asked = [
        sys.executable,
        str(world.SCRIPT),
        codes.card_voucher(SOME, 1, 4, 25_000),
        "--keys",
        str(file),
        "--mcc",
        "5411",
    ]
    asked += ["--region", "31.74", "--at", str(int(DAY.timestamp()))]
    good = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert (good.returncode, good.stdout.split(":")[0]) == (0, "Accept Rp 25000")
    bad = subprocess.run([*asked, "--amount", "25001"], capture_output=True, text=True, check=False)
    assert bad.returncode == 1 and bad.stderr.startswith("NOT to be accepted: another amount")
