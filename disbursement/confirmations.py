"""What beneficiaries say of what was paid to them. It moves nothing: a "not received" becomes a break that somebody owns."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db.models import OuterRef, QuerySet, Subquery

from beneficiaries import merged_rows
from beneficiaries.models import Person
from disbursement.models import Confirmation, Instruction
from disbursement.statement_errors import NotPaidYet
from wallet.transactions import retried

A = Confirmation.Answer
C = Confirmation.Channel


def paid_to(person: Person) -> QuerySet[Instruction]:
    """What was paid to the human being, the newest first, each with `answer`: the newest one given, or None.

    Under whichever of their rows in the registry: what was paid to one that was merged into another stays its own.
    """
    newest = Confirmation.objects.filter(instruction=OuterRef("pk")).order_by("-pk")
    return (
        Instruction.objects.filter(enrolment__person__in=merged_rows.numbers(person), status=Instruction.Status.PAID)
        .annotate(answer=Subquery(newest.values("answer")[:1]), answered_at=Subquery(newest.values("at")[:1]))
        .select_related("cycle", "enrolment__programme")
        .order_by("-cycle__period", "-pk")
    )


@retried
def confirm(instruction: Instruction, *, received: bool, channel: str, by: User | None = None) -> Confirmation:
    """Keeps the answer; the same answer again changes nothing. `by` is the officer who took it, None in the app.

    Raises NotPaidYet.
    """
    # Under its lock: two answers at once have an order, and a payment that is being taken back is waited for.
    instruction = Instruction.objects.select_for_update(no_key=True).get(pk=instruction.pk)
    if instruction.status != Instruction.Status.PAID:
        raise NotPaidYet(status=instruction.get_status_display())
    answer = A.RECEIVED if received else A.NOT_RECEIVED
    latest = Confirmation.objects.filter(instruction=instruction).order_by("-pk").first()
    if latest is not None and latest.answer == answer:
        return latest
    return Confirmation.objects.create(instruction=instruction, answer=answer, channel=channel, by=by)
