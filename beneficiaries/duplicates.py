"""Finding people who may be registered twice: the same human being under two NIKs.

One run, set by set, in one transaction:
1. Keys. Whoever is new or changed since the last run, told by a digest of every compared column, is given a normalised
   name and the blocks they stand in, computed here (`names`) in batches and copied in; who is no longer active loses them.
2. Candidates. Two people are compared if they share a block and one of them is new or changed: one join in the database.
   A block with very many people says nothing and is passed over.
3. Points. The candidates stream through `duplicates_scoring`, a batch at a time; what reaches the threshold goes back.
4. The queue. Pairs are added, or their points renewed. A pair that an officer found to be two people is asked about again
   only if a compared field of either has changed since, or they have come to share a phone; an open one that does not reach
   the threshold any more is withdrawn.
So memory does not grow with the registry, and a run after a small change reads little more than what changed. Sealed columns
are never opened: phones are compared by their blind indexes.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from beneficiaries import names
from beneficiaries.duplicates_scoring import THRESHOLD, Compared, score
from wallet.transactions import retried

VERSION = 1  # of names and blocks: another one, and the next run computes everybody's anew
LOCK = int.from_bytes(b"dupl")  # one run at a time; a second waits for the first, or lets it be
BATCH = 5_000
MOST_IN_A_BLOCK = 60
JOINED_LETTERS = 5  # of a name without its spaces
STREAM = "duplicates_stream"

_TOLD = "{0}.name, {0}.sex, {0}.birth_date, {0}.household_id, {1}.kelurahan"
# Every column that is compared, and nothing else: what changes here makes a person new to the comparison.
FINGERPRINT = f"""md5(concat_ws('|', {_TOLD.format("person", "household")}, encode(person.phone_index, 'hex')))::uuid"""
# What a pair was decided on: without the phone, whose index is another after a change of keys.
DECIDED_ON = f"md5(concat_ws('|', {_TOLD}))::uuid"
_FRESH = f"""
CREATE TEMPORARY TABLE fresh ON COMMIT DROP AS
SELECT person.id, person.name, person.birth_date, person.household_id, household.kelurahan, person.phone_index,
       {FINGERPRINT} AS fingerprint
FROM beneficiaries_person person JOIN beneficiaries_household household ON household.id = person.household_id
LEFT JOIN beneficiaries_personkey known ON known.person_id = person.id
WHERE person.status = 'active' AND NOT person.restricted
  AND (known.person_id IS NULL OR known.version <> %s OR known.fingerprint <> {FINGERPRINT})
"""  # noqa: S608
_FORGET = """
CREATE TEMPORARY TABLE stale ON COMMIT DROP AS
SELECT id FROM fresh
UNION SELECT known.person_id FROM beneficiaries_personkey known JOIN beneficiaries_person person ON person.id = known.person_id
WHERE person.status <> 'active' OR person.restricted;
ANALYZE fresh; ANALYZE stale;
DELETE FROM beneficiaries_personblock block USING stale WHERE block.person_id = stale.id;
DELETE FROM beneficiaries_personkey known USING stale WHERE known.person_id = stale.id;
"""
_CROWDED = """
CREATE TEMPORARY TABLE crowded ON COMMIT DROP AS
SELECT key FROM beneficiaries_personblock
WHERE key IN (SELECT key FROM beneficiaries_personblock JOIN fresh ON fresh.id = person_id)
GROUP BY key HAVING count(*) > %s
"""
_CANDIDATES = """
CREATE TEMPORARY TABLE candidate ON COMMIT DROP AS
SELECT DISTINCT least(mine.person_id, theirs.person_id) AS low, greatest(mine.person_id, theirs.person_id) AS high
FROM fresh JOIN beneficiaries_personblock mine ON mine.person_id = fresh.id
JOIN beneficiaries_personblock theirs ON theirs.key = mine.key AND theirs.person_id <> mine.person_id
WHERE NOT EXISTS (SELECT FROM crowded WHERE crowded.key = mine.key)
"""
_BEARERS = """
CREATE TEMPORARY TABLE bearers ON COMMIT DROP AS
SELECT name_key, count(*) AS bearers FROM beneficiaries_personkey
WHERE name_key IN (
    SELECT known.name_key FROM candidate JOIN beneficiaries_personkey known ON known.person_id IN (low, high))
GROUP BY name_key
"""
_COMPARED = """{0}_key.name, {0}_key.name_key, {0}.sex, {0}.birth_date, {0}.household_id, {0}_home.kelurahan,
    {0}.phone_index, {0}_bearers.bearers"""
_JOINS = """
JOIN beneficiaries_person {0} ON {0}.id = candidate.{0}
JOIN beneficiaries_household {0}_home ON {0}_home.id = {0}.household_id
JOIN beneficiaries_personkey {0}_key ON {0}_key.person_id = {0}.id
JOIN bearers {0}_bearers ON {0}_bearers.name_key = {0}_key.name_key
"""
_PAIRS = (
    f"SELECT candidate.low, candidate.high, {_COMPARED.format('low')}, {_COMPARED.format('high')}"  # noqa: S608
    f" FROM candidate {_JOINS.format('low')} {_JOINS.format('high')}"
)
_SCORED = """
CREATE TEMPORARY TABLE scored (low bigint, high bigint, score smallint, reasons jsonb) ON COMMIT DROP
"""
# Neither a merged pair nor a decided one whose people are as they were is touched, unless they share a phone by now.
_PROPOSE = f"""
INSERT INTO beneficiaries_duplicatepair AS pair
    (low_id, high_id, score, reasons, low_fingerprint, high_fingerprint, found_at)
SELECT scored.low, scored.high, scored.score, scored.reasons,
       {DECIDED_ON.format("low", "low_home")}, {DECIDED_ON.format("high", "high_home")}, statement_timestamp()
FROM scored
JOIN beneficiaries_person low ON low.id = scored.low
JOIN beneficiaries_household low_home ON low_home.id = low.household_id
JOIN beneficiaries_person high ON high.id = scored.high
JOIN beneficiaries_household high_home ON high_home.id = high.household_id
ORDER BY scored.low, scored.high
ON CONFLICT (low_id, high_id) DO UPDATE
SET score = excluded.score, reasons = excluded.reasons, low_fingerprint = excluded.low_fingerprint,
    high_fingerprint = excluded.high_fingerprint, status = 'open', decided_by_id = NULL, decided_at = NULL, decision = '',
    found_at = CASE pair.status WHEN 'open' THEN pair.found_at ELSE excluded.found_at END
WHERE pair.status <> 'merged'
  AND (pair.status = 'open'
       OR (pair.low_fingerprint, pair.high_fingerprint)
           IS DISTINCT FROM (excluded.low_fingerprint, excluded.high_fingerprint)
       OR jsonb_exists(excluded.reasons, 'phone') AND NOT jsonb_exists(pair.reasons, 'phone'))
RETURNING found_at = statement_timestamp()
"""  # noqa: S608
_WITHDRAW = """
DELETE FROM beneficiaries_duplicatepair pair USING beneficiaries_person low, beneficiaries_person high
WHERE pair.status = 'open' AND low.id = pair.low_id AND high.id = pair.high_id
  AND NOT EXISTS (SELECT FROM beneficiaries_merge merge WHERE merge.pair_id = pair.id)
  AND (low.status <> 'active' OR high.status <> 'active'
       OR ((EXISTS (SELECT FROM fresh WHERE id = low.id) OR EXISTS (SELECT FROM fresh WHERE id = high.id))
           AND NOT EXISTS (SELECT FROM scored WHERE scored.low = low.id AND scored.high = high.id)))
"""


@dataclass(frozen=True, slots=True)
class Found:
    """One run in numbers: people whose keys were made, pairs compared, pairs new in the queue (or asked about again),
    pairs whose points were renewed, open pairs withdrawn, and blocks passed over because too many stand in them."""

    people: int
    compared: int
    proposed: int
    renewed: int
    withdrawn: int
    crowded: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: people keyed, or pairs compared."""

    stage: str
    done: int


def _nothing(progress: Progress) -> None:
    pass


@retried
def find(progress: Callable[[Progress], None] = _nothing, *, threshold: int = THRESHOLD) -> Found:
    """Compares whoever is new or changed since the last run with everybody, and brings the queue up to date.

    All of it or nothing is written. Run again at once it finds nothing to do. `threshold`: points from which a pair is kept.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        return _find(cursor, progress, threshold)


@retried
def find_unless_running() -> Found | None:
    """As `find`; does nothing, and waits for nobody, where another run is at it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        [(alone,)] = cursor.fetchall()
        return _find(cursor, _nothing, THRESHOLD) if alone else None


def _find(cursor: CursorWrapper, progress: Callable[[Progress], None], threshold: int) -> Found:
    cursor.execute("DROP TABLE IF EXISTS pg_temp.fresh, pg_temp.stale, pg_temp.crowded, pg_temp.candidate,"
                   " pg_temp.bearers, pg_temp.scored")  # fmt: skip
    cursor.execute(_FRESH, [VERSION])
    cursor.execute(_FORGET)
    people = _make_keys(cursor, progress)
    cursor.execute(_CROWDED, [MOST_IN_A_BLOCK])
    cursor.execute("SELECT count(*) FROM crowded")
    [(crowded,)] = cursor.fetchall()
    cursor.execute(_CANDIDATES)
    cursor.execute("ANALYZE candidate")
    cursor.execute(_BEARERS)
    cursor.execute("ANALYZE bearers")
    cursor.execute(_SCORED)
    compared = _score_candidates(cursor, progress, threshold)
    cursor.execute("ANALYZE scored")
    cursor.execute(_PROPOSE)
    kept = [new for (new,) in cursor.fetchall()]
    cursor.execute(_WITHDRAW)
    return Found(people, compared, sum(kept), len(kept) - sum(kept), cursor.rowcount, crowded)


def _make_keys(cursor: CursorWrapper, progress: Callable[[Progress], None]) -> int:
    done = 0
    statement = "SELECT id, name, birth_date, household_id, kelurahan, phone_index, fingerprint FROM fresh"
    for rows in _streamed(cursor, statement):
        keys: list[tuple[Any, ...]] = []
        blocks: list[tuple[Any, ...]] = []
        for person, name, born, household, kelurahan, phone, fingerprint in rows:
            normal = names.normalise(name)
            keys.append((person, normal, " ".join(sorted(normal.split())), fingerprint, VERSION))
            found = blocks_of(normal, born, household, kelurahan, bytes(phone or b""))
            blocks.extend((key, person) for key in found)
        _copy(cursor, "beneficiaries_personkey (person_id, name, name_key, fingerprint, version)", keys)
        _copy(cursor, "beneficiaries_personblock (key, person_id)", blocks)
        done += len(rows)
        progress(Progress("keys", done))
    return done


def blocks_of(name: str, born: date, household: int, kelurahan: str, phone: bytes) -> set[int]:
    """The blocks of a person with that normalised name, as 64-bit digests; `phone` is a blind index, or empty.

    Two rows of one person meet in at least one, if: a word of the name is spelt alike and the date is the same, or has day and
    month changed round; or the whole name is, and one digit of the date is another, or the year and kelurahan agree; or they
    share the phone, or the household and a word.
    """
    words = name.split()
    if not words:  # nothing Latin in it
        return {_digest(("phone", phone))} if phone else set()
    sounds = {names.skeleton(word) for word in words if len(word) > 1} or set(words)
    whole = "".join(sorted(sounds))
    joined = names.skeleton("".join(words))[:JOINED_LETTERS]
    found: set[tuple[object, ...]] = {("date", born, "+", joined)}
    year, month, day = born.year, born.month, born.day
    for sound in sounds:
        found |= {("date", born, sound), ("household", household, sound)}
        if day <= 12:
            found.add(("swapped", year, min(day, month), max(day, month), sound))
    # One digit off: two of the three parts are the same.
    found |= {("year-month", year, month, whole), ("year-day", year, day, whole), ("month-day", month, day, whole)}
    found.add(("year-place", year, kelurahan, whole))
    if phone:
        found.add(("phone", phone))
    return {_digest(block) for block in found}


def _digest(block: tuple[object, ...]) -> int:
    text = "|".join(part.hex() if isinstance(part, bytes) else str(part) for part in block)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), signed=True)


def _score_candidates(cursor: CursorWrapper, progress: Callable[[Progress], None], threshold: int) -> int:
    done = 0
    for rows in _streamed(cursor, _PAIRS):
        scored = []
        for low, high, *columns in rows:
            points, reasons = score(_compared(columns[:8]), _compared(columns[8:]))
            if points >= threshold:
                scored.append((low, high, points, json.dumps(reasons)))
        _copy(cursor, "scored (low, high, score, reasons)", scored)
        done += len(rows)
        progress(Progress("pairs", done))
    return done


def _compared(columns: list[Any]) -> Compared:
    name, name_key, sex, born, household, kelurahan, phone, bearers = columns
    return Compared(name, name_key, sex, born, household, kelurahan, bytes(phone or b""), bearers)


def _streamed(cursor: CursorWrapper, statement: str) -> Iterator[list[Any]]:
    """The rows of a query, a batch at a time: kept by the server, read through a cursor of this transaction."""
    cursor.execute(f"DECLARE {STREAM} NO SCROLL CURSOR FOR {statement}")
    while True:
        cursor.execute(f"FETCH {BATCH} FROM {STREAM}")
        rows = cursor.fetchall()
        if not rows:
            break
        yield rows
    cursor.execute(f"CLOSE {STREAM}")


def _copy(cursor: CursorWrapper, target: str, rows: list[tuple[Any, ...]]) -> None:
    # Nothing here holds a tab, a line break or a backslash: numbers, digests, normalised names, and ASCII JSON of our own words.
    buffer = io.StringIO("".join("\t".join(map(str, row)) + "\n" for row in rows))
    cursor.copy_expert(f"COPY {target} FROM STDIN", buffer)
