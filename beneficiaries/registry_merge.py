"""The database's part of a registry import: the staging tables, rows against rows, and the merge, each one statement.

A worker fills temporary tables and keeps them for the commit in unlogged ones, by import (`keep`, `load`): a crash of the
database empties those, which costs another look at the file and nothing else. They hold sealed columns, blind indexes and
keyed digests, and in the clear only what the registry itself keeps in the clear.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby

from django.db.backends.utils import CursorWrapper

from beneficiaries import former_niks, registry_leaving, registry_relations
from beneficiaries.import_errors import PreviewOutdated, RegistryChanged
from beneficiaries.refusals import Refusal
from vault.rotation import stale_index
from vault.sealing import INDEX_BYTES

REFUSED = "registry_refused"
STAGED_PERSON = "registry_staged_person"
STAGED_HOUSEHOLD = "registry_staged_household"

REFUSED_COLUMNS = "line, position, field, code, name_1, value_1, name_2, value_2, nik_index"
PERSON_COLUMNS = (
    "line, nik_index, kk_index, uid, known, same, household_same, returns, nik_sealed, name, sex, birth_date, phone_sealed,"
    " phone_index, source_digest, household_digest, address_digest, kelurahan, decile, rt, rw, relation, schooling,"
    " disability, occupation, pregnant"
)
HOUSEHOLD_COLUMNS = (
    "line, kk_index, source_digest, uid, known, same_address, kk_sealed, address_sealed, kelurahan, decile, rt, rw"
)

KNOWN_PEOPLE = (
    "SELECT nik_index, uid, source_digest, status = 'left' FROM beneficiaries_person WHERE nik_index = ANY(%s)"
)
KNOWN_HOUSEHOLDS = "SELECT kk_index, uid, source_digest, false FROM beneficiaries_household WHERE kk_index = ANY(%s)"

# Shaped as those of migration 0005, and gone with the transaction.
_TABLES = """
DROP TABLE IF EXISTS pg_temp.registry_refused, pg_temp.registry_staged_person, pg_temp.registry_staged_household;
CREATE TEMPORARY TABLE registry_refused (
    line integer NOT NULL, position smallint NOT NULL, field text NOT NULL, code text NOT NULL,
    name_1 text NOT NULL, value_1 integer, name_2 text NOT NULL, value_2 integer, nik_index bytea
) ON COMMIT DROP;
CREATE TEMPORARY TABLE registry_staged_person (LIKE beneficiaries_stagedperson) ON COMMIT DROP;
CREATE TEMPORARY TABLE registry_staged_household (LIKE beneficiaries_stagedhousehold) ON COMMIT DROP;
ALTER TABLE registry_staged_person ALTER run_id SET DEFAULT {run};
ALTER TABLE registry_staged_household ALTER run_id SET DEFAULT {run};
"""
# What the planner asks about is in few columns, and looking at the sealed ones takes longest.
_INDEX = """
CREATE INDEX ON registry_staged_person (nik_index);
ANALYZE registry_staged_person (line, nik_index, kk_index, known, same, household_same, returns, relation),
        registry_staged_household (kk_index, known, source_digest)
"""
# The constant selects an import's rows by their index.
_FORGET_STAGED = (
    "DELETE FROM beneficiaries_stagedperson WHERE run_id = %(run)s;"
    " DELETE FROM beneficiaries_stagedhousehold WHERE run_id = %(run)s"
)
_FORGET_FOUND = """
DELETE FROM beneficiaries_refusedrow WHERE run_id = %(run)s;
DELETE FROM beneficiaries_leaving WHERE run_id = %(run)s
"""
_KEEP = f"""
INSERT INTO beneficiaries_stagedperson SELECT * FROM registry_staged_person ORDER BY line;
INSERT INTO beneficiaries_stagedhousehold SELECT * FROM registry_staged_household ORDER BY line;
INSERT INTO beneficiaries_refusedrow (run_id, {REFUSED_COLUMNS})
SELECT %(run)s, {REFUSED_COLUMNS} FROM registry_refused ORDER BY line, position
"""
_LOAD = f"""
INSERT INTO registry_staged_person SELECT * FROM beneficiaries_stagedperson WHERE run_id = %(run)s;
INSERT INTO registry_staged_household SELECT * FROM beneficiaries_stagedhousehold WHERE run_id = %(run)s;
INSERT INTO registry_refused SELECT {REFUSED_COLUMNS} FROM beneficiaries_refusedrow WHERE run_id = %(run)s
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
       'other', CASE WHEN line = first THEN second ELSE first END, '', NULL, nik_index
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
       'registry_differs', '', NULL, '', NULL, told.nik_index
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
       'household_differs', 'other', told.line, '', NULL, row.nik_index
FROM registry_staged_person AS row JOIN told USING (kk_index)
WHERE row.household_digest <> told.household_digest
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

# What the database has come to say since the file was read; each line is a row that would end otherwise than previewed.
# A number not known under the index key of then may be known by now under the one in use: it is to be looked up again.
_COUNT_MOVED = """
SELECT count(*) FILTER (
    WHERE (person.id IS NOT NULL) <> told.known
       OR told.known AND (person.uid <> told.uid
                          OR (person.source_digest = told.source_digest) <> told.same
                          OR (person.status = 'left') <> told.returns)
       OR coalesce(household.source_digest = told.household_digest, false) <> told.household_same
       OR NOT told.household_same AND ((household.id IS NOT NULL) <> said.known OR household.uid <> said.uid)
       OR NOT told.known AND {older_person_key}
       OR NOT said.known AND {older_household_key}
), count(*)
FROM registry_staged_person AS told
LEFT JOIN beneficiaries_person AS person USING (nik_index)
LEFT JOIN beneficiaries_household AS household ON household.kk_index = told.kk_index
LEFT JOIN registry_staged_household AS said ON said.kk_index = told.kk_index
"""

_REMEMBER_PEOPLE = """
INSERT INTO beneficiaries_replaced (run_id, person_id, source_digest, phone_index)
SELECT told.run_id, person.id, person.source_digest, person.phone_index
FROM registry_staged_person AS told JOIN beneficiaries_person AS person USING (nik_index)
WHERE told.known AND NOT told.same
"""
_REMEMBER_HOUSEHOLDS = """
INSERT INTO beneficiaries_replaced (run_id, household_id, source_digest)
SELECT told.run_id, household.id, household.source_digest
FROM registry_staged_household AS told JOIN beneficiaries_household AS household USING (kk_index)
WHERE told.known
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
# Whose relation is not known any more is told of it anew: their digest forgets the columns that a file may leave out.
_LOSES_RELATION = (
    "told.relation IS NULL AND person.household_id <> household.id AND person.relation IN ('head', 'husband', 'wife')"
)
_FIRST_HALF = f"""substr(told.source_digest, 1, CASE WHEN length(told.source_digest) > {INDEX_BYTES + 1}
                                                     THEN length(told.source_digest) / 2 ELSE length(told.source_digest) END)"""
# A phone that is as before keeps its sealed bytes: sealed anew they would differ, and stand in the history as a change.
_CHANGE_PEOPLE = f"""
UPDATE beneficiaries_person AS person
SET household_id = household.id, name = told.name, sex = told.sex, birth_date = told.birth_date,
    phone_sealed = CASE WHEN person.phone_index IS NOT DISTINCT FROM told.phone_index THEN person.phone_sealed
                        ELSE told.phone_sealed END,
    phone_index = told.phone_index, relation = {registry_relations.RELATION.format(stays="person.household_id = household.id")},
    schooling = coalesce(told.schooling, person.schooling), disability = coalesce(told.disability, person.disability),
    occupation = coalesce(told.occupation, person.occupation),
    -- Whose sex is corrected to male is not pregnant any more, whatever was known before.
    pregnant = CASE WHEN told.pregnant = 'yes' THEN true WHEN told.pregnant = 'no' THEN false
                    WHEN told.pregnant IS NULL AND told.sex = 'P' THEN person.pregnant END,
    source_digest = CASE WHEN {_LOSES_RELATION} THEN {_FIRST_HALF} ELSE told.source_digest END,
    status = CASE WHEN told.returns THEN 'active' ELSE person.status END
FROM registry_staged_person AS told JOIN beneficiaries_household AS household USING (kk_index)
WHERE told.known AND NOT told.same AND person.nik_index = told.nik_index AND person.uid = told.uid
"""
_RETURN_PEOPLE = """
UPDATE beneficiaries_person AS person SET status = 'active'
FROM registry_staged_person AS told
WHERE told.known AND told.same AND told.returns AND person.nik_index = told.nik_index AND person.uid = told.uid
"""
# Of whom the file says what the registry has already; nothing else would tell.
_CONFIRM = """
INSERT INTO beneficiaries_confirmed (run_id, people, households)
SELECT %(run)s,
       ARRAY(SELECT person.id FROM registry_staged_person AS told JOIN beneficiaries_person AS person USING (nik_index)
             WHERE told.known AND told.same ORDER BY person.id),
       ARRAY(SELECT DISTINCT household.id
             FROM registry_staged_person AS told JOIN beneficiaries_household AS household USING (kk_index)
             WHERE told.household_same ORDER BY household.id)
"""
_COUNT_HOUSEHOLDS = (
    "SELECT count(*) FILTER (WHERE NOT known), count(*) FILTER (WHERE known) FROM registry_staged_household"
)
_COUNT_PEOPLE = """
SELECT count(*) FILTER (WHERE NOT known),
       count(*) FILTER (WHERE known AND NOT same),
       count(*) FILTER (WHERE known AND same AND (returns OR NOT household_same)),
       count(*) FILTER (WHERE known AND same AND household_same AND NOT returns),
       count(*) FILTER (WHERE known AND returns),
       count(*) FILTER (WHERE known AND same AND returns)
FROM registry_staged_person
"""
_COUNT_REFUSALS = """
SELECT field || '.' || code, count(*) FROM beneficiaries_refusedrow
WHERE run_id = %(run)s AND position = 0 GROUP BY 1 ORDER BY 2 DESC, 1
"""
# Which columns of the file say something else than the registry does; of a known `person` of a `household`.
PERSON_DIFFERENCES = {
    "KK": "told.kk_index <> household.kk_index",
    "NAMA": "told.name <> person.name",
    "JENIS_KELAMIN": "told.sex <> person.sex",
    "TANGGAL_LAHIR": "told.birth_date <> person.birth_date",
    "TELEPON": "told.phone_index IS DISTINCT FROM person.phone_index",
    "HUBUNGAN": registry_relations.RELATION.format(stays="household.kk_index = told.kk_index") + " <> person.relation",
    "SEKOLAH": "told.schooling <> person.schooling",
    "DISABILITAS": "told.disability <> person.disability",
    "PEKERJAAN": "told.occupation <> person.occupation",
    "HAMIL": "told.pregnant <> CASE WHEN person.pregnant THEN 'yes' WHEN NOT person.pregnant THEN 'no' ELSE '' END",
}
_HOUSEHOLD_DIFFERENCES = {
    "ALAMAT": "NOT told.same_address",
    "KODE_KELURAHAN": "told.kelurahan <> household.kelurahan",
    "DESIL": "told.decile <> household.decile",
    "RT": "told.rt <> household.rt",
    "RW": "told.rw <> household.rw",
}
_DIFFERING_PEOPLE = """
FROM registry_staged_person AS told
JOIN beneficiaries_person AS person USING (nik_index) JOIN beneficiaries_household AS household ON household.id = household_id
WHERE told.known AND NOT told.same
"""
_DIFFERING_HOUSEHOLDS = """
FROM registry_staged_household AS told JOIN beneficiaries_household AS household USING (kk_index) WHERE told.known
"""


@dataclass(frozen=True, slots=True)
class Counts:
    """Accepted rows: of a new person, of a known one who or whose household changed, of a known one as before.

    `households_without_head` counts those who are without one then, of those that the file tells of or takes the head from.
    `households_added` and `households_changed` count households, not rows: one row of a new member can change the home of
    all. `fields_changed` counts people and households by the column that differs. `returned` are people who had left, `left`
    those who leave, of `left_of` whom the source names so far.
    """

    added: int
    changed: int
    unchanged: int
    households_added: int
    households_changed: int
    households_without_head: int
    returned: int
    left: int
    left_of: int
    fields_changed: dict[str, int]


def create_staging(cursor: CursorWrapper, run: int) -> None:
    """The empty staging tables of this transaction; those of an earlier import in it are dropped."""
    cursor.execute(_TABLES.format(run=int(run)) + former_niks.TABLE)


def compare(cursor: CursorWrapper, run: int, *, correction: bool, source: str, complete: bool) -> None:
    """Refuses rows that contradict others or the registry, finds who leaves, and chooses what is said of each household.

    A `correction` (a file with note columns) changes no known household. What an earlier preview kept is dropped.
    """
    forget(cursor, run)
    cursor.execute(_INDEX)
    contradictions = (_REFUSE_CONTRADICTING_REGISTRY,) if correction else ()
    for refuse in (_REFUSE_DOUBLED, *contradictions, _REFUSE_HOUSEHOLD_DIFFERS, registry_relations.REFUSE_TWICE):
        cursor.execute(refuse)
        cursor.execute(_FORGET_REFUSED)
    if complete:
        registry_leaving.find(cursor, run, source)
    refused = 1
    while refused:  # who is refused stays what they are, and may so be the head beside whom somebody else cannot be it
        cursor.execute(registry_relations.REFUSE_BESIDE_REGISTRY, {"run": run})
        refused = cursor.rowcount
        cursor.execute(_FORGET_REFUSED)
    cursor.execute(_CHOOSE_HOUSEHOLDS)


def keep(cursor: CursorWrapper, run: int, *, source: str, complete: bool) -> Counts:
    """Keeps what was compared for the commit, with the refused lines, and counts it with those who would leave."""
    cursor.execute(_KEEP, {"run": run})
    left, left_of = registry_leaving.count(cursor, run, source) if complete else (0, 0)
    cursor.execute(_COUNT_HOUSEHOLDS)
    households_added, households_changed = cursor.fetchone()
    cursor.execute(_COUNT_PEOPLE)
    added, changed, otherwise_changed, unchanged, returned, _same = cursor.fetchone()
    cursor.execute(registry_relations.COUNT_WITHOUT_HEAD, {"run": run})
    [without_head] = cursor.fetchone()
    differing = _differing(cursor, PERSON_DIFFERENCES, _DIFFERING_PEOPLE)
    differing |= _differing(cursor, _HOUSEHOLD_DIFFERENCES, _DIFFERING_HOUSEHOLDS)
    return Counts(
        added=added,
        changed=changed + otherwise_changed,
        unchanged=unchanged,
        households_added=households_added,
        households_changed=households_changed,
        households_without_head=without_head,
        returned=returned,
        left=left,
        left_of=left_of,
        fields_changed={name: count for name, count in differing.items() if count},
    )


def _differing(cursor: CursorWrapper, differences: dict[str, str], rows: str) -> dict[str, int]:
    counts = ", ".join(f"count(*) FILTER (WHERE {differs})" for differs in differences.values())
    cursor.execute(f"SELECT {counts} {rows}")
    return dict(zip(differences, cursor.fetchone(), strict=True))


def forget(cursor: CursorWrapper, run: int) -> None:
    """Drops everything that a preview kept."""
    cursor.execute(_FORGET_STAGED, {"run": run})
    cursor.execute(_FORGET_FOUND, {"run": run})


def forget_staged(cursor: CursorWrapper, run: int) -> None:
    """Drops the clean rows that a preview kept: they are in the registry now. The refused ones stay to be corrected."""
    cursor.execute(_FORGET_STAGED, {"run": run})


def count_refusals(cursor: CursorWrapper, run: int) -> dict[str, int]:
    """Refused lines by their first reason, `FIELD.code`, the most frequent first."""
    cursor.execute(_COUNT_REFUSALS, {"run": run})
    return dict(cursor.fetchall())


def load(cursor: CursorWrapper, run: int) -> None:
    """Brings what a preview kept into this transaction's staging tables."""
    create_staging(cursor, run)
    cursor.execute(_LOAD, {"run": run})
    cursor.execute(_INDEX)


def assert_as_previewed(cursor: CursorWrapper, run: int, *, accepted: int, source: str, complete: bool) -> None:
    """Raises PreviewOutdated if a row, or a person who leaves, would end otherwise than the preview said."""
    cursor.execute(
        _COUNT_MOVED.format(
            older_person_key=stale_index("told.nik_index"), older_household_key=stale_index("said.kk_index")
        )
    )
    moved, rows = cursor.fetchone()
    moved += abs(rows - accepted)  # the kept rows are gone with a crash of the database
    if complete:
        moved += registry_leaving.count_moved(cursor, run, source)
    if moved:
        raise PreviewOutdated(rows=moved)


def merge(
    cursor: CursorWrapper, run: int, *, source: str, complete: bool, left: int, done: Callable[[float], None]
) -> None:
    """Adds and changes households and people, lets those leave who leave, and keeps whom the source names and confirms.

    `done` is told after each set what share of them is. Raises RegistryChanged.
    """
    cursor.execute(_COUNT_HOUSEHOLDS)
    new_households, changed_households = cursor.fetchone()
    cursor.execute(_COUNT_PEOPLE)
    new_people, changed_people, _, _, _, returned = cursor.fetchone()
    sets: list[tuple[str, int | None]] = [
        (_REMEMBER_HOUSEHOLDS, changed_households),
        (_REMEMBER_PEOPLE, changed_people),
        (_ADD_HOUSEHOLDS, new_households),
        (_CHANGE_HOUSEHOLDS, changed_households),
        (_ADD_PEOPLE, new_people),
        (_CHANGE_PEOPLE, changed_people),
        (_RETURN_PEOPLE, returned),
        (registry_leaving.LEAVE, left),
        *([(registry_leaving.END_LISTINGS, None)] if complete else []),
        *([(registry_leaving.LIST, None)] if source else []),
        (_CONFIRM, 1),
    ]
    for number, (statement, expected) in enumerate(sets, 1):
        cursor.execute(statement, {"run": run, "source": source})
        if expected is not None and cursor.rowcount != expected:
            raise RegistryChanged  # a row looked up at the start is not there, or not the same, any more
        done(number / len(sets))
    both = "person_one_head, person_one_spouse"
    cursor.execute(f"SET CONSTRAINTS {both} IMMEDIATE; SET CONSTRAINTS {both} DEFERRED")


def refusals_by_line(
    cursor: CursorWrapper, run: int, batch: int, after: int = 0
) -> Iterator[tuple[int, list[Refusal]]]:
    """Each refused line and all that is wrong with it, in line order, reading `batch` lines at a time."""
    while True:
        # A line's refusals must not fall into two batches, so the batch is counted in lines.
        cursor.execute(
            "SELECT line, field, code, name_1, value_1, name_2, value_2 FROM beneficiaries_refusedrow"
            " WHERE run_id = %(run)s AND line IN (SELECT DISTINCT line FROM beneficiaries_refusedrow"
            " WHERE run_id = %(run)s AND line > %(after)s ORDER BY line LIMIT %(batch)s) ORDER BY line, position",
            {"run": run, "after": after, "batch": batch},
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
