"""Why one is excluded from aid, and objecting to it, over the beneficiaries' API."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from beneficiaries import objections
from beneficiaries.errors import NotInForce, ObjectionPending
from beneficiaries.models import Exclusion, Objection
from mobile import errors, serializers
from mobile.schema import described
from mobile.views import BeneficiaryView

_OBJECTION = {
    "status": "filed",
    "status_text": "Diajukan",
    "filed_on": "2026-11-25",
    "late": False,
    "answer_by": "2026-12-09",
    "decision_reason": "",
}


def _told(objection: Objection) -> dict[str, Any]:
    names = ("status", "filed_on", "late", "answer_by", "decision_reason")
    return {name: getattr(objection, name) for name in names} | {"status_text": objection.get_status_display()}


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
        found = Exclusion.objects.of(self.person).prefetch_related("objections").order_by("-pk")
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
