"""Reading what one is told, on the beneficiaries' API: read the request, call one function, tell the answer."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import OpenApiParameter
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from mobile import errors, inbox, push
from mobile import notice_shapes as shapes
from mobile.schema import described
from mobile.serializers import HistoryQuery
from mobile.views import BeneficiaryView, _read

EXAMPLE = {
    "id": "5a1c1f0e-8a5e-4a0e-9a57-0d2f6f2b7c11",
    "kind": "paid",
    "title": "Bantuan masuk",
    "text": "Kartu Lansia Jakarta November 2026: Rp 300.000 sudah masuk ke dompet Anda. Dapat dipakai di semua pedagang.",
    "created_at": "2026-11-24T09:12:44+07:00",
    "shown_at": None,
}


class NoticesView(BeneficiaryView):
    @described(
        summary="Pemberitahuan untuk saya, terbaru dahulu",
        parameters=[
            OpenApiParameter("before", int, description="`next_before` dari halaman sebelumnya."),
            OpenApiParameter("limit", int, description="1 sampai 50, biasanya 20."),
        ],
        answer=shapes.Notices,
        example={"notices": [EXAMPLE], "unread": 1, "next_before": None},
    )
    def get(self, request: Request) -> Response:
        asked = _read(HistoryQuery, request.query_params)
        page = inbox.page(self.person, before=asked["before"], limit=asked["limit"])
        return Response(shapes.Notices(page).data)


class NoticeShownView(BeneficiaryView):
    @described(
        summary="Pemberitahuan ini sudah saya baca",
        description="Berlaku di semua perangkat; dikirim lagi tidak mengubah apa pun.",
        parameters=[OpenApiParameter("uid", UUID, OpenApiParameter.PATH, description="`id` pemberitahuan.")],
        answer=shapes.NoticeOut,
        example=EXAMPLE | {"shown_at": "2026-11-24T10:00:00+07:00"},
        refusals=(errors.NoticeUnknown,),
    )
    def post(self, request: Request, uid: UUID) -> Response:
        return Response(shapes.NoticeOut(inbox.mark_shown(self.person, uid)).data)


class PushTokenView(BeneficiaryView):
    @described(
        summary="Daftarkan perangkat ini untuk pemberitahuan",
        description="Selama perangkat masuk; token yang baru menggantikan yang lama.",
        sent=shapes.PushTokenRequest,
        sent_example={"token": "dQw4w9WgXcQ:APA91bH", "platform": "android"},
        answer=None,
        example=None,
        status=204,
    )
    def post(self, request: Request) -> Response:
        sent = _read(shapes.PushTokenRequest, request.data)
        push.register(self.device, sent["token"], sent["platform"])
        return Response(status=status.HTTP_204_NO_CONTENT)


class PushTokenRemovalView(BeneficiaryView):
    @described(
        summary="Hentikan pemberitahuan di perangkat ini",
        description="Setelah itu kabar datang lewat SMS.",
        answer=None,
        example=None,
        status=204,
    )
    def post(self, request: Request) -> Response:
        push.forget(self.device)
        return Response(status=status.HTTP_204_NO_CONTENT)
