"""Programmes, enrolments, cycles, and the batches that pay them.

The state of every payment is here, in rows; the queue only rings. A batch holds chunks, a chunk holds instructions, and a
worker posts a chunk and marks it in one transaction.
"""

from disbursement.models.approval import Approval, Delegation, SentBack, Submission
from disbursement.models.approval_tier import ApprovalScheme, ApprovalTier, SchemeAgreement
from disbursement.models.batch import CASH, MAIN, Batch, Chunk, Instruction
from disbursement.models.batch_step import BatchStep, Filling
from disbursement.models.breaks import Break, BreakStep, Comparison
from disbursement.models.calculation import Calculation
from disbursement.models.confirmation import Confirmation
from disbursement.models.cycle import Cycle
from disbursement.models.enrolment import Enrolment, FollowedMove, LeftOut
from disbursement.models.payout import BulkNotice, BulkRequest, Exchange, PayoutLine, Resolution
from disbursement.models.preflight import Preflight, PreflightFinding
from disbursement.models.programme import Programme
from disbursement.models.provider import ProviderAccount, ProviderToken, Route
from disbursement.models.report import Report
from disbursement.models.statement import Statement, StatementAccount, StatementEntry
from disbursement.models.trial import TrialChange, TrialRegion, VersionTrial
from disbursement.models.version import Component, ProgrammeVersion

__all__ = [
    "CASH",
    "MAIN",
    "Approval",
    "ApprovalScheme",
    "ApprovalTier",
    "Batch",
    "BatchStep",
    "Break",
    "BreakStep",
    "BulkNotice",
    "BulkRequest",
    "Calculation",
    "Chunk",
    "Comparison",
    "Component",
    "Confirmation",
    "Cycle",
    "Delegation",
    "Enrolment",
    "Exchange",
    "Filling",
    "FollowedMove",
    "Instruction",
    "LeftOut",
    "PayoutLine",
    "Preflight",
    "PreflightFinding",
    "Programme",
    "ProgrammeVersion",
    "ProviderAccount",
    "ProviderToken",
    "Report",
    "Resolution",
    "Route",
    "SchemeAgreement",
    "SentBack",
    "Statement",
    "StatementAccount",
    "StatementEntry",
    "Submission",
    "TrialChange",
    "TrialRegion",
    "VersionTrial",
]
