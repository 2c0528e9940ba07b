"""What was decided about one's aid, and objecting to it, over the beneficiaries' API: suspensions, exits, overpaid aid."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from beneficiaries import merged_rows
from beneficiaries.models import Person
from disbursement import appeals, clawback, enrolments
from disbursement.clawback_errors import ClawbackMoved, ObjectionTooLate
from disbursement.errors import NothingToAppeal
from disbursement.models import Clawback, Enrolment, EnrolmentAppeal
from mobile import decision_shapes as shapes
from mobile import errors
from mobile.schema import described
from mobile.views import BeneficiaryView, _read

_APPEAL = {
    "status": "filed",
    "status_text": "Diajukan",
    "filed_on": "2026-11-25",
    "late": False,
    "answer_by": "2026-12-09",
    "decision_reason": "",
}
_ENROLMENT = {
    "id": 12,
    "programme": "Kartu Lansia Jakarta",
    "status": "suspended",
    "status_text": "Ditangguhkan",
    "since": "2026-11-20T09:00:00+07:00",
    "reason_text": "Dokumen belum lengkap",
    "until": None,
    "appeal_until": "2026-12-10",
    "appeal": None,
}
_CLAIM = {
    "id": 3,
    "programme": "Kartu Lansia Jakarta",
    "amount": 300_000,
    "left": 300_000,
    "share": 20,
    "reason": "Bantuan Oktober dibayar dua kali.",
    "status": "noticed",
    "status_text": "Diberitahukan",
    "objection_until": "2026-12-10",
    "may_object": True,
    "objected_on": None,
    "answer_by": None,
}
S = Clawback.Status


def _enrolments(person: Person) -> QuerySet[Enrolment]:
    """All of the human being's, under whichever of their rows."""
    rows = Enrolment.objects.filter(person__in=merged_rows.numbers(person))
    return rows.select_related("programme").prefetch_related("steps__appeal").order_by("-pk")


def _claims(person: Person) -> QuerySet[Clawback]:
    """Those that the person was told of."""
    rows = Clawback.objects.filter(person__in=merged_rows.numbers(person), noticed_at__isnull=False)
    return rows.select_related("programme").order_by("-pk")


def _appeal(appeal: EnrolmentAppeal) -> dict[str, Any]:
    names = ("status", "filed_on", "late", "answer_by", "decision_reason")
    return {name: getattr(appeal, name) for name in names} | {"status_text": appeal.get_status_display()}


def _same_appeal(row: Enrolment, text: str) -> EnrolmentAppeal | None:
    """The person's own appeal in these words against the enrolment's last step: its answer was lost on the way to them."""
    step = enrolments.last_step(row)
    appeal: EnrolmentAppeal | None = getattr(step, "appeal", None)
    if appeal is None or (appeal.channel, appeal.text) != (EnrolmentAppeal.Channel.APP, text.strip()):
        return None
    return appeal


def _enrolment(row: Enrolment) -> dict[str, Any]:
    """Its last step, and the appeal against that, if there is one."""
    step = max(row.steps.all(), key=lambda one: one.pk)
    appeal = getattr(step, "appeal", None)
    open_to_appeal = appeal is None and bool(step.from_status) and step.to_status in appeals.AGAINST
    return {
        "id": row.pk,
        "programme": row.programme.name,
        "status": row.status,
        "status_text": row.get_status_display(),
        "since": step.at,
        "reason_text": step.get_reason_display(),
        "until": step.until,
        "appeal_until": appeals.open_until(step) if open_to_appeal else None,
        "appeal": _appeal(appeal) if appeal is not None else None,
    }


def _claim(case: Clawback) -> dict[str, Any]:
    in_time = case.objection_until is not None and timezone.localdate() <= case.objection_until
    names = ("share", "reason", "status", "objection_until", "objected_on", "answer_by")
    return {name: getattr(case, name) for name in names} | {
        "id": case.pk,
        "programme": case.programme.name,
        "amount": case.claim,
        "left": clawback.standing(case).left,
        "status_text": case.get_status_display(),
        "may_object": case.status == S.NOTICED and in_time,
    }


class EnrolmentsView(BeneficiaryView):
    @described(
        summary="Kepesertaan saya, dan mengapa demikian",
        description="Juga yang ditangguhkan atau sudah berakhir, dengan batas waktu keberatannya.",
        answer=shapes.Enrolments,
        example={"enrolments": [_ENROLMENT]},
    )
    def get(self, request: Request) -> Response:
        told = [_enrolment(row) for row in _enrolments(self.person)]
        return Response(shapes.Enrolments({"enrolments": told}).data)


class AppealsView(BeneficiaryView):
    @described(
        summary="Ajukan keberatan atas penangguhan atau berakhirnya kepesertaan",
        description="Diputuskan petugas lain. Yang lewat batas waktu tetap diterima dan ditandai terlambat. Keberatan yang "
        "dikirim ulang dengan teks yang sama tidak dicatat dua kali dan dijawab sama.",
        sent=shapes.AppealRequest,
        sent_example={"enrolment": 12, "text": "KK saya sudah diperbarui bulan lalu."},
        answer=shapes.AppealState,
        example=_APPEAL,
        status=201,
        refusals=(errors.EnrolmentUnknown, errors.AppealNotPossible),
    )
    def post(self, request: Request) -> Response:
        sent = _read(shapes.AppealRequest, request.data)
        row = _enrolments(self.person).filter(pk=sent["enrolment"]).first()
        if row is None:
            raise errors.EnrolmentUnknown
        try:
            made = appeals.file(row, sent["text"], channel=EnrolmentAppeal.Channel.APP)
        except NothingToAppeal as error:
            same = _same_appeal(row, sent["text"])
            if same is None:
                raise errors.AppealNotPossible from error
            made = same
        return Response(shapes.AppealState(_appeal(made)).data, status=201)


class ClaimsView(BeneficiaryView):
    @described(
        summary="Kelebihan bayar yang ditagih kembali dari saya",
        description="Dipotong dari bantuan berikutnya, tidak pernah dari uang yang sudah ada di dompet.",
        answer=shapes.Claims,
        example={"claims": [_CLAIM]},
    )
    def get(self, request: Request) -> Response:
        return Response(shapes.Claims({"claims": [_claim(case) for case in _claims(self.person)]}).data)


class ClaimObjectionsView(BeneficiaryView):
    @described(
        summary="Ajukan keberatan atas tagihan",
        description="Tidak ada yang dipotong sebelum petugas lain memutuskannya. Keberatan yang dikirim ulang dengan teks yang "
        "sama tidak dicatat dua kali dan dijawab sama.",
        sent=shapes.ClaimObjectionRequest,
        sent_example={"claim": 3, "text": "Bantuan Oktober hanya saya terima sekali."},
        answer=shapes.ClaimState,
        example=_CLAIM
        | {
            "status": "objected",
            "status_text": "Ada keberatan",
            "may_object": False,
            "objected_on": "2026-11-25",
            "answer_by": "2026-12-09",
        },
        status=201,
        refusals=(errors.ClaimUnknown, errors.ClaimNotObjectable),
    )
    def post(self, request: Request) -> Response:
        sent = _read(shapes.ClaimObjectionRequest, request.data)
        case = _claims(self.person).filter(pk=sent["claim"]).first()
        if case is None:
            raise errors.ClaimUnknown
        try:
            done = clawback.object_to(case, sent["text"], channel=Clawback.Channel.APP)
        except (ClawbackMoved, ObjectionTooLate) as error:
            done = _claims(self.person).get(pk=case.pk)
            if (done.objection_channel, done.objection) != (Clawback.Channel.APP, sent["text"].strip()):
                raise errors.ClaimNotObjectable from error
        return Response(shapes.ClaimState(_claim(done)).data, status=201)
