"""The house's addresses, and beside them the ceiling: the least that Django REST framework does for a signed-in caller."""

from __future__ import annotations

from django.urls import path
from rest_framework.authentication import TokenAuthentication
from rest_framework.parsers import JSONParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config import urls as house
from wallet.models import Merchant


class CeilingView(APIView):
    """The framework's own token, and one query by an indexed column: what a payment would cost if it were nothing."""

    authentication_classes = [TokenAuthentication]
    permission_classes = [IsAuthenticated]
    parser_classes = [JSONParser]
    renderer_classes = [JSONRenderer]

    def post(self, request: Request) -> Response:
        merchant = Merchant.objects.get(merchant_id=dict(request.data)["merchantId"])
        return Response({"merchantId": merchant.merchant_id, "name": merchant.name})


urlpatterns = [path("ceiling", CeilingView.as_view()), *house.urlpatterns]
