"""The office's view of disbursement, one module per subject."""

from disbursement.admin import (
    accounts,
    batches,
    breaks,
    enrolments,
    grievances,
    instructions,
    programmes,
    reconciliation,
    statements,
)

__all__ = [
    "accounts",
    "batches",
    "breaks",
    "enrolments",
    "grievances",
    "instructions",
    "programmes",
    "reconciliation",
    "statements",
]
