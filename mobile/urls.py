"""Addresses of the beneficiaries' API, below ``/api/v1/``. None of them carries anything personal."""

from django.urls import path

from mobile import (
    confirmation_views,
    decision_views,
    exclusion_views,
    grievance_views,
    notice_views,
    offline_views,
    privacy_views,
    qr_views,
    views,
)

app_name = "mobile"

urlpatterns = [
    path("activation/request", views.ActivationRequestView.as_view(), name="activation-request"),
    path("activation/confirm", views.ActivationConfirmView.as_view(), name="activation-confirm"),
    path("pin", views.PinView.as_view(), name="pin"),
    path("pin/change", views.PinChangeView.as_view(), name="pin-change"),
    path("me", views.MeView.as_view(), name="me"),
    path("purses", views.PursesView.as_view(), name="purses"),
    path("history", views.HistoryView.as_view(), name="history"),
    path("codes", views.CodesView.as_view(), name="codes"),
    path("codes/digits", qr_views.DigitsView.as_view(), name="code-digits"),
    path("qr/scan", qr_views.ScanView.as_view(), name="qr-scan"),
    path("qr/pay", qr_views.PayView.as_view(), name="qr-pay"),
    path("offline", offline_views.OfflineView.as_view(), name="offline"),
    path("offline/<str:number>/revoke", offline_views.OfflineRevokeView.as_view(), name="offline-revoke"),
    path("devices", views.DevicesView.as_view(), name="devices"),
    path("devices/<uuid:uid>/revoke", views.DeviceRevokeView.as_view(), name="device-revoke"),
    path("exclusions", exclusion_views.ExclusionsView.as_view(), name="exclusions"),
    path("objections", exclusion_views.ObjectionsView.as_view(), name="objections"),
    path("objections/files", exclusion_views.ObjectionFilesView.as_view(), name="objection-files"),
    path("enrolments", decision_views.EnrolmentsView.as_view(), name="enrolments"),
    path("appeals", decision_views.AppealsView.as_view(), name="appeals"),
    path("claims", decision_views.ClaimsView.as_view(), name="claims"),
    path("claims/objections", decision_views.ClaimObjectionsView.as_view(), name="claim-objections"),
    path("payments", confirmation_views.PaymentsView.as_view(), name="payments"),
    path("payments/confirmations", confirmation_views.ConfirmationsView.as_view(), name="payment-confirmations"),
    path("logout", views.LogoutView.as_view(), name="logout"),
    path("grievances", grievance_views.GrievancesView.as_view(), name="grievances"),
    path("grievances/categories", grievance_views.CategoriesView.as_view(), name="grievance-categories"),
    path("grievances/<uuid:uid>", grievance_views.GrievanceView.as_view(), name="grievance"),
    path("grievances/<uuid:uid>/messages", grievance_views.GrievanceMessagesView.as_view(), name="grievance-messages"),
    path("grievances/<uuid:uid>/verdict", grievance_views.GrievanceVerdictView.as_view(), name="grievance-verdict"),
    path("notices", notice_views.NoticesView.as_view(), name="notices"),
    path("notices/<uuid:uid>/shown", notice_views.NoticeShownView.as_view(), name="notice-shown"),
    path("push-token", notice_views.PushTokenView.as_view(), name="push-token"),
    path("push-token/remove", notice_views.PushTokenRemovalView.as_view(), name="push-token-remove"),
    path("consents", privacy_views.ConsentsView.as_view(), name="consents"),
    path("consents/withdraw", privacy_views.ConsentWithdrawalView.as_view(), name="consent-withdraw"),
    path("access-log", privacy_views.AccessLogView.as_view(), name="access-log"),
    path("<path:rest>", views.UnknownView.as_view()),
]
