"""What a batch withholds for clawbacks while it is prepared: a share of a line, the oldest case first, never more than is left.

Cases are of one programme and one person; who was merged into another counts as the survivor. The cases of the programme are
locked when the first of their people is met, which preparation leaves to the end: so two batches at once share what is left, and
officers wait for the last lines only. What is withheld is no transfer: the line is lower by it, and the money stays in the fund.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.backends.utils import CursorWrapper

# Whose lines withhold something, as far as can be told before the lock.
CLAIMED = """
SELECT coalesce(p.merged_into_id, p.id)
FROM disbursement_clawback c JOIN beneficiaries_person p ON p.id = c.person_id
WHERE c.programme_id = %(programme)s AND c.status = 'in_force'
"""
_LOCK = """
SELECT id FROM disbursement_clawback WHERE programme_id = %s AND status = 'in_force' ORDER BY id FOR NO KEY UPDATE
"""
_CASES = """
SELECT coalesce(p.merged_into_id, p.id), c.id, c.share,
       c.claim - coalesce(withheld.total, 0) - coalesce(given.total, 0)
FROM disbursement_clawback c JOIN beneficiaries_person p ON p.id = c.person_id
LEFT JOIN (SELECT w.clawback_id, sum(w.amount) AS total
           FROM disbursement_withholding w JOIN disbursement_instruction i ON i.id = w.instruction_id
           WHERE w.clawback_id = ANY(%s) AND i.live GROUP BY w.clawback_id) withheld ON withheld.clawback_id = c.id
LEFT JOIN (SELECT clawback_id, sum(amount) AS total FROM disbursement_giveback
           WHERE clawback_id = ANY(%s) GROUP BY clawback_id) given ON given.clawback_id = c.id
WHERE c.id = ANY(%s) ORDER BY c.id
"""
_KEEP = """
INSERT INTO disbursement_withholding (clawback_id, instruction_id, entitled, amount, "left")
SELECT taken.clawback, i.id, taken.entitled, taken.amount, taken."left"
FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::int[], %s::bigint[], %s::bigint[], %s::bigint[])
     WITH ORDINALITY AS taken (clawback, enrolment, part, attempt, entitled, amount, "left", number)
JOIN disbursement_instruction i ON i.batch_id = %s AND i.cycle_id = %s AND i.enrolment_id = taken.enrolment
    AND i.part = taken.part AND i.attempt = taken.attempt AND i.kind = 'regular'
ORDER BY taken.number
"""


@dataclass(slots=True)
class Case:
    """A case in force: of which at most `share` percent of a line is withheld, and `left` rupiah in all."""

    number: int
    share: int
    left: int


@dataclass(frozen=True, slots=True)
class Taken:
    """What one line pays less for one case (rupiah), and what the case still claims after it."""

    case: int
    amount: int
    left: int


def take(cases: list[Case], entitled: int) -> list[Taken]:
    """What a line of so many rupiah withholds for the cases, the oldest first; their `left` is lower by it afterwards.

    All cases together take no more than the largest of their shares, rounded down, so that at least one rupiah is paid.
    """
    taken: list[Taken] = []
    together = 0
    for case in cases:
        amount = min(case.left, entitled * case.share // 100 - together)
        if amount > 0:
            case.left -= amount
            together += amount
            taken.append(Taken(case.number, amount, case.left))
    return taken


@dataclass(slots=True)
class Withholdings:
    """The cases of a programme while one of its batches is prepared; locked from the first `of` on."""

    programme: int
    _cases: dict[int, list[Case]] | None = None
    _kept: list[tuple[int, int, str, int, int, int, int]] = field(default_factory=list)

    def of(self, cursor: CursorWrapper, person: int) -> list[Case]:
        """The person's cases, the oldest first. Needs a transaction."""
        if self._cases is None:
            self._cases = _locked(cursor, self.programme)
        return self._cases.get(person, [])

    def keep(self, taken: list[Taken], enrolment: int, part: str, attempt: int, entitled: int) -> None:
        """Remembers what that line withholds, for `write`."""
        self._kept += [(one.case, enrolment, part, attempt, entitled, one.amount, one.left) for one in taken]

    def write(self, cursor: CursorWrapper, batch: int, cycle: int) -> None:
        """The rows of what was kept, once the lines are there."""
        if self._kept:
            cursor.execute(_KEEP, [*(list(column) for column in zip(*self._kept, strict=True)), batch, cycle])
            self._kept.clear()


def _locked(cursor: CursorWrapper, programme: int) -> dict[int, list[Case]]:
    cursor.execute(_LOCK, [programme])
    locked = [number for (number,) in cursor.fetchall()]
    cursor.execute(_CASES, [locked] * 3)
    found: dict[int, list[Case]] = {}
    for person, number, share, left in cursor.fetchall():
        found.setdefault(person, []).append(Case(number, share, int(left)))
    return found
