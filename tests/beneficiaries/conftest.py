"""Registry files for tests: rows that are clean unless told otherwise."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from beneficiaries import registry
from beneficiaries.models import RegistryImport
from beneficiaries.refusals import COLUMNS

TODAY = date(2026, 11, 24)
ADDRESS = "JL. MELATI NO. 7, RT 003/RW 005"

Row = dict[str, str]


def person(number: int = 1, **changed: str) -> Row:
    """A clean row: a woman born on 17 August 1990 and the number-th of her day, living with every other `person`."""
    row = dict(
        zip(
            COLUMNS,
            (
                "3171011506150003",
                f"317101570890{number:04d}",
                "SITI AMINAH",
                "P",
                "1990-08-17",
                f"0812345{number:05d}",
                ADDRESS,
                "31.71.01.1001",
                "2",
            ),
            strict=True,
        )
    )
    unknown = set(changed) - set(row)
    assert not unknown, unknown
    return row | changed


def write(path: Path, rows: list[Row]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


def read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


class Office:
    """Imports rows as a social office would, and keeps the errors file of the last import."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.errors = folder / "errors.csv"

    def write(self, *rows: Row) -> Path:
        return write(self.folder / "registry.csv", list(rows))

    def load(self, *rows: Row, **options: Any) -> RegistryImport:
        return self.load_file(self.write(*rows), **options)

    def load_file(self, path: Path, **options: Any) -> RegistryImport:
        return registry.import_file(path, self.errors, today=TODAY, **options)

    def refused(self) -> list[Row]:
        return read(self.errors)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


@pytest.fixture
def load(office: Office, db: None) -> Callable[..., RegistryImport]:
    return office.load
