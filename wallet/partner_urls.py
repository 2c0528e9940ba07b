"""The addresses of the partner's own page."""

from __future__ import annotations

from django.urls import path

from wallet import partner_page

urlpatterns = [
    path("", partner_page.overview, name="partner-page"),
    path("masuk/<str:token>/", partner_page.enter, name="partner-page-enter"),
    path("kunci/", partner_page.add_key, name="partner-page-key"),
    path("rahasia/", partner_page.new_secret, name="partner-page-secret"),
    path("cabut/", partner_page.revoke, name="partner-page-revoke"),
    path("keluar/", partner_page.leave, name="partner-page-leave"),
]
