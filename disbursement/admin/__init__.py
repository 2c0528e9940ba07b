"""The office's view of disbursement, one module per subject."""

from disbursement.admin import (
    accounts,
    batches,
    breaks,
    calculations,
    enrolments,
    findings,
    grievances,
    instructions,
    programmes,
    reconciliation,
    statements,
    trials,
    versions,
)

__all__ = [
    "accounts",
    "batches",
    "breaks",
    "calculations",
    "enrolments",
    "findings",
    "grievances",
    "instructions",
    "programmes",
    "reconciliation",
    "statements",
    "trials",
    "versions",
]
