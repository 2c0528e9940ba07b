"""Notices before money lapses: one text message for each wallet, telling which of its purses return to their funds when.

A notice's row is written before its message is queued, in one transaction, and its purse and end are unique: of two workers
the second waits for the first and finds nothing left to tell.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Exists, F, OuterRef
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from beneficiaries.models import Person
from mobile import rules, sms
from mobile.models import LapseNotice
from wallet import purses
from wallet.money import rupiah
from wallet.transactions import retried

WALLETS_A_ROUND = 200
ONE_PART = 160  # characters of the GSM alphabet in one text message; of several parts each holds seven fewer
# The letters that a message of the GSM alphabet and a title of ours may share; any other would halve the message's length.
GSM = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 @$_!\"#%&'()*+,-./:;<=>?")
DASHES = str.maketrans({"\u2013": "-", "\u2014": "-", "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"'})
MARK_NOTICED = """
    INSERT INTO mobile_lapsenotice (purse_id, usable_until, amount, person_id, outcome)
    SELECT purse, usable_until, amount, %s, %s
    FROM unnest(%s::bigint[], %s::timestamptz[], %s::bigint[]) AS told (purse, usable_until, amount) ORDER BY purse
    ON CONFLICT (purse_id, usable_until) DO NOTHING RETURNING id, purse_id
"""


@dataclass(frozen=True, slots=True)
class Lapsing:
    """A purse whose rupiah return to their fund at the end of its time, with its title."""

    purse: int
    wallet: int
    title: str
    usable_until: datetime
    amount: int


def warn_all(moment: datetime | None = None) -> Iterator[LapseNotice.Outcome]:
    """Tells each wallet's holder once of what lapses within `settings.WALLET["lapse_notice"]`; one outcome a wallet.

    A transaction a wallet, safe to repeat and to race. A generator: whoever runs it decides how far it goes.
    """
    now = moment or timezone.now()
    after = 0
    while found := _untold(now, after):
        for wallet, lapsing in groupby(found, key=lambda one: one.wallet):
            after = wallet
            if (outcome := warn(list(lapsing))) is not None:
                yield outcome


def _untold(now: datetime, after: int) -> list[Lapsing]:
    """What lapses in the next wallets that have not been told, all of each wallet."""
    told = LapseNotice.objects.filter(purse=OuterRef("pk"), usable_until=OuterRef("usable_until"))
    within: timedelta = settings.WALLET["lapse_notice"]
    untold = purses.lapsing(within, now).filter(~Exists(told), wallet_id__gt=after)
    wallets = untold.order_by("wallet_id").values_list("wallet_id", flat=True).distinct()[:WALLETS_A_ROUND]
    rows = (
        untold.filter(wallet_id__in=list(wallets))
        .order_by("wallet_id", "usable_until", "pk")
        .values_list("pk", "wallet_id", "title", "usable_until", F("unspent"))
    )
    return [Lapsing(*row) for row in rows]


@retried
def warn(lapsing: list[Lapsing]) -> LapseNotice.Outcome | None:
    """Tells one wallet's holder of these purses; None if somebody told them meanwhile."""
    person = Person.objects.filter(wallet_id=lapsing[0].wallet).first()
    phone = person.phone if person else ""
    if person is None:
        outcome = LapseNotice.Outcome.NO_HOLDER
    else:
        outcome = LapseNotice.Outcome.QUEUED if phone else LapseNotice.Outcome.NO_PHONE
    with connection.cursor() as cursor:
        columns: list[list[Any]] = [
            [one.purse for one in lapsing],
            [one.usable_until for one in lapsing],
            [one.amount for one in lapsing],
        ]
        cursor.execute(MARK_NOTICED, [person.pk if person else None, outcome.value, *columns])
        noticed = {purse: notice for notice, purse in cursor.fetchall()}
    told = [one for one in lapsing if one.purse in noticed]
    if not told:
        return None
    if phone:
        message = sms.queue(phone, text_of(told))
        LapseNotice.objects.filter(pk__in=noticed.values()).update(sms=message)
    return outcome


def text_of(lapsing: list[Lapsing]) -> str:
    """The message: in one part for one purse, soonest first for several, in letters that cost nothing extra.

    In the project's own language, whatever the worker spoke last: nobody has told us the holder's.
    """
    with translation.override(settings.LANGUAGE_CODE):
        return _in_words(lapsing)


def _in_words(lapsing: list[Lapsing]) -> str:
    if len(lapsing) == 1:
        [one] = lapsing
        whole = _("%(amount)s bantuan %(title)s kembali ke dana program jika tidak dipakai sampai %(day)s.")
        words = {"amount": rupiah(one.amount), "title": "", "day": _day(one)}
        return whole % (words | {"title": plain(one.title, ONE_PART - len(whole % words))})
    each = _("%(amount)s %(title)s sampai %(day)s")
    parts = [each % {"amount": rupiah(one.amount), "title": plain(one.title, 30), "day": _day(one)} for one in lapsing]
    return _("Bantuan kembali ke dana program jika tidak dipakai: %(parts)s.") % {"parts": "; ".join(parts)}


def _day(lapsing: Lapsing) -> str:
    return f"{rules.last_day(lapsing.usable_until):%d-%m-%Y}"


def plain(title: str, most: int) -> str:
    """The title in the letters of `GSM`, accents taken off, and at most so long."""
    bare = unicodedata.normalize("NFKD", title.translate(DASHES))
    letters = "".join(letter if letter in GSM else "?" for letter in bare if not unicodedata.combining(letter))
    return letters[:most].rstrip()
