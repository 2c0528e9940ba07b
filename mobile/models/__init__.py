"""The beneficiaries' devices, the messages that let them in, and what people are told."""

from mobile.models.devices import Device, OtpChallenge, PushToken
from mobile.models.notices import Delivery, Notice, NoticedBatch, NoticedChunk, NoticedOutcomes
from mobile.models.sms import Sms

__all__ = [
    "Delivery",
    "Device",
    "Notice",
    "NoticedBatch",
    "NoticedChunk",
    "NoticedOutcomes",
    "OtpChallenge",
    "PushToken",
    "Sms",
]
