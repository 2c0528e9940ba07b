"""Heads and their spouses in a registry import: one of each in a household, counting those whom the file leaves as they are.

Statements over the staging tables of registry_merge.py, with the import's number as `run`.
"""

# Nobody can know which of two is the head, or the head's husband or wife, so neither enters.
REFUSE_TWICE = """
WITH told AS (
    SELECT line, kk_index, nik_index, CASE WHEN relation = 'head' THEN 'head' ELSE 'spouse' END AS role
    FROM registry_staged_person WHERE relation IN ('head', 'husband', 'wife')
), twice AS (
    SELECT kk_index, role, min(line) AS first, (array_agg(line ORDER BY line))[2] AS second
    FROM told GROUP BY kk_index, role HAVING count(*) > 1
)
INSERT INTO registry_refused
SELECT line, 0, 'HUBUNGAN', role || '_twice', 'other', CASE WHEN line = first THEN second ELSE first END, '', NULL, nik_index
FROM told JOIN twice USING (kk_index, role)
"""

# What a row does not tell of a person stays, but who moves is not the head, or the head's spouse, of the next household by it.
RELATION = """coalesce(told.relation, CASE WHEN {stays} OR person.relation NOT IN ('head', 'husband', 'wife')
                          THEN person.relation END, '')"""
# The relations of those whom the file changes, as they will be. A row that says what the last import said changes nobody,
# and only lets return who had left: there the registry's word stands.
_BECOMING = f"""
SELECT told.line, told.nik_index, told.kk_index,
       {RELATION.format(stays="household.kk_index = told.kk_index")} AS relation
FROM registry_staged_person AS told LEFT JOIN beneficiaries_person AS person USING (nik_index)
LEFT JOIN beneficiaries_household AS household ON household.id = person.household_id
WHERE NOT told.same AND (person.id IS NULL OR person.status = 'active' OR told.returns)
UNION ALL
SELECT told.line, told.nik_index, household.kk_index, person.relation
FROM registry_staged_person AS told JOIN beneficiaries_person AS person USING (nik_index)
JOIN beneficiaries_household AS household ON household.id = person.household_id
WHERE told.same AND told.returns
"""
# Those of some households whom the file leaves as they are.
_STAYING = """
SELECT household.kk_index, person.relation
FROM beneficiaries_person AS person JOIN beneficiaries_household AS household ON household.id = person.household_id
WHERE person.status = 'active' AND household.kk_index IN (SELECT kk_index FROM {homes})
  AND NOT EXISTS (SELECT FROM registry_staged_person AS told WHERE told.nik_index = person.nik_index AND NOT told.same)
  AND NOT EXISTS (SELECT FROM beneficiaries_leaving AS leaving
                  WHERE leaving.run_id = %(run)s AND leaving.person_id = person.id)
"""
# The registry has a head, or a head's spouse, of whom the file does not say that they are something else now.
REFUSE_BESIDE_REGISTRY = f"""
WITH becoming AS (SELECT * FROM ({_BECOMING}) AS row WHERE relation IN ('head', 'husband', 'wife')), roles AS (
    SELECT line, nik_index, kk_index, CASE WHEN relation = 'head' THEN 'head' ELSE 'spouse' END AS role FROM (
        SELECT * FROM becoming UNION ALL SELECT NULL, NULL, staying.* FROM ({_STAYING.format(homes="becoming")}) AS staying
    ) AS everybody WHERE relation IN ('head', 'husband', 'wife')
)
INSERT INTO registry_refused
SELECT line, 0, 'HUBUNGAN', role || '_known', '', NULL, '', NULL, nik_index
FROM roles JOIN (SELECT kk_index, role FROM roles GROUP BY 1, 2 HAVING count(*) > 1) AS twice USING (kk_index, role)
WHERE line IS NOT NULL
"""
# A card without a head is a lesser harm than a family without aid: it enters, and is counted for the office to look at; so is
# one whose head leaves or moves away. Rows of a file without the column say nothing of it; of a member whom the file names, it
# says what they will be.
COUNT_WITHOUT_HEAD = f"""
WITH becoming AS ({_BECOMING}), homes AS (
    SELECT kk_index FROM registry_staged_person WHERE relation IS NOT NULL
    UNION
    SELECT household.kk_index
    FROM beneficiaries_person AS head JOIN beneficiaries_household AS household ON household.id = head.household_id
    WHERE head.relation = 'head' AND head.status = 'active' AND (
        EXISTS (SELECT FROM beneficiaries_leaving AS leaving
                WHERE leaving.run_id = %(run)s AND leaving.person_id = head.id)
        OR EXISTS (SELECT FROM registry_staged_person AS told
                   WHERE told.nik_index = head.nik_index AND NOT told.same AND told.kk_index <> household.kk_index))
), members AS (SELECT kk_index, relation FROM becoming UNION ALL {_STAYING.format(homes="homes")})
SELECT count(*) FROM (
    SELECT FROM members JOIN homes USING (kk_index) GROUP BY kk_index HAVING bool_and(relation <> 'head')
) AS headless
"""
