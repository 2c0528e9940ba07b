"""The shapes that go in and out where beneficiaries complain and are answered."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from beneficiaries.grievances import TEXT_MOST
from beneficiaries.models import Grievance, GrievanceMessage
from mobile.fields import LongText, Text

# --- in ---


class GrievanceRequest(serializers.Serializer[Any]):
    category = Text(max_length=40, help_text="`code` dari daftar kategori.")
    text = LongText(max_length=TEXT_MOST, help_text="Apa yang terjadi, kapan, di mana.")
    reference = serializers.UUIDField(help_text="Dibuat di perangkat; kirim ulang yang sama tidak membuat aduan kedua.")
    payment_reference_no = Text(
        max_length=64, required=False, allow_blank=True, default="", help_text="Nomor belanja dari riwayat, bila ada."
    )


class MessageRequest(serializers.Serializer[Any]):
    text = LongText(max_length=TEXT_MOST)


class VerdictRequest(serializers.Serializer[Any]):
    satisfied = serializers.BooleanField(help_text="true menutup aduan; false membukanya kembali.")
    text = LongText(max_length=TEXT_MOST, required=False, allow_blank=True, default="")


# --- out ---


class CategoryOut(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = serializers.CharField()
    deadline_days = serializers.IntegerField(help_text="Dijawab dalam sekian hari kerja.")


class Categories(serializers.Serializer[Any]):
    categories = CategoryOut(many=True)


class GrievanceOut(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="uid")
    number = serializers.CharField(help_text="Untuk disebut lewat telepon; angka terakhir memeriksa yang lain.")
    category = serializers.CharField(source="category.name")
    status = serializers.ChoiceField(choices=Grievance.Status.choices)
    status_text = serializers.CharField(source="get_status_display")
    created_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(help_text="Dijawab paling lambat.")
    answered_at = serializers.DateTimeField(allow_null=True)
    satisfied = serializers.BooleanField(allow_null=True)


class MessageOut(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=[GrievanceMessage.Kind.CITIZEN.value, GrievanceMessage.Kind.ANSWER.value])
    text = serializers.CharField()
    created_at = serializers.DateTimeField()


class GrievanceDetail(GrievanceOut):
    text = serializers.CharField()
    messages = serializers.SerializerMethodField(help_text="Terlama dahulu.")

    def get_messages(self, grievance: Grievance) -> list[dict[str, Any]]:
        return [dict(MessageOut(message).data) for message in self.context["messages"]]


class Grievances(serializers.Serializer[Any]):
    grievances = GrievanceOut(many=True, help_text="Terbaru dahulu, paling banyak 50.")
