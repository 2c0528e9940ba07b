"""Why one is excluded from aid, and objecting to it, over the beneficiaries' API."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from beneficiaries import objection_files, objections
from beneficiaries.models import Exclusion, Objection
from beneficiaries.screening_errors import NotInForce, ObjectionDecided, ObjectionPending, ProofRefused, ProofsTooMany
from mobile import errors, serializers
from mobile.schema import described
from mobile.views import BODY_BYTES, BeneficiaryView

_OBJECTION = {
    "status": "filed",
    "status_text": "Diajukan",
    "filed_on": "2026-11-25",
    "late": False,
    "answer_by": "2026-12-09",
    "decision_reason": "",
    "files": 0,
}


def _told(objection: Objection) -> dict[str, Any]:
    names = ("status", "filed_on", "late", "answer_by", "decision_reason")
    told = {name: getattr(objection, name) for name in names}
    return told | {"status_text": objection.get_status_display(), "files": len(objection.files.all())}


class ExclusionsView(BeneficiaryView):
    @described(
        summary="Pengecualian saya dan keluarga saya",
        description="Juga yang sudah berakhir. `ends_on` kosong berarti masih berlaku.",
        answer=serializers.Exclusions,
        example={
            "exclusions": [
                {
                    "id": 7,
                    "reason": "Menurut data pajak kendaraan, keluarga Anda memiliki mobil.",
                    "legal_basis": "Keputusan Gubernur DKI Jakarta Nomor 1250 Tahun 2021",
                    "starts_on": "2026-12-01",
                    "ends_on": None,
                    "objection_until": "2026-12-15",
                    "objections": [_OBJECTION],
                }
            ]
        },
    )
    def get(self, request: Request) -> Response:
        found = Exclusion.objects.of(self.person).prefetch_related("objections__files").order_by("-pk")
        names = ("reason", "legal_basis", "starts_on", "ends_on", "objection_until")
        told = [
            {"id": one.pk, **{name: getattr(one, name) for name in names}}
            | {"objections": [_told(objection) for objection in one.objections.all()]}
            for one in found
        ]
        return Response(serializers.Exclusions({"exclusions": told}).data)


class ObjectionsView(BeneficiaryView):
    @described(
        summary="Ajukan sanggahan",
        sent=serializers.ObjectionRequest,
        sent_example={"exclusion": 7, "text": "Mobil itu sudah saya jual, tetapi belum balik nama."},
        answer=serializers.ObjectionState,
        example=_OBJECTION,
        status=201,
        refusals=(errors.ExclusionUnknown, errors.ObjectionNotPossible),
    )
    def post(self, request: Request) -> Response:
        sent = serializers.ObjectionRequest(data=request.data)
        sent.is_valid(raise_exception=True)
        exclusion = Exclusion.objects.of(self.person).filter(pk=sent.validated_data["exclusion"]).first()
        if exclusion is None:
            raise errors.ExclusionUnknown
        try:
            made = objections.file(exclusion, sent.validated_data["text"], channel=Objection.Channel.APP)
        except (NotInForce, ObjectionPending) as error:
            raise errors.ObjectionNotPossible from error
        return Response(serializers.ObjectionState(_told(made)).data, status=201)


class ObjectionFilesView(BeneficiaryView):
    parser_classes = [MultiPartParser]
    body_bytes: ClassVar[int] = settings.SCREENING["proof_bytes"] + BODY_BYTES

    @described(
        summary="Sertakan berkas bukti pada sanggahan",
        description=(
            "Satu berkas sekali kirim (`multipart/form-data`), selama sanggahannya belum diputuskan. Berkas yang sama boleh"
            " dikirim lagi: yang sudah ada tidak bertambah."
        ),
        sent=serializers.ProofRequest,
        sent_example={"exclusion": 7, "file": "kuitansi.pdf"},
        answer=serializers.ObjectionState,
        example=_OBJECTION | {"files": 1},
        status=201,
        refusals=(errors.FileRefused, errors.ExclusionUnknown, errors.FileNotPossible, errors.TooManyFiles),
    )
    def post(self, request: Request) -> Response:
        sent = serializers.ProofRequest(data=request.data)
        sent.is_valid(raise_exception=True)
        exclusion = Exclusion.objects.of(self.person).filter(pk=sent.validated_data["exclusion"]).first()
        if exclusion is None:
            raise errors.ExclusionUnknown
        objection = exclusion.objections.order_by("-pk").first()
        if objection is None:
            raise errors.FileNotPossible
        file = sent.validated_data["file"]
        try:
            objection_files.add(objection, file.name, file.read(settings.SCREENING["proof_bytes"] + 1))
        except ProofRefused as error:
            raise errors.FileRefused(**error.data) from error
        except ObjectionDecided as error:
            raise errors.FileNotPossible from error
        except ProofsTooMany as error:
            raise errors.TooManyFiles(**error.data) from error
        return Response(serializers.ObjectionState(_told(objection)).data, status=201)
