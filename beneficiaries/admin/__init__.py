"""The registry in the office, by subject."""

from beneficiaries.admin import (  # noqa: F401
    case_panels,
    collectors,
    consents,
    data_requests,
    duplicates,
    evidence,
    evidence_imports,
    exclusions,
    grievances,
    people,
    proposals,
    regions,
    registry_imports,
    registry_sources,
    representation,
    reveals,
    screening,
    waiting,
    wards,
)
