"""What the registry keeps, by subject."""

from beneficiaries.models.change import Change
from beneficiaries.models.data_request import Breach, DataRequest, ProposedChange
from beneficiaries.models.duplicate import DuplicatePair, Merge, PersonBlock, PersonKey
from beneficiaries.models.household import Household, Person
from beneficiaries.models.privacy import Consent, ConsentText, IndexKeyTurn, Reveal, RevealAllowance
from beneficiaries.models.registry_import import RegistryImport

__all__ = [
    "Breach",
    "Change",
    "Consent",
    "ConsentText",
    "DataRequest",
    "DuplicatePair",
    "Household",
    "IndexKeyTurn",
    "Merge",
    "Person",
    "PersonBlock",
    "PersonKey",
    "ProposedChange",
    "RegistryImport",
    "Reveal",
    "RevealAllowance",
]
