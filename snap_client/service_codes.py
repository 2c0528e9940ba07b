"""The services under ``/v1.0`` that a partner calls, by the standard's code. Source: ASPI, SNAP developer pages."""

from __future__ import annotations

ACCESS_TOKEN = "/v1.0/access-token/b2b"  # noqa: S105 (a path)
BALANCE_INQUIRY = "11"
ACCOUNT_INQUIRY, TOP_UP, TOP_UP_STATUS, BULK_CASH_IN = "37", "38", "39", "40"
CASH_OUT, CASH_OUT_STATUS = "44", "45"
MPM_GENERATE, MPM_DECODE, MPM_PAYMENT, MPM_QUERY, MPM_CANCEL, MPM_REFUND = "47", "48", "50", "51", "77", "78"
DEBIT_PAYMENT, DEBIT_STATUS, DEBIT_CANCEL, DEBIT_REFUND = "54", "55", "57", "58"
CPM_GENERATE, CPM_PAYMENT, CPM_QUERY, CPM_CANCEL, CPM_REFUND = "59", "60", "61", "62", "80"
# Salur's own, for which the standard has no service: payments that a till accepted without a network.
OFFLINE_CLAIMS, OFFLINE_CLAIM_STATUS = "97", "98"

PATHS = {
    BALANCE_INQUIRY: "/v1.0/balance-inquiry",
    ACCOUNT_INQUIRY: "/v1.0/emoney/account-inquiry",
    TOP_UP: "/v1.0/emoney/topup",
    TOP_UP_STATUS: "/v1.0/emoney/topup-status",
    BULK_CASH_IN: "/v1.0/emoney/bulk-cashin-payment",
    CASH_OUT: "/v1.0/emoney/otc-cashout",
    CASH_OUT_STATUS: "/v1.0/emoney/otc-status",
    MPM_GENERATE: "/v1.0/qr/qr-mpm-generate",
    MPM_DECODE: "/v1.0/qr/qr-mpm-decode",
    MPM_PAYMENT: "/v1.0/qr/qr-mpm-payment",
    MPM_QUERY: "/v1.0/qr/qr-mpm-query",
    MPM_CANCEL: "/v1.0/qr/qr-mpm-cancel",
    MPM_REFUND: "/v1.0/qr/qr-mpm-refund",
    DEBIT_PAYMENT: "/v1.0/debit/payment-host-to-host",
    DEBIT_STATUS: "/v1.0/debit/status",
    DEBIT_CANCEL: "/v1.0/debit/cancel",
    DEBIT_REFUND: "/v1.0/debit/refund",
    CPM_GENERATE: "/v1.0/qr/qr-cpm-generate",
    CPM_PAYMENT: "/v1.0/qr/qr-cpm-payment",
    CPM_QUERY: "/v1.0/qr/qr-cpm-query",
    CPM_CANCEL: "/v1.0/qr/qr-cpm-cancel",
    CPM_REFUND: "/v1.0/qr/qr-cpm-refund",
    OFFLINE_CLAIMS: "/v1.0/offline/claims",
    OFFLINE_CLAIM_STATUS: "/v1.0/offline/claim-status",
}
