"""What the registry keeps, by subject."""

from beneficiaries.models.change import Change
from beneficiaries.models.household import Household, Person
from beneficiaries.models.region import Region
from beneficiaries.models.registry_import import RegistryImport
from beneficiaries.models.registry_source import RegistrySource

__all__ = ["Change", "Household", "Person", "Region", "RegistryImport", "RegistrySource"]
