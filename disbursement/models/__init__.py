"""Programmes, enrolments, cycles, and the batches that pay them.

The state of every payment is here, in rows; the queue only rings. A batch holds chunks, a chunk holds instructions, and a
worker posts a chunk and marks it in one transaction.
"""

from disbursement.models.approval import Approval, Delegation, SentBack, Submission
from disbursement.models.approval_tier import ApprovalScheme, ApprovalTier
from disbursement.models.batch import Batch, Chunk, Instruction
from disbursement.models.cycle import Cycle
from disbursement.models.enrolment import Enrolment, FollowedMove, LeftOut
from disbursement.models.programme import Programme

__all__ = [
    "Approval",
    "ApprovalScheme",
    "ApprovalTier",
    "Batch",
    "Chunk",
    "Cycle",
    "Delegation",
    "Enrolment",
    "FollowedMove",
    "Instruction",
    "LeftOut",
    "Programme",
    "SentBack",
    "Submission",
]
