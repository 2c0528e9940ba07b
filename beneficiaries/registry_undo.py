"""Taking a whole import back, as long as nothing was paid or decided on it: every field as it was, whoever it added gone.

The registry's history tells what each row was before (sealed columns too, as sealed bytes of the same row), `Replaced` the
columns that the history leaves out, `Listing` whom the source named. Refused, with how many stand in the way,
- where a later change touched the same person or household;
- where a later import, of whatever source, said the same of them (`Confirmed`): then that is the latest word, and that import
  is to be taken back first, by its name;
- where the contents of its history were kept long enough and dropped (`retention`);
- where a programme says that it relies on somebody of the import (``REGISTRY["paid_since"]``: a function of people and a moment
  that gives a count and words, or None), or cannot bring somebody's place back (``"moves_taken"``: the same, of the import).
What the programmes built on it and nobody stands for yet goes with it (``"on_undo"``; ``"goes_with"`` says beforehand what that
is, ``"before_undo"`` waits for what they are building at this moment). Whom an import added and they enrolled meanwhile is not
deleted, for their enrolment's history stays: they leave.
The refused rows that were kept of its file are dropped.
The history keeps both the import and its undoing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, connection, models, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string

from beneficiaries import import_states, registry, registry_lock
from beneficiaries.history import telling
from beneficiaries.import_errors import (
    ChangedSince,
    ConfirmedSince,
    HistoryDropped,
    HistoryMissing,
    ImportMoved,
    StillReferred,
    UsedSince,
)
from beneficiaries.models import Change, Household, Person, RegistryImport
from beneficiaries.refusals import KK
from beneficiaries.registry_staging import BATCH, Progress
from vault.rotation import stale_index
from wallet.doorbell import ring_after_commit

if TYPE_CHECKING:
    from django.contrib.auth.models import User

S = RegistryImport.State
# What the history does not tell (migration 0003): `Replaced` has the digests and the phone's index, the rest never changes.
UNTOLD = frozenset({"id", "uid", "wallet_id", "nik_index", "kk_index", "phone_index", "source_digest", "created_at"})

_LOCK = """
SELECT count(*) FROM (
    SELECT id FROM beneficiaries_{name}
    WHERE id IN (SELECT {name}_id FROM beneficiaries_change WHERE source = %(source)s) ORDER BY id FOR UPDATE
) AS locked
"""
_COUNT_CHANGED_SINCE = """
SELECT count(DISTINCT later.{name}_id)
FROM (SELECT {name}_id, min(id) AS first FROM beneficiaries_change
      WHERE source = %(source)s AND {name}_id IS NOT NULL GROUP BY 1) AS mine
JOIN beneficiaries_change AS later ON later.{name}_id = mine.{name}_id AND later.id > mine.first
WHERE later.source <> %(source)s
"""
# A row that several statements changed is put back to what the first of them met: the last value of a key stays.
_PUT_BACK = """
WITH told AS (
    SELECT change.{name}_id AS id, jsonb_object_agg(field.key, field.value ORDER BY change.id DESC) AS before
    FROM beneficiaries_change AS change CROSS JOIN LATERAL jsonb_each(change.before) AS field
    WHERE change.source = %(source)s AND change.{name}_id IS NOT NULL AND change.kind = 'changed'
    GROUP BY change.{name}_id
), replaced AS (
    SELECT {name}_id AS id, source_digest, phone_index FROM beneficiaries_replaced
    WHERE run_id = %(run)s AND {name}_id IS NOT NULL
)
UPDATE beneficiaries_{name} AS row
SET ({columns}) = ({values}){untold}
FROM (SELECT id FROM told UNION SELECT id FROM replaced) AS touched
JOIN beneficiaries_{name} AS now USING (id) LEFT JOIN told USING (id) LEFT JOIN replaced USING (id)
CROSS JOIN LATERAL jsonb_populate_record(now, coalesce(told.before, '{{}}')) AS was
WHERE row.id = touched.id
"""
_PUT_BACK_UNTOLD = {
    "household": ", source_digest = coalesce(replaced.source_digest, row.source_digest)",
    "person": ", source_digest = coalesce(replaced.source_digest, row.source_digest),"
    " phone_index = CASE WHEN replaced.id IS NULL THEN row.phone_index ELSE replaced.phone_index END",
}
# Somebody else became the head, or the head's spouse, of a household since its own went with the import.
_COUNT_TAKEN = """
SELECT count(*) FROM (
    SELECT household_id FROM beneficiaries_person
    WHERE status = 'active' AND relation IN ('head', 'husband', 'wife') AND household_id IN (
        SELECT person.household_id FROM beneficiaries_change AS change
        JOIN beneficiaries_person AS person ON person.id = change.person_id WHERE change.source = %(source)s)
    GROUP BY household_id, relation = 'head' HAVING count(*) > 1
) AS taken
"""
_FORGET_REPLACED = """
DELETE FROM beneficiaries_replaced WHERE run_id = %(run)s;
DELETE FROM beneficiaries_confirmed WHERE run_id = %(run)s
"""
_UNLIST = """
DELETE FROM beneficiaries_listing WHERE since_id = %(run)s;
UPDATE beneficiaries_listing AS listing SET until_id = NULL WHERE until_id = %(run)s AND NOT EXISTS (
    SELECT FROM beneficiaries_listing AS open
    WHERE open.source = listing.source AND open.person_id = listing.person_id AND open.until_id IS NULL)
"""
_ADDED = (
    "SELECT {name}_id FROM beneficiaries_change WHERE source = %(source)s AND kind = 'added' AND {name}_id IS NOT NULL"
)
# Imports saved later, the last one first, each with how many it confirms of those whom this one touched. Where it kept no list
# (it was saved before there were any) that may be all of whom it said nothing new.
_CONFIRMED_SINCE = """
WITH mine AS (SELECT person_id, household_id FROM beneficiaries_change WHERE source = %(source)s)
SELECT later.id, later.file_name, CASE WHEN confirmed.run_id IS NULL THEN later.unchanged + later.changed ELSE
    (SELECT count(*) FROM unnest(confirmed.people) AS person (id)
     JOIN (SELECT DISTINCT person_id AS id FROM mine) AS touched USING (id))
    + (SELECT count(*) FROM unnest(confirmed.households) AS household (id)
       JOIN (SELECT DISTINCT household_id AS id FROM mine) AS touched USING (id)) END
FROM beneficiaries_registryimport AS later LEFT JOIN beneficiaries_confirmed AS confirmed ON confirmed.run_id = later.id
WHERE later.committed_at > %(committed_at)s AND later.state IN ('committed', 'undoing')
ORDER BY later.committed_at DESC
"""
# What is only derived from people, or guessed of them, goes with them; what somebody decided about them stands in the way.
_FORGET_DERIVED = f"""
WITH added AS ({_ADDED.format(name="person")})
, hits AS (DELETE FROM beneficiaries_trialhit WHERE person_id IN (SELECT person_id FROM added))
, undecided AS (
    SELECT id FROM beneficiaries_proposal WHERE status = 'undecided'
      AND (person_id IN (SELECT person_id FROM added) OR household_id IN ({_ADDED.format(name="household")}))
)
, rests_on AS (DELETE FROM beneficiaries_proposal_evidence WHERE proposal_id IN (SELECT id FROM undecided))
, proposals AS (DELETE FROM beneficiaries_proposal WHERE id IN (SELECT id FROM undecided))
, keys AS (DELETE FROM beneficiaries_personkey WHERE person_id IN (SELECT person_id FROM added))
, blocks AS (DELETE FROM beneficiaries_personblock WHERE person_id IN (SELECT person_id FROM added))
DELETE FROM beneficiaries_duplicatepair
WHERE status = 'open' AND (low_id IN (SELECT person_id FROM added) OR high_id IN (SELECT person_id FROM added))
"""
_COUNT_MOVED_IN = f"""
SELECT count(*) FROM beneficiaries_person
WHERE household_id IN ({_ADDED.format(name="household")}) AND id NOT IN ({_ADDED.format(name="person")})
"""
_LEAVE = f"""
UPDATE beneficiaries_person SET status = 'left'
WHERE status = 'active' AND id = ANY(%(kept)s) AND id IN ({_ADDED.format(name="person")})
"""
_REMOVE_PEOPLE = f"""
DELETE FROM beneficiaries_person WHERE id IN ({_ADDED.format(name="person")}) AND NOT id = ANY(%(kept)s)
"""
_REMOVE_HOUSEHOLDS = f"""
DELETE FROM beneficiaries_household AS household WHERE id IN ({_ADDED.format(name="household")})
  AND NOT EXISTS (SELECT FROM beneficiaries_person WHERE household_id = household.id AND id = ANY(%(kept)s))
"""


def people_of(run: RegistryImport) -> QuerySet[Person]:
    """Everybody whom the import added or changed, or whose household it changed."""
    told = Change.objects.filter(source=run.told_as)
    return Person.objects.filter(
        Q(pk__in=told.filter(person__isnull=False).values("person_id"))
        | Q(household_id__in=told.filter(household__isnull=False).values("household_id"))
    )


def added_by(run: RegistryImport) -> QuerySet[Person]:
    """Everybody whom the import added."""
    told = Change.objects.filter(source=run.told_as, kind=Change.Kind.ADDED, person__isnull=False)
    return Person.objects.filter(pk__in=told.values("person_id"))


def goes_with(run: RegistryImport) -> list[str]:
    """Sentences: what of the programmes goes with the import when it is taken back."""
    said: list[str] = import_string(settings.REGISTRY["goes_with"])(people_of(run), run.committed_at or run.created_at)
    return said


def assert_possible(run: RegistryImport) -> None:
    """Raises UndoRefused, with why and how many, if something has come to depend on the import."""
    of: dict[str, str | int] = {"source": run.told_as, "run": run.pk}
    touched = run.added + run.changed + run.left + run.households_added + run.households_changed
    if touched and not Change.objects.filter(source=run.told_as).exists():
        raise HistoryMissing
    paid_since: Callable[[QuerySet[Person], datetime], tuple[int, str] | None] | None = (
        import_string(settings.REGISTRY["paid_since"]) if settings.REGISTRY["paid_since"] else None
    )
    if paid_since and (paid := paid_since(people_of(run), run.committed_at or run.created_at)):
        raise _used(paid)  # before whatever an officer could still clear out of the way: it would be for nothing
    with connection.cursor() as cursor:
        changed = 0
        for name in ("person", "household"):
            cursor.execute(_COUNT_CHANGED_SINCE.format(name=name), of)
            changed += cursor.fetchone()[0]
        if changed:
            raise ChangedSince(count=changed)
        if Change.objects.filter(source=run.told_as, kind=Change.Kind.CHANGED, after={}).exists():
            raise HistoryDropped
        cursor.execute(_CONFIRMED_SINCE, of | {"committed_at": run.committed_at or run.created_at})
        for number, file, count in cursor.fetchall():
            if count:
                raise ConfirmedSince(number=number, file=file, count=count)
    if taken := import_string(settings.REGISTRY["moves_taken"])(run):
        raise _used(taken)


def _used(said: tuple[int, str]) -> UsedSince:
    count, reason = said
    return UsedSince(count=count, reason=str(reason))


@transaction.atomic
def request_undo(run: RegistryImport, *, by: User | None, reason: str) -> None:
    """The import is to be taken back by a worker, for this reason. Raises UndoRefused, ImportMoved."""
    if run.state != S.COMMITTED:
        raise ImportMoved(state=run.get_state_display())
    assert_possible(run)
    registry.start_afresh(run)
    import_states.advance(run, S.UNDOING, ended_by=by, end_reason=reason, error_code="", error_data={})
    ring_after_commit("beneficiaries.tasks.undo", run.pk)


def take_back(run: RegistryImport, progress: registry.Report) -> None:
    """Does it; the import is UNDONE then. Runs in a transaction. Raises UndoRefused: then that is to be rolled back."""
    of: dict[str, Any] = {"source": run.told_as, "run": run.pk}
    with connection.cursor() as cursor:
        registry_lock.wait()
        if settings.REGISTRY["before_undo"]:
            import_string(settings.REGISTRY["before_undo"])(people_of(run))
        for name in ("household", "person"):  # so that nobody comes to depend on them between the question and the deed
            cursor.execute(_LOCK.format(name=name), of)
        progress(Progress(run.rows, run.refused, 0.2, merging=True))
        assert_possible(run)
        progress(Progress(run.rows, run.refused, 0.4, merging=True))
        with telling(source=f"undo:{run.pk}", by=run.ended_by, reason=run.end_reason):
            _put_everything_back(cursor, run, of)
    registry.drop_files(run)
    import_states.advance(run, S.UNDONE, ended_at=timezone.now())


def _put_everything_back(cursor: CursorWrapper, run: RegistryImport, of: dict[str, Any]) -> None:
    for name, model in (("household", Household), ("person", Person)):
        cursor.execute(_put_back(name, model), of)
    _index_phones_anew(of)
    cursor.execute(_COUNT_TAKEN, of)
    [taken] = cursor.fetchone()
    if taken:
        raise ChangedSince(count=taken)
    of["kept"] = []
    if settings.REGISTRY["on_undo"]:
        since = run.committed_at or run.created_at
        of["kept"] = import_string(settings.REGISTRY["on_undo"])(
            people_of(run), since, added=added_by(run), by=run.ended_by, reason=run.end_reason
        )
    if run.fields_changed.get(KK):
        import_string(settings.REGISTRY["on_moves_undone"])(run, by=run.ended_by, reason=run.end_reason)
    cursor.execute(_FORGET_REPLACED, of)
    cursor.execute(_UNLIST, of)
    try:
        with transaction.atomic():
            cursor.execute(_COUNT_MOVED_IN, of)
            [moved_in] = cursor.fetchone()
            if moved_in:
                raise ChangedSince(count=moved_in)
            for statement in (_FORGET_DERIVED, _LEAVE, _REMOVE_PEOPLE, _REMOVE_HOUSEHOLDS):
                cursor.execute(statement, of)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    except IntegrityError as error:
        constraint = getattr(getattr(error.__cause__, "diag", None), "table_name", None)
        raise StillReferred(cause=constraint or "?") from None


def _index_phones_anew(of: dict[str, Any]) -> None:
    """Index keys may have changed since the import: then the index that it replaced is of an older one, or dropped."""
    touched = Change.objects.filter(source=of["source"], person__isnull=False).values("person_id")
    found = Person.objects.filter(pk__in=touched).exclude(phone_sealed=b"").order_by("pk")
    stale = found.extra(where=[f"(phone_index IS NULL OR {stale_index('phone_index')})"])  # noqa: S610  # our own names
    people = []
    for person in stale.iterator():
        person.phone_index = Person.phone.index_of(person.phone)
        people.append(person)
    Person.objects.bulk_update(people, ["phone_index"], batch_size=BATCH)


def _put_back(name: str, model: type[models.Model]) -> str:
    columns = [str(field.column) for field in model._meta.concrete_fields if field.column not in UNTOLD]
    return _PUT_BACK.format(
        name=name,
        columns=", ".join(columns),
        values=", ".join(f"was.{column}" for column in columns),
        untold=_PUT_BACK_UNTOLD[name],
    )
