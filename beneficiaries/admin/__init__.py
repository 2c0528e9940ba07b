"""The registry in the office, by subject."""

from beneficiaries.admin import (  # noqa: F401
    duplicates,
    evidence,
    exclusions,
    people,
    proposals,
    regions,
    registry_imports,
    registry_sources,
    screening,
)
