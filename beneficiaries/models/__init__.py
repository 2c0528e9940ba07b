"""What the registry keeps, by subject."""

from beneficiaries.models.change import Change
from beneficiaries.models.duplicate import DuplicatePair, Merge, PersonBlock, PersonKey
from beneficiaries.models.household import Household, Person
from beneficiaries.models.registry_import import RegistryImport

__all__ = ["Change", "DuplicatePair", "Household", "Merge", "Person", "PersonBlock", "PersonKey", "RegistryImport"]
