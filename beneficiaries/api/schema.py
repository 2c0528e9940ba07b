"""How the agencies' key appears in the OpenAPI document."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[misc]
    """Tells drf-spectacular what `KeyAuthentication` wants."""

    target_class = "beneficiaries.api.authentication.KeyAuthentication"
    name = "agencyKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "description": "Kunci instansi, dari kantor Salur."}
