"""The registry in the office, by subject."""

from beneficiaries.admin import (  # noqa: F401
    collectors,
    duplicates,
    grievances,
    people,
    regions,
    registry_imports,
    registry_sources,
    representation,
    wards,
)
