"""When a request is sent again: the same number, a new X-EXTERNAL-ID, and only while nobody knows what became of it.

    no answer (time-out, lost connection), 5xx, 202     unknown: send again with the same partner's number
    409xx00                                             that X-EXTERNAL-ID was used: send again with another one
    429xx00                                             not done: wait, send again
    2xx, and any other 4xx                              the answer: the end

A provider that did the first one answers a repeated request with the first one's success. One that no longer lets the partner
in (401, no token), or no longer to this service (403xx01, 405xx00), has not looked: it tells nothing of what an earlier try did.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

import requests

from snap_client.transport import Answer, TokenRefused, TokenUnavailable

WAITS = (1.0, 2.0, 4.0, 8.0)  # seconds before the second try, the third, …
AGAIN = {202, 429}


class OutcomeUnknown(Exception):
    """Nobody knows what became of it after all tries: ask with the query service, and never under another number."""


def is_final(status: int, code: str) -> bool:
    """True if the HTTP status and responseCode tell what became of the request."""
    return status < 500 and status not in AGAIN and not (status == 409 and code[-2:] == "00")


def _has_not_looked(status: int, code: str) -> bool:
    """True if the refusal is of the partner, and not of the request."""
    return status == 401 or (status == 405 and code[-2:] != "01") or (status == 403 and code[-2:] == "01")


def until_answered(
    send: Callable[[], Answer], *, waits: Iterable[float] = WAITS, pause: Callable[[float], None] = time.sleep
) -> Answer:
    """The final answer of a call that can be repeated: ``until_answered(lambda: client.pay("INV-1", …))``.

    Raises OutcomeUnknown after the last try, or when the provider no longer lets the partner in, or to this service, after a try
    whose end nobody knows; TokenRefused if it let nobody in from the beginning.
    """
    open_try = False  # true once a try may have been done without our hearing of it
    for wait in (*waits, None):
        try:
            status, answer = send()
            code = str(answer.get("responseCode", ""))
            final = is_final(status, code)
            if final and not (open_try and _has_not_looked(status, code)):
                return status, answer
            seen: object = f"{status} {code}"
            if final:
                raise OutcomeUnknown(f"{seen}, after a try that was not answered")
            open_try = open_try or status >= 500 or status == 202
        except TokenRefused as error:
            if not open_try:
                raise
            raise OutcomeUnknown(f"{error}, after a try that was not answered") from error
        except (requests.RequestException, ValueError) as error:  # ValueError: an answer that is not SNAP's
            seen, open_try = type(error).__name__, open_try or not isinstance(error, TokenUnavailable)
        if wait is None:
            raise OutcomeUnknown(f"no final answer after the last try: {seen}")
        pause(wait)
    raise AssertionError("unreachable")
