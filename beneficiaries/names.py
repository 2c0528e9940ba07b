"""Indonesian names, written one way: titles off, old and new spelling alike, so that two rows of one person compare.

Two levels. `normalise` keeps a name readable and loses nothing but how it is written: Soetrisno and Sutrisno, Hj. Siti and
Siti, Moch. and Muhammad. `skeleton` also loses vowels and the letters that change between spellings; it finds candidates
that are then compared on the first level, and must never decide by itself.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache


def _these(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Honours before a name and degrees after it, as letters only. What is more often a name (Ayu) is left out.
HONOURS = _these(
    "H HJ HAJI HAJJAH HAJAH KH DR DRS DRA DRG IR PROF UST USTAD USTADZ USTADZAH USTAZ KYAI KIAI RD RR RADEN TN NY NN SDR SDRI"
    " BPK BAPAK IBU BP ALM ALMH ALMARHUM ALMARHUMAH"
)
DEGREES = _these(
    "SPD SPDI SE SH SHI ST SI SIP SIKOM SKOM SSOS SAG SSI SKM SKEP SFARM SPSI SPI SHUT SSTP STP SST STH STHI SSN SS SPT SKED"
    " AMD AMDKEP AMDKEB AMKEB AMKEP BA BSC MA MM MH MPD MPDI MSI MSC MT MAG MKES MKOM MBA PHD NERS ALM ALMH"
)
# Beginning a patronymic or another name, which the other row mostly lacks.
FATHER, ALIAS = frozenset(("BIN", "BINTI", "BT", "BTE", "BINTE")), frozenset(("ALIAS", "ALS"))
_MUHAMMAD = re.compile(r"M(?:[UO](?:H|KH?|CH)?A?M+[AE]D|UH|OH|OCH|UCH|UHD|OHD|HD|D|UHAMAT)")
WHOLE_WORDS = {"ABD": "ABDUL", "ABDU": "ABDUL", "ABDUR": "ABDUL", "ABDUS": "ABDUL", "AKMAD": "AHMAD", "AMAD": "AHMAD"}
MUHAMMAD, FEMALE_ST = "MUHAMAD", "SITI"

# Spelling, in this order: digraphs before the letters in them. Old (van Ophuijsen, Soewandi) and foreign to today's.
SPELLING = (
    ("OE", "U"), ("DJ", "J"), ("TJ", "C"), ("SJ", "S"), ("NJ", "NY"), ("SY", "S"), ("SH", "S"), ("TS", "S"),
    ("KH", "K"), ("CH", "K"), ("DZ", "J"), ("DH", "D"), ("TH", "T"), ("PH", "P"), ("GH", "G"), ("AE", "AI"), ("IE", "I"),
    ("Z", "J"), ("F", "P"), ("V", "P"), ("Q", "K"), ("X", "KS"),
)  # fmt: skip
_DOUBLED = re.compile(r"([A-Z])\1+")
_FINAL_H = re.compile(r"(?<=[AEIOU])H$")
_APOSTROPHES = re.compile(r"['’‘ʼ`´]")
_NOT_LETTERS = re.compile(r"[^A-Z]+")
_ABDUL_JOINED = re.compile(r"ABDU(?:L(?=.{4})|(?=[RS].{4}))(.+)")
# For the skeleton: letters that stand for one sound, or come and go.
_SAME_SOUND = str.maketrans("YCWB", "JKPP")
_COMES_AND_GOES = re.compile(r"(?<!^)[AEIOUH]")


def normalise(name: str) -> str:
    """The name in capitals A–Z and single spaces, without titles and in one spelling; empty if nothing of it is Latin.

    Any text may be given. Normalised once more it stays as it is. The last word is never taken for a title.
    """
    before = None
    while name != before:  # what a rule leaves may be the beginning of another rule: "SJJ", "HHAJI"
        before, name = name, " ".join(_words(name))
    return name


def _words(name: str) -> list[str]:
    plain = _APOSTROPHES.sub("", unicodedata.normalize("NFKD", name))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter)).upper()
    chunks = [chunk for chunk in re.split(r"[\s,;/()]+", plain) if _NOT_LETTERS.sub("", chunk)]
    chunks = _without_titles(chunks)
    words = [word for chunk in chunks for word in _NOT_LETTERS.split(chunk) if word]
    if words and words[0] == "ST" and len(words) > 1:
        words[0] = FEMALE_ST  # "St. Aisyah" of Sulawesi
    for number, word in enumerate(words):
        if number and (word in FATHER or word in ALIAS):
            words = words[:number]
            break
    return [written for word in words for written in _spelt(word)]


def _without_titles(chunks: list[str]) -> list[str]:
    """ "H." before and "S.Pd." after the name go; dots inside a chunk belong to it."""

    def letters(chunk: str) -> str:
        return _NOT_LETTERS.sub("", chunk)

    while len(chunks) > 1 and letters(chunks[0]) in HONOURS:
        chunks = chunks[1:]
    while len(chunks) > 1 and letters(chunks[-1]) in DEGREES:
        chunks = chunks[:-1]
    if chunks and (found := re.match(r"(?:H|HJ|IR|DRS|DRA|DR)\.(?=[A-Z]{3})", chunks[0])):  # "H.Naman"
        chunks = [chunks[0][found.end() :], *chunks[1:]]
    return chunks


@lru_cache(maxsize=100_000)
def _spelt(word: str) -> tuple[str, ...]:
    if _MUHAMMAD.fullmatch(word):
        return (MUHAMMAD,)
    word = WHOLE_WORDS.get(word, word)
    for old, new in SPELLING:
        word = word.replace(old, new)
    word = _DOUBLED.sub(r"\1", word)
    if len(word) > 2:
        word = _FINAL_H.sub("", word)
    word = WHOLE_WORDS.get(word, word)
    if joined := _ABDUL_JOINED.fullmatch(word):  # Abdurrahman, Abdul Rahman
        return ("ABDUL", joined[1])
    return (word,)


def key(name: str) -> str:
    """The words of the normalised name in alphabetical order: the same for "Nur Siti" and "Siti Nur"."""
    return " ".join(sorted(normalise(name).split()))


@lru_cache(maxsize=100_000)
def skeleton(word: str) -> str:
    """The consonants of a normalised word, those of one sound alike, and its first letter: SUTRISNO is STRSN."""
    return _DOUBLED.sub(r"\1", _COMES_AND_GOES.sub("", word.translate(_SAME_SOUND)))
