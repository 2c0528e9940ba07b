"""The office's view of disbursement, one module per subject."""

from disbursement.admin import (
    accounts,
    approval_tiers,
    batches,
    breaks,
    calculations,
    delegations,
    enrolments,
    findings,
    grievances,
    instructions,
    programmes,
    reconciliation,
    reports,
    statements,
    trials,
    versions,
)

__all__ = [
    "accounts",
    "approval_tiers",
    "batches",
    "breaks",
    "calculations",
    "delegations",
    "enrolments",
    "findings",
    "grievances",
    "instructions",
    "programmes",
    "reconciliation",
    "reports",
    "statements",
    "trials",
    "versions",
]
