"""The office's view of disbursement, one module per subject."""

from disbursement.admin import (
    accounts,
    batches,
    calculations,
    enrolments,
    findings,
    grievances,
    instructions,
    programmes,
    trials,
    versions,
)

__all__ = [
    "accounts",
    "batches",
    "calculations",
    "enrolments",
    "findings",
    "grievances",
    "instructions",
    "programmes",
    "trials",
    "versions",
]
