"""Tag, length, value: the grammar of a QRIS code and of the templates within it.

A tag is two digits, a length two digits, and a length counts bytes of UTF-8: for ASCII these are the characters of the value.
"""

from __future__ import annotations

import re

from wallet.qris.errors import Fault, QrisError

TWO_DIGITS = re.compile(rb"[0-9]{2}")
LONGEST = 99  # what two digits can say

Elements = dict[str, str]


def size(value: str) -> int:
    """How long the value is for its length field."""
    return len(value.encode())


def write(tag: str, value: str, path: str) -> str:
    """The element. Raises QrisError if the value is empty or longer than a length field can say."""
    length = size(value)
    if not 0 < length <= LONGEST:
        raise QrisError(path, Fault.LENGTH)
    return f"{tag}{length:02}{value}"


def read(data: bytes, within: str = "") -> Elements:
    """The elements by tag, in their order. `within` is the path of the template that they are in.

    Raises QrisError naming the element: its tag is no number, its end is missing, its value is empty or cuts a character in
    two, or its tag was there before.
    """
    found: Elements = {}
    at = 0
    while at < len(data):
        tag = data[at : at + 2]
        if not TWO_DIGITS.fullmatch(tag):
            raise QrisError(within, Fault.TAG)
        name = tag.decode()
        path = f"{within}.{name}" if within else name
        length = data[at + 2 : at + 4]
        if len(length) < 2:
            raise QrisError(path, Fault.TRUNCATED)
        if not TWO_DIGITS.fullmatch(length) or length == b"00":
            raise QrisError(path, Fault.LENGTH)
        value = data[at + 4 : at + 4 + int(length)]
        if len(value) < int(length):
            raise QrisError(path, Fault.TRUNCATED)
        if name in found:
            raise QrisError(path, Fault.DUPLICATE)
        try:
            found[name] = value.decode()
        except UnicodeDecodeError:
            raise QrisError(path, Fault.LENGTH) from None
        at += 4 + int(length)
    return found
