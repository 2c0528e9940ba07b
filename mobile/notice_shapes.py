"""The shapes that go in and out where beneficiaries read what they are told."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from mobile.fields import Text
from mobile.models import Notice, PushToken

# --- in ---


class PushTokenRequest(serializers.Serializer[Any]):
    token = Text(max_length=500, help_text="Dari layanan pemberitahuan sistem HP; kirim lagi setiap kali berganti.")
    platform = serializers.ChoiceField(choices=PushToken.Platform.choices)


# --- out ---


class NoticeOut(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="notice.uid")
    kind = serializers.ChoiceField(choices=Notice.Kind.choices, source="notice.kind")
    title = serializers.CharField(source="words.title")
    text = serializers.CharField(source="words.text", help_text="Keadaan sekarang, dalam bahasa permintaan.")
    created_at = serializers.DateTimeField(source="notice.created_at")
    shown_at = serializers.DateTimeField(
        source="notice.shown_at", allow_null=True, help_text="Pertama dibaca, di perangkat mana pun; null: belum."
    )


class Notices(serializers.Serializer[Any]):
    notices = NoticeOut(many=True, help_text="Terbaru dahulu.")
    unread = serializers.IntegerField(help_text="Banyaknya yang belum dibaca.")
    next_before = serializers.IntegerField(allow_null=True, help_text="Untuk `before`; null: tidak ada lagi.")
