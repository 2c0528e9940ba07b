"""The registry in the office, by subject."""

from beneficiaries.admin import people, regions, registry_imports, registry_sources  # noqa: F401
