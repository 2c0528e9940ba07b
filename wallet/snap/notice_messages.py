"""The messages of what we call at partners: services 41, 52, 56 and 79, kept by `wallet.webhooks.outbox`.

Source: ASPI, SNAP developer pages. Who paid stands in none of them: a merchant needs the money's number, not the person's.
"""

from __future__ import annotations

from rest_framework import serializers

from wallet.snap.fields import Amount
from wallet.snap.messages import Message


class NotifiedLine(Message):
    """One top-up of a bulk cash-in, with the code that the synchronous service would have answered it with."""

    customerNumber = serializers.CharField(help_text="All but the last four digits masked.")
    amount = Amount()
    referenceNo = serializers.CharField(allow_blank=True)
    partnerReferenceNo = serializers.CharField()
    responseCode = serializers.CharField(max_length=7)
    responseMessage = serializers.CharField(max_length=150)
    additionalInfo = serializers.DictField()


class BulkCashinNotice(Message):
    """Service 41: what became of the lines of your bulk cash-in (40)."""

    bulkId = serializers.CharField()
    partnerBulkId = serializers.CharField(help_text="Yours; ours where you gave none.")
    bulkObject = NotifiedLine(many=True)
    additionalInfo = serializers.DictField()


class _Notice(Message):
    originalReferenceNo = serializers.CharField()
    originalPartnerReferenceNo = serializers.CharField()
    latestTransactionStatus = serializers.CharField(max_length=2)
    transactionStatusDesc = serializers.CharField(max_length=50)
    amount = Amount()
    additionalInfo = serializers.DictField()


class QrMpmNotice(_Notice):
    """Service 52: the code that your merchant showed was paid. `additionalInfo.paymentReferenceNo` is the payment's number."""

    externalStoreId = serializers.CharField(allow_blank=True)


class DebitNotice(_Notice):
    """Service 56: an order (54) has ended: paid, cancelled, expired or failed."""

    originalExternalId = serializers.CharField()
    merchantId = serializers.CharField()
    createdTime = serializers.DateTimeField()
    finishedTime = serializers.DateTimeField()


class QrCpmNotice(_Notice):
    """Service 79: a payment with a customer's code (60) was made."""

    originalExternalId = serializers.CharField()
    merchantId = serializers.CharField()
    transactionDate = serializers.DateTimeField()
