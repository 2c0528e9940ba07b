"""What the registry keeps, by subject."""

from beneficiaries.models.change import Change
from beneficiaries.models.duplicate import DuplicatePair, Merge, PersonBlock, PersonKey
from beneficiaries.models.evidence import Evidence, EvidenceAccess, EvidenceImport, EvidenceKind, EvidenceSource
from beneficiaries.models.household import Household, Person
from beneficiaries.models.import_rows import Leaving, Listing, RefusedRow, Replaced, UploadBlock
from beneficiaries.models.region import Region
from beneficiaries.models.registry_import import ImportProgress, RegistryImport
from beneficiaries.models.registry_source import RegistrySource
from beneficiaries.models.screening import Exclusion, ExclusionRule, Objection, Proposal, Screening, TrialHit

__all__ = [
    "Change",
    "DuplicatePair",
    "Evidence",
    "EvidenceAccess",
    "EvidenceImport",
    "EvidenceKind",
    "EvidenceSource",
    "Exclusion",
    "ExclusionRule",
    "Household",
    "ImportProgress",
    "Leaving",
    "Listing",
    "Merge",
    "Objection",
    "Person",
    "PersonBlock",
    "PersonKey",
    "Proposal",
    "RefusedRow",
    "Region",
    "RegistryImport",
    "RegistrySource",
    "Replaced",
    "Screening",
    "TrialHit",
    "UploadBlock",
]
