"""Sealed values open at their own place, whole, under a configured key, and nowhere else."""

from __future__ import annotations

import os
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault import sealing
from vault.sealing import CannotOpen, Sealed, blind_index, seal, unseal

PLACE = {"table": "person", "field": "nik", "row": "row-1"}
SEALABLE = st.text(st.characters(exclude_categories=["Cs"]))  # UTF-8 has no lone surrogates


@given(SEALABLE)
def test_what_was_sealed_opens_to_the_same_text(text: str) -> None:
    assert unseal(seal(text, **PLACE), **PLACE) == text


@given(SEALABLE)
def test_the_same_text_is_never_sealed_to_the_same_bytes(text: str) -> None:
    assert seal(text, **PLACE) != seal(text, **PLACE)


def test_a_sealed_value_does_not_contain_the_text() -> None:
    assert b"3171010101010001" not in seal("3171010101010001", **PLACE)


@pytest.mark.parametrize("elsewhere", [{"table": "household"}, {"field": "phone"}, {"row": "row-2"}])
def test_bytes_copied_to_another_table_field_or_row_do_not_open(elsewhere: dict[str, str]) -> None:
    box = seal("3171010101010001", **PLACE)
    with pytest.raises(CannotOpen):
        unseal(box, **(PLACE | elsewhere))


def test_one_flipped_bit_anywhere_does_not_open() -> None:
    box = seal("3171010101010001", **PLACE)
    for position in range(len(box) * 8):
        flipped = bytearray(box)
        flipped[position // 8] ^= 1 << position % 8
        with pytest.raises(CannotOpen):
            unseal(bytes(flipped), **PLACE)


@pytest.mark.parametrize("length", [0, 1, 2, 13, 14, 29])
def test_a_value_cut_short_does_not_open(length: int) -> None:
    with pytest.raises(CannotOpen):
        unseal(seal("", **PLACE)[:length], **PLACE)


def test_an_unknown_key_number_is_named(settings: Any) -> None:
    settings.VAULT_KEYS = {7: os.urandom(32)}
    box = seal("a", **PLACE)
    settings.VAULT_KEYS = {1: os.urandom(32)}
    with pytest.raises(CannotOpen, match="vault key 7 is not configured"):
        unseal(box, **PLACE)


def test_another_key_under_the_same_number_does_not_open(settings: Any) -> None:
    settings.VAULT_KEYS = {1: os.urandom(32)}
    box = seal("a", **PLACE)
    settings.VAULT_KEYS = {1: os.urandom(32)}
    with pytest.raises(CannotOpen):
        unseal(box, **PLACE)


def test_after_a_rotation_the_old_key_opens_and_the_new_one_seals(settings: Any) -> None:
    old, new = os.urandom(32), os.urandom(32)
    settings.VAULT_KEYS = {1: old}
    before = seal("before", **PLACE)
    settings.VAULT_KEYS = {1: old, 2: new}
    after = seal("after", **PLACE)
    assert (before[1], after[1]) == (1, 2)
    assert unseal(before, **PLACE) == "before"
    settings.VAULT_KEYS = {2: new}
    assert unseal(after, **PLACE) == "after"
    with pytest.raises(CannotOpen):
        unseal(before, **PLACE)


def test_the_key_number_cannot_be_exchanged_for_another_with_the_same_key(settings: Any) -> None:
    key = os.urandom(32)
    settings.VAULT_KEYS = {1: key, 2: key}
    box = bytearray(seal("a", **PLACE))
    box[1] = 1
    with pytest.raises(CannotOpen):
        unseal(bytes(box), **PLACE)


def test_the_blind_index_tells_equality_of_one_subject_only() -> None:
    assert blind_index("0812", subject="phone") == blind_index("0812", subject="phone")
    assert blind_index("0812", subject="phone") != blind_index("0813", subject="phone")
    assert blind_index("0812", subject="phone") != blind_index("0812", subject="nik")


def test_the_blind_index_depends_on_its_own_key_and_not_on_the_vaults(settings: Any) -> None:
    before = blind_index("0812", subject="phone")
    settings.VAULT_KEYS = {1: os.urandom(32)}
    assert blind_index("0812", subject="phone") == before
    settings.BLIND_INDEX_KEY = os.urandom(32)
    assert blind_index("0812", subject="phone") != before


class Row:
    """As a model's row: a table, a uid from birth, a sealed column with its index and one without."""

    class _meta:
        db_table = "row"

    nik = Sealed("nik_sealed", index="nik_index")
    note = Sealed("note_sealed")

    def __init__(self) -> None:
        self.uid = uuid.uuid4()
        self.nik_sealed: bytes = b""
        self.nik_index: bytes | None = None
        self.note_sealed: bytes = b""


def test_setting_the_attribute_fills_its_columns_and_reading_opens_them() -> None:
    row = Row()
    row.nik, row.note = "3171", "rahasia"
    assert (row.nik, row.note) == ("3171", "rahasia")
    assert row.nik_index == Row.nik.index_of("3171")
    assert b"rahasia" not in row.note_sealed


def test_emptying_the_attribute_empties_its_columns() -> None:
    row = Row()
    row.nik = "3171"
    row.nik = ""
    assert (row.nik, row.nik_sealed, row.nik_index) == ("", b"", None)


def test_a_column_moved_between_rows_or_fields_does_not_open() -> None:
    one, other = Row(), Row()
    one.nik = "3171"
    other.nik_sealed = one.nik_sealed
    one.note_sealed = one.nik_sealed
    with pytest.raises(CannotOpen):
        _ = other.nik
    with pytest.raises(CannotOpen):
        _ = one.note


def test_bulk_sealing_is_what_the_attribute_opens() -> None:
    row = Row()
    row.nik_sealed = Row.nik.seal("row", row.uid, "3171")
    assert row.nik == "3171"
    assert row.nik_sealed[0] == sealing.VERSION
