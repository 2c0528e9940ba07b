"""What the registry keeps, by subject."""

from beneficiaries.models.change import Change
from beneficiaries.models.data_request import Breach, DataRequest, ProposedChange
from beneficiaries.models.duplicate import DuplicatePair, Merge, PersonBlock, PersonKey
from beneficiaries.models.household import Household, Person
from beneficiaries.models.import_rows import Leaving, Listing, RefusedRow, Replaced, UploadBlock
from beneficiaries.models.privacy import Consent, ConsentText, IndexKeyTurn, Reveal, RevealAllowance
from beneficiaries.models.region import Region
from beneficiaries.models.registry_import import ImportProgress, RegistryImport
from beneficiaries.models.registry_source import RegistrySource

__all__ = [
    "Breach",
    "Change",
    "Consent",
    "ConsentText",
    "DataRequest",
    "DuplicatePair",
    "Household",
    "ImportProgress",
    "IndexKeyTurn",
    "Leaving",
    "Listing",
    "Merge",
    "Person",
    "PersonBlock",
    "PersonKey",
    "ProposedChange",
    "RefusedRow",
    "Region",
    "RegistryImport",
    "RegistrySource",
    "Replaced",
    "Reveal",
    "RevealAllowance",
    "UploadBlock",
]
