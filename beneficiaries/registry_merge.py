"""The database's part of a registry import: the staging tables, rows against rows, and the merge, each one statement.

All of it runs in the transaction of `registry.import_file`, behind its lock. The staging tables hold sealed columns,
blind indexes and keyed digests, and in the clear only what the registry itself keeps in the clear.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from django.db.backends.utils import CursorWrapper

from beneficiaries.errors import RegistryChanged
from beneficiaries.refusals import Refusal

REFUSED = "registry_refused"
STAGED_PERSON = "registry_staged_person"
STAGED_HOUSEHOLD = "registry_staged_household"

KNOWN_PEOPLE = "SELECT nik_index, uid, source_digest FROM beneficiaries_person WHERE nik_index = ANY(%s)"
KNOWN_HOUSEHOLDS = "SELECT kk_index, uid, source_digest FROM beneficiaries_household WHERE kk_index = ANY(%s)"

# Column order is the order in which registry copies. Of the columns that a file may leave out, null says that it has none.
_TABLES = """
DROP TABLE IF EXISTS pg_temp.registry_refused, pg_temp.registry_staged_person, pg_temp.registry_staged_household;
CREATE TEMPORARY TABLE registry_refused (
    line integer NOT NULL, position smallint NOT NULL, field text NOT NULL, code text NOT NULL,
    name_1 text NOT NULL, value_1 integer, name_2 text NOT NULL, value_2 integer
) ON COMMIT DROP;
CREATE TEMPORARY TABLE registry_staged_person (
    line integer NOT NULL, nik_index bytea NOT NULL, kk_index bytea NOT NULL,
    uid uuid NOT NULL, known boolean NOT NULL, same boolean NOT NULL, household_same boolean NOT NULL,
    nik_sealed bytea, name text NOT NULL, sex text NOT NULL, birth_date date NOT NULL,
    phone_sealed bytea, phone_index bytea, source_digest bytea NOT NULL,
    household_digest bytea NOT NULL, address_digest bytea NOT NULL, kelurahan text NOT NULL, decile smallint NOT NULL,
    rt text, rw text, relation text, schooling text, disability text, occupation text, pregnant text
) ON COMMIT DROP;
CREATE TEMPORARY TABLE registry_staged_household (
    line integer NOT NULL, kk_index bytea NOT NULL, source_digest bytea NOT NULL, uid uuid NOT NULL,
    known boolean NOT NULL, kk_sealed bytea NOT NULL, address_sealed bytea NOT NULL,
    kelurahan text NOT NULL, decile smallint NOT NULL, rt text, rw text
) ON COMMIT DROP;
"""

# Equal rows: the first stands for all. Rows that differ: nobody can know which is true, so none enters.
_REFUSE_DOUBLED = """
WITH doubled AS (
    SELECT nik_index,
           min(line) AS first,
           (array_agg(line ORDER BY line))[2] AS second,
           count(DISTINCT (source_digest, household_digest)) > 1 AS differ
    FROM registry_staged_person GROUP BY nik_index HAVING count(*) > 1
)
INSERT INTO registry_refused
SELECT line, 0, CASE WHEN differ THEN 'NIK' ELSE 'BARIS' END, CASE WHEN differ THEN 'nik_twice' ELSE 'same_row' END,
       'other', CASE WHEN line = first THEN second ELSE first END, '', NULL
FROM registry_staged_person JOIN doubled USING (nik_index)
WHERE differ OR line > first
"""

# An errors file holds the rows that contradicted their household. Imported again as it is, such a row would now come
# alone and have its way; so a file with note columns may complete a known household, not change it.
_REFUSE_CONTRADICTING_REGISTRY = """
INSERT INTO registry_refused
SELECT told.line, 0,
       CASE WHEN told.kelurahan <> household.kelurahan THEN 'KODE_KELURAHAN'
            WHEN told.decile <> household.decile THEN 'DESIL'
            WHEN told.rt <> household.rt THEN 'RT'
            WHEN told.rw <> household.rw THEN 'RW' ELSE 'ALAMAT' END,
       'registry_differs', '', NULL, '', NULL
FROM registry_staged_person AS told JOIN beneficiaries_household AS household USING (kk_index)
WHERE told.household_digest <> household.source_digest
"""

# The household is what its first clean row says; whoever says otherwise is refused by the first field that differs.
_REFUSE_HOUSEHOLD_DIFFERS = """
WITH told AS (
    SELECT DISTINCT ON (kk_index) kk_index, line, household_digest, address_digest, kelurahan, decile, rt
    FROM registry_staged_person ORDER BY kk_index, line
)
INSERT INTO registry_refused
SELECT row.line, 0,
       CASE WHEN row.address_digest <> told.address_digest THEN 'ALAMAT'
            WHEN row.kelurahan <> told.kelurahan THEN 'KODE_KELURAHAN'
            WHEN row.decile <> told.decile THEN 'DESIL'
            WHEN row.rt <> told.rt THEN 'RT' ELSE 'RW' END,
       'household_differs', 'other', told.line, '', NULL
FROM registry_staged_person AS row JOIN told USING (kk_index)
WHERE row.household_digest <> told.household_digest
"""

# Nobody can know which of two is the head, so neither enters.
_REFUSE_SECOND_HEADS = """
WITH heads AS (
    SELECT kk_index, min(line) AS first, (array_agg(line ORDER BY line))[2] AS second
    FROM registry_staged_person WHERE relation = 'head' GROUP BY kk_index HAVING count(*) > 1
)
INSERT INTO registry_refused
SELECT line, 0, 'HUBUNGAN', 'head_twice', 'other', CASE WHEN line = first THEN second ELSE first END, '', NULL
FROM registry_staged_person JOIN heads USING (kk_index) WHERE relation = 'head'
"""

_FORGET_REFUSED = (
    "DELETE FROM registry_staged_person AS told USING registry_refused AS refused WHERE told.line = refused.line"
)

# Every clean row of a household now says the same of it; a household cut by a batch was sealed twice, and one is taken.
_CHOOSE_HOUSEHOLDS = """
WITH chosen AS (
    SELECT DISTINCT ON (kk_index) told.line
    FROM registry_staged_household AS told
    JOIN (SELECT DISTINCT kk_index, household_digest FROM registry_staged_person) AS wanted USING (kk_index)
    WHERE told.source_digest = wanted.household_digest
    ORDER BY kk_index, told.line
)
DELETE FROM registry_staged_household AS told
WHERE NOT EXISTS (SELECT FROM chosen WHERE chosen.line = told.line)
"""

_ADD_HOUSEHOLDS = """
INSERT INTO beneficiaries_household (uid, kk_sealed, kk_index, address_sealed, kelurahan, decile, rt, rw, source_digest)
SELECT uid, kk_sealed, kk_index, address_sealed, kelurahan, decile, coalesce(rt, ''), coalesce(rw, ''), source_digest
FROM registry_staged_household WHERE NOT known ORDER BY line
"""
_CHANGE_HOUSEHOLDS = """
UPDATE beneficiaries_household AS household
SET address_sealed = told.address_sealed, kelurahan = told.kelurahan, decile = told.decile,
    rt = coalesce(told.rt, household.rt), rw = coalesce(told.rw, household.rw), source_digest = told.source_digest
FROM registry_staged_household AS told
WHERE told.known AND household.kk_index = told.kk_index AND household.uid = told.uid
"""
_ADD_PEOPLE = """
INSERT INTO beneficiaries_person (uid, household_id, nik_sealed, nik_index, name, sex, birth_date,
                                  phone_sealed, phone_index, relation, schooling, disability, occupation, pregnant,
                                  source_digest)
SELECT told.uid, household.id, told.nik_sealed, told.nik_index, told.name, told.sex, told.birth_date,
       told.phone_sealed, told.phone_index, coalesce(told.relation, ''), coalesce(told.schooling, ''),
       coalesce(told.disability, ''), coalesce(told.occupation, ''),
       CASE told.pregnant WHEN 'yes' THEN true WHEN 'no' THEN false END, told.source_digest
FROM registry_staged_person AS told JOIN beneficiaries_household AS household USING (kk_index)
WHERE NOT told.known ORDER BY told.line
"""
_CHANGE_PEOPLE = """
UPDATE beneficiaries_person AS person
SET household_id = household.id, name = told.name, sex = told.sex, birth_date = told.birth_date,
    phone_sealed = told.phone_sealed, phone_index = told.phone_index, relation = coalesce(told.relation, person.relation),
    schooling = coalesce(told.schooling, person.schooling), disability = coalesce(told.disability, person.disability),
    occupation = coalesce(told.occupation, person.occupation),
    -- Whose sex is corrected to male is not pregnant any more, whatever was known before.
    pregnant = CASE WHEN told.pregnant = 'yes' THEN true WHEN told.pregnant = 'no' THEN false
                    WHEN told.pregnant IS NULL AND told.sex = 'P' THEN person.pregnant END,
    source_digest = told.source_digest
FROM registry_staged_person AS told JOIN beneficiaries_household AS household USING (kk_index)
WHERE told.known AND NOT told.same AND person.nik_index = told.nik_index AND person.uid = told.uid
"""

_COUNT_HOUSEHOLDS = (
    "SELECT count(*) FILTER (WHERE NOT known), count(*) FILTER (WHERE known) FROM registry_staged_household"
)
_COUNT_PEOPLE = """
SELECT count(*) FILTER (WHERE NOT known),
       count(*) FILTER (WHERE known AND NOT same),
       count(*) FILTER (WHERE known AND same AND NOT household_same),
       count(*) FILTER (WHERE known AND same AND household_same)
FROM registry_staged_person
"""
# A card without a head is a lesser harm than a family without aid: it enters, and is counted for the office to look at.
# Rows of a file without the column say nothing of it.
_COUNT_WITHOUT_HEAD = """
SELECT count(*) FROM (
    SELECT FROM registry_staged_person AS told WHERE told.relation IS NOT NULL
    GROUP BY kk_index HAVING bool_and(told.relation <> 'head')
       AND NOT EXISTS (
           SELECT FROM beneficiaries_household AS household
           JOIN beneficiaries_person AS person ON person.household_id = household.id
           WHERE household.kk_index = told.kk_index AND person.relation = 'head' AND person.status = 'active'
       )
) AS households
"""


@dataclass(frozen=True, slots=True)
class Counts:
    """Accepted rows: of a new person, of a known one who or whose household changed, of a known one as before.

    `households_changed` counts households, not rows: one row of a new member can change the home of all.
    `households_without_head` counts those whose rows name no head and of whom the registry knows none either.
    """

    added: int
    changed: int
    unchanged: int
    households_changed: int
    households_without_head: int


def create_staging(cursor: CursorWrapper) -> None:
    """The empty staging tables of this transaction; those of an earlier import in it are dropped."""
    cursor.execute(_TABLES)


def merge(cursor: CursorWrapper, *, correction: bool) -> Counts:
    """Refuses rows that contradict others, then adds and changes households and people. Raises RegistryChanged.

    A `correction` (a file with note columns) changes no known household.
    """
    cursor.execute(
        "CREATE INDEX ON registry_staged_person (nik_index); ANALYZE registry_staged_person, registry_staged_household"
    )
    contradictions = (_REFUSE_CONTRADICTING_REGISTRY,) if correction else ()
    for refuse in (_REFUSE_DOUBLED, *contradictions, _REFUSE_HOUSEHOLD_DIFFERS, _REFUSE_SECOND_HEADS):
        cursor.execute(refuse)
        cursor.execute(_FORGET_REFUSED)
    cursor.execute(_CHOOSE_HOUSEHOLDS)
    cursor.execute(_COUNT_HOUSEHOLDS)
    new_households, changed_households = cursor.fetchone()
    cursor.execute(_COUNT_PEOPLE)
    new_people, changed_people, moved_with_household, unchanged = cursor.fetchone()
    for statement, expected in (
        (_ADD_HOUSEHOLDS, new_households),
        (_CHANGE_HOUSEHOLDS, changed_households),
        (_ADD_PEOPLE, new_people),
        (_CHANGE_PEOPLE, changed_people),
    ):
        cursor.execute(statement)
        if cursor.rowcount != expected:  # a row looked up at the start is not there, or not the same, any more
            raise RegistryChanged
    cursor.execute(_COUNT_WITHOUT_HEAD)
    (without_head,) = cursor.fetchone()
    return Counts(new_people, changed_people + moved_with_household, unchanged, changed_households, without_head)


def refusals_by_line(cursor: CursorWrapper, batch: int) -> Iterator[tuple[int, list[Refusal]]]:
    """Each refused line and all that is wrong with it, in line order, reading `batch` lines at a time."""
    cursor.execute("CREATE INDEX ON registry_refused (line)")
    after = 0
    while True:
        # A line's refusals must not fall into two batches, so the batch is counted in lines.
        cursor.execute(
            "SELECT line, field, code, name_1, value_1, name_2, value_2 FROM registry_refused WHERE line IN ("
            "SELECT DISTINCT line FROM registry_refused WHERE line > %s ORDER BY line LIMIT %s) ORDER BY line, position",
            [after, batch],
        )
        rows = cursor.fetchall()
        if not rows:
            return
        for line, group in groupby(rows, key=lambda row: row[0]):
            refusals = []
            for _line, field, code, *data in group:
                pairs = zip(data[::2], data[1::2], strict=True)
                refusals.append(Refusal(field, code, {name: value for name, value in pairs if name}))
            yield line, refusals
        after = rows[-1][0]
