"""Complaining and being answered, on the beneficiaries' API: read the request, call one function, tell the answer."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import OpenApiParameter
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from beneficiaries.models import Grievance
from mobile import errors, grievances
from mobile import grievance_shapes as shapes
from mobile.schema import described
from mobile.views import BeneficiaryView, _read

UID = OpenApiParameter("uid", UUID, OpenApiParameter.PATH, description="`id` aduan.")
EXAMPLE = {
    "id": "5a1c1f0e-8a5e-4a0e-9a57-0d2f6f2b7c11",
    "number": "ADU-2026-000123-1",
    "category": "Bantuan belum diterima",
    "status": "answered",
    "status_text": "Dijawab",
    "created_at": "2026-11-24T09:12:44+07:00",
    "due_at": "2026-12-02T00:00:00+07:00",
    "answered_at": "2026-11-25T10:00:00+07:00",
    "satisfied": None,
}
DETAIL = EXAMPLE | {
    "text": "Bantuan November belum masuk.",
    "messages": [{"kind": "answer", "text": "Dibayar tanggal 27 November.", "created_at": "2026-11-25T10:00:00+07:00"}],
}


def _detail(grievance: Grievance) -> dict[str, object]:
    context = {"messages": grievances.conversation(grievance)}
    return dict(shapes.GrievanceDetail(grievance, context=context).data)


class CategoriesView(BeneficiaryView):
    @described(
        summary="Kategori aduan",
        answer=shapes.Categories,
        example={"categories": [{"code": "belum-terima", "name": "Bantuan belum diterima", "deadline_days": 5}]},
    )
    def get(self, request: Request) -> Response:
        return Response(shapes.Categories({"categories": grievances.categories()}).data)


class GrievancesView(BeneficiaryView):
    @described(
        summary="Aduan saya, terbaru dahulu",
        operation_id="grievances_list",
        answer=shapes.Grievances,
        example={"grievances": [EXAMPLE]},
    )
    def get(self, request: Request) -> Response:
        return Response(shapes.Grievances({"grievances": grievances.of(self.person)}).data)

    @described(
        summary="Buat aduan",
        description="Dijawab dalam hari kerja kategorinya; lewat itu aduan naik ke penyelia.",
        sent=shapes.GrievanceRequest,
        sent_example={
            "category": "belum-terima",
            "text": "Bantuan November belum masuk.",
            "reference": "0f0d3c1e-5b0a-4f0e-9d6c-1c2b3a4d5e6f",
        },
        answer=shapes.GrievanceDetail,
        example=DETAIL | {"status": "received", "status_text": "Diterima", "answered_at": None, "messages": []},
        status=201,
        refusals=(
            errors.CategoryUnknown,
            errors.PaymentUnknown,
            errors.GrievanceTextInvalid,
            errors.TooManyGrievances,
        ),
    )
    def post(self, request: Request) -> Response:
        sent = _read(shapes.GrievanceRequest, request.data)
        made = grievances.file(
            self.person, sent["category"], sent["text"], sent["reference"], sent["payment_reference_no"]
        )
        return Response(_detail(made), status=status.HTTP_201_CREATED)


class GrievanceView(BeneficiaryView):
    @described(
        summary="Satu aduan dengan percakapannya",
        parameters=[UID],
        answer=shapes.GrievanceDetail,
        example=DETAIL,
        refusals=(errors.GrievanceUnknown,),
    )
    def get(self, request: Request, uid: UUID) -> Response:
        return Response(_detail(grievances.one_of(self.person, uid)))


class GrievanceMessagesView(BeneficiaryView):
    @described(
        summary="Tambah pesan pada aduan",
        description="Pesan setelah jawaban membuka aduan kembali. Aduan yang ditutup dibuka lewat `verdict`.",
        parameters=[UID],
        sent=shapes.MessageRequest,
        sent_example={"text": "Sampai hari ini belum masuk."},
        answer=shapes.MessageOut,
        example={
            "kind": "citizen",
            "text": "Sampai hari ini belum masuk.",
            "created_at": "2026-11-28T08:00:00+07:00",
        },
        status=201,
        refusals=(
            errors.GrievanceUnknown,
            errors.GrievanceStatusWrong,
            errors.GrievanceTextInvalid,
            errors.TooManyGrievances,
        ),
    )
    def post(self, request: Request, uid: UUID) -> Response:
        said = grievances.say(self.person, uid, _read(shapes.MessageRequest, request.data)["text"])
        return Response(shapes.MessageOut(said).data, status=status.HTTP_201_CREATED)


class GrievanceVerdictView(BeneficiaryView):
    @described(
        summary="Puas atau tidak dengan jawaban",
        parameters=[UID],
        sent=shapes.VerdictRequest,
        sent_example={"satisfied": False, "text": "Sampai hari ini belum masuk."},
        answer=shapes.GrievanceDetail,
        example=DETAIL | {"status": "reopened", "status_text": "Dibuka kembali"},
        refusals=(
            errors.GrievanceUnknown,
            errors.GrievanceStatusWrong,
            errors.GrievanceTextInvalid,
            errors.TooManyGrievances,
        ),
    )
    def post(self, request: Request, uid: UUID) -> Response:
        sent = _read(shapes.VerdictRequest, request.data)
        return Response(_detail(grievances.judge(self.person, uid, satisfied=sent["satisfied"], text=sent["text"])))
