"""The registry in the office, by subject."""

from beneficiaries.admin import (  # noqa: F401
    consents,
    data_requests,
    duplicates,
    people,
    registry_imports,
    reveals,
)
