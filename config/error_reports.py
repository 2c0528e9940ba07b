"""What errors may tell: no key, no pepper, no address with a password in it; and nobody's data, in a report or in a log."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from types import FrameType
from typing import Any

from django.db import Error as DatabaseFailure
from django.http import HttpRequest
from django.views.debug import SafeExceptionReporterFilter


class SecretsFilter(SafeExceptionReporterFilter):
    """Hides every setting whose name says that it is, or carries, a secret; and, outside of DEBUG, what people typed."""

    hidden_settings = re.compile(
        "API|AUTH|TOKEN|KEY|SECRET|PASS|SIGNATURE|COOKIE|PEPPER|VAULT|URL|DATABASES", re.IGNORECASE
    )

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        """The names of the fields of a form alone."""
        told: Any = super().get_post_parameters(request)
        return dict.fromkeys(told, self.cleansed_substitute) if self.is_active(request) else told

    def get_traceback_frame_variables(self, request: HttpRequest | None, tb_frame: FrameType) -> Any:
        """The names of local variables alone: any of them may hold a person."""
        told: Any = super().get_traceback_frame_variables(request, tb_frame)
        return [(name, self.cleansed_substitute) for name, _value in told] if self.is_active(request) else told


class RowlessFormatter(logging.Formatter):
    """Log lines in which the database's errors tell their kind and constraint, not the row that they quote."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, with its traceback if it has one."""
        record.exc_text = None  # another handler may have kept its own
        text = super().format(record)
        if record.exc_info and record.exc_info[1]:
            for error in _chain(record.exc_info[1]):
                if (kind := _kind(error)) and str(error):
                    # As a traceback, as a message, and as what repr makes of it within other texts.
                    for said in (str(error), str(error).strip(), repr(str(error)), repr(str(error))[1:-1]):
                        text = text.replace(said, kind)
        record.exc_text = None
        return text


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            yield one
            waiting += [one.__cause__, one.__context__]


def _kind(error: BaseException) -> str:
    """A database error's SQLSTATE and constraint; nothing of other errors."""
    cause: Any = error.__cause__ if isinstance(error, DatabaseFailure) else error
    sqlstate = getattr(cause, "pgcode", None)
    if not isinstance(error, DatabaseFailure) and sqlstate is None:
        return ""
    constraint = getattr(getattr(cause, "diag", None), "constraint_name", None)
    return f"[{sqlstate or 'database'} {constraint or ''}]".replace(" ]", "]")
