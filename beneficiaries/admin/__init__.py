"""The registry in the office, by subject."""

from beneficiaries.admin import duplicates, people, registry_imports  # noqa: F401
