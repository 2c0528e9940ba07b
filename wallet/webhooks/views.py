"""What partners read without asking anybody: the public keys that our notices are signed with."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from wallet.snap.timestamps import emit
from wallet.webhooks import keys


@require_safe
def notification_keys(request: HttpRequest) -> JsonResponse:
    """The published keys as PEM, the newest first."""
    told = [
        {"keyId": str(key.number), "signsFrom": emit(key.signs_from), "publicKey": key.public_key}
        for key in keys.published_or_first()
    ]
    answer = JsonResponse({"algorithm": "SHA256withRSA", "keys": told})
    answer["Cache-Control"] = "public, max-age=300"
    return answer
