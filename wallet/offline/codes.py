"""Offline codes as text: what is signed, by whom, and how it is read back. The till's own copy is audit/check_offline_code.py.

Everything is upper-case ASCII of a QR code's alphanumeric mode, parts joined by colons; signatures and keys are base32 (RFC
4648, no padding). Each value has one spelling, so that one signature is one text.

    phone    SLR1:P:key:allowance:alias:ceiling:from:until:mccs:regions:cash:device:signature
             /V:count:spent:amount:merchant:made:signature                      (on the same line)
    card     SLR1:C:key:allowance:alias:ceiling:from:until:mccs:regions:cash:serial:of:amount:signature

What stands before the slash, and a card's voucher, we sign: over all that stands before the signature. A phone's voucher its
device signs: over `SLR1:V:allowance:` and the parts from the count on. Times are Unix seconds; `mccs` are fours of digits
run together, `regions` codes joined by +, `-` is none of either, and a `merchant` of `-` any.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from wallet.offline import keys
from wallet.offline.errors import CodeForged, CodeMalformed

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U to misread
LONGEST = 1024
MOST_MCCS, MOST_REGIONS = 60, 20  # with all of them, a phone's code stays below the longest text
ANY = "-"
REGION = r"[0-9]{2}(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?"
TIME = r"[1-9][0-9]{9}"
MONEY = r"[1-9][0-9]{0,15}"
COUNT = r"[1-9][0-9]{0,5}"
SHAPES = {
    "key": r"[1-9][0-9]{0,2}",
    "allowance": rf"[{ALPHABET}]{{16}}",
    "alias": rf"[{ALPHABET}]{{10}}",
    "ceiling": MONEY,
    "from": TIME,
    "until": TIME,
    "mccs": rf"-|([0-9]{{4}}){{1,{MOST_MCCS}}}",
    "regions": rf"-|{REGION}(\+{REGION}){{0,{MOST_REGIONS - 1}}}",
    "cash": r"[01]",
    "device": r"[A-Z2-7]{52}",
    "serial": COUNT,
    "of": COUNT,
    "amount": MONEY,
    "signature": r"[A-Z2-7]{103}",
    "count": COUNT,
    "spent": r"0|" + MONEY,
    "merchant": r"[0-9A-Za-z._-]{1,15}",
    "made": TIME,
}
STATED = ("key", "allowance", "alias", "ceiling", "from", "until", "mccs", "regions", "cash")
PHONE = (*STATED, "device", "signature")
CARD = (*STATED, "serial", "of", "amount", "signature")
VOUCHER = ("count", "spent", "amount", "merchant", "made", "signature")


@dataclass(frozen=True, slots=True)
class Statement:
    """What we state of an allowance to every till. Rupiah; times aware; `mccs` and `regions` empty mean any."""

    key: int
    allowance: str
    alias: str
    ceiling: int
    valid_from: datetime
    valid_until: datetime
    mccs: tuple[str, ...]
    regions: tuple[str, ...]
    cash: bool

    def parts(self) -> list[str]:
        """The parts of the text, in their order."""
        return [
            str(self.key),
            self.allowance,
            self.alias,
            str(self.ceiling),
            str(int(self.valid_from.timestamp())),
            str(int(self.valid_until.timestamp())),
            "".join(self.mccs) or ANY,
            "+".join(self.regions) or ANY,
            str(int(self.cash)),
        ]


@dataclass(frozen=True, slots=True)
class OfflineCode:
    """A code that was read and whose signatures hold. `number` is the count or serial; `spent` None on a card."""

    stated: Statement
    number: int
    amount: int
    spent: int | None
    merchant: str  # "" is any
    made_at: datetime | None


def can_state(mccs: Collection[str], regions: Collection[str]) -> bool:
    """True if a code has room for rules of so many categories and regions."""
    return len(mccs) <= MOST_MCCS and len(regions) <= MOST_REGIONS


def certificate(stated: Statement, device_key: bytes) -> str:
    """What a phone shows in front of each of its vouchers, signed."""
    return _signed(":".join(["SLR1", "P", *stated.parts(), encoded(device_key)]), stated.key)


def card_voucher(stated: Statement, serial: int, of: int, amount: int) -> str:
    """One printed voucher, signed."""
    return _signed(":".join(["SLR1", "C", *stated.parts(), str(serial), str(of), str(amount)]), stated.key)


def phone_voucher(
    certificate: str,
    sign: Callable[[bytes], bytes],
    *,
    count: int,
    spent: int,
    amount: int,
    made_at: datetime,
    merchant: str = "",
) -> str:
    """What a phone shows for one payment: the certificate and its voucher, which `sign` signs with the device's key."""
    allowance = certificate.split(":")[3]
    parts = ":".join([str(count), str(spent), str(amount), merchant or ANY, str(int(made_at.timestamp()))])
    signature = sign(f"SLR1:V:{allowance}:{parts}".encode("ascii"))
    return f"{certificate}/V:{parts}:{encoded(signature)}"


def read(text: str, public_keys: Mapping[int, bytes]) -> OfflineCode:
    """The code, every signature of it checked. Raises CodeMalformed (part), CodeForged."""
    if not isinstance(text, str) or len(text) > LONGEST or not text.isascii():
        raise CodeMalformed(part="text")
    if text.startswith("SLR1:C:"):
        parts = _parts(text.removeprefix("SLR1:C:"), CARD)
        stated = _stated(parts)
        _check(public_keys, stated.key, text.rpartition(":")[0], parts["signature"])
        serial, of, amount = int(parts["serial"]), int(parts["of"]), int(parts["amount"])
        if serial > of:
            raise CodeMalformed(part="serial")
        return OfflineCode(stated, serial, amount, None, "", None)
    if not text.startswith("SLR1:P:"):
        raise CodeMalformed(part="SLR1")
    front, slash, back = text.partition("/V:")
    if not slash:
        raise CodeMalformed(part="V")
    parts, voucher = _parts(front.removeprefix("SLR1:P:"), PHONE), _parts(back, VOUCHER)
    stated = _stated(parts)
    _check(public_keys, stated.key, front.rpartition(":")[0], parts["signature"])
    said = f"SLR1:V:{stated.allowance}:{back.rpartition(':')[0]}"
    if not keys.holds(decoded("device", parts["device"], 32), said, decoded("signature", voucher["signature"], 64)):
        raise CodeForged
    merchant = "" if voucher["merchant"] == ANY else voucher["merchant"]
    return OfflineCode(
        stated, int(voucher["count"]), int(voucher["amount"]), int(voucher["spent"]), merchant, _moment(voucher["made"])
    )


def part_at_fault(text: str, public_keys: Mapping[int, bytes]) -> str:
    """The first part that is not as it must be; "" of a code that can be read, whoever signed it."""
    try:
        read(text, public_keys)
    except CodeMalformed as error:
        return str(error.data["part"])
    except CodeForged:
        pass
    return ""


def encoded(raw: bytes) -> str:
    """Base32 without padding."""
    return base64.b32encode(raw).decode().rstrip("=")


def decoded(part: str, text: str, length: int) -> bytes:
    """The bytes of base32 without padding, in the one spelling they have. Raises CodeMalformed naming the part."""
    try:
        raw = base64.b32decode(text + "=" * (-len(text) % 8))
    except (binascii.Error, ValueError):
        raise CodeMalformed(part=part) from None
    if len(raw) != length or encoded(raw) != text:
        raise CodeMalformed(part=part)
    return raw


def _signed(text: str, key_id: int) -> str:
    return f"{text}:{encoded(keys.sign(key_id, text))}"


def _parts(text: str, names: tuple[str, ...]) -> dict[str, str]:
    found = text.split(":")
    for name, value in zip(names, found, strict=False):
        if not re.fullmatch(SHAPES[name], value):
            raise CodeMalformed(part=name)
    if len(found) != len(names):
        raise CodeMalformed(part=names[len(found)] if len(found) < len(names) else "text")
    return dict(zip(names, found, strict=True))


def _stated(parts: Mapping[str, str]) -> Statement:
    mccs, regions = parts["mccs"], parts["regions"]
    stated = Statement(
        key=int(parts["key"]),
        allowance=parts["allowance"],
        alias=parts["alias"],
        ceiling=int(parts["ceiling"]),
        valid_from=_moment(parts["from"]),
        valid_until=_moment(parts["until"]),
        mccs=() if mccs == ANY else tuple(mccs[at : at + 4] for at in range(0, len(mccs), 4)),
        regions=() if regions == ANY else tuple(regions.split("+")),
        cash=parts["cash"] == "1",
    )
    if stated.valid_from >= stated.valid_until:
        raise CodeMalformed(part="until")
    return stated


def _moment(text: str) -> datetime:
    return datetime.fromtimestamp(int(text), UTC)


def _check(public_keys: Mapping[int, bytes], key_id: int, text: str, signature: str) -> None:
    raw = decoded("signature", signature, 64)
    if key_id not in public_keys or not keys.holds(public_keys[key_id], text, raw):
        raise CodeForged
