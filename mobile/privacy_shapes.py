"""The shapes that go in and out where beneficiaries see and steer what is done with their data."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from beneficiaries.consents import Standing
from beneficiaries.models import Consent, ConsentText, Reveal
from mobile.fields import Text, WholeNumber
from mobile.serializers import HistoryQuery

# --- in ---


class WhoseQuery(serializers.Serializer[Any]):
    person = serializers.UUIDField(required=False, default=None, help_text="`id` dari `people`; kosong: Anda sendiri.")


class AccessQuery(HistoryQuery):
    person = serializers.UUIDField(required=False, default=None, help_text="`id` dari `people`; kosong: Anda sendiri.")


class ConsentRequest(serializers.Serializer[Any]):
    purpose = Text(max_length=40, help_text="`purpose` dari daftar.")
    version = WholeNumber(min_value=1, max_value=32_767, help_text="Versi teks yang ditampilkan.")
    reference = serializers.UUIDField(
        help_text="Dibuat di perangkat; kirim ulang yang sama tidak mencatat pernyataan kedua."
    )
    person = serializers.UUIDField(
        required=False, allow_null=True, default=None, help_text="`id` dari `people`; kosong: Anda sendiri."
    )


class WithdrawalRequest(ConsentRequest):
    understood = serializers.BooleanField(
        required=False, default=False, help_text="true bila `consequence` sudah dibaca; wajib bila ada akibatnya."
    )


# --- out ---


class Agreed(serializers.Serializer[Any]):
    version = serializers.IntegerField(source="text.version")
    title = serializers.CharField(source="text.title")
    text = serializers.CharField(source="text.text")


class ConsentState(serializers.Serializer[Any]):
    purpose = serializers.CharField(source="text.purpose")
    title = serializers.CharField(source="text.title")
    text = serializers.CharField(source="text.text")
    version = serializers.IntegerField(source="text.version")
    published_at = serializers.DateTimeField(source="text.at")
    basis_text = serializers.CharField(source="text.get_basis_display")
    legal_basis = serializers.CharField(source="text.legal_basis", allow_blank=True)
    status = serializers.SerializerMethodField()
    status_text = serializers.SerializerMethodField()
    since = serializers.SerializerMethodField(help_text="Waktu pernyataan terakhir.")
    said_via = serializers.SerializerMethodField(help_text="Lewat apa pernyataan terakhir itu; kosong: belum ada.")
    said_by_guardian = serializers.SerializerMethodField(help_text="Dinyatakan orang tua atau walinya.")
    agreed = serializers.SerializerMethodField(
        help_text="Teks yang disetujui, juga bila kini ada versi yang lebih baru."
    )
    consequence = serializers.CharField(source="text.consequence", allow_blank=True, help_text="Akibat bila ditarik.")
    how_to_withdraw = serializers.SerializerMethodField()

    def get_status(self, one: Standing) -> str:
        return "none" if one.last is None else "given" if one.in_force else "withdrawn"

    def get_status_text(self, one: Standing) -> str:
        words = {"none": _("Belum dinyatakan"), "given": _("Setuju"), "withdrawn": _("Ditarik")}
        return words[self.get_status(one)]

    def get_since(self, one: Standing) -> str | None:
        return None if one.last is None else serializers.DateTimeField().to_representation(one.last.at)

    def get_said_via(self, one: Standing) -> str:
        return str(Consent.Channel(one.last.channel).label) if one.last else ""

    def get_said_by_guardian(self, one: Standing) -> bool:
        return one.last is not None and one.last.guardian_id is not None

    def get_agreed(self, one: Standing) -> dict[str, Any] | None:
        return dict(Agreed(one.last).data) if one.in_force else None

    def get_how_to_withdraw(self, one: Standing) -> str:
        return _(
            "Tarik di aplikasi ini kapan saja, atau di kantor kelurahan."
            " Bantuan yang dasar hukumnya bukan persetujuan tidak berhenti."
        )


class Notice(serializers.ModelSerializer[ConsentText]):
    published_at = serializers.DateTimeField(source="at")
    basis_text = serializers.CharField(source="get_basis_display")
    how_to_object = serializers.SerializerMethodField()

    class Meta:
        model = ConsentText
        fields = [
            "purpose", "title", "text", "version", "published_at", "basis", "basis_text", "legal_basis", "how_to_object"
        ]  # fmt: skip

    def get_how_to_object(self, text: ConsentText) -> str:
        return _(
            "Tidak perlu persetujuan dan tidak dapat ditarik. Salinan, perbaikan, atau pembatasan data dapat diminta"
            " di kantor kelurahan, dijawab dalam 3×24 jam."
        )


class SpokenFor(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="uid")
    name = serializers.CharField()


class Privacy(serializers.Serializer[Any]):
    person = SpokenFor(help_text="Yang persetujuannya ditampilkan.")
    people = SpokenFor(many=True, help_text="Anak dan orang yang Anda wakili.")
    consents = ConsentState(many=True)
    notices = Notice(many=True, help_text="Pemrosesan dengan dasar lain; tidak disetujui dan tidak ditarik.")


class Look(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    shown = serializers.CharField(help_text="Data yang dibuka.")
    role = serializers.CharField(help_text="Peran petugas yang membuka.")
    reason = serializers.ChoiceField(choices=Reveal.Reason.choices)
    reason_text = serializers.CharField()


class AccessLog(serializers.Serializer[Any]):
    looks = Look(many=True, help_text="Terbaru dahulu.")
    next_before = serializers.IntegerField(allow_null=True)
