"""The registry in the office, by subject."""

from beneficiaries.admin import duplicates, people, regions, registry_imports, registry_sources  # noqa: F401
