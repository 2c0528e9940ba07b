"""Programmes, enrolments, cycles, and the batches that pay them.

The state of every payment is here, in rows; the queue only rings. A batch holds chunks, a chunk holds instructions, and a
worker posts a chunk and marks it in one transaction.
"""

from disbursement.models.batch import Approval, Batch, Chunk, Instruction
from disbursement.models.breaks import Break, BreakStep, Comparison
from disbursement.models.confirmation import Confirmation
from disbursement.models.cycle import Cycle
from disbursement.models.enrolment import Enrolment, FollowedMove, LeftOut
from disbursement.models.programme import Programme
from disbursement.models.statement import Statement, StatementAccount, StatementEntry

__all__ = [
    "Approval",
    "Batch",
    "Break",
    "BreakStep",
    "Chunk",
    "Comparison",
    "Confirmation",
    "Cycle",
    "Enrolment",
    "FollowedMove",
    "Instruction",
    "LeftOut",
    "Programme",
    "Statement",
    "StatementAccount",
    "StatementEntry",
]
