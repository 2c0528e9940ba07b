"""Evidence from agencies, up to MOST items a call: each is answered by itself, all that is right is kept."""

from __future__ import annotations

from typing import Any, NoReturn, cast

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from beneficiaries import evidence
from beneficiaries.api import schema  # noqa: F401  # registers the key's scheme
from beneficiaries.api.authentication import Agency, KeyAuthentication
from beneficiaries.api.pace import AgencyPace, TooManyCalls
from beneficiaries.models import EvidenceAccess, EvidenceKind, EvidenceSource
from beneficiaries.refusals import Refusal
from beneficiaries.screening_errors import EvidenceBusy
from wallet.transactions import retried

MOST = 1_000
KEYS = {"reference", "nik", "kk", "kind", "value", "date", "valid_until", "document"}


class Item(serializers.Serializer[Any]):
    reference = serializers.CharField(
        max_length=64, help_text="Nomor Anda untuk butir ini; sama berarti butir yang sama."
    )
    nik = serializers.CharField(required=False, help_text="16 angka; ini atau `kk`, salah satu.")
    kk = serializers.CharField(required=False, help_text="16 angka; ini atau `nik`, salah satu.")
    kind = serializers.ChoiceField(choices=EvidenceKind.choices)
    value = serializers.DictField(help_text="Menurut jenisnya; lihat contoh.")
    date = serializers.DateField(help_text="Tanggal faktanya.")
    valid_until = serializers.DateField(required=False)
    document = serializers.CharField(required=False, max_length=100)


class Items(serializers.Serializer[Any]):
    items = Item(many=True, help_text=f"Paling banyak {MOST}.")


class ItemRefusal(serializers.Serializer[Any]):
    field = serializers.CharField()
    code = serializers.CharField()
    reason = serializers.CharField()
    remedy = serializers.CharField()


class ItemAnswer(serializers.Serializer[Any]):
    reference = serializers.CharField(allow_null=True)
    status = serializers.ChoiceField(choices=["added", "known", "refused"])
    refusals = ItemRefusal(many=True)


class Answer(serializers.Serializer[Any]):
    added = serializers.IntegerField()
    known = serializers.IntegerField()
    refused = serializers.IntegerField()
    items = ItemAnswer(many=True)


_SENT = {
    "items": [
        {
            "reference": "BAPENDA-2026-000123",
            "nik": "3171011708900001",
            "kind": "vehicle",
            "value": {"vehicle": "car", "plate": "B 1234 XYZ", "pkb": "paid", "owned": True},
            "date": "2026-10-01",
            "document": "PKB-2026-88",
        }
    ]
}
_ANSWERED = {
    "added": 1,
    "known": 0,
    "refused": 0,
    "items": [{"reference": "BAPENDA-2026-000123", "status": "added", "refusals": []}],
}


class Busy(exceptions.APIException):
    """503 with `Retry-After`: a file of evidence is being kept, and this call was not."""

    status_code = 503
    wait = 60  # seconds


class ItemsView(APIView):
    authentication_classes = [KeyAuthentication]
    throttle_classes = [AgencyPace]

    def throttled(self, request: Request, wait: float | None) -> NoReturn:
        raise TooManyCalls(wait)

    @extend_schema(  # type: ignore[untyped-decorator]
        tags=["Bukti"],
        summary="Kirim bukti",
        description="Setiap butir dijawab sendiri, menurut urutannya. Mengirim ulang aman: yang sudah ada dijawab `known`.",
        request=Items,
        responses={
            200: Answer,
            400: OpenApiResponse(description="Bentuk kiriman keliru; tidak ada yang disimpan."),
            401: OpenApiResponse(description="Kunci tidak ada atau tidak berlaku."),
            429: OpenApiResponse(
                description="Terlalu sering; ulangi setelah `Retry-After` detik. Tidak ada yang disimpan."
            ),
            503: OpenApiResponse(description="Berkas bukti sedang disimpan; ulangi setelah `Retry-After` detik."),
        },
        parameters=[
            OpenApiParameter(
                "Retry-After",
                int,
                OpenApiParameter.HEADER,
                response=[429, 503],
                description="Detik sampai boleh dipanggil lagi.",
            )
        ],
        examples=[
            OpenApiExample("Kiriman", _SENT, request_only=True),
            OpenApiExample("Jawaban", _ANSWERED, response_only=True, status_codes=["200"]),
        ],
    )
    def post(self, request: Request) -> Response:
        source = cast(Agency, request.user).source
        items = request.data.get("items") if isinstance(request.data, dict) else None
        if (
            not isinstance(items, list)
            or not 1 <= len(items) <= MOST
            or not all(isinstance(one, dict) for one in items)
        ):
            self._note(source, 400)
            raise exceptions.ValidationError({"items": [_("Kirim 1 sampai %(most)s butir.") % {"most": MOST}]})
        try:
            answers, counts = self._answered(source, items)
        except EvidenceBusy as error:
            self._note(source, Busy.status_code)
            raise Busy(str(error)) from None
        response = Response(Answer({**counts, "items": answers}).data)
        response["Cache-Control"] = "no-store"
        return response

    @retried  # whoever changes a household meanwhile, or erases somebody, locks the same rows
    def _answered(
        self, source: EvidenceSource, items: list[dict[str, Any]]
    ) -> tuple[list[dict[str, Any]], dict[str, int]]:
        answers = _keep(source, items)
        counts = {name: sum(one["status"] == name for one in answers) for name in ("added", "known", "refused")}
        self._note(source, 200, len(items), **counts)
        return answers, counts

    def _note(
        self, source: EvidenceSource, status: int, items: int = 0, added: int = 0, known: int = 0, refused: int = 0
    ) -> None:
        EvidenceAccess.objects.create(
            evidence_source=source, status=status, items=items, added=added, known=known, refused=refused
        )


def _keep(source: EvidenceSource, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What became of each item, in order; those that are right are kept in one set."""
    today = timezone.localdate()
    answers: list[dict[str, Any]] = [{} for _one in items]
    clean: list[tuple[int, evidence.Told]] = []
    for at, item in enumerate(items):
        read = _read(source, item, today)
        if isinstance(read, evidence.Told):
            clean.append((at, read))
        else:
            answers[at] = _refused(item, read)
    found = evidence.subjects(told for _at, told in clean)
    told_of = [(subject, told) for subject, (_at, told) in zip(found, clean, strict=True)]
    outcomes = evidence.record(told_of, sent_by=source, patience=evidence.PATIENCE)
    for (at, told), outcome in zip(clean, outcomes, strict=True):
        if outcome is evidence.Outcome.NOT_KNOWN:
            answers[at] = _refused(items[at], [Refusal("nik" if told.nik else "kk", "not_known")])
        elif outcome is evidence.Outcome.REFERENCE_TAKEN:
            answers[at] = _refused(items[at], [Refusal("reference", "reference_taken")])
        else:
            answers[at] = {"reference": told.reference, "status": outcome.value, "refusals": []}
    return answers


def _read(source: EvidenceSource, item: dict[str, Any], today: Any) -> evidence.Told | list[Refusal]:
    if unknown := [Refusal(str(name)[:40], "unknown_field") for name in item if name not in KEYS]:
        return unknown
    if not item.get("reference"):
        return [Refusal("reference", "missing")]
    if item.get("kind") in EvidenceKind.values and item["kind"] not in source.kinds:
        return [Refusal("kind", "scope")]
    return evidence.read(item | {"source": source.name}, today=today)


def _refused(item: dict[str, Any], refusals: list[Refusal]) -> dict[str, Any]:
    reference = item.get("reference")
    return {
        "reference": reference if isinstance(reference, str) and len(reference) <= 64 else None,
        "status": "refused",
        "refusals": [
            {"field": one.field, "code": one.code, "reason": one.reason, "remedy": one.remedy} for one in refusals
        ],
    }
