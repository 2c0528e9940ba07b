"""Statements that PostgreSQL parses and plans once a connection, for what is asked thousands of times a second."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection


@dataclass(frozen=True)
class Prepared:
    """A statement with its parameters' types, as ``PREPARE`` wants them; $1, $2 … stand for the parameters in it.

    Behind a pooler that shares connections between transactions (Django's DISABLE_SERVER_SIDE_CURSORS says so) a name
    cannot be relied on, so there it is sent whole.
    """

    name: str
    types: tuple[str, ...]
    sql: str

    def row(self, parameters: Sequence[Any]) -> tuple[Any, ...] | None:
        """Runs it and returns the first row, or None."""
        with connection.cursor() as cursor:
            if connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS"):
                cursor.execute(self._whole(), parameters)
            else:
                if connection.connection not in _known(self.name):
                    cursor.execute(f"PREPARE {self.name} ({', '.join(self.types)}) AS {self.sql}")
                    _known(self.name).add(connection.connection)
                cursor.execute(f"EXECUTE {self.name} ({', '.join(['%s'] * len(self.types))})", parameters)
            found: tuple[Any, ...] | None = cursor.fetchone()
        return found

    def _whole(self) -> str:
        text = self.sql
        for number in range(len(self.types), 0, -1):  # $12 before $1
            text = text.replace(f"${number}", f"%s::{self.types[number - 1]}")
        return text


_connections: dict[str, weakref.WeakSet[Any]] = {}


def _known(name: str) -> weakref.WeakSet[Any]:
    """The open connections on which it has been prepared."""
    return _connections.setdefault(name, weakref.WeakSet())
