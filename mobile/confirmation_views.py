"""One's payments over the beneficiaries' API: why so much, and saying that it has come, or has not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from disbursement import confirmations
from disbursement.models import Calculation, Confirmation, Instruction, OwedCycle
from disbursement.statement_errors import NotPaidYet
from mobile.errors import MobileError
from mobile.schema import described
from mobile.views import BeneficiaryView, _read

MOST = 24
_PAYMENT = {
    "id": 41,
    "programme": "Kartu Lansia Jakarta",
    "period": "2026-11-01",
    "kind": "regular",
    "kind_text": "Rutin",
    "part": "main",
    "amount": 240_000,
    "why": {
        "lines": [{"name": "Bantuan pokok", "people": 1, "each": 300_000, "months": 1, "total": 300_000}],
        "withheld": 60_000,
        "total": 240_000,
        "decree": "Kepgub 1250/2021",
    },
    "answer": None,
    "answered_at": None,
}


class PaymentUnknown(MobileError):
    """There is none of that number, or it is another's, or was taken back: all the same to the outside."""

    code = "payment_unknown"
    status = 404
    field = "payment"
    message = _("Bantuan itu tidak ada. Muat ulang daftarnya.")


class LineOut(serializers.Serializer[Any]):
    name = serializers.CharField()
    people = serializers.IntegerField(help_text="Berapa orang yang dihitung.")
    each = serializers.IntegerField(help_text="Rupiah tiap orang tiap bulan.")
    months = serializers.IntegerField()
    total = serializers.IntegerField(help_text="Rupiah; kurang dari nol: yang sudah diberikan sebelumnya.")


class WhyOut(serializers.Serializer[Any]):
    """The arithmetic without the facts: others of the family may stand in these, and who asks need not be one of them."""

    lines = LineOut(many=True)
    withheld = serializers.IntegerField(help_text="Rupiah yang dipotong untuk pengembalian; lihat `claims`.")
    total = serializers.IntegerField(help_text="Rupiah dari semua bagian: jumlah `lines` dikurangi `withheld`.")
    decree = serializers.CharField(
        source="decrees", allow_blank=True, help_text="Dasar hukumnya; dari rapel juga keputusan yang menetapkannya."
    )


class PaymentOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    programme = serializers.CharField(source="enrolment.programme.name")
    period = serializers.DateField(source="cycle.period")
    kind = serializers.ChoiceField(choices=Instruction.Kind.choices)
    kind_text = serializers.CharField(source="get_kind_display", help_text="Rutin, atau rapel atau koreksi `period`.")
    part = serializers.CharField(
        help_text="Bagiannya bila dibagi: `main` utama, `cash` yang dapat diambil tunai, atau kode komponennya."
    )
    amount = serializers.IntegerField(help_text="Rupiah.")
    why = WhyOut(allow_null=True, help_text="Mengapa sebanyak ini; null: perhitungannya tidak disimpan lagi.")
    answer = serializers.ChoiceField(
        choices=Confirmation.Answer.choices, allow_null=True, help_text="Jawaban terakhir; null: belum dijawab."
    )
    answered_at = serializers.DateTimeField(allow_null=True)


class Payments(serializers.Serializer[Any]):
    payments = PaymentOut(many=True, help_text=f"Terbaru dahulu, paling banyak {MOST}.")


class ConfirmationRequest(serializers.Serializer[Any]):
    payment = serializers.IntegerField(min_value=1, max_value=2**63 - 1, help_text="`id` bantuan.")
    received = serializers.BooleanField(help_text="true: bantuan ini sudah saya terima; false: belum.")


class PaymentsView(BeneficiaryView):
    @described(
        summary="Bantuan yang dibayarkan kepada saya",
        answer=Payments,
        example={"payments": [_PAYMENT]},
    )
    def get(self, request: Request) -> Response:
        return Response(Payments({"payments": _explained(confirmations.paid_to(self.person)[:MOST])}).data)


class ConfirmationsView(BeneficiaryView):
    @described(
        summary="Bantuan ini sudah saya terima, atau belum",
        description="Boleh dijawab lagi: jawaban terakhir yang berlaku. Yang belum diterima diperiksa petugas.",
        sent=ConfirmationRequest,
        sent_example={"payment": 41, "received": True},
        answer=PaymentOut,
        example=_PAYMENT | {"answer": "received", "answered_at": "2026-11-30T09:00:00+07:00"},
        status=201,
        refusals=(PaymentUnknown,),
    )
    def post(self, request: Request) -> Response:
        sent = _read(ConfirmationRequest, request.data)
        paid = confirmations.paid_to(self.person)
        try:
            confirmations.confirm(
                paid.get(pk=sent["payment"]), received=sent["received"], channel=Confirmation.Channel.APP
            )
            told = paid.get(pk=sent["payment"])
        except (Instruction.DoesNotExist, NotPaidYet):
            raise PaymentUnknown from None
        return Response(PaymentOut(_explained([told])[0]).data, status=201)


def _explained(rows: Iterable[Instruction]) -> list[Any]:
    """The payments, each with `why`: what was calculated for it, or None."""
    lines: list[Any] = list(rows)
    found = Calculation.objects.filter(
        enrolment__in={line.enrolment_id for line in lines}, batch__in={line.batch_id for line in lines}
    )
    reckoned = {
        (row.batch_id, row.enrolment_id, row.cycle_id, row.kind): row for row in found.select_related("version")
    }
    noted = _decrees_of_arrears(lines)
    for line in lines:
        line.why = reckoned.get((line.batch_id, line.enrolment_id, line.cycle_id, line.kind))
        if line.why is not None:
            said = [line.why.version.decree, noted.get((line.enrolment_id, line.cycle_id, line.kind), "")]
            line.why.decrees = "; ".join(filter(None, dict.fromkeys(said)))
    return lines


def _decrees_of_arrears(lines: Iterable[Instruction]) -> dict[tuple[int, int, str], str]:
    """What the arrears among these payments were noted with: a version may have no decree, or one that says nothing of them."""
    kind = Instruction.Kind.ARREARS
    owed = [line for line in lines if line.kind == kind]
    if not owed:
        return {}
    rows = OwedCycle.objects.filter(
        enrolment__in={line.enrolment_id for line in owed},
        cycle__in={line.cycle_id for line in owed},
        withdrawn_at=None,
    )
    return {(row.enrolment_id, row.cycle_id, str(kind)): row.decree for row in rows}
