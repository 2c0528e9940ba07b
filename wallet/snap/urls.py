"""The services under /v1.0, each also with `.htm`, which some providers append and their clients do too."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from wallet.snap.envelope import SnapView
from wallet.snap.views import AccessTokenView, PaymentView, QueryView, RefundView, UnknownView

SERVICES: dict[str, type[SnapView]] = {
    "access-token/b2b": AccessTokenView,
    "qr/qr-cpm-payment": PaymentView,
    "qr/qr-cpm-query": QueryView,
    "qr/qr-cpm-refund": RefundView,
}


def _patterns() -> list[URLPattern]:
    found: list[URLPattern] = []
    for route, view in SERVICES.items():
        name = f"snap-{route.rsplit('/', 1)[-1]}"
        found.append(path(route, view.as_view(), name=name))
        found.append(path(f"{route}.htm", view.as_view(schema=None)))
    found.append(re_path(r"^.*\Z", UnknownView.as_view()))
    return found


urlpatterns = _patterns()
