"""The shapes that go in and out where beneficiaries see what was decided about their aid, and object to it."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from disbursement.models import Clawback, Enrolment
from mobile.fields import LongText, WholeNumber

TEXT_MOST = 2_000

# --- in ---


class AppealRequest(serializers.Serializer[Any]):
    enrolment = WholeNumber(min_value=1, max_value=2**63 - 1, help_text="`id` dari daftar kepesertaan.")
    text = LongText(max_length=TEXT_MOST, help_text="Mengapa Anda keberatan; bukti dapat dibawa ke kantor kelurahan.")


class ClaimObjectionRequest(serializers.Serializer[Any]):
    claim = WholeNumber(min_value=1, max_value=2**63 - 1, help_text="`id` dari daftar tagihan.")
    text = LongText(max_length=TEXT_MOST, help_text="Mengapa Anda keberatan; bukti dapat dibawa ke kantor kelurahan.")


# --- out ---


class AppealState(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=["filed", "upheld", "denied"])
    status_text = serializers.CharField()
    filed_on = serializers.DateField()
    late = serializers.BooleanField(help_text="Diajukan sesudah `appeal_until`; tetap diperiksa.")
    answer_by = serializers.DateField()
    decision_reason = serializers.CharField(allow_blank=True)


class EnrolmentState(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    programme = serializers.CharField()
    status = serializers.ChoiceField(choices=Enrolment.Status.choices)
    status_text = serializers.CharField()
    since = serializers.DateTimeField()
    reason_text = serializers.CharField()
    until = serializers.DateField(allow_null=True, help_text="Hari terakhir penangguhan; kosong: sampai dicabut.")
    appeal_until = serializers.DateField(
        allow_null=True,
        help_text="Batas keberatan; kosong: tidak ada yang dapat disanggah. Yang terlambat tetap diperiksa.",
    )
    appeal = AppealState(allow_null=True)


class Enrolments(serializers.Serializer[Any]):
    enrolments = EnrolmentState(many=True)


class ClaimState(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    programme = serializers.CharField()
    amount = serializers.IntegerField(help_text="Rupiah yang ditagih.")
    left = serializers.IntegerField(help_text="Rupiah yang belum dikembalikan.")
    share = serializers.IntegerField(help_text="Paling banyak sekian persen dari bantuan tiap siklus yang dipotong.")
    reason = serializers.CharField()
    status = serializers.ChoiceField(choices=Clawback.Status.choices)
    status_text = serializers.CharField()
    objection_until = serializers.DateField(allow_null=True)
    may_object = serializers.BooleanField()
    objected_on = serializers.DateField(allow_null=True)
    answer_by = serializers.DateField(allow_null=True)


class Claims(serializers.Serializer[Any]):
    claims = ClaimState(many=True)
