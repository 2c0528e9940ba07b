"""The office's view of disbursement, one module per subject."""

from disbursement.admin import accounts, batches, enrolments, findings, grievances, instructions, programmes

__all__ = ["accounts", "batches", "enrolments", "findings", "grievances", "instructions", "programmes"]
