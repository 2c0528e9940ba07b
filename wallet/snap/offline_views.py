"""The addresses of offline redemption: claims, where one stands, and what a till fetches to be able to check codes."""

from __future__ import annotations

from typing import Any, cast

from drf_spectacular.utils import OpenApiExample, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from wallet.offline import keys
from wallet.offline.errors import OfflineUnavailable
from wallet.snap import examples, messages, offline, schema
from wallet.snap.authentication import Caller
from wallet.snap.codes import Case, Service
from wallet.snap.envelope import Reply, once
from wallet.snap.fields import read
from wallet.snap.views import TransactionView

KEYS_SECONDS = 300  # how long a cache may tell an old list of revocations


class ClaimsView(TransactionView):
    """Service 97, ours."""

    service = Service.OFFLINE_CLAIMS

    @schema.documented(
        service,
        "Offline claims",
        messages.OfflineClaims,
        messages.OfflineClaimsResponse,
        schema.TRANSACTION_CASES,
    )
    def post(self, request: Request) -> Response:
        caller = cast(Caller, request.auth)
        fields = read(messages.OfflineClaims, dict(request.data))
        # The id is spent by itself: each claim is a transaction of its own, and what was answered stays answered.
        spent = once(caller, lambda: Reply(Case.SUCCESSFUL))
        return self.respond(spent if spent.case is not Case.SUCCESSFUL else offline.upload(caller, fields))


class ClaimStatusView(TransactionView):
    """Service 98, ours."""

    service = Service.OFFLINE_CLAIM_STATUS

    @schema.documented(
        service,
        "Offline claim status",
        messages.OfflineClaimStatus,
        messages.OfflineClaimStatusResponse,
        (*schema.TRANSACTION_CASES, (Case.TRANSACTION_NOT_FOUND, "")),
    )
    def post(self, request: Request) -> Response:
        return self.transact(request, messages.OfflineClaimStatus, offline.status)


class KeysView(APIView):
    """What a till keeps for the time without a network. Public: it holds public keys and opaque numbers."""

    http_method_names = ["get", "head"]
    authentication_classes = []
    permission_classes = [AllowAny]
    throttle_classes = []
    renderer_classes = [JSONRenderer]

    @extend_schema(  # type: ignore[untyped-decorator]
        tags=[schema.TAG],
        summary="Offline keys and revocations",
        description=(
            "Public keys by number, and the signed list of allowances not to be accepted any more. Fetch it whenever there is a "
            "network; audit/check_offline_code.py shows how a code is checked with it."
        ),
        responses={
            200: inline_serializer(
                "OfflineKeys",
                {
                    "keys": serializers.ListField(child=serializers.DictField()),
                    "revocations": serializers.DictField(),
                },
            ),
            503: inline_serializer("OfflineKeysUnavailable", {"reason": serializers.CharField()}),
        },
        examples=[
            OpenApiExample("keys", value=examples.OFFLINE_KEYS, response_only=True, status_codes=["200"]),
            OpenApiExample(
                "no keys here", value={"reason": OfflineUnavailable.code}, response_only=True, status_codes=["503"]
            ),
        ],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        try:
            told = keys.published()
        except OfflineUnavailable as error:
            return Response({"reason": error.code}, status=error.status)
        return Response(told, headers={"Cache-Control": f"public, max-age={KEYS_SECONDS}"})
