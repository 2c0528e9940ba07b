"""The registry in the office, by subject."""

from beneficiaries.admin import (  # noqa: F401
    collectors,
    consents,
    data_requests,
    duplicates,
    grievances,
    people,
    regions,
    registry_imports,
    registry_sources,
    representation,
    reveals,
    waiting,
    wards,
)
