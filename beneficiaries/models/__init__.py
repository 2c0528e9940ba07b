"""What the registry keeps, by subject."""

from beneficiaries.models.change import Change
from beneficiaries.models.data_request import Breach, DataRequest, ProposedChange
from beneficiaries.models.duplicate import DuplicatePair, Merge, PersonBlock, PersonKey
from beneficiaries.models.evidence import Evidence, EvidenceAccess, EvidenceKind, EvidenceSource
from beneficiaries.models.evidence_import import EvidenceImport, EvidenceProgress
from beneficiaries.models.grievance import (
    Grievance,
    GrievanceCategory,
    GrievanceMessage,
    GrievanceStep,
    GrievanceYear,
    SenderPace,
)
from beneficiaries.models.household import Household, Person
from beneficiaries.models.import_rows import Confirmed, Leaving, Listing, RefusedRow, Replaced, UploadBlock
from beneficiaries.models.objection_file import ObjectionFile
from beneficiaries.models.privacy import Consent, ConsentText, IndexKeyTurn, Reveal, RevealAllowance
from beneficiaries.models.region import Region
from beneficiaries.models.registry_import import ImportProgress, RegistryImport
from beneficiaries.models.registry_source import RegistrySource
from beneficiaries.models.representation import Collection, Representation, RepresentationScan, Ward
from beneficiaries.models.screening import Exclusion, ExclusionRule, Objection, Proposal, Screening, TrialHit

__all__ = [
    "Breach",
    "Change",
    "Collection",
    "Confirmed",
    "Consent",
    "ConsentText",
    "DataRequest",
    "DuplicatePair",
    "Evidence",
    "EvidenceAccess",
    "EvidenceImport",
    "EvidenceKind",
    "EvidenceProgress",
    "EvidenceSource",
    "Exclusion",
    "ExclusionRule",
    "Grievance",
    "GrievanceCategory",
    "GrievanceMessage",
    "GrievanceStep",
    "GrievanceYear",
    "Household",
    "ImportProgress",
    "IndexKeyTurn",
    "Leaving",
    "Listing",
    "Merge",
    "Objection",
    "ObjectionFile",
    "Person",
    "PersonBlock",
    "PersonKey",
    "Proposal",
    "ProposedChange",
    "RefusedRow",
    "Region",
    "RegistryImport",
    "RegistrySource",
    "Replaced",
    "Representation",
    "RepresentationScan",
    "Reveal",
    "RevealAllowance",
    "Screening",
    "SenderPace",
    "TrialHit",
    "UploadBlock",
    "Ward",
]
