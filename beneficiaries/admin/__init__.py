"""The registry in the office, by subject."""

from beneficiaries.admin import duplicates, people, regions, registry_imports, registry_sources  # noqa: F401
from beneficiaries.admin import evidence, exclusions, people, proposals, registry_imports, screening  # noqa: F401
