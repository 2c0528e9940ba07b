"""What a worker does with an import, once whoever asks how often: looking at it, saving it, taking it back.

One transaction each, behind a hold on the import that ends with the transaction, whatever ends it. So a worker that is killed
leaves the import as it was, the sweeper rings, and the next worker begins anew. What must be seen while it lasts (how far it
is, and whether somebody wants it to stop) goes over a connection of its own.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.utils import timezone

from beneficiaries import import_states, registry, registry_undo
from beneficiaries.errors import BeneficiaryError
from beneficiaries.import_errors import ImportCancelled, ImportMoved
from beneficiaries.models import ImportProgress, RegistryImport
from beneficiaries.registry_staging import Progress
from beneficiaries.work_channel import SILENT, Channel
from wallet.doorbell import ring

S = RegistryImport.State
P = ImportProgress.Part
TASKS = {
    S.UPLOADED: "beneficiaries.tasks.check",
    S.CHECKING: "beneficiaries.tasks.check",
    S.COMMITTING: "beneficiaries.tasks.commit",
    S.UNDOING: "beneficiaries.tasks.undo",
}


def check(number: int, also: registry.Report | None = None) -> None:
    """Makes the preview of an import that is due for one; does nothing where another worker is at it.

    `also` is told of the progress besides. What is wrong with the file is kept with the import, which is FAILED then.
    """
    run = RegistryImport.objects.filter(pk=number, state=S.UPLOADED).first()
    if run is not None:
        try:
            import_states.advance(run, S.CHECKING)
        except ImportMoved:
            return
    _work(number, S.CHECKING, registry.preview, also)


def commit(number: int, also: registry.Report | None = None) -> None:
    """Saves an import that somebody stands for; does nothing where another worker is at it."""
    _work(number, S.COMMITTING, registry.save, also)


def undo(number: int) -> None:
    """Takes an import back that is due for it; where that has become impossible it stays saved, with the reason."""
    _work(number, S.UNDOING, registry_undo.take_back, None)


def sweep() -> None:
    """Rings for whatever is due and not being worked at, and drops what was kept long enough."""
    silent = RegistryImport.objects.working().filter(progress__at__lt=timezone.now() - SILENT)
    for number, state in silent.values_list("pk", "state"):
        ring(TASKS[S(state)], number)
    registry.drop_old_contents()


def _work(number: int, state: S, deed: Callable[..., None], also: registry.Report | None) -> None:
    try:
        with _Channel(number, state) as channel, transaction.atomic():
            run = RegistryImport.objects.filter(pk=number).first()
            if run is None or not registry.take(run):
                return
            run.refresh_from_db()
            if run.state != state:
                return
            channel.count_attempt()

            def report(progress: Progress) -> None:
                channel.tell(progress)
                if also:
                    also(progress)

            deed(run, report)
    except BeneficiaryError as error:
        _end(number, state, error)


@transaction.atomic
def _end(number: int, state: S, error: BeneficiaryError) -> None:
    run = RegistryImport.objects.get(pk=number)
    if run.state != state or not registry.take(run):
        return
    asked = state != S.UNDOING and ImportProgress.objects.filter(run=run, cancel_asked=True).exists()
    if asked or isinstance(error, ImportCancelled):
        import_states.advance(run, S.CANCELLED, ended_at=timezone.now())
        registry.drop_contents(run)
        return
    outcome = S.COMMITTED if state == S.UNDOING else S.FAILED
    import_states.advance(run, outcome, error_code=error.code, error_data=error.data)


class _Channel(Channel):
    """What an import's page is told, and what it asks for."""

    def __init__(self, number: int, state: S) -> None:
        super().__init__("beneficiaries_importprogress", number)
        self.state = state

    def tell(self, progress: Progress) -> None:
        """Keeps how far it is. Raises ImportCancelled if somebody wants it to stop."""
        part = P.READING
        if progress.merging:
            part = P.COMPARING if self.state == S.CHECKING else P.SAVING
        asked = self.keep(
            rows=progress.rows, refused=progress.refused, share=progress.share, part=part, returning="cancel_asked"
        )
        if asked and self.state != S.UNDOING:
            raise ImportCancelled
