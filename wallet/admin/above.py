"""What apps above this one tell the office: they know people, places and phones, which the wallet does not.

They append to these lists when their own pages are registered; with an empty list the office shows numbers and codes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from wallet.models import Payment, PurseTerms, Wallet

# What else makes terms a promise: a batch under way freezes them before a purse exists.
BINDINGS: list[Callable[[PurseTerms], bool]] = []
# The holder's name as far as this officer may see it, None otherwise.
HOLDERS: list[Callable[[HttpRequest, Wallet], SafeString | str | None]] = []
# A region's name of its code.
PLACE_NAMES: list[Callable[[str], str]] = []
# Ends all that a lost phone was signed in with, in the caller's transaction, and says what that was.
SIGN_OUTS: list[Callable[[Wallet], str]] = []
# Who else may fetch the holder's money today: an opaque key, and who it is in words.
COLLECTORS: list[Callable[[HttpRequest, Wallet], list[tuple[str, str]]]] = []
# What an officer should know of the holder before handing out cash.
CAUTIONS: list[Callable[[HttpRequest, Wallet], list[Any]]] = []
# Keeps that the one of that key fetches, with the counter's number of the form. Raises Refused if they may not.
COLLECTED: list[Callable[[HttpRequest, Wallet, str, str], None]] = []
# Who fetched a payment of the counter, if it was not the holder.
FETCHED_BY: list[Callable[[HttpRequest, Payment], SafeString | None]] = []


def holder(request: HttpRequest, wallet: Wallet) -> SafeString | str | None:
    """Who holds the wallet, if somebody can tell and this officer may know."""
    return next((name for tell in HOLDERS if (name := tell(request, wallet))), None)


def place(code: str) -> str:
    """The region's code, with its name where somebody knows it."""
    names = (name(code) for name in PLACE_NAMES)
    found = next((name for name in names if name != code), "")
    return f"{code} {found}".strip()


def places(codes: list[str]) -> str:
    """Regions in words, in code order."""
    return ", ".join(place(code) for code in sorted(codes)) or _("di mana pun")


def collectors(request: HttpRequest, wallet: Wallet) -> list[tuple[str, str]]:
    """Who else may fetch the holder's money today, as choices of a form."""
    return [choice for tell in COLLECTORS for choice in tell(request, wallet)]


def cautions(request: HttpRequest, wallet: Wallet) -> list[Any]:
    """What is to be known of the holder before cash is handed out."""
    return [caution for tell in CAUTIONS for caution in tell(request, wallet)]


def fetched_by(request: HttpRequest, payment: Payment) -> SafeString | None:
    """Who fetched the money for the holder, if somebody did and this officer may know."""
    return next((name for tell in FETCHED_BY if (name := tell(request, payment))), None)
