"""The letters of a text message, and what it costs: 160 letters of the GSM alphabet in one part, 153 in each of several."""

from __future__ import annotations

import unicodedata

ONE_PART = 160
OF_SEVERAL = 153  # each holds seven fewer: how the parts belong together is told in their place
# The letters that a message of the GSM alphabet and a title of ours may share; any other would halve the message's length.
GSM = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 @$_!\"#%&'()*+,-./:;<=>?")
DASHES = str.maketrans({"\u2013": "-", "\u2014": "-", "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"'})


def plain(text: str, most: int | None = None) -> str:
    """The text in the letters of `GSM`, accents taken off, and at most so long."""
    bare = unicodedata.normalize("NFKD", text.translate(DASHES))
    letters = "".join(letter if letter in GSM else "?" for letter in bare if not unicodedata.combining(letter))
    return letters if most is None else letters[:most].rstrip()


def parts(text: str) -> int:
    """How many text messages of letters of `GSM` carry it; none for nothing."""
    if len(text) <= ONE_PART:
        return 1 if text else 0
    return -(-len(text) // OF_SEVERAL)
