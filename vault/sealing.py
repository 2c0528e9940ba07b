"""Personal data and secrets at rest: sealed with AES-256-GCM, found again by a keyed blind index.

A sealed value is bound to its place: table, field and row are authenticated with it (AAD), so bytes copied to another
row do not open. The layout is ``version (1 byte) | key number (1) | nonce (12) | ciphertext and tag``. The blind
index is HMAC-SHA256 under another key; it tells equality and nothing else, and it cannot open what is sealed.
"""

from __future__ import annotations

import hmac
import os
from functools import lru_cache
from typing import Any, overload

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

VERSION = 1
NONCE_BYTES = 12
HEADER_BYTES = 2


class CannotOpen(Exception):
    """The sealed bytes are not of this place, were changed, or their key is not configured."""


@lru_cache(maxsize=16)
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(key)


def _place(table: str, field: str, row: object, key_number: int) -> bytes:
    return f"{table}|{field}|{row}|{key_number}".encode()


def seal(text: str, *, table: str, field: str, row: object) -> bytes:
    """Seals text for one field of one row, under the newest key."""
    return seal_bytes(text.encode(), table=table, field=field, row=row)


def seal_bytes(content: bytes, *, table: str, field: str, row: object) -> bytes:
    """As `seal`, for what is no text: a piece of a file."""
    keys: dict[int, bytes] = settings.VAULT_KEYS
    number = max(keys)
    nonce = os.urandom(NONCE_BYTES)
    box = _cipher(keys[number]).encrypt(nonce, content, _place(table, field, row, number))
    return bytes((VERSION, number)) + nonce + box


def unseal(box: bytes, *, table: str, field: str, row: object) -> str:
    """Opens what `seal` sealed for this very place. Raises CannotOpen."""
    return unseal_bytes(box, table=table, field=field, row=row).decode()


def unseal_bytes(box: bytes, *, table: str, field: str, row: object) -> bytes:
    """Opens what `seal_bytes` sealed for this very place. Raises CannotOpen."""
    box = bytes(box)
    if len(box) < HEADER_BYTES + NONCE_BYTES or box[0] != VERSION:
        raise CannotOpen(f"{table}.{field}: not a sealed value")
    number = box[1]
    if number not in settings.VAULT_KEYS:
        raise CannotOpen(f"{table}.{field}: vault key {number} is not configured")
    nonce, body = box[HEADER_BYTES : HEADER_BYTES + NONCE_BYTES], box[HEADER_BYTES + NONCE_BYTES :]
    try:
        return _cipher(settings.VAULT_KEYS[number]).decrypt(nonce, body, _place(table, field, row, number))
    except InvalidTag:
        raise CannotOpen(f"{table}.{field}: the value was changed or belongs to another row") from None


def blind_index(text: str, *, subject: str) -> bytes:
    """32 bytes equal for equal texts of one subject ("nik", "kk", "phone"), and telling nothing more."""
    return hmac.digest(settings.BLIND_INDEX_KEY, f"{subject}|{text}".encode(), "sha256")


class Sealed:
    """An attribute in the clear over a sealed column, and over its blind index if it has one.

    ``nik = Sealed("nik_sealed", index="nik_index")`` on a model whose rows carry a ``uid`` from birth. Setting it fills
    both columns; reading it opens the column. Querying uses the index column with `index_of`.
    """

    def __init__(self, column: str, *, index: str | None = None) -> None:
        self.column, self.index = column, index

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def seal(self, table: str, row: object, text: str) -> bytes:
        """The column's bytes for a row that is not (yet) an instance: bulk loading."""
        return seal(text, table=table, field=self.name, row=row)

    def index_of(self, text: str) -> bytes:
        """The index column's bytes, to search by."""
        return blind_index(text, subject=self.name)

    @overload
    def __get__(self, instance: None, owner: type) -> Sealed: ...
    @overload
    def __get__(self, instance: object, owner: type) -> str: ...
    def __get__(self, instance: Any, owner: type) -> Sealed | str:
        if instance is None:
            return self
        box = getattr(instance, self.column)
        if not box:
            return ""
        return unseal(box, table=instance._meta.db_table, field=self.name, row=instance.uid)

    def __set__(self, instance: Any, text: str) -> None:
        box = self.seal(instance._meta.db_table, instance.uid, text) if text else b""
        setattr(instance, self.column, box)
        if self.index:
            setattr(instance, self.index, self.index_of(text) if text else None)
