"""Personal data and secrets at rest: sealed with AES-256-GCM, found again by a keyed blind index.

A sealed value is bound to its place: table, field and row are authenticated with it (AAD), so bytes copied to another
row do not open. The layout is ``version (1 byte) | key number (1) | nonce (12) | ciphertext and tag``. The blind
index is HMAC-SHA256 under another key; it tells equality and nothing else, and it cannot open what is sealed. Its layout is
``key number (1 byte) | HMAC (32)``, and the HMAC alone under key 0, the BLIND_INDEX_KEY that has no number.

While keys are replaced (`vault.rotation`), one of them writes and all of them open and find.
"""

from __future__ import annotations

import hmac
import os
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, overload

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.signals import setting_changed
from django.dispatch import receiver

from vault.key_marks import in_order

VERSION = 1
NONCE_BYTES = 12
HEADER_BYTES = 2
INDEX_BYTES = 32  # of the HMAC
UNNUMBERED = 0  # the index key that leaves no number


class CannotOpen(Exception):
    """The sealed bytes are not of this place, were changed, or their key is not configured."""


@dataclass(frozen=True, slots=True)
class _Keys:
    """The configured keys by number; `index_order` has the numbers of the index keys, the one in use first."""

    sealing: dict[int, bytes]
    sealing_in_use: int
    index: dict[int, bytes]
    index_order: list[int]


@lru_cache(maxsize=1)
def _keys() -> _Keys:
    """Read once: settings are slow to read, and an import asks for them twenty times a row."""
    sealing: dict[int, bytes] = dict(settings.VAULT_KEYS)
    index: dict[int, bytes] = dict(settings.BLIND_INDEX_KEYS)
    if settings.BLIND_INDEX_KEY is not None:
        index[UNNUMBERED] = settings.BLIND_INDEX_KEY
    in_use: int | None = settings.VAULT_KEY_IN_USE
    order = in_order(list(index), settings.BLIND_INDEX_KEY_IN_USE)
    return _Keys(sealing, max(sealing) if in_use is None else in_use, index, order)


@receiver(setting_changed)
def _read_anew(**_told: object) -> None:
    _keys.cache_clear()


@lru_cache(maxsize=16)
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(key)


def _place(table: str, field: str, row: object, key_number: int) -> bytes:
    return f"{table}|{field}|{row}|{key_number}".encode()


def sealing_key() -> int:
    """The number of the key that seals."""
    return _keys().sealing_in_use


def seal(text: str, *, table: str, field: str, row: object) -> bytes:
    """Seals text for one field of one row, under the key in use: the newest, unless the settings say otherwise."""
    return seal_bytes(text.encode(), table=table, field=field, row=row)


def seal_bytes(content: bytes, *, table: str, field: str, row: object) -> bytes:
    """As `seal`, for what is no text: a piece of a file."""
    keys = _keys()
    number = keys.sealing_in_use
    nonce = os.urandom(NONCE_BYTES)
    box = _cipher(keys.sealing[number]).encrypt(nonce, content, _place(table, field, row, number))
    return bytes((VERSION, number)) + nonce + box


def unseal(box: bytes, *, table: str, field: str, row: object) -> str:
    """Opens what `seal` sealed for this very place. Raises CannotOpen."""
    return unseal_bytes(box, table=table, field=field, row=row).decode()


def unseal_bytes(box: bytes, *, table: str, field: str, row: object) -> bytes:
    """Opens what `seal_bytes` sealed for this very place. Raises CannotOpen."""
    box = bytes(box)
    if len(box) < HEADER_BYTES + NONCE_BYTES or box[0] != VERSION:
        raise CannotOpen(f"{table}.{field}: not a sealed value")
    number, keys = box[1], _keys().sealing
    if number not in keys:
        raise CannotOpen(f"{table}.{field}: vault key {number} is not configured")
    nonce, body = box[HEADER_BYTES : HEADER_BYTES + NONCE_BYTES], box[HEADER_BYTES + NONCE_BYTES :]
    try:
        return _cipher(keys[number]).decrypt(nonce, body, _place(table, field, row, number))
    except InvalidTag:
        raise CannotOpen(f"{table}.{field}: the value was changed or belongs to another row") from None


def index_keys() -> list[int]:
    """The numbers of the configured index keys: first the one in use, then the others, newest first."""
    return list(_keys().index_order)


def index_key_of(index: bytes) -> int:
    """The number of the key that an index was made under."""
    return UNNUMBERED if len(index) % INDEX_BYTES == 0 else index[0]  # a digest may have two of them


def blind_index(text: str, *, subject: str, key: int | None = None) -> bytes:
    """Equal bytes for equal texts of one subject ("nik", "kk", "phone") under one key, and telling nothing more.

    `key` is the number of a configured key; by default the one in use. Raises KeyError.
    """
    keys = _keys()
    return _index(keys.index, keys.index_order[0] if key is None else key, text, subject)


def blind_indexes(text: str, *, subject: str) -> list[bytes]:
    """What a text's index may be in the database: under every configured key, the one in use first."""
    keys = _keys()
    return [_index(keys.index, number, text, subject) for number in keys.index_order]


def _index(keys: dict[int, bytes], number: int, text: str, subject: str) -> bytes:
    digest = hmac.digest(keys[number], f"{subject}|{text}".encode(), "sha256")
    return digest if number == UNNUMBERED else bytes((number,)) + digest


class Sealed:
    """An attribute in the clear over a sealed column, and over its blind index if it has one.

    ``nik = Sealed("nik_sealed", index="nik_index")`` on a model whose rows carry a ``uid`` from birth. Setting it fills
    both columns; reading it opens the column. Querying uses the index column with `indexes_of`.
    """

    def __init__(self, column: str, *, index: str | None = None) -> None:
        self.column, self.index = column, index

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def seal(self, table: str, row: object, text: str) -> bytes:
        """The column's bytes for a row that is not (yet) an instance: bulk loading."""
        return seal(text, table=table, field=self.name, row=row)

    def unseal(self, table: str, row: object, box: bytes) -> str:
        """What `seal` sealed for that row. Raises CannotOpen."""
        return unseal(box, table=table, field=self.name, row=row)

    def index_of(self, text: str) -> bytes:
        """The index column's bytes, to write."""
        return blind_index(text, subject=self.name)

    def indexes_of(self, text: str) -> list[bytes]:
        """All bytes that the index column may hold for the text, to search by: ``nik_index__in=Person.nik.indexes_of(nik)``."""
        return blind_indexes(text, subject=self.name)

    def indexes_of_row(self, instance: Any) -> list[bytes]:
        """As `indexes_of` for what the row holds, none if that is nothing; of a value that does not open, the row's own index."""
        try:
            text = self.__get__(instance, type(instance))
        except CannotOpen:
            kept = getattr(instance, self.index) if self.index else None
            return [bytes(kept)] if kept is not None else []
        return self.indexes_of(text) if text else []

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
