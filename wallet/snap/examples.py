"""What goes over the wire, by example: a request and its answer for every service, as the OpenAPI document shows them.

Every example is one transaction's: the reference that a query or a refund names is that of the payment above it.
"""

from __future__ import annotations

from typing import Any

from wallet.snap.codes import Service

TIMESTAMP = "2026-11-24T10:37:16+07:00"
AMOUNT = {"value": "10000.00", "currency": "IDR"}
ORIGINAL = "2026112400000000000001"
QRIS_EXAMPLE = (
    "00020101021226680016ID.CO.CONTOH.WWW01189360080030000000120215CTH0000000000010303UMI51440014ID.CO.QRIS.WWW"
    "0215ID10200123456780303UMI5204541153033605405250005802ID5914WARUNG BU SITI6013JAKARTA TIMUR6105133306216"
    "0512INV-2026-0016304EEF0"
)
REQUESTS: dict[str, dict[str, Any]] = {
    Service.BALANCE_INQUIRY: {
        "partnerReferenceNo": "2026112400000000000010",
        "accountNo": "00007100010926",
        "balanceTypes": ["Cash"],
    },
    Service.ACCOUNT_INQUIRY: {"customerNumber": "6281234567890", "amount": AMOUNT},
    Service.TOPUP: {
        "partnerReferenceNo": "2026112400000000000011",
        "customerNumber": "6281234567890",
        "amount": AMOUNT,
        "feeAmount": {"value": "0.00", "currency": "IDR"},
        "transactionDate": TIMESTAMP,
    },
    Service.TOPUP_STATUS: {
        "serviceCode": Service.TOPUP,
        "originalPartnerReferenceNo": "2026112400000000000011",
    },
    Service.BULK_CASHIN: {
        "partnerBulkId": "2026112400000000000012",
        "transactionDate": TIMESTAMP,
        "currency": "IDR",
        "bulkObject": [
            {
                "accountNumber": "6281234567890",
                "accountName": "Siti",
                "amount": AMOUNT,
                "partnerReferenceNo": "2026112400000000000013",
            }
        ],
    },
    Service.OTC_CASHOUT: {
        "partnerReferenceNo": "2026112400000000000014",
        "customerNumber": "6281234567890",
        "otp": "7H2K9QW3ZB5N1X8D4RTC6VJ0MF",
        "amount": AMOUNT,
    },
    Service.OTC_STATUS: {
        "serviceCode": Service.OTC_CASHOUT,
        "originalPartnerReferenceNo": "2026112400000000000014",
    },
    Service.BULK_CASHIN_NOTIFY: {
        "bulkId": "B0001",
        "partnerBulkId": "SLR7c0f0e4b9d5a4f0f8f4b1d7e6a2c9b30",
        "bulkObject": [
            {"partnerReferenceNo": "SLR-1", "referenceNo": "P0001", "responseCode": "2004000", "amount": AMOUNT}
        ],
    },
    Service.ACCESS_TOKEN: {"grantType": "client_credentials", "additionalInfo": {}},
    Service.DEBIT_PAYMENT: {
        "partnerReferenceNo": "2026112400000000000003",
        "merchantId": "00007100010926",
        "amount": AMOUNT,
        "urlParams": [{"url": "https://toko.example/kembali", "type": "PAY_RETURN", "isDeeplink": "N"}],
        "validUpTo": "2026-11-24T11:07:16+07:00",
        "additionalInfo": {
            "orderTitle": "Buku tulis",
            "items": [{"sku": "BT-38", "name": "Buku tulis", "quantity": 1, "price": AMOUNT}],
        },
    },
    Service.DEBIT_STATUS: {
        "serviceCode": Service.DEBIT_PAYMENT,
        "originalPartnerReferenceNo": "2026112400000000000003",
    },
    Service.DEBIT_CANCEL: {"originalPartnerReferenceNo": "2026112400000000000003", "reason": "Barang habis"},
    Service.DEBIT_REFUND: {
        "originalPartnerReferenceNo": "2026112400000000000003",
        "partnerRefundNo": "2026112400000000000004",
        "refundAmount": AMOUNT,
        "reason": "Barang dikembalikan",
    },
    Service.QR_CPM_PAYMENT: {
        "partnerReferenceNo": "2026112400000000000001",
        "qrContent": "7H2K9QW3ZB5N1X8D4RTC6VJ0MF",
        "merchantId": "00007100010926",
        "amount": AMOUNT,
        "title": "Beras 5 kg",
        "terminalId": "KASIR-02",
        "additionalInfo": {
            "cashier": "02",
            "items": [{"sku": "B5", "name": "Beras 5 kg", "quantity": 1, "price": AMOUNT}],
        },
    },
    Service.QR_CPM_QUERY: {"originalPartnerReferenceNo": "2026112400000000000001"},
    Service.OFFLINE_CLAIMS: {
        "partnerBulkId": "2026112400000000000003",
        "claims": [
            {
                "partnerReferenceNo": "2026112400000000000004",
                "qrContent": "SLR1:C:1:7H2K9QW3ZB5N1X8D:4RTC6VJ0MF:100000:1795000000:1796200000:5411:31.74:0:1:10:10000:…",
                "merchantId": "00007100010926",
                "amount": AMOUNT,
                "transactionDate": TIMESTAMP,
            }
        ],
    },
    Service.OFFLINE_CLAIM_STATUS: {
        "serviceCode": Service.OFFLINE_CLAIMS,
        "originalPartnerReferenceNo": "2026112400000000000004",
    },
    Service.QR_CPM_REFUND: {
        "originalPartnerReferenceNo": "2026112400000000000001",
        "partnerRefundNo": "2026112400000000000002",
        "refundAmount": AMOUNT,
        "reason": "Barang dikembalikan",
    },
    Service.QR_MPM_GENERATE: {
        "partnerReferenceNo": ORIGINAL,
        "amount": AMOUNT,
        "feeAmount": {"value": "0.00", "currency": "IDR"},
        "merchantId": "00007100010926",
        "terminalId": "213141251124",
        "validityPeriod": "2026-11-24T10:52:16+07:00",
        "additionalInfo": {"items": [{"sku": "BT-38", "name": "Buku tulis", "quantity": 1, "price": AMOUNT}]},
    },
    Service.QR_MPM_DECODE: {"qrContent": QRIS_EXAMPLE, "scanTime": TIMESTAMP},
    Service.QR_MPM_PAYMENT: {
        "partnerReferenceNo": ORIGINAL,
        "merchantId": "00007100010926",
        "amount": AMOUNT,
        "otp": "493027",
        "additionalInfo": {"qrContent": QRIS_EXAMPLE},
    },
    Service.QR_MPM_QUERY: {"serviceCode": Service.QR_MPM_GENERATE, "originalPartnerReferenceNo": ORIGINAL},
    Service.QR_MPM_CANCEL: {"originalPartnerReferenceNo": ORIGINAL, "reason": "Batal beli"},
    Service.QR_MPM_REFUND: {
        "originalPartnerReferenceNo": ORIGINAL,
        "partnerRefundNo": "2026112400000000000002",
        "refundAmount": AMOUNT,
        "reason": "Barang dikembalikan",
    },
    Service.QR_CPM_GENERATE: {
        "partnerReferenceNo": ORIGINAL,
        "userAccessToken": "493027",
        "partnerTrxDate": TIMESTAMP,
    },
    Service.QR_CPM_CANCEL: {"originalPartnerReferenceNo": ORIGINAL, "reason": "Batal beli"},
}
REFERENCE, REFUND_NO = "202611243F0C9A7B51D2E864", "20261124A61B0E9D44C7F520"
_STATUS = {
    "originalReferenceNo": REFERENCE,
    "originalExternalId": "41807553358950093184162180797837",
    "latestTransactionStatus": "00",
    "transactionStatusDesc": "Success",
}
_REFUND = {"refundNo": REFUND_NO, "refundAmount": AMOUNT, "refundTime": "2026-11-24T15:02:41+07:00"}
_CANCEL = {
    "originalPartnerReferenceNo": ORIGINAL,
    "originalReferenceNo": REFERENCE,
    "originalExternalId": "41807553358950093184162180797837",
    "cancelTime": "2026-11-24T10:44:03+07:00",
    "transactionDate": TIMESTAMP,
    "additionalInfo": {},
}
_NOTHING = {"value": "0.00", "currency": "IDR"}
# Without responseCode and responseMessage, which every answer has.
ANSWERS: dict[str, dict[str, Any]] = {
    Service.ACCESS_TOKEN: {
        "accessToken": "q3Z0mPpW9xw1pO6bqk0i6bZ8s4c8Jm3d5u7yTgV2n1E",
        "tokenType": "Bearer",
        "expiresIn": "900",
        "additionalInfo": {},
    },
    Service.BALANCE_INQUIRY: {
        "partnerReferenceNo": "2026112400000000000010",
        "accountNo": "00007100010926",
        "name": "Warung Bu Siti",
        "accountInfos": [
            {
                "balanceType": "Cash",
                "amount": {"value": "1250000.00", "currency": "IDR"},
                "floatAmount": _NOTHING,
                "holdAmount": _NOTHING,
                "availableBalance": {"value": "1250000.00", "currency": "IDR"},
                "ledgerBalance": {"value": "980000.00", "currency": "IDR"},
                "registrationStatusCode": "0001",
                "status": "0001",
            }
        ],
        "additionalInfo": {},
    },
    Service.ACCOUNT_INQUIRY: {
        "sessionId": "01G5F7K2Q9X4B8N3D6R1T0V5W",
        "customerNumber": "XXXXXXXXX7890",
        "customerName": "S*** A*****",
        "customerMonthlyInLimit": "39000000",
        "minAmount": {"value": "1.00", "currency": "IDR"},
        "maxAmount": {"value": "10000000.00", "currency": "IDR"},
        "amount": AMOUNT,
        "feeAmount": _NOTHING,
        "feeType": "OUR",
        "additionalInfo": {},
    },
    Service.TOPUP: {
        "referenceNo": REFERENCE,
        "partnerReferenceNo": "2026112400000000000011",
        "customerNumber": "XXXXXXXXX7890",
        "amount": AMOUNT,
        "transactionDate": TIMESTAMP,
        "additionalInfo": {},
    },
    Service.TOPUP_STATUS: _STATUS
    | {
        "originalPartnerReferenceNo": "2026112400000000000011",
        "serviceCode": Service.TOPUP,
        "transactionDate": TIMESTAMP,
        "amount": AMOUNT,
        "additionalInfo": {},
    },
    Service.BULK_CASHIN: {
        "bulkId": "2026112484D1B6A0F35C972E",
        "partnerBulkId": "2026112400000000000012",
        "additionalInfo": {},
    },
    Service.BULK_CASHIN_NOTIFY: {},
    Service.OTC_CASHOUT: {
        "referenceNo": REFERENCE,
        "partnerReferenceNo": "2026112400000000000014",
        "transactionDate": TIMESTAMP,
        "additionalInfo": {},
    },
    Service.OTC_STATUS: _STATUS
    | {
        "originalPartnerReferenceNo": "2026112400000000000014",
        "serviceCode": Service.OTC_CASHOUT,
        "transactionDate": TIMESTAMP,
        "amount": AMOUNT,
        "additionalInfo": {},
    },
    Service.DEBIT_PAYMENT: {
        "referenceNo": REFERENCE,
        "partnerReferenceNo": "2026112400000000000003",
        "webRedirectUrl": "https://salur.example/bayar/0b7f3f0e-6a0c-4a38-9c57-1f4f3f1d2a10/",
        "additionalInfo": REQUESTS[Service.DEBIT_PAYMENT]["additionalInfo"],
    },
    Service.DEBIT_STATUS: _STATUS
    | {
        "originalPartnerReferenceNo": "2026112400000000000003",
        "serviceCode": Service.DEBIT_PAYMENT,
        "transAmount": AMOUNT,
        "amount": AMOUNT,
        "paidTime": "2026-11-24T10:39:50+07:00",
        "refundHistory": [],
        "additionalInfo": {},
    },
    Service.DEBIT_CANCEL: _CANCEL | {"originalPartnerReferenceNo": "2026112400000000000003"},
    Service.DEBIT_REFUND: _REFUND
    | {
        "originalPartnerReferenceNo": "2026112400000000000003",
        "originalReferenceNo": REFERENCE,
        "originalExternalId": "41807553358950093184162180797837",
        "partnerRefundNo": "2026112400000000000004",
        "additionalInfo": {},
    },
    Service.QR_CPM_GENERATE: {
        "referenceNo": REFERENCE,
        "partnerReferenceNo": ORIGINAL,
        "qrContent": "7H2K9QW3ZB5N1X8D4RTC6VJ0MF",
        "expiryTime": "2026-11-24T10:39:16+07:00",
        "additionalInfo": {"validUntil": "2026-11-24T10:39:16+07:00"},
    },
    Service.QR_CPM_PAYMENT: {
        "referenceNo": REFERENCE,
        "partnerReferenceNo": "2026112400000000000001",
        "amount": AMOUNT,
        "transactionDate": TIMESTAMP,
        "additionalInfo": REQUESTS[Service.QR_CPM_PAYMENT]["additionalInfo"],
    },
    Service.QR_CPM_QUERY: _STATUS
    | {
        "originalPartnerReferenceNo": "2026112400000000000001",
        "serviceCode": Service.QR_CPM_PAYMENT,
        "title": "Beras 5 kg",
        "paidTime": TIMESTAMP,
        "transactionDate": TIMESTAMP,
        "amount": AMOUNT,
        "additionalInfo": {},
    },
    Service.QR_CPM_CANCEL: _CANCEL,
    Service.QR_CPM_REFUND: _REFUND
    | {
        "originalPartnerReferenceNo": "2026112400000000000001",
        "originalReferenceNo": REFERENCE,
        "partnerRefundNo": "2026112400000000000002",
        "additionalInfo": {},
    },
    Service.QR_MPM_GENERATE: {
        "referenceNo": REFERENCE,
        "partnerReferenceNo": ORIGINAL,
        "qrContent": QRIS_EXAMPLE,
        "merchantName": "Warung Bu Siti",
        "storeId": "",
        "terminalId": "213141251124",
        "additionalInfo": REQUESTS[Service.QR_MPM_GENERATE]["additionalInfo"]
        | {"validUntil": "2026-11-24T10:52:16+07:00"},
    },
    Service.QR_MPM_DECODE: {
        "referenceNo": REFERENCE,
        "partnerReferenceNo": "",
        "merchantName": "Warung Bu Siti",
        "merchantCategory": "5411",
        "merchantLocation": "JAKARTA TIMUR",
        "merchantInfos": [{"merchantPAN": "936008003000000012", "acquirerName": "ID.CO.CONTOH.WWW"}],
        "transactionAmount": {"value": "25000.00", "currency": "IDR"},
        "additionalInfo": {"merchantId": "00007100010926"},
    },
    Service.QR_MPM_PAYMENT: {
        "referenceNo": REFERENCE,
        "partnerReferenceNo": ORIGINAL,
        "amount": AMOUNT,
        "transactionDate": TIMESTAMP,
        "additionalInfo": {"qrContent": QRIS_EXAMPLE},
    },
    Service.QR_MPM_QUERY: _STATUS
    | {
        "originalPartnerReferenceNo": ORIGINAL,
        "serviceCode": Service.QR_MPM_GENERATE,
        "paidTime": TIMESTAMP,
        "amount": AMOUNT,
        "terminalId": "213141251124",
        "additionalInfo": {"paymentReferenceNo": REFERENCE},
    },
    Service.QR_MPM_CANCEL: _CANCEL,
    Service.QR_MPM_REFUND: _REFUND
    | {
        "originalPartnerReferenceNo": ORIGINAL,
        "originalReferenceNo": REFERENCE,
        "partnerRefundNo": "2026112400000000000002",
        "additionalInfo": {},
    },
    Service.OFFLINE_CLAIMS: {
        "partnerBulkId": "2026112400000000000003",
        "claims": [
            {
                "responseCode": "2009700",
                "responseMessage": "Successful",
                "partnerReferenceNo": "2026112400000000000004",
                "referenceNo": REFERENCE,
                "amount": AMOUNT,
                "transactionDate": TIMESTAMP,
                "latestTransactionStatus": "00",
                "additionalInfo": {},
            }
        ],
        "additionalInfo": {},
    },
    Service.OFFLINE_CLAIM_STATUS: {
        "serviceCode": Service.OFFLINE_CLAIMS,
        "originalPartnerReferenceNo": "2026112400000000000004",
        "originalReferenceNo": REFERENCE,
        "latestTransactionStatus": "00",
        "transactionStatusDesc": "Success",
        "amount": AMOUNT,
        "transactionDate": TIMESTAMP,
        "additionalInfo": {},
    },
}
_NOTICE = {
    "originalReferenceNo": REFERENCE,
    "originalPartnerReferenceNo": ORIGINAL,
    "latestTransactionStatus": "00",
    "transactionStatusDesc": "Success",
    "amount": AMOUNT,
}
NOTICES: dict[str, dict[str, Any]] = {
    Service.BULK_CASHIN_NOTIFY: {
        "bulkId": "2026112484D1B6A0F35C972E",
        "partnerBulkId": "2026112400000000000012",
        "bulkObject": [
            {
                "customerNumber": "XXXXXXXXX7890",
                "amount": AMOUNT,
                "referenceNo": REFERENCE,
                "partnerReferenceNo": "2026112400000000000013",
                "responseCode": "2004000",
                "responseMessage": "Successful",
                "additionalInfo": {},
            }
        ],
        "additionalInfo": {},
    },
    Service.QR_MPM_NOTIFY: _NOTICE
    | {
        "externalStoreId": "",
        "additionalInfo": {
            "merchantId": "00007100010926",
            "terminalId": "213141251124",
            "paymentReferenceNo": REFERENCE,
            "paidTime": TIMESTAMP,
        },
    },
    Service.DEBIT_NOTIFY: _NOTICE
    | {
        "originalExternalId": "41807553358950093184162180797837",
        "merchantId": "00007100010926",
        "createdTime": TIMESTAMP,
        "finishedTime": "2026-11-24T10:39:50+07:00",
        "additionalInfo": {"orderTitle": "Buku tulis"},
    },
    Service.QR_CPM_NOTIFY: _NOTICE
    | {
        "originalExternalId": "41807553358950093184162180797837",
        "merchantId": "00007100010926",
        "transactionDate": TIMESTAMP,
        "additionalInfo": {},
    },
}
OFFLINE_KEYS = {
    "keys": [
        {
            "id": 1,
            "algorithm": "Ed25519",
            "publicKey": "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "use": "sign",
        }
    ],
    "revocations": {
        "text": "SLR1:R:1:1795000000:7H2K9QW3ZB5N1X8D",
        "key": 1,
        "signature": "4PLPDV…",
    },
}
