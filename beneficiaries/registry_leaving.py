"""Who leaves with a complete file of a source, and whom a source names: in the transaction of a preview or a commit.

The statements read the staging tables of `registry_merge`, and the NIKs that people had before (`former_niks`).
"""

from __future__ import annotations

from django.db.backends.utils import CursorWrapper

from beneficiaries import former_niks

# Everybody whom the source has named and this file does not, neither in a refused line, nor by a row merged into theirs,
# nor by the NIK they had before somebody corrected it.
_UNNAMED = """
SELECT listing.person_id
FROM beneficiaries_listing AS listing JOIN beneficiaries_person AS person ON person.id = listing.person_id
WHERE listing.source = %(source)s AND listing.until_id IS NULL
  AND NOT EXISTS (SELECT FROM registry_staged_person AS told WHERE told.nik_index = person.nik_index)
  AND NOT EXISTS (SELECT FROM registry_refused AS refused
                  WHERE refused.nik_index = person.nik_index)
  AND NOT EXISTS (SELECT FROM beneficiaries_person AS merged JOIN registry_staged_person AS told USING (nik_index)
                  WHERE merged.merged_into_id = person.id)
  AND NOT EXISTS (SELECT FROM registry_former_nik AS former JOIN registry_staged_person AS told USING (nik_index)
                  WHERE former.person_id = person.id)
  AND NOT EXISTS (SELECT FROM registry_former_nik AS former JOIN registry_refused AS refused USING (nik_index)
                  WHERE former.person_id = person.id)
"""
# Whom no other source names either.
_LEAVING = f"""
SELECT id AS person_id FROM beneficiaries_person
WHERE status = 'active' AND id IN ({_UNNAMED})
  AND NOT EXISTS (SELECT FROM beneficiaries_listing AS other
                  WHERE other.person_id = beneficiaries_person.id AND other.until_id IS NULL AND other.source <> %(source)s)
"""
_FIND_LEAVING = (
    "INSERT INTO beneficiaries_leaving (run_id, person_id)"
    f" SELECT %(run)s, person_id FROM ({_LEAVING}) AS unnamed ORDER BY person_id"
)
_COUNT_LEAVING = "SELECT count(*) FROM beneficiaries_leaving WHERE run_id = %(run)s"
_COUNT_LISTED = """
SELECT count(*) FROM beneficiaries_listing AS listing JOIN beneficiaries_person AS person ON person.id = listing.person_id
WHERE listing.source = %(source)s AND listing.until_id IS NULL AND person.status = 'active'
"""
_COUNT_LEAVING_MOVED = f"""
SELECT count(*) FROM ({_LEAVING}) AS now
FULL JOIN (SELECT person_id FROM beneficiaries_leaving WHERE run_id = %(run)s) AS previewed USING (person_id)
WHERE now.person_id IS NULL OR previewed.person_id IS NULL
"""

# What a commit does, each a set of its own.
LEAVE = """
UPDATE beneficiaries_person AS person SET status = 'left'
FROM beneficiaries_leaving AS leaving
WHERE leaving.run_id = %(run)s AND person.id = leaving.person_id AND person.status = 'active'
"""
END_LISTINGS = f"""
UPDATE beneficiaries_listing SET until_id = %(run)s
WHERE source = %(source)s AND until_id IS NULL AND person_id IN ({_UNNAMED})
"""
LIST = """
INSERT INTO beneficiaries_listing (source, person_id, since_id)
SELECT %(source)s, person.id, %(run)s
FROM registry_staged_person AS told JOIN beneficiaries_person AS person USING (nik_index)
WHERE NOT EXISTS (SELECT FROM beneficiaries_listing AS listing
                  WHERE listing.source = %(source)s AND listing.person_id = person.id AND listing.until_id IS NULL)
ORDER BY told.line
"""


def find(cursor: CursorWrapper, run: int, source: str) -> None:
    """Keeps who would leave, by number."""
    of: dict[str, str | int] = {"run": run, "source": source}
    former_niks.stage(cursor, _UNNAMED, of)
    cursor.execute(_FIND_LEAVING, of)


def count(cursor: CursorWrapper, run: int, source: str) -> tuple[int, int]:
    """How many leave, and of how many active people whom the source names."""
    cursor.execute(_COUNT_LEAVING, {"run": run})
    [left] = cursor.fetchone()
    cursor.execute(_COUNT_LISTED, {"source": source})
    [listed] = cursor.fetchone()
    return int(left), int(listed)


def count_moved(cursor: CursorWrapper, run: int, source: str) -> int:
    """How many would leave now and not by the preview, or the other way round. What follows may use `END_LISTINGS`."""
    of: dict[str, str | int] = {"run": run, "source": source}
    former_niks.stage(cursor, _UNNAMED, of)
    cursor.execute(_COUNT_LEAVING_MOVED, of)
    [moved] = cursor.fetchone()
    return int(moved)
