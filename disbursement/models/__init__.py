"""Programmes, enrolments, cycles, and the batches that pay them.

The state of every payment is here, in rows; the queue only rings. A batch holds chunks, a chunk holds instructions, and a
worker posts a chunk and marks it in one transaction.
"""

from disbursement.models.approval import Approval, Delegation, SentBack, Submission
from disbursement.models.approval_tier import ApprovalScheme, ApprovalTier, SchemeAgreement
from disbursement.models.batch import CASH, MAIN, Batch, Chunk, Instruction
from disbursement.models.batch_step import BatchStep, Filling
from disbursement.models.breaks import Break, BreakStep, Comparison
from disbursement.models.budget import BatchRegion, Budget
from disbursement.models.calculation import Calculation
from disbursement.models.clawback import Clawback, ClawbackPayment, ClawbackStep, GiveBack, Withholding
from disbursement.models.confirmation import Confirmation
from disbursement.models.correction import Correction, Recalculation
from disbursement.models.cycle import Cycle
from disbursement.models.enrolment import Enrolment, FollowedMove, LeftOut
from disbursement.models.enrolment_step import EnrolmentAppeal, EnrolmentStep
from disbursement.models.owed_cycle import OwedCycle
from disbursement.models.payout import BulkNotice, BulkRequest, Exchange, PayoutLine, Resolution
from disbursement.models.preflight import Preflight, PreflightFinding
from disbursement.models.programme import Programme
from disbursement.models.programme_conflict import ConflictNote, PlaceLook, ProgrammeConflict
from disbursement.models.provider import ProviderAccount, ProviderToken, Route
from disbursement.models.report import Report
from disbursement.models.schedule import Schedule, ScheduledRun
from disbursement.models.statement import Statement, StatementAccount, StatementEntry
from disbursement.models.take_back import TakeBack
from disbursement.models.trial import TrialChange, TrialRegion, VersionTrial
from disbursement.models.version import Component, ProgrammeVersion

__all__ = [
    "CASH",
    "MAIN",
    "Approval",
    "ApprovalScheme",
    "ApprovalTier",
    "Batch",
    "BatchRegion",
    "BatchStep",
    "Break",
    "BreakStep",
    "Budget",
    "BulkNotice",
    "BulkRequest",
    "Calculation",
    "Chunk",
    "Clawback",
    "ClawbackPayment",
    "ClawbackStep",
    "Comparison",
    "Component",
    "Confirmation",
    "ConflictNote",
    "Correction",
    "Cycle",
    "Delegation",
    "Enrolment",
    "EnrolmentAppeal",
    "EnrolmentStep",
    "Exchange",
    "Filling",
    "FollowedMove",
    "GiveBack",
    "Instruction",
    "LeftOut",
    "OwedCycle",
    "PayoutLine",
    "PlaceLook",
    "Preflight",
    "PreflightFinding",
    "Programme",
    "ProgrammeConflict",
    "ProgrammeVersion",
    "ProviderAccount",
    "ProviderToken",
    "Recalculation",
    "Report",
    "Resolution",
    "Route",
    "Schedule",
    "ScheduledRun",
    "SchemeAgreement",
    "SentBack",
    "Statement",
    "StatementAccount",
    "StatementEntry",
    "Submission",
    "TakeBack",
    "TrialChange",
    "TrialRegion",
    "VersionTrial",
    "Withholding",
]
