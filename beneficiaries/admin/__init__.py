"""The registry in the office, by subject."""

from beneficiaries.admin import (  # noqa: F401
    consents,
    data_requests,
    duplicates,
    people,
    regions,
    registry_imports,
    registry_sources,
    reveals,
)
