"""What officers search for stands in no address: a NIK in one would lie in logs and histories between here and there.

The term stays in the officer's session, sealed, for an hour; the address carries a random word for it.
"""

from __future__ import annotations

import base64
import secrets
import time

from django.http import HttpRequest

from vault.sealing import CannotOpen, seal, unseal

MARK = "~"
KEPT = 10  # terms of one session
SECONDS = 3_600
SESSION = "search_terms"
PLACE = {"table": "django_session", "field": SESSION}


def remember(request: HttpRequest, term: str) -> str:
    """Keeps the term in the session; returns the word that stands for it."""
    word = MARK + secrets.token_urlsafe(9)
    box = base64.b64encode(seal(term, row=word, **PLACE)).decode()
    kept = [entry for entry in request.session.get(SESSION, []) if entry[2] > time.time() - SECONDS]
    request.session[SESSION] = [*kept[-KEPT + 1 :], [word, box, time.time()]]
    return word


def recall(request: HttpRequest, word: str) -> str:
    """The term that the word stands for; nothing if it is another's, or forgotten."""
    for known, box, at in request.session.get(SESSION, []):
        if known == word and at > time.time() - SECONDS:
            try:
                return unseal(base64.b64decode(box), row=word, **PLACE)
            except CannotOpen:
                return ""
    return ""
