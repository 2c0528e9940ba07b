"""Consents, notices and who looked, on the beneficiaries' API: read the request, call one function, tell the answer."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import OpenApiParameter
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from beneficiaries.consents import standing, wards_of
from beneficiaries.models import ConsentText
from mobile import access_log, consents, errors
from mobile import privacy_shapes as shapes
from mobile.schema import described
from mobile.views import BeneficiaryView, _read

WHOSE = OpenApiParameter("person", UUID, description="`id` dari `people` pada persetujuan; kosong: Anda sendiri.")
_PERSON = {"id": "0f0d3c1e-5b0a-4f0e-9d6c-1c2b3a4d5e6f", "name": "Siti Aminah"}
_TEXT = "Saya setuju penghasilan saya dicocokkan dengan data pajak."
_CONSENT = {
    "purpose": "pencocokan-pajak",
    "title": "Pencocokan dengan data pajak",
    "text": _TEXT,
    "version": 2,
    "published_at": "2026-10-01T09:00:00+07:00",
    "basis_text": "Persetujuan",
    "legal_basis": "",
    "status": "given",
    "status_text": "Setuju",
    "since": "2026-11-25T10:00:00+07:00",
    "said_via": "Aplikasi",
    "said_by_guardian": False,
    "agreed": {"version": 2, "title": "Pencocokan dengan data pajak", "text": _TEXT},
    "consequence": "Pendaftaran otomatis berhenti; daftarkan diri di kantor kelurahan.",
    "how_to_withdraw": "Tarik di aplikasi ini kapan saja, atau di kantor kelurahan.",
}
_NOTICE = {
    "purpose": "penyaluran",
    "title": "Penyaluran bantuan",
    "text": "Data Anda dipakai untuk menetapkan dan membayar bantuan.",
    "version": 1,
    "published_at": "2026-10-01T09:00:00+07:00",
    "basis": "public",
    "basis_text": "Pelayanan publik dan kewenangan",
    "legal_basis": "UU 13/2011",
    "how_to_object": "Tidak perlu persetujuan dan tidak dapat ditarik.",
}
_SENT = {
    "purpose": "pencocokan-pajak",
    "version": 2,
    "reference": "5a1c1f0e-8a5e-4a0e-9a57-0d2f6f2b7c11",
    "person": None,
}
_REFUSALS = (
    errors.ConsentPersonUnknown,
    errors.ConsentNeedsGuardian,
    errors.ConsentPurposeUnknown,
    errors.NotAConsent,
    errors.ConsentTextChanged,
    errors.ConsentReferenceUsed,
)


class ConsentsView(BeneficiaryView):
    @described(
        summary="Persetujuan dan pemberitahuan tentang data saya",
        description="Juga milik anak dan orang yang Anda wakili (`person`).",
        parameters=[WHOSE],
        answer=shapes.Privacy,
        example={"person": _PERSON, "people": [], "consents": [_CONSENT], "notices": [_NOTICE]},
        refusals=(errors.ConsentPersonUnknown,),
    )
    def get(self, request: Request) -> Response:
        person = consents.subject(self.person, _read(shapes.WhoseQuery, request.query_params)["person"])
        told = standing(person)
        asked = [one for one in told if one.text.basis == ConsentText.Basis.CONSENT]
        answer = {
            "person": person,
            "people": wards_of(self.person),
            "consents": asked,
            "notices": [one.text for one in told if one not in asked],
        }
        return Response(shapes.Privacy(answer).data)

    @described(
        summary="Setujui",
        description="`version` adalah versi teks yang ditampilkan; bila sudah ada yang lebih baru, tampilkan dahulu.",
        sent=shapes.ConsentRequest,
        sent_example=_SENT,
        answer=shapes.ConsentState,
        example=_CONSENT,
        status=201,
        refusals=(*_REFUSALS, errors.TooManyConsents),
    )
    def post(self, request: Request) -> Response:
        sent = _read(shapes.ConsentRequest, request.data)
        now = consents.give(self.person, sent["person"], sent["purpose"], sent["version"], sent["reference"])
        return Response(shapes.ConsentState(now).data, status=status.HTTP_201_CREATED)


class ConsentWithdrawalView(BeneficiaryView):
    @described(
        summary="Tarik persetujuan",
        description=(
            "Bila ada akibatnya, dijawab `consequence_first` dengan akibat itu; tampilkan, lalu kirim lagi dengan"
            " `understood`. Bantuan yang dasar hukumnya bukan persetujuan tidak berhenti."
        ),
        sent=shapes.WithdrawalRequest,
        sent_example=_SENT | {"understood": True},
        answer=shapes.ConsentState,
        example=_CONSENT | {"status": "withdrawn", "status_text": "Ditarik", "agreed": None},
        refusals=(*_REFUSALS, errors.NoConsentToWithdraw, errors.ConsequenceFirst),
    )
    def post(self, request: Request) -> Response:
        sent = _read(shapes.WithdrawalRequest, request.data)
        now = consents.withdraw(
            self.person,
            sent["person"],
            sent["purpose"],
            sent["version"],
            sent["reference"],
            understood=sent["understood"],
        )
        return Response(shapes.ConsentState(now).data)


class AccessLogView(BeneficiaryView):
    @described(
        summary="Siapa yang membuka data saya, terbaru dahulu",
        description="Data yang tersamar di semua halaman kantor dan dibuka dengan alasan; tanpa nama petugas.",
        parameters=[
            WHOSE,
            OpenApiParameter("before", int, description="`next_before` dari halaman sebelumnya."),
            OpenApiParameter("limit", int, description="1 sampai 50, biasanya 20."),
        ],
        answer=shapes.AccessLog,
        example={
            "looks": [
                {
                    "id": 31,
                    "at": "2026-11-24T09:12:44+07:00",
                    "shown": "NIK",
                    "role": "Petugas",
                    "reason": "verify",
                    "reason_text": "Mencocokkan identitas",
                }
            ],
            "next_before": None,
        },
        refusals=(errors.ConsentPersonUnknown,),
    )
    def get(self, request: Request) -> Response:
        asked = _read(shapes.AccessQuery, request.query_params)
        person, limit = consents.subject(self.person, asked["person"]), asked["limit"]
        # One more than asked tells whether another page follows.
        found = access_log.of(person, before=asked["before"], limit=limit + 1)
        following = found[limit - 1]["id"] if len(found) > limit else None
        return Response(shapes.AccessLog({"looks": found[:limit], "next_before": following}).data)
