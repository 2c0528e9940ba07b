"""The services under /v1.0, each also with `.htm`, which some providers append and their clients do too."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from wallet.snap import emoney_views, qr_views
from wallet.snap.debit_views import DebitCancelView, DebitPaymentView, DebitRefundView, DebitStatusView
from wallet.snap.envelope import SnapView
from wallet.snap.offline_views import ClaimStatusView, ClaimsView, KeysView
from wallet.snap.views import AccessTokenView, PaymentView, QueryView, RefundView, UnknownView

SERVICES: dict[str, type[SnapView]] = {
    "access-token/b2b": AccessTokenView,
    "balance-inquiry": emoney_views.BalanceInquiryView,
    "emoney/account-inquiry": emoney_views.AccountInquiryView,
    "emoney/topup": emoney_views.TopupView,
    "emoney/topup-status": emoney_views.TopupStatusView,
    "emoney/bulk-cashin-payment": emoney_views.BulkCashinView,
    "emoney/otc-cashout": emoney_views.OtcCashoutView,
    "emoney/otc-status": emoney_views.OtcStatusView,
    "debit/payment-host-to-host": DebitPaymentView,
    "debit/status": DebitStatusView,
    "debit/cancel": DebitCancelView,
    "debit/refund": DebitRefundView,
    "qr/qr-cpm-payment": PaymentView,
    "qr/qr-cpm-query": QueryView,
    "qr/qr-cpm-refund": RefundView,
    "qr/qr-cpm-generate": qr_views.CpmGenerateView,
    "qr/qr-cpm-cancel": qr_views.CpmCancelView,
    "qr/qr-mpm-generate": qr_views.MpmGenerateView,
    "qr/qr-mpm-decode": qr_views.MpmDecodeView,
    "qr/qr-mpm-payment": qr_views.MpmPaymentView,
    "qr/qr-mpm-query": qr_views.MpmQueryView,
    "qr/qr-mpm-cancel": qr_views.MpmCancelView,
    "qr/qr-mpm-refund": qr_views.MpmRefundView,
    "offline/claims": ClaimsView,
    "offline/claim-status": ClaimStatusView,
}


def _patterns() -> list[URLPattern]:
    found: list[URLPattern] = [path("offline/keys", KeysView.as_view(), name="offline-keys")]
    for route, view in SERVICES.items():
        name = f"snap-{route.rsplit('/', 1)[-1]}"
        found.append(path(route, view.as_view(), name=name))
        found.append(path(f"{route}.htm", view.as_view(schema=None)))
    found.append(re_path(r"^.*\Z", UnknownView.as_view()))
    return found


urlpatterns = _patterns()
