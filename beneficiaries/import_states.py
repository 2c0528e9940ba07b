"""The legal changes of an import's state, and the one statement that makes them."""

from __future__ import annotations

from typing import Any

from beneficiaries.import_errors import ImportMoved
from beneficiaries.models import RegistryImport

S = RegistryImport.State
TRANSITIONS = {
    (S.UPLOADED, S.CHECKING),  # a worker has taken it up
    (S.CHECKING, S.PREVIEWED),  # every row was read and compared; nothing of the registry was written
    (S.CHECKING, S.FAILED),  # the file cannot be read as a whole
    (S.PREVIEWED, S.CHECKING),  # looked at again: the registry has moved since
    (S.FAILED, S.CHECKING),  # tried again: the cause is gone, or the registry had moved
    (S.PREVIEWED, S.COMMITTING),  # somebody has seen the preview and stands for it
    (S.COMMITTING, S.COMMITTED),  # all of it is in the registry, in one transaction
    (
        S.COMMITTING,
        S.FAILED,
    ),  # the outcome would not be the previewed one, or the database refused; nothing was written
    (S.UPLOADED, S.CANCELLED),  # thrown away
    (S.CHECKING, S.CANCELLED),
    (S.PREVIEWED, S.CANCELLED),
    (S.COMMITTING, S.CANCELLED),  # stopped between two sets: what was written is rolled back
    (S.FAILED, S.CANCELLED),
    (S.PREVIEWED, S.EXPIRED),  # nobody decided in time, and its file is gone
    (S.FAILED, S.EXPIRED),
    (S.COMMITTED, S.UNDOING),  # somebody takes all of it back
    (S.UNDOING, S.UNDONE),  # every field is as before
    (S.UNDOING, S.COMMITTED),  # something has come to depend on it meanwhile; nothing was taken back
}


def advance(run: RegistryImport, to: RegistryImport.State, **changes: Any) -> None:
    """Moves the import to the state, in memory and in the database. Raises ImportMoved if it is elsewhere by now."""
    origins = [origin for origin, target in TRANSITIONS if target == to]
    rows = RegistryImport.objects.filter(pk=run.pk, state=run.state).filter(state__in=origins)
    if rows.update(state=to, **changes) != 1:
        raise ImportMoved(state=run.get_state_display())
    run.refresh_from_db()
