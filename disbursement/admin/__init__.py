"""The office's view of disbursement, one module per subject."""

from disbursement.admin import (
    accounts,
    approval_tiers,
    batches,
    delegations,
    enrolments,
    grievances,
    instructions,
    programmes,
)

__all__ = [
    "accounts",
    "approval_tiers",
    "batches",
    "delegations",
    "enrolments",
    "grievances",
    "instructions",
    "programmes",
]
