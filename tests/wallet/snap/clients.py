"""Bodies as other providers' clients write them, from the fields that those publish: names, nesting, nulls, numbers and all.

Each says whose it is like. The values are ours; what a client of its own would put into `merchantId` is filled in by the test.
"""

from __future__ import annotations

from typing import Any

from tests.wallet.snap.conftest import rupiah

# Goods as DANA's clients list them: texts for quantities, and more of everything than is ever read.
DANA_GOODS = [
    {
        "name": f"Buku tulis {number}",
        "merchantGoodsId": f"BT-{number:04}",
        "description": "Buku tulis 38 lembar, sampul karton, isi bergaris, untuk kelas satu sampai enam",
        "category": "alat-tulis/buku",
        "price": {"value": "2500.00", "currency": "IDR"},
        "unit": "pcs",
        "quantity": "1",
        "merchantShippingId": "KIRIM-1",
        "snapshotUrl": "https://toko.example/barang/BT",
        "extendInfo": "{}",
    }
    for number in range(20)
]
DANA_ORDER: dict[str, Any] = {
    "partnerReferenceNo": "2026113000000001",
    "merchantId": "",
    "subMerchantId": "310928924949487",
    "amount": rupiah(50_000),
    "externalStoreId": "toko-" + "9" * 59,
    "validUpTo": "",
    "disabledPayMethods": "CREDIT_CARD",
    "urlParams": [
        {"url": "https://toko.example/selesai", "type": "PAY_RETURN", "isDeeplink": "Y"},
        {"url": "https://toko.example/kabar", "type": "NOTIFICATION", "isDeeplink": "Y"},
    ],
    "additionalInfo": {
        "order": {
            "orderTitle": "Buku tulis",
            "merchantTransType": "SALE",
            "buyer": {"externalUserType": "", "externalUserId": "8392183912832913821", "nickname": "", "userId": ""},
            "goods": DANA_GOODS,
            "shippingInfo": [{"merchantShippingId": "KIRIM-1", "chargeAmount": rupiah(0), "countryName": "ID"}],
            "orderMemo": "",
            "scenario": "REDIRECT",
        },
        "mcc": "5732",
        "envInfo": {
            "sourcePlatform": "IPG",
            "terminalType": "SYSTEM",
            "websiteLanguage": "id_ID",
            "clientIp": "10.15.8.189",
            "merchantAppVersion": "1.0",
            "extendInfo": None,
        },
    },
}
DANA_STATUS: dict[str, Any] = {
    "originalPartnerReferenceNo": "2026113000000001",
    "serviceCode": "54",
    "merchantId": "",
    "subMerchantId": "310928924949487",
    "externalStoreId": "toko-1",
    "amount": rupiah(50_000),
    "additionalInfo": {},
}
DANA_REFUND: dict[str, Any] = {
    "merchantId": "",
    "originalPartnerReferenceNo": "2026113000000001",
    "originalCaptureNo": None,
    "partnerRefundNo": "R-2026113000000001",
    "refundAmount": rupiah(10_000),
    "externalStoreId": "toko-1",
    "reason": "Barang kurang",
    "additionalInfo": {"payoutAccountNo": None, "actorContext": {"actorType": "MERCHANT"}},
}
DANA_CANCEL: dict[str, Any] = {
    "originalPartnerReferenceNo": "2026113000000002",
    "merchantId": "",
    "reason": "Batal",
    "externalStoreId": "toko-1",
    "amount": rupiah(50_000),
}
# The address under the other name, alone, with another spelling within; what is not set is sent as null.
DOKU_ORDER: dict[str, Any] = {
    "partnerReferenceNo": "INV-0001",
    "validUpTo": None,
    "pointOfInitiation": "app",
    "urlParam": {"url": "https://toko.example/selesai", "type": "PAY_RETURN", "isDeepLink": "N"},
    "amount": rupiah(20_000),
    "payOptionDetails": [
        {
            "payMethod": "CREDIT_CARD",
            "payOption": None,
            "transAmount": rupiah(20_000),
            "feeAmount": {"value": "0.00", "currency": "IDR"},
        }
    ],
    "feeType": "OUR",
    "chargeToken": None,
    "additionalInfo": {
        "channel": "EMONEY_DANA_SNAP",
        "orderTitle": "Buku",
        "supportDeepLinkCheckoutUrl": "true",
        "lineItems": [{"name": "Buku", "price": 20000.5, "quantity": 1}],
        "latitude": -6.2,
    },
}
# The same as a list, as the standard's own sample has it.
LISTED_ORDER: dict[str, Any] = {
    "partnerReferenceNo": "000000000050",
    "amount": rupiah(20_000),
    "urlParam": [{"url": "https://toko.example/selesai", "type": "PAY_RETURN", "isDeeplink": "N"}],
    "validUpTo": "",
    "additionalInfo": {"channel": "CC", "customerPhone": "0895600000000", "customerName": "Siti"},
}
# DOKU's QRIS: numbers where the standard has texts, in fields that are its own.
DOKU_QRIS: dict[str, Any] = {
    "partnerReferenceNo": "INV-0002",
    "amount": rupiah(20_000),
    "feeAmount": {"value": "0.00", "currency": "IDR"},
    "merchantId": "",
    "terminalId": "A01",
    "validityPeriod": "",
    "additionalInfo": {"postalCode": 13120, "feeType": 1},
}
DOKU_QRIS_QUERY: dict[str, Any] = {
    "originalReferenceNo": "",
    "originalPartnerReferenceNo": "INV-0002",
    "serviceCode": "47",
    "merchantId": "",
    "additionalInfo": {},
}
# Midtrans' QRIS by GoPay's acquirer: no merchant's terminal, the acquirer among what is its own.
MIDTRANS_QRIS: dict[str, Any] = {
    "partnerReferenceNo": "2026113000000003",
    "amount": rupiah(20_000),
    "merchantId": "",
    "validityPeriod": "",
    "additionalInfo": {
        "acquirer": "gopay",
        "items": [{"id": "1", "name": "Buku", "price": rupiah(20_000), "quantity": 1}],
        "customer": {"firstName": "Siti", "lastName": None, "email": "siti@contoh.example", "phone": "0812"},
        "countryCode": "ID",
        "locale": "id_ID",
    },
}
# ShopeePay's tills, which scan customers' codes: they always say how long they wait, and a query tells its subject among what is
# its own.
SHOPEE_CPM: dict[str, Any] = {
    "partnerReferenceNo": "CPM-0001",
    "qrContent": "",
    "amount": rupiah(30_000),
    "merchantId": "",
    "externalStoreId": "toko_1",
    "expiryTime": "",
    "terminalId": "kasir-lantai-dua-nomor-7",
    "additionalInfo": {"promoIds": "", "metadata": ""},
}
SHOPEE_CPM_QUERY: dict[str, Any] = {
    "originalPartnerReferenceNo": "CPM-0001",
    "merchantId": "",
    "externalStoreId": "toko_1",
    "additionalInfo": {"value": "30000.00", "serviceCode": "60"},
}
SHOPEE_CPM_REFUND: dict[str, Any] = {
    "originalPartnerReferenceNo": "CPM-0001",
    "partnerRefundNo": "CPM-0001-kembali",
    "merchantId": "",
    "externalStoreId": "toko_1",
    "refundAmount": rupiah(10_000),
    "additionalInfo": {"transactionType": 13},
}
# With every field of the standard's tables, for a library that knows nothing else: 59, 60, 61, 62, and 77.
STANDARD_DEVICE = {"deviceId": "12345679237", "channel": "mobilephone"}
STANDARD_CPM_CODE: dict[str, Any] = {
    "partnerReferenceNo": "2026113000000011",
    "userAccessToken": "",
    "merchantId": "",
    "subMerchantId": "310928924949487",
    "partnerTrxDate": "2026-11-30T07:50:11+07:00",
    "additionalInfo": STANDARD_DEVICE,
}
STANDARD_CPM: dict[str, Any] = {
    "partnerReferenceNo": "2026113000000012",
    "qrContent": "",
    "amount": rupiah(12_000),
    "feeAmount": rupiah(0),
    "merchantId": "",
    "subMerchantId": "310928924949487",
    "title": "Belanja",
    "expiryTime": "",
    "items": {"productId": "777", "productName": "Beras", "qty": "5", "desc": "barang"},
    "externalStoreId": "toko-1",
    "merchantName": "Warung",
    "merchantLocation": "Jakarta",
    "acquirerName": "Contoh",
    "terminalId": "6476378",
    "scannerInfo": {
        "deviceId": "46252",
        "deviceVersion": "v.1.0",
        "deviceModel": "Scanner",
        "deviceIp": "203.0.113.24",
    },
    "additionalInfo": STANDARD_DEVICE,
}
STANDARD_CPM_QUERY: dict[str, Any] = {
    "originalReferenceNo": "",
    "originalPartnerReferenceNo": "2026113000000012",
    "originalExternalId": "",
    "merchantId": "",
    "subMerchantId": "310928924949487",
    "externalStoreId": "toko-1",
    "additionalInfo": STANDARD_DEVICE,
}
STANDARD_CPM_CANCEL = STANDARD_CPM_QUERY | {"amount": rupiah(12_000), "reason": "Batal"}
STANDARD_MPM_CANCEL: dict[str, Any] = {
    "originalReferenceNo": "",
    "merchantId": "",
    "subMerchantId": "310928924949487",
    "externalStoreId": "toko-1",
    "reason": "Batal",
    "amount": rupiah(20_000),
    "additionalInfo": STANDARD_DEVICE,
}
