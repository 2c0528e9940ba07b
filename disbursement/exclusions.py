"""Exclusions as payments see them: who is left out of a cycle and why, and what is owed once an objection was upheld."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.backends.utils import CursorWrapper
from django.db.models import Exists, OuterRef

from beneficiaries.models import Exclusion
from disbursement.models import Cycle, Enrolment, Instruction, LeftOut

# People excluded on a day (asked for four times) with the exclusion that came first. What struck a row that was merged holds
# for the survivor; what their old household was excluded for after they had been merged away from it does not.
EXCLUDED = """
SELECT person, min(exclusion) AS exclusion FROM (
    SELECT coalesce(p.merged_into_id, p.id) AS person, x.id AS exclusion
    FROM beneficiaries_exclusion x JOIN beneficiaries_person p ON p.id = x.person_id
    WHERE x.starts_on <= %s AND (x.ends_on IS NULL OR x.ends_on > %s)
    UNION ALL
    SELECT coalesce(p.merged_into_id, p.id), x.id
    FROM beneficiaries_exclusion x JOIN beneficiaries_person p ON p.household_id = x.household_id
    LEFT JOIN beneficiaries_merge m ON m.merged_id = p.id AND m.undone_at IS NULL
    WHERE x.starts_on <= %s AND (x.ends_on IS NULL OR x.ends_on > %s) AND (m.id IS NULL OR m.at > x.created_at)
) of_day GROUP BY person
"""
_DEATH = """v.kind = 'death' AND v.superseded_at IS NULL AND v.contested_at IS NULL AND v.fact_date <= %(today)s
            AND (v.valid_until IS NULL OR v.valid_until >= %(today)s)"""
# Whether {person} has died, as the registry says or evidence that nobody contests (%(today)s), of them or of a row that was
# merged into theirs. Asked of one after another: OFFSET 0 keeps the planner from reading whole tables for it.
DIED = f"""
(EXISTS (SELECT FROM beneficiaries_person WHERE id = {{person}} AND status = 'deceased' OFFSET 0)
 OR EXISTS (SELECT FROM beneficiaries_evidence v WHERE v.person_id = {{person}} AND {_DEATH} OFFSET 0)
 OR EXISTS (SELECT FROM beneficiaries_person merged JOIN beneficiaries_evidence v ON v.person_id = merged.id
            WHERE merged.merged_into_id = {{person}} AND {_DEATH} OFFSET 0))
"""  # noqa: S608  # constants of ours


@dataclass(frozen=True, slots=True)
class Missed:
    """A cycle that an enrolment was left out of and is not paid for: preparing another batch of the cycle pays it."""

    cycle: Cycle
    enrolment: Enrolment


def note_left_out(cursor: CursorWrapper, cycle: Cycle) -> None:
    """Keeps which active enrolments the cycle leaves out, each with its exclusion; repeating it changes nothing.

    Until the transaction ends or `forget_left_out` is called, the temporary table `excluded` says who they are: whoever pays
    the others reads it there, so that an exclusion accepted meanwhile counts for both or for neither.
    """
    cursor.execute(
        f"CREATE TEMPORARY TABLE excluded ON COMMIT DROP AS {EXCLUDED}",
        [cycle.period] * 4,
    )
    cursor.execute(
        """
        INSERT INTO disbursement_leftout (cycle_id, enrolment_id, exclusion_id)
        SELECT %s, e.id, excluded.exclusion
        FROM excluded JOIN disbursement_enrolment e ON e.person_id = excluded.person
        WHERE e.programme_id = %s AND e.status = 'active' AND NOT EXISTS (
            SELECT FROM disbursement_instruction i
            WHERE i.enrolment_id = e.id AND i.cycle_id = %s AND i.live)
        ORDER BY e.id ON CONFLICT DO NOTHING
        """,
        [cycle.pk, cycle.programme_id, cycle.pk],
    )


def forget_left_out(cursor: CursorWrapper) -> None:
    """The temporary table goes: another cycle may be prepared in the same transaction."""
    cursor.execute("DROP TABLE excluded")


def missed(exclusion: Exclusion, enrolment: Enrolment | None = None) -> list[Missed]:
    """What the exclusion, now annulled, kept from those it struck, or from one: cycles not paid since, oldest first.

    Empty while the exclusion is in force, and for one that was lifted from a later day: nothing is owed then.
    """
    if not exclusion.annulled:
        return []
    live = Instruction.objects.filter(enrolment=OuterRef("enrolment"), cycle=OuterRef("cycle"), live=True)
    rows = (
        LeftOut.objects.filter(exclusion=exclusion, enrolment__status=Enrolment.Status.ACTIVE)
        .exclude(Exists(live))
        .select_related("cycle__programme", "enrolment__person")
        .order_by("cycle__period", "pk")
    )
    if enrolment is not None:
        rows = rows.filter(enrolment=enrolment)
    return [Missed(row.cycle, row.enrolment) for row in rows]
